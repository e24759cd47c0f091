"""The edge, between a client and stand-ins for the services."""

import asyncio
import gzip
import http.client
import json
import socket
import threading

import pytest

from tests.tools.upstream import service
from tools.shop import ports
from tools.shop.edge import Edge, owner, serve

MIB = 1024 * 1024
INDEX = "<!doctype html><script type='importmap'>{}</script><p>shop"


@pytest.fixture
def catalog():
    with service() as running:
        yield running


@pytest.fixture
def aws():
    with service() as running:
        running.body = json.dumps(
            {"messages": {"000000000000": [mail("ann@shop.example", 1.5), mail("bob@shop.example", 2)]}}
        ).encode()
        yield running


def mail(to, at):
    text = f"Hello! Confirm: http://localhost:8080/confirm?token={to}."
    return {
        "To": [to],
        "Subject": "Confirm",
        "BodyText": text,
        "BodyHtml": "<a href='http://x.example/?a=1&amp;b=2'>",
        "Timestamp": at,
    }


@pytest.fixture
def edge(catalog, aws, tmp_path):
    """Its port, once it listens."""
    (tmp_path / "site" / "admin").mkdir(parents=True)
    (tmp_path / "site" / "index.html").write_text(INDEX)
    (tmp_path / "site" / "admin" / "index.html").write_text("<p>staff")
    (tmp_path / "site" / "shop.js").write_text("export {}")
    (tmp_path / "logs").mkdir()
    (tmp_path / "secret").write_text("not for the web")
    environment = {
        "EDGE_SECRET": "between-us",
        "CORS_ORIGINS": "http://localhost:8080",
        "AWS_URL": f"http://127.0.0.1:{aws.port}",
        "LOGS": str(tmp_path / "logs"),
        "STOREFRONT": str(tmp_path / "site"),
        "USERS_URL": f"http://127.0.0.1:{free_port()}",
        "CATALOG_URL": f"http://127.0.0.1:{catalog.port}",
        "ORDERS_URL": f"http://127.0.0.1:{free_port()}",
    }
    with running(environment) as port:
        yield port


class running:  # noqa: N801 - reads as a word
    """The edge on a thread of its own."""

    def __init__(self, environment):
        self.environment, self.port = environment, free_port()
        self.stopped = asyncio.Event()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        async def main():
            await serve(Edge(self.environment), self.port, self.stopped)

        self.loop.run_until_complete(main())
        self.loop.close()

    def __enter__(self):
        self.thread.start()
        while not ports.taken([self.port]):
            pass
        return self.port

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.stopped.set)
        self.thread.join()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


def ask(port, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, body, headers or {}, encode_chunked="Transfer-Encoding" in (headers or {}))
    answer = connection.getresponse()
    found = answer.status, answer.headers, answer.read()
    connection.close()
    return found


def problem(answer):
    status, headers, body = answer
    assert headers["Content-Type"] == "application/problem+json"
    parsed = json.loads(body)
    assert (parsed["status"], parsed["request_id"]) == (status, headers["X-Request-Id"])
    return status, parsed["code"]


def raw(port, text):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(text)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    return answer.partition(b"\r\n")[0].split(b" ", 1)[1], json.loads(answer.rpartition(b"\r\n\r\n")[2])


@pytest.mark.parametrize(
    "target", ["/products", "/products/a%2Fb?q=%C3%A4&q=b+c", "/products/", "/variants?sku=a&sku=b"]
)
def test_path_and_query_go_on_as_they_came(edge, catalog, target):
    ask(edge, "GET", f"/api{target}")

    assert [(method, path) for method, path, _, _ in catalog.seen] == [("GET", target)]


def test_body_status_and_headers_pass_both_ways(edge, catalog):
    catalog.status, catalog.headers, catalog.body = 201, {"Location": "/products/1", "ETag": '"1"'}, b"made"

    status, headers, body = ask(edge, "POST", "/api/products", b'{"a": 1}', {"Content-Type": "application/json"})

    assert (status, headers["Location"], headers["ETag"], body) == (201, "/products/1", '"1"', b"made")
    assert catalog.seen[0][3] == b'{"a": 1}'


def test_a_chunked_answer_arrives_whole(edge, catalog):
    catalog.chunked, catalog.body = True, b"x" * 100_000

    assert ask(edge, "GET", "/api/products")[2] == catalog.body


