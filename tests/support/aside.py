"""The queue of what followers of a stream failed at, and its worker."""

import json
from collections.abc import Callable
from typing import Any


class SetAside:
    """`take_up` is the worker's handler."""

    def __init__(self, sqs: Any, name: str, take_up: Callable[[Any, Any], Any]) -> None:
        self.sqs, self.url, self.handler = sqs, sqs.create_queue(QueueName=name)["QueueUrl"], take_up

    def waiting(self) -> list[dict[str, Any]]:
        """What the messages say, ten at most."""
        return [json.loads(message["Body"]) for message in self._messages()]

    def take_up(self) -> int:
        """Each message once, ten at most; how many were done."""
        return sum(self._work(message) for message in self._messages())

    def _messages(self) -> list[dict[str, Any]]:
        found = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return list(found.get("Messages", []))

    def _work(self, message: dict[str, Any]) -> bool:
        try:
            self.handler({"Records": [{"body": message["Body"], "receiptHandle": "r", "messageId": "m"}]}, None)
        except Exception:  # whatever it is, the queue gives the message again
            return False
        self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return True
