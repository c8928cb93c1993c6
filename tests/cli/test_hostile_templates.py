"""A template runs nothing, and reads nothing of the machine, when a project is made of it."""

import shutil
import subprocess
import sys
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest

import template_repository
from command_line import Scaffold
from scaffold.errors import ScaffoldError
from scaffold.render.render import render
from scaffold.render.with_copier import render_with_copier
from scaffold.template.environment import REFUSED_FILTERS
from scaffold.template.index import load_index
from scaffold.template.source import resolve
from template_repository import git, write

SETTINGS = """\
_subdirectory: project
project_name: shop
entities: {type: yaml, ask: false, default: "[]"}
word: {type: str, default: .git}
"""
SPEC = """\
entities_spec: 1
types: {type: yaml, when: false, default: "{}"}
model: {type: yaml, when: false, default: "{}"}
"""
ANSWERS = "{{ _copier_answers|to_nice_yaml -}}"
HOOK = "#!/bin/sh\ntouch {hacked}\n"
# Each is how a template may come to a file below `.git` or `.scaffold`; git itself refuses to check
# out most of the plain ones.
PLACES = (
    "{{ word }}/hooks/post-commit",
    "{{ word|upper }}/hooks/post-commit",
    "{{ word }} /hooks/post-commit",
    "{{ word }}./config",
    "{{ word[:2] }}\u200c{{ word[2:] }}/config",
    "{{ 'git~1' }}/config",
    "sub/{{ word }}/config",
    "{{ word }}",
    "{{ '.scaffold' }}/journal",
    "{{ '.SCAFFOLD' }}/journal",
    "{% yield part from ['.git'] %}{{ part }}{% endyield %}/hooks/post-commit",
    "{{ 'a\\\\b' }}",
)


@pytest.fixture
def hacked(tmp_path: Path) -> Path:
    return tmp_path / "hacked"


def make(folder: Path, files: Mapping[str, str | bytes], settings: str = "") -> Path:
    answers = "project/{{ _copier_conf.answers_file }}.jinja"
    given = {"copier.yml": SETTINGS + settings, answers: ANSWERS, **files}
    return template_repository.template(folder, given)


@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_rendered_to_git_or_scaffold(
    place: str, tmp_path: Path, hacked: Path, scaffold: Scaffold
) -> None:
    (tmp_path / "here").mkdir()
    template = make(tmp_path / "t", {f"project/{place}": HOOK.format(hacked=hacked)})
    version = resolve(str(template), "v1.0.0")
    data = {"_src_path": str(template), "_commit": "v1.0.0", "entities": [], "word": ".git"}

    made = scaffold(tmp_path / "here", "new", "shop", "--template", str(template), "--defaults")

    assert (1, []) == (made.code, list((tmp_path / "here").iterdir()))
    assert "the template renders `" in made.err
    with pytest.raises(ScaffoldError, match="the template renders `"):
        render(version, data)
    with pytest.raises(ScaffoldError, match="the template renders `"):
        render_with_copier(version, data, load_index(version))
    assert not hacked.exists()


def test_an_upgrade_writes_no_hook_either(tmp_path: Path, hacked: Path, scaffold: Scaffold) -> None:
    template = make(tmp_path / "t", {"project/a.txt": "a\n"}, SPEC)
    scaffold(tmp_path, "new", "shop", "--template", str(template), "--defaults")
    write(template, {"project/{{ word }}/hooks/post-commit": HOOK.format(hacked=hacked)})
    template_repository.commit(template, "v2.0.0")

    result = scaffold(tmp_path / "shop", "upgrade")

    assert (1, False) == (result.code, (tmp_path / "shop/.git/hooks").exists())
    assert "the template renders `.git/hooks`: `.git` belongs to git alone" in result.err


