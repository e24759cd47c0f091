"""Fills a running shop with the demo data, through the API that everybody uses.

It may be stopped at any moment and run again: it finds what is there, and makes what is missing.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tools.shop.demo import catalogue, goods, people, terms
from tools.shop.demo.api import Api

Progress = Callable[[str, int, int], None]
THREADS = 6


def seed(base_url: str, home: Path, progress: Progress) -> None:
    """Make logins, ways to send an order, a discount and products.

    `progress` hears what is being made, how many are done, and of how many.
    """
    api = Api(base_url)
    logins = people.logins(home / "demo-logins.json")
    seed_people(api, logins, progress)
    terms.seed_terms(people.session(api, logins["admin"]))
    seed_goods(people.session(api, logins["staff"]), progress)


def seed_people(api: Api, logins: dict[str, people.Login], progress: Progress) -> None:
    progress("logins", 0, len(logins))
    for role in ("admin", "staff"):
        people.seed_operator(api, logins[role], role)
    progress("logins", 2, len(logins))
    people.seed_customer(api, logins["customer"])
    progress("logins", 3, len(logins))


def seed_goods(staff: Api, progress: Progress) -> None:
    """Products in parallel, since each waits for the database and for its picture to be looked at."""
    range_ = catalogue.load()
    total = len(range_.goods)
    progress("products", 0, total)
    ids = goods.seed_categories(staff, range_.categories)
    with ThreadPoolExecutor(THREADS) as workers:
        tasks = [workers.submit(goods.seed_product, staff, one, ids) for one in goods.mixed(range_.goods)]
        try:
            for done, task in enumerate(as_completed(tasks), 1):
                task.result()
                progress("products", done, total)
        except BaseException:
            workers.shutdown(wait=False, cancel_futures=True)
            raise
