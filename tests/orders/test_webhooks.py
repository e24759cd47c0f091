"""Merchants' endpoints are told of orders: signed, at least once, for a day, and slow ones in nobody's way."""

import hashlib
import hmac
import json
import re
import threading
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from chalicelib import config
from chalicelib.events import KINDS
from chalicelib.webhooks import retries, sending, worker
from chalicelib.webhooks.sending import Outcome
from common import clock, events
from tests.support.api import Answer
from tests.support.receiver import listening
from tests.system.eventually import eventually

URL = "https://hooks.example.com/shop"
HOUR = 3600
ROOT = Path(__file__).parents[2]


@dataclass
class Merchant:
    """Registers endpoints, and stands behind all of them: `answers` by URL, 200 unless told otherwise."""

    api: Any
    answers: dict[str, Any] = field(default_factory=dict)
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    really: Any = sending.post

    def post(self, url: str, headers: dict[str, str], body: bytes, *, to_loopback: bool) -> Outcome:
        self.got.append((url, headers, body))
        said = self.answers.get(url, 200)
        return said() if callable(said) else Outcome(status=said)

    def registers(self, url: str = URL, *kinds: str, **changes: Any) -> Answer:
        body = {"url": url, "events": kinds or ["*"], **changes}
        return self.api.post("/webhook-endpoints", body, role="admin")

    def asks(self, method: str, endpoint: Any, path: str = "", body: Any = None, **headers: str) -> Answer:
        return self.api.request(method, f"/webhook-endpoints/{endpoint['id']}{path}", body, role="admin", **headers)

    def changes(self, endpoint: Any, **changes: Any) -> Answer:
        seen = self.asks("GET", endpoint)
        return self.asks("PATCH", endpoint, "", changes, If_Match=seen.headers["ETag"])

    def log(self, endpoint: Any, query: str = "") -> list[Any]:
        return list(self.asks("GET", endpoint, f"/deliveries{query}").json["items"])

    def urls(self) -> list[str]:
        return [url for url, _, _ in self.got]


@pytest.fixture
def merchant(api, aws, shop_clock, monkeypatch):
    url = aws("sqs").create_queue(QueueName=config.WEBHOOK_QUEUE)["QueueUrl"]
    monkeypatch.setattr(config, "WEBHOOK_QUEUE_URL", url)
    worker._slow.clear()
    made = Merchant(api)
    monkeypatch.setattr(sending, "post", made.post)
    return made


def message(kind: str = "order.confirmed", number: int = 1, made: Any = None) -> str:
    """As EventBridge puts it on the queue."""
    told = made or events.event("orders", kind, f"ord_{number}", 3, {"order_id": f"ord_{number}", "total": 1990})
    detail = {name: getattr(told, name) for name in told.__struct_fields__}
    return json.dumps({"source": "shop.orders", "detail-type": told.type, "detail": detail})


def hears(text: str) -> None:
    import app

    app.send_webhooks({"Records": [{"body": text, "receiptHandle": "r", "messageId": "m"}]}, None)


def reminder_among(calls: Any) -> dict[str, Any]:
    (sent,) = [sent for service, name, sent in calls.made if (service, name) == ("sqs", "SendMessage")]
    return dict(sent)


def sweeps() -> None:
    import app

    app.retry_webhooks(
        {"version": "0", "account": "0", "region": "x", "detail": {}, "detail-type": "Scheduled Event",
         "source": "aws.events", "time": "2026-11-23T16:00:00Z", "id": "1", "resources": []}, None,
    )  # fmt: skip


def signed(header: str, body: bytes, secret: str) -> bool:
    pairs = [part.split("=", 1) for part in header.split(",")]
    expected = hmac.new(secret.encode(), pairs[0][1].encode() + b"." + body, hashlib.sha256).hexdigest()
    return ["v1", expected] in pairs


def recipe() -> Any:
    """What docs/webhooks.md tells merchants to run."""
    (text,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "webhooks.md").read_text(), re.DOTALL)
    known: dict[str, Any] = {}
    exec(text, known)  # noqa: S102 - our own page
    return known["is_from_the_shop"]


