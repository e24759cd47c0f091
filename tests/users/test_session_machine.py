"""Any sequence of what people, thieves and administrators do with sessions, against a plain model: who gets in, and who
is out. Time stands still but for the rule that moves it."""

import time
from dataclasses import dataclass, field

import boto3
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from moto import mock_aws

import app
from common import clock
from tests.support import fixtures, services
from tests.support.api import connected

ANN, BOSS = "ann@example.test", "boss@example.test"
LIVES, ACCESS, REPEAT = 30 * 24 * 3600, 600, 10
PASSWORDS = ("orchard lamp 4 velvet", "gravel violin 8 comet")
WRONG = "no password of mine"
spans = st.sampled_from([1, 2, REPEAT, REPEAT, REPEAT + 1, 60, ACCESS - 1, ACCESS, LIVES - 1, LIVES])
latest = st.integers(0, 4)  # which session, from the latest one on: an old one has mostly ended
mostly = st.sampled_from([True, True, True, False])
started = precondition(lambda self: self.model.sessions)


@dataclass(eq=False)
class Session:
    """What the model knows: every refresh token in turn, the last answer, and whether it has ended."""

    owner: str
    id: str
    access: str
    until: float
    tokens: list[str]
    rotated_at: float = 0.0
    used_at: float = 0.0
    answer: str = ""
    ended: bool = False


@dataclass
class Account:
    id: str
    password: str
    role: str = "customer"
    disabled: bool = False


@dataclass
class Model:
    account: Account | None = None
    sessions: list[Session] = field(default_factory=list)


