"""A project as its answers describe it, with the version of the template it was rendered from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.answers.reading import Answers, read, refuse_disorder, refuse_unknown
from scaffold.entities.entity import Entity
from scaffold.entities.types import TypeTable, read_types
from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass
from scaffold.render.render import render
from scaffold.template.source import Template, resolve

if TYPE_CHECKING:
    from pathlib import Path

    from scaffold.render.files import Render

Entities = tuple[Entity, ...]


@dataclass(frozen=True, slots=True)
class Project:
    """A project as its answers describe it, with the template version it was rendered from."""

    answers: Answers
    template: Template
    rendered: Render
    types: TypeTable

    @property
    def root(self) -> Path:
        """Return the project's folder."""
        return self.answers.root

    @property
    def name(self) -> str:
        """Return the project's name, for people."""
        return str(self.answers.data.get("project_name", self.root.name))

    @property
    def entities(self) -> Entities:
        """Return the recorded entities, sorted by name."""
        return self.answers.entities

    @property
    def primary_key(self) -> str:
        """Return the kind of key that an entity gets unless it says otherwise."""
        return str(self.answers.data.get("primary_key", "int"))


def load(root: Path, *, is_merged: bool = False) -> Project:
    """Read the project at `root`; the version of the template is fetched when it is not cached.

    Where it `is_merged`, entities may be as a merge of branches left them: in any order, repeated.
    """
    answers = read(root)
    if not is_merged:
        refuse_disorder(answers)
    template = resolve(answers.src_path, answers.commit)
    try:
        rendered = render(template, answers.data)
    except ScaffoldError as error:
        raise answers.located(error) from error
    refuse_unknown(answers, questions(template))
    return Project(answers, template, rendered, read_types(rendered.context.get("types")))


def refuse_broken(project: Project) -> None:
    """Refuse recorded entities that no command would have recorded, with their line."""
    from scaffold.entities.graph import validate  # what only reads is quicker without

    try:
        validate(project.entities, project.types)
    except ScaffoldError as error:
        raise project.answers.located(error) from error


def questions(template: Template) -> tuple[str, ...]:
    """Return the names of the template's questions."""
    from scaffold.template.index import load_index

    return tuple(load_index(template).questions)
