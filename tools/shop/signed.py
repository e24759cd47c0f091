"""Calls of AWS's JSON protocols without a client: SigV4 by botocore, HTTP by the standard library.

A pump needs four operations; botocore's clients for them would cost each service 20 MB.
"""

import http.client
import json
import os
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


class CallFailed(Exception):
    """AWS answered with an error; `code` is its name, such as TrimmedDataAccessException."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Caller:
    """One kept connection for one service of AWS; for one thread."""

    def __init__(self, service: str, target: str, version: str) -> None:
        self.url = os.environ["AWS_ENDPOINT_URL"]
        self.target, self.version = target, version
        credentials = Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
        self.region = os.environ["AWS_DEFAULT_REGION"]
        self.signer = SigV4Auth(credentials, service, self.region)
        self.connection: http.client.HTTPConnection | None = None

    def __call__(self, operation: str, timeout: float = 5.0, **arguments: Any) -> dict[str, Any]:
        """The answer; raises CallFailed, or OSError and HTTPException when there was none."""
        body = json.dumps(arguments).encode()
        headers = {
            "X-Amz-Target": f"{self.target}.{operation}",
            "Content-Type": f"application/x-amz-json-{self.version}",
        }
        request = AWSRequest("POST", f"{self.url}/", headers=headers, data=body)
        self.signer.add_auth(request)
        status, text = self._send(body, dict(request.headers.items()), timeout)
        answer: dict[str, Any] = json.loads(text or b"{}")
        if status != 200:
            raise CallFailed(str(answer.get("__type", status)).rpartition("#")[2], str(answer.get("message", "")))
        return answer

    def _send(self, body: bytes, headers: dict[str, str], timeout: float) -> tuple[int, bytes]:
        connection = self.connection or http.client.HTTPConnection(urlsplit(self.url).netloc)
        self.connection = None  # until it has proved itself again
        connection.timeout = timeout
        if connection.sock:
            connection.sock.settimeout(timeout)
        try:
            connection.request("POST", "/", body, headers)
            answer = connection.getresponse()
            found = answer.status, answer.read()
        except BaseException:
            connection.close()
            raise
        self.connection = connection
        return found
