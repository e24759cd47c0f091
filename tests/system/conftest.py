"""Goods to buy in the running shop."""

from collections.abc import Callable

import pytest

from tests.support.running_shop import Shop
from tests.system.buyers import Books


@pytest.fixture(scope="module")
def goods(shop: Shop) -> Callable[[int], Books]:
    """`goods(stock=7)`: a new product on sale, with its books."""
    staff = shop.as_role("staff")
    return lambda stock: Books.of_new_product(staff, shop.payments_url, stock)
