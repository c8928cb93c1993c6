"""Fake repositories give the keys that a database would."""

from macro_modules import derived, lines, macros
from projects import entity

fake = macros("fake")

BLOG = derived(entity("Post", "title:str"), entity("User", "name:str", pk="uuid7"))


def test_keys_that_a_database_counts_are_counted() -> None:
    assert lines(fake.next_key(BLOG["Post"])) == [
        "def __init__(self, storage: FakeStorage) -> None:",
        "super().__init__(storage)",
        "self._keys = itertools.count(1)",
        "def next_key(self) -> int:",
        '"""Return the next number."""',
        "return next(self._keys)",
    ]
    assert lines(fake.imports(BLOG["Post"])) == [
        "import itertools",
        "from tests.fakes.fake_storage import FakeStorage",
    ]


def test_other_keys_are_random() -> None:
    assert "return uuid.uuid4()" in lines(fake.next_key(BLOG["User"]))
    assert lines(fake.imports(BLOG["User"])) == ["from uuid import UUID", "import uuid"]


def test_mail_addresses_are_stored_in_lower_case() -> None:
    one = derived(entity("Contact", "mail:email", "name:str"))["Contact"]
    two = derived(entity("Contact", "mail:email", "other:email:null"))["Contact"]

    assert fake.lowered(one) == 'lowered = ("mail",)'
    assert fake.lowered(two) == 'lowered = ("mail", "other")'
    assert fake.lowered(BLOG["Post"]) == ""
