"""How much one source address may do in ten minutes."""

import pytest

from tests.users.conftest import PASSWORD, stored

FEW = 3
STARTS = {
    "registration": ("/users", {"email": "ann@example.test", "password": PASSWORD, "name": "Ann"}),
    "reset": ("/password-resets", {"email": "ann@example.test"}),
    "guest": ("/sessions/guest", {}),
}


@pytest.fixture(params=STARTS)
def start(request, api, post, monkeypatch):
    """Does one of the limited things, `start("203.0.113.7")`; a source may do it three times."""
    from chalicelib import config

    path, body = STARTS[request.param]
    monkeypatch.setitem(config.LIMITS, request.param, FEW)
    return lambda source="203.0.113.7": from_address(api, source, path, body)


def from_address(api, source, path, body, **headers):
    """As the edge passes it on."""
    return api.post(path, body, X_Forwarded_For=source, X_Edge_Secret="edge-secret", **headers)


def starts(start, times, source="203.0.113.7"):
    return [start(source).status for _ in range(times)]


def test_a_source_that_has_done_it_often_enough_is_refused_and_told_when_to_come_back(start, shop_clock):
    assert all(status < 300 for status in starts(start, FEW))
    shop_clock.forward(200)
    refused = start()

    assert (refused.status, refused.code, refused.headers["Retry-After"]) == (429, "rate_limited", "400")


def test_other_sources_are_served(start):
    starts(start, FEW + 1)

    assert start("203.0.113.8").status < 300


def test_ten_minutes_after_the_first_it_begins_anew(start, shop_clock):
    starts(start, FEW + 1)
    shop_clock.forward(599)
    assert start().status == 429
    shop_clock.forward(1)

    assert [status < 300 for status in starts(start, FEW + 1)] == [True] * FEW + [False]


def test_what_is_refused_is_not_done_and_costs_no_call(start, calls):
    starts(start, FEW + 1)
    before = len(stored())
    calls.clear()

    assert start().status == 429
    assert calls.made == []
    assert len(stored()) == before


def test_another_process_refuses_the_source_too(start, calls):
    from chalicelib.limits import sources

    starts(start, FEW + 1)
    sources.forget()
    calls.clear()

    assert start().status == 429
    assert calls.dynamodb == ["TransactWriteItems"]


def test_doing_it_costs_one_call_with_its_count(start, calls):
    starts(start, 1)

    assert calls.dynamodb == ["TransactWriteItems"]


def test_a_clock_that_was_turned_back_refuses_nobody(start, shop_clock):
    shop_clock.forward(3600)
    starts(start, FEW + 1)
    shop_clock.forward(-3600)

    assert start().status < 300


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
    ],
)
def test_a_source_is_an_ipv4_address_or_an_ipv6_network(start, first, second, same):
    starts(start, FEW, first)

    assert (start(second).status == 429) is same


def test_no_source_address_is_stored(start):
    start("203.0.113.7")

    assert "203.0.113" not in str(stored())


def test_a_source_may_do_a_hundred_by_default():
    from chalicelib import config

    assert set(config.LIMITS.values()) == {100}


def test_one_kind_is_counted_apart_from_another(api, post, monkeypatch):
    from chalicelib import config

    monkeypatch.setitem(config.LIMITS, "guest", 1)
    guests = [from_address(api, "203.0.113.7", *STARTS["guest"]).status for _ in range(2)]

    assert guests == [201, 429]
    assert from_address(api, "203.0.113.7", *STARTS["reset"]).status == 202


def test_logging_in_is_not_limited_by_the_source(ann, monkeypatch):
    from chalicelib import config

    for kind in config.LIMITS:
        monkeypatch.setitem(config.LIMITS, kind, 1)

    assert {ann.logs_in().status for _ in range(5)} == {201}
