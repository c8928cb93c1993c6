"""What the checks of an entity may say: which fields they name, and what they compare."""

from typing import TYPE_CHECKING

from scaffold.entities import checks, reserved
from scaffold.entities.fields import unknown_field
from scaffold.entities.types import NUMBERS, OPAQUE, TEXTS
from scaffold.errors import Collected, ScaffoldError, within

if TYPE_CHECKING:
    from scaffold.entities.entity import Entity, Field

MOST_CHECKS = 100


def check_checks(entity: "Entity", errors: Collected) -> None:
    """Collect errors of checks: unknown fields, and comparisons that some database refuses."""
    if len(entity.checks) > MOST_CHECKS:
        with errors:
            raise ScaffoldError(
                f"`{entity.name}` has {len(entity.checks)} checks, of {MOST_CHECKS} at most"
            )
        return
    for number, text in enumerate(entity.checks):
        with errors, within(entity.name, "checks", text):
            _check_check(entity, text)
            if text in entity.checks[:number]:
                raise ScaffoldError(f"`{entity.name}` has the check `{text}` twice")


def _check_check(entity: "Entity", text: str) -> None:
    what = f"the check `{text}` of `{entity.name}`"
    parsed = checks.parse_check(text)
    if parsed.text != text:
        raise ScaffoldError(
            f"{what} is not recorded in its canonical form", help=f"it should be `{parsed.text}`"
        )
    kinds = {field.name: _kind(field) for field in entity.fields}
    for name in parsed.names:
        if name not in kinds:
            raise unknown_field(entity, name, what)
        if entity.field(name).is_link:
            raise ScaffoldError(
                f"{what} names `{name}`, which has no column", note="links are in another table"
            )
        _check_unquoted(entity.field(name), what)
        _check_kept(entity.field(name), what)
    checks.check_kinds(parsed, kinds, what)


def _check_unquoted(field: "Field", what: str) -> None:
    if field.column_name in reserved.SQL_WORDS:
        raise ScaffoldError(
            f"{what} uses `{field.name}`, whose column `{field.column_name}` has the name "
            "of an SQL keyword",
            help=f"give it another: {field.name}:...:column={field.name}_value",
        )


def _check_kept(field: "Field", what: str) -> None:
    if field.on_delete == "set_null":
        raise ScaffoldError(
            f"{what} uses `{field.name}`, which a deletion empties",
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
