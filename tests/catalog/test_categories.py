"""Categories: a tree without circles whose counts are always those of the lists."""

import pytest


def listed(api):
    return {one["slug"]: one for one in api.get("/categories").json["items"]}


def patch(api, category, version=1, **fields):
    return api.patch(f"/categories/{category}", fields, role="staff", If_Match=f'"{version}"')


def counts(api):
    return {slug: one["product_count"] for slug, one in listed(api).items()}


def test_a_category_is_added_and_listed(api):
    made = api.post("/categories", {"slug": "lamps", "name": "Lamps", "position": 3}, role="staff")

    assert (made.status, made.headers["Location"], made.headers["ETag"]) == (
        201,
        f"/categories/{made.json['id']}",
        '"1"',
    )
    assert api.get("/categories", role="staff").json["items"] == [made.json]
    assert listed(api)["lamps"].keys() == {"id", "slug", "name", "parent_id", "position", "product_count", "version"}


def test_a_slug_is_taken_once_and_free_again_after_the_category_goes(api, shop):
    lamps = shop.category("lamps")
    assert api.post("/categories", {"slug": "lamps", "name": "Other"}, role="staff").code == "slug_taken"

    assert patch(api, lamps, slug="lights").json["slug"] == "lights"
    assert patch(api, shop.category("lamps"), slug="lights").code == "slug_taken"
    assert api.delete(f"/categories/{lamps}", role="staff").status == 204
    assert shop.category("lights")


def test_a_change_needs_the_version_that_was_read(api, shop):
    lamps = shop.category("lamps")

    assert api.patch(f"/categories/{lamps}", {"name": "X"}, role="staff").code == "if_match_required"
    assert patch(api, lamps, name="Lights").json["version"] == 2
    assert patch(api, lamps, version=1, name="Late").code == "version_mismatch"
    assert api.delete(f"/categories/{lamps}", role="staff", If_Match='"1"').status == 412
    assert listed(api)["lamps"]["name"] == "Lights"


def test_a_category_can_not_stand_below_itself(api, shop):
    top = shop.category("top")
    middle = shop.category("middle", top)
    bottom = shop.category("bottom", middle)

    for parent in (top, middle, bottom):
        refused = patch(api, top, parent_id=parent)
        assert (refused.status, refused.json["errors"][0]["field"]) == (422, "parent_id")
    assert patch(api, bottom, parent_id=top).status == 200  # past its former parent
    assert patch(api, middle, parent_id=None).json["parent_id"] is None
    assert api.delete(f"/categories/{middle}", role="staff").status == 204


def test_the_tree_has_at_most_six_levels(api, shop):
    parent = None
    for level in range(6):
        parent = shop.category(f"level-{level}", parent)

    refused = api.post("/categories", {"slug": "seventh", "name": "7", "parent_id": parent}, role="staff")
    assert refused.code == "limit_reached"


def test_what_stands_below_counts_when_a_category_is_moved(api, shop):
    parent = None
    for level in range(4):
        parent = shop.category(f"level-{level}", parent)
    high, low = shop.category("high"), shop.category("low")
    shop.category("grandchild", shop.category("child", high))
    shop.category("other-child", low)

    refused = patch(api, high, parent_id=parent)
    assert (refused.code, refused.json["errors"][0]["field"]) == ("limit_reached", "parent_id")
    assert patch(api, low, parent_id=parent).status == 200


def test_an_unknown_parent_is_a_bad_field(api):
    refused = api.post("/categories", {"slug": "a", "name": "A", "parent_id": "cat_none"}, role="staff")

    assert refused.json["errors"][0]["field"] == "parent_id"


def test_only_an_empty_category_can_be_removed_or_moved(api, shop):
    top, other = shop.category("top"), shop.category("other")
    below = shop.category("below", top)
    product = shop.product(category_ids=[below], status="draft")

    assert api.delete(f"/categories/{top}", role="staff").code == "category_not_empty"
    assert api.delete(f"/categories/{below}", role="staff").code == "category_not_empty"
    assert patch(api, below, parent_id=other).code == "category_not_empty"
    shop.archive(product)
    assert api.delete(f"/categories/{below}", role="staff").status == 204
    assert api.delete(f"/categories/{top}", role="staff").status == 204
    assert api.delete(f"/categories/{top}", role="staff").status == 404


def test_counts_are_of_active_products_here_and_below(api, shop):
    top = shop.category("top")
    left, right = shop.category("left", top), shop.category("right", top)
    lamp = shop.product("lamp", category_ids=[left, right])
    shop.product("draft", category_ids=[left], status="draft")
    assert counts(api) == {"top": 1, "left": 1, "right": 1}

    lamp = shop.change(lamp, category_ids=[right]).json
    assert counts(api) == {"top": 1, "left": 0, "right": 1}
    lamp = shop.change(lamp, status="draft").json
    assert counts(api) == {"top": 0, "left": 0, "right": 0}
    lamp = shop.change(lamp, status="active").json
    assert counts(api) == {"top": 1, "left": 0, "right": 1}
    shop.archive(lamp)
    assert counts(api) == {"top": 0, "left": 0, "right": 0}


@pytest.mark.parametrize("verb", ["PATCH", "DELETE"])
def test_a_category_that_is_none_is_not_found(api, verb):
    body = {"name": "X"} if verb == "PATCH" else None
    assert api.request(verb, "/categories/cat_none", body, role="staff", If_Match='"1"').status == 404
