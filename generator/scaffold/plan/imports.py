"""Merge three versions of a Python file: their imports as sets of names, the rest by lines."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from scaffold.plan.import_block import (
    INDENT,
    Block,
    Import,
    Part,
    Source,
    Statement,
    place_of,
    read_source,
    spaced,
)
from scaffold.plan.marked_places import merge_around_places
from scaffold.plan.merge import LABELS, Merged
from scaffold.untrusted import parse_python

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

# Stands for the imports while the rest is merged.
_IMPORTS = "import all_that_this_file_imports"


def merge_python(ours: str, base: str, theirs: str, own: Container[str]) -> Merged | None:
    """Merge a Python file; None where its imports cannot be told for sure.

    `own` are the packages of the project. A name that the new version does not import any more
    stays for as long as the person's code uses it. Names that mean two things are a conflict.
    """
    sources = [read_source(text) for text in (ours, base, theirs)]
    mine, old, new = sources
    if mine is None or old is None or new is None:
        return None
    rest = merge_around_places(*(_without_imports(each) for each in (mine, old, new)))
    text = rest.content.decode()
    if f"\n{text}".count(f"\n{_IMPORTS}\n") != 1:
        return None
    block = _merged_block(mine, old, new, _used(text, (mine, new)), own)
    if block is None:
        return _put_back(rest, _marked(mine, old, new), _empty_lines(mine, old, new), conflicts=1)
    made = _put_back(rest, block.lines(), _empty_lines(mine, old, new))
    return made if _is_right(made, block, mine, old) else None


def _without_imports(source: Source) -> str:
    head, body = "\n".join(source.head).strip("\n"), "\n".join(source.body).strip("\n")
    parts = [part for part in (head, _IMPORTS, body) if part]
    return "\n\n".join(parts) + "\n"


def _put_back(rest: Merged, imports: Sequence[str], empty: int, *, conflicts: int = 0) -> Merged:
    head, _, body = f"\n{rest.content.decode()}".partition(f"\n{_IMPORTS}\n")
    head, body, block = head.strip("\n"), body.strip("\n"), "\n".join(imports).strip("\n")
    text = f"{head}\n\n{block}" if head and block else head or block
    if body:
        text += "\n" * (empty + 1 if text else 0) + body
    return Merged(f"{text}\n".encode() if text else b"", rest.conflicts + conflicts)


def _empty_lines(mine: Source, old: Source, new: Source) -> int:
    """Return how many empty lines are between the imports and what follows them."""

    def after(source: Source) -> int | None:
        lines = "\n".join(source.body)
        has_imports = source.block.statements or source.block.for_types
        return len(lines) - len(lines.lstrip("\n")) if has_imports and lines.strip() else None

    ours, base, theirs = after(mine), after(old), after(new)
    chosen = theirs if ours in {base, None} else ours
    return chosen if chosen is not None else ours if ours is not None else 2


def _used(text: str, sources: Sequence[Source]) -> set[str]:
    """Return the names that the merged code uses; of code in conflict, those of both sides."""
    try:
        trees = [parse_python(text)]
    except SyntaxError:
        trees = [source.tree for source in sources]
    return {name for tree in trees for name in _names(tree)}


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _names_in(node.value)  # an annotation, or an entry of __all__


def _names_in(text: str) -> Iterator[str]:
    if len(text) > 200 or not text[:1].isidentifier():  # noqa: PLR2004  # a sentence is no annotation
        return
    try:
        found = parse_python(text)
    except SyntaxError:
        return
    yield from (node.id for node in ast.walk(found) if isinstance(node, ast.Name))


def _is_right(made: Merged, block: Block, mine: Source, old: Source) -> bool:
    """Tell whether the merged file says what was meant, and has all comments of a person."""
    there = {line.strip() for line in block.lines()}
    known = {line.strip() for line in old.block.lines()}
    lines = {line.strip() for line in mine.block.lines()} - known
    if any(line.startswith("#") and line not in there for line in lines):
        return False
    if made.conflicts:
        return True  # a person reads it
    found = read_source(made.content.decode())
    return found is not None and found.block.imports().keys() == block.imports().keys()


# The names.


def _merged_block(
    mine: Source, old: Source, new: Source, used: set[str], own: Container[str]
) -> Block | None:
    """Return the imports of the merged file; None where both sides contradict each other."""
    ours, base, theirs = (each.block.imports() for each in (mine, old, new))
    if (
        ours.keys() == base.keys()
        and mine.block.lines() == old.block.lines()
        and not ({each for each in ours.keys() - theirs.keys() if each.bound in used})
    ):
        return new.block
    wanted = _wanted(ours, base, theirs, used)
    if wanted and any(each.for_types for each in wanted):
        wanted = _wanted(ours, base, theirs, used | {"TYPE_CHECKING"})
    if wanted is None:
        return None
    return _Changer(wanted, own, {*old.block.lines()}).changed(mine.block, new.block)


def _wanted(
    ours: Mapping[Import, Part],
    base: Mapping[Import, Part],
    theirs: Mapping[Import, Part],
    used: set[str],
) -> set[Import] | None:
    """Return what is to be imported; None where that is a contradiction."""
    dropped = {each for each in base.keys() - theirs.keys() if each in ours}
    needed = {each for each in dropped if each.bound in used}
    added = {each for each in theirs.keys() - base.keys() if not _is_there(each, ours)}
    # What a person took out, and the new code needs.
    added |= {
        each for each in theirs.keys() & base.keys() - ours.keys() if each.bound in used
    } - _moved(ours)
    kept = ours.keys() - dropped
    bound = {each.bound for each in (*kept, *added)}
    kept |= {each for each in needed if each.bound not in bound}
    if any(_is_edited(ours[each], base[each]) for each in dropped - kept):
        return None
    kept = {
        each for each in kept if each._replace(for_types=False) not in added or not each.for_types
    }
    return kept | added if _is_clear({*kept, *added}, ours.keys() & theirs.keys()) else None


def _is_there(wanted: Import, there: Mapping[Import, Part]) -> bool:
    """Tell whether a name is imported already: one for the program will do for types."""
    return wanted in there or (wanted.for_types and wanted._replace(for_types=False) in there)


def _moved(ours: Mapping[Import, Part]) -> set[Import]:
    """Return the same names in the other place: for the program, or for types."""
    return {each._replace(for_types=not each.for_types) for each in ours}


def _is_edited(mine: Part, old: Part) -> bool:
    """Tell whether a person wrote a comment at a name that goes."""
    return (mine.above, mine.behind) != (old.above, old.behind)


def _is_clear(wanted: set[Import], agreed: set[Import]) -> bool:
    """Tell whether each name means one thing, but for what both sides had."""
    meanings: dict[str, set[tuple[str | None, str]]] = {}
    for each in wanted - agreed:
        meanings.setdefault(each.bound, set())
    for each in wanted:
        if each.bound in meanings:
            is_package = each.module is None and each.alias is None
            meaning = (None, each.bound) if is_package else (each.module, each.name)
            meanings[each.bound].add(meaning)
    return all(len(each) == 1 for name, each in meanings.items() if name != "*")


# The statements.


class _Changer:
    """Bring a person's statements to what is wanted.

    `own` are the packages of the project, `known` lines that no person wrote: a comment among them
    goes with what it is about.
    """

    def __init__(self, wanted: set[Import], own: Container[str], known: Container[str]) -> None:
        self._wanted = wanted
        self._own = own
        self._known = known

    def changed(self, mine: Block, new: Block) -> Block:
        """Return the person's imports with those that are wanted, and nothing else."""
        top = self._with(mine.statements, new.statements, for_types=False)
        inner = self._with(mine.for_types, new.for_types, for_types=True)
        header = mine.header or new.header
        if top and inner and header[0].strip():
            header = ("", *header)
        return Block(top, header, inner)

    def _with(
        self, mine: Sequence[Statement], new: Sequence[Statement], *, for_types: bool
    ) -> tuple[Statement, ...]:
        indent = INDENT if for_types else ""
        left = {each for each in self._wanted if each.for_types is for_types}
        rendered = {each.module: each for each in new if each.module is not None}
        result: list[Statement] = []
        loose: tuple[str, ...] = ()
        for each in mine:
            statement = replace(each, above=(*loose, *each.above)) if loose else each
            names = list(each.imports(for_types=for_types))
            parts = [part for part, name in zip(each.parts, names, strict=True) if name in left]
            left -= set(names)
            more = set(_fitting(each, left))
            left -= more
            parts += [Part(name.name, name.alias) for name in more]
            loose = () if parts else tuple(self._by_hand(statement))
            if parts == list(each.parts):
                result.append(statement)
            elif parts:
                result.append(_of_both(statement, parts, rendered, indent))
        for statement in _from_new(new, left, indent, for_types=for_types):
            self._insert(result, statement)
        if loose and result:
            result[-1] = replace(result[-1], lines=(*result[-1].lines, *loose))
        return spaced(result, mine, self._own)

    def _by_hand(self, statement: Statement) -> Iterator[str]:
        """Yield the comments above a statement that a person wrote."""
        return (each for each in statement.above if each.strip() and each not in self._known)

    def _insert(self, result: list[Statement], statement: Statement) -> None:
        """Put a statement where it is sorted to."""
        place = place_of(statement, self._own)
        later = (n for n, each in enumerate(result) if place_of(each, self._own) > place)
        result.insert(next(later, len(result)), statement)


