"""Revisions from hand-made tables: no template but the revision's own, no database."""

import ast
import subprocess
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from changes import Change
from evolution import model as derived
from evolution import revise as write
from random_changes import random_changes
from scaffold.entities.edit import Edit
from scaffold.errors import ScaffoldError
from scaffold.replay.tables import build
from scaffold.revisions.history import VERSIONS, read_history
from scaffold.revisions.layout import lay_out
from scaffold.revisions.revision import Revision, merge_revision, revision_for
from scaffold.schema.tables import Table, specs
from scaffold.template.environment import make_environment

REPOSITORY = Path(__file__).parents[3]
FEWER = settings(
    max_examples=max(settings().max_examples // 2, 1), suppress_health_check=list(HealthCheck)
)
RULES = "E,F,I,D1,D2,D4,UP,ANN,COM"
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
NOTHING: dict[str, Any] = {"entities": []}
KEY = 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'

_environment = make_environment(
    REPOSITORY, {"trim_blocks": True, "lstrip_blocks": True}, None, strict=True
)


def render(path: str, context: Mapping[str, Any]) -> str:
    return _environment.get_template(path).render(context)


def column(name: str, kind: str = KEY, **more: object) -> dict[str, Any]:
    return {"name": name, "type": kind, "nullable": False, "primary_key": False} | more


def table(
    name: str, *references: str, columns: Iterable[dict[str, Any]] = (), **more: object
) -> dict[str, Any]:
    """Return the spec of a table with a key for each of the tables it refers to."""
    keys = [
        {
            "name": f"fk_{name}_{to}_id",
            "column": f"{to}_id",
            "to_table": to,
            "to_column": "id",
            "on_delete": "RESTRICT",
        }
        for to in references
    ]
    own = column("id", primary_key=True, autoincrement=True)
    return {
        "name": name,
        "columns": [own, *(column(f"{to}_id") for to in references), *columns],
        "primary_key": f"pk_{name}",
        "foreign_keys": keys,
        "uniques": [],
        "indexes": [],
        "checks": [],
    } | more


def model(*tables: dict[str, Any]) -> dict[str, Any]:
    return {"entities": [{"name": spec["name"], "table_spec": spec} for spec in tables]}


def revise(
    root: Path,
    new: Mapping[str, Any],
    old: Mapping[str, Any] = NOTHING,
    slug: str | None = None,
    now: datetime = NOW,
) -> Revision | None:
    edit = Edit((), accepts_loss=True)
    return revision_for(old, new, root=root, render=render, now=now, edit=edit, slug=slug)


def written(
    root: Path,
    new: Mapping[str, Any],
    old: Mapping[str, Any] = NOTHING,
    slug: str | None = None,
    now: datetime = NOW,
) -> Path:
    """Write the revision, and return its file."""
    revision = revise(root, new, old, slug, now)
    assert revision is not None
    path = root / revision.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(revision.text, encoding="utf-8")
    return path


def hand_made(root: Path, name: str, revision: str, parents: object) -> None:
    """Write a revision as people do."""
    folder = root / "migrations" / "versions"
    folder.mkdir(parents=True, exist_ok=True)
    text = f'"""By hand."""\n\nrevision = {revision!r}\ndown_revision = {parents!r}\n\n\ndef upgrade():\n    pass\n'
    (folder / name).write_text(text, encoding="utf-8")


def values(path: Path) -> dict[str, Any]:
    """Return the constants of a revision."""
    return {
        statement.target.id: ast.literal_eval(statement.value)
        for statement in ast.parse(path.read_text()).body
        if isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Name)
        and statement.value
    }


def steps(path: Path, function: str) -> list[tuple[str, str]]:
    """Return the operations of `upgrade` or `downgrade`, each with the first name it is given."""
    body = next(
        node
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name == function
    )
    calls = [node for node in ast.walk(body) if isinstance(node, ast.Call)]
    calls.sort(key=lambda call: call.lineno)
    return [
        (call.func.attr, ast.unparse(call.args[0]).removeprefix("op.f(").strip("')"))
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "op"
        and call.func.attr not in {"f", "get_context"}
    ]


