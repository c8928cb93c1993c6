"""What people write into the files of an entity: use cases, endpoints, an error, a schema, a query."""

from pathlib import Path

ENTITIES = (
    ("Venue", "name:str,80"),
    (
        *("Event", "title:str,200", "starts_at:datetime", "kind:enum,talk,party", "venue:Venue"),
        *("--index", "title,starts_at"),
    ),
)
# By the file: lines of the render, each with what a person made of it. An empty one is the end.
EDITS: dict[str, dict[str, str]] = {
    "src/shop/domain/event.py": {
        "": '''
    @property
    def is_party(self) -> bool:
        """Tell whether there is music."""
        return self.kind is EventKind.PARTY

    def ends_at(self, length: dt.timedelta) -> dt.datetime:
        """Return when it is over."""
        return self.starts_at + length
''',
    },
    "src/shop/domain/errors.py": {
        "": '''

class AlreadyStarted(DomainError):
    """It is too late for a change."""

    code = "already_started"

    def __init__(self, title: str) -> None:
        super().__init__(f"{title} has started")
''',
    },
    "src/shop/services/event.py": {
        "from collections.abc import": "import datetime as dt\nfrom collections.abc import",
        "from shop.domain.event import Event, EventChanges, NewEvent\n": """\
from shop.domain.errors import AlreadyStarted
from shop.domain.event import Event, EventChanges, EventFields, EventKind, NewEvent
""",
        "": '''
    async def parties(self) -> list[Event]:
        """Return the parties."""
        return [each async for each in self.export(EventFields.kind.eq(EventKind.PARTY))]

    async def reschedule(self, key: int, starts_at: dt.datetime) -> Event:
        """Move an event that has not begun."""
        event = await self._work.events.get(key)
        if event.starts_at < dt.datetime.now(dt.UTC):
            raise AlreadyStarted(f"{Event.__name__} {event.id}")
        return await self.update(key, EventChanges(starts_at=starts_at))
''',
    },
    "src/shop/api/errors.py": {
        "    AlreadyExists,\n": "    AlreadyExists,\n    AlreadyStarted,\n",
        "    NotFound: HTTPStatus.NOT_FOUND,\n": """\
    NotFound: HTTPStatus.NOT_FOUND,
    AlreadyStarted: HTTPStatus.CONFLICT,
""",
    },
    "src/shop/api/schemas/event.py": {
        "": '''    is_party: bool


class EventReschedule(Schema):
    """When an event is to be instead."""

    starts_at: Moment
''',
    },
    "src/shop/api/routes/event.py": {
        "import EventCreate, EventPatch, EventRead\n": (
            "import EventCreate, EventPatch, EventRead, EventReschedule\n"
        ),
        "before `/{key}` takes every path; no update touches them.\n": '''\
before `/{key}` takes every path; no update touches them.


@router.get("/parties")
async def list_parties(service: EventUse) -> list[EventRead]:
    """List the parties."""
    return [EventRead.model_validate(one) for one in await service.parties()]


@router.post("/{key}/schedule")
async def reschedule_event(key: Int64, payload: EventReschedule, service: EventUse) -> EventRead:
    """Move an event."""
    return EventRead.model_validate(await service.reschedule(key, payload.starts_at))
''',
    },
    "src/shop/persistence/models/event.py": {
        "from shop.domain.event import EventKind\n": (
            "from shop.domain.event import EventFields, EventKind  # noqa: F401  # for others\n"
        ),
    },
    "src/shop/persistence/repositories/event.py": {
        "from shop.domain.event import": "from sqlalchemy import func, select\n\nfrom shop.domain.event import",
        "": '''
    async def longest_title(self) -> int:
        """Return how long titles are."""
        return await self._session.scalar(select(func.max(func.length(EventRow.id)))) or 0
''',
    },
    "src/shop/services/ports/event.py": {
        "": '''
    async def longest_title(self) -> int:
        """Return how long titles are."""
        ...
''',
    },
    "tests/fakes/event.py": {
        "": '''
    async def longest_title(self) -> int:
        """Return how long titles are."""
        return max((len(str(one.id)) for one in self._stored.values()), default=0)
''',
    },
    "tests/unit/test_event.py": {
        "from shop.domain.errors import NotFound\n": """\
from shop.domain.errors import NotFound
from shop.domain.event import Event, EventFields
""",
        "": """

async def test_what_is_stored_is_found() -> None:
    work = FakeUnitOfWork()
    created: Event = await EventService(work).create(new_event(venue_id=1))

    assert await work.events.find_by(EventFields.id.eq(created.id)) == created
""",
    },
    "pyproject.toml": {
        "\ndependencies = [\n": '\ndependencies = [\n    "anyascii>=0.3",\n',
        "\ndev = [\n": '\ndev = [\n    "faker>=40",\n',
    },
}


def write_by_hand(project: Path) -> None:
    """Make the edits in a project that is called shop."""
    for path, edits in EDITS.items():
        file = project / path
        text = file.read_text(encoding="utf-8")
        for line, edited in edits.items():
            assert line in text, f"{line!r} is not in {path}"
            text = text.replace(line, edited, 1) if line else text + edited
        file.write_text(text, encoding="utf-8")


def lines_by_hand() -> set[str]:
    """Return what a person wrote, without the imports that others may be added to."""
    rendered = {line for edits in EDITS.values() for text in edits for line in text.splitlines()}
    written = {
        line.strip()
        for edits in EDITS.values()
        for text in edits.values()
        for line in text.splitlines()
    }
    return {line for line in written - rendered if not line.startswith(("from ", "import "))}
