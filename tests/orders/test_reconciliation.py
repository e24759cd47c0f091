"""Reconciling: the service's own code over its table, against the real payment sandbox and a catalogue."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from chalice.test import Client

from chalicelib import config
from chalicelib.checkout.wiring import ledger, world
from chalicelib.checkout.writes import move
from chalicelib.orders import models
from chalicelib.orders.goods import all_of
from chalicelib.orders.order import Refund, Restock, State
from chalicelib.payments.ledger import Ledger, RefundEntry
from chalicelib.reconciliation import reconciler
from chalicelib.reconciliation.reconciler import Reconciler
from chalicelib.reconciliation.report import Books
from chalicelib.reconciliation.stuck import find_stuck
from common.deadline import Deadline
from tests.orders.neighbours import Crash, Shopper, crashing_at
from tests.orders.simulation.catalog import Hold
from tests.payments.conftest import Running, Stripe
from tools.shop.payments.server import Server

HOUR = 3600
DAY = 24 * HOUR


@pytest.fixture
def bank(tmp_path: Path, shop_clock, monkeypatch) -> Iterator[Stripe]:
    """The payment sandbox; the service knows no other provider."""
    running = Running(lambda: Server(tmp_path, shop_clock, hang_seconds=0.1))
    monkeypatch.setattr(config, "PAYMENTS_URL", running.url)
    monkeypatch.setattr(config, "payment_key", lambda: "sk_test_of_the_tests")
    yield Stripe(running.url)
    running.stop()


@pytest.fixture
def shop(api, catalog, bank) -> Shopper:
    catalog.reservations.skus["MUG"].on_hand = 50
    return Shopper(api)


@pytest.fixture
def run(catalog, shop_clock):
    """An hour later somebody reconciles: each difference with what was done about it."""

    def reconciled(*, mend=True, hours=26, later=HOUR, time_is_up=lambda: False):
        shop_clock.forward(later)
        told = []
        books = Books(world(Deadline(60)), ledger(Deadline(60)), catalog.reservation)
        one = Reconciler(books, mend=mend, tell=told.append, time_is_up=time_is_up)
        report = one.run(shop_clock() - hours * HOUR, shop_clock())
        assert report.found == told
        reconciled.report = report
        return [(one.difference.kind, one.outcome) for one in told]

    return reconciled


def buys(shop, number=0, **changes):
    """The order of one mug, as it is stored."""
    buyer = shop.named(f"usr_{number}")
    buyer.puts("MUG")
    answer = buyer.buys(**changes)
    return stored(answer.json.get("order_id") or answer.json["id"])


def stored(order_id):
    return models.find_order(order_id)


def changed(order, **changes):
    """As a bug or a hand in the table would."""
    return move(stored(order.id), world(Deadline(20)), **changes)


def payment(bank, order):
    return bank.intent(order.payment_id)


def new_payment(bank, order_id="ord_nobody", card="pm_card_visa"):
    form = {"payment_method": card, "confirm": "true", "metadata[order_id]": order_id}
    return bank.create(**form)["id"]


def test_a_healthy_shop_has_no_differences(shop, run, bank, staff):
    orders_of_every_life(shop, staff, bank)

    assert run() == []
    assert (run.report.complete, run.report.skipped, run.report.orders, run.report.payments) == (True, 0, 10, 9)


def orders_of_every_life(shop, staff, bank):
    buys(shop, 0)
    buys(shop, 1, payment_method="pm_card_visa_chargeDeclined")
    buys(shop, 2, payment_method="pm_unknown")
    buys(shop, 3, payment_method="pm_sandbox_capture_fails")
    waiting = buys(shop, 4, payment_method="pm_card_authenticationRequired")
    shop.named("usr_4").post(f"/orders/{waiting.id}/cancel")
    shop.named("usr_5").post(f"/orders/{buys(shop, 5).id}/cancel")
    refunds(staff, buys(shop, 6).id, 100)
    refunds(staff, (whole := buys(shop, 7)).id, whole.total)
    staff.ships(buys(shop, 8).id, "ship-8")
    delivered = buys(shop, 9).id
    staff.ships(delivered)
    staff.delivers(delivered)
    asked = shop.named("usr_9").post(f"/orders/{delivered}/returns", {"items": [{"sku": "MUG", "quantity": 1}]})
    return_id = asked.json["returns"][-1]["id"]
    staff.judges(delivered, return_id, "approve")
    staff.judges(delivered, return_id, "receive")


def refunds(staff, order_id, amount):
    return staff.refunds(order_id, amount, key=f"{order_id}-refund")


def test_what_is_under_way_is_left_alone(shop, run, bank):
    with crashing_at("write"), pytest.raises(Crash):
        buys(shop, 0)
    waiting = buys(shop, 1, payment_method="pm_card_authenticationRequired")

    assert run(later=600) == []
    assert stored(waiting.id).state is State.RESERVED


def test_a_payment_without_an_order_is_voided(shop, run, bank):
    lost = new_payment(bank)

    assert run() == [("payment_without_order", "mended")]
    assert (bank.intent(lost)["status"], run()) == ("canceled", [])


def test_an_order_that_has_just_changed_is_looked_at_an_hour_later(shop, run, bank, shop_clock):
    order = buys(shop)
    shop_clock.forward(2 * HOUR)
    changed(order, captured=1)

    assert run(later=600) == []
    assert run() == [("amount_differs", "left")]


@pytest.mark.parametrize("order_id", ["", "invoice-7"])
def test_a_payment_that_is_for_no_order_of_ours_is_left_alone(shop, run, bank, order_id):
    foreign = new_payment(bank, order_id)

    assert run() == [("payment_without_order", "left")]
    assert bank.intent(foreign)["status"] == "requires_capture"


def test_a_dry_run_only_tells(shop, run, bank):
    lost = new_payment(bank)

    assert run(mend=False) == [("payment_without_order", "mendable")]
    assert bank.intent(lost)["status"] == "requires_capture"


def test_money_taken_without_an_order_is_for_a_person(shop, run, bank):
    bank.capture(new_payment(bank))

    assert run() == [("captured_without_order", "left")]


def test_a_payment_made_before_a_crash_is_voided(shop, run, bank):
    order = buys(shop)
    second = new_payment(bank, order.id)

    assert run() == [("second_payment", "mended")]
    assert (bank.intent(second)["status"], payment(bank, order)["status"], run()) == ("canceled", "succeeded", [])


def test_an_order_that_was_left_after_its_capture_is_confirmed(shop, run, bank):
    with crashing_at("write"), pytest.raises(Crash):
        buys(shop)
    (order,) = models.list_of_buyer("usr_0", None, 1)
    made = world(Deadline(20)).provider.create(order)
    changed(order, payment_id=made.id)
    bank.confirm(made.id, return_url="http://shop.test")
    bank.capture(made.id)
    world(Deadline(20)).stock.hold(order.id, order.lines, 3600, order.currency)

    assert run(later=2000) == [("captured_not_confirmed", "mended")]
    assert (stored(order.id).state, run()) == (State.CONFIRMED, [])


def test_an_order_that_nobody_brings_on_is_driven(shop, run, bank, monkeypatch):
    with monkeypatch.context() as silent:
        silent.setattr(config, "PAYMENTS_URL", "http://127.0.0.1:9")
        order = buys(shop)

    assert run() == [("stuck", "mended")]
    assert (stored(order.id).state, run()) == (State.CANCELLED, [])


def test_a_hold_on_a_card_for_an_ended_order_is_voided(shop, run, bank):
    order = buys(shop, payment_method="pm_sandbox_capture_fails")
    left = new_payment(bank, order.id)
    changed(order, payment_id=left)

    assert run() == [("open_for_ended_order", "mended")]
    assert (bank.intent(left)["status"], run()) == ("canceled", [])


def test_money_taken_for_a_cancelled_order_goes_back(shop, run, bank):
    order = buys(shop, payment_method="pm_sandbox_capture_fails")
    taken = new_payment(bank, order.id)
    bank.capture(taken)
    changed(order, payment_id=taken)

    assert run() == [("captured_for_ended_order", "mended")]
    now = stored(order.id)
    assert (now.state, now.captured, now.given_back) == (State.PAYMENT_FAILED, 1999, 1999)
    assert bank.ledger()[-1] == ("refunded", 1999)
    assert run() == []


def test_a_refund_made_by_hand_at_the_provider_is_told_to_the_order(shop, run, bank, staff):
    order = buys(shop)
    bank.refund(order.payment_id, amount="300")

    assert run() == [("refund_unknown_to_order", "mended")]
    now = stored(order.id)
    assert (now.state, [(one.amount, one.done, one.actor) for one in now.refunds]) == (
        State.CONFIRMED,
        [(300, True, "provider")],
    )
    assert refunds(staff, order.id, order.total).code == "refund_exceeds"
    assert run() == []


def test_refunds_that_an_older_copy_of_the_table_does_not_know_are_learnt_and_never_made_again(shop, run, bank):
    order = buys(shop)
    for number, amount in ((1, 100), (2, 300)):
        bank.refund(order.payment_id, **{"amount": str(amount), "metadata[refund]": str(number)})

    assert run() == [("refund_unknown_to_order", "mended")] * 2
    assert {one.number: one.amount for one in stored(order.id).refunds} == {1: 100, 2: 300}
    assert (run(), bank.ledger().count(("refunded", 300))) == ([], 1)


def test_a_refund_that_was_made_twice_is_told(shop, run, bank, staff):
    order = buys(shop)
    refunds(staff, order.id, 200)
    bank.refund(order.payment_id, amount="200", **{"metadata[refund]": "1"})

    assert run() == [("refund_made_twice", "left")]


def test_a_full_refund_by_hand_ends_the_order_and_gives_the_stock_back(shop, run, bank, catalog):
    left = catalog.left("MUG")
    order = buys(shop)
    bank.refund(order.payment_id)

    assert run() == [("refund_unknown_to_order", "mended")]
    assert (stored(order.id).state, catalog.left("MUG"), run()) == (State.REFUNDED, left, [])


def test_a_refund_that_the_provider_does_not_know_is_made(shop, run, bank):
    order = buys(shop)
    now = world(Deadline(20)).now()
    changed(order, refunds=[Refund(1, 200, "lost", now, True, done_at=now)])

    assert run() == [("refund_missing", "mended")]
    assert (bank.ledger()[-1], run(), bank.ledger()[-2:].count(("refunded", 200))) == (("refunded", 200), [], 1)


def test_a_refund_that_the_bank_sent_back_can_be_made_again(shop, run, bank, staff):
    order = buys(shop, payment_method="pm_card_refundFail")
    refunds(staff, order.id, 200)

    assert run() == [("refund_failed", "mended")]
    assert (stored(order.id).refundable, stored(order.id).given_back) == (order.total, 0)
    assert run() == []


def test_a_pending_refund_is_no_difference(shop, run, bank, staff, shop_clock):
    order = buys(shop, payment_method="pm_card_pendingRefund")
    shop_clock.forward(HOUR)
    refunds(staff, order.id, 200)

    assert run(later=0) == []
    assert run() == []


@pytest.mark.parametrize(("captured", "kind"), [(1, "amount_differs"), (0, "amount_differs")])
def test_amounts_that_differ_are_only_told(shop, run, bank, captured, kind):
    order = buys(shop)
    changed(order, captured=captured)

    assert run() == [(kind, "left")]
    assert run() == [(kind, "left")]


def test_a_payment_that_the_provider_does_not_know_is_told(shop, run, bank):
    changed(buys(shop), payment_id="pi_gone")

    assert sorted(run()) == [("payment_missing", "left"), ("second_payment_captured", "left")]


def test_stock_held_for_an_ended_order_is_released(shop, run, bank, catalog):
    order = buys(shop, payment_method="pm_card_visa_chargeDeclined")
    left = catalog.left("MUG")
    catalog.reservations.reservations.pop(order.id)
    catalog.reservations.hold(order.id, order.lines, 2 * HOUR)

    assert run() == [("held_for_ended_order", "mended")]
    assert (catalog.left("MUG"), run()) == (left, [])


def test_stock_sold_for_a_cancelled_order_is_given_back_once(shop, run, bank, catalog):
    order = buys(shop, payment_method="pm_card_visa_chargeDeclined")
    left = catalog.left("MUG")
    catalog.reservations.reservations.pop(order.id)
    catalog.reservations.hold(order.id, order.lines, 2 * HOUR)
    catalog.reservations.commit(order.id)

    assert run() == [("sold_for_ended_order", "mended")]
    assert (catalog.left("MUG"), run()) == (left, [])


def test_stock_only_held_for_a_confirmed_order_is_sold(shop, run, bank, catalog):
    order = buys(shop)
    catalog.reservations.reservations.pop(order.id)
    catalog.reservations.hold(order.id, order.lines, 2 * HOUR)

    assert run() == [("held_for_confirmed_order", "mended")]
    assert (catalog.reservations.reservations[order.id].state, run()) == (Hold.COMMITTED, [])


def test_a_confirmed_order_without_stock_is_for_a_person(shop, run, bank, catalog):
    catalog.reservations.reservations.pop(buys(shop).id)

    assert run() == [("confirmed_without_stock", "left")]


def test_goods_that_the_order_says_came_back_are_restocked(shop, run, bank, catalog):
    order = buys(shop)
    left = catalog.left("MUG")
    now = world(Deadline(20)).now()
    changed(order, restocks=[Restock(id="ret_1", items=all_of(order), at=now, done=True, returned=True)])

    assert run() == [("restock_missing", "mended")]
    assert (catalog.left("MUG"), run()) == (left + 1, [])


def test_goods_that_came_back_unknown_to_the_order_are_told(shop, run, bank, catalog):
    order = buys(shop)
    catalog.reservations.give_back(order.id, "ret_stranger", all_of(order))

    assert run() == [("return_unknown_to_order", "left")]


def test_several_differences_of_one_order_are_mended_one_after_the_other(shop, run, bank, catalog):
    order = buys(shop, payment_method="pm_card_visa_chargeDeclined")
    taken = new_payment(bank, order.id)
    bank.capture(taken)
    changed(order, payment_id=taken)
    catalog.reservations.reservations.pop(order.id)
    catalog.reservations.hold(order.id, order.lines, 2 * HOUR)
    catalog.reservations.commit(order.id)

    assert sorted(run()) == [("captured_for_ended_order", "mended"), ("sold_for_ended_order", "mended")]
    assert run() == []


def test_a_refund_of_an_old_order_is_compared_too(shop, run, bank, shop_clock):
    order = buys(shop)
    shop_clock.forward(40 * DAY)
    bank.refund(order.payment_id, amount="300")

    assert run() == [("refund_unknown_to_order", "mended")]


def test_a_refund_of_no_payment_that_can_be_read_keeps_nobody_else_waiting(shop, run, bank, shop_clock, monkeypatch):
    order = buys(shop)
    shop_clock.forward(40 * DAY)
    bank.refund(order.payment_id, amount="300")
    strange = [RefundEntry(id="re_0", payment_id=of, number=None, amount=1, made=True, made_at=0) for of in (None, "x")]
    listed = Ledger.refunds
    monkeypatch.setattr(Ledger, "refunds", lambda *asked: chain([strange], listed(*asked)))

    assert (run(), run.report.complete) == ([("refund_unknown_to_order", "mended")], True)


def test_an_old_order_that_is_stuck_is_found(shop, run, bank, staff, shop_clock, monkeypatch):
    order = buys(shop)
    shop_clock.forward(40 * DAY)
    with monkeypatch.context() as silent:
        silent.setattr(config, "PAYMENTS_URL", "http://127.0.0.1:9")
        refunds(staff, order.id, 100)
    assert [one.id for one in find_stuck(shop_clock() + HOUR, 1800)] == [order.id]

    assert run() == [("stuck", "mended")]
    assert (stored(order.id).given_back, list(find_stuck(shop_clock(), 0))) == (100, [])


def test_without_an_answer_of_catalog_an_order_is_skipped(shop, run, bank, catalog):
    buys(shop)
    catalog.down = True

    assert (run(), run.report.skipped) == ([], 1)


def test_without_an_answer_of_the_provider_the_run_is_not_complete(shop, run, bank, monkeypatch):
    buys(shop)
    monkeypatch.setattr(config, "PAYMENTS_URL", "http://127.0.0.1:9")

    assert (run(), run.report.complete) == ([], False)


def test_it_stops_when_its_time_is_up(shop, run, bank):
    new_payment(bank)

    assert (run(time_is_up=lambda: True), run.report.complete) == ([], False)


def test_lists_are_read_to_their_end(shop, run, bank, monkeypatch):
    from chalicelib.payments import client

    monkeypatch.setattr(client, "PAGE", 2)
    monkeypatch.setattr(reconciler, "PAGE", 2)
    for number in range(3):
        buys(shop, number)
    new_payment(bank)

    assert run() == [("payment_without_order", "mended")]
    assert (run.report.orders, run.report.payments) == (3, 4)


def test_the_hourly_run_logs_what_differs_and_keeps_a_report(shop, bank, catalog, shop_clock, monkeypatch, capsys):
    import app
    from chalicelib.reconciliation import models as reports

    monkeypatch.setattr("chalicelib.reconciliation.wiring.Catalog", lambda _deadline: catalog)
    new_payment(bank)
    shop_clock.forward(HOUR)

    with Client(app.app) as client:
        tick = client.events.generate_cw_event("aws.events", "Scheduled Event", {}, [])
        client.lambda_.invoke("reconcile_orders", tick)

    logged = capsys.readouterr().err
    assert '"message": "reconciliation_difference"' in logged
    assert '"ReconciliationDifferences": 1' in logged
    (report,) = reports.list_reports(5)
    assert (report["differences"], report["mended"], report["found"][0]["kind"]) == (1, 1, "payment_without_order")


def test_nothing_personal_is_told(shop, run, bank, capsys):
    order = buys(shop)
    changed(order, captured=1)

    run()

    told = repr(run.report.found)
    person = (order.email, order.owner, order.shipping_address["name"], order.shipping_address["line1"])
    assert [word for word in person if word in told] == []
