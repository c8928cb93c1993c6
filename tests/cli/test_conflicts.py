"""Where a person's edits are in the way: nothing is written, or the usual markers are."""

import inspect
import json
from pathlib import Path

import pytest

from command_line import Result, Scaffold
from template_repository import tree

README = "README.md"
SERVICE = "src/blog/api/app.py"


@pytest.fixture
def claimed(blog: Path, scaffold: Scaffold) -> Path:
    """A blog with posts, in whose tests a person changed the very line that a new field changes."""
    scaffold(blog, "model", "Post", "title:str,200", "-q")
    factory = blog / "src/blog/domain/post.py"
    text = factory.read_text()
    assert "    title: str\n" in text
    text = text.replace("    title: str\n", "    title: str  # mine\n")
    factory.write_text(text.replace('"""', '"""Mine. ', 1))
    return blog


def widened(blog: Path, scaffold: Scaffold, *options: str) -> Result:
    """Let the title be empty, which changes the line that is claimed."""
    document = "entities: {Post: {fields: ['title:str,200:null']}}"
    (blog / "entities.yml").write_text(document, encoding="utf-8")
    return scaffold(blog, "apply", "entities.yml", *options)


def test_each_place_is_shown_with_both_sides(claimed: Path, scaffold: Scaffold) -> None:
    (claimed / "entities.yml").touch()
    before = {path: each for path, each in tree(claimed).items() if path != "entities.yml"}

    result = widened(claimed, scaffold)

    assert 3 == result.code
    lines = (claimed / "src/blog/domain/post.py").read_text().splitlines()
    line = lines.index("    title: str  # mine") + 1
    shown = inspect.cleandoc(f"""
        conflict: src/blog/domain/post.py:{line}: you changed lines that the new version changes, too
          yours:
            -    title: str
            +    title: str  # mine
          new:
            -    title: str
            +    title: str | None
    """)
    assert shown in result.err
    assert "Mine. " not in result.err
    assert "error: your edits are in the way in 1 file; nothing was written\n" in result.err
    after = {path: each for path, each in tree(claimed).items() if path != "entities.yml"}
    assert before == after


def test_json_has_each_place(claimed: Path, scaffold: Scaffold) -> None:
    said = json.loads(widened(claimed, scaffold, "--json").out)

    (conflict,) = said["conflicts"]
    assert "src/blog/domain/post.py" == conflict["path"]
    place = conflict["places"][0]
    assert ["    title: str  # mine"] == place["yours"]
    assert ["    title: str"] == place["before"]
    assert place["new"][0].startswith("    title: str | None")


def test_markers_are_listed_until_they_are_resolved(claimed: Path, scaffold: Scaffold) -> None:
    result = widened(claimed, scaffold, "--on-conflict", "markers")

    assert 3 == result.code
    assert "next: resolve the conflict markers: scaffold status lists them\n" in result.out

    left = scaffold(claimed, "status")
    assert 4 == left.code
    assert "drift: src/blog/domain/post.py:" in left.out
    assert "  conflict  src/blog/domain/post.py\n" in left.out

    file = claimed / "src/blog/domain/post.py"
    text = file.read_text()
    while "<<<<<<< " in text:
        head, _, rest = text.partition("<<<<<<< your file\n")
        yours, _, rest = rest.partition("||||||| before\n")
        text = head + yours + rest.partition(">>>>>>> after\n")[2]
    file.write_text(text)
    assert 0 == scaffold(claimed, "status").code
