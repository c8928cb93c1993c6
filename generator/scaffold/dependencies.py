"""Work out what the output of a Jinja template depends on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import Environment, TemplateNotFound, nodes
from jinja2.meta import find_undeclared_variables

# A variable and the keys looked up in it: ("model", "entities") for `model.entities`.
Chain = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dependencies:
    """The values a template reads, and the template files whose text is part of it.

    `chains` is None when they cannot be known, so that everything counts.
    """

    chains: frozenset[Chain] | None
    files: frozenset[str]


def of_text(environment: Environment, text: str) -> Dependencies:
    """Return the dependencies of a template given as text."""
    chains: set[Chain] = set()
    files: set[str] = set()
    known = _visit(environment, text, chains, files, reads=True)
    return Dependencies(frozenset(_shortest(chains)) if known else None, frozenset(files))


def _visit(
    environment: Environment, text: str, chains: set[Chain], files: set[str], *, reads: bool
) -> bool:
    tree = environment.parse(text)
    if reads:
        chains.update(_chains(tree, find_undeclared_variables(tree)))
    known = True
    for node in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
        # What is imported without context sees no variable of the render.
        sees = isinstance(node, nodes.Extends) or bool(getattr(node, "with_context", False))
        names = _constant_names(getattr(node, "template", None))
        if names is None:
            known = False
            continue
        for name in names:
            known &= _visit_file(environment, name, chains, files, reads=reads and sees)
    return known


def _visit_file(
    environment: Environment, name: str, chains: set[Chain], files: set[str], *, reads: bool
) -> bool:
    mark = f"{name}\0{reads}"
    if mark in files:
        return True
    files.update((mark, name))
    try:
        assert environment.loader is not None
        text = environment.loader.get_source(environment, name)[0]
    except TemplateNotFound:
        return True
    return _visit(environment, text, chains, files, reads=reads)


def _constant_names(node: nodes.Node | None) -> list[str] | None:
    if isinstance(node, nodes.Const):
        return [node.value] if isinstance(node.value, str) else None
    if isinstance(node, nodes.Tuple | nodes.List):
        names = [_constant_names(item) for item in node.items]
        return None if None in names else [name for found in names for name in found or ()]
    return None


def _chains(tree: nodes.Node, variables: set[str]) -> Iterator[Chain]:
    pending: list[nodes.Node] = [tree]
    while pending:
        node = pending.pop()
        chain = _chain(node)
        if chain is None:
            pending.extend(node.iter_child_nodes())
        elif chain[0] in variables:
            yield chain


def _chain(node: nodes.Node) -> Chain | None:
    keys: list[str] = []
    while True:
        if isinstance(node, nodes.Name):
            return (node.name, *reversed(keys))
        if isinstance(node, nodes.Getattr):
            keys.append(node.attr)
            node = node.node
        elif (
            isinstance(node, nodes.Getitem)
            and isinstance(node.arg, nodes.Const)
            and isinstance(node.arg.value, str)
        ):
            keys.append(node.arg.value)
            node = node.node
        else:
            return None


def _shortest(chains: set[Chain]) -> Iterator[Chain]:
    """Leave out a chain that another one covers."""
    for chain in chains:
        if not any(chain[:length] in chains for length in range(1, len(chain))):
            yield chain
