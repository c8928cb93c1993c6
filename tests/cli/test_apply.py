"""`scaffold apply` and `scaffold export`: many entities as one document."""

# ruff: noqa: S608 (statements of constants)

import inspect
import io
import json
import shutil
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest

from command_line import Scaffold
from gates import run
from template_repository import tree

DOCUMENT = """\
entities:
  Tag:
    fields:
      name: str,40:unique
    page: offset
  Post:
    fields:
      title: str,200:index
      author: User
    unique: [[author, title]]
    lock: true
"""


def document(folder: Path, text: str, name: str = "entities.yml") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return name


def type_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(text.encode())))


def without_own(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return a tree without the migrations, whose names and ids tell when and after what."""
    return {path: each for path, each in tree(folder).items() if "migrations/versions/" not in path}


def test_shows_what_changes_before_the_files(blog: Path, scaffold: Scaffold) -> None:
    file = document(blog, DOCUMENT)

    result = scaffold(blog, "apply", file)

    assert 0 == result.code, result.err
    assert result.out.startswith(
        inspect.cleandoc("""
        + Post
          + title:str,200:index
          + author:User:back=posts
          + unique: author,title
          + lock: yes
        + Tag
          + name:str,40:unique
          + page: offset

        applied entities.yml

        blog
        """)
    )
    assert "make migrate" in result.out


def test_a_document_is_the_commands_that_it_stands_for(
    blog: Path, tmp_path: Path, scaffold: Scaffold
) -> None:
    other = Path(shutil.copytree(blog, tmp_path / "other" / "blog"))
    scaffold(blog, "apply", document(tmp_path, DOCUMENT), "-q")
    assert 0 == scaffold(blog, "apply", str(tmp_path / "entities.yml")).code

    scaffold(other, "model", "Tag", "name:str,40:unique", "--page", "offset", "-q")
    post = ("model", "Post", "title:str,200:index", "author:User")
    scaffold(other, *post, "--unique", "author,title", "--lock", "-q")

    assert without_own(other) == without_own(blog)


@pytest.mark.parametrize("form", [(), ("--yaml",), ("--json",)])
def test_export_then_apply_changes_nothing(
    blog: Path, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch, form: tuple[str, ...]
) -> None:
    scaffold(blog, "apply", document(blog, DOCUMENT), "-q")
    before = tree(blog)

    type_in(monkeypatch, scaffold(blog, "export", *form).out)
    result = scaffold(blog, "apply", "-")

    assert "nothing to do: the project is up to date already\n" == result.out
    assert before == tree(blog)


def test_export_of_some_entities(blog: Path, scaffold: Scaffold) -> None:
    scaffold(blog, "apply", document(blog, DOCUMENT), "-q")

    result = scaffold(blog, "export", "Tag")

    assert result.out == inspect.cleandoc("""
        schema: 1
        pk: int
        entities:
          Tag:
            fields:
              name: str,40:unique
            page: offset
    """) + "\n"  # fmt: skip


def test_export_of_an_entity_that_is_not_there(blog: Path, scaffold: Scaffold) -> None:
    result = scaffold(blog, "export", "Usr")

    assert (1, "") == (result.code, result.out)
    assert "error: this project has no entity `Usr`\n" in result.err
    assert "help: an entity with a similar name exists: `User`" in result.err


def test_a_dry_run_writes_nothing(blog: Path, scaffold: Scaffold) -> None:
    file = document(blog, DOCUMENT)
    before = tree(blog)

    result = scaffold(blog, "apply", file, "--dry-run", "--diff")

    assert 0 == result.code
    assert "+ Post\n" in result.out
    assert "+class Post" in result.out
    assert "would have applied entities.yml; nothing was written" in result.out
    assert before == tree(blog)


def test_json_has_the_entities_and_the_files(blog: Path, scaffold: Scaffold) -> None:
    result = scaffold(blog, "apply", document(blog, DOCUMENT), "--json")

    said = json.loads(result.out)
    assert "done" == said["status"]
    assert [("Post", "add"), ("Tag", "add")] == [
        (each["name"], each["kind"]) for each in said["entities"]
    ]
    assert "name:str,40:unique" == said["entities"][1]["fields"][0]["after"]
    assert "src/blog/domain/tag.py" in {each["path"] for each in said["changes"]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "entities:\n  Post:\n    fields:\n      title: strng\n",
            """
            error: entities.yml:4: in `Post`: unknown type `strng` for field `title`; nothing was written
            help: a type with a similar name exists: `str`
            """,
        ),
        (
            "entities:\n  Post:\n    fields:\n      title: str\n      editor: Person\n",
            """
            error: entities.yml:5: `Post.editor` refers to `Person`, which this project does not have; nothing was written
            help: add `Person` to the document
            """,
        ),
        (
            "entities:\n  Person: {renamed_from: User, fields: [name]}\n  Post: {fields: {author: User}}\n",
            """
            error: entities.yml:3: `Post.author` refers to `User`, which this project does not have; nothing was written
            help: the document calls it `Person`
            """,
        ),
        (
            "entities:\n  Tag: {fields: [name]}\n  Post: {fields: [tags], plural: tags}\n",
            """
            error: entities.yml:3: `Post` and `Tag` would both have the name `tags`; nothing was written
            help: give one of them another: `plural: ...` in the document
            """,
        ),
    ],
    ids=["a_field", "a_reference", "a_former_name", "a_name"],
)
def test_what_is_wrong_is_said_by_line_and_changes_nothing(
    blog: Path, scaffold: Scaffold, text: str, expected: str
) -> None:
    file = document(blog, text)
    before = tree(blog)

    result = scaffold(blog, "apply", file)

    assert (1, "") == (result.code, result.out)
    assert inspect.cleandoc(expected) + "\n" == result.err
    assert before == tree(blog)


def test_a_file_that_is_not_there(blog: Path, scaffold: Scaffold) -> None:
    result = scaffold(blog, "apply", "missing.yml")

    assert 1 == result.code
    assert (
        "error: `missing.yml` cannot be read: No such file or directory; nothing was written\n"
        == result.err
    )


def test_no_document_is_wrong_usage(blog: Path, scaffold: Scaffold) -> None:
    result = scaffold(blog, "apply")

    assert 2 == result.code
    assert "help: scaffold apply FILE, or - for standard input" in result.err


def test_the_schema_needs_no_project(tmp_path: Path, scaffold: Scaffold) -> None:
    result = scaffold(tmp_path, "apply", "--schema")

    assert 0 == result.code
    assert "entities" in json.loads(result.out)["properties"]


RENAMED = """\
entities:
  Account:
    renamed_from: User
    fields:
      email: email:unique
      login: {type: "str,80", renamed_from: name}
      rank: {type: int, fill: 7}
"""


def migrated(project: Path) -> sqlite3.Connection:
    """Bring the project's database to the last revision, and open it."""
    file = project / "own.db"
    url = f"sqlite+aiosqlite:///{file}"
    run(project, "-m", "alembic", "upgrade", "heads", DATABASE_URL=url)
    return sqlite3.connect(file)


@pytest.mark.slow
def test_former_names_keep_the_rows(blog: Path, scaffold: Scaffold) -> None:
    scaffold(blog, "model", "Post", "title", "author:User", "-q")
    connection = migrated(blog)
    at = "'2026-01-01', '2026-01-01'"
    columns = "created_at, updated_at"
    with connection:
        connection.execute(f"INSERT INTO users (email, name, {columns}) VALUES ('a', 'Ada', {at})")
        connection.execute(f"INSERT INTO posts (title, author_id, {columns}) VALUES ('x', 1, {at})")
    connection.close()
    service = blog / "src/blog/services/user.py"
    service.write_text(f"{service.read_text()}\n\nMINE = 1\n")

    result = scaffold(blog, "apply", document(blog, RENAMED))

    assert 0 == result.code, result.err
    assert result.out.startswith(
        inspect.cleandoc("""
        ~ Account (was User)
          ~ login:str,80 (was name:str,80)
          + rank:int
          ~ plural: users -> accounts
          ~ table: users -> accounts
        ~ Post
          ~ author:User:back=posts -> author:Account:back=posts
        """)
    )
    connection = migrated(blog)
    assert [("a", "Ada", 7)] == connection.execute(
        "SELECT email, login, rank FROM accounts"
    ).fetchall()
    assert [("x", 1)] == connection.execute("SELECT title, author_id FROM posts").fetchall()
    connection.close()
    assert service.with_name("account.py").read_text().endswith("\n\nMINE = 1\n")
    assert not service.exists()
    again = scaffold(blog, "apply", "entities.yml")
    assert "nothing to do: the project is up to date already\n" == again.out
    assert 0 == scaffold(blog, "status").code


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("entities: {User: {fields: [email:email:unique]}}", "`User.name`"),
        ("entities: {Tag: {fields: [name]}}", "`User`"),
    ],
    ids=["a_field", "an_entity"],
)
def test_what_would_be_lost_is_refused(
    blog: Path, scaffold: Scaffold, text: str, said: str
) -> None:
    file = document(blog, text)
    before = tree(blog)

    result = scaffold(blog, "apply", file, "--prune")

    assert (1, "") == (result.code, result.out)
    assert said in result.err
    assert "--accept-data-loss" in result.err
    assert before == tree(blog)
    accepted = scaffold(blog, "apply", file, "--prune", "--accept-data-loss")
    assert 0 == accepted.code, accepted.err


def test_a_required_field_needs_a_value_for_the_rows(blog: Path, scaffold: Scaffold) -> None:
    text = "entities: {User: {fields: [email:email:unique, 'name:str,80', rank:int]}}"

    result = scaffold(blog, "apply", document(blog, text))

    assert 1 == result.code
    assert result.err.startswith("error: entities.yml:1: `User.rank` is required")
    assert "help: say what they get, `fill` in the document, or let it be empty" in result.err
