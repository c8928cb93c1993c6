"""`scaffold list`: entities as they are typed."""

import inspect
import json
from pathlib import Path

from command_line import Scaffold


def test_shows_fields_options_and_relations(blog: Path, scaffold: Scaffold) -> None:
    scaffold(
        blog,
        *("model", "Post", "title:str,200:index", "views:int:default=0", "author:User"),
        *("--unique", "author,title", "--soft-delete", "--check", "views>=0"),
    )

    result = scaffold(blog, "list")

    assert result.code == 0
    assert (
        result.out
        == inspect.cleandoc("""
        Post  posts, int key
          title:str,200:index
          views:int:default=0
          author:User:back=posts
          --unique author,title
          --check 'views >= 0'
          --soft-delete

        User  users, int key
          email:email:unique
          name:str,80
          from Post.author: posts

        2 entities, 5 fields, 1 relation
    """)
        + "\n"
    )


def test_says_how_to_add_the_first_entity(empty_blog: Path, scaffold: Scaffold) -> None:
    result = scaffold(empty_blog, "list")

    assert result.out == (
        "no entities yet; add one: scaffold model User email:email:unique name:str,80\n"
    )


def test_json_has_what_is_typed_and_what_is_recorded(blog: Path, scaffold: Scaffold) -> None:
    document = json.loads(scaffold(blog, "list", "--json").out)

    assert {"schema", "status", "changes", "conflicts", "error", "entities"} == set(document)
    assert document["entities"][0]["fields"] == ["email:email:unique", "name:str,80"]
    assert document["entities"][0]["record"]["plural"] == "users"