def test_an_event_arrives_signed_with_the_secret_that_was_shown(merchant, shop_clock):
    made = merchant.registers()

    hears(message())

    ((url, headers, body),) = merchant.got
    assert (made.status, url) == (201, URL)
    assert json.loads(body)["data"] == {"order_id": "ord_1", "total": 1990, "order_version": 3}
    assert {"id", "type", "created_at", "data"} == json.loads(body).keys()
    assert headers["Shop-Signature"].startswith(f"t={int(shop_clock())},v1=")
    assert signed(headers["Shop-Signature"], body, made.json["secret"])
    assert not signed(headers["Shop-Signature"], body + b" ", made.json["secret"])


def test_the_recipe_for_merchants_takes_what_is_ours_and_nothing_else(merchant):
    verify = recipe()
    secret = merchant.registers().json["secret"]
    hears(message())
    ((_, headers, body),) = merchant.got
    header = headers["Shop-Signature"]

    assert verify(header, body, secret)
    assert not verify(header, body + b" ", secret)
    assert not verify(header, body, "whsec_another")
    assert not verify(header.replace("t=", "t=1"), body, secret)
    assert not any(verify(bad, body, secret) for bad in ("", "t=,v1=", "t=x,v1=y", "v1=", header.partition(",")[0]))


def test_an_old_request_is_refused_by_the_recipe(merchant, shop_clock):
    shop_clock.forward(-302)
    secret = merchant.registers().json["secret"]
    hears(message())
    ((_, headers, body),) = merchant.got

    assert not recipe()(headers["Shop-Signature"], body, secret)


def test_the_secret_is_shown_once_and_stored_sealed(merchant, aws):
    made = merchant.registers()
    secret = made.json["secret"]

    later = merchant.asks("GET", made.json).text + merchant.api.get("/webhook-endpoints", role="admin").text
    stored = json.dumps(aws("dynamodb").scan(TableName=config.WEBHOOKS_TABLE)["Items"])

    assert (secret in later, secret in stored, secret.removeprefix("whsec_") in stored) == (False, False, False)
    assert made.headers["Cache-Control"] == "no-store"
    assert merchant.asks("POST", made.json, "/rotate-secret").headers["Cache-Control"] == "no-store"


def test_a_sealed_secret_is_good_for_its_own_endpoint_only(aws):
    from chalicelib.webhooks.signing import SecretUnreadable, seal, unseal

    assert unseal(seal("whsec_x", "whe_1"), "whe_1") == "whsec_x"
    with pytest.raises(SecretUnreadable):
        unseal(seal("whsec_x", "whe_1"), "whe_2")


def test_an_endpoint_hears_of_what_it_asked_for(merchant):
    merchant.registers("https://a.example.com/", "order.shipped", "order.shipped")
    merchant.registers("https://b.example.com/", "*")
    merchant.registers("https://c.example.com/", "*", active=False)

    hears(message("order.confirmed"))
    hears(message("order.shipped", 2))

    assert sorted(merchant.urls()) == ["https://a.example.com/", "https://b.example.com/", "https://b.example.com/"]


