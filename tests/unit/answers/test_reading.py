"""Answers are read in every layout that git or a person may leave, or refused by file and line."""

from pathlib import Path

import pytest

from scaffold.answers.reading import find_project, read, refuse_unknown, with_entities
from scaffold.errors import ScaffoldError

POST = (
    '{"name": "Post", "plural": "posts", "table": "posts", "pk": "int", "api": "full", '
    '"page": "keyset", "fields": [{"name": "title", "type": "str", "length": 200}]}'
)
OTHER_POST = POST.replace("200", "80")
USER = (
    '{"name": "User", "plural": "users", "table": "users", "pk": "int", "api": "full", '
    '"page": "keyset", "fields": [{"name": "email", "type": "email", "length": 255}]}'
)
HEAD = """\
# Written by Copier and `scaffold`: change entities with `scaffold`, not here.
_commit: "v1.0.0"
_src_path: "/templates/blog"
project_name: "Blog: the \\"first\\""
entities_spec: 1
"""


def project(folder: Path, *lines: str, head: str = HEAD) -> Path:
    body = "".join(f"{line}\n" for line in lines)
    (folder / ".copier-answers.yml").write_text(head + body, encoding="utf-8")
    return folder


def refusal(root: Path) -> ScaffoldError:
    with pytest.raises(ScaffoldError) as caught:
        read(root)
    return caught.value


def test_the_layout_of_the_template_is_read(tmp_path: Path) -> None:
    answers = read(project(tmp_path, "entities: [", f"{POST},", f"{USER},", "]"))

    assert ["Post", "User"] == [entity.name for entity in answers.entities]
    assert 'Blog: the "first"' == answers.data["project_name"]
    assert ("/templates/blog", "v1.0.0") == (answers.src_path, answers.commit)
    assert 6 == answers.lines["entities"]


def test_no_entities_are_read(tmp_path: Path) -> None:
    for lines in (["entities: []"], ["entities: [", "]"]):
        assert () == read(project(tmp_path, *lines)).entities


def test_answers_after_the_entities_are_read(tmp_path: Path) -> None:
    answers = read(project(tmp_path, "entities: [", f"{POST},", "]", 'database: "sqlite"'))

    assert "sqlite" == answers.data["database"]
    assert 9 == answers.lines["database"]


def test_other_yaml_gives_the_same_answers(tmp_path: Path) -> None:
    ours = read(project(tmp_path, "entities: [", f"{POST},", "]"))
    theirs = read(
        project(
            tmp_path,
            "entities:",
            "- name: Post",
            "  plural: posts",
            "  table: posts",
            "  pk: int",
            "  api: full",
            "  page: keyset",
            "  fields:",
            "  - {name: title, type: str, length: 200}",
        )
    )

    assert ours.entities == theirs.entities
    assert ours.data == theirs.data
    assert ours.digest != theirs.digest


def test_entities_of_a_union_merge_are_sorted(tmp_path: Path) -> None:
    answers = read(project(tmp_path, "entities: [", f"{USER},", f"{POST},", "]"))

    assert ["Post", "User"] == [entity.name for entity in answers.entities]
    assert ["Post", "User"] == [record["name"] for record in answers.data["entities"]]


def test_an_entity_that_a_union_merge_repeats_is_there_once(tmp_path: Path) -> None:
    answers = read(project(tmp_path, "entities: [", f"{POST},", f"{USER},", f"{POST},", "]"))

    assert ["Post", "User"] == [record["name"] for record in answers.data["entities"]]
    assert answers.entity_lines == {"Post": 7, "User": 8}
    assert answers.repeated == {"Post": 9}


def test_a_project_is_found_from_a_folder_below(tmp_path: Path) -> None:
    project(tmp_path, "entities: []")
    (tmp_path / "src" / "blog").mkdir(parents=True)

    assert tmp_path.resolve() == find_project(tmp_path / "src" / "blog")


@pytest.mark.parametrize("head", ["", "# Written by Copier.\n", "---\n{}\n"])
def test_an_emptied_file_is_to_be_taken_from_git(tmp_path: Path, head: str) -> None:
    error = refusal(project(tmp_path, head=head))

    assert ".copier-answers.yml:1: there are no answers in this file" == error.message
    assert "take the last good version: git checkout .copier-answers.yml" == error.help


