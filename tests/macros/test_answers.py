"""The recorded answers: lines that merge, and that read back as what they were."""

from typing import Any

import yaml

from macro_modules import lines, macros

answers = macros("answers")

ANSWERS: dict[str, Any] = {"project_name": 'Ä: "b"', "entities_spec": 1, "entities": "not this"}
ENTITIES = [{"name": "User", "fields": []}, {"name": "Post", "checks": ["a: 'ü' # b"]}]


def test_an_entity_is_one_line() -> None:
    assert lines(answers.lines(ANSWERS, ENTITIES))[3:] == [
        """{"name": "Post", "checks": ["a: 'ü' # b"]},""",
        '{"name": "User", "fields": []},',
        "]",
    ]


def test_capitals_sort_first_as_in_the_command() -> None:
    entities = [{"name": "Ab"}, {"name": "AB"}]

    assert lines(answers.lines({}, entities))[1:3] == ['{"name": "AB"},', '{"name": "Ab"},']


def test_the_answers_are_yaml() -> None:
    read = yaml.safe_load(answers.lines(ANSWERS, ENTITIES))

    assert read == {**ANSWERS, "entities": [ENTITIES[1], ENTITIES[0]]}


def test_no_entity_is_an_empty_list() -> None:
    assert yaml.safe_load(answers.lines({}, [])) == {"entities": []}
