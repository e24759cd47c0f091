"""Everything that can go wrong in this service beyond what goes wrong everywhere."""

from common.problems import (
    BadRequest,
    Conflict,
    NotFound,
    PaymentRequired,
    Problem,
    Unavailable,
    Unprocessable,
    ValidationFailed,
    invalid,
)


class SkuUnknown(NotFound):
    code = "sku_unknown"
    detail = "No product has this SKU."


class CurrencyMismatch(Conflict):
    code = "currency_mismatch"
    detail = "A cart holds one currency. Empty it first, or buy this in an order of its own."


class LimitReached(Unprocessable):
    code = "limit_reached"
    detail = "A cart holds at most 50 lines."


class EndpointLimit(Unprocessable):
    code = "limit_reached"
    detail = "The shop has at most 20 webhook endpoints."


class EndpointInactive(Conflict):
    code = "endpoint_inactive"
    detail = "The endpoint is not active, so nothing is sent to it."


class TooManySecrets(Conflict):
    code = "too_many_secrets"
    detail = "Five secrets of this endpoint are still good. Wait until one of them has ended."


class CartEmpty(Conflict):
    code = "cart_empty"
    detail = "There is nothing in the cart."


class CartChanged(Conflict):
    code = "cart_changed"
    detail = "The cart has changed since you read it. Read it again, and let the buyer look at it."


class CheckoutInProgress(Conflict):
    code = "checkout_in_progress"
    detail = "This cart is being bought already. Wait for that order or cancel it."


class OutOfStock(Conflict):
    code = "out_of_stock"
    detail = "Not enough is left of some items; shortages says of which."


class PriceChanged(Conflict):
    code = "price_changed"
    detail = "The total is not what the buyer saw; quote is the new one."


class OrderShipped(Conflict):
    code = "order_shipped"
    detail = "The order is on its way, so it can't be cancelled. It can be returned."


class OrderCancelled(Conflict):
    code = "order_cancelled"
    detail = "The order is cancelled or about to be, refunded, or was never paid."


class OrderNotConfirmed(Conflict):
    code = "order_not_confirmed"
    detail = "The order is not paid yet, so nothing of it can be shipped."


class OrderNotShipped(Conflict):
    code = "order_not_shipped"
    detail = "Not all of the order is shipped, so it can't have been delivered."


class ShipmentExceeds(Conflict):
    """With `exceeding`: each SKU of which there is less to ship than asked for."""

    code = "shipment_exceeds"
    detail = "More would be shipped than is left of the order; exceeding says of what."


class OrderNotPaid(Conflict):
    code = "order_not_paid"
    detail = "Nothing was paid for this order, or nothing yet."


class RefundExceeds(Conflict):
    """With `refundable`: what can still be refunded."""

    code = "refund_exceeds"
    detail = "More would be refunded than was captured and not refunded yet; refundable says how much that is."


class TooManyRefunds(Unprocessable):
    code = "limit_reached"
    detail = "An order takes at most 100 refunds."


class TooManyReturns(Unprocessable):
    code = "limit_reached"
    detail = "An order takes at most 100 returns."


class TooManyShipments(Unprocessable):
    code = "limit_reached"
    detail = "An order takes at most 100 shipments."


class OrderNotDelivered(Conflict):
    code = "order_not_delivered"
    detail = "Only what was delivered can be returned."


class ReturnTooLate(Conflict):
    code = "return_too_late"
    detail = "An order can be returned within 30 days of its delivery."


class ReturnExceeds(Conflict):
    """With `exceeding`: each SKU of which there is less to return than asked for."""

    code = "return_exceeds"
    detail = "More would be returned than was delivered and is not on its way back yet; exceeding says of what."


class ReturnApproved(Conflict):
    code = "return_approved"
    detail = "This return was approved, so it can't be rejected any more."


class ReturnRejected(Conflict):
    code = "return_rejected"
    detail = "This return was rejected. The buyer can ask for another one."


class ReturnNotApproved(Conflict):
    code = "return_not_approved"
    detail = "This return is not approved yet, so it can't have been received."


class PaymentDeclined(PaymentRequired):
    code = "payment_declined"
    detail = "The payment was declined. Nothing was charged and the cart is as it was."


class PaymentActionRequired(PaymentRequired):
    code = "payment_action_required"
    detail = "The buyer's bank wants to confirm the payment: go on with next_action."


class PaymentNotCompleted(PaymentRequired):
    code = "payment_not_completed"
    detail = "This order ended without a payment. Use a new Idempotency-Key for a new order."


class DiscountInvalid(Unprocessable):
    """Unknown, not begun, over, or of no use for this cart; the detail says which."""

    code = "discount_invalid"
    detail = "There is no such discount code."


class DiscountUsedUp(Conflict):
    code = "discount_used_up"
    detail = "This discount code was used as often as it may be."


class CodeTaken(Conflict):
    code = "code_taken"
    detail = "There is a discount with this code already; upper and lower case are the same."


class TooManyMethods(Unprocessable):
    code = "limit_reached"
    detail = "There can be at most 50 shipping methods. Remove one first."


class SignatureInvalid(BadRequest):
    code = "signature_invalid"
    detail = "The signature does not fit, or is older than five minutes."


class GuestTokenInvalid(BadRequest):
    code = "token_invalid"
    detail = "This is no valid access token of a guest."


class CatalogDown(Unavailable):
    """catalog-service gave no usable answer; whether it did what was asked is not known."""


class ProviderDown(Unavailable):
    """The payment provider gave no usable answer; whether it did what was asked is not known."""


class ProviderNotAsked(ProviderDown):
    """It was not even asked: the breaker is open, or no time is left. Nothing happened."""


class ProviderAnswered(ProviderDown):
    """It is up and understood us, but its answer leads nowhere; an operator has to look."""


class OutcomeUnknown(Problem):
    """Our own table gave no answer in the middle of a checkout: only a replay can tell what came of it."""

    detail = "What came of this is not known yet. Send it again with the same Idempotency-Key."


class HoldClosed(Exception):
    """The stock held under this id was released or has expired; never seen by a client."""


class RefundRefused(Exception):
    """The provider will never make this refund: another one, under another number, has to be asked for."""


def no_such_method() -> ValidationFailed:
    return invalid("shipping_method", "There is no such shipping method.")


def not_shipped_there() -> ValidationFailed:
    return invalid("shipping_method", "This method does not deliver this order to this country.")
