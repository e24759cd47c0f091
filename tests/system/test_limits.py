"""A shop with its usual limits: one source address does not do everything, and nobody guesses passwords for long."""

import itertools
from collections import Counter

import pytest

from tests.support.running_shop import running
from tests.system.web import Web, all_at_once

WRONG = "not the right password"
FREE = 5
addresses = itertools.count(10)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with running(tmp_path_factory.mktemp("limited"), limited=True) as shop:
        yield shop


@pytest.fixture
def ann(shop):
    return shop.account()


@pytest.fixture
def web(shop):
    """From an address that no other test has."""
    return Web(shop.ports.url("edge"), source=f"127.0.0.{next(addresses)}")


def guesses(web, login, times, password=WRONG, **headers):
    return [web.post("/sessions", {**login, "password": password}, **headers) for _ in range(times)]


def statuses(answers):
    return [answer.status for answer in answers]


def test_a_hundred_guests_come_from_one_address_and_then_from_others(web):
    answers = [web.post("/sessions/guest", {}) for _ in range(101)]

    assert statuses(answers) == [201] * 100 + [429]
    assert 500 < int(answers[-1].headers["Retry-After"]) <= 600
    assert Web(web.origin, source="127.0.0.201").post("/sessions/guest", {}).status == 201


def test_of_guests_who_come_at_once_no_more_than_a_hundred_are_let_in(web):
    answers = [one for _ in range(5) for one in all_at_once([lambda: web.post("/sessions/guest", {})] * 24)]

    assert Counter(statuses(answers)) == {201: 100, 429: 20}


def test_the_waits_grow_with_every_guess(shop, web, ann):
    assert statuses(guesses(web, ann, FREE)) == [401] * FREE
    first = int(guesses(web, ann, 1)[0].headers["Retry-After"])
    with shop.clock_moved("+31s"):
        assert statuses(guesses(web, ann, 2)) == [401, 429]
        second = int(guesses(web, ann, 1)[0].headers["Retry-After"])

    assert 20 < first <= 30 < second <= 60


def test_strangers_lock_out_neither_a_known_device_nor_a_live_session(web, ann):
    mine = web.post("/sessions", ann).json
    strangers = Web(web.origin, source="127.0.0.202")
    guesses(strangers, ann, FREE)

    assert statuses(guesses(strangers, ann, 1, ann["password"])) == [429]
    assert statuses(guesses(web, ann, 1, ann["password"], Device_Token=mine["device_token"])) == [201]
    assert web.post("/sessions/refresh", {"refresh_token": mine["refresh_token"]}).status == 200


@pytest.mark.parametrize("at_once", [12, 40])
def test_of_guesses_made_at_once_only_the_free_ones_learn_that_they_are_wrong(web, ann, at_once):
    answers = all_at_once([lambda: guesses(web, ann, 1)[0]] * at_once)

    assert Counter(statuses(answers)) == {401: FREE, 429: at_once - FREE}
    assert {answer.headers.get("Retry-After") is not None for answer in answers if answer.status == 429} == {True}


def test_a_right_guess_among_many_wrong_ones_is_told_within_the_budget_only(web, ann):
    """Where it is among the first, a log-in forgets the wrong ones before it, and as many again are free."""
    for _ in range(3):
        *wrong, right = all_at_once([lambda p=p: guesses(web, ann, 1, p)[0] for p in [WRONG] * 15 + [ann["password"]]])

        assert right.status in (201, 429)
        assert statuses(wrong).count(401) <= FREE * (2 if right.status == 201 else 1)
