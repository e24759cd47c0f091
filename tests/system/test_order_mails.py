"""What buyers find in their mail, with everything real on the way to it."""

import json
from contextlib import contextmanager

import pytest

from tests.system.buyers import Buyer
from tests.system.eventually import eventually
from tests.system.people import Places
from tests.system.web import fetch_json
from tools.shop.environment import MAIL_FROM


@pytest.fixture
def inbox(shop):
    """`inbox(buyer, 2)`: the mails to a buyer, newest first, as soon as there are so many."""

    def read(buyer, count):
        found = lambda: fetch_json(f"{shop.url}/_inbox?to={buyer.email}")["items"]  # noqa: E731
        eventually(lambda: len(found()) >= count, within_s=60)  # a worker may have to be started first
        return found()

    return read


@pytest.fixture
def mail_is_down(shop):
    """`with mail_is_down():` SES takes nothing in the shop's name."""
    ses = Places(shop).aws("ses")

    @contextmanager
    def outage():
        ses.delete_identity(Identity=MAIL_FROM)
        try:
            yield
        finally:
            ses.verify_email_identity(EmailAddress=MAIL_FROM)

    return outage


@pytest.fixture
def soon_given_up(shop):
    """The queue of order mails gives a message up after one try, not after an hour of them."""
    sqs = Places(shop).aws("sqs")
    queue = {"QueueUrl": sqs.get_queue_url(QueueName="shop-orders-mail")["QueueUrl"]}
    policy = sqs.get_queue_attributes(**queue, AttributeNames=["RedrivePolicy"])["Attributes"]["RedrivePolicy"]
    hasty = json.dumps(json.loads(policy) | {"maxReceiveCount": "1"})
    sqs.set_queue_attributes(**queue, Attributes={"RedrivePolicy": hasty})
    yield
    sqs.set_queue_attributes(**queue, Attributes={"RedrivePolicy": policy})


def euros(money):
    return f"€{money['amount'] // 100}.{money['amount'] % 100:02}"


@pytest.fixture
def set_aside(shop):
    """`set_aside()`: how many records of the orders' stream wait on the queue of what can't be followed."""
    sqs = Places(shop).aws("sqs")
    queue = {"QueueUrl": sqs.get_queue_url(QueueName="shop-orders-set-aside")["QueueUrl"]}
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    yield lambda: sum(map(int, sqs.get_queue_attributes(**queue, AttributeNames=names)["Attributes"].values()))
    sqs.purge_queue(**queue)


def test_an_event_that_can_t_be_published_keeps_no_other_waiting(shop, goods, inbox, set_aside):
    spoilt = {"pk": {"S": "ORDER#ord_spoilt"}, "sk": {"S": "OUT#evt_spoilt"}, "event": {"S": "{"}}
    Places(shop).aws("dynamodb").put_item(TableName="shop-orders", Item=spoilt)
    lamp = goods(stock=1)
    buyer = Buyer.guest(shop.url).with_one(lamp.sku)

    assert buyer.buy().status == 201

    assert inbox(buyer, 1)
    assert eventually(lambda: set_aside() == 1)


def test_a_buyer_hears_of_the_purchase_of_each_parcel_and_of_a_refund(shop, goods, inbox):
    lamp = goods(stock=5)
    buyer = Buyer.guest(shop.url).with_one(lamp.sku, 3)
    order = buyer.buy().json
    (confirmed,) = inbox(buyer, 1)

    assert order["number"] in confirmed["subject"]
    assert f"3 × €19.90 = {euros(order['subtotal'])}" in confirmed["text"]
    assert f"Delivery: {euros(order['shipping'])}\nTotal: {euros(order['total'])}" in confirmed["text"]
    assert confirmed["links"] == [f"{shop.url}/order/{order['id']}"]

    route, part = f"/orders/{order['id']}", [{"sku": lamp.sku, "quantity": 1}]
    parcel = {"carrier": "DHL", "tracking_number": "JJD-1"}
    lamp.staff.post(f"{route}/shipments", {**parcel, "items": part}, Idempotency_Key="part")
    shipped = inbox(buyer, 2)[0]
    assert "In this parcel:\n- 1 × Lamp\n\nStill to come:\n- 2 × Lamp" in shipped["text"]
    assert "JJD-1" in shipped["html"]

    money = {"amount": {"amount": 1234, "currency": "EUR"}, "reason": "scratched by a colleague"}
    assert lamp.staff.post(f"{route}/refunds", money, Idempotency_Key="refund").status == 201
    refunded = inbox(buyer, 3)[0]
    assert "We have refunded €12.34" in refunded["text"]
    assert "colleague" not in refunded["text"] + refunded["html"]
    assert len(inbox(buyer, 3)) == 3


def test_while_mail_is_down_people_buy_and_hear_of_it_later(shop, goods, inbox, mail_is_down):
    buyer = Buyer.guest(shop.url).with_one(goods(stock=1).sku)
    with mail_is_down():
        order = buyer.buy()
        assert order.status == 201
        tried = lambda: [one for one in shop.log_lines("orders") if "NotSent" in json.dumps(one)]  # noqa: E731
        assert eventually(tried)
        assert inbox(buyer, 0) == []

    assert order.json["number"] in inbox(buyer, 1)[0]["subject"]


def test_a_mail_that_was_given_up_is_sent_once_it_is_moved_back(shop, goods, inbox, mail_is_down, soon_given_up):
    buyer = Buyer.guest(shop.url).with_one(goods(stock=1).sku)
    with mail_is_down():
        order = buyer.buy().json
        assert eventually(lambda: " 0 given up" not in shop.command("redrive", "shop-orders-mail", "--list"))

    assert " moved back" in shop.command("redrive", "orders")
    (mail,) = inbox(buyer, 1)
    assert order["number"] in mail["subject"]
    assert " 0 given up" in shop.command("redrive", "shop-orders-mail", "--list")
