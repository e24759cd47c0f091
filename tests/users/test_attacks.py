"""What an attacker tries on users-service, by HTTP."""

import base64
import json
import socket
import string

import pytest

import app
from tests.support import tokens
from tests.users import attackers, forgery
from tests.users.attackers import ME, session_of, the_same, without_id
from tests.users.conftest import PASSWORD, dump
from tests.users.forgery import HEADER, claims, es256, hs256, own_jwk, own_key

nothing_leaks, ann_token = attackers.nothing_leaks, attackers.ann_token


def refused(answer):
    said = (answer.status, answer.code, answer.headers.get("WWW-Authenticate"))
    assert said == (401, "token_invalid", "Bearer"), answer
    return True


# Forged tokens


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", " none", "", None, [], "HS256", "es256", "ES256 "])
@pytest.mark.parametrize("signature", ["", "A" * 86, "of a good token"])
def test_no_algorithm_is_no_signature(api, alg, signature):
    good = tokens.user_token().rpartition(".")[2]
    body = forgery.unsigned(HEADER | {"alg": alg}, claims())

    assert refused(api.get(ME, token=f"{body}.{good if signature == 'of a good token' else signature}"))
    assert refused(api.get(ME, token=body))


@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512", "ES256"])
@pytest.mark.parametrize("form", forgery.public_forms())
def test_the_public_key_is_no_shared_secret(api, alg, form):
    secret = forgery.public_forms()[form]
    digest = {"HS384": "sha384", "HS512": "sha512"}.get(alg, "sha256")

    assert refused(api.get(ME, token=hs256(HEADER | {"alg": alg}, claims(), secret, digest)))


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "ES384", "EdDSA", "ES256K"])
def test_no_other_algorithm_is_understood(api, alg):
    header = HEADER | {"alg": alg}

    assert refused(api.get(ME, token=forgery.rs256(header, claims())))
    assert refused(api.get(ME, token=forgery.es384(header, claims())))
    assert alg == "ES256" or refused(api.get(ME, token=es256(header, claims())))


CERTIFICATE = base64.b64encode(b"0\x82").decode()
POINTERS = {
    "jwk": own_jwk(),
    "jku": "https://evil.example/jwks.json",
    "x5u": "https://evil.example/cert.pem",
    "x5c": [CERTIFICATE],
    "x5t": "AAAA",
    "crit": ["jwk"],
    "url": "https://evil.example/",
    "cty": "JWT",
    "zip": "DEF",
}


@pytest.mark.parametrize("name", POINTERS)
@pytest.mark.parametrize("kid", ["users-1", "evil-1"])
def test_a_token_does_not_bring_its_own_key(api, monkeypatch, name, kid):
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("somebody was asked"))
    header = HEADER | {"kid": kid, name: POINTERS[name]}

    assert refused(api.get(ME, token=es256(header, claims(), own_key())))


def test_with_a_good_signature_such_a_header_is_refused_as_well(api):
    for name, value in POINTERS.items():
        assert refused(api.get(ME, token=es256(HEADER | {name: value}, claims())))
    assert api.get("/sessions", token=es256(HEADER, claims())).status == 200


KEY_IDS = [
    "../../../../dev/null", "/dev/null", "file:///dev/null", "..\\..\\windows\\win.ini", "users-1/../orders-1",
    "users-1' OR '1'='1", "x' UNION SELECT 'key", "users-1; rm -rf /", "$(id)", "{{7*7}}", "users-1\x00", "users-1 ",
    "USERS-1", "orders-1", "catalog-1", "", "*", "0", "__proto__", "é" * 50, "k" * 300,
]  # fmt: skip


@pytest.mark.parametrize("kid", KEY_IDS)
def test_a_key_id_is_a_name_and_nothing_else(api, kid):
    header = HEADER | {"kid": kid}
    others = json.loads(tokens.signing_keys("orders"))[0]["pem"].encode()

    assert refused(api.get(ME, token=es256(header, claims(), own_key())))
    assert refused(api.get(ME, token=es256(header, claims())))
    assert refused(api.get(ME, token=hs256(header | {"alg": "HS256"}, claims(), b"")))
    assert refused(api.get(ME, token=es256(header, claims(), forgery.private_key(others))))


