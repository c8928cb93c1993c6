"""Branches are joined only if each can run after the other: a database is the judge of it."""

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.exc import SQLAlchemyError

from scaffold.replay.orders import clash_of
from scaffold.revisions.history import History, PastRevision
from scaffold.scratch.inside import parts

START = """
op.create_table(
    "posts",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("title", sa.String(80), nullable=False),
    sa.Column("kind", sa.String(20), nullable=True),
    sa.Column("author_id", sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint("id", name="pk_posts"),
    sa.CheckConstraint(sa.column("kind").in_(["a", "b"]), name="ck_posts_kind"),
    sa.UniqueConstraint("title", "kind", name="uq_posts_title_kind"),
)
op.create_index("ix_posts_author_id", "posts", ["author_id"])
op.create_table("users", sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id", name="pk_users"))
op.create_table("tags", sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id", name="pk_tags"))
"""
BATCH = 'with op.batch_alter_table("posts") as batch:\n    '
CHANGES = {
    "column": BATCH + 'batch.add_column(sa.Column("views", sa.Integer(), nullable=True))',
    "column with rows": (
        f'{BATCH}batch.add_column(sa.Column("views", sa.Integer(), nullable=True))\n'
        'op.execute(sa.table("posts", sa.column("views", sa.Integer())).update().values({"views": 1}))\n'
        f'{BATCH}batch.alter_column("views", existing_type=sa.Integer(), nullable=False)'
    ),
    "rename": BATCH
    + 'batch.alter_column("author_id", existing_type=sa.Integer(), new_column_name="writer_id")',
    "rename to new": BATCH
    + 'batch.alter_column("author_id", existing_type=sa.Integer(), new_column_name="views")',
    "wider": BATCH
    + 'batch.alter_column("title", existing_type=sa.String(80), type_=sa.String(90))',
    "widest": BATCH
    + 'batch.alter_column("title", existing_type=sa.String(80), type_=sa.String(99))',
    "drop": f'{BATCH}batch.drop_index("ix_posts_author_id")\n{BATCH}batch.drop_column("author_id")',
    "index": 'op.create_index("ix_posts_mine", "posts", ["author_id", "title"])',
    "unique": BATCH + 'batch.create_unique_constraint("uq_posts_author_id", ["author_id"])',
    "key": BATCH + 'batch.create_foreign_key("fk_posts_author_id", "users", ["author_id"], ["id"])',
    "values": (
        f'{BATCH}batch.drop_constraint("ck_posts_kind", type_="check")\n'
        f'{BATCH}batch.create_check_constraint("ck_posts_kind", sa.column("kind").in_(["a", "b", "c"]))'
    ),
    "other values": (
        f'{BATCH}batch.drop_constraint("ck_posts_kind", type_="check")\n'
        f'{BATCH}batch.create_check_constraint("ck_posts_kind", sa.column("kind").in_(["a", "d"]))'
    ),
    "rows": "op.execute(\"UPDATE posts SET author_id = 1 WHERE title = 'kind'\")",
    "renamed table": 'op.rename_table("posts", "articles")',
    "dropped table": 'op.drop_table("users")',
    "new table": (
        'op.create_table("likes", sa.Column("id", sa.Integer(), nullable=False), '
        'sa.Column("user_id", sa.Integer(), nullable=True), '
        'sa.PrimaryKeyConstraint("id", name="pk_likes"), '
        'sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_likes_user_id"))'
    ),
}
# SQLite, or Alembic's batches there, let pass what the other databases refuse.
REFUSED_ELSEWHERE = {
    frozenset({"dropped table", "new table"}),  # a reference to no table
    frozenset({"dropped table", "key"}),
    frozenset({"drop", "unique"}),  # of a column that is not there
    frozenset({"drop", "key"}),
    frozenset({"unique"}),  # a second time
}


def ran(order: Sequence[str]) -> dict[str, list[str]] | None:
    """Return the tables after these steps on SQLite; None where one fails."""
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        operations = Operations(MigrationContext.configure(connection))
        try:
            for text in order:
                exec(text, {"op": operations, "sa": sa})  # noqa: S102  # the text of a revision
        except (SQLAlchemyError, KeyError, ValueError):
            return None
        inspector = sa.inspect(connection)
        return {name: parts(inspector, name) for name in inspector.get_table_names()}


def written(folder: Path, texts: dict[str, tuple[str, str]]) -> History:
    """Write revisions: the parent, and what each does."""
    revisions = []
    for name, (parent, text) in texts.items():
        lines = "".join(f"    {line}\n" for line in text.strip().splitlines())
        (folder / f"{name}.py").write_text(f"def upgrade():\n{lines}", encoding="utf-8")
        revisions.append(PastRevision(f"{name}.py", name, (parent,) if parent else ()))
    return History(tuple(revisions))


@pytest.mark.parametrize("one", CHANGES)
def test_each_pair_is_joined_if_both_orders_run_and_end_alike(one: str, tmp_path: Path) -> None:
    for other in list(CHANGES)[list(CHANGES).index(one) :]:
        texts = {"start": ("", START), "a": ("start", CHANGES[one]), "b": ("start", CHANGES[other])}
        found = clash_of(written(tmp_path, texts), tmp_path)

        made = [ran([START, *order]) for order in permutations([CHANGES[one], CHANGES[other]])]
        fits = None not in made and made[0] == made[1] and {one, other} not in REFUSED_ELSEWHERE
        assert (found is None) is fits, f"{one}, {other}: {found}"
        assert found is None or found.reason


def test_the_reason_is_said(tmp_path: Path) -> None:
    texts = {
        "s": ("", START),
        "renames": ("s", CHANGES["rename"]),
        "indexes": ("s", CHANGES["index"]),
    }

    found: Any = clash_of(written(tmp_path, texts), tmp_path)

    assert ("indexes.py", "renames.py") == (found.file, found.after)
    assert "there is no column `posts.author_id`" == found.reason


def test_orders_that_begin_in_the_middle_of_a_branch_count(tmp_path: Path) -> None:
    back = (
        CHANGES["rename"]
        .replace('"author_id"', '"?"')
        .replace("writer_id", "author_id")
        .replace("?", "writer_id")
    )
    texts = {
        "start": ("", START),
        "there": ("start", CHANGES["rename"]),
        "back": ("there", back),
        "index": ("start", CHANGES["index"]),
    }

    found: Any = clash_of(written(tmp_path, texts), tmp_path)

    assert ("index.py", "there.py") == (found.file, found.after)


def test_three_branches_are_joined(tmp_path: Path) -> None:
    changes = ("column", "wider", "new table")
    texts = {
        "start": ("", START),
        **{name.replace(" ", "_"): ("start", CHANGES[name]) for name in changes},
    }

    assert clash_of(written(tmp_path, texts), tmp_path) is None
    for two in (("wider", "widest"), ("column", "rename to new"), ("index", "drop")):
        more = {
            **texts,
            **{f"more_{each.replace(' ', '_')}": ("start", CHANGES[each]) for each in two},
        }
        assert clash_of(written(tmp_path, more), tmp_path) is not None


def test_what_cannot_be_read_is_left_to_a_run(tmp_path: Path) -> None:
    texts = {
        "start": ("", START),
        "a": ("start", "op.execute('ALTER TABLE posts ADD x')"),
        "b": ("start", CHANGES["index"]),
    }

    found: Any = clash_of(written(tmp_path, texts), tmp_path)

    assert ("a.py", "b.py", "") == (found.file, found.after, found.reason)
