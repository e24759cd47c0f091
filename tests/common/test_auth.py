"""Tokens: only ours, only for us, only in time."""

import base64
import itertools
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from jwt.algorithms import ECAlgorithm
from jwt.utils import der_to_raw_signature, raw_to_der_signature

from common import auth, clock
from common.auth import Access, Caller, Keys, Verifier
from common.problems import Forbidden, TokenExpired, TokenInvalid, TokenMissing, Unavailable
from tests.support import tokens


def verifier(service="catalog"):
    return Verifier(service, {name: tokens.signer(name).jwks for name in tokens.ISSUERS})


def forged(key, headers=None, **claims):
    usual = {"iss": "users", "aud": "shop", "sub": "u", "role": "admin", "iat": 1, "exp": int(clock.now()) + 60}
    return jwt.encode(usual | claims, key, "ES256", headers={"typ": "at+jwt", "kid": "users-1"} | (headers or {}))


ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the curve P-256
HEADER = {"typ": "at+jwt", "alg": "ES256", "kid": "users-1"}


def claims(**changes):
    now = int(clock.now())
    return {"iss": "users", "aud": "shop", "sub": "u", "role": "admin", "iat": now, "exp": now + 60} | changes


def part(value):
    """An object, or text as it is, as base64url without padding."""
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def signed(header, payload):
    """Two parts as they are, signed with users-service's key: what only its own mistake could make."""
    pem = json.loads(tokens.signing_keys("users"))[0]["pem"]
    text = f"{header}.{payload}"
    return f"{text}.{sign_text(pem, text)}"


def sign_text(pem, text):
    algorithm = ECAlgorithm(SHA256)
    raw = algorithm.sign(text.encode(), algorithm.prepare_key(pem))
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def test_a_users_token_stands_for_its_caller():
    token = tokens.user_token("usr_1", "customer", sid="ses_1")

    assert verifier().verify(token) == Caller("usr_1", "customer", "usr_1@example.test", "ses_1")


def test_a_services_token_stands_for_the_service():
    assert verifier().verify(tokens.service_token("orders", "catalog")) == Caller("orders", "service")


def test_a_services_token_for_another_service_is_refused():
    with pytest.raises(TokenInvalid):
        verifier().verify(tokens.service_token("orders", "users"))


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "catalog"},
        {"aud": ["shop", "other"]},
        {"iss": "nobody"},
        {"iss": "orders"},
        {"role": "root"},
        {"role": None},
        {"sub": ""},
        {"sub": None},
        {"sub": ["u"]},
        {"aud": None},
        {"iss": ["users"]},
        {"role": ["admin"]},
        {"email": {"a": 1}},
        {"sid": 7},
        {"exp": "tomorrow"},
        {"exp": True},
        {"exp": None},
        {"exp": 1e300},
        {"iat": None},
        {"iat": "1"},
        {"nbf": "1"},
    ],
)
def test_wrong_claims_are_refused(change):
    with pytest.raises(TokenInvalid):
        verifier().verify(signed(part(HEADER), part(claims(**change))))


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "role", "iat", "exp"])
def test_a_missing_claim_is_refused(name):
    some = claims()
    del some[name]

    with pytest.raises(TokenInvalid):
        verifier().verify(signed(part(HEADER), part(some)))


@pytest.mark.parametrize("name", ["iat", "nbf"])
def test_a_token_of_the_future_is_refused_but_for_clocks_that_differ_a_little(name):
    now = int(clock.now())

    assert verifier().verify(signed(part(HEADER), part(claims(**{name: now + 30})))).id == "u"
    with pytest.raises(TokenInvalid):
        verifier().verify(signed(part(HEADER), part(claims(**{name: now + 120}))))


def test_a_services_token_is_about_that_service():
    now = int(clock.now())
    said = {"iss": "orders", "sub": "catalog", "aud": "catalog", "iat": now, "exp": now + 60}

    with pytest.raises(TokenInvalid):
        verifier().verify(tokens.signer("orders").sign(said))


