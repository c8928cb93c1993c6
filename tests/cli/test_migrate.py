"""`scaffold migrate`: the revision for what a person changed in the models."""

import json
import sqlite3
from pathlib import Path

import pytest

from command_line import Scaffold
from gates import run
from template_repository import tree

MODEL = "src/blog/persistence/models/post.py"
TITLE = "    title: Mapped[str] = mapped_column(Varchar(200))\n"
NOTHING = "nothing to do: the migrations build what the models say\n"


@pytest.fixture
def posts(blog: Path, scaffold: Scaffold) -> Path:
    """A blog with users and posts."""
    fields = ("title:str,200", "price:decimal:min=0:default=0", "author:User")
    assert 0 == scaffold(blog, "model", "Post", *fields, "-q").code
    return blog


def change(project: Path, old: str, new: str, path: str = MODEL) -> None:
    file = project / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def revisions(project: Path) -> list[Path]:
    return sorted((project / "migrations/versions").glob("*.py"))


def migrated(project: Path, down: str = "-1") -> Path:
    """Return a database that the project's migrations built, after going down and up again."""
    file = project / "built.db"
    for to in (["upgrade", "heads"], ["downgrade", down], ["upgrade", "heads"]):
        run(project, "-m", "alembic", *to, DATABASE_URL=f"sqlite+aiosqlite:///{file}")
    return file


def test_nothing_to_do_is_said(posts: Path, scaffold: Scaffold) -> None:
    before = tree(posts)

    result = scaffold(posts, "migrate", "nothing")

    assert (0, NOTHING) == (result.code, result.out)
    assert before == tree(posts)


@pytest.mark.parametrize(
    "words",
    [
        ("field", "rename", "Post", "rank", "place"),
        ("field", "remove", "Post", "rank", "--accept-data-loss"),
        ("field", "alter", "Post", "rank:bigint:null"),
    ],
    ids=" ".join,
)
def test_a_column_whose_revision_is_missing_cannot_change(
    posts: Path, scaffold: Scaffold, words: tuple[str, ...]
) -> None:
    scaffold(posts, "field", "add", "Post", "rank:int:null", "-q")
    next((posts / "migrations/versions").glob("*add_rank*.py")).unlink()
    before = tree(posts)

    refused = scaffold(posts, *words)

    assert 1 == refused.code
    assert (
        "error: no migration makes the column `rank` of `Post`; nothing was written" in refused.err
    )
    assert 'help: bring it back, or write what is missing: scaffold migrate "..."' in refused.err
    assert before == tree(posts)


BY_HAND = """
revision: str = "a1"
down_revision: str | None = "{0}"

import sqlalchemy as sa
from alembic import op


def upgrade() -> None:
    op.add_column("posts", sa.Column("rank", sa.Integer()))
    op.create_table("tags", sa.Column("id", sa.Integer(), primary_key=True))
"""


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("field add Post rank:int:null", "the column `rank` of `Post`"),
        ("field rename Post title rank", "the column `rank` of `Post`"),
        ("model Tag name", "the table `tags` of `Tag`"),
    ],
)
def test_what_a_revision_by_hand_makes_is_not_made_again(
    posts: Path, scaffold: Scaffold, words: str, what: str
) -> None:
    known = json.loads(scaffold(posts, "status", "--json").out)["migrations"]
    (head,) = [each["id"] for each in known if each["is_head"]]
    (posts / "migrations/versions/209901010000_by_hand.py").write_text(BY_HAND.format(head))
    before = tree(posts)

    refused = scaffold(posts, *words.split())

    assert 1 == refused.code
    assert f"error: the migrations make {what} already; nothing was written" in refused.err
    assert before == tree(posts)


def test_a_column_that_a_person_did_without_is_no_gap(posts: Path, scaffold: Scaffold) -> None:
    last = next((posts / "migrations/versions").glob("*create_posts.py"))
    text = last.read_text(encoding="utf-8")
    made = next(line for line in text.splitlines(keepends=True) if '"title"' in line)
    last.write_text(text.replace(made, "", 1), encoding="utf-8")

    done = scaffold(posts, "field", "add", "Post", "rank:int:null", "-q")

    assert 0 == done.code, done.err


