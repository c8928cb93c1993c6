"""A render is lazy, is equal where nothing changed, and refuses what it cannot do."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import template_repository
from scaffold.errors import ScaffoldError
from scaffold.render import with_copier
from scaffold.render.files import Render, given
from scaffold.render.render import render
from scaffold.template import source
from scaffold.template.casts import parse_yaml
from scaffold.template.index import Index, load_index

POST = {"name": "Post", "plural": "posts", "fields": [{"name": "title", "type": "str"}]}
USER = {"name": "User", "plural": "users", "fields": []}
ANSWERS_FILE = "{{ _copier_conf.answers_file }}.jinja"

Renderer = Callable[..., Render]


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def library(tmp_path: Path) -> source.Template:
    repository = template_repository.library(tmp_path / "library")
    return source.resolve(str(repository), "v1.0.0")


@pytest.fixture
def rendered(tmp_path: Path) -> Renderer:
    """Render a template given as files, with answers."""
    numbers = iter(range(100))

    def run(files: Mapping[str, str | bytes], **answers: object) -> Render:
        repository = template_repository.template(tmp_path / f"template{next(numbers)}", files)
        return render(source.resolve(str(repository), "v1.0.0"), data(repository, **answers))

    return run


def data(repository: Path, **answers: object) -> dict[str, Any]:
    return {"_commit": "v1.0.0", "_src_path": str(repository), **answers}


def texts(result: Render) -> dict[str, str]:
    return {path: each.body().decode() for path, each in result.items()}


def library_render(
    library: source.Template, *entities: dict[str, Any], **answers: object
) -> Render:
    return render(library, data(Path(library.src_path), entities=list(entities), **answers))


def test_only_what_depends_on_a_change_differs(library: source.Template) -> None:
    old, new = library_render(library, POST), library_render(library, POST, USER)

    assert {
        ".copier-answers.yml",
        "src/library/registry.py",
        "src/library/user.py",
        "users/index.txt",
    } == {path for path in new if path not in old or old[path].key != new[path].key}


def test_equal_keys_mean_equal_bytes(library: source.Template) -> None:
    renders = [
        library_render(library, POST),
        library_render(library, {**POST, "plural": "articles"}, USER),
        library_render(library, POST, project_name="Other", depth="3"),
        library_render(library, POST, with_docs=False, ratio=1),
    ]
    bodies: dict[tuple[bytes, int], bytes] = {}
    for each in renders:
        for file in each.values():
            assert bodies.setdefault((file.key, file.mode), file.body()) == file.body()

    assert len(bodies) < sum(map(len, renders))


def test_values_that_print_differently_have_different_keys(rendered: Renderer) -> None:
    files = {"copier.yml": "a: {type: yaml}\n", "f.jinja": "{{ a }}"}

    keys = {rendered(files, a=value)["f"].key for value in (1, True, 1.0, "x", [1], [1, 2], None)}

    assert 7 == len(keys)


def test_the_order_of_keys_counts(rendered: Renderer) -> None:
    files = {"copier.yml": "a: {type: yaml}\n", "f.jinja": "{{ a }}"}

    one, two = (rendered(files, a=value)["f"] for value in ({"x": 1, "y": 2}, {"y": 2, "x": 1}))

    assert one.key != two.key


def test_a_file_depends_on_what_it_includes(rendered: Renderer) -> None:
    files = {
        "copier.yml": "_exclude: [copier.yml, part, macro]\na: 1\nb: 1\nc: 1\nname: part\n",
        "part": "{{ b }}",
        "macro": "{% macro m() %}{{ c }}{% endmacro %}",
        "one.jinja": "{{ a }}{% include 'part' %}",
        "two.jinja": "{% from 'macro' import m with context %}{{ m() }}",
        "three.jinja": "{% include name %}",
        "four.jinja": "{% from 'macro' import m %}{{ m() }}",
    }

    def keys(**answers: int) -> list[bytes]:
        result = rendered(files, **answers)
        return [result[path].key for path in ("one", "two", "three", "four")]

    usual = keys()
    assert [True, False, True, False] == [a != b for a, b in zip(usual, keys(b=2), strict=True)]
    assert [False, True, True, False] == [a != b for a, b in zip(usual, keys(c=2), strict=True)]


def test_the_text_of_an_included_file_counts(rendered: Renderer) -> None:
    files = {
        "copier.yml": "_exclude: [copier.yml, part]\na: 1\n",
        "f.jinja": "{% include 'part' %}",
    }

    assert rendered({**files, "part": "x"})["f"].key != rendered({**files, "part": "y"})["f"].key


def test_a_second_render_is_taken_from_the_cache(
    library: source.Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = library_render(library, POST)
    monkeypatch.setattr("scaffold.render.with_jinja.Questionnaire", None)

    second = library_render(library, POST)

    assert first.context == second.context
    assert texts_and_keys(first) == texts_and_keys(second)


def texts_and_keys(result: Render) -> dict[str, tuple[bytes, bytes]]:
    return {path: (file.body(), file.key) for path, file in result.items()}


def test_a_damaged_cache_is_made_again(library: source.Template) -> None:
    first = texts_and_keys(library_render(library, POST))
    for file in library.cache.rglob("*"):
        if file.is_file() and not file.is_relative_to(library.root) and file.name != "modes.json":
            file.write_bytes(b"broken")

    assert first == texts_and_keys(library_render(library, POST))


def test_a_cache_that_cannot_be_written_is_no_error(
    library: source.Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "mkdir", refuses)
    monkeypatch.setattr(Path, "write_bytes", refuses)

    assert "posts/index.txt" in library_render(library, POST)


def test_the_context_holds_the_computed_answers(library: source.Template) -> None:
    result = library_render(library, POST)

    assert ["post"] == [entity["module"] for entity in result.context["model"]["entities"]]
    assert "model" not in result.context["_copier_answers"]
    assert "token" not in result.context["_copier_answers"]


def test_files_written_only_once_are_marked(library: source.Template) -> None:
    assert {"notes.txt"} == {path for path, file in library_render(library).items() if file.once}


def test_copier_is_not_imported(library: source.Template) -> None:
    library_render(library, POST)
    program = (
        "import sys; import scaffold.apply.apply, scaffold.plan.plan\n"
        "from scaffold.render import render; from scaffold.template import source\n"
        f"t = source.resolve({library.src_path!r}, 'v1.0.0')\n"
        f"r = render.render(t, {data(Path(library.src_path), entities=[POST])!r})\n"
        "[r[path].body() for path in r if path != 'labels.yml']\n"
        "slow = {'copier', 'rich', 'yaml', 'pydantic', 'pathspec', 'jinja2_ansible_filters'}\n"
        "print(sorted(slow & {name.split('.')[0] for name in sys.modules}))"
    )

    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert "[]" == result.stdout.strip()


def refusal(
    rendered: Renderer, files: Mapping[str, str | bytes], **answers: object
) -> ScaffoldError:
    with pytest.raises(ScaffoldError) as caught:
        [file.body() for file in rendered(files, **answers).values()]
    return caught.value


def test_an_error_that_a_template_raises_is_told_in_its_words(library: source.Template) -> None:
    with pytest.raises(ScaffoldError) as caught:
        library_render(library, {**POST, "name": "Forbidden"})

    assert "the name `Forbidden` is taken" == caught.value.message
    assert "choose another one" == caught.value.help


def test_an_undefined_name_in_a_path_is_an_error(rendered: Renderer) -> None:
    for path in ("{{ typo }}.jinja", "{% yield e from typo %}{{ e }}{% endyield %}"):
        error = refusal(rendered, {"copier.yml": "a: 1\n", path: ""})
        assert "'typo' is undefined" in error.message


def test_an_undefined_name_in_a_yield_is_an_error(rendered: Renderer) -> None:
    path = "{% yield e from a %}{{ e.typo }}{% endyield %}"

    assert (
        "typo" in refusal(rendered, {"copier.yml": "a: {type: yaml}\n", path: ""}, a=[{}]).message
    )


def test_two_entities_in_one_file_are_refused_by_name(library: source.Template) -> None:
    with pytest.raises(ScaffoldError, match=r"`Post` and `POST` would both be .* `src/.*/post.py`"):
        library_render(library, POST, {**USER, "name": "POST"})


def test_a_path_outside_the_project_is_refused(rendered: Renderer) -> None:
    error = refusal(rendered, {"copier.yml": "a: ../x\n", "{{ a }}/f": ""})

    assert "the template renders a path outside the project: `../x" in error.message


@pytest.mark.parametrize(
    ("config", "answers", "expected"),
    [
        ("a: {choices: [x, y]}\n", {"a": "z"}, "`a` is `z`, which is none of its choices"),
        ("a: {type: int}\n", {"a": "many"}, "`a` is not of the type int"),
        ("a: {type: str}\n", {}, "the template asks for `a`"),
        ('a: {type: str, validator: "{% if a != 1 %}bad{% endif %}"}\n', {"a": "x"}, "valid: bad"),
        ("a: {type: text}\n", {"a": 1}, "`a` has no known type: text"),
        ("_tasks: [rm -rf /]\n", {}, "`_tasks`, which run code"),
        ("_jinja_extensions: [x.Y]\n", {}, "`_jinja_extensions`, which run code"),
        ("_answers_file: .other.yml\n", {}, "answers file is not `.copier-answers.yml`"),
        ("a: [\n", {}, "`copier.yml` is not valid YAML"),
    ],
)
def test_bad_settings_and_answers_are_refused(
    rendered: Renderer, config: str, answers: dict[str, Any], expected: str
) -> None:
    assert expected in refusal(rendered, {"copier.yml": config}, **answers).message


def test_a_yield_tag_in_a_file_is_refused(rendered: Renderer) -> None:
    files = {"copier.yml": "a: {type: yaml}\n", "f.jinja": "{% yield e from a %}x{% endyield %}"}

    assert "which only paths may have" in refusal(rendered, files, a=[1]).message


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ("_external_data: {x: y.yml}\na: 1\n", "the setting `_external_data`"),
        ("_shiny: 1\na: 1\n", "the setting `_shiny`"),
        ("a: {choices: '[1, 2]', type: int, default: 1}\n", "the computed choices of the question"),
        ("a: '{{ _copier_python }}'\n", "`_copier_python` in the question `a`"),
        ("a: '{{ _copier_conf.quiet }}'\n", "`_copier_conf.quiet` in the question `a`"),
        ("a: 1\n---\nb: 1\n", "the setting `_include`"),
        ("_envops: {undefined: x}\na: 1\n", "the setting `_envops.undefined`"),
    ],
)
def test_what_is_not_implemented_is_left_to_copier(
    rendered: Renderer, monkeypatch: pytest.MonkeyPatch, config: str, named: str
) -> None:
    found: list[str] = []

    def instead(_: object, __: object, index: Index) -> Render:
        found.extend(index.unsupported)
        return given({}, {})

    monkeypatch.setattr(with_copier, "render_with_copier", instead)
    rendered({"copier.yml": config})

    assert any(each.startswith(named) for each in found)


def test_a_link_is_left_to_copier(tmp_path: Path) -> None:
    folder = tmp_path / "template"
    template_repository.write(folder, {"copier.yml": "a: 1\n", "f": "text\n"})
    (folder / "link").symlink_to("f")
    template_repository.commit(folder)
    found = source.resolve(str(folder), "v1.0.0")

    assert ("the symbolic link `link`",) == load_index(found).unsupported
    assert {"f": "text\n", "link": "text\n"} == texts(render(found, data(folder)))


def test_copier_renders_the_same_answers(tmp_path: Path) -> None:
    files = {
        "copier.yml": "_shiny: 1\na: 1\nm: {type: yaml, when: false, default: '[{{ a }}]'}\n",
        ANSWERS_FILE: "{{ _copier_answers | to_json }}",
        "f.jinja": "{{ a }}",
    }
    repository = template_repository.template(tmp_path / "template", files)

    result = render(source.resolve(str(repository), "v1.0.0"), data(repository, a=5))

    expected = f'{{"_commit": "v1.0.0", "_src_path": "{repository}", "a": 5}}'
    assert {".copier-answers.yml": expected, "f": "5"} == texts(result)
    assert [5] == result.context["m"]


@pytest.mark.parametrize(
    "text",
    [
        '{"a": [1, 2.5, "x", true, null]}',
        "[1e5, 1.5e-05, 1E400, -0, 10000000000000000000]",
        '["\\u00e9", "\\ud83d\\ude00", "\\/"]',
        "[NaN, Infinity]",
        '["a\u2028b", "\u00e9", "\U0001f600"]',
        "[]",
        "  {}\n",
        "- 1\n- x",
        "[a, b]",
        "12",
        "",
    ],
)
def test_json_is_read_as_yaml_reads_it(text: str) -> None:
    import yaml

    assert repr(yaml.safe_load(text)) == repr(parse_yaml(text))
