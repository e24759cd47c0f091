"""The parameters of each call; unknown, missing and malformed ones are refused before anything happens."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from tools.shop.payments import money
from tools.shop.payments.errors import JSON, invalid
from tools.shop.payments.forms import Form

_CAPTURE_METHODS = ("automatic", "automatic_async", "manual")
_CANCELLATION_REASONS = ("abandoned", "duplicate", "fraudulent", "requested_by_customer")
_REFUND_REASONS = ("duplicate", "fraudulent", "requested_by_customer")
_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


@dataclass(frozen=True)
class CreateIntent:
    amount: int
    currency: str
    capture_method: str
    payment_method: str | None
    confirm: bool
    return_url: str | None
    metadata: dict[str, str]
    description: str | None
    receipt_email: str | None
    payment_method_types: list[str] | None
    automatic_payment_methods: JSON | None

    @classmethod
    def read(cls, form: Form) -> "CreateIntent":
        amount, currency = form.need_integer("amount", least=1), form.need_text("currency").lower()
        money.check(amount, currency)
        confirm, return_url = form.flag("confirm") or False, _url(form)
        if return_url and not confirm:
            raise invalid("You can only use `return_url` when `confirm` is set to `true`.", param="return_url")
        form.text("confirmation_method", choices=["automatic"])
        return cls(
            amount,
            currency,
            form.text("capture_method", choices=_CAPTURE_METHODS) or "automatic",
            form.text("payment_method"),
            confirm,
            return_url,
            _present(form.metadata() or {}),
            form.text("description", most=1000),
            form.text("receipt_email"),
            form.texts("payment_method_types", choices=["card"]),
            _automatic(form),
        )


@dataclass(frozen=True)
class UpdateIntent:
    amount: int | None
    currency: str | None
    payment_method: str | None
    metadata: dict[str, str] | None
    description: str | None
    receipt_email: str | None

    @classmethod
    def read(cls, form: Form) -> "UpdateIntent":
        currency = form.text("currency")
        return cls(
            form.integer("amount", least=1),
            currency.lower() if currency else None,
            form.text("payment_method"),
            form.metadata(),
            form.text("description", most=1000),
            form.text("receipt_email"),
        )


@dataclass(frozen=True)
class ConfirmIntent:
    payment_method: str | None
    return_url: str | None

    @classmethod
    def read(cls, form: Form) -> "ConfirmIntent":
        return cls(form.text("payment_method"), _url(form))


@dataclass(frozen=True)
class CaptureIntent:
    amount_to_capture: int | None
    metadata: dict[str, str] | None

    @classmethod
    def read(cls, form: Form) -> "CaptureIntent":
        return cls(form.integer("amount_to_capture", least=1), form.metadata())


@dataclass(frozen=True)
class CancelIntent:
    cancellation_reason: str | None

    @classmethod
    def read(cls, form: Form) -> "CancelIntent":
        return cls(form.text("cancellation_reason", choices=_CANCELLATION_REASONS))


@dataclass(frozen=True)
class CreateRefund:
    payment_intent: str | None
    charge: str | None
    amount: int | None
    reason: str | None
    metadata: dict[str, str]

    @classmethod
    def read(cls, form: Form) -> "CreateRefund":
        payment_intent, charge = form.text("payment_intent"), form.text("charge")
        if not payment_intent and not charge:
            raise invalid("One of the following params should be provided for this request: payment_intent or charge.")
        return cls(
            payment_intent,
            charge,
            form.integer("amount", least=1),
            form.text("reason", choices=_REFUND_REASONS),
            _present(form.metadata() or {}),
        )


@dataclass(frozen=True)
class Retrieve:
    client_secret: str | None

    @classmethod
    def read(cls, form: Form) -> "Retrieve":
        return cls(form.text("client_secret"))


@dataclass(frozen=True)
class List:
    """What all lists take; `payment_intent` belongs to refunds and charges, `type` and `types` to events."""

    limit: int
    starting_after: str | None
    ending_before: str | None
    created: tuple[tuple[str, int], ...]
    payment_intent: str | None
    types: tuple[str, ...]

    @classmethod
    def read(cls, form: Form) -> "List":
        return cls._of(form, None, ())

    @classmethod
    def read_of_intent(cls, form: Form) -> "List":
        return cls._of(form, form.text("payment_intent"), ())

    @classmethod
    def read_events(cls, form: Form) -> "List":
        kind = form.text("type")
        return cls._of(form, None, (kind,) if kind else tuple(form.texts("types") or ()))

    @classmethod
    def _of(cls, form: Form, payment_intent: str | None, types: tuple[str, ...]) -> "List":
        after, before = form.text("starting_after"), form.text("ending_before")
        if after and before:
            raise invalid("You cannot use both `starting_after` and `ending_before`.", param="starting_after")
        limit = form.integer("limit", least=1, most=100) or 10
        return cls(limit, after, before, _created(form), payment_intent, types)


def _created(form: Form) -> tuple[tuple[str, int], ...]:
    if not form.is_hash("created"):
        moment = form.integer("created")
        return () if moment is None else (("=", moment),)
    members = form.members("created")
    assert members is not None  # noqa: S101 - is_hash said so
    bounds = [(sign, members.integer(name)) for name, sign in _COMPARISONS.items()]
    members.done()
    return tuple((sign, moment) for sign, moment in bounds if moment is not None)


def _automatic(form: Form) -> JSON | None:
    members = form.members("automatic_payment_methods")
    if members is None:
        return None
    enabled, redirects = members.flag("enabled"), members.text("allow_redirects", choices=["always", "never"])
    members.done()
    return {"enabled": bool(enabled), "allow_redirects": redirects or "always"} if enabled else None


def _url(form: Form) -> str | None:
    """Only http addresses: the sandbox shows it to people as a link."""
    url = form.text("return_url")
    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc):
        raise invalid("Not a valid URL", code="url_invalid", param="return_url")
    return url


def _present(metadata: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in metadata.items() if value}
