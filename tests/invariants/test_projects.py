"""Every pair of a type and what may be said of it, and of options: all gates on all databases.

The pairs are spread over a few projects, the same ones in each run.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, product
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings

import commands
import gates
import projects
from scaffold.entities.entity import Entity, in_order
from scaffold.entities.graph import validate
from servers import DATABASES, Servers
from strategies import graphs

# A project runs all gates in some ten seconds.
RANDOM = settings(
    max_examples=max(settings().max_examples // 12, 1),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)

KINDS = {
    "str": ("str,40", "default=two words", "pattern=^[a-z ]+$", "min=2"),
    "text": ("text", "default=It's", "pattern=^[^0-9]*$", "min=1"),
    "slug": ("slug,60", "default=two-words", "pattern=^[a-z-]+$", None),
    "email": ("email,90", "default=ann@example.org", None, None),
    "url": ("url,100", "default=https://example.org/", None, None),
    "int": ("int", "default=7", None, "min=40000"),
    "bigint": ("bigint", "default=9000000000", None, "max=9000000001"),
    "smallint": ("smallint", "default=0", None, "unique:max=-300"),
    "float": ("float", "default=1.5", None, "max=99999"),
    "decimal": ("decimal,12,3", "default=0.125", None, "unique:max=-1"),
    "bool": ("bool", "default=false", None, None),
    "date": ("date", "default=2024-02-29", None, "min=2000-01-01"),
    "time": ("time", "default=23:59:59.5", None, None),
    "datetime": ("datetime", "default=2024-02-29T12:00:00+00:00", None, "min=2000-01-01"),
    "interval": ("interval", "default=90.5", None, None),
    "uuid": ("uuid", "default=random", None, None),
    "json": ("json", "default={}", None, None),
    "bytes": ("bytes", None, None, None),
    "enum": ("enum,draft,in-review,live", "default=live", None, None),
    "array": ("array,str,30", "default=[]", None, None),
}
# What may be said of a field; what does not fit its type is left out.
SAID = ("", "null", "unique", "index", "default", "server_default", "bounds", "pattern", "private",
        "readonly", "column")  # fmt: skip
OPTIONS = {
    "pk": ("int", "uuid4", "uuid7"),
    "api": ("full", "read-only", "none"),
    "page": ("keyset", "offset"),
    "timestamps": (True, False),
    "soft_delete": (False, True),
    "lock": (False, True),
}


def field(kind: str, said: str, number: int) -> str | None:
    """Return a field of this type of which that is said, or None where it does not fit."""
    spelled, default, pattern, bounds = KINDS[kind]
    written = {
        "default": default,
        "server_default": default and f"server_{default}",
        "bounds": bounds,
        "pattern": pattern,
        "readonly": "null:readonly",
        "column": f"column={kind}_{number}",
    }.get(said, said)
    needs = {"unique", "index", "default", "server_default", "pattern"}
    fits = said not in needs or said in commands.TYPES[kind].accepts
    if written is None or not fits:
        return None
    return f"f{number}_{said or 'plain'}:{spelled}" + (f":{written}" if written else "")


def pairwise(options: Mapping[str, tuple[object, ...]]) -> Iterator[dict[str, object]]:
    """Choose values so that each pair of values of two options occurs; greedy, always the same."""
    wanted = {
        frozenset({(one, a), (two, b)})
        for one, two in combinations(options, 2)
        for a, b in product(options[one], options[two])
    }
    while wanted:
        rows = (dict(zip(options, row, strict=True)) for row in product(*options.values()))
        best = max(rows, key=lambda row: len(wanted & pairs(row)))
        wanted -= pairs(best)
        yield best


def pairs(row: dict[str, object]) -> set[frozenset[tuple[str, object]]]:
    return {frozenset(pair) for pair in combinations(row.items(), 2)}


ROWS = list(pairwise(OPTIONS))


def fields() -> list[str]:
    made = [field(kind, said, number) for number, kind in enumerate(KINDS) for said in SAID]
    return [token for token in made if token]


# What groups are made of: a reference, and each type that a key may have.
GROUPED = (
    *("Root", "str", "slug", "url", "email", "int", "bigint", "smallint", "float", "decimal"),
    *("bool", "date", "time", "datetime", "uuid", "enum"),
)


def member(kind: str, group: str) -> str:
    """Return a field of a group, which is named for both."""
    spelled = KINDS[kind][0] if kind in KINDS else f"{kind}:back={group}"
    return f"{group}_{kind.lower()}:{spelled}"


def members(option: str, number: int) -> list[str]:
    """Return the fields of the group of one entity: two thirds of the kinds, others in each."""
    shift = number + (option == "index")
    fitting = [kind for position, kind in enumerate(GROUPED) if (position + shift) % 3]
    return [member(kind, f"{option}{number}") for kind in fitting]


def names(tokens: Iterable[str]) -> tuple[str, ...]:
    return tuple(token.partition(":")[0] for token in tokens)


def entities() -> tuple[Entity, ...]:
    """Return an entity for each row of options, and deal the fields out to them."""
    tokens = fields()
    root = projects.entity("Root", "name:str,60:unique")
    made = []
    for number, row in enumerate(ROWS):
        own = tokens[number :: len(ROWS)]
        null = "" if row["soft_delete"] else "null:on_delete=set_null:"
        references = [f"root:Root:back=roots{number}", f"more:Root:{null}back=more{number}"]
        name = f"Case{'ABCDEFGHIJKLMNOP'[number]}"
        if row["lock"]:
            references.append(f"parent:{name}:null:back=children")
        groups = {option: members(option, number) for option in ("unique", "index")}
        own += [token for group in groups.values() for token in group]
        keys = {option: (names(group),) for option, group in groups.items()}
        checks = (" or ".join(f"{field} is not null" for field in names(groups["index"])),)
        made.append(projects.entity(name, *references, *own, **row, **keys, checks=checks))
    return in_order((root, *made))


def test_all_pairs_are_there() -> None:
    declared = entities()
    validate(declared, commands.TYPES)
    recorded = {
        (said.type, key)
        for entity in declared
        for said in entity.fields
        for key in ("null", "unique", "index", "default", "server_default", "pattern", "private")
        if getattr(said, key)
    }

    for kind, key in product(KINDS, ("unique", "index", "default", "server_default", "pattern")):
        fits = key in commands.TYPES[kind].accepts
        assert ((kind, key) in recorded) == fits
    assert all((kind, key) in recorded for kind in KINDS for key in ("null", "private"))
    assert len(ROWS) < 16


@pytest.mark.parametrize("option", ["unique", "index"])
def test_each_type_is_in_a_group_with_each_option(option: str) -> None:
    found = {
        (field.type, *said)
        for entity in entities()
        for group in getattr(entity, option)
        for field in entity.fields
        if field.name in group
        for said in ((name, getattr(entity, name)) for name in OPTIONS)
    }
    fitting = {kind for kind in KINDS if commands.TYPES[kind].accepts & {"unique", "index"}}

    said = [(name, value) for name, values in OPTIONS.items() for value in values]
    assert found == {(kind, *one) for kind, one in product({*fitting, "ref"}, said)}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return projects.built_once(
        tmp_path_factory, "pairs", lambda folder: projects.migrated_project(folder, entities())
    )


@pytest.mark.parametrize("gate", gates.STATIC, ids=lambda gate: gate.__name__)
def test_every_pair(project: Path, gate: gates.Gate) -> None:
    gate(project)


def test_each_type_has_what_it_needs_in_a_group_without_others(tmp_path: Path) -> None:
    root = projects.entity("Root", "name:str,60:unique")
    made = []
    for number, (kind, repeat) in enumerate(product(GROUPED, (False, True))):
        other = kind if repeat else "smallint"
        tokens = [member(kind, f"one{number}"), member(other, f"other{number}")]
        made.append(projects.entity(f"Case{number}", *tokens, unique=(names(tokens),)))
    project = projects.project(tmp_path, [root, *made]).root

    for gate in (gates.formatted, gates.linted, gates.imported):
        gate(project)


@pytest.mark.slow
@gates.EACH_DATABASE
def test_every_pair_migrates(project: Path, servers: Servers, kind: str) -> None:
    gates.migrated(project, servers, [kind])


@pytest.mark.slow
@gates.EACH_DATABASE
def test_every_pair_passes_its_suite(project: Path, servers: Servers, kind: str) -> None:
    gates.suite_passes(project, servers, kind)


@pytest.mark.slow
@pytest.mark.database
@RANDOM
@given(drawn=graphs(circular=True))
def test_random_entities(drawn: tuple[Entity, ...], servers: Servers) -> None:
    with TemporaryDirectory() as name:
        root = Path(name, "project")
        projects.migrated_project(root, drawn)

        gates.everything(root, servers, DATABASES)
