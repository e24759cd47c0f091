"""Registering and confirming an address."""

import pytest

from tests.users.conftest import PASSWORD, dump, stored

NEW = {"email": "ann@example.test", "password": PASSWORD, "name": "Ann Example"}


def test_registering_says_only_that_it_was_accepted(api, post):
    answer = api.post("/users", NEW)

    assert (answer.status, answer.json) == (202, {"status": "accepted"})


def test_registering_a_taken_address_is_answered_the_same(ann, api):
    first = api.post("/users", {**NEW, "email": "bob@example.test"})
    again = api.post("/users", {**NEW, "email": "ANN@example.test"})

    assert (again.status, again.text) == (first.status, first.text)


def test_the_mail_to_a_taken_address_differs_and_nothing_changes(ann, post):
    ann.registers(password="another orchard 77 gate", name="Eve")

    mail = post.to(ann.email)[-1]
    assert mail.subject == "You already have an account"
    assert "token=" not in mail.body
    assert ann.logs_in().json["user"]["name"] == "Ann Example"
    assert ann.logs_in("another orchard 77 gate").code == "invalid_credentials"


def test_an_account_can_log_in_only_after_its_address_is_confirmed(person):
    someone = person()
    someone.registers()
    before = someone.logs_in()
    someone.confirms()

    assert (before.status, before.code) == (403, "email_unverified")
    assert someone.logs_in().status == 201


def test_a_link_works_once(person, post):
    someone = person()
    someone.registers()
    token = post.token(someone.email)

    assert someone.confirms(token).status == 204
    assert (someone.confirms(token).status, someone.confirms(token).code) == (400, "token_invalid")


def test_a_link_expires(person, post, shop_clock):
    someone = person()
    someone.registers()
    token = post.token(someone.email)
    shop_clock.forward(24 * 3600 + 1)

    assert someone.confirms(token).code == "token_invalid"


def test_an_unknown_token_confirms_nothing(api, post):
    answer = api.post("/email-verifications/confirm", {"token": "no-such-token"})

    assert (answer.status, answer.code) == (400, "token_invalid")


def test_the_link_can_be_sent_again(person, post, api):
    someone = person()
    someone.registers()
    first = post.token(someone.email)
    answer = api.post("/email-verifications", {"email": "Ann@Example.Test"})
    second = post.token(someone.email)

    assert (answer.status, answer.json) == (202, {"status": "accepted"})
    assert first != second
    assert someone.confirms(second).status == 204


@pytest.mark.parametrize("email", ["nobody@example.test", "ann@example.test"])
def test_asking_for_the_link_tells_nobody_whether_there_is_an_account(ann, api, post, calls, email):
    before = len(post.to(ann.email))
    calls.clear()
    answer = api.post("/email-verifications", {"email": email})

    assert (answer.status, calls.dynamodb) == (202, ["PutItem"])
    assert len(post.to(email)) == (before if email == ann.email else 0)


def test_the_latest_registration_counts_until_somebody_confirms(person, post):
    someone = person()
    someone.registers(password="the first one to try 1")
    early = post.token(someone.email)
    someone.registers(name="Ann Second")

    assert someone.confirms(early).code == "token_invalid"
    assert someone.confirms().status == 204
    assert someone.logs_in("the first one to try 1").code == "invalid_credentials"
    assert someone.logs_in().json["user"]["name"] == "Ann Second"


def test_an_event_tells_of_a_confirmed_registration_by_its_id_alone(person, post):
    from common import events

    someone = person()
    someone.registers()
    assert events.published(post.relay()) == []
    someone.confirms()
    (event,) = events.published(post.relay())

    user_id = someone.logs_in().json["user"]["id"]
    assert (event.type, event.subject, event.data) == ("user.registered", user_id, {"user_id": user_id})


def test_no_password_and_no_token_is_stored(ann):
    pair = ann.logs_in().json
    everything = dump()

    assert PASSWORD not in everything
    assert pair["refresh_token"].split(".")[2] not in everything
    assert ann.post.token(ann.email) not in everything


def test_no_key_holds_an_address(ann):
    assert not [item for item in stored() if "example" in item["pk"]["S"] + item["sk"]["S"]]


def test_the_outbox_holds_no_personal_data(person):
    person().registers()

    (outgoing,) = [item for item in stored() if item["pk"]["S"].startswith("OUT#")]
    assert "example.test" not in str(outgoing)
    assert "Ann" not in str(outgoing)


BAD_ADDRESSES = [
    "", "ann", "ann@", "@example.test", "ann@localhost", "ann@example..test", "ann@-example.test", ".ann@example.test",
    "ann@example.test\nBcc: eve@example.test", "ann@example.test\n", "ann\r@example.test", "ann@example.test\x00",
    "ann b@example.test", "<ann@example.test>", "аnn@example.test", "a" * 65 + "@example.test",
    "a@" + "b" * 250 + ".test",
]  # fmt: skip