def test_the_first_commit_runs_no_hook_and_takes_no_git_template(
    tmp_path: Path, hacked: Path, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("post-commit", "prepare-commit-msg", "post-index-change", "post-checkout")
    for folder in ("git-template/hooks", "hooks"):
        for name in names:
            write(tmp_path, {f"{folder}/{name}": HOOK.format(hacked=hacked)})
            (tmp_path / folder / name).chmod(0o755)
    config = (
        f'[init]\ntemplateDir = "{tmp_path}/git-template"\n[core]\nhooksPath = "{tmp_path}/hooks"\n'
    )
    write(tmp_path, {"gitconfig": config + "[user]\nname = x\nemail = x@example.org\n"})
    template = make(tmp_path / "t", {"project/a.txt": "a\n"})
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))

    made = scaffold(tmp_path, "new", "shop", "--template", str(template), "--defaults")

    assert (0, "made Shop in shop\n") == (made.code, made.out[:18])
    assert git(tmp_path / "shop", "log", "--format=%s").startswith("Start from scaffold")
    assert not (tmp_path / "shop/.git/hooks").exists()
    assert not hacked.exists()


# Copier leaves a folder open where a template raises an error.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", REFUSED_FILTERS)
@pytest.mark.parametrize("use", ["{{{{ '~'|{0} }}}}", "{{{{ ['/*']|map('{0}')|list }}}}"])
def test_filters_that_look_at_the_machine_are_refused(
    name: str, use: str, tmp_path: Path, scaffold: Scaffold
) -> None:
    (tmp_path / "here").mkdir()
    template = make(tmp_path / "t", {"project/a.txt.jinja": use.format(name)})
    version = resolve(str(template), "v1.0.0")
    data = {"_src_path": str(template), "_commit": "v1.0.0", "entities": []}

    made = scaffold(tmp_path / "here", "new", "shop", "--template", str(template), "--defaults")

    assert (1, []) == (made.code, list((tmp_path / "here").iterdir()))
    assert f"the template uses the filter `{name}`" in made.err
    with pytest.raises(ScaffoldError, match=f"the template uses the filter `{name}`"):
        render(version, data)["a.txt"].body()
    with pytest.raises(ScaffoldError, match=f"the template uses the filter `{name}`"):
        render_with_copier(version, data, load_index(version))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    "expression",
    [
        "1/0",
        "'x'.y.z",
        "[].__class__.__mro__",
        "cycler.__init__.__globals__.os.popen('touch hacked')",
        "range(10**9)|list",
        "'\\ud800'",
        "(1, 2)|sum(start=[])",
        "f()",
    ],
)
def test_what_a_template_raises_is_said_in_words(
    expression: str, tmp_path: Path, scaffold: Scaffold
) -> None:
    (tmp_path / "here").mkdir()
    text = f"{{% macro f() %}}{{{{ f() }}}}{{% endmacro %}}{{{{ {expression} }}}}"
    template = make(tmp_path / "t", {"project/a.txt.jinja": text})
    data = {"_src_path": str(template), "_commit": "v1.0.0", "entities": []}

    made = scaffold(tmp_path / "here", "new", "shop", "--template", str(template), "--defaults")

    assert (1, []) == (made.code, list((tmp_path / "here").iterdir()))
    assert made.err.partition("\n")[2].startswith("error: the template cannot be rendered")
    with pytest.raises(ScaffoldError, match="the template cannot be rendered"):
        render(resolve(str(template), "v1.0.0"), data)["a.txt"].body()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("paths", [("{{ '\\ud800' }}",), ("{{ 'd' }}", "{{ 'd'|lower }}/a.txt")])
def test_a_path_that_no_folder_can_have_is_said_in_words(
    paths: tuple[str, ...], tmp_path: Path, scaffold: Scaffold
) -> None:
    (tmp_path / "here").mkdir()
    files = {f"project/{path}": "a\n" for path in paths}
    template = make(tmp_path / "t", files, SPEC)
    answers = f'_commit: "v1.0.0"\n_src_path: "{template}"\nentities: []\n'
    write(tmp_path / "shop", {".copier-answers.yml": answers})

    made = scaffold(tmp_path / "here", "new", "shop", "--template", str(template), "--defaults")
    diff = scaffold(tmp_path / "shop", "diff")

    assert (1, []) == (made.code, list((tmp_path / "here").iterdir()))
    assert "error: the template cannot be rendered" in made.err
    assert "internal error" not in diff.err


