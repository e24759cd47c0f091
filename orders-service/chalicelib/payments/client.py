"""Stripe's API over plain HTTP (https://docs.stripe.com/api): its library is 2.6 MB, and the calls are short."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import urllib3

from chalicelib.errors import ProviderAnswered, ProviderDown, ProviderNotAsked
from common import logs
from common.client import within
from common.deadline import Deadline

API_VERSION = "2024-06-20"
CONNECT_SECONDS = 2.0
READ_SECONDS = 8.0
PAGE = 100
REFUSED = (400, 402)
NO_ANSWER = frozenset({408, 409, 425, 429})  # with all above 499: too many at once, or its own trouble
_pool = urllib3.PoolManager(maxsize=50, retries=False)
_log = logs.logger(__name__)


@dataclass(frozen=True)
class Refusal(Exception):
    """Stripe understood and said no."""

    status: int
    error: Mapping[str, Any]

    @property
    def facts(self) -> dict[str, Any]:
        """What may be logged: never a message, which may repeat what was sent."""
        return {"status": self.status, "type": self.error.get("type"), "code": self.error.get("code")}


class Client:
    """One attempt a call, cut to what is left of the request's deadline.

    Each raises Refusal, or ProviderDown if it is not known what came of it.
    """

    def __init__(self, base_url: str, key: Callable[[], str], deadline: Deadline) -> None:
        self._base_url = base_url
        self._key = key
        self._deadline = deadline

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        return self._call("GET", f"{path}?{urlencode(query)}" if query else path)

    def post(self, path: str, form: Mapping[str, Any], *, key: str | None = None) -> dict[str, Any]:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} | ({"Idempotency-Key": key} if key else {})
        return self._call("POST", path, urlencode({name: v for name, v in form.items() if v is not None}), headers)

    def pages(self, path: str, **query: Any) -> Iterator[list[dict[str, Any]]]:
        """All pages of a list, newest first."""
        after: dict[str, str] = {}
        while True:
            answer = self.get(path, limit=PAGE, **query, **after)
            yield answer["data"]
            if not answer["has_more"]:
                return
            after = {"starting_after": answer["data"][-1]["id"]}

    def _call(
        self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        if self._deadline.remaining() <= 0:
            raise ProviderNotAsked
        common = {"Authorization": f"Bearer {self._key()}", "Stripe-Version": API_VERSION}
        timeout = within(self._deadline, CONNECT_SECONDS, READ_SECONDS)
        try:
            reply = _pool.request(
                method, self._base_url + path, body=body, headers={**common, **(headers or {})}, timeout=timeout,
                redirect=False,
            )  # fmt: skip
            answer = json.loads(reply.data)
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise ProviderDown from error
        return _judged(reply.status, answer)


def _judged(status: int, answer: Any) -> dict[str, Any]:
    """A refusal counts only in Stripe's own form: what a proxy on the way says must not decline or fail anything."""
    told = answer if isinstance(answer, dict) else {}
    if status == 200 and told:
        return told
    error = told.get("error")
    refusal = Refusal(status, error if isinstance(error, dict) else {})
    if status in REFUSED and refusal.error.get("type") not in (None, "idempotency_error"):
        raise refusal
    _log.error("payment_provider_answer", extra=refusal.facts)
    raise ProviderDown if status >= 500 or status in NO_ANSWER else ProviderAnswered  # such as a bad key
