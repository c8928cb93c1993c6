"""What entities may say together: names that do not collide, references that can be filled."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from scaffold import checks, names, reserved
from scaffold.errors import ScaffoldError
from scaffold.fields import LONGEST_STRING, canonical_field, is_reserved_column

if TYPE_CHECKING:
    from scaffold.entities import Entity, Field
    from scaffold.types import TypeTable

OPTIONS = {
    "pk": ("int", "uuid4", "uuid7"),
    "api": ("full", "read-only", "none"),
    "page": ("keyset", "offset"),
}
LONGEST_KEY = 768  # characters: MariaDB's keys have 3,072 bytes, and a character may take four
OTHER_KEY = 40  # a generous figure for what is not a string
MOST_KEY_FIELDS = 15

NUMBERS = frozenset({"smallint", "int", "bigint", "float", "decimal"})
TEXTS = frozenset({"str", "text", "email", "url", "slug", "enum"})
OPAQUE = frozenset({"json", "array", "bytes"})


def check(entities: "tuple[Entity, ...]", types: "TypeTable") -> None:
    """Refuse entities that could not be generated, migrated or filled."""
    by_name: dict[str, Entity] = {}
    for entity in entities:
        if entity.name in by_name:
            raise ScaffoldError(
                f"the entity `{entity.name}` is recorded twice",
                note="two branches may each have added one; their merge kept both",
                help="remove one of the two from the answers file",
            )
        by_name[entity.name] = entity
    for entity in entities:
        _check_entity(entity, types)
    _check_names(entities)
    for entity in entities:
        _check_references(entity, by_name)
    _check_backs(entities, by_name)
    _check_constraint_names(entities)
    _check_fillable(entities)


# One entity by itself.


def _check_entity(entity: "Entity", types: "TypeTable") -> None:
    name = entity.name
    names.check_entity(name)
    names.check_plural(entity.plural, name)
    names.check_table(entity.table, name)
    for option, allowed in OPTIONS.items():
        value = getattr(entity, option)
        if value not in allowed:
            near = names.nearest(value, allowed)
            raise ScaffoldError(
                f"`{value}` is no `{option}` for `{name}`",
                help=f"did you mean `{near}`?" if near else f"it is one of {', '.join(allowed)}",
            )
    if not entity.fields:
        raise ScaffoldError(
            f"`{name}` has no fields", help=f"give it one: scaffold model {name} name:str,80"
        )
    for field in entity.fields:
        names.check_field(field.name)
        if canonical_field(field, types, name) != field:
            raise ScaffoldError(
                f"`{name}.{field.name}` is not recorded in its canonical form",
                help=f"it should be {canonical_field(field, types, name)}",
            )
    _check_attributes(entity)
    _check_row_size(entity)
    for option in ("unique", "index"):
        _check_keys(entity, option, types)
    _check_single_keys(entity)
    _check_checks(entity)


def _check_attributes(entity: "Entity") -> None:
    taken: dict[str, str] = {}
    columns: dict[str, str] = {}
    for field in entity.fields:
        own = (field.name, f"{field.name}_id") if field.to is not None else (field.name,)
        for attribute in own:
            if attribute in taken:
                raise _taken(entity, field, attribute, taken[attribute])
            taken[attribute] = field.name
        column = field.column_name
        if column in columns:
            raise ScaffoldError(
                f"`{columns[column]}` and `{field.name}` of `{entity.name}` would both have the "
                f"column `{column}`",
                help="give one of them another: column=...",
            )
        if is_reserved_column(field):
            names.check_column(column, field.name)
        columns[column] = field.name


def _taken(entity: "Entity", field: "Field", attribute: str, other: str) -> ScaffoldError:
    if field.name == other:
        return ScaffoldError(
            f"`{entity.name}` has the field `{other}` twice", help="leave one out, or rename it"
        )
    return ScaffoldError(
        f"`{other}` and `{field.name}` of `{entity.name}` would both have `{attribute}`",
        note="a reference has an attribute with its name and one with `_id` after it",
        help="rename one of them",
    )


def _check_row_size(entity: "Entity") -> None:
    size = sum(field.length or 0 for field in entity.fields)
    if size > LONGEST_STRING:
        longest = max(entity.fields, key=lambda field: field.length or 0)
        raise ScaffoldError(
            f"the strings of `{entity.name}` have {size} characters, and a row has room for "
            f"{LONGEST_STRING} on MariaDB",
            help=f"shorten them, or make them `text`: {longest.name}:text",
        )


def _check_keys(entity: "Entity", option: str, types: "TypeTable") -> None:
    seen: set[tuple[str, ...]] = set()
    by_name = {field.name: field for field in entity.fields}
    for members in getattr(entity, option):
        shown = ",".join(members)
        what = f"--{option} {shown} of `{entity.name}`"
        for member in members:
            if member not in by_name:
                raise _unknown_field(entity, member, what)
        if len(set(members)) < len(members):
            raise ScaffoldError(f"{what} names a field twice", help="leave one out")
        if len(members) < 2:  # noqa: PLR2004  # two make a pair
            raise ScaffoldError(
                f"{what} names one field only",
                help=f"say it with the field instead: `{option}` after the type of {shown}",
            )
        if members in seen:
            raise ScaffoldError(f"{what} is given twice", help="leave one out")
        seen.add(members)
        if len(members) > MOST_KEY_FIELDS:
            raise ScaffoldError(f"{what} has more than {MOST_KEY_FIELDS} fields")
        for member in members:
            _check_in_key(by_name[member], what, types)
        size = sum(by_name[member].length or OTHER_KEY for member in members)
        if size + entity.soft_delete > LONGEST_KEY:
            raise ScaffoldError(
                f"{what} is too long: {size} characters",
                note=f"the keys of MariaDB have room for {LONGEST_KEY}",
                help="shorten a string",
            )


def _check_in_key(field: "Field", what: str, types: "TypeTable") -> None:
    accepts = types[field.type].accepts
    if field.to is None and not accepts & {"unique", "index"}:
        raise ScaffoldError(
            f"{what} names `{field.name}`, which is `{field.type}` and cannot be in a key"
        )


def _check_single_keys(entity: "Entity") -> None:
    for field in entity.fields:
        if not field.length or not (field.unique or field.index):
            continue
        room = LONGEST_KEY - (entity.soft_delete and field.unique)
        if field.length > room:
            option = "unique" if field.unique else "index"
            raise ScaffoldError(
                f"`{entity.name}.{field.name}` is too long for `{option}`: {field.length} characters",
                note=f"the keys of MariaDB have room for {room}",
                help=f"shorten it: {field.name}:{field.type},{room}:{option}",
            )


def _check_checks(entity: "Entity") -> None:
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
                raise _unknown_field(entity, name, f"the check `{text}` of `{entity.name}`")
            _check_unquoted(entity.field(name), text)
        checks.check_kinds(parsed, kinds)


def _check_unquoted(field: "Field", text: str) -> None:
    if field.column_name in reserved.SQL_WORDS:
        raise ScaffoldError(
            f"the check `{text}` uses `{field.name}`, whose column `{field.column_name}` has the name "
            "of an SQL keyword",
            help=f"give it another: {field.name}:...:column={field.name}_value",
        )


def _kind(field: "Field") -> str:
    if field.to is not None:
        return f"a reference to {field.to}"
    if field.type in NUMBERS:
        return "number"
    if field.type in TEXTS:
        return "text"
    return "opaque" if field.type in OPAQUE else field.type


def _unknown_field(entity: "Entity", name: str, what: str) -> ScaffoldError:
    own = [field.name for field in entity.fields]
    near = names.nearest(name, own)
    return ScaffoldError(
        f"{what} names `{name}`, which is no field of it",
        help=f"a field with a similar name exists: `{near}`"
        if near
        else f"its fields are {names.listed(own)}",
    )


# Entities beside each other.


def class_names(entity: "Entity") -> Iterator[str]:
    """Return the names of the classes that are generated for an entity, its own first."""
    name = entity.name
    yield name
    yield f"New{name}"
    yield f"Sql{name}Repository"
    yield f"Fake{name}Repository"
    for suffix in ("Changes", "Repository", "Service", "Row", "Create", "Patch", "Read", "Use"):
        yield name + suffix
    for field in entity.fields:
        if field.values:
            yield name + names.camel(field.name)
        if field.of is not None:
            yield f"{name}{names.camel(field.name)}Item"
    yield names.camel(entity.plural)


def _check_names(entities: "tuple[Entity, ...]") -> None:
    classes: dict[str, str] = {}
    modules: dict[str, str] = {}
    tables: dict[str, str] = {}
    for entity in entities:
        for module in (names.snake(entity.name), entity.plural):
            if module in modules:
                option = "--plural" if module == entity.plural else None
                raise _collision(modules[module], entity.name, f"the name `{module}`", option)
            modules[module] = entity.name
        for made in class_names(entity):
            if made in classes:
                raise _class_collision(classes[made], entity, made)
            if made != entity.name and made in reserved.CLASS_NAMES:
                raise ScaffoldError(
                    f"`{entity.name}` would need a class `{made}`",
                    note=reserved.CLASS_NAMES[made],
                    help="rename the entity or the field",
                )
            classes[made] = entity.name
        if entity.table in tables:
            what = f"the table `{entity.table}`"
            raise _collision(tables[entity.table], entity.name, what, "--table")
        tables[entity.table] = entity.name


def _collision(one: str, two: str, what: str, option: str | None) -> ScaffoldError:
    return ScaffoldError(
        f"`{one}` and `{two}` would both have {what}",
        help=f"give one of them another: {option} ..." if option else "rename one of them",
    )


def _class_collision(other: str, entity: "Entity", made: str) -> ScaffoldError:
    if other == entity.name:
        return ScaffoldError(
            f"`{entity.name}` would have two classes `{made}`",
            note="an enum or an array has a class named after its entity and its field",
            help="rename the field",
        )
    return ScaffoldError(
        f"`{other}` and `{entity.name}` would both have a class `{made}`",
        help="rename one of them",
    )


def _check_references(entity: "Entity", by_name: "dict[str, Entity]") -> None:
    for field in entity.references:
        target = str(field.to)
        if target not in by_name:
            near = names.nearest(target, by_name)
            raise ScaffoldError(
                f"`{entity.name}.{field.name}` refers to `{target}`, which this project does not "
                "have; nothing was written",
                help=f"an entity with a similar name exists: `{near}`"
                if near
                else f"create it first: scaffold model {target} ...",
            )


def _check_backs(entities: "tuple[Entity, ...]", by_name: "dict[str, Entity]") -> None:
    taken: dict[str, dict[str, str]] = {}
    for entity in entities:
        for field in entity.references:
            target, back = str(field.to), field.back
            if back is None or field.on_delete is None:
                raise ScaffoldError(
                    f"`{entity.name}.{field.name}` records no "
                    f"`{'back' if back is None else 'on_delete'}`"
                )
            if target not in taken:
                taken[target] = _attributes(by_name[target])
            if back in taken[target]:
                raise ScaffoldError(
                    f"the other side of `{entity.name}.{field.name}` would be `{target}.{back}`, "
                    f"which is {taken[target][back]}",
                    help="give this or the other another name: back=...",
                )
            taken[target][back] = f"the other side of `{entity.name}.{field.name}`"


def _attributes(entity: "Entity") -> dict[str, str]:
    taken = {}
    for field in entity.fields:
        taken[field.name] = "a field of it"
        if field.to is not None:
            taken[f"{field.name}_id"] = f"the key of its `{field.name}`"
    return taken


def _check_constraint_names(entities: "tuple[Entity, ...]") -> None:
    """Refuse two indexes of one name: a database has them in one space for all tables."""
    taken: dict[str, str] = {}
    for entity in entities:
        _check_check_names(entity)
        columns = {field.name: field.column_name for field in entity.fields}
        for prefix, members in _keys(entity):
            name = f"{prefix}_{entity.table}_{'_'.join(columns[member] for member in members)}"
            what = f"`{entity.name}` for {names.listed(members)}"
            if name in taken:
                raise ScaffoldError(
                    f"{taken[name]} and {what} would both need the name `{name}`",
                    help="give one of them another column or table: column=..., --table ...",
                )
            taken[name] = what


def _check_check_names(entity: "Entity") -> None:
    """Refuse an enum whose CHECK would be named like that of a bound: `ck_posts_price_min`."""
    bounds = {
        f"{field.column_name}_{bound}": field.name
        for field in entity.fields
        for bound in ("min", "max")
        if getattr(field, bound) is not None
    }
    if entity.checks:
        bounds |= {"check": "--check"}
        bounds |= {f"check_{number + 1}": "--check" for number in range(len(entity.checks))}
    for field in entity.fields:
        if field.values and field.column_name in bounds:
            raise ScaffoldError(
                f"the values of `{entity.name}.{field.name}` and `{bounds[field.column_name]}` "
                f"would both need the name `ck_{entity.table}_{field.column_name}`",
                help="give the enum another column: column=...",
            )


def _keys(entity: "Entity") -> "Iterator[tuple[str, tuple[str, ...]]]":
    for field in entity.fields:
        if field.unique:
            yield "uq", (field.name,)
        elif field.index or field.to is not None:
            yield "ix", (field.name,)
        if field.to is not None:
            yield "fk", (field.name,)
    for members in entity.unique:
        yield "uq", members
    for members in entity.index:
        yield "ix", members


def _check_fillable(entities: "tuple[Entity, ...]") -> None:
    """Refuse references that wait for each other: no first row could ever be added."""
    needs = {
        entity.name: [field for field in entity.references if not field.null] for entity in entities
    }
    waiting = Counter({name: len(fields) for name, fields in needs.items()})
    needed_by: dict[str, list[str]] = {name: [] for name in needs}
    for name, fields in needs.items():
        for field in fields:
            needed_by[str(field.to)].append(name)
    ready = [name for name, count in waiting.items() if count == 0]
    for name in ready:
        for other in needed_by[name]:
            waiting[other] -= 1
            if waiting[other] == 0:
                ready.append(other)
    if stuck := {name for name, count in waiting.items() if count}:
        raise _unfillable(needs, stuck)


def _unfillable(needs: "dict[str, list[Field]]", stuck: set[str]) -> ScaffoldError:
    path: list[tuple[str, Field]] = []
    name = min(stuck)
    while name not in [step for step, _ in path]:
        field = next(field for field in needs[name] if field.to in stuck)
        path.append((name, field))
        name = str(field.to)
    cycle = path[[step for step, _ in path].index(name) :]
    last = cycle[-1][1]
    shown = " → ".join(f"`{step}.{field.name}`" for step, field in cycle)
    return ScaffoldError(
        f"{shown} {'refer' if len(cycle) > 1 else 'refers'} back to `{name}`, and "
        f"{'none of them may' if len(cycle) > 1 else 'it may not'} be empty: no first row could be added",
        help=f"let one be empty: {last.name}:{last.to}:null",
    )
