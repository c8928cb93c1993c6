"""Load templates, each of which is compiled once for all commands."""

from __future__ import annotations

import hashlib
import marshal
import os
from typing import TYPE_CHECKING, Any

from jinja2 import BaseLoader, FileSystemLoader, TemplateNotFound

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping
    from pathlib import Path
    from types import CodeType

    from jinja2 import Environment, Template

    from scaffold.cache.store import Kept

_STRING = "<string>/"


class Loader(BaseLoader):
    """Templates by their path below the template's root, and strings by their digest.

    Since a template version never changes, their text is not even read when their code is known.
    """

    def __init__(self, root: Path, codes: Kept[bytes] | None) -> None:
        self._files = FileSystemLoader(os.path.realpath(root))
        self._texts: dict[str, str] = {}
        self._codes = codes

    def add(self, text: str) -> str:
        """Take a text for a template, and return its name."""
        name = _STRING + hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        self._texts[name] = text
        return name

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """Return a template's text and file."""
        if template.startswith(_STRING):
            try:
                return self._texts[template], None, None
            except KeyError:
                raise TemplateNotFound(template) from None
        return self._files.get_source(environment, template)

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 (Jinja's name)
    ) -> Template:
        """Return the template of this name."""
        compiled = self._code(environment, name)
        make = environment.template_class.from_code
        return make(environment, compiled, {} if globals is None else globals)

    def _code(self, environment: Environment, name: str) -> CodeType:
        def compiled() -> bytes:
            source, filename, _ = self.get_source(environment, name)
            return marshal.dumps(environment.compile(source, name, filename))

        if self._codes is None:
            content = compiled()
        else:
            # What is undefined may be worked out already when a template is compiled.
            key = f"{environment.undefined.__name__} {name}".encode()
            content = self._codes.get(key, compiled)
        code: CodeType = marshal.loads(content)  # noqa: S302 (written above)
        return code
