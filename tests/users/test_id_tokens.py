"""Which id tokens of an OpenID Connect provider are taken."""

import base64
import hmac
import json

import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.external import providers
from tests.support.services import ROOT
from tests.support.tokens import user_token
from tests.users.provider import AUDIENCE, ISSUER, SETTINGS, Provider, jwk, key_for

SPKI = PublicFormat.SubjectPublicKeyInfo
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def unsigned(claims, header):
    parts = [base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in (header, claims)]
    return ".".join([*parts, ""])


def refused(answer):
    return (answer.status, answer.code, answer.headers["WWW-Authenticate"]) == (401, "token_invalid", "Bearer")


# What is no id token for us


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://login.example.test/other"},
        {"iss": ISSUER + "/"},
        {"iss": None},
        {"iss": [ISSUER]},
        {"aud": "other-client"},
        {"aud": None},
        {"aud": [AUDIENCE]},
        {"aud": [AUDIENCE], "azp": "other-client"},
        {"aud": [AUDIENCE, "other-client"], "azp": AUDIENCE},
        {"aud": []},
        {"azp": "other-client"},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": 7},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": True},
        {"iat": None},
        {"iat": 1e300},
        {"nbf": "now"},
        {"token_use": "access"},
        {"token_use": None},
        {"token_use": True},
        {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}},
    ],
    ids=str,
)
def test_a_token_that_says_something_else_is_refused(provider, exchange, wrong):
    assert refused(exchange(provider.id_token(**wrong)))


def test_a_list_of_audiences_is_taken_if_the_token_was_made_at_our_request(provider, configured, exchange):
    configured(provider, trusted_audiences=["shop-api"])

    assert exchange(provider.id_token(aud=["shop-api", AUDIENCE], azp=AUDIENCE)).status == 201
    assert refused(exchange(provider.id_token(aud=["shop-api"], azp=AUDIENCE)))
    assert refused(exchange(provider.id_token(aud="shop-api", azp=AUDIENCE)))


def test_a_required_claim_has_its_value_and_its_type(provider, configured, exchange):
    configured(provider, required={"mfa": True})

    assert exchange(provider.id_token(mfa=True)).status == 201
    assert all(refused(exchange(provider.id_token(mfa=other))) for other in (1, "true", False, None))


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "PS256"])
def test_the_configured_algorithms_are_taken(provider, exchange, algorithm):
    assert exchange(provider.id_token(algorithm)).status == 201


@pytest.mark.parametrize("algorithm", ["RS512", "PS512", "ES384"])
def test_other_algorithms_are_refused(provider, exchange, algorithm):
    provider.keys = {"keys": [jwk(algorithm)]}

    assert refused(exchange(provider.id_token(algorithm)))


def test_an_algorithm_is_refused_where_the_provider_is_not_configured_for_it(provider, configured, exchange):
    configured(provider, algorithms=["ES256"])

    assert refused(exchange(provider.id_token("RS256")))


@pytest.mark.parametrize("name", ["none", "None", "NONE", ""])
def test_an_unsigned_token_is_refused(provider, exchange, name):
    assert refused(exchange(unsigned(provider.claims(), {"alg": name, "kid": "key/RS256="})))


@pytest.mark.parametrize("secret", ["pem", "der", "audience"])
def test_the_public_key_or_our_audience_is_no_secret_to_sign_with(provider, exchange, secret):
    public = key_for("RS256").public_key()
    encodings = {"pem": Encoding.PEM, "der": Encoding.DER}
    known = public.public_bytes(encodings[secret], SPKI) if secret in encodings else AUDIENCE.encode()
    body = unsigned(provider.claims(), {"alg": "HS256", "kid": "key/RS256="}).rstrip(".")
    mac = base64.urlsafe_b64encode(hmac.digest(known, body.encode(), "sha256")).rstrip(b"=").decode()

    assert refused(exchange(f"{body}.{mac}"))


def test_a_key_checks_its_own_algorithm_only(provider, exchange):
    token = provider.id_token("PS256", key=key_for("RS256"), header={"kid": "key/RS256="})

    assert refused(exchange(token))


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "PS256"])
def test_a_foreign_key_is_refused_whatever_the_header_says(provider, exchange, algorithm):
    foreign = key_for(algorithm, "foreign")
    header = {
        "jwk": jwk(algorithm),
        "jku": "https://evil.example/jwks.json",
        "x5u": "https://evil.example/cert.pem",
    }

    assert refused(exchange(provider.id_token(algorithm, key=foreign, header=header)))


