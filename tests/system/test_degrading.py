"""What the rest of the shop still does while a part of it is down: the table of docs/checkout.md, row by row.

Processes are really dead, and the ports of S3, EventBridge and SES, which the emulator has in one process, really shut.
"""

import secrets
from typing import Any

import pytest

from tests.support.cable import Cable
from tests.support.running_shop import Shop
from tests.system.buyers import Books, Buyer
from tests.system.eventually import eventually
from tests.system.web import Web, fetch_json

CUT_OFF = ("S3", "EVENTBRIDGE", "SES")
A_MINUTE = "+61s"  # the sweeper's, and longer than the breaker keeps everybody from the payment provider
PICTURE = {"content_type": "image/png", "size": 1000}


@pytest.fixture(scope="module")
def cables() -> dict[str, Cable]:
    return {}


@pytest.fixture(scope="module")
def shop(tmp_path_factory, cables):
    """One for all rows, as parts of it die."""
    made = Shop(tmp_path_factory.mktemp("degrading"))
    cables.update({name: Cable(made.ports.of("aws")) for name in CUT_OFF})
    for cable in cables.values():
        cable.plug_in()
    made.settings = {**made.settings, **{f"SHOP_{name}_PORT": str(cable.port) for name, cable in cables.items()}}
    try:
        yield made.start()
    finally:
        made.stop()
        for cable in cables.values():
            cable.throw_away()


@pytest.fixture(scope="module")
def staff(shop) -> Web:
    return shop.as_role("staff")


@pytest.fixture
def lamp(shop, staff) -> Books:
    return Books.of_new_product(staff, shop.payments_url, stock=20)


@pytest.fixture
def buyer(shop, lamp) -> Buyer:
    """With a lamp in the cart."""
    return lamp.welcome(Buyer.guest(shop.url).with_one(lamp.sku))


def is_unavailable(answer) -> bool:
    return (answer.status, answer.code) == (503, "unavailable") and int(answer.headers["Retry-After"]) > 0


def browses(web: Web, lamp: Books) -> bool:
    return web.get("/products").status == web.get(f"/products/{lamp.product_id}").status == 200


def key() -> dict[str, str]:
    return {"Idempotency_Key": secrets.token_hex(12)}


def mails(shop, email: str) -> list[str]:
    return [mail["subject"] for mail in fetch_json(f"{shop.url}/_inbox?to={email}")["items"]]


def registered(shop) -> str:
    email = f"ann-{secrets.token_hex(6)}@shop.example"
    login = {"email": email, "password": secrets.token_urlsafe(15), "name": "Ann"}
    assert Web(shop.url).post("/users", login).status == 202
    return email


def test_without_catalog_orders_go_on_and_nothing_is_bought(shop, staff, lamp, buyer):
    refunded, cancelled = buyer.buy().json, buyer.with_one(lamp.sku).buy().json
    form = buyer.with_one(lamp.sku).order_form()

    with shop.without("catalog"):
        assert is_unavailable(buyer.web.get("/products"))
        assert Web(shop.url).post("/sessions/guest", {}).status == 201
        cart = buyer.web.get("/cart").json
        refused = buyer.place(form)
        orders = buyer.orders()
        amount = {"amount": 100, "currency": "EUR"}
        refund = staff.post(f"/orders/{refunded['id']}/refunds", {"amount": amount, "reason": "late"}, **key())
        cancel = buyer.web.post(f"/orders/{cancelled['id']}/cancel", {})

    assert (cart["stale"], len(cart["items"])) == (True, 1)
    assert is_unavailable(refused)
    assert sorted(order["id"] for order in orders) == sorted([refunded["id"], cancelled["id"]])
    assert (refund.status, cancel.status) == (201, 202), (refund, cancel)
    with shop.clock_moved(A_MINUTE):
        assert eventually(lambda: buyer.web.get(f"/orders/{cancelled['id']}").json["status"] == "cancelled")
    assert lamp.money() == {refunded["id"]: refunded["total"]["amount"] - 100}
    assert eventually(lambda: lamp.stock() == {"on_hand": 19, "held": 0, "available": 19}), lamp.report()
    assert buyer.buy().status == 201


