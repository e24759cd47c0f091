"""Logging in with an account at another provider: the running shop, and a Cognito user pool that is not the shop's."""

import json
import secrets
from collections import Counter

import pytest

from tests.support.running_shop import running
from tests.system.cognito import Pool, Process
from tests.system.eventually import eventually
from tests.system.web import Web, all_at_once, fetch_json

OWN_PASSWORD = "orchard lamp 4 velvet"


@pytest.fixture(scope="module")
def process(tmp_path_factory):
    made = Process(tmp_path_factory.mktemp("provider"))
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def pool(process):
    return Pool.create(process)


@pytest.fixture(scope="module")
def shop(pool, tmp_path_factory):
    """One that takes the pool's id tokens."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OIDC_PROVIDERS", json.dumps([pool.settings]))
        with running(tmp_path_factory.mktemp("shop")) as shop:
            yield shop


@pytest.fixture
def web(shop):
    return Web(shop.url)


@pytest.fixture
def email():
    return f"ann-{secrets.token_hex(6)}@shop.example"


@pytest.fixture
def own_account(web, email):
    """An account of the shop's own with this address, confirmed."""
    login = {"email": email, "password": OWN_PASSWORD}
    assert web.post("/users", {**login, "name": "Ann Example"}).status == 202
    (mail,) = eventually(lambda: fetch_json(f"{web.origin}/_inbox?to={email}")["items"])
    token = next(link.partition("token=")[2] for link in mail["links"] if "token=" in link)
    assert web.post("/email-verifications/confirm", {"token": token}).status == 204
    return login


def exchange(web, id_token, **more):
    return web.post("/sessions/external", {"id_token": id_token, **more})


def user_id(answer):
    assert answer.status == 201, answer
    return answer.json["user"]["id"]


def refused(answer):
    return (answer.status, answer.code) == (401, "token_invalid")


def test_a_person_comes_through_the_browser_and_gets_an_account(web, pool, email):
    id_token, nonce = pool.person(email).walks_through_the_browser()
    assert refused(exchange(web, id_token))
    answer = exchange(web, id_token, nonce=nonce)

    assert answer.status == 201
    assert (answer.json["user"]["email"], answer.json["user"]["email_verified"]) == (email, True)
    assert Web(web.origin, answer.json["access_token"]).get("/users/me").json == answer.json["user"]


def test_the_same_person_gets_the_same_account_again(web, pool, email):
    ann = pool.person(email)

    assert user_id(exchange(web, ann.id_token())) == user_id(exchange(web, ann.id_token()))


def test_a_verified_address_opens_the_own_account(web, pool, email, own_account):
    own = user_id(web.post("/sessions", own_account))

    assert user_id(exchange(web, pool.person(email).id_token())) == own
    assert user_id(web.post("/sessions", own_account)) == own


def test_an_address_that_is_only_claimed_opens_nothing(web, pool, email, own_account):
    own = user_id(web.post("/sessions", own_account))
    stranger = pool.person(email, verified=False)
    first = exchange(web, stranger.id_token())

    assert user_id(first) != own
    assert first.json["user"]["email_verified"] is False
    stranger.claims(email_verified="true")
    assert user_id(exchange(web, stranger.id_token())) == user_id(first)
    assert user_id(web.post("/sessions", own_account)) == own


def test_altered_and_foreign_tokens_are_refused(web, pool, process, email):
    tokens = pool.person(email).tokens()
    header, claims, signature = tokens["IdToken"].split(".")
    other = Pool.create(process).person(email).id_token()

    assert refused(exchange(web, f"{header}.{claims[:-8]}AAAAAAAA.{signature}"))
    assert refused(exchange(web, f"{header}.{claims}.{signature[::-1]}"))
    assert refused(exchange(web, f"{other.split('.')[0]}.{claims}.{signature}"))
    assert refused(exchange(web, other))
    assert refused(exchange(web, tokens["AccessToken"]))
    assert refused(exchange(web, tokens["RefreshToken"]))
    assert exchange(web, tokens["IdToken"]).status == 201


def test_a_token_of_eleven_minutes_ago_is_refused(shop, web, pool, email):
    id_token = pool.person(email).id_token()
    with shop.clock_moved("+11m"):
        assert refused(exchange(web, id_token))


def test_of_many_who_have_one_token_a_single_one_gets_in(web, pool, email):
    id_token = pool.person(email).id_token()
    answers = all_at_once([lambda: exchange(web, id_token)] * 8)

    assert Counter(answer.status for answer in answers) == {201: 1, 401: 7}


@pytest.mark.parametrize("verified", [True, False])
def test_many_first_log_ins_at_once_make_one_account(web, pool, email, verified):
    ann = pool.person(email, verified=verified)
    tokens = [ann.id_token() for _ in range(6)]
    answers = all_at_once([lambda one=one: exchange(web, one) for one in tokens])

    assert len({user_id(answer) for answer in answers}) == 1


def test_disabling_keeps_the_person_out(shop, web, pool, email):
    ann = pool.person(email)
    own = user_id(exchange(web, ann.id_token()))
    assert shop.as_role("admin").post(f"/users/{own}/disable", {}).status == 200
    answer = exchange(web, ann.id_token())

    assert (answer.status, answer.code) == (403, "account_disabled")


def test_who_was_erased_comes_back_as_somebody_new(web, pool, email):
    ann = pool.person(email)
    first = exchange(web, ann.id_token())
    assert Web(web.origin, first.json["access_token"]).delete("/users/me", {}).status == 202

    assert user_id(exchange(web, ann.id_token())) != user_id(first)


def test_a_provider_that_is_down_is_needed_for_unknown_keys_only(shop, web, pool, process, email, own_account):
    tokens = [pool.person(f"{place}-{email}").id_token() for place in range(4)]
    assert exchange(web, tokens[0]).status == 201
    with process.away():
        assert exchange(web, tokens[1]).status == 201
        shop.kill("users")
        answer = exchange(web, tokens[2])
        assert (answer.status, answer.code) == (503, "unavailable")
        assert answer.headers["Retry-After"]
        assert web.post("/sessions", own_account).status == 201

    assert eventually(lambda: exchange(web, tokens[2]).status == 201)


def test_no_log_holds_anything_of_the_person(shop, web, pool, email):
    id_token = pool.person(email).id_token()
    assert [exchange(web, id_token).status for _ in range(2)] == [201, 401]
    refusals = [line["reason"] for line in shop.log_lines("users") if line["message"] == "id_token_refused"]
    text = "".join(path.read_text() for path in shop.home.logs.glob("*.log"))

    assert refusals[-1] == "used"
    assert not any(word in text for word in (email, id_token.split(".")[1][:60], "Ann Example"))