def test_one_issuers_key_signs_nothing_for_another(api):
    others = forgery.private_key(json.loads(tokens.signing_keys("orders"))[0]["pem"].encode())

    for kid, issuer in [("orders-1", "users"), ("users-1", "users"), ("users-1", "orders"), ("orders-1", "catalog")]:
        assert refused(api.get(ME, token=es256(HEADER | {"kid": kid}, claims(iss=issuer), others)))


# Tokens with a good signature that mean something else


@pytest.mark.parametrize("typ", ["JWT", "jwt", "at-jwt", "at+jwt ", "id+jwt", "logout+jwt", "dpop+jwt", "", None, 1])
def test_another_type_is_no_access_token(api, typ):
    assert refused(api.get(ME, token=es256(HEADER | {"typ": typ}, claims())))


WRONG = [
    {"iss": "Users"}, {"iss": "https://users"}, {"iss": ""}, {"iss": None}, {"iss": ["users"]}, {"iss": {"a": 1}},
    {"aud": "users"}, {"aud": "catalog"}, {"aud": "Shop"}, {"aud": ["shop"]}, {"aud": ["shop", "users"]}, {"aud": None},
    {"sub": ""}, {"sub": None}, {"sub": 1}, {"sub": ["usr_admin"]}, {"role": "root"}, {"role": "service"},
    {"role": ["admin"]}, {"role": None}, {"role": "Admin"}, {"exp": None}, {"exp": "9999999999"}, {"exp": True},
    {"exp": [9999999999]}, {"iat": None}, {"iat": "0"}, {"nbf": 9999999999}, {"iat": 9999999999}, {"sid": {"a": 1}},
]  # fmt: skip


@pytest.mark.parametrize("change", WRONG, ids=str)
def test_wrong_claims_open_nothing(api, change):
    assert refused(api.get(ME, token=es256(HEADER, claims(**change))))


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "role", "exp", "iat"])
def test_no_claim_may_be_missing(api, name):
    said = claims()
    del said[name]

    assert refused(api.get(ME, token=es256(HEADER, said)))


def test_a_token_ends_to_the_second(api, ann_token, shop_clock):
    shop_clock.forward(599)
    assert api.get(ME, token=ann_token).status == 200

    shop_clock.forward(1)
    answer = api.get(ME, token=ann_token)
    assert (answer.status, answer.code, answer.headers["WWW-Authenticate"]) == (401, "token_expired", "Bearer")


def test_no_letter_of_a_token_may_be_another(api, ann_token):
    for place, letter in enumerate(ann_token):
        other = "B" if letter == "A" else "A"
        assert refused(api.get(ME, token=ann_token[:place] + other + ann_token[place + 1 :]))
    for letter in set(string.ascii_letters + string.digits + "-_") - {ann_token[-1]}:  # four bits of it mean nothing
        assert refused(api.get(ME, token=ann_token[:-1] + letter))
    assert api.get(ME, token=ann_token).status == 200


def test_a_token_is_not_cut_extended_or_spaced(api, ann_token):
    header, payload, signature = ann_token.split(".")
    for other in [
        ann_token[:-1], ann_token + "=", ann_token + "A", ann_token + ".", "." + ann_token, ann_token + ".x",
        f"{header}..{signature}", f".{payload}.{signature}", f"{header}.{payload}", f"{header}.{payload}.", "..", ".",
        f"{header} .{payload}.{signature}", f"{header}.{payload}\n.{signature}", ann_token + "\x00", "x" * 60_000,
        f"{header}.{'W1tb' * 1200}.{signature}", f"{ann_token}, Bearer {ann_token}", f"{ann_token};{ann_token}",
    ]:  # fmt: skip
        assert refused(api.get(ME, token=other)), other


def test_the_other_signature_of_a_token_is_the_same_token(api, ann_token):
    """Every ES256 verifier takes it. It says nothing else and ends with the same session; no list of tokens is kept."""
    other = forgery.twin(ann_token)
    seen = [api.get(ME, token=one) for one in (ann_token, other)]
    api.delete("/sessions", token=other)
    dead = [api.post("/users/me/addresses", {}, token=one) for one in (ann_token, other)]

    assert other != ann_token
    assert without_id(seen[0]) == without_id(seen[1])
    assert seen[0].status == 200
    assert all(refused(one) for one in dead)


