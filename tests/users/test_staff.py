"""What staff and administrators do with the accounts of others."""

import pytest

from tests.users.conftest import PASSWORD

MONTH_SECONDS = 31 * 24 * 3600


@pytest.fixture
def staff(employee):
    return employee("staff")


@pytest.fixture
def admin(employee):
    return employee("admin")


@pytest.fixture
def ann_id(ann):
    return ann.logs_in().json["user"]["id"]


@pytest.fixture
def signed_up(signed_in, shop_clock):
    """Somebody who has signed up at this moment."""

    def sign_up(email):
        shop_clock.forward(1)
        return signed_in(email)

    return sign_up


@pytest.fixture
def employee(employee, shop_clock):
    """Of two who sign up in one millisecond either may be the newer."""

    def sign_up(*given):
        shop_clock.forward(1)
        return employee(*given)

    return sign_up


def pages(api, token, query=""):
    """The addresses on each page."""
    found, cursor = [], ""
    while cursor is not None:
        answer = api.get(f"/users?limit=2{query}{cursor and '&cursor=' + cursor}", token=token)
        found.append([one["email"] for one in answer.json["items"]])
        cursor = answer.json["next_cursor"]
    return found


def test_an_account_is_found_by_its_address_in_any_case(ann, api, staff):
    answer = api.get("/users?email=ANN@example.TEST", token=staff)

    assert answer.json == {"items": [ann.logs_in().json["user"]], "next_cursor": None}


def test_an_unknown_address_finds_nobody(api, staff):
    assert api.get("/users?email=nobody@example.test", token=staff).json == {"items": [], "next_cursor": None}


@pytest.mark.parametrize("email", ["ann", "ann@", ""])
def test_what_is_no_address_is_refused(api, staff, email):
    answer = api.get(f"/users?email={email}", token=staff)

    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "email")


def test_a_waiting_registration_is_found_by_address_and_by_id(person, api, staff):
    person().registers()
    (found,) = api.get("/users?email=ann@example.test", token=staff).json["items"]

    assert (found["email"], found["email_verified"], found["role"]) == ("ann@example.test", False, "customer")
    assert api.get(f"/users/{found['id']}", token=staff).json == found


def test_it_has_the_same_id_once_it_is_confirmed(person, api, staff):
    someone = person()
    someone.registers()
    (found,) = api.get("/users?email=ann@example.test", token=staff).json["items"]
    someone.confirms()

    assert someone.logs_in().json["user"]["id"] == found["id"]
    assert api.get(f"/users/{found['id']}", token=staff).json["email_verified"]


def test_an_expired_registration_is_not_found(person, api, employee, shop_clock):
    person().registers()
    shop_clock.forward(7 * 24 * 3600 + 1)

    assert api.get("/users?email=ann@example.test", token=employee("staff")).json["items"] == []


def test_what_waits_is_in_no_list(person, api, staff):
    person().registers()

    assert pages(api, staff) == [["staff@example.test"]]


def test_accounts_are_listed_newest_sign_up_first_across_months(api, signed_up, employee, shop_clock):
    for number in range(3):
        signed_up(f"first{number}@example.test")
    shop_clock.forward(3 * MONTH_SECONDS)
    for number in range(2):
        signed_up(f"second{number}@example.test")

    assert pages(api, employee("staff")) == [
        ["staff@example.test", "second1@example.test"],
        ["second0@example.test", "first2@example.test"],
        ["first1@example.test", "first0@example.test"],
    ]


def test_a_full_last_page_has_no_cursor(api, signed_up, employee):
    signed_up("bob@example.test")

    assert pages(api, employee("staff")) == [["staff@example.test", "bob@example.test"]]


def test_a_month_whose_accounts_are_all_gone_leaves_no_empty_page(api, signed_up, employee, shop_clock):
    signed_up("old@example.test")
    shop_clock.forward(2 * MONTH_SECONDS)
    gone = signed_up("gone@example.test")
    shop_clock.forward(2 * MONTH_SECONDS)
    assert gone
    from chalicelib.accounts.models import LogIn, Profile, account_of, find_log_in

    user_id = find_log_in(account_of("gone@example.test")).user_id
    Profile(*Profile.key(user_id)).delete()
    LogIn(*LogIn.key(account_of("gone@example.test"))).delete()

    assert pages(api, employee("staff")) == [["staff@example.test", "old@example.test"]]


def test_a_list_goes_on_after_somebody_new_signs_up(api, signed_up, employee):
    for number in range(3):
        signed_up(f"user{number}@example.test")
    staff = employee("staff")
    first = api.get("/users?limit=2", token=staff).json
    signed_up("new@example.test")
    second = api.get(f"/users?limit=2&cursor={first['next_cursor']}", token=staff).json

    assert [one["email"] for one in second["items"]] == ["user1@example.test", "user0@example.test"]


def test_a_cursor_belongs_to_its_caller_and_to_its_filter(api, ann, staff, employee):
    cursor = api.get("/users?limit=1", token=staff).json["next_cursor"]

    assert api.get(f"/users?cursor={cursor}", token=employee("admin")).code == "cursor_invalid"
    assert api.get(f"/users?cursor={cursor}&email={ann.email}", token=staff).code == "cursor_invalid"


def test_an_account_is_shown(ann, api, ann_id, staff):
    answer = api.get(f"/users/{ann_id}", token=staff)

    assert answer.json == ann.logs_in().json["user"]
    assert answer.headers["ETag"] == '"1"'


@pytest.mark.parametrize("user_id", ["usr_missing", "gst_missing", "me2"])
def test_an_unknown_account_is_not_found(api, staff, user_id):
    assert api.get(f"/users/{user_id}", token=staff).code == "not_found"


