"""From an event about an order to the mail that its buyer gets, whatever comes twice, late or not at all."""

import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager

import pytest
from chalice.app import SQSEventConfig
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import app
from chalicelib.mail import domain, models
from chalicelib.mail.notices import NOTICES
from common.ids import new_id
from common.mail import NotSent, one_line
from common.problems import Unavailable
from tests.orders.neighbours import ADDRESS, Shopper, bought, sweep
from tests.support import fixtures
from tests.support.services import ROOT, template
from tools.shop.mails import authoring

LINK = re.compile(r"http\S+")


class Mail:
    """What SES was asked to send."""

    def __init__(self, request):
        message = request["Message"]
        self.request, (self.to,) = request, request["Destination"]["ToAddresses"]
        self.subject = message["Subject"]["Data"]
        self.text, self.html = (message["Body"][form]["Data"] for form in ("Text", "Html"))

    @property
    def says(self):
        """The text without its line ends."""
        return " ".join(self.text.split())


class Post:
    """The rule of the queue, and its worker."""

    def __init__(self, calls):
        self.calls, self.seen = calls, set()

    def waiting(self, *kinds):
        """Messages of events that nobody has worked on, oldest first."""
        items = fixtures.client("dynamodb").scan(TableName="shop-orders")["Items"]
        events = [json.loads(item["event"]["S"]) for item in items if item["sk"]["S"].startswith("OUT#")]
        fresh = [one for one in events if one["type"] in (kinds or NOTICES) and one["id"] not in self.seen]
        self.seen |= {one["id"] for one in fresh}
        return [json.dumps({"detail": one}) for one in sorted(fresh, key=lambda one: (one["version"], one["id"]))]

    def deliver(self, message):
        record = {"body": message, "receiptHandle": "r", "messageId": "m"}
        app.send_mail({"Records": [record]}, None)

    def mails(self):
        """The mails so far, oldest first, once all events have come."""
        for message in self.waiting():
            self.deliver(message)
        return [Mail(request) for _, name, request in self.calls.made if name == "SendEmail"]


@pytest.fixture
def post(aws, calls):
    aws("ses").verify_domain_identity(Domain="example.test")
    return Post(calls)


@pytest.fixture
def mail_is_down(aws, post):
    """`with mail_is_down:` SES takes nothing."""

    @contextmanager
    def outage():
        for identity in ("example.test", "shop@example.test"):
            aws("ses").delete_identity(Identity=identity)
        yield
        aws("ses").verify_domain_identity(Domain="example.test")

    return outage()


@pytest.fixture
def ann(api, catalog, provider):
    """A customer, whose address users-service knows: usr_ann@example.test."""
    return Shopper(api, "customer", "usr_ann")


class Life:
    """One mail of each kind, by its template's name; what was stored and logged meanwhile."""

    TYPED = ADDRESS | {"name": "Zoë Eve", "line1": "see evil.example", "city": "Evetown"}

    def __init__(self, shop, ann, staff, post, shop_clock):
        self.shop, self.ann, self.staff, self.post, self.clock = shop, ann, staff, post, shop_clock
        self.mails = dict(self.live())
        items = fixtures.client("dynamodb").scan(TableName="shop-orders")["Items"]
        self.marks = [item for item in items if item["pk"]["S"].startswith("MAIL#")]

    def live(self):
        first = bought(self.ann, "first", shipping_address=self.TYPED)
        yield "order_confirmed", self.post.mails()[-1]
        self.staff.ships(first, "a", MUG=1)
        yield "order_shipped", self.post.mails()[-1]
        self.staff.ships(first, "b")
        self.staff.delivers(first)
        yield "return_approved", self.returned(first, "approve", "MUG")
        yield "return_rejected", self.returned(first, "reject", "LAMP.1")
        assert self.staff.refunds(first, 100, reason="an internal word").status == 201
        yield "order_refunded", self.post.mails()[-1]
        self.staff.post(f"/orders/{self.starts(2)}/cancel")
        yield "order_cancelled", self.post.mails()[-1]
        self.starts(3, payment_method="pm_declined")
        yield "payment_failed", self.post.mails()[-1]
        self.starts(4, payment_method="pm_3ds")
        self.clock.forward(3600)
        sweep()
        yield "order_not_completed", self.post.mails()[-1]

    def starts(self, number, **changes):
        return bought(self.shop.named(f"usr_guest{number}"), f"key-{number}", shipping_address=self.TYPED, **changes)

    def returned(self, order_id, verdict, sku):
        body = {"items": [{"sku": sku, "quantity": 1}], "reason": "a private word"}
        asked = self.ann.post(f"/orders/{order_id}/returns", body, Idempotency_Key=sku)
        assert asked.status == 201, asked
        self.staff.judges(order_id, asked.json["returns"][-1]["id"], verdict)
        return self.post.mails()[-1]


