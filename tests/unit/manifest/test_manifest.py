"""A document of entities: what is written is read back, and what is wrong is said by its line."""

import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given

from json_schema import problems
from scaffold.entities.edit import Edit
from scaffold.entities.entity import Entity
from scaffold.entities.graph import validate
from scaffold.entities.links import completed
from scaffold.entities.records import to_record
from scaffold.errors import ScaffoldError
from scaffold.grammar.fields import MODIFIERS
from scaffold.manifest.changes import edit_of
from scaffold.manifest.keys import ENTITY_KEYS, FIELD_KEYS
from scaffold.manifest.reading import Document, read_document
from scaffold.manifest.schema import json_schema
from scaffold.manifest.writing import as_json, as_yaml, document_of
from scaffold.output.comparison import compare
from strategies import TYPES, graphs

REPOSITORY = Path(__file__).parents[3]


def entities_of(text: str) -> tuple[Entity, ...]:
    """Return the entities of a project that was empty before."""
    return edit_of(read_document(text, "x.yml", TYPES, "int"), (), TYPES).entities


def edited(text: str, before: tuple[Entity, ...], *, prune: bool = False) -> Edit:
    return edit_of(read_document(text, "x.yml", TYPES, "int"), before, TYPES, prune=prune)


def refusal(text: str, before: tuple[Entity, ...] = ()) -> ScaffoldError:
    with pytest.raises(ScaffoldError) as caught:
        edited(text, before)
    return caught.value


BLOG = """\
entities:
  User:
    fields: [email:email:unique, "name:str,80"]
  Post:
    fields:
      title: str,200:index
      body: {type: text, null: true}
      author: User
    unique: [[author, title]]
"""


# Reading.


@given(graphs(runnable=False, circular=True))
def test_what_is_written_is_read_back(graph: tuple[Entity, ...]) -> None:
    document = document_of(graph, TYPES, "uuid4")

    for text in (as_yaml(document), as_json(document)):
        assert graph == entities_of(text)
        assert all(a is b for a, b in zip(graph, edited(text, graph).entities, strict=True))


@given(graphs(runnable=False, circular=True))
def test_yaml_and_json_are_the_same_document(graph: tuple[Entity, ...]) -> None:
    document = document_of(graph, TYPES, "int")

    assert json.loads(as_json(document)) == yaml.safe_load(as_yaml(document))


def test_every_form_of_fields_is_the_same() -> None:
    forms = [
        'fields: ["title:str,200:null:min=3:default=a:b", "rank:int:min=0", "name"]',
        'fields: {title: "str,200:null:min=3:default=a:b", rank: "int:min=0", name: }',
        """fields:
      title: {type: "str,200", null: true, min: 3, default: "a:b"}
      rank: {type: int, min: 0}
      name: {null: false}""",
    ]

    read = [entities_of(f"entities:\n  Post:\n    {form}\n") for form in forms]

    assert read[0] == read[1] == read[2]


def test_scalars_are_read_as_they_are_written() -> None:
    (entity,) = entities_of("""
entities:
  Post:
    fields:
      price: {type: decimal, default: 0.50}
      answer: {type: "enum,yes,no", default: no}
      day: {type: date, default: 2026-01-02}
      shown: {type: bool, default: true}
""")

    defaults = {field.name: field.default for field in entity.fields}
    assert {"price": "0.50", "answer": "no", "day": "2026-01-02", "shown": "true"} == defaults


