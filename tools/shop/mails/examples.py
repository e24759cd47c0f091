"""What the pictures of mails are filled in with: one made-up person and one order."""

from collections.abc import Mapping
from typing import Any

SHOP = "https://shop.example"
QUERY = "?token=nqvX2b0wM8Jt0k5uVq0o3l7cYp9sD4eFhG6iRzTaXyE"
USERS: Mapping[str, Any] = {
    "name": "Ann Example",
    "at": "23 November 2026 at 09:33 UTC",
    "support": "help@shop.example",
    "password_page": f"{SHOP}/forgot-password",
}
PAGES = {
    "confirm_address": f"/confirm-email{QUERY}",
    "confirm_new_address": f"/confirm-email{QUERY}",
    "password_reset": f"/reset-password{QUERY}",
    "password_changed": "/forgot-password",
    "address_taken": "/login",
    "payment_failed": "/cart",
    "order_not_completed": "/cart",
}
ADDRESS = ["Ann Example", "Lindenstr. 1", "10115 Berlin", "DE"]
LAMP: Mapping[str, Any] = {"name": "Lund desk lamp", "options": "Colour: moss green", "quantity": 1}
MUGS: Mapping[str, Any] = {"name": "Everyday mug", "options": "", "quantity": 4}
ORDERS: Mapping[str, Any] = {
    "number": "20261123-7K2M9QXA",
    "placed": "23 November 2026",
    "guest": False,
    "support": "help@shop.example",
    "lines": [{**LAMP, "each": "€89.00", "total": "€89.00"}, {**MUGS, "each": "€7.50", "total": "€30.00"}],
    "sums": [
        {"label": "Subtotal", "amount": "€119.00"},
        {"label": "Discount (WINTER10)", "amount": "-€11.90"},
        {"label": "Delivery", "amount": "€4.90"},
    ],
    "total": "€112.00",
    "tax_within": "€17.88",
    "delivery": ADDRESS,
    "shop": ["Larkfield", "Example Street 1", "10115 Berlin", "DE"],
    "billing": ["Example Ltd.", "Torstr. 99", "10119 Berlin", "DE"],
}
MORE: Mapping[str, Mapping[str, Any]] = {
    "order_shipped": {
        "portion": "A part of your order",
        "carrier": "DHL",
        "tracking": "JJD0099887766",
        "parcel": [LAMP, {**MUGS, "quantity": 1}],
        "rest": [{**MUGS, "quantity": 3}],
    },
    "order_refunded": {"amount": "€15.00", "full": False, "unsent": False, "returned": [{**MUGS, "quantity": 2}]},
    "order_cancelled": {"amount": "€112.00", "as_asked": True, "nothing_taken": False, "still_ours": False},
    "order_not_completed": {"amount": "", "nothing_taken": True, "still_ours": False},
    "payment_failed": {"amount": "", "nothing_taken": True, "still_ours": False},
    "return_approved": {"returned": [{**MUGS, "quantity": 2}]},
    "return_rejected": {"returned": [LAMP]},
}


def of_mail(service: str, kind: str) -> dict[str, Any]:
    """All that the mail's template wants."""
    common = {"users": USERS, "orders": ORDERS}[service]
    page = PAGES.get(kind, "/order/ord_01kb3f2m8v7w6x5y4z3a2b1c0d" if service == "orders" else "/")
    return {**common, "link": SHOP + page, **MORE.get(kind, {})}
