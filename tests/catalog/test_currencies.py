"""Price lists: what a product costs in several currencies, on its page, in lists and for carts."""

import pytest

from tests.catalog.conftest import euros


def money(amount, currency="USD"):
    return {"amount": amount, "currency": currency}


def price(amount, currency="USD", before=None):
    return {"price": money(amount, currency), "compare_at_price": before and money(before, currency)}


def variant(sku, cents, *prices, **fields):
    return {"sku": sku, "price": euros(cents), "prices": list(prices), **fields}


def shown(api, query):
    """Names and prices of a list."""
    return [(card["name"], card["price"]["amount"], card["price"]["currency"])
            for card in api.get(f"/products?{query}").json["items"]]  # fmt: skip


@pytest.fixture
def lamp(shop):
    """From 9.00 EUR or 11.00 USD; its first variant costs nothing in USD."""
    variants = [
        variant("L-1", 900),
        variant("L-2", 1000, price(1200), stock=1),
        variant("L-3", 1500, price(1100, before=1300)),
    ]
    return shop.product("lamp", category_ids=[shop.category("home")], variants=variants)


@pytest.fixture
def others(shop):
    shop.product("euro")
    shop.product("yen", variants=[{"sku": "Y", "price": money(50, "JPY"), "prices": [price(70)], "stock": 1}])
    dollar = {"sku": "D", "price": money(9), "prices": [price(8, "EUR"), price(7, "KWD")], "stock": 1}
    shop.product("dollar", variants=[dollar])


def test_a_page_shows_the_prices_that_are_asked_for_and_else_the_own(api, lamp):
    def prices(query=""):
        variants = api.get(f"/products/lamp{query}").json["variants"]
        return [(one["price"], one["compare_at_price"]) for one in variants]

    assert prices("?currency=USD") == [(euros(900), None), (money(1200), None), (money(1100), money(1300))]
    assert prices() == prices("?currency=EUR") == prices("?currency=JPY")
    assert [one["amount"] for one, _ in prices()] == [900, 1000, 1500]


def test_staff_see_all_prices_as_they_gave_them(api, shop, lamp):
    assert [one["prices"] for one in lamp["variants"]] == [[], [price(1200)], [price(1100, before=1300)]]
    assert [one["prices"] for one in shop.read("lamp", role="staff").json["variants"]] == [
        one["prices"] for one in lamp["variants"]
    ]
    assert "prices" not in shop.read("lamp").json["variants"][0]


def test_a_list_in_a_currency_has_what_has_a_price_in_it(api, lamp, others):
    assert shown(api, "currency=USD&sort=price_asc") == [
        ("Dollar", 9, "USD"),
        ("Yen", 70, "USD"),
        ("Lamp", 1100, "USD"),
    ]
    assert shown(api, "currency=USD&sort=price_desc")[0] == ("Lamp", 1100, "USD")
    assert [name for name, *_ in shown(api, "currency=USD&sort=name")] == ["Dollar", "Lamp", "Yen"]
    assert [name for name, *_ in shown(api, "currency=USD")] == ["Dollar", "Yen", "Lamp"]
    assert shown(api, "currency=USD&category=home") == [("Lamp", 1100, "USD")]
    assert shown(api, "currency=KWD") == [("Dollar", 7, "KWD")]
    assert shown(api, "currency=CHF") == []
    card = api.get("/products?currency=USD&category=home").json["items"][0]
    assert card["compare_at_price"] == money(1300)


def test_the_default_list_has_everything_in_the_shops_currency_or_else_its_own(api, lamp, others):
    everything = [("Dollar", 8, "EUR"), ("Yen", 50, "JPY"), ("Lamp", 900, "EUR"), ("Euro", 1000, "EUR")]

    assert shown(api, "sort=price_asc") == shown(api, "sort=price_asc&currency=EUR") == everything
    assert api.get("/products/dollar").json["variants"][0]["price"] == money(8, "EUR")
    assert api.get("/variants?sku=D").json["items"][0]["price"] == money(8, "EUR")


