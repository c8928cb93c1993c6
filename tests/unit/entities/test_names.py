import builtins
import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from sqlalchemy.dialects.mysql.reserved_words import RESERVED_WORDS_MARIADB
from sqlalchemy.dialects.postgresql.base import RESERVED_WORDS as RESERVED_WORDS_POSTGRESQL
from sqlalchemy.dialects.sqlite.base import SQLiteIdentifierPreparer

import strategies
from scaffold.entities import names, reserved
from scaffold.errors import ScaffoldError


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Post", "post"),
        ("HTTPServer", "http_server"),
        ("MediaType", "media_type"),
        ("Post2", "post2"),
        ("Post2Tag", "post2_tag"),
        ("IPv6", "i_pv6"),
        ("HTTP2Server", "http2_server"),
        ("A", "a"),
        ("ABc", "a_bc"),
        ("AB1c", "ab1c"),
        ("blog_post", "blog_post"),
        ("blog-post", "blog_post"),
        ("firstName", "first_name"),
    ],
)
def test_snake_keeps_acronyms_together(name: str, expected: str) -> None:
    assert expected == names.snake(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Post", "posts"),
        ("Category", "categories"),
        ("Day", "days"),
        ("Bus", "buses"),
        ("Box", "boxes"),
        ("Quiz", "quizzes"),
        ("Branch", "branches"),
        ("Dish", "dishes"),
        ("Person", "people"),
        ("Child", "children"),
        ("GrandChild", "grand_children"),
        ("Analysis", "analyses"),
        ("BlogPost", "blog_posts"),
        ("Series", "series"),
        ("Post2", "post2s"),
        ("Y", "ys"),
    ],
)
def test_plural_of_the_last_word(name: str, expected: str) -> None:
    assert expected == names.plural(name)


def test_other_spellings() -> None:
    assert names.camel("blog_post") == "BlogPost"
    assert names.camel("HTTPServer") == "HTTPServer"
    assert names.kebab("blog_posts") == "blog-posts"
    assert names.kebab("BlogPost") == "blog-post"
    assert names.label("BlogPost") == "blog post"
    assert names.member("in-progress") == "IN_PROGRESS"
    assert names.member("v1.2") == "V1_2"


@given(strategies.entity_names())
def test_snake_is_a_fixed_point(name: str) -> None:
    snake = names.snake(name)

    assert snake == names.snake(snake)
    assert snake.replace("_", "") == name.lower()


@given(st.text(max_size=30))
def test_no_text_breaks_a_conversion(text: str) -> None:
    assert names.words(text) == tuple(names.snake(text).split("_") if names.snake(text) else ())


@pytest.mark.parametrize(
    "name", ["Post", "A", "HTTPServer", "Post2", "X" * 40, "Match", "Type", "List"]
)
def test_entity_names_that_fit(name: str) -> None:
    names.check_entity(name)


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("post", "try `Post`"),
        ("blog_post", "try `BlogPost`"),
        ("blog-post", "try `BlogPost`"),
        ("Café", "try `Cafe`"),
        ("2Fast", None),
        ("", None),
        ("投稿", None),
        ("Base", "try `BaseEntry`"),
        ("None", "try `NoneEntry`"),
        ("UnitOfWork", "try `UnitOfWorkEntry`"),
        ("Decimal", "try `DecimalEntry`"),
        ("Import", "try `ImportEntry`"),
        ("Conftest", "try `ConftestEntry`"),
        ("TestRun", "try `TestRunEntry`"),
    ],
)
def test_entity_names_that_are_refused(name: str, help: str | None) -> None:
    with pytest.raises(ScaffoldError, match="cannot be the name of an entity") as caught:
        names.check_entity(name)

    assert help == caught.value.help
    assert caught.value.note


