"""Writing makes a key for its user."""

import pytest


@pytest.fixture(scope="session", autouse=True)
def _own_folders(own_folders: None) -> None:
    """Keep every test of this folder away from the person's own key."""