@pytest.mark.parametrize(
    "header",
    [
        {"kid": "unknown"},
        {"kid": "../../etc/passwd"},
        {"kid": None},
        {"typ": "at+jwt"},
        {"typ": "logout+jwt"},
        {"crit": ["exp"], "exp": 1},
        {"crit": ["b64"], "b64": True},
    ],
    ids=str,
)
def test_a_header_that_is_not_an_id_tokens_is_refused(provider, exchange, header):
    assert refused(exchange(provider.id_token(header=header)))


def test_a_token_without_a_type_is_taken(provider, exchange):
    assert exchange(provider.id_token(header={"typ": None})).status == 201


@settings(max_examples=60, deadline=None)
@given(place=st.floats(0, 0.999), letter=st.sampled_from("AQgwz09-_."))
def test_an_altered_token_is_refused(place, letter):
    from chalicelib.errors import IdTokenInvalid
    from chalicelib.external import tokens

    with pytest.MonkeyPatch.context() as patch:
        found = Provider()
        patch.setattr(providers, "fetch_json", lambda _url: found.jwks())
        patch.setattr(providers, "by_issuer", providers.read(json.dumps([SETTINGS])))
        token = found.id_token()
        at = int(place * len(token))
        altered = token[:at] + letter + token[at + 1 :]
        if altered != token:
            with pytest.raises(IdTokenInvalid):
                tokens.read(altered, None)


@pytest.mark.parametrize("text", ["x", "a.b.c", "....", "ey.ey.ey", "é.ü.ö", "{}", "e30.e30.", "W10.W10.W10"])
def test_what_is_no_token_is_refused(provider, exchange, text):
    assert refused(exchange(text))


def test_duplicate_claims_are_refused(provider, exchange):
    claims = json.dumps(provider.claims())[:-1] + ', "sub": "subject-of-bob"}'
    signed = jwt.PyJWS().encode(claims.encode(), key_for("RS256"), "RS256", headers={"kid": "key/RS256="})

    assert refused(exchange(signed))


def test_our_own_tokens_are_no_id_tokens(provider, exchange):
    assert refused(exchange(user_token()))


def test_without_a_provider_every_token_is_refused(exchange):
    assert refused(exchange(Provider().id_token()))


# When it is one


def test_an_expired_token_is_refused(provider, exchange, shop_clock):
    token = provider.id_token(exp=int(shop_clock()) + 30)
    shop_clock.forward(30)

    assert refused(exchange(token))


def test_a_token_is_good_for_ten_minutes_even_if_the_provider_says_longer(provider, exchange, shop_clock):
    first, second = (provider.id_token() for _ in range(2))
    shop_clock.forward(599)
    assert exchange(first).status == 201
    shop_clock.forward(2)
    assert refused(exchange(second))


@pytest.mark.parametrize("claim", ["iat", "nbf"])
def test_a_token_of_the_future_is_refused_but_for_a_minute(provider, exchange, shop_clock, claim):
    now = int(shop_clock())

    assert exchange(provider.id_token(**{claim: now + 59})).status == 201
    assert refused(exchange(provider.id_token(**{claim: now + 90})))


def test_the_nonce_is_the_front_ends(provider, exchange):
    assert exchange(provider.id_token(nonce="n-1"), "n-1").status == 201
    assert refused(exchange(provider.id_token(nonce="n-1"), "n-2"))
    assert refused(exchange(provider.id_token(nonce="n-1")))
    assert refused(exchange(provider.id_token(), "n-1"))


def test_a_token_is_exchanged_once(provider, exchange):
    token = provider.id_token()

    assert exchange(token).status == 201
    assert refused(exchange(token))


def test_the_same_signature_written_otherwise_is_still_the_same_token(provider, exchange):
    token = provider.id_token("ES256")
    body, _, signature = token.rpartition(".")
    raw = jwt.utils.base64url_decode(signature)
    twin = raw[:32] + (P256_ORDER - int.from_bytes(raw[32:])).to_bytes(32)

    assert exchange(f"{body}.{jwt.utils.base64url_encode(twin).decode()}").status == 201
    assert refused(exchange(token))
    assert refused(exchange(token + "=="))


# The provider's keys


