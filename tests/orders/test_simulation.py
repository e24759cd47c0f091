"""The checkout under every fault, and proof that the simulation would notice if it were broken.

Any number of seeds by hand: `python -m tests.orders.simulation 100000`.
"""

import dataclasses
import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from msgspec.structs import replace

from chalicelib.checkout import domain, owed, saga, writes
from chalicelib.checkout.effects import Basket, PaymentStatus
from chalicelib.errors import HoldClosed, RefundRefused
from chalicelib.orders import domain as orders
from chalicelib.orders.goods import counted, shipped
from chalicelib.orders.order import MOVING, Parcel, State
from chalicelib.privacy import domain as privacy
from chalicelib.refunds import domain as refunds
from chalicelib.returns import domain as returns
from chalicelib.shipments import domain as shipments
from tests.orders.simulation import scenario
from tests.orders.simulation.catalog import Catalog
from tests.orders.simulation.provider import PaymentProvider
from tests.orders.simulation.scenario import run
from tests.orders.simulation.shop import Parts
from tests.orders.simulation.store import Table

SEEDS = 2000
SEEDS_TO_NOTICE = 1000


def play(seeds):
    return Counter(wrong for seed in seeds for wrong in run(seed).wrong)


def test_no_fault_in_2000_seeds_makes_money_orders_and_stock_disagree():
    chunks = [range(start, start + 100) for start in range(0, SEEDS, 100)]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("fork")) as processes:
        wrong = sum(processes.map(play, chunks), Counter())

    assert wrong == {}


def test_a_seed_can_be_replayed():
    assert run(7) == run(7)


def noticed(parts=None):
    """The first violations that show up."""
    for seed in range(SEEDS_TO_NOTICE):
        if wrong := run(seed, parts).wrong:
            return wrong
    return []


# Planted faults. Each breaks one promise of the checkout; the simulation must notice every one.


class UnmarkedCarts(Table):
    def may_mark(self, cart, order):
        return bool(cart.lines) and cart.version == order.cart_version

    def marked(self, cart, order):
        return cart

    def may_change(self, basket, order):
        return True


class CartsThatStayMarked(Table):
    def put_order(self, before, after, basket):
        return super().put_order(before, after, Basket.KEEP if after.state is State.CANCELLED else basket)


class UnconditionalWrites(Table):
    def is_current(self, order):
        return True


class LeasesForEverybody(Table):
    def leases(self, record):
        return True


class KeysThatAreForgotten(Table):
    def is_unused(self, keyed):
        return True

    def get_keyed(self, order_id, keyed):
        return self.orders.get(order_id), None


class CartVersionsThatRepeat(Table):
    def put_order(self, before, after, basket):
        done = super().put_order(before, after, basket)
        if done and basket is Basket.EMPTY:
            del self.carts[before.owner]
        return done


class HoldsCountedTwice(Catalog):
    def repeat(self, found, ttl_seconds):
        super().repeat(found, ttl_seconds)
        if all(self.skus[sku].available >= quantity for sku, quantity in found.items.items()):
            self.shift(found.items, held=1)


class ReturnsTwice(Catalog):
    def is_back(self, found, return_id):
        found.returns.pop(return_id, None)
        return False


class NoTombstones(Catalog):
    def bury(self, order_id):
        pass


class UsesTakenTwice(Table):
    def take_use(self, order):
        super().take_use(order)
        super().take_use(order)


class UsesNeverGivenBack(Table):
    def give_use_back(self, order):
        pass


class UsesGivenBackAtAnyWrite(Table):
    def put_order(self, before, after, basket):
        done = super().put_order(before, after, basket)
        if done and after.state is State.REFUNDED:
            self.give_use_back(after)
        return done


class LastUsesForEverybody(Table):
    def may_use(self, order):
        return True


class RefundsWithoutKeys(PaymentProvider):
    def refund(self, order, number, amount):
        if (order.id, number) not in self.refused:
            self.refunds.pop((order.id, number), None)
        super().refund(order, number, amount)


@pytest.mark.parametrize(
    "parts",
    [
        Parts(table=UnmarkedCarts),
        Parts(table=CartsThatStayMarked),
        Parts(table=UnconditionalWrites),
        Parts(table=LeasesForEverybody),
        Parts(table=CartVersionsThatRepeat),
        Parts(table=KeysThatAreForgotten),
        Parts(catalog=HoldsCountedTwice),
        Parts(catalog=ReturnsTwice),
        Parts(catalog=NoTombstones),
        Parts(table=UsesTakenTwice),
        Parts(table=UsesNeverGivenBack),
        Parts(table=UsesGivenBackAtAnyWrite),
        Parts(table=LastUsesForEverybody),
        Parts(provider=RefundsWithoutKeys),
    ],
    ids=lambda parts: next(kind.__name__ for kind in vars(parts).values() if kind.__module__ == __name__),
)
def test_a_neighbour_that_breaks_its_promise_is_noticed(parts):
    assert noticed(parts)


