"""Calls to another service: a token, the trace, a budget of time and few retries."""

import http.server
import json
import threading
import time

import pytest

from common import client, tracing
from common.client import DependencyDown, Service
from common.deadline import Deadline


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.path, dict(self.headers), body))
        status, text = self.server.answers.pop(0) if self.server.answers else (200, b'{"ok": true}')
        if status == 0:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.seen, listening.answers = [], []
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield listening
        listening.shutdown()
        thread.join()
        client._pool.clear()


@pytest.fixture
def catalog(server):
    return Service("catalog", f"http://127.0.0.1:{server.server_port}", lambda audience: f"token-for-{audience}")


def call(service, **kwargs):
    return service.call("POST", "/x", body={"a": 1}, deadline=Deadline(5), **kwargs)


def test_a_call_carries_token_trace_and_json(server, catalog):
    trace = tracing.start(None)
    answer = call(catalog)

    path, headers, body = server.seen[0]
    assert (answer.status, answer.body) == (200, {"ok": True})
    assert (path, json.loads(body)) == ("/x", {"a": 1})
    assert headers["Authorization"] == "Bearer token-for-catalog"
    assert headers["traceparent"] == trace.header


def test_a_refusal_is_an_answer(server, catalog):
    server.answers.append((409, b'{"code": "out_of_stock"}'))

    assert call(catalog).body == {"code": "out_of_stock"}
    assert len(server.seen) == 1


@pytest.mark.parametrize("trouble", [(503, b""), (502, b""), (0, b""), (200, b"no json")])
def test_a_passing_trouble_is_tried_once_more(server, catalog, trouble):
    server.answers.append(trouble)

    assert call(catalog).status == 200
    assert len(server.seen) == 2


def test_a_lasting_trouble_is_a_503_after_two_attempts(server, catalog):
    server.answers += [(503, b"")] * 5

    with pytest.raises(DependencyDown):
        call(catalog)
    assert len(server.seen) == 2


def test_a_fault_of_the_other_service_is_not_repeated(server, catalog):
    server.answers.append((500, b"{}"))

    with pytest.raises(DependencyDown):
        call(catalog)
    assert len(server.seen) == 1


def test_retries_stop_when_their_budget_is_spent(server, catalog):
    server.answers += [(503, b"")] * 100
    for _ in range(20):
        with pytest.raises(DependencyDown):
            call(catalog)

    assert len(server.seen) < 20 + 13


def test_nothing_is_sent_after_the_deadline(server, catalog):
    with pytest.raises(DependencyDown):
        catalog.call("GET", "/x", deadline=Deadline(0))
    assert server.seen == []


def test_a_hanging_service_is_cut_off_at_the_deadline():
    with __import__("socket").socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        service = Service("catalog", f"http://127.0.0.1:{deaf.getsockname()[1]}", str)
        started = time.monotonic()
        with pytest.raises(DependencyDown):
            service.call("GET", "/x", deadline=Deadline(0.2))
        assert time.monotonic() - started < 1.5


def test_a_public_document_that_can_not_be_had_is_an_os_error(server):
    server.answers.append((404, b"{}"))

    with pytest.raises(OSError, match="404"):
        client.fetch_json(f"http://127.0.0.1:{server.server_port}/keys")
