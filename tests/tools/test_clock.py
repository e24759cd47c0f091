"""The movable clock of a shop."""

import pytest
from click.testing import CliRunner

from common import clock as service_clock
from tools.shop import clock
from tools.shop.cli import shop
from tools.shop.home import Home


@pytest.fixture
def say(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOP_HOME", str(tmp_path))
    return lambda *words: CliRunner().invoke(shop, ["clock", *words])


@pytest.mark.parametrize(
    ("span", "seconds"), [("+16m", 960), ("-1h", -3600), ("+1d12h", 129600), ("+30s", 30), ("-2w", -1209600)]
)
def test_a_span_is_a_sign_and_amounts_with_units(span, seconds):
    assert clock.seconds(span) == seconds


@pytest.mark.parametrize("span", ["16m", "+16", "+", "+1.5h", "+m", "tomorrow", ""])
def test_anything_else_is_refused_with_examples(span, say):
    refused = say(span)

    assert refused.exit_code == 2
    assert "+1d12h" in refused.output


def test_moves_add_up_until_the_reset(say, tmp_path):
    say("+16m")
    say("-1m")
    assert clock.offset(Home(tmp_path)) == 900

    assert say("reset").output.endswith("(real time)\n")
    assert clock.offset(Home(tmp_path)) == 0


@pytest.mark.parametrize("span", ["+11000d", "-11000d", "+99999999999d"])
def test_a_time_that_the_services_can_not_name_is_refused_and_changes_nothing(span, say, tmp_path):
    say("+1h")

    assert say(span).exit_code == 2
    assert clock.offset(Home(tmp_path)) == 3600


def test_a_service_follows_the_clock_at_once(say, tmp_path):
    service_clock.follow(str(Home(tmp_path).clock))
    real = service_clock.now()
    say("+1h")

    assert 3600 <= service_clock.now() - real < 3660

    service_clock.follow(None)
