"""What entities may be called beside each other: no two things that are made have one name."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from scaffold.entities import names, reserved
from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from scaffold.entities.entity import Entity

# What the classes of an entity are called beside `NewX`, `SqlXRepository` and `FakeXRepository`.
SUFFIXES = (
    *("Changes", "Create", "ExportQuery", "Fields", "GetQuery", "Included", "ListQuery", "Patch"),
    *("Read", "Related", "Repository", "Row", "Service", "Use"),
)


def class_names(entity: "Entity") -> Iterator[str]:
    """Return the names of the classes that are generated for an entity, its own first."""
    name = entity.name
    yield name
    yield f"New{name}"
    yield f"Sql{name}Repository"
    yield f"Fake{name}Repository"
    for suffix in SUFFIXES:
        yield name + suffix
    for field in entity.fields:
        if field.values:
            yield name + names.camel(field.name)
        if field.of is not None:
            yield f"{name}{names.camel(field.name)}Item"
    yield names.camel(entity.plural)


def check_names(entities: "Sequence[Entity]") -> None:
    """Refuse two modules, classes or tables of one name."""
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


def check_backs(entities: "Sequence[Entity]", by_name: "dict[str, Entity]") -> None:
    """Refuse two attributes of one name where one is the other side of a relation."""
    taken: dict[str, dict[str, str]] = {}
    for entity in entities:
        for field in entity.relations:
            target, back = str(field.to), field.back
            if back is None or (field.is_reference and field.on_delete is None):
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
    _check_constants(entities)


def _check_constants(entities: "Sequence[Entity]") -> None:
    """Refuse two relations whose constants in the domain would have one name."""
    taken: dict[str, str] = {}
    for entity in entities:
        for field in entity.relations:
            for owner, relation in ((entity.name, field.name), (str(field.to), str(field.back))):
                constant = f"{names.snake(owner)}_{relation}".upper()
                if constant in taken:
                    raise ScaffoldError(
                        f"`{taken[constant]}` and `{owner}.{relation}` would both be called "
                        f"`{constant}`",
                        note="the relations of all entities are constants of one module",
                        help="give one of them another name, or the other side: back=...",
                    )
                taken[constant] = f"{owner}.{relation}"


def _attributes(entity: "Entity") -> dict[str, str]:
    taken = {
        column: f"a column of its {reserved.OPTION_WORDS[option]}"
        for column, option in entity.option_columns.items()
    }
    for field in entity.fields:
        taken[field.name] = "a field of it"
        if field.is_reference:
            taken[f"{field.name}_id"] = f"the key of its `{field.name}`"
    return taken


def check_constraint_names(entities: "Sequence[Entity]") -> None:
    """Refuse two indexes of one name: a database has them in one space for all tables."""
    taken: dict[str, str] = {}
    for entity in entities:
        _check_check_names(entity)
        columns = {field.name: field.column_name for field in entity.fields}
        for prefix, members in _keys(entity):
            name = f"{prefix}_{entity.table}_{'_'.join(columns.get(member, member) for member in members)}"
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
        f"{field.column_name}_{bound}": f"`{field.name}`"
        for field in entity.fields
        for bound in ("min", "max")
        if getattr(field, bound) is not None
    }
    if entity.checks:
        bounds |= {"check": "a check"}
        bounds |= {f"check_{number + 1}": "a check" for number in range(len(entity.checks))}
    for field in entity.fields:
        if field.values and field.column_name in bounds:
            raise ScaffoldError(
                f"the values of `{entity.name}.{field.name}` and {bounds[field.column_name]} "
                f"would both need the name `ck_{entity.table}_{field.column_name}`",
                help="give the enum another column: column=...",
            )


def _keys(entity: "Entity") -> "Iterator[tuple[str, tuple[str, ...]]]":
    for field in entity.fields:
        if field.unique or field.type == "one":
            yield "uq", (field.name,)
        elif field.index or field.is_reference:
            yield "ix", (field.name,)
        if field.is_reference:
            yield "fk", (field.name,)
    for members in entity.unique:
        yield "uq", members
    for members in entity.index:
        yield "ix", members
