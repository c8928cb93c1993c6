"""A change of tables as the operations of a revision, and what becomes of the rows in them."""
