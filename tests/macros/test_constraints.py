"""The constraints and indexes that an ORM model declares."""

from macro_modules import derived, macros
from projects import entity

constraints = macros("constraints")


def declared(*fields: str, **options: object) -> str:
    (post,) = derived(entity("Post", *fields, **options))
    text: str = constraints.declared(post["table_spec"])
    return text


def test_a_table_without_constraints_declares_none() -> None:
    assert declared("title:str") == ""


def test_a_single_one_stays_on_its_line() -> None:
    assert declared("title:str:unique") == (
        '__table_args__ = (UniqueConstraint("title", name="uq_posts_title"),)'
    )


def test_several_come_one_a_line() -> None:
    assert declared("title:str:unique", "views:int:index", "likes:int:min=0").splitlines() == [
        "__table_args__ = (",
        '        UniqueConstraint("title", name="uq_posts_title"),',
        '        Index("ix_posts_views", "views"),',
        '        CheckConstraint(ColumnClause("likes") >= TextClause("0"), name="ck_posts_likes_min"),',
        "    )",
    ]


def test_a_condition_is_text() -> None:
    text = declared("title:str", checks=("title <> 'a:b'",), samples=((("title", "c"),),))

    assert text.endswith("""(CheckConstraint("title <> 'a\\\\:b'", name="ck_posts_check"),)""")


def test_one_that_is_too_long_is_exploded_in_its_place() -> None:
    first, second = "a" * 40, "b" * 40

    text = declared(f"{first}:int", f"{second}:int", unique=((first, second),))

    assert text.splitlines()[1:4] == [
        "        UniqueConstraint(",
        f'            "{first}",',
        f'            "{second}",',
    ]
