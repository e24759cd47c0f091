"""Every kind of bad input gets its clear answer, from every service, through the edge."""

import base64
import json
import secrets

import pytest

from tests.system.buyers import Buyer
from tests.system.web import Answer, Web

LONG = b'{"name": "' + b"x" * (257 * 1024) + b'"}'
DEEP = b"[" * 70 + b"]" * 70
NOT_JSON = {
    "nothing": b"",
    "half an object": b'{"name": "x"',
    "words": b"hello",
    "single quotes": b"{'name': 'x'}",
    "a comma too many": b'{"name": "x",}',
    "two values": b'{"name": "x"} {}',
    "a comment": b'{"name": "x"} // note',
    "NaN": b'{"name": NaN}',
    "Infinity": b'{"name": -Infinity}',
    "the same key twice": b'{"name": "x", "name": "y"}',
    "the same inner key twice": b'{"name": {"a": 1, "a": 2}}',
    "the same key twice, once escaped": b'{"name": "x", "n\\u0061me": "y"}',
    "invalid UTF-8": b'{"name": "\xff"}',
    "half a character": b'{"name": "\\ud83d"}',
    "the halves in the wrong order": b'{"name": "\\udd13\\ud83d"}',
    "deep nesting": b'{"name": ' + DEEP + b"}",
    "a control character in a string": b'{"name": "\x01"}',
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "a number that starts with zero": b'{"name": 01}',
}
NO_OBJECT = {"an array": b"[]", "a string": b'"x"', "a number": b"1", "null": b"null", "true": b"true"}


@pytest.fixture(scope="module")
def staff(shop) -> Web:
    return shop.as_role("staff")


@pytest.fixture(scope="module")
def lamp(shop, goods):
    return goods(stock=100)


@pytest.fixture(scope="module")
def guest(shop) -> Buyer:
    return Buyer.guest(shop.url)


@pytest.fixture(params=["users", "catalog", "orders"])
def route(request, shop, staff, lamp, guest):
    """A route of each service that takes a body, as somebody who may use it: who, verb, path, a good body."""
    email = f"{secrets.token_hex(6)}@shop.example"
    return {
        "users": (Web(shop.url), "POST", "/users", {"email": email, "password": secrets.token_hex(12), "name": "Ann"}),
        "catalog": (staff, "POST", "/categories", {"slug": f"c-{secrets.token_hex(6)}", "name": "C"}),
        "orders": (guest.web, "PUT", f"/cart/items/{lamp.sku}", {"quantity": 1}),
    }[request.param]


def check(answer: Answer, status: int, code: str, origin: str) -> None:
    """A whole problem body, the request's id, CORS for the front end, and nothing from inside."""
    assert (answer.status, answer.code) == (status, code), answer
    body = answer.json
    assert {"type", "title", "status", "code", "detail", "request_id"} <= set(body)
    assert (body["status"], body["request_id"]) == (status, answer.headers["X-Request-Id"])
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    for secret in ("Traceback", ".py", "chalicelib", "msgspec", "Error(", "/work", "arn:aws"):
        assert secret not in answer.text


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
def test_what_is_not_json_is_malformed(shop, route, body):
    web, verb, path, _ = route

    check(web.request(verb, path, body), 400, "malformed_json", shop.url)


@pytest.mark.parametrize("body", NO_OBJECT.values(), ids=NO_OBJECT)
def test_json_that_is_no_object_fails_validation(shop, route, body):
    web, verb, path, _ = route

    check(web.request(verb, path, body), 422, "validation_failed", shop.url)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "multipart/form-data"]
)
def test_another_content_type_is_unsupported(shop, route, kind):
    web, verb, path, body = route

    check(web.request(verb, path, body, Content_Type=kind), 415, "unsupported_media_type", shop.url)


def test_a_content_type_with_its_charset_is_fine(route):
    web, verb, path, body = route

    assert web.request(verb, path, body, Content_Type="application/json; charset=utf-8").status < 300


def test_a_body_that_is_too_large_is_refused(shop, route):
    web, verb, path, _ = route

    check(web.request(verb, path, LONG), 413, "body_too_large", shop.url)


