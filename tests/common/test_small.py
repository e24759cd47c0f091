"""The small parts: clock, ids, cursors, versions, settings, secrets, idempotency."""

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from common import clock, idempotency, ids
from common.pagination import Cursors, page
from common.problems import CursorInvalid, IdempotencyMismatch
from common.secrets import Secrets
from common.settings import Settings

cursors = Cursors(lambda: "secret")


@pytest.fixture
def clock_file(tmp_path):
    path = tmp_path / "clock"
    clock.follow(str(path))
    yield path
    clock.follow(None)


def test_the_clock_follows_its_file_at_once(clock_file):
    before = clock.now()
    clock_file.write_text("960")
    assert 959 < clock.now() - before < 970
    clock_file.unlink()
    assert clock.now() - before < 10


def test_times_are_rfc_3339_in_utc():
    assert clock.rfc3339(1_790_000_000.9) == "2026-09-21T14:13:20Z"


@given(st.lists(st.floats(0, 2**32), min_size=2, max_size=5))
def test_ids_sort_by_the_time_they_were_made(times):
    made = []
    for seconds in sorted(times):
        clock.use(lambda seconds=seconds: seconds)
        made.append(ids.new_id("x")[:12])
    clock.follow(None)
    assert made == sorted(made)


def test_an_id_has_its_prefix_and_only_safe_characters():
    made = ids.new_id("ord")

    assert made.startswith("ord_")
    assert len(made) == 30
    assert made.replace("_", "").isalnum()


@given(st.text(), st.lists(st.text(), max_size=3))
def test_a_cursor_opens_for_its_own_scope(position, scope):
    assert cursors.open(cursors.sign(position, *scope), *scope) == position


@given(st.text(max_size=40))
def test_a_cursor_of_another_scope_or_secret_is_refused(position):
    cursor = cursors.sign(position, "caller", "filter")

    for other, scope in (
        (cursors, ("caller", "other")),
        (cursors, ("caller",)),
        (Cursors(lambda: "x"), ("caller", "filter")),
    ):
        with pytest.raises(CursorInvalid):
            other.open(cursor, *scope)


@given(st.data())
def test_no_altered_cursor_opens(data):
    cursor = cursors.sign("2026#prd_1", "caller")
    place = data.draw(st.integers(0, len(cursor) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda c: c != cursor[place]))

    with pytest.raises(CursorInvalid):
        cursors.open(cursor[:place] + other + cursor[place + 1 :], "caller")


@given(st.integers(1, 5), st.integers(0, 6))
def test_a_page_has_a_cursor_only_if_there_is_more(limit, count):
    rows = [str(number) for number in range(min(count, limit + 1))]
    shown, cursor = page(rows, limit, lambda row: row, cursors)

    assert shown == rows[:limit]
    assert (cursor is not None) == (count > limit)


def test_settings_take_lists_apart_and_move_the_clock_in_stage_local_only():
    env = {"CORS_ORIGINS": "http://a, http://b", "JWKS_URLS": "users=http://u?x=1", "CLOCK_FILE": "/c", "STAGE": "prod"}
    read = Settings.read("orders", env)

    assert read.cors_origins == {"http://a", "http://b"}
    assert read.jwks_urls == {"users": "http://u?x=1"}
    assert read.clock_file is None
    assert Settings.read("orders", env | {"STAGE": "local"}).clock_file == "/c"


def test_a_function_whose_stage_nobody_named_is_not_local():
    assert Settings.read("orders", {"AWS_LAMBDA_FUNCTION_NAME": "orders-service-prod"}).stage != "local"
    assert Settings.read("orders", {}).stage == "local"


def test_a_secret_is_fetched_once_unless_it_must_be_fresh(aws_environment):
    with mock_aws():
        ssm = boto3.client("ssm", "eu-central-1")
        ssm.put_parameter(Name="/shop/users/key", Value="one", Type="SecureString")
        secrets = Secrets("/shop/users/")
        assert secrets.get("key") == "one"
        ssm.put_parameter(Name="/shop/users/key", Value="two", Type="SecureString", Overwrite=True)
        assert secrets.get("key") == "one"
        assert secrets.fresh("key") == "two"


def test_a_record_replays_for_the_same_body_only():
    stored = idempotency.record_values("hash", 201, {"a": 1})

    assert idempotency.replay(stored["body_hash"], stored["status"], stored["answer"], "hash") == (201, {"a": 1})
    with pytest.raises(IdempotencyMismatch):
        idempotency.replay(stored["body_hash"], stored["status"], stored["answer"], "other")


def test_records_of_one_key_belong_to_their_callers():
    assert idempotency.record_key("a", "k") != idempotency.record_key("b", "k")