_lived = []


@pytest.fixture
def life(shop, ann, staff, post, shop_clock, caplog):
    """Lived once, and looked at by several tests."""
    if not _lived:
        with caplog.at_level("DEBUG", logger="chalicelib"), caplog.at_level("INFO", logger="common"):
            _lived.append(Life(shop, ann, staff, post, shop_clock))
        _lived[0].logged = list(caplog.records)
    return _lived[0]


def test_a_confirmed_order_is_told_with_all_that_was_bought_and_paid(shop, post):
    order = shop.order(bought(shop))
    (mail,) = post.mails()

    assert mail.to == "ann@example.test"
    assert mail.subject == f"Your order {order['number']} is confirmed"
    for form in (mail.says, shown(mail.html)):
        for fact in (order["number"], "Mug", "1 × €7.50", "Lamp.1", "2 × €19.99", "€39.98"):
            assert fact in form
        assert re.search(r"Subtotal:? €47.48 Delivery:? €4.90 Total:? €52.38 Including €8.3\d tax", form)
        assert form.count("Ann Example") == 2, "to whom it goes, and who pays"
        assert "10115 Berlin" in form
    assert f"{os.environ['PUBLIC_URL']}/order/{order['id']}" in LINK.findall(mail.text)


def test_customers_get_mail_at_the_address_of_their_account(ann, post):
    bought(ann)

    assert [mail.to for mail in post.mails()] == ["usr_ann@example.test"]
    assert "without an account" not in post.mails()[0].says


def test_guests_are_told_where_their_order_can_be_seen(shop, post):
    bought(shop)

    assert "it opens in the browser that you ordered with" in post.mails()[0].says


def test_each_parcel_is_told_with_what_is_in_it_and_what_is_still_to_come(shop, staff, order_id, post):
    post.mails()
    staff.ships(order_id, "a", MUG=1)
    staff.ships(order_id, "b", **{"LAMP.1": 1})
    staff.ships(order_id, "c", {"carrier": "Bike"})
    first, second, third = post.mails()[1:]

    number = shop.order(order_id)["number"]
    assert first.subject == f"A part of your order {number} is on its way"
    assert "DHL has it, with the tracking number JJD-001." in first.says
    assert "In this parcel: - 1 × Mug Still to come: - 2 × Lamp.1" in first.says
    assert "In this parcel: - 1 × Lamp.1 Still to come: - 1 × Lamp.1" in second.says
    assert third.subject == f"The rest of your order {number} is on its way"
    assert "Bike has it." in third.says
    assert ("tracking" in third.says, "Still to come" in third.says) == (False, False)


def test_an_order_in_one_parcel_is_simply_on_its_way(shop, staff, order_id, post):
    post.mails()
    staff.ships(order_id)

    assert post.mails()[1].subject == f"Your order {shop.order(order_id)['number']} is on its way"


def test_mails_that_come_late_tell_what_their_events_told(shop, staff, order_id, post):
    staff.ships(order_id, "a", MUG=1)
    staff.ships(order_id, "b")
    staff.delivers(order_id)
    staff.refunds(order_id, 200, "r1")
    staff.refunds(order_id, 300, "r2")
    messages = post.waiting()
    for message in reversed(messages):
        post.deliver(message)
    mails = {mail.subject.split(shop.order(order_id)["number"])[0]: mail for mail in post.mails()}
    refunds = [mail.says for mail in post.mails() if "refund" in mail.subject]

    assert "Still to come: - 2 × Lamp.1" in mails["A part of your order "].says
    assert "Still to come" not in mails["The rest of your order "].says
    assert "€52.38" in mails["Your order "].says
    assert [re.findall(r"refunded €\S+", says) for says in refunds] == [["refunded €3.00"], ["refunded €2.00"]]


