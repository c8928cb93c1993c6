"""Work out what the output of a Jinja template depends on."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, cast

from jinja2 import TemplateNotFound, nodes
from jinja2.meta import find_undeclared_variables

from scaffold.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import BaseLoader, Environment

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
    search = _Search(environment)
    search.visit(text, reads=True)
    chains = frozenset(_shortest(search.chains)) if search.is_complete else None
    return Dependencies(chains, frozenset(name for name, _ in search.seen))


class _Search:
    """The way through a template and all that it includes, imports or extends."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self.chains: set[Chain] = set()
        self.seen: set[tuple[str, bool]] = set()
        self.is_complete = True

    def visit(self, text: str, *, reads: bool) -> None:
        """Look through a text; `reads` says whether it sees the variables of the render."""
        tree = self._environment.parse(text)
        if reads:
            self.chains.update(_chains(tree, find_undeclared_variables(tree)))
        for node in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
            # What is imported without context sees no variable of the render.
            sees = isinstance(node, nodes.Extends) or bool(getattr(node, "with_context", False))
            names = _constant_names(getattr(node, "template", None))
            if names is None:
                self.is_complete = False
            for name in names or ():
                self._visit_file(name, reads=reads and sees)

    def _visit_file(self, name: str, *, reads: bool) -> None:
        if (name, reads) in self.seen:
            return
        self.seen.add((name, reads))
        loader = cast("BaseLoader", self._environment.loader)
        with suppress(TemplateNotFound):
            self.visit(loader.get_source(self._environment, name)[0], reads=reads)


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
