"""What may differ from Copier is what is listed, and no more."""

from divergence import Versions, divergence

OLD = b"a\nb\nc\nd\ne\nf\n"
NEW = OLD.replace(b"f\n", b"f\ng\n")
MINE = OLD.replace(b"b\n", b"b\nmine\n")
BOTH = NEW.replace(b"b\n", b"b\nmine\n")


def file(**versions: bytes | None) -> Versions:
    usual = {"old": OLD, "new": NEW, "before": MINE, "by_scaffold": BOTH, "by_copier": BOTH}
    return Versions("f", **{**usual, **versions})


def test_an_edited_file_of_a_removed_entity_is_kept() -> None:
    assert "keeps an edited file" == divergence(file(new=None, by_scaffold=MINE, by_copier=None))
    assert None is divergence(file(new=None, by_scaffold=None, by_copier=MINE))
    assert None is divergence(file(new=None, before=OLD, by_scaffold=OLD, by_copier=None))


def test_lines_that_copier_misplaces_may_differ() -> None:
    misplaced = NEW.replace(b"e\n", b"e\nmine\n")

    assert "puts lines where they belong" == divergence(file(by_copier=misplaced))
    assert None is divergence(file(by_scaffold=misplaced, by_copier=BOTH))
    assert None is divergence(file(by_copier=NEW))


def test_what_copier_leaves_unmerged_may_differ() -> None:
    assert "puts lines where they belong" == divergence(file(by_copier=b"<<<<<<< before\n"))


def test_a_registry_may_differ_by_a_union() -> None:
    versions = file(by_copier=b"<<<<<<< before\n")

    assert "unites a registry" == divergence(versions, is_union=True)
    assert None is divergence(file(by_scaffold=NEW), is_union=True)


def test_a_file_that_nobody_edited_may_not_differ() -> None:
    assert None is divergence(file(before=OLD, by_scaffold=NEW, by_copier=OLD))
    assert None is divergence(file(before=None, by_scaffold=None, by_copier=NEW))


def test_imports_are_merged_as_names() -> None:
    old, new = b"from a import one\n\nA = 1\n", b"from a import one, two\n\nA = 1\n"
    mine, both = old.replace(b"one", b"mine, one"), new.replace(b"one", b"mine, one")
    versions = Versions("a.py", old, new, mine, both, b"<<<<<<< before\n")

    assert divergence(versions) == "merges names"
    assert divergence(Versions("a.py", old, new, mine, mine, b"<<<<<<< before\n")) is None
