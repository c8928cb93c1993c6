"""The ways of the commands that write: start a project, change its entities, upgrade it."""
