"""The async rules, checked in any project: it reads Python files, and knows nothing of scaffold."""