def test_an_expired_token_says_so_only_if_it_was_ours():
    ended = int(clock.now()) - 1

    with pytest.raises(TokenExpired):
        verifier().verify(tokens.user_token("u", exp=ended))
    with pytest.raises(TokenInvalid):
        verifier().verify(forged(ec.generate_private_key(ec.SECP256R1()), exp=ended))


def test_another_key_under_our_key_id_is_refused():
    with pytest.raises(TokenInvalid):
        verifier().verify(forged(ec.generate_private_key(ec.SECP256R1())))


@pytest.mark.parametrize("typ", ["at+jwt", "application/at+jwt", "AT+JWT"])
def test_both_names_of_the_type_are_accepted(typ):
    assert verifier().verify(signed(part(HEADER | {"typ": typ}), part(claims()))).id == "u"


@pytest.mark.parametrize(
    "header",
    [
        HEADER | {"crit": ["exp"]},
        HEADER | {"b64": False},
        HEADER | {"jku": "https://evil.example/keys"},
        HEADER | {"typ": "at+jwt;x"},
        HEADER | {"typ": "text/at+jwt"},
        HEADER | {"kid": 1},
        HEADER | {"kid": None},
        HEADER | {"alg": "es256"},
        {"alg": "ES256", "kid": "users-1"},
        {"typ": "at+jwt", "kid": "users-1"},
        {"typ": "at+jwt", "alg": "ES256"},
        [],
        "null",
        '{"typ":"at+jwt","alg":"none","alg":"ES256","kid":"users-1"}',
    ],
)
def test_only_our_own_header_is_accepted_even_with_a_good_signature(header):
    with pytest.raises(TokenInvalid):
        verifier().verify(signed(part(header), part(claims())))


@pytest.mark.parametrize(
    "payload",
    [
        "[]",
        "null",
        "{",
        "",
        "\ufeff{}",
        json.dumps(claims()) + " x",
        json.dumps(claims())[:-1] + ', "sub": "somebody else"}',
        json.dumps(claims())[:-1] + ', "x": {"a": 1, "a": 2}}',
        json.dumps(claims(exp=float("inf"))),
        json.dumps(claims(exp=float("nan"))),
        json.dumps(claims())[:-1] + ', "x": ' + "[" * 3000 + "]" * 3000 + "}",
        "[" * 3700,
    ],
    ids=range(12),
)
def test_claims_that_are_no_plain_object_are_refused_even_with_a_good_signature(payload):
    with pytest.raises(TokenInvalid):
        verifier().verify(signed(part(HEADER), part(payload)))


def spoilt(token):
    header, payload, signature = token.split(".")
    last = "AQgw"["AQgw".index(signature[-1]) - 1]
    return {
        "padding": f"{token}==",
        "padded header": f"{header}=.{payload}.{signature}",
        "a line break": f"{token}\n",
        "a space": f"{header}. {payload}.{signature}",
        "a tab": f"\t{token}",
        "a non-breaking space": f"{token}\xa0",
        "a dot": f"{token}.",
        "an empty part": f"{header}..{payload}.{signature}",
        "two parts": f"{header}.{payload}",
        "no signature": f"{header}.{payload}.",
        "five parts": f"{token}.x.y",
        "another alphabet": token.replace("_", "/").replace("-", "+") + "+",
        "JSON form": json.dumps({"protected": header, "payload": payload, "signature": signature}),
        "unused bits": token[:-1] + chr(ord(signature[-1]) + 1),
        "other bits": token[:-1] + last,
        "a longer signature": f"{token}AA",
        "a zero signature": f"{header}.{payload}.{'A' * 86}",
        "lower case": token.lower(),
        "not ASCII": f"{header}.{payload}.{signature[:-1]}é",
        "very long": f"{header}.{payload}{'A' * 6000}.{signature}",
    }


@pytest.mark.parametrize("how", spoilt(tokens.user_token("u")))
def test_only_the_one_text_of_a_token_is_accepted(how):
    with pytest.raises(TokenInvalid):
        verifier().verify(spoilt(tokens.user_token("u"))[how])


