"""Logging in, shopping as a guest, refreshing, logging out."""

import jwt
import pytest

from tests.users.conftest import PASSWORD, stored


@pytest.fixture
def pair(ann):
    return ann.logs_in().json


def refresh(api, pair):
    return api.post("/sessions/refresh", {"refresh_token": pair["refresh_token"]})


def claims(token):
    return jwt.decode(token, options={"verify_signature": False})


def test_logging_in_gives_a_pair_of_tokens_and_the_user(ann):
    answer = ann.logs_in()

    assert answer.status == 201
    assert answer.json.keys() >= {"access_token", "refresh_token", "user", "device_token"}
    assert (answer.json["token_type"], answer.json["expires_in"]) == ("Bearer", 600)
    assert answer.json["user"]["email"] == "ann@example.test"
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_access_token_says_who_it_is_for(pair):
    said = claims(pair["access_token"])
    header = jwt.get_unverified_header(pair["access_token"])

    assert (header["typ"], header["alg"]) == ("at+jwt", "ES256")
    assert (said["iss"], said["aud"], said["role"], said["email"]) == ("users", "shop", "customer", "ann@example.test")
    assert said["sub"] == pair["user"]["id"]
    assert said["exp"] - said["iat"] == 600
    assert said["sid"].startswith("ses_")


def test_an_access_token_is_signed_with_a_published_key(api, pair):
    keys = api.get("/.well-known/jwks.json")
    key_id = jwt.get_unverified_header(pair["access_token"])["kid"]
    (key,) = [jwt.PyJWK(one) for one in keys.json["keys"] if one["kid"] == key_id]

    assert jwt.decode(pair["access_token"], key, algorithms=["ES256"], audience="shop")
    assert "d" not in keys.json["keys"][0]
    assert "max-age" in keys.headers["Cache-Control"]


def test_addresses_are_compared_without_case(ann, api):
    assert api.post("/sessions", {"email": "ANN@Example.TEST", "password": PASSWORD}).status == 201


def test_logging_in_costs_a_read_and_a_transaction(ann, calls):
    calls.clear()
    ann.logs_in()

    assert calls.dynamodb == ["BatchGetItem", "TransactWriteItems"]


def test_an_unknown_user_is_told_the_same_as_a_wrong_password(ann, api):
    wrong = ann.logs_in("not the right password")
    unknown = api.post("/sessions", {"email": "nobody@example.test", "password": PASSWORD})

    assert (wrong.status, wrong.code) == (401, "invalid_credentials")
    assert {**wrong.json, "request_id": ""} == {**unknown.json, "request_id": ""}
    assert wrong.headers.keys() == unknown.headers.keys()


def test_only_the_right_password_learns_that_an_address_is_unconfirmed(person):
    someone = person()
    someone.registers()

    assert someone.logs_in("not the right password").code == "invalid_credentials"
    assert (someone.logs_in().status, someone.logs_in().code) == (403, "email_unverified")


def test_only_the_right_password_learns_that_an_account_is_disabled(ann, boss):
    boss.disables(ann)

    assert ann.logs_in("not the right password").code == "invalid_credentials"
    assert (ann.logs_in().status, ann.logs_in().code) == (403, "account_disabled")


def test_being_refused_for_another_reason_is_no_failure(ann, boss):
    boss.disables(ann)

    assert {ann.logs_in().status for _ in range(8)} == {403}


@pytest.fixture
def boss(person):
    """An administrator."""
    from chalicelib.accounts import admin

    someone = person("boss@example.test")
    admin.create(someone.email, PASSWORD, "admin")
    token = someone.logs_in().json["access_token"]
    someone.disables = lambda other: someone.api.post(f"/users/{user_id(other)}/disable", token=token)
    someone.enables = lambda other: someone.api.post(f"/users/{user_id(other)}/enable", token=token)
    someone.makes = lambda other, role: someone.api.put(f"/users/{user_id(other)}/role", {"role": role}, token=token)
    return someone


def user_id(person):
    from chalicelib.accounts import domain

    return domain.find_log_in(domain.account_of(person.email)).user_id


