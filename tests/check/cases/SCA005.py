# path: src/shop/api/routes/users.py
"""What a route may take from SQLAlchemy."""
import sqlalchemy as sa  # ! SCA005
from sqlalchemy import select  # ! SCA005
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.asyncio import AsyncSession as Session, create_async_engine  # ! SCA005
from sqlmodel import SQLModel
from sqlmodel import select as choose  # ! SCA005
from shop.sqlalchemy import something
from .sqlalchemy import more