# What a revision does.


def test_a_new_table_is_created_and_dropped_again(tmp_path: Path) -> None:
    path = written(tmp_path, model(table("posts")))

    assert steps(path, "upgrade") == [("create_table", "posts")]
    assert steps(path, "downgrade") == [("drop_table", "posts")]


def test_a_removed_table_is_dropped_and_created_again(tmp_path: Path) -> None:
    path = written(tmp_path, NOTHING, model(table("posts")))

    assert steps(path, "upgrade") == [("drop_table", "posts")]
    assert steps(path, "downgrade") == [("create_table", "posts")]


def test_tables_come_after_those_they_refer_to_and_go_before_them(tmp_path: Path) -> None:
    new = model(table("a", "b"), table("b", "c"), table("c"), table("d", "a"))

    path = written(tmp_path, new)

    assert [name for _, name in steps(path, "upgrade")] == ["c", "b", "a", "d"]
    assert [name for _, name in steps(path, "downgrade")] == ["d", "a", "b", "c"]


def test_a_reference_to_a_table_that_is_there_needs_nothing_more(tmp_path: Path) -> None:
    users = table("users")

    path = written(tmp_path, model(users, table("posts", "users")), model(users))

    assert steps(path, "upgrade") == [("create_table", "posts")]


def test_a_table_may_refer_to_itself(tmp_path: Path) -> None:
    path = written(tmp_path, model(table("employees", "employees")))

    assert steps(path, "upgrade") == [("create_table", "employees")]
    assert "use_alter" not in path.read_text()


def test_tables_that_refer_to_each_other_get_one_key_late(tmp_path: Path) -> None:
    new = model(table("a", "users"), table("teams", "users"), table("users", "teams"))

    path = written(tmp_path, new)

    assert steps(path, "upgrade") == [
        ("create_table", "teams"),
        ("create_table", "users"),
        ("create_table", "a"),
        ("create_foreign_key", "fk_teams_users_id"),
    ]
    assert steps(path, "downgrade") == [
        ("drop_constraint", "fk_teams_users_id"),
        ("drop_table", "a"),
        ("drop_table", "users"),
        ("drop_table", "teams"),
    ]


def test_a_downgrade_drops_no_index_that_a_foreign_key_needs(tmp_path: Path) -> None:
    """MariaDB refuses that; indexes go with their table."""
    indexes = [{"name": "ix_posts_users_id", "columns": ["users_id"]}]

    path = written(
        tmp_path,
        model(table("users"), table("posts", "users", indexes=indexes)),
        model(table("users")),
    )

    assert steps(path, "upgrade")[-1] == ("create_index", "ix_posts_users_id")
    assert steps(path, "downgrade") == [("drop_table", "posts")]


def test_only_the_dialects_in_use_are_imported(tmp_path: Path) -> None:
    plain = revise(tmp_path, model(table("a", columns=[column("b", "sa.Text()")])))
    both = 'sa.Text().with_variant(mysql.LONGTEXT(), "mysql").with_variant(postgresql.TEXT(), "postgresql")'
    used = revise(tmp_path, model(table("a", columns=[column("b", both)])))

    assert plain
    assert "dialects" not in plain.text
    assert used
    assert "from sqlalchemy.dialects import mysql, postgresql\n" in used.text


def test_what_a_newer_template_says_of_a_table_is_refused_rather_than_dropped(
    tmp_path: Path,
) -> None:
    with pytest.raises(ScaffoldError, match="cannot read the table `posts`") as refusal:
        revise(tmp_path, model(table("posts", partitions=["a"])))

    assert "partitions" in str(refusal.value.note)


# When there is one, and what it is called.


def test_the_same_tables_need_no_revision(tmp_path: Path) -> None:
    same = model(table("posts"))

    assert revise(tmp_path, same, same) is None


