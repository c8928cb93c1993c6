"""What people call a project, its entities and their values, and how many there are: lint passes."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

import gates
from projects import entity, migrated_project, project, revise
from scaffold.entities.edit import Edit
from scaffold.entities.entity import Entity, in_order

# An entity of each kind of module, so that each template is rendered.
BLOG = in_order(
    (
        entity("User", "email:email:unique", "name:str,80", page="offset", lock=True),
        entity("Tag", "name:str,40:unique", pk="uuid7", soft_delete=True),
        entity("Audit", "what:json", "who:User:null", api="none"),
        entity(
            "Post",
            *("title:str,200", "kind:enum,draft,live", "shown:bool", "price:decimal:null"),
            *("author:User", "tags:many,Tag:back=posts", "parent:Post:null:back=children"),
            unique=(("author", "kind", "shown"),),
        ),
    )
)
LONGEST = 40
# The rules that a linter has for texts: secrets, hosts, files, SQL, code in comments, marks.
TEXTS = """
password
changeme
bearer
0.0.0.0
::
/tmp/x
/dev/shm/x
SELECT * FROM users WHERE id = 1
import os
x = 1
TODO: later
# noqa
# type: ignore
# fmt: off
%s {x} %(x)s
http://example.org/
\u2018\u0430\u2013\ufb01\u2019
-----BEGIN RSA PRIVATE KEY-----
""".strip().splitlines()
# Those for names, which enums have too: secrets again, builtins, letters that look like digits.
WORDS = (
    *("password", "passwd", "pwd", "secret", "token", "access_token", "passphrase", "I", "O", "l"),
    *("type", "print", "None", "self", "cls", "todo", "noqa", "mro", "name", "value", "T"),
)
FIELDS = (
    *("password", "secret_key", "api_token", "pwd", "i", "o", "filter", "format", "hash", "input"),
    *("max", "vars", "license", "exit", "open", "test", "todo", "tmp", "host", "sql", "key"),
)


def checked(root: Path) -> None:
    gates.formatted(root)
    gates.linted(root)


@pytest.mark.parametrize("name", ["a", "zoo", "a" * LONGEST, "z" * LONGEST])
def test_a_package_may_have_any_name(tmp_path: Path, name: str) -> None:
    root = project(tmp_path, BLOG, package_name=name).root

    checked(root)
    gates.imported(root)


def numbered(count: int) -> tuple[Entity, ...]:
    """Return so many entities, all of which refer to the first one."""
    others = (
        entity(f"Thing{number}", f"hub:Hub:back=things{number}", f"more:many,Hub:back=more{number}")
        for number in range(1, count)
    )
    return in_order((entity("Hub", "name:str,40:unique"), *others)[:count])


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_project_may_have_few_entities(tmp_path: Path, count: int) -> None:
    root = project(tmp_path, numbered(count)).root

    checked(root)
    gates.typed(root)


@pytest.mark.parametrize("count", [50, 200])
def test_a_project_may_have_many_entities(tmp_path: Path, count: int) -> None:
    checked(project(tmp_path, numbered(count)).root)


def with_words() -> list[Entity]:
    """Return entities that say each word in each place where one may stand."""
    made = []
    for number, text in enumerate(TEXTS):
        said = text.replace("\\", "\\\\").replace(":", "\\:")
        made += [
            entity(f"Given{number}", f"password:str,80:default={said}", f"a:text:default={said}"),
            entity(f"Stored{number}", f"secret:str,80:server_default={said}", "is_open:bool"),
            entity(f"Checked{number}", "token:str,80", checks=(f"token = '{text}'",)),
        ]
    values = ",".join(WORDS)
    for number, word in enumerate(WORDS):
        kinds = f"token:enum,{values}:default={word}", f"kind:enum,{values}:server_default={word}"
        made.append(entity(f"Chosen{number}", *kinds, "pattern:str,40:pattern=^password$"))
    for number, name in enumerate(FIELDS):
        made.append(entity(f"Named{number}", f"{name}:str,40:private", "at:date:index"))
        groups = (f"{name}:bool", "port:int:min=1:max=65535")
        made.append(entity(f"Grouped{number}", *groups, unique=((name, "port"),)))
    made.append(entity("TmpFile", "tmp:str,40:unique", "tmp_names:many,Named0:back=tmp_files"))
    return made


def test_values_and_names_may_be_any_words(tmp_path: Path) -> None:
    root = migrated_project(
        tmp_path, in_order(tuple(with_words())), description="TODO: keep a password = secret."
    ).root

    checked(root)


def test_rows_may_get_any_texts(tmp_path: Path) -> None:
    texts = {f"password{number}": text for number, text in enumerate(TEXTS)}
    fields = [f"{name}:str,80" for name in texts]
    old, new = entity("User", "name:str,80"), entity("User", "name:str,80", *fields)
    before, after = migrated_project(tmp_path, [old]).model, project(tmp_path, [new]).model

    revise(tmp_path, before, after, datetime.now(UTC), Edit((new,), fills={"User": texts}))

    checked(tmp_path)
