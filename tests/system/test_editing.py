"""Staff who edit one product at the same time, on real processes: no edit is lost, and nothing ends out of step."""

import random
import secrets
from functools import partial

from tests.support.running_shop import Shop
from tests.system.eventually import eventually
from tests.system.web import Web, all_at_once

EDITORS, EDITS = 6, 6
SOUND = "Everything is as the products say."


def money(amount: int, currency: str = "EUR") -> dict[str, object]:
    return {"amount": amount, "currency": currency}


def category(staff: Web) -> str:
    made = staff.post("/categories", {"slug": f"c-{secrets.token_hex(6)}", "name": "C"})
    assert made.status == 201, made
    return str(made.json["id"])


def edit(staff: Web, product: str, homes: list[str], chance: random.Random) -> int:
    """One change at the version just read; 1 if it was made, 0 if another was faster or nothing differed."""
    version = staff.get(f"/products/{product}").json["version"]
    change = chance.choice(
        [
            {"name": f"Name {chance.randrange(100)}"},
            {"category_ids": chance.sample(homes, chance.randrange(3))},
            {"status": chance.choice(["draft", "active"])},
            {"translations": {"de": {"name": f"Name {chance.randrange(100)}"}}},
        ]
    )
    answer = staff.patch(f"/products/{product}", change, If_Match=f'"{version}"')
    assert answer.status in (200, 412), answer
    return int(answer.status == 200 and answer.json["version"] == version + 1)


def test_editors_who_race_lose_no_edit_and_leave_everything_in_step(shop: Shop) -> None:
    staff = shop.as_role("staff")
    homes = [category(staff), category(staff)]
    slug = f"race-{secrets.token_hex(6)}"
    variant = {"sku": slug, "price": money(100), "prices": [{"price": money(120, "USD")}], "stock": 3}
    product = staff.post("/products", {"slug": slug, "name": "Race", "variants": [variant]}).json["id"]

    def editor(chance: random.Random) -> int:
        return sum(edit(staff, product, homes, chance) for _ in range(EDITS))

    taken = sum(all_at_once([partial(editor, random.Random(number)) for number in range(EDITORS)]))
    assert staff.get(f"/products/{product}").json["version"] == 1 + taken > 1
    for one in staff.get("/categories").json["items"]:
        if one["id"] in homes:
            assert one["product_count"] == len(staff.get(f"/products?category={one['slug']}").json["items"])
    assert eventually(lambda: SOUND in shop.command("repair", "catalog", "--dry-run", "--product", product))