@pytest.mark.parametrize(
    "name", ["title", "a", "x1", "a_1", "x" * 40, "list_price", "typed", "date", "time", "count"]
)
def test_field_names_that_fit(name: str) -> None:
    names.check_field(name)

    assert names.field_is_free(name)


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("Title", "try `title`"),
        ("firstName", "try `first_name`"),
        ("_hidden", "try `hidden`"),
        ("a__b", "try `a_b`"),
        ("type_", "try `kind`"),
        ("1st", None),
        ("größe", "try `grosse`"),
        ("id", "try `code`"),
        ("class", "try `category`; `column=class` keeps the name in the database"),
        ("match", "try `game`; `column=match` keeps the name in the database"),
        ("metadata", "try `details`; `column=metadata` keeps the name in the database"),
        ("json", "try `document`; `column=json` keeps the name in the database"),
        ("copy", "try `copy_value`; `column=copy` keeps the name in the database"),
        (
            "model_dump_all",
            "try `own_model_dump_all`; `column=model_dump_all` keeps the name in the database",
        ),
        ("self", "try `self_value`; `column=self` keeps the name in the database"),
        ("mro", "try `mro_value`; `column=mro` keeps the name in the database"),
        ("register", "try `register_value`; `column=register` keeps the name in the database"),
    ],
)
def test_field_names_that_are_refused(name: str, help: str | None) -> None:
    with pytest.raises(ScaffoldError, match="cannot be the name of a field") as caught:
        names.check_field(name)

    assert help == caught.value.help
    assert not names.field_is_free(name)


@pytest.mark.parametrize(
    ("check", "name"), [(names.check_entity, "X" * 41), (names.check_field, "x" * 41)]
)
def test_names_of_41_characters_are_too_long(check: object, name: str) -> None:
    assert callable(check)
    with pytest.raises(ScaffoldError, match="41 characters"):
        check(name)


def test_every_suggestion_would_be_taken() -> None:
    for better in reserved.BETTER_FIELD_NAMES.values():
        names.check_field(better)
    for word in reserved.FIELD_NAMES:
        with pytest.raises(ScaffoldError) as caught:
            names.check_field(word)

        assert names.field_is_free(str(caught.value.help).split("`")[1])


def test_the_reserved_words_are_complete() -> None:
    builtin_classes = {name for name in vars(builtins) if name[0].isupper()}
    model_attributes = {name for name in dir(BaseModel) if not name.startswith("_")}
    sql = (
        RESERVED_WORDS_MARIADB | RESERVED_WORDS_POSTGRESQL | SQLiteIdentifierPreparer.reserved_words
    )

    assert set(keyword.kwlist) - {"None", "True", "False"} <= reserved.KEYWORDS
    assert set(keyword.softkwlist) - {"_"} <= reserved.SOFT_KEYWORDS
    assert builtin_classes <= reserved.CLASS_NAMES.keys()
    assert model_attributes <= reserved.FIELD_NAMES.keys()
    assert {word.lower() for word in sql} <= reserved.SQL_WORDS


def test_a_plural_has_to_differ_from_the_singular() -> None:
    with pytest.raises(ScaffoldError, match="same as the singular") as caught:
        names.check_plural("series", "Series")

    assert caught.value.help == "give another: --plural series_list"


@pytest.mark.parametrize("plural", ["Posts", "my posts", "as", "commit", "docs", "x" * 61, "é", ""])
def test_plurals_that_are_refused(plural: str) -> None:
    with pytest.raises(ScaffoldError) as caught:
        names.check_plural(plural, "Post")

    assert str(caught.value.help).startswith("give another: --plural ")


@pytest.mark.parametrize(
    "table", ["Posts", "my posts", "sqlite_posts", "alembic_version", "1st", "x" * 61, ""]
)
def test_tables_that_are_refused(table: str) -> None:
    with pytest.raises(ScaffoldError) as caught:
        names.check_table(table, "Post")

    assert str(caught.value.help).startswith("try --table ")


@pytest.mark.parametrize("column", ["Title", "a b", "xmin", "id", "db_row_id", "x" * 61, ""])
def test_columns_that_are_refused(column: str) -> None:
    with pytest.raises(ScaffoldError) as caught:
        names.check_column(column, "title")

    assert str(caught.value.help).startswith("try `column=")


def test_nearest_offers_only_what_is_alike() -> None:
    assert names.nearest("strng", ["int", "str", "text"]) == "str"
    assert names.nearest("usr", ["Post", "User"]) == "User"
    assert names.nearest("zzz", ["int", "str"]) is None
    assert names.nearest("x", []) is None


def test_listed_reads_aloud() -> None:
    assert names.listed(["a"]) == "`a`"
    assert names.listed(["a", "b", "c"]) == "`a`, `b` and `c`"