def test_a_refund_tells_its_amount_and_not_why_staff_made_it(life):
    mail = life.mails["order_refunded"]

    assert "We have refunded €1.00" in mail.says
    assert "all that you paid" not in mail.says
    assert "internal" not in mail.text + mail.html


def test_a_refund_by_hand_is_told_whatever_reason_was_typed(staff, order_id, post):
    staff.refunds(order_id, 100, reason="cancelled")

    assert "We have refunded €1.00" in post.mails()[-1].says


def test_the_refund_of_a_return_names_what_came_back(ann, staff, post):
    order_id = bought(ann)
    staff.ships(order_id)
    staff.delivers(order_id)
    asked = ann.post(f"/orders/{order_id}/returns", {"items": [{"sku": "MUG", "quantity": 1}]}, Idempotency_Key="r")
    return_id = asked.json["returns"][0]["id"]
    staff.judges(order_id, return_id, "approve")
    staff.judges(order_id, return_id, "receive")
    mail = post.mails()[-1]

    assert "refunded €7.50" in mail.says
    assert "What you sent back: - 1 × Mug" in mail.says


def test_who_may_send_something_back_is_told_what_and_where_to(life):
    assert re.search(r"What to send back: - 1 × Mug Send it to: .*10115 Berlin", life.mails["return_approved"].says)


def test_a_full_refund_says_so_and_that_nothing_more_is_sent(api, shop, staff, order_id, post):
    staff.ships(order_id, "a", MUG=1)
    api.post(
        f"/orders/{order_id}/refunds",
        {"amount": {"amount": 5238, "currency": "EUR"}, "reason": "Lost"},
        role="admin",
        Idempotency_Key="all",
    )
    sweep()
    (mail,) = [mail for mail in post.mails() if "refund" in mail.subject]

    assert "With it you have got back all that you paid for this order." in mail.says
    assert "What of it was not on its way yet will not be sent." in mail.says


@pytest.mark.parametrize(
    ("who", "paid", "told"),
    [
        ("buyer", True, ["is confirmed", "was cancelled"]),
        ("staff", True, ["is confirmed", "was cancelled"]),
        ("buyer", False, []),
        ("staff", False, ["was cancelled"]),
        ("nobody", False, ["was not completed"]),
    ],
)
def test_what_is_told_of_the_end_of_an_order(shop, staff, post, shop_clock, who, paid, told):
    order_id = bought(shop, payment_method="pm_card_visa" if paid else "pm_3ds")
    post.mails()
    if who == "nobody":
        shop_clock.forward(3600)
    else:
        (shop if who == "buyer" else staff).post(f"/orders/{order_id}/cancel")
    sweep()
    mails = post.mails()

    number = shop.order(order_id)["number"]
    assert [mail.subject.removeprefix(f"Your order {number} ") for mail in mails] == told
    if told:
        assert ("We have refunded €52.38" in mails[-1].says, "Nothing was charged" in mails[-1].says) == (
            paid,
            not paid,
        )
        assert ("as you asked" in mails[-1].says) == (who == "buyer")


def test_a_confirmation_that_comes_after_the_cancellation_is_not_sent(shop, order_id, post):
    confirmed = post.waiting("order.confirmed")
    shop.post(f"/orders/{order_id}/cancel")
    post.mails()
    for message in confirmed:
        post.deliver(message)

    (mail,) = post.mails()
    assert mail.subject.endswith("was cancelled")


def test_an_approval_that_comes_after_the_goods_is_not_sent(ann, staff, post):
    order_id = bought(ann)
    staff.ships(order_id)
    staff.delivers(order_id)
    asked = ann.post(f"/orders/{order_id}/returns", {"items": [{"sku": "MUG", "quantity": 1}]}, Idempotency_Key="r")
    for verdict in ("approve", "receive"):
        staff.judges(order_id, asked.json["returns"][0]["id"], verdict)

    assert not [mail for mail in post.mails() if "return" in mail.subject]


