"""Resetting and changing the password, changing the address."""

import pytest

from tests.users.conftest import PASSWORD, dump, stored

NEW = "lantern gravel 9 pond"
OTHER = "ann@other.example.test"


@pytest.fixture
def pair(ann):
    return ann.logs_in().json


@pytest.fixture
def token(pair):
    return pair["access_token"]


@pytest.fixture
def link(ann, api, post):
    """The token of a link that resets Ann's password."""
    assert api.post("/password-resets", {"email": ann.email}).status == 202
    return post.token(ann.email)


def reset(api, token, password=NEW, **headers):
    return api.post("/password-resets/confirm", {"token": token, "new_password": password}, **headers)


def change_password(api, token, current=PASSWORD, new=NEW):
    return api.put("/users/me/password", {"current_password": current, "new_password": new}, token=token)


def change_address(api, token, new=OTHER, password=PASSWORD):
    return api.put("/users/me/email", {"new_email": new, "password": password}, token=token)


def refresh(api, pair):
    return api.post("/sessions/refresh", {"refresh_token": pair["refresh_token"]})


def subjects(post, address):
    return [mail.subject for mail in post.to(address)]


@pytest.mark.parametrize("email", ["ann@example.test", "nobody@example.test"])
def test_asking_for_a_reset_tells_nobody_whether_there_is_an_account(ann, api, calls, email):
    answer = api.post("/password-resets", {"email": email})

    assert (answer.status, answer.json) == (202, {"status": "accepted"})
    assert calls.dynamodb == ["TransactWriteItems"]


def test_a_reset_sets_a_new_password_and_ends_all_sessions(ann, api, pair, link):
    answer = reset(api, link)

    assert (answer.status, answer.text) == (204, "")
    assert ann.logs_in().code == "invalid_credentials"
    assert ann.logs_in(NEW).status == 201
    assert refresh(api, pair).code == "token_invalid"


def test_a_link_resets_once(api, link):
    assert reset(api, link).status == 204
    assert (reset(api, link).status, reset(api, link).code) == (400, "token_invalid")


def test_a_long_token_is_as_unknown_as_any(api):
    assert (reset(api, "x" * 4096).status, reset(api, "x" * 4096).code) == (400, "token_invalid")


def test_a_reset_link_lives_an_hour(api, link, shop_clock):
    shop_clock.forward(3601)

    assert reset(api, link).code == "token_invalid"


def test_a_refused_password_does_not_use_up_the_link(api, link):
    assert reset(api, link, "password1234").code == "password_common"
    assert reset(api, link, "short").code == "validation_failed"
    assert reset(api, link).status == 204


def test_links_of_before_a_new_password_reset_nothing(ann, api, post, link, token):
    api.post("/password-resets", {"email": ann.email})
    later = post.token(ann.email)
    assert change_password(api, token).status == 204

    assert reset(api, link, PASSWORD).code == "token_invalid"
    assert reset(api, later, PASSWORD).code == "token_invalid"
    assert ann.logs_in(NEW).status == 201


def test_a_reset_that_a_change_overtakes_sets_nothing(ann, api, link, token, monkeypatch):
    from chalicelib.accounts import passwords

    hashed, waiting = passwords.hashed, [lambda: change_password(api, token, new="the one that came first")]
    monkeypatch.setattr(passwords, "hashed", lambda text: (waiting and waiting.pop()(), hashed(text))[1])

    assert reset(api, link).code == "token_invalid"
    assert ann.logs_in("the one that came first").status == 201


def test_a_link_that_confirms_an_address_resets_nothing(person, api, post):
    someone = person()
    someone.registers()

    assert reset(api, post.token(someone.email)).code == "token_invalid"


def test_whoever_reset_the_password_uses_a_known_device(ann, api, link):
    device = reset(api, link).headers["Device-Token"]
    for _ in range(6):
        ann.logs_in("not the right password")

    assert ann.logs_in(NEW).status == 429
    assert ann.logs_in(NEW, Device_Token=device).status == 201


def test_the_device_that_resets_stays_the_one_it_is(api, pair, link):
    assert reset(api, link, Device_Token=pair["device_token"]).headers["Device-Token"] == pair["device_token"]


def test_browsers_may_read_the_device_token(api, link):
    assert "Device-Token" in reset(api, link).headers["Access-Control-Expose-Headers"]


def test_a_reset_does_not_let_a_disabled_account_in(ann, api, post, pair, employee):
    api.post(f"/users/{pair['user']['id']}/disable", token=employee("admin"))
    api.post("/password-resets", {"email": ann.email})

    assert reset(api, post.token(ann.email)).status == 204
    assert (ann.logs_in(NEW).status, ann.logs_in(NEW).code) == (403, "account_disabled")


