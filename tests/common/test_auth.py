"""Tokens: only ours, only for us, only in time."""

import base64
import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from common import auth, clock
from common.auth import Access, Caller, Verifier
from common.keyring import ServiceTokens, Signer
from common.problems import Forbidden, TokenExpired, TokenInvalid, TokenMissing, Unavailable
from tests.support import tokens


def verifier(service="catalog"):
    return Verifier(service, {name: tokens.signer(name).jwks for name in tokens.ISSUERS})


def forged(key, headers=None, **claims):
    usual = {"iss": "users", "aud": "shop", "sub": "u", "role": "admin", "iat": 1, "exp": int(clock.now()) + 60}
    return jwt.encode(usual | claims, key, "ES256", headers={"typ": "at+jwt", "kid": "users-1"} | (headers or {}))


def test_a_users_token_stands_for_its_caller():
    token = tokens.user_token("usr_1", "customer", sid="ses_1")

    assert verifier().verify(token) == Caller("usr_1", "customer", "usr_1@example.test", "ses_1")


def test_a_services_token_stands_for_the_service():
    assert verifier().verify(tokens.service_token("orders", "catalog")) == Caller("orders", "service")


def test_a_services_token_for_another_service_is_refused():
    with pytest.raises(TokenInvalid):
        verifier().verify(tokens.service_token("orders", "users"))


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "catalog"},
        {"aud": ["shop", "other"]},
        {"iss": "nobody"},
        {"iss": "orders"},
        {"role": "root"},
        {"role": None},
        {"sub": ""},
        {"exp": "tomorrow"},
        {"exp": True},
    ],
)
def test_wrong_claims_are_refused(claims):
    with pytest.raises(TokenInvalid):
        verifier().verify(tokens.user_token("u", **claims))


def test_an_expired_token_says_so_only_if_it_was_ours():
    ended = int(clock.now()) - 1

    with pytest.raises(TokenExpired):
        verifier().verify(tokens.user_token("u", exp=ended))
    with pytest.raises(TokenInvalid):
        verifier().verify(forged(ec.generate_private_key(ec.SECP256R1()), exp=ended))


def test_another_key_under_our_key_id_is_refused():
    with pytest.raises(TokenInvalid):
        verifier().verify(forged(ec.generate_private_key(ec.SECP256R1())))


@pytest.mark.parametrize("headers", [{"typ": "JWT"}, {"typ": None}, {"kid": "unknown"}, {"kid": ""}])
def test_wrong_headers_are_refused(headers):
    key = json.loads(tokens.signing_keys("users"))[0]["pem"]

    with pytest.raises(TokenInvalid):
        verifier().verify(forged(key, headers))


def test_no_algorithm_and_a_public_key_as_a_secret_are_refused():
    claims = jwt.decode(tokens.user_token("u"), options={"verify_signature": False})
    unsigned = jwt.encode(claims, None, "none", headers={"typ": "at+jwt", "kid": "users-1"})
    confused = jwt.encode(claims, "k" * 32, "HS256", headers={"typ": "at+jwt", "kid": "users-1"})

    for token in (unsigned, confused):
        with pytest.raises(TokenInvalid):
            verifier().verify(token)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_altered_token_is_refused(place):
    parts = tokens.user_token("u").split(".")
    parts[place] = base64.urlsafe_b64encode(parts[place].encode()).decode().rstrip("=")

    with pytest.raises(TokenInvalid):
        verifier().verify(".".join(parts))


@pytest.mark.parametrize("header", [None, "", "  "])
def test_no_token_is_missing(header):
    with pytest.raises(TokenMissing):
        verifier().from_header(header)


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "Bearer ", "abc", "Bearer a b", "Bearer é.é.é"])
def test_what_is_no_token_is_invalid(header):
    with pytest.raises(TokenInvalid):
        verifier().from_header(header)


def test_nothing_is_allowed_that_was_not_named():
    with pytest.raises(Forbidden):
        Access().check(Caller("u", "admin"))
    with pytest.raises(Forbidden):
        auth.roles("orders").check(Caller("orders", "service"))


def test_a_service_token_is_used_until_a_minute_before_its_end(monkeypatch):
    made = ServiceTokens(tokens.signer("orders"), "orders")
    first, now = made("catalog"), clock.now()

    monkeypatch.setattr(clock, "_source", lambda: now + 200)
    assert made("catalog") == first
    monkeypatch.setattr(clock, "_source", lambda: now + 250)
    later = made("catalog")
    assert later != first
    monkeypatch.setattr(clock, "_source", lambda: now)
    assert made("catalog") != later


def test_without_its_keys_a_token_can_not_be_judged():
    def down():
        raise OSError

    with pytest.raises(Unavailable):
        Verifier("catalog", {"users": down}).verify(tokens.user_token("u"))


def test_known_keys_outlive_their_issuer_for_a_day(monkeypatch):
    up = [True]

    def fetch():
        if not up[0]:
            raise OSError
        return tokens.signer("users").jwks()

    checks, now = Verifier("catalog", {"users": fetch}), __import__("time").monotonic()
    checks.verify(tokens.user_token("u"))
    up[0] = False
    monkeypatch.setattr("time.monotonic", lambda: now + 23 * 3600)
    assert checks.verify(tokens.user_token("u")).id == "u"
    monkeypatch.setattr("time.monotonic", lambda: now + 25 * 3600)
    with pytest.raises(Unavailable):
        checks.verify(tokens.user_token("u"))


def test_a_new_key_of_the_issuer_is_fetched_when_it_is_first_seen(monkeypatch):
    sets = [{"keys": []}, tokens.signer("users").jwks()]
    checks = Verifier("catalog", {"users": lambda: sets.pop(0)})

    with pytest.raises(TokenInvalid):
        checks.verify(tokens.user_token("u"))
    assert checks.verify(tokens.user_token("u")).id == "u"


def test_the_key_set_has_public_halves_only():
    (key,) = Signer(lambda: tokens.signing_keys("users")).jwks()["keys"]

    assert key.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}
