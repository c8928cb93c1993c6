"""The only writer of a project: all of a plan, or nothing."""
