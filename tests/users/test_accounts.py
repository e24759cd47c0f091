"""Registering, confirming an address, the own profile."""

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


def test_registering_costs_one_transaction_of_three_items(api, post, calls):
    api.post("/users", NEW)

    assert calls.dynamodb == ["TransactWriteItems"]
    assert len(calls.made[-1][2]["TransactItems"]) == 3


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


def test_confirming_costs_a_read_and_a_transaction(person, post, calls):
    someone = person()
    someone.registers()
    token = post.token(someone.email)
    calls.clear()
    someone.confirms(token)

    assert calls.dynamodb == ["GetItem", "TransactWriteItems"]


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


def test_an_event_tells_of_a_registration_by_its_id_alone(person, post):
    from common import events

    someone = person()
    someone.registers()
    (event,) = events.published(post.relay())
    someone.confirms()

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


@pytest.fixture
def token(ann):
    return ann.logs_in().json["access_token"]


def test_the_own_account_is_shown(ann, api, token, calls):
    answer = api.get("/users/me", token=token)

    assert answer.json == ann.logs_in().json["user"]
    assert answer.json["email"] == "ann@example.test"
    assert (answer.json["role"], answer.json["email_verified"]) == ("customer", True)
    assert calls.dynamodb[0] == "GetItem"
    assert "Query" not in calls.dynamodb


def test_showing_the_account_costs_one_read(api, token, calls):
    api.get("/users/me", token=token)

    assert calls.dynamodb == ["GetItem"]


def test_the_account_is_not_sent_again_unchanged(api, token):
    seen = api.get("/users/me", token=token)
    again = api.get("/users/me", token=token, If_None_Match=seen.headers["ETag"])

    assert (again.status, again.text) == (304, "")


def test_the_profile_can_be_changed(ann, api, token, calls):
    change = {"name": "Ann Other", "locale": "de-DE", "marketing_consent": True}
    answer = api.patch("/users/me", change, token=token)

    assert answer.status == 200
    assert change.items() <= answer.json.items()
    assert calls.dynamodb == ["GetItem", "TransactWriteItems"]
    assert api.get("/users/me", token=token).json == answer.json
    assert ann.logs_in().json["user"] == answer.json


def test_what_is_left_out_stays_as_it_is(api, token):
    before = api.get("/users/me", token=token).json
    after = api.patch("/users/me", {"locale": "de"}, token=token).json

    assert after == {**before, "locale": "de", "version": before["version"] + 1}


def test_an_empty_change_changes_nothing(api, token):
    before = api.get("/users/me", token=token).json

    assert api.patch("/users/me", {}, token=token).json == before


def test_a_change_of_an_old_version_is_refused(api, token):
    etag = api.get("/users/me", token=token).headers["ETag"]
    first = api.patch("/users/me", {"name": "First"}, token=token, If_Match=etag)
    second = api.patch("/users/me", {"name": "Second"}, token=token, If_Match=etag)

    assert (first.status, second.status, second.code) == (200, 412, "version_mismatch")
    assert api.get("/users/me", token=token).json["name"] == "First"


@pytest.mark.parametrize(
    "change",
    [{"email": "eve@example.test"}, {"role": "admin"}, {"version": 9}, {"email_verified": True}, {"id": "usr_x"}],
)
def test_nobody_changes_what_is_not_theirs_to_change(api, token, change):
    assert api.patch("/users/me", change, token=token).code == "unknown_field"


@pytest.mark.parametrize("change", [{"name": None}, {"locale": "deutsch!"}, {"marketing_consent": "yes"}, {"name": ""}])
def test_a_bad_value_is_refused(api, token, change):
    assert api.patch("/users/me", change, token=token).code == "validation_failed"
