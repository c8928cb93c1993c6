"""Start async FastAPI and SQLAlchemy services, and add entities to them."""

__version__ = "0.1.0"
