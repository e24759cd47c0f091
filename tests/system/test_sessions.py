"""Accounts and sessions of a running shop, where several things happen at once and processes die."""

import secrets
from collections import Counter

import pytest

from tests.system.eventually import eventually
from tests.system.web import Web, all_at_once, fetch_json

NAME = "Ann Example"


@pytest.fixture
def web(shop):
    return Web(shop.url)


@pytest.fixture
def login():
    return {"email": f"ann-{secrets.token_hex(6)}@shop.example", "password": secrets.token_urlsafe(15)}


@pytest.fixture
def pair(web):
    return web.post("/sessions/guest", {}).json


def mails(web, email):
    return fetch_json(f"{web.origin}/_inbox?to={email}")["items"]


def mailed_tokens(web, email):
    links = [link for mail in mails(web, email) for link in mail["links"]]
    return [link.partition("token=")[2] for link in links if "token=" in link]


def refresh(web, pair):
    return web.post("/sessions/refresh", {"refresh_token": pair["refresh_token"]})


def test_all_who_refresh_with_one_token_at_once_get_the_same_pair(web, pair):
    for _ in range(5):
        answers = all_at_once([lambda p=pair: refresh(web, p)] * 16)

        assert {answer.status for answer in answers} == {200}
        assert len({answer.text for answer in answers}) == 1
        pair = answers[0].json


def test_a_token_used_again_after_the_race_is_over_ends_the_session(shop, web, pair):
    after = all_at_once([lambda: refresh(web, pair)] * 4)[0].json
    with shop.clock_moved("+1m"):
        assert refresh(web, pair).code == "token_reused"
        assert refresh(web, after).code == "token_invalid"


def test_of_many_thieves_with_an_old_token_none_gets_a_session(shop, web, pair):
    after = refresh(web, pair).json
    with shop.clock_moved("+1m"):
        answers = all_at_once([lambda: refresh(web, pair)] * 8)

        assert {answer.status for answer in answers} == {401}
        assert refresh(web, after).status == 401


def test_logging_out_wins_against_refreshes_that_race_with_it(web, pair):
    out = Web(web.origin, pair["access_token"])
    answers = all_at_once([lambda: refresh(web, pair)] * 6 + [lambda: out.delete("/sessions/current")])
    pairs = [answer.json for answer in answers if answer.status == 200]

    assert answers[-1].status == 204
    assert {refresh(web, one).code for one in [pair, *pairs]} == {"token_invalid"}


def test_many_who_register_one_address_at_once_make_one_account(web, login):
    answers = all_at_once([lambda: web.post("/users", {**login, "name": NAME})] * 8)
    assert {(answer.status, answer.text) for answer in answers} == {(202, '{"status":"accepted"}')}

    assert eventually(lambda: len(mails(web, login["email"])) == 3)  # more are dropped
    confirmed = [web.post("/email-verifications/confirm", {"token": t}) for t in mailed_tokens(web, login["email"])]
    users = {web.post("/sessions", login).json["user"]["id"] for _ in range(2)}

    assert Counter(answer.status for answer in confirmed) == {204: 1, 400: 2}
    assert len(users) == 1


def test_a_link_followed_many_times_at_once_works_once(web, login):
    web.post("/users", {**login, "name": NAME})
    (token,) = eventually(lambda: mailed_tokens(web, login["email"]))
    answers = all_at_once([lambda: web.post("/email-verifications/confirm", {"token": token})] * 8)

    assert Counter(answer.status for answer in answers) == {204: 1, 400: 7}
    assert web.post("/sessions", login).status == 201


def test_changes_that_race_with_one_version_are_made_once(shop):
    staff = shop.as_role("staff")
    version = staff.get("/users/me").headers["ETag"]
    answers = all_at_once(
        [lambda n=n: staff.patch("/users/me", {"name": f"Name {n}"}, If_Match=version) for n in range(8)]
    )
    won = [answer.json["name"] for answer in answers if answer.status == 200]

    assert Counter(answer.status for answer in answers) == {200: 1, 412: 7}
    assert staff.get("/users/me").json["name"] == won[0]


def test_changes_without_a_version_are_all_made(shop):
    staff = shop.as_role("staff")
    before = staff.get("/users/me").json["version"]
    answers = all_at_once([lambda n=n: staff.patch("/users/me", {"name": f"Name {n}"}) for n in range(4)])

    assert {answer.status for answer in answers} == {200}
    assert staff.get("/users/me").json["version"] == before + 4


def test_the_mail_arrives_though_the_service_dies_after_its_answer(shop, web, login):
    assert web.post("/users", {**login, "name": NAME}).status == 202
    shop.kill("users")
    tokens = eventually(lambda: mailed_tokens(web, login["email"]), within_s=45)  # a job in hand comes again after 20 s

    assert web.post("/email-verifications/confirm", {"token": tokens[0]}).status == 204
    assert web.post("/sessions", login).status == 201


def test_sessions_outlive_the_service(shop, web, pair):
    shop.kill("users")

    assert refresh(web, pair).status == 200


def test_no_session_of_a_log_in_that_races_with_disabling_lives(shop, web):
    boss, login = shop.as_role("admin"), shop.account()
    user_id = web.post("/sessions", login).json["user"]["id"]
    for _ in range(6):
        boss.post(f"/users/{user_id}/enable")
        log_ins = [lambda: web.post("/sessions", login)] * 6
        *answers, disabled = all_at_once([*log_ins, lambda: boss.post(f"/users/{user_id}/disable")])

        assert disabled.status == 200
        assert {answer.status for answer in answers} <= {201, 403}
        assert {refresh(web, answer.json).code for answer in answers if answer.status == 201} <= {"token_invalid"}


def test_no_session_of_a_log_in_that_races_with_a_new_password_lives(shop, web):
    login = shop.account()
    mine = web.post("/sessions", login).json
    for _ in range(6):
        new = secrets.token_urlsafe(15)
        change = {"current_password": login["password"], "new_password": new}
        log_ins = [lambda: web.post("/sessions", login)] * 4  # one wrong password more would be refused
        owner = Web(web.origin, mine["access_token"])
        *answers, changed = all_at_once([*log_ins, lambda c=change, o=owner: o.put("/users/me/password", c)])

        assert changed.status == 204
        assert {answer.status for answer in answers} <= {201, 401}
        assert {refresh(web, answer.json).code for answer in answers if answer.status == 201} <= {"token_invalid"}
        assert [one["current"] for one in owner.get("/sessions").json["items"]] == [True]
        login["password"] = new
        assert web.post("/sessions", login).status == 201  # forgets the wrong ones
        mine = refresh(web, mine).json


def test_erasing_wins_against_log_ins_that_race_with_it(shop, web):
    for _ in range(6):
        login = shop.account()
        mine = web.post("/sessions", login).json
        owner = Web(web.origin, mine["access_token"])
        erase = {"password": login["password"]}
        log_ins = [lambda one=login: web.post("/sessions", one)] * 6
        *answers, erased = all_at_once([*log_ins, lambda o=owner, e=erase: o.delete("/users/me", e)])

        assert erased.status == 202
        assert {answer.status for answer in answers} <= {201, 401, 429}
        begun = [mine, *(answer.json for answer in answers if answer.status == 201)]
        assert {refresh(web, one).code for one in begun} == {"token_invalid"}
