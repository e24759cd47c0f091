"""Names and descriptions in several languages: the nearest one that there is, else the plain one."""

import pytest

TEXTS = {"de": {"name": "Lampe", "description": "Hell"}, "de-AT": {"name": "Lamperl"}, "zh-Hant": {"name": "燈"}}


@pytest.fixture
def lamp(api, shop):
    names = {"de": {"name": "Wohnen"}}
    made = api.post("/categories", {"slug": "home", "name": "Home", "translations": names}, role="staff").json
    return shop.product("lamp", description="Bright", translations=TEXTS, category_ids=[made["id"]])


def name(api, locale):
    return api.get(f"/products/lamp?locale={locale}").json["name"]


@pytest.mark.parametrize(
    ("locale", "found"),
    [
        ("de", "Lampe"), ("DE", "Lampe"), ("de-DE", "Lampe"), ("de-at", "Lamperl"), ("de-AT-1996", "Lamperl"),
        ("zh-hant-TW", "燈"), ("zh", "Lamp"), ("fr", "Lamp"), ("en-GB", "Lamp"),
    ],
)  # fmt: skip
def test_the_nearest_translation_is_shown(api, lamp, locale, found):
    assert name(api, locale) == found
    assert api.get(f"/products?locale={locale}").json["items"][0]["name"] == found
    assert api.get(f"/variants?sku=LAMP&locale={locale}").json["items"][0]["name"] == found


def test_a_page_is_translated_with_its_description_and_categories(api, lamp):
    page = api.get("/products/lamp?locale=de-CH").json

    assert (page["name"], page["description"], page["categories"][0]["name"]) == ("Lampe", "Hell", "Wohnen")
    assert api.get("/products/lamp?locale=de-AT").json["description"] == ""
    plain = api.get("/products/lamp").json
    assert (plain["name"], plain["description"], plain["categories"][0]["name"]) == ("Lamp", "Bright", "Home")


def test_categories_are_translated(api, lamp):
    def listed(query="", role=None):
        return api.get(f"/categories{query}", role=role).json["items"][0]

    assert (listed("?locale=de-DE")["name"], listed()["name"]) == ("Wohnen", "Home")
    assert "translations" not in listed()
    assert listed(role="staff")["translations"] == {"de": {"name": "Wohnen"}}
    changed = api.patch(
        f"/categories/{listed()['id']}", {"translations": {"FR": {"name": "Maison"}}}, role="staff", If_Match='"1"'
    )
    assert (changed.json["translations"], changed.json["version"]) == ({"fr": {"name": "Maison"}}, 2)
    assert (listed("?locale=de")["name"], listed("?locale=fr")["name"]) == ("Home", "Maison")


def test_staff_see_all_translations_and_replace_them(shop, lamp):
    assert lamp["translations"]["de-AT"] == {"name": "Lamperl", "description": ""}
    assert shop.read("lamp", role="staff").json["translations"] == lamp["translations"]
    assert "translations" not in shop.read("lamp").json

    changed = shop.change(lamp, translations={"FR-ca": {"name": "Lampe à pied"}}).json
    assert changed["translations"] == {"fr-CA": {"name": "Lampe à pied", "description": ""}}


def test_cards_and_offers_follow_a_new_translation(api, shop, lamp):
    shop.change(lamp, translations={"de": {"name": "Leuchte"}})

    assert api.get("/products?locale=de&category=home").json["items"][0]["name"] == "Leuchte"
    assert api.get("/variants?sku=LAMP&locale=de").json["items"][0]["name"] == "Leuchte"


def test_lists_sort_by_the_plain_name(api, shop, lamp):
    shop.product("axe", translations={"de": {"name": "Zange"}})

    assert [card["name"] for card in api.get("/products?sort=name&locale=de").json["items"]] == ["Zange", "Lampe"]


def test_what_is_sold_keeps_its_plain_name(shop, lamp):
    assert shop.reserve(LAMP=1).json["items"][0]["name"] == "Lamp"


def test_another_language_is_another_representation(api, lamp):
    german = api.get("/products/lamp?locale=de").headers["ETag"]

    assert api.get("/products/lamp?locale=de", If_None_Match=german).status == 304
    assert api.get("/products/lamp?locale=de-AT", If_None_Match=german).status == 200
    assert api.get("/products/lamp", If_None_Match=german).status == 200
    assert api.get("/products/lamp?locale=de", If_None_Match='"1"').status == 200


@pytest.mark.parametrize("tag", ["", "d", "german", "de_AT", "de-", "-de", "x-klingon", "de-AT-", "i" * 40, "de%0A"])
def test_a_language_is_a_tag_of_bcp_47(api, shop, tag):
    for path in ("/products?", "/products/lamp?", "/variants?sku=A&", "/categories?"):
        refused = api.get(f"{path}locale={tag}")
        assert (refused.status, refused.json["errors"][0]["field"]) == (422, "locale")
    if tag != "de%0A":
        assert shop.create(translations={tag: {"name": "X"}}).status == 422


def test_a_language_is_named_once(api, shop):
    twice = {"de-at": {"name": "X"}, "de-AT": {"name": "Y"}}

    assert shop.create(translations=twice).json["errors"][0]["field"] == "translations"
    body = {"slug": "a", "name": "A", "translations": twice}
    assert api.post("/categories", body, role="staff").json["errors"][0]["field"] == "translations"