def test_without_the_payment_provider_orders_are_taken_and_confirmed_later(shop, lamp, buyer):
    with shop.without("payments"):
        assert browses(buyer.web, lamp)
        assert Web(shop.url).post("/sessions/guest", {}).status == 201
        pending = buyer.buy()

    assert (pending.status, pending.json["status"]) == (202, "pending"), pending
    with shop.clock_moved(A_MINUTE):
        assert eventually(lambda: buyer.orders()[0]["status"] == "confirmed"), lamp.report()
    assert eventually(lamp.settled), lamp.report()
    assert lamp.moved("captured") == 1


def test_without_s3_all_but_files_goes_on(shop, staff, lamp, buyer, cables):
    assert staff.post("/users/me/avatar", PICTURE).status == 201
    upload = staff.post(f"/products/{lamp.product_id}/images", {**PICTURE, "alt": "A lamp"}).json["image_id"]

    assert buyer.web.get("/products?q=lamp").status == 200

    with cables["S3"].out():
        assert buyer.web.get("/products?q=lamp").status == 200
        assert staff.get("/users/me").status == 200
        assert staff.patch("/users/me", {"name": "Sue"}).status == 200
        assert is_unavailable(staff.post("/users/me/avatar/complete", {}))
        assert browses(buyer.web, lamp)
        assert is_unavailable(staff.post(f"/products/{lamp.product_id}/images/{upload}/complete", {}))
        bought = buyer.buy()
        invoice = f"/orders/{bought.json['id']}/invoice"
        waiting = eventually(lambda: is_unavailable(buyer.web.get(invoice)))

    assert bought.status == 201
    assert waiting, buyer.web.get(invoice)
    assert eventually(lambda: buyer.web.get(invoice).status == 200, within_s=40)


def test_without_events_everything_goes_on_and_nothing_is_lost(shop, staff, lamp, buyer, cables):
    sold = orders_reported(lamp)
    last = Books.of_new_product(staff, shop.payments_url, stock=1)

    with cables["EVENTBRIDGE"].out():
        assert staff.put(f"/stock/{last.sku}", {"on_hand": 0, "low_stock_at": 0}).status == 200
        assert eventually(lambda: card(last)["available"] is False)
        assert buyer.buy().status == 201
        email = registered(shop)
        assert eventually(lambda: mails(shop, email))
        assert eventually(lambda: orders_reported(lamp) == sold + 1)
        assert mails(shop, buyer.email) == []

    assert eventually(lambda: mails(shop, buyer.email), within_s=30)


def card(lamp: Books) -> dict[str, Any]:
    """Of one of the newest products."""
    items = lamp.staff.get("/products").json["items"]
    return next(one for one in items if one["id"] == lamp.product_id)


def orders_reported(lamp: Books) -> int:
    sums = lamp.staff.get("/reports/sales?from=2026-01-01&to=2026-12-31").json["sums"]
    return sum(row["orders"] for row in sums)


def test_without_mail_everything_goes_on_and_mail_waits(shop, lamp, buyer, cables):
    with cables["SES"].out():
        email = registered(shop)
        assert buyer.buy().status == 201
        assert browses(buyer.web, lamp)
        assert eventually(lambda: has_failed(shop, "users", "shop-users-mail"))
        assert mails(shop, email) == mails(shop, buyer.email) == []

    assert eventually(lambda: mails(shop, email), within_s=40)
    assert eventually(lambda: mails(shop, buyer.email), within_s=40)


def has_failed(shop, service: str, queue: str) -> bool:
    """Whether a worker was refused."""
    return any(line.get("queue") == queue for line in shop.log_lines(service))


def test_without_users_everything_else_goes_on_with_the_tokens_that_there_are(shop, staff, lamp, buyer):
    """The last row: a mail that its dying process had just been handed comes back only after a while."""
    with shop.without("users"):
        assert is_unavailable(Web(shop.url).post("/sessions/guest", {}))
        assert browses(buyer.web, lamp)
        assert staff.post(f"/stock/{lamp.sku}/adjustments", {"delta": 1, "reason": "found"}, **key()).status == 200
        bought = buyer.buy()
        parcel = {"carrier": "dhl", "tracking_number": "1"}
        shipped = staff.post(f"/orders/{bought.json['id']}/shipments", parcel, **key())

    assert (bought.status, shipped.status) == (201, 201), (bought, shipped)
