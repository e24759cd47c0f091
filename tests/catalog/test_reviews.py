"""Reviews by customers who received the product, their moderation, and the rating that follows."""

import json

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.support.fixtures import client

ANN, BOB = "usr_ann", "usr_bob"
GOOD = {"rating": 5, "title": "Bright", "text": "It lights the whole room.", "author": "Ann from Ulm"}


class Reviewers:
    """Customers and what they do: `reviewers.post(lamp, ANN, rating=4)`."""

    def __init__(self, api):
        self.api = api

    def deliver(self, *products, customer=ANN, order_id="ord_1", buyer="customer", times=1):
        """orders-service tells that somebody received something."""
        import app
        from common import events

        items = [{"sku": "X", "product_id": one["id"], "quantity": 1} for one in products]
        data = {"order_id": order_id, "customer_id": customer, "buyer": buyer, "items": items}
        made = events.event("orders", "order.delivered", order_id, 7, data)
        body = json.dumps({"detail": {name: getattr(made, name) for name in made.__struct_fields__}})
        for _ in range(times):
            app.remember_deliveries({"Records": [{"body": body, "receiptHandle": "r", "messageId": "m"}]}, None)

    def post(self, product, customer=ANN, role="customer", **fields):
        return self.api.post(f"/products/{product['id']}/reviews", GOOD | fields, role=role, subject=customer)

    def posted(self, product, customer=ANN, **fields):
        self.deliver(product, customer=customer)
        answer = self.post(product, customer, **fields)
        assert answer.status == 201, answer
        return answer.json

    def change(self, review, customer=ANN, **fields):
        return self.api.patch(self.address(review), fields, role="customer", subject=customer)

    def delete(self, review, customer=ANN):
        return self.api.delete(self.address(review), role="customer", subject=customer)

    @staticmethod
    def address(review):
        return f"/products/{review['product_id']}/reviews/{review['id']}"

    def own(self, product, customer=ANN):
        return self.api.get(f"/products/{product['id']}/own-review", role="customer", subject=customer).json

    def shown(self, product, query=""):
        answer = self.api.get(f"/products/{product['id']}/reviews?{query}")
        assert answer.status == 200, answer
        return answer.json["items"]

    def rating(self, product):
        found = self.api.get(f"/products/{product['id']}").json["rating"]
        return found["average"], found["count"]

    def moderate(self, review, verb, **body):
        return self.api.post(f"/reviews/{review['id']}/{verb}", body or None, role="staff")

    def waiting(self, status="pending"):
        return [one["id"] for one in self.api.get(f"/reviews?status={status}", role="staff").json["items"]]


@pytest.fixture
def reviewers(api):
    return Reviewers(api)


@pytest.fixture
def lamp(shop):
    return shop.product("lamp")


@pytest.fixture
def moderated(monkeypatch):
    monkeypatch.setattr("chalicelib.config.REVIEWS_MODERATED", True)


def test_who_received_a_product_reviews_it_and_everybody_sees_it(api, reviewers, lamp):
    reviewers.deliver(lamp)

    made = reviewers.post(lamp)

    assert (made.status, made.headers["Location"]) == (201, reviewers.address(made.json))
    (shown,) = reviewers.shown(lamp)
    assert {name: shown[name] for name in GOOD} == GOOD
    assert (shown["verified"], shown["reply"]) == (True, None)
    assert reviewers.rating(lamp) == (5.0, 1)


def test_nobody_learns_who_wrote_a_review(api, reviewers, lamp):
    review = reviewers.posted(lamp, author="")

    (shown,) = reviewers.shown(lamp)
    answers = [json.dumps(one) for one in (review, shown, reviewers.own(lamp))]
    answers.append(api.get("/reviews?status=published", role="staff").text)
    assert [ANN in answer for answer in answers] == [False] * 4
    assert shown["author"] == "A customer"


