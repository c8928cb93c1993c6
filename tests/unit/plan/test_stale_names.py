"""Whoever wrote a name that is no more is told where."""

from dataclasses import replace
from pathlib import Path

import pytest

from projects import entity
from scaffold.entities.edit import Edit
from scaffold.plan.plan import Plan
from scaffold.plan.stale_names import mentions
from scaffold.render.files import given
from template_repository import write

BEFORE = (entity("BlogPost", "title", "body:text"),)
AFTER = entity("Article", "title", "body:text")
RENAMED = Edit((AFTER,), {"BlogPost": "Article"})
FEWER = Edit((replace(BEFORE[0], fields=BEFORE[0].fields[:1]),))


def notes(root: Path, edit: Edit, *, rendered: str = "", **files: str) -> tuple[str, ...]:
    """Return the notes on the files of a project, `src/own.py` of which was rendered so."""
    write(root, {path.replace("__", "/") + ".py": text for path, text in files.items()})
    after = given({"src/own.py": (rendered.encode(), 0o644)}, {})
    return mentions(root, BEFORE, edit, Plan(()), after)


@pytest.mark.parametrize(
    "line",
    [
        "posts: list[BlogPost]",
        "NewBlogPost(title='x')",
        "from blog.domain.blog_post import x",
        "import blog.domain.blog_post",
        "await unit.blog_posts.get(1)",
    ],
)
def test_each_look_of_an_entity_is_found(tmp_path: Path, line: str) -> None:
    found = notes(tmp_path, RENAMED, src__more=f"first\n{line}\n")

    assert found == ("`BlogPost` is still in lines that you wrote: src/more.py:2",)


@pytest.mark.parametrize("line", ["BlogPoster()", "x = blog_post", "a.blog_posts_of(1)", "Article"])
def test_what_only_looks_alike_is_passed_over(tmp_path: Path, line: str) -> None:
    assert notes(tmp_path, RENAMED, src__more=line) == ()


def test_lines_that_were_rendered_are_nobodys(tmp_path: Path) -> None:
    assert notes(tmp_path, RENAMED, rendered="BlogPost\n", src__own="BlogPost\nBlogPost()\n") == (
        "`BlogPost` is still in lines that you wrote: src/own.py:2",
    )


def test_environments_and_revisions_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "pyvenv.cfg").touch()
    files = dict.fromkeys(["env__a", ".venv__b", "migrations__versions__c", "build__d"], "BlogPost")

    assert notes(tmp_path, RENAMED, **files) == ()


def test_a_field_counts_where_its_entity_is(tmp_path: Path) -> None:
    found = notes(tmp_path, FEWER, a="BlogPost\npost.body\n", b="post.body\n", c="BlogPost\nbody\n")

    assert found == ("`BlogPost.body` is still in lines that you wrote: a.py:2",)
