"""Secrets from SSM Parameter Store: fetched when first needed, kept in memory only, never logged."""

import threading
from typing import Any

from common import clock


class Secrets:
    """The SecureStrings below one prefix, such as `/shop/users/`."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._known: dict[str, str] = {}
        self._asked: dict[str, tuple[float, float]] = {}
        self._ssm: Any = None
        self._lock = threading.RLock()

    def get(self, name: str) -> str:
        """The secret's text; raises botocore's ParameterNotFound if nobody has made it."""
        with self._lock:
            if name not in self._known:
                self._known[name] = self.fresh(name)
            return self._known[name]

    def recent(self, name: str, seconds: float) -> str:
        """The secret's text as it was at most so long ago, so that one can be replaced while the service runs.

        What is known serves on while it can't be asked for.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        with self._lock:
            if clock.elapsed(self._asked.get(name, clock.NEVER)) > seconds or name not in self._known:
                self._asked[name] = clock.real()
                try:
                    self._known[name] = self.fresh(name)
                except (BotoCoreError, ClientError):
                    if name not in self._known:
                        raise
            return self._known[name]

    def fresh(self, name: str) -> str:
        """The secret's text as it is now, for secrets that change while the service runs."""
        answer = self._client().get_parameter(Name=self._prefix + name, WithDecryption=True)
        return str(answer["Parameter"]["Value"])

    def _client(self) -> Any:
        """Made when a secret is first needed: a session and a client cost about 90 ms. A request may wait for it."""
        with self._lock:
            if self._ssm is None:
                import boto3
                from botocore.config import Config

                limits = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})
                self._ssm = boto3.client("ssm", config=limits)
            return self._ssm
