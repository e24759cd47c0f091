"""Somebody who asks for it is erased, in every service and every place of a running shop."""

import pytest

from tests.system.eventually import eventually
from tests.system.people import Person, Places, left_in


@pytest.fixture
def places(shop):
    return Places(shop)


@pytest.fixture
def ann(shop):
    return Person(shop).registers().logs_in()


def erase(person):
    answer = person.web.delete("/users/me", {"password": person.password})
    assert answer.status == 202, answer


def is_forgotten(staff, order_id):
    order = staff.get(f"/orders/{order_id}").json
    return order["email"] is None and order["status"] == "cancelled"


def invoices(staff, *order_ids):
    """The numbers, once all can be downloaded, with the credit notes of what was paid back."""
    answers = [(staff.get(f"/orders/{one}/invoice"), staff.get(f"/orders/{one}").json["refunds"]) for one in order_ids]
    made = all(found.status == 200 and len(found.json["credit_notes"]) == len(refunds) for found, refunds in answers)
    return made and [found.json["number"] for found, _ in answers]


def test_nothing_of_an_erased_person_is_left_anywhere(shop, goods, places, ann):
    lamp = goods(stock=5)
    picture = ann.has_an_address_and_a_picture()
    book = goods(stock=1)
    received = ann.receives(lamp.staff, book.sku)
    assert ann.reviews(book.product_id).status == 201
    bought = ann.buys(lamp.sku).json["id"]
    waiting = ann.buys(lamp.sku, "pm_card_authenticationRequired").json["order_id"]
    assert ann.web.put(f"/cart/items/{lamp.sku}", {"quantity": 3}).status == 200
    numbers = eventually(lambda: invoices(lamp.staff, received, bought))
    assert {ann.email, ann.address["name"], ann.address["line1"]} <= set(left_in(places.buckets(), ann.words()))
    assert set(left_in(places.tables(), ann.words())) == set(ann.words()), "else this test could not fail"
    assert picture in places.objects().values()
    assert any(ann.id in key for key in places.objects())

    erase(ann)

    staff = lamp.staff
    assert eventually(lambda: all(is_forgotten(staff, one) for one in (bought, waiting)))
    assert eventually(lambda: ann.mails()[0]["subject"] == "Your account was erased"), ann.mails()
    assert eventually(lambda: lamp.stock() == {"on_hand": 5, "held": 0, "available": 5}), lamp.stock()
    assert eventually(lambda: ann.id in places.queues()), "both services look again later"
    assert eventually(lambda: left_in(places.tables(), ann.words()) == []), left_in(places.tables(), ann.words())
    assert eventually(lambda: invoices(staff, received, bought)) == numbers
    assert left_in(places.buckets(), ann.words()) == []
    assert picture not in places.objects().values()
    assert not any(ann.id in key for key in places.objects())
    assert left_in(places.queues(), ann.words()) == []
    assert left_in(places.logs(), ann.words()) == []
    assert lamp.staff.get(f"/orders/{received}").json["status"] == "delivered"
    assert book.staff.get(f"/products/{book.product_id}").json["rating"]["count"] == 0
    assert [one for one in places.items() if one["pk"]["S"] == f"BUYER#{ann.id}"] == []
    assert bought in places.provider()
    assert left_in(places.provider(), ann.words()) == []


def test_what_accounting_needs_of_an_order_stays(goods, ann):
    lamp = goods(stock=2)
    before = ann.buys(lamp.sku).json
    erase(ann)
    assert eventually(lambda: is_forgotten(lamp.staff, before["id"]))

    after = lamp.staff.get(f"/orders/{before['id']}").json
    kept = ("number", "customer_id", "items", "subtotal", "shipping", "tax", "total", "currency", "placed_at")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert after["payment"]["refunded"] == after["payment"]["captured"] == before["total"]
    assert lamp.staff.get(f"/orders?email={ann.email}").json["items"] == []


def test_the_address_is_free_again_and_a_new_account_has_nothing_of_the_old_one(goods, shop, ann):
    order = ann.buys(goods(stock=1).sku).json["id"]
    erase(ann)

    again = Person(shop, email=ann.email, secrets=[*ann.secrets]).registers().logs_in()

    assert again.id != ann.id
    assert again.web.get("/orders").json["items"] == []
    assert again.web.get(f"/orders/{order}").status == 404
    assert again.web.get("/users/me/addresses").json["items"] == []


def test_the_catalogue_forgets_who_corrected_its_stock(shop, goods, places, ann):
    lamp = goods(stock=5)
    assert shop.as_role("admin").put(f"/users/{ann.id}/role", {"role": "staff"}).status == 200
    ann.logs_in()
    body = {"delta": -1, "reason": "broken in transit"}
    assert ann.web.post(f"/stock/{lamp.sku}/adjustments", body, Idempotency_Key="k").status == 200
    assert [one["sku"] for one in ann.web.get("/privacy/catalog").json["items"]] == [lamp.sku]

    erase(ann)

    assert eventually(lambda: "actor" not in correction(places, lamp.sku)), correction(places, lamp.sku)
    assert correction(places, lamp.sku)["reason"] == {"S": "broken in transit"}


def correction(places, sku):
    (found,) = [one for one in places.items() if one["pk"]["S"] == f"SKU#{sku}" and one["sk"]["S"].startswith("ADJ#")]
    return found


def test_before_that_each_service_tells_all_that_it_holds(goods, ann):
    lamp = goods(stock=3)
    ann.has_an_address_and_a_picture()
    bought = ann.buys(lamp.sku).json["id"]
    assert ann.web.put(f"/cart/items/{lamp.sku}", {"quantity": 1}).status == 200

    users, orders = ann.web.get("/privacy/users").json, ann.web.get("/privacy/orders").json

    assert (users["account"]["email"], users["addresses"][0]["phone"]) == (ann.email, ann.address["phone"])
    assert users["avatar_url"]
    assert [(one["id"], one["email"], one["status"]) for one in orders["items"]] == [(bought, ann.email, "confirmed")]
    assert [line["sku"] for line in orders["cart"]["items"]] == [lamp.sku]
    assert ann.web.get("/privacy/catalog").json["items"] == []


def test_who_received_a_product_is_told_so_and_what_they_wrote(goods, ann):
    book = goods(stock=1)
    received = ann.receives(book.staff, book.sku)
    review = ann.reviews(book.product_id).json

    (held,) = ann.web.get("/privacy/catalog").json["received"]

    assert (held["product_id"], held["order_id"], held["review"]) == (book.product_id, received, review)


def test_an_erasure_outlives_services_that_die(shop, goods, ann):
    lamp = goods(stock=2)
    bought = ann.buys(lamp.sku).json["id"]
    erase(ann)
    shop.kill("users")
    shop.kill("orders")

    assert eventually(lambda: is_forgotten(lamp.staff, bought), within_s=90)  # a message in hand comes after a minute