@pytest.mark.parametrize("email", BAD_ADDRESSES)
def test_what_is_no_address_is_refused(api, post, email):
    answer = api.post("/users", {**NEW, "email": email})

    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "email")


@pytest.mark.parametrize(
    "email", ["o'neil+shop@a-b.example.test", "x@1.test", "A.B@EXAMPLE.TEST", "a" * 64 + "@e.test"]
)
def test_unusual_addresses_are_accepted(api, post, email):
    assert api.post("/users", {**NEW, "email": email}).status == 202


@pytest.mark.parametrize("name", ["", " ", "Ann\nEve", "x" * 201, None, 7])
def test_a_bad_name_is_refused(api, post, name):
    answer = api.post("/users", {**NEW, "name": name})

    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "name")


@pytest.mark.parametrize("field", ["role", "email_verified", "id", "disabled"])
def test_nobody_registers_with_rights_of_their_choice(api, post, field):
    assert api.post("/users", {**NEW, field: "admin"}).code == "unknown_field"


def test_a_registration_waits_for_a_week(person, post, api, shop_clock):
    someone = person()
    someone.registers()
    shop_clock.forward(7 * 24 * 3600 - 60)
    api.post("/email-verifications", {"email": someone.email})
    token = post.token(someone.email)
    shop_clock.forward(61)

    assert someone.confirms(token).code == "token_invalid"
    assert someone.logs_in().code == "invalid_credentials"
    api.post("/email-verifications", {"email": someone.email})
    assert post.token(someone.email) == token


def test_only_one_of_several_links_of_a_registration_makes_the_account(person, post, api):
    someone = person()
    someone.registers()
    first = post.token(someone.email)
    api.post("/email-verifications", {"email": someone.email})
    second = post.token(someone.email)

    assert someone.confirms(second).status == 204
    assert someone.confirms(first).code == "token_invalid"


def test_a_registration_that_another_overtakes_while_it_is_confirmed_makes_no_account(person, post, monkeypatch):
    from chalicelib.accounts import domain

    someone = person()
    someone.registers()
    token = post.token(someone.email)
    noted = domain.list_month
    monkeypatch.setattr(
        domain, "list_month", lambda at: (someone.registers(password="a later one to try 2"), noted(at))
    )

    assert someone.confirms(token).code == "token_invalid"
    assert someone.logs_in().code == "invalid_credentials"
    assert someone.logs_in("a later one to try 2").code == "email_unverified"


def test_what_was_registered_for_a_taken_address_is_forgotten(ann, post):
    ann.registers(name="Eve", password="another orchard 77 gate")
    post.work()

    assert "Eve" not in dump()
    assert not [item for item in stored() if item["sk"]["S"] == "WAITING"]


def test_a_link_of_another_kind_confirms_nothing(ann, api, post):
    api.post("/password-resets", {"email": ann.email})

    assert ann.confirms(post.token(ann.email)).code == "token_invalid"


def of_an_earlier_version(email):
    """An account as it was written before registrations waited: there before anybody confirmed it."""
    from chalicelib.accounts import passwords
    from chalicelib.accounts.models import LogIn, Profile, account_of
    from tests.support.fixtures import client

    facts = {"user_id": "usr_old", "email": email, "name": "Ann Old", "created_at": 1_790_000_000}
    Profile(*Profile.key("usr_old"), signed_up="2026-09", **facts).save()
    LogIn(*LogIn.key(account_of(email)), password_hash=passwords.hashed(PASSWORD), **facts).save()
    for kind, key in ((Profile, Profile.key("usr_old")), (LogIn, LogIn.key(account_of(email)))):
        where = dict(zip(("pk", "sk"), ({"S": part} for part in key), strict=True))
        client("dynamodb").update_item(TableName=kind.Meta.table_name, Key=where, UpdateExpression="REMOVE epoch")


def test_an_unconfirmed_account_of_an_earlier_version_is_confirmed_by_a_new_link(person, api, post):
    someone = person()
    of_an_earlier_version(someone.email)
    assert someone.logs_in().code == "email_unverified"
    api.post("/email-verifications", {"email": someone.email})

    assert someone.confirms().status == 204
    assert someone.logs_in().json["user"]["id"] == "usr_old"


def test_an_unconfirmed_account_of_an_earlier_version_can_be_registered_again(person, api, post):
    someone = person()
    of_an_earlier_version(someone.email)
    someone.registers(password="a later one to try 2", name="Ann New")

    assert someone.confirms().status == 204
    assert someone.logs_in().code == "invalid_credentials"
    assert someone.logs_in("a later one to try 2").json["user"]["name"] == "Ann New"
    assert "Ann Old" not in dump()
