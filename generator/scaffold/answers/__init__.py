"""What a project was rendered from: its answers, the entities among them."""
