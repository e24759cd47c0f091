"""Invoices and credit notes: their numbers, what stands on them, and that they outlive crashes, repeats and races."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from botocore.exceptions import EndpointConnectionError
from msgspec.structs import replace

import app
from chalicelib import config
from chalicelib.checkout.store import DynamoStore
from chalicelib.invoices import domain, models, numbering
from chalicelib.invoices.document import Kind
from chalicelib.orders.order import Refund
from chalicelib.pricing.domain import half_up
from common.problems import Unavailable
from common.tables import OutcomeUnknown, Transaction
from tests.orders.neighbours import ADDRESS, Crash, bought
from tests.orders.test_invoice_pdf import text_of
from tests.orders.test_privacy import EMAIL, PERSON, traces_of_ann
from tests.support.fixtures import client

YEAR = datetime.now(UTC).year


@pytest.fixture(autouse=True)
def queue(aws, monkeypatch):
    """What is asked of the worker."""
    url = aws("sqs").create_queue(QueueName=config.INVOICE_QUEUE)["QueueUrl"]
    monkeypatch.setattr(config, "INVOICE_QUEUE_URL", url)
    monkeypatch.setattr("common.aws.client", lambda service, **_: aws(service))
    return lambda: [
        one["Body"] for one in aws("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    ]


def hear(order_id, kind="order.confirmed"):
    """The worker hears an event of an order."""
    detail = {"type": kind, "data": {"order_id": order_id}, "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
    hear_message(json.dumps({"source": "shop.orders", "detail-type": kind, "detail": detail}))


def hear_message(body):
    app.make_invoices({"Records": [{"body": body, "receiptHandle": "r", "messageId": "m"}]}, None)


def files():
    """Everything in the bucket."""
    s3 = client("s3")
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=config.bucket.name).get("Contents", [])]
    return {key: s3.get_object(Bucket=config.bucket.name, Key=key)["Body"].read() for key in keys}


def texts():
    return [text_of(content) for content in files().values()]


def numbers(*order_ids):
    return [item.document.number for one in order_ids for item in models.find_documents(one)]


def refund(order_id, *amounts):
    """Refunds that the provider has made, after those that there are."""
    order = DynamoStore().find_order(order_id)
    first = len(order.refunds) + 1
    made = [Refund(n, amount, "Scratched", 1.0, done=True) for n, amount in enumerate(amounts, first)]
    DynamoStore().write(order, replace(order, version=order.version + 1, refunds=[*order.refunds, *made]))


def test_an_invoice_that_is_not_made_yet_is_worth_another_try(shop, order_id):
    answer = shop.get(f"/orders/{order_id}/invoice")

    assert (answer.status, answer.text, answer.headers["Retry-After"]) == (202, "", "2")


def test_an_invoice_tells_who_sold_what_to_whom_and_the_tax_of_it(shop, order_id):
    hear(order_id)

    order, (said,) = shop.order(order_id), texts()
    for words in (
        f"Invoice Billed to Ann Example Lane 1 10115 Berlin DE ann@example.test Number {YEAR}-000001",
        f"Order {order['number']}",
        "The Shop Example Street 1 10115 Berlin DE VAT ID DE000000000",
        "Lamp.1 SKU LAMP.1 2 €19.99 – €33.60 €6.38 19 % €39.98",
        "Mug SKU MUG 1 €7.50 – €6.30 €1.20 19 % €7.50",
        "Subtotal €47.48 Shipping €4.90 Total €52.38",
        "Tax rate Net Tax Gross 19 % €44.02 €8.36 €52.38",
        "Page 1 of 1",
    ):
        assert words in said


def test_who_bought_it_downloads_a_pdf_under_its_own_name(shop, staff, order_id):
    hear(order_id)

    answer = shop.get(f"/orders/{order_id}/invoice").json
    assert (answer["number"], answer["credit_notes"]) == (f"{YEAR}-000001", [])
    path, _, query = answer["url"].partition("?")
    assert path.endswith(f"/documents/{order_id}/invoice-{YEAR}-000001.pdf")
    assert "X-Amz-Expires=900" in query
    stored = client("s3").head_object(Bucket=config.bucket.name, Key=path.partition(".com/")[2])
    assert stored["ContentType"] == "application/pdf"
    assert stored["ContentDisposition"] == f'inline; filename="invoice-{YEAR}-000001.pdf"'
    assert staff.get(f"/orders/{order_id}/invoice").json["number"] == answer["number"]


def test_somebody_elses_invoice_looks_like_none_at_all(shop, order_id):
    hear(order_id)

    assert shop.named("usr_other").get(f"/orders/{order_id}/invoice").code == "not_found"


def test_numbers_have_no_gaps_and_begin_anew_each_year(shop, catalog, shop_clock):
    catalog.reservations.skus["LAMP.1"].on_hand = 9
    *ids, late = [bought(shop, f"key-{n}") for n in range(3)]
    shop_clock.seconds = datetime(YEAR, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()
    for one in ids:
        hear(one)
    shop_clock.forward(1)
    hear(late)

    assert numbers(*ids, late) == [f"{YEAR}-000001", f"{YEAR}-000002", f"{YEAR + 1}-000001"]


def test_an_event_that_comes_again_changes_nothing(shop, order_id, calls):
    hear(order_id)
    before = files()
    calls.clear()

    hear(order_id)

    assert (files(), numbers(order_id)) == (before, [f"{YEAR}-000001"])
    assert [one for one in calls.dynamodb if one not in ("GetItem", "Query")] == []


def test_a_refund_has_a_credit_note_that_names_its_invoice(shop, order_id):
    hear(order_id)
    refund(order_id, 1000)
    hear(order_id, "order.refunded")

    (note,) = shop.get(f"/orders/{order_id}/invoice").json["credit_notes"]
    assert (note["number"], note["refund"], note["amount"]["amount"]) == (f"CN-{YEAR}-000001", 1, 1000)
    said = next(text for text in texts() if text.startswith("The Shop") and "Credit note" in text)
    assert f"For invoice {YEAR}-000001 we have given back €10.00." in said
    assert "19 % €8.40 €1.60 €10.00" in said


def test_a_refund_that_is_heard_of_first_waits_for_no_other_event(order_id):
    refund(order_id, 500, 300)
    hear(order_id, "order.refunded")
    hear(order_id, "order.confirmed")

    assert numbers(order_id) == [f"{YEAR}-000001", f"CN-{YEAR}-000001", f"CN-{YEAR}-000002"]


def test_the_taxes_of_many_small_refunds_add_up_to_that_of_the_invoice(order_id):
    hear(order_id)
    for amounts in ([1], [1] * 5, [2232, 3000]):
        refund(order_id, *amounts)
        hear(order_id, "order.refunded")

    invoice, *notes = [item.document for item in models.find_documents(order_id)]
    assert (sum(note.total for note in notes), invoice.total) == (5238, 5238)
    assert sum(note.taxes[0].tax for note in notes) == invoice.taxes[0].tax
    assert {note.taxes[0].tax for note in notes[:6]} == {0, 1}


def test_a_refund_that_the_provider_has_not_made_has_no_credit_note(order_id):
    order = DynamoStore().find_order(order_id)
    waiting = [Refund(1, 100, "Scratched", 1.0)]
    DynamoStore().write(order, replace(order, version=order.version + 1, refunds=waiting))
    hear(order_id, "order.refunded")

    assert numbers(order_id) == [f"{YEAR}-000001"]


def test_an_order_that_was_cancelled_after_it_was_paid_has_both(shop, order_id):
    shop.post(f"/orders/{order_id}/cancel")
    hear(order_id, "order.refunded")

    answer = shop.get(f"/orders/{order_id}/invoice").json
    assert [note["amount"] for note in answer["credit_notes"]] == [shop.order(order_id)["total"]]


def test_returned_goods_stand_on_their_credit_note(shop, staff, order_id):
    staff.ships(order_id)
    staff.delivers(order_id)
    items = [{"sku": "MUG", "quantity": 1}]
    asked = shop.post(f"/orders/{order_id}/returns", {"items": items, "reason": "Too blue"}).json
    for verdict in ("approve", "receive"):
        staff.judges(order_id, asked["returns"][-1]["id"], verdict)
    hear(order_id, "order.refunded")

    said = next(text for text in texts() if "Credit note" in text)
    assert "Goods that came back Qty Mug SKU MUG 1" in said
    assert "Too blue" not in said


@pytest.mark.parametrize("method", ["pm_declined", "pm_3ds"])
def test_an_order_without_a_payment_never_has_an_invoice(shop, shop_clock, method):
    order_id = bought(shop, payment_method=method)
    assert shop.get(f"/orders/{order_id}/invoice").status == (202 if method == "pm_3ds" else 409)
    shop.post(f"/orders/{order_id}/cancel")
    hear(order_id, "order.cancelled")

    assert shop.get(f"/orders/{order_id}/invoice").code == "order_not_paid"
    assert (numbers(order_id), files()) == ([], {})


def test_a_total_of_0_has_an_invoice_too(order_id):
    order = DynamoStore().find_order(order_id)
    free = replace(order, version=order.version + 1, subtotal=0, shipping=0, tax=0, total=0, captured=0)
    lines = [replace(line, unit_price=0, tax=0) for line in order.lines]
    DynamoStore().write(order, replace(free, lines=lines))
    hear(order_id)

    assert "Total €0.00" in texts()[0]


def test_an_order_from_before_tax_rates_were_kept_tells_its_rate_by_its_amounts(order_id):
    order = DynamoStore().find_order(order_id)
    DynamoStore().write(order, replace(order, version=order.version + 1, tax_rate_bps=None, tax_inclusive=None))
    hear(order_id)

    assert "Tax rate Net Tax Gross 19 % €44.02 €8.36 €52.38 The prices contain the tax." in texts()[0]


def test_an_order_that_was_deleted_or_never_was_is_nothing_to_do(aws):
    hear("ord_none")

    assert files() == {}


# Crashes, lost replies and races


def test_after_a_crash_before_the_file_is_there_the_next_try_makes_it_with_the_same_number(order_id):
    with patch.object(domain, "_rendered", side_effect=Crash), pytest.raises(Crash):
        hear(order_id)
    assert (numbers(order_id), files()) == ([f"{YEAR}-000001"], {})

    hear(order_id)

    assert len(files()) == 1
    assert models.find_last(Kind.INVOICE, YEAR) == 1


def test_a_crash_before_the_number_is_given_takes_none(order_id):
    with patch.object(models, "commit", side_effect=Crash), pytest.raises(Crash):
        hear(order_id)
    assert models.find_last(Kind.INVOICE, YEAR) == 0

    hear(order_id)

    assert numbers(order_id) == [f"{YEAR}-000001"]


def test_a_lost_reply_gives_no_second_number(order_id):
    commit = Transaction.commit

    def lose_reply(transaction):
        commit(transaction)
        raise OutcomeUnknown

    with patch.object(Transaction, "commit", lose_reply), pytest.raises(Unavailable):
        hear(order_id)
    hear(order_id)

    assert (numbers(order_id), models.find_last(Kind.INVOICE, YEAR)) == ([f"{YEAR}-000001"], 1)


def interrupted(function, once):
    """`function` of numbering, before whose first call something else happens."""
    original, done = getattr(numbering, function), []

    def run(*arguments):
        if not done:
            done.append(1)
            once()
        return original(*arguments)

    return patch.object(numbering, function, run)


@pytest.mark.parametrize("point", ["_add_invoice", "_with_next_number", "_write"])
def test_of_two_workers_at_one_order_one_gives_the_number(order_id, point):
    with interrupted(point, lambda: hear(order_id)):
        hear(order_id)

    assert (numbers(order_id), models.find_last(Kind.INVOICE, YEAR)) == ([f"{YEAR}-000001"], 1)
    assert len(files()) == 1


@pytest.mark.parametrize("point", ["_with_next_number", "_write"])
def test_two_orders_that_race_for_a_number_have_one_each(shop, point):
    first, second = bought(shop), bought(shop, "key-2")
    with interrupted(point, lambda: hear(second)):
        hear(first)

    assert numbers(second, first) == [f"{YEAR}-000001", f"{YEAR}-000002"]


@pytest.mark.parametrize("point", ["_add_credit_note", "_write"])
def test_credit_notes_of_one_invoice_are_written_one_after_the_other(order_id, point):
    hear(order_id)
    refund(order_id, 1, 3)

    def other():
        refund(order_id, 1)
        hear(order_id, "order.refunded")

    with interrupted(point, other):
        hear(order_id, "order.refunded")

    invoice, *notes = [item.document for item in models.find_documents(order_id)]
    assert sorted(note.number for note in notes) == [f"CN-{YEAR}-{n:06}" for n in (1, 2, 3)]
    assert sum(note.taxes[0].tax for note in notes) == half_up(5 * invoice.taxes[0].tax, invoice.total)


def test_who_loses_every_race_tries_again_later(order_id, monkeypatch):
    monkeypatch.setattr(models, "commit", lambda _: False)
    monkeypatch.setattr("time.sleep", lambda _: None)

    with pytest.raises(Unavailable):
        hear(order_id)


# The bucket


def s3_is_down():
    def refuse(*_, **__):
        raise EndpointConnectionError(endpoint_url="http://s3")

    return patch("common.storage._client", lambda *_: type("Down", (), {"__getattr__": lambda *_: refuse})())


def test_without_the_bucket_an_invoice_is_503_and_the_order_as_ever(shop, order_id):
    hear(order_id)
    with s3_is_down():
        assert shop.get(f"/orders/{order_id}/invoice").code == "unavailable"
        assert shop.get(f"/orders/{order_id}").status == 200
        assert shop.get("/health/dependencies").status == 503


def test_an_invoice_that_could_not_be_stored_keeps_its_number_and_is_made_later(shop, order_id):
    with s3_is_down(), pytest.raises(Unavailable):
        hear(order_id)
    assert shop.get(f"/orders/{order_id}/invoice").status == 202

    hear(order_id)

    assert shop.get(f"/orders/{order_id}/invoice").json["number"] == f"{YEAR}-000001"


def test_a_file_that_is_lost_is_made_again_to_the_last_bit(shop, order_id, queue, shop_clock):
    refund(order_id, 1000)
    hear(order_id)
    before = files()
    for key in before:
        client("s3").delete_object(Bucket=config.bucket.name, Key=key)

    shop_clock.forward(61)
    assert shop.get(f"/orders/{order_id}/invoice").status == 202
    for message in queue():
        hear_message(message)

    assert files() == before
    assert shop.get(f"/orders/{order_id}/invoice").status == 200


def test_an_event_that_was_lost_is_made_up_for_by_who_asks(shop, order_id, queue, shop_clock):
    shop.get(f"/orders/{order_id}/invoice")
    assert queue() == []  # it is only just confirmed

    shop_clock.forward(61)
    shop.get(f"/orders/{order_id}/invoice")
    (message,) = queue()
    hear_message(message)

    assert shop.get(f"/orders/{order_id}/invoice").status == 200


def test_without_the_queue_who_asks_is_told_to_come_again(shop, order_id, shop_clock, monkeypatch):
    monkeypatch.setattr(config, "INVOICE_QUEUE_URL", "http://queue.test/none")
    shop_clock.forward(61)

    assert shop.get(f"/orders/{order_id}/invoice").status == 202


# People


@pytest.fixture
def ann(shop):
    return shop.named("usr_ann", "customer")


@pytest.fixture
def hers(ann):
    """The id of Ann's order: an invoice and a credit note are made of it."""
    address = {**ADDRESS, **PERSON}
    order_id = bought(ann, shipping_address=address, billing_address={**address, "line1": "Postfach 8"})
    refund(order_id, 1000)
    hear(order_id)
    return order_id


