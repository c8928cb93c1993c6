"""Let Copier itself render: a new project, and what the fast renderer does not know."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from scaffold.errors import ScaffoldError
from scaffold.git import outside
from scaffold.template.environment import REFUSED_FILTERS
from scaffold.untrusted import GIT_FETCHES, fault_of, git_environment, read_regular

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scaffold.render.files import Render
    from scaffold.template.index import Index
    from scaffold.template.source import Template


def render_with_copier(template: Template, data: Mapping[str, Any], index: Index) -> Render:
    """Render by `copier.run_copy` into a temporary folder; slower by a second or two."""
    from scaffold.render.files import given
    from scaffold.render.patterns import matcher

    answers = {name: value for name, value in data.items() if not name.startswith("_")}
    with TemporaryDirectory(prefix="scaffold-render-") as name:
        folder = Path(name) / "project"
        try:
            worker = run_copier(
                template.src_path,
                folder,
                data=answers,
                vcs_ref=template.commit,
                defaults=True,
                overwrite=True,
                quiet=True,
                skip_tasks=True,
            )
        except ScaffoldError:
            raise
        except Exception as error:
            reasons = "".join(index.unsupported[:1])
            raise ScaffoldError(
                f"copier could not render the template: {error}",
                note=f"scaffold leaves it to copier because of {reasons}",
            ) from error
        files: dict[str, tuple[bytes, int]] = {}
        for path in rendered_paths(folder):
            file = folder / path
            mode = 0o755 if file.stat().st_mode & 0o111 else 0o644
            files[path] = (read_regular(file), mode)
        return given(files, dict(worker.answers.combined), matcher(index.skip_if_exists))


def run_copier(src_path: str, folder: Path, **options: Any) -> Any:  # noqa: ANN401 (as Copier has it)
    """Copy a template by Copier, which runs nothing that the template or a repository brings."""
    import copier
    from plumbum import local

    # Plumbum keeps an environment and a current folder of its own. A repository around the current
    # one could name programs for git.
    with local.env(**git_environment(GIT_FETCHES)), local.cwd(str(outside())), _filters_refused():
        return copier.run_copy(src_path, folder, **options)


@contextmanager
def _filters_refused() -> Iterator[None]:
    from jinja2_ansible_filters.core_filters import FilterModule

    usual = FilterModule.filters
    FilterModule.filters = lambda self: {**usual(self), **REFUSED_FILTERS}
    try:
        yield
    finally:
        FilterModule.filters = usual


def rendered_paths(folder: Path) -> list[str]:
    """Return the files that Copier rendered to a folder; refuse links, and what is git's."""
    found = []
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place, name).relative_to(folder).as_posix()
            if fault := fault_of(path):
                raise ScaffoldError(f"the template renders `{path}`: {fault}")
            if Path(place, name).is_symlink():
                raise ScaffoldError(f"the template renders a symbolic link, `{path}`")
        found += [Path(place, name).relative_to(folder).as_posix() for name in files]
    return sorted(found)
