"""No process of a running shop logs a password, token, code, or anything that tells who somebody is.

People do everything that a log could give away, the wrong way too; then all logs are searched for all of it.
"""

import base64
import socket

import pytest

from tests.support.running_shop import running
from tests.system.buyers import Buyer
from tests.system.eventually import eventually
from tests.system.people import Person, Places, left_in, word
from tests.system.web import POOL, Web, fetch_json, open_page
from tools.shop.home import SERVICES


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """One of its own, as parts of it are killed here."""
    with running(tmp_path_factory.mktemp("logs")) as shop:
        yield shop


@pytest.fixture(scope="module")
def ann(shop):
    return Person(shop).registers().logs_in()


@pytest.fixture(scope="module")
def logged(shop, ann):
    """Which of Ann's data and secrets, and of some more words, stand in a log."""
    return lambda *more: left_in(
        Places(shop).logs(), [*ann.words(), ann.password, *map(secret_part, ann.secrets), *more]
    )


def secret_part(token):
    """The part of a token that nobody could guess."""
    return token.rpartition(".")[2]


@pytest.fixture
def staff(shop):
    return shop.as_role("staff")


def test_there_are_logs_of_every_process_and_lines_about_every_request(shop, ann, goods):
    ann.buys(goods(stock=1).sku)

    assert {path.stem for path in shop.home.logs.glob("*.log")} >= {*shop.ports.all()}
    for service in SERVICES:
        assert [line for line in shop.log_lines(service) if line["message"] == "request"], service


def test_wrong_and_right_log_ins(shop, ann, logged):
    web, wrong = Web(shop.url), word("wrong pässwörd ")
    stranger = word("stranger-") + "@shop.example"
    web.post("/sessions", {"email": ann.email, "password": wrong})
    web.post("/sessions", {"email": stranger, "password": wrong})
    web.post("/sessions", {"email": ann.email, "password": {"nested": wrong}})
    web.post("/sessions", {"email": [ann.email], "passwort": wrong})
    web.post("/sessions", {**ann.login, stranger: wrong})
    web.post("/sessions", ann.login, Device_Token=ann.session["device_token"] + "x")
    web.post("/sessions/refresh", {"refresh_token": ann.session["refresh_token"] + "x"})
    web.post("/sessions/external", {"id_token": f"{ann.session['access_token']}"})
    basic = base64.b64encode(f"{ann.email}:{ann.password}".encode()).decode()
    web.get("/users/me", Authorization=f"Basic {basic}")

    assert logged(wrong, stranger, basic) == []


def test_bodies_that_are_none(shop, ann, logged):
    web, note = Web(shop.url), word("note")
    broken = f'{{"email": "{ann.email}", "password": "{ann.password}", "{note}'.encode()
    for path in ("/users", "/sessions", "/password-resets", "/password-resets/confirm", "/orders", "/cart/merge"):
        web.post(path, broken)
        web.post(path, broken, Content_Type="text/plain")
        web.post(path, broken * 5000)
        web.post(path, {ann.email: note, "email": ann.email, "name": ann.name, "password": [note]})
        ann.web.post(path, [ann.login], Idempotency_Key=note)

    assert logged(note) == []


def test_tokens_in_wrong_places(shop, ann, logged):
    web, access, refresh = Web(shop.url), ann.session["access_token"], ann.session["refresh_token"]
    for token in (access, refresh, ann.session["device_token"]):
        for path in ("/orders", "/users", "/products", "/sessions", "/users/me/addresses", "/nothing"):
            web.get(f"{path}/{token}")
            web.delete(f"{path}/{token}")
            ann.web.get(f"{path}?limit={token}&cursor={token}&access_token={token}")
        web.get("/users/me", Authorization=f"Bearer {token}x")
        web.get("/users/me", Authorization=token)
        web.get("/categories", traceparent=token, X_Request_Id=token, Cookie=f"session={token}", User_Agent=token)
        web.post("/sessions/refresh", {"refresh_token": token[:-1]})
        web.post("/email-verifications/confirm", {"token": token})
        web.post("/cart/merge", {"guest_access_token": token})
        ann.web.post("/cart/merge", {"guest_access_token": token})
        ann.web.post("/orders", {"token": token}, Idempotency_Key=token[:255])
        ann.web.patch("/users/me", {"name": ann.name}, If_Match=token)

    assert logged() == []


def test_links_opened_in_a_browser(shop, ann, logged):
    Web(shop.url).post("/password-resets", {"email": ann.email})
    token = ann.mailed_token()
    for page in ("reset-password", "confirm-email", "confirm", "nothing"):
        POOL.request("GET", f"{shop.url}/{page}?token={token}&email={ann.email}", headers={"Referer": f"/x?{token}"})
    fetch_json(f"{shop.url}/_inbox?to={ann.email}")
    changed = word("new pässwörd ")
    web = Web(shop.url)
    assert web.post("/password-resets/confirm", {"token": token, "new_password": "short"}).status == 422
    assert web.post("/password-resets/confirm", {"token": token, "new_password": changed}).status == 204
    assert web.post("/password-resets/confirm", {"token": token, "new_password": changed}).status == 400
    former, ann.password = ann.password, changed
    ann.logs_in()

    assert logged(former) == []


