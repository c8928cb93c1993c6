"""A package is called what nothing else in the project's Python is called."""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution, packages_distributions
from keyword import kwlist

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from macro_modules import macros
from projects import REPOSITORY

names = macros("package_names")
REQUIREMENT = re.compile(r'^    "([a-z][^"]*)"|aiomysql = \["([^"]*)", "([^"]*)"\]', re.MULTILINE)


def free(name: str) -> bool:
    """Tell whether a name could be a package's, and is not refused."""
    return name.isidentifier() and name.islower() and name[0] != "_" and not names.taken(name)


def requirements() -> Iterator[Requirement]:
    """Return what a project requires, for its work and its tests."""
    text = (REPOSITORY / "template/project/pyproject.toml.jinja").read_text(encoding="utf-8")
    text = text.partition("[project]")[2].partition("[tool.hatch")[0]
    for found in REQUIREMENT.finditer(text):
        yield from (Requirement(name) for name in found.groups() if name)


def needed(todo: list[Requirement]) -> set[str]:
    """Return the distributions that these requirements lead to."""
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        required = todo.pop()
        if (key := (canonicalize_name(required.name), frozenset(required.extras))) in seen:
            continue
        seen.add(key)
        todo += following(distribution(required.name), required.extras)
    return {name for name, _ in seen}


def following(found: Distribution, extras: set[str]) -> Iterator[Requirement]:
    for required in map(Requirement, found.requires or ()):
        marker = required.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield required


def test_no_keyword_and_no_module_of_the_standard_library_is_free() -> None:
    assert [name for name in (*kwlist, *sys.stdlib_module_names) if free(name)] == []


def test_no_package_that_a_project_is_installed_with_is_free() -> None:
    installed = needed(list(requirements()))
    packages = {
        name
        for name, found in packages_distributions().items()
        if installed & {canonicalize_name(each) for each in found}
    }

    assert {"fastapi", "pytest", "dns", "starlette", "yaml", "pymysql"} <= packages
    assert [name for name in sorted(packages) if free(name)] == []


@pytest.mark.parametrize("name", ["blog", "api", "app", "core", "models", "zoo", "x", "service"])
def test_other_names_are_free(name: str) -> None:
    assert names.taken(name) == ""
    assert names.package(name) == name


@pytest.mark.parametrize("name", ["Json", "Queue", "My  Test", "Build", "Class"])
def test_a_project_that_is_called_for_something_else_gets_a_name_that_is_free(name: str) -> None:
    assert free(names.package(name))
