"""A template version is fetched once, found again without git, and refused in clear words."""

import subprocess
import threading
from pathlib import Path

import pytest

import template_repository
from scaffold.errors import ScaffoldError
from scaffold.template import source
from template_repository import commit, git, template, write


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("SCAFFOLD_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "cache"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return template(tmp_path / "template", {"copier.yml": "a: 1\n", "bin/run": "#!/bin/sh\n"})


def refusal(src_path: str, ref: str, **options: bool) -> ScaffoldError:
    with pytest.raises(ScaffoldError) as caught:
        source.resolve(src_path, ref, **options)
    return caught.value


def test_a_tag_is_found(repository: Path, cache: Path) -> None:
    found = source.resolve(str(repository), "v1.0.0")

    assert git(repository, "rev-parse", "HEAD") == found.commit
    assert "a: 1\n" == (found.root / "copier.yml").read_text()
    assert found.root.is_relative_to(cache)
    assert not (found.root / ".git").exists()


def test_what_git_describes_is_found(repository: Path) -> None:
    write(repository, {"copier.yml": "a: 2\n"})
    full = commit(repository, tag=None)
    write(repository, {"copier.yml": "a: 3\n"})
    commit(repository, tag=None)

    for ref in (git(repository, "describe", "--tags", "--always", full), full[:7], full):
        assert full == source.resolve(str(repository), ref).commit


@pytest.mark.parametrize("form", ["file://{}", "git+file://{}", "{}/.git"])
def test_urls_are_fetched(repository: Path, form: str) -> None:
    assert "a: 1\n" == (
        (source.resolve(form.format(repository), "v1.0.0").root / "copier.yml").read_text()
    )


def test_shortcuts_are_those_of_copier() -> None:
    assert "https://github.com/owner/name.git" == source.git_url("gh:owner/name")
    assert "https://gitlab.com/owner/name.git" == source.git_url("gl:/owner/name.git")
    assert "https://github.com/owner/name.git" == source.git_url("https://github.com/owner/name")
    assert "https://example.org/name" == source.git_url("git+https://example.org/name")
    assert "git@github.com:owner/name.git" == source.git_url("git@github.com:owner/name.git")


def test_executables_come_from_the_index(repository: Path) -> None:
    git(repository, "update-index", "--chmod=+x", "bin/run")
    git(repository, "commit", "--quiet", "--message", "x")
    git(repository, "tag", "v1.1.0")

    assert frozenset({"bin/run"}) == source.executables(source.resolve(str(repository), "v1.1.0"))
    assert frozenset() == source.executables(source.resolve(str(repository), "v1.0.0"))


def test_a_cached_version_needs_neither_git_nor_its_source(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = source.resolve(str(repository), "v1.0.0")
    repository.rename(repository.with_name("elsewhere"))
    monkeypatch.setattr(source, "run_git", None)

    assert first == source.resolve(str(repository), "v1.0.0", offline=True)


def test_a_moved_tag_is_seen(repository: Path) -> None:
    source.resolve(str(repository), "v1.0.0")
    write(repository, {"copier.yml": "a: 2\n"})
    git(repository, "tag", "--delete", "v1.0.0")
    commit(repository)

    found = source.resolve(str(repository), "v1.0.0")

    assert "a: 2\n" == (found.root / "copier.yml").read_text()


def test_a_bundle_is_a_source(repository: Path, tmp_path: Path) -> None:
    git(repository, "bundle", "create", str(tmp_path / "t.bundle"), "--all")

    found = source.resolve(str(tmp_path / "t.bundle"), "v1.0.0")

    assert git(repository, "rev-parse", "HEAD") == found.commit


def test_a_vanished_bundle_is_taken_from_what_scaffold_ships(
    repository: Path, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    git(repository, "bundle", "create", str(tmp_path / "data" / "template-0a1b.bundle"), "--all")

    found = source.resolve(str(tmp_path / "gone" / "template-0a1b.bundle"), "v1.0.0")

    assert "a: 1\n" == (found.root / "copier.yml").read_text()


def test_two_commands_may_fetch_at_once(repository: Path) -> None:
    found: list[source.Template] = []
    threads = [
        threading.Thread(target=lambda: found.append(source.resolve(str(repository), "v1.0.0")))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 4 == len(found)
    assert 1 == len({each.root for each in found})
    assert [] == list(found[0].root.parent.parent.glob(".fetch-*"))


def test_a_broken_cache_is_fetched_again(repository: Path) -> None:
    found = source.resolve(str(repository), "v1.0.0")
    found.root.rename(found.root.with_name("gone"))

    assert (source.resolve(str(repository), "v1.0.0").root / "copier.yml").exists()


def test_an_unknown_version_is_refused(repository: Path) -> None:
    for ref in ("v9.9.9", "v1.0.0-1-gabcdef0", "--help", "v1\nv2"):
        assert f"has no version `{ref}`" in refusal(str(repository), ref).message


def test_a_vanished_source_is_refused(tmp_path: Path) -> None:
    error = refusal(str(tmp_path / "gone"), "v1.0.0")

    assert "is not there any more" in error.message
    assert error.help is not None


def test_a_folder_without_git_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()

    assert "is not a git repository" in refusal(str(tmp_path / "plain"), "v1.0.0").message


def test_a_relative_source_is_refused() -> None:
    for src_path in (".", "../template"):
        assert "is a relative path" in refusal(src_path, "v1.0.0").message


def test_a_repository_that_cannot_be_reached_is_refused() -> None:
    error = refusal("git+http://127.0.0.1:9/nowhere.git", "v1.0.0")

    assert "could not be fetched; nothing was written" in error.message
    assert "check the network" in str(error.help)


def test_offline_only_the_cache_is_asked(repository: Path) -> None:
    assert "is not cached" in refusal(str(repository), "v1.0.0", offline=True).message


def test_a_missing_git_is_named(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert "the `git` program was not found" == refusal(str(repository), "v1.0.0").message


def test_a_cache_that_cannot_be_written_is_named(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(tmp_path / "file"))

    error = refusal(str(repository), "v1.0.0")

    assert "cannot be written to" in error.message
    assert "SCAFFOLD_CACHE_DIR" in str(error.help)


def test_the_environment_of_a_git_hook_does_not_matter(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other"))

    assert source.resolve(str(repository), "v1.0.0").root.is_dir()


def test_the_small_template_is_complete(tmp_path: Path) -> None:
    repository = template_repository.library(tmp_path / "library")
    found = source.resolve(str(repository), "v1.0.0")

    assert (
        subprocess.run(
            ["diff", "-r", "--exclude=.git", repository, found.root], check=False
        ).returncode
        == 0
    )
