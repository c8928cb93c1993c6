"""Entities as one document in YAML or JSON: what `scaffold export` writes and `apply` reads."""
