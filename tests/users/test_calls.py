"""What each route costs in round trips to DynamoDB (docs/data.md), its checks of session and password included."""

import pytest

from tests.users.conftest import PASSWORD

NEW = "lantern gravel 9 pond"
OTHER = "ann@other.example.test"
GET, BATCH, QUERY, TRANSACT = "GetItem", "BatchGetItem", "Query", "TransactWriteItems"
LIVE = GET  # the look at the session
PROOF = [GET, BATCH]  # the profile, then password and counter of failures
SETTLED = [GET, QUERY]  # the account's epoch, its sessions


@pytest.fixture
def pair(ann):
    return ann.logs_in().json


@pytest.fixture
def admin(employee):
    return employee("admin")


@pytest.fixture
def cost(api, calls):
    """The calls that a request makes, and its status."""

    def measure(method, path, body=None, **kwargs):
        calls.clear()
        answer = api.request(method, path, body, **kwargs)
        return calls.dynamodb, answer.status

    return measure


@pytest.mark.parametrize("email", ["ann@example.test", "new@example.test"])
def test_registering_is_one_transaction_of_three_items_whether_or_not_the_address_is_taken(ann, cost, calls, email):
    body = {"email": email, "password": PASSWORD, "name": "Ann"}

    assert cost("POST", "/users", body) == ([TRANSACT], 202)
    assert len(calls.made[-1][2]["TransactItems"]) == 3


def test_asking_for_a_link_is_one_put(cost):
    assert cost("POST", "/email-verifications", {"email": "ann@example.test"}) == (["PutItem"], 202)


def test_confirming_reads_link_and_registration_and_is_one_transaction(person, post, cost):
    for email, month in (("ann@example.test", ["PutItem"]), ("bob@example.test", [])):
        someone = person(email)
        someone.registers()
        body = {"token": post.token(email)}

        assert cost("POST", "/email-verifications/confirm", body) == ([GET, GET, *month, TRANSACT], 204)


def test_an_unknown_link_costs_one_read(api, cost):
    assert cost("POST", "/email-verifications/confirm", {"token": "x"}) == ([GET], 400)
    assert cost("POST", "/password-resets/confirm", {"token": "x", "new_password": NEW}) == ([GET], 400)


def test_logging_in_is_a_read_and_a_transaction(ann, cost):
    body = {"email": ann.email, "password": PASSWORD}

    assert cost("POST", "/sessions", body) == ([BATCH, TRANSACT], 201)


def test_a_reset_is_a_transaction_and_by_its_link_two_reads_and_another(ann, post, cost):
    assert cost("POST", "/password-resets", {"email": ann.email}) == ([TRANSACT], 202)
    body = {"token": post.token(ann.email), "new_password": NEW}

    assert cost("POST", "/password-resets/confirm", body) == ([GET, GET, TRANSACT, *SETTLED], 204)


def test_a_new_password_is_one_transaction_after_the_checks(pair, cost):
    body = {"current_password": PASSWORD, "new_password": NEW}

    found = cost("PUT", "/users/me/password", body, token=pair["access_token"])
    assert found == ([LIVE, *PROOF, TRANSACT, *SETTLED], 204)


def test_a_new_address_is_one_transaction_after_the_checks_and_one_when_it_is_confirmed(pair, post, cost):
    body = {"new_email": OTHER, "password": PASSWORD}

    assert cost("PUT", "/users/me/email", body, token=pair["access_token"]) == ([LIVE, *PROOF, TRANSACT], 202)
    made, status = cost("POST", "/email-verifications/confirm", {"token": post.token(OTHER)})
    assert (made[:4], status) == ([GET, GET, GET, TRANSACT], 204)


def test_the_own_account_is_one_read_and_a_change_of_it_a_transaction(pair, cost):
    token = pair["access_token"]

    assert cost("GET", "/users/me", token=token) == ([GET], 200)
    assert cost("PATCH", "/users/me", {"name": "Ann New"}, token=token) == ([GET, TRANSACT], 200)


def test_all_that_is_held_is_one_query(pair, cost):
    assert cost("GET", "/privacy/users", token=pair["access_token"]) == ([QUERY], 200)


def test_an_erasure_is_four_calls_so_that_a_session_that_just_began_ends_too(ann, pair, cost):
    ann.logs_in()

    assert cost("DELETE", "/users/me", {"password": PASSWORD}, token=pair["access_token"]) == (
        [QUERY, BATCH, TRANSACT, QUERY],
        202,
    )


def test_an_account_is_found_by_one_read(ann, pair, admin, cost):
    assert cost("GET", f"/users?email={ann.email}", token=admin) == ([BATCH], 200)
    assert cost("GET", f"/users/{pair['user']['id']}", token=admin) == ([GET], 200)


def test_a_list_of_accounts_is_one_query_of_its_month_and_one_for_the_months(ann, admin, cost):
    assert cost("GET", "/users", token=admin) == ([QUERY, QUERY], 200)


@pytest.mark.parametrize(("method", "what", "body"), [("PUT", "role", {"role": "staff"}), ("POST", "disable", None)])
def test_what_an_administrator_changes_is_one_transaction(pair, admin, cost, method, what, body):
    made, status = cost(method, f"/users/{pair['user']['id']}/{what}", body, token=admin)

    assert (made[:3], status) == ([LIVE, GET, TRANSACT], 200)
    assert made[3:] == [*SETTLED, "BatchWriteItem"]