def test_an_unknown_field_leads_and_every_bad_field_is_listed(shop, route):
    web, verb, path, good = route
    wrong = {name: {"wrong": "type"} for name in good} | {"surprise": 1}

    answer = web.request(verb, path, wrong)

    check(answer, 422, "unknown_field", shop.url)
    assert {error["field"] for error in answer.json["errors"]} == {"surprise", *good}
    assert all(set(error) == {"field", "code", "message"} for error in answer.json["errors"])


def test_missing_fields_are_listed(shop, route):
    web, verb, path, good = route

    answer = web.request(verb, path, {})

    check(answer, 422, "validation_failed", shop.url)
    assert {error["field"] for error in answer.json["errors"]} == set(good)


@pytest.mark.parametrize("quantity", [True, 1.0, 1.5, "1", None, 0, -1, 100, 10**30, [1], {}])
def test_a_quantity_is_a_whole_number_within_its_bounds(shop, guest, lamp, quantity):
    answer = guest.web.put(f"/cart/items/{lamp.sku}", {"quantity": quantity})

    check(answer, 422, "validation_failed", shop.url)
    assert answer.json["errors"][0]["field"] == "quantity"


@pytest.mark.parametrize("text", [b"1.0", b"1e2", b"true", b"1.5", b'"1"', b"-1", b"1" + b"0" * 40])
def test_an_amount_of_money_is_a_whole_number(shop, staff, text):
    body = b'{"slug": "x-%s", "name": "X", "variants": [{"sku": "X", "price": {"amount": %s, "currency": "EUR"}}]}'

    answer = staff.post("/products", body % (secrets.token_hex(6).encode(), text))

    check(answer, 422, "validation_failed", shop.url)
    assert "variants[0].price.amount" in {error["field"] for error in answer.json["errors"]}


@pytest.mark.parametrize(
    "path", ["/nothing", "/", "/products-x", "/reservations/res_1", "/reservations", "/users/x/y/z"]
)
def test_an_unknown_path_is_not_found(shop, path):
    check(Web(shop.url).get(path), 404, "not_found", shop.url)


@pytest.mark.parametrize(
    ("verb", "path", "allowed"),
    [
        ("DELETE", "/users", "POST"),
        ("PUT", "/products", "GET"),
        ("PATCH", "/orders", "POST"),
        ("POST", "/cart", "GET"),
        ("GET", "/sessions/guest", "POST"),
    ],
)
def test_a_known_path_with_another_verb_tells_which_are_allowed(shop, verb, path, allowed):
    answer = Web(shop.url).request(verb, path)

    check(answer, 405, "method_not_allowed", shop.url)
    allow = [one.strip() for one in answer.headers["Allow"].split(",")]
    assert allowed in allow
    assert verb not in allow


PROTECTED = {"users": ("GET", "/users/me"), "catalog": ("POST", "/products"), "orders": ("GET", "/cart")}


@pytest.fixture(params=PROTECTED)
def protected(request) -> tuple[str, str]:
    return PROTECTED[request.param]


def check_unauthorized(answer: Answer, code: str, origin: str) -> None:
    check(answer, 401, code, origin)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_no_token_comes_before_a_bad_body(shop, protected):
    verb, path = protected

    check_unauthorized(Web(shop.url).request(verb, path), "token_missing", shop.url)
    check_unauthorized(Web(shop.url).request(verb, path, b"{", Content_Type="text/plain"), "token_missing", shop.url)


@pytest.mark.parametrize("token", ["x", "a.b.c", "....", "é", "Bearer", "null", "x" * 5000])
def test_a_garbage_token_is_invalid(shop, protected, token):
    answer = Web(shop.url).request(*protected, Authorization=f"Bearer {token}")

    check_unauthorized(answer, "token_invalid", shop.url)


def test_a_token_with_an_altered_part_is_invalid(shop, protected, guest):
    head, claims, signature = guest.web.token.split(".")
    forged = encoded(decoded(claims) | {"role": "admin"})

    for token in (f"{head}.{forged}.{signature}", f"{head}.{claims}.{signature[::-1]}", f"{head}.{claims}."):
        check_unauthorized(Web(shop.url, token).request(*protected), "token_invalid", shop.url)


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "RS256", "ES384"])
def test_a_token_of_another_algorithm_is_invalid(shop, protected, guest, algorithm):
    head, claims, signature = guest.web.token.split(".")
    token = f"{encoded(decoded(head) | {'alg': algorithm})}.{claims}.{'' if algorithm.lower() == 'none' else signature}"

    check_unauthorized(Web(shop.url, token).request(*protected), "token_invalid", shop.url)


