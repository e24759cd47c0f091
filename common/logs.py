"""Logs: one JSON object a line on stderr, each with the request id. Never personal data."""

import json
import logging
import sys
import traceback
from typing import Any

from common import clock, tracing

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def configure(service: str) -> None:
    """Make the root logger write JSON lines; Lambda's own handler is replaced, as it would print them twice."""
    handler = _Stderr()
    handler.setFormatter(_Json(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for ours in ("common", "chalicelib"):
        logging.getLogger(ours).setLevel(logging.INFO)


def logger(name: str) -> logging.Logger:
    """`log.info("stock_released", extra={"reservation_id": …})`: an event's name, then its facts as fields."""
    return logging.getLogger(name)


def metric(name: str, value: float) -> dict[str, Any]:
    """Fields of a line from which CloudWatch makes a metric of the service, without a call (its embedded format)."""
    metrics = [{"Namespace": "Shop", "Dimensions": [["service"]], "Metrics": [{"Name": name, "Unit": "Count"}]}]
    return {name: value, "_aws": {"Timestamp": int(clock.now() * 1000), "CloudWatchMetrics": metrics}}


class _Stderr(logging.Handler):
    """Looks stderr up at each line, so that whoever replaces it (a test, a supervisor) gets the lines."""

    def emit(self, record: logging.LogRecord) -> None:
        print(self.format(record), file=sys.stderr, flush=True)


class _Json(logging.Formatter):
    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": clock.rfc3339(record.created),
            "level": record.levelname.lower(),
            "service": self._service,
            "message": record.getMessage(),
            "request_id": tracing.current().trace_id,
        }
        line.update((name, value) for name, value in vars(record).items() if name not in _OWN)
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            # Where, never with which values: messages of errors may hold what a person typed.
            line["where"] = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(record.exc_info[2])]
        return json.dumps(line, default=str)