def test_who_received_nothing_is_refused(reviewers, lamp, shop):
    reviewers.deliver(shop.product("mug"))

    answer = reviewers.post(lamp)

    assert (answer.status, answer.code) == (403, "not_received")
    assert reviewers.own(lamp) == {"received": False, "review": None}


@pytest.mark.parametrize("buyer", ["guest", "erased"])
def test_guests_and_the_erased_leave_no_note_of_what_they_received(reviewers, lamp, buyer):
    reviewers.deliver(lamp, buyer=buyer)

    assert reviewers.post(lamp).code == "not_received"
    assert "BUYER#" not in stored()


@pytest.mark.parametrize("status", ["archived", "draft", "unknown"])
def test_what_is_not_on_sale_is_not_reviewed(reviewers, shop, status):
    product = shop.product("lamp", status="draft" if status == "draft" else "active")
    reviewers.deliver(product)
    if status == "archived":
        shop.archive(product)
    if status == "unknown":
        product = {"id": "prd_unknown"}

    assert (reviewers.post(product).status, reviewers.post(product, BOB).status) == (404, 404)


def test_one_customer_reviews_a_product_once(reviewers, lamp):
    first = reviewers.posted(lamp)

    answer = reviewers.post(lamp, rating=1)

    assert (answer.status, answer.code) == (409, "review_exists")
    assert reviewers.own(lamp) == {"received": True, "review": first}
    assert reviewers.rating(lamp) == (5.0, 1)


def test_a_second_that_comes_between_is_refused_by_the_transaction(reviewers, lamp, monkeypatch):
    from chalicelib.reviews import domain

    reviewers.deliver(lamp)
    new, others = domain._new, iter([1])

    def overtaken(*arguments, **options):
        for stars in others:
            assert reviewers.post(lamp, rating=stars).status == 201
        return new(*arguments, **options)

    monkeypatch.setattr(domain, "_new", overtaken)

    assert reviewers.post(lamp).code == "review_exists"
    assert reviewers.rating(lamp) == (1.0, 1)


def test_a_delivery_that_is_told_again_changes_nothing(reviewers, lamp):
    review = reviewers.posted(lamp)

    reviewers.deliver(lamp, order_id="ord_1", times=2)
    reviewers.deliver(lamp, order_id="ord_2")

    assert reviewers.own(lamp)["review"] == review
    assert reviewers.post(lamp).code == "review_exists"


def test_a_review_is_changed_by_its_author_and_its_stars_move(reviewers, lamp):
    review = reviewers.posted(lamp)
    reviewers.posted(lamp, BOB, rating=2)

    changed = reviewers.change(review, rating=1, text="  It broke.\n\nTwice. ")

    assert (changed.status, changed.json["text"], changed.json["title"]) == (200, "It broke.\n\nTwice.", "Bright")
    assert changed.headers["ETag"] == '"2"'
    assert reviewers.rating(lamp) == (1.5, 2)


def test_the_same_change_again_writes_nothing(reviewers, lamp, calls):
    review = reviewers.posted(lamp)
    reviewers.change(review, rating=1)
    calls.clear()

    assert reviewers.change(review, rating=1).json["version"] == 2
    assert calls.dynamodb == ["GetItem"]


def test_a_review_is_deleted_with_its_stars_and_another_may_be_written(reviewers, lamp):
    review = reviewers.posted(lamp)

    assert (reviewers.delete(review).status, reviewers.delete(review).status) == (204, 404)
    assert (reviewers.shown(lamp), reviewers.rating(lamp)) == ([], (None, 0))
    assert reviewers.post(lamp, rating=3).status == 201
    assert reviewers.rating(lamp) == (3.0, 1)


