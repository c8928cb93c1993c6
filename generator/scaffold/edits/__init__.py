"""What commands do to the entities of a living project: from some entities to an edit of them."""