def test_an_option_that_is_not_said_is_as_the_rules_have_it() -> None:
    (post,) = entities_of("pk: uuid7\nentities: {Post: {lock: true, fields: [title]}}")

    record = to_record(post)
    assert ("uuid7", "posts", "keyset", "full") == (
        record["pk"], record["plural"], record["page"], record["api"],
    )  # fmt: skip
    assert post.timestamps
    assert post.lock
    assert not post.soft_delete


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: [", 2, "this is not valid YAML"),
        ("a: b\n\tc: d", 2, "this is not valid YAML"),
        ('{\n"entities": ', 2, "this is not valid JSON"),
        ("", 1, "the document must be a mapping"),
        ("- a", 1, "the document must be a mapping"),
        ("entites: {}", 1, "`entites` is no key of the document"),
        ("schema: 1", 1, "there are no `entities` in this document"),
        ("schema: 2\nentities: {}", 1, "`schema` of the document is `2`"),
        ("entities: 5", 1, "`entities` must be a mapping"),
        ("entities: {}\nentities: {}", 2, "`entities` is there a second time (first: line 1)"),
        ("entities: &a {Post: *a}", 1, "this is not valid YAML: an alias leads back to"),
        ("entities:\n  user: {}", 2, "`user` cannot be the name of an entity"),
        ("entities:\n  User: {}", 2, "the entity `User` has no `fields`"),
        ("entities:\n  User:\n    fields: {}\n  User: {}", 4, "`User` is there a second time"),
        ("entities:\n  User:\n    lock: 1", 3, "`lock` of the entity `User` must be true or fa"),
        ("entities:\n  User:\n    page: x", 3, "`page` of the entity `User` is `x`"),
        ("entities:\n  User:\n    unique: [a, b]", 3, "a group in `unique` of the entity `User`"),
        ("entities:\n  User:\n    plural:", 3, "`plural` of the entity `User` is empty"),
        ("entities:\n  User:\n    fields:\n      a: strng", 4, "in `User`: unknown type `strng`"),
        ("entities:\n  User:\n    fields:\n    - a\n    - b: str", 5, "an item of the fields"),
        ("entities:\n  User:\n    fields:\n      a: [str]", 4, "the field `a` must be a type"),
        ("entities:\n  User:\n    fields:\n      'a:b': str", 4, "in `User`: `a:b` cannot be"),
        ("entities:\n  User:\n    fields:\n      a: {\n      nul: true}", 5, "`nul` is no key"),
        ("entities:\n  User:\n    fields: [a:str,80]", 3, "`80` cannot be the name of a field"),
        (
            "entities:\n  User:\n    fields: [a]\n    checks: ['a >']",
            4,
            "in `User`: the check `a >`",
        ),
        (
            '{"entities": {"User": {"fields": {\n\t"a": "str",\n\t"b": "foo"}}}}',
            3,
            "in `User`: unknown type",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, line: int, message: str) -> None:
    assert refusal(text).message.startswith(f"x.yml:{line}: {message}")


def test_a_wrong_graph_is_named_with_the_line_of_the_field() -> None:
    document = read_document(BLOG.replace("User:", "Author:"), "x.yml", TYPES, "int")

    error = document.located(ScaffoldError("`Post.author` refers to `User`, which is missing"))

    assert error.message == "x.yml:8: `Post.author` refers to `User`, which is missing"


# The way there.


def test_entities_that_the_document_does_not_name_stay() -> None:
    before = entities_of(BLOG)

    edit = edited("entities: {Tag: {fields: [name]}}", before)

    assert ["Post", "Tag", "User"] == [entity.name for entity in edit.entities]


def test_prune_removes_what_the_document_does_not_name() -> None:
    edit = edited("entities: {Tag: {fields: [name]}}", entities_of(BLOG), prune=True)

    assert ["Tag"] == [entity.name for entity in edit.entities]


def test_a_field_that_is_not_listed_is_removed() -> None:
    edit = edited("entities: {User: {fields: [email:email:unique]}}", entities_of(BLOG))

    assert ["email"] == [field.name for field in edit.entities[1].fields]


RENAMED = """\
entities:
  Account:
    renamed_from: User
    fields:
      email: email:unique
      login: {type: "str,80", renamed_from: name}
"""


def test_former_names_are_renames_and_others_follow() -> None:
    edit = edited(RENAMED, entities_of(BLOG))

    assert {"User": "Account"} == edit.entity_renames
    assert {"Account": {"name": "login"}} == edit.field_renames
    assert {"Post": "Account"} == {
        entity.name: field.to for entity in edit.entities for field in entity.references
    }


def test_a_document_with_former_names_can_be_applied_again() -> None:
    once = edited(RENAMED, entities_of(BLOG)).entities

    assert Edit(once) == edited(RENAMED, once)


def test_former_names_mean_nothing_to_an_empty_project() -> None:
    (account,) = entities_of(RENAMED)

    assert "accounts" == account.table


@pytest.mark.parametrize(
    ("right", "wrong", "place"),
    [
        ("from: User", "from: Usr", "x.yml:2: there is no `Usr`"),
        ("from: name", "from: nmae", "x.yml:6: there is no `nmae`"),
    ],
)
def test_a_misspelled_former_name_is_not_taken_for_a_new_one(
    right: str, wrong: str, place: str
) -> None:
    error = refusal(RENAMED.replace(right, wrong), entities_of(BLOG))

    assert error.message.startswith(place)
    assert f"did you mean `{right.removeprefix('from: ')}`?" in str(error.help)


def test_a_former_name_that_is_also_there_is_refused() -> None:
    both = RENAMED.replace("    renamed_from: User\n", "").replace("Account", "User")

    error = refusal(both.replace("login:", "name: str\n      login:"), entities_of(BLOG))

    assert "x.yml:6: `User.name` cannot become `User.login`" in error.message


def test_a_value_for_rows_counts_where_rows_need_one() -> None:
    text = """
entities:
  User:
    fields:
      email: {type: email, unique: true, fill: unused}
      name: {type: "str,80", fill: unused}
      rank: {type: int, fill: 3}
  Tag: {fields: {name: {fill: unused}}}
"""

    assert {"User": {"rank": "3"}} == edited(text, entities_of(BLOG)).fills


def test_a_value_for_rows_counts_where_theirs_may_not_fit_any_more() -> None:
    text = "entities: {User: {fields: {email: 'email:unique', name: {type: int, fill: 0}}}}"

    assert {"User": {"name": "0"}} == edited(text, entities_of(BLOG)).fills


def test_a_value_for_rows_counts_where_a_field_may_no_longer_be_empty() -> None:
    text = BLOG.replace("{type: text, null: true}", "{type: text, fill: none yet}")

    assert {"Post": {"body": "none yet"}} == edited(text, entities_of(BLOG)).fills


MEMBERS = """\
entities:
  User: {fields: [name, "roles:many,Role:via=Member"]}
  Role: {fields: [name, "others:many,Role:back=other_side"]}
  Member: {fields: [user:User, role:Role]}
"""


def test_what_goes_through_an_entity_is_complete_and_follows_its_names() -> None:
    before = completed(entities_of(MEMBERS))
    text = """
entities:
  Membership:
    renamed_from: Member
    fields: {person: {type: User, renamed_from: user}, role: Role}
"""

    (roles,) = edited(text, before).entities[2].links

    assert ("Membership", ("person", "role")) == (roles.via, roles.through)


def test_links_are_written_and_read_back() -> None:
    before = completed(entities_of(MEMBERS))

    edit = edited(as_yaml(document_of(before, TYPES, "int")), before)

    assert all(a is b for a, b in zip(before, edit.entities, strict=True))


def test_a_value_for_rows_that_does_not_fit_is_named_with_its_line() -> None:
    text = "entities:\n  User:\n    fields:\n      rank: {type: int, fill: many}\n"

    error = refusal(text, entities_of(BLOG))

    assert error.message.startswith("x.yml:4: `fill: many` does not fit `User.rank`")


def test_another_plural_is_a_name_that_files_have() -> None:
    text = BLOG.replace("  User:", "  User:\n    plural: people")

    assert {"User": "User"} == edited(text, entities_of(BLOG)).entity_renames


def test_changes_are_told_in_the_words_of_the_command_line() -> None:
    before = entities_of(BLOG)
    edit = edited(
        RENAMED + "  Post: {lock: true, fields: [author:Account, title:str]}", before, prune=True
    )

    account, post = compare(before, edit, TYPES)

    assert ("Account", "change", "User") == (account.name, account.kind, account.renamed_from)
    assert [("login", "name:str,80", "login:str,80", "name")] == [
        (part.name, part.before, part.after, part.renamed_from) for part in account.fields
    ]
    assert [
        ("author", "change"), ("title", "change"), ("body", "remove"),
    ] == [(part.name, part.kind) for part in post.fields]  # fmt: skip
    assert {"unique", "lock", "order"} == {part.name for part in post.options}


# The schema.


def test_the_schema_in_the_repository_is_the_one_that_is_printed() -> None:
    kept = (REPOSITORY / "docs" / "entities.schema.json").read_text(encoding="utf-8")

    assert json_schema() == kept


@given(graphs(runnable=False, circular=True))
def test_what_is_written_fits_the_schema(graph: tuple[Entity, ...]) -> None:
    schema = json.loads(json_schema())

    assert [] == problems(json.loads(as_json(document_of(graph, TYPES, "int"))), schema, schema)


def test_the_examples_of_the_documentation_fit_the_schema() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    schema = json.loads(json_schema())
    examples = re.findall(r"```yaml\n(entities:.*?)```", readme, re.DOTALL)

    assert examples
    for text in examples:
        assert [] == problems(yaml.safe_load(text), schema, schema)
        assert entities_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "entities: {user: {fields: {a: str}}}",
        "entities: {User: {}}",
        "entities: {User: {fields: {a: {nul: true}}}}",
        "entities: {User: {fields: {a: str}, lock: 1}}",
        "entities: {User: {fields: {a: str}, unique: [a, b]}}",
        "entities: {User: {fields: {a: str}, page: x}}",
        "schema: 2\nentities: {}",
    ],
)
def test_what_is_refused_does_not_fit_the_schema(text: str) -> None:
    schema = json.loads(json_schema())

    assert problems(yaml.safe_load(text), schema, schema)
    refusal(text)


