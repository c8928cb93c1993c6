"""What releases of a template change, made on a copy of the template as it is in this work tree.

Each step takes the folder of a template and makes the next version of it, as a real release would.
"""

import re
from collections.abc import Callable
from pathlib import Path

Step = Callable[[Path], None]

STEPS: dict[str, Step] = {}
# Those that lose or need values of rows, which a person has to be asked for.
CONSENTED: dict[str, Step] = {}
COLLATION = "utf8mb4_nopad_bin"
FORMER_COLLATION = "utf8mb4_bin"
# The type of a column of five characters, as the type table has it.
VARCHAR = (
    f'sa.String(5).with_variant(mysql.VARCHAR(5, collation="{COLLATION}"), "mysql", "mariadb")'
)


def step(make: Step) -> Step:
    """Register a step under its name."""
    STEPS[make.__name__] = make
    return make


def consented(make: Step) -> Step:
    """Register a step that needs an option."""
    CONSENTED[make.__name__] = make
    return make


@step
def base_repository_gets_a_method(template: Path) -> None:
    method = (
        "    async def is_empty(self) -> bool:\n"
        '        """Return whether there are none."""\n'
        "        return await self.count() == 0\n\n"
    )
    insert_before(package(template) / "persistence/reading.py.jinja", "    async def ", method)


@step
def model_mixin_changes(template: Path) -> None:
    said = "    # The application's clock counts: it is the same for all databases.\n"
    insert_before(package(template) / "persistence/base.py.jinja", "    created_at: ", said)


@step
def file_is_renamed(template: Path) -> None:
    package_ = package(template)
    (package_ / "domain/page.py.jinja").rename(package_ / "domain/paging.py.jinja")
    for file in sorted((template / "template").rglob("*.jinja")):
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub(r"\.domain\.page\b", ".domain.paging", text), encoding="utf-8")


@step
def file_is_split(template: Path) -> None:
    whole = package(template) / "database_url.py.jinja"
    head, drivers, rest = re.split(
        r"\n(?=# The async driver of|SSL_MODES)", whole.read_text(encoding="utf-8"), maxsplit=2
    )
    drivers = f'"""The drivers of databases."""\n\nfrom typing import Final\n\n{drivers}'
    (whole.parent / "drivers.py.jinja").write_text(drivers, encoding="utf-8")
    head = f"{head.rstrip()}\n\nfrom {{{{ package_name }}}}.drivers import ACCEPTED, DRIVERS\n"
    whole.write_text(f"{head}\n{rest}", encoding="utf-8")


@step
def file_is_removed_and_another_added(template: Path) -> None:
    project = template / "template/project"
    (project / "tests/api/test_health.py.jinja").unlink()
    (project / "docs").mkdir(exist_ok=True)
    (project / "docs/operations.md.jinja").write_text("# Running {{ project_name }}\n", "utf-8")


@step
def question_is_added_and_one_retired(template: Path) -> None:
    questions = template / "copier.yml"
    text = questions.read_text(encoding="utf-8")
    added = "owner:\n  type: str\n  help: Who runs it?\n  default: nobody\n\n"
    text = re.sub(r"^description:\n(?:  .*\n)+\n", added, text, flags=re.MULTILINE)
    questions.write_text(text, encoding="utf-8")
    for file in sorted((template / "template").rglob("*.jinja")):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("{{ description }}", "A service of {{ owner }}."), "utf-8")


@step
def macro_changes_layout(template: Path) -> None:
    macro = template / "template/macros/row.jinja"
    replace(macro, "primary_key=True", 'primary_key=True, sort_order=-1, doc="The key"')


@step
def registry_changes_form(template: Path) -> None:
    registry = package(template) / "persistence/models/__init__.py.jinja"
    replace(registry, " = [\n", " = (\n")
    replace(registry, "\n]\n", "\n)\n")
    macro = template / "template/macros/registry.jinja"
    replace(macro, ": list[str]", ": tuple[str, ...]")


