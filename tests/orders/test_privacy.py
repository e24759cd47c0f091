"""What is held on a person: told to that person, and forgotten after users-service has erased them."""

import json

import pytest
from msgspec.structs import replace

from chalicelib.checkout.effects import PaymentStatus
from chalicelib.checkout.store import DynamoStore
from chalicelib.orders.order import State
from common.events import received
from common.problems import Unavailable
from tests.orders.neighbours import ADDRESS, Crash, Shopper, Staff, bought, crashing_at, sweep, told
from tests.orders.simulation.catalog import Hold
from tests.support.fixtures import client

ANN = "usr_ann"
PERSON = {
    "name": "Annegret Vogelsang",
    "line1": "Nachtigallenweg 17",
    "line2": "Hinterhaus",
    "city": "Wuppertal",
    "region": "Westfalen",
    "postal_code": "42103",
    "phone": "+49 202 5551234",
}
EMAIL = "usr_ann@example.test"
QUARTER_OF_AN_HOUR = 900


@pytest.fixture
def ann(api, catalog, provider):
    catalog.reservations.skus["MUG"].on_hand = 200
    return Shopper(api, "customer", ANN)


@pytest.fixture
def bob(shop):
    return shop.named("usr_bob", "customer")


@pytest.fixture
def staff(shop):
    return shop.named("usr_staff", "staff")


def buy(shopper, key="key-1", **changes):
    shopper.puts("MUG")
    address = {**ADDRESS, **PERSON}
    answer = shopper.buys(key, shipping_address=address, billing_address={**address, "line1": "Postfach 8"}, **changes)
    return answer.json.get("id") or answer.json["order_id"]


def force(order_id, **changes):
    """Write a state that this version of the service has no route for yet."""
    order = DynamoStore().find_order(order_id)
    DynamoStore().write(order, replace(order, version=order.version + 1, **changes))


def stored():
    return json.dumps(client("dynamodb").scan(TableName="shop-orders")["Items"])


def traces_of_ann():
    everything = stored().lower()
    return [word for word in (*PERSON.values(), "Postfach", EMAIL, "pm_", "bank.test") if word.lower() in everything]


def test_a_confirmed_order_is_cancelled_and_its_buyer_forgotten(ann, staff, catalog, provider, erasures):
    order_id = buy(ann)
    before = staff.order(order_id)

    erasures.of(ANN)

    after = staff.order(order_id)
    assert traces_of_ann() == []
    assert (after["status"], after["email"], after["payment"]["method"]) == ("cancelled", None, None)
    assert after["shipping_address"] == after["billing_address"] == {"country": "DE"}
    assert after["payment"]["refunded"] == after["payment"]["captured"] == after["total"]
    assert (catalog.states(), list(provider.refunds.values())) == ([Hold.RETURNED], [after["total"]["amount"]])
    kept = ("number", "customer_id", "items", "subtotal", "discount", "shipping", "tax", "total", "placed_at")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}


@pytest.mark.parametrize("state", [State.SHIPPED, State.DELIVERED])
def test_an_order_on_its_way_or_delivered_stays_without_its_buyer(ann, staff, provider, erasures, state):
    order_id = buy(ann)
    force(order_id, state=state)

    erasures.of(ANN)

    assert (staff.order(order_id)["status"], provider.refunds) == (state.lower(), {})
    assert traces_of_ann() == []


def test_of_an_order_partly_on_its_way_the_rest_stays_here_and_is_paid_back(ann, catalog, provider, erasures):
    seller = Staff(ann.api)
    order_id = bought(ann)
    left = catalog.left("LAMP.1")
    seller.ships(order_id, MUG=1)

    erasures.of(ANN)

    after = seller.order(order_id)
    assert (after["status"], after["email"]) == ("shipped", None)
    assert [(one["reason"], one["amount"]["amount"], one["status"]) for one in after["refunds"]] == [
        ("erased", 2 * 1999, "done")
    ]
    assert (catalog.left("LAMP.1"), provider.refunds) == (left + 2, {(order_id, 1): 2 * 1999})
    assert seller.ships(order_id, "again").code == "shipment_exceeds"
    assert [one["items"][0]["sku"] for one in told("order.shipped")] == ["MUG"]
    assert seller.delivers(order_id).json["status"] == "delivered"


