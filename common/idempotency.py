"""Idempotency-Key: the first answer is stored and given again (draft-ietf-httpapi-idempotency-key-header).

Where the whole change is one transaction, its Record goes into the same transaction with the condition that it is
absent: then change and record exist together or not at all, and no lease is needed.
"""

import hashlib
import json
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from common import clock
from common.problems import IdempotencyMismatch

KEPT_SECONDS = 72 * 3600  # the contract says at least 48 hours


def record_key(caller_id: str, key: str) -> str:
    """`IDEM#<caller>#<hash of the key>`: keys belong to the caller, and may hold any visible character."""
    return f"IDEM#{caller_id}#{hashlib.sha256(key.encode()).hexdigest()}"


class RecordAttributes:
    """Mixed into a service's idempotency item beside its keys."""

    body_hash = UnicodeAttribute()
    status = NumberAttribute(null=True)
    answer = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()


def record_values(body_hash: str, status: int, answer: Any) -> dict[str, Any]:
    """The values of RecordAttributes for a finished request; `answer` is any JSON value."""
    return {
        "body_hash": body_hash,
        "status": status,
        "answer": json.dumps(answer, separators=(",", ":")),
        "expires_at": int(clock.now()) + KEPT_SECONDS,
    }


def replay(stored_hash: str, status: int, answer: str, body_hash: str) -> tuple[int, Any]:
    """The stored status and answer; IdempotencyMismatch if the key came with another body then."""
    if stored_hash != body_hash:
        raise IdempotencyMismatch
    return int(status), json.loads(answer)
