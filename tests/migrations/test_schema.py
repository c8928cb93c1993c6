"""Whatever the entities: their migrations go up, down and up, and end in the models' schema."""

import json
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from projects import Rendered, entity, migrated_project
from scaffold.entities.entity import Entity, in_order
from scaffold.schema.tables import specs
from servers import DATABASES, Servers, fresh
from strategies import graphs

CYCLE = Path(__file__).with_name("cycle.py")
SLOW = settings(
    max_examples=max(settings().max_examples // 8, 1),
    # To shrink takes minutes at this price of an example, and the example is printed anyway.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
EVERY_TYPE = entity(
    "Everything",
    "a_str:str,40:unique",
    "a_text:text:null",
    "an_int:int:min=-5:max=10:index",
    "a_bigint:bigint:min=0:server_default=1",
    "a_smallint:smallint:null",
    "a_float:float:min=0.5:server_default=1.5",
    "a_decimal:decimal,12,3:min=0:max=99.5:server_default=1.25",
    "a_bool:bool:server_default=true",
    "a_date:date:min=2020-01-01:server_default=2021-02-03",
    "a_time:time:server_default=10:20:30",
    "a_datetime:datetime:index:server_default=now",
    "an_interval:interval:null",
    "a_uuid:uuid:unique",
    "a_json:json:default={}",
    "some_bytes:bytes",
    "quoted:str:server_default=it's 100 %: :x {y} é日🙂",
    "a_choice:enum,draft,live,in-progress:server_default=live",
    "texts:array,str,50",
    "numbers:array,decimal,8,2:null",
    "an_email:email:unique",
    "a_url:url:null",
    "a_slug:slug:unique",
    "parent:Everything:null:back=children:on_delete=set_null",
    plural="everythings",
    timestamps=True,
    soft_delete=True,
    lock=True,
    unique=(("a_str", "an_int"),),
    index=(("a_date", "parent"),),
    checks=("a_float <= 5 or a_str = 'it''s: 100 %'",),
)


def migrate(made: Rendered, servers: Servers) -> None:
    """Run the migrations on each kind of database, and compare what they leave."""
    tables = len(specs(made.model))
    # MariaDB goes by two names, and SQLAlchemy treats them as two dialects.
    kinds = [*DATABASES, "mariadb"]
    with ExitStack() as stack:
        urls = [
            stack.enter_context(fresh(servers, kind, made.root)) for kind in kinds for _ in range(2)
        ]
        urls[-2:] = (url.replace("mysql+", "mariadb+") for url in urls[-2:])
        printed = made.run("sqlite+aiosqlite://", str(CYCLE), "blog", *urls)
    for kind, schemas in zip(kinds, json.loads(printed.splitlines()[-1]), strict=True):
        assert schemas["left"] == [], kind
        assert schemas["migrated"] == schemas["created"], kind
        assert len(schemas["migrated"]) == tables, kind


@pytest.mark.slow
@pytest.mark.database
@SLOW
@given(graph=graphs(circular=True))
def test_the_migrated_schema_is_the_schema_of_the_models(
    graph: tuple[Entity, ...], servers: Servers
) -> None:
    with TemporaryDirectory() as name:
        migrate(migrated_project(Path(name), graph), servers)


@pytest.mark.database
@pytest.mark.parametrize("primary_key", ["int", "uuid4", "uuid7"])
def test_every_type_migrates(servers: Servers, tmp_path: Path, primary_key: str) -> None:
    keyed = entity("Thing", "name:str", "whole:Everything", pk=primary_key)

    migrate(migrated_project(tmp_path, in_order([EVERY_TYPE, keyed])), servers)


@pytest.mark.database
def test_entities_that_refer_to_each_other_migrate(servers: Servers, tmp_path: Path) -> None:
    graph = [
        entity("Team", "name:str", "lead:User:null:back=led_teams"),
        entity("User", "name:str", "team:Team:null:back=members"),
        entity("Note", "text:text", "author:User:back=notes"),
    ]

    migrate(migrated_project(tmp_path, in_order(graph)), servers)


@pytest.mark.database
def test_columns_and_tables_with_the_names_of_sql_words_migrate(
    servers: Servers, tmp_path: Path
) -> None:
    order = entity(
        "Order",
        "group:int:index",
        "select:str,40:server_default=from",
        "total:int:column=table:unique",
        table="order",
        unique=(("group", "select"),),
    )
    line = entity("Line", "order:Order:back=lines", "position:int", table="group")

    migrate(migrated_project(tmp_path, in_order([order, line])), servers)


@pytest.mark.database
def test_checks_of_columns_with_the_names_of_sql_words_migrate(
    servers: Servers, tmp_path: Path
) -> None:
    order = entity("Order", "group:int:min=0", "select:enum,from,where")

    migrate(migrated_project(tmp_path, [order]), servers)
