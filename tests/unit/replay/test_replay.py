"""What migrations build is found by reading them."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evolution import model, revise
from scaffold.entities.edit import Edit
from scaffold.entities.entity import Entity, in_order
from scaffold.entities.graph import validate
from scaffold.errors import ScaffoldError
from scaffold.replay.steps import ROWS, steps_of
from scaffold.replay.tables import Built, Spec, apply_step, build
from scaffold.revisions.history import VERSIONS, read_history
from scaffold.schema.tables import Table, specs
from strategies import TYPES, graphs


def built(root: Path) -> Built:
    return build(read_history(root), root / VERSIONS)


def plain(tables: dict[str, Table]) -> dict[str, Table]:
    """Return tables whose parts are in an order that does not depend on how they came to be."""

    def name(part: object) -> str:
        return str(getattr(part, "name", part))

    return {
        key: replace(
            table,
            columns=tuple(sorted(table.columns, key=name)),
            foreign_keys=tuple(sorted(table.foreign_keys, key=name)),
            uniques=tuple(sorted(table.uniques, key=name)),
            indexes=tuple(sorted(table.indexes, key=name)),
            checks=tuple(sorted(table.checks, key=name)),
        )
        for key, table in tables.items()
    }


def derived(entities: tuple[Entity, ...]) -> dict[str, Table]:
    tables = [Table.from_spec(spec) for spec in specs(model(entities)).values()]
    return plain({table.name: table for table in tables})


def read(found: Built) -> dict[str, Table]:
    assert () == found.unread
    return plain({name: Table.from_spec(spec) for name, spec in found.tables.items()})


@st.composite
def edits(draw: st.DrawFn, before: tuple[Entity, ...]) -> Edit:
    """Drop fields and entities, let others be empty, and rename some."""
    renames: dict[str, dict[str, str]] = {}
    after = []
    for entity in before:
        kept = [field for field in entity.fields if draw(st.integers(0, 3))]
        fields = [
            replace(field, null=field.null or draw(st.booleans()), unique=False, index=False)
            for field in kept or entity.fields
        ]
        if draw(st.booleans()):
            renames[entity.name] = {fields[0].name: "renamed_field"}
            fields[0] = replace(fields[0], name="renamed_field")
        table = draw(st.sampled_from([entity.table, f"{entity.table[:50]}_x"]))
        after.append(
            replace(
                entity,
                fields=tuple(fields),
                table=table,
                lock=draw(st.booleans()),
                soft_delete=draw(st.booleans()),
                unique=(),
                index=(),
                checks=(),
                samples=(),
            )
        )
    return Edit(in_order(after), field_renames=renames, accepts_loss=True)


@given(st.data())
def test_tables_are_those_of_the_entities_after_changes(data: st.DataObject) -> None:
    before = data.draw(graphs(max_entities=3, max_fields=4))
    edit = data.draw(edits(before))
    with TemporaryDirectory() as name:
        root = Path(name)
        revise(root, (), Edit(before))
        assert derived(before) == read(built(root))

        try:
            validate(edit.entities, TYPES)
            revise(root, before, edit)
        except ScaffoldError:  # what random edits cannot be
            assume(condition=False)
        assert derived(edit.entities) == read(built(root))


HEAD = '"""X."""\n\nrevision = "a"\ndown_revision = None\n\n\ndef upgrade():\n'


@pytest.mark.parametrize(
    "body",
    [
        'op.execute("ALTER TABLE posts ADD COLUMN x INTEGER")',
        'for name in ("a", "b"):\n        op.drop_table(name)',
        'op.drop_table(f"{name}s")',
        'with op.batch_alter_table("posts") as batch:\n        batch.something_else("x")',
        'op.create_index("ix", "posts", ["a"], unique=True)',
        'if op.get_bind().has_table("x"):\n        op.drop_table("x")',
        "helper(op)",
    ],
)
def test_what_is_not_understood_is_named_with_its_place(tmp_path: Path, body: str) -> None:
    folder = tmp_path / VERSIONS
    folder.mkdir(parents=True)
    (folder / "a.py").write_text(f"{HEAD}    {body}\n", encoding="utf-8")

    ((file, line),) = built(tmp_path).unread

    assert "a.py" == file
    assert line in (8, 9)


@pytest.mark.parametrize(
    "body",
    [
        "pass",
        "op.execute(\"UPDATE posts SET title = 'x'\")",
        'op.execute(sa.text("DELETE FROM posts"))',
        'op.execute(sa.table("posts").update())',
        'rows = sa.table("posts")\n    op.bulk_insert(rows, [{"a": 1}])',
        'if op.get_context().dialect.name == "postgresql":\n        op.execute("ALTER TABLE x")',
        'if op.get_context().dialect.name in {"mysql", "mariadb"}:\n        op.drop_table("x")',
    ],
)
def test_what_changes_rows_or_other_databases_alone_changes_no_table(body: str) -> None:
    assert [] == [step for step in steps_of(f"{HEAD}    {body}\n") if step[0] != ROWS]


def test_operations_as_alembic_writes_them_are_understood() -> None:
    steps = steps_of(
        HEAD
        + """\
    op.create_table('posts', sa.Column('id', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_posts')))
    with op.batch_alter_table('posts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('a', sa.String(length=200), nullable=True))
        batch_op.alter_column('a', existing_type=sa.String(length=200), nullable=False)
    op.drop_index('ix_a', table_name='posts')
"""
    )

    assert ["create_table", "add", "alter_column", "drop"] == [step[0] for step in steps]


def retyped(source: str) -> list[tuple[object, ...]]:
    """Return the steps of a revision that gives a column another type on one database."""
    return steps_of(
        "def upgrade():\n"
        '    if op.get_context().dialect.name in {"mysql", "mariadb"}:\n'
        '        with op.batch_alter_table("posts") as batch:\n'
        f'            batch.alter_column("title", existing_type=sa.Text(), type_={source})\n'
    )


def test_a_variant_that_changes_on_one_database_is_read() -> None:
    variant = 'sa.Text().with_variant(mysql.LONGTEXT(), "mysql")'
    made = 'op.create_table("posts", sa.Column("title", sa.Text(), nullable=False))'

    for kind, expected in [(variant, variant), ("sa.Integer()", "sa.Text()")]:
        (step,) = retyped(kind)
        tables: dict[str, Spec] = {}
        for each in (*steps_of(f"def upgrade():\n    {made}\n"), step):
            apply_step(tables, each)
        assert tables["posts"]["columns"][0]["type"] == expected