@pytest.mark.parametrize(
    "setting",
    [
        "_envops: {extensions: [os]}",
        "_envops: {block_start_string: ''}",
        "_envops: [1]",
        "_envops: {loader: x}",
        "_exclude: 3",
        "_exclude: ['{{ x']",
        "_secret_questions: 3",
        "q: {type: str, choices: 3}",
    ],
)
def test_a_setting_of_a_wrong_form_is_said_in_words(
    setting: str, tmp_path: Path, scaffold: Scaffold
) -> None:
    template = make(tmp_path / "t", {"project/a.txt": "a\n"}, f"{SPEC}{setting}\n")
    answers = f'_commit: "v1.0.0"\n_src_path: "{template}"\nentities: []\n'
    write(tmp_path / "shop", {".copier-answers.yml": answers})

    result = scaffold(tmp_path / "shop", "diff")

    assert (1, "error: the template cannot be rendered") == (result.code, result.err[:38])


def test_no_other_filter_looks_at_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Call every filter with texts that name variables, homes and files."""
    from jinja2_ansible_filters.core_filters import FilterModule

    monkeypatch.setenv("SECRET", "s3cr3t")
    monkeypatch.setenv("HOME", "/home/s3cr3t")
    seen = set()
    texts = ("$SECRET", "~", "/etc/host*", "/proc/self/cwd", "passwd", "..")
    for name, function in FilterModule().filters().items():
        for text in texts:
            for words in ((), ("/etc",), ("$SECRET",)):
                try:
                    found = repr(function(text, *words))
                except Exception:  # noqa: BLE001, S112 (it takes no such text)
                    continue
                if any(
                    each in found for each in ("s3cr3t", "/etc/hosts", str(Path.cwd()), "tests")
                ):
                    seen.add(name)

    assert seen <= set(REFUSED_FILTERS)
    assert {"expanduser", "expandvars", "fileglob", "realpath"} <= seen


@pytest.mark.parametrize("settings", ["", "_preserve_symlinks: true\n"])
@pytest.mark.parametrize("target", ["/etc/hostname", "../../secret.txt", ".git/config"])
def test_a_link_in_a_template_brings_no_file_of_the_machine(
    settings: str, target: str, tmp_path: Path, scaffold: Scaffold
) -> None:
    write(tmp_path, {"secret.txt": "s3cr3t"})
    (tmp_path / "here").mkdir()
    (tmp_path / "t/project").mkdir(parents=True)
    (tmp_path / "t/project/a.txt").symlink_to(target)
    template = make(tmp_path / "t", {}, settings)

    made = scaffold(tmp_path / "here", "new", "shop", "--template", str(template), "--defaults")

    assert (1, []) == (made.code, list((tmp_path / "here").iterdir()))
    assert "internal error" not in made.err


@pytest.mark.parametrize(
    "folder", ["../secret", "{outside}", "project/../../secret", "{{{{ '..' }}}}/x"]
)
def test_a_folder_of_the_machine_is_no_part_of_a_template(
    folder: str, tmp_path: Path, scaffold: Scaffold
) -> None:
    write(tmp_path, {"secret/secret.txt": "s3cr3t"})
    given = SETTINGS.replace("project", folder.format(outside=tmp_path / "secret"), 1)
    template = make(tmp_path / "t", {"project/a.txt": "a\n"}, SPEC)
    scaffold(tmp_path, "new", "shop", "--template", str(template), "--defaults")
    write(template, {"copier.yml": given + SPEC})
    template_repository.commit(template, "v2.0.0")

    result = scaffold(tmp_path / "shop", "upgrade")

    assert (1, False) == (result.code, (tmp_path / "shop/secret.txt").exists())
    assert "internal error" not in result.err


@pytest.mark.parametrize(
    "source",
    [
        "ext::sh -c touch% {hacked} ://",
        "ext::sh -c touch% {hacked}",
        "fd::17://x",
        "--upload-pack=touch {hacked}",
        "--upload-pack=touch {hacked} ://",
        "-u://touch {hacked}",
        "ssh://-oProxyCommand=touch%20{hacked}/x",
        "git@-oProxyCommand=touch {hacked}:x",
        "file:///no/such/--upload-pack=touch {hacked}",
        "git+ext::sh -c touch% {hacked} ://",
    ],
)
def test_a_source_in_the_answers_runs_nothing(
    source: str, tmp_path: Path, hacked: Path, scaffold: Scaffold
) -> None:
    answers = f'_commit: "v1"\n_src_path: "{source.format(hacked=hacked)}"\nentities: []\n'
    write(tmp_path / "shop", {".copier-answers.yml": answers})
    config = '[protocol]\nallow = always\n[protocol "ext"]\nallow = always\n'
    write(tmp_path / "shop", {".git/config": config})

    results = [scaffold(tmp_path / "shop", word) for word in ("list", "upgrade", "doctor")]

    assert [1, 1, 4] == [each.code for each in results]
    assert not any("internal error" in each.err for each in results)
    assert not hacked.exists()


@pytest.mark.parametrize(
    "commit", ["--output={hacked}", "-b{hacked}", "v1\nHEAD", "HEAD^{{/x}}", ":!"]
)
def test_a_version_in_the_answers_is_no_option(
    commit: str, tmp_path: Path, hacked: Path, scaffold: Scaffold
) -> None:
    template = make(tmp_path / "t", {"project/a.txt": "a\n"})
    found = commit.format(hacked=hacked).replace("\n", "\\n")
    answers = f'_commit: "{found}"\n_src_path: "{template}"\nentities: []\n'
    write(tmp_path / "shop", {".copier-answers.yml": answers})

    result = scaffold(tmp_path / "shop", "list")

    assert (1, False) == (result.code, hacked.exists())
    assert "has no version" in result.err


def hostile_config(hacked: Path) -> str:
    """Return a repository's configuration in which whatever names a program names one."""
    run = f'"touch {hacked}"'
    return f"""\
[core]
    repositoryformatversion = 0
    fsmonitor = {run}
    hooksPath = hooks
    sshCommand = {run}
    gitProxy = {run}
    askPass = {run}
    pager = {run}
    editor = {run}
    alternateRefsCommand = {run}
[diff]
    external = {run}
[diff "x"]
    command = {run}
    textconv = {run}
[filter "x=y.z"]
    clean = {run}
    smudge = {run}
    process = {run}
    required = true
[filter "x"]
    clean = {run}
    smudge = {run}
[merge "x"]
    driver = {run}
[credential]
    helper = "!touch {hacked}"
[gpg]
    program = {run}
[commit]
    gpgSign = true
[alias]
    ls-files = "!touch {hacked}"
    status = "!touch {hacked}"
    rev-parse = "!touch {hacked}"
[url "ext::touch {hacked} "]
    insteadOf = https://
    insteadOf = git@
[protocol]
    allow = always
[protocol "ext"]
    allow = always
[include]
    path = more
[includeIf "gitdir:/"]
    path = more
"""