def test_every_mail_says_the_same_as_text_and_as_html(life):
    for mail in life.mails.values():
        for line in filter(None, mail.text.splitlines()):
            for part in re.split(r" = |: |^- ", line.rstrip(":- ")):
                assert part.strip() in shown(mail.html) or re.fullmatch(r"\d+ × .*", part.strip()), (mail.subject, line)


def test_every_kind_of_mail_can_be_sent_and_leads_to_the_shop(life):
    mails = life.mails

    assert mails.keys() == authoring.words("orders").keys()
    pages = {kind: [re.sub(r"ord_\w+", "…", link) for link in LINK.findall(mail.text)] for kind, mail in mails.items()}
    shop = os.environ["PUBLIC_URL"]
    cart = {"payment_failed", "order_not_completed"}
    assert pages == {kind: [f"{shop}/cart" if kind in cart else f"{shop}/order/…"] for kind in mails}
    for mail in mails.values():
        assert set(re.findall(r'(?:href|src)="([^"]+)"', mail.html)) <= set(LINK.findall(mail.text))
        assert mail.request["ReplyToAddresses"] == [mail.request["Source"]]


def test_subjects_hold_a_number_and_nothing_that_anybody_typed(life):
    for mail in life.mails.values():
        words = re.sub(r"\d{8}-[A-Z0-9]{8}", "", mail.subject)
        assert re.fullmatch(r"[A-Za-z ]+", words)
        assert "Eve" not in words


def test_who_never_paid_sends_nothing_that_they_typed_to_an_address(life):
    told = {kind for kind, mail in life.mails.items() if re.search("evil|Eve|Zoë", mail.text + mail.html)}

    assert told == {"order_confirmed", "order_shipped"}


@pytest.fixture
def told_of(order_id, post, monkeypatch):
    """`told_of(discount=5)`: the confirmation of the order, were it so; each time of an order of its own."""
    stored, (message,) = domain.orders.find_stored(order_id), post.waiting("order.confirmed")

    def tell(**changes):
        order = replace(stored, id=new_id("ord"), **changes)
        monkeypatch.setattr(domain.orders, "find_stored", lambda _: order)
        post.deliver(message)
        return post.mails()[-1]

    return tell


def test_what_a_person_typed_is_text_and_never_markup(told_of):
    plain = told_of(billing_address=ADDRESS | {"line2": "Backyard"})
    for typed in (
        "<b>Ann</b>",
        "</td><img src=x>",
        "{{ number }}",
        "Ann\u202egpj.exe",
        "A & \"B\" 'C'",
        "a\nb\r\nTo: c",
    ):
        mail = told_of(shipping_address=ADDRESS | {"name": typed}, billing_address=ADDRESS | {"line2": typed})

        assert mail.html.count("<") == plain.html.count("<")
        assert len(mail.text.splitlines()) == len(plain.text.splitlines())
        assert mail.text.count(one_line(typed)) == 2
        assert "\u202e" not in mail.text + mail.html


def test_a_discount_is_told_with_its_code_and_tax_on_top_as_a_sum_of_its_own(told_of):
    mail = told_of(discount=475, discount_code="TEN", tax=811, total=4748 - 475 + 490 + 811)

    assert "Discount (TEN): -€4.75 Delivery: €4.90 Tax: €8.11 Total: €55.74" in mail.says
    assert "Including" not in mail.says


def test_amounts_are_written_as_their_currency_wants_it(told_of):
    assert "Total: ¥5,238" in told_of(currency="JPY").text
    assert "Total: KWD\u00a05.238" in told_of(currency="KWD").text


@given(st.text(max_size=50))
def test_one_line_is_one_line_without_anything_that_is_not_seen(text):
    assert len(one_line(text).splitlines()) <= 1
    assert one_line(one_line(text)) == one_line(text)


def test_an_event_that_comes_twice_sends_one_mail(order_id, post):
    (message,) = post.waiting("order.confirmed")
    post.deliver(message)
    post.deliver(message)

    assert len(post.mails()) == 1