@pytest.mark.parametrize(
    "header", ["Basic YW5uOnB3", "bearer", "Bearer", "Token {}", "Bearer: {}", "JWT {}", "{}", "Bearer {} {}", '"{}"']
)
def test_a_token_comes_as_a_bearer_token_only(api, ann_token, header):
    assert refused(api.get(ME, Authorization=header.replace("{}", ann_token)))


def test_a_token_in_the_query_the_body_or_a_cookie_is_not_seen(api, ann_token):
    assert api.get(f"{ME}?access_token={ann_token}").code == "token_missing"
    assert api.get(ME, Cookie=f"access_token={ann_token}").code == "token_missing"
    assert api.patch(ME, {"access_token": ann_token}).code == "token_missing"


# One kind of token used as another


@pytest.fixture
def every_token(ann, api, provider):
    """One of each kind, all of them good for what they are for."""
    pair = ann.logs_in().json
    api.post("/password-resets", {"email": ann.email})
    reset = ann.post.token(ann.email)
    other = {"email": "carl@example.test", "password": PASSWORD, "name": "Carl"}
    api.post("/users", other)
    return {
        "access": pair["access_token"],
        "refresh": pair["refresh_token"],
        "device": pair["device_token"],
        "confirm": ann.post.token(other["email"]),
        "reset": reset,
        "service": tokens.service_token("orders", "catalog"),
        "id": provider.id_token(sub="dora", email="dora@example.test"),
    }


USES = {
    "access": lambda api, token: api.get(ME, token=token),
    "refresh": lambda api, token: api.post("/sessions/refresh", {"refresh_token": token}),
    "confirm": lambda api, token: api.post("/email-verifications/confirm", {"token": token}),
    "reset": lambda api, token: api.post("/password-resets/confirm", {"token": token, "new_password": PASSWORD + "!"}),
    "id": lambda api, token: api.post("/sessions/external", {"id_token": token}),
    "cursor": lambda api, token: api.get(f"/sessions?cursor={token}", role="customer"),
}


def test_no_token_is_good_for_what_another_is_for(api, every_token):
    before = dump()
    for use, send in USES.items():
        for kind, token in every_token.items():
            if kind != use:
                assert send(api, token).status in (400, 401, 422), (kind, use)
    assert dump() == before


def test_each_of_them_is_good_for_what_it_is_for(api, every_token):
    order = ["access", "refresh", "confirm", "reset", "id"]

    assert [USES[use](api, every_token[use]).status for use in order] == [200, 200, 204, 204, 201]


def test_a_device_is_known_by_a_device_token_only(ann, every_token):
    for kind in every_token.keys() - {"device"}:
        given = ann.logs_in(Device_Token=every_token[kind]).json["device_token"]
        assert given not in every_token.values()


def test_the_device_token_of_one_account_is_nothing_to_another(ann, person, every_token):
    carl = person("carl@example.test")
    carl.confirms(every_token["confirm"])

    assert carl.logs_in(Device_Token=every_token["device"]).json["device_token"] != every_token["device"]


def test_a_service_is_no_person(api, post):
    for path in (ME, "/sessions", "/users", "/users/me/addresses", "/privacy/users"):
        assert api.get(path, role="service:orders").code == "forbidden"


# Who has an account here


def test_registering_tells_nobody_who_is_here(ann, api):
    new = {"password": PASSWORD, "name": "Eve"}
    answers = [
        api.post("/users", {**new, "email": email}) for email in ("eve@example.test", ann.email, "ANN@EXAMPLE.TEST")
    ]

    assert the_same(*answers).status == 202
    waiting = api.post("/users", {**new, "email": "eve@example.test"})
    assert the_same(answers[0], waiting).status == 202


@pytest.mark.parametrize("path", ["/email-verifications", "/password-resets"])
def test_asking_for_a_mail_tells_nobody_who_is_here(ann, api, path):
    answers = [api.post(path, {"email": email}) for email in ("nobody@example.test", ann.email)]

    assert the_same(*answers).status == 202


def test_logging_in_tells_nobody_who_is_here(ann, api, person):
    person("eve@example.test").registers()
    wrong = {"password": "not the right password"}
    answers = [
        api.post("/sessions", {**wrong, "email": email})
        for email in (ann.email, "nobody@example.test", "eve@example.test")
    ]

    assert the_same(*answers).code == "invalid_credentials"