def test_the_keys_are_fetched_once(provider, exchange):
    for _ in range(3):
        assert exchange(provider.id_token()).status == 201

    assert provider.asked == 1


def test_with_known_keys_people_log_in_while_the_provider_is_down(provider, exchange):
    assert exchange(provider.id_token()).status == 201
    provider.down = True

    assert exchange(provider.id_token()).status == 201


def test_without_keys_the_answer_is_to_come_back(provider, exchange, ann):
    provider.down = True
    answer = exchange(provider.id_token())

    assert (answer.status, answer.code) == (503, "unavailable")
    assert answer.headers["Retry-After"]
    assert ann.logs_in().status == 201


@pytest.mark.parametrize("keys", [[], {}, {"keys": "none"}, {"keys": []}, {"keys": [None, {}, {"kty": "RSA"}]}])
def test_an_answer_that_is_no_key_set_is_no_key(provider, exchange, keys):
    provider.keys = keys

    assert exchange(provider.id_token()).status in (401, 503)


@pytest.mark.parametrize(
    "changes",
    [{"use": "enc"}, {"alg": "RSA-OAEP"}, {"key_ops": ["sign"]}, {"kid": 7}],
    ids=str,
)
def test_a_key_for_something_else_checks_no_id_token(provider, exchange, changes):
    provider.keys = {"keys": [jwk("RS256", **changes), jwk("ES256")]}

    assert exchange(provider.id_token("ES256")).status == 201
    assert refused(exchange(provider.id_token("RS256")))


def test_a_key_that_is_too_short_checks_nothing(provider, exchange):
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - on purpose
    public = jwt.algorithms.RSAAlgorithm.to_jwk(short.public_key(), as_dict=True)
    provider.keys = {"keys": [{**public, "kid": "key/RS256=", "alg": "RS256"}]}
    signed = jwt.PyJWS(options={"enforce_minimum_key_length": False})
    with pytest.warns(UserWarning, match="below"):
        token = signed.encode(json.dumps(provider.claims()).encode(), short, "RS256", headers={"kid": "key/RS256="})

    assert refused(exchange(token))


# The configuration


@pytest.mark.parametrize(
    "wrong",
    [
        {"algorithms": ["none"]},
        {"algorithms": ["HS256"]},
        {"algorithms": []},
        {"jwks_url": "http://login.example.test/jwks.json"},
        {"jwks_url": "file:///etc/passwd"},
        {"audience": ""},
        {"colour": "blue"},
        {"claims": {"mail": "email"}},
    ],
    ids=str,
)
def test_a_mistake_in_the_configuration_is_seen_at_the_start(wrong):
    with pytest.raises(ValueError, match=r".+"):
        providers.read(json.dumps([SETTINGS | wrong]))


def test_an_issuer_stands_there_once():
    with pytest.raises(ValueError, match="twice"):
        providers.read(json.dumps([SETTINGS, SETTINGS | {"name": "other"}]))


def test_keys_may_come_from_this_machine_without_tls():
    assert providers.read(json.dumps([SETTINGS | {"jwks_url": "http://127.0.0.1:8084/jwks.json"}])).keys() == {ISSUER}


def test_nothing_configured_is_no_provider():
    assert providers.read("") == providers.read("[]") == {}
    with pytest.raises(msgspec.DecodeError):
        providers.read("{")


def documented():
    """The entries of docs/external-login.md by name."""
    text = (ROOT / "docs" / "external-login.md").read_text()
    return {one["name"]: one for one in json.loads(text.partition("```json")[2].partition("```")[0])}


SHAPES = {  # id token, access token: what each has that others have not
    "cognito": ({"token_use": "id"}, {"token_use": "access", "aud": None, "client_id": "CLIENT"}),
    "auth0": ({}, {"aud": ["https://api.example.test", "https://TENANT.eu.auth0.com/userinfo"], "azp": "CLIENT"}),
    "keycloak": ({"typ": "ID", "azp": "CLIENT"}, {"typ": "Bearer", "azp": "CLIENT"}),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_documented_provider_is_taken_with_its_id_tokens_only(provider, configured, exchange, name):
    entry = documented()[name]
    configured(provider, **{"required": {}, **entry})
    good, bad = ({"iss": entry["issuer"], "aud": "CLIENT", "token_use": None} | shape for shape in SHAPES[name])

    assert exchange(provider.id_token(**good)).status == 201
    assert refused(exchange(provider.id_token(**bad)))
