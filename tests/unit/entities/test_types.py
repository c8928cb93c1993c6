from pathlib import Path

import pytest

import strategies
from scaffold.entities.types import load_types, read_types
from scaffold.errors import ScaffoldError


def test_a_row_holds_what_the_command_needs() -> None:
    types = read_types(
        {
            "str": {
                "args": ["length"],
                "given": {"length": 255},
                "accepts": ["unique"],
                "column": "String",
            }
        }
    )

    assert types["str"].name == "str"
    assert types["str"].args == ("length",)
    assert types["str"].given == {"length": 255}
    assert types["str"].accepts == {"unique"}
    assert types["str"].element


def test_the_row_may_say_that_no_array_holds_it() -> None:
    types = read_types({"blob": {"element": False}, "json": {"element": True}, "bytes": {}})

    assert not types["blob"].element
    assert types["json"].element
    assert not types["bytes"].element


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "must be a mapping of type names"),
        ({"str": "varchar"}, "the type `str` must be a mapping"),
        ({"str": {"accepts": ["shiny"]}}, "the type `str` accepts `shiny`"),
    ],
)
def test_a_broken_table_is_refused(document: object, message: str) -> None:
    with pytest.raises(ScaffoldError, match=message):
        read_types(document)


def test_a_missing_or_broken_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "types.yml").write_text("a: [")

    for name in ("types.yml", "none.yml"):
        with pytest.raises(ScaffoldError, match="cannot read the type table"):
            load_types(tmp_path / name)


def test_the_template_has_every_type_of_the_grammar() -> None:
    expected = """
    str text int bigint smallint float decimal bool date time datetime interval uuid json bytes enum
    array email url slug ref one many
    """

    assert set(expected.split()) == set(strategies.TYPES)
