"""What every route of every service does with a request, in the contract's order."""

import json
import logging
import time

import pytest

from common import logs

GOOD = {"items": [{"sku": "a", "quantity": 1}]}


def put(api, body, path="/things/x", **kwargs):
    return api.put(path, body, **{"role": "staff", **kwargs})


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b'{"items": [], "items": []}',
        b'{"items": NaN}',
        b'{"items": -Infinity}',
        b'{"items": [], "name": "\\ud800"}',
        b"[" * 65 + b"]" * 65,
        b"[" * 100_000,
        b'{"items": [' + b"9" * 5000 + b"]}",
    ],
)
def test_what_is_not_strict_json_is_malformed(api, raw):
    answer = put(api, raw)

    assert (answer.status, answer.code) == (400, "malformed_json")


def test_sixty_four_levels_are_read_and_then_judged(api):
    assert put(api, b"[" * 64 + b"]" * 64).code == "validation_failed"


@pytest.mark.parametrize("kind", ["", "text/plain", "application/jsonx", "application/json; charset=latin-1"])
def test_a_body_of_another_content_type_is_refused(api, kind):
    assert put(api, GOOD, Content_Type=kind).code == "unsupported_media_type"


def test_the_charset_may_be_named(api):
    assert put(api, GOOD, Content_Type="application/json; charset=UTF-8").status == 200


def test_a_body_may_have_256_kib_and_not_a_byte_more(api):
    most = b'{"items": [], "name": "' + b"a" * (256 * 1024 - 25) + b'"}'

    assert put(api, most).status == 200
    assert put(api, most + b" ").code == "body_too_large"


def test_every_bad_field_is_named_and_an_unknown_one_leads(api):
    answer = put(api, {"items": [{"sku": "a b", "quantity": True}, {"quantity": 1.0, "z": 1}], "nam": 1})

    assert (answer.status, answer.code) == (422, "unknown_field")
    assert {(e["field"], e["code"]) for e in answer.json["errors"]} == {
        ("nam", "unknown_field"),
        ("items[0].sku", "wrong_format"),
        ("items[0].quantity", "wrong_type"),
        ("items[1].z", "unknown_field"),
        ("items[1].sku", "missing"),
        ("items[1].quantity", "wrong_type"),
    }


def test_errors_without_number_are_told_up_to_a_thousand(api):
    answer = put(api, {"items": [{}] * 60_000})

    assert (answer.code, len(answer.json["errors"])) == ("validation_failed", 1000)


def test_a_value_that_looks_like_our_own_messages_is_refused_at_once_and_not_repeated_in_full(api):
    """A pattern that searched the message for the field's place took minutes for this."""
    began = time.process_time()
    answer = put(api, {"items": [], "colour": " - at `$" * 30_000})

    assert [(e["field"], e["code"]) for e in answer.json["errors"]] == [("colour", "invalid_value")]
    assert len(answer.text) < 10_000
    assert time.process_time() - began < 10


def test_a_trailing_line_break_is_no_part_of_a_name(api):
    assert put(api, {"items": [{"sku": "a\n", "quantity": 1}]}).json["errors"][0]["code"] == "wrong_format"


def test_too_many_of_something_is_its_own_code(api):
    answer = put(api, {"items": GOOD["items"] * 4})

    assert (answer.status, answer.code) == (422, "limit_reached")


def test_too_many_and_one_of_them_wrong_is_a_failed_validation(api):
    answer = put(api, {"items": [*GOOD["items"] * 3, {"sku": "a", "quantity": 0}]})

    assert answer.code == "validation_failed"
    assert [e["field"] for e in answer.json["errors"]] == ["items[3].quantity", "items"]


@pytest.mark.parametrize("limit", ["0", "101", "-1", "a", "1.5", "1.0", "1e1", "+1", "", "true", "9" * 40, "%D9%A3"])
def test_a_bad_limit_is_named(api, limit):
    answer = api.get(f"/things?limit={limit}", role="guest")

    assert (answer.status, answer.code, answer.json["errors"][0]["field"]) == (422, "validation_failed", "limit")


