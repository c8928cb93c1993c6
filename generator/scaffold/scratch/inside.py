"""Upgrade a scratch database, and write down how the project's models differ from it.

Runs in the project, with its Python: it may know nothing of scaffold.
"""

from __future__ import annotations

import json
import sys
import traceback
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import command
from alembic.autogenerate.render import renderers
from alembic.config import Config
from alembic.operations import ops
from alembic.script import Script
from sqlalchemy import Boolean, Column, Connection, Enum, Inspector, create_engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alembic.autogenerate.api import AutogenContext
    from alembic.runtime.migration import MigrationContext
    from sqlalchemy import Table


def main() -> None:
    """Do what the first argument says, and write down what was found or what went wrong."""
    wanted = json.loads(sys.argv[1])
    try:
        found = tables_after(wanted) if "order" in wanted else compare(wanted)
    except Exception as error:  # noqa: BLE001  (whatever the project's own code raises)
        found = {"error": f"{type(error).__name__}: {error}", "place": place(error, wanted)}
    Path(wanted["result"]).write_text(json.dumps(found), encoding="utf-8")


def config_of(wanted: dict[str, Any]) -> Config:
    """Return the project's configuration of Alembic, for the copy of its revisions."""
    config = Config(wanted["ini"])
    config.set_main_option("script_location", wanted["migrations"].replace("%", "%%"))
    return config


def tables_after(wanted: dict[str, Any]) -> dict[str, Any]:
    """Upgrade to one revision after the other, and return the tables."""
    for revision in wanted["order"]:
        command.upgrade(config_of(wanted), revision)
    engine = create_engine(f"sqlite:///{wanted['migrated']}")
    with engine.connect() as connection:
        inspector = inspect(connection)
        return {"tables": {name: parts(inspector, name) for name in inspector.get_table_names()}}


def parts(inspector: Inspector, table: str) -> list[str]:
    """Return the parts of a table as texts, whatever their order."""
    found = (
        *inspector.get_columns(table),
        *inspector.get_indexes(table),
        *inspector.get_unique_constraints(table),
        *inspector.get_foreign_keys(table),
        *inspector.get_check_constraints(table),
    )
    return sorted(str(sorted(each.items(), key=str)) for each in found)


def compare(wanted: dict[str, Any]) -> dict[str, Any]:
    """Upgrade, and let Alembic write the revision that is missing."""
    config = config_of(wanted)
    command.upgrade(config, "heads")
    found: dict[str, Any] = {"operations": [], "unseen": [], "file": None}

    def note(context: MigrationContext, _: object, directives: list[ops.MigrationScript]) -> None:
        upgrade, downgrade = directives[0].upgrade_ops, directives[0].downgrade_ops
        if upgrade is None or downgrade is None or context.connection is None:
            return
        engine = create_engine(f"sqlite:///{wanted['created']}")
        try:
            context.opts["target_metadata"].create_all(engine)
        except SQLAlchemyError as error:  # a type that SQLite does not have
            found["uncompared"] = str(error).partition("\n")[0]
        else:
            with engine.connect() as connection:
                migrated, created = inspect(context.connection), inspect(connection)
                found["unseen"] = unseen(migrated, created)
                tables = context.opts["target_metadata"].tables
                come, gone = index_changes(tables, context.connection, connection)
                upgrade.ops += [*gone, *come]
                downgrade.ops[:0] = [each.reverse() for each in come]
                downgrade.ops += [each.reverse() for each in gone]
                for operation in upgrade.ops:
                    leave_checks(operation)
                upgrade.ops = with_checks(upgrade.ops, checks(migrated), checks(created))
                downgrade.ops = with_checks(downgrade.ops, checks(created), checks(migrated))
        found["operations"] = [record for each in upgrade.ops for record in records(each)]
        if upgrade.is_empty():
            directives[:] = []

    if not has_ruff():
        config.set_section_option("post_write_hooks", "hooks", "")
    made = command.revision(
        config, wanted["message"], autogenerate=True, process_revision_directives=note
    )
    if isinstance(made, Script):  # a list without any where nothing is missing
        found |= {"file": made.path, "id": made.revision}
    return found


