#!/bin/sh
# Chinook, the music shop of many a database course, as entities:
#
#     scaffold new chinook --defaults && cd chinook && sh path/to/examples/chinook.sh
#
# Lengths and nulls are those of the original. Each command comes after those it refers to.
set -eu

scaffold model Artist name:str,120:null --no-timestamps
scaffold model Album title:str,160 artist:Artist --no-timestamps
scaffold model Genre name:str,120:null --no-timestamps
scaffold model MediaType name:str,120:null --no-timestamps
scaffold model Track name:str,200 album:Album:null media_type:MediaType genre:Genre:null \
    composer:str,220:null milliseconds:int size_in_bytes:int:null:column=bytes \
    unit_price:decimal,10,2 --no-timestamps
scaffold model Playlist name:str,120:null --no-timestamps
scaffold model Employee last_name:str,20 first_name:str,20 title:str,30:null \
    reports_to:Employee:null:back=reports birth_date:datetime:null hire_date:datetime:null \
    address:str,70:null city:str,40:null state:str,40:null country:str,40:null \
    postal_code:str,10:null phone:str,24:null fax:str,24:null email:email,60:null --no-timestamps
scaffold model Customer first_name:str,40 last_name:str,20 company:str,80:null \
    address:str,70:null city:str,40:null state:str,40:null country:str,40:null \
    postal_code:str,10:null phone:str,24:null fax:str,24:null email:email,60 \
    support_rep:Employee:null --no-timestamps
scaffold model Invoice customer:Customer invoice_date:datetime billing_address:str,70:null \
    billing_city:str,40:null billing_state:str,40:null billing_country:str,40:null \
    billing_postal_code:str,10:null total:decimal,10,2 --no-timestamps
scaffold model InvoiceLine invoice:Invoice track:Track unit_price:decimal,10,2 quantity:int \
    --no-timestamps
