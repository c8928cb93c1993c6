"""Answer a template's questions from recorded answers, as Copier does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined

from scaffold.errors import ScaffoldError
from scaffold.template.casts import CASTS, Answer, cast, truth
from scaffold.template.environment import TemplateEnvironment, has_tags
from scaffold.template.errors import RAISED, UnsetError, readable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scaffold.template.index import Index

_MISSING = object()
_JSON_TYPES = (dict, list, str, int, float, bool, type(None))


class Questionnaire:
    """The answers while they are worked out, one question after another."""

    def __init__(
        self,
        index: Index,
        environment: TemplateEnvironment,
        data: Mapping[str, Any],
        constants: Mapping[str, Any],
    ) -> None:
        self._questions = index.questions
        self._computed = index.constants or {}
        self._environment = environment
        self._envops = index.envops
        self._constants = constants
        self._metadata = {key: data[key] for key in ("_commit", "_src_path") if key in data}
        self._recorded = {key: value for key, value in data.items() if not key.startswith("_")}
        self._answers: dict[str, Any] = {}
        self._hidden: set[str] = set()

    def answer_all(self) -> None:
        """Answer every question, the computed ones included, in the template's order."""
        for name, question in self._questions.items():
            if name in self._computed:
                self._hidden.add(name)
                self._recorded.pop(name, None)
                value = self._computed[name]
            elif not truth(self._render(question.get("when", True))):
                self._hidden.add(name)
                self._recorded.pop(name, None)
                value = self._default(name, question)
            elif name in self._recorded:
                value = self._parse(name, question, self._recorded[name])
                self._validate(name, question, value)
            else:
                value = self._asked(name, question)
            if value is not _MISSING:
                self._answers[name] = value

    def answer_only(self, names: Iterable[str]) -> dict[str, Any]:
        """Return the defaults of questions that depend on no other one."""
        return {name: self._default(name, self._questions[name]) for name in names}

    def context(self, phase: str = "prompt") -> dict[str, Any]:
        """Return the variables that a template sees now."""
        return {
            **self._constants,
            **self._metadata,
            **self._recorded,
            **self._answers,
            "_copier_answers": self._remembered(),
            "_copier_phase": phase,
        }

    def _remembered(self) -> dict[str, Any]:
        answers = dict(self._metadata)
        for name, value in {**self._recorded, **self._answers}.items():
            question = self._questions.get(name)
            if question is None or name in self._hidden or question.get("secret"):
                continue
            if isinstance(value, _JSON_TYPES):
                answers[name] = value
        return answers

    def _asked(self, name: str, question: Mapping[str, Any]) -> Answer:
        """Return the default of a question whose answer is not recorded."""
        value = self._default(name, question)
        if value is _MISSING and truth(self._render(question.get("ask", True))):
            raise ScaffoldError(
                f"the template asks for `{name}`, which `.copier-answers.yml` does not record",
                help=f"add a line `{name}: ...` to it",
            )
        if value is not _MISSING and not question.get("secret"):
            self._validate(name, question, value)
        return value

    def _default(self, name: str, question: Mapping[str, Any]) -> Answer:
        if "default" not in question:
            return _MISSING
        unset = StrictUndefined("UNSET", exc=UnsetError)
        try:
            value = self._render(question["default"], {"UNSET": unset})
        except UnsetError:
            return _MISSING
        return self._parse(name, question, value)

    def _validate(self, name: str, question: Mapping[str, Any], value: Answer) -> None:
        validator = question.get("validator", "")
        if not validator:
            return
        try:
            problem = str(self._render(validator, {name: value})).strip()
        except ScaffoldError as error:
            problem = error.message
        if problem:
            raise ScaffoldError(
                f"the answer `{name}` is not valid: {problem}",
                help="correct it in `.copier-answers.yml`",
            )

    def _parse(self, name: str, question: Mapping[str, Any], answer: Answer) -> Answer:
        type_name = self._type(name, question)
        try:
            value = cast(type_name, answer)
        except (TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
            if type_name in {"json", "yaml"} and not isinstance(answer, str):
                return answer
            raise ScaffoldError(
                f"the answer `{name}` is not of the type {type_name}: {error}"
            ) from error
        choices = list(self._choices(question))
        if not choices:
            return value
        allowed = [cast(type_name, choice) for choice in choices]
        if value in allowed:
            return value
        listed = ", ".join(f"`{each}`" for each in allowed)
        raise ScaffoldError(
            f"the answer `{name}` is `{value}`, which is none of its choices",
            help=f"set it in `.copier-answers.yml` to one of {listed}",
        )

    def _type(self, name: str, question: Mapping[str, Any]) -> str:
        declared = str(self._render(question.get("type", "")))
        if not declared:
            declared = type(question.get("default", _MISSING)).__name__
            return declared if declared in CASTS else "yaml"
        if declared not in CASTS:
            raise ScaffoldError(f"the template's question `{name}` has no known type: {declared}")
        return declared

    def _choices(self, question: Mapping[str, Any]) -> Iterator[Any]:
        choices = question.get("choices") or ()
        values = choices.values() if isinstance(choices, dict) else choices
        for choice in values:
            yield self._render(choice[1] if isinstance(choice, list | tuple) else choice)

    def _render(self, value: Answer, extra: Mapping[str, Any] | None = None) -> Answer:
        if isinstance(value, list):
            return [self._render(item) for item in value]
        if not isinstance(value, str) or not has_tags(value, self._envops):
            return value
        context = self.context()
        if extra:
            context.update(extra)
        return render_text(self._environment, value, context)


def render_text(environment: TemplateEnvironment, text: str, context: dict[str, Any]) -> str:
    """Render a text of the template; what it raises becomes a readable error."""
    try:
        return str(environment.from_text(text).render(context))
    except UnsetError:
        raise
    except RAISED as error:
        raise readable(error) from error
