"""What the checks of an entity may say: which fields they name, and what they compare."""

from typing import TYPE_CHECKING

from scaffold.entities import checks, reserved
from scaffold.entities.fields import unknown_field
from scaffold.entities.types import NUMBERS, OPAQUE, TEXTS
from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from scaffold.entities.entity import Entity, Field


def check_checks(entity: "Entity") -> None:
    """Refuse checks of what the entity does not have, or that databases would not take."""
    for number, text in enumerate(entity.checks):
        parsed = checks.parse_check(text)
        if parsed.text != text:
            raise ScaffoldError(
                f"the check `{text}` of `{entity.name}` is not recorded in its canonical form",
                help=f"it should be `{parsed.text}`",
            )
        if text in entity.checks[:number]:
            raise ScaffoldError(f"`{entity.name}` has the check `{text}` twice")
        kinds = {field.name: _kind(field) for field in entity.fields}
        for name in parsed.names:
            if name not in kinds:
                raise unknown_field(entity, name, f"the check `{text}` of `{entity.name}`")
            if entity.field(name).is_link:
                raise ScaffoldError(
                    f"the check `{text}` of `{entity.name}` names `{name}`, which has no column",
                    note="links are in another table",
                )
            _check_unquoted(entity.field(name), text)
            _check_kept(entity.field(name), text)
        checks.check_kinds(parsed, kinds)


def _check_unquoted(field: "Field", text: str) -> None:
    if field.column_name in reserved.SQL_WORDS:
        raise ScaffoldError(
            f"the check `{text}` uses `{field.name}`, whose column `{field.column_name}` has the name "
            "of an SQL keyword",
            help=f"give it another: {field.name}:...:column={field.name}_value",
        )


def _check_kept(field: "Field", text: str) -> None:
    if field.on_delete == "set_null":
        raise ScaffoldError(
            f"the check `{text}` uses `{field.name}`, which a deletion empties",
            note="MariaDB refuses a check of what `on_delete=set_null` changes (error 1901)",
            help="leave it out of the check, or say on_delete=restrict or on_delete=cascade",
        )


def _kind(field: "Field") -> str:
    if field.to is not None:
        return f"a reference to {field.to}"
    if field.type in NUMBERS:
        return "number"
    if field.type in TEXTS:
        return "text"
    return "opaque" if field.type in OPAQUE else field.type