@pytest.mark.parametrize("role", ["staff", "admin", "customer"])
def test_an_administrator_gives_roles(ann, api, ann_id, admin, role):
    answer = api.put(f"/users/{ann_id}/role", {"role": role}, token=admin)

    assert (answer.status, answer.json["role"]) == (200, role)
    assert ann.logs_in().json["user"] == answer.json


@pytest.mark.parametrize("role", ["guest", "owner", "", None, "service"])
def test_there_are_no_other_roles_to_give(api, ann_id, admin, role):
    assert api.put(f"/users/{ann_id}/role", {"role": role}, token=admin).code == "validation_failed"


def test_a_role_that_one_has_already_changes_nothing(ann, api, admin, calls):
    before = ann.logs_in().json
    calls.clear()
    answer = api.put(f"/users/{before['user']['id']}/role", {"role": "customer"}, token=admin)

    assert (answer.status, answer.json) == (200, before["user"])
    assert calls.dynamodb == ["GetItem", "GetItem"]
    assert api.post("/sessions/refresh", {"refresh_token": before["refresh_token"]}).status == 200


def test_a_disabled_account_is_shown_as_such_until_it_is_enabled(api, ann_id, admin):
    disabled = [api.post(f"/users/{ann_id}/disable", token=admin) for _ in range(2)]
    enabled = [api.post(f"/users/{ann_id}/enable", token=admin) for _ in range(2)]

    assert [(one.status, one.json["disabled"]) for one in disabled] == [(200, True)] * 2
    assert [(one.status, one.json["disabled"]) for one in enabled] == [(200, False)] * 2
    assert disabled[0].json == disabled[1].json


OTHERS = [("PUT", "role", {"role": "staff"}), ("POST", "disable", None), ("POST", "enable", None)]


@pytest.mark.parametrize(("method", "what", "body"), OTHERS[:2])
def test_an_account_that_has_changed_since_is_left_alone(ann, api, ann_id, admin, method, what, body):
    seen = api.get(f"/users/{ann_id}", token=admin).headers["ETag"]
    api.patch("/users/me", {"name": "Anna"}, token=ann.logs_in().json["access_token"])

    late = api.request(method, f"/users/{ann_id}/{what}", body, token=admin, If_Match=seen)
    now = api.get(f"/users/{ann_id}", token=admin)

    assert (late.status, late.code) == (412, "version_mismatch")
    assert (now.json["role"], now.json["disabled"]) == ("customer", False)
    again = api.request(method, f"/users/{ann_id}/{what}", body, token=admin, If_Match=now.headers["ETag"])
    assert again.status == 200


@pytest.mark.parametrize(("method", "what", "body"), OTHERS)
def test_nobody_does_this_to_the_own_account(api, admin, method, what, body):
    own = api.get("/users/me", token=admin).json["id"]
    answer = api.request(method, f"/users/{own}/{what}", body, token=admin)

    assert (answer.status, answer.code) == (409, "own_account")
    assert api.get("/users/me", token=admin).json["role"] == "admin"


@pytest.mark.parametrize(("method", "what", "body"), OTHERS)
def test_an_account_that_is_not_there_is_not_found(person, api, admin, method, what, body):
    person("bob@example.test").registers()
    waiting = api.get("/users?email=bob@example.test", token=admin).json["items"][0]["id"]

    for user_id in ("usr_missing", waiting):
        assert api.request(method, f"/users/{user_id}/{what}", body, token=admin).code == "not_found"


@pytest.mark.parametrize(("method", "what", "body"), OTHERS)
def test_an_administrator_who_has_logged_out_does_nothing(api, ann_id, admin, method, what, body):
    api.delete("/sessions/current", token=admin)

    assert api.request(method, f"/users/{ann_id}/{what}", body, token=admin).code == "token_invalid"


def test_of_two_administrators_who_remove_each_other_one_comes_too_late(api, employee, monkeypatch):
    from chalicelib.accounts import domain

    first, second = employee("admin", "first@example.test"), employee("admin", "second@example.test")
    ids = [api.get("/users/me", token=token).json["id"] for token in (first, second)]
    look_up, waiting = domain.find_user, [lambda: api.post(f"/users/{ids[0]}/disable", token=second)]
    monkeypatch.setattr(domain, "find_user", lambda user: (look_up(user), waiting and waiting.pop()())[0])

    late = api.put(f"/users/{ids[1]}/role", {"role": "customer"}, token=first)

    assert (late.status, late.code) == (403, "forbidden")
    assert api.get("/users/me", token=second).json["role"] == "admin"


def test_a_change_of_the_profile_meanwhile_is_kept(ann, api, ann_id, admin, monkeypatch):
    from chalicelib.accounts import domain

    own = ann.logs_in().json["access_token"]
    look_up, waiting = domain.find_user, [lambda: api.patch("/users/me", {"name": "Ann New"}, token=own)]
    monkeypatch.setattr(domain, "find_user", lambda user: (look_up(user), waiting and waiting.pop()())[0])

    user = api.put(f"/users/{ann_id}/role", {"role": "staff"}, token=admin).json
    assert (user["name"], user["role"]) == ("Ann New", "staff")
    assert ann.logs_in().json["user"] == user


def test_a_reset_link_of_before_a_new_role_sets_no_password(ann, api, ann_id, admin, post):
    api.post("/password-resets", {"email": ann.email})
    link = post.token(ann.email)
    api.put(f"/users/{ann_id}/role", {"role": "admin"}, token=admin)

    body = {"token": link, "new_password": "lantern gravel 9 pond"}
    assert api.post("/password-resets/confirm", body).code == "token_invalid"
    assert ann.logs_in(PASSWORD).status == 201