@pytest.mark.slow
def test_a_column_by_hand_gets_its_revision(posts: Path, scaffold: Scaffold) -> None:
    change(posts, TITLE, f"{TITLE}    subtitle: Mapped[str | None] = mapped_column(Varchar(80))\n")
    before = revisions(posts)

    result = scaffold(posts, "migrate", "Posts have a subtitle")

    (made,) = {*revisions(posts)} - {*before}
    assert 0 == result.code, result.err
    assert result.out.startswith(f"+ column posts.subtitle\n\nadded {made.name}\n")
    assert made.name.endswith("_posts_have_a_subtitle.py")
    assert made.read_text().startswith('"""Posts have a subtitle.\n')
    assert "###" not in made.read_text()
    run(posts, "-m", "ruff", "format", "--check", str(made))
    run(posts, "-m", "ruff", "check", str(made))
    with sqlite3.connect(migrated(posts)) as connection:
        columns = connection.execute("PRAGMA table_info(posts)").fetchall()
    assert "subtitle" in {name for _, name, *_ in columns}
    assert NOTHING == scaffold(posts, "migrate", "again").out


@pytest.mark.slow
def test_a_rule_by_hand_gets_its_revision(posts: Path, scaffold: Scaffold) -> None:
    change(posts, 'TextClause("0")', "TextClause(\"0 and title <> ':x 100 %'\")")

    result = scaffold(posts, "migrate", "posts cost something")

    assert "+ check constraint posts.ck_posts_price_min" in result.out
    migrated(posts)
    assert NOTHING == scaffold(posts, "migrate", "again").out


VISIT = """

class VisitRow(Base):
    \"\"\"A visit.\"\"\"

    __tablename__ = "visits"

    id: Mapped[int] = mapped_column(BigInteger(), Identity(always=True), primary_key=True)
    whole: Mapped[int]
    twice: Mapped[int] = mapped_column(Computed("(whole * 2)", persisted=True))
"""


@pytest.mark.slow
def test_columns_that_the_database_computes_get_their_revision(
    posts: Path, scaffold: Scaffold
) -> None:
    loud = '    loud: Mapped[str | None] = mapped_column(Varchar(200), Computed("upper(title)"))\n'
    change(posts, TITLE, TITLE + loud)
    change(
        posts,
        "from sqlalchemy ",
        "from sqlalchemy import BigInteger, Computed, Identity\nfrom sqlalchemy ",
    )
    file = posts / MODEL
    file.write_text(file.read_text(encoding="utf-8") + VISIT, encoding="utf-8")

    result = scaffold(posts, "migrate", "computed columns")

    assert 0 == result.code, result.err
    assert "+ column posts.loud\n" in result.out
    migrated(posts)
    assert NOTHING == scaffold(posts, "migrate", "again").out
    assert 0 == scaffold(posts, "status", "--deep").code
    # SQLite makes the table anew, and the column with it.
    assert 0 == scaffold(posts, "field", "add", "Post", "rank:int:null:min=1").code
    with sqlite3.connect(migrated(posts, "base")) as connection:
        (made,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'posts'"
        ).fetchone()
    assert "GENERATED ALWAYS AS (upper(title))" in made


@pytest.mark.slow
def test_another_expression_of_a_computed_column_is_told(posts: Path, scaffold: Scaffold) -> None:
    loud = '    loud: Mapped[str | None] = mapped_column(Varchar(200), Computed("upper(title)"))\n'
    change(posts, TITLE, TITLE + loud)
    change(posts, "from sqlalchemy ", "from sqlalchemy import Computed\nfrom sqlalchemy ")
    assert 0 == scaffold(posts, "migrate", "loud").code
    change(posts, "upper(title)", "lower(title)")

    told = scaffold(posts, "migrate", "quiet")
    status = scaffold(posts, "status", "--deep")

    assert "note: the expression of the column `loud` of `posts` differs" in told.err
    assert (4, True) == (
        status.code,
        "the expression of the column `loud` is another" in status.out,
    )


INDEX = '        Index("ix_posts_lower", text("lower(title)"), unique=True),\n'
MOOD = """    mood: Mapped[str | None] = mapped_column(
        Enum("sad", "glad", name="mood", native_enum=False, create_constraint=True)
    )
"""


