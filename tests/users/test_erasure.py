"""What is held on a person: shown to them, and gone when they ask for it."""

import json

import pytest

from tests.support.fixtures import client
from tests.users.conftest import PASSWORD, dump, stored

ADDRESS = {
    "name": "Annegret Beispiel",
    "line1": "Lindenallee 17",
    "city": "Lüneburg",
    "postal_code": "21335",
    "country": "DE",
    "phone": "+49 4131 309820",
}
OF_ANN = ("ann@example.test", "Ann Example", "Annegret", "Lindenallee", "Lüneburg", "309820", "Ann's laptop")


@pytest.fixture(autouse=True)
def bucket(aws):
    from chalicelib import config

    region = {"LocationConstraint": "eu-central-1"}
    aws("s3").create_bucket(Bucket=config.bucket.name, CreateBucketConfiguration=region)
    return config.bucket


@pytest.fixture
def pair(ann):
    return ann.logs_in(User_Agent="Ann's laptop").json


@pytest.fixture
def token(api, pair):
    """Ann's, who has an address and several sessions, and was written to."""
    assert api.post("/users/me/addresses", ADDRESS, token=pair["access_token"]).status == 201
    return pair["access_token"]


def erase(api, token, password=PASSWORD):
    return api.delete("/users/me", {"password": password}, token=token)


def holdings(api, token):
    return api.get("/privacy/users", token=token).json


def of(user_id):
    return [item["sk"]["S"] for item in stored() if item["pk"]["S"] == f"USER#{user_id}"]


def test_all_that_is_held_is_shown(ann, api, pair, token):
    held = holdings(api, token)

    assert held["account"] == pair["user"]
    assert [one["line1"] for one in held["addresses"]] == [ADDRESS["line1"]]
    assert [(one["device"], one["current"]) for one in held["sessions"]] == [("Ann's laptop", True)]
    assert held["external_identities"] == []


def test_a_wanted_address_is_shown_too(api, token):
    api.put("/users/me/email", {"new_email": "ann@other.example.test", "password": PASSWORD}, token=token)

    assert holdings(api, token)["new_email"] == "ann@other.example.test"


def test_a_guest_is_shown_the_session(api, post):
    guest = api.post("/sessions/guest", {}).json
    held = holdings(api, guest["access_token"])

    assert (held["account"], held["addresses"], len(held["sessions"])) == (None, [], 1)


def test_no_secret_is_shown(api, pair, token):
    shown = json.dumps(holdings(api, token))

    assert pair["refresh_token"].split(".")[2] not in shown
    assert not [name for name in ("hash", 'current": "', "sealed", "epoch") if name in shown]


def test_nobody_is_shown_what_is_held_on_others(api, token, signed_in):
    shown = json.dumps(holdings(api, signed_in("bob@example.test")))

    assert "bob@example.test" in shown
    assert not [text for text in OF_ANN if text in shown]


def test_nothing_of_the_person_is_left(ann, api, post, pair, token):
    ann.logs_in()
    ann.registers(name="Ann Example")
    post.work()
    assert all(text in dump() for text in ("Ann Example", "Lindenallee", "309820"))
    answer = erase(api, token)
    post.work()

    assert (answer.status, answer.json) == (202, {"status": "accepted"})
    left = json.dumps(stored(), ensure_ascii=False, default=str)
    assert [text for text in OF_ANN if text in left] == []
    assert of(pair["user"]["id"]) == []


def test_nothing_but_the_sealed_recipient_waits_for_the_last_mail(api, post, pair, token):
    post.work()
    erase(api, token)

    left = json.dumps(stored(), ensure_ascii=False, default=str)
    assert [text for text in OF_ANN if text in left] == []


def test_the_person_is_told_by_a_last_mail(ann, api, post, token):
    erase(api, token)

    assert post.to(ann.email)[-1].subject == "Your account was erased"


def test_the_other_services_are_told_by_an_event(api, post, pair, token):
    from common import events

    post.work()
    erase(api, token)
    (event,) = events.published(post.relay())

    assert (event.type, event.subject) == ("user.erased", pair["user"]["id"])
    assert event.data == {"user_id": pair["user"]["id"]}


def test_all_sessions_end_at_once(ann, api, pair, token):
    other = ann.logs_in().json
    erase(api, token)

    for one in (pair, other):
        assert api.post("/sessions/refresh", {"refresh_token": one["refresh_token"]}).code == "token_invalid"


def test_nobody_logs_in_any_more(ann, api, token):
    erase(api, token)

    assert ann.logs_in().code == "invalid_credentials"
    assert api.get("/users/me", token=token).code == "not_found"
    assert api.patch("/users/me", {"name": "Ghost"}, token=token).code == "not_found"
    assert holdings(api, token)["account"] is None