def test_carts_get_prices_in_a_currency(api, lamp):
    found = api.get("/variants?sku=L-1&sku=L-2&currency=USD").json["items"]

    assert [one["price"] for one in found] == [euros(900), money(1200)]


@pytest.mark.parametrize("sku", ["D", "Y", "L-2"])
def test_what_is_held_costs_what_carts_and_pages_show(api, shop, lamp, others, sku):
    found = api.get(f"/variants?sku={sku}").json["items"][0]
    page = {one["sku"]: one["price"] for one in api.get(f"/products/{found['product_id']}").json["variants"]}

    assert shop.reserve_items([{"sku": sku, "quantity": 1}]).json["items"][0]["unit_price"] == found["price"]
    assert page[sku] == found["price"]


def test_cards_follow_prices_as_they_come_and_go(api, shop, lamp):
    path = f"/products/{lamp['id']}/variants/L-2"
    changed = api.patch(path, {"prices": [price(500), price(300, "GBP")]}, role="staff", If_Match='"1"')
    assert changed.json["prices"] == [price(500), price(300, "GBP")]
    assert shown(api, "currency=USD") == [("Lamp", 500, "USD")]
    assert shown(api, "currency=GBP&category=home") == [("Lamp", 300, "GBP")]

    api.patch(path, {"prices": []}, role="staff", If_Match='"2"')
    assert shown(api, "currency=USD") == [("Lamp", 1100, "USD")]
    assert shown(api, "currency=GBP") == []
    shop.change(lamp, version=3, status="draft")
    assert shown(api, "currency=USD") == []
    assert shop.names("currency=USD&status=draft", role="staff") == ["Lamp"]


def test_a_cursor_is_good_for_its_currency_only(api, lamp, others):
    cursor = api.get("/products?sort=name&currency=USD&limit=1").json["next_cursor"]

    assert shown(api, f"sort=name&currency=USD&limit=1&cursor={cursor}") == [("Lamp", 1100, "USD")]
    assert api.get(f"/products?sort=name&currency=KWD&cursor={cursor}").code == "cursor_invalid"
    assert api.get(f"/products?sort=name&cursor={cursor}").code == "cursor_invalid"


def errors(answer):
    assert answer.status == 422, answer
    return [error["field"] for error in answer.json["errors"]]


def test_prices_of_a_variant_are_in_currencies_of_their_own(api, shop, lamp):
    def refused(*prices):
        return errors(shop.create("other", variants=[variant("A", 1), variant("B", 2, *prices)]))

    assert refused(price(1), price(2)) == ["variants[1].prices[1].price.currency"]
    assert refused(price(1, "EUR")) == ["variants[1].prices"]
    assert refused({"price": money(1), "compare_at_price": euros(2)}) == [
        "variants[1].prices[0].compare_at_price.currency"
    ]
    path = f"/products/{lamp['id']}/variants"
    assert errors(api.post(path, variant("N", 1, price(1), price(1)), role="staff")) == ["prices[1].price.currency"]
    assert errors(
        api.patch(f"{path}/L-1", {"prices": [price(1), price(1)]}, role="staff", If_Match='"1"')
    ) == ["prices[1].price.currency"]  # fmt: skip


@pytest.mark.parametrize("code", ["XXX", "XAU", "ABC", "eur", "EURO", "", "DEM"])
def test_a_currency_is_one_of_iso_4217(api, shop, code):
    assert errors(api.get(f"/products?currency={code}")) == ["currency"]
    assert errors(api.get(f"/variants?sku=A&currency={code}")) == ["currency"]
    assert errors(shop.create(variants=[variant("A", 1, price(1, code))])) == [
        "variants[0].prices[0].price.currency"
    ]  # fmt: skip


