"""A person is erased by users-service: the event as it reaches the queue of a service that holds something on them."""

import json
from collections.abc import Callable
from typing import Any

from common import events
from tests.support.api import Calls


class Erasures:
    """`erasures.of("usr_ann")`: the first time that the service hears of it."""

    def __init__(self, handler: Callable[[Any, Any], Any], calls: Calls) -> None:
        self.handler, self.calls = handler, calls

    def of(self, user_id: str) -> str:
        """The message that EventBridge puts on the queue, now handled once."""
        made = events.event("users", "user.erased", user_id, 1, {"user_id": user_id})
        detail = {name: getattr(made, name) for name in made.__struct_fields__}
        message = json.dumps({"source": "shop.users", "detail-type": made.type, "detail": detail})
        self.again(message)
        return message

    def again(self, message: str) -> None:
        self.handler({"Records": [{"body": message, "receiptHandle": "r", "messageId": "m"}]}, None)

    def sent_back(self) -> list[tuple[str, int]]:
        """The messages that the service has put on its queue again, with the seconds until they come."""
        sent = [arguments for service, name, arguments in self.calls.made if (service, name) == ("sqs", "SendMessage")]
        return [(one["MessageBody"], one["DelaySeconds"]) for one in sent]


def make_queue(aws: Any, config: Any, monkeypatch: Any) -> None:
    url = aws("sqs").create_queue(QueueName=config.ERASURE_QUEUE)["QueueUrl"]
    monkeypatch.setattr(config, "ERASURE_QUEUE_URL", url)
