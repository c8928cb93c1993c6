"""Template and answers to files in memory."""