class Sessions(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.mock = mock_aws()
        self.mock.start()
        for table in services.tables("users"):
            boto3.client("dynamodb").create_table(**table)
        for name, value in fixtures._secrets("users").items():
            boto3.client("ssm").put_parameter(Name=f"/shop/users/{name}", Value=value, Type="SecureString")
        self.clock = fixtures.ShopClock()
        self.clock.seconds = float(int(self.clock.seconds))
        clock.use(self.clock)
        self.connection = connected(app.app, "users")
        self.api = self.connection.__enter__()
        account(BOSS, PASSWORDS[0], "admin")
        self.boss_access, self.boss_until = "", 0.0
        self.model = Model(Account(account(ANN, PASSWORDS[0]), PASSWORDS[0]))

    def teardown(self):
        self.connection.__exit__(None, None, None)
        clock.use(time.time)
        self.mock.stop()

    @property
    def now(self):
        return self.clock.seconds

    def live(self, session):
        return not session.ended and self.now < session.used_at + LIVES

    def end(self, owner, but=None):
        for one in self.model.sessions:
            one.ended |= one.owner == owner and one is not but

    def chosen(self, number):
        return self.model.sessions[-1 - number % len(self.model.sessions)]

    def begun(self, owner, answer):
        pair = answer.json
        session = Session(owner, sid(pair), pair["access_token"], self.now + ACCESS, [pair["refresh_token"]])
        session.used_at = self.now
        self.model.sessions.append(session)
        return session

    # What people do.

    @rule(right=mostly)
    def log_in(self, right):
        known = self.model.account
        right = right and known is not None
        answer = self.api.post("/sessions", {"email": ANN, "password": known.password if right else WRONG})
        if not right:
            assert (answer.status, answer.code) == (401, "invalid_credentials")
        elif known.disabled:
            assert (answer.status, answer.code) == (403, "account_disabled")
        else:
            assert (answer.status, answer.json["user"]["role"]) == (201, known.role)
            self.begun(known.id, answer)

    @rule()
    def shop_as_a_guest(self):
        answer = self.api.post("/sessions/guest", {})
        assert answer.status == 201
        self.begun(answer.json["user"]["id"], answer)

    @started
    @rule(session=latest, times=st.integers(1, 3))
    def refresh(self, session, times):
        """Also several at once: all get the same pair."""
        session = self.chosen(session)
        answers = [self.exchange(session.tokens[-1]) for _ in range(times)]
        if not self.live(session):
            assert {answer.code for answer in answers} == {"token_invalid"}
            return
        assert {(answer.status, answer.text) for answer in answers} == {(200, answers[0].text)}
        assert answers[0].text != session.answer
        assert sid(answers[0].json) == session.id
        session.answer, session.rotated_at, session.used_at = answers[0].text, self.now, self.now
        session.access, session.until = answers[0].json["access_token"], self.now + ACCESS
        session.tokens.append(answers[0].json["refresh_token"])

    @started
    @rule(session=latest, age=st.integers(1, 3))
    def show_an_old_token(self, session, age):
        self.shown_again(self.chosen(session), age)

    @started
    @rule(session=latest, wait=st.sampled_from([0, REPEAT, REPEAT + 1]))
    def use_a_token_twice(self, session, wait):
        self.refresh(session, 1)
        self.clock.forward(wait)
        self.shown_again(self.chosen(session), 1)

    def shown_again(self, session, age):
        if age >= len(session.tokens):
            return
        answer = self.exchange(session.tokens[-1 - age])
        if not self.live(session):
            assert answer.code == "token_invalid"
        elif age == 1 and self.now - session.rotated_at <= REPEAT:
            assert (answer.status, answer.text) == (200, session.answer)
        else:
            assert answer.code == "token_reused"
            session.ended = True

    @started
    @rule(by=latest, of=latest)
    def end_one(self, by, of):
        by = self.chosen(by)
        of = self.chosen(of)
        answer = self.api.delete(f"/sessions/{of.id}", token=by.access)
        if self.let_in(by, answer):
            assert answer.status == (204 if by.owner == of.owner and self.live(of) else 404)
            of.ended |= by.owner == of.owner

    @started
    @rule(by=latest)
    def log_out(self, by):
        by = self.chosen(by)
        if self.let_in(by, self.api.delete("/sessions/current", token=by.access)):
            by.ended = True

    @started
    @rule(by=latest)
    def end_all(self, by):
        by = self.chosen(by)
        if self.let_in(by, self.api.delete("/sessions", token=by.access)):
            self.end(by.owner)

    @started
    @rule(by=latest, right=mostly, new=st.sampled_from(PASSWORDS))
    def change_password(self, by, right, new):
        by = self.chosen(by)
        current = self.model.account.password if self.model.account and right else WRONG
        body = {"current_password": current, "new_password": new}
        answer = self.api.put("/users/me/password", body, token=by.access)
        if not self.let_in(by, answer):
            return
        if by.owner.startswith("gst_"):
            assert answer.code == "forbidden"
        elif not self.live(by):
            assert answer.code == "token_invalid"
        elif not right:
            assert (answer.status, answer.code) == (403, "invalid_credentials")
        else:
            assert answer.status == 204
            self.model.account.password = new
            self.end(by.owner, but=by)

    @precondition(lambda self: self.model.account)
    @rule(new=st.sampled_from(PASSWORDS))
    def reset_password(self, new):
        from chalicelib.accounts import domain as accounts
        from chalicelib.credentials import domain as credentials

        _, token = credentials.reset(accounts.account_of(ANN))
        answer = self.api.post("/password-resets/confirm", {"token": token, "new_password": new})
        assert answer.status == 204
        self.model.account.password = new
        self.end(self.model.account.id)

    @started
    @rule(by=latest, right=mostly)
    def erase(self, by, right):
        by = self.chosen(by)
        known = self.model.account
        body = {"password": known.password if known and right else WRONG}
        answer = self.api.delete("/users/me", body, token=by.access)
        if not self.let_in(by, answer):
            return
        if by.owner.startswith("gst_"):
            assert answer.code == "forbidden"
        elif not self.live(by):
            assert answer.code == "token_invalid"
        elif not right:
            assert (answer.status, answer.code) == (403, "invalid_credentials")
        else:
            assert answer.status == 202
            self.model.account = None
            self.end(by.owner)

    @precondition(lambda self: self.model.account is None)
    @rule()
    def register_again(self):
        self.model.account = Account(account(ANN, PASSWORDS[0]), PASSWORDS[0])

    # What administrators do.

    @precondition(lambda self: self.model.account)
    @rule(word=st.sampled_from(["disable", "enable"]))
    def disable_or_enable(self, word):
        known = self.model.account
        answer = self.api.post(f"/users/{known.id}/{word}", token=self.boss_token())
        assert answer.status == 200
        if known.disabled != (word == "disable"):
            self.end(known.id)
        known.disabled = word == "disable"

    @precondition(lambda self: self.model.account)
    @rule(role=st.sampled_from(["customer", "staff"]))
    def assign_role(self, role):
        known = self.model.account
        answer = self.api.put(f"/users/{known.id}/role", {"role": role}, token=self.boss_token())
        assert answer.status == 200
        if known.role != role:
            self.end(known.id)
        known.role = role

    @rule(seconds=spans)
    def time_passes(self, seconds):
        self.clock.forward(seconds)

    @rule()
    def the_stream_settles_late(self):
        from chalicelib.sessions import domain

        for user_id in {one.owner for one in self.model.sessions if not one.owner.startswith("gst_")}:
            domain.settle(user_id)

    @invariant()
    def the_list_shows_the_live_sessions(self):
        able = {one.owner: one for one in self.model.sessions[-3:] if self.now < one.until}
        for owner, asks in able.items():
            listed = self.api.get("/sessions?limit=100", token=asks.access).json["items"]
            live = [one for one in self.model.sessions if one.owner == owner and self.live(one)]
            assert {one["id"]: one["current"] for one in listed} == {one.id: one is asks for one in live}

    def let_in(self, by, answer):
        """Whether the access token was still good, which does not ask for the session."""
        expired = self.now >= by.until
        assert (answer.code == "token_expired") is expired
        return not expired

    def exchange(self, token):
        return self.api.post("/sessions/refresh", {"refresh_token": token})

    def boss_token(self):
        if self.now >= self.boss_until:
            answer = self.api.post("/sessions", {"email": BOSS, "password": PASSWORDS[0]})
            self.boss_access, self.boss_until = answer.json["access_token"], self.now + ACCESS
        return self.boss_access


def sid(pair):
    """The session of a pair: the middle of its refresh token."""
    return pair["refresh_token"].split(".")[1]


def account(email, password, role="customer"):
    """A confirmed account; its id."""
    from chalicelib.accounts import admin

    return admin.create(email, password, role)


@pytest.fixture
def cheap_hashes_and_no_limits(monkeypatch):
    from chalicelib import config
    from chalicelib.accounts import passwords
    from chalicelib.limits import domain as limits

    monkeypatch.setattr(passwords, "_MEMORY_KIB", 8)
    monkeypatch.setattr(passwords, "_PASSES", 1)
    monkeypatch.setattr(limits, "FREE_FAILURES", 10_000)
    for kind in config.LIMITS:
        monkeypatch.setitem(config.LIMITS, kind, 10_000)


Sessions.TestCase.settings = settings(
    max_examples=20, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


@pytest.mark.usefixtures("cheap_hashes_and_no_limits")
class TestSessions(Sessions.TestCase):
    pass
