"""Domain modules: plain dataclasses, and the attributes that criteria are made of."""

from macro_modules import derived, lines, macros
from projects import entity

domain = macros("domain")

BLOG = derived(
    entity(
        "Post",
        "title:str",
        "note:text:null",
        "seen:datetime:default=now",
        "views:int:default=0",
        "kind:enum,open,in-work",
        "labels:array,str:default=[]",
        lock=True,
    ),
    entity("Empty", "size:int", timestamps=False),
)


def test_a_new_entity_has_defaults_where_the_field_has() -> None:
    assert lines(domain.new_fields(BLOG["Post"])) == [
        "title: str",
        "note: str | None = None",
        "seen: dt.datetime = field(default_factory=utc_now)",
        "views: int = 0",
        "kind: PostKind",
        "labels: list[str] = field(default_factory=list)",
    ]


def test_a_stored_one_has_none() -> None:
    assert "=" not in domain.fields(BLOG["Post"])


def test_the_project_keeps_what_the_options_ask_for() -> None:
    assert lines(domain.kept_fields(BLOG["Post"])) == [
        "created_at: dt.datetime",
        "updated_at: dt.datetime",
        "version: int",
    ]
    assert domain.kept_fields(BLOG["Empty"]) == ""


def test_all_of_them_are_attributes() -> None:
    attributes = lines(domain.attributes(BLOG["Post"]))

    assert attributes[1] == 'note = Attribute[str | None]("note")'
    assert attributes[-3:] == [
        'created_at = Attribute[dt.datetime]("created_at")',
        'updated_at = Attribute[dt.datetime]("updated_at")',
        'version = Attribute[int]("version")',
    ]


def test_an_enum_is_a_class_with_a_member_per_value() -> None:
    assert lines(domain.enums(BLOG["Post"])) == [
        "class PostKind(StrEnum):",
        '"""What the kind of a post may be."""',
        'OPEN = "open"',
        'IN_WORK = "in-work"',
    ]
    assert domain.enums(BLOG["Empty"]) == ""


def test_only_what_is_used_is_imported() -> None:
    assert set(lines(domain.imports(BLOG["Post"], "blog"))) == {
        "import datetime as dt",
        "from dataclasses import field",
        "from enum import StrEnum",
        "from blog.domain.values import utc_now",
    }
    assert lines(domain.imports(BLOG["Empty"], "blog")) == []