def place(error: BaseException, wanted: dict[str, str]) -> list[str | int] | None:
    """Return the file and the line of the project's own code in which an error came up."""
    frames = traceback.extract_tb(error.__traceback__)
    folders = (str(Path(wanted["ini"]).parent), str(Path(wanted["migrations"]).parent))
    own = [
        each
        for each in frames
        if each.filename.startswith(folders) and "site-packages" not in each.filename
    ]
    return [own[-1].filename, own[-1].lineno or 0] if own else None


def has_ruff() -> bool:
    """Tell whether the hooks of the project's configuration can run."""
    from importlib.util import find_spec

    return find_spec("ruff") is not None


def records(operation: ops.MigrateOperation) -> list[dict[str, Any]]:
    """Return what an operation does, as plain values."""
    if isinstance(operation, ops.ModifyTableOps):
        return [record for each in operation.ops for record in records(each)]
    table = getattr(operation, "table_name", None) or getattr(operation, "source_table", None)
    record: dict[str, Any] = {"do": type(operation).__name__.removesuffix("Op"), "table": table}
    if isinstance(operation, ops.AddColumnOp):
        column = operation.column
        record |= {
            "name": column.name,
            "needs_value": not column.nullable and column.server_default is None,
            **native_types([column]),
        }
    elif isinstance(operation, ops.CreateTableOp):
        record |= native_types(operation.columns)
    elif isinstance(operation, ops.DropColumnOp | ops.AlterColumnOp):
        record["name"] = operation.column_name
    else:
        name = getattr(operation, "constraint_name", None) or getattr(operation, "index_name", None)
        record |= {"name": str(name)} if name else {}
    return [record]


def native_types(columns: Sequence[object]) -> dict[str, list[str]]:
    """Return the names of the types that PostgreSQL makes of Enums."""
    types = [each.type for each in columns if isinstance(each, Column)]
    names = {str(each.name) for each in types if isinstance(each, Enum) and each.native_enum}
    return {"types": sorted(names)} if names else {}


def checks(inspector: Inspector) -> dict[str, dict[str, str]]:
    """Return the CHECKs of each table, by their name."""
    return {
        table: {
            str(each["name"]): each["sqltext"] for each in inspector.get_check_constraints(table)
        }
        for table in inspector.get_table_names()
    }


def with_checks(
    operations: list[ops.MigrateOperation],
    before: dict[str, dict[str, str]],
    after: dict[str, dict[str, str]],
) -> list[ops.MigrateOperation]:
    """Return the operations with those for CHECKs, which Alembic does not compare."""
    first: list[ops.MigrateOperation] = []
    last: list[ops.MigrateOperation] = []
    for table in sorted(before.keys() & after.keys()):
        old, new = before[table], after[table]
        gone = [name for name in old if old[name] != new.get(name)]
        come = [name for name in new if new[name] != old.get(name)]
        drops = [ops.DropConstraintOp(name, table, type_="check") for name in gone]
        adds = [ops.CreateCheckConstraintOp(name, table, new[name]) for name in come]
        first += [ops.ModifyTableOps(table, drops)] if drops else []
        last += [ops.ModifyTableOps(table, adds)] if adds else []
    return [*first, *operations, *last]


@renderers.dispatch_for(ops.CreateCheckConstraintOp, replace=True)
def render_check(context: AutogenContext, operation: ops.CreateCheckConstraintOp) -> str:
    """Write the operation that makes a CHECK."""
    name = json.dumps(operation.constraint_name)
    text = json.dumps(str(operation.condition).replace(":", "\\:"), ensure_ascii=False)
    if context._has_batch:  # noqa: SLF001  (as Alembic's own renderers do)
        return f"batch_op.create_check_constraint(op.f({name}), sa.text({text}))"
    table = json.dumps(operation.table_name)
    return f"op.create_check_constraint(op.f({name}), {table}, sa.text({text}))"


