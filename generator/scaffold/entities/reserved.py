"""Names that a generated project cannot give to an entity or a field, and why.

Each group is a reason and its words. A word added here is refused from then on, with a suggestion;
nothing else needs to change. Static, so that every Python version refuses the same names.
"""

from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


KEYWORDS = _words(
    """
    and as assert async await break class continue def del elif else except finally for from global
    if import in is lambda nonlocal not or pass raise return try while with yield
    """,
)
SOFT_KEYWORDS = frozenset({"case", "match", "type"})


def _by_word(groups: Mapping[str, str]) -> dict[str, str]:
    return {word: reason for reason, words in groups.items() for word in words.split()}


# Fields, and the names that references and back references put beside them.
FIELD_NAMES = {
    **dict.fromkeys(KEYWORDS, "it is a keyword of Python"),
    **dict.fromkeys(SOFT_KEYWORDS, "it is a soft keyword of Python"),
    **_by_word(
        {
            "every entity has it": "id",
            "every class of Python has a method of that name": "mro",
            "SQLAlchemy's declarative classes use it": "metadata query registry type_annotation_map",
            "pydantic's models use it": """
                construct copy dict from_orm json model_computed_fields model_config model_construct
                model_copy model_dump model_dump_json model_extra model_fields model_fields_set
                model_json_schema model_parametrized_name model_post_init model_rebuild
                model_validate model_validate_json model_validate_strings parse_file parse_obj
                parse_raw register schema schema_json update_forward_refs validate
            """,
            "methods of the generated classes use it": "cls self to_changes to_domain",
            "checks use it": "between false null true",
            "the annotations of the generated classes use it": """
                bool bytes classmethod dt float int list object property staticmethod str tuple
            """,
            "the bodies of the generated classes use it": """
                field mapped_column relating relationship today unset utc_now uuid4 uuid7 validates
            """,
            "the query string of a list uses it": "cursor limit offset order_by page per_page sort",
            "PostgreSQL has a system column of that name": "cmax cmin ctid tableoid xmax xmin",
            "it is too easily read as a digit": "l",
        },
    ),
}
FIELD_PREFIXES = {
    "model_dump": "pydantic protects names that begin with `model_dump`",
    "model_validate": "pydantic protects names that begin with `model_validate`",
}
BETTER_FIELD_NAMES = {
    "case": "dossier",
    "class": "category",
    "dt": "day",
    "from": "source",
    "id": "code",
    "json": "document",
    "l": "length",
    "limit": "maximum",
    "list": "items",
    "match": "game",
    "metadata": "details",
    "object": "subject",
    "page": "page_number",
    "schema": "layout",
    "sort": "position",
    "str": "text",
    "type": "kind",
}

# Entities: their classes.
CLASS_NAMES = _by_word(
    {
        "it is a builtin of Python": """
            ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup
            BlockingIOError BrokenPipeError BufferError BytesWarning ChildProcessError
            ConnectionAbortedError ConnectionError ConnectionRefusedError ConnectionResetError
            DeprecationWarning EOFError Ellipsis EncodingWarning EnvironmentError Exception
            ExceptionGroup False FileExistsError FileNotFoundError FloatingPointError FutureWarning
            GeneratorExit IOError ImportError ImportWarning IndentationError IndexError
            InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError
            ModuleNotFoundError NameError None NotADirectoryError NotImplemented
            NotImplementedError OSError OverflowError PendingDeprecationWarning PermissionError
            ProcessLookupError PythonFinalizationError RecursionError ReferenceError
            ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration StopIteration
            SyntaxError SyntaxWarning SystemError SystemExit TabError TimeoutError True TypeError
            UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError
            UnicodeTranslateError UnicodeWarning UserWarning ValueError Warning WindowsError
            ZeroDivisionError
        """,
        "the generated code imports it from the standard library": """
            Annotated Any AsyncGenerator AsyncIterator Awaitable Callable ClassVar Collection
            Decimal Enum Final Generic Iterable Iterator Literal Mapping Never NotRequired Path
            Protocol Required Self Sequence StrEnum TypeAlias TypeVar TypedDict UUID Unpack
        """,
        "the generated code imports it from pydantic": """
            AfterValidator AliasChoices AwareDatetime BaseModel BaseSettings BeforeValidator
            ConfigDict EmailStr Field HttpUrl Json PlainSerializer SecretStr SettingsConfigDict
            StringConstraints TypeAdapter ValidationError
        """,
        "the generated code imports it from FastAPI": """
            APIRouter Body Depends FastAPI HTTPException Header JSONResponse Query Request
            RequestValidationError Response StreamingResponse
        """,
        "the generated code imports it from SQLAlchemy": """
            ARRAY AsyncConnection AsyncEngine AsyncSession BigInteger Boolean CheckConstraint
            Column Computed CursorResult Date DateTime DeclarativeBase Dialect Double Engine Float
            ForeignKey ForeignKeyConstraint Identity Index Insert Integer IntegrityError Interval
            JSON LargeBinary Mapped MetaData Numeric PrimaryKeyConstraint Result Row Select Session
            SmallInteger String Table Text Time TypeDecorator UniqueConstraint Update Uuid
        """,
        "the generated project has a class of that name": """
            After Aggregate AlreadyExists Array Attribute Base Base64 Binary Choice Clock
            Conflict Criterion Cursor Database Digits Documented DomainError Email EmailAddress
            EntityQuery EntityTable ExpectedVersion ExportQuery FakeRepository FakeStorage
            FakeUnitOfWork FilterBy Finite Fixed GetQuery Int16 Int32 Int64 InvalidCursor IsoDate JsonDocument
            KeysetQuery Limit LongText Microseconds Moment NaiveTime NdjsonResponse
            NotFound NumberedPage NumberedPageRead OffsetQuery Ordering Page PageNumber
            PageRead PageSize PrefixRouter Problem Repository Schema Service Settings ShallowJson Slug
            SoftDelete SpanOfTime SqlRepository SqlTransaction SqlUnitOfWork StrictBool StrictDecimal StrictFloat
            StrictInt16 StrictInt32 StrictInt64 TimeOfDay Timestamps
            ToMany UnitOfWork Unset Upserted Url UtcDateTime Varchar VersionConflict Versioned
            Work
        """,
        "the generated project has a constant of that name": """
            CLOCK DAY DECIMAL IDENTITY INT16 INT32 INT64 MOMENT PRESENCE REAL SAMPLES SPAN TEXT TRUTH
        """,
        "it is too easily read as a digit": "I O",
    },
)

