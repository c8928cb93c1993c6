"""The tables of a derived model, and the way from some to others."""
