"""What a page of orders costs when a customer, an address, a status and a day have 10,000: the same on every page.

The service's own routes in this process, over the embedded AWS in one of its own. Orders are written straight to the
table by the service's model. Read units are worked out as in catalog_scale.py. Exit 1 if a list costs more on its last
page than on its first, or more with 10,000 orders than with 500. `SIZES=500,20000` measures others.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import tables
from bench.catalog_scale import BATCH, Meter, emulator, module

SIZES = [int(one) for one in os.environ.get("SIZES", "500,10000").split(",")]
PLACED = 1_795_392_000  # 2026-11-23
OWNER, EMAIL = "usr_01kb0000000000000000000000", "ann.example@mail.test"
LISTS = {
    "my orders": "",
    "staff: customer_id": f"customer_id={OWNER}",
    "staff: email": f"email={EMAIL}",
    "staff: status": "status=delivered",
    "staff: day": "day=2026-11-23",
}
PAGES = (20, 24, 100)


def main() -> None:
    measured = [_in_a_process_of_its_own(size) for size in SIZES]
    names = list(measured[0])
    head = ["list, page", *(f"{size:,} orders: first, middle, last page" for size in SIZES)]
    tables.show(head, [[name, *(one[name] for one in measured)] for name in names])
    dearer = [name for name in names if _dearer([one[name] for one in measured])]
    print(f"\nDearer: {', '.join(dearer)}" if dearer else "\nNo page costs more than the first, at any size.")
    if dearer:
        raise SystemExit(1)


def _dearer(measured: list[str]) -> bool:
    """Whether a page takes other calls than the first one of the smallest size, or more units.

    The very last may take fewer: a shard's rows have come to an end.
    """
    costs = [cost.removesuffix(" RCU").split("; ") for pages in measured for cost in pages.split(" | ")]
    return any(calls != costs[0][0] or float(units) > float(costs[0][1]) for calls, units in costs)


def _in_a_process_of_its_own(size: int) -> dict[str, str]:
    """One service's modules and one client for each size."""
    with tempfile.TemporaryDirectory() as folder, emulator(Path(folder)) as url:
        command = [sys.executable, "-m", "bench.orders_scale", str(size), url]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return dict(line.split("\t") for line in done.stdout.splitlines() if "\t" in line)


def measure(size: int, url: str) -> None:
    """In its own process: fill the table, then ask for pages of each list and print what they cost."""
    services, tokens = module("tests.support.services"), module("tests.support.tokens")
    services.prepare("orders")
    os.environ["AWS_ENDPOINT_URL"] = url
    import boto3

    import common.service
    from common.tables import Item

    common.service.fetch_json = tokens.jwks  # type: ignore[attr-defined]
    Item.Meta.read_timeout_seconds = 120  # the emulator looks through the whole table for each query of an index
    dynamodb = boto3.client("dynamodb")
    for table in services.tables("orders"):
        table.pop("StreamSpecification", None)  # nobody follows it here
        dynamodb.create_table(**table)
    for name, value in {"cursor-key": "k", "signing-keys": tokens.signing_keys("orders")}.items():
        boto3.client("ssm").put_parameter(Name=f"/shop/orders/{name}", Value=value, Type="SecureString")
    fill(size, dynamodb)
    ask(size)


def fill(size: int, dynamodb: Any) -> None:
    """Orders of two lines, all of one customer, one address, one status and one day."""
    item = module("chalicelib.orders.models").OrderItem
    for start in range(0, size, BATCH):
        rows = [item.of(order(number, lines=2)).serialize() for number in range(start, min(start + BATCH, size))]
        dynamodb.batch_write_item(RequestItems={"shop-orders": [{"PutRequest": {"Item": row}} for row in rows]})


def order(number: int, lines: int) -> Any:
    """As orders are: two addresses, a history, a shipment, a name of forty letters in each line."""
    orders, price = module("chalicelib.orders.order"), module("chalicelib.pricing.price")
    ids = f"{number:026}"
    address = {
        "name": "Ann Example", "line1": "Lindenstr. 1", "line2": "Hinterhaus", "city": "Berlin", "postal_code": "10115",
        "country": "DE", "phone": "+49 30 1234567",
    }  # fmt: skip
    bought = [
        price.PricedLine(
            sku=f"LAMP-{line:04}", product_id=f"prd_{line:026}", name="A lamp with a shade of linen and a switch",
            options={"Colour": "Anthracite", "Size": "Large"}, quantity=1, unit_price=1999, discount=0, tax=319,
        )
        for line in range(lines)
    ]  # fmt: skip
    statuses = ("pending", "confirmed", "shipped", "delivered")
    parcels = [orders.Parcel(line.sku, line.quantity) for line in bought]
    shipment = orders.Shipment(
        id=f"shp_{ids}", carrier="dhl", tracking_number="00340434161094042557", items=parcels, at=PLACED
    )
    total = 1999 * lines
    return orders.Order(
        id=f"ord_{ids}", owner=OWNER, email=EMAIL, state=orders.State.DELIVERED, version=8, operation=f"op_{ids}",
        lines=bought, currency="EUR", subtotal=total, discount=0, shipping=490, tax=319 * lines, total=total + 490,
        shipping_address=address, billing_address=address, shipping_method="standard", payment_method="pm_card_visa",
        payment_id="pi_3OqW2f2eZvKYlo2C1xyzabcd", pay_by=PLACED + 900, captured=total + 490, shipments=[shipment],
        confirmed_at=PLACED + 2.123456, cart_version=3, due=None, placed_at=PLACED + 1.123456,
        history=[orders.Change(status, PLACED + 1.123456, "customer") for status in statuses],
        updated_at=PLACED + 90_000.123456,
    )  # fmt: skip


def ask(size: int) -> None:
    app = module("app")
    with module("tests.support.api").connected(app.app, "orders") as api:
        meter = Meter(app.table.OrdersItem._get_connection().connection.client)
        for name, query in LISTS.items():
            for limit in PAGES:
                costs = [_page(api, meter, name, query, limit, size, skipped) for skipped in _pages(size, limit)]
                print(f"{name}, {limit} a page\t{' | '.join(costs)}", flush=True)


def _pages(size: int, limit: int) -> tuple[int, ...]:
    """How many orders come before the first page, one in the middle, and the last full one with another after it."""
    return 0, size // 2, size - limit - 1


def _page(api: Any, meter: Meter, name: str, query: str, limit: int, size: int, skipped: int) -> str:
    """Its cost; the cursor is one that the service would have given."""
    role, caller = ("customer", OWNER) if name == "my orders" else ("staff", "usr_staff")
    cursors, newer = module("chalicelib.config").cursors, f"ord_{size - skipped:026}"
    cursor = f"&cursor={cursors.sign(newer, 'orders', caller, *filter(None, [query]))}" if skipped else ""
    meter.start()
    answer = api.get(f"/orders?limit={limit}&{query}{cursor}", role=role, subject=caller)
    assert answer.status == 200, (name, answer)
    assert (len(answer.json["items"]), bool(answer.json["next_cursor"])) == (limit, True), name
    return meter.result()


if __name__ == "__main__":
    measure(int(sys.argv[1]), sys.argv[2]) if len(sys.argv) == 3 else main()
