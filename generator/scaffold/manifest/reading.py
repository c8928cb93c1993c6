"""Read a document of entities, and say by line what is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from scaffold.entities import names
from scaffold.entities.defaults import expand
from scaffold.entities.entity import Entity
from scaffold.errors import Collected, JoinedError, ScaffoldError
from scaffold.grammar.fields import FLAGS, MODIFIERS, format_modifier, parse_field
from scaffold.manifest.keys import DOCUMENT_KEYS, ENTITY_KEYS, FIELD_KEYS
from scaffold.manifest.nodes import Listed, Mapping, Scalar, problem, read_nodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scaffold.entities.entity import Field
    from scaffold.entities.types import TypeTable
    from scaffold.manifest.keys import Key
    from scaffold.manifest.nodes import Node

_NAMED = r"`([A-Z][A-Za-z0-9]*)(?:\.([a-z_0-9]+))?`"


class Described(NamedTuple):
    """One entity of a document, with its former names; `fills` are values for rows that exist.

    `entity` is as it was written: `completed` fills in what was left to the rules. `lines` has the
    parts of the entity, as errors give their place: ("fields", "title"), ("table",).
    """

    entity: Entity
    line: int
    renamed_from: str | None
    former_fields: dict[str, str]
    fills: dict[str, str]
    lines: dict[tuple[str, ...], int]

    def line_of(self, part: tuple[str, ...]) -> int:
        """Return the line of a part, or of the closest thing around it that has one."""
        return self.lines.get(part) or self.lines.get(part[:1]) or self.line


class Document(NamedTuple):
    """The entities of a document, in its order."""

    source: str
    entities: tuple[Described, ...]

    def located(self, error: ScaffoldError) -> ScaffoldError:
        """Return an error about the entities with its line: of its place, or of what it names."""
        found = [self._located(each) for each in error.errors]
        return found[0] if len(found) == 1 else JoinedError(found)

    def _located(self, error: ScaffoldError) -> ScaffoldError:
        import re

        described = {each.entity.name: each for each in self.entities}
        named = [(entity, "fields", name) for entity, name in re.findall(_NAMED, error.message)]
        renamed = {each.renamed_from or "": each.entity.name for each in self.entities}
        for entity, *part in (error.place, *named) if error.place else named:
            if entity in described:
                line = described[entity].line_of(tuple(part))
                help = _in_document(error.help, renamed)
                return problem(self.source, line, error.message, note=error.note, help=help)
        return error


def read_document(text: str, source: str, types: TypeTable, pk: str) -> Document:
    """Read a document; `pk` is the kind of key of entities for which nothing says another."""
    return _Reader(source, types, pk).document(read_nodes(text, source))


def completed(described: Described, known: Entity | None, types: TypeTable) -> Entity:
    """Fill in what a document leaves to the rules; where nothing changes, return the known entity."""
    if known is not None:
        # Samples are worked out, slowly, from what the entity says: the recorded ones still fit.
        same = expand(replace(described.entity, samples=known.samples), types)
        if same == known:
            return known
    return expand(described.entity, types)


def _in_document(help: str | None, renamed: dict[str, str]) -> str | None:
    """Return the help in the words of a document; `renamed` are entities that it calls otherwise."""
    import re

    found = re.fullmatch(r"create it first: scaffold model (\w+) \.\.\.", help or "")
    if found and found[1] in renamed:
        return f"the document calls it `{renamed[found[1]]}`"
    if found:
        return f"add `{found[1]}` to the document"
    told = re.sub(r"--fill \S+( --fill \S+)*(?=,)", "`fill` in the document", help or "")
    return re.sub(r"--(plural|table) (\S+)", r"`\1: \2` in the document", told) or None


class _Reader:
    """The way through one document."""

    def __init__(self, source: str, types: TypeTable, pk: str) -> None:
        self._source = source
        self._types = types
        self._pk = pk
        self._errors = Collected()

    def document(self, node: Node) -> Document:
        keys = self._keys(node, (*(key.name for key in DOCUMENT_KEYS), "entities"), "the document")
        self._pk = self._attributes(keys, DOCUMENT_KEYS, "the document").get("pk", self._pk)
        if "entities" not in keys:
            self._errors.raise_any()
            raise self._problem(
                node,
                "there are no `entities` in this document",
                help="name them: entities: {User: {fields: {email: email:unique}}}",
            )
        found = []
        for name, value in self._entries(keys["entities"]):
            with self._errors:
                found.append(self._entity(name, value))
        self._errors.raise_any()
        return Document(self._source, tuple(found))

    def _entries(self, node: Node) -> Iterable[tuple[Scalar, Node]]:
        if isinstance(node, Mapping):
            return node.entries
        if isinstance(node, Scalar) and node.is_null:
            return ()
        raise self._problem(node, "`entities` must be a mapping of names to entities")

    def _entity(self, name: Scalar, node: Node) -> Described:
        where = f"the entity `{name.text}`"
        with self._errors, _At(self._source, name.line):
            names.check_entity(name.text)
        keys = self._keys(node, [key.name for key in ENTITY_KEYS], where)
        attributes = self._attributes(keys, ENTITY_KEYS, where)
        if "fields" not in keys:
            raise self._problem(name, f"{where} has no `fields`", help="list all its fields")
        renamed_from = attributes.pop("renamed_from", None)
        lines: dict[tuple[str, ...], int] = {(key,): value.line for key, value in keys.items()}
        described = Described(Entity(name.text), name.line, renamed_from, {}, {}, lines)
        fields = tuple(self._fields(keys["fields"], described))
        for option in attributes.keys() & {"unique", "index"}:
            for group, item in zip(attributes[option], items(keys, option), strict=True):
                lines[option, ",".join(group)] = item.line
        if "checks" in attributes:
            checks = tuple(self._checks(items(keys, "checks"), attributes["checks"], described))
            attributes["checks"] = checks
        attributes.setdefault("pk", self._pk)
        return described._replace(entity=Entity(name=name.text, fields=fields, **attributes))

    def _checks(
        self, nodes: Iterable[Node], given: Iterable[str], described: Described
    ) -> Iterator[str]:
        from scaffold.entities.checks import parse_check

        for node, text in zip(nodes, given, strict=True):
            with self._errors, _At(self._source, node.line, described.entity.name):
                check = parse_check(text).text
                described.lines["checks", check] = node.line
                yield check

    # Fields.

    def _fields(self, node: Node, described: Described) -> Iterator[Field]:
        where = f"the fields of `{described.entity.name}`"
        if isinstance(node, Mapping):
            for name, value in node.entries:
                described.lines["fields", name.text] = name.line
                with self._errors:
                    yield self._field(name, value, described)
            return
        if not isinstance(node, Listed):
            raise self._problem(node, f"{where} must be a mapping of names to types")
        for item in node.items:
            with self._errors:
                found = self._listed_field(item, described)
                described.lines["fields", found.name] = item.line
                yield found

    def _listed_field(self, item: Node, described: Described) -> Field:
        if not isinstance(item, Scalar) or item.is_null:
            raise self._problem(
                item,
                f"an item of the fields of `{described.entity.name}` must be a text",
                help="write it as `title:str,200`, or use a mapping: {title: {type: ...}}",
            )
        self._check_name(item._replace(text=item.text.partition(":")[0]), described)
        with _At(self._source, item.line, described.entity.name):
            return parse_field(item.text, self._types)

    def _field(self, name: Scalar, node: Node, described: Described) -> Field:
        self._check_name(name, described)
        pieces = [name.text]
        if isinstance(node, Mapping):
            pieces += self._pieces(name, node, described)
        elif isinstance(node, Listed):
            message = f"the field `{name.text}` must be a type or a mapping, not a list"
            raise self._problem(node, message, help=f"write it as {name.text}: str,200")
        elif not node.is_null and node.text:
            pieces.append(node.text)
        line = node.line if isinstance(node, Scalar) else name.line
        with _At(self._source, line, described.entity.name):
            return parse_field(":".join(pieces), self._types)

    def _check_name(self, name: Scalar, described: Described) -> None:
        if name.text[:1].isdigit():
            raise self._problem(
                name,
                f"`{name.text}` cannot be the name of a field",
                help='between brackets, quote what has a comma: "str,200"',
            )
        with _At(self._source, name.line, described.entity.name):
            names.check_field(name.text)

    def _pieces(self, name: Scalar, node: Mapping, described: Described) -> Iterator[str]:
        """Yield a field's parts as they are typed, the open-ended values last."""
        where = f"the field `{described.entity.name}.{name.text}`"
        keys = self._keys(node, [key.name for key in FIELD_KEYS], where)
        given = self._attributes(keys, FIELD_KEYS, where)
        if "renamed_from" in given:
            described.former_fields[name.text] = given["renamed_from"]
        if "fill" in given:
            described.fills[name.text] = given["fill"]
        if given.get("type"):
            yield given["type"]
        for modifier in MODIFIERS:
            if modifier in FLAGS:
                if given.get(modifier):
                    yield modifier
            elif modifier in given:
                yield format_modifier(modifier, given[modifier])

    # Values of keys.

    def _keys(self, node: Node, known: Sequence[str], where: str) -> dict[str, Node]:
        if not isinstance(node, Mapping):
            raise self._problem(node, f"{where} must be a mapping of {names.listed(known)}")
        for key, _ in node.entries:
            if key.text not in known:
                near = names.nearest(key.text, known)
                with self._errors:
                    raise self._problem(
                        key,
                        f"`{key.text}` is no key of {where}",
                        help=f"did you mean `{near}`?" if near else f"it is {names.listed(known)}",
                    )
        return {key.text: value for key, value in node.entries}

    def _attributes(
        self, keys: dict[str, Node], known: Iterable[Key], where: str
    ) -> dict[str, Any]:
        values = {}
        for key in known:
            if key.name in keys and key.kind != "fields":
                with self._errors:
                    values[key.name] = self._value(key, keys[key.name], where)
        return values

    def _value(self, key: Key, node: Node, where: str) -> str | bool | tuple[Any, ...]:
        what = f"`{key.name}` of {where}"
        match key.kind:
            case "flag":
                if not isinstance(node, Scalar) or node.flag is None:
                    raise self._problem(node, f"{what} must be true or false")
                return node.flag
            case "texts":
                return self._texts(node, what, "it is a list of texts")
            case "groups":
                return tuple(self._groups(node, what))
        text = self._text(node, what)
        if key.kind == "choice" and text not in key.choices:
            listed = names.listed(key.choices)
            raise self._problem(node, f"{what} is `{text}`", help=f"it is one of {listed}")
        return text

    def _groups(self, node: Node, what: str) -> Iterator[tuple[str, ...]]:
        if not isinstance(node, Listed):
            raise self._problem(node, f"{what} must be a list", help="[[first, second]]")
        for item in node.items:
            help = "each group is a list of its own: [[first, second]]"
            yield self._texts(item, f"a group in {what}", help)

    def _texts(self, node: Node, what: str, help: str) -> tuple[str, ...]:
        if not isinstance(node, Listed):
            raise self._problem(node, f"{what} must be a list", help=help)
        return tuple(self._text(item, f"an item of {what}") for item in node.items)

    def _text(self, node: Node, what: str) -> str:
        if not isinstance(node, Scalar):
            raise self._problem(node, f"{what} must be a text")
        if node.is_null:
            raise self._problem(node, f"{what} is empty", help='leave it out, or write ""')
        return node.text

    def _problem(self, node: Node, message: str, help: str | None = None) -> ScaffoldError:
        return problem(self._source, node.line, message, help=help)


def items(keys: dict[str, Node], key: str) -> tuple[Node, ...]:
    """Return the items of a key that is a list."""
    node = keys.get(key)
    return node.items if isinstance(node, Listed) else ()


class _At:
    """Give errors the line that they come from, and the entity where they do not name it."""

    def __init__(self, source: str, line: int, entity: str = "") -> None:
        self._source = source
        self._line = line
        self._entity = entity

    def __enter__(self) -> None:
        """Do nothing."""

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        """Raise the error again, with its line."""
        if isinstance(error, ScaffoldError):
            is_named = not self._entity or f"`{self._entity}" in error.message
            raise problem(
                self._source,
                self._line,
                error.message if is_named else f"in `{self._entity}`: {error.message}",
                note=error.note,
                help=_in_document(error.help, {}),
            ) from error
