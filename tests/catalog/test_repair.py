"""The repair finds every kind of damage that queries can show, mends it, and then finds nothing more."""

import boto3
import pytest
from boto3.dynamodb.conditions import Key

from tests.catalog.conftest import euros

USD = {"price": {"amount": 1200, "currency": "USD"}}


class Store:
    """The tables, for somebody who breaks them."""

    def __init__(self):
        from chalicelib import config

        resource = boto3.resource("dynamodb")
        self.catalog, self.stock = resource.Table(config.CATALOG_TABLE), resource.Table(config.STOCK_TABLE)

    def everything(self):
        """All that is stored, without what only tells that something was written."""
        rows = self.catalog.scan()["Items"] + self.stock.scan()["Items"]
        told = {"revision", "moves", "lot", "document", "unsettled", "v"}
        return {row["pk"] + row["sk"]: {name: row[name] for name in row.keys() - told} for row in rows}

    def cards(self, product):
        condition = Key("pk").eq(f"PROD#{product['id']}") & Key("sk").begins_with("CARD#")
        return self.catalog.query(KeyConditionExpression=condition)["Items"]

    def change(self, table, pk, sk, **values):
        item = table.get_item(Key={"pk": pk, "sk": sk})["Item"]
        table.put_item(Item=item | values)

    def sku(self, sku, **values):
        self.change(self.stock, f"SKU#{sku}", "STOCK", **values)

    def product(self, product, find, put):
        row = self.catalog.get_item(Key={"pk": f"PROD#{product['id']}", "sk": "META"})["Item"]
        assert find in row["document"]
        self.catalog.put_item(Item=row | {"document": row["document"].replace(find, put)})


@pytest.fixture(autouse=True)
def at_once(aws, monkeypatch):
    from chalicelib.products import repair

    monkeypatch.setattr(repair, "SETTLED_S", 0)
    monkeypatch.setattr(repair, "DECIMALS", ("EUR", "USD", "JPY"))


@pytest.fixture
def store(aws):
    return Store()


@pytest.fixture
def home(shop):
    return shop.category("home")


@pytest.fixture
def lamp(shop, home):
    variants = [{"sku": "LAMP", "price": euros(1000), "stock": 5, "prices": [USD]}]
    return shop.product(variants=variants, category_ids=[shop.category("lamps", home)])


@pytest.fixture
def old(shop):
    product = shop.product("old", variants=[{"sku": "OLD", "price": euros(1000), "stock": 5, "prices": [USD]}])
    shop.archive(product)
    return product


def repair(*only, dry_run=False):
    from chalicelib.products.repair import Repair

    return list(Repair(dry_run=dry_run).run(only))


def lose_cards(store, lamp, old, home):
    for card in store.cards(lamp):
        store.catalog.delete_item(Key={"pk": card["pk"], "sk": card["sk"]})


def leave_the_list(store, lamp, old, home):
    item = store.catalog.get_item(Key={"pk": f"PROD#{lamp['id']}", "sk": "META"})["Item"]
    del item["shelf"]
    store.catalog.put_item(Item=item)


def false_cards(store, lamp, old, home):
    for card in store.cards(lamp):
        store.catalog.put_item(Item=card | {"by_price": "0", "face": card["face"].replace("Lamp", "Ghost")})


def cards_of_nothing(store, lamp, old, home):
    for card in store.cards(lamp):
        store.catalog.put_item(Item=card | {"pk": "PROD#prd_ghost"})


def cards_left_behind(store, lamp, old, home):
    card = store.cards(lamp)[0]
    store.catalog.put_item(Item=card | {"sk": "CARD#*@JPY", "shelf": "*@JPY"})
    store.catalog.put_item(Item=card | {"sk": "CARD#cat_gone", "shelf": "cat_gone"})


def lose_slug(store, lamp, old, home):
    store.catalog.delete_item(Key={"pk": "SLUG#lamp", "sk": "SLUG"})


def lead_slug_astray(store, lamp, old, home):
    store.catalog.put_item(Item={"pk": "SLUG#lamp", "sk": "SLUG", "product_id": old["id"]})


def keep_slug_of_archived(store, lamp, old, home):
    store.catalog.put_item(Item={"pk": "SLUG#old", "sk": "SLUG", "product_id": old["id"]})


def false_offer(store, lamp, old, home):
    offer = store.stock.get_item(Key={"pk": "SKU#LAMP", "sk": "STOCK"})["Item"]["offer"]
    store.sku("LAMP", offer=offer.replace("1200", "1"))


