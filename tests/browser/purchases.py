"""What was bought without the browser, so that a test can begin where its story does."""

import secrets
from dataclasses import dataclass
from typing import Any

from tests.browser.goods import Lamps
from tests.system.buyers import Buyer
from tests.system.web import Web


@dataclass(frozen=True)
class Purchase:
    """An order of red lamps, and what staff do about it."""

    buyer: Web
    staff: Web
    id: str

    @classmethod
    def of(cls, buyer: Web, lamps: Lamps, quantity: int = 1) -> "Purchase":
        bought = Buyer(buyer).with_one(lamps.sku("red"), quantity).buy()
        assert bought.status == 201, bought
        return cls(buyer, lamps.staff, bought.json["id"])

    @property
    def order(self) -> dict[str, Any]:
        return dict(self.staff.get(f"/orders/{self.id}").json)

    def delivered(self) -> "Purchase":
        parcel = {"carrier": "DHL", "tracking_number": "00340434161094042557"}
        sent = self.staff.post(f"/orders/{self.id}/shipments", parcel, Idempotency_Key=secrets.token_hex(8))
        assert sent.status == 201, sent
        assert self.staff.post(f"/orders/{self.id}/deliver").status == 200
        return self

    def on_its_way_back(self, quantity: int = 1) -> "Purchase":
        """The buyer has asked for a return."""
        parcel = {"sku": self.order["items"][0]["sku"], "quantity": quantity}
        asked = self.buyer.post(f"/orders/{self.id}/returns", {"items": [parcel]})
        assert asked.status == 201, asked
        return self

    def judge_return(self, *verdicts: str) -> None:
        for verdict in verdicts:
            judged = self.staff.post(f"/orders/{self.id}/returns/{self.order['returns'][0]['id']}/{verdict}")
            assert judged.status == 200, judged
