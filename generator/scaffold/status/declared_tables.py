"""Read from a project's code which tables and columns it declares; nothing is imported."""

from __future__ import annotations

import ast
from dataclasses import field
from typing import TYPE_CHECKING

from scaffold.frozen import dataclass
from scaffold.untrusted import TOO_DEEP, parse_python

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_COLUMNS = {"relationship", "association_proxy", "column_property", "synonym", "composite"}


@dataclass(frozen=True, slots=True)
class Declared:
    """A table in the code: its columns by name, each as it is written, and what else it has."""

    name: str
    columns: dict[str, str] = field(default_factory=dict)
    arguments: str = ""


def tables_in(content: bytes) -> dict[str, Declared]:
    """Return the tables that a module declares, by name; raises SyntaxError."""
    try:
        return _tables_of(parse_python(content))
    except RecursionError as error:
        raise SyntaxError(TOO_DEEP, (None, 1, 1, None)) from error


def _tables_of(module: ast.Module) -> dict[str, Declared]:
    found = {}
    for statement in module.body:
        if isinstance(statement, ast.ClassDef) and (declared := _of_class(statement)):
            found[declared.name] = declared
        for call in _calls(statement):
            if _called(call) == "Table" and (declared := _of_table(call)):
                found[declared.name] = declared
    return found


def _calls(statement: ast.stmt) -> Iterator[ast.Call]:
    match statement:
        case ast.Assign(value=ast.Call() as call) | ast.AnnAssign(value=ast.Call() as call):
            yield call


def _of_class(node: ast.ClassDef) -> Declared | None:
    name, arguments = "", ""
    columns: dict[str, str] = {}
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="__tablename__")], value=ast.Constant(value=text)):
                name = str(text)
            case ast.Assign(targets=[ast.Name(id="__table_args__")], value=value):
                arguments = ast.dump(value)
            case ast.AnnAssign(target=ast.Name(id=attribute), annotation=kind, value=value) if (
                _is_column(kind, value)
            ):
                column = _named(value) or attribute
                columns[column] = ast.dump(kind) + (ast.dump(value) if value else "")
    return Declared(name, columns, arguments) if name else None


def _is_column(kind: ast.expr, value: ast.expr | None) -> bool:
    is_mapped = isinstance(kind, ast.Subscript) and _last(kind.value) == "Mapped"
    return is_mapped and not (isinstance(value, ast.Call) and _called(value) in _NO_COLUMNS)


def _named(value: ast.expr | None) -> str | None:
    """Return the name that a column is given as its first argument."""
    match value:
        case ast.Call(args=[ast.Constant(value=str(name)), *_]):
            return name
        case _:
            return None


def _of_table(call: ast.Call) -> Declared | None:
    name = _named(call)
    if name is None:
        return None
    parts = [part for part in call.args if isinstance(part, ast.Call)]
    columns = {column: ast.dump(part) for part in parts if (column := _named(part))}
    rest = [ast.dump(part) for part in parts if _called(part) != "Column"]
    return Declared(name, columns, "".join(rest))


def _called(call: ast.Call) -> str:
    return _last(call.func)


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
