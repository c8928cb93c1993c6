"""A merge loses no line that a person wrote, and a union repeats none."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from scaffold.plan.merge import (
    is_binary,
    merge,
    unite,
    uses_crlf,
    with_line_of_both,
    without_repeats,
)

BASE = [f"entity {number}" for number in range(6)]
MERGES = settings(max_examples=60, deadline=None)

deleted = st.sets(st.sampled_from(BASE), max_size=3)
insertions = st.lists(st.integers(0, 6), max_size=3)


def text(lines: list[str], *, end: bool = True) -> bytes:
    content = "\n".join(lines)
    return f"{content}\n".encode() if content and end else content.encode()


def edited(lines: list[str], places: list[int], word: str) -> list[str]:
    result = list(lines)
    for number, place in enumerate(places):
        result.insert(min(place, len(result)), f"{word} {number}")
    return result


def lines_of(content: bytes) -> list[str]:
    return content.decode().splitlines()


@MERGES
@given(mine=insertions, theirs=insertions, gone=deleted, end=st.booleans())
def test_lines_of_a_person_are_never_lost(
    *, mine: list[int], theirs: list[int], gone: set[str], end: bool
) -> None:
    ours = edited(BASE, mine, "mine")
    new = edited([line for line in BASE if line not in gone], theirs, "new")

    merged = merge(text(ours, end=end), text(BASE), text(new))

    assert {line for line in ours if line.startswith("mine")} <= set(lines_of(merged.content))
    assert {line for line in new if line.startswith("new")} <= set(lines_of(merged.content))


@MERGES
@given(
    mine=insertions, theirs=insertions, gone=deleted, order=st.permutations(BASE), end=st.booleans()
)
def test_a_union_holds_each_line_once(
    *, mine: list[int], theirs: list[int], gone: set[str], order: list[str], end: bool
) -> None:
    ours = edited(order, mine, "mine")
    new = edited([line for line in BASE if line not in gone], theirs, "new")

    merged = unite(text(ours, end=end), text(BASE), text(new))

    own = [line for line in ours if line.startswith("mine")]
    assert Counter(new + own) == Counter(lines_of(merged))


@MERGES
@given(gone=deleted, added=insertions)
def test_a_union_of_an_unedited_file_is_the_new_one(gone: set[str], added: list[int]) -> None:
    new = edited([line for line in BASE if line not in gone], added, "new")

    assert text(new) == unite(text(BASE[::-1]), text(BASE), text(new))


def test_a_person_may_take_a_line_out_of_a_union() -> None:
    ours, new = [line for line in BASE if line != "entity 2"], [*BASE, "entity 7"]

    assert [*ours, "entity 7"] == lines_of(unite(text(ours), text(BASE), text(new)))


def test_a_line_that_both_sides_added_is_there_once() -> None:
    both = [*BASE, "entity 7"]

    assert text(both) == unite(text(both), text(BASE), text(both))


def test_a_method_by_hand_ends_the_list_before_it() -> None:
    ours = [*BASE, "", "def mine(self):", "    pass"]

    merged = unite(text(ours), text(BASE), text([*BASE, "entity 7"]))

    assert [*BASE, "entity 7", *ours[len(BASE) :]] == lines_of(merged)


def test_what_a_person_set_apart_stays_apart() -> None:
    base = ["import a", "", "import one", "", "routers = [", "    # each", "    one,", "]"]
    ours = [*base[:3], "import mine", *base[3:7], "    mine,", "]"]
    new = ["import a", "", "routers: list[str] = [", "    # each", "]"]

    merged = unite(text(ours), text(base), text(new))

    assert lines_of(merged) == [*new[:2], "import mine", "", *new[2:4], "    mine,", "]"]


def test_binary_and_line_ends_are_told_apart() -> None:
    assert is_binary(b"text", b"\0")
    assert not is_binary(b"text", "ü".encode())
    assert uses_crlf(b"a\r\nb\r\n")
    assert not uses_crlf(b"a\r\nb\n")
    assert not uses_crlf(b"a")


def test_a_line_that_two_branches_changed_says_what_the_render_says() -> None:
    ours = "| Room | ward |\n| Ward | |\n| Room | zone |\n| RoomType | mine |\n| Zone | mine |\n"
    rendered = "| Room | ward, zone |\n| RoomType | |\n| Ward | |\n| Zone | |\n"

    mended = with_line_of_both(
        ours.encode(), rendered.encode(), ["Room", "RoomType", "Ward", "Zone"]
    )

    assert mended == b"| Room | ward, zone |\n| Ward | |\n| RoomType | mine |\n| Zone | mine |\n"


def test_a_relation_is_not_taken_for_a_line_of_its_entity() -> None:
    ours = b"  Room { ward }\n  Room -- Bed\n  Room { zone }\n"
    rendered = b"  Room { ward zone }\n  Room -- Bed\n"

    assert with_line_of_both(ours, rendered, ["Room"]) == rendered


def test_lines_that_begin_alike_in_the_render_are_left_alone() -> None:
    ours = b"Room -- Bed\nRoom -- Mine\nRoom -- Own\n"

    assert with_line_of_both(ours, b"Room -- Bed\nRoom -- Ward\n", ["Room"]) == ours


def test_only_lines_of_entities_and_imports_are_taken_for_repeated() -> None:
    ours = b"import a\r\nRoom\r\n```\r\nRoom\r\n```\r\nimport a\r\nmine Room\r\nmine Room\r\n"

    mended = without_repeats(ours, b"import a\nRoom\n```\n", ["Room"])

    assert mended == b"import a\r\nRoom\r\n```\r\n```\r\nmine Room\r\nmine Room\r\n"
