"""Copies of the template as people make them: with Copier itself."""

import warnings
from pathlib import Path

import copier
import pytest
from pytest_copie.plugin import Copie

import commands
import gates
from scaffold.answers.reading import read
from template_repository import git, tree


@pytest.mark.parametrize("database", ["sqlite", "postgresql", "mariadb"])
@pytest.mark.parametrize("primary_key", ["int", "uuid4", "uuid7"])
def test_a_copy(copie: Copie, committed_template: Path, database: str, primary_key: str) -> None:
    answers = {"project_name": "My shop", "database": database, "primary_key": primary_key}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = copie.copy(extra_answers=answers, template_dir=committed_template)

    assert result.exit_code == 0, result.exception
    assert result.project_dir is not None
    assert result.answers | answers == result.answers
    assert result.answers["package_name"] == "my_shop"
    assert (result.project_dir / "src" / "my_shop" / "settings.py").is_file()
    assert read(result.project_dir).entities == ()


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"project_name": 'a "quoted" name'}, "project_name"),
        ({"package_name": "not a package"}, "package_name"),
        ({"package_name": "class"}, "package_name"),
    ],
)
def test_a_bad_answer_is_refused(
    copie: Copie, committed_template: Path, answers: dict[str, str], told: str
) -> None:
    result = copie.copy(extra_answers=answers, template_dir=committed_template)

    assert result.exit_code != 0
    assert told in str(result.exception)


def test_a_copy_needs_no_trust_and_is_what_scaffold_new_makes(
    committed_template: Path, tmp_path: Path
) -> None:
    made = commands.new(committed_template, tmp_path / "blog")
    target = tmp_path / "copied"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        copier.run_copy(
            read(made).src_path,
            target,
            {"project_name": "Blog"},
            vcs_ref=read(made).commit,
            defaults=True,
            quiet=True,
            unsafe=False,
        )

    assert tree(target) == tree(made)


def test_a_copy_goes_on_with_scaffold(committed_template: Path, tmp_path: Path) -> None:
    target = tmp_path / "blog"
    copier.run_copy(
        str(committed_template), target, {}, vcs_ref="v0.1.0", defaults=True, quiet=True
    )
    git(target, "init", "--quiet")
    for entity in commands.BLOG:
        commands.model(target, *entity)

    gates.static(target)
