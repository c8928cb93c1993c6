"""What one field may say: its type's arguments, its modifiers, and values that fit."""

from operator import attrgetter
from typing import TYPE_CHECKING

from scaffold.entities import names, reserved
from scaffold.entities.field_arguments import check_arguments, unknown_type
from scaffold.entities.field_relations import other_modifiers
from scaffold.entities.field_values import OPTIONAL, canonical_values
from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from scaffold.entities.entity import Entity, Field
    from scaffold.entities.types import TypeTable

_optional = attrgetter(*OPTIONAL)
_others = attrgetter("back", "on_delete", "via", "table", "readonly", "column")
_NO_OPTIONS = (False, False, None, None, None, None, None)
_NO_OTHERS = (None, None, None, None, False, None)


def canonical_field(field: "Field", types: "TypeTable", entity: str | None = None) -> "Field":
    """Return the field with its values in canonical form; refuse what does not fit its type."""
    where = f"`{entity}.{field.name}`" if entity else f"field `{field.name}`"
    row = types.get(field.type)
    if row is None:
        raise unknown_type(field.type, where, types)
    check_arguments(field, row, types, where)
    if _others(field) != _NO_OTHERS or field.is_link:
        field = other_modifiers(field, where)
    if _optional(field) != _NO_OPTIONS:
        field = canonical_values(field, row, where)
    return field


def unknown_field(entity: "Entity", name: str, what: str) -> ScaffoldError:
    """Return the error for a name that is no field of the entity."""
    own = [field.name for field in entity.fields]
    near = names.nearest(name, own)
    return ScaffoldError(
        f"{what} names `{name}`, which is no field of it",
        help=f"a field with a similar name exists: `{near}`"
        if near
        else f"its fields are {names.listed(own)}",
    )


def is_reserved_column(field: "Field") -> bool:
    """Say whether the column that the rules give the field is taken."""
    return field.column_name in reserved.COLUMN_NAMES