def step(state, changed):
    return lambda monkeypatch: monkeypatch.setitem(saga.STEPS, state, changed)


def answer_before_the_write(order, world):
    if order.total:
        world.provider.capture(order)
    return saga.Pause(replace(order, state=State.CONFIRMED, confirmed_at=world.now()))


def capture_before_the_commit(order, world):
    if order.total:
        world.provider.capture(order)
    return saga.sell(order, world)


def refund_without_return(order, world):
    return writes.move(order, world, state=State.CANCELLED, refunds=owed.pay_back(order, world))


def undo_without_void(order, world):
    return saga.undo(replace(order, payment_id=None), world)


def undo_without_release(order, world):
    if order.payment_id:
        world.provider.void(order)
    return writes.settle(order, world, (Basket.UNMARK,), state=order.end)


def undo_without_return(order, world):
    if order.payment_id:
        world.provider.void(order)
    world.stock.release(order.id)
    return writes.settle(order, world, (Basket.UNMARK,), state=order.end)


def pay_without_a_write_of_its_own(order, world):
    """Row 4 merged with the write that follows the confirmation."""
    if not order.total or order.payment_id:
        return saga.pay(order, world)
    payment = world.provider.create(order)
    try:
        held = world.stock.hold(order.id, order.lines, saga.HOLD_SECONDS, order.currency)
    except HoldClosed:
        return writes.undo_as(State.CANCELLED, order, world, payment_id=payment.id)
    return saga.authorize(replace(order, payment_id=payment.id, pay_by=held.expires_at), payment.id, world)


def no_body_check(monkeypatch):
    claim = domain.claim

    def blind(purchase, world):
        found = world.store.find_record(purchase.owner, purchase.key)
        return claim(purchase if found is None else dataclasses.replace(purchase, body_hash=found.body_hash), world)

    monkeypatch.setattr(domain, "claim", blind)


def release_before_the_record(monkeypatch):
    give_up = domain.give_up

    def backwards(record, world, *, held=True):
        if held:
            world.stock.release(record.order_id)
        give_up(record, world, held=held)

    monkeypatch.setattr(domain, "give_up", backwards)


def erasure_that_cancels_nothing(monkeypatch):
    monkeypatch.setattr(privacy.orders, "cancel_order", lambda order, _actor, _world: order)


def sweeper_that_never_undoes(monkeypatch):
    def lazy(order_id, world):
        order = world.store.find_order(order_id)
        return None if order.state in (State.CANCELLING, State.REFUNDING) else sweep_order(order_id, world)

    sweep_order = scenario.sweep_order
    monkeypatch.setattr(scenario, "sweep_order", lazy)


def shipping_what_is_cancelled(monkeypatch):
    monkeypatch.setattr(shipments, "_check_shippable", lambda _order: None)


def shipping_more_than_is_left(monkeypatch):
    monkeypatch.setattr(shipments, "_within", lambda asked, left: asked or [Parcel(*one) for one in left.items()])


def cancelling_what_is_partly_shipped(monkeypatch):
    monkeypatch.setattr(orders, "is_on_its_way", lambda order: order.state in (State.SHIPPED, State.DELIVERED))


def delivery_without_shipment(monkeypatch):
    monkeypatch.setattr(shipments, "_check_shipped", lambda _order: None)


def late_event_that_begins_anew(order, world):
    """Somebody asks after a delivered order, and it is confirmed once more."""
    return saga.Pause(writes.move(order, world, state=State.CONFIRMED))


def refund_without_a_record(order, wish, world):
    """The provider is asked first, and the refund written down after."""
    after = refunds_with_record(order, wish, world)
    if world.provider.find(after.payment_id).status is PaymentStatus.CAPTURED:
        owed.repaid(after, after.refunds[-1], world)
    return after


refunds_with_record = refunds._with_refund


def refund_under_another_key(order, one, world):
    """Each attempt under a number of its own."""
    return replace(repaid_once(order, replace(one, number=1000 + order.version), world), number=one.number)


repaid_once = owed.repaid


def refusal_taken_for_a_refund(order, one, world):
    try:
        world.provider.refund(order, one.number, one.amount)
    except RefundRefused:
        pass
    return replace(one, done=True, done_at=world.now())


def refusal_asked_again(order, one, world):
    """One that will never be made keeps the order for ever."""
    try:
        world.provider.refund(order, one.number, one.amount)
    except RefundRefused:
        return one
    return replace(one, done=True, done_at=world.now())


def refusal_that_restocks_all_the_same(order, refund, world):
    now = owed.repaid(order, refund, world)
    others = [now if one.number == now.number else one for one in order.refunds]
    return owed.move_on(order, world, refunds=others)


def restock_without_a_write(order, restock, world):
    return owed.move_on(order, world, restocks=[replace(one, done=True) for one in order.restocks])


