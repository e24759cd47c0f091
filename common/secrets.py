"""Secrets from SSM Parameter Store: fetched when first needed, kept in memory only, never logged."""

import threading


class Secrets:
    """The SecureStrings below one prefix, such as `/shop/users/`."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._known: dict[str, str] = {}
        self._lock = threading.Lock()

    def get(self, name: str) -> str:
        """The secret's text; raises botocore's ParameterNotFound if nobody has made it."""
        with self._lock:
            if name not in self._known:
                self._known[name] = self._fetch(name)
            return self._known[name]

    def forget(self, name: str) -> None:
        """Fetch it anew at the next get, as after a rotation."""
        with self._lock:
            self._known.pop(name, None)

    def _fetch(self, name: str) -> str:
        import boto3  # only when a secret is needed: a session and a client cost about 90 ms

        answer = boto3.client("ssm").get_parameter(Name=self._prefix + name, WithDecryption=True)
        return str(answer["Parameter"]["Value"])
