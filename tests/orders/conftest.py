"""orders-service alone: its routes over moto, with a catalogue and a payment provider of our own behind them."""

from typing import Any

import pytest

from tests.support.services import prepare

prepare("orders")

from tests.support import fixtures  # noqa: E402

api, calls = fixtures.api, fixtures.calls
tables = fixtures.aws
service_name, shop_clock = fixtures.service_name, fixtures.shop_clock


@pytest.fixture
def aws(tables: Any) -> Any:
    """The tables and the bucket."""
    from chalicelib import config

    place = {"LocationConstraint": "eu-central-1"}
    tables("s3").create_bucket(Bucket=config.bucket.name, CreateBucketConfiguration=place)
    return tables


@pytest.fixture(autouse=True)
def fresh_process() -> None:
    """Nothing that the service keeps in memory outlives a test."""
    from chalicelib import config

    config.secrets._known.clear()
    config.service_tokens._made.clear()


@pytest.fixture
def catalog(monkeypatch: pytest.MonkeyPatch, shop_clock: Any) -> Any:
    """catalog-service: 5 lamps at 19.99, 3 mugs at 7.50, and a book in dollars."""
    from tests.orders.neighbours import FakeCatalog, use_catalog

    made = FakeCatalog(shop_clock)
    use_catalog(monkeypatch, made)
    return made


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, shop_clock: Any) -> Any:
    """The payment provider; the payment method decides what happens."""
    from tests.orders.neighbours import FakeProvider, use_provider

    made = FakeProvider()
    use_provider(monkeypatch, made)
    return made


@pytest.fixture
def shop(api: Any, catalog: Any, provider: Any) -> Any:
    """Somebody who shops, with everything behind it."""
    from tests.orders.neighbours import Shopper

    return Shopper(api)


@pytest.fixture
def staff(api: Any) -> Any:
    """Somebody of the staff."""
    from tests.orders.neighbours import Staff

    return Staff(api)


@pytest.fixture
def order_id(shop: Any) -> str:
    """One mug and two lamps, confirmed."""
    from tests.orders.neighbours import bought

    return bought(shop)


@pytest.fixture
def set_aside(aws: Any) -> Any:
    """What followers of the stream failed at."""
    import app
    from chalicelib import config
    from tests.support.aside import SetAside

    return SetAside(aws("sqs"), config.SET_ASIDE_QUEUE, app.take_up)


@pytest.fixture
def erasures(aws: Any, calls: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What users-service tells of people who are erased."""
    import app
    from chalicelib import config
    from tests.support.erasures import Erasures, make_queue

    make_queue(aws, config, monkeypatch)
    return Erasures(app.forget_people, calls)
