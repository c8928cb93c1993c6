"""The steps of a revision are performed in their order, each by its own macro."""

import pytest
from jinja2 import UndefinedError

from macro_modules import Derived, derived, lines, macros
from projects import entity

operations = macros("revision/operations")

KEY = {"name": "fk", "column": "a_id", "to_table": "as", "to_column": "id", "on_delete": None}
COLUMN = {"name": "a", "type": "sa.Integer()", "nullable": False, "server_default": None}


def step(name: str) -> Derived:
    """Return a step with whatever any step may need."""
    spec = derived(entity("Post", "title:str"))["Post"]["table_spec"]
    names = {"table": "posts", "old": "a", "new": "b", "old_key": "pk_a", "new_key": "pk_b"}
    values = {"type": "sa.Integer()", "value": "0", "where": None, "dialect": None}
    more = {
        "key": KEY,
        "late": (),
        "plain": [],
        "calls": [],
        "key_columns": ["id"],
        "counted": None,
    }
    column = "a" if name == "SetValues" else COLUMN
    table = {"table": spec} if name in {"CreateTable", "DropTable"} else {}
    return {"do": name, **names, **values, **more, "column": column, **table}


CALLS = {
    "Batch": 'op.batch_alter_table("posts")',
    "SetValues": "op.execute(sa.table(",
    "RenameTable": 'op.rename_table("a", "b")',
    "RenameColumn": 'op.alter_column("posts", "a", new_column_name="b"',
    "CreateTable": "op.create_table(",
    "DropTable": 'op.drop_table("posts")',
    "AddLateKey": "op.create_foreign_key(",
    "DropLateKey": "op.drop_constraint(",
}


@pytest.mark.parametrize(("name", "call"), CALLS.items())
def test_each_step_has_its_call(name: str, call: str) -> None:
    assert call in operations.perform([step(name)])


def test_the_steps_come_in_their_order() -> None:
    text = operations.perform([step("RenameTable"), step("DropTable"), step("CreateTable")])

    assert text.index("rename_table") < text.index("drop_table") < text.index("create_table")


def test_a_step_that_is_unknown_is_refused_by_name() -> None:
    with pytest.raises(UndefinedError, match="cannot write the step `MergeTables`"):
        operations.perform([step("MergeTables")])


def test_no_step_is_nothing() -> None:
    assert lines(operations.perform([])) == []
