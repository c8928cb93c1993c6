"""One version of the template: where it is, what it asks, and its Jinja environment."""