def test_who_may_not_use_a_query_parameter_is_refused_before_it_is_read(api):
    assert api.get("/things?owner=not+an+id&limit=0", role="guest").code == "forbidden"
    assert api.get("/things?owner=not+an+id", role="staff").code == "validation_failed"
    assert api.get("/things?owner=usr_1", role="staff").status == 200


def test_a_route_that_takes_no_body_refuses_a_large_one_as_well(api):
    large = b"x" * (256 * 1024 + 1)

    assert api.post("/internal", large, role="service:orders").code == "body_too_large"
    assert api.post("/internal", large, role="guest").code == "forbidden"


def test_query_parameters_are_converted_repeated_and_ignored_when_unknown(api):
    answer = api.get("/things?limit=5&sku=a&sku=b&utm_source=x", role="guest")

    assert answer.json == {"items": [{"count": 5}, {"count": 2}], "next_cursor": None}


def test_checks_come_in_the_contracts_order(api):
    bad = {"path": "/things/missing", "body": b"{", "Content_Type": "text/plain"}

    assert put(api, **bad, role=None).code == "token_missing"
    assert put(api, **bad, role="guest").code == "forbidden"
    assert put(api, **bad).code == "unsupported_media_type"
    assert put(api, b"{", "/things/missing").code == "malformed_json"
    assert put(api, {}, "/things/missing").code == "validation_failed"
    assert put(api, GOOD, "/things/missing").code == "not_found"


def test_another_verb_is_a_405_before_anything_else(api):
    answer = api.delete("/things/x")

    assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "PUT", "PATCH", "HEAD", "OPTIONS"}


def test_a_problem_has_every_member_and_the_trace_as_its_request_id(api):
    trace = "0af7651916cd43dd8448eb211c80319c"
    answer = put(api, GOOD, role=None, traceparent=f"00-{trace}-b7ad6b7169203331-01")

    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Request-Id"] == answer.json["request_id"] == trace
    assert answer.json.keys() == {"type", "title", "status", "code", "detail", "request_id"}
    assert answer.headers["traceparent"].startswith(f"00-{trace}-")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "x",
        "00-" + "0" * 32 + "-b7ad6b7169203331-01",
        "ff-" + "a" * 32 + "-" + "b" * 16,
        f"00-{'a' * 32}-{'b' * 16}-01-x",
    ],
)
def test_a_malformed_traceparent_begins_a_new_trace(api, header):
    answer = api.get("/health", traceparent=header)

    assert len(answer.headers["X-Request-Id"]) == 32
    assert answer.headers["X-Request-Id"] not in header


def test_a_fault_of_ours_tells_the_caller_nothing_and_the_log_where(api, caplog):
    with caplog.at_level(logging.ERROR):
        answer = api.get("/things/broken")

    assert (answer.status, answer.code) == (500, "internal_error")
    assert "hunter2" not in answer.text
    assert caplog.records[0].message == "unexpected_error"


def test_an_etag_is_the_version_and_a_match_is_not_modified(api):
    first = api.get("/things/x")

    assert first.headers["ETag"] == '"3"'
    assert api.get("/things/x", If_None_Match='"2", W/"3"').status == 304
    assert api.get("/things/x", If_None_Match='"4"').status == 200


def test_an_edit_needs_the_version_that_was_read(api):
    assert api.patch("/things/x", {}, role="guest").code == "if_match_required"
    assert api.patch("/things/x", {}, role="guest", If_Match='"2"').code == "version_mismatch"
    assert api.patch("/things/x", {}, role="guest", If_Match="nonsense").code == "version_mismatch"
    assert api.patch("/things/x", {}, role="guest", If_Match='"3"').status == 204


@pytest.mark.parametrize(
    ("key", "code"),
    [("", "idempotency_key_required"), ("a b", "idempotency_key_invalid"), ("é", "idempotency_key_invalid")],
)
def test_a_keyed_route_refuses_a_missing_or_bad_key(api, key, code):
    assert api.post("/charges", {}, role="guest", Idempotency_Key=key).code == code
    assert api.post("/charges", {}, role="guest", Idempotency_Key="k" * 256).code == "idempotency_key_invalid"