def test_a_known_device_keeps_its_token(ann):
    first = ann.logs_in().json["device_token"]

    assert ann.logs_in(Device_Token=first).json["device_token"] == first
    assert ann.logs_in(Device_Token=first[:-1] + "x").json["device_token"] != first
    assert ann.logs_in().json["device_token"] != first


def test_a_guest_gets_the_same_kind_of_pair(api, post, calls):
    answer = api.post("/sessions/guest", {})

    assert answer.status == 201
    assert (answer.json["user"]["role"], answer.json["user"]["email"]) == ("guest", None)
    assert claims(answer.json["access_token"])["sub"] == answer.json["user"]["id"]
    assert "email" not in claims(answer.json["access_token"])
    assert calls.dynamodb == ["TransactWriteItems"]


def test_a_guest_can_refresh(api, post):
    guest = api.post("/sessions/guest", {}).json
    after = refresh(api, guest).json

    assert claims(after["access_token"])["sub"] == guest["user"]["id"]
    assert claims(after["access_token"])["role"] == "guest"


def test_refreshing_gives_a_new_pair(api, pair, shop_clock):
    shop_clock.forward(600)
    answer = refresh(api, pair)

    assert answer.status == 200
    assert answer.json["refresh_token"] != pair["refresh_token"]
    assert claims(answer.json["access_token"])["sid"] == claims(pair["access_token"])["sid"]
    assert api.get("/users/me", token=answer.json["access_token"]).status == 200
    assert refresh(api, answer.json).status == 200


def test_refreshing_costs_one_conditional_update(api, pair, calls):
    refresh(api, pair)

    assert calls.dynamodb == ["UpdateItem"]


@pytest.mark.parametrize("seconds", [0, 3, 10])
def test_a_lost_answer_is_repeated_word_for_word(api, pair, calls, shop_clock, seconds):
    first = refresh(api, pair)
    shop_clock.forward(seconds)
    calls.clear()
    again = refresh(api, pair)

    assert (again.status, again.text) == (200, first.text)
    assert calls.dynamodb == ["UpdateItem"]


def test_a_token_used_again_later_ends_the_session(api, pair, shop_clock):
    after = refresh(api, pair).json
    shop_clock.forward(10.1)
    reused = refresh(api, pair)

    assert (reused.status, reused.code) == (401, "token_reused")
    assert (refresh(api, after).status, refresh(api, after).code) == (401, "token_invalid")
    assert refresh(api, pair).code == "token_invalid"


def test_a_token_of_two_exchanges_ago_ends_the_session(api, pair):
    second = refresh(api, pair).json
    third = refresh(api, second).json

    assert refresh(api, pair).code == "token_reused"
    assert refresh(api, third).code == "token_invalid"


def test_other_sessions_survive_the_reuse_of_a_token(ann, api, pair, shop_clock):
    other = ann.logs_in().json
    refresh(api, pair)
    shop_clock.forward(11)
    refresh(api, pair)

    assert refresh(api, other).status == 200


def test_a_guessed_token_ends_nothing(api, pair):
    user, session, secret, mark = pair["refresh_token"].split(".")
    guesses = [
        "x",
        "x" * 4096,
        "a.b.c.d",
        f"{user}.{session}.{secret[::-1]}.{mark}",
        f"{user}.{session}.{secret}.{mark[::-1]}",
    ]
    answers = [refresh(api, {"refresh_token": guess}) for guess in guesses]

    assert {(one.status, one.code) for one in answers} == {(401, "token_invalid")}
    assert refresh(api, pair).status == 200


def test_an_access_token_refreshes_nothing(api, pair):
    assert refresh(api, {"refresh_token": pair["access_token"]}).code == "token_invalid"


def test_a_refresh_token_is_no_access_token(api, pair):
    assert api.get("/users/me", token=pair["refresh_token"]).code == "token_invalid"


def test_an_unused_session_ends_after_thirty_days(api, pair, shop_clock):
    shop_clock.forward(30 * 24 * 3600 + 1)

    assert refresh(api, pair).code == "token_invalid"


def test_using_a_session_prolongs_it(api, pair, shop_clock):
    for _ in range(3):
        shop_clock.forward(29 * 24 * 3600)
        pair = refresh(api, pair).json

    assert refresh(api, pair).status == 200