def test_the_name_of_the_file_is_the_time_and_what_is_done(tmp_path: Path) -> None:
    revision = revise(tmp_path, model(table("users"), table("posts", "users")))

    assert revision
    assert str(revision.path) == "migrations/versions/202611210930_create_posts_users.py"


def test_what_is_done_again_in_the_same_minute_has_a_file_of_its_own(tmp_path: Path) -> None:
    posts = model(table("posts"))

    files = [
        written(tmp_path, new, old)
        for new, old in [(posts, NOTHING), (NOTHING, posts), (posts, NOTHING), (NOTHING, posts)]
    ]

    assert [file.name.removeprefix("202611210930_") for file in files] == [
        "create_posts.py", "drop_posts.py", "create_posts_2.py", "drop_posts_2.py",
    ]  # fmt: skip


def test_a_slug_is_made_fit_for_a_file(tmp_path: Path) -> None:
    revision = revise(tmp_path, model(table("posts")), slug="Add the Blog's posts")

    assert revision
    assert revision.path.name == "202611210930_add_the_blog_s_posts.py"


@pytest.mark.parametrize(
    ("said", "slug"),
    [
        (
            "ends with a whole word " * 3,
            "ends_with_a_whole_word_ends_with_a_whole_word_ends_with_a",
        ),
        (f"{'x' * 56} abc more", f"{'x' * 56}_abc"),
        (f"{'x' * 56} abcd", "x" * 56),
        ("x" * 90, "x" * 60),
    ],
)
def test_a_slug_that_is_too_long_ends_with_a_word(tmp_path: Path, said: str, slug: str) -> None:
    revision = revise(tmp_path, model(table("posts")), slug=said)

    assert revision
    assert revision.path.name == f"202611210930_{slug}.py"


def test_two_runs_agree_on_the_id_and_another_change_has_another(tmp_path: Path) -> None:
    later = datetime(2027, 1, 1, tzinfo=UTC)
    ids = [
        values(written(tmp_path / folder, model(table(name)), now=now))["revision"]
        for folder, name, now in [("a", "posts", NOW), ("b", "posts", later), ("c", "users", NOW)]
    ]

    assert ids[0] == ids[1] != ids[2]


def test_the_change_that_the_last_revision_makes_is_not_written_again(tmp_path: Path) -> None:
    written(tmp_path, model(table("posts")))

    assert revise(tmp_path, model(table("posts"))) is None


def test_to_add_remove_and_add_again_is_three_revisions(tmp_path: Path) -> None:
    posts = model(table("posts"))

    first = values(written(tmp_path, posts))
    second = values(written(tmp_path, NOTHING, posts))
    third = values(written(tmp_path, posts, slug="create posts again"))

    assert first["down_revision"] is None
    assert second["down_revision"] == first["revision"]
    assert third["down_revision"] == second["revision"]


# What it follows.


@pytest.mark.parametrize("parents", ["a1", ("a1",), ["a1"]])
def test_a_revision_follows_the_last_one_however_that_is_written(
    tmp_path: Path, parents: object
) -> None:
    hand_made(tmp_path, "1_first.py", "a1", None)
    hand_made(tmp_path, "0_second.py", "b2", parents)

    assert values(written(tmp_path, model(table("posts"))))["down_revision"] == "b2"


def test_a_merge_joins_two_heads(tmp_path: Path) -> None:
    hand_made(tmp_path, "1.py", "a1", None)
    hand_made(tmp_path, "2.py", "b1", None)
    hand_made(tmp_path, "3.py", "c1", ("a1", "b1"))

    assert values(written(tmp_path, model(table("posts"))))["down_revision"] == "c1"


def test_a_header_that_mentions_code_is_read_all_the_same(tmp_path: Path) -> None:
    hand_made(tmp_path, "1.py", "a1", None)
    path = tmp_path / "migrations/versions/1.py"
    path.write_text('"""Tell of\ndef upgrade and\nrevision = "x"\n"""\n' + path.read_text())

    assert values(written(tmp_path, model(table("posts"))))["down_revision"] == "a1"