def names_of_ann():
    return [word for word in (*PERSON.values(), EMAIL, "Postfach") if word in "".join(texts())]


def test_an_erased_buyer_is_gone_from_the_documents_and_all_else_stays(hers, staff, erasures, queue):
    assert {"Annegret Vogelsang", EMAIL, "Postfach"} <= set(names_of_ann()), "else this test could not fail"
    before = [item.document for item in models.find_documents(hers)]

    erasures.of("usr_ann")
    assert files() == {}
    assert staff.get(f"/orders/{hers}/invoice").status == 202
    for message in queue():
        hear_message(message)

    assert (names_of_ann(), traces_of_ann()) == ([], [])
    after = [item.document for item in models.find_documents(hers)]
    assert after[:2] == [replace(one, buyer=None, recipient=None) for one in before]
    invoice = staff.get(f"/orders/{hers}/invoice").json
    assert invoice["number"] == f"{YEAR}-000001"
    assert "Billed to DE" in texts()[-1]


def test_the_credit_note_of_what_the_erasure_pays_back_names_nobody(hers, erasures, queue):
    erasures.of("usr_ann")
    hear(hers, "order.refunded")

    assert [item.document.refund for item in models.find_documents(hers)] == [None, 1, 2]
    assert (names_of_ann(), traces_of_ann()) == ([], [])


