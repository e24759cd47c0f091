"""Text that wants to be more than text, and objects that belong to somebody else."""

import json
import re

import pytest

from tests.support import tokens
from tests.users import attackers
from tests.users.attackers import ME, session_of, the_same
from tests.users.conftest import PASSWORD, stored

nothing_leaks, ann_token, bob_token = attackers.nothing_leaks, attackers.ann_token, attackers.bob_token

BREAKS = ["\r\n", "\n", "\r", "\x00", "\x0b", "\x0c", "\x1c", "\x1e", "\x85", "\u2028", "\u2029"]
HEADER = "Bcc: eve@example.test"
HOME = {"name": "Ann Example", "line1": "Lindenstr. 1", "city": "Berlin", "postal_code": "10115", "country": "DE"}


# Mail


@pytest.mark.parametrize("text", [f"ann@example.test{one}{HEADER}" for one in BREAKS] + [
    f"ann{one}@example.test" for one in BREAKS] + [
    "ann@example.test,eve@example.test", "ann@example.test;eve@example.test", "ann@example.test eve@example.test",
    '"ann"@example.test', "Ann <ann@example.test>", "ann@[127.0.0.1]", "ann@example.test%0d%0aBcc:eve@example.test",
    "=?utf-8?q?ann?=@example.test\n", "ann@example.test?bcc=eve@example.test", "ann@exаmple.test", "ann@example.test.",
])  # fmt: skip
def test_no_address_carries_a_header_or_a_second_recipient(api, post, ann_token, text):
    answers = [
        api.post("/users", {"email": text, "password": PASSWORD, "name": "Ann"}),
        api.post("/email-verifications", {"email": text}),
        api.post("/password-resets", {"email": text}),
        api.post("/sessions", {"email": text, "password": PASSWORD}),
        api.put("/users/me/email", {"new_email": text, "password": PASSWORD}, token=ann_token),
    ]

    assert {(answer.status, answer.code) for answer in answers} == {(422, "validation_failed")}
    assert [error["field"] for answer in answers for error in answer.json["errors"]] == ["email"] * 4 + ["new_email"]


NAMES = [f"Ann{one}{HEADER}" for one in BREAKS] + [
    '<img src=x onerror="alert(1)">', "{{ config }}{% raw %}", "=?utf-8?b?QmNjOiBldmVAZXhhbXBsZS50ZXN0?=",
    "https://evil.example/login", "Ann\u0000", "${7*7}", "%s%n", "\ufeffAnn", "🙂" * 100,
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_refused_or_stays_text_in_a_mail(api, post, name):
    body = {"email": "ann@example.test", "password": PASSWORD, "name": name}
    if api.post("/users", body).status == 422:
        assert not post.to(body["email"])
        return

    (mail,) = post.to(body["email"])
    assert mail.destinations["ToAddresses"] == ["ann@example.test"]
    assert len(mail.subject.splitlines()) == 1
    assert "Bcc" not in mail.subject
    assert "<img" not in mail.body
    assert "49" not in re.sub(r"token=\S+", "", mail.body) or "49" in name


@pytest.mark.parametrize("name", [f"Ann{one}{HEADER}" for one in BREAKS])
def test_a_name_is_one_line(api, ann_token, name):
    assert api.patch(ME, {"name": name}, token=ann_token).code == "validation_failed"


@pytest.mark.parametrize("field", ["name", "line1", "line2", "city", "region", "postal_code", "phone"])
def test_a_line_of_an_address_is_one_line(api, ann_token, field):
    for one in BREAKS:
        answer = api.post("/users/me/addresses", {**HOME, field: f"1{one}2"}, token=ann_token)
        assert (answer.code, answer.json["errors"][0]["field"]) == ("validation_failed", field), repr(one)


# Headers


@pytest.mark.parametrize(
    "value", [f"Phone{one}Set-Cookie: a=b" for one in BREAKS] + ["x" * 8000, "é" * 300, "<b>", "{}"]
)
def test_what_a_device_calls_itself_is_shown_to_its_owner_as_text(api, post, value):
    pair = api.post("/sessions/guest", {}, User_Agent=value)
    (session,) = api.get("/sessions", token=pair.json["access_token"]).json["items"]

    assert pair.status == 201
    assert session["device"] == value[:200]
    assert "Set-Cookie" not in pair.headers


@pytest.mark.parametrize(
    "value",
    [
        "1.2.3.4\r\nX: y",
        "1.2.3.4, ::1",
        "localhost",
        "' OR 1=1",
        "::",
        "1" * 5000,
        "SRC#x",
        ", ,",
        "fe80::1%eth0",
        "\x00",
    ],
)
def test_an_address_from_the_edge_may_be_anything(api, post, value):
    answer = api.post("/sessions/guest", {}, X_Forwarded_For=value, X_Edge_Secret="edge-secret")

    assert answer.status == 201
    assert value not in json.dumps(stored(), default=str)


def test_nobody_but_the_edge_says_where_a_caller_is(api, post, monkeypatch):
    from chalicelib import config

    monkeypatch.setitem(config.LIMITS, "guest", 2)
    answers = [
        api.post("/sessions/guest", {}, X_Forwarded_For=f"10.0.0.{place}", X_Edge_Secret=secret)
        for place, secret in enumerate(["", "edge-secre", "edge-secret ", "EDGE-SECRET"])
    ]

    assert [answer.status for answer in answers] == [201, 201, 429, 429]


@pytest.mark.parametrize(
    "value",
    ["x", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "ff-" + "a" * 32 + "-" + "b" * 16 + "-01", "\r\nX: y", "a" * 9000,
     "00-" + "A" * 32 + "-" + "b" * 16 + "-01", "00-" + "a" * 32 + "-" + "b" * 16 + "-01\r\nX: y", "é"],
)  # fmt: skip
def test_a_trace_is_passed_on_only_if_it_is_one(api, value):
    answer = api.get("/health", traceparent=value)

    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-Id"])
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", answer.headers["traceparent"])


@pytest.mark.parametrize(
    "value", ["x", "dev_1.", ".", "dev_1\r\nX: y", "é" * 50, "a" * 8000, "dev_1.AAAA.BBBB", "\x00"]
)
def test_a_device_token_that_is_none_is_replaced_and_not_repeated(ann, value):
    answer = ann.logs_in(Device_Token=value)

    assert answer.status == 201
    assert answer.json["device_token"] != value
    assert re.fullmatch(r"dev_[a-z0-9]+\.[A-Za-z0-9_-]{22}", answer.json["device_token"])


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://localhost:8080.evil.example", "http://localhost:80800", "*", "",
     "http://localhost:8080\r\nX: y", "http://LOCALHOST:8080", "https://localhost:8080"],
)  # fmt: skip
def test_no_other_origin_may_read_an_answer(api, origin):
    for answer in (api.get("/health", Origin=origin), api.get(ME, Origin=origin)):
        assert not [name for name in answer.headers if name.startswith("Access-Control-")]
        assert origin not in answer.headers.values() or not origin


