"""The store that the simulation trusts: the same conditions hold on DynamoDB and in the simulation's table."""

import pytest
from msgspec.structs import replace

from chalicelib.cart import models as carts
from chalicelib.checkout.effects import Basket, Record
from chalicelib.checkout.store import DynamoStore
from chalicelib.discounts import models as discounts
from chalicelib.discounts.discount import Discount, Use, normal
from chalicelib.errors import OutcomeUnknown
from chalicelib.orders.order import Change, Order, Refund, State
from chalicelib.pricing.price import Line, PricedLine
from tests.orders.neighbours import ADDRESS
from tests.orders.simulation.store import SimulatedStore, Table

LINE = Line(sku="MUG", product_id="p", name="Mug", options={"Size": "L"}, quantity=1, unit_price=750)
RECORD = Record(owner="ann", key="k", body_hash="h", order_id="ord_1", holder="op_1", leased_until=30.5)


def order(**changes):
    fields = {
        "id": "ord_1",
        "owner": "ann",
        "email": "Ann@example.test",
        "state": State.RESERVED,
        "version": 1,
        "operation": "op_1",
        "lines": [PricedLine(**{name: getattr(LINE, name) for name in LINE.__struct_fields__}, discount=0, tax=120)],
        "currency": "EUR",
        "subtotal": 750,
        "discount": 0,
        "shipping": 490,
        "tax": 198,
        "total": 1240,
        "shipping_address": ADDRESS,
        "billing_address": ADDRESS,
        "shipping_method": "standard",
        "payment_method": "card",
        "pay_by": 1_800_000_000.25,
        "cart_version": 1,
        "due": 1_700_000_000.125,
        "history": [Change("pending", 1_700_000_000.1, "guest")],
        "placed_at": 1_700_000_000.1,
        "updated_at": 1_700_000_000.1,
    }
    return Order(**{**fields, **changes})


def after(before, **changes):
    return replace(before, version=before.version + 1, operation=f"op_{before.version + 1}", **changes)


DISCOUNT = Discount(
    id="dsc_1", code="Spring", kind="percent", value=10, max_uses=1, limit=1, max_uses_per_customer=1, created_at=0
)
USE = Use(discount_id="dsc_1", shard=None, own_max=1)


def with_discount(**changes):
    return order(**({"discount_code": "SPRING", "discount_use": USE} | changes))


class Simulated(SimulatedStore):
    def __init__(self):
        self.table = Table()
        super().__init__(lambda name, *arguments: getattr(self.table, name)(*arguments))

    def fill_cart(self, *lines):
        self.table.put_lines("ann", lines)

    def make_discount(self, discount):
        self.table.discounts[normal(discount.code)] = discount

    def delete_discount(self):
        self.table.discounts.clear()


class Real(DynamoStore):
    def fill_cart(self, *lines):
        cart = carts.find_cart("ann")
        if not cart.version:
            made = carts._new("ann", lines, "EUR")
            made.version = 1
            carts._create(made)
        elif lines:
            carts.set_line("ann", lines[0], "EUR")
        else:
            carts.empty("ann")

    def make_discount(self, discount):
        assert discounts.add_discount(discount, "op")

    def delete_discount(self):
        assert discounts.delete_discount(discounts.find_discount("spring"))


@pytest.fixture(params=[Simulated, Real])
def store(request, aws):
    made = request.param()
    made.fill_cart(LINE)
    return made


@pytest.fixture
def placed(store):
    store.open_record(RECORD)
    assert store.place(RECORD, order())
    return store


def test_the_first_record_under_a_key_stands(store):
    assert store.open_record(RECORD) == RECORD
    assert store.open_record(replace(RECORD, holder="op_2", order_id="ord_2")) == RECORD
    assert store.find_record("ann", "k") == RECORD


def test_a_record_is_taken_over_from_its_holder_once(store):
    store.open_record(RECORD)
    second, third = replace(RECORD, holder="op_2", inherited=True), replace(RECORD, holder="op_3")

    assert store.take_record(RECORD, second) == second
    assert store.take_record(RECORD, third) == second


def test_only_the_holder_deletes_a_record_and_only_before_the_order(store):
    store.open_record(RECORD)

    assert not store.delete_record(replace(RECORD, holder="op_2"))
    assert store.delete_record(RECORD)
    assert not store.delete_record(RECORD)
    assert store.find_record("ann", "k") is None


def test_placing_writes_order_record_and_mark_together(placed):
    assert placed.find_order("ord_1") == order()
    assert placed.find_record("ann", "k") == replace(RECORD, placed=True)
    cart = placed.find_terms("ann", None, None).cart
    assert (cart.order_id, cart.version) == ("ord_1", 1)
    assert not placed.delete_record(RECORD)
    assert placed.take_record(RECORD, replace(RECORD, holder="op_2")).placed


@pytest.mark.parametrize("why", ["lease lost", "no record", "cart changed", "cart empty", "cart marked", "again"])
def test_placing_is_refused_whole(store, why):
    if why != "no record":
        store.open_record(replace(RECORD, holder="op_0") if why == "lease lost" else RECORD)
    if why == "cart changed":
        store.fill_cart(replace(LINE, quantity=2))
    if why == "cart empty":
        store.fill_cart()
    if why == "cart marked":
        other = replace(RECORD, key="other", order_id="ord_2")
        store.open_record(other)
        assert store.place(other, order(id="ord_2"))
    if why == "again":
        assert store.place(RECORD, order())

    assert not store.place(RECORD, order())
    assert (store.find_order("ord_1") is None) == (why != "again")


def test_a_write_at_the_version_stands_and_another_gets_what_is_there(placed):
    first = after(order(), payment_id="pi_1", next_action={"type": "x"}, refunds=[Refund(1, 5, "r", 2.5)])

    assert placed.write(order(), first) == first
    assert placed.write(order(), after(order(), payment_id="pi_2")) == first
    assert placed.find_order("ord_1") == first


