"""Names that the recorded ones do not spell out."""

import pytest

from macro_modules import macros
from scaffold.entities import names as commands_names

names = macros("names")


@pytest.mark.parametrize(
    ("name", "snake"),
    [
        ("Post", "post"),
        ("BlogPost", "blog_post"),
        ("HTTPServer", "http_server"),
        ("Post2", "post2"),
        ("Post2Tag", "post2_tag"),
        ("ABc", "a_bc"),
    ],
)
def test_acronyms_stay_together_as_in_the_command(name: str, snake: str) -> None:
    assert names.snake(name) == snake == commands_names.snake(name)


def test_a_route_is_in_kebab_case() -> None:
    assert names.route("blog_posts") == "/blog-posts"


def test_a_side_of_a_relation_is_a_constant() -> None:
    assert names.constant("blog_post", "main_tags") == "BLOG_POST_MAIN_TAGS"


def test_a_name_of_60_characters_is_kept() -> None:
    assert names.database_name("a" * 60) == "a" * 60


def test_a_longer_one_is_cut_to_60_with_a_checksum() -> None:
    name = names.database_name("a" * 61)

    assert len(name) == 60
    assert name.startswith("a" * 51 + "_")


def test_long_names_stay_apart_that_differ_at_the_end() -> None:
    ends = ["abc", "acb", "cba", "abd", "ab", "abcd"]

    assert len({names.database_name("uq_" + "posts_" * 12 + end) for end in ends}) == len(ends)


def test_names_sort_with_numbers_as_numbers_and_without_case() -> None:
    assert sorted(["B10", "b2", "a.b", "a"], key=names.natural) == ["a", "a.b", "b2", "B10"]
    assert sorted(["a1b10", "a1b9", "a10b1"], key=names.natural) == ["a1b9", "a1b10", "a10b1"]
