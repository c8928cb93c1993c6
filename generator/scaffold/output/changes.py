"""Say what becomes of the entities: `+` is new, `~` changes, `-` goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scaffold.output.parts import BLANK, Line, Look, Outline, Report, Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scaffold.output.comparison import EntityChange, PartChange


def changes_report(changes: Sequence[EntityChange]) -> Report:
    """Return each entity that changes with what changes of it."""
    return (*map(_changes_of, changes), BLANK)


def _changes_of(change: EntityChange) -> Outline:
    parts = (*change.fields, *change.options)
    return Outline(
        _changed(change.kind, change.name, change.renamed_from), tuple(map(_part_line, parts))
    )


_SIGNS: Final[dict[str, tuple[str, Look]]] = {
    "add": ("+", "create"),
    "change": ("~", "update"),
    "remove": ("-", "delete"),
}


def _changed(kind: str, text: str, renamed_from: str | None = None) -> Line:
    sign, look = _SIGNS[kind]
    renamed = (Span(f" (was {renamed_from})", "faint"),) if renamed_from else ()
    return Span(sign, look), " ", text, *renamed


def _part_line(part: PartChange) -> Line:
    before, after = part.before, part.after
    if part.renamed_from is not None:
        return _changed(part.kind, f"{after}", before)
    shown = f"{before} -> {after}" if before and after else before or after
    return _changed(part.kind, f"{part.name}: {shown}" if part.is_option else f"{shown}")


# Operations of a revision that Alembic writes.


def operations_report(operations: Sequence[Mapping[str, Any]]) -> Report:
    """Return what a revision does to the database."""
    return (*(_operation(each) for each in operations), BLANK)


def _operation(record: Mapping[str, Any]) -> Line:
    what = str(record["do"])
    kind = "remove" if what.startswith("Drop") else "change" if "Alter" in what else "add"
    words = "".join(f" {char.lower()}" if char.isupper() else char for char in what)
    named = record["table"] if "name" not in record else f"{record['table']}.{record['name']}"
    return _changed(kind, f"{words.split(maxsplit=1)[-1]} {named}")
