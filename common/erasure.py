"""A person is forgotten twice: at once, and again when no access token of theirs is good any more.

Tokens are checked without asking anybody, so for ten minutes after an erasure requests may still write. The event waits
in the consumer's queue meanwhile; it holds an id and nothing else of the person.
"""

from collections.abc import Callable
from datetime import datetime

from common import aws, clock, events, tracing

TOKENS_ENDED_SECONDS = 900  # access tokens live 10 minutes; SQS holds no message back for longer than this


def hear(message: str, queue_url: str, forget: Callable[[str, bool], bool]) -> None:
    """Call `forget(user_id, tokens_ended)` for a `user.erased` from the queue; it tells whether nothing is left to do.

    Until that is so and no token is good any more, the event comes back each quarter of an hour. `forget` goes by what
    is stored, so a message that is handled twice, or sent back twice after a lost reply, only looks once more.
    """
    event = events.received(message)
    tracing.start(event.traceparent)
    ended = clock.now() >= datetime.fromisoformat(event.at).timestamp() + TOKENS_ENDED_SECONDS
    if not (forget(str(event.data["user_id"]), ended) and ended):
        aws.client("sqs").send_message(QueueUrl=queue_url, MessageBody=message, DelaySeconds=TOKENS_ENDED_SECONDS)
