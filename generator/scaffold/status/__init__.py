"""What people did to a project, and whether its entities, code and migrations agree."""