def test_a_disabled_account_looks_like_none_to_who_does_not_know_its_password(ann, api, signed_in):
    sub, _ = session_of(ann.logs_in().json["access_token"])
    boss, sid = session_of(signed_in("boss@example.test"))
    attackers.promote(boss)
    assert api.post(f"/users/{sub}/disable", token=tokens.user_token(boss, "admin", sid=sid)).status == 200
    wrong = {"password": "not the right password"}
    answers = [api.post("/sessions", {**wrong, "email": email}) for email in (ann.email, "nobody@example.test")]

    assert the_same(*answers).code == "invalid_credentials"
    assert ann.logs_in().code == "account_disabled"


def test_changing_the_address_tells_nobody_who_is_here(ann, api, person):
    eve = person("eve@example.test")
    eve.registers()
    eve.confirms()
    token = eve.logs_in().json["access_token"]
    answers = [
        api.put("/users/me/email", {"new_email": email, "password": PASSWORD}, token=token)
        for email in (ann.email, "free@example.test")
    ]

    assert the_same(*answers).status == 202


def test_bad_links_of_all_kinds_look_the_same(api, every_token):
    used = every_token["confirm"]
    USES["confirm"](api, used)
    for use in ("confirm", "reset"):
        answers = [USES[use](api, token) for token in (used, "never-made", every_token["refresh"][:200], "x")]
        assert (the_same(*answers).status, answers[0].code) == (400, "token_invalid")


# Rights that nobody may give themselves

ROUTES = [
    (method, path, entry.view_function.operation)
    for path, entries in app.app.routes.items()
    for method, entry in entries.items()
    if entry.view_function.operation.request and method != "HEAD"
]
EXTRAS = [
    "role", "roles", "is_admin", "id", "user_id", "sub", "sid", "session_id", "email_verified", "disabled", "epoch",
    "version", "v", "pk", "sk", "password_hash", "created_at", "expires_at", "identities", "avatar", "avatar_url",
    "__proto__", "constructor", "constructor.prototype", "__class__", "__dict__", "user.role", "user[role]",
    "role.$set", "$set", "Role", "ROLE", "role ", "role\u0000", "rоle", "",
]  # fmt: skip


@pytest.fixture
def as_role(signed_in):
    """A token with a role and a live session; the account behind it is a customer's."""
    sub, sid = session_of(signed_in("boss@example.test"))
    return lambda operation: tokens.user_token(
        sub, sorted(operation.allow.roles, key=["customer", "guest", "staff", "admin"].index)[0], sid=sid
    )


@pytest.mark.parametrize(("method", "path", "operation"), ROUTES, ids=[f"{m} {p}" for m, p, _ in ROUTES])
def test_no_body_takes_more_than_its_fields(api, post, as_role, method, path, operation):
    token = None if operation.allow.public else as_role(operation)
    fields = set(operation.request.__struct_encode_fields__)
    before = dump()
    for extra in EXTRAS:
        if extra not in fields:
            answer = api.request(method, path.replace("{user_id}", "usr_x"), {extra: "admin"}, token=token)
            assert (answer.status, answer.code) == (422, "unknown_field"), (extra, answer)
            assert extra in [error["field"] for error in answer.json["errors"]]
    assert dump() == before


@pytest.mark.parametrize("extra", [one for one in EXTRAS if one])
def test_a_good_change_with_something_more_in_it_changes_nothing(api, ann_token, extra):
    before = api.get(ME, token=ann_token).json

    assert api.patch(ME, {"name": "Eve", extra: "admin"}, token=ann_token).code == "unknown_field"
    assert api.get(ME, token=ann_token).json == before


def test_a_query_or_a_header_gives_no_rights(api, post, ann_token):
    sent = {"X_User": "usr_admin", "X_Role": "admin", "X_HTTP_Method_Override": "DELETE", "X_Original_URL": "/users"}
    answer = api.get(f"{ME}?role=admin&id=usr_admin&email_verified=1", token=ann_token, **sent)

    assert (answer.status, answer.json["role"]) == (200, "customer")
    assert api.get("/users?role=admin", token=ann_token, **sent).code == "forbidden"