def test_a_registration_that_waits_has_no_password_to_reset(person, api, post):
    someone = person()
    someone.registers()
    api.post("/password-resets", {"email": someone.email})

    assert subjects(post, someone.email) == ["Confirm your e-mail address"]


def test_a_new_password_is_told_by_mail(ann, api, post, token):
    change_password(api, token)

    assert subjects(post, ann.email)[-1] == "Your password was changed"


def test_the_password_can_be_changed(ann, api, token):
    answer = change_password(api, token)

    assert (answer.status, answer.text) == (204, "")
    assert ann.logs_in().code == "invalid_credentials"
    assert ann.logs_in(NEW).status == 201


def test_the_caller_stays_logged_in_and_others_do_not(ann, api, pair, token):
    other = ann.logs_in().json
    change_password(api, token)

    assert refresh(api, other).code == "token_invalid"
    assert refresh(api, pair).status == 200


def test_a_wrong_current_password_changes_nothing(ann, api, token):
    answer = change_password(api, token, current="not the right password")

    assert (answer.status, answer.code) == (403, "invalid_credentials")
    assert ann.logs_in().status == 201


@pytest.mark.parametrize(("new", "code"), [("password1234", "password_common"), ("short", "validation_failed")])
def test_a_changed_password_is_as_good_as_a_first_one(api, token, new, code):
    assert change_password(api, token, new=new).code == code


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("PUT", "/users/me/password", {"new_password": NEW}, "current_password"),
        ("PUT", "/users/me/email", {"new_email": OTHER}, "password"),
        ("DELETE", "/users/me", {}, "password"),
    ],
)
def test_the_password_must_be_given(api, token, method, path, body, field):
    answer = api.request(method, path, body, token=token)

    assert (answer.status, answer.code) == (422, "validation_failed")
    assert [(one["field"], one["code"]) for one in answer.json["errors"]] == [(field, "missing")]


SENSITIVE = [
    ("PUT", "/users/me/password", {"new_password": NEW, "current_password": PASSWORD}),
    ("PUT", "/users/me/email", {"new_email": OTHER, "password": PASSWORD}),
    ("DELETE", "/users/me", {"password": PASSWORD}),
]


@pytest.mark.parametrize(("method", "path", "body"), SENSITIVE)
def test_an_ended_session_does_none_of_this(ann, api, pair, token, method, path, body):
    api.delete("/sessions", token=ann.logs_in().json["access_token"])
    answer = api.request(method, path, body, token=token)

    assert (answer.status, answer.code) == (401, "token_invalid")
    assert ann.logs_in().status == 201


@pytest.mark.parametrize(("method", "path", "body"), SENSITIVE)
def test_a_stolen_session_guesses_five_times_and_locks_nobody_else_out(ann, api, token, method, path, body):
    wrong = {**body, "password": "not it"} if "password" in body else {**body, "current_password": "not it"}
    guesses = [api.request(method, path, wrong, token=token) for _ in range(6)]

    assert [one.status for one in guesses] == [403] * 5 + [429]
    assert "Retry-After" in guesses[5].headers
    assert api.request(method, path, body, token=token).status == 429
    assert api.request(method, path, body, token=ann.logs_in().json["access_token"]).status in (202, 204)


def test_the_right_password_is_no_failure(api, token):
    for _ in range(7):
        assert change_address(api, token).status == 202


def test_the_address_changes_once_the_new_one_is_confirmed(ann, api, post, token):
    answer = change_address(api, token)
    before = api.get("/users/me", token=token).json
    confirmed = ann.confirms(post.token(OTHER))
    after = api.get("/users/me", token=token).json

    assert (answer.status, answer.json) == (202, {"status": "accepted"})
    assert (before["email"], confirmed.status, after["email"]) == (ann.email, 204, OTHER)
    assert after["email_verified"]
    assert after["version"] > before["version"]


def test_one_logs_in_with_the_new_address_only(ann, person, api, post, token):
    change_address(api, token)
    ann.confirms(post.token(OTHER))

    assert person(OTHER).logs_in().json["user"]["email"] == OTHER
    assert ann.logs_in().code == "invalid_credentials"


def test_the_session_goes_on_with_the_new_address(ann, api, post, pair):
    change_address(api, pair["access_token"])
    ann.confirms(post.token(OTHER))

    after = refresh(api, pair).json
    assert api.get("/users/me", token=after["access_token"]).json["email"] == OTHER