@pytest.mark.slow
def test_indexes_on_expressions_and_rules_of_types_get_their_revision(
    posts: Path, scaffold: Scaffold
) -> None:
    change(posts, TITLE, TITLE + MOOD)
    change(posts, "__table_args__ = (\n", f"__table_args__ = (\n{INDEX}")
    change(posts, "from sqlalchemy ", "from sqlalchemy import Enum, Index, text\nfrom sqlalchemy ")

    result = scaffold(posts, "migrate", "moods")

    assert 0 == result.code, result.err
    assert "+ index posts.ix_posts_lower\n+ check constraint posts.mood\n" in result.out
    (made,) = [file for file in revisions(posts) if "moods" in file.name]
    assert "create_constraint" not in made.read_text()
    migrated(posts)
    assert NOTHING == scaffold(posts, "migrate", "again").out
    # SQLite makes the table anew, and the index with it.
    assert 0 == scaffold(posts, "field", "add", "Post", "rank:int:null:min=1").code
    with sqlite3.connect(migrated(posts, "base")) as connection:
        (sql,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'ix_posts_lower'"
        ).fetchone()
    assert "CREATE UNIQUE INDEX ix_posts_lower ON posts (lower(title))" == sql
    change(posts, "lower(title)", "upper(title)")
    told = scaffold(posts, "migrate", "again").err
    assert "note: the expression of the index `ix_posts_lower` of `posts` differs" in told
    change(posts, INDEX.replace("lower(", "upper("), "")
    assert "- index posts.ix_posts_lower\n" in scaffold(posts, "migrate", "no index").out
    migrated(posts)
    assert NOTHING == scaffold(posts, "migrate", "again").out


def test_what_postgresql_alone_has_is_told(posts: Path, scaffold: Scaffold) -> None:
    mood = '    mood: Mapped[str | None] = mapped_column(Enum("sad", "glad", name="mood"))\n'
    change(posts, TITLE, TITLE + mood)
    change(posts, "from sqlalchemy ", "from sqlalchemy import Enum, Sequence\nfrom sqlalchemy ")
    of_type = scaffold(posts, "migrate", "moods", "--dry-run")
    number = '    number: Mapped[int] = mapped_column(server_default=Sequence("n").next_value())\n'
    change(posts, mood, number)

    of_sequence = scaffold(posts, "migrate", "numbers")

    assert "note: PostgreSQL has a type `mood` for an Enum of `posts`, which Alembic" in of_type.err
    assert ".create(op.get_bind(), checkfirst=True)` first in `upgrade`, and `sa." in of_type.err
    assert 1 == of_sequence.code
    assert "help: take Identity() in the place of the sequence: mapped_column(Id" in of_sequence.err


def test_what_would_be_lost_is_refused(posts: Path, scaffold: Scaffold) -> None:
    change(posts, TITLE, TITLE.replace("title", "headline"))
    before = tree(posts)

    result = scaffold(posts, "migrate", "headlines")

    assert (1, "") == (result.code, result.out)
    assert "error: this would lose `posts.title` with what is in them; nothing was" in result.err
    assert "help: add --accept-data-loss if that is meant; a rename keeps what is" in result.err
    assert before == tree(posts)
    assert 0 == scaffold(posts, "migrate", "headlines", "--accept-data-loss").code


def test_a_column_that_rows_have_no_value_for_is_noted(posts: Path, scaffold: Scaffold) -> None:
    change(posts, TITLE, f"{TITLE}    rank: Mapped[int]\n")

    result = scaffold(posts, "migrate", "ranks")

    assert 0 == result.code
    assert "note: `posts.rank` may not be empty, and the rows that exist have" in result.err


def test_a_dry_run_shows_the_revision_and_writes_nothing(posts: Path, scaffold: Scaffold) -> None:
    change(posts, TITLE, f"{TITLE}    rank: Mapped[int | None]\n")
    before = tree(posts)

    shown = [scaffold(posts, "migrate", "ranks", "-n", "--diff").out for _ in range(2)]

    assert "nothing was written" in shown[0]
    ids = [line for text in shown for line in text.splitlines() if "+Revision ID" in line]
    assert 2 == len(ids)
    assert ids[0] == ids[1]
    assert before == tree(posts)


def test_json_has_what_the_revision_does(posts: Path, scaffold: Scaffold) -> None:
    change(posts, TITLE, f"{TITLE}    rank: Mapped[int | None]\n")

    said = json.loads(scaffold(posts, "migrate", "ranks", "--json").out)

    assert "done" == said["status"]
    assert [("AddColumn", "posts", "rank")] == [
        (each["do"], each["table"], each["name"]) for each in said["operations"]
    ]
    assert [True] == [each["path"].endswith("_ranks.py") for each in said["changes"]]


def test_a_type_of_one_database_is_written_without_comparing_rules(
    posts: Path, scaffold: Scaffold
) -> None:
    change(posts, TITLE, f"{TITLE}    words: Mapped[str | None] = mapped_column(TSVECTOR())\n")
    change(
        posts,
        "from sqlalchemy import",
        "from sqlalchemy.dialects.postgresql import TSVECTOR\nfrom sqlalchemy import",
    )

    result = scaffold(posts, "migrate", "search posts")

    assert 0 == result.code, result.err
    assert "note: CHECKs are not compared, as SQLite cannot have these tables: " in result.err
    (made,) = [file for file in revisions(posts) if "search" in file.name]
    assert "postgresql.TSVECTOR()" in made.read_text()


