"""Entities and their fields: what they are, what they may say, and rows that they allow."""
