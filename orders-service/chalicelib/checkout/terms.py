"""What a purchase is judged by, from several features, in one consistent batch read."""

from collections.abc import Callable

from chalicelib.cart import domain as carts
from chalicelib.checkout.effects import Terms
from chalicelib.discounts import domain as discounts
from chalicelib.payments import breaker
from chalicelib.payments.breaker import Health
from chalicelib.pricing import setting
from common import tables


def find_terms(
    owner: str, email: str | None, discount_code: str | None, learn: Callable[[Health], object] = lambda _health: None
) -> Terms:
    """`learn` is told how the payment provider is, which stands in a row that is read with the others.

    Raises TooManyRequests for a buyer who makes up codes.
    """
    codes = []
    if discount_code is not None:
        codes = [discounts.guesses_ref(owner), *discounts.refs(discount_code, owner, email)]
    cart, rates, health, *found = tables.get_all(carts.ref(owner), setting.REF, breaker.REF, *codes)
    learn(breaker.health_of(health))
    discount, own_uses = discounts.read(found[1], found[2:]) if found else (None, 0)
    if found:
        discounts.check_guesses(owner, found[0], known=discount is not None)
    return Terms(cart=carts.cart_of(owner, cart), rates=setting.rates_of(rates), discount=discount, own_uses=own_uses)