def test_the_schema_knows_all_that_can_be_said() -> None:
    schema = json.loads(json_schema())["$defs"]

    assert {key.name for key in ENTITY_KEYS} == schema["entity"]["properties"].keys()
    _, mapping = schema["field"]["anyOf"]
    assert {key.name for key in FIELD_KEYS} == mapping["properties"].keys()
    assert {*MODIFIERS} < mapping["properties"].keys()


# Several errors.


FAULTY = """\
entities:
  User:
    fields:
      email: emial
      name: strng,80
    colour: red
  Post:
    fields:
      title: str,200
      from: str
    checks:
      - title = 1 or
    page: cursor
  order:
    fields: {x: int}
"""
CONTRADICTING = """\
entities:
  User:
    fields: [name, "bio:text"]
    unique:
      - [name, bio]
      - [name, nmae]
  Post:
    fields: {title: str, body: text, score: int, total: int}
    index: [[title, ids]]
    checks:
      - score > 0
      - score > 'a'
      - score < total and body = title and size > 1
  Tag:
    fields: {label: "str,900:unique"}
    table: "select"
"""


def every(text: str) -> list[str]:
    """Return the errors of a document as one reads them: message, note and help."""
    found: list[str] = []
    document: Document | None = None
    try:
        document = read_document(text, "x.yml", TYPES, "int")
        validate(completed(edit_of(document, (), TYPES).entities), TYPES)
    except ScaffoldError as caught:
        is_located = caught.message.startswith("x.yml")
        located = caught if is_located or document is None else document.located(caught)
        for error in located.errors:
            assert error.message.startswith("x.yml:")
            found.append(" ".join(filter(None, (error.message, error.note, error.help))))
    assert found
    return found


