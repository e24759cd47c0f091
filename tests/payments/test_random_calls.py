"""Whatever is called in whatever order: no money appears, and the ledger agrees with the states."""

import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tools.shop.payments.api import Answer, Api, Request
from tools.shop.payments.methods import METHODS
from tools.shop.payments.store import Store

AMOUNTS = st.sampled_from([50, 700, 1000, 2000])
KEYS = st.sampled_from([None, None, None, "a", "b"])
PICKS = st.integers(min_value=0, max_value=2)
METHODS_MOSTLY_GOOD = st.sampled_from(["pm_card_visa"] * len(METHODS) + sorted(METHODS))


class Calls(RuleBasedStateMachine):
    """A few intents, keys that collide, amounts that fit or not."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.offset = 0.0
        self.api = self.opened()
        self.intents: list[str] = []

    def opened(self) -> Api:
        return Api(Store(Path(self.folder.name)), lambda: time.time() + self.offset)

    def teardown(self) -> None:
        self.api.store.close()
        self.folder.cleanup()

    def post(self, path: str, key: str | None, **parameters: object) -> Answer:
        form = {name: str(value) for name, value in parameters.items()}
        request = Request("POST", path, form, key=key and f"{path} {key}")
        answer = self.api.answer(request)
        assert answer.status in (200, 400, 402, 404), answer
        if key and "idempotency" not in str(answer.body):
            self.repeated(request, answer)
        return answer

    def repeated(self, request: Request, answer: Answer) -> None:
        """A call under a key, made again, changes nothing and says the same, unless it failed its validation."""
        before = self.api.store.ledger()
        again = self.api.answer(request)
        assert again.original is None or (again.status, again.body) == (answer.status, answer.body)
        assert answer.status != 200 or again.original
        assert self.api.store.ledger() == before

    def pick(self, number: int) -> str:
        return f"/v1/payment_intents/{self.intents[number % len(self.intents)]}"

    @initialize(amount=AMOUNTS)
    def first(self, amount: int) -> None:
        self.create(amount, None, authorised=True)

    @rule(amount=AMOUNTS, key=KEYS, authorised=st.booleans())
    def create(self, amount: int, key: str | None, authorised: bool) -> None:
        form = {"payment_method": "pm_card_visa", "confirm": "true"} if authorised else {}
        answer = self.post("/v1/payment_intents", key, amount=amount, currency="eur", capture_method="manual", **form)
        if answer.status == 200 and answer.body["id"] not in self.intents:
            self.intents.append(answer.body["id"])

    @rule(number=PICKS, method=METHODS_MOSTLY_GOOD, key=KEYS)
    def confirm(self, number: int, method: str, key: str | None) -> None:
        self.post(self.pick(number) + "/confirm", key, payment_method=method)

    @rule(number=PICKS, amount=st.one_of(st.none(), AMOUNTS), key=KEYS)
    def capture(self, number: int, amount: int | None, key: str | None) -> None:
        self.post(self.pick(number) + "/capture", key, **({"amount_to_capture": amount} if amount else {}))

    @rule(number=PICKS, key=KEYS)
    def cancel(self, number: int, key: str | None) -> None:
        self.post(self.pick(number) + "/cancel", key)

    @rule(number=PICKS, amount=st.one_of(st.none(), AMOUNTS), key=KEYS)
    def refund(self, number: int, amount: int | None, key: str | None) -> None:
        intent_id = self.pick(number).rpartition("/")[2]
        self.post("/v1/refunds", key, payment_intent=intent_id, **({"amount": amount} if amount else {}))

    @rule(number=PICKS, amount=AMOUNTS)
    def change(self, number: int, amount: int) -> None:
        self.post(self.pick(number), None, amount=amount)

    @rule(seconds=st.sampled_from([5, 30, 8 * 24 * 3600]))
    def wait(self, seconds: int) -> None:
        self.offset += seconds
        self.api.settle()

    @rule()
    def restart(self) -> None:
        self.api.store.close()
        self.api = self.opened()

    @invariant()
    def money_agrees(self) -> None:
        moved: Counter[tuple[str, str]] = Counter()
        for item in self.api.store.ledger():
            moved[item["payment_intent"], item["type"]] += item["amount"]
        for intent_id in self.intents:
            intent = self.api.answer(Request("GET", f"/v1/payment_intents/{intent_id}")).body
            self.agrees(
                intent, {kind: moved[intent_id, kind] for kind in ("authorized", "captured", "voided", "refunded")}
            )

    def agrees(self, intent: dict[str, object], moved: dict[str, int]) -> None:
        assert moved["captured"] <= moved["authorized"]
        assert moved["refunded"] <= moved["captured"]
        assert moved["captured"] == intent["amount_received"]
        assert moved["authorized"] - moved["captured"] - moved["voided"] == intent["amount_capturable"]
        assert (intent["amount_capturable"] != 0) == (intent["status"] == "requires_capture")
        assert (moved["captured"] != 0) == (intent["status"] == "succeeded")


Calls.TestCase.settings = settings(
    max_examples=120, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestCalls = Calls.TestCase
