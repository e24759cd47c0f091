"""Sessions while the keys that sign their tokens are being replaced."""

import jwt
import pytest

from common import clock
from common.keyring import SERVICE_TOKEN_SECONDS
from tests.support import fixtures
from tools.shop import rotation
from tools.shop.rotation import KeyStore, rotated

DELAY = rotation.delay_s("local")


@pytest.fixture
def rotate(api, post, shop_clock, monkeypatch):
    """`rotate()`: an operator gives users-service a new key, and it reads its list again."""
    from chalicelib import config

    monkeypatch.setattr(config.signer, "_keys", ())
    monkeypatch.setattr(config.signer, "_loaded_at", clock.NEVER)

    def once():
        new = rotation.new_key(shop_clock() + DELAY)
        KeyStore(fixtures.client("ssm"), "users").change(lambda held: rotated(held, new, shop_clock()))
        config.signer._loaded_at = clock.NEVER
        return new.kid

    return once


def key_ids(api):
    return [key["kid"] for key in api.get("/.well-known/jwks.json").json["keys"]]


def signed_with(pair):
    return jwt.get_unverified_header(pair["access_token"])["kid"]


def test_two_keys_are_published_until_the_last_token_of_the_old_one_has_expired(api, rotate, shop_clock):
    new = rotate()
    assert key_ids(api) == ["users-1", new]

    shop_clock.forward(DELAY)
    assert key_ids(api) == [new, "users-1"]
    shop_clock.forward(rotation.LONGEST_TOKEN_SECONDS + rotation.MARGIN_SECONDS)
    assert key_ids(api) == [new]


def test_the_new_key_signs_when_its_time_has_come(api, rotate, shop_clock):
    new = rotate()
    before = api.post("/sessions/guest", {}).json
    shop_clock.forward(DELAY + 1)
    after = api.post("/sessions/refresh", {"refresh_token": before["refresh_token"]}).json

    assert (signed_with(before), signed_with(after)) == ("users-1", new)


def test_an_answer_that_was_lost_while_the_keys_changed_is_repeated_word_for_word(api, rotate, shop_clock):
    rotate()
    pair = api.post("/sessions/guest", {}).json
    shop_clock.forward(DELAY - 2)
    first = api.post("/sessions/refresh", {"refresh_token": pair["refresh_token"]})
    shop_clock.forward(4)
    again = api.post("/sessions/refresh", {"refresh_token": pair["refresh_token"]})

    assert (again.status, again.text) == (200, first.text)


def test_a_leaked_key_ends_no_session(api, rotate):
    from chalicelib import config

    pair = api.post("/sessions/guest", {}).json
    new = rotation.new_key()
    KeyStore(fixtures.client("ssm"), "users").put([new])
    config.signer._loaded_at = clock.NEVER
    answer = api.post("/sessions/refresh", {"refresh_token": pair["refresh_token"]})

    assert (answer.status, signed_with(answer.json), key_ids(api)) == (200, new.kid, [new.kid])


def test_no_token_lives_longer_than_a_rotation_reckons_with():
    from chalicelib.sessions.domain import ACCESS_SECONDS

    assert max(ACCESS_SECONDS, SERVICE_TOKEN_SECONDS) <= rotation.LONGEST_TOKEN_SECONDS
