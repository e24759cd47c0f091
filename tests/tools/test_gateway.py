"""The development gateway: `chalice local` with the manners of API Gateway."""

import http.client
import json
import socket
import threading
import time

import pytest
from chalice.app import Blueprint
from chalice.config import Config

from common.auth import public
from common.http import operation
from common.keyring import Signer
from common.schemas import Body
from common.service import make_app
from common.settings import Settings
from tools.shop import gateway
from tools.shop.devserver import made_local

ORIGIN = "http://localhost:8080"
MIB = 1024 * 1024
routes = Blueprint(__name__)


class Thing(Body):
    name: str


@routes.route("/things/{thing_id}", methods=["GET"])
@operation(allow=public, responses={200: dict[str, str]})
def find_thing(thing_id: str) -> dict[str, str]:
    return {"id": thing_id}


@routes.route("/things", methods=["POST"])
@operation(allow=public, request=Thing, responses={201: Thing})
def make_thing(body: Thing) -> Thing:
    return body


@pytest.fixture(scope="module")
def changes():
    return []


@pytest.fixture(scope="module")
def port(changes):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORS_ORIGINS", ORIGIN)
        settings = Settings.read("things", {"CORS_ORIGINS": ORIGIN})
        app = made_local(make_app(settings, Signer(lambda: "[]"), blueprints=[routes]))
        server = gateway.serve(app, Config(), 0, lambda: changes.append(1))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def connection(port):
    found = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    yield found
    found.close()


def ask(connection, method, path, body=None, **headers):
    connection.request(method, path, body, headers, encode_chunked="Transfer_Encoding" in headers)
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def code(answer):
    status, headers, body = answer
    assert headers["Content-Type"] == "application/problem+json"
    assert json.loads(body)["request_id"] == headers["X-Request-Id"]
    return status, json.loads(body)["code"]


def raw(port, *pieces):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        for piece in pieces:
            connection.sendall(piece)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_view_answers(connection):
    status, _, body = ask(connection, "GET", "/things/a%2Db")

    assert (status, json.loads(body)) == (200, {"id": "a-b"})


def test_head_has_the_headers_of_get_and_no_body(connection):
    status, headers, body = ask(connection, "HEAD", "/things/x")

    assert (status, headers["Content-Length"], body) == (200, "10", b"")
    assert ask(connection, "GET", "/things/x")[0] == 200


def test_kept_connections_are_answered_without_a_stall(connection):
    ask(connection, "GET", "/things/x")
    started = time.perf_counter()
    for _ in range(20):
        ask(connection, "GET", "/things/x")

    assert time.perf_counter() - started < 20 * 0.040  # what Nagle's algorithm and a delayed ACK would take


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}])
def test_an_unknown_path_is_not_found_with_and_without_a_token(connection, headers):
    assert code(ask(connection, "GET", "/nothing", **headers)) == (404, "not_found")


@pytest.mark.parametrize("method", ["TRACE", "BREW", "CONNECT", "PROPFIND"])
def test_methods_that_nothing_has_are_refused_by_path(connection, method):
    _, headers, _ = answer = ask(connection, method, "/things/x", Origin=ORIGIN)

    assert code(answer) == (405, "method_not_allowed")
    assert set(headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert headers["Access-Control-Allow-Origin"] == ORIGIN
    assert code(ask(connection, method, "/nothing")) == (404, "not_found")


def test_a_chunked_body_is_put_together(port):
    head = b"POST /things HTTP/1.1\r\nContent-Type: application/json\r\nConnection: close\r\n"

    answer = raw(
        port,
        head,
        b"Transfer-Encoding: chunked\r\n\r\n",
        b"8\r\n",
        b'{"name":\r\n',
        b"5;x=1\r\n",
        b'"ab"}\r\n0\r\n\r\n',
    )

    assert answer.startswith(b"HTTP/1.1 201")
    assert answer.endswith(b'{"name":"ab"}')


def test_the_service_itself_refuses_what_is_only_too_large_for_it(connection):
    assert code(ask(connection, "POST", "/things", b"x" * 300_000, **{"Content-Type": "application/json"})) == (
        413,
        "body_too_large",
    )


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        (b"GET /things/x HTTP/2.0\r\n\r\n", b"400", b"bad_request"),
        (b"hello\r\n\r\n", b"400", b"bad_request"),
        (b"GET /things/x HTTP/1.1\r\nno colon\r\n\r\n", b"400", b"bad_request"),
        (b"POST /things HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400", b"bad_request"),
        (b"POST /things HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", b"400", b"bad_request"),
        (b"POST /things HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400", b"bad_request"),
        (b"POST /things HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", b"413", b"body_too_large"),
        (b"GET /" + b"x" * 20_000, b"414", b"headers_too_large"),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200, b"431", b"headers_too_large"),
    ],
)
def test_what_is_no_request_gets_a_problem_and_the_connection_ends(port, text, status, said):
    answer = raw(port, text)

    assert answer.split(b" ")[1] == status
    assert said in answer
    assert b"Connection: close" in answer


def test_a_client_that_goes_away_amid_its_body_disturbs_nobody(port, connection, caplog):
    raw(port, b"POST /things HTTP/1.1\r\nContent-Length: 100\r\n\r\n{")

    assert ask(connection, "GET", "/things/x")[0] == 200
    assert "connection_failed" not in caplog.text


def test_a_client_that_asks_before_it_sends_is_told_to_go_on(port):
    head = b"POST /things HTTP/1.1\r\nContent-Length: 12\r\nExpect: 100-continue\r\nConnection: close\r\n"

    answer = raw(port, head, b'Content-Type: application/json\r\n\r\n{"name":"a"}')

    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 ")


def test_only_requests_that_may_write_wake_the_pump(connection, changes):
    changes.clear()
    ask(connection, "GET", "/things/x")
    assert changes == []

    ask(connection, "POST", "/things", b'{"name":"a"}', **{"Content-Type": "application/json"})
    ask(connection, "GET", "/things/x")  # the one before is done with by now
    assert changes == [1]


def test_two_hundred_connections_at_once_are_served(port):
    opened = [http.client.HTTPConnection("127.0.0.1", port, timeout=20) for _ in range(200)]
    for one in opened:
        one.request("GET", "/things/x")

    assert {one.getresponse().status for one in opened} == {200}
    for one in opened:
        one.close()