def test_what_is_wrong_with_an_endpoint_is_told_all_at_once(merchant):
    refused = merchant.registers("http://10.0.0.1/", "order.confirmed", "order.eaten", "user.erased")

    assert (refused.status, refused.code) == (422, "validation_failed")
    assert [one["field"] for one in refused.json["errors"]] == ["url", "events[1]", "events[2]"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_event_can_be_asked_for(merchant, kind):
    assert merchant.registers(URL, kind).status == 201


def test_there_are_twenty_endpoints_at_most_and_one_that_goes_makes_room(merchant):
    made = [merchant.registers() for _ in range(20)]

    refused = merchant.registers()

    assert {one.status for one in made} == {201}
    assert (refused.status, refused.code) == (422, "limit_reached")
    assert merchant.asks("DELETE", made[0].json).status == 204
    assert merchant.asks("DELETE", made[0].json).status == 404
    assert [merchant.registers().status, merchant.registers().status] == [201, 422]


def test_endpoints_are_listed_page_by_page_newest_first(merchant, shop_clock):
    made = []
    for _ in range(3):
        made.append(merchant.registers().json["id"])
        shop_clock.forward(1)

    first = merchant.api.get("/webhook-endpoints?limit=2", role="admin").json
    second = merchant.api.get(f"/webhook-endpoints?limit=2&cursor={first['next_cursor']}", role="admin").json

    assert [one["id"] for one in first["items"] + second["items"]] == made[::-1]
    assert second["next_cursor"] is None


def test_a_change_needs_the_version_that_was_read(merchant):
    made = merchant.registers().json

    assert merchant.asks("PATCH", made, "", {"active": False}).status == 428
    assert merchant.asks("PATCH", made, "", {"active": False}, If_Match='"7"').status == 412
    changed = merchant.changes(made, url="https://b.example.com/", events=["order.placed"], description="till")
    assert (changed.status, changed.json["version"], changed.json["url"]) == (200, 2, "https://b.example.com/")
    assert (changed.json["events"], changed.json["description"]) == (["order.placed"], "till")
    assert merchant.changes(made, url="https://127.0.0.1/").status == 422
    assert merchant.asks("DELETE", made, If_Match='"1"').status == 412


def test_after_a_rotation_both_secrets_sign_for_a_day(merchant, shop_clock):
    made = merchant.registers().json
    rotated = merchant.asks("POST", made, "/rotate-secret")
    secrets = [made["secret"], rotated.json["secret"]]

    hears(message())
    shop_clock.forward(24 * HOUR)
    hears(message(number=2))

    fitting = [[signed(headers["Shop-Signature"], body, one) for one in secrets] for _, headers, body in merchant.got]
    assert (rotated.status, rotated.json["version"], rotated.json["secrets"]) == (200, 2, 2)
    assert fitting == [[True, True], [False, True]]
    assert merchant.asks("GET", made).json["secrets"] == 1


def test_a_rotation_ends_no_secret_earlier_and_there_are_five_at_most(merchant):
    made = merchant.registers().json
    answers = [merchant.asks("POST", made, "/rotate-secret") for _ in range(5)]

    hears(message())

    ((_, headers, body),) = merchant.got
    assert [one.status for one in answers] == [200, 200, 200, 200, 409]
    assert answers[-1].code == "too_many_secrets"
    assert signed(headers["Shop-Signature"], body, made["secret"])


def test_an_event_that_comes_twice_is_sent_once(merchant):
    endpoint = merchant.registers().json
    text = message()

    hears(text)
    hears(text)
    sweeps()

    assert len(merchant.got) == len(merchant.log(endpoint)) == 1


def test_a_delivery_is_logged(merchant, shop_clock):
    endpoint = merchant.registers().json
    text = message()

    hears(text)

    event = json.loads(text)["detail"]
    now = clock.rfc3339(shop_clock())
    assert merchant.log(endpoint) == [
        {
            "id": event["id"].replace("evt_", "dlv_"),
            "event_id": event["id"],
            "type": "order.confirmed",
            "status": "delivered",
            "attempts": 1,
            "last_attempt_at": now,
            "next_attempt_at": None,
            "response_status": 200,
            "error": None,
            "created_at": now,
        }
    ]


def test_what_fails_is_tried_again_within_a_minute_with_the_same_id_and_a_new_signature(merchant, shop_clock):
    endpoint = merchant.registers().json
    merchant.answers[URL] = 500
    hears(message())
    (failed,) = merchant.log(endpoint, "?status=pending")

    shop_clock.forward(21)
    sweeps()  # too early
    merchant.answers[URL] = 200
    shop_clock.forward(10)
    sweeps()

    (first, second), (log,) = merchant.got, merchant.log(endpoint)
    assert (failed["attempts"], failed["response_status"]) == (1, 500)
    assert first[2] == second[2]
    assert first[1]["Shop-Signature"] != second[1]["Shop-Signature"]
    assert (log["status"], log["attempts"], log["response_status"]) == ("delivered", 2, 200)


def test_the_queue_reminds_of_the_first_retry_if_the_sweep_comes_late(merchant, shop_clock, calls):
    merchant.registers()
    merchant.answers[URL] = 500
    hears(message())
    reminder = reminder_among(calls)

    shop_clock.forward(reminder["DelaySeconds"])
    hears(reminder["MessageBody"])
    hears(reminder["MessageBody"])

    assert reminder["DelaySeconds"] <= 31
    assert len(merchant.got) == 2


def test_it_is_tried_for_a_day_with_growing_pauses_and_then_given_up(merchant, shop_clock):
    endpoint = merchant.registers().json
    merchant.answers[URL] = lambda: Outcome(error="unreachable")
    shop_clock.seconds = start = int(shop_clock())
    tried = []
    hears(message())
    while (log := merchant.log(endpoint))[0]["status"] == "pending":
        tried.append(shop_clock() - start)
        shop_clock.seconds = due(log[0])
        sweeps()

    pauses = [after - before for before, after in pairwise(tried)]
    assert 12 <= len(merchant.got) <= 22
    assert pauses[0] <= 30
    assert max(pauses) <= 4 * HOUR
    assert all(after >= before * 0.7 for before, after in pairwise(pauses))
    assert shop_clock() - start == 24 * HOUR
    assert (log[0]["status"], log[0]["error"], log[0]["next_attempt_at"]) == ("failed", "unreachable", None)
    assert [one["id"] for one in merchant.log(endpoint, "?status=failed")] == [log[0]["id"]]


def due(log: Any) -> float:
    return datetime.fromisoformat(log["next_attempt_at"]).timestamp()


def test_pauses_double_and_the_last_try_is_at_the_end_of_the_day(monkeypatch):
    monkeypatch.setattr(retries.random, "uniform", lambda _, most: most)
    tries = [0]
    while (following := retries.next_try(0, tries[-1])) is not None:
        tries.append(following)

    assert tries[:8] == [0, 30, 60, 120, 240, 480, 960, 1920]
    assert tries[-1] == 24 * HOUR


@pytest.mark.parametrize("answer", [200, 500])
def test_a_delivery_is_sent_again_by_hand_whatever_came_of_it(merchant, shop_clock, answer):
    endpoint = merchant.registers().json
    merchant.answers[URL] = answer
    hears(message())
    (log,) = merchant.log(endpoint)
    merchant.answers[URL] = 200
    shop_clock.forward(25 * HOUR)

    asked = merchant.asks("POST", endpoint, f"/deliveries/{log['id']}/redeliver")
    sweeps()

    first, *_, last = merchant.got
    assert (asked.status, asked.json["status"]) == (202, "pending")
    assert first[2] == last[2]
    assert first[1]["Shop-Signature"] != last[1]["Shop-Signature"]
    assert [merchant.log(endpoint)[0][name] for name in ("status", "attempts")] == ["delivered", 2]


def test_what_is_sent_again_by_hand_is_tried_for_another_day(merchant, shop_clock):
    endpoint = merchant.registers().json
    hears(message())
    (log,) = merchant.log(endpoint)
    shop_clock.forward(25 * HOUR)
    merchant.answers[URL] = 500

    merchant.asks("POST", endpoint, f"/deliveries/{log['id']}/redeliver")
    sweeps()

    (log,) = merchant.log(endpoint)
    assert (log["status"], 0 < due(log) - shop_clock() <= 60) == ("pending", True)


def test_asked_for_anew_while_it_is_being_sent_it_is_sent_again(merchant):
    endpoint = merchant.registers().json

    def asks_meanwhile() -> Outcome:
        merchant.answers[URL] = 200
        (log,) = merchant.log(endpoint)
        merchant.asks("POST", endpoint, f"/deliveries/{log['id']}/redeliver")
        return Outcome(status=200)

    merchant.answers[URL] = asks_meanwhile
    hears(message())
    assert merchant.log(endpoint)[0]["status"] == "pending"
    sweeps()

    assert (len(merchant.got), merchant.log(endpoint)[0]["status"]) == (2, "delivered")


def test_a_worker_that_dies_while_sending_leaves_it_to_the_next_one(merchant, shop_clock):
    endpoint = merchant.registers().json

    def dies() -> Outcome:
        raise KeyboardInterrupt

    merchant.answers[URL] = dies
    text = message()
    with pytest.raises(KeyboardInterrupt):
        hears(text)
    merchant.answers[URL] = 200
    hears(text)  # the queue gives it again at once: somebody may still be sending it
    sweeps()
    assert len(merchant.got) == 1

    shop_clock.forward(worker.LEASE_SECONDS)
    sweeps()

    assert (len(merchant.got), merchant.log(endpoint)[0]["status"]) == (2, "delivered")


def test_two_sweeps_at_once_send_a_delivery_once(merchant, shop_clock):
    endpoint = merchant.registers().json
    merchant.answers[URL] = 500
    hears(message())
    shop_clock.forward(31)
    merchant.answers[URL] = lambda: sweeps() or Outcome(status=200)

    sweeps()

    assert (len(merchant.got), merchant.log(endpoint)[0]["attempts"]) == (2, 2)


def test_an_endpoint_that_hangs_with_many_waiting_delays_no_other(merchant, shop_clock):
    """Both have a backlog; the quick one's is gone while the first requests to the other still hang."""
    slow, quick = "https://slow.example.com/", "https://quick.example.com/"
    merchant.registers(slow)
    endpoint = merchant.registers(quick).json
    merchant.answers = {slow: 500, quick: 500}
    for number in range(3 * worker.AT_ONCE):
        hears(message(number=number))
    shop_clock.forward(31)
    released = threading.Event()

    def hangs() -> Outcome:
        return Outcome(error="timeout" if released.wait(20) else "never released")

    merchant.answers = {slow: hangs, quick: 200}
    merchant.got.clear()
    sweep = threading.Thread(target=worker.retry, args=(lambda: not released.is_set(),))
    sweep.start()
    try:
        assert eventually(lambda: merchant.urls().count(quick) == 3 * worker.AT_ONCE)
        assert merchant.urls().count(slow) <= worker.AT_ONCE
    finally:
        released.set()
        sweep.join()

    assert merchant.urls().count(slow) == worker.AT_ONCE  # the time was over, the others wait for the next sweep
    assert len(merchant.log(endpoint, "?status=delivered&limit=100")) == 3 * worker.AT_ONCE


def test_an_endpoint_that_hung_is_left_to_the_sweep_so_that_events_do_not_queue_up_behind_it(merchant):
    endpoint = merchant.registers().json
    merchant.answers[URL] = lambda: Outcome(error="timeout")

    for number in range(5):
        hears(message(number=number))
    assert len(merchant.got) == 1

    merchant.answers[URL] = 200
    sweeps()
    assert len(merchant.got) == 5
    assert len(merchant.log(endpoint, "?status=delivered")) == 4


def test_the_first_retry_at_an_endpoint_that_hung_is_the_next_sweep_s_which_comes_within_a_minute(merchant, shop_clock):
    merchant.registers()
    merchant.answers[URL] = lambda: Outcome(error="timeout")
    hears(message())

    for _ in range(2):
        shop_clock.forward(10)
        sweeps()

    assert len(merchant.got) == 2, "tried once more, and then paused"


def test_what_development_took_is_not_called_elsewhere(merchant, monkeypatch, shop_clock):
    monkeypatch.setattr(sending, "post", merchant.really)
    with listening(lambda: 0) as receiver:
        monkeypatch.setattr(config, "WEBHOOKS_TO_LOOPBACK", True)
        endpoint = merchant.registers(receiver.url()).json
        hears(message())
        monkeypatch.setattr(config, "WEBHOOKS_TO_LOOPBACK", False)
        shop_clock.forward(1)
        hears(message(number=2))

        second, first = merchant.log(endpoint)
        assert [first["status"], second["error"]] == ["delivered", "address_refused"]
        assert len(receiver.requests) == 1


def test_an_endpoint_that_is_slow_to_say_yes_is_left_to_the_sweep_too(merchant, monkeypatch):
    monkeypatch.setattr(worker, "SLOW_AFTER_SECONDS", 0)
    merchant.registers()

    for number in range(3):
        hears(message(number=number))

    assert len(merchant.got) == 1
    sweeps()
    assert len(merchant.got) == 3


def test_what_waits_for_an_endpoint_that_is_switched_off_goes_out_when_it_is_on_again(merchant, shop_clock, calls):
    endpoint = merchant.registers().json
    merchant.answers[URL] = 500
    hears(message())
    (log,) = merchant.log(endpoint)
    merchant.changes(endpoint, active=False)
    shop_clock.forward(48 * HOUR)
    merchant.answers[URL] = 200

    sweeps()
    hears(reminder_among(calls)["MessageBody"])
    refused = merchant.asks("POST", endpoint, f"/deliveries/{log['id']}/redeliver")
    assert (len(merchant.got), refused.status, refused.code) == (1, 409, "endpoint_inactive")

    merchant.changes(endpoint, active=True)
    sweeps()
    assert (len(merchant.got), merchant.log(endpoint)[0]["status"]) == (2, "delivered")


def test_nothing_more_is_sent_to_an_endpoint_that_was_removed_and_its_log_is_gone(merchant, shop_clock):
    endpoint = merchant.registers().json
    merchant.answers[URL] = 500
    hears(message())
    (log,) = merchant.log(endpoint)

    assert merchant.asks("DELETE", endpoint).status == 204
    shop_clock.forward(60)
    sweeps()

    gone = [("GET", "/deliveries"), ("POST", f"/deliveries/{log['id']}/redeliver"), ("POST", "/rotate-secret")]
    assert [merchant.asks(method, endpoint, path).status for method, path in gone] == [404] * 3
    assert len(merchant.got) == 1


def test_the_log_is_read_page_by_page_newest_first_and_by_status(merchant, shop_clock):
    endpoint, other = merchant.registers().json, merchant.registers("https://b.example.com/").json
    for number in range(5):
        merchant.answers[URL] = 500 if number % 2 else 200
        hears(message(number=number))
        shop_clock.forward(1)

    def pages(query: str) -> list[str]:
        found, cursor = [], ""
        while cursor is not None:
            answer = merchant.asks("GET", endpoint, f"/deliveries?limit=2{query}{cursor}").json
            found += [(one["id"], one["status"]) for one in answer["items"]]
            cursor = answer["next_cursor"] and f"&cursor={answer['next_cursor']}"
        return found

    log = pages("")
    assert log == sorted(log, reverse=True)
    assert [status for _, status in log] == ["delivered", "pending", "delivered", "pending", "delivered"]
    assert pages("&status=delivered") == [one for one in log if one[1] == "delivered"]
    assert pages("&status=failed") == []
    cursor = merchant.asks("GET", endpoint, "/deliveries?limit=2").json["next_cursor"]
    assert merchant.asks("GET", other, f"/deliveries?limit=2&cursor={cursor}").code == "cursor_invalid"
    assert merchant.asks("GET", endpoint, f"/deliveries?status=failed&cursor={cursor}").code == "cursor_invalid"


def test_a_delivery_is_kept_for_30_days_and_what_it_sends_a_day_longer(merchant, aws, shop_clock):
    merchant.registers()
    hears(message())

    items = aws("dynamodb").scan(TableName=config.WEBHOOKS_TABLE)["Items"]
    ends = sorted(int(item["expires_at"]["N"]) - int(shop_clock()) for item in items if "expires_at" in item)
    assert ends == [30 * 86400, 31 * 86400]


def test_the_answer_of_a_merchant_is_not_in_the_log_lines_nor_is_the_url(merchant, capsys):
    merchant.registers("https://hooks.example.com/shop?token=geheim")
    capsys.readouterr()

    hears(message())

    logged = capsys.readouterr().err
    assert "webhook_tried" in logged
    assert "geheim" not in logged
