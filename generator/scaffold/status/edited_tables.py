"""The tables in code that a person wrote or changed, beside what was generated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.markers import conflicts_in
from scaffold.status.declared_tables import Declared, tables_in
from scaffold.status.drift import Drift
from scaffold.status.survey import declares_tables
from scaffold.untrusted import read_regular

if TYPE_CHECKING:
    from pathlib import Path

    from scaffold.project.project import Project
    from scaffold.status.survey import Survey


class Code:
    """The declarations that a person may have changed: as rendered, and as they are."""

    def __init__(self, project: Project, survey: Survey) -> None:
        self.drifts: list[Drift] = []
        self.rendered: dict[str, Declared] = {}
        self.own: dict[str, Declared] = {}
        known = set(project.rendered)
        for each in survey.findings:
            if declares_tables(each.path, each.rendered):
                known.add(each.place)
                rendered = tables_in(each.rendered)
                self.rendered |= rendered
                self.own |= self._tables(each.place, each.own, rendered)
        for folder in sorted(survey.table_folders):
            for file in sorted((project.root / folder).glob("*.py")):
                path = file.relative_to(project.root).as_posix()
                if path not in known:
                    self.own |= self._tables(path, _content(file), {})
        for name in sorted(self.rendered.keys() - self.own.keys()):
            self.drifts.append(_without_model(name))

    def _tables(
        self, path: str, content: bytes | None, otherwise: dict[str, Declared]
    ) -> dict[str, Declared]:
        """Return what a file declares; of one that cannot be read nothing more is said."""
        if content is None:
            return {}
        if conflicts_in(content):
            return otherwise
        try:
            return tables_in(content)
        except SyntaxError as error:
            self.drifts.append(Drift(f"{path}:{error.lineno}: this is no Python: {error.msg}"))
            return otherwise


def _content(file: Path) -> bytes | None:
    try:
        return read_regular(file)
    except OSError:
        return None


def _without_model(table: str) -> Drift:
    return Drift(
        f"the code has no model of the table `{table}` any more, and an entity is recorded for it",
        help="bring the model back with git, or remove the entity: scaffold destroy",
    )
