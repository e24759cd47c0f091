"""Property: however an order comes back in parts, the parts together are what was paid for it, to the cent."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.discounts.discount import Discount
from chalicelib.orders.goods import parcels
from chalicelib.orders.order import Change, Order, Refund, Restock, State
from chalicelib.pricing import domain as pricing
from chalicelib.pricing.price import Line
from chalicelib.pricing.rates import METHODS, Rates, TaxRate
from chalicelib.returns.share import share_of

METHOD = next(iter(METHODS))
DISCOUNTS = st.one_of(
    st.none(),
    st.builds(
        lambda kind, value: Discount(id="d", code="C", kind=kind, value=value, currency="EUR", created_at=0),
        st.sampled_from(["percent", "fixed", "free_shipping"]),
        st.integers(1, 100),
    ),
)
CARTS = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 5000)), min_size=1, max_size=5)


def delivered(cart, discount, rate_bps, inclusive):
    lines = [
        Line(sku=f"S{n}", product_id="p", name="n", options={}, quantity=quantity, unit_price=price)
        for n, (quantity, price) in enumerate(cart)
    ]
    rates = Rates(set_taxes={"DE": TaxRate("DE", rate_bps, inclusive)})
    quote = pricing.quote(lines, "EUR", "DE", METHOD, rates, discount)
    fields = {name: getattr(quote, name) for name in quote.__struct_fields__ if name in Order.__struct_fields__}
    return Order(
        **fields, id="ord_1", owner="usr", state=State.DELIVERED, version=1, operation="op", shipping_address={},
        billing_address={}, shipping_method=METHOD, pay_by=0, captured=quote.total, cart_version=1, due=None,
        history=[Change("delivered", 0, "staff")], placed_at=0, updated_at=0,
    )  # fmt: skip


def coming_back(order, units):
    """The order after these units came back, and what was paid for them."""
    coming = Counter(units)
    amount = share_of(order, coming)
    restock = Restock(id=f"r{len(order.restocks)}", items=parcels(coming), at=0, done=True, returned=True)
    refund = Refund(len(order.refunds) + 1, amount, "returned", 0, done=True)
    return replace(order, restocks=[*order.restocks, restock], refunds=[*order.refunds, refund]), amount


@settings(max_examples=100, deadline=None)
@given(CARTS, DISCOUNTS, st.sampled_from([0, 700, 1900, 833]), st.booleans(), st.data())
def test_all_parts_together_are_what_was_paid(cart, discount, rate_bps, inclusive, data):
    order = delivered(cart, discount, rate_bps, inclusive)
    units = data.draw(st.permutations([line.sku for line in order.lines for _ in range(line.quantity)]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(units)), max_size=6)))
    parts = [units[start:end] for start, end in zip([0, *cuts], [*cuts, len(units)], strict=True)]

    amounts = []
    for part in filter(None, parts):
        order, amount = coming_back(order, part)
        amounts.append(amount)

    assert min(amounts) >= 0
    assert sum(amounts) == order.total


@settings(max_examples=100, deadline=None)
@given(CARTS, DISCOUNTS, st.booleans(), st.integers(0, 20_000))
def test_never_more_goes_back_than_is_left(cart, discount, inclusive, before):
    order = delivered(cart, discount, 1900, inclusive)
    by_hand = min(before, order.total)
    order = replace(order, refunds=[Refund(1, by_hand, "late", 0, done=True)])

    _, amount = coming_back(order, {line.sku: line.quantity for line in order.lines})

    assert amount == order.total - by_hand


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 9), st.sampled_from([("KWD", 10), ("MGA", 100), ("JPY", 1)]), st.data())
def test_every_part_can_be_paid_in_its_currency(quantity, money, data):
    currency, step = money
    order = delivered([(quantity, data.draw(st.integers(1, 500)) * step)], None, 0, inclusive=True)
    order = replace(order, currency=currency, total=order.subtotal, shipping=0, captured=order.subtotal)
    odd = data.draw(st.integers(0, 9)) * step  # off the line, so that a unit's share need not be a whole step
    off = min(odd, order.total)
    line = replace(order.lines[0], discount=off)
    order = replace(order, lines=[line], discount=off, total=order.total - off, captured=order.captured - off)

    amounts = []
    for _ in range(quantity):
        order, amount = coming_back(order, ["S0"])
        amounts.append(amount)

    assert [amount % step for amount in amounts] == [0] * quantity
    assert sum(amounts) == order.total
