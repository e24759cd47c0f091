"""A service's own bucket: uploads and downloads go straight to S3 by presigned URLs.

URLs are signed here with botocore's credentials and SigV4 (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html,
.../sigv4-HTTPPOSTConstructPolicy.html) instead of by a client, which would cost 120 ms and 490 M instructions of a
cold start. Signing uses the real clock, never the shop's: S3's does not move.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import IO, Any, TypeVar
from urllib.parse import quote, urlsplit

import msgspec

from common import clock
from common.problems import Unavailable

_STABLE_SECONDS = 3600  # a GET stays the same for an hour …
T = TypeVar("T")
# 409: two conditional writes at once, https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
_ABSENT_OR_OTHER = {"NoSuchKey", "404", "NotFound", "PreconditionFailed", "412", "ConditionalRequestConflict", "409"}
_GET_SECONDS = 3 * 3600  # … and is good for at least two more


class Upload(msgspec.Struct, frozen=True):
    """A presigned POST: send `fields` first, then the file as the last part, as multipart/form-data to `url`."""

    url: str
    fields: dict[str, str]
    expires_at: str


class Download(msgspec.Struct, frozen=True):
    """A presigned GET, good until `expires_at`."""

    url: str
    expires_at: str


class NotModified(Exception):
    """An object still is what the caller knows."""


class Changed(Exception):
    """An object is no longer what the caller saw, and was left as it is."""


class Bucket:
    """Keys are made by the service, never by its caller. Without `endpoint`, addresses are AWS's own."""

    def __init__(self, name: str, region: str, endpoint: str | None = None, public_endpoint: str | None = None) -> None:
        self.name = name
        self._region = region
        self._endpoint = endpoint
        self._url = _bucket_url(name, region, public_endpoint or endpoint)

    def presigned_post(self, key: str, content_type: str, exact_bytes: int, ttl_seconds: int = 900) -> Upload:
        """A form that can upload only this key, this content type and exactly this many bytes, within the time."""
        now, credentials = time.time(), _credentials()
        scope = _scope(now, self._region)
        fields = {
            "key": key,
            "Content-Type": content_type,
            "x-amz-algorithm": "AWS4-HMAC-SHA256",
            "x-amz-credential": f"{credentials.access_key}/{scope}",
            "x-amz-date": _stamp(now),
            **({"x-amz-security-token": credentials.token} if credentials.token else {}),
        }
        policy = {
            "expiration": clock.rfc3339(now + ttl_seconds),
            "conditions": [
                {"bucket": self.name},
                ["content-length-range", exact_bytes, exact_bytes],
                *({name: value} for name, value in fields.items()),
            ],
        }
        fields["policy"] = base64.b64encode(json.dumps(policy).encode()).decode()
        fields["x-amz-signature"] = _sign(credentials.secret_key, scope, fields["policy"])
        return Upload(self._url, fields, clock.rfc3339(clock.now() + ttl_seconds))

    def presigned_get(self, key: str) -> str:
        """A URL that stays the same for up to an hour, so that browsers cache, and is good for two hours more."""
        return self._presigned_get(key, int(time.time()) // _STABLE_SECONDS * _STABLE_SECONDS, _GET_SECONDS)

    def presigned_download(self, key: str, ttl_seconds: int) -> Download:
        """A URL that is good from now on for so long: for what is not for everybody who finds the address."""
        url = self._presigned_get(key, int(time.time()), ttl_seconds)
        return Download(url, clock.rfc3339(clock.now() + ttl_seconds))

    def _presigned_get(self, key: str, since: int, seconds: int) -> str:
        who = _credentials()
        return _signed_get(self._url, key, self._region, since, seconds, who.access_key, who.secret_key, who.token)

    def read(self, key: str, first_bytes: int | None = None) -> tuple[bytes, str] | None:
        """Content and ETag of an object, or None if there is none; the first bytes only if a number is given."""
        wanted = {"Range": f"bytes=0-{first_bytes - 1}"} if first_bytes else {}

        def get() -> tuple[bytes, str]:
            answer = self._client().get_object(Bucket=self.name, Key=key, **wanted)
            return answer["Body"].read(), answer["ETag"]

        return _or_none(get)

    def read_range(self, key: str, start: int, length: int, etag: str) -> bytes:
        """So many bytes of an object from `start` on; Changed if it is gone or no longer has this ETag."""

        def get() -> bytes:
            wanted = {"Range": f"bytes={start}-{start + length - 1}", "IfMatch": etag}
            return bytes(self._client().get_object(Bucket=self.name, Key=key, **wanted)["Body"].read())

        found = _or_none(get)
        if found is None:
            raise Changed
        return found

    def stat(self, key: str) -> tuple[int, str] | None:
        """Bytes and ETag of an object, or None if there is none."""

        def head() -> tuple[int, str]:
            answer = self._client().head_object(Bucket=self.name, Key=key)
            return int(answer["ContentLength"]), str(answer["ETag"])

        return _or_none(head)

    def size(self, key: str) -> int | None:
        """Bytes of an object, or None if there is none."""
        return _or_none(lambda: int(self._client().head_object(Bucket=self.name, Key=key)["ContentLength"]))

    def read_newer(self, key: str, etag: str) -> tuple[bytes, str] | None:
        """The same, or NotModified while it still has this ETag."""
        from botocore.exceptions import ClientError

        def get() -> tuple[bytes, str]:
            try:
                answer = self._client().get_object(Bucket=self.name, Key=key, IfNoneMatch=etag)
            except ClientError as error:
                if error.response["Error"]["Code"] in {"304", "NotModified"}:
                    raise NotModified from None
                raise
            return answer["Body"].read(), answer["ETag"]

        return _or_none(get)

    def put(self, key: str, content: bytes, content_type: str) -> None:
        _or_none(lambda: self._client().put_object(Bucket=self.name, Key=key, Body=content, ContentType=content_type))

    def put_file(self, key: str, file: IO[bytes], content_type: str) -> None:
        """The same for what need not be in memory, from the file's beginning."""
        file.seek(0)
        _or_none(lambda: self._client().put_object(Bucket=self.name, Key=key, Body=file, ContentType=content_type))

    def replace(
        self, key: str, content: bytes, content_type: str, *, etag: str | None, file_name: str | None = None
    ) -> None:
        """Write an object that still has this ETag, or that does not exist (None); else raise Changed.

        Browsers show it, and who keeps it keeps it under `file_name` (ASCII).
        """
        more = {"IfNoneMatch": "*"} if etag is None else {"IfMatch": etag}
        if file_name:
            more["ContentDisposition"] = f'inline; filename="{file_name}"'

        def put() -> bool:
            self._client().put_object(Bucket=self.name, Key=key, Body=content, ContentType=content_type, **more)
            return True

        if not _or_none(put):
            raise Changed

    def delete(self, key: str) -> None:
        _or_none(lambda: self._client().delete_object(Bucket=self.name, Key=key))

    def keys(self, folder: str) -> list[str]:
        """The keys that begin so, in the order of the alphabet."""

        return [key for key, _ in self.objects(folder)]

    def objects(self, folder: str) -> list[tuple[str, float]]:
        """The same with the time of each object's last change, in seconds since the epoch."""

        def find() -> list[tuple[str, float]]:
            pages = self._client().get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=folder)
            return [(one["Key"], one["LastModified"].timestamp()) for page in pages for one in page.get("Contents", [])]

        return _or_none(find) or []

    def delete_all(self, folder: str) -> None:
        """Every object whose key begins so. Repeatable; a crash half-way leaves some for the next call."""
        for key in self.keys(folder):
            self.delete(key)

    def _client(self) -> Any:
        return _client(self._region, self._endpoint)