def test_two_heads_are_refused_by_name_with_the_way_out(tmp_path: Path) -> None:
    hand_made(tmp_path, "1_ours.py", "a1", None)
    hand_made(tmp_path, "2_theirs.py", "b1", None)

    with pytest.raises(
        ScaffoldError, match=r"`a1` \(1_ours.py\) and `b1` \(2_theirs.py\)"
    ) as refusal:
        revise(tmp_path, model(table("posts")))

    assert "scaffold migrate --merge" in str(refusal.value.help)


def test_a_merge_revision_joins_the_heads_and_is_followed(tmp_path: Path) -> None:
    hand_made(tmp_path, "1_ours.py", "b1", None)
    hand_made(tmp_path, "2_theirs.py", "a1", None)

    merge = merge_revision(tmp_path, render, NOW)

    assert merge is not None
    assert merge.path.name == "202611210930_merge.py"
    assert ruff("format", text=merge.text) == merge.text
    ruff("check", "--select=ALL", "--ignore=D203,D213,INP001,CPY001", text=merge.text)
    path = tmp_path / merge.path
    path.write_text(merge.text)
    assert values(path)["down_revision"] == ("a1", "b1")
    after = values(written(tmp_path, model(table("posts"))))["down_revision"]
    assert after == values(path)["revision"]


def test_one_head_needs_no_merge(tmp_path: Path) -> None:
    assert merge_revision(tmp_path, render, NOW) is None

    hand_made(tmp_path, "1.py", "a1", None)

    assert merge_revision(tmp_path, render, NOW) is None


def test_a_missing_parent_is_refused_by_name(tmp_path: Path) -> None:
    hand_made(tmp_path, "1.py", "a1", "gone")

    with pytest.raises(ScaffoldError, match=r"1.py follows `gone`, which is missing"):
        revise(tmp_path, model(table("posts")))


def test_two_files_with_one_id_are_refused_by_name(tmp_path: Path) -> None:
    hand_made(tmp_path, "1.py", "a1", None)
    hand_made(tmp_path, "2.py", "a1", None)

    with pytest.raises(ScaffoldError, match=r"the id `a1`: 1.py and 2.py"):
        revise(tmp_path, model(table("posts")))


def test_revisions_in_a_circle_are_refused(tmp_path: Path) -> None:
    hand_made(tmp_path, "1.py", "a1", "b1")
    hand_made(tmp_path, "2.py", "b1", "a1")

    with pytest.raises(ScaffoldError, match="in a circle"):
        revise(tmp_path, model(table("posts")))


@pytest.mark.parametrize("text", ["", "x = 1\n", "revision = (\n", "revision = make()\n"])
def test_a_file_that_is_no_revision_is_refused_by_name(tmp_path: Path, text: str) -> None:
    hand_made(tmp_path, "notes.py", "a1", None)
    (tmp_path / "migrations/versions/notes.py").write_text(text)

    with pytest.raises(ScaffoldError, match=r"migrations/versions/notes\.py"):
        revise(tmp_path, model(table("posts")))


def test_the_project_is_not_imported_and_nothing_is_written(tmp_path: Path) -> None:
    hand_made(tmp_path, "1.py", "a1", None)
    path = tmp_path / "migrations/versions/1.py"
    path.write_text(path.read_text() + "\nraise SystemExit('imported')\n")
    before = sorted(tmp_path.rglob("*"))

    revise(tmp_path, model(table("posts")))

    assert sorted(tmp_path.rglob("*")) == before


# What can be known of it by reading it.


@FEWER
@given(random_changes())
def test_what_the_revisions_build_can_be_read(change: Change) -> None:
    scenario = change.scenario()
    with TemporaryDirectory() as folder:
        root = Path(folder)
        write(root, (), Edit(scenario.before))
        write(root, scenario.before, scenario.edit)
        built = build(read_history(root), root / VERSIONS)

    assert built.unread == ()
    wanted = {spec["name"]: spec for spec in specs(derived(scenario.edit.entities)).values()}
    for name, spec in built.tables.items():
        assert named(spec) == named(wanted[name])