@step
def mixin_gains_a_column(template: Path) -> None:
    base = package(template) / "persistence/base.py.jinja"
    column = (
        "    imported_at: Mapped[dt.datetime | None] = "
        "mapped_column(UtcDateTime(), default=None, sort_order=89)\n"
    )
    insert_before(base, "    created_at: ", column)
    spec = (
        '    {%- set _ = columns.append({"name": "imported_at", "type": moment, "nullable": true,'
        ' "primary_key": false, "autoincrement": false, "server_default": none}) -%}\n'
    )
    tables = template / "template/macros/tables.jinja"
    insert_before(tables, '    {%- for name in ["created_at", "updated_at"] -%}', spec)


@consented
def mixin_gains_a_required_column(template: Path) -> None:
    base = package(template) / "persistence/base.py.jinja"
    column = '    region: Mapped[str] = mapped_column(Varchar(5), default="north", sort_order=89)\n'
    insert_before(base, "    created_at: ", column)
    spec = (
        '    {%- set _ = columns.append({"name": "region", "type": \''
        + VARCHAR
        + '\', "nullable": false,'
        ' "primary_key": false, "autoincrement": false, "server_default": none}) -%}\n'
    )
    tables = template / "template/macros/tables.jinja"
    insert_before(tables, '    {%- for name in ["created_at", "updated_at"] -%}', spec)


@consented
def mixin_loses_that_column(template: Path) -> None:
    """Follow the one that gains it."""
    for file in (
        package(template) / "persistence/base.py.jinja",
        template / "template/macros/tables.jinja",
    ):
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if "region" not in line]
        assert len(kept) < len(lines)
        file.write_text("".join(kept), encoding="utf-8")


@step
def strings_get_another_collation(template: Path) -> None:
    """Change the type of all text columns on MariaDB alone; this one passes over blanks at the end."""
    collate(template, COLLATION, FORMER_COLLATION)
    tests = template / "template" / "project" / "tests" / "persistence"
    drop_test(tests / "test_types.py.jinja", "test_strings_tell_blanks_at_the_end")
    drop_test(tests / "test_repository.py.jinja", "test_upsert_tells_blanks_at_the_end")


def collate(template: Path, old: str, new: str) -> None:
    """Give another collation to all text columns."""
    for file in (
        package(template) / "persistence/types.py.jinja",
        template / "template/macros/types.yml",
    ):
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(f'{old}"', f'{new}"'), encoding="utf-8")


@step
def form_of_entities_changes(template: Path) -> None:
    """Record how long a page is; what form 1 recorded is still read."""
    questions = template / "copier.yml"
    text = questions.read_text(encoding="utf-8")
    former = "entities_spec:\n  type: int\n  ask: false\n  default: 1\n"
    assert former in text
    questions.write_text(text.replace(former, former.replace("1\n", "2\n")), encoding="utf-8")
    check = template / "template/macros/check_entities.jinja"
    replace(check, "entities_spec > 1", "entities_spec > 2")
    replace(check, '"fields"] -%}', '"fields", "page_size"] -%}')


def package(template: Path) -> Path:
    """Return the template's folder of the package."""
    return template / "template" / "project" / "src" / "{{ package_name }}"


def insert_before(file: Path, line: str, text: str) -> None:
    """Put text before the first line that begins so."""
    content = file.read_text(encoding="utf-8")
    place = content.index(f"\n{line}") + 1
    file.write_text(content[:place] + text + content[place:], encoding="utf-8")


def drop_test(file: Path, name: str) -> None:
    """Remove a test, with its decorators."""
    content = file.read_text(encoding="utf-8")
    found = re.search(rf"\n\n\n(?:@[^\n]*\n)*async def {name}\(.*?(?=\n\n\n)", content, re.DOTALL)
    assert found, f"{name} is not in {file}"
    file.write_text(content[: found.start()] + content[found.end() :], encoding="utf-8")


def replace(file: Path, old: str, new: str) -> None:
    """Replace the first text like this, which must be there."""
    content = file.read_text(encoding="utf-8")
    assert old in content, f"{old!r} is not in {file}"
    file.write_text(content.replace(old, new, 1), encoding="utf-8")