def _fitting(statement: Statement, names: set[Import]) -> Iterator[Import]:
    """Yield the names that may stand in a statement: one with an alias has one of its own."""
    if statement.module is not None and any(part.alias is None for part in statement.parts):
        yield from (
            each for each in names if each.module == statement.module and each.alias is None
        )


def _of_both(
    mine: Statement, parts: Sequence[Part], rendered: Mapping[str, Statement], indent: str
) -> Statement:
    """Return a statement with other names, as the render writes it where it has the same ones."""
    changed = mine.with_parts(parts, indent)
    new = rendered.get(mine.module or "")
    if new and set(new.parts) == set(changed.parts) and not (mine.behind or mine.inside):
        return replace(changed, lines=new.lines)
    return changed


def _from_new(
    new: Sequence[Statement], left: set[Import], indent: str, *, for_types: bool
) -> Iterator[Statement]:
    """Yield the statements of the render for names that no statement of the person has."""
    for each in new:
        names = list(each.imports(for_types=for_types))
        parts = [part for part, name in zip(each.parts, names, strict=True) if name in left]
        left -= set(names)
        if parts:
            bare = replace(each, above=tuple(line for line in each.above if line.strip()))
            yield bare if len(parts) == len(each.parts) else bare.with_parts(parts, indent)


def _marked(mine: Source, old: Source, new: Source) -> list[str]:
    """Return the imports of all versions between conflict markers."""
    ours, base, theirs = (
        "\n".join(each.block.lines()).strip("\n").split("\n") for each in (mine, old, new)
    )
    yours, before, after = LABELS
    return [
        *(f"<<<<<<< {yours}", *ours),
        *(f"||||||| {before}", *base),
        *("=======", *theirs),
        f">>>>>>> {after}",
    ]
