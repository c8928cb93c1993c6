"""New names in a person's code: what was imported under an old name is used under the new one."""

from __future__ import annotations

import ast
import io
import itertools
import re
import tokenize
from dataclasses import replace
from typing import TYPE_CHECKING

from scaffold.entities import names
from scaffold.entities.collisions import class_names
from scaffold.frozen import dataclass
from scaffold.plan.import_block import read_source, sorted_block

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from scaffold.entities.edit import Edit
    from scaffold.entities.entity import Entity

# What gives access to repositories: `self._work.posts`.
_WORK = {"work", "_work"}
_IN_BRACES = re.compile(r"\{[^{}]*\}")
_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Renaming:
    """Old names to new ones: of what modules define, of modules, and of repositories."""

    defined: Mapping[str, str]
    modules: Mapping[str, str]
    repositories: Mapping[str, str]

    def __bool__(self) -> bool:
        """Tell whether anything has a new name."""
        return bool(self.defined or self.repositories)

    def applied(self, text: str, own: Collection[str]) -> str:
        """Return a Python file with the new names; as it is where these cannot be told for sure.

        A name is replaced where the file has it from a package of the project, or defines it.
        """
        source = read_source(text)
        if source is None:
            return text
        bound = set(_bound(source.tree, own))
        others = {node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name)}
        defined = {
            old: new
            for old, new in self.defined.items()
            if old in bound and new not in others and new not in bound
        }
        renamed = _replaced(text, self._places(text, source.tree, defined, own))
        result = read_source(renamed)
        if result is None or renamed == text:
            return text
        lines = result.head, sorted_block(source.block, result.block, own).lines(), result.body
        return "".join(f"{line}\n" for part in lines for line in part)

    def _places(
        self, text: str, tree: ast.Module, defined: Mapping[str, str], own: Collection[str]
    ) -> Iterator[tuple[tuple[int, int], str, str]]:
        """Yield where a name stands, and its new one."""
        paths = {
            line
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and _is_own(node, own)
            for line in range(node.lineno, (node.end_lineno or 0) + 1)
        }
        before = ["", ""]
        tokens = [
            token
            for token in tokenize.generate_tokens(io.StringIO(text).readline)
            if token.type not in {tokenize.NL, tokenize.COMMENT}
        ]
        for token, following in itertools.pairwise(tokens):
            word, is_attribute = token.string, before[-1] == "."
            if token.type == tokenize.STRING:
                yield token.start, word, _in_string(word, defined)
            elif token.type == tokenize.NAME and is_attribute:
                if (
                    word in self.modules
                    and following.string == "import"
                    and token.start[0] in paths
                ):
                    yield token.start, word, self.modules[word]
                elif word in self.repositories and before[-2] in _WORK:
                    yield token.start, word, self.repositories[word]
            elif token.type == tokenize.NAME and word in defined:
                is_argument = following.string == "=" and before[-1] in {"(", ","}
                yield token.start, word, word if is_argument else defined[word]
            before = [before[-1], word]


def _in_string(text: str, defined: Mapping[str, str]) -> str:
    """Return a string with new names in it: it is an annotation, or has code in braces."""
    if text[1:-1] in defined:
        return text[0] + defined[text[1:-1]] + text[0]
    if "f" not in text[: min(text.find("'") % len(text), text.find('"') % len(text))].lower():
        return text

    def code(found: re.Match[str]) -> str:
        return _WORD.sub(lambda word: defined.get(word.group(), word.group()), found.group())

    return _IN_BRACES.sub(code, text)


def renaming_of(before: Sequence[Entity], edit: Edit) -> Renaming:
    """Return the new names of what is made for entities and their fields."""
    later = {entity.name: entity for entity in edit.entities}
    defined: dict[str, str] = {}
    modules: dict[str, str] = {}
    repositories: dict[str, str] = {}
    for entity in before:
        now = later.get(edit.entity_renames.get(entity.name, entity.name))
        if now is not None:
            defined.update(_pairs(entity, now, edit.field_renames.get(now.name, {})))
            modules[names.snake(entity.name)] = names.snake(now.name)
            repositories[entity.plural] = now.plural
    return Renaming(*(_changed(each) for each in (defined, modules, repositories)))


def _pairs(before: Entity, after: Entity, fields: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from zip(
        *(class_names(replace(each, fields=())) for each in (before, after)), strict=True
    )
    old, new = names.snake(before.name), names.snake(after.name)
    for word in ("make_{}", "new_{}", "{}_service"):
        yield word.format(old), word.format(new)
    yield f"{old.upper()}_QUERY", f"{new.upper()}_QUERY"
    there = {field.name: field for field in after.fields}
    for field in before.fields:
        now = there.get(fields.get(field.name, field.name))
        if now is not None and field.values and now.values:
            yield before.name + names.camel(field.name), after.name + names.camel(now.name)
        if now is not None and field.of is not None and now.of is not None:
            one, other = names.camel(field.name), names.camel(now.name)
            yield f"{before.name}{one}Item", f"{after.name}{other}Item"


def _changed(pairs: Mapping[str, str]) -> dict[str, str]:
    return {old: new for old, new in pairs.items() if old != new}


def _bound(tree: ast.Module, own: Collection[str]) -> Iterator[str]:
    """Yield the names that a file has from the project, or defines, and uses for nothing else."""
    found = {
        name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and _is_own(node, own)
        for name in node.names
        if name.asname is None
    }
    found |= {
        node.name
        for node in tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    }
    found |= {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    return iter(found - set(_bound_otherwise(tree, own)))


def _bound_otherwise(tree: ast.Module, own: Collection[str]) -> Iterator[str]:
    """Yield names that mean something else in the file, or in a part of it."""
    top = {id(node) for node in tree.body}
    top |= {
        id(target)
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) or (
            isinstance(node, ast.ImportFrom) and not _is_own(node, own)
        ):
            yield from (name.asname or name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (name.asname for name in node.names if name.asname)
        elif isinstance(node, ast.arg):
            yield node.arg
        elif id(node) in top:
            continue
        elif isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _is_own(node: ast.ImportFrom, own: Collection[str]) -> bool:
    return node.level > 0 or (node.module or "").split(".", 1)[0] in own


def _replaced(text: str, places: Iterator[tuple[tuple[int, int], str, str]]) -> str:
    lines = text.split("\n")
    for (line, column), old, new in sorted(places, reverse=True):
        content = lines[line - 1]
        lines[line - 1] = content[:column] + new + content[column + len(old) :]
    return "\n".join(lines)