def test_somebody_elses_review_looks_like_none_at_all(api, reviewers, lamp, shop):
    review = reviewers.posted(lamp)
    mug, trace = shop.product("mug"), {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
    unknown = api.patch(f"/products/{lamp['id']}/reviews/rev_x", {}, role="customer", subject=BOB, **trace)

    foreign = api.patch(reviewers.address(review), {"rating": 1}, role="customer", subject=BOB, **trace)
    elsewhere = reviewers.change(review | {"product_id": mug["id"]}, rating=1)

    assert (foreign.status, foreign.text, elsewhere.status) == (404, unknown.text, 404)
    assert reviewers.delete(review, BOB).status == 404
    assert reviewers.rating(lamp) == (5.0, 1)


def test_a_version_that_is_sent_is_honoured(api, reviewers, lamp):
    review = reviewers.posted(lamp)
    reviewers.change(review, rating=4)
    stale = {"role": "staff", "If_Match": '"1"'}

    assert api.post(f"/reviews/{review['id']}/publish", **stale).code == "version_mismatch"
    assert api.post(f"/reviews/{review['id']}/reject", {"reason": "x"}, **stale).code == "version_mismatch"


@pytest.mark.parametrize(
    ("sort", "ratings"), [("newest", [3, 5, 1, 5]), ("highest", [5, 5, 3, 1]), ("lowest", [1, 3, 5, 5])]
)
def test_lists_are_sorted_and_paged(api, reviewers, lamp, shop_clock, sort, ratings):
    for n, stars in enumerate([5, 1, 5, 3]):
        shop_clock.forward(1)
        reviewers.posted(lamp, f"usr_{n}", rating=stars)

    first = api.get(f"/products/{lamp['id']}/reviews?sort={sort}&limit=3").json
    second = api.get(f"/products/{lamp['id']}/reviews?sort={sort}&limit=3&cursor={first['next_cursor']}").json

    assert [one["rating"] for one in first["items"] + second["items"]] == ratings
    assert (len(first["items"]), second["next_cursor"]) == (3, None)
    other = "lowest" if sort != "lowest" else "newest"
    assert (
        api.get(f"/products/{lamp['id']}/reviews?sort={other}&cursor={first['next_cursor']}").code == "cursor_invalid"
    )


def test_a_product_without_reviews_has_no_average(reviewers, lamp):
    assert (reviewers.shown(lamp), reviewers.rating(lamp)) == ([], (None, 0))


@pytest.mark.parametrize(("stars", "average"), [([5, 4], 4.5), ([5, 5, 4], 4.7), ([1, 1, 2], 1.3), ([4, 5, 5, 5], 4.8)])
def test_the_average_is_rounded_half_up_to_one_decimal(stars, average):
    from chalicelib.reviews.ratings import Rating

    assert Rating(tuple(stars.count(one) for one in (1, 2, 3, 4, 5))).average == average


def test_with_moderation_nothing_is_seen_or_counted_until_the_staff_say_so(reviewers, lamp, moderated):
    review = reviewers.posted(lamp)
    assert (review["status"], reviewers.waiting(), reviewers.shown(lamp)) == ("pending", [review["id"]], [])
    assert reviewers.rating(lamp) == (None, 0)

    published = reviewers.moderate(review, "publish")
    again = reviewers.moderate(review, "publish")

    assert (published.json["status"], again.json) == ("published", published.json)
    assert (reviewers.waiting(), reviewers.waiting("published")) == ([], [review["id"]])
    assert reviewers.rating(lamp) == (5.0, 1)


def test_with_moderation_a_change_waits_again(reviewers, lamp, moderated):
    review = reviewers.posted(lamp)
    reviewers.moderate(review, "publish")

    assert reviewers.change(review, text="Buy at my shop").json["status"] == "pending"
    assert (reviewers.shown(lamp), reviewers.rating(lamp)) == ([], (None, 0))


def test_what_is_rejected_is_hidden_and_its_author_learns_why(reviewers, lamp):
    review = reviewers.posted(lamp)

    rejected = reviewers.moderate(review, "reject", reason="This is about the carrier.")

    assert (rejected.json["status"], rejected.json["reason"]) == ("rejected", "This is about the carrier.")
    assert (reviewers.shown(lamp), reviewers.rating(lamp)) == ([], (None, 0))
    assert reviewers.own(lamp)["review"] == rejected.json


def test_what_was_rejected_comes_back_through_the_staff_only(reviewers, lamp):
    review = reviewers.posted(lamp)
    reviewers.moderate(review, "reject", reason="no")

    changed = reviewers.change(review, text="Better words")
    assert (changed.json["status"], changed.json["reason"]) == ("pending", None)
    reviewers.moderate(review, "reject", reason="no")
    reviewers.delete(review)

    assert reviewers.post(lamp).json["status"] == "pending"


def test_the_staff_reply_and_take_it_back(api, reviewers, lamp):
    review = reviewers.posted(lamp)

    api.put(f"/reviews/{review['id']}/reply", {"text": "Thank you!"}, role="staff")
    assert reviewers.shown(lamp)[0]["reply"]["text"] == "Thank you!"
    api.put(f"/reviews/{review['id']}/reply", {"text": None}, role="staff")

    assert reviewers.shown(lamp)[0]["reply"] is None


@pytest.mark.parametrize("verb", ["publish", "reject"])
def test_what_is_no_review_can_not_be_moderated(reviewers, lamp, verb):
    for unknown in ("rev_x", f"rev_{'0' * 26}_{'0' * 26}"):
        assert reviewers.moderate({"id": unknown}, verb, **({"reason": "x"} if verb == "reject" else {})).status == 404


def test_the_staff_list_is_paged_over_its_shards(api, reviewers, shop, shop_clock, moderated):
    ids = []
    for n in range(7):
        shop_clock.forward(1)
        ids.insert(0, reviewers.posted(shop.product(f"p{n}"))["id"])

    first = api.get("/reviews?limit=4", role="staff").json
    second = api.get(f"/reviews?limit=4&cursor={first['next_cursor']}", role="staff").json

    assert [one["id"] for one in first["items"] + second["items"]] == ids
    assert api.get(f"/reviews?cursor={first['next_cursor']}&status=rejected", role="staff").code == "cursor_invalid"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"rating": 0}, "rating"),
        ({"rating": 6}, "rating"),
        ({"rating": 4.5}, "rating"),
        ({"title": "x" * 121}, "title"),
        ({"title": "two\nlines"}, "title"),
        ({"text": "x" * 5001}, "text"),
        ({"text": "bell\x07"}, "text"),
        ({"text": "turned \u202e around"}, "text"),
        ({"author": "x" * 41}, "author"),
        ({"author": "nul\x00"}, "author"),
    ],
)
def test_what_is_wrong_with_a_review_is_told_by_field(reviewers, fields, wrong):
    answer = reviewers.post({"id": "prd_lamp"}, **fields)

    assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, [wrong])