def named(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table without the order of its parts."""
    parts = ("columns", "foreign_keys", "uniques", "indexes", "checks")
    plain = Table.from_spec(spec)
    return {part: {each.name: each for each in getattr(plain, part)} for part in parts}


# How it is laid out.

NAMES = st.from_regex("[a-z][a-z_0-9]{0,59}", fullmatch=True)
TYPES = st.recursive(
    st.sampled_from(
        ["sa.Text()", "sa.String(200)", "sa.Numeric(10, 2)", KEY, "sa.DateTime(timezone=True)"]
    ),
    lambda inner: (
        st.builds(
            '{}.with_variant({}, "mysql", "mariadb")'.format,
            inner,
            inner
            | st.builds(
                "mysql.VARCHAR({}, collation='x')".replace("'", '"').format, st.integers(1, 999)
            ),
        )
        | st.builds('sa.JSON().with_variant(postgresql.ARRAY({}), "postgresql")'.format, inner)
    ),
    max_leaves=4,
)
TEXTS = st.text("abc é日🙂'", min_size=1, max_size=150).map('"{}"'.format)
EXPRESSIONS = (
    TEXTS
    | st.builds(
        "sa.column({}).in_([{}])".format,
        TEXTS,
        st.lists(TEXTS, min_size=1, max_size=8).map(", ".join),
    )
    | st.builds(
        'sa.column("{}") {} sa.text("{}")'.format,
        NAMES,
        st.sampled_from([">=", "<="]),
        st.integers(-(10**38), 10**38),
    )
)


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    groups = st.lists(st.sampled_from(names), min_size=1, max_size=4, unique=True)
    keys = [{"name": name, "columns": draw(groups)} for name in draw(st.lists(NAMES, max_size=2))]
    return table(
        draw(NAMES),
        *draw(st.lists(NAMES, max_size=2)),
        columns=[
            column(
                name,
                draw(TYPES),
                nullable=draw(st.booleans()),
                server_default=draw(st.none() | TEXTS.map("sa.text({})".format)),
            )
            for name in names
        ],
        uniques=keys,
        indexes=keys,
        checks=[{"name": draw(NAMES), "expression": draw(EXPRESSIONS)} for _ in names],
    )


def ruff(*arguments: str, text: str) -> str:
    command = [sys.executable, "-m", "ruff", *arguments, "--isolated", "--line-length=120"]
    result = subprocess.run(
        [*command, "--stdin-filename=revision.py", "-"],
        input=text.encode(),
        capture_output=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout.decode() + result.stderr.decode()
    return result.stdout.decode()


@given(tables(), tables())
def test_the_formatter_and_the_linter_leave_any_revision_alone(
    one: dict[str, Any], two: dict[str, Any]
) -> None:
    revision = revise(Path("nowhere"), model(one, two), slug="anything")

    assert revision
    assert ruff("format", text=revision.text) == revision.text
    ruff("check", f"--select={RULES}", "--ignore=E501,D203,D213", text=revision.text)


@FEWER
@given(random_changes(hard=True) | random_changes())
def test_the_formatter_and_the_linter_leave_any_change_alone(change: Change) -> None:
    scenario = change.scenario()
    with TemporaryDirectory() as folder:
        revision = write(Path(folder), scenario.before, scenario.edit)

    assert revision
    assert ruff("format", text=revision.text) == revision.text
    ruff("check", f"--select={RULES}", "--ignore=E501,D203,D213", text=revision.text)


@given(TYPES, st.integers(0, 60))
def test_laying_out_changes_nothing_but_the_layout(source: str, indent: int) -> None:
    laid_out = lay_out(source, indent)

    assert ast.dump(ast.parse(f"({laid_out})")) == ast.dump(ast.parse(source))
    assert laid_out == source if indent + len(source) < 120 else "\n" in laid_out