def test_the_former_address_is_told_and_then_forgotten(ann, api, post, token):
    change_address(api, token)
    ann.confirms(post.token(OTHER))

    assert subjects(post, ann.email)[-1] == "The e-mail address of your account was changed"
    assert f'"{ann.email}"' not in dump()


def test_the_former_address_is_free_again(ann, person, api, post, token):
    change_address(api, token)
    ann.confirms(post.token(OTHER))
    successor = person(ann.email)
    successor.registers(name="Ann Second")

    assert successor.confirms().status == 204
    assert successor.logs_in().json["user"]["name"] == "Ann Second"


def test_the_former_owner_of_an_address_resets_nothing(ann, person, api, post, link, token):
    change_address(api, token)
    ann.confirms(post.token(OTHER))

    assert reset(api, link).code == "token_invalid"


def test_a_taken_address_is_answered_the_same_and_its_owner_gets_the_mail(ann, person, api, post, token):
    bob = person("bob@example.test")
    bob.registers(name="Bob")
    bob.confirms()
    free, taken = change_address(api, token), change_address(api, token, bob.email)

    assert (taken.status, taken.text) == (free.status, free.text)
    assert subjects(post, bob.email)[-1] == "You already have an account"
    assert bob.logs_in().json["user"]["name"] == "Bob"


def test_an_address_that_is_taken_meanwhile_stays_with_its_owner(ann, person, api, post, token):
    change_address(api, token)
    link = post.token(OTHER)
    bob = person(OTHER)
    bob.registers(name="Bob")
    bob.confirms()

    assert ann.confirms(link).code == "token_invalid"
    assert bob.logs_in().json["user"]["name"] == "Bob"
    assert ann.logs_in().status == 201


def test_a_registration_of_an_address_that_is_taken_meanwhile_makes_no_account(ann, person, api, post, token):
    bob = person(OTHER)
    bob.registers(name="Bob")
    registration = post.token(OTHER)
    change_address(api, token)
    assert ann.confirms(post.token(OTHER)).status == 204

    assert bob.confirms(registration).code == "token_invalid"
    assert bob.logs_in().json["user"]["name"] == "Ann Example"


def test_the_latest_wanted_address_counts(ann, api, post, token):
    change_address(api, token)
    first = post.token(OTHER)
    change_address(api, token, "ann@third.example.test")

    assert ann.confirms(first).code == "token_invalid"
    assert ann.confirms(post.token("ann@third.example.test")).status == 204


def test_a_new_password_puts_an_end_to_a_wanted_address(ann, api, post, token):
    change_address(api, token)
    link = post.token(OTHER)
    change_password(api, token)

    assert ann.confirms(link).code == "token_invalid"


def test_the_spelling_of_the_own_address_can_be_changed(ann, api, post, token):
    change_address(api, token, "Ann@Example.Test")

    assert ann.confirms(post.token("Ann@Example.Test")).status == 204
    assert ann.logs_in().json["user"]["email"] == "Ann@Example.Test"


def test_a_profile_that_changes_meanwhile_keeps_its_change(ann, api, post, token, monkeypatch):
    from chalicelib.accounts import domain

    change_address(api, token)
    link = post.token(OTHER)
    look_up, waiting = domain.find_log_in, [lambda: api.patch("/users/me", {"name": "Ann New"}, token=token)]
    monkeypatch.setattr(domain, "find_log_in", lambda key: (look_up(key), waiting and waiting.pop()())[0])

    assert ann.confirms(link).status == 204
    user = api.post("/sessions", {"email": OTHER, "password": PASSWORD}).json["user"]
    assert (user["name"], user["email"]) == ("Ann New", OTHER)


def test_a_crash_before_the_sessions_are_settled_is_made_up_for(ann, api, post, token, monkeypatch):
    from chalicelib.sessions import domain

    other = ann.logs_in().json
    with monkeypatch.context() as crash:
        crash.setattr(domain, "settle", lambda user_id: 1 / 0)
        assert change_password(api, token).status == 500
    assert refresh(api, other).status == 200
    post.relay()

    assert refresh(api, other).code == "token_invalid"
    assert ann.logs_in(NEW).status == 201


def test_no_link_is_stored(ann, api, post, link, token):
    change_address(api, token)

    assert link not in dump()
    assert post.token(OTHER) not in dump()


def test_a_job_holds_no_address_but_sealed_and_only_until_it_is_sent(ann, api, post, token):
    change_address(api, token)
    ann.confirms(post.token(OTHER))
    (waiting,) = [item for item in stored() if "to" in item.get("mail", {}).get("S", "") and '"to"' in str(item)]
    post.work()

    assert ann.email not in str(waiting)
    assert not [item for item in stored() if "mail" in item]
