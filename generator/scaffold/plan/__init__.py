"""Two renders and a person's files to a list of changes; nothing here writes."""
