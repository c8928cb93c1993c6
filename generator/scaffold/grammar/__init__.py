"""The words of the command line for entities and fields, and how these are said again."""