@pytest.mark.parametrize(
    "path", ["/users/..%2fme", "/users/me%00", "/users/$ne", "/users/usr_x'--", "/users/" + "a" * 3000]
)
def test_a_name_in_the_path_is_a_name(api, post, path):
    answer = api.get(path, role="admin")

    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize("text", ["EMAIL#x", "USER#usr_admin", "SESS#", "PROFILE", "WAITING", "OUT#", "TOK#"])
def test_no_id_reaches_another_kind_of_item(api, ann_token, text):
    for path in (f"/sessions/{text}", f"/users/me/addresses/{text}"):
        assert api.delete(path.replace("#", "%23"), token=ann_token).status == 404


def test_numbers_and_texts_at_their_limits_are_values_like_others(api, post, ann_token):
    for body in ({"locale": "de" * 5000}, {"name": "x" * 10**5}, {"marketing_consent": 10**400}, {"name": {"$gt": ""}}):
        assert api.patch(ME, body, token=ann_token).code == "validation_failed"
    assert api.patch(ME, b'{"name": "\\ud800"}', token=ann_token).code == "malformed_json"
    assert api.patch(ME, b"[" * 100_000, token=ann_token).code == "malformed_json"


# What belongs to others


@pytest.fixture
def bobs(api, bob_token):
    """The ids of what Bob has."""
    made = api.post("/users/me/addresses", HOME, token=bob_token)
    user, session = session_of(bob_token)
    return {"user": user, "session": session, "address": made.json["id"]}


def test_a_foreign_session_is_as_if_it_were_not(api, ann_token, bob_token, bobs):
    foreign, missing = (api.delete(f"/sessions/{one}", token=ann_token) for one in (bobs["session"], "ses_missing"))

    assert the_same(foreign, missing).status == 404
    assert api.get("/sessions", token=bob_token).json["items"][0]["id"] == bobs["session"]
    assert bobs["session"] not in api.get("/sessions", token=ann_token).text


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_foreign_address_is_as_if_it_were_not(api, ann_token, bob_token, bobs, method):
    body = {**HOME, "city": "Hamburg"} if method == "PUT" else None
    foreign, missing = (
        api.request(method, f"/users/me/addresses/{one}", body, token=ann_token)
        for one in (bobs["address"], bobs["address"][:-1] + "0")
    )

    assert the_same(foreign, missing).status == 404
    assert api.get(f"/users/me/addresses/{bobs['address']}", token=bob_token).json["city"] == "Berlin"
    assert api.get("/users/me/addresses", token=ann_token).json["items"] == []


@pytest.mark.parametrize(("method", "path"), [
    ("GET", "/users/{}"), ("PUT", "/users/{}/role"), ("POST", "/users/{}/disable"), ("POST", "/users/{}/enable"),
])  # fmt: skip
def test_another_person_is_as_if_they_were_not(api, ann_token, bob_token, bobs, method, path):
    body = {"role": "admin"} if method == "PUT" else None
    foreign, missing = (
        api.request(method, path.format(one), body, token=ann_token) for one in (bobs["user"], "usr_missing")
    )

    assert the_same(foreign, missing).code == "forbidden"
    assert api.get(ME, token=bob_token).json["role"] == "customer"


def test_a_cursor_of_another_person_opens_nothing(api, signed_in, ann_token, bob_token):
    sub, sid = session_of(bob_token)
    for _ in range(2):
        api.post("/users/me/addresses", HOME, token=bob_token)
    cursor = api.get("/users/me/addresses?limit=1", token=bob_token).json["next_cursor"]

    assert cursor
    for token in (ann_token, tokens.user_token(sub, "guest", sid=sid)):
        assert api.get(f"/sessions?cursor={cursor}", token=token).code == "cursor_invalid"
    assert api.get(f"/users/me/addresses?cursor={cursor}", token=ann_token).code == "cursor_invalid"


def test_nothing_of_anybody_else_is_in_what_one_sees_of_oneself(api, ann_token, bobs):
    seen = [api.get(path, token=ann_token).text for path in (ME, "/sessions", "/users/me/addresses", "/privacy/users")]

    assert not [one for text in seen for one in (*bobs.values(), "bob@") if one in text]
