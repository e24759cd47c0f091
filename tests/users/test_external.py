"""Logging in with an account at an OpenID Connect provider."""

import json

import pytest

from chalicelib import config
from chalicelib.external import domain
from chalicelib.privacy import domain as privacy
from tests.users.conftest import PASSWORD, dump, stored
from tests.users.provider import ISSUER

OTHER_ISSUER = "https://login.example.test/other"


@pytest.fixture
def comes(provider, exchange):
    """`comes(sub="bob", email=…)` logs in at the provider, and then here."""

    def log_in(**claims):
        return exchange(provider.id_token(**claims))

    return log_in


def user_id(answer):
    assert answer.status == 201, answer
    return answer.json["user"]["id"]


def items_of(owner):
    return [one for one in stored() if one["pk"]["S"] == f"USER#{owner}"]


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


def test_a_disabled_account_is_refused_whoever_asks(comes, api, employee):
    own = user_id(comes())
    assert api.post(f"/users/{own}/disable", {}, token=employee("admin")).status == 200

    for subject in ("subject-of-ann", "another of hers"):
        answer = comes(sub=subject)
        assert (answer.status, answer.code) == (403, "account_disabled")


# What happens between reading and writing


@pytest.fixture
def meanwhile(monkeypatch):
    """`meanwhile(what)`: it happens once, after the next external log-in has read and before it writes."""

    def happens(what):
        read, waiting = domain._read, [what]

        def slowly(said):
            found = read(said)
            if waiting:
                waiting.pop()()
            return found

        monkeypatch.setattr(domain, "_read", slowly)

    return happens


def test_of_two_first_log_ins_that_race_both_get_one_account(comes, meanwhile):
    other = []
    meanwhile(lambda: other.append(comes()))

    assert user_id(comes()) == user_id(other[0])
    assert dump().count("PROFILE") == 1


def test_an_account_that_is_confirmed_meanwhile_is_linked(comes, person, meanwhile):
    ann = person()
    ann.registers()
    token = ann.post.token(ann.email)
    meanwhile(lambda: ann.confirms(token))

    assert user_id(comes()) == user_id(ann.logs_in())


@pytest.mark.parametrize("known", [True, False])
def test_disabling_wins_against_a_log_in_that_races_with_it(ann, comes, api, employee, meanwhile, known):
    own, admin = user_id(ann.logs_in()), employee("admin")
    if known:
        comes()
    meanwhile(lambda: api.post(f"/users/{own}/disable", {}, token=admin))
    answer = comes()

    assert (answer.status, answer.code) == (403, "account_disabled")
    assert not any(one["sk"]["S"].startswith("SESS#") for one in items_of(own))


def test_a_token_that_two_race_with_works_once(provider, exchange, meanwhile):
    token, other = provider.id_token(), []
    meanwhile(lambda: other.append(exchange(token).status))

    assert (exchange(token).code, other) == ("token_invalid", [201])


# An account without a password


def test_a_reset_gives_the_account_a_password(comes, api, post, person):
    own = user_id(comes())
    assert person().logs_in().code == "invalid_credentials"
    api.post("/password-resets", {"email": "ann@example.test"})
    link = post.token("ann@example.test")

    assert api.post("/password-resets/confirm", {"token": link, "new_password": PASSWORD}).status == 204
    assert user_id(person().logs_in()) == own
    assert user_id(comes()) == own


def test_a_log_in_at_the_provider_stands_for_the_password_for_ten_minutes(comes, api, shop_clock):
    token = comes().json["access_token"]
    shop_clock.forward(590)
    changed = api.put("/users/me/email", {"new_email": "new@example.test"}, token=token)
    assert changed.status == 202

    shop_clock.forward(11)
    later = comes().json
    shop_clock.forward(599)
    token = api.post("/sessions/refresh", {"refresh_token": later["refresh_token"]}).json["access_token"]
    shop_clock.forward(2)
    for answer in (
        api.put("/users/me/email", {"new_email": "new@example.test"}, token=token),
        api.put("/users/me/password", {"new_password": PASSWORD}, token=token),
        api.delete("/users/me", {}, token=token),
    ):
        assert (answer.status, answer.code) == (403, "invalid_credentials")


def test_an_account_with_a_password_needs_it_however_it_logged_in(ann, comes, api):
    token = comes().json["access_token"]

    assert api.delete("/users/me", {}, token=token).status == 422
    assert api.delete("/users/me", {"password": PASSWORD}, token=token).status == 202


def test_an_address_that_was_only_claimed_can_be_confirmed_here(comes, api, post, person):
    first = comes(email_verified=False)
    token = first.json["access_token"]
    api.put("/users/me/email", {"new_email": "ann@example.test"}, token=token)
    api.post("/email-verifications/confirm", {"token": post.token("ann@example.test")})
    again = comes(email_verified=False)

    assert user_id(again) == user_id(first)
    assert again.json["user"]["email_verified"] is True
    assert user_id(comes(sub="another of hers")) == user_id(first)


# Seeing and erasing


@pytest.fixture
def bucket(aws):
    """Erasure looks for pictures."""
    place = {"LocationConstraint": "eu-central-1"}
    aws("s3").create_bucket(Bucket=config.bucket.name, CreateBucketConfiguration=place)


def test_people_see_their_identities(comes, api, shop_clock):
    token = comes().json["access_token"]
    (held,) = api.get("/privacy/users", token=token).json["external_identities"]

    assert (held["provider"], held["issuer"], held["subject"]) == ("example", ISSUER, "subject-of-ann")
    assert held["linked_at"].endswith("Z")


def test_who_was_erased_is_a_new_person(comes, api, post, bucket):
    first = comes()
    assert api.delete("/users/me", {}, token=first.json["access_token"]).status == 202
    post.work()
    assert not any(word in dump() for word in ("EXT#", "subject-of-ann", "ann@example.test", "Ann Example"))

    assert user_id(comes()) != user_id(first)


def test_a_late_erasure_takes_no_identity_from_the_new_account(comes, api, post, bucket):
    first = comes()
    with pytest.MonkeyPatch.context() as crash:
        crash.setattr(privacy, "erase_rest", lambda user_id: None)
        assert api.delete("/users/me", {}, token=first.json["access_token"]).status == 202
    second = user_id(comes())
    post.work()

    assert items_of(user_id(first)) == []
    assert second != user_id(first)
    assert user_id(comes()) == second


def test_nothing_personal_is_logged(provider, exchange, caplog, capsys):
    good, bad = provider.id_token(), provider.id_token(aud="other")
    assert [exchange(one).status for one in (good, good, bad)] == [201, 401, 401]
    said = caplog.text + capsys.readouterr().err

    assert [one.reason for one in caplog.records if one.message == "id_token_refused"] == ["used", "audience"]
    assert not any(word in said for word in ("subject-of-ann", "ann@example.test", "Ann Example", good[:40], bad[-40:]))
