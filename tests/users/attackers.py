"""What the attack tests have in common: a watch on every answer and log line, and tokens taken apart."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support import fixtures, tokens

ME = "/users/me"
SAID = ("password", "current_password", "new_password", "token", "refresh_token", "id_token", "access_token")


@pytest.fixture(autouse=True)
def nothing_leaks(api: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever is tried: nothing of a token, password or key gets into the log or into an answer that refuses.

    No answer is a 500, no header has a line break, and every log line is one whole JSON object.
    """
    secrets: set[str] = set()
    refusals: list[str] = []
    request = api.request

    def watched(method: str, path: str, body: Any = None, **kwargs: Any) -> Any:
        answer = request(method, path, body, **kwargs)
        given = body if isinstance(body, dict) else {}
        received = answer.json if answer.text.startswith("{") else {}
        secrets.update(str(kwargs[name]) for name in ("token", "Device_Token") if kwargs.get(name))
        secrets.update(str(one[name]) for one in (given, received) for name in SAID if name in one)
        if answer.status >= 400:
            refusals.append(answer.text)
        assert answer.status < 500, answer
        assert not [one for header in answer.headers.items() for one in header if "\n" in one or "\r" in one]
        return answer

    monkeypatch.setattr(api, "request", watched)
    yield
    log = [line for stream in capsys.readouterr() for line in stream.split("\n") if line]
    hidden = [one for one in (*secrets, *_kept()) if len(one) > 8]
    assert not [line for line in (*log, *refusals) for one in hidden if one in line]
    assert "error" not in {json.loads(line)["level"] for line in log}


def _kept() -> list[str]:
    """The service's own secrets, of a key what is between its first and last line."""
    keys = [line for key in json.loads(tokens.signing_keys("users")) for line in key["pem"].splitlines()[1:-1]]
    return keys + [value for name, value in fixtures._secrets("users").items() if name != "signing-keys"]


@pytest.fixture
def ann_token(signed_in: Any) -> str:
    return str(signed_in("ann@example.test"))


@pytest.fixture
def bob_token(signed_in: Any) -> str:
    return str(signed_in("bob@example.test"))


def session_of(token: str) -> tuple[str, str]:
    """Whose token it is, and of which session."""
    said = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    return said["sub"], said["sid"]


def promote(user_id: str) -> None:
    """Make an account an administrator's, as the operator's command would."""
    key = {"pk": {"S": f"USER#{user_id}"}, "sk": {"S": "PROFILE"}}
    names, values = {"#role": "role"}, {":role": {"S": "admin"}}
    fixtures.client("dynamodb").update_item(
        TableName="shop-users",
        Key=key,
        UpdateExpression="SET #role = :role",
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=values,
    )


def without_id(answer: Any) -> Any:
    """All of an answer but for what names the request."""
    headers = {name: value for name, value in answer.headers.items() if name not in ("X-Request-Id", "traceparent")}
    body = {**answer.json, "request_id": ""} if answer.text else None
    return answer.status, headers, body


def the_same(*answers: Any) -> Any:
    """The answers are alike in every byte but for the request's id; one of them."""
    assert len({repr(without_id(answer)) for answer in answers}) == 1, answers
    return answers[0]
