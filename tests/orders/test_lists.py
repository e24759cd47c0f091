"""Lists for staff: by day, page by page, and what they may be asked for."""

from itertools import count, islice

import pytest

from chalicelib.orders import models
from tests.orders.test_store import order


def placed_on(shop, catalog, clock, seconds, *, orders):
    """Ids of orders placed from that many seconds on, newest first."""
    catalog.reservations.skus["MUG"].on_hand = 99
    clock.seconds = seconds
    ids = []
    for _ in range(orders):
        clock.forward(1)
        shop.puts("MUG")
        ids.insert(0, shop.buys(f"key-{clock.seconds}").json["id"])
    return ids


def pages(staff, path):
    """Every page of a list."""
    found, cursor = [], ""
    while cursor is not None:
        page = staff.get(path + cursor).json
        found.append([order["id"] for order in page["items"]])
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    return found


MIDNIGHT = 1_795_392_000  # 2026-11-23


def test_staff_list_the_orders_of_a_day_newest_first(shop, catalog, shop_clock):
    placed_on(shop, catalog, shop_clock, MIDNIGHT - 2, orders=1)
    ids = placed_on(shop, catalog, shop_clock, MIDNIGHT - 1, orders=5)
    placed_on(shop, catalog, shop_clock, MIDNIGHT + 86_400, orders=1)
    staff = shop.named("usr_staff", "staff")

    assert pages(staff, "/orders?day=2026-11-23&limit=2") == [ids[:2], ids[2:4], ids[4:]]
    assert pages(staff, "/orders?day=2026-11-25") == [[]]


def test_a_page_that_takes_all_there_is_has_no_cursor(shop, catalog, shop_clock):
    ids = placed_on(shop, catalog, shop_clock, MIDNIGHT, orders=4)

    assert pages(shop.named("usr_staff", "staff"), "/orders?day=2026-11-23&limit=4") == [ids]


def test_a_cursor_of_one_day_is_none_of_another(shop, catalog, shop_clock):
    placed_on(shop, catalog, shop_clock, MIDNIGHT, orders=2)
    staff = shop.named("usr_staff", "staff")
    cursor = staff.get("/orders?day=2026-11-23&limit=1").json["next_cursor"]

    assert staff.get(f"/orders?day=2026-11-24&cursor={cursor}").code == "cursor_invalid"
    assert staff.get(f"/orders?status=confirmed&cursor={cursor}").code == "cursor_invalid"


@pytest.mark.parametrize("day", ["2026-02-30", "23.11.2026", "2026-11", "", "2026-11-23T00:00:00Z"])
def test_a_day_that_is_none_is_refused(shop, day):
    answer = shop.named("usr_staff", "staff").get(f"/orders?day={day}")

    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "day")


def stored(number, shards):
    """Ids of that many orders of the day, all in these shards, newest first."""
    made = (f"ord_{n:08}" for n in count())
    ids = list(islice((one for one in made if models._shard(one) in shards), number))
    with models.OrderItem.batch_write() as batch:
        for one in ids:
            batch.save(models.OrderItem.of(order(id=one, placed_at=MIDNIGHT)))
    return ids[::-1]


@pytest.mark.parametrize(
    ("filters", "shards"), [("day=2026-11-23", range(4)), ("day=2026-11-23", [2]), ("status=pending", [0, 3])]
)
def test_no_order_is_left_out_however_they_fall_to_the_shards(shop, filters, shards):
    ids = stored(40, shards)

    listed = pages(shop.named("usr_staff", "staff"), f"/orders?{filters}&limit=18")

    assert listed == [ids[:18], ids[18:36], ids[36:]]


@pytest.mark.parametrize("filters", ["day=2026-11-23", "status=pending"])
def test_a_page_over_shards_is_one_query_each_that_reads_little_more_than_is_shown(shop, calls, filters):
    stored(80, range(4))
    calls.clear()

    shop.named("usr_staff", "staff").get(f"/orders?{filters}&limit=30")

    asked = [arguments["Limit"] for service, _, arguments in calls.made if service == "dynamodb"]
    assert (len(asked), sum(asked) < 75) == (4, True)
