"""Guessing passwords: growing waits for strangers, none for the owner."""

import pytest

from tests.users.conftest import PASSWORD, stored

WRONG = "not the right password"
FREE = 5
DAY = 24 * 3600


def guess(person, times=1, password=WRONG, source="203.0.113.7", **headers):
    sent = {"X_Forwarded_For": source, "X_Edge_Secret": "edge-secret", **headers}
    return [person.logs_in(password, **sent) for _ in range(times)]


def statuses(answers):
    return [answer.status for answer in answers]


@pytest.fixture
def hashes(monkeypatch):
    """One entry for each password that was hashed to compare it."""
    from chalicelib.accounts import passwords

    made, verify = [], passwords.verify
    monkeypatch.setattr(passwords, "verify", lambda *given: made.append(1) or verify(*given))
    return made


def test_five_wrong_passwords_are_free(ann):
    assert statuses(guess(ann, FREE)) == [401] * FREE
    (refused,) = guess(ann)

    assert (refused.status, refused.code, refused.headers["Retry-After"]) == (429, "rate_limited", "30")


def test_the_waits_double_up_to_a_quarter_of_an_hour(ann, shop_clock):
    guess(ann, FREE)
    waits = []
    for _ in range(8):
        waits.append(int(guess(ann)[0].headers["Retry-After"]))
        shop_clock.forward(waits[-1] - 1)
        assert guess(ann)[0].headers["Retry-After"] == "1"
        shop_clock.forward(1)
        assert statuses(guess(ann, 2)) == [401, 429]

    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


def test_the_right_password_has_to_wait_too(ann, shop_clock):
    guess(ann, FREE)

    assert statuses(guess(ann, password=PASSWORD)) == [429]
    shop_clock.forward(30)
    assert statuses(guess(ann, password=PASSWORD)) == [201]


def test_a_guess_that_has_to_wait_is_not_hashed_and_writes_nothing(ann, hashes, calls):
    guess(ann, FREE)
    hashes.clear()
    calls.clear()
    guess(ann, 3)

    assert hashes == []
    assert calls.dynamodb == ["BatchGetItem"] * 3


def test_logging_in_forgets_the_failures(ann):
    guess(ann, FREE - 1)
    guess(ann, password=PASSWORD)

    assert statuses(guess(ann, FREE + 1)) == [401] * FREE + [429]


def test_failures_are_forgotten_after_a_day(ann, shop_clock):
    guess(ann, FREE)
    shop_clock.forward(DAY)

    assert statuses(guess(ann, FREE + 1)) == [401] * FREE + [429]


def test_a_clock_that_was_turned_back_locks_nobody_out(ann, shop_clock):
    shop_clock.forward(DAY)
    guess(ann, FREE)
    shop_clock.forward(-DAY)

    assert statuses(guess(ann)) == [401]


def test_an_unknown_address_is_treated_the_same(ann, person, calls, hashes):
    nobody = person("nobody@example.test")
    seen = []
    for someone in (ann, nobody):
        calls.clear()
        hashes.clear()
        answers = guess(someone, FREE + 1, source=f"203.0.113.{len(seen)}")
        bodies = [{**answer.json, "request_id": ""} for answer in answers]
        seen.append((statuses(answers), bodies, calls.dynamodb.copy(), len(hashes)))

    assert seen[0] == seen[1]
    assert statuses(guess(nobody, source="203.0.113.9")) == [429]


def test_a_failure_costs_a_read_and_an_update_for_each_counter(ann, calls):
    calls.clear()
    guess(ann)

    assert calls.dynamodb == ["BatchGetItem", "UpdateItem", "UpdateItem"]


def test_a_device_that_has_logged_in_before_is_not_locked_out_by_strangers(ann):
    known = ann.logs_in().json["device_token"]
    guess(ann, FREE)

    assert statuses(guess(ann)) == [429]
    assert statuses(guess(ann, password=PASSWORD, Device_Token=known)) == [201]


def test_a_known_device_has_five_failures_of_its_own(ann):
    known = ann.logs_in().json["device_token"]

    assert statuses(guess(ann, FREE + 1, Device_Token=known)) == [401] * FREE + [429]
    assert statuses(guess(ann)) == [401]


def test_a_failure_of_a_known_device_costs_a_read_and_an_update(ann, calls):
    known = ann.logs_in().json["device_token"]
    calls.clear()
    guess(ann, Device_Token=known)

    assert calls.dynamodb == ["BatchGetItem", "UpdateItem"]


