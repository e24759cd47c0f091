"""The own profile."""

import pytest


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