def test_text_is_kept_as_it_is_written(reviewers, lamp):
    text = "<script>alert(1)</script> & 100 % \n\n\tgood 👍🏽 日本語"

    assert reviewers.posted(lamp, text=text)["text"] == text
    assert reviewers.shown(lamp)[0]["text"] == text


def test_a_customer_writes_so_much_a_day(reviewers, lamp, shop, monkeypatch, shop_clock):
    monkeypatch.setattr("chalicelib.config.REVIEWS_PER_DAY", 2)
    review = reviewers.posted(lamp)
    assert reviewers.change(review, rating=4).status == 200
    mug = shop.product("mug")
    reviewers.deliver(mug)

    refused = [reviewers.change(review, rating=3), reviewers.post(mug)]

    assert [(one.status, one.code) for one in refused] == [(429, "rate_limited")] * 2
    assert 0 < int(refused[0].headers["Retry-After"]) <= 86_400
    assert reviewers.rating(lamp) == (4.0, 1)
    assert reviewers.posted(lamp, BOB)["rating"] == 5
    shop_clock.forward(86_400)
    assert reviewers.post(mug).status == 201


def stored():
    return json.dumps(client("dynamodb").scan(TableName="shop-catalog")["Items"])


def test_nothing_is_left_of_an_erased_person(reviewers, lamp, shop, erasures):
    mug = shop.product("mug")
    reviewers.posted(lamp, text="Telltale words", author="Annegret")
    reviewers.posted(lamp, BOB, rating=1)
    reviewers.deliver(mug)

    erasures.of(ANN)

    assert [word for word in (ANN, "Telltale", "Annegret") if word in stored()] == []
    assert reviewers.rating(lamp) == (1.0, 1)
    assert reviewers.post(lamp).code == "not_received"


