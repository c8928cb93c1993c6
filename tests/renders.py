"""Renders of given files, without a template."""

from collections.abc import Mapping

from scaffold.render.files import Render, given


def rendered(files: Mapping[str, str | bytes], executable: tuple[str, ...] = ()) -> Render:
    """Return a render of exactly these files."""
    found = {
        path: (
            content.encode() if isinstance(content, str) else content,
            0o755 if path in executable else 0o644,
        )
        for path, content in files.items()
    }
    return given(found, {})
