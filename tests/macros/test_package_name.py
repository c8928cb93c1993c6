"""The package is called for the project unless somebody says otherwise."""

import pytest

from macro_modules import included


@pytest.mark.parametrize(
    ("project", "package"),
    [
        ("Blog", "blog"),
        ("My  Blog - the 2nd", "my_blog_the_2nd"),
        ("Blög!", "bl_g"),
        ("2 Blogs", "app"),
        ("日本", "app"),
        ("Calendar", "calendar_app"),
        ("x" * 39 + " yz", "x" * 39),
    ],
)
def test_the_package_is_called_for_the_project(project: str, package: str) -> None:
    assert included("package_name", project_name=project) == package


@pytest.mark.parametrize("project", ["Blog", "My  Blog", "!", "x" * 80, "a_" * 30])
def test_the_name_is_one_that_passes(project: str) -> None:
    name = included("package_name", project_name=project)

    assert included("check_package_name", package_name=name) == ""
