"""All that a database says of its tables, in a form that does not tell how they came about."""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, inspect, text


def tables(connection: Connection) -> list[str]:
    return sorted(set(inspect(connection).get_table_names()) - {"alembic_version"})


def schema(connection: Connection) -> dict[str, Any]:
    return {name: table(connection, name) for name in tables(connection)}


def table(connection: Connection, name: str) -> dict[str, Any]:
    """Return all that the database says of a table, in an order that does not depend on history."""
    inspector = inspect(connection)
    return {
        "columns": by_name([column(found) for found in inspector.get_columns(name)]),
        "primary key": inspector.get_pk_constraint(name),
        "foreign keys": by_name(inspector.get_foreign_keys(name)),
        "uniques": by_name(inspector.get_unique_constraints(name)),
        "indexes": by_name(inspector.get_indexes(name)),
        "checks": by_name(inspector.get_check_constraints(name)),
        "source": sorted(source(connection, name)),
    }


def column(found: Any) -> dict[str, Any]:  # noqa: ANN401  # SQLAlchemy has no public name for it
    default = found.get("default")
    return {**found, "type": repr(found["type"]), "default": bare(default) if default else default}


def bare(default: str) -> str:
    """Return a default without the brackets that SQLite needs around an expression."""
    return default[1:-1] if default.startswith("(") and default.endswith(")") else default


def by_name(parts: list[Any]) -> list[Any]:
    return sorted(parts, key=lambda part: str(part["name"]))


def source(connection: Connection, name: str) -> Iterator[str]:
    """Yield the parts of the statement that makes the table, where the database keeps one."""
    quoted = connection.dialect.identifier_preparer.quote(name)
    match connection.dialect.name:
        case "sqlite":
            query = "SELECT sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL"
            for made in connection.scalars(text(query), {"name": name}):
                yield from parts(made)
        case "mysql" | "mariadb":
            for row in connection.execute(text(f"SHOW CREATE TABLE {quoted}")):
                made = re.sub(r" AUTO_INCREMENT=\d+", "", row[1])
                yield from (line.strip().rstrip(",") for line in made.splitlines())
        case _:
            query = """
                SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
                WHERE conrelid = to_regclass(:name)
                UNION ALL SELECT indexdef FROM pg_indexes WHERE tablename = :plain
            """
            yield from connection.scalars(text(query), {"name": quoted, "plain": name})


def parts(statement: str) -> Iterator[str]:
    """Yield what is between the commas of a statement, without quotes around names.

    SQLite keeps statements as they were typed, and edits them where it alters a table.
    """
    head, _, body = statement.partition("(")
    yield plain(head)
    depth, quote, start = 0, "", 0
    body = body.rstrip().removesuffix(")")
    for place, char in enumerate(body):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "()":
            depth += 1 if char == "(" else -1
        elif char == "," and depth == 0:
            yield plain(body[start:place])
            start = place + 1
    yield plain(body[start:])


def plain(part: str) -> str:
    pieces = re.split(r"('(?:[^']|'')*')", part)
    for place in range(0, len(pieces), 2):
        pieces[place] = re.sub(r'"(\w+)"', r"\1", re.sub(r"\s+", " ", pieces[place]))
    whole = "".join(pieces).strip()
    return re.sub(r"DEFAULT \(((?:[^()']|'(?:[^']|'')*')*)\)", r"DEFAULT \1", whole)
