"""The payment breaker: what one instance has learned of the provider, all others know."""

import pytest

from chalicelib.checkout.wiring import world
from chalicelib.errors import ProviderAnswered, ProviderDown
from common.deadline import Deadline
from tests.orders.neighbours import Crash, sweep


@pytest.fixture
def down(shop, catalog, provider):
    """Five buyers in a row got no answer from the payment provider; it is still down."""
    catalog.reservations.skus["MUG"].on_hand = 60
    provider.down = True
    for number in range(5):
        assert tries(shop, f"usr_{number}").status == 202
    provider.calls.clear()
    return provider


def tries(shop, subject="usr_next", **changes):
    """Each buyer is another caller, whose request might reach another instance: they share the table only."""
    buyer = shop.named(subject)
    buyer.puts("MUG")
    return buyer.buys(**changes)


def test_while_it_is_open_a_checkout_is_pending_at_once_and_the_provider_is_left_alone(shop, down):
    answer = tries(shop)

    assert (answer.status, answer.json["status"], down.calls) == (202, "pending", [])


def test_a_replay_and_a_cancellation_do_not_wait_for_the_provider_either(shop, down):
    buyer = shop.named("usr_next")
    buyer.puts("MUG")
    body = buyer.purchase()
    order_id = buyer.buys(body=body).json["id"]

    replayed = buyer.buys(body=body)
    cancelled = buyer.post(f"/orders/{order_id}/cancel")

    assert (replayed.status, replayed.headers["Idempotent-Replayed"]) == (202, "true")
    assert cancelled.status in (200, 202)
    assert down.calls == []


def test_four_failures_do_not_open_it(shop, catalog, provider):
    catalog.reservations.skus["MUG"].on_hand = 60
    provider.down = True
    for number in range(4):
        tries(shop, f"usr_{number}")
    provider.down = False

    assert tries(shop).status == 201


def test_failures_long_apart_do_not_open_it(shop, catalog, provider, shop_clock):
    catalog.reservations.skus["MUG"].on_hand = 60
    provider.down = True
    for number in range(8):
        tries(shop, f"usr_{number}")
        shop_clock.forward(11)
    provider.calls.clear()

    assert tries(shop).status == 202
    assert provider.calls == ["create"]


def test_a_success_in_between_forgets_the_failures(shop, catalog, provider):
    catalog.reservations.skus["MUG"].on_hand = 60
    for number in range(9):
        provider.down = number != 4
        tries(shop, f"usr_{number}")
    provider.calls.clear()

    tries(shop)

    assert provider.calls == ["create"]


def test_half_a_minute_later_one_caller_tries_and_the_others_wait(shop, down, shop_clock):
    shop_clock.forward(31)
    first = world(Deadline(20))
    first.store.find_terms("usr_a", None, None)
    found = world(Deadline(20))
    found.store.find_terms("usr_b", None, None)

    tried = [refused(lambda one=one: one.provider.find("pi_1")) for one in (first, found, first)]

    assert down.calls == ["find"]
    assert tried == ["ProviderDown", "ProviderNotAsked", "ProviderNotAsked"]


def refused(call):
    with pytest.raises(ProviderDown) as caught:
        call()
    return caught.typename


def test_a_failed_try_opens_it_for_another_half_minute(shop, down, shop_clock):
    shop_clock.forward(31)
    tries(shop, "usr_probe")
    assert down.calls == ["create"]
    shop_clock.forward(29)

    tries(shop, "usr_too_early")

    assert down.calls == ["create"]
    shop_clock.forward(2)
    tries(shop, "usr_again")
    assert down.calls == ["create"] * 2


def test_a_try_that_succeeds_closes_it_for_all(shop, down, shop_clock):
    down.down = False
    shop_clock.forward(31)

    assert [tries(shop, f"usr_{name}").status for name in "abc"] == [201] * 3


def test_one_that_died_while_trying_lets_another_try(shop, down, shop_clock, monkeypatch):
    shop_clock.forward(31)
    with monkeypatch.context() as dying:
        dying.setattr(down, "create", crash)
        with pytest.raises(Crash):
            tries(shop, "usr_dying")
    tries(shop, "usr_too_early")
    assert down.calls == []
    shop_clock.forward(21)

    tries(shop)

    assert down.calls == ["create"]


def crash(_order):
    raise Crash


def test_the_sweeper_brings_the_waiting_orders_on_once_the_provider_is_back(shop, down, shop_clock):
    shop_clock.forward(21)
    assert sweep() == 5
    assert down.calls == []
    down.down = False
    shop_clock.forward(31)

    sweep()

    assert [order["status"] for n in range(5) for order in shop.named(f"usr_{n}").get("/orders").json["items"]] == [
        "confirmed"
    ] * 5


def test_an_answer_that_leads_nowhere_is_no_failure(shop, catalog, provider, monkeypatch):
    def refuse(_order):
        raise ProviderAnswered

    catalog.reservations.skus["MUG"].on_hand = 60
    with monkeypatch.context() as refusing:
        refusing.setattr(provider, "create", refuse)
        for number in range(6):
            assert tries(shop, f"usr_{number}").status == 202

    assert tries(shop).status == 201


def test_on_a_good_day_nothing_is_written_and_nothing_more_is_read(shop, calls, provider):
    tries(shop)
    shop.named("usr_last").puts("MUG")
    body = shop.named("usr_last").purchase()
    calls.clear()

    assert shop.named("usr_last").buys(body=body).status == 201

    assert calls.dynamodb.count("BatchGetItem") == 1
    assert len(calls.dynamodb) == 7


def test_a_failure_is_written_when_it_happens_and_forgotten_by_one_write(shop, calls, catalog, provider):
    catalog.reservations.skus["MUG"].on_hand = 60

    def cost_of_a_purchase(subject):
        shop.named(subject).puts("MUG")
        body = shop.named(subject).purchase()
        calls.clear()
        shop.named(subject).buys(body=body)
        return len(calls.dynamodb)

    usual = cost_of_a_purchase("usr_a")
    provider.down = True
    cost_of_a_purchase("usr_b")
    failing = calls.dynamodb[:]
    provider.down = False

    # the failed call begins a window (refused once, as there is none), and the order waits as long as a buyer may
    assert failing[3:] == ["UpdateItem"] * 3
    assert cost_of_a_purchase("usr_c") == usual + 1
    assert cost_of_a_purchase("usr_d") == usual


def test_a_sweep_reads_it_once_however_many_orders_are_due(shop, calls, catalog, provider, shop_clock):
    catalog.reservations.skus["MUG"].on_hand = 60
    for number in range(3):
        tries(shop, f"usr_{number}", payment_method="pm_3ds")
    shop_clock.forward(61)
    calls.clear()

    assert sweep() == 3

    assert calls.dynamodb.count("GetItem") == 3 + 1
