"""The API without the network: a request in, an answer out, each in one transaction.

Idempotency (https://docs.stripe.com/api/idempotent_requests): an answer is stored under its key in the same transaction
as what it did, so a crash keeps both or neither. What was refused before anything ran (parameters) is not stored.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tools.shop.payments import errors, intents, parameters, refunds
from tools.shop.payments.authorisation import settle
from tools.shop.payments.call import DEFAULT_VERSION, Call
from tools.shop.payments.errors import JSON, StripeError
from tools.shop.payments.forms import Form, Tree
from tools.shop.payments.methods import Fault
from tools.shop.payments.models import Charge, Event, Intent, Refund, new_id
from tools.shop.payments.store import R, Store, Stored, Window

_KEYS_KEPT_SECONDS = 24 * 3600
_EXPANDABLE = {"latest_charge": Charge, "charge": Charge, "payment_intent": Intent}


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    parameters: Tree = field(default_factory=dict)
    key: str | None = None
    version: str = DEFAULT_VERSION
    origin: str = ""
    request_id: str = field(default_factory=lambda: new_id("req_", 14))


@dataclass(frozen=True)
class Answer:
    status: int
    body: JSON
    original: str | None = None  # the id of the request whose answer this repeats
    fault: Fault | None = None


@dataclass(frozen=True)
class Operation:
    """`read` checks the parameters, before anything runs; `run` does the work, given the id in the path."""

    read: Callable[[Form], Any]
    run: Callable[[Call, str, Any], JSON]


class Api:
    def __init__(self, store: Store, clock: Callable[[], float], *, webhooks: bool = False) -> None:
        self.store = store
        self._clock = clock
        self._webhooks = webhooks

    def answer(self, request: Request) -> Answer:
        try:
            operation, object_id = _route(request)
            key = request.key if request.method == "POST" else None
            with self.store.transaction():
                call = self.call(request)
                settle(call)
                return self._replayed(request, key, call.now) or self._run(request, operation, object_id, call, key)
        except StripeError as error:
            return Answer(error.status, error.body)

    def call(self, request: Request) -> Call:
        return Call(
            self.store, self._clock(), request.origin, request.version, request.request_id, request.key, self._webhooks
        )

    def settle(self) -> None:
        """What happens by itself also happens when nobody asks."""
        with self.store.transaction():
            settle(self.call(Request("", "")))

    def _replayed(self, request: Request, key: str | None, now: float) -> Answer | None:
        stored = self.store.answered(key, now - _KEYS_KEPT_SECONDS) if key else None
        if stored is None:
            return None
        if stored.path != request.path:
            raise errors.other_endpoint(stored.key, stored.path)
        if stored.parameters != _canonical(request.parameters):
            raise errors.other_parameters(stored.key)
        return Answer(stored.status, stored.body, original=stored.request_id)

    def _run(self, request: Request, operation: Operation, object_id: str, call: Call, key: str | None) -> Answer:
        form = Form(request.parameters)
        wanted = operation.read(form)
        form.done()
        answer = _outcome(operation, call, object_id, wanted)
        if key:
            parameters = _canonical(request.parameters)
            self.store.keep(
                Stored(key, request.path, parameters, answer.status, answer.body, call.request_id, call.now)
            )
        return answer


def _outcome(operation: Operation, call: Call, object_id: str, wanted: Any) -> Answer:
    """A refusal is an outcome too: a decline has changed the intent, and is stored under the key."""
    try:
        body = operation.run(call, object_id, wanted)
        return Answer(200, _expanded(call, body, wanted.expand), fault=call.fault)
    except StripeError as error:
        return Answer(error.status, error.body)


def _expanded(call: Call, body: JSON, names: list[str]) -> JSON:
    for name in names:
        kind = _EXPANDABLE.get(name)
        if kind is None or name not in body:
            raise errors.invalid(f"This property cannot be expanded ({name}).", param="expand")
        if body[name] is not None:
            body = {**body, name: call.find(kind, body[name]).json()}
    return body


def _canonical(parameters: Tree) -> str:
    return json.dumps(parameters, sort_keys=True)


def _list(kind: type[R], url: str) -> Callable[[Call, str, parameters.List], JSON]:
    def run(call: Call, _: str, wanted: parameters.List) -> JSON:
        records, more = call.store.page(kind, _window(call, kind, wanted))
        return {"object": "list", "url": url, "has_more": more, "data": [record.json() for record in records]}

    return run


def _window(call: Call, kind: type[R], wanted: parameters.List) -> Window:
    def place(name: str, record_id: str | None) -> int | None:
        if record_id is None:
            return None
        position = call.store.position(kind, record_id)
        if position is None:
            raise errors.missing(kind.kind, record_id, param=name)
        return position

    before, after = place("starting_after", wanted.starting_after), place("ending_before", wanted.ending_before)
    return Window(wanted.limit, before, after, wanted.created, wanted.payment_intent, wanted.types)


def _retrieve(kind: type[R]) -> Callable[[Call, str, Any], JSON]:
    return lambda call, object_id, _: call.find(kind, object_id).json()


def _on_intent(use_case: Callable[[Call, Intent, Any], Intent]) -> Callable[[Call, str, Any], JSON]:
    return lambda call, object_id, wanted: use_case(call, call.find(Intent, object_id), wanted).json()


def _balance(call: Call, _: str, __: Any) -> JSON:
    amounts = [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}}
        for currency, amount in call.store.received().items()
    ]
    return {"object": "balance", "available": amounts, "pending": [], "livemode": False}


_ROUTES: dict[tuple[str, str], Operation] = {
    ("POST", "/v1/payment_intents"): Operation(
        parameters.CreateIntent.read, lambda call, _, wanted: intents.create(call, wanted).json()
    ),
    ("GET", "/v1/payment_intents"): Operation(parameters.List.read, _list(Intent, "/v1/payment_intents")),
    ("GET", "/v1/payment_intents/*"): Operation(parameters.Retrieve.read, _retrieve(Intent)),
    ("POST", "/v1/payment_intents/*"): Operation(parameters.UpdateIntent.read, _on_intent(intents.update)),
    ("POST", "/v1/payment_intents/*/confirm"): Operation(parameters.ConfirmIntent.read, _on_intent(intents.confirm)),
    ("POST", "/v1/payment_intents/*/capture"): Operation(parameters.CaptureIntent.read, _on_intent(intents.capture)),
    ("POST", "/v1/payment_intents/*/cancel"): Operation(parameters.CancelIntent.read, _on_intent(intents.cancel)),
    ("POST", "/v1/refunds"): Operation(
        parameters.CreateRefund.read, lambda call, _, wanted: refunds.create(call, wanted).json()
    ),
    ("GET", "/v1/refunds"): Operation(parameters.List.read_of_intent, _list(Refund, "/v1/refunds")),
    ("GET", "/v1/refunds/*"): Operation(parameters.Retrieve.read, _retrieve(Refund)),
    ("GET", "/v1/charges"): Operation(parameters.List.read_of_intent, _list(Charge, "/v1/charges")),
    ("GET", "/v1/charges/*"): Operation(parameters.Retrieve.read, _retrieve(Charge)),
    ("GET", "/v1/events"): Operation(parameters.List.read_events, _list(Event, "/v1/events")),
    ("GET", "/v1/events/*"): Operation(parameters.Retrieve.read, _retrieve(Event)),
    ("GET", "/v1/balance"): Operation(parameters.Retrieve.read, _balance),
}


def _route(request: Request) -> tuple[Operation, str]:
    match = re.fullmatch(r"(/v1/[a-z_]+)(?:/([A-Za-z0-9_]+))?(/[a-z]+)?", request.path)
    pattern = f"{match[1]}{'/*' if match[2] else ''}{match[3] or ''}" if match else ""
    operation = _ROUTES.get((request.method, pattern))
    if match is None or operation is None:
        raise errors.unknown_url(request.method, request.path)
    return operation, match[2] or ""