def test_a_token_that_has_run_out_is_expired(shop, protected):
    token = Web(shop.url).post("/sessions/guest", {}).json["access_token"]

    with shop.clock_moved("+11m"):
        check_unauthorized(Web(shop.url, token).request(*protected), "token_expired", shop.url)


def test_another_scheme_than_bearer_is_no_token(shop, protected):
    answer = Web(shop.url).request(*protected, Authorization="Basic YTpi")

    assert answer.status == 401
    assert answer.code in ("token_missing", "token_invalid")


def decoded(part: str) -> dict:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def encoded(claims: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(("verb", "path"), [("POST", "/products"), ("PUT", "/stock/X"), ("POST", "/categories")])
def test_a_function_of_staff_is_forbidden_to_a_guest(shop, guest, verb, path):
    check(guest.web.request(verb, path, b"{"), 403, "forbidden", shop.url)


def test_an_order_of_somebody_else_looks_like_one_that_does_not_exist(shop, lamp):
    owner, stranger = (lamp.welcome(Buyer.guest(shop.url)) for _ in range(2))
    order = owner.with_one(lamp.sku).buy().json

    for call in ("GET /orders/{}", "POST /orders/{}/cancel"):
        verb, path = call.split()
        foreign, missing = (
            stranger.web.request(verb, path.format(order_id), None if verb == "GET" else {})
            for order_id in (order["id"], order["id"][:-6] + "000000")
        )
        check(foreign, 404, "not_found", shop.url)
        assert same_but_for_the_request(foreign, missing)
    assert owner.web.get(f"/orders/{order['id']}").json["status"] == "confirmed"


def same_but_for_the_request(one: Answer, other: Answer) -> bool:
    return one.text.replace(one.json["request_id"], "") == other.text.replace(other.json["request_id"], "")


@pytest.mark.parametrize("path", ["/products/nothing-like-this", "/products/prd_00000000000000000000000000"])
def test_a_missing_object_is_not_found(shop, path):
    check(Web(shop.url).get(path), 404, "not_found", shop.url)


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "1.5", "", "١"])
def test_a_limit_outside_its_bounds_is_refused(shop, limit):
    answer = Web(shop.url).get(f"/products?limit={limit}")

    check(answer, 422, "validation_failed", shop.url)
    assert [error["field"] for error in answer.json["errors"]] == ["limit"]


@pytest.mark.parametrize("query", ["sort=weird", "category=" + "x" * 101])
def test_a_filter_of_another_kind_is_refused(shop, staff, query):
    answer = staff.get(f"/products?{query}")

    check(answer, 422, "validation_failed", shop.url)
    assert [error["field"] for error in answer.json["errors"]] == [query.partition("=")[0]]


def test_a_filter_for_staff_is_refused_whatever_it_says(shop):
    check(Web(shop.url).get("/products?status=weird"), 403, "forbidden", shop.url)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"status": "weird"}, "status"),
        ({"status": 7}, "status"),
        ({"name": None}, "name"),
        ({"slug": "Not A Slug"}, "slug"),
        ({"category_ids": "all"}, "category_ids"),
        ({"category_ids": [7]}, "category_ids[0]"),
        ({"options": [{"name": 7}]}, "options[0].name"),
        ({"variants": {}}, "variants"),
        ({"variants": [7]}, "variants[0]"),
    ],
)
def test_an_edit_with_a_wrong_value_names_the_field(shop, staff, lamp, change, field):
    answer = staff.patch(f"/products/{lamp.product_id}", change, If_Match="*")

    check(answer, 422, "validation_failed", shop.url)
    assert [error["field"] for error in answer.json["errors"]] == [field]