def test_a_token_that_is_still_good_writes_nothing(api, pair, token):
    erase(api, token)
    answers = [
        api.post("/users/me/addresses", ADDRESS, token=token),
        api.put("/users/me/email", {"new_email": "x@example.test", "password": PASSWORD}, token=token),
        api.post("/users/me/avatar", {"content_type": "image/png", "size": 100}, token=token),
        erase(api, token),
    ]

    assert {answer.code for answer in answers} == {"token_invalid"}
    assert of(pair["user"]["id"]) == []


def test_a_wrong_password_erases_nothing(ann, api, token):
    answer = erase(api, token, "not the right password")

    assert (answer.status, answer.code) == (403, "invalid_credentials")
    assert ann.logs_in().status == 201


def test_the_address_is_free_again(ann, api, token):
    erase(api, token)
    ann.registers(name="Ann Reborn")

    assert ann.confirms().status == 204
    assert ann.logs_in().json["user"]["name"] == "Ann Reborn"


def test_links_of_before_do_nothing(ann, api, post, token):
    api.post("/password-resets", {"email": ann.email})
    reset = post.token(ann.email)
    api.put("/users/me/email", {"new_email": "ann@other.example.test", "password": PASSWORD}, token=token)
    change = post.token("ann@other.example.test")
    erase(api, token)

    body = {"token": reset, "new_password": "lantern gravel 9 pond"}
    assert api.post("/password-resets/confirm", body).code == "token_invalid"
    assert ann.confirms(change).code == "token_invalid"


def test_more_sessions_than_a_transaction_takes_end_too(ann, api, pair, token):
    from chalicelib.sessions import domain
    from common.tables import Transaction

    user = pair["user"]
    for _ in range(120):
        transaction = Transaction()
        domain.add(transaction, domain.new(user["id"], "customer", user["email"], None, 0))
        transaction.commit()

    assert erase(api, token).status == 202
    assert of(user["id"]) == []


def test_what_a_crash_leaves_is_removed_by_the_streams_handler(ann, api, post, pair, token, monkeypatch):
    from chalicelib.privacy import domain, models

    with monkeypatch.context() as crash:
        crash.setattr(models, "_ROOM", 0)
        crash.setattr(domain, "erase_rest", lambda user_id: 1 / 0)
        assert erase(api, token).status == 500
    assert of(pair["user"]["id"]) != []
    post.work()

    assert of(pair["user"]["id"]) == []
    assert ann.logs_in().code == "invalid_credentials"


def test_an_account_that_is_there_loses_nothing_to_a_late_event(api, pair, token):
    from chalicelib.privacy import domain

    before = of(pair["user"]["id"])
    domain.erase_rest(pair["user"]["id"])

    assert of(pair["user"]["id"]) == before


def test_an_erasure_that_a_new_address_overtakes_is_tried_again(ann, api, post, token, meanwhile):
    api.put("/users/me/email", {"new_email": "ann@other.example.test", "password": PASSWORD}, token=token)
    link = post.token("ann@other.example.test")
    meanwhile(lambda: ann.confirms(link))
    first = erase(api, token)

    assert (first.status, first.code) == (503, "unavailable")
    assert erase(api, token).status == 202
    assert "other.example.test" not in json.dumps([item for item in stored() if "mail" not in item])


def test_pictures_go_too(api, post, bucket, pair, token):
    for folder in ("uploads", "avatars"):
        client("s3").put_object(Bucket=bucket.name, Key=f"{folder}/{pair['user']['id']}/upl_1.png", Body=b"picture")
    erase(api, token)
    post.work()

    assert "Contents" not in client("s3").list_objects_v2(Bucket=bucket.name)


def test_pictures_that_stay_while_the_storage_is_down_hold_up_no_event_and_go_later(
    api, post, bucket, pair, token, set_aside, monkeypatch
):
    from chalicelib.avatars import domain as avatars
    from common import events
    from common.problems import Unavailable

    def down(_user_id):
        raise Unavailable

    client("s3").put_object(Bucket=bucket.name, Key=f"avatars/{pair['user']['id']}/upl_1.png", Body=b"picture")
    with monkeypatch.context() as outage:
        outage.setattr(avatars, "remove_all", down)
        erase(api, token)
        told = events.published(post.relay())
        assert "user.erased" in [event.type for event in told]
        set_aside.take_up()
        assert len(set_aside.waiting()) == 1
    assert "Contents" in client("s3").list_objects_v2(Bucket=bucket.name)

    assert set_aside.take_up() > 0
    assert "Contents" not in client("s3").list_objects_v2(Bucket=bucket.name)


def test_an_erasure_is_done_even_while_the_storage_is_down(ann, api, pair, token, monkeypatch):
    from chalicelib.accounts import domain
    from chalicelib.avatars import domain as avatars
    from common.problems import Unavailable
    from common.versions import Precondition

    domain.change_profile(pair["user"]["id"], {"avatar": "avatars/x/y.png"}, Precondition())

    def down(user_id):
        raise Unavailable

    monkeypatch.setattr(avatars, "remove_all", down)

    assert erase(api, token).status == 202
    assert ann.logs_in().code == "invalid_credentials"
