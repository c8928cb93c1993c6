"""Documents, answers and files that were made to exhaust a reader end in a message, and soon."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from command_line import Result, Scaffold
from scaffold import scratch
from scaffold.errors import ScaffoldError

ANSWERS = ".copier-answers.yml"
DIGITS = "9" * 5000
BRACKETS = "[" * 20_000 + "]" * 20_000
SECONDS = 100  # far from seconds, on a machine with much else to do


def bomb(name: str, levels: int = 10) -> str:
    """Return YAML in which a few aliases stand for ten to the power of levels."""
    lines = [f"{name}0: &{name}0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, levels):
        inner = ", ".join([f"*{name}{level - 1}"] * 10)
        lines.append(f"{name}{level}: &{name}{level} [{inner}]")
    return "\n".join(lines) + "\n"


def field(text: str) -> str:
    return f"entities:\n  Post:\n    fields:\n      n: {text}\n"


PRODUCT = " or ".join(["n * n * n * n = 1000003 * 7 + {0}"] * 14)
DOCUMENTS = {
    "a bomb": bomb("a") + "entities: *a9\n",
    "a bomb in a group": bomb("a") + field("int") + "    unique: *a9\n",
    "an alias to itself": "entities: &a\n  Post: *a\n",
    "an open bracket": "entities: " + "[" * 20_000,
    "brackets": f"entities: {BRACKETS}\n",
    "json brackets": f'{{"entities": {BRACKETS}}}',
    "some json brackets": f'{{"entities": {"[" * 900}{"]" * 900}}}',
    "json digits": f'{{"entities": {{"Post": {{"fields": {{"n": {DIGITS}}}}}}}}}',
    "json members": '{"entities": ' + '{"a":' * 20_000,
    "indents": "".join(" " * depth + "a:\n" for depth in range(2000)),
    "keys of keys": "? " * 20_000 + "\n",
    "a number": field(f"{{type: int, default: {DIGITS}}}"),
    "a maximum": field(f"int:max={DIGITS}"),
    "a length": field(f"str,{DIGITS}"),
    "digits": field(f"decimal,{DIGITS},2"),
    "an exponent": field(f"decimal,10,2:default=1e{DIGITS}"),
    "an interval": field(f"interval:default=P{DIGITS}D"),
    "arrays of arrays": field("array," * 5000 + "int"),
    "a check": field("int") + f'    checks: ["{"(" * 20_000}n > 1{")" * 20_000}"]\n',
    "a deep check": field("int") + f'    checks: ["{"(" * 230}n > 1{")" * 230}"]\n',
    "a long pattern": field(f"{{type: text, pattern: {'x' * 1_000_000}}}"),
    "a pattern of repetitions": field("{type: text, pattern: 'a{5000}'}"),
    "a pattern of all characters": field(
        r"{type: 'str,3', pattern: '[\x00-\U0010ffff]{3}(x{900}){20}'}"
    ),
    "many checks": field("int") + f"    checks: {[f'n > {number}' for number in range(3000)]}\n",
    "checks of products": field("int") + f"    checks: {[PRODUCT.format(n) for n in range(99)]}\n",
    "a month": "entities: 2001-99-99\n",
    "a program": "entities: !!python/object/apply:os.system ['touch hacked']\n",
}
# What takes the place of a part of good answers.
REPLACED = {
    "a bomb": ("\nentities: [", "\n" + bomb("a") + "entities: *a9\nx: ["),
    "a bomb in an entity": ('{"name": "User"', '{"fields": *a9, "name": "User"'),
    "an alias to itself": ("\nentities: [", "\nentities: &a [*a,"),
    "digits": ('project_name: "', f'project_name: {DIGITS} # "'),
    "digits of a form": ("entities_spec: 1", f"entities_spec: {DIGITS}"),
    "digits in an entity": ('{"name": "User"', f'{{"length": {DIGITS}, "name": "User"'),
    "brackets": ('project_name: "', f'project_name: {BRACKETS} # "'),
    "brackets in an entity": ('{"name": "User"', f'{{"length": {BRACKETS}, "name": "User"'),
    "an open bracket": ("entities_spec: 1", "entities_spec: " + "[" * 20_000),
    "half a character": ('project_name: "', 'project_name: "\\ud800'),
    "half of one in a source": ('_src_path: "', '_src_path: "\\ud800'),
    "half of one in a version": ('_commit: "', '_commit: "\\udfff'),
    "half of one in an entity": ('{"name": "User"', '{"\\ud800": "\\ud800", "name": "User"'),
    "the home of nobody": ('_src_path: "', '_src_path: "~nobody-of-this-name/'),
    "a month": ('project_name: "', 'project_name: 2001-99-99 # "'),
    "a mapping as a key": ("\nentities: [", "\n? {a: b}\n: 1\nentities: ["),
    "a program": ('project_name: "', "project_name: !!python/object/apply:os.system [x] # "),
}
# Python that a parser cannot take, or that is deeper than what walks it.
PYTHON: dict[str, str | bytes] = {
    "open brackets": "x = " + "[" * 20_000,
    "brackets": f"x = {BRACKETS}",
    "signs": "x = " + "-" * 200_000 + "1",
    "digits": f"x = {DIGITS}",
    "attributes": "x" + ".a" * 100_000,
    "some attributes": "x = y" + ".a" * 900,
    "sums": "x = 1" + "+1" * 50_000,
    "some sums": "x = 1" + "+1" * 900,
    "a null byte": "x = '\0'",
    "nots": "x = " + "not " * 30_000 + "1",
    "branches": "if 1: pass\n" + "elif 1: pass\n" * 5000,
    "annotations": "x: '" + "[" * 5000 + "]" * 5000 + "' = 1",
    "no text": b"x = '\xff'",
}
SETTINGS = {
    "digits": f"[tool.scaffold.check]\nselect = {DIGITS}\n",
    "brackets": f"[tool.scaffold.check]\nselect = {BRACKETS}\n",
    "a number for a table": "tool = 3 # scaffold\n",
    "a number for another": "[tool]\nscaffold = 3\n",
}


@contextmanager
def soon() -> Iterator[None]:
    """End what takes too long."""
    import signal

    def end(*_: object) -> None:
        pytest.exit("a command does not end", returncode=1)

    former = signal.signal(signal.SIGALRM, end)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, former)


def asked(scaffold: Scaffold, folder: Path, *words: str) -> Result:
    with soon():
        result = scaffold(folder, *words)
    assert "internal error" not in result.err, result.err[:2000]
    assert result.code in {0, 1, 2, 3, 4}
    return result


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document(name: str, empty_blog: Path, scaffold: Scaffold) -> None:
    (empty_blog / "entities.yml").write_text(DOCUMENTS[name], encoding="utf-8")

    result = asked(scaffold, empty_blog, "apply", "entities.yml", "--dry-run")

    assert (1, True) == (result.code, "error: entities.yml" in result.err)
    assert len(result.err) < 3000


@pytest.mark.parametrize("path", ["/dev/zero", "pipe", "large", "."])
def test_a_document_without_an_end(path: str, empty_blog: Path, scaffold: Scaffold) -> None:
    os.mkfifo(empty_blog / "pipe")
    with (empty_blog / "large").open("wb") as file:
        file.truncate(10**10)

    result = asked(scaffold, empty_blog, "apply", path)

    assert (1, f"error: `{path}` cannot be read: ") == (result.code, result.err[: len(path) + 26])


def test_a_document_on_standard_input_without_an_end(
    empty_blog: Path, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path("/dev/zero").open("rb") as endless:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(endless))
        result = asked(scaffold, empty_blog, "apply", "-")

    assert (1, True) == (result.code, "it is larger than 32 MB" in result.err)


@pytest.mark.parametrize("name", REPLACED)
def test_answers(name: str, blog: Path, scaffold: Scaffold) -> None:
    good = (blog / ANSWERS).read_text(encoding="utf-8")
    old, new = REPLACED[name]
    assert old in good
    bad = good.replace(old, new, 1)
    if "*a9" in bad and "a0:" not in bad:
        bad = bomb("a") + bad
    (blog / ANSWERS).write_text(bad, encoding="utf-8")

    for command in ("list", "status", "doctor"):
        result = asked(scaffold, blog, command)

        assert result.code in {1, 4}
        assert ANSWERS in result.out + result.err


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("src/blog/more.py", "/dev/zero"),
        ("src/blog/more.py", "pipe"),
        ("src/blog/persistence/models/user.py", "/dev/zero"),
        ("migrations/versions/zz.py", "pipe"),
        ("pyproject.toml", "/dev/zero"),
        ("README.md", "pipe"),
        (ANSWERS, "/dev/zero"),
    ],
)
def test_a_file_without_an_end(path: str, target: str, blog: Path, scaffold: Scaffold) -> None:
    os.mkfifo(blog / "pipe")
    (blog / path).unlink(missing_ok=True)
    (blog / path).symlink_to(target if target[0] == "/" else blog / target)

    for words in (("check",), ("diff", "--stat"), ("doctor",), ("status",), ("model", "Note", "x")):
        asked(scaffold, blog, *words)

    assert (blog / path).is_symlink()


@pytest.mark.parametrize("name", PYTHON)
def test_python(name: str, blog: Path, scaffold: Scaffold) -> None:
    content = PYTHON[name]
    body = content.encode() if isinstance(content, str) else content
    table = b"class A:\n    __tablename__ = 'a'\n    b: Mapped[int] = mapped_column()\n"
    facts = b"revision = 'a'\ndown_revision = None\ndef upgrade():\n    "

    for path, text, commands in (
        ("src/blog/more.py", body, ["check"]),
        ("src/blog/persistence/models/more.py", table + b"    " + body + b"\n" + body, ["status"]),
        ("migrations/versions/zz.py", facts + body + b"\n", ["status", "doctor", "export"]),
    ):
        (blog / path).write_bytes(text)
        for command in commands:
            asked(scaffold, blog, command)
        (blog / path).unlink()


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_of_check(name: str, empty_blog: Path, scaffold: Scaffold) -> None:
    (empty_blog / "pyproject.toml").write_text(SETTINGS[name], encoding="utf-8")

    result = asked(scaffold, empty_blog, "check")

    assert (2, True) == (result.code, "pyproject.toml" in result.err)


@pytest.mark.parametrize("target", ["/dev/zero", "nowhere"])
def test_a_migration_without_an_end(target: str, tmp_path: Path) -> None:
    versions = tmp_path / "migrations/versions"
    versions.mkdir(parents=True)
    for path in ("alembic.ini", "migrations/env.py"):
        (tmp_path / path).write_text("", encoding="utf-8")
    (versions / "a.py").symlink_to(target)

    with soon(), pytest.raises(ScaffoldError, match=r"versions/a\.py` cannot be copied: "):
        scratch.copy_migrations(tmp_path, tmp_path / "work", {})
