"""The modifiers that no type has to accept: mostly those of relations."""

from dataclasses import replace
from typing import TYPE_CHECKING

from scaffold.entities import names
from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from scaffold.entities.entity import Field

ON_DELETE = ("restrict", "cascade", "set_null")
RELATING = ("back", "on_delete", "via", "table")
NOT_OF_LINKS = {
    "on_delete": "a link goes when what is on either side of it goes",
    "null": "there may always be none",
    "readonly": "links are no part of what is created: they are put and deleted one by one",
    "column": "links are in a table of their own",
}


def other_modifiers(field: "Field", where: str) -> "Field":
    """Check the modifiers that no type has to accept."""
    if field.to is None:
        for name in RELATING:
            if getattr(field, name) is not None:
                raise ScaffoldError(
                    f"{where} takes no `{name}`",
                    note="only a relation to an entity has another side"
                    if name in ("back", "on_delete")
                    else "only `many` keeps links in a table",
                    help=f"leave out `{name}`",
                )
    else:
        _check_relation(field, where)
    if field.column is not None:
        names.check_column(field.column, field.name)
        if field.column == names.column(field.name, reference=field.is_reference):
            field = replace(field, column=None)
    if field.readonly and not field.null and field.default is None and field.server_default is None:
        raise _unfillable(field, where)
    return field


def _unfillable(field: "Field", where: str) -> ScaffoldError:
    return ScaffoldError(
        f"{where} is `readonly` but nothing would ever fill it",
        note="a `readonly` field is in no request",
        help=f"add `null`{'' if field.to else ' or `default=...`'}",
    )


def _check_relation(field: "Field", where: str) -> None:
    if field.back is not None:
        names.check_field(field.back, "the other side of a relation")
    if field.is_link:
        _check_link(field, where)
        return
    for name in ("via", "table"):
        if getattr(field, name) is not None:
            raise ScaffoldError(
                f"{where} takes no `{name}`",
                note="only `many` keeps its links in a table between",
                help=f"write it as {field.name}:many,{field.to}, or leave out `{name}`",
            )
    if field.on_delete is None:
        return
    if field.on_delete not in ON_DELETE:
        near = names.nearest(field.on_delete, ON_DELETE)
        raise ScaffoldError(
            f"`{field.on_delete}` is no `on_delete` for {where}",
            help=f"did you mean `{near}`?" if near else "it is restrict, cascade or set_null",
        )
    if field.on_delete == "set_null" and not field.null:
        raise ScaffoldError(
            f"{where} says `on_delete=set_null` but may not be empty", help="add `null`"
        )


def _check_link(field: "Field", where: str) -> None:
    for name, note in NOT_OF_LINKS.items():
        if getattr(field, name):
            raise ScaffoldError(f"{where} takes no `{name}`", note=note, help=f"leave out `{name}`")
    if field.via is not None and field.table is not None:
        raise ScaffoldError(
            f"{where} takes no `table` beside `via`",
            note=f"its links are the rows of `{field.via}`",
            help="leave out `table`",
        )
    if field.table is not None:
        names.check_table(field.table, field.name, "table=")