def index_changes(
    tables: Mapping[str, Table], migrated: Connection, created: Connection
) -> tuple[list[ops.ModifyTableOps], list[ops.ModifyTableOps]]:
    """Return operations for indexes on expressions that came and went: Alembic sees none on SQLite."""
    before, after = expression_indexes(migrated), expression_indexes(created)
    indexes = {str(index.name): index for table in tables.values() for index in table.indexes}
    come = [
        ops.ModifyTableOps(table, [ops.CreateIndexOp.from_index(indexes[name])])
        for name, (table, _) in sorted(after.items())
        if name not in before
    ]
    gone = [
        ops.ModifyTableOps(table, [dropped(name, table, sql)])
        for name, (table, sql) in sorted(before.items())
        if name not in after and table in tables
    ]
    return come, gone


def dropped(name: str, table: str, sql: str) -> ops.DropIndexOp:
    """Return the operation that drops an index, and can be undone."""
    is_unique, parts = (
        sql.upper().startswith("CREATE UNIQUE"),
        sql.partition("(")[2].rpartition(")")[0],
    )
    made = ops.CreateIndexOp(name, table, [text(parts)], unique=is_unique)
    return ops.DropIndexOp(name, table, _reverse=made)


def leave_checks(operation: ops.MigrateOperation) -> None:
    """Leave the CHECK of a new column's type, such as that of an Enum, to the operation of its own."""
    if isinstance(operation, ops.ModifyTableOps):
        for each in operation.ops:
            leave_checks(each)
    elif isinstance(operation, ops.AddColumnOp) and isinstance(
        operation.column.type, Boolean | Enum
    ):
        operation.column.type.create_constraint = False


def expression_indexes(connection: Connection) -> dict[str, tuple[str, str]]:
    """Return the table and the statement of each index on an expression."""
    found = connection.exec_driver_sql(
        "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND EXISTS "
        "(SELECT 1 FROM pragma_index_info(sqlite_master.name) WHERE cid = -2)"
    )
    return {name: (table, " ".join(sql.split())) for name, table, sql in found}


def unseen(migrated: Inspector, created: Inspector) -> list[dict[str, str]]:
    """Return what differs in parts of the tables for which no operation is written."""
    found: list[dict[str, str]] = []
    for table in sorted({*migrated.get_table_names()} & {*created.get_table_names()}):
        for what, read in _UNSEEN.items():
            before, after = read(migrated, table), read(created, table)
            names = sorted(before.keys() & after.keys())
            found += [
                {"table": table, "what": what, "name": n} for n in names if before[n] != after[n]
            ]
    return found


def expressions(inspector: Inspector, table: str) -> dict[str, str]:
    """Return what each column of a table is computed from; nothing for what is stored."""
    columns = inspector.get_columns(table)
    return {
        each["name"]: within_brackets(each["computed"]["sqltext"])
        for each in columns
        if "computed" in each
    }


def within_brackets(text: str) -> str:
    """Return an expression, after which SQLAlchemy reads on to the last bracket of the line."""
    depths = list(accumulate((each == "(") - (each == ")") for each in text))
    return text[: depths.index(-1)] if -1 in depths else text


def index_texts(inspector: Inspector, table: str) -> dict[str, str]:
    """Return the statement of each index on an expression of a table, whatever its spelling."""
    found = expression_indexes(inspector.bind) if isinstance(inspector.bind, Connection) else {}
    return {
        name: "".join(sql.lower().split()).replace('"', "")
        for name, (of, sql) in found.items()
        if of == table
    }


def predicates(inspector: Inspector, table: str) -> dict[str, str]:
    """Return the condition of each index of a table."""
    return {
        str(each["name"]): str(each.get("dialect_options", {}).get("sqlite_where"))
        for each in inspector.get_indexes(table)
    }


_UNSEEN = {
    "condition of the index": predicates,
    "expression of the index": index_texts,
    "expression of the column": expressions,
}


if __name__ == "__main__":
    main()