def test_all_errors_of_a_document_are_told_at_once() -> None:
    found = every(FAULTY)

    assert [each.split(": ")[0] for each in found] == [
        f"x.yml:{line}" for line in (6, 4, 5, 13, 10, 12, 14)
    ]


def test_all_entities_that_contradict_themselves_are_told_with_their_lines() -> None:
    found = every(CONTRADICTING)

    assert [each.split(": ")[0] for each in found] == [
        f"x.yml:{line}" for line in (5, 6, 9, 12, 13, 14)
    ]
    assert all("`User`" in each or "`Post`" in each or "Tag" in each for each in found)


def test_references_that_lead_nowhere_are_told_together() -> None:
    found = every("entities: {Ant: {fields: {x: int, b: Bee}},\n Cat: {fields: {x: int, d: Dog}}}")

    assert [each.partition(",")[0] for each in found] == [
        "x.yml:1: `Ant.b` refers to `Bee`",
        "x.yml:2: `Cat.d` refers to `Dog`",
    ]


@pytest.mark.parametrize(
    "entity",
    [
        "{fields: {}}",
        "{fields: {others: many,Thing}}",
        "{fields: {a: int, b: int}, unique: [[a, id]]}",
        "{fields: {a: int, b: int}, index: [[a, c]]}",
        "{fields: {a: int, b: int}, index: [[a]]}",
        "{fields: {a: int, b: text}, unique: [[a, b]]}",
        "{fields: {a: int}, checks: [a > b]}",
        "{fields: {a: int}, checks: [a >]}",
        "{fields: {a: int}, plural: thing}",
        "{fields: {a: int}, plural: Things}",
        "{fields: {a: int}, table: Select}",
        "{fields: {a: 'str,9:default=123456789012'}}",
        "{fields: {a: readonly}}",
        "{fields: {a: Nothing}}",
        "{fields: {check: 'enum,a,b', b: int}, checks: ['b > 1 or b < 0', 'b > 2']}",
    ],
)
def test_a_document_is_told_its_own_words(entity: str) -> None:
    for found in every(f"entities: {{Thing: {entity}}}"):
        assert "x.yml:1: " in found
        assert "--" not in found
        assert "scaffold" not in found