# Entities: their modules.
MODULE_NAMES = {
    **dict.fromkeys(KEYWORDS, "its module could not be imported: that is a keyword of Python"),
    **_by_word(
        {
            "the generated project has a module of that name": """
                app base common connecting conftest criteria crud database database_url deadlines dependencies errors fakes fake_storage health limits
                migrations mixins page pages paging ports problem queries registry related relating read_only relation relations repository
                retrying samples schemas settings streaming types unit_of_work upserted values version work
            """,
            "Windows has no file of that name": """
                aux com1 com2 com3 com4 com5 com6 com7 com8 com9 con lpt1 lpt2 lpt3 lpt4 lpt5 lpt6
                lpt7 lpt8 lpt9 nul prn
            """,
            "it is too easily read as a digit": "l",
        },
    ),
}
MODULE_PREFIXES = {"test_": "pytest would take its modules for tests"}

# Plurals: attributes of the unit of work, and the first part of a route.
PLURAL_NAMES = {
    **dict.fromkeys(KEYWORDS, "it is a keyword of Python"),
    **_by_word(
        {
            "the unit of work uses it": """
                begin bind close commit commits connection flush refresh rollback savepoint self session
            """,
            "the application has a route of that name": "docs health openapi redoc",
        },
    ),
}

TABLE_NAMES = {"alembic_version": "Alembic has a table of that name"}
TABLE_PREFIXES = {"sqlite_": "SQLite keeps such names for itself"}

COLUMN_NAMES = _by_word(
    {
        "every entity has a column of that name": "id",
        "PostgreSQL has a system column of that name": "cmax cmin ctid tableoid xmax xmin",
        "MariaDB has a system column of that name": "db_roll_ptr db_row_id db_trx_id",
    },
)

# What an entity has beside its fields, by the option that gives it: attributes and columns alike.
OPTION_COLUMNS = {
    "timestamps": ("created_at", "updated_at"),
    "soft_delete": ("deleted_at", "live"),
    "lock": ("version",),
}

OPTION_WORDS = {
    "timestamps": "timestamps",
    "soft_delete": "soft deletion",
    "lock": "optimistic locking",
}

# Reserved in at least one of SQLite, PostgreSQL and MariaDB. Columns may be called so (they are
# quoted), but the text of a check would have to quote them differently on each.
SQL_WORDS = _words(
    """
    accessible add admin after all alter analyse analyze and any array as asc asensitive
    asymmetric attach authorization autoincrement before begin between bigint binary blob body
    both by call cascade case cast change char character check collate column commit condition
    conflict constraint continue convert create cross cube cume_dist current_catalog
    current_date current_role current_schema current_time current_timestamp current_user cursor
    database databases day_hour day_microsecond day_minute day_second dec decimal declare
    default deferrable deferred delayed delete dense_rank desc describe detach deterministic
    distinct distinctrow div do do_domain_ids double drop dual each else elseif elsif empty
    enclosed end escape escaped except exclusive exists exit explain fail false fetch
    first_value float float4 float8 for force foreign freeze from full fulltext function general
    generated get get_master_public_key glob goto grant group grouping groups having
    high_priority history hour_microsecond hour_minute hour_second if ignore ignore_domain_ids
    ignore_server_ids ilike immediate in index indexed infile initially inner inout insensitive
    insert instead int int1 int2 int3 int4 int8 integer intersect interval into io_after_gtids
    io_before_gtids is isnull iterate join json_table key keys kill lag last_value lateral lead
    leading leave left like limit linear lines load localtime localtimestamp lock long longblob
    longtext loop low_priority master_bind master_heartbeat_period master_ssl_verify_server_cert
    match maxvalue mediumblob mediumint mediumtext member middleint minute_microsecond
    minute_second mod modifies natural new no_write_to_binlog not notnull nth_value ntile null
    numeric of off offset old on only optimize optimizer_costs option optionally or order others
    out outer outfile over overlaps package page_checksum parallel parse_gcol_expr
    parse_vcol_expr partition percent_rank period persist persist_only placing plan position
    pragma precision primary procedure purge qualify query raise range rank read read_write
    reads real recursive ref_system_id references regexp reindex release rename repeat replace
    require resignal restrict return returning revoke right rlike role rollback row row_number
    rows rowtype schema schemas second_microsecond select sensitive separator session_user set
    show signal similar slow smallint some spatial specific sql sql_after_gtids sql_before_gtids
    sql_big_result sql_calc_found_rows sql_small_result sqlexception sqlstate sqlwarning ssl
    starting stats_auto_recalc stats_persistent stats_sample_pages stored straight_join
    symmetric system system_time table temp temporary terminated then tinyblob tinyint tinytext
    to trailing transaction trigger true undo union unique unlock unsigned update usage use user
    using utc_date utc_time utc_timestamp vacuum values varbinary varchar varcharacter variadic
    varying verbose versioning view virtual when where while window with without write xor
    year_month zerofill
    """,
)
