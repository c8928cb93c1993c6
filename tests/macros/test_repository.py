"""What an upsert leaves as it is."""

from macro_modules import derived, macros
from projects import entity

repository = macros("repository")


def kept(*fields: str) -> str:
    text: str = repository.kept(derived(entity("Post", *fields))["Post"])
    return text


def test_the_application_keeps_nothing_by_itself() -> None:
    assert kept("title:str") == ""


def test_what_is_readonly_is_kept() -> None:
    assert kept("title:str", "joined:datetime:readonly:default=now") == 'kept = ("joined",)'


def test_several_fields_come_one_a_line() -> None:
    assert kept("a:int:readonly:null", "b:int:readonly:null") == (
        'kept = (\n        "a",\n        "b",\n    )'
    )
