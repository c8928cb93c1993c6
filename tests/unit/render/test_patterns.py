"""Simple patterns are matched without pathspec, and mean the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pathspec import PathSpec

from scaffold.render.patterns import _translate, matcher

PIECES = ["a", "b", "c", ".", "*", "?", "/", "**", "[ab]", "!", "#", "_", " ", "\\*"]
PATTERNS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join)
PATHS = st.lists(st.text("abc.*!", min_size=1, max_size=4), min_size=1, max_size=3).map("/".join)
PATHS = PATHS.filter(lambda path: not {".", ".."} & set(path.split("/")))


@settings(max_examples=400)
@given(pattern=PATTERNS, paths=st.lists(PATHS, max_size=8))
def test_patterns_mean_what_they_mean_to_copier(pattern: str, paths: list[str]) -> None:
    try:
        expected = PathSpec.from_lines("gitignore", [pattern])
    except ValueError:
        return
    matches = matcher([pattern])

    for path in [*paths, "a", "a/b", "ab/c.a", ".a", "b/a/c"]:
        assert expected.match_file(path) == (matches is not None and matches(path)), (pattern, path)


@pytest.mark.parametrize(
    "pattern", ["copier.yml", "~*", "*.py[co]", "__pycache__", ".git", "/docs", "src/*.txt", "a/"]
)
def test_common_patterns_need_no_pathspec(pattern: str) -> None:
    assert None is not _translate(pattern)


def test_nothing_matches_no_pattern() -> None:
    assert None is matcher([])
    assert None is matcher(["", "  ", "# comment"])


def test_a_later_pattern_may_take_back_a_match() -> None:
    matches = matcher(["*.txt", "!keep.txt"])

    assert matches is not None
    assert [True, False] == [matches("a.txt"), matches("keep.txt")]