def test_the_rest_is_paid_back_and_restocked_later_while_the_others_are_down(
    ann, catalog, provider, erasures, shop_clock
):
    seller = Staff(ann.api)
    order_id = bought(ann)
    seller.ships(order_id, MUG=1)
    catalog.down = provider.down = True
    erasures.of(ANN)
    assert seller.order(order_id)["refunds"][0]["status"] == "pending"

    catalog.down = provider.down = False
    shop_clock.forward(61)

    assert (sweep(), sweep()) == (1, 0)
    assert (catalog.left("LAMP.1"), provider.refunds) == (5, {(order_id, 1): 2 * 1999})


def test_an_order_that_waits_for_the_bank_is_cancelled(ann, staff, catalog, provider, erasures):
    order_id = buy(ann, payment_method="pm_3ds")

    erasures.of(ANN)

    assert (staff.order(order_id)["status"], provider.statuses()) == ("cancelled", [PaymentStatus.VOIDED])
    assert (catalog.left("MUG"), traces_of_ann()) == (200, [])


def test_orders_that_ended_are_as_they_were_but_for_the_person(ann, staff, erasures):
    declined, cancelled = buy(ann, payment_method="pm_declined"), buy(ann, "key-2")
    ann.post(f"/orders/{cancelled}/cancel")
    history = [staff.get(f"/orders/{one}/events").json for one in (declined, cancelled)]

    erasures.of(ANN)

    assert [staff.order(one)["status"] for one in (declined, cancelled)] == ["payment_failed", "cancelled"]
    assert [staff.get(f"/orders/{one}/events").json for one in (declined, cancelled)] == history
    assert traces_of_ann() == []


def test_while_the_provider_is_down_the_person_goes_at_once_and_the_money_later(
    ann, staff, provider, erasures, shop_clock
):
    order_id = buy(ann)
    provider.down = True
    erasures.of(ANN)
    assert (staff.order(order_id)["status"], traces_of_ann()) == ("confirmed", [])

    provider.down = False
    shop_clock.forward(60)
    sweep()

    assert (staff.order(order_id)["status"], len(provider.refunds), traces_of_ann()) == ("cancelled", 1, [])


def test_a_payment_that_is_being_captured_is_refunded_without_the_person(ann, staff, provider, erasures, shop_clock):
    provider.lose_replies_to = {"capture"}
    order_id = buy(ann)
    erasures.of(ANN)
    assert (staff.order(order_id)["status"], traces_of_ann()) == ("pending", [])

    provider.lose_replies_to = set()
    shop_clock.forward(60)
    sweep()

    assert (staff.order(order_id)["status"], len(provider.refunds), traces_of_ann()) == ("cancelled", 1, [])


def test_orders_of_others_stay_as_they_are(ann, bob, staff, erasures):
    buy(ann)
    other = buy(bob)
    before = staff.order(other)

    erasures.of(ANN)

    assert staff.order(other) == before


def test_staff_find_nothing_under_the_address_any_more(ann, staff, erasures):
    order_id = buy(ann)
    erasures.of(ANN)

    assert staff.get(f"/orders?email={EMAIL}").json["items"] == []
    assert [one["id"] for one in staff.get(f"/orders?customer_id={ANN}").json["items"]] == [order_id]


def test_many_orders_are_forgotten_page_by_page(ann, staff, erasures, monkeypatch):
    monkeypatch.setattr("chalicelib.privacy.domain.AT_ONCE", 2)
    ids = {buy(ann, f"key-{n}") for n in range(5)}

    erasures.of(ANN)

    assert {staff.order(one)["status"] for one in ids} == {"cancelled"}
    assert traces_of_ann() == []


def test_after_a_crash_the_next_try_goes_on(ann, erasures):
    for n in range(3):
        buy(ann, f"key-{n}")
    with crashing_at("write"), pytest.raises(Crash):
        erasures.of(ANN)
    erasures.of(ANN)

    assert traces_of_ann() == []


def test_one_order_in_trouble_keeps_no_other_waiting(ann, staff, erasures, monkeypatch):
    ids = [buy(ann, f"key-{n}") for n in range(3)]
    find = DynamoStore.find_order

    def broken(store, order_id):
        if order_id == ids[1]:
            raise RuntimeError
        return find(store, order_id)

    with monkeypatch.context() as patched:
        patched.setattr(DynamoStore, "find_order", broken)
        with pytest.raises(Unavailable):
            erasures.of(ANN)
    assert [staff.order(one)["email"] for one in ids] == [None, EMAIL, None]

    erasures.of(ANN)
    assert traces_of_ann() == []


