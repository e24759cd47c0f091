"""Imports and exports as staff use them, over moto: the queues are worked off by hand, one message at a time."""

import csv
import io
import json
import zipfile
from typing import Any

import pytest

from tests.support.api import Answer, Api


class Queue:
    """One of the service's queues, and the handler that works on it."""

    def __init__(self, aws: Any, monkeypatch: pytest.MonkeyPatch, name: str, handler: str) -> None:
        from chalicelib import config

        self.sqs = aws("sqs")
        self.url = self.sqs.create_queue(QueueName=getattr(config, f"{name}_QUEUE"))["QueueUrl"]
        self.handler = handler
        monkeypatch.setattr(config, f"{name}_QUEUE_URL", self.url)

    def next(self) -> str | None:
        """A message, which is then gone from the queue."""
        found = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=1).get("Messages", [])
        for message in found:
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return found[0]["Body"] if found else None

    def handle(self, message: str) -> None:
        import app

        getattr(app, self.handler)({"Records": [{"body": message, "receiptHandle": "r", "messageId": "m"}]}, None)

    def work(self) -> int:
        """Until nothing is left; how many messages there were."""
        handled = 0
        while message := self.next():
            self.handle(message)
            handled += 1
        return handled


class Files:
    """`files.bring_in("csv", text)` is what staff do; `files.bring_out("csv")` the way back."""

    def __init__(self, aws: Any, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        from chalicelib import config

        self.s3, self.api, self.bucket = aws("s3"), api, config.bucket.name
        self.imports = Queue(aws, monkeypatch, "IMPORT", "bring_in")
        self.exports = Queue(aws, monkeypatch, "EXPORT", "write_out")

    def announce(self, kind: str, content: bytes) -> Any:
        return self.api.post("/imports", {"format": kind, "size": len(content)}, role="staff").json

    def upload(self, announced: Any, content: bytes) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=announced["upload"]["fields"]["key"], Body=content)

    def uploaded(self, kind: str, content: bytes | str) -> str:
        raw = content.encode() if isinstance(content, str) else content
        announced = self.announce(kind, raw)
        self.upload(announced, raw)
        return str(announced["id"])

    def start(self, import_id: str) -> Answer:
        return self.api.post(f"/imports/{import_id}/start", role="staff")

    def status(self, import_id: str) -> Any:
        return self.api.get(f"/imports/{import_id}", role="staff").json

    def bring_in(self, kind: str, content: bytes | str) -> "Outcome":
        import_id = self.uploaded(kind, content)
        assert self.start(import_id).status == 202
        self.imports.work()
        return self.outcome(import_id)

    def outcome(self, import_id: str) -> "Outcome":
        return Outcome(self.status(import_id), self.errors(import_id))

    def errors(self, import_id: str) -> list[dict[str, Any]]:
        if self.status(import_id)["errors_url"] is None:
            return []
        found = self.s3.get_object(Bucket=self.bucket, Key=f"imports/{import_id}/errors.jsonl")["Body"].read()
        return [json.loads(line) for line in found.splitlines()]

    def bring_out(self, kind: str) -> str:
        """The text of an export's file."""
        made = self.api.post("/exports", {"format": kind}, role="staff").json
        self.exports.work()
        done = self.api.get(f"/exports/{made['id']}", role="staff").json
        assert done["status"] == "done"
        assert done["url"]
        key = f"exports/{made['id']}/products.{kind}"
        return str(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read().decode())


class Outcome:
    """What became of an import."""

    def __init__(self, view: Any, errors: list[dict[str, Any]]) -> None:
        self.view, self.errors = view, errors

    @property
    def status(self) -> str:
        return str(self.view["status"])

    @property
    def counts(self) -> tuple[int, int, int]:
        """Rows, those brought in and those that failed."""
        return self.view["rows"], self.view["done"], self.view["failed"]

    @property
    def told(self) -> list[tuple[int, str, str]]:
        """Line, field and code of each error."""
        return [(one["line"], one["field"], one["code"]) for one in self.errors]

    def __repr__(self) -> str:
        return f"<{self.view} {self.errors[:5]}>"


def sheet(*rows: dict[str, Any], **options: Any) -> str:
    """CSV with the columns of all rows."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n", **options)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def row(slug: str, **cells: Any) -> dict[str, Any]:
    """A row of a product with one variant."""
    return {"slug": slug, "name": slug.title(), "status": "active", "sku": slug.upper(), "price": 1000} | cells


def jsonl(*bodies: Any) -> str:
    return "".join(json.dumps(body) + "\n" for body in bodies)


def archive(files: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out.getvalue()
