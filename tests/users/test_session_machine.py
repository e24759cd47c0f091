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
spans = st.sampled_from([1, 2, 3, REPEAT, REPEAT, REPEAT + 1, 60, 60, ACCESS - 1, ACCESS, LIVES - 1, LIVES])
some = st.integers(0, 9)  # which session; see `chosen`
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
        """Mostly one that is still of use, the latest first; now and then one that has ended."""
        among = (number < 8 and self.useful()) or self.model.sessions
        return among[-1 - number % len(among)]

    def chosen_of_ann(self, number):
        """The same, but mostly one of the account."""
        if number < 8 and self.model.account and not self.useful(self.model.account.id):
            self.log_in_once(right=True)
        among = self.model.account and self.useful(self.model.account.id)
        return among[-1 - number % len(among)] if number < 8 and among else self.chosen(number)

    def useful(self, owner=""):
        return [one for one in self.model.sessions if self.live(one) and self.now < one.until and owner in one.owner]

    def begun(self, owner, answer):
        pair = answer.json
        session = Session(owner, sid(pair), pair["access_token"], self.now + ACCESS, [pair["refresh_token"]])
        session.used_at = self.now
        self.model.sessions.append(session)
        return session

    # What people do.

    @rule(right=mostly, times=st.integers(1, 3))
    def log_in(self, right, times):
        for _ in range(times):
            self.log_in_once(right)

    def log_in_once(self, right):
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

    @precondition(lambda self: sum(one.owner.startswith("gst_") for one in self.model.sessions) < 3)
    @rule()
    def shop_as_a_guest(self):
        answer = self.api.post("/sessions/guest", {})
        assert answer.status == 201
        self.begun(answer.json["user"]["id"], answer)

    @started
    @rule(session=some, times=st.integers(1, 3))
    def refresh(self, session, times):
        """Also several at once: all get the same pair."""
        self.refreshed(self.chosen(session), times)

    def refreshed(self, session, times):
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
    @rule(session=some, age=st.integers(1, 3))
    def show_an_old_token(self, session, age):
        self.shown_again(self.chosen(session), age)

    @started
    @rule(session=some, wait=st.sampled_from([0, REPEAT, REPEAT + 1]))
    def use_a_token_twice(self, session, wait):
        session = self.chosen(session)
        self.refreshed(session, 1)
        self.clock.forward(wait)
        self.shown_again(session, 1)

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
    @rule(by=some, what=st.sampled_from(["one", "current", "all"]), of=some)
    def log_out(self, by, what, of):
        by, of = self.chosen(by), self.chosen(of)
        path = {"one": f"/sessions/{of.id}", "current": "/sessions/current", "all": "/sessions"}[what]
        answer = self.api.delete(path, token=by.access)
        if not self.let_in(by, answer):
            return
        missing = what == "one" and not (by.owner == of.owner and self.live(of))
        assert answer.status == (404 if missing else 204)
        ending = {"one": [of], "current": [by], "all": self.model.sessions}[what]
        for one in ending:
            one.ended |= one.owner == by.owner

    @started
    @rule(by=some, right=mostly, new=st.sampled_from(PASSWORDS))
    def change_password(self, by, right, new):
        by = self.chosen_of_ann(by)
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
    @rule(by=some, right=mostly)
    def erase(self, by, right):
        by = self.chosen_of_ann(by)
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
    @rule(what=st.sampled_from(["disable", "enable", "enable", "customer", "staff"]))
    def change_account(self, what):
        known, before = self.model.account, (self.model.account.role, self.model.account.disabled)
        path = f"/users/{known.id}"
        if what in ("disable", "enable"):
            answer = self.api.post(f"{path}/{what}", token=self.boss_token())
            known.disabled = what == "disable"
        else:
            answer = self.api.put(f"{path}/role", {"role": what}, token=self.boss_token())
            known.role = what
        assert (answer.status, answer.json["role"]) == (200, known.role)
        if before != (known.role, known.disabled):
            self.end(known.id)

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
        able = {one.owner: one for one in self.model.sessions[-2:] if self.now < one.until}
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
