"""The keys of a service: which one signs, which are shown, and how a running service learns of new ones."""

import json
from types import SimpleNamespace

import jwt
import pytest

from common import clock, keyring
from common.keyring import Key, ServiceTokens, Signer, read_keys
from tests.support import tokens

NOW = 1_800_000_000
OLD, NEW = (json.loads(tokens.signing_keys(name))[0] for name in ("users", "orders"))


@pytest.fixture
def passing(monkeypatch):
    """Real time and the shop's clock, both standing still until `passing.by(60)`."""
    moment = SimpleNamespace(now=NOW)
    moment.by = lambda seconds: setattr(moment, "now", moment.now + seconds)
    monkeypatch.setattr(clock, "time", SimpleNamespace(monotonic=lambda: moment.now, time=lambda: moment.now))
    monkeypatch.setattr(clock, "_source", lambda: moment.now)
    return moment


class Secret:
    """`signing-keys`, which an operator may change and AWS may fail to give."""

    def __init__(self, *entries):
        self.entries, self.down, self.asked = entries, False, 0

    def __call__(self):
        self.asked += 1
        if self.down:
            raise ConnectionError
        return json.dumps(self.entries)


def signed_by(signer, iat):
    return jwt.get_unverified_header(signer.sign({"iat": iat}))["kid"]


def shown(signer):
    return [key["kid"] for key in signer.jwks()["keys"]]


def test_a_key_without_times_signs_always(passing):
    signer = Signer(Secret(OLD))

    assert (signed_by(signer, 0), signed_by(signer, NOW + 10**9), shown(signer)) == ("users-1", "users-1", ["users-1"])


def test_the_newest_key_whose_time_has_come_signs_and_is_shown_first(passing):
    signer = Signer(Secret(OLD, {**NEW, "signs_from": NOW + 10}))
    assert (signed_by(signer, NOW), shown(signer)) == ("users-1", ["users-1", "orders-1"])

    passing.by(10)
    assert (signed_by(signer, NOW + 10), shown(signer)) == ("orders-1", ["orders-1", "users-1"])


def test_an_answer_from_before_is_repeated_with_the_key_from_before(passing):
    signer = Signer(Secret(OLD, {**NEW, "signs_from": NOW + 10}))
    first = signer.sign({"iat": NOW + 9})
    passing.by(15)

    assert signer.sign({"iat": NOW + 9}) == first


def test_a_key_past_its_end_is_not_shown(passing):
    signer = Signer(Secret({**OLD, "until": NOW + 10}, {**NEW, "signs_from": NOW}))
    assert len(shown(signer)) == 2

    passing.by(10)
    assert shown(signer) == ["orders-1"]


def test_before_every_time_the_oldest_key_signs(passing):
    signer = Signer(Secret({**NEW, "signs_from": NOW + 20}, {**OLD, "signs_from": NOW + 10}))

    assert signed_by(signer, NOW) == "users-1"


def test_the_list_is_read_again_at_the_next_use_after_its_time(passing):
    secret = Secret(OLD)
    signer = Signer(secret, reload_s=60)
    shown(signer)
    secret.entries = (NEW,)
    passing.by(60)
    assert (shown(signer), secret.asked) == (["users-1"], 1)

    passing.by(1)
    assert (shown(signer), secret.asked) == (["orders-1"], 2)


def test_a_process_that_was_frozen_reads_the_list_again(passing, monkeypatch):
    secret = Secret(OLD)
    signer = Signer(secret, reload_s=60)
    shown(signer)
    secret.entries = (NEW,)
    monkeypatch.setattr(clock, "time", SimpleNamespace(monotonic=lambda: NOW, time=lambda: NOW + 3600))

    assert shown(signer) == ["orders-1"]


@pytest.mark.parametrize(
    "broken", [[], [{"kid": "x"}], [{"kid": "x", "pem": "no key"}], [None]], ids=["none", "half", "unreadable", "null"]
)
def test_a_list_that_can_not_be_used_changes_nothing(passing, broken, capsys):
    secret = Secret(OLD)
    signer = Signer(secret, reload_s=60)
    shown(signer)
    secret.entries = broken
    passing.by(61)

    assert shown(signer) == ["users-1"]
    assert "PRIVATE" not in capsys.readouterr().err


def test_while_the_list_can_not_be_read_it_is_asked_for_every_few_seconds(passing):
    secret = Secret(OLD)
    signer = Signer(secret, reload_s=60)
    shown(signer)
    secret.down = True
    passing.by(61)
    for _ in range(12):
        assert shown(signer) == ["users-1"]
        passing.by(1)
    assert secret.asked == 3

    secret.down, secret.entries = False, (NEW,)
    passing.by(6)
    assert shown(signer) == ["orders-1"]


def test_without_any_keys_the_error_is_told(passing):
    secret = Secret(OLD)
    secret.down = True

    with pytest.raises(ConnectionError):
        Signer(secret).jwks()


def test_a_service_token_is_used_until_a_minute_before_its_end(passing):
    made = ServiceTokens(tokens.signer("orders"), "orders")
    first = made("catalog")

    passing.by(200)
    assert made("catalog") == first
    passing.by(50)
    later = made("catalog")
    assert later != first
    passing.by(-250)
    assert made("catalog") != later


def test_a_service_token_is_made_anew_for_a_new_key(passing):
    secret = Secret(OLD)
    made = ServiceTokens(Signer(secret, reload_s=60), "orders")
    first = made("catalog")
    secret.entries = (NEW,)
    passing.by(61)

    assert jwt.get_unverified_header(first)["kid"] == "users-1"
    assert jwt.get_unverified_header(made("catalog"))["kid"] == "orders-1"


def test_the_key_set_has_public_halves_only():
    (key,) = tokens.signer("users").jwks()["keys"]

    assert key.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}


def test_a_private_half_is_in_no_text_about_a_key():
    (key,) = read_keys(tokens.signing_keys("users"))

    assert "PRIVATE" not in f"{key!r} {key}"
    assert key == Key("users-1", key.pem)


def test_a_running_shop_learns_of_keys_sooner_than_a_deployed_one():
    assert keyring.reload_seconds("local") < keyring.reload_seconds("dev") == keyring.reload_seconds("cloud")
