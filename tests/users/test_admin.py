"""Accounts of staff, made by the operator."""

import sys

import pytest

from common.problems import Unprocessable

PASSWORD = "gravel violin 8 comet"


@pytest.fixture
def create(api, post):
    from chalicelib.accounts import admin

    return admin.create


def log_in(api, password=PASSWORD, email="boss@example.test"):
    return api.post("/sessions", {"email": email, "password": password})


def test_an_account_with_a_role_is_made_and_can_log_in(create, api):
    user_id = create("boss@example.test", PASSWORD, "admin")
    user = log_in(api).json["user"]

    assert (user["id"], user["role"], user["email_verified"]) == (user_id, "admin", True)


def test_making_it_twice_changes_nothing(create, api):
    first = create("boss@example.test", PASSWORD, "staff")
    before = log_in(api).json

    assert create("BOSS@example.test", PASSWORD, "staff") == first
    assert log_in(api).json["user"] == before["user"]
    assert api.post("/sessions/refresh", {"refresh_token": before["refresh_token"]}).status == 200


def test_a_customer_is_promoted_and_logged_out(create, api, ann):
    before = ann.logs_in().json
    assert create(ann.email, PASSWORD, "staff") == before["user"]["id"]

    assert log_in(api, email=ann.email).json["user"]["role"] == "staff"
    assert api.post("/sessions/refresh", {"refresh_token": before["refresh_token"]}).code == "token_invalid"
    assert api.get("/users/me", token=log_in(api, email=ann.email).json["access_token"]).json["role"] == "staff"


def test_whoever_registered_the_address_of_an_admin_before_gets_no_rights(create, api, person, post):
    stranger = person("boss@example.test")
    stranger.registers()
    token = post.token(stranger.email)
    create("boss@example.test", PASSWORD, "admin")

    assert stranger.logs_in().code == "invalid_credentials"
    assert stranger.confirms(token).code == "token_invalid"
    assert log_in(api).status == 201


def test_a_common_password_is_refused_here_too(create):
    with pytest.raises(Unprocessable):
        create("boss@example.test", "password1234", "admin")


@pytest.mark.parametrize(("email", "role"), [("boss", "admin"), ("boss@example.test", "owner")])
def test_what_makes_no_sense_is_refused(create, email, role):
    with pytest.raises(ValueError, match=r"regex|enum"):
        create(email, PASSWORD, role)


def test_the_command_line_makes_a_password_and_shows_it_once(create, api, monkeypatch, capsys):
    from chalicelib.accounts import admin

    monkeypatch.setattr(sys, "argv", ["admin", "boss@example.test", "--role", "staff"])
    admin.main()
    password = capsys.readouterr().out.strip().rpartition(" ")[2]

    assert log_in(api, password).json["user"]["role"] == "staff"
