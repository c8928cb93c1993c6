"""A package has a name that Python can import, and that nothing else has."""

import pytest

from macro_modules import included


def check(name: str) -> str:
    return included("check_package_name", package_name=name)


@pytest.mark.parametrize("name", ["blog", "blog_2", "a" * 40])
def test_a_name_passes_without_a_word(name: str) -> None:
    assert check(name) == ""


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("class", "it is a keyword of Python"),
        ("json", "Python's standard library has a module of that name"),
        ("sqlalchemy", "the project, or a tool of it, uses a package of that name"),
        ("tests", "the project has a folder of that name"),
        ("build", "git, ruff or pytest leaves out folders of that name"),
    ],
)
def test_a_name_that_is_taken_is_refused(name: str, why: str) -> None:
    assert check(name).strip() == f"`{name}` is taken: {why}; try `{name}_app`"


@pytest.mark.parametrize(
    ("name", "better"),
    [
        *[
            ("", "app"),
            ("Blog", "blog"),
            ("2blog", "app"),
            ("_blog", "blog"),
            ("my-blog", "my_blog"),
        ],
        *[("blög", "bl_g"), ("a" * 41, "a" * 40), ("Json", "json_app")],
    ],
)
def test_a_name_that_cannot_be_imported_everywhere_is_refused(name: str, better: str) -> None:
    assert check(name).strip() == (
        "a package name is at most 40 characters: a-z, 0-9 and _, the first one a letter; "
        f"try `{better}`"
    )