def test_the_database_of_the_project_is_left_alone(
    posts: Path, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{posts / 'own.db'}")
    (posts / ".env").write_text("DATABASE_URL=sqlite+aiosqlite:///other.db\n")

    assert 0 == scaffold(posts, "migrate", "nothing").code

    assert [] == [*posts.rglob("*.db")]


def test_models_that_cannot_be_loaded_are_said(posts: Path, scaffold: Scaffold) -> None:
    change(posts, TITLE, f"{TITLE}    rank: Mapped[int] = missing()\n")

    result = scaffold(posts, "migrate", "ranks")

    assert 1 == result.code
    assert "error: the project's models cannot be compared; nothing was written" in result.err
    assert f"note: NameError: name 'missing' is not defined ({MODEL}:" in result.err


def test_migrations_that_do_not_run_are_said(posts: Path, scaffold: Scaffold) -> None:
    last = next((posts / "migrations/versions").glob("*create_posts.py"))
    text = last.read_text()
    last.write_text(text.replace("    op.create", '    op.execute("NONSENSE")\n    op.create', 1))

    result = scaffold(posts, "migrate", "more")

    assert 1 == result.code
    assert "error: the migrations do not run on a scratch SQLite database;" in result.err
    assert f"(migrations/versions/{last.name}:" in result.err


def test_a_project_that_is_not_set_up_is_said(
    posts: Path, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scaffold.scratch._NEEDED", ("alembic", "no_such_library"))

    result = scaffold(posts, "migrate", "more")

    assert 1 == result.code
    assert "error: the project cannot run: it has no `.venv`; nothing was written" in result.err
    assert "help: set the project up first: make test" in result.err


def test_a_message_is_one_plain_line(posts: Path, scaffold: Scaffold) -> None:
    for message in ('say "hi"', "two\nlines", "back\\slash"):
        result = scaffold(posts, "migrate", message)

        assert 1 == result.code
        assert "help: use one line without quotes and backslashes" in result.err


def test_a_message_is_needed(posts: Path, scaffold: Scaffold) -> None:
    result = scaffold(posts, "migrate")

    assert 2 == result.code
    assert "error: a revision needs a message" in result.err


def test_a_revision_that_is_gone_is_written_again(posts: Path, scaffold: Scaffold) -> None:
    last = next(file for file in revisions(posts) if "posts" in file.name)
    text = last.read_text(encoding="utf-8")
    last.unlink()

    result = scaffold(posts, "migrate", "bring posts back")

    assert 0 == result.code
    again = next(file for file in revisions(posts) if "posts" in file.name)
    assert text.partition("def upgrade")[2] == again.read_text().partition("def upgrade")[2]
    assert NOTHING == scaffold(posts, "migrate", "again").out


# Two ends.


@pytest.fixture
def forked(posts: Path) -> Path:
    """A blog whose history has two ends."""
    last = next(file for file in revisions(posts) if "posts" in file.name)
    text = last.read_text().replace('revision: str = "', 'revision: str = "f')
    body, _, _ = text.partition("\ndef upgrade")
    empty = '\ndef upgrade() -> None:\n    """Do nothing."""\n\n\ndef downgrade() -> None:\n    """Do nothing."""\n'
    last.with_name("202601010000_other.py").write_text(body + empty)
    return posts


@pytest.mark.slow
def test_two_ends_are_joined(forked: Path, scaffold: Scaffold) -> None:
    for refused in (("migrate", "more"), ("model", "Tag", "name")):
        result = scaffold(forked, *refused)
        assert 1 == result.code
        assert "help: join them first: scaffold migrate --merge" in result.err

    result = scaffold(forked, "migrate", "--merge")

    assert 0 == result.code
    assert result.out.startswith("added ")
    migrated(forked, "base")
    assert 0 == scaffold(forked, "status").code
    assert NOTHING == scaffold(forked, "migrate", "more").out


def test_one_end_needs_no_merge(posts: Path, scaffold: Scaffold) -> None:
    before = tree(posts)

    result = scaffold(posts, "migrate", "--merge")

    assert (0, "nothing to do: the migrations have one end\n") == (result.code, result.out)
    assert before == tree(posts)