def test_a_folder_without_answers_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError, match="is not in a project made by scaffold") as caught:
        find_project(tmp_path)

    assert caught.value.help is not None
    assert "is not a project" in refusal(tmp_path).message


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["entities: [", f"{POST},", "{broken", "]"], ":8: this line is no entity: Expecting pr"),
        (["entities: [", POST, f"{USER},", "]"], ":7: this line is no entity: it does not end in"),
        (["entities: [", POST[:60], f"{USER},", "]"], ":7: this line is no entity: "),
        (["entities: [", f"{POST},"], ":8: the list of entities has no end"),
        (
            ["entities: [", f'{{"name": "Tag", {POST[1:]},', "]"],
            ":7: `name` is said twice of one t",
        ),
        (
            ["entities:", "- name: Tag", "  fields: [{name: a, name: b}]"],
            ":8: `name` is said twice",
        ),
        (["entities: &a", "- *a"], ":6: this is not valid YAML: an alias leads back to"),
        (["=======", "entities: []"], ":6: this is a conflict marker"),
        (["entities: {", "]"], ":7: this is not valid YAML"),
        (["<<<<<<< HEAD", "entities: []", "======="], ":6: this is a conflict marker"),
        (
            ["entities: [", f"{POST},", f"{USER},", f"{OTHER_POST},", "]"],
            ":9: the entity `Post` is",
        ),
        (["entities: []", "entities: []"], ":7: `entities` is answered a second time (first: li"),
        (["entities: [", '{"plural": "posts"},', "]"], ":7: this is not an entity: it has no na"),
        (["entities: [", '"Post",', "]"], ":7: this is not an entity"),
        (["entities: {}"], ":6: `entities` is not a list"),
        (["entities: 3"], ":6: `entities` is not a list"),
        ([f"entities: [{POST}, {OTHER_POST}]"], ":6: the entity `Post` is recorded a second time"),
        ([], ": `entities` is missing"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    tmp_path: Path, lines: list[str], expected: str
) -> None:
    error = refusal(project(tmp_path, *lines))

    assert error.message.startswith(f".copier-answers.yml{expected}")


def test_an_unknown_key_of_an_entity_is_named_with_its_line(tmp_path: Path) -> None:
    strange = POST.replace('"pk"', '"colour": "red", "pk"')

    error = refusal(project(tmp_path, "entities: [", f"{USER},", f"{strange},", "]"))

    assert error.message.startswith(".copier-answers.yml:8: ")
    assert "colour" in error.message


@pytest.mark.parametrize(
    ("left_out", "expected"), [("_src_path", "`_src_path` is missing"), ("_commit", "`_commit` is")]
)
def test_answers_without_their_template_are_refused(
    tmp_path: Path, left_out: str, expected: str
) -> None:
    head = "".join(line for line in HEAD.splitlines(keepends=True) if left_out not in line)

    error = refusal(project(tmp_path, "entities: []", head=head))

    assert expected in error.message
    assert error.help is not None


def test_a_newer_form_of_entities_is_refused(tmp_path: Path) -> None:
    error = refusal(project(tmp_path, "entities: []", head=HEAD.replace("spec: 1", "spec: 2")))

    assert error.message.startswith(".copier-answers.yml:5: the entities are recorded in form 2")
    assert "upgrade scaffold" == error.help


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".copier-answers.yml").write_bytes(b'_commit: "v1"\nname: "\xff"\n')

    assert ".copier-answers.yml:2: this is not UTF-8 text" == refusal(tmp_path).message


def test_an_answer_to_no_question_is_refused(tmp_path: Path) -> None:
    answers = read(project(tmp_path, "entities: []", 'colour: "red"'))

    with pytest.raises(ScaffoldError, match=r"yml:7: .*no question `colour`"):
        refuse_unknown(answers, ["project_name", "entities_spec", "entities"])


def test_new_entities_are_recorded_by_name(tmp_path: Path) -> None:
    answers = read(project(tmp_path, "entities: []"))

    data = with_entities(answers.data, [{"name": "User"}, {"name": "Post"}])

    assert [{"name": "Post"}, {"name": "User"}] == data["entities"]
    assert [] == answers.data["entities"]