@pytest.fixture
def hostile(tmp_path: Path, hacked: Path) -> Path:
    """Return a repository with a project of which git would run programs in many ways."""
    template = make(tmp_path / "t", {"project/a.txt": "a\n"})
    folder = tmp_path / "shop"
    write(
        folder,
        {
            ".copier-answers.yml": f'_commit: "v1.0.0"\n_src_path: "{template}"\nentities: []\n',
            ".gitattributes": "* filter=x diff=x merge=x\n*.yml filter=x=y.z\n",
            "copier.yml": SETTINGS,
            "template/x.txt": "x\n",
            "src/a.py": "import asyncio\n",
            "pyproject.toml": "",
        },
    )
    template_repository.commit(folder)
    write(folder, {".git/config": hostile_config(hacked), "template/x.txt": "y\n"})
    write(
        folder,
        {"copier.yml": SETTINGS + "#\n", ".git/more": f'[core]\nfsmonitor = "touch {hacked}"\n'},
    )
    for name in (
        "post-index-change",
        "fsmonitor-watchman",
        "post-checkout",
        "reference-transaction",
    ):
        write(
            folder,
            {
                f".git/hooks/{name}": HOOK.format(hacked=hacked),
                f"hooks/{name}": HOOK.format(hacked=hacked),
            },
        )
        (folder / ".git/hooks" / name).chmod(0o755)
        (folder / "hooks" / name).chmod(0o755)
    return folder


