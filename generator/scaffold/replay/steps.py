"""Read what a revision does to the tables, as plain values that can be kept.

What `scaffold` writes is understood, and so are the usual calls of Alembic's operations. A revision
by hand may do anything: what is not understood is a step of its own, `unread`, and a text that is
no Python is one alone, `broken`.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from scaffold.replay.expressions import (
    Source,
    UnreadError,
    flag_of,
    holds,
    method_of,
    refuse_tables,
    text_of,
    texts_of,
)
from scaffold.untrusted import parse_python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Step = tuple[Any, ...]
"""The name of an operation, and its parts."""
UNREAD = "unread"
BROKEN = "broken"
ROWS = "rows"

_NO_TABLES = {"f", "get_bind", "get_context", "bulk_insert"}
_CONSTRAINTS = {
    "CheckConstraint": "checks",
    "ForeignKeyConstraint": "foreign_keys",
    "PrimaryKeyConstraint": "primary_key",
    "UniqueConstraint": "uniques",
}
_COLUMN_PARTS = 2


def steps_of(text: str) -> list[Step]:
    """Return what `upgrade` of a revision does."""
    try:
        module = parse_python(text)
    except SyntaxError as error:
        return [(BROKEN, error.lineno or 1, error.msg)]
    for statement in module.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == "upgrade":
            return list(_steps(statement.body, {"op": None}, Source(text)))
    return [(UNREAD, 1)]


def _steps(
    statements: list[ast.stmt], names: Mapping[str, str | None], source: Source
) -> Iterator[Step]:
    """Yield the steps; `names` has what operations are called on, with the table of a batch."""
    for statement in statements:
        try:
            # All of a statement or nothing of it.
            yield from list(_of_statement(statement, names, source))
        except (UnreadError, IndexError, ValueError, RecursionError):
            yield UNREAD, statement.lineno


def _of_statement(
    statement: ast.stmt, names: Mapping[str, str | None], source: Source
) -> Iterator[Step]:
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name))) as call) if (
            name in names
        ):
            yield from _of_call(_Call(call, names[name], source))
        case ast.With(
            items=[ast.withitem(context_expr=ast.Call() as call, optional_vars=ast.Name(id=name))]
        ) if method_of(call) == "batch_alter_table":
            inside = {**names, name: text_of(call.args[0])}
            yield from _steps(statement.body, inside, source)
        case ast.If(test=test, body=body, orelse=rest):
            here, elsewhere = (body, rest) if holds(test) else (rest, body)
            yield from _steps(here, names, source)
            yield from _retypings(_steps(elsewhere, names, source))
        case _:
            used = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
            if used & names.keys():
                raise UnreadError


def _retypings(steps: Iterator[Step]) -> Iterator[Step]:
    """Yield the new types that columns get on another database, variants included."""
    for step in steps:
        if step[0] == "alter_column" and step[-1].keys() == {"type"}:
            yield "retype", *step[1:3], step[-1]["type"]


class _Call:
    """The call of an operation, whose arguments are taken from the first to the last."""

    def __init__(self, node: ast.Call, batch: str | None, source: Source) -> None:
        self.node = node
        self.method = method_of(node)
        self.named = {keyword.arg or "": keyword.value for keyword in node.keywords}
        self.source = source
        self._batch = batch
        self._args = list(node.args)

    def take(self) -> ast.expr:
        return self._args.pop(0)

    def text(self) -> str:
        return text_of(self.take())

    def texts(self) -> list[str]:
        return texts_of(self.take())

    def table(self) -> str:
        """Return the table of the batch, or the next argument."""
        return self._batch or self.text()

    def rest(self) -> list[ast.expr]:
        return self._args

    @property
    def batch(self) -> str | None:
        return self._batch


def _of_call(call: _Call) -> Iterator[Step]:
    if call.method == "execute":
        statement = call.take()
        refuse_tables(statement)
        yield ROWS, call.source.one_line(statement)
    elif call.method not in _NO_TABLES:
        reader = _READERS.get(call.method)
        if reader is None:
            raise UnreadError
        yield reader(call)


# Tables.


def _create_table(call: _Call) -> Step:
    return "create_table", call.text(), [_part(each, call.source) for each in call.rest()]


def _drop_table(call: _Call) -> Step:
    return "drop_table", call.text()


def _rename_table(call: _Call) -> Step:
    return "rename_table", call.text(), call.text()


def _part(node: ast.expr, source: Source) -> Step:
    """Return a column or a constraint of a new table."""
    if not isinstance(node, ast.Call):
        raise UnreadError
    call = _Call(node, None, source)
    if call.method == "Column":
        return "columns", _column(node, source)
    kind = _CONSTRAINTS.get(call.method)
    name = text_of(call.named["name"]) if "name" in call.named else ""
    match kind:
        case "checks":
            return kind, {"name": name, "expression": source.one_line(call.take())}
        case "foreign_keys":
            (column,), (target,) = call.texts(), call.texts()
            to_table, _, to_column = target.rpartition(".")
            return kind, _key(call, name, column, to_table, to_column)
        case None:
            raise UnreadError
        case _:
            return kind, {"name": name, "columns": [text_of(each) for each in call.rest()]}


def _key(call: _Call, name: str, column: str, to_table: str, to_column: str) -> dict[str, Any]:
    key = {"name": name, "column": column, "to_table": to_table, "to_column": to_column}
    on_delete = call.named.get("ondelete")
    return key if on_delete is None else {**key, "on_delete": text_of(on_delete)}


# Columns.


def _column(node: ast.expr, source: Source) -> dict[str, Any]:
    if not isinstance(node, ast.Call) or len(node.args) != _COLUMN_PARTS:
        raise UnreadError
    name, kind = node.args
    column: dict[str, Any] = {"name": text_of(name), "type": source.one_line(kind)}
    column["nullable"] = True
    for keyword in node.keywords:
        if keyword.arg == "server_default":
            column["server_default"] = source.one_line(keyword.value)
        elif keyword.arg in ("nullable", "autoincrement", "primary_key"):
            column[keyword.arg] = flag_of(keyword.value)
        else:
            raise UnreadError
    return column


def _add_column(call: _Call) -> Step:
    return "add", call.table(), "columns", _column(call.take(), call.source)


def _drop_column(call: _Call) -> Step:
    return "drop_column", call.table(), call.text()


def _alter_column(call: _Call) -> Step:
    table, name = call.table(), call.text()
    readers: dict[str, tuple[str, Callable[[ast.expr], Any]]] = {
        "new_column_name": ("name", text_of),
        "type_": ("type", call.source.one_line),
        "nullable": ("nullable", flag_of),
        "server_default": ("server_default", call.source.one_line),
    }
    changes = {
        key: read(call.named[argument])
        for argument, (key, read) in readers.items()
        if argument in call.named
    }
    return "alter_column", table, name, changes


# Constraints and indexes.


def _create_index(call: _Call) -> Step:
    name, table = call.text(), call.table()
    is_unique = "unique" in call.named and flag_of(call.named["unique"])
    if is_unique or call.named.keys() - {"unique"}:
        raise UnreadError
    return "add", table, "indexes", {"name": name, "columns": call.texts()}


def _create_unique(call: _Call) -> Step:
    name, table = call.text(), call.table()
    return "add", table, "uniques", {"name": name, "columns": call.texts()}


def _create_primary_key(call: _Call) -> Step:
    name, table = call.text(), call.table()
    return "add", table, "primary_key", {"name": name, "columns": call.texts()}


def _create_check(call: _Call) -> Step:
    name, table = call.text(), call.table()
    return "add", table, "checks", {"name": name, "expression": call.source.one_line(call.take())}


def _create_foreign_key(call: _Call) -> Step:
    name, table, to_table = call.text(), call.table(), call.text()
    (column,), (to_column,) = call.texts(), call.texts()
    return "add", table, "foreign_keys", _key(call, name, column, to_table, to_column)


def _drop_constraint(call: _Call) -> Step:
    name = call.text()
    return "drop", call.table(), name


def _drop_index(call: _Call) -> Step:
    name = call.text()
    if call.batch is None and "table_name" in call.named:
        return "drop", text_of(call.named["table_name"]), name
    return "drop", call.table(), name


_READERS: dict[str, Callable[[_Call], Step]] = {
    "create_table": _create_table,
    "drop_table": _drop_table,
    "rename_table": _rename_table,
    "add_column": _add_column,
    "drop_column": _drop_column,
    "alter_column": _alter_column,
    "create_index": _create_index,
    "drop_index": _drop_index,
    "create_unique_constraint": _create_unique,
    "create_check_constraint": _create_check,
    "create_foreign_key": _create_foreign_key,
    "create_primary_key": _create_primary_key,
    "drop_constraint": _drop_constraint,
}
