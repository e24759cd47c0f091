"""Which passwords may be set, and how they are kept."""

import statistics
import time

import botocore.client
import pytest

from tests.users.conftest import PASSWORD

COMMON = [
    "password1234", "PASSWORD1234", "passwordpassword", "1234password5678", "letmeinletmein", "qwertyuiop12",
    "dragonqwerty", "asdfghjkl;'1", "1q2w3e4r5t6y", "abcdefghijkl", "poiuytrewq09", "aaaaaaaaaaaa", "121212121212",
    "jennifer2024", "trustno1trustno1", "!@#$%^password", "monkeymonkeymonkey", "michael123456",
    "ｐａｓｓｗｏｒｄ１２３４",
]  # fmt: skip
GOOD = [
    "correct horse battery",
    "lampshade-orbit-41",
    "Tr0ub4dor&3xyzq",
    "пароль из слов",
    "🦀🦀 and 🐙🐙 dance",
    " " * 3 + "nine lives!",
]
NEW = {"email": "ann@example.test", "name": "Ann"}


@pytest.mark.parametrize("password", COMMON)
def test_a_common_password_is_refused(api, post, password):
    answer = api.post("/users", {**NEW, "password": password})

    assert (answer.status, answer.code) == (422, "password_common")


@pytest.mark.parametrize("password", GOOD)
def test_any_characters_make_a_password(api, post, password):
    assert api.post("/users", {**NEW, "password": password}).status == 202


@pytest.mark.parametrize(("password", "status"), [("x7-kq9 bq2m", 422), ("x7-kq9 bq2mw", 202)])
def test_a_password_has_at_least_12_characters(api, post, password, status):
    assert api.post("/users", {**NEW, "password": password}).status == status


@pytest.mark.parametrize(("length", "status"), [(256, 202), (257, 422)])
def test_a_password_has_at_most_256_characters(api, post, length, status):
    assert api.post("/users", {**NEW, "password": ("x7-kq9 bq2mw" * 22)[:length]}).status == status


def test_characters_are_counted_after_normalisation(api, post):
    answer = api.post("/users", {**NEW, "password": "e\u0301a\u0300" * 4})

    assert (answer.status, answer.json["errors"][0]["code"]) == (422, "too_short")


def test_the_same_characters_typed_another_way_are_the_same_password(person):
    someone = person()
    someone.registers(password="cafe\u0301 au lait noir")
    someone.confirms()

    assert someone.logs_in("café au lait noir").status == 201


def test_the_list_has_ten_thousand_passwords():
    from chalicelib.accounts.common_passwords import _listed

    assert len(_listed()) >= 10_000


def test_hashes_are_argon2id_at_the_recommended_figures():
    from chalicelib.accounts import passwords

    assert passwords.hashed(PASSWORD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.hashed(PASSWORD) != passwords.hashed(PASSWORD)


TIMES = 200


@pytest.fixture
def worked(monkeypatch):
    """`worked(what)`: the seconds that the service itself works for it, whatever else runs on the machine.

    That is processor time, but for the table's stand-in; calls to the table are compared one by one elsewhere. Hashes
    have 4 MiB, so that hundreds can be timed, and there are no limits on who asks so often.
    """
    from chalicelib import config
    from chalicelib.accounts import passwords
    from chalicelib.limits import domain

    call, elsewhere = botocore.client.BaseClient._make_api_call, []

    def timed(*given):
        started = time.process_time()
        try:
            return call(*given)
        finally:
            elsewhere.append(time.process_time() - started)

    def measure(what):
        elsewhere.clear()
        started = time.process_time()
        what()
        return time.process_time() - started - sum(elsewhere)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", timed)
    monkeypatch.setattr(passwords, "_MEMORY_KIB", 4096)
    monkeypatch.setattr(domain, "FREE_FAILURES", 10**6)
    monkeypatch.setattr(config, "LIMITS", dict.fromkeys(config.LIMITS, 10**6))
    return measure


def differ_by_hashes(worked, one, other):
    """By how many hashes of a password the work for two things differs, as medians of 200 each, tried in turn."""
    from chalicelib.accounts import passwords

    ways = (one, other, lambda: passwords.hashed(PASSWORD))
    rounds = [[worked(way) for way in ways] for _ in range(TIMES)]
    first, second, a_hash = map(statistics.median, zip(*rounds, strict=True))
    return abs(first - second) / a_hash


def test_an_unknown_user_and_a_wrong_password_take_the_same_time(worked, ann, person):
    wrong, nobody = "not the right password", person("nobody@example.test")

    assert differ_by_hashes(worked, lambda: ann.logs_in(wrong), lambda: nobody.logs_in(wrong)) < 0.25


def test_registering_a_free_and_a_taken_address_takes_the_same_time(worked, ann, person, monkeypatch):
    from common.tables import Transaction

    monkeypatch.setattr(Transaction, "commit", lambda self: None)  # the stand-in copies its tables for each

    assert differ_by_hashes(worked, person("new@example.test").registers, ann.registers) < 0.25