def test_the_own_sessions_are_listed_newest_first(ann, api, shop_clock, calls):
    ann.logs_in(User_Agent="Laptop")
    shop_clock.forward(60)
    now = ann.logs_in(User_Agent="Phone " + "x" * 300).json
    calls.clear()
    answer = api.get("/sessions", token=now["access_token"])

    phone, laptop = answer.json["items"]
    assert (phone["current"], laptop["current"], laptop["device"]) == (True, False, "Laptop")
    assert len(phone["device"]) == 200
    assert laptop["created_at"] < phone["created_at"]
    assert calls.dynamodb == ["Query"]


def test_sessions_are_listed_in_pages(ann, api, pair):
    for _ in range(4):
        ann.logs_in()
    token = pair["access_token"]
    pages, cursor = [], ""
    while cursor is not None:
        page = api.get(f"/sessions?limit=2{cursor and '&cursor=' + cursor}", token=token).json
        pages.append([one["id"] for one in page["items"]])
        cursor = page["next_cursor"]

    assert [len(page) for page in pages] == [2, 2, 1]
    assert len({one for page in pages for one in page}) == 5


def test_a_cursor_belongs_to_its_owner(ann, api, pair, person, post):
    ann.logs_in()
    cursor = api.get("/sessions?limit=1", token=pair["access_token"]).json["next_cursor"]
    guest = api.post("/sessions/guest", {}).json

    assert api.get(f"/sessions?cursor={cursor}", token=guest["access_token"]).code == "cursor_invalid"


def test_expired_sessions_are_not_listed(ann, api, pair, shop_clock):
    shop_clock.forward(30 * 24 * 3600 + 1)
    now = ann.logs_in().json

    assert len(api.get("/sessions", token=now["access_token"]).json["items"]) == 1


def test_logging_out_ends_the_current_session_only(ann, api, pair, calls):
    other = ann.logs_in().json
    calls.clear()
    answer = api.delete("/sessions/current", token=pair["access_token"])

    assert (answer.status, calls.dynamodb) == (204, ["DeleteItem"])
    assert refresh(api, pair).code == "token_invalid"
    assert refresh(api, other).status == 200
    assert api.delete("/sessions/current", token=pair["access_token"]).status == 204


def test_one_session_can_be_ended_from_another(ann, api, pair):
    lost = ann.logs_in().json
    path = f"/sessions/{claims(lost['access_token'])['sid']}"

    assert api.delete(path, token=pair["access_token"]).status == 204
    assert refresh(api, lost).code == "token_invalid"
    assert api.delete(path, token=pair["access_token"]).status == 404


def test_a_session_that_has_expired_is_not_there_to_be_ended(ann, api, pair, shop_clock):
    shop_clock.forward(30 * 24 * 3600)
    path = f"/sessions/{claims(pair['access_token'])['sid']}"

    assert api.delete(path, token=ann.logs_in().json["access_token"]).status == 404


def test_nobody_ends_the_session_of_another(api, pair, post):
    guest = api.post("/sessions/guest", {}).json
    foreign = api.delete(f"/sessions/{claims(pair['access_token'])['sid']}", token=guest["access_token"])
    missing = api.delete("/sessions/ses_missing", token=guest["access_token"])

    assert foreign.status == 404
    assert {**foreign.json, "request_id": ""} == {**missing.json, "request_id": ""}
    assert refresh(api, pair).status == 200


def test_all_sessions_can_be_ended_at_once(ann, api, pair, calls):
    others = [ann.logs_in().json for _ in range(3)]
    calls.clear()

    assert api.delete("/sessions", token=pair["access_token"]).status == 204
    assert calls.dynamodb == ["Query", "BatchWriteItem"]
    assert {refresh(api, one).code for one in [pair, *others]} == {"token_invalid"}
    assert not [item for item in stored() if item["sk"]["S"].startswith("SESS#")]


def test_an_expired_access_token_is_refused(api, pair, shop_clock):
    shop_clock.forward(600)
    answer = api.get("/users/me", token=pair["access_token"])

    assert (answer.status, answer.code) == (401, "token_expired")