def test_a_repeat_writes_nothing(ann, erasures, calls):
    buy(ann)
    message = erasures.of(ANN)
    calls.clear()

    erasures.again(message)

    assert calls.dynamodb == ["Query"] * 2 + ["UpdateItem"]  # the cart's is refused: nothing is in it


def test_the_cart_is_emptied_at_once_and_deleted_when_nobody_can_fill_it_again(ann, erasures, shop_clock):
    ann.puts("MUG")
    version = ann.cart()["version"]
    message = erasures.of(ANN)
    assert (ann.cart()["items"], ann.cart()["version"]) == ([], version + 1)

    shop_clock.forward(QUARTER_OF_AN_HOUR + 1)
    erasures.again(message)

    assert "CART#" not in stored()


def test_a_cart_that_an_order_is_buying_is_deleted_after_that_order(ann, provider, erasures, shop_clock):
    buy(ann, payment_method="pm_3ds")
    provider.down = True
    message = erasures.of(ANN)
    shop_clock.forward(QUARTER_OF_AN_HOUR + 1)
    erasures.again(message)
    assert "CART#" in stored()

    provider.down = False
    shop_clock.forward(60)
    sweep()
    erasures.again(message)

    assert "CART#" not in stored()


def test_what_is_bought_with_a_token_that_is_still_good_is_forgotten_a_quarter_of_an_hour_later(
    ann, staff, erasures, shop_clock
):
    message = erasures.of(ANN)
    assert erasures.sent_back() == [(message, QUARTER_OF_AN_HOUR)]
    order_id = buy(ann)

    shop_clock.forward(QUARTER_OF_AN_HOUR + 1)
    erasures.again(message)

    assert (staff.order(order_id)["status"], traces_of_ann()) == ("cancelled", [])
    assert len(erasures.sent_back()) == 1


def test_the_message_that_waits_tells_nothing_but_an_id(ann, erasures):
    buy(ann)
    erasures.of(ANN)

    ((body, _),) = erasures.sent_back()
    assert received(body).data == {"user_id": ANN}


def test_nothing_of_the_person_is_logged_or_published(ann, erasures, capfd):
    buy(ann)
    erasures.of(ANN)

    logged = "".join(capfd.readouterr())
    assert "request_id" in logged
    assert [word for word in (*PERSON.values(), EMAIL) if word in logged] == []


def test_a_person_sees_all_that_is_held(ann, shop_clock):
    ids = []
    for n in range(3):
        shop_clock.forward(1)
        ids.append(buy(ann, f"key-{n}"))
    ann.puts("LAMP.1", 2)

    first = ann.get("/privacy/orders?limit=2").json
    second = ann.get(f"/privacy/orders?limit=2&cursor={first['next_cursor']}").json

    assert [one["id"] for one in first["items"] + second["items"]] == ids[::-1]
    assert first["items"][0] == {
        **ann.order(ids[2]),
        "events": ann.get(f"/orders/{ids[2]}/events").json["items"],
        "payment_id": f"pi_{ids[2]}",
        "documents": [],
        "discount_use_counted": False,
    }
    assert [(line["sku"], line["quantity"]) for line in first["cart"]["items"]] == [("LAMP.1", 2)]
    assert (first["customer_id"], second["next_cursor"]) == (ANN, None)


@pytest.mark.parametrize("role", ["guest", "customer", "staff", "admin"])
def test_who_has_bought_nothing_is_told_so(api, role):
    told = api.get("/privacy/orders", role=role, subject="usr_new").json

    assert told == {"customer_id": "usr_new", "cart": None, "items": [], "next_cursor": None}


def test_nobody_sees_what_is_held_on_somebody_else(ann, bob):
    for n in range(2):
        buy(ann, f"key-{n}")
    cursor = ann.get("/privacy/orders?limit=1").json["next_cursor"]

    assert bob.get(f"/privacy/orders?cursor={cursor}").code == "cursor_invalid"
    assert bob.get("/privacy/orders").json["items"] == []