@lru_cache(maxsize=2)
def _client(region: str, endpoint: str | None) -> Any:
    import boto3  # only where an object is read or written
    from botocore.config import Config

    config = Config(
        connect_timeout=1,
        read_timeout=5,
        retries={"total_max_attempts": 2, "mode": "standard"},
        s3={"addressing_style": "path"} if endpoint else {},
    )
    return boto3.client("s3", region_name=region, endpoint_url=endpoint, config=config)


def _or_none(call: Callable[[], T]) -> T | None:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return call()
    except ClientError as error:
        if error.response["Error"]["Code"] in _ABSENT_OR_OTHER:
            return None
        raise Unavailable("The storage is not available right now.") from error
    except BotoCoreError as error:
        raise Unavailable("The storage is not available right now.") from error


@lru_cache(maxsize=1)
def _session() -> Any:
    import botocore.session

    return botocore.session.get_session()


def _credentials() -> Any:
    found = _session().get_credentials()
    if found is None:
        raise Unavailable("The storage is not available right now.")
    return found.get_frozen_credentials()


def _bucket_url(name: str, region: str, endpoint: str | None) -> str:
    return f"{endpoint.rstrip('/')}/{name}" if endpoint else f"https://{name}.s3.{region}.amazonaws.com"


@lru_cache(maxsize=4096)
def _signed_get(
    url: str, key: str, region: str, since: int, seconds: int, access_key: str, secret_key: str, token: str | None
) -> str:
    parts = urlsplit(url)
    path = f"{parts.path}/{quote(key, safe='/-_.~')}"
    scope = _scope(since, region)
    query = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"{access_key}/{scope}",
        "X-Amz-Date": _stamp(since),
        "X-Amz-Expires": str(seconds),
        **({"X-Amz-Security-Token": token} if token else {}),
        "X-Amz-SignedHeaders": "host",
    }
    text = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in query.items())
    request = f"GET\n{path}\n{text}\nhost:{parts.netloc}\n\nhost\nUNSIGNED-PAYLOAD"
    digest = hashlib.sha256(request.encode()).hexdigest()
    signature = _sign(secret_key, scope, f"AWS4-HMAC-SHA256\n{_stamp(since)}\n{scope}\n{digest}")
    return f"{parts.scheme}://{parts.netloc}{path}?{text}&X-Amz-Signature={signature}"


def _scope(at: float, region: str) -> str:
    return f"{_stamp(at)[:8]}/{region}/s3/aws4_request"


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y%m%dT%H%M%SZ")


def _sign(secret_key: str, scope: str, text: str) -> str:
    key = b"AWS4" + secret_key.encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    return hmac.digest(key, text.encode(), hashlib.sha256).hex()