def restock_under_another_id(order, restock, world):
    again = replace(restock, id=f"{restock.id}-{order.version}")
    world.stock.give_back(order.id, again.id, again.items)
    return owed.move_on(order, world, restocks=[again if one is restock else one for one in order.restocks])


def receive_with(changed):
    """What is written when goods arrive, less or more than it should be."""

    def plant(monkeypatch):
        received = returns._received
        monkeypatch.setattr(
            returns, "_received", lambda order, one, *rest: changed(order, one, received(order, one, *rest))
        )

    return plant


def without_restock(order, one, changes):
    return changes | {"restocks": order.restocks}


def without_refund(order, one, changes):
    return changes | {"refunds": order.refunds, "returns": [replace(it, refund=None) for it in changes["returns"]]}


def still_approved(order, one, changes):
    return changes | {"returns": order.returns}


def with_all_the_money(order, one, changes):
    more = [replace(it, amount=order.captured) if it.return_id == one.id else it for it in changes.get("refunds", [])]
    return changes | {"refunds": more or order.refunds}


def attribute(module, name, changed):
    return lambda monkeypatch: monkeypatch.setattr(module, name, changed)


def full_refund_that_forgets_the_goods(monkeypatch):
    monkeypatch.setattr(refunds, "_rest", lambda _order, _made, _world: [])


def cancel_that_ignores_a_full_refund(monkeypatch):
    monkeypatch.setattr(orders, "withdrawn", lambda _order: None)


def shipping_what_was_refunded(monkeypatch):
    monkeypatch.setattr(shipments, "withdrawn", lambda _order: None)
    monkeypatch.setattr(shipments, "unshipped", lambda order: dict(counted(order.lines) - shipped(order)))


def erasure_that_keeps_what_is_unshipped(monkeypatch):
    monkeypatch.setattr(privacy, "_left_here", lambda _order, _world: {})


def returns_that_are_not_counted(monkeypatch):
    monkeypatch.setattr(returns, "_check_quantities", lambda _order, _wish: None)


def sweeper_that_only_sees_states(monkeypatch):
    for module in (writes, orders):
        monkeypatch.setattr(module, "is_moving", lambda order: order.state in MOVING)


@pytest.mark.parametrize(
    "plant",
    [
        step(State.COMMITTED, answer_before_the_write),
        step(State.AUTHORIZED, capture_before_the_commit),
        step(State.REFUNDING, refund_without_return),
        step(State.CANCELLING, undo_without_void),
        step(State.CANCELLING, undo_without_release),
        step(State.CANCELLING, undo_without_return),
        step(State.RESERVED, pay_without_a_write_of_its_own),
        no_body_check,
        release_before_the_record,
        erasure_that_cancels_nothing,
        sweeper_that_never_undoes,
        shipping_what_is_cancelled,
        shipping_more_than_is_left,
        cancelling_what_is_partly_shipped,
        delivery_without_shipment,
        step(State.DELIVERED, late_event_that_begins_anew),
        attribute(refunds, "_with_refund", refund_without_a_record),
        attribute(refunds, "_check_amount", lambda _order, _wish: None),
        attribute(owed, "repaid", refund_under_another_key),
        attribute(owed, "repaid", refusal_taken_for_a_refund),
        attribute(owed, "repaid", refusal_asked_again),
        attribute(saga, "repay", refusal_that_restocks_all_the_same),
        attribute(saga, "put_back", restock_without_a_write),
        attribute(saga, "put_back", restock_under_another_id),
        receive_with(without_restock),
        receive_with(without_refund),
        receive_with(still_approved),
        receive_with(with_all_the_money),
        full_refund_that_forgets_the_goods,
        cancel_that_ignores_a_full_refund,
        shipping_what_was_refunded,
        erasure_that_keeps_what_is_unshipped,
        returns_that_are_not_counted,
        sweeper_that_only_sees_states,
    ],
    ids=[
        "answer before the write",
        "capture before the commit",
        "refund without return",
        "undo without void",
        "undo without release",
        "undo without return",
        "no write of its own for the payment's id",
        "no body check",
        "release before the record",
        "erasure that cancels nothing",
        "sweeper that never undoes",
        "shipping what is cancelled",
        "shipping more than is left",
        "cancelling what is partly shipped",
        "delivery without shipment",
        "late event that begins anew",
        "refund before its record",
        "refund beyond what was captured",
        "refund under another key",
        "refusal taken for a refund",
        "refusal asked again for ever",
        "refusal that restocks all the same",
        "restock that is only written down",
        "restock under another id",
        "receive without restock",
        "receive without refund",
        "receive twice",
        "receive that pays too much",
        "full refund that forgets the goods",
        "cancel that ignores a full refund",
        "shipping what was refunded",
        "erasure that keeps what is unshipped",
        "returns that are not counted",
        "sweeper that only sees states",
    ],
)
def test_a_step_that_is_wrong_is_noticed(monkeypatch, plant):
    plant(monkeypatch)

    assert noticed()