def test_two_events_that_tell_the_same_send_one_mail(order_id, post):
    (message,) = post.waiting("order.confirmed")
    post.deliver(message)
    post.deliver(message.replace('"id": "evt_', '"id": "evt_again', 1))

    assert len(post.mails()) == 1


def test_of_two_workers_at_the_same_moment_one_sends_and_the_other_comes_back(order_id, post, monkeypatch):
    (message,) = post.waiting("order.confirmed")
    send, refused = domain.mail.send, []

    def slowly(*letter):
        with pytest.raises(Unavailable) as raised:
            post.deliver(message)
        refused.append(raised.value)
        send(*letter)

    monkeypatch.setattr(domain.mail, "send", slowly)
    post.deliver(message)
    post.deliver(message)

    assert (len(post.mails()), len(refused)) == (1, 1)


def test_a_worker_that_dies_before_sending_leaves_the_mail_to_the_next(order_id, post, shop_clock, monkeypatch):
    (message,) = post.waiting("order.confirmed")
    with monkeypatch.context() as dying:
        dying.setattr(domain.mail, "send", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            post.deliver(message)
    with pytest.raises(Unavailable):
        post.deliver(message)
    assert post.mails() == []
    shop_clock.forward(models.LEASE_SECONDS)
    post.deliver(message)

    assert len(post.mails()) == 1


def test_a_worker_that_dies_after_sending_sends_once_more_and_no_third_time(order_id, post, shop_clock, monkeypatch):
    (message,) = post.waiting("order.confirmed")
    with monkeypatch.context() as dying:
        dying.setattr(models, "mark_sent", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            post.deliver(message)
    shop_clock.forward(models.LEASE_SECONDS)
    post.deliver(message)
    post.deliver(message)

    assert len(post.mails()) == 2


def test_a_lease_whose_reply_was_lost_is_recognised(aws, monkeypatch):
    monkeypatch.setattr("common.ids.new_id", lambda _: "lease_same")

    assert [models.lease("ord_1", "confirmed") for _ in range(2)] == ["lease_same"] * 2


def test_giving_up_takes_no_other_workers_lease(aws, shop_clock):
    first = models.lease("ord_1", "confirmed")
    shop_clock.forward(models.LEASE_SECONDS)
    assert models.lease("ord_1", "confirmed")
    models.give_up("ord_1", "confirmed", first)

    with pytest.raises(Unavailable):
        models.lease("ord_1", "confirmed")


def test_while_mail_is_down_a_mail_waits_and_then_comes_at_once(order_id, post, mail_is_down):
    (message,) = post.waiting("order.confirmed")
    with mail_is_down:
        for _ in range(3):
            with pytest.raises(NotSent) as raised:
                post.deliver(message)
    assert (str(raised.value), raised.value.__suppress_context__) == ("MessageRejected", True)
    post.calls.clear()
    post.deliver(message)

    assert len(post.mails()) == 1


def test_who_was_erased_gets_no_mail(ann, staff, post, erasures):
    """Not of what had happened, nor of the end of what was open."""
    staff.ships(bought(ann, "first"), "a", MUG=1)
    bought(ann, "second")
    ann.puts("MUG")
    assert ann.buys("third", payment_method="pm_3ds").code == "payment_action_required"
    erasures.of("usr_ann")
    sweep()

    assert post.waiting("order.cancelled") != []
    post.seen.clear()
    assert post.mails() == []


def test_while_somebody_is_being_erased_they_hear_of_no_order(ann, post, erasures, monkeypatch):
    """Their orders are ended first, and the address goes then: a worker may come in between."""
    bought(ann)
    post.mails()
    erasures.of("usr_ann")
    found = domain.orders.find_stored
    monkeypatch.setattr(domain.orders, "find_stored", lambda one: replace(found(one), email="usr_ann@example.test"))

    assert len(post.mails()) == 1


def test_mails_that_cost_the_sender_nothing_reach_an_address_three_times_in_a_quarter_of_an_hour(
    shop, ann, post, shop_clock
):
    """Whoever orders as a guest may give anybody's address."""
    for number in range(5):
        shop_clock.forward(60)
        bought(shop.named(f"usr_{number}"), f"k{number}", payment_method="pm_declined")
    bought(shop.named("usr_other"), "other", payment_method="pm_declined", email="other@example.test")
    bought(shop.named("usr_buyer"), "paid")
    shop_clock.forward(15 * 60)
    bought(shop.named("usr_late"), "late", payment_method="pm_declined")

    mails = [(mail.to, mail.subject.split()[0]) for mail in post.mails()]
    assert mails.count(("ann@example.test", "The")) == 4
    assert mails.count(("other@example.test", "The")) == 1
    assert mails.count(("ann@example.test", "Your")) == 1


def test_an_event_of_last_month_is_no_news(order_id, post, shop_clock):
    shop_clock.forward(domain.STALE_SECONDS + 1)

    assert post.mails() == []


@pytest.mark.parametrize("body", ["no json", "{}", '{"detail": {"id": "x"}}'])
def test_a_message_that_makes_no_sense_is_given_back(aws, post, body):
    with pytest.raises((KeyError, ValueError)):
        post.deliver(body)


def test_a_mail_costs_one_read_and_two_writes(order_id, post, calls):
    (message,) = post.waiting("order.confirmed")
    calls.clear()
    post.deliver(message)

    assert calls.dynamodb == ["GetItem", "UpdateItem", "UpdateItem"]


def test_marks_are_kept_apart_from_orders_and_hold_no_person(life):
    assert len(life.marks) >= len(life.mails)
    assert {name for item in life.marks for name in item} == {"pk", "sk", "v", "sent_at", "expires_at"}


def test_no_log_line_tells_of_a_person(life):
    lines = "\n".join(str(vars(record)) for record in life.logged)

    assert {one.kind for one in life.logged if one.message == "mail_sent"} == life.mails.keys()
    for secret in ("example.test", "Zoë", "Evetown", "JJD-001"):
        assert secret not in lines


def test_the_queue_gets_the_events_that_lead_to_mails_and_waits_longer_than_a_lease():
    resources = template("orders")["Resources"]
    rule, queue, dead = (resources[name]["Properties"] for name in ("MailsRule", "Mails", "MailsDead"))
    config = json.loads((ROOT / "orders-service" / ".chalice" / "config.json").read_text())
    (source,) = [one for one in app.app.event_sources if isinstance(one, SQSEventConfig) and one.name == "send_mail"]

    assert set(rule["EventPattern"]["detail-type"]) == NOTICES.keys()
    assert config["lambda_timeout"] < models.LEASE_SECONDS < queue["VisibilityTimeout"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] * queue["VisibilityTimeout"] >= 3600
    kept = queue["MessageRetentionPeriod"] + dead["MessageRetentionPeriod"]
    assert kept < domain.STALE_SECONDS < models.KEPT_SECONDS
    assert source.batch_size == 1


def test_no_request_pays_for_mails():
    script = "import app, sys; sys.exit('jinja2' in sys.modules or 'common.mail' in sys.modules)"
    env = os.environ | {"PYTHONPATH": "vendor"}
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT / "orders-service", env=env).returncode == 0


def test_the_templates_are_what_their_sources_make_now():
    shipped = {path.name: path.read_text("utf-8") for path in authoring.shipped("orders").iterdir()}

    assert shipped == dict(authoring.templates("orders"))


def test_html_is_dressed_for_mail_programs():
    for name, text in authoring.templates("orders"):
        if name.endswith(".html"):
            seen = re.sub(r"<!--.*?-->", "", text)
            assert re.findall(r"<(td|a|p|h1|h2)\b(?![^>]*style=)", seen) == []
            assert re.search(r"<img|<link|<script|url\(", seen) is None
            assert "prefers-color-scheme: dark" in text


def test_each_mail_has_a_picture_in_the_docs():
    page = (ROOT / "docs" / "mails.md").read_text()

    for kind in authoring.words("orders"):
        picture = ROOT / "docs" / "images" / f"mail-{kind.replace('_', '-')}.png"
        assert f"`{kind}`" in page
        assert f"images/{picture.name}" in page
        assert picture.stat().st_size < 80_000


def shown(html):
    """What a reader sees of it."""
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL))
