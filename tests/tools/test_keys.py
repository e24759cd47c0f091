"""Rotating the keys of a service: `keys rotate`, `keys list`, and why no request fails."""

import json
import math
import random
from contextlib import contextmanager
from types import SimpleNamespace
from unittest.mock import patch

import boto3
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws

from common import clock
from common.auth import BETWEEN_FETCHES_SECONDS, Verifier
from common.keyring import Key, Signer, read_keys, reload_seconds
from common.problems import TokenInvalid
from tools.shop import keys, rotation
from tools.shop.cli import shop
from tools.shop.home import write
from tools.shop.rotation import LONGEST_TOKEN_SECONDS, MARGIN_SECONDS, SLACK_SECONDS, KeyStore, Refused, rotated
from tools.shop.service_secrets import ensure_secrets

NOW = 1_800_000_000.0
PEMS = [rotation.new_pem() for _ in range(3)]
OLD, NEW, THIRD = Key("old", PEMS[0]), Key("new", PEMS[1], NOW + 15), Key("third", PEMS[2], NOW + 30)


@pytest.fixture
def store(monkeypatch, tmp_path):
    """The keys of users-service in SSM, where there is one."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        ssm = boto3.client("ssm")
        ensure_secrets(lambda _: ssm, "users")
        yield KeyStore(ssm, "users")


def kids(store):
    return [key.kid for key in store.read()[0]]


def test_the_old_key_ends_when_its_last_token_has_expired():
    old, new = rotated([OLD], NEW, NOW)

    assert (new, old.kid, old.pem) == (NEW, "old", OLD.pem)
    assert old.until == NEW.signs_from + LONGEST_TOKEN_SECONDS + MARGIN_SECONDS


def test_no_end_is_ever_put_off():
    first = rotated([OLD], NEW, NOW)
    second = rotated(first, THIRD, NEW.signs_from)

    assert [key.kid for key in second] == ["old", "new", "third"]
    assert second[0].until == first[0].until < second[1].until < second[2].until == math.inf


def test_keys_past_their_end_are_dropped_by_the_next_rotation():
    first = rotated([OLD], NEW, NOW)

    assert [key.kid for key in rotated(first, THIRD, first[0].until)] == ["new", "third"]


def test_while_the_new_key_waits_there_is_no_other_rotation():
    first = rotated([OLD], NEW, NOW)

    with pytest.raises(Refused):
        rotated(first, THIRD, NEW.signs_from - 1)


def test_the_list_comes_back_from_ssm_as_it_was_written(store):
    store.change(lambda held: rotated(held, NEW, NOW))
    (old, new), version = store.read()

    assert (version, new) == (2, NEW)
    assert old.until == NEW.signs_from + LONGEST_TOKEN_SECONDS + MARGIN_SECONDS
    assert store.ssm.describe_parameters()["Parameters"][0]["Type"] == "SecureString"


def test_of_two_rotations_at_once_one_is_made_and_the_other_refused(store):
    (first,) = kids(store)

    def change(held):
        store.change(lambda held: rotated(held, NEW, NOW))  # somebody else, between our reading and writing
        return rotated(held, THIRD, NOW)

    with pytest.raises(Refused):
        store.change(change)
    assert kids(store) == [first, "new"]


def test_a_rotation_never_brings_back_a_revoked_key(store):
    def change(held):
        store.put([NEW])
        return rotated(held, THIRD, NOW)

    with pytest.raises(Refused):
        store.change(change)
    assert kids(store) == ["new"]


def test_a_write_that_is_sent_twice_after_a_lost_reply_is_one_rotation(store):
    (first,) = kids(store)
    put = store.ssm.put_parameter

    def twice(**arguments):
        put(**arguments)
        return put(**arguments)

    with patch.object(store.ssm, "put_parameter", twice):
        store.change(lambda held: rotated(held, NEW, NOW))
    assert kids(store) == [first, "new"]


class World:
    """Three instances of users-service, three of catalog-service, and an operator; time goes by when it is told to.

    SSM answers with what stood there up to `SLACK_SECONDS` ago: its own lag, or a reading that others did not wait for.
    """

    def __init__(self, stage, seed):
        self.now, self.chance = NOW, random.Random(seed)
        self.versions = [(-math.inf, [OLD])]
        self.issuers = [Signer(self.list_of_keys, reload_seconds(stage)) for _ in range(3)]
        self.verifiers = [Verifier("catalog", {"users": self.key_set}) for _ in range(3)]
        self.given = []

    @contextmanager
    def time(self):
        times = SimpleNamespace(monotonic=lambda: self.now, time=lambda: self.now)
        with patch.object(clock, "time", times), patch.object(clock, "_source", lambda: self.now):
            yield

    def list_of_keys(self):
        seen = self.now - self.chance.choice([0, SLACK_SECONDS - 0.01])
        entries = [entries for at, entries in self.versions if at <= seen][-1]
        return json.dumps([rotation._entry(key) for key in entries])

    def key_set(self):
        return self.chance.choice(self.issuers).jwks()

    def rotate(self, delay_s):
        pem = PEMS[len(self.versions) % 3]
        new = Key(f"key-{len(self.versions)}", pem, self.now + delay_s)
        self.versions.append((self.now, rotated(self.versions[-1][1], new, self.now)))

    def log_in(self):
        iat = int(self.now)
        claims = {"iss": "users", "aud": "shop", "sub": "u", "role": "customer", "iat": iat, "exp": iat + 600}
        self.given.append((iat + 600, self.chance.choice(self.issuers).sign(claims)))

    def attack(self):
        """A key id that nobody has makes the verifier look for keys at a moment of the attacker's choice."""
        forged = Signer(lambda: json.dumps([{"kid": "none", "pem": PEMS[0]}])).sign(
            {"iss": "users", "iat": int(self.now), "exp": int(self.now) + 600}
        )
        with pytest.raises(TokenInvalid):
            self.chance.choice(self.verifiers).verify(forged)

    def call(self):
        """Every token that has not expired is good everywhere."""
        self.given = [(end, token) for end, token in self.given if end > self.now]
        for _, token in self.given[:1] + self.given[-2:]:
            assert self.chance.choice(self.verifiers).verify(token).id == "u"


