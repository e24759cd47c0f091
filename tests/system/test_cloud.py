"""The same purchases and erasures under `up --cloud`: services deployed with `chalice deploy`, their roles enforced."""

from collections.abc import Iterator

import pytest

from tests.support.running_shop import Shop, running
from tests.system.test_erasure import (  # noqa: F401
    ann,
    places,
    test_nothing_of_an_erased_person_is_left_anywhere,
    test_the_catalogue_forgets_who_corrected_its_stock,
)
from tests.system.test_order_mails import (  # noqa: F401
    inbox,
    test_a_buyer_hears_of_the_purchase_of_each_parcel_and_of_a_refund,
)
from tests.system.test_pictures import (  # noqa: F401
    picture,
    send,
    test_a_form_takes_only_what_was_announced_and_renditions_of_the_picture_are_served,
)
from tests.system.test_purchase import (  # noqa: F401 - pytest runs them again, with the shop below
    test_a_buyer_registers_confirms_logs_in_and_buys,
    test_a_card_that_asks_for_consent_is_charged_once_it_is_given,
    test_a_declined_card_gives_the_stock_back_within_five_seconds,
    test_a_key_used_again_for_something_else_is_refused,
    test_forty_buyers_racing_for_seven_units_get_exactly_seven,
)
from tests.system.web import Web, fetch_json
from tools.shop.home import SERVICES


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with running(tmp_path_factory.mktemp("cloud"), "--cloud") as shop:
        yield shop


def test_no_service_runs_as_a_process_of_its_own(shop):
    assert set(shop.state["processes"]) == {"aws", "edge", "payments"}


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_answers_at_its_usual_address_with_all_it_needs(shop, service):
    assert fetch_json(f"{shop.ports.url(service)}/health/dependencies")["status"] == "ok"


def test_an_unknown_address_is_a_problem(shop):
    answer = Web(shop.url).get("/products/one/two/three/four")
    assert (answer.status, answer.code) == (404, "not_found")
    assert answer.headers["Content-Type"] == "application/problem+json"