def test_the_callers_address_is_told_and_a_pretended_one_is_dropped(edge, catalog):
    lies = {"X-Forwarded-For": "1.2.3.4", "X-Edge-Secret": "guess", "Forwarded": "for=1.2.3.4", "X-Real-Ip": "1.2.3.4"}

    ask(edge, "GET", "/api/products", headers=lies)

    headers = catalog.seen[0][2]
    assert (headers["X-Forwarded-For"], headers["X-Edge-Secret"]) == ("127.0.0.1", "between-us")
    assert not {"Forwarded", "X-Real-Ip"} & headers.keys()


def test_headers_about_the_connection_stay_here(edge, catalog):
    ask(
        edge,
        "GET",
        "/api/products",
        headers={"Connection": "X-Hop, close", "X-Hop": "1", "Te": "trailers", "X-Kept": "1"},
    )

    assert "X-Kept" in catalog.seen[0][2]
    assert not {"Connection", "X-Hop", "Te"} & catalog.seen[0][2].keys()


def test_a_packed_body_goes_on_as_it_came(edge, catalog):
    packed = gzip.compress(b'{"a": 1}')

    ask(edge, "POST", "/api/products", packed, {"Content-Encoding": "gzip"})
    ask(edge, "POST", "/api/products", b"not packed", {"Content-Encoding": "gzip"})

    assert [one[3] for one in catalog.seen] == [packed, b"not packed"]


def test_an_empty_body_gets_no_content_type(edge, catalog):
    ask(edge, "POST", "/api/products")

    assert "Content-Type" not in catalog.seen[0][2]
    assert catalog.seen[0][2]["Content-Length"] == "0"


def test_connections_to_a_service_are_kept(edge, catalog):
    for _ in range(20):
        ask(edge, "GET", "/api/products")

    assert catalog.connections == 1


def test_a_service_that_is_down_is_a_503_that_browsers_may_read(edge):
    _, headers, _ = answer = ask(edge, "GET", "/api/cart", headers={"Origin": "http://localhost:8080"})

    assert problem(answer) == (503, "unavailable")
    assert int(headers["Retry-After"]) > 0
    assert headers["Access-Control-Allow-Origin"] == "http://localhost:8080"


def test_other_origins_get_no_cors_header(edge):
    assert (
        ask(edge, "GET", "/api/cart", headers={"Origin": "http://evil.example"})[1]["Access-Control-Allow-Origin"]
        is None
    )


@pytest.mark.parametrize(
    "path", ["/reservations/x", "/reservations", "/health", "/nothing", "/", "", "?x", "/%70roducts", "/privacy/x"]
)
def test_what_no_service_offers_outside_is_not_found(edge, catalog, path):
    assert problem(ask(edge, "GET", f"/api{path}")) == (404, "not_found")
    assert catalog.seen == []


@pytest.mark.parametrize(
    ("target", "service"),
    [
        ("/users/me", "users"),
        ("/orders?limit=1", "orders"),
        ("/privacy/catalog", "catalog"),
        ("/imports", "catalog"),
        ("/reviews?status=pending", "catalog"),
    ],
)
def test_each_segment_has_its_owner(target, service):
    assert owner(target) == service


def test_a_trace_is_gone_on_with(edge):
    trace_id = "0af7651916cd43dd8448eb211c80319c"

    headers = ask(edge, "GET", "/api/nothing", headers={"traceparent": f"00-{trace_id}-b7ad6b7169203331-01"})[1]

    assert headers["X-Request-Id"] == trace_id


def test_a_body_beyond_all_measure_is_refused_at_once(edge, catalog):
    assert problem(ask(edge, "POST", "/api/products", b"x" * (MIB + 1))) == (413, "body_too_large")
    chunks = (b"x" * 65536 for _ in range(20))
    assert problem(ask(edge, "POST", "/api/products", chunks, {"Transfer-Encoding": "chunked"})) == (
        413,
        "body_too_large",
    )
    assert catalog.seen == []


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        (b"BREW /api/products HTTP/1.1\r\nHost: x\r\n\r\n", b"405 Method Not Allowed", "method_not_allowed"),
        (b"GET /api/products HTTP/1.1\r\nno colon\r\n\r\n", b"400 Bad Request", "bad_request"),
        (
            b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 20_000 + b"\r\n\r\n",
            b"431 Request Header Fields Too Large",
            "headers_too_large",
        ),
    ],
)
def test_what_is_no_request_gets_a_problem_too(edge, text, status, code):
    line, body = raw(edge, text)

    assert (line, body["code"]) == (status, code)