def test_a_product_has_at_most_ten_further_currencies(shop):
    codes = ["USD", "GBP", "CHF", "JPY", "KWD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF"]
    variants = [variant(f"S-{code}", 1, price(1, code)) for code in codes]

    assert errors(shop.create(variants=variants)) == ["variants"]
    assert shop.create(variants=variants[1:]).status == 201


def test_every_minor_unit_counts(api, shop):
    """From none (JPY) to four (CLF), up to the largest amount: whole numbers in, the same out."""
    most = 10**11
    prices = [price(most, "JPY"), price(most - 1, "KWD"), price(1, "CLF"), price(0)]
    shop.product(variants=[variant("A", most, *prices)])

    for one in prices:
        code = one["price"]["currency"]
        assert shown(api, f"currency={code}") == [("Lamp", one["price"]["amount"], code)]
    assert errors(shop.create("b", variants=[variant("B", 1, price(most + 1))])) == [
        "variants[0].prices[0].price.amount"
    ]


def test_another_currency_is_another_representation(api, lamp):
    plain, dollars = api.get("/products/lamp").headers["ETag"], api.get("/products/lamp?currency=USD").headers["ETag"]

    assert (plain, api.get("/products/lamp?currency=EUR").headers["ETag"]) == ('"1"', '"1"')
    assert api.get("/products/lamp?currency=USD", If_None_Match=plain).status == 200
    assert api.get("/products/lamp", If_None_Match=dollars).status == 200
    assert api.get("/products/lamp?currency=USD", If_None_Match=dollars).status == 304
    changed = api.patch(f"/products/{lamp['id']}", {"name": "B"}, role="staff", If_Match=dollars)
    assert (changed.status, changed.headers["ETag"]) == (200, '"2"')


CODES = ("USD", "GBP", "CHF", "JPY", "KWD", "SEK", "NOK", "DKK", "PLN", "CZK")


def test_a_move_of_more_cards_than_a_transaction_takes_ends_in_step(api, shop, calls):
    """Six currencies on ten shelves: 60 cards go, 60 come and 6 change, beside SKUs that change."""
    left, right = [shop.category(f"l{n}") for n in range(10)], [shop.category(f"r{n}") for n in range(10)]
    prices = [price(100 + place, code) for place, code in enumerate(CODES[:5])]
    variants = [variant(f"V{n}", 200, *prices) for n in range(3)]
    product = shop.product("big", category_ids=left, variants=variants)
    assert shown(api, "currency=KWD&category=l9") == [("Big", 104, "KWD")]
    calls.clear()

    moved = shop.change(product, category_ids=right, name="Moved").json
    sizes = [len(arguments["TransactItems"]) for _, name, arguments in calls.made if name == "TransactWriteItems"]
    assert max(sizes) == 100
    assert (moved["version"], moved["name"]) == (2, "Moved")
    for code in ("EUR", "USD", "KWD"):
        assert [len(shown(api, f"currency={code}&category={slug}")) for slug in ("l0", "l9", "r0", "r9")] == [
            0,
            0,
            1,
            1,
        ]
        assert shown(api, f"currency={code}")[0][0] == "Moved"


def test_what_a_crash_left_of_such_a_move_is_finished_by_the_sweeper(api, shop, sweep, monkeypatch):
    from chalicelib.products import saving

    top = [shop.category(f"c{n}") for n in range(10)]
    product = shop.product("big", variants=[variant("V", 200, *(price(1, code) for code in CODES))])
    monkeypatch.setattr(saving, "finish", lambda product: product)  # the process dies after the first transaction
    assert shop.change(product, category_ids=top).status == 200
    codes = {code: len(shown(api, f"currency={code}&category=c9")) for code in ("EUR", *CODES)}
    assert (codes["EUR"], min(codes.values())) == (1, 0)
    monkeypatch.undo()

    sweep()
    assert {len(shown(api, f"currency={code}&category=c9")) for code in ("EUR", *CODES)} == {1}