@pytest.mark.parametrize(
    "words",
    [
        ("check",),
        ("check", "src"),
        ("list",),
        ("status",),
        ("diff",),
        ("export",),
        ("doctor",),
        ("upgrade",),
        ("new", "other", "--template", ".", "--defaults"),
        ("new", "other", "--template", "https://127.0.0.1:9/x", "--defaults"),
        ("new", "other", "--template", "git@127.0.0.1:x", "--defaults"),
    ],
    ids=" ".join,
)
def test_the_configuration_of_a_repository_runs_nothing(
    words: tuple[str, ...],
    hostile: Path,
    hacked: Path,
    scaffold: Scaffold,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GIT_SSH_COMMAND", "false")

    result = scaffold(hostile, *words)

    assert "internal error" not in result.err
    assert not hacked.exists()


def test_git_itself_would_have_run_it(hostile: Path, hacked: Path) -> None:
    subprocess.run(["git", "diff"], cwd=hostile, capture_output=True, check=False)

    assert hacked.exists()


def test_an_object_that_a_repository_lacks_is_not_fetched(
    tmp_path: Path, hacked: Path, scaffold: Scaffold
) -> None:
    folder = tmp_path / "shop"
    write(folder, {"src/a.py": "", "src/.gitignore": "x\n", "pyproject.toml": ""})
    template_repository.commit(folder)
    git(folder, "update-index", "--skip-worktree", "src/.gitignore")
    name = git(folder, "rev-parse", ":src/.gitignore")
    (folder / ".git/objects" / name[:2] / name[2:]).unlink()
    (folder / "src/.gitignore").unlink()
    write(folder, {"src/b.py": ""})
    settings = {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::touch {hacked}",
        "protocol.ext.allow": "always",
    }
    for key, value in settings.items():
        git(folder, "config", key, value)

    result = scaffold(folder, "check")

    assert (0, False) == (result.code, hacked.exists())
    subprocess.run(["git", "ls-files", "-oi", "--exclude-standard"], cwd=folder, check=False)
    assert hacked.exists()  # by git itself


def test_a_repository_cannot_pass_its_files_off_as_a_version_of_another(
    tmp_path: Path, scaffold: Scaffold
) -> None:
    template = make(tmp_path / "t", {"project/a.txt": "a\n"}, SPEC)
    shutil.copytree(template, tmp_path / "forged")
    commit = git(template, "rev-parse", "HEAD")
    name = git(template, "rev-parse", "HEAD:project/a.txt")
    blob = tmp_path / "forged/.git/objects" / name[:2] / name[2:]
    blob.chmod(0o644)
    blob.write_bytes(zlib.compress(b"blob 7\0forged\n"))
    answers = f'_commit: "{commit}"\n_src_path: "{tmp_path}/forged"\nentities: []\n'
    write(tmp_path / "shop", {".copier-answers.yml": answers})

    result = scaffold(tmp_path / "shop", "list")

    assert (1, True) == (result.code, "/forged` is not a git repository" in result.err)
    assert "a\n" == (resolve(str(template), commit).root / "project/a.txt").read_text()


KILLED = """
import os, sys
from scaffold.cli import main
import scaffold.project.new as new
new._check = lambda *_: os.kill(os.getpid(), 9)
main(sys.argv[1:])
"""


def test_what_a_killed_command_left_goes_with_the_next(tmp_path: Path, scaffold: Scaffold) -> None:
    template = make(tmp_path / "t", {"project/a.txt": "a\n"})
    here = tmp_path / "here"
    here.mkdir()
    words = ["new", "shop", "--template", str(template), "--defaults"]
    subprocess.run([sys.executable, "-c", KILLED, *words], cwd=here, check=False)
    left = [path.name for path in here.iterdir()]
    write(here, {".scaffold-new-mine/kept.txt": "kept"})
    (here / ".scaffold-new-link").symlink_to(template)

    made = scaffold(here, *words)

    assert (0, 1) == (made.code, len(left))
    assert left[0].startswith(".scaffold-new-")
    assert sorted(["shop", ".scaffold-new-mine", ".scaffold-new-link"]) == sorted(
        path.name for path in here.iterdir()
    )