def test_a_device_of_another_account_is_unknown(ann, person):
    eve = person("eve@example.test")
    eve.registers()
    eve.confirms()
    hers = eve.logs_in().json["device_token"]
    guess(ann, FREE)

    assert statuses(guess(ann, password=PASSWORD, Device_Token=hers)) == [429]


@pytest.mark.parametrize(
    "made_up", ["x", "dev_" + "0" * 26, "dev_" + "0" * 26 + ".AAAAAAAAAAAAAAAAAAAAAA", "é", "." * 99]
)
def test_a_made_up_device_is_unknown(ann, made_up):
    guess(ann, FREE)

    assert statuses(guess(ann, password=PASSWORD, Device_Token=made_up)) == [429]


def test_a_live_session_goes_on_while_strangers_guess(ann, api):
    pair = ann.logs_in().json
    guess(ann, FREE + 1)

    assert api.get("/users/me", token=pair["access_token"]).status == 200
    assert api.post("/sessions/refresh", {"refresh_token": pair["refresh_token"]}).status == 200


def test_strangers_do_not_lock_other_accounts(ann, person):
    guess(ann, FREE + 1)
    eve = person("eve@example.test")
    eve.registers()
    eve.confirms()

    assert statuses(guess(eve, password=PASSWORD)) == [201]


@pytest.fixture
def few(monkeypatch):
    """Seven wrong passwords in ten minutes are free for a source address."""
    from chalicelib import config

    monkeypatch.setitem(config.LIMITS, "login_failure", 7)


def spray(person, times, **options):
    """One guess at each of many accounts."""
    return [guess(person(f"user{number}@example.test"), **options)[0] for number in range(times)]


def test_failures_at_many_accounts_are_counted_for_their_source(ann, person, few, shop_clock):
    assert statuses(spray(person, 9)) == [401] * 7 + [429] * 2
    refused = guess(ann, password=PASSWORD)[0]

    assert (refused.status, refused.headers["Retry-After"]) == (429, "30")
    shop_clock.forward(30)
    assert statuses(guess(ann, password=PASSWORD)) == [201]
    assert statuses(spray(person, 2)) == [401, 429]
    assert guess(ann)[0].headers["Retry-After"] == "60"


def test_another_source_and_a_known_device_are_served(ann, person, few):
    known = ann.logs_in().json["device_token"]
    spray(person, 7)

    assert statuses(guess(ann, password=PASSWORD)) == [429]
    assert statuses(guess(ann, password=PASSWORD, source="203.0.113.8")) == [201]
    assert statuses(guess(ann, password=PASSWORD, Device_Token=known)) == [201]


def test_few_failures_of_a_source_are_forgotten_after_ten_minutes(ann, person, few, shop_clock):
    spray(person, 6)
    shop_clock.forward(600)

    assert statuses(spray(person, 8)) == [401] * 7 + [429]


def test_logging_in_does_not_forget_the_failures_of_the_source(ann, person, few):
    spray(person, 6)
    guess(ann, password=PASSWORD)

    assert statuses(spray(person, 2)) == [401, 429]


def test_a_source_that_was_just_refused_costs_nothing(ann, person, few, calls, hashes):
    spray(person, 8)
    calls.clear()
    hashes.clear()
    spray(person, 3)

    assert (calls.made, hashes) == ([], [])


def test_a_wrong_password_that_others_overtook_learns_nothing(ann, meanwhile):
    meanwhile(lambda: guess(ann, FREE))

    assert statuses(guess(ann)) == [429]


def test_a_right_password_that_others_overtook_learns_nothing(ann, meanwhile):
    meanwhile(lambda: guess(ann, FREE))

    assert statuses(guess(ann, password=PASSWORD)) == [429]
    assert not [item for item in stored() if item["sk"]["S"].startswith("SESS#")]


def test_a_right_password_that_may_not_log_in_learns_it_within_the_budget_only(person, meanwhile):
    someone = person()
    someone.registers()
    meanwhile(lambda: guess(someone, FREE))

    assert statuses(guess(someone, password=PASSWORD)) == [429]


def test_a_right_password_whose_source_others_used_up_learns_nothing(ann, person, few, meanwhile):
    meanwhile(lambda: spray(person, 7))

    assert statuses(guess(ann, password=PASSWORD)) == [429]


def test_no_source_address_is_stored(ann):
    guess(ann)

    assert "203.0.113" not in str(stored())
