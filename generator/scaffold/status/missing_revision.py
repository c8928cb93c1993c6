"""The revision for what people changed in the models, or a plain update did."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scaffold.answers.reading import ANSWERS_FILE, is_in_order
from scaffold.entities.edit import Edit
from scaffold.entities.names import listed, snake
from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass
from scaffold.plan.merge import with_line_of_both, without_repeats
from scaffold.plan.plan import Change, Plan, union_matcher_of
from scaffold.plan.tree import Tree
from scaffold.project.change import Outcome
from scaffold.project.project import Project, load
from scaffold.replay.tables import Built, build
from scaffold.revisions.history import VERSIONS, read_history
from scaffold.revisions.preconditions import refuse_broken_revisions
from scaffold.revisions.revision import merge_revision, renderer_of, revision_for
from scaffold.status.branches import refuse_clash
from scaffold.status.edited_tables import Code
from scaffold.status.survey import survey

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence
    from pathlib import Path

    from scaffold.plan.tree import File
    from scaffold.revisions.revision import Revision
    from scaffold.scratch import Comparison


@dataclass(frozen=True, slots=True)
class Missing:
    """What the migrations lack, and the revisions that add it.

    `operations` are those that Alembic found, `notes` what to know before the revisions are run.
    """

    outcome: Outcome
    operations: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()


def find_missing(
    root: Path, message: str, fills: Sequence[str] = (), *, accepts_loss: bool = False
) -> Missing:
    """Compare the models of the project at `root` with what its migrations build; write nothing.

    `fills` are values for the rows that exist, as `[ENTITY.]COLUMN=VALUE`.
    """
    from scaffold.edits.columns import fills_of_columns
    from scaffold.scratch import compare

    if not message.isprintable() or {*message} & {"\\", '"'}:
        raise ScaffoldError(
            "the message cannot be the docstring of a revision",
            help="use one line without quotes and backslashes",
        )
    project = load(root)
    model = project.rendered.context.get("model") or {}
    edit = Edit(
        project.entities,
        fills=fills_of_columns(fills, model, project.entities, project.types),
        accepts_loss=accepts_loss,
    )
    of_entities = _for_entities(project, model, edit)
    files = {str(each.path): each.text.encode() for each in of_entities}
    comparison = compare(root, message, files)
    lost = tuple(_lost(comparison.operations))
    if lost and not accepts_loss:
        raise ScaffoldError(
            f"this would lose {listed(lost)} with what is in them; nothing was written",
            note="Alembic takes what has a new name for one thing gone and another one new",
            help="add --accept-data-loss if that is meant; a rename keeps what is there: "
            "scaffold field rename, scaffold rename",
        )
    if comparison.revision is not None:
        name, text = comparison.revision
        files[(VERSIONS / name).as_posix()] = text.encode()
    notes = (*(note for each in of_entities for note in each.notes), *_notes(comparison))
    return Missing(_outcome(project, files), comparison.operations, notes)


def finish_merge(root: Path) -> Missing:
    """Join the heads that a merge of two branches left, and mend what git made of lists of entities.

    Entities are sorted, and what git repeats is left out, there and in the code. It writes nothing.
    """
    project = load(root, is_merged=True)
    made = merge_revision(root, renderer_of(project.template), datetime.now(UTC))
    if made:
        history = read_history(root)
        refuse_broken_revisions(build(history, root / VERSIONS))
        refuse_clash(root, history)
    files = {str(made.path): made.text.encode()} if made else {}
    if not is_in_order(project.answers):
        files[ANSWERS_FILE] = project.rendered[ANSWERS_FILE].body()
    return Missing(_outcome(project, files | dict(_mended(project))))


def _mended(project: Project) -> Iterator[tuple[str, bytes]]:
    """Yield the lists of entities in which git left lines twice, or of both branches, without these."""
    is_union = union_matcher_of(project.rendered)
    tree = Tree(project.root)
    words = {
        word
        for entity in project.entities
        for word in (entity.name, snake(entity.name), entity.plural)
    }
    for path in project.rendered:
        if path == ANSWERS_FILE or not is_union(path) or (file := tree.read(path)) is None:
            continue
        rendered = project.rendered[path].body()
        body = without_repeats(file.body, rendered, words)
        body = with_line_of_both(body, rendered, words)
        if body != file.body:
            yield path, body


def _outcome(project: Project, files: Mapping[str, bytes]) -> Outcome:
    tree = Tree(project.root)
    changes = [_change(path, tree.read(path), body) for path, body in sorted(files.items())]
    return Outcome(project, project.entities, Plan(tuple(changes)))


def _change(path: str, file: File | None, after: bytes) -> Change:
    if file is None:
        return Change(path, "create", after=after)
    return Change(path, "update", file.body, after, file.mode, file.mode)


def _for_entities(project: Project, model: Mapping[str, Any], edit: Edit) -> tuple[Revision, ...]:
    """Return the revision from what the migrations build to the tables of the entities.

    None where the migrations cannot be read. Tables whose model a person changed are left to a
    comparison with the model. What this finds is exact: Alembic's comparison, on SQLite, does not
    see what only other databases have.
    """
    history = read_history(project.root)
    history.head()  # refuses a history that has no single end
    built = build(history, project.root / VERSIONS)
    refuse_broken_revisions(built)
    if built.unread:
        return ()
    by_hand = Code(project, survey(project)).rendered
    known = [_as_built(entity, built, by_hand) for entity in model.get("entities", ())]
    made = revision_for(
        {"entities": [entity for entity in known if entity]},
        model,
        root=project.root,
        render=renderer_of(project.template),
        now=datetime.now(UTC),
        edit=edit,
        before=project.entities,
    )
    return (made,) if made else ()


def _as_built(
    entity: Mapping[str, Any], built: Built, by_hand: Container[str]
) -> dict[str, Any] | None:
    """Return an entity of the derived model with the tables that the migrations build for it."""

    def table(spec: Mapping[str, Any]) -> Mapping[str, Any] | None:
        name = spec["name"]
        return spec if name in by_hand else built.tables.get(name)

    own = table(entity["table_spec"])
    if own is None:
        return None
    links = [
        {**known, "field": link["field"]} if "field" in link else dict(known)
        for link in entity.get("link_tables", ())
        if (known := table(link)) is not None
    ]
    return {**entity, "table_spec": own, "link_tables": links}


def _lost(operations: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for each in operations:
        if each["do"] == "DropTable":
            yield each["table"]
        if each["do"] == "DropColumn":
            yield f"{each['table']}.{each['name']}"


def _notes(comparison: Comparison) -> Iterator[str]:
    for each in comparison.operations:
        if each.get("needs_value"):
            yield (
                f"`{each['table']}.{each['name']}` may not be empty, and the rows that exist have "
                "no value for it: give it a `server_default`, or set one in the revision"
            )
        for name in each.get("types", ()):
            enum, bind = f'sa.Enum(name="{name}")', "op.get_bind(), checkfirst=True"
            first = f"`{enum[:-1]}, ...).create({bind})` first in `upgrade`, and "
            yield (
                f"PostgreSQL has a type `{name}` for an Enum of `{each['table']}`, which Alembic does "
                "not write: set `native_enum=False` in the model, or write "
                f"{first if each['do'] == 'AddColumn' else ''}`{enum}.drop({bind})` last in `downgrade`"
            )
    if comparison.uncompared:
        yield f"CHECKs are not compared, as SQLite cannot have these tables: {comparison.uncompared}"
    for each in comparison.unseen:
        yield (
            f"the {each['what']} `{each['name']}` of `{each['table']}` differs: "
            "write that part of the revision by hand"
        )
