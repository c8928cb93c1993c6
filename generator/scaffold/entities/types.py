"""The type table: which types a template version knows, and what each of them takes."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from types import MappingProxyType

from scaffold.errors import ScaffoldError
from scaffold.frozen import dataclass
from scaffold.untrusted import load_yaml, read_regular

MODIFIERS = frozenset({"unique", "index", "default", "server_default", "min", "max", "pattern"})
RELATIONS = frozenset({"ref", "one", "many"})
NUMBERS = frozenset({"smallint", "int", "bigint", "float", "decimal"})
TEXTS = frozenset({"str", "text", "email", "url", "slug", "enum"})
OPAQUE = frozenset({"json", "array", "bytes"})
NOT_ELEMENTS = RELATIONS | {"array", "bytes", "enum", "json"}
# Other names that the grammar takes for a type.
TYPE_ALIASES = {
    "string": "str",
    "integer": "int",
    "boolean": "bool",
    "references": "ref",
    "belongs_to": "ref",
}
# Names that people know from elsewhere, by the type that is meant.
_COMMON = {
    "str": "varchar varchar2 nvarchar char nchar character bpchar citext name inet cidr macaddr ip ulid phone password",
    "text": "longtext mediumtext tinytext clob xml html markdown tsvector",
    "int": "number int4 int32 mediumint serial identity autoincrement",
    "bigint": "long int8 int64 biginteger bigserial",
    "smallint": "smallinteger tinyint int2 int16 year smallserial short",
    "float": "double float4 float8 float64 real",
    "decimal": "money numeric currency",
    "bool": "bit",
    "time": "timetz",
    "datetime": "timestamp timestamptz datetime2 datetimeoffset instant",
    "interval": "timedelta duration",
    "uuid": "guid uniqueidentifier",
    "json": "jsonb dict map object hstore",
    "bytes": "blob bytea binary varbinary longblob file image",
    "array": "list set",
    "enum": "choice",
    "url": "uri",
}
COMMON_NAMES = {name: kind for kind, names in _COMMON.items() for name in names.split()}


@dataclass(frozen=True, slots=True)
class TypeRow:
    """What the command needs of one row; the template reads the others."""

    name: str
    args: tuple[str, ...] = ()
    given: Mapping[str, int | str] = field(default_factory=lambda: MappingProxyType({}))
    accepts: frozenset[str] = frozenset()
    element: bool = False


TypeTable = Mapping[str, TypeRow]


def type_of_name(name: str, types: TypeTable) -> str | None:
    """Return the type that a name in capitals stands for elsewhere: `String`, `Text`, `VARCHAR`."""
    lower = name.lower()
    kind = TYPE_ALIASES.get(lower) or COMMON_NAMES.get(lower) or lower
    return kind if kind in types and kind not in RELATIONS else None


def load_types(path: Path) -> TypeTable:
    """Read `types.yml`; its keys for the template are passed over."""
    import yaml  # the only user of YAML here, and slow to import

    try:
        _, document = load_yaml(read_regular(path))
    except (OSError, yaml.YAMLError) as error:
        raise ScaffoldError(f"cannot read the type table {path}", note=str(error)) from error
    return read_types(document)


def read_types(document: object) -> TypeTable:
    """Make the table from the parsed document."""
    if not isinstance(document, dict):
        raise ScaffoldError("the type table must be a mapping of type names to rows")
    return {str(name): _row(str(name), row) for name, row in document.items()}


def _row(name: str, row: object) -> TypeRow:
    if not isinstance(row, dict):
        raise ScaffoldError(f"the type `{name}` must be a mapping")
    accepts = frozenset(row.get("accepts") or ())
    if unknown := sorted(accepts - MODIFIERS):
        raise ScaffoldError(f"the type `{name}` accepts `{unknown[0]}`, which is no modifier")
    return TypeRow(
        name=name,
        args=tuple(row.get("args") or ()),
        given=MappingProxyType(dict(row.get("given") or {})),
        accepts=accepts,
        element=bool(row.get("element", name not in NOT_ELEMENTS)),
    )