@pytest.mark.parametrize("cursor", ["x", "", "a.b", "%00", "x" * 3000, "..", "%F0%9F%98%80"])
def test_a_garbage_cursor_is_invalid(shop, guest, cursor):
    for web, path in ((Web(shop.url), "/products"), (guest.web, "/orders")):
        check(web.get(f"{path}?cursor={cursor}"), 400, "cursor_invalid", shop.url)


def test_a_cursor_belongs_to_its_filters_and_cannot_be_altered(shop, goods):
    goods(stock=1)
    goods(stock=1)
    web = Web(shop.url)
    cursor = web.get("/products?limit=1").json["next_cursor"]

    assert web.get(f"/products?limit=1&cursor={cursor}").status == 200
    check(web.get(f"/products?limit=1&sort=name&cursor={cursor}"), 400, "cursor_invalid", shop.url)
    for position in (0, len(cursor) // 2, len(cursor) - 3):
        altered = cursor[:position] + ("A" if cursor[position] != "A" else "B") + cursor[position + 1 :]
        check(web.get(f"/products?limit=1&cursor={altered}"), 400, "cursor_invalid", shop.url)


@pytest.mark.parametrize("key", ["x" * 256, "two words", "ké", "tab\there"])
def test_a_bad_idempotency_key_is_invalid(shop, lamp, key):
    buyer = Buyer.guest(shop.url).with_one(lamp.sku)

    check(buyer.place(buyer.order_form(), key), 400, "idempotency_key_invalid", shop.url)
    assert buyer.orders() == []


def test_a_missing_idempotency_key_is_told(shop, lamp):
    buyer = Buyer.guest(shop.url).with_one(lamp.sku)

    check(buyer.web.post("/orders", buyer.order_form()), 400, "idempotency_key_required", shop.url)
    assert buyer.orders() == []


def test_an_edit_needs_the_current_version(shop, staff, lamp):
    path = f"/products/{lamp.product_id}"
    current = staff.get(path).headers["ETag"]

    check(staff.patch(path, {"name": "Other"}), 428, "if_match_required", shop.url)
    check(staff.patch(path, {"name": "Other"}, If_Match='"999"'), 412, "version_mismatch", shop.url)
    edited = staff.patch(path, {"name": "Other"}, If_Match=current)
    assert (edited.status, edited.json["name"]) == (200, "Other")
    check(staff.patch(path, {"name": "Third"}, If_Match=current), 412, "version_mismatch", shop.url)


@pytest.mark.parametrize("missing", ["name", "line1", "city", "postal_code", "country"])
def test_an_address_needs_its_parts(shop, lamp, missing):
    buyer = Buyer.guest(shop.url).with_one(lamp.sku)
    form = buyer.order_form()
    address = {name: value for name, value in form["shipping_address"].items() if name != missing}

    answer = buyer.place({**form, "shipping_address": address})

    check(answer, 422, "validation_failed", shop.url)
    assert [error["field"] for error in answer.json["errors"]] == [f"shipping_address.{missing}"]
    assert (buyer.orders(), lamp.stock()["held"]) == ([], 0)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"shipping_method": "by-balloon"}, "shipping_method"),
        ({"email": "nobody"}, "email"),
        ({"email": None}, "email"),
        ({"cart_version": "1"}, "cart_version"),
        ({"payment_method": 7}, "payment_method"),
        ({"expected_total": {"amount": 1.0, "currency": "EUR"}}, "expected_total.amount"),
    ],
)
def test_an_order_form_with_a_wrong_value_does_nothing(shop, lamp, change, field):
    buyer = Buyer.guest(shop.url).with_one(lamp.sku)

    answer = buyer.place({**buyer.order_form(), **change})

    check(answer, 422, "validation_failed", shop.url)
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert (buyer.orders(), len(buyer.web.get("/cart").json["items"])) == ([], 1)


def test_an_unknown_sku_is_not_put_into_the_cart(shop, guest):
    check(guest.web.put("/cart/items/NO-SUCH-THING", {"quantity": 1}), 404, "sku_unknown", shop.url)


def test_another_origin_gets_no_permission(shop):
    answer = Web(shop.url).get("/products", Origin="https://elsewhere.example")

    assert answer.status == 200
    assert "Access-Control-Allow-Origin" not in answer.headers
