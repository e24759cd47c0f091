"""A bad line between this process and DynamoDB."""

import random
from typing import Any

import botocore.client
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

WRITES = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems")


class Faults:
    """Each write that the caller sends has one of five fates, by the dice."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.late: list[tuple[Any, str, Any]] = []
        self.original = botocore.client.BaseClient._make_api_call
        botocore.client.BaseClient._make_api_call = lambda client, name, arguments: self.call(client, name, arguments)

    def call(self, client: Any, operation: str, arguments: Any) -> Any:
        if operation not in WRITES:
            return self.original(client, operation, arguments)
        self.send_a_late_one()
        fate = self.dice.random()
        if fate < 0.02:
            raise ConnectTimeoutError(endpoint_url="lost on the way there")
        answer = self.original(client, operation, arguments)
        if fate < 0.07:
            raise ReadTimeoutError(endpoint_url="lost on the way back")
        if fate < 0.12:
            return self.original(client, operation, arguments)  # as the SDK does when a reply is lost
        if fate < 0.17:
            self.late.append((client, operation, arguments))
        return answer

    def send_a_late_one(self) -> None:
        """A copy that was under way all the time arrives now."""
        if self.late and self.dice.random() < 0.1:
            try:
                self.original(*self.late.pop(self.dice.randrange(len(self.late))))
            except (ClientError, IndexError):
                pass  # refused, as it should be, or taken by another thread