def test_the_storefront_is_served_with_its_types_and_its_policy(edge):
    status, headers, body = ask(edge, "GET", "/")

    assert (status, body.decode()) == (200, INDEX)
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert "script-src 'self' 'sha256-" in headers["Content-Security-Policy"]
    assert "img-src 'self' data: blob: http://127.0.0.1:" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert ask(edge, "GET", "/shop.js")[1]["Content-Type"].startswith("text/javascript")
    assert ask(edge, "GET", "/", headers={"If-None-Match": headers["ETag"]})[0] == 304


@pytest.mark.parametrize(
    ("path", "shown"), [("/p/some-lamp", INDEX), ("/admin/products/1", "<p>staff"), ("/admin", "<p>staff")]
)
def test_pages_of_the_storefronts_own_router_get_its_index(edge, path, shown):
    assert ask(edge, "GET", path)[2].decode() == shown


@pytest.mark.parametrize(
    "path", ["/missing.js", "/../secret", "/..%2fsecret", "/%2e%2e/secret.txt", "/docs/../pages.py", "/a%00b.js"]
)
def test_a_missing_or_foreign_file_is_not_shown(edge, path):
    status, _, body = ask(edge, "GET", path)

    assert b"not for the web" not in body
    assert b"import" not in body or status == 200


@pytest.mark.parametrize("path", ["/" + "a" * 300, "/docs/" + "a" * 300, "/a" * 3000])
def test_a_name_longer_than_any_files_is_not_found(edge, path):
    assert problem(ask(edge, "GET", path)) == (404, "not_found")


def test_the_documentation_asks_nobody_outside(edge):
    page = ask(edge, "GET", "/docs")[2]

    assert b"http" not in page
    assert b"validatorUrl: null" in ask(edge, "GET", "/docs/start.js")[2]
    assert ask(edge, "GET", "/docs/swagger-ui-bundle.js")[0] == 200


def test_a_service_describes_itself_with_the_address_it_has_here(edge, catalog):
    catalog.body = b'{"openapi": "3.1.0", "paths": {}}'

    document = json.loads(ask(edge, "GET", "/openapi/catalog.json")[2])

    assert document == {"openapi": "3.1.0", "paths": {}, "servers": [{"url": "/api"}]}
    assert problem(ask(edge, "GET", "/openapi/nothing.json")) == (404, "not_found")


def test_the_inbox_holds_what_was_sent_to_somebody(edge):
    items = json.loads(ask(edge, "GET", "/_inbox?to=Ann@shop.example")[2])["items"]

    assert [item["to"] for item in items] == ["ann@shop.example"]
    assert items[0]["links"] == ["http://localhost:8080/confirm?token=ann@shop.example", "http://x.example/?a=1&b=2"]
    assert items[0]["sent_at"] == "1970-01-01T00:00:01.500Z"
    assert b"bob@shop.example" in ask(edge, "GET", "/_inbox")[2]


@pytest.mark.parametrize("path", ["/_inbox?to=ann@shop.example", "/_inbox", "/_traces"])
def test_a_foreign_name_for_this_machine_reads_no_mail_and_no_traces(edge, path):
    assert problem(ask(edge, "GET", path, headers={"Host": "evil.example:8080"})) == (403, "forbidden")


def test_a_trace_shows_what_each_process_logged_about_a_request(edge, tmp_path):
    line = {"request_id": "r1", "at": "2026-11-23T06:00:00Z"}
    served = {**line, "message": "request", "route": "/x<b>"}
    (tmp_path / "logs" / "orders.log").write_text(json.dumps(served) + "\nno json\n")
    (tmp_path / "logs" / "catalog.log").write_text(json.dumps({**line, "message": "stock_held"}) + "\n")

    (found,) = json.loads(ask(edge, "GET", "/_traces", headers={"Accept": "application/json"})[2])["items"]

    assert {one["process"] for one in found["lines"]} == {"orders", "catalog"}
    assert b"&lt;b&gt;" in ask(edge, "GET", "/_traces")[2]


def test_pages_are_for_reading_only(edge):
    assert problem(ask(edge, "POST", "/")) == (405, "method_not_allowed")
