"""The tables that a project's migrations build, found by reading them: no database, no import."""
