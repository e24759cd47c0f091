"""From the purchase to the review, through a running shop whose parts die, and reviews raced on the embedded AWS."""

import json
import os
import random
import signal
from collections import Counter

import pytest

from common import events
from tests.system.buyers import Buyer
from tests.system.eventually import eventually
from tests.system.people import Person, Places, delivers
from tests.system.web import Web, all_at_once

THREADS = 16


@pytest.fixture(scope="module")
def people(shop):
    """Four customers."""
    return [Person(shop).registers().logs_in() for _ in range(4)]


@pytest.fixture
def ann(people):
    return people[0]


@pytest.fixture
def lamp(goods):
    return goods(stock=8)


def told(shop, order_id, person, product_id):
    """What orders-service tells of a delivery, put on catalog's queue once more."""
    items = [{"sku": "X", "product_id": product_id, "quantity": 1}]
    data = {"order_id": order_id, "customer_id": person.id, "buyer": "customer", "items": items}
    made = events.event("orders", "order.delivered", order_id, 9, data)
    body = json.dumps({"detail": {name: getattr(made, name) for name in made.__struct_fields__}})
    queue = Places(shop).aws("sqs").get_queue_url(QueueName="shop-catalog-deliveries")["QueueUrl"]
    Places(shop).aws("sqs").send_message(QueueUrl=queue, MessageBody=body)


def received(product_id, *people):
    """Wait until the catalogue knows; a message that a killed process had in hand comes again after 10 s."""
    own = f"/products/{product_id}/own-review"
    return eventually(lambda: all(one.web.get(own).json["received"] for one in people), within_s=60)


def rating(lamp):
    found = lamp.staff.get(f"/products/{lamp.product_id}").json["rating"]
    return found["count"], found["average"]


def shown(lamp):
    """Stars of the published reviews."""
    found = Web(lamp.staff.origin).get(f"/products/{lamp.product_id}/reviews?limit=100").json["items"]
    return Counter(one["rating"] for one in found)


def test_a_delivery_told_three_times_gives_one_review(shop, lamp, ann):
    for order_id in ("ord_1", "ord_1", "ord_2"):
        told(shop, order_id, ann, lamp.product_id)
    assert ann.reviews(lamp.product_id).status == 201
    told(shop, "ord_1", ann, lamp.product_id)

    assert ann.web.post(f"/products/{lamp.product_id}/reviews", {"rating": 1}).code == "review_exists"
    assert rating(lamp) == (1, 5.0)


def test_a_guest_has_nothing_to_review(shop, lamp, ann):
    guest = lamp.welcome(Buyer.guest(shop.url)).with_one(lamp.sku)
    delivers(lamp.staff, guest.buy().json["id"])

    assert guest.web.post(f"/products/{lamp.product_id}/reviews", {"rating": 5}).code == "forbidden"


def test_parts_of_an_order_shipped_by_many_at_once_are_what_was_bought(shop, lamp, ann):
    buyer = Buyer(ann.web).with_one(lamp.sku, 5)
    order_id = buyer.place(buyer.order_form() | {"shipping_address": ann.address}).json["id"]
    parcel = {"carrier": "DHL", "items": [{"sku": lamp.sku, "quantity": 1}]}
    path = f"/orders/{order_id}/shipments"

    answers = all_at_once(
        [lambda key=str(n // 2): lamp.staff.post(path, parcel, Idempotency_Key=order_id + key) for n in range(THREADS)]
    )

    codes = Counter(answer.code or answer.status for answer in answers)
    order = ann.web.get(f"/orders/{order_id}").json
    assert codes.keys() <= {201, "shipment_exceeds", "unavailable"}, codes
    assert (order["status"], len(order["shipments"])) == ("shipped", 5), codes


def test_of_reviews_posted_at_once_one_is_written(shop, lamp, ann):
    told(shop, "ord_1", ann, lamp.product_id)
    assert received(lamp.product_id, ann)
    path = f"/products/{lamp.product_id}/reviews"

    answers = all_at_once([lambda n=n: ann.web.post(path, {"rating": n % 5 + 1}) for n in range(THREADS)])

    assert Counter(answer.status for answer in answers) == {201: 1, 409: THREADS - 1}
    (made,) = [answer.json["rating"] for answer in answers if answer.status == 201]
    assert (shown(lamp), rating(lamp)) == (Counter([made]), (1, float(made)))


@pytest.mark.parametrize("seed", range(2))
def test_whatever_races_the_rating_is_that_of_the_reviews(shop, lamp, people, seed):
    """Each customer posts, changes and deletes in three threads at once, while the staff publish and reject."""
    path = f"/products/{lamp.product_id}/reviews"
    for person in people:
        told(shop, "ord_1", person, lamp.product_id)
    assert received(lamp.product_id, *people)

    def write(person, dice):
        for _ in range(5):
            own = person.web.get(f"/products/{lamp.product_id}/own-review").json["review"]
            stars = {"rating": dice.randint(1, 5)}
            if own is None:
                yield person.web.post(path, stars)
            elif dice.random() < 0.3:
                yield person.web.delete(f"{path}/{own['id']}")
            else:
                yield person.web.patch(f"{path}/{own['id']}", stars)

    def moderate(dice):
        for _ in range(6):
            for review in lamp.staff.get(f"{path}?limit=100").json["items"]:
                if dice.random() < 0.5:
                    yield lamp.staff.post(f"/reviews/{review['id']}/reject", {"reason": "x"})
                yield lamp.staff.post(f"/reviews/{review['id']}/publish")

    writers = [lambda p=p, n=n: list(write(p, random.Random(seed * 100 + n))) for n in range(3) for p in people]
    staff = [lambda n=n: list(moderate(random.Random(seed * 100 + 50 + n))) for n in range(THREADS - len(writers))]
    answers = [one for found in all_at_once([*writers, *staff]) for one in found]

    assert {one.status for one in answers} <= {200, 201, 204, 404, 409, 503}, Counter(one.status for one in answers)
    assert sum(one.status < 300 for one in answers) > THREADS
    reviews = shown(lamp)
    count = sum(reviews.values())
    total = sum(stars * number for stars, number in reviews.items())
    assert rating(lamp) == (count, pytest.approx(total / count, abs=0.051) if count else None)


def test_who_bought_and_got_it_reviews_it_though_the_catalogue_dies_meanwhile(shop, lamp, ann):
    order_id = ann.buys(lamp.sku).json["id"]
    assert ann.web.post(f"/products/{lamp.product_id}/reviews", {"rating": 5}).code == "not_received"

    os.kill(shop.pid("catalog"), signal.SIGKILL)
    delivers(lamp.staff, order_id)  # orders-service needs nobody for that
    assert eventually(lambda: shop.answers("catalog"))
    made = ann.reviews(lamp.product_id, rating=4)

    assert (made.status, made.json["status"]) == (201, "published")
    shop.kill("catalog")
    assert (shown(lamp), rating(lamp)) == (Counter([4]), (1, 4.0))
    timeline = [(one["status"], one["actor"]) for one in ann.web.get(f"/orders/{order_id}/events").json["items"]]
    assert timeline[-2:] == [("shipped", "staff"), ("delivered", "staff")]
