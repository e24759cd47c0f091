"""Ways to send an order and a welcome discount; what somebody has changed or deleted stays so."""

from typing import Any

from tools.shop.demo.api import Api
from tools.shop.demo.catalogue import money

EVERYWHERE = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
]  # fmt: skip
NEAR = ["AT", "BE", "DE", "LU", "NL"]
METHODS: dict[str, dict[str, Any]] = {
    "express": {
        "name": "Express, next working day",
        "countries": NEAR,
        "rates": [{"max_weight_g": 5000, "price": money(1290)}, {"max_weight_g": 20_000, "price": money(1990)}],
    },
    "pickup": {"name": "Collect it yourself", "countries": ["DE"], "rates": [{"price": money(0)}]},
    "standard": {
        "name": "Standard delivery",
        "countries": EVERYWHERE,
        "rates": [
            {"min_subtotal": money(7500), "max_weight_g": 20_000, "price": money(0)},
            {"max_weight_g": 5000, "price": money(490)},
            {"max_weight_g": 20_000, "price": money(890)},
            {"price": money(1990)},
        ],
    },
}
WELCOME = {
    "code": "WELCOME10",
    "kind": "percent",
    "value": 10,
    "min_subtotal": money(2000),
    "max_uses_per_customer": 1,
}


def seed_terms(admin: Api) -> None:
    """Set all as long as the standard method is the one that the shop came with: it is set last, so a seeding that was
    stopped goes on, and one that has ended is never repeated."""
    known = admin.call("GET", "/api/shipping-methods", None, 200).body["items"]
    if not any(one["id"] == "standard" and one["version"] == 1 for one in known):
        return
    # A repeat after a lost reply is refused with code_taken.
    admin.call("POST", "/api/discounts", WELCOME, 201, 409)
    for method_id, body in METHODS.items():
        admin.call("PUT", f"/api/shipping-methods/{method_id}", body, 200)
