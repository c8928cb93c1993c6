"""Which layer of a project a file belongs to, by where it is and what it is called."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import PurePath


class Layer(StrEnum):
    """The parts of a project that the rules tell apart."""

    TESTS = "tests"
    MIGRATIONS = "migrations"
    REPOSITORIES = "repositories"
    PERSISTENCE = "persistence"
    SERVICES = "services"
    ROUTES = "routes"
    API = "api"
    DOMAIN = "domain"
    OTHER = "other"


FOLDERS = {
    "tests": Layer.TESTS,
    "test": Layer.TESTS,
    "testing": Layer.TESTS,
    "migrations": Layer.MIGRATIONS,
    "alembic": Layer.MIGRATIONS,
    "repositories": Layer.REPOSITORIES,
    "repository": Layer.REPOSITORIES,
    "repos": Layer.REPOSITORIES,
    "crud": Layer.REPOSITORIES,
    "dao": Layer.REPOSITORIES,
    "persistence": Layer.PERSISTENCE,
    "services": Layer.SERVICES,
    "use_cases": Layer.SERVICES,
    "usecases": Layer.SERVICES,
    "routes": Layer.ROUTES,
    "routers": Layer.ROUTES,
    "endpoints": Layer.ROUTES,
    "controllers": Layer.ROUTES,
    "api": Layer.API,
    "domain": Layer.DOMAIN,
}
FILES = (
    (re.compile(r"^(?:test_.*|.*_test|conftest)$"), Layer.TESTS),
    (re.compile(r"^(?:.*_)?(?:repository|repositories|repo|crud|dao)$"), Layer.REPOSITORIES),
    (re.compile(r"^(?:.*_)?services?$"), Layer.SERVICES),
    (re.compile(r"^(?:.*_)?(?:routes?|routers?|endpoints?)$"), Layer.ROUTES),
)
# Tests and migrations are that wherever they are below.
OUTSIDE = frozenset({Layer.TESTS, Layer.MIGRATIONS})
UNCHECKED = OUTSIDE


def _plain(part: str) -> str:
    return part.lower().strip("_")


def layer_of(path: PurePath) -> Layer:
    """Return the layer of a file: the folder that is nearest to it decides, then its name."""
    folders = [FOLDERS[part] for part in map(_plain, path.parts[:-1]) if part in FOLDERS]
    outside = next((each for each in folders if each in OUTSIDE), None)
    named = next((layer for name, layer in FILES if name.match(path.stem)), None)
    if outside is not None or named == Layer.TESTS:
        return outside or Layer.TESTS
    if folders and folders[-1] not in {Layer.API, Layer.PERSISTENCE}:
        return folders[-1]
    return named or (folders[-1] if folders else Layer.OTHER)
