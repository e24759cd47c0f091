"""Logging in with an account at an OpenID Connect provider."""

import json

import jwt
import pytest

from chalicelib import config
from tests.users.conftest import PASSWORD, dump, stored
from tests.users.provider import ISSUER, SETTINGS

OTHER_ISSUER = "https://login.example.test/other"
WRONG_PASSWORD = "not the right password"


@pytest.fixture
def comes(provider, exchange):
    """`comes(sub="bob", email=…)` logs in at the provider, and then here."""

    def log_in(**claims):
        return exchange(provider.id_token(**claims))

    return log_in


def user_id(answer):
    assert answer.status == 201, answer
    return answer.json["user"]["id"]


def events_published(post):
    records = [one["dynamodb"]["NewImage"] for one in post.relay()]
    return [json.loads(one["event"]["S"]) for one in records if "event" in one]


# The first time


def test_the_first_log_in_makes_an_account(comes, api):
    answer = comes()
    user = answer.json["user"]

    assert answer.status == 201
    assert answer.json.keys() >= {"access_token", "refresh_token", "device_token"}
    assert (user["email"], user["email_verified"], user["name"]) == ("ann@example.test", True, "Ann Example")
    assert (user["role"], user["version"]) == ("customer", 1)
    assert api.get("/users/me", token=answer.json["access_token"]).json == user


def test_an_account_that_begins_is_an_event(comes, post):
    begun = user_id(comes())
    (event,) = [one for one in events_published(post) if one["type"] == "user.registered"]

    assert event["data"] == {"user_id": begun}


def test_nothing_of_the_token_is_stored(provider, exchange):
    token = provider.id_token()
    exchange(token)

    assert token not in dump()
    assert not any(part in dump() for part in token.split("."))


def test_the_name_is_the_address_without_its_domain_where_the_provider_tells_none(comes):
    assert comes(name=None).json["user"]["name"] == "ann"
    assert comes(sub="2", email="bob@example.test", name="two\nlines").json["user"]["name"] == "bob"


@pytest.mark.parametrize("email", [None, "", "no address", "ann@example.test\r\nBcc: x@example.test", 7, ["a@b.test"]])
def test_without_a_usable_address_there_is_no_account(comes, email):
    answer = comes(email=email)

    assert (answer.status, answer.code) == (422, "email_missing")
    assert "EXT#" not in dump()


def test_a_providers_own_names_for_claims_can_be_configured(provider, configured, exchange):
    configured(provider, claims={"email": "mail", "email_verified": "https://shop/verified", "name": "nick"})
    token = provider.id_token(mail="bob@example.test", nick="Bob", email=None, **{"https://shop/verified": "true"})
    user = exchange(token).json["user"]

    assert (user["email"], user["email_verified"], user["name"]) == ("bob@example.test", True, "Bob")


def test_new_accounts_are_counted_for_their_source_address_and_known_ones_are_not(comes, monkeypatch):
    monkeypatch.setitem(config.LIMITS, "registration", 1)

    assert comes().status == 201
    refused = comes(sub="2", email="bob@example.test")
    assert (refused.status, refused.code) == (429, "rate_limited")
    assert int(refused.headers["Retry-After"]) > 0
    assert comes().status == 201


# Coming again


def test_the_same_person_gets_the_same_account_again(comes):
    assert user_id(comes()) == user_id(comes())


def test_issuer_and_subject_together_are_a_person(provider, configured, comes, exchange):
    first = user_id(comes(email_verified=False))
    assert user_id(comes(sub="somebody-else", email_verified=False)) != first
    configured(provider, issuer=OTHER_ISSUER)
    assert user_id(exchange(provider.id_token(iss=OTHER_ISSUER, email_verified=False))) != first


def test_what_the_provider_says_later_changes_nothing_here(comes):
    first = comes().json["user"]
    later = comes(email="new@example.test", name="New Name")

    assert later.json["user"] == first


def test_an_address_that_the_provider_takes_away_again_does_not_lock_out(comes):
    assert user_id(comes()) == user_id(comes(email=None, email_verified=None, name=None))


def test_logging_in_counts_as_a_session_of_the_account(comes, api):
    comes()
    now = comes().json["access_token"]

    assert [one["current"] for one in api.get("/sessions", token=now).json["items"]] == [True, False]


def test_what_a_log_in_costs(comes, calls, ann):
    comes(sub="first of the month", email="first@example.test")
    for claims, cost in [
        ({"sub": "2", "email": "bob@example.test"}, ["BatchGetItem", "TransactWriteItems"]),
        ({"sub": "2", "email": "bob@example.test"}, ["BatchGetItem", "GetItem", "TransactWriteItems"]),
        ({"sub": "3"}, ["BatchGetItem", "TransactWriteItems"]),
    ]:
        calls.clear()
        assert comes(**claims).status == 201
        assert calls.dynamodb == cost


def test_a_refused_token_costs_no_call(provider, exchange, calls):
    exchange(provider.id_token(aud="other"))

    assert calls.made == []


# Whose account it is


@pytest.mark.parametrize("verified", [True, "true"])
def test_an_address_that_both_have_verified_links_the_account(ann, comes, verified):
    own = user_id(ann.logs_in())

    assert user_id(comes(email="ANN@example.test", email_verified=verified)) == own
    assert user_id(ann.logs_in()) == own
    assert user_id(comes(email_verified=False)) == own


@pytest.mark.parametrize("verified", [False, None, "false", "TRUE", "yes", 1, [True], {}])
def test_an_address_that_is_only_claimed_never_links(ann, comes, verified):
    own = user_id(ann.logs_in())
    answer = comes(email_verified=verified)

    assert user_id(answer) != own
    assert answer.json["user"]["email_verified"] is False
    assert user_id(ann.logs_in()) == own


def test_a_provider_that_verifies_no_addresses_never_links(ann, provider, configured, exchange):
    configured(provider, claims={"email_verified": None})

    assert user_id(exchange(provider.id_token())) != user_id(ann.logs_in())


def test_an_address_that_is_only_claimed_stays_free_for_its_owner(comes, person):
    claimed = user_id(comes(email_verified=False))
    ann = person()
    ann.registers()
    ann.confirms()

    assert user_id(ann.logs_in()) != claimed
    assert user_id(comes(email_verified=False)) == claimed


def test_an_address_that_is_only_claimed_gets_no_mail_about_passwords(comes, api, post):
    comes(email_verified=False)
    api.post("/password-resets", {"email": "ann@example.test"})

    assert post.to("ann@example.test") == []


def test_whoever_registered_a_foreign_address_first_gets_nothing_of_the_account(person, comes):
    thief = person()
    thief.registers()
    token = thief.post.token("ann@example.test")
    owner = comes()

    assert owner.status == 201
    assert (thief.logs_in().status, thief.logs_in().code) == (401, "invalid_credentials")
    assert thief.confirms(token).code == "token_invalid"
    assert user_id(comes()) == user_id(owner)


def test_of_two_identities_with_one_verified_address_both_are_that_person(comes):
    assert user_id(comes(sub="at work")) == user_id(comes(sub="at home"))


def test_a_disabled_account_is_refused(comes, ann, api):
    own = user_id(comes())
    assert api.post(f"/users/{own}/disable", role="admin", subject=boss(api)).status == 200

    for claims in ({}, {"sub": "a new identity"}):
        answer = comes(**claims)
        assert (answer.status, answer.code) == (403, "account_disabled")