def test_what_is_taken_away_from_an_order_is_gone(placed):
    first = placed.write(order(), after(order(), next_action={"type": "x"}, end=State.CANCELLED))
    second = placed.write(first, after(first, next_action=None, due=None))

    assert placed.find_order("ord_1") == second
    assert (second.next_action, second.due) == (None, None)


def test_a_cart_as_it_was_bought_is_emptied_with_the_write(placed):
    done = placed.write(order(), after(order(), state=State.CONFIRMED), Basket.EMPTY)

    cart = placed.find_terms("ann", None, None).cart
    assert (done.version, cart.lines, cart.order_id, cart.version) == (2, [], None, 2)


def test_an_edited_cart_is_not_emptied_and_the_write_is_refused(placed):
    placed.fill_cart(replace(LINE, quantity=2))

    refused = placed.write(order(), after(order(), state=State.CONFIRMED), Basket.EMPTY)
    done = placed.write(order(), after(order(), state=State.CONFIRMED), Basket.UNMARK)

    cart = placed.find_terms("ann", None, None).cart
    assert (refused.version, done.version) == (1, 2)
    assert ([line.quantity for line in cart.lines], cart.order_id, cart.version) == ([2], None, 2)


def test_an_edit_keeps_the_mark(placed):
    placed.fill_cart(replace(LINE, quantity=2))

    assert placed.find_terms("ann", None, None).cart.order_id == "ord_1"


def test_a_cart_marked_by_no_order_of_ours_is_left_alone(placed):
    placed.write(order(), after(order()), Basket.UNMARK)
    second = placed.find_order("ord_1")

    assert placed.write(second, after(second), Basket.UNMARK) == second
    assert placed.write(second, after(second), Basket.KEEP).version == 3


def uses(store):
    terms = store.find_terms("ann", "ann@example.test", "spring")
    return terms.discount and terms.discount.uses, terms.own_uses


def test_the_last_use_is_taken_with_the_order_and_once(store):
    store.make_discount(DISCOUNT)
    store.open_record(RECORD)

    assert (store.place(RECORD, with_discount()), store.place(RECORD, with_discount())) == (True, False)
    assert uses(store) == (1, 1)


@pytest.mark.parametrize(
    "lacking",
    [{"uses": 1}, {"id": "dsc_2"}, {"code": "Other"}],
    ids=["none is left", "the code was made anew", "the code is gone"],
)
def test_without_a_use_that_is_left_nothing_is_placed(store, lacking):
    store.make_discount(replace(DISCOUNT, **lacking))
    store.open_record(RECORD)

    assert not store.place(RECORD, with_discount())
    assert (store.find_order("ord_1"), store.find_terms("ann", None, None).cart.order_id) == (None, None)


def test_a_buyer_who_has_had_all_uses_gets_none(store):
    store.make_discount(replace(DISCOUNT, max_uses=9, limit=9))
    store.open_record(RECORD)
    store.place(RECORD, with_discount())
    store.write(with_discount(), after(with_discount(), state=State.CONFIRMED), Basket.UNMARK)
    again = replace(RECORD, key="k2", order_id="ord_2", holder="op_9")
    store.open_record(again)

    assert not store.place(again, with_discount(id="ord_2"))
    assert uses(store) == (1, 1)


@pytest.mark.parametrize("end", [State.CANCELLED, State.PAYMENT_FAILED])
def test_an_order_that_ends_gives_its_use_back_once(store, end):
    store.make_discount(replace(DISCOUNT, max_uses=9, limit=9, uses=1))
    store.open_record(RECORD)
    store.place(RECORD, with_discount())

    first = store.write(with_discount(), after(with_discount(), state=end), Basket.UNMARK)
    store.write(with_discount(), after(with_discount(), state=end), Basket.KEEP)
    owed = store.write(first, after(first, refunds=[Refund(1, 5, "r", 2.5)]))
    store.write(owed, after(owed, refunds=[Refund(1, 5, "r", 2.5, done=True, done_at=3.5)]))

    assert uses(store) == (1, 0)


def test_an_order_that_is_bought_or_refunded_keeps_its_use(store):
    store.make_discount(DISCOUNT)
    store.open_record(RECORD)
    store.place(RECORD, with_discount())

    first = store.write(with_discount(), after(with_discount(), state=State.CONFIRMED), Basket.EMPTY)
    store.write(first, after(first, state=State.REFUNDED))

    assert uses(store) == (1, 1)


def test_an_order_ends_though_its_code_is_gone(store):
    store.make_discount(DISCOUNT)
    store.open_record(RECORD)
    store.place(RECORD, with_discount())
    store.delete_discount()

    done = store.write(with_discount(), after(with_discount(), state=State.CANCELLED), Basket.UNMARK)

    assert (done.state, store.find_terms("ann", None, None).cart.order_id, uses(store)) == (
        State.CANCELLED, None, (None, 0)
    )  # fmt: skip


def test_without_an_answer_the_outcome_is_unknown(aws, monkeypatch):
    from botocore.exceptions import ReadTimeoutError
    from pynamodb.connection.base import Connection

    def silent(*_arguments):
        raise ReadTimeoutError(endpoint_url="https://dynamodb.test")

    monkeypatch.setattr(Connection, "_make_api_call", silent)

    for call in (
        lambda: Real().find_order("ord_1"),
        lambda: Real().open_record(RECORD),
        lambda: Real().place(RECORD, order()),
        lambda: Real().write(order(), after(order())),
        lambda: Real().find_terms("ann", None, None).cart,
    ):
        with pytest.raises(OutcomeUnknown):
            call()