@pytest.mark.parametrize("point", ["_add_invoice", "_with_next_number", "_write"])
def test_who_is_erased_while_the_number_is_given_is_not_written_down(ann, erasures, point):
    order_id = bought(ann, shipping_address={**ADDRESS, **PERSON})
    with interrupted(point, lambda: erasures.of("usr_ann")):
        hear(order_id)

    assert (names_of_ann(), traces_of_ann()) == ([], [])
    assert numbers(order_id) == [f"{YEAR}-000001", f"CN-{YEAR}-000001"]


@pytest.mark.parametrize("crash", [False, True])
@pytest.mark.parametrize("overtaken", [False, True])
def test_a_worker_that_was_slow_puts_nobody_back(ann, erasures, queue, crash, overtaken):
    order_id = bought(ann, shipping_address={**ADDRESS, **PERSON})
    rendered, mark_made, done = domain._rendered, models.mark_made, []

    def slow(item):
        content = rendered(item)
        if not done:
            done.append(1)
            erasures.of("usr_ann")
            if overtaken:
                hear(order_id)
        return content

    def mark(item):
        if crash and item.revision == 1 and item.document.kind is Kind.INVOICE:
            raise Crash
        return mark_made(item)

    with patch.object(domain, "_rendered", slow), patch.object(models, "mark_made", mark), suppress(Crash):
        hear(order_id)
    for message in [*queue(), json.dumps({"order_id": order_id, "traceparent": ""})]:
        hear_message(message)

    assert (names_of_ann(), traces_of_ann()) == ([], [])
    assert len(files()) == 2


@pytest.mark.parametrize("effect", ["forget_person", "forget_held"])
def test_an_erasure_that_crashed_goes_on_with_the_next_try(hers, erasures, effect):
    with patch.object(models, effect, side_effect=Crash), pytest.raises(Crash):
        erasures.of("usr_ann")
    erasures.of("usr_ann")

    assert (names_of_ann(), traces_of_ann()) == ([], [])


def test_an_erasure_waits_for_the_bucket_and_for_the_queue(hers, erasures):
    with s3_is_down(), pytest.raises(Unavailable):
        erasures.of("usr_ann")
    with patch.object(config, "INVOICE_QUEUE_URL", "http://queue.test/none"), pytest.raises(Unavailable):
        erasures.of("usr_ann")
    assert models.held_of("usr_ann") != []

    erasures.of("usr_ann")

    assert (names_of_ann(), models.held_of("usr_ann")) == ([], [])


def test_a_person_is_told_of_the_documents_that_name_them(ann, hers, shop_clock):
    shop_clock.forward(1)
    bought(ann, "key-2")

    later, first = ann.get("/privacy/orders").json["items"]

    assert (first["documents"], later["documents"]) == ([f"CN-{YEAR}-000001", f"{YEAR}-000001"], [])