def test_a_keyed_route_takes_a_key_of_255_visible_characters(api):
    answer = api.post("/charges", role="guest", Idempotency_Key="~" * 255)

    assert (answer.status, answer.json) == (201, {"count": 255})
    assert (answer.headers["Location"], answer.headers["Idempotent-Replayed"]) == ("/charges/1", "true")


def test_head_is_answered_as_get(api):
    assert api.request("HEAD", "/things/x").headers["ETag"] == '"3"'


def test_listed_origins_get_cors_headers_on_answers_and_errors_and_others_none(api):
    for answer in (api.get("/health"), api.get("/things"), api.delete("/things/x")):
        assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost:8080"
    assert "Access-Control-Allow-Origin" not in api.get("/health", Origin="http://localhost:8081").headers


def test_a_preflight_names_the_verbs_and_headers(api):
    answer = api.request("OPTIONS", "/things/x")

    assert answer.status == 204
    assert "PATCH" in answer.headers["Access-Control-Allow-Methods"]
    assert "Idempotency-Key" in answer.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Methods" not in api.request("OPTIONS", "/things/x", Origin="http://evil.test").headers


def test_a_public_route_shows_more_to_a_role_and_refuses_a_bad_token(api):
    assert api.get("/things/x").json == {"count": 1}
    assert api.get("/things/x", role="staff").json == {"count": 2}
    assert api.get("/things/x", token="nonsense").code == "token_invalid"


def test_only_the_named_service_may_call_an_internal_route(api):
    assert api.post("/internal", role="service:orders").status == 204
    assert api.post("/internal", role="admin").code == "forbidden"
    assert api.get("/things", role="service:orders").code == "forbidden"


@pytest.fixture
def ended(monkeypatch):
    from tests.common import conftest

    conftest.ENDED.add("ses_test")
    yield
    conftest.ENDED.clear()


def test_a_route_for_live_sessions_refuses_one_that_has_ended(api, ended):
    answer = api.post("/deeds", GOOD, role="customer")

    assert (answer.status, answer.code, answer.headers["WWW-Authenticate"]) == (401, "token_invalid", "Bearer")
    assert api.get("/things", role="customer").status == 200


def test_whether_a_session_is_live_is_asked_after_the_role_and_before_the_body(api, ended):
    assert api.post("/deeds", b"{", role="guest").code == "forbidden"
    assert api.post("/deeds", b"{", role="customer").code == "token_invalid"


def test_a_live_session_gets_on(api):
    assert api.post("/deeds", GOOD, role="customer").status == 204


def test_the_callers_address_is_believed_from_the_edge_only(api):
    spoofed = api.get("/address", X_Forwarded_For="1.2.3.4").json
    told = api.get("/address", X_Forwarded_For="6.6.6.6, 1.2.3.4", X_Edge_Secret="s3cret").json

    assert spoofed != {"address": "1.2.3.4"}
    assert told == {"address": "1.2.3.4"}


def test_what_the_gateway_adds_of_the_edge_is_not_the_callers_address(api):
    edge = api.get("/address").json["address"]
    secret = {"X_Edge_Secret": "s3cret"}

    assert api.get("/address", X_Forwarded_For=f"6.6.6.6, 1.2.3.4, {edge}", **secret).json == {"address": "1.2.3.4"}
    assert api.get("/address", X_Forwarded_For=edge, **secret).json == {"address": edge}
    assert api.get("/address", X_Forwarded_For=f"1.2.3.4, {edge}", X_Edge_Secret="gu\xe9ss").json == {"address": edge}


def test_dependencies_are_asked_one_by_one(api):
    answer = api.get("/health/dependencies")

    assert (answer.status, answer.json["dependencies"]) == (503, {"well": "ok", "ill": "down"})
    assert int(answer.headers["Retry-After"]) > 0


def test_health_tells_service_and_version(api):
    assert api.get("/health").json == {"status": "ok", "service": "catalog", "version": "dev"}


def test_the_logs_are_json_with_the_request_id(api, capfd):
    logs.configure("catalog")
    answer = api.get("/health")

    line = json.loads(capfd.readouterr().err.splitlines()[-1])
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert (line["route"], line["status"], line["service"]) == ("/health", 200, "catalog")
