"""The payment methods of the sandbox. How one behaves is the only fault injection there is.

| payment_method | what happens |
|---|---|
| pm_card_visa | succeeds |
| pm_card_visa_chargeDeclined, …InsufficientFunds | declined: 402, the intent goes back to requires_payment_method |
| pm_card_authenticationRequired | requires_action; opening the URL of next_action completes it, `<url>/fail` fails it |
| pm_sandbox_hang | authorised at once, answered after 30 s |
| pm_sandbox_lost_reply | authorised, then the connection is cut without an answer |
| pm_sandbox_lost_capture | succeeds; the answer to its first capture is lost |
| pm_sandbox_lost_refund | succeeds; the answer to each new refund is lost |
| pm_sandbox_capture_fails | authorised; each capture is refused with a card_error; it can still be cancelled |
| pm_card_pendingRefund | succeeds; a refund is pending for 20 s of the shop's clock, then succeeds |
| pm_card_refundFail | succeeds; a refund succeeds, and 20 s later fails: its money is the shop's again |
| pm_card_createDispute | succeeds; the captured charge is disputed |
| pm_sandbox_webhooks_twice | succeeds; each event is sent twice |
| pm_sandbox_webhooks_reversed | succeeds; later events arrive before earlier ones |
| pm_sandbox_webhooks_late | succeeds; each event is sent 20 s later than others |
| pm_sandbox_processing | processing, which cannot be cancelled, for 20 s of the shop's clock; then authorised |
"""

from dataclasses import dataclass
from typing import Literal

Fault = Literal["hang", "lost_reply"]
RefundFate = Literal["succeeds", "succeeds_later", "fails_later"]
Webhooks = Literal["twice", "reversed", "late"]


@dataclass(frozen=True)
class Method:
    decline_code: str | None = None
    message: str = ""
    authenticates: bool = False
    processing_seconds: int = 0
    capture_fails: bool = False
    fault: Fault | None = None
    capture_fault: Fault | None = None
    refund_fault: Fault | None = None
    refund: RefundFate = "succeeds"
    disputed: bool = False
    webhooks: Webhooks | None = None


METHODS = {
    "pm_card_visa": Method(),
    "pm_card_visa_chargeDeclined": Method("generic_decline", "Your card was declined."),
    "pm_card_visa_chargeDeclinedInsufficientFunds": Method("insufficient_funds", "Your card has insufficient funds."),
    "pm_card_authenticationRequired": Method(authenticates=True),
    "pm_sandbox_hang": Method(fault="hang"),
    "pm_sandbox_lost_reply": Method(fault="lost_reply"),
    "pm_sandbox_lost_capture": Method(capture_fault="lost_reply"),
    "pm_sandbox_lost_refund": Method(refund_fault="lost_reply"),
    "pm_sandbox_capture_fails": Method(capture_fails=True),
    "pm_card_pendingRefund": Method(refund="succeeds_later"),
    "pm_card_refundFail": Method(refund="fails_later"),
    "pm_card_createDispute": Method(disputed=True),
    "pm_sandbox_webhooks_twice": Method(webhooks="twice"),
    "pm_sandbox_webhooks_reversed": Method(webhooks="reversed"),
    "pm_sandbox_webhooks_late": Method(webhooks="late"),
    "pm_sandbox_processing": Method(processing_seconds=20),
}