def test_disabling_ends_all_sessions_at_once(ann, boss, api, pair):
    other = ann.logs_in().json
    assert boss.disables(ann).status == 200

    assert {refresh(api, one).code for one in (pair, other)} == {"token_invalid"}


def test_an_account_that_is_enabled_again_starts_without_sessions(ann, boss, api, pair):
    boss.disables(ann)
    boss.enables(ann)

    assert refresh(api, pair).code == "token_invalid"
    assert refresh(api, ann.logs_in().json).status == 200


def test_a_new_role_ends_the_sessions_that_carry_the_old_one(ann, boss, api, pair):
    boss.makes(ann, "staff")

    assert refresh(api, pair).code == "token_invalid"
    assert claims(ann.logs_in().json["access_token"])["role"] == "staff"


def change_password(api, pair, new="velvet orchard 77 lamp"):
    return api.put(
        "/users/me/password", {"current_password": PASSWORD, "new_password": new}, token=pair["access_token"]
    )


def test_a_new_password_ends_all_sessions_but_the_one_that_set_it(ann, api, pair):
    others = [ann.logs_in().json for _ in range(2)]
    assert change_password(api, pair).status == 204

    assert {refresh(api, one).code for one in others} == {"token_invalid"}
    assert refresh(api, pair).status == 200


def test_the_session_that_set_a_password_outlives_the_next_settlement(ann, api, pair):
    from chalicelib.sessions import domain

    change_password(api, pair)
    domain.settle(pair["user"]["id"])

    assert refresh(api, pair).status == 200


def test_a_session_that_has_ended_sets_no_password(ann, api, pair):
    api.delete("/sessions", token=ann.logs_in().json["access_token"])

    assert change_password(api, pair).code == "token_invalid"
    assert ann.logs_in().status == 201


def test_sessions_of_an_account_that_is_gone_end(ann, api, pair):
    from chalicelib.accounts.models import Profile
    from chalicelib.sessions import domain

    Profile(*Profile.key(pair["user"]["id"])).delete()
    domain.settle(pair["user"]["id"])

    assert refresh(api, pair).code == "token_invalid"


def test_tokens_carry_a_changed_address_from_the_next_refresh_on(ann, api, pair, post):
    wanted = {"new_email": "ann@new.example.test", "password": PASSWORD}
    api.put("/users/me/email", wanted, token=pair["access_token"])
    ann.confirms(post.token("ann@new.example.test"))

    assert claims(refresh(api, pair).json["access_token"])["email"] == "ann@new.example.test"


def test_a_log_in_that_disabling_overtakes_starts_no_session(ann, boss, meanwhile):
    meanwhile(lambda: boss.disables(ann))

    assert ann.logs_in().code == "account_disabled"
    assert sessions_of(ann) == []


def test_a_log_in_that_a_new_password_overtakes_starts_no_session(ann, api, pair, meanwhile):
    meanwhile(lambda: change_password(api, pair))

    assert ann.logs_in().code == "invalid_credentials"
    assert len(sessions_of(ann)) == 1


def test_a_log_in_that_a_new_role_overtakes_carries_the_new_role(ann, boss, meanwhile):
    meanwhile(lambda: boss.makes(ann, "staff"))

    assert claims(ann.logs_in().json["access_token"])["role"] == "staff"


def test_a_log_in_that_another_one_overtakes_starts_its_session_too(ann, meanwhile):
    meanwhile(ann.logs_in)

    assert ann.logs_in().status == 201
    assert len(sessions_of(ann)) == 2


def sessions_of(person):
    mine = f"USER#{user_id(person)}"
    return [item for item in stored() if item["pk"]["S"] == mine and item["sk"]["S"].startswith("SESS#")]


def test_a_hash_of_weaker_figures_is_renewed_by_logging_in(ann, monkeypatch):
    from chalicelib.accounts import domain, passwords

    monkeypatch.setattr(passwords, "_MEMORY_KIB", passwords._MEMORY_KIB * 2)
    assert ann.logs_in().status == 201

    assert "m=38912" in domain.find_log_in(domain.account_of(ann.email)).password_hash
    assert ann.logs_in().status == 201
    assert ann.logs_in("not the right password").status == 401
