"""users-service alone: its routes over moto, with the queue and SES behind its workers."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.services import prepare

prepare("users")

from tests.support import fixtures  # noqa: E402
from tests.users import provider as external  # noqa: E402

api, aws, calls = fixtures.api, fixtures.aws, fixtures.calls
service_name, shop_clock = fixtures.service_name, fixtures.shop_clock
configured, provider, exchange = external.configured, external.provider, external.exchange

PASSWORD = "orchard lamp 4 velvet"


@pytest.fixture(autouse=True)
def fresh_process() -> None:
    """Nothing that the service keeps in memory of its callers outlives a test."""
    from chalicelib.accounts import writes
    from chalicelib.limits import sources

    sources.forget()
    writes.listed.clear()


class Post:
    """What a person finds in the mail, after the workers have run."""

    def __init__(self, aws: Any) -> None:
        self._sqs, self._ses = aws("sqs"), aws("ses")
        self._seen: set[str] = set()

    def work(self) -> None:
        """Let the stream handler and the mail worker see what is new in the outbox."""
        self.relay()
        while messages := self.queued():
            for message in messages:
                self.deliver(message)

    def relay(self) -> list[dict[str, Any]]:
        import app

        records = [one for one in self._outbox() if one["dynamodb"]["NewImage"]["pk"]["S"] not in self._seen]
        self._seen |= {one["dynamodb"]["NewImage"]["pk"]["S"] for one in records}
        app.relay_outbox({"Records": records}, None)
        app.follow_up({"Records": records}, None)
        return records

    def queued(self) -> list[dict[str, Any]]:
        from chalicelib import config

        found = self._sqs.receive_message(QueueUrl=config.MAIL_QUEUE_URL, MaxNumberOfMessages=10)
        return list(found.get("Messages", []))

    def deliver(self, message: dict[str, Any]) -> None:
        import app
        from chalicelib import config

        record = {"body": message["Body"], "receiptHandle": message["ReceiptHandle"], "messageId": message["MessageId"]}
        app.send_mail({"Records": [record]}, None)
        self._sqs.delete_message(QueueUrl=config.MAIL_QUEUE_URL, ReceiptHandle=message["ReceiptHandle"])

    def to(self, address: str) -> list[Any]:
        """The mails to an address, oldest first."""
        from moto.core import DEFAULT_ACCOUNT_ID
        from moto.ses.models import ses_backends

        self.work()
        sent = ses_backends[DEFAULT_ACCOUNT_ID]["eu-central-1"].sent_messages
        return [one for one in sent if address in one.destinations["ToAddresses"]]

    def token(self, address: str) -> str:
        """The token of the last link to an address."""
        found = re.findall(r"token=([A-Za-z0-9_-]+)", self.to(address)[-1].body)
        return str(found[-1])

    @staticmethod
    def _outbox() -> list[dict[str, Any]]:
        items = fixtures.client("dynamodb").scan(TableName="shop-users")["Items"]
        return [
            {"eventName": "INSERT", "eventID": str(place), "dynamodb": {"Keys": keys_of(item), "NewImage": item}}
            for place, item in enumerate(items)
            if item["pk"]["S"].startswith("OUT#")
        ]


def keys_of(item: dict[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in ("pk", "sk")}


@pytest.fixture
def post(aws: Any, monkeypatch: pytest.MonkeyPatch) -> Post:
    from chalicelib import config

    aws("ses").verify_domain_identity(Domain="example.test")
    aws("ses").verify_email_identity(EmailAddress=config.MAIL_FROM)
    aws("events").create_event_bus(Name="shop")
    url = aws("sqs").create_queue(QueueName=config.MAIL_QUEUE)["QueueUrl"]
    monkeypatch.setattr(config, "MAIL_QUEUE_URL", url)
    return Post(aws)


class Person:
    """Somebody who uses the service: `ann = person("ann@example.test")`, `ann.logs_in()`."""

    def __init__(self, api: Any, post: Post, email: str) -> None:
        self.api, self.post, self.email, self.password = api, post, email, PASSWORD

    def registers(self, **changes: Any) -> Any:
        body = {"email": self.email, "password": self.password, "name": "Ann Example"} | changes
        return self.api.post("/users", body)

    def confirms(self, token: str | None = None) -> Any:
        return self.api.post("/email-verifications/confirm", {"token": token or self.post.token(self.email)})

    def logs_in(self, password: str | None = None, **headers: str) -> Any:
        return self.api.post("/sessions", {"email": self.email, "password": password or self.password}, **headers)


@pytest.fixture
def set_aside(aws: Any) -> Any:
    """What followers of the stream failed at."""
    import app
    from chalicelib import config
    from tests.support.aside import SetAside

    return SetAside(aws("sqs"), config.SET_ASIDE_QUEUE, app.take_up)


@pytest.fixture
def person(api: Any, post: Post) -> Any:
    def make(email: str = "ann@example.test") -> Person:
        return Person(api, post, email)

    return make


@pytest.fixture
def ann(person: Any) -> Person:
    """A person with a confirmed account."""
    someone: Person = person()
    assert someone.registers().status == 202
    assert someone.confirms().status == 204
    return someone


@pytest.fixture
def employee(person: Any) -> Callable[[str], str]:
    """The access token of somebody who has this role."""
    from chalicelib.accounts import admin

    def log_in(role: str, email: str | None = None) -> str:
        someone: Person = person(email or f"{role}@example.test")
        admin.create(someone.email, PASSWORD, role)
        return str(someone.logs_in().json["access_token"])

    return log_in


@pytest.fixture
def signed_in(aws: Any) -> Callable[[str], str]:
    """The access token of somebody new whose account and session are simply there, without mails and hashing."""
    from chalicelib.accounts import domain as accounts
    from chalicelib.sessions import domain as sessions
    from common.tables import Transaction

    def begin(email: str) -> str:
        someone = accounts.new_person(email, "Bob Example", email_verified=True)
        accounts.list_month(someone["created_at"])
        started = sessions.new(someone["user_id"], "customer", email, None, 0)
        transaction = Transaction()
        accounts.add_account(transaction, someone)
        sessions.add(transaction, started)
        transaction.commit()
        return started.pair.access_token

    return begin


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`meanwhile(what)`: it happens once, while the next password is being compared."""
    from chalicelib.accounts import passwords

    verify, waiting = passwords.verify, list[Any]()

    def slowly(*given: Any) -> bool:
        found = verify(*given)
        if waiting:
            waiting.pop()()
        return found

    monkeypatch.setattr(passwords, "verify", slowly)
    return waiting.append


def stored() -> list[dict[str, Any]]:
    """Every item of the table, as DynamoDB's attribute maps."""
    return list(fixtures.client("dynamodb").scan(TableName="shop-users")["Items"])


def dump() -> str:
    return json.dumps(stored(), default=str)
