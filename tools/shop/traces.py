"""The latest requests, put together from the logs of all processes by their request id, for `/_traces`."""

import html
import json
import logging
from collections import defaultdict
from pathlib import Path
from typing import Any

from tools.shop.pages import document

TAIL_BYTES = 300_000
SHOWN = 100
log = logging.getLogger("edge")


def log_error(error: BaseException | None) -> None:
    """A mistake of the edge's own."""
    log.error("unexpected_error", exc_info=error)


def read(logs: Path) -> list[dict[str, Any]]:
    """Requests, newest first: `{request_id, at, lines}`."""
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for file in sorted(logs.glob("*.log")):
        for line in tail(file):
            if line.get("request_id"):
                grouped[line["request_id"]].append({"process": file.stem, **line})
    traces = [trace(request_id, lines) for request_id, lines in grouped.items() if is_request(lines)]
    return sorted(traces, key=lambda one: str(one["at"]), reverse=True)[:SHOWN]


def tail(file: Path) -> list[dict[str, Any]]:
    """The JSON lines at the end of a log."""
    with file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - TAIL_BYTES))
        return [found for line in opened.read().splitlines() if (found := parsed(line))]


def parsed(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def is_request(lines: list[dict[str, Any]]) -> bool:
    return any(line.get("message") == "request" for line in lines)


def trace(request_id: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
    ordered = sorted(lines, key=lambda line: str(line.get("at", "")))
    return {"request_id": request_id, "at": str(ordered[0].get("at", "")), "lines": ordered}


def page(found: list[dict[str, Any]]) -> str:
    """For people: a row a request, its lines behind a click."""
    if not found:
        return document("Traces", "<p>No request has been logged yet.</p>")
    return document("Traces", "".join(map(entry, found)))


def entry(one: dict[str, Any]) -> str:
    requests = [line for line in one["lines"] if line.get("message") == "request"]
    title = ", ".join(
        f"{line.get('method')} {line.get('route')} {line.get('status')} in {line.get('ms')} ms" for line in requests
    )
    bad = " class='bad'" if any(int(line.get("status") or 0) >= 500 for line in requests) else ""
    lines = "\n".join(html.escape(json.dumps(line)) for line in one["lines"])
    return (
        f"<details><summary{bad}>{html.escape(one['at'])} {html.escape(title)} "
        f"<code>{html.escape(one['request_id'])}</code></summary><pre><code>{lines}</code></pre></details>"
    )