@pytest.mark.parametrize("stage", ["local", "cloud"])
@given(st.integers(0, 2**32))
@settings(deadline=None, max_examples=20, derandomize=True)
def test_no_token_is_refused_on_any_instance_while_keys_change(stage, seed):
    world, delay = World(stage, seed), rotation.delay_s(stage)
    with world.time():
        for step in range(500):
            world.now += world.chance.choice([0.1, 0.5, 2])
            world.chance.choice([world.log_in, world.log_in, world.call, world.call, world.attack])()
            if step in (20, 220):
                world.rotate(delay)


def test_the_delay_covers_a_reload_and_the_pause_between_fetches():
    for stage in ("local", "cloud"):
        assert rotation.delay_s(stage) > reload_seconds(stage) + BETWEEN_FETCHES_SECONDS


class Service:
    """users-service as `keys rotate` sees it: what it publishes, and time, which passes while the command waits."""

    def __init__(self, store, monkeypatch):
        self.store, self.now, self.up = store, NOW, True
        monkeypatch.setattr(clock, "_source", lambda: self.now)
        monkeypatch.setattr(clock, "follow", lambda _: None)
        monkeypatch.setattr(keys, "fetch_json", self.answer)
        monkeypatch.setattr(keys.time, "sleep", self.wait)
        monkeypatch.setattr(keys.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(keys.environment, "aws", lambda _: {})

    def wait(self, seconds):
        self.now += seconds

    def answer(self, _):
        if not self.up:
            raise OSError
        return Signer(
            lambda: self.store.ssm.get_parameter(Name=self.store.name, WithDecryption=True)["Parameter"]["Value"]
        ).jwks()


@pytest.fixture
def service(store, monkeypatch, tmp_path):
    monkeypatch.setenv("SHOP_HOME", str(tmp_path))
    write(tmp_path / "state.json", json.dumps({"processes": {"catalog": 1}}))
    return Service(store, monkeypatch)


def run(*words):
    return CliRunner().invoke(shop, ["keys", *words])


def test_the_command_waits_until_the_new_key_signs(service, store):
    (old,) = kids(store)
    said = run("rotate", "users")
    _, new = kids(store)

    assert said.exit_code == 0, said.output
    assert NOW + 15 <= service.now < NOW + 16
    assert said.output.splitlines() == [
        "At 2027-01-15T08:00:00Z:",
        f"  {old}  signs, ends at 2027-01-15T08:15:15Z",
        f"  {new}  is published, signs from 2027-01-15T08:00:15Z",
        f"{new} signs now.",
    ]


def test_the_list_shows_the_keys_and_their_times(service, store):
    run("rotate", "users")
    old, new = kids(store)
    said = run("list", "users").output
    service.wait(1000)

    assert f"  {old}  is published, ends at 2027-01-15T08:15:15Z\n  {new}  signs\n" in said
    assert f"  {old}  ended at 2027-01-15T08:15:15Z\n" in run("list", "users").output


def test_a_service_that_is_down_signs_with_the_new_key_later(service, store):
    service.up = False
    said = run("rotate", "users")

    assert (said.exit_code, len(kids(store))) == (0, 2)
    assert "does not answer" in said.output


def test_a_service_that_goes_on_with_the_old_key_is_an_error(service, store, monkeypatch):
    monkeypatch.setattr(keys, "fetch_json", lambda _: {"keys": [{"kid": "old"}]})
    said = run("rotate", "users")

    assert said.exit_code == 1
    assert "see its log" in said.output


def test_a_leaked_key_is_gone_at_once(service, store):
    (leaked,) = kids(store)
    said = run("rotate", "users", "--revoke")
    (new,) = kids(store)

    assert (said.exit_code, service.now) == (0, NOW)
    assert new != leaked
    assert f"{new} signs now." in said.output


def test_a_leaked_key_is_gone_at_once_even_during_a_rotation(service, store):
    store.change(lambda held: rotated(held, NEW, NOW))

    assert run("rotate", "users").exit_code == 1
    assert run("rotate", "users", "--revoke").exit_code == 0
    assert len(kids(store)) == 1


def test_a_key_that_somebody_else_replaced_meanwhile_is_an_error(service, store, monkeypatch):
    monkeypatch.setattr(keys.time, "sleep", lambda seconds: (store.put([NEW]), service.wait(seconds)))
    said = run("rotate", "users")

    assert said.exit_code == 1
    assert "Somebody else" in said.output


@pytest.mark.parametrize("words", [("rotate", "users"), ("list", "users"), ("rotate", "users", "--revoke")])
def test_no_private_key_is_shown_or_kept_in_a_file(service, store, words, tmp_path):
    said = run(*words)
    secrets = [line for key in store.read()[0] for line in key.pem.splitlines()[1:-1]]
    files = "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())

    assert len(secrets) >= 3
    assert not [one for one in secrets if one in said.output + files]


def test_without_a_shop_the_command_says_how_to_start_one(service, store):
    store.ssm.delete_parameter(Name=store.name)

    assert "python3 run.py" in run("rotate", "users").output


def test_a_new_shop_has_one_key_that_signs_always(store):
    (key,) = read_keys(store.ssm.get_parameter(Name=store.name, WithDecryption=True)["Parameter"]["Value"])

    assert (key.signs_from, key.until) == (0, math.inf)
