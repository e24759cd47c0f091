"""A process of orders-service that counts sales on a bad day: threads that are told the same orders, in any order and
twice, while replies are lost and calls come late. `python -m tests.system.sales_racers SEED FIRST_ID`.

It prints what it was told of: for each fact its day, currency and amounts.
"""

import json
import random
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.support.services import ROOT

sys.path[:0] = [str(ROOT / "orders-service"), str(ROOT / "orders-service" / "vendor")]

from chalicelib.reports import models  # type: ignore[import-not-found]  # noqa: E402
from chalicelib.reports.sales import Fact, Figures  # type: ignore[import-not-found]  # noqa: E402
from common.problems import Unavailable  # noqa: E402
from common.tables import is_unavailable  # noqa: E402
from tests.system.faults import Faults  # noqa: E402

ORDERS, THREADS = 40, 6


def facts(run: str) -> list[Fact]:
    """A sale of each order and a refund of every other, on two days of long ago."""
    dice = random.Random(run)
    made = []
    for number in range(ORDERS):
        whose = {"order_id": f"ord_{run}{number}", "currency": dice.choice(["EUR", "USD"])}
        total, day = dice.randrange(1, 9999), dice.choice(["2001-01-01", "2001-01-02"])
        made.append(Fact(**whose, name="sale", day=day, figures=Figures(orders=1, units=2, total=total)))
        if number % 2:
            made.append(Fact(**whose, name="refund-1", day="2001-01-02", figures=Figures(refunds=total // 2)))
    return made


def count(told: list[Fact], seed: int) -> None:
    """As the stream gives them: a batch again and again until it is taken."""
    dice = random.Random(seed)
    told = dice.sample(told, len(told)) + dice.sample(told, len(told) // 2)
    while told:
        batch = told[: dice.randint(1, 12)]
        try:
            models.count(batch)
        except Exception as error:
            if not isinstance(error, Unavailable) and not is_unavailable(error):
                raise
            continue
        told = told[len(batch) :]


def main() -> None:
    seed, run = int(sys.argv[1]), sys.argv[2]
    told = facts(run)
    models.list_counts("2001-01-01", "2001-01-01")  # makes the client
    Faults(random.Random(seed))
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda thread: count(told, 100 * seed + thread), range(THREADS)))
    amounts = [(f.day, f.currency, f.figures.orders, f.figures.total, f.figures.refunds) for f in told]
    json.dump(amounts, sys.stdout)


if __name__ == "__main__":
    main()
