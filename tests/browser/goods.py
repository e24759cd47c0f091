"""Something to sell, made as staff make it."""

import secrets
from dataclasses import dataclass

from tests.system.web import Web

PRICES = {"red": 1990, "blue": 2490}
STOCK = 5


@dataclass(frozen=True)
class Lamps:
    """A lamp in two colours, five of each, in a category of its own."""

    staff: Web
    id: str
    slug: str
    name: str
    category: str

    @classmethod
    def on_sale(cls, staff: Web, name: str | None = None) -> "Lamps":
        mark = secrets.token_hex(4)
        category = staff.post("/categories", {"slug": f"lamps-{mark}", "name": f"Lamps {mark}"})
        assert category.status == 201, category
        product = staff.post("/products", body(mark, category.json["id"]) | ({"name": name} if name else {}))
        assert product.status == 201, product
        return cls(staff, product.json["id"], product.json["slug"], product.json["name"], category.json["name"])

    def sku(self, colour: str) -> str:
        return f"{self.slug}-{colour}"

    def available(self, colour: str) -> int:
        level = self.staff.get(f"/stock/{self.sku(colour)}")
        assert level.status == 200, level
        return int(level.json["available"])

    def set_stock(self, colour: str, on_hand: int) -> None:
        assert self.staff.put(f"/stock/{self.sku(colour)}", {"on_hand": on_hand}).status == 200


def body(mark: str, category_id: str) -> dict[str, object]:
    return {
        "slug": f"lamp-{mark}",
        "name": f"Lamp {mark}",
        "description": "A lamp.",
        "status": "active",
        "category_ids": [category_id],
        "options": [{"name": "Colour", "values": [colour.title() for colour in PRICES]}],
        "variants": [variant(mark, colour) for colour in PRICES],
    }


def variant(mark: str, colour: str) -> dict[str, object]:
    price = {"amount": PRICES[colour], "currency": "EUR"}
    return {"sku": f"lamp-{mark}-{colour}", "options": {"Colour": colour.title()}, "price": price, "stock": STOCK}
