"""catalog-service's answers as the checkout understands them."""

import pytest

from chalicelib import catalog
from chalicelib.catalog import Catalog
from chalicelib.errors import CatalogDown, CurrencyMismatch, HoldClosed, OutOfStock
from chalicelib.pricing.price import Line
from common.client import Answer, DependencyDown
from common.deadline import Deadline

LINES = [Line(sku="MUG", product_id="p", name="Mug", options={}, quantity=2, unit_price=1)]
RESERVED = {
    "id": "ord_1",
    "state": "held",
    "expires_at": "2026-11-23T06:15:00Z",
    "items": [{"sku": "MUG", "quantity": 2, "unit_price": {"amount": 750, "currency": "EUR"}}],
}


class Service:
    """Gives one answer and remembers what it was asked."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def call(self, method, path, *, body=None, deadline):
        self.asked.append((method, path, body))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def answering(monkeypatch):
    def answer(status, body=None):
        service = Service(Answer(status, body) if isinstance(status, int) else status)
        monkeypatch.setattr(catalog, "_service", service)
        return service

    return answer


def client():
    return Catalog(Deadline(10))


@pytest.mark.parametrize("status", [200, 201])
def test_a_hold_tells_its_prices_and_its_end(answering, status):
    service = answering(status, RESERVED)

    held = client().hold("ord_1", LINES, 60, "EUR")

    assert (held.prices, held.currency, held.expires_at) == ({"MUG": 750}, "EUR", 1795414500.0)
    body = {"items": [{"sku": "MUG", "quantity": 2}], "ttl_seconds": 60, "currency": "EUR"}
    assert service.asked == [("PUT", "/reservations/ord_1", body)]


def test_a_hold_that_is_sold_already_has_no_end(answering):
    answering(200, RESERVED | {"state": "sold", "expires_at": None})

    assert client().hold("ord_1", LINES, 60, "EUR").expires_at == 0


def test_shortages_are_passed_on(answering):
    shortages = [{"sku": "MUG", "requested": 2, "available": 1}]
    answering(409, {"code": "out_of_stock", "shortages": shortages})

    with pytest.raises(OutOfStock) as refused:
        client().hold("ord_1", LINES, 60, "EUR")
    assert refused.value.members == {"shortages": shortages}


def test_a_line_without_a_price_in_the_currency_is_told(answering):
    answering(409, {"code": "currency_mismatch", "sku": "MUG"})

    with pytest.raises(CurrencyMismatch):
        client().hold("ord_1", LINES, 60, "EUR")


@pytest.mark.parametrize("code", ["reservation_closed", "reservation_mismatch"])
def test_a_hold_that_can_not_be_used_any_more_is_closed(answering, code):
    answering(409, {"code": code})

    with pytest.raises(HoldClosed):
        client().hold("ord_1", LINES, 60, "EUR")


@pytest.mark.parametrize(("status", "sold"), [(200, True), (404, False), (409, False)])
def test_a_commit_sells_or_tells_that_the_hold_has_ended(answering, status, sold):
    answering(status, {})

    assert client().commit("ord_1") is sold


@pytest.mark.parametrize(("status", "released"), [(204, True), (409, False)])
def test_a_release_tells_when_the_stock_is_sold(answering, status, released):
    answering(status)

    assert client().release("ord_1") is released


def test_giving_back_names_the_return_so_that_it_counts_once(answering):
    service = answering(200, {})

    client().give_back("ord_1", "ret_1", LINES)

    ((_, path, body),) = service.asked
    assert (path, body["return_id"]) == ("/reservations/ord_1/return", "ret_1")


@pytest.mark.parametrize("answer", [401, 403, 422, DependencyDown("catalog")])
@pytest.mark.parametrize(
    "ask",
    [
        lambda: client().variants(["MUG"]),
        lambda: client().hold("ord_1", LINES, 60, "EUR"),
        lambda: client().commit("ord_1"),
        lambda: client().release("ord_1"),
        lambda: client().give_back("ord_1", "ret_1", LINES),
    ],
    ids=["variants", "hold", "commit", "release", "give_back"],
)
def test_any_other_answer_is_no_answer(answering, answer, ask):
    answering(answer, {})

    with pytest.raises(CatalogDown):
        ask()


def test_no_sku_needs_no_call(answering):
    service = answering(500)

    assert (client().variants([]), service.asked) == ({}, [])


def test_a_reservation_is_told_with_what_came_back(answering):
    back = [{"return_id": "ret_1", "items": [{"sku": "MUG", "quantity": 1}]}]
    service = answering(200, RESERVED | {"state": "sold", "returns": back})

    found = client().reservation("ord_1")

    assert (found.state, found.items, found.returns) == ("sold", {"MUG": 2}, {"ret_1": {"MUG": 1}})
    assert service.asked == [("GET", "/reservations/ord_1", None)]


def test_one_that_does_not_exist_is_none_and_any_other_answer_is_no_answer(answering):
    answering(404, {"code": "not_found"})
    assert client().reservation("ord_1") is None
    answering(403, {"code": "forbidden"})
    with pytest.raises(CatalogDown):
        client().reservation("ord_1")