def test_the_erasure_of_many_reviews_goes_on_after_a_crash(reviewers, shop, erasures, monkeypatch):
    from chalicelib.reviews import domain

    class Crash(BaseException):
        pass

    done, left = domain._done, iter([1, 1, 1])

    def crashing(transaction):
        if not next(left, 0):
            raise Crash
        return done(transaction)

    products = [shop.product(f"p{n}") for n in range(5)]
    for product in products:
        reviewers.posted(product)
    monkeypatch.setattr(domain, "_AT_ONCE", 2)
    with monkeypatch.context() as patched:
        patched.setattr(domain, "_done", crashing)
        with pytest.raises(Crash):
            erasures.of(ANN)
    erasures.of(ANN)

    assert ANN not in stored()
    assert {reviewers.rating(product) for product in products} == {(None, 0)}


@pytest.mark.parametrize("wrote", [True, False])
def test_an_erasure_that_its_person_overtakes_looks_again(reviewers, lamp, erasures, monkeypatch, wrote):
    from chalicelib.reviews import domain

    reviewers.deliver(lamp)
    review = reviewers.post(lamp).json if wrote else None
    listed, others = domain.list_received, iter([2])

    def overtaken(*arguments):
        found = listed(*arguments)
        for stars in others:
            answer = reviewers.change(review, rating=stars) if review else reviewers.post(lamp, rating=stars)
            assert answer.status < 300, answer
        return found

    monkeypatch.setattr(domain, "list_received", overtaken)
    erasures.of(ANN)

    assert ANN not in stored()
    assert reviewers.rating(lamp) == (None, 0)


def test_a_person_sees_what_is_held_page_by_page(api, reviewers, shop):
    products = [shop.product(f"p{n}") for n in range(3)]
    review = reviewers.posted(products[0])
    reviewers.deliver(*products[1:], order_id="ord_2")
    ann = {"role": "customer", "subject": ANN}

    first = api.get("/privacy/catalog?limit=2", **ann).json
    second = api.get(f"/privacy/catalog?limit=2&cursor={first['next_cursor']}", **ann).json

    told = first["received"] + second["received"]
    assert [(one["product_id"], one["order_id"]) for one in told] == [
        (one["id"], order) for one, order in zip(products, ["ord_1", "ord_2", "ord_2"], strict=True)
    ]
    assert (told[0]["review"], second["next_cursor"]) == (review, None)


def test_the_repair_mends_a_rating_that_is_wrong(reviewers, lamp):
    from chalicelib.products.repair import Repair

    def repaired(*, dry_run=False):
        return list(Repair(dry_run=dry_run).run([lamp["id"]]))

    reviewers.posted(lamp)
    reviewers.posted(lamp, BOB, rating=2)
    assert repaired() == []
    client("dynamodb").update_item(
        TableName="shop-catalog",
        Key={"pk": {"S": f"PROD#{lamp['id']}"}, "sk": {"S": "RATING"}},
        UpdateExpression="SET five = :n",
        ExpressionAttributeValues={":n": {"N": "7"}},
    )

    found = [f"{lamp['id']}: its rating is not that of its reviews"]
    assert repaired(dry_run=True) == found
    assert repaired() == found
    assert (repaired(), reviewers.rating(lamp)) == ([], (3.5, 2))


