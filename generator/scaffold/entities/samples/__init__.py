"""Rows for the generated tests: values that checks and patterns allow."""
