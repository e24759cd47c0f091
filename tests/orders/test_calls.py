"""What each route may cost in calls: docs/data.md."""

import pytest


def cost(shop, catalog, calls, do):
    calls.clear()
    catalog.calls.clear()
    do()
    return calls.dynamodb, catalog.calls


def test_reading_the_cart_is_one_read(shop, catalog, calls):
    shop.puts("MUG")

    assert cost(shop, catalog, calls, shop.cart) == (["GetItem"], ["variants"])


def test_changing_a_line_is_one_write(shop, catalog, calls):
    shop.puts("MUG")

    assert cost(shop, catalog, calls, lambda: shop.puts("MUG", 2)) == (["UpdateItem"], ["variants"])


def test_a_new_line_is_one_write_after_one_that_was_refused_and_told_what_is_in_the_cart(shop, catalog, calls):
    shop.puts("MUG")

    assert cost(shop, catalog, calls, lambda: shop.puts("LAMP.1")) == (["UpdateItem"] * 2, ["variants"])


def test_removing_a_line_is_one_write(shop, catalog, calls):
    shop.puts("MUG")
    shop.puts("LAMP.1")

    assert cost(shop, catalog, calls, lambda: shop.deletes("/cart/items/MUG")) == (["UpdateItem"], ["variants"])


def test_emptying_the_cart_is_one_write(shop, catalog, calls):
    shop.puts("MUG")

    assert cost(shop, catalog, calls, lambda: shop.deletes("/cart")) == (["UpdateItem"], [])


def test_a_quote_is_one_read(shop, catalog, calls):
    shop.puts("MUG")

    assert cost(shop, catalog, calls, shop.quote) == (["GetItem"], ["variants"])


def test_an_order_is_placed_with_two_writes_and_each_later_step_is_one(shop, catalog, calls, provider):
    shop.puts("MUG")
    body = shop.purchase()

    made, asked = cost(shop, catalog, calls, lambda: shop.buys(body=body))

    assert made == [
        "PutItem",  # the idempotency record
        "GetItem",  # the cart
        "TransactWriteItems",  # the order, with record, mark and event
        "UpdateItem",  # the payment's id
        "UpdateItem",  # AUTHORIZED
        "UpdateItem",  # COMMITTED
        "TransactWriteItems",  # CONFIRMED, with cart and event
    ]
    assert asked == ["hold", "hold", "commit"]
    assert provider.calls == ["create", "find", "confirm", "capture"]


def test_a_replay_is_recognised_by_one_call_and_reads_the_order(shop, catalog, calls):
    shop.puts("MUG")
    body = shop.purchase()
    shop.buys(body=body)

    assert cost(shop, catalog, calls, lambda: shop.buys(body=body)) == (["PutItem", "GetItem"], [])


@pytest.mark.parametrize("path", ["/orders/{}", "/orders/{}/events", "/orders"])
def test_reading_orders_is_one_call(shop, catalog, calls, path):
    shop.puts("MUG")
    order_id = shop.buys().json["id"]

    made, asked = cost(shop, catalog, calls, lambda: shop.get(path.format(order_id)))

    assert (len(made), asked) == (1, [])


def test_a_list_costs_one_query_however_long_it_is(shop, catalog, calls):
    catalog.reservations.skus["MUG"].on_hand = 30
    for n in range(25):
        shop.puts("MUG")
        shop.buys(f"key-{n}")

    assert cost(shop, catalog, calls, lambda: shop.get("/orders?limit=20")) == (["Query"], [])


def test_all_that_is_held_on_a_person_is_one_read_and_one_query(shop, catalog, calls):
    shop.puts("MUG")

    assert cost(shop, catalog, calls, lambda: shop.get("/privacy/orders")) == (["GetItem", "Query"], [])


def test_a_sweep_with_nothing_due_is_one_query_a_shard(shop, catalog, calls):
    from chalicelib.orders.models import SHARDS
    from tests.orders.neighbours import sweep

    assert cost(shop, catalog, calls, sweep) == (["Query"] * SHARDS, [])


@pytest.fixture
def webhook(aws, shop, monkeypatch):
    """An endpoint with a delivery: `webhook("GET", "/deliveries")`."""
    from chalicelib import config
    from chalicelib.webhooks import sending
    from tests.orders.test_webhooks import hears, message

    monkeypatch.setattr(config, "WEBHOOK_QUEUE_URL", aws("sqs").create_queue(QueueName="q")["QueueUrl"])
    monkeypatch.setattr(sending, "post", lambda *_, **__: sending.Outcome(status=200))
    made = shop.api.post("/webhook-endpoints", {"url": "https://a.example.com/", "events": ["*"]}, role="admin").json
    hears(message())
    (sent,) = shop.api.get(f"/webhook-endpoints/{made['id']}/deliveries", role="admin").json["items"]

    def ask(method, path, body=None, **headers):
        path = path.format(id=made["id"], delivery=sent["id"])
        answer = shop.api.request(method, f"/webhook-endpoints{path}", body, role="admin", **headers)
        assert answer.status < 300, answer

    return ask


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", "", None, ["Query"]),
        ("GET", "/{id}", None, ["GetItem"]),
        ("POST", "", {"url": "https://a.example.com/", "events": ["*"]}, ["TransactWriteItems"]),
        ("PATCH", "/{id}", {"active": False}, ["GetItem", "PutItem"]),
        ("POST", "/{id}/rotate-secret", None, ["GetItem", "PutItem"]),
        ("DELETE", "/{id}", None, ["GetItem", "TransactWriteItems"]),
        ("GET", "/{id}/deliveries", None, ["GetItem", "Query"]),
        ("GET", "/{id}/deliveries?status=failed", None, ["GetItem", "Query"]),
        ("POST", "/{id}/deliveries/{delivery}/redeliver", None, ["BatchGetItem", "UpdateItem"]),
    ],
)
def test_webhook_endpoints(webhook, shop, catalog, calls, method, path, body, expected):
    wanted = {"If_Match": '"1"'} if method == "PATCH" else {}

    assert cost(shop, catalog, calls, lambda: webhook(method, path, body, **wanted)) == (expected, [])


def test_an_event_costs_one_query_where_nobody_wants_it_and_else_a_write_and_two_for_each_endpoint(
    webhook, shop, catalog, calls
):
    from tests.orders.test_webhooks import hears, message

    assert cost(shop, catalog, calls, lambda: hears(message(number=2)))[0] == [
        "Query",  # the endpoints
        "PutItem",  # what is sent
        "PutItem",  # the delivery
        "UpdateItem",  # what came of it
    ]
    webhook("DELETE", "/{id}")
    assert cost(shop, catalog, calls, lambda: hears(message(number=3)))[0] == ["Query"]


def test_a_sweep_of_webhooks_is_a_query_and_another_for_each_endpoint(webhook, shop, catalog, calls):
    from tests.orders.test_webhooks import sweeps

    assert cost(shop, catalog, calls, sweeps)[0] == ["Query", "Query"]
