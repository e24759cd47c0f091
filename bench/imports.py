"""50,000 rows of CSV into a running shop: rows a second, memory of the service, and what shoppers notice.

The rows are plotnine's diamonds (53,940 stones with prices) if pip can get the package, else as many made-up ones.
Each row is a product of its own, which is the dearest case. `IMPORT_ROWS` asks for another number. Next to it the cost
of one bare transaction of ten items, so that machines can be compared, and the same file again, which changes nothing.

The shopper looks at a product and at a small category: for a page of a category the embedded AWS sorts all that stands
in it, so with 50,000 products in one a page alone would keep it busy for a second.
"""

import csv
import io
import itertools
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import urllib3

from bench import stack, tables

ROWS = int(os.environ.get("IMPORT_ROWS", "50000"))
COLUMNS = "slug name description category_slugs status sku option:Cut option:Colour price currency stock weight_g"
BARE = 200
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    with stack.running() as shop, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "diamonds.csv"
        source = write(file)
        client = shop.client()
        token = shop.staff(client)
        client.ask("POST", "/api/categories", {"slug": "stones", "name": "Stones"}, Authorization=f"Bearer {token}")
        stack.product(client, token)
        first, again = Run(shop, file), Run(shop, file)
        bare = transaction_seconds(shop)
        tables.show(
            ["", "rows", "s", "rows/s", "CPU ms a row: service", "emulator", "bare transactions a row", "peak RSS MB"],
            [first.line("first time", bare), again.line("again", bare)],
        )
        print(f"\nRows: {source}. Shoppers meanwhile: {first.shoppers()}. A bare transaction: {bare * 1000:.1f} ms.")


def write(file: Path) -> str:
    """The rows as CSV; where they come from."""
    found = list(diamonds())
    source = "plotnine's diamonds" if found else "made up"
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS.split())
        for number, row in zip(range(ROWS), found or made_up(), strict=False):
            name, about = f"Diamond {row['carat']} ct {row['clarity']}", f"{row['cut']} cut, colour {row['color']}"
            options = row["cut"], row["color"], int(float(row["price"]) * 100)
            writer.writerow(
                [f"diamond-{number}", name, about, "stones", "active", f"D-{number}", *options, "EUR", 3, 1]
            )
    return source


def diamonds() -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, "plotnine==0.15.9"]
        subprocess.run(command, check=False, capture_output=True)
        for wheel in Path(folder).glob("*.whl"):
            text = zipfile.ZipFile(wheel).read("plotnine/data/diamonds.csv").decode()
            yield from csv.DictReader(io.StringIO(text))


def made_up() -> Iterator[dict[str, str]]:
    chance = random.Random(1)
    while True:
        price = str(chance.randrange(300, 19_000))
        yield {
            "carat": f"{chance.uniform(0.2, 3):.2f}",
            "clarity": chance.choice(["IF", "VS1", "SI2"]),
            "cut": chance.choice(["Ideal", "Premium", "Good"]),
            "color": chance.choice("DEFGHIJ"),
            "price": price,
        }


class Run:
    """One import by the command, with a shopper beside it."""

    def __init__(self, shop: stack.Stack, file: Path) -> None:
        self.waits: list[float] = []
        self.peak, self.failed = 0.0, 0
        self._shop, self._over = shop, threading.Event()
        before = self.cpu()
        watcher = threading.Thread(target=self.watch)
        watcher.start()
        started = time.monotonic()
        password = shop.home / "password"
        who = ["--email", stack.EMAIL, "--password-file", str(password)]
        subprocess.run([sys.executable, "-m", "tools.shop", "import", str(file), *who], check=True, env=self.env())
        self.seconds = time.monotonic() - started
        self._over.set()
        watcher.join()
        self.spent = {name: seconds - before[name] for name, seconds in self.cpu().items()}

    def env(self) -> dict[str, str]:
        return {**os.environ, "SHOP_HOME": str(self._shop.home), "SHOP_PORT": str(self._shop.port)}

    def cpu(self) -> dict[str, float]:
        """Seconds that the processes have used."""
        return {name: cpu_seconds(self._shop.pid(name)) for name in ("catalog", "aws")}

    def watch(self) -> None:
        """Memory, and what a shopper waits for a page, until the import is over."""
        web, pid = urllib3.PoolManager(retries=False), self._shop.pid("catalog")
        pages = itertools.cycle(["/api/products/bench-1", "/api/products?category=c-bench-1"])
        while not self._over.wait(0.25):
            started = time.monotonic()
            answer = web.request("GET", f"http://127.0.0.1:{self._shop.port}{next(pages)}")
            self.failed += answer.status != 200
            self.waits.append(time.monotonic() - started)
            self.peak = max(self.peak, rss(pid))

    def line(self, name: str, bare: float) -> list[Any]:
        service, emulator = (f"{self.spent[one] / ROWS * 1000:.2f}" for one in ("catalog", "aws"))
        a_row = self.seconds / ROWS
        cells = [name, ROWS, f"{self.seconds:.0f}", f"{1 / a_row:.0f}", service, emulator]
        return [*cells, f"{a_row / bare:.2f}", f"{self.peak:.0f}"]

    def shoppers(self) -> str:
        ordered = sorted(self.waits)
        return (
            f"{len(ordered)} pages, median {statistics.median(ordered) * 1000:.0f} ms, "
            f"99th percentile {ordered[int(len(ordered) * 0.99) - 1] * 1000:.0f} ms, {self.failed} failed"
        )


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def rss(pid: int) -> float:
    """Resident MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def transaction_seconds(shop: stack.Stack) -> float:
    """Of one transaction of ten puts, bare, in the same emulator."""
    dynamodb = stack.dynamodb(shop.url("aws"))
    table = shop.environment("catalog")["STOCK_TABLE"]
    started = time.monotonic()
    for number in range(BARE):
        items = [
            {"pk": {"S": f"BENCH#{number}"}, "sk": {"S": str(place)}, "x": {"S": "x" * 200}} for place in range(10)
        ]
        dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": table, "Item": item}} for item in items])
    return (time.monotonic() - started) / BARE


if __name__ == "__main__":
    main()
