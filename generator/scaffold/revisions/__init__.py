"""The Alembic revisions of a project: those that are there, and the one for a change."""
