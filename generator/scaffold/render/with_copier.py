"""Let Copier itself render what the fast renderer does not know."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scaffold.render.files import Render
    from scaffold.template.index import Index
    from scaffold.template.source import Template


def render_with_copier(template: Template, data: Mapping[str, Any], index: Index) -> Render:
    """Render by `copier.run_copy` into a temporary folder; slower by a second or two."""
    import copier

    from scaffold.render.files import given
    from scaffold.render.patterns import matcher

    answers = {name: value for name, value in data.items() if not name.startswith("_")}
    with TemporaryDirectory(prefix="scaffold-render-") as name:
        folder = Path(name) / "project"
        try:
            worker = copier.run_copy(
                template.src_path,
                folder,
                data=answers,
                vcs_ref=template.ref,
                defaults=True,
                overwrite=True,
                quiet=True,
                skip_tasks=True,
            )
        except Exception as error:
            raise ScaffoldError(
                f"copier could not render the template: {error}",
                note=f"scaffold leaves it to copier because of {index.unsupported[0]}",
            ) from error
        files: dict[str, tuple[bytes, int]] = {}
        for file in sorted(folder.rglob("*")):
            path = file.relative_to(folder).as_posix()
            if file.is_symlink():
                raise ScaffoldError(f"the template renders a symbolic link, `{path}`")
            if file.is_file():
                mode = 0o755 if file.stat().st_mode & 0o111 else 0o644
                files[path] = (file.read_bytes(), mode)
        return given(files, dict(worker.answers.combined), matcher(index.skip_if_exists))
