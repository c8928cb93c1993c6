"""The macro modules of the template, called one by one, and the derived entities that they take.

Both are made when they are first used: a template that is broken fails tests, not their collection.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Template

from projects import ANSWERS, REPOSITORY, working_tree
from scaffold.entities.entity import Entity, in_order
from scaffold.entities.links import completed
from scaffold.entities.records import to_record
from scaffold.render.render import render
from scaffold.revisions.layout import lay_out
from scaffold.template.environment import TemplateEnvironment, make_environment
from scaffold.template.index import load_index

# An entity, or a part of one, as templates see it.
Derived = dict[str, Any]


@cache
def _environment() -> TemplateEnvironment:
    return make_environment(REPOSITORY, load_index(working_tree()).envops, None, strict=True)


def _template(name: str) -> Template:
    return _environment().get_template(f"template/macros/{name}.jinja")


def included(name: str, **context: object) -> str:
    """Return what is rendered from a macro file that is no module, with undefined names refused."""
    return _template(name).render(context)


def lay_out_block(indent: int, caller: Callable[[], str]) -> str:
    """Lay an expression out as the command does for the macros of revisions."""
    return lay_out(caller(), indent)


@dataclass(frozen=True)
class macros:  # noqa: N801 (reads as the modules do)
    """The macro module of this name; its attributes are its macros."""

    _name: str

    def __getattr__(self, macro: str) -> Any:  # noqa: ANN401
        """Return a macro; what begins with an underscore is what pytest looks for while it collects."""
        if macro.startswith("_"):
            raise AttributeError(macro)
        return getattr(_module(self._name), macro)


@cache
def _module(name: str) -> object:
    return _template(name).make_module({"lay_out": lay_out_block})


@dataclass(frozen=True, init=False)
class derived:  # noqa: N801
    """What templates see of the entities of a project: by name, or all of them as they were given."""

    entities: tuple[Entity, ...]

    def __init__(self, *entities: Entity) -> None:
        object.__setattr__(self, "entities", entities)

    def __getitem__(self, name: str) -> Derived:
        return _derived(self.entities)[name]

    def __iter__(self) -> Iterator[Derived]:
        return (self[entity.name] for entity in self.entities)


@cache
def _derived(entities: tuple[Entity, ...]) -> dict[str, Derived]:
    records = [to_record(entity) for entity in completed(in_order(entities))]
    model = render(working_tree(), {**ANSWERS, "entities": records}).context["model"]
    return {e["name"]: e for e in model["entities"]}


def field(e: Derived, name: str) -> Derived:
    """Return a field of a derived entity."""
    return next(f for f in e["fields"] if f["name"] == name)


def lines(text: str) -> list[str]:
    """Return the lines that are not empty: where items come one a line, others do not count."""
    return [line.strip() for line in text.splitlines() if line.strip()]
