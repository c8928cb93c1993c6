"""Files of the cache folder, from one command to the next."""
