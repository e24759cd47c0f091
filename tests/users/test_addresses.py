"""The address book: exactly one default while there is any address, at most fifty, and nobody else's."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.ids import new_id
from tests.users.conftest import stored

PATH = "/users/me/addresses"
HOME = {
    "name": "Ann Example",
    "line1": "Hidden Lane 7",
    "line2": None,
    "city": "Berlin",
    "region": None,
    "postal_code": "10115",
    "country": "DE",
    "phone": "+49 30 901820",
}


class AddressBook:
    """Somebody's addresses; every call gives the service's answer."""

    def __init__(self, api: Any, token: str) -> None:
        self.api, self.token = api, token

    def add(self, **fields: Any) -> Any:
        return self.api.post(PATH, HOME | fields, token=self.token)

    def added(self, **fields: Any) -> str:
        answer = self.add(**fields)
        assert answer.status == 201, answer
        return str(answer.json["id"])

    def read(self, address_id: str, **headers: str) -> Any:
        return self.api.get(f"{PATH}/{address_id}", token=self.token, **headers)

    def put(self, address_id: str, headers: Any = None, **fields: Any) -> Any:
        return self.api.put(f"{PATH}/{address_id}", HOME | fields, token=self.token, **(headers or {}))

    def remove(self, address_id: str, **headers: str) -> Any:
        return self.api.delete(f"{PATH}/{address_id}", token=self.token, **headers)

    def page(self, query: str = "limit=100") -> Any:
        return self.api.get(f"{PATH}?{query}", token=self.token)

    def ids(self) -> list[str]:
        return [one["id"] for one in self.page().json["items"]]

    def defaults(self) -> list[str]:
        return [one["id"] for one in self.page().json["items"] if one["is_default"]]


@pytest.fixture
def book(api, signed_in):
    return AddressBook(api, signed_in("ann@example.test"))


@pytest.fixture
def bobs_book(api, signed_in):
    return AddressBook(api, signed_in("bob@example.test"))


def test_an_address_is_read_as_it_was_added(book):
    added = book.add()

    assert added.status == 201
    assert added.json == HOME | {"id": added.json["id"], "is_default": True, "version": 1}
    assert added.headers["Location"] == f"{PATH}/{added.json['id']}"
    assert book.read(added.json["id"]).json == added.json
    assert book.page().json == {"items": [added.json], "next_cursor": None}


def test_the_first_is_the_default_and_later_ones_when_they_ask_for_it(book):
    first, second = book.added(is_default=False), book.added(is_default=False)
    assert book.defaults() == [first]

    third = book.added(is_default=True)
    assert book.defaults() == [third]
    assert book.put(second, is_default=True).json["is_default"]
    assert book.defaults() == [second]


def test_the_default_stays_it_until_another_becomes_it(book):
    only = book.added()

    assert book.put(only, city="Hamburg", is_default=False).json["is_default"]
    assert book.defaults() == [only]


def test_without_the_default_the_newest_that_is_left_is_it(book):
    first, second, third = book.added(), book.added(), book.added()

    assert book.remove(first).status == 204
    assert book.defaults() == [third]
    assert [book.remove(one).status for one in (second, third)] == [204, 204]
    assert (book.ids(), book.remove(third).status) == ([], 404)
    assert book.defaults() == []
    assert book.add().json["is_default"]


def test_a_change_replaces_all_of_it(book):
    one = book.added(line2="Back yard", region="Land", phone="030/123")
    changed = book.put(one, line1="Broad Street 1", phone="")

    assert changed.json == HOME | {
        "id": one,
        "line1": "Broad Street 1",
        "phone": None,
        "is_default": True,
        "version": 2,
    }
    assert book.read(one).json == changed.json


def test_a_version_that_is_no_longer_the_current_one_changes_nothing(book):
    one = book.added()
    stale = {"If_Match": '"1"'}

    assert book.put(one, stale, city="Hamburg").status == 200
    assert (book.put(one, stale, city="Bonn").status, book.remove(one, **stale).code) == (412, "version_mismatch")
    assert book.read(one).json["city"] == "Hamburg"
    assert book.remove(one, If_Match='"2"').status == 204


def test_an_etag_is_another_once_the_default_is_another(book):
    first, second = book.added(), book.added()
    tag = book.read(first).headers["ETag"]
    assert book.read(first, If_None_Match=tag).status == 304

    book.put(second, is_default=True)
    assert book.read(first, If_None_Match=tag).json["is_default"] is False
    tag = book.read(first).headers["ETag"]
    book.remove(second)
    assert book.read(first, If_None_Match=tag).json["is_default"] is True


def test_at_most_fifty(book):
    ids = [book.added() for _ in range(50)]

    refused = book.add()
    assert (refused.status, refused.code, refused.json["errors"][0]["code"]) == (422, "limit_reached", "limit_reached")
    assert book.ids() == ids[::-1]
    book.remove(ids[7])
    assert [book.add().status, book.add().status] == [201, 422]


def test_pages_are_newest_first_and_shift_with_nothing_that_is_added(book):
    ids = [book.added() for _ in range(5)]
    first = book.page("limit=2").json
    book.added()
    second = book.page(f"limit=2&cursor={first['next_cursor']}").json
    last = book.page(f"limit=2&cursor={second['next_cursor']}").json

    shown = [one["id"] for page in (first, second, last) for one in page["items"]]
    assert (shown, last["next_cursor"]) == (ids[::-1], None)


def test_a_cursor_is_good_for_its_owner_only(book, bobs_book):
    book.added(), book.added()
    cursor = book.page("limit=1").json["next_cursor"]

    assert bobs_book.page(f"cursor={cursor}").code == "cursor_invalid"
    assert book.page(f"cursor={cursor}x").code == "cursor_invalid"
    assert [book.page(f"limit={limit}").status for limit in ("0", "101", "x")] == [422, 422, 422]


def test_anothers_address_is_like_none(book, bobs_book):
    address = book.added()
    told = []
    for one in (address, "adr_none"):
        answers = bobs_book.read(one), bobs_book.put(one), bobs_book.remove(one)
        told.append([(answer.status, answer.json | {"request_id": None}) for answer in answers])

    assert told[0] == told[1]
    assert {status for status, _ in told[0]} == {404}
    assert book.read(address).json["version"] == 1


BAD = {
    "name": ["", " ", " Ann", "Ann\nBcc: x", "Ann\u2028x", "x" * 201, None, 7, ["Ann"]],
    "line1": ["", "a\tb", "x" * 201, None],
    "line2": ["a\rb", "x" * 201, 7],
    "city": ["", None],
    "region": ["\x00", "x" * 201],
    "postal_code": ["", "1" * 21, 10115, None],
    "country": ["de", "DEU", "Germany", "D\n", "", None],
    "phone": ["call me", "1", "+" * 12, "+49 30\n1", "1" * 41, "<script>", 30],
    "is_default": ["true", 1, None],
}


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in BAD.items() for value in values])
def test_a_bad_field_is_named(api, book, field, value):
    refused = book.add(**{field: value})

    assert (refused.status, refused.code) == (422, "validation_failed")
    assert [error["field"] for error in refused.json["errors"]] == [field]


def test_every_missing_and_unknown_field_is_named(api, book):
    refused = api.post(PATH, {"id": "adr_mine", "user_id": "usr_other"}, token=book.token)
    named = {(error["field"], error["code"]) for error in refused.json["errors"]}

    assert refused.code == "unknown_field"
    assert named == {("id", "unknown_field"), ("user_id", "unknown_field")} | {
        (name, "missing") for name in ("name", "line1", "city", "postal_code", "country")
    }


def test_text_of_any_language_is_an_address(book):
    fields = {"name": "李小龍", "line1": "Øster Allé 5, 2. tv", "city": "كوبنهاغن", "phone": "(030) 12-34.5/6"}

    assert book.add(**fields).json.items() >= fields.items()


def test_a_session_that_has_ended_changes_nothing(api, book):
    address = book.added()
    assert api.delete("/sessions", token=book.token).status == 204

    refused = [book.add(), book.put(address), book.remove(address)]
    assert {(answer.status, answer.code) for answer in refused} == {(401, "token_invalid")}


def test_what_an_address_costs(api, book, calls):
    """Changes ask whether the session is alive, read the book once and write once."""
    made = ["GetItem", "Query", "TransactWriteItems"]
    address = book.added()
    assert calls.dynamodb == made
    for call, expected in [
        (lambda: book.put(address, is_default=True), made),
        (lambda: book.read(address), ["Query"]),
        (lambda: book.page(), ["Query"]),
        (lambda: book.remove(address), made),
    ]:
        calls.clear()
        call()
        assert calls.dynamodb == expected


places = st.integers(0, 5)
steps = st.one_of(
    st.tuples(st.just("add"), st.booleans()),
    st.tuples(st.just("put"), places, st.booleans()),
    st.tuples(st.just("remove"), places),
)


class Expected:
    """What a book should hold: its addresses, oldest first, and which of them is the default."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.default: list[str] = []

    def follow(self, book: AddressBook, verb: str, *args: Any) -> None:
        if verb == "add":
            self.ids.append(book.added(is_default=args[0]))
            self.default = self.ids[-1:] if args[0] or not self.default else self.default
        elif args[0] < len(self.ids):
            getattr(self, verb)(book, self.ids[args[0]], *args[1:])

    def put(self, book: AddressBook, one: str, default: bool) -> None:
        assert book.put(one, is_default=default).status == 200
        self.default = [one] if default else self.default

    def remove(self, book: AddressBook, one: str) -> None:
        assert book.remove(one).status == 204
        self.ids.remove(one)
        self.default = self.ids[-1:] if self.default == [one] else self.default


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(done=st.lists(steps, min_size=3, max_size=12))
def test_whatever_is_done_one_is_the_default_and_the_count_is_right(api, signed_in, done):
    book, expected = AddressBook(api, signed_in(f"{new_id('ann')}@example.test")), Expected()
    for step in done:
        expected.follow(book, *step)
        shown = {one["id"]: one["is_default"] for one in book.page().json["items"]}
        assert list(shown) == expected.ids[::-1]
        assert [one for one, is_default in shown.items() if is_default] == expected.default

    user_id = api.get("/users/me", token=book.token).json["id"]
    (profile,) = [one for one in stored() if (one["pk"]["S"], one["sk"]["S"]) == (f"USER#{user_id}", "PROFILE")]
    assert int(profile.get("address_count", {"N": "0"})["N"]) == len(expected.ids)
