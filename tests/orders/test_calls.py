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

    assert cost(shop, catalog, calls, shop.quote) == (["BatchGetItem"], ["variants"])


def test_a_quote_at_a_discount_is_one_read(shop, catalog, calls):
    shop.puts("MUG")
    shop.api.post("/discounts", {"code": "SPRING", "kind": "percent", "value": 10}, role="staff")

    quote = cost(shop, catalog, calls, lambda: shop.quote(discount_code="spring"))

    assert quote == (["BatchGetItem"], ["variants"])


METHOD = {"name": "F", "countries": ["DE"], "rates": [{"price": {"amount": 1, "currency": "EUR"}}]}


@pytest.mark.parametrize(
    ("method", "path", "body", "made"),
    [
        ("POST", "/discounts", {"code": "NEW", "kind": "percent", "value": 1}, ["PutItem"]),
        ("GET", "/discounts", None, ["Query"]),
        ("GET", "/discounts/LIMITED", None, ["GetItem"]),
        ("GET", "/discounts/SPRING", None, ["GetItem", "BatchGetItem"]),  # what its shards have counted
        ("PATCH", "/discounts/LIMITED", {"value": 2}, ["GetItem", "UpdateItem"]),
        ("PATCH", "/discounts/SPRING", {"value": 2}, ["GetItem", "BatchGetItem", "UpdateItem"]),
        ("DELETE", "/discounts/SPRING", None, ["GetItem", "TransactWriteItems"]),
        ("GET", "/shipping-methods", None, ["GetItem"]),
        ("PUT", "/shipping-methods/standard", METHOD, ["GetItem", "PutItem"]),
        ("DELETE", "/shipping-methods/standard", None, ["GetItem", "PutItem"]),
        ("GET", "/tax-rates", None, ["GetItem"]),
        ("GET", "/tax-rates/DE", None, ["GetItem"]),
        ("PUT", "/tax-rates/DE", {"rate_bps": 1, "inclusive": True}, ["GetItem", "PutItem"]),
    ],
)  # fmt: skip
def test_discounts_and_rates_are_a_read_and_a_write(shop, catalog, calls, method, path, body, made):
    shop.api.post("/discounts", {"code": "SPRING", "kind": "percent", "value": 10}, role="staff")
    shop.api.post("/discounts", {"code": "LIMITED", "kind": "percent", "value": 10, "max_uses": 9}, role="staff")

    def do():
        assert shop.api.request(method, path, body, role="admin", If_Match='"1"').status in (200, 201, 204)

    assert cost(shop, catalog, calls, do) == (made, [])


def test_an_order_is_placed_with_two_writes_and_each_later_step_is_one(shop, catalog, calls, provider):
    shop.puts("MUG")
    body = shop.purchase()

    made, asked = cost(shop, catalog, calls, lambda: shop.buys(body=body))

    assert made == [
        "PutItem",  # the idempotency record
        "BatchGetItem",  # the cart, with rates, discount and the provider's health
        "TransactWriteItems",  # the order, with record, mark and event
        "UpdateItem",  # the payment's id
        "UpdateItem",  # AUTHORIZED
        "UpdateItem",  # COMMITTED
        "TransactWriteItems",  # CONFIRMED, with cart and event
    ]
    assert asked == ["hold", "hold", "commit"]
    assert provider.calls == ["create", "find", "confirm", "capture"]


def test_a_discount_costs_an_order_no_call_more(shop, catalog, calls):
    limits = {"max_uses": 5, "max_uses_per_customer": 5}
    shop.api.post("/discounts", {"code": "SPRING", "kind": "free_shipping"} | limits, role="staff")
    shop.puts("MUG")
    body = shop.purchase(discount_code="SPRING", expected_total={"amount": 750, "currency": "EUR"})

    made, asked = cost(shop, catalog, calls, lambda: shop.buys(body=body))

    assert (len(made), made[:3], asked) == (
        7, ["PutItem", "BatchGetItem", "TransactWriteItems"], ["hold", "hold", "commit"]
    )  # fmt: skip


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


def test_the_documents_of_a_page_of_orders_are_one_query_more(shop, catalog, calls, order_id):
    assert cost(shop, catalog, calls, lambda: shop.get("/privacy/orders")) == (["GetItem", "Query", "Query"], [])


@pytest.fixture
def invoice_queue(aws, monkeypatch):
    """Where invoices are asked for."""
    from chalicelib import config

    monkeypatch.setattr(
        config, "INVOICE_QUEUE_URL", aws("sqs").create_queue(QueueName=config.INVOICE_QUEUE)["QueueUrl"]
    )


def test_an_invoice_with_its_credit_notes_is_one_query_and_one_look_into_the_bucket(
    shop, staff, order_id, catalog, calls, invoice_queue
):
    from tests.orders.test_invoices import hear

    waiting = lambda: shop.get(f"/orders/{order_id}/invoice")  # noqa: E731
    assert cost(shop, catalog, calls, waiting)[0] == ["Query", "GetItem"]  # whose order, and was it paid
    staff.refunds(order_id, 100)
    hear(order_id)

    assert cost(shop, catalog, calls, lambda: shop.get(f"/orders/{order_id}/invoice")) == (["Query"], [])
    assert calls.of("s3") == ["ListObjectsV2"]


def test_an_invoice_is_numbered_by_three_reads_and_one_write_and_a_repeat_reads_only(
    shop, order_id, catalog, calls, invoice_queue
):
    from tests.orders.test_invoices import hear

    look = ["GetItem", "Query"]  # the order, its documents
    made = cost(shop, catalog, calls, lambda: hear(order_id))[0]
    assert made == [*look, "GetItem", "TransactWriteItems", *look, "GetItem", "UpdateItem"]
    assert calls.of("s3") == ["HeadObject", "PutObject"]
    assert cost(shop, catalog, calls, lambda: hear(order_id))[0] == [*look, "GetItem"]


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
