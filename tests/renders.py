"""Renders of given files, without a template."""

import hashlib
from collections.abc import Mapping

from scaffold.render import Render, Rendered


def rendered(files: Mapping[str, str | bytes], executable: tuple[str, ...] = ()) -> Render:
    """Return a render of exactly these files."""
    found = {}
    for path, content in files.items():
        body = content.encode() if isinstance(content, str) else content
        found[path] = Rendered(
            path,
            0o755 if path in executable else 0o644,
            hashlib.sha256(body).digest(),
            lambda body=body: body,  # type: ignore[misc]
        )
    return Render(found, {})