def test_what_each_call_costs(api, reviewers, lamp, calls, shop):
    reviewers.deliver(lamp)
    review = reviewers.post(lamp).json
    path, staff = f"/products/{lamp['id']}", {"role": "staff"}
    api.get(path)
    for do, made in (
        (lambda: api.get(path), ["BatchGetItem"]),
        (lambda: api.get(f"{path}/reviews?sort=lowest"), ["Query"]),
        (lambda: api.get("/reviews?status=published", **staff), ["Query"] * 4),
        (lambda: reviewers.own(lamp), ["BatchGetItem", "GetItem"]),
        (lambda: reviewers.change(review, rating=1), ["GetItem", "TransactWriteItems"]),
        (lambda: reviewers.moderate(review, "reject", reason="x"), ["GetItem", "TransactWriteItems"]),
        (lambda: reviewers.moderate(review, "publish"), ["GetItem", "TransactWriteItems"]),
        (lambda: reviewers.delete(review), ["GetItem", "TransactWriteItems"]),
        (lambda: reviewers.post(lamp), ["BatchGetItem", "TransactWriteItems"]),
        (lambda: reviewers.deliver(lamp), ["PutItem"]),
    ):
        calls.clear()
        do()
        assert calls.dynamodb == made


class Writing(RuleBasedStateMachine):
    """Whatever is done to reviews in whatever order, the rating is what a recount finds, and what was asked for."""

    reviewers = lamp = None

    def __init__(self):
        super().__init__()
        self.expected = {}
        for customer in list(self.customers()):
            self.reviewers.delete(self.review(customer), customer)

    @classmethod
    def customers(cls):
        return [one for one in (ANN, BOB) if cls.reviewers.own(cls.lamp, one)["review"]]

    def review(self, customer):
        return self.reviewers.own(self.lamp, customer)["review"] or {"product_id": self.lamp["id"], "id": "rev_x"}

    @rule(customer=st.sampled_from([ANN, BOB]), stars=st.integers(1, 5))
    def post(self, customer, stars):
        answer = self.reviewers.post(self.lamp, customer, rating=stars)
        assert (answer.status == 201) == (customer not in self.expected)
        if answer.status == 201:
            self.expected[customer] = stars if answer.json["status"] == "published" else 0

    @precondition(lambda self: self.expected)
    @rule(customer=st.sampled_from([ANN, BOB]), stars=st.integers(1, 5))
    def change(self, customer, stars):
        answer = self.reviewers.change(self.review(customer), customer, rating=stars)
        if answer.status == 200:
            self.expected[customer] = stars if answer.json["status"] == "published" else 0

    @precondition(lambda self: self.expected)
    @rule(customer=st.sampled_from([ANN, BOB]), verb=st.sampled_from(["publish", "reject"]))
    def moderate(self, customer, verb):
        body = {"reason": "x"} if verb == "reject" else {}
        answer = self.reviewers.moderate(self.review(customer), verb, **body)
        if answer.status == 200:
            self.expected[customer] = answer.json["rating"] if verb == "publish" else 0

    @precondition(lambda self: self.expected)
    @rule(customer=st.sampled_from([ANN, BOB]))
    def delete(self, customer):
        if self.reviewers.delete(self.review(customer), customer).status == 204:
            del self.expected[customer]

    @invariant()
    def the_rating_is_what_was_written(self):
        from chalicelib.reviews import domain, ratings

        counted = sorted(stars for stars in self.expected.values() if stars)
        rating = ratings.find(self.lamp["id"])[0]
        assert domain.recount(self.lamp["id"])
        assert (rating.count, rating.total) == (len(counted), sum(counted))


def test_any_sequence_leaves_the_rating_that_a_recount_finds(reviewers, lamp, monkeypatch):
    monkeypatch.setattr("chalicelib.config.REVIEWS_PER_DAY", 10**9)
    reviewers.deliver(lamp)
    reviewers.deliver(lamp, customer=BOB)
    Writing.reviewers, Writing.lamp = reviewers, lamp
    run_state_machine_as_test(
        Writing,
        settings=settings(
            max_examples=8, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
