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

Run = Callable[[Call, str, Any], JSON]  # the work of an operation: the call, the id in the path, the parameters
Expandable = dict[str, Run]

_KEYS_KEPT_SECONDS = 24 * 3600


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
    """`read` checks the parameters, before anything runs; `run` does the work."""

    read: Callable[[Form], Any]
    run: Run
    expandable: Expandable = field(default_factory=dict)


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
        wanted, names = operation.read(form), _names(form, operation.expandable)
        form.done()
        answer = _outcome(operation, call, object_id, wanted, names)
        if key:
            parameters = _canonical(request.parameters)
            self.store.keep(
                Stored(key, request.path, parameters, answer.status, answer.body, call.request_id, call.now)
            )
        return answer


def _outcome(operation: Operation, call: Call, object_id: str, wanted: Any, names: list[str]) -> Answer:
    """A refusal is an outcome too: a decline has changed the intent, and is stored under the key."""
    try:
        body = operation.run(call, object_id, wanted)
    except StripeError as error:
        return Answer(error.status, error.body)
    for name in names:
        field_name = name.removeprefix("data.")
        for one in body["data"] if name != field_name else [body]:
            if one[field_name]:
                one[field_name] = operation.expandable[name](call, one[field_name], None)
    return Answer(200, body, fault=call.fault)


def _names(form: Form, expandable: Expandable) -> list[str]:
    names = form.texts("expand") or []
    for name in names:
        if name not in expandable:
            raise errors.invalid(f"This property cannot be expanded ({name}).", param="expand")
    return names


def _canonical(parameters: Tree) -> str:
    return json.dumps(parameters, sort_keys=True)


def _list(kind: type[R], url: str) -> Run:
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


def _retrieve(kind: type[R]) -> Run:
    return lambda call, object_id, _: call.find(kind, object_id).json()


def _on_intent(use_case: Callable[[Call, Intent, Any], Intent]) -> Run:
    return lambda call, object_id, wanted: use_case(call, call.find(Intent, object_id), wanted).json()


def _balance(call: Call, _: str, __: Any) -> JSON:
    amounts = [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}}
        for currency, amount in call.store.received().items()
    ]
    return {"object": "balance", "available": amounts, "pending": [], "livemode": False}


def _create_intent(call: Call, _: str, wanted: parameters.CreateIntent) -> JSON:
    return intents.create(call, wanted).json()


def _create_refund(call: Call, _: str, wanted: parameters.CreateRefund) -> JSON:
    return refunds.create(call, wanted).json()


_OF_INTENT: Expandable = {"latest_charge": _retrieve(Charge)}
_OF_CHARGE: Expandable = {"payment_intent": _retrieve(Intent)}
_OF_REFUND: Expandable = {**_OF_CHARGE, "charge": _retrieve(Charge)}


def _each(expandable: Expandable) -> Expandable:
    """The same of each object of a list."""
    return {f"data.{name}": run for name, run in expandable.items()}


_INTENTS, _INTENT = "/v1/payment_intents", "/v1/payment_intents/*"
_ROUTES: dict[tuple[str, str], Operation] = {
    ("POST", _INTENTS): Operation(parameters.CreateIntent.read, _create_intent, _OF_INTENT),
    ("GET", _INTENTS): Operation(parameters.List.read, _list(Intent, _INTENTS), _each(_OF_INTENT)),
    ("GET", _INTENT): Operation(parameters.Retrieve.read, _retrieve(Intent), _OF_INTENT),
    ("POST", _INTENT): Operation(parameters.UpdateIntent.read, _on_intent(intents.update), _OF_INTENT),
    ("POST", f"{_INTENT}/confirm"): Operation(parameters.ConfirmIntent.read, _on_intent(intents.confirm), _OF_INTENT),
    ("POST", f"{_INTENT}/capture"): Operation(parameters.CaptureIntent.read, _on_intent(intents.capture), _OF_INTENT),
    ("POST", f"{_INTENT}/cancel"): Operation(parameters.CancelIntent.read, _on_intent(intents.cancel), _OF_INTENT),
    ("POST", "/v1/refunds"): Operation(parameters.CreateRefund.read, _create_refund, _OF_REFUND),
    ("GET", "/v1/refunds"): Operation(parameters.List.read_of_intent, _list(Refund, "/v1/refunds"), _each(_OF_REFUND)),
    ("GET", "/v1/refunds/*"): Operation(parameters.Retrieve.read, _retrieve(Refund), _OF_REFUND),
    ("GET", "/v1/charges"): Operation(parameters.List.read_of_intent, _list(Charge, "/v1/charges")),
    ("GET", "/v1/charges/*"): Operation(parameters.Retrieve.read, _retrieve(Charge), _OF_CHARGE),
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