def test_an_account_is_changed(shop, ann, logged):
    new_email, new_password = word("new-") + "@shop.example", word("another pässwörd ")
    ann.has_an_address_and_a_picture()
    address = ann.web.get("/users/me/addresses").json["items"][0]
    ann.web.put(f"/users/me/addresses/{address['id']}", {**ann.address, "country": "Nowhere"})
    ann.web.put(f"/users/me/addresses/{ann.address['line1']}", ann.address)
    ann.web.post("/users/me/addresses", {**ann.address, ann.email: ann.name})
    ann.web.patch("/users/me", {"name": ann.name, "locale": ann.email})
    ann.web.put("/users/me/email", {"new_email": new_email, "password": ann.password})
    ann.web.put("/users/me/password", {"current_password": new_password, "new_password": new_password})
    changed = ann.web.put("/users/me/password", {"current_password": ann.password, "new_password": new_password})
    assert changed.status == 204, changed
    former, ann.password = ann.password, new_password
    assert eventually(lambda: fetch_json(f"{shop.url}/_inbox?to={new_email}")["items"])

    assert logged(former, new_email) == []


def test_staff_look_for_somebody(shop, ann, staff, logged):
    for path in ("/users", "/orders"):
        for query in (f"email={ann.email}", f"email={ann.name}", f"customer_id={ann.email}", f"{ann.email}=1"):
            staff.get(f"{path}?{query}")
        staff.get(f"{path}/{ann.email}")
        staff.get(f"{path}/{ann.email}/{ann.name.replace(' ', '%20')}")
    staff.get(f"/products?q={ann.email}")

    assert logged() == []


def test_a_purchase_and_what_can_go_wrong_with_it(shop, ann, goods, logged):
    lamp, note = goods(stock=5), word("pm_card_")
    assert ann.buys(lamp.sku).status == 201
    assert ann.buys(lamp.sku, "pm_card_visa_chargeDeclined").status == 402
    assert ann.buys(lamp.sku, note).status == 402
    asked = ann.buys(lamp.sku, "pm_card_authenticationRequired")
    action = asked.json["next_action"]["redirect_to_url"]["url"]
    open_page(action)
    assert eventually(lambda: ann.web.get(f"/orders/{asked.json['order_id']}").json["status"] == "confirmed")
    guest = Buyer.guest(shop.url).with_one(lamp.sku)
    assert guest.place(guest.order_form() | {"shipping_address": ann.address, "email": ann.email}).status == 201
    refused = guest.place({"shipping_address": {**ann.address, ann.email: ann.name}, "email": ann.name})
    assert refused.status == 422

    assert logged(guest.email, secret_part(guest.web.token), note) == []


def test_what_is_no_http(shop, ann, logged):
    for process, port in shop.ports.all().items():
        for request in (
            f"GET /{ann.email} {ann.name}\r\n\r\n",
            f"{ann.email} / HTTP/1.1\r\n\r\n",
            f"POST /sessions HTTP/1.1\r\nContent-Length: {ann.email}\r\n\r\n{ann.password}",
            f"GET /users?email={ann.email}&token={ann.session['access_token']} HTTP/1.1\r\n{ann.name}\r\n\r\n",
            f"GET http://{ann.email}/?{ann.name} HTTP/9.9\r\nHost: {ann.email}\r\n\r\n",
        ):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                connection.sendall(request.encode())
                connection.shutdown(socket.SHUT_WR)
                connection.recv(1000)
        assert shop.answers(process)

    assert logged() == []


def test_services_that_fail_over_somebodys_data(shop, ann, goods, logged):
    """A service that is down, killed or started anew gives nothing away either."""
    lamp = goods(stock=2)
    form = Buyer(ann.web).with_one(lamp.sku).order_form() | {"shipping_address": ann.address}
    shop.kill("aws")
    ann.web.post("/orders", form, Idempotency_Key="k")
    Web(shop.url).post("/sessions", ann.login)
    shop.kill("payments")
    ann.web.post("/orders", form, Idempotency_Key="k2")
    shop.kill("users")
    Web(shop.url).post("/sessions", ann.login)

    assert logged() == []


def test_an_erasure(ann, logged):
    ann.logs_in()
    assert ann.web.delete("/users/me", {"password": word("no pässwörd ")}).status == 403
    assert ann.web.delete("/users/me", {"password": ann.password}).status == 202
    told = eventually(lambda: ann.mails()[0]["subject"] == "Your account was erased", within_s=60)
    assert told, "a job that a killed worker had in hand comes again after 20 s"

    assert logged() == []
