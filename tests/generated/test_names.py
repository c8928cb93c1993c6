"""Names that mean something to Python, to the libraries or to the generated code: refused, or harmless."""

import ast
import dataclasses
import enum
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from pydantic import BaseModel
from sqlalchemy.orm import DeclarativeBase

import gates
import projects
from scaffold.entities import names, reserved
from scaffold.entities.collisions import class_names
from scaffold.entities.entity import Entity
from scaffold.errors import ScaffoldError

ENTITIES = (
    projects.entity("User", "email:email:unique", "name:str,80", soft_delete=True, lock=True),
    projects.entity(
        "Post",
        "title:str,200:index:pattern=^[a-z]+$",
        "state:enum,draft,live:default=draft",
        "number:bigint:server_default=1",
        "scores:array,decimal,8,2:default=[]",
        "token:uuid:unique:default=random",
        "day:date:default=today",
        "begins:datetime:default=now",
        "extra:json:null",
        "lasts:interval:null",
        "readers:many,User:back=reads",
        "author:User",
        "parent:Post:null:back=replies",
        unique=(("author", "title"),),
        index=(("author", "day"),),
        checks=("number > 0",),
    ),
    projects.entity("Tag", "name:str,80", "first:one,Post", pk="uuid7", page="offset"),
)
MODULES = {names.snake(entity.name) for entity in ENTITIES}
# Whatever has attributes of its own where the generated classes have the fields.
OWNERS: tuple[object, ...] = (
    *(type, object, str, dict, dataclasses, enum.Enum, enum.StrEnum, enum.EnumMeta),
    *(Protocol, type(Protocol)),
    *(DeclarativeBase, type(DeclarativeBase), BaseModel, type(BaseModel)),
)
EVERY_CLASS = """
import json
from blog.api.app import create_app
from blog.api.schemas.base import Schema
from blog.persistence.base import Base
from blog.persistence.unit_of_work import SqlUnitOfWork
from blog.services.ports.unit_of_work import UnitOfWork
from blog.settings import Settings
from tests.fakes.unit_of_work import FakeUnitOfWork

Base.registry.configure()
app = create_app(Settings())
app.openapi()
print(json.dumps({
    "fields": [name for one in (Base, Schema) for owner in (one, type(one)) for name in dir(owner)],
    "plurals": [name for one in (UnitOfWork, SqlUnitOfWork, FakeUnitOfWork()) for name in dir(one)],
}))
"""


def attributes(owners: Iterable[object]) -> list[str]:
    """Return the attributes that have the form of a field's name."""
    return sorted({name for one in owners for name in dir(one) if is_field(name)})


def is_field(name: str) -> bool:
    return re.fullmatch(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*", name) is not None


def is_free(check: Callable[[str], None], name: str) -> bool:
    try:
        check(name)
    except ScaffoldError:
        return False
    return True


@pytest.fixture(scope="module")
def blog(tmp_path_factory: pytest.TempPathFactory) -> projects.Rendered:
    return projects.project(tmp_path_factory.mktemp("names"), ENTITIES)


def in_every_place(words: Iterable[str]) -> Iterator[Entity]:
    """Make entities that have each word as a field, a relation, a link, the other side of one, and a value."""
    every = list(words)
    for number in range(0, len(every), 40):
        some = every[number : number + 40]
        kinds = f"kinds:enum,{','.join(some)}"
        yield projects.entity(f"Plain{number}", *(f"{word}:int" for word in some), kinds)
        places = {
            "Reference": "{word}:{to}:null:back=a{i}",
            "Referred": "a{i}:{to}:null:back={word}",
            "Link": "{word}:many,{to}:back=a{i}",
            "Linked": "a{i}:many,{to}:back={word}",
        }
        for place, token in places.items():
            to = f"{place}To{number}"
            fields = [token.format(word=word, to=to, i=i) for i, word in enumerate(some)]
            yield projects.entity(f"{place}{number}", "own:int", *fields)
            yield projects.entity(to, "own:int")


def test_what_classes_have_is_refused_or_harmless(tmp_path: Path) -> None:
    free = [name for name in attributes(OWNERS) if names.field_is_free(name)]
    project = projects.project(tmp_path, sorted(in_every_place(free), key=lambda one: one.name))

    assert len(free) > 50
    gates.run(tmp_path, "-W", "error", "-c", EVERY_CLASS)
    gates.formatted(project.root)


def test_what_the_generated_classes_have_is_refused(blog: projects.Rendered) -> None:
    found = json.loads(gates.run(blog.root, "-W", "error", "-c", EVERY_CLASS))
    plurals = {entity.plural for entity in ENTITIES}

    assert not [n for n in found["fields"] if is_field(n) and names.field_is_free(n)]
    assert {n for n in found["plurals"] if is_field(n)} - reserved.PLURAL_NAMES.keys() <= plurals


def read_in(body: Iterable[ast.stmt]) -> Iterator[str]:
    """Yield the names that a class body reads while the class is made."""
    for statement in body:
        nodes: list[ast.AST] = [statement]
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            nodes = [*statement.decorator_list, statement.args]
            nodes += [statement.returns] if statement.returns else []
        for node in nodes:
            yield from (
                each.id
                for each in ast.walk(node)
                if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)
            )


def class_bodies(modules: Iterable[Path]) -> Iterator[ast.ClassDef]:
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                yield node


def test_what_class_bodies_read_is_refused_as_a_field(blog: projects.Rendered) -> None:
    """A field of that name would stand before what the body means, from its line on."""
    package = blog.root / "src/blog"
    classes = ("domain", "persistence/models", "persistence/models/related", "api/schemas")
    modules = [package / folder / f"{name}.py" for folder in classes for name in MODULES]
    own = {field.name for entity in ENTITIES for field in entity.fields}
    own |= {f"{field.name}_id" for entity in ENTITIES for field in entity.references}

    read = {name for one in class_bodies(modules) for name in read_in(one.body)} - own

    assert len(read) > 20
    assert not [name for name in read if is_field(name) and names.field_is_free(name)]


def beside_entities(root: Path) -> set[str]:
    """Return what is imported or defined at the top of the modules that know the class of an entity."""
    own = {entity.name for entity in ENTITIES}
    made = {name for entity in ENTITIES for name in class_names(entity)}
    tops = (
        set(top_names(ast.parse(path.read_text(encoding="utf-8")))) for path in root.rglob("*.py")
    )
    return {name for names in tops if names & own for name in names} - made


def top_names(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.alias):
            yield node.asname or node.name
    for node in module.body:
        match node:
            case ast.ClassDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]):
                yield name


def test_what_stands_beside_an_entity_is_refused_as_its_class(blog: projects.Rendered) -> None:
    beside = beside_entities(blog.root)
    classes = {name for name in beside if re.fullmatch(r"[A-Z][A-Za-z0-9]*", name)}

    assert len(classes) > 40
    assert not sorted(name for name in classes if is_free(names.check_entity, name))


def test_modules_beside_those_of_entities_are_refused(blog: projects.Rendered) -> None:
    found = {path for name in ("post.py", "test_post.py") for path in blog.root.rglob(name)}
    beside = {
        other.stem for path in found for other in path.parent.glob(path.name.replace("post", "*"))
    }
    beside = {stem.removeprefix("test_") for stem in beside} - MODULES

    assert len(found) > 10
    assert not sorted(
        stem for stem in beside if is_field(stem) and is_free(names.check_entity, names.camel(stem))
    )