def test_the_other_signature_of_the_same_claims_gives_nothing_new():
    """With (r, s) every verifier accepts (r, n - s): the same caller, and there is no list of used tokens."""
    token = tokens.user_token("u")
    text, _, signature = token.rpartition(".")
    curve = ec.SECP256R1()
    r, s = decode_dss_signature(raw_to_der_signature(base64.urlsafe_b64decode(signature + "=="), curve))
    other = der_to_raw_signature(encode_dss_signature(r, ORDER - s), curve)
    twin = f"{text}.{base64.urlsafe_b64encode(other).decode().rstrip('=')}"

    assert twin != token
    assert verifier().verify(twin) == verifier().verify(token)


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


@pytest.mark.parametrize("before", ["Bearer ", "bearer ", "BEARER  ", " Bearer "])
def test_the_scheme_is_read_as_http_means_it(before):
    assert verifier().from_header(before + tokens.user_token("u")).id == "u"


@pytest.mark.parametrize("before", ["Bearer\t", "Bearer\xa0", "\x1cBearer ", "Bearer: ", "Bearer", "Token "])
def test_no_other_scheme_is_understood(before):
    with pytest.raises(TokenInvalid):
        verifier().from_header(before + tokens.user_token("u"))


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "Bearer ", "abc", "Bearer a b", "Bearer é.é.é"])
def test_what_is_no_token_is_invalid(header):
    with pytest.raises(TokenInvalid):
        verifier().from_header(header)


def test_nothing_is_allowed_that_was_not_named():
    with pytest.raises(Forbidden):
        Access().check(Caller("u", "admin"))
    with pytest.raises(Forbidden):
        auth.roles("orders").check(Caller("orders", "service"))


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


class Issuer:
    """users-service's published keys, which may be out of reach."""

    def __init__(self):
        self.up, self.asked = True, 0

    def __call__(self):
        self.asked += 1
        if not self.up:
            raise OSError
        return tokens.signer("users").jwks()


@pytest.fixture
def unknown():
    """A token under a key id that users-service does not have."""
    return forged(ec.generate_private_key(ec.SECP256R1()), {"kid": "users-2"})


def test_unknown_key_ids_do_not_hammer_the_issuer(unknown):
    issuer = Issuer()
    checks = Verifier("catalog", {"users": issuer})
    for _ in range(20):
        with pytest.raises(TokenInvalid):
            checks.verify(unknown)

    assert issuer.asked == 1


def test_a_key_that_can_not_be_looked_up_is_not_called_unknown(unknown, monkeypatch):
    issuer, at = Issuer(), clock.real()[0]
    checks = Verifier("catalog", {"users": issuer})
    checks.verify(tokens.user_token("u"))
    issuer.up = False
    monkeypatch.setattr("time.monotonic", lambda: at + 10)

    for _ in range(3):
        with pytest.raises(Unavailable):
            checks.verify(unknown)
    assert checks.verify(tokens.user_token("u")).id == "u"
    assert issuer.asked == 2


@pytest.mark.parametrize("answer", [{}, [], None, {"keys": None}, {"keys": [1]}, {"keys": [{"kid": "a"}]}, "x"])
def test_an_answer_that_is_no_key_set_is_no_answer(answer):
    with pytest.raises(Unavailable):
        Verifier("catalog", {"users": lambda: answer}).verify(tokens.user_token("u"))


class Door:
    """A lock that tells when so many stand before it."""

    def __init__(self, many):
        self.lock, self.before, self.all_here = threading.Lock(), itertools.count(1), threading.Event()
        self.many = many

    def acquire(self, blocking):
        if next(self.before) == self.many:
            self.all_here.set()
        return self.lock.acquire(blocking)

    def release(self):
        self.lock.release()


@pytest.mark.parametrize(("up", "outcome"), [(True, type(None)), (False, Unavailable)])
def test_who_waits_for_the_same_keys_shares_one_look(up, outcome):
    door, issuer = Door(4), Issuer()
    issuer.up = up

    def slow():
        door.all_here.wait(5)
        return issuer()

    keys = Keys(slow, lock=door)
    with ThreadPoolExecutor(4) as threads:
        found = [threads.submit(keys.find, "users-1") for _ in range(4)]

    assert ({type(one.exception()) for one in found}, issuer.asked) == ({outcome}, 1)
