"""A package has a name that Python can import, and that nothing else has."""

import pytest

from macro_modules import included


def check(name: str) -> str:
    return included("check_package_name", package_name=name)


@pytest.mark.parametrize("name", ["blog", "blog_2", "a" * 40])
def test_a_name_passes_without_a_word(name: str) -> None:
    assert check(name) == ""


@pytest.mark.parametrize("name", ["class", "sqlalchemy", "tests"])
def test_a_name_that_is_taken_is_refused(name: str) -> None:
    assert check(name).strip() == (
        f"`{name}` is taken: it is a word of Python or a package that the project uses"
    )


@pytest.mark.parametrize("name", ["", "Blog", "2blog", "_blog", "my-blog", "blög", "a" * 41])
def test_a_name_that_cannot_be_imported_everywhere_is_refused(name: str) -> None:
    assert check(name).startswith("a package name is at most 40 characters")
