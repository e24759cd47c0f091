"""`import` and `export`: files of products in and out of a running shop, by its HTTP API and presigned URLs."""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NoReturn

import click
import urllib3
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from urllib3.exceptions import HTTPError

from tools.shop.staff import Staff, as_staff, staff

POLL_SECONDS = 0.5
CHUNK_BYTES = 256 * 1024
ENDINGS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".zip": "zip"}
MOST_ERRORS = 50  # printed; the rest is in the file


@click.command("import")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "kind", type=click.Choice(["csv", "jsonl", "zip"]), help="Else by the file's ending.")
@click.option("--resume", metavar="ID", help="Look again at an import that was begun before; no FILE then.")
@as_staff
def import_(file: Path | None, kind: str | None, resume: str | None, **who: Any) -> None:
    """Bring products in from a CSV file, JSON lines, or a ZIP archive of one of them with pictures."""
    if (file is None) == (resume is None):
        raise click.UsageError("Give a FILE, or --resume ID.")
    shop = staff(**who)
    import_id = resume or announced(shop, file, kind)
    started = shop.call("POST", f"/api/imports/{import_id}/start", None, 202, 404, 409)
    if started.status != 202:
        raise click.ClickException(started.body["detail"])
    try:
        view = watched(shop, import_id)
    except KeyboardInterrupt:
        left(import_id)
    report(view)


def announced(shop: Staff, file: Path | None, kind: str | None) -> str:
    """The id of an import whose file is uploaded."""
    assert file is not None  # noqa: S101 - the caller has looked
    kind = kind or ENDINGS.get(file.suffix.lower())
    if kind is None:
        raise click.UsageError(f"What {file.name} is can't be told by its ending: give --format.")
    size = file.stat().st_size
    made = shop.call("POST", "/api/imports", {"format": kind, "size": size}, 201, 422)
    if made.status == 422:
        raise click.ClickException("; ".join(error["message"] for error in made.body["errors"]))
    with bar("Uploading") as (progress, task), file.open("rb") as content:
        progress.update(task, total=size)
        upload(made.body["upload"], content, size, lambda sent: progress.advance(task, sent))
    return str(made.body["id"])


def upload(form: dict[str, Any], content: IO[bytes], size: int, sent: Callable[[int], None]) -> None:
    """The presigned form, piece by piece: the file need not fit into memory."""
    fields = [(name, value) for name, value in form["fields"].items()]
    head, kind = urllib3.encode_multipart_formdata([*fields, ("file", ("file", b"", form["fields"]["Content-Type"]))])
    boundary = kind.partition("boundary=")[2].encode()
    tail = b"\r\n--" + boundary + b"--\r\n"
    head = head[: -len(tail)]

    def pieces() -> Iterator[bytes]:
        yield head
        while piece := content.read(CHUNK_BYTES):
            yield piece
            sent(len(piece))
        yield tail

    headers = {"Content-Type": kind, "Content-Length": str(len(head) + size + len(tail))}
    answer = fetched("POST", form["url"], body=pieces(), headers=headers, retries=False, timeout=300)
    if answer.status not in (200, 201, 204):
        raise click.ClickException(f"The upload was answered {answer.status}: {answer.data[:300]!r}")


@contextmanager
def bar(what: str, *, rows: bool = False) -> Iterator[tuple[Progress, TaskID]]:
    """A progress bar on standard error; in a file or a pipe nothing."""
    shown = Console(stderr=True)
    columns = [MofNCompleteColumn(), TextColumn("rows")] if rows else []
    every = (TextColumn("{task.description}"), BarColumn(), *columns, TimeRemainingColumn())
    with Progress(*every, console=shown, disable=not shown.is_terminal) as progress:
        yield progress, progress.add_task(what, total=None)


def watched(shop: Staff, import_id: str) -> dict[str, Any]:
    """What became of it."""
    with bar("Importing", rows=True) as (progress, task):
        while True:
            view: dict[str, Any] = shop.call("GET", f"/api/imports/{import_id}", None, 200).body
            progress.update(task, total=view["rows"] or None, completed=view["done"] + view["failed"])
            if view["status"] != "running":
                return view
            time.sleep(POLL_SECONDS)


def left(import_id: str) -> NoReturn:
    click.echo(f"\nThe import goes on without you. Look again: run.py import --resume {import_id}", err=True)
    raise SystemExit(130)


def report(view: dict[str, Any]) -> None:
    """Errors on standard output, the sum on standard error; the exit status says whether all went well."""
    if view["problem"]:
        raise click.ClickException(f"{view['problem']['code']}: {view['problem']['message']}")
    if view["errors_url"]:
        show_errors(view["errors_url"])
    click.echo(f"{view['status']}: {view['done']} of {view['rows']} rows came in, {view['failed']} failed.", err=True)
    if view["failed"] or view["status"] != "done":
        raise SystemExit(1)


def show_errors(url: str) -> None:
    answer = fetched("GET", url, preload_content=False)
    shown = 0
    for line in answer:
        shown += 1
        if shown <= MOST_ERRORS:
            click.echo(said(json.loads(line)))
    if shown > MOST_ERRORS:
        click.echo(f"… and {shown - MOST_ERRORS} more: {url}")


def said(error: dict[str, Any]) -> str:
    """`line 12: variants[0].price: This field is required.`"""
    field = f"{error['field']}: " if error["field"] else ""
    return f"line {error['line']}: {field}{error['message']}"


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--format", "kind", type=click.Choice(["csv", "jsonl"]), help="Else by the file's ending.")
@as_staff
def export(file: Path, kind: str | None, **who: Any) -> None:
    """Write all products but the archived ones to a file that `import` reads."""
    kind = kind or ENDINGS.get(file.suffix.lower())
    if kind not in ("csv", "jsonl"):
        raise click.UsageError("Give --format csv or jsonl, or a file with that ending.")
    if not file.parent.is_dir():
        raise click.UsageError(f"There is no folder {file.parent}.")
    shop = staff(**who)
    made = shop.call("POST", "/api/exports", {"format": kind}, 202).body
    with bar("Exporting", rows=True) as (progress, task):
        while (view := shop.call("GET", f"/api/exports/{made['id']}", None, 200).body)["status"] == "running":
            progress.update(task, completed=view["rows"])
            time.sleep(POLL_SECONDS)
    if view["status"] == "failed":
        raise click.ClickException("The export failed; the shop has logged why.")
    download(view["url"], file)
    click.echo(f"{view['rows']} rows in {file}.", err=True)


def download(url: str, file: Path) -> None:
    """Whole or not at all."""
    answer = fetched("GET", url, preload_content=False)
    if answer.status != 200:
        raise click.ClickException(f"The download was answered {answer.status}.")
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as content:
            for piece in answer.stream(CHUNK_BYTES):
                content.write(piece)
        temporary.replace(file)
    except (OSError, HTTPError) as error:
        raise click.ClickException(f"{file} could not be written: {error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def fetched(method: str, url: str, **more: Any) -> urllib3.BaseHTTPResponse:
    """What the storage answers."""
    try:
        return urllib3.request(method, url, **more)
    except HTTPError as error:
        raise click.ClickException(f"The storage does not answer: {error}") from error
