"""HTTP in for the payment provider's webhook."""

import msgspec
from chalice import Blueprint

from chalicelib import config
from chalicelib.checkout.wiring import ledger, world
from chalicelib.errors import SignatureInvalid
from chalicelib.payments import domain, signatures
from common import clock
from common.auth import public
from common.http import Call, operation
from common.validation import decode_json

routes = Blueprint(__name__)


class Received(msgspec.Struct):
    received: bool = True


@routes.route("/payments/events", methods=["POST"])
@operation(allow=public, responses={200: Received}, problems=[SignatureInvalid])
def hear_event(call: Call) -> Received:
    """Hear from the payment provider; the signature is checked over the bytes as they came."""
    body = call.request.raw_body
    raw = body.encode() if isinstance(body, str) else body
    signatures.check(call.header("Stripe-Signature"), raw, config.payment_webhook_secrets(), clock.now())
    domain.hear_event(decode_json(raw), world(call.deadline), ledger(call.deadline))
    return Received()