def free_sku(store, lamp, old, home):
    store.sku("LAMP", freed=True)


def keep_sku_of_archived(store, lamp, old, home):
    item = store.stock.get_item(Key={"pk": "SKU#OLD", "sk": "STOCK"})["Item"]
    del item["freed"]
    store.stock.put_item(Item=item)


def forget_that_it_sold_out(store, lamp, old, home):
    """As when the stream's record was lost."""
    store.product(lamp, '"in_stock":true', '"in_stock":false')
    false_cards(store, lamp, old, home)


def stand_on_no_shelf(store, lamp, old, home):
    store.product(lamp, f'"{home}"', '"cat_gone"')


def false_counts(store, lamp, old, home):
    store.change(store.catalog, "CATEGORIES", f"CAT#{home}", product_count=7, members=0, children=5)


def lose_slug_of_category(store, lamp, old, home):
    store.catalog.delete_item(Key={"pk": "CATSLUG#home", "sk": "SLUG"})


DAMAGES = [
    lose_cards, leave_the_list, false_cards, cards_of_nothing, cards_left_behind, lose_slug, lead_slug_astray,
    keep_slug_of_archived, false_offer, free_sku, keep_sku_of_archived, forget_that_it_sold_out, stand_on_no_shelf,
    false_counts, lose_slug_of_category,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_what_was_damaged_is_named_and_mended(store, lamp, old, home, damage):
    sound = store.everything()
    damage(store, lamp, old, home)
    damaged = store.everything()

    assert repair(dry_run=True) != []
    assert store.everything() == damaged
    assert repair() != []
    assert repair() == []
    assert store.everything() == sound


def test_nothing_is_found_where_nothing_is_wrong(store, lamp, old):
    assert repair() == repair(dry_run=True) == []


def test_a_lost_counter_begins_at_nothing(shop, store, lamp):
    store.stock.delete_item(Key={"pk": "SKU#LAMP", "sk": "STOCK"})

    assert "begins at 0" in repair()[-1]
    assert (shop.stock()["on_hand"], shop.read("lamp").json["variants"][0]["available"]) == (0, 0)
    assert repair() == []


def test_what_two_products_claim_is_for_people_to_decide(shop, store, lamp):
    other = shop.product("other")
    store.product(other, '"slug":"other"', '"slug":"lamp"')
    store.product(other, '"sku":"OTHER"', '"sku":"LAMP"')

    for _ in range(2):
        lines = [line for line in repair() if "lamp" in line or "LAMP" in line]
        assert [line.split(";")[1] for line in lines] == [" change one of them", " remove it from one of them"]
    assert shop.read("lamp").json["id"] == lamp["id"]


def test_one_product_is_mended_by_its_id(shop, store, lamp, old):
    lose_cards(store, lamp, old, None)
    keep_slug_of_archived(store, lamp, old, None)

    assert len(repair(lamp["id"])) == 6
    assert shop.names("category=home") == ["Lamp"]
    assert [line.split(":")[0] for line in repair()] == [old["id"]]


def test_an_edit_that_comes_between_is_not_undone(shop, store, lamp, monkeypatch):
    """Between looking and mending, staff rename the product: the cards end as the newer name says."""
    from chalicelib.products import repair as module

    find = module.find_flaws
    edits = iter([lambda: shop.change(lamp, name="Edited")])

    def find_then_edit(product_id, product):
        found = find(product_id, product)
        next(edits, lambda: None)()
        return found

    false_cards(store, lamp, None, None)
    monkeypatch.setattr(module, "find_flaws", find_then_edit)

    assert not any("out of date" in line for line in repair())  # the edit had mended them
    assert shop.names("category=home&currency=USD") == ["Edited"]
    monkeypatch.undo()
    assert repair(dry_run=True) == []


def test_a_product_that_comes_while_products_are_counted_is_counted(shop, store, lamp, home, monkeypatch):
    from chalicelib.products import repair as module

    count, edits = module._counted, iter([lambda: shop.product("new", category_ids=[home])])

    def count_then_edit(category_id):
        found = count(category_id)
        next(edits, lambda: None)()
        return found

    false_counts(store, lamp, None, home)
    monkeypatch.setattr(module, "_counted", count_then_edit)

    assert len(repair()) == 1
    counts = {one["slug"]: one["product_count"] for one in shop.api.get("/categories").json["items"]}
    assert counts == {"home": 2, "lamps": 1}
    assert repair(dry_run=True) == []
