"""The files of a renamed entity go where its new name says, with all that a person did to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from scaffold.plan.moves import make_plan_with_moves, moved_files
from scaffold.plan.plan import Plan, with_markers
from scaffold.render.files import Family, Render
from template_repository import tree, write

BODY = "".join(f"line {number} of {{0}}\n" for number in range(1, 9)) + "the end\n"


@dataclass(frozen=True, slots=True)
class Bodies:
    """Files that say of which entity they are."""

    entities: Mapping[bytes, str]

    def body(self, family: Family, name: str) -> bytes:
        text = "all\n" if not family.names[name] else BODY.format(self.entities[family.names[name]])
        return text.encode()

    def save(self) -> None:
        """Do nothing."""


def render_of(*entities: str) -> Render:
    """Return a render with a module and a test of each entity, and one file that is for all."""
    digests = {name: f"{name}!".encode() for name in entities}
    modules = {f"{name.lower()}.py": digest for name, digest in digests.items()}
    tests = {f"test_{name}": digest for name, digest in modules.items()}
    families = [
        Family("a", "src", modules, b"a", 0o644),
        Family("b", "tests", tests, b"b", 0o644),
        Family("c", "", {"all.txt": b""}, str(entities).encode(), 0o644),
    ]
    model = {"entities": [{"name": name, "module": name.lower()} for name in entities]}
    bodies = Bodies({digest: name for name, digest in digests.items()})
    return Render(families, bodies, {"model": model})


def files_of(*entities: str) -> dict[str, str]:
    files = {"all.txt": "all\n"}
    for name in entities:
        files |= {f"src/{name.lower()}.py": BODY.format(name)}
        files |= {f"tests/test_{name.lower()}.py": BODY.format(name)}
    return files


def plan_of(root: Path, before: tuple[str, ...], after: tuple[str, ...], **renames: str) -> Plan:
    return make_plan_with_moves(render_of(*before), render_of(*after), root, renames, {})


def result(plan: Plan, root: Path) -> dict[str, str]:
    """Return the tree after a plan."""
    assert () == plan.conflicts
    found = {path: body.decode() for path, (body, _) in tree(root).items()}
    for change in plan.writes:
        assert (found.get(change.path, "").encode() or None) == change.before
        if change.after is None:
            del found[change.path]
        else:
            found[change.path] = change.after.decode()
    return found


def test_files_move_with_the_name(tmp_path: Path) -> None:
    write(tmp_path, files_of("Tag", "User"))

    plan = plan_of(tmp_path, ("Tag", "User"), ("Account", "Tag"), User="Account")

    assert files_of("Account", "Tag") == result(plan, tmp_path)
    assert {
        ("src/account.py", "create", "from user.py"),
        ("src/user.py", "delete", "now account.py"),
        ("tests/test_account.py", "create", "from test_user.py"),
        ("tests/test_user.py", "delete", "now test_account.py"),
    } == {(each.path, each.kind, each.note) for each in plan.writes}


def test_edits_move_along(tmp_path: Path) -> None:
    write(tmp_path, files_of("User"))
    (tmp_path / "src/user.py").write_text(f"{BODY.format('User')}\nmine\n")
    (tmp_path / "src/user.py").chmod(0o755)

    plan = plan_of(tmp_path, ("User",), ("Account",), User="Account")

    (merged,) = [each for each in plan.changes if each.kind == "merge"]
    assert ("src/account.py", 0o755, "from user.py") == (merged.path, merged.mode, merged.note)
    assert f"{BODY.format('Account')}\nmine\n".encode() == merged.after
    assert "src/user.py" not in result(plan, tmp_path)


def test_an_edit_of_a_line_with_the_name_is_a_conflict(tmp_path: Path) -> None:
    write(tmp_path, files_of("User"))
    mine = BODY.format("User").replace("line 3 of User", "mine of User")
    (tmp_path / "src/user.py").write_text(mine)

    plan = plan_of(tmp_path, ("User",), ("Account",), User="Account")

    (conflict,) = plan.conflicts
    assert ("src/account.py", mine.encode()) == (conflict.path, conflict.ours)
    found = result(with_markers(plan), tmp_path)
    assert "src/user.py" not in found
    assert "<<<<<<< your file\n" in found["src/account.py"]
    assert "mine of User\n" in found["src/account.py"]


def test_a_deleted_file_stays_deleted(tmp_path: Path) -> None:
    write(tmp_path, files_of("User"))
    (tmp_path / "src/user.py").unlink()

    plan = plan_of(tmp_path, ("User",), ("Account",), User="Account")

    assert "src/account.py" not in result(plan, tmp_path)
    assert ("keep", "you deleted it as user.py") in [
        (each.kind, each.note) for each in plan.changes
    ]


def test_a_file_in_the_way_is_a_conflict(tmp_path: Path) -> None:
    write(tmp_path, {**files_of("User"), "src/account.py": "mine\n"})

    plan = plan_of(tmp_path, ("User",), ("Account",), User="Account")

    (conflict,) = plan.conflicts
    assert ("src/account.py", b"mine\n") == (conflict.path, conflict.ours)
    assert "a file that you wrote is there" == conflict.reason
    assert "mine\n" in result(with_markers(plan), tmp_path)["src/account.py"]


def test_a_file_that_a_person_moved_by_hand_is_theirs(tmp_path: Path) -> None:
    write(tmp_path, files_of("User"))
    (tmp_path / "src/user.py").rename(tmp_path / "src/account.py")

    plan = plan_of(tmp_path, ("User",), ("Account",), User="Account")

    assert BODY.format("User") == result(plan, tmp_path)["src/account.py"]


def test_what_is_at_the_new_path_already_is_no_conflict(tmp_path: Path) -> None:
    write(tmp_path, {**files_of("User"), "src/account.py": BODY.format("Account")})

    plan = plan_of(tmp_path, ("User",), ("Account",), User="Account")

    assert files_of("Account") == result(plan, tmp_path)


def test_a_link_instead_of_a_file_is_a_conflict(tmp_path: Path) -> None:
    write(tmp_path, files_of("User"))
    (tmp_path / "src/user.py").unlink()
    (tmp_path / "src/user.py").symlink_to(tmp_path / "all.txt")

    plan = plan_of(tmp_path, ("User",), ("Account",), User="Account")

    assert ["it should come from `src/user.py`: it is a symbolic link"] == [
        each.reason for each in plan.conflicts
    ]


@pytest.mark.parametrize("edited", ["", "Author", "Editor"])
def test_two_entities_change_places(tmp_path: Path, edited: str) -> None:
    files = files_of("Author", "Editor")
    other = {"Author": "Editor", "Editor": "Author"}
    expected = dict(files)
    if edited:
        files[f"src/{edited.lower()}.py"] += "\nmine\n"
        expected[f"src/{other[edited].lower()}.py"] += "\nmine\n"
    write(tmp_path, files)

    plan = plan_of(tmp_path, ("Author", "Editor"), ("Author", "Editor"), **other)

    assert expected == result(plan, tmp_path)


def test_an_entity_takes_the_name_of_one_that_moves_on(tmp_path: Path) -> None:
    write(tmp_path, files_of("One", "Two"))
    (tmp_path / "src/one.py").unlink()

    plan = plan_of(tmp_path, ("One", "Two"), ("Three", "Two"), One="Two", Two="Three")

    expected = files_of("Three", "Two")
    del expected["src/two.py"]
    assert expected == result(plan, tmp_path)


def test_a_new_entity_takes_the_old_name(tmp_path: Path) -> None:
    write(tmp_path, files_of("User"))

    plan = plan_of(tmp_path, ("User",), ("Account", "User"), User="Account")

    assert files_of("Account", "User") == result(plan, tmp_path)


def test_an_entity_takes_the_name_of_one_that_goes(tmp_path: Path) -> None:
    write(tmp_path, files_of("Account", "User"))

    plan = plan_of(tmp_path, ("Account", "User"), ("Account",), User="Account")

    assert files_of("Account") == result(plan, tmp_path)


def test_edits_of_one_that_goes_are_in_the_way(tmp_path: Path) -> None:
    files = files_of("Account", "User")
    write(tmp_path, {**files, "src/account.py": files["src/account.py"] + "mine\n"})

    plan = plan_of(tmp_path, ("Account", "User"), ("Account",), User="Account")

    assert ["src/account.py"] == [each.path for each in plan.conflicts]


def test_without_a_module_for_each_entity_nothing_moves() -> None:
    old, new = render_of("User"), render_of("Account")
    for render in (old, new):
        del render.families["a", "src"]

    assert {} == moved_files(old, new, {"User": "Account"})
