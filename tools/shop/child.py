"""What every process of the shop starts as: `python -m tools.shop.child [--gently] [--preload a,b] MODULE […]`.

It reads its environment as one JSON line from standard input, so that a process can load its libraries before all of
its environment is known. That pipe stays open for as long as the supervisor lives: its end means that the supervisor
is gone, however it died, and ends this process with all that it started. Linux is asked to do so, too; `--gently` is
for a process that has something to save.
"""

import ctypes
import importlib
import json
import logging
import os
import runpy
import signal
import sys
import threading
import time
import traceback
from datetime import UTC, datetime
from types import TracebackType

GRACE_SECONDS = 5.0
PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Become the module that is named."""
    gently = arguments[0] == "--gently"
    die_with_the_parent(signal.SIGTERM if gently else signal.SIGKILL)
    arguments = arguments[gently:]
    sys.excepthook = log_crash
    log_as_json()
    if arguments[0] == "--preload":
        for name in arguments[1].split(","):
            importlib.import_module(name)
        arguments = arguments[2:]
    follow(read_environment())
    module, sys.argv[1:] = arguments[0], arguments[1:]
    sys.path[:] = [
        entry for entry in sys.path if entry
    ]  # the folder we stand in is a service's, and no place to find tools
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def die_with_the_parent(how: signal.Signals) -> None:
    """Have the kernel send a signal when the supervisor dies, where it can; SIGKILL ends a stopped process too."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, how)


def read_environment() -> int:
    """Take the environment over; the pipe, moved out of the way of the module's own standard input."""
    pipe = os.dup(0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    line = bytearray()
    while not line.endswith(b"\n"):
        piece = os.read(pipe, 65536)
        if not piece:
            raise SystemExit("the supervisor ended before this process began")
        line += piece
    os.environ.update(json.loads(line))
    return pipe


def follow(pipe: int) -> None:
    threading.Thread(target=end_with, args=(pipe,), name="lifeline", daemon=True).start()


def end_with(pipe: int) -> None:
    """Wait for the end of the pipe, then end; by force if asking takes too long."""
    while os.read(pipe, 64):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    if os.getpgid(0) == os.getpid():  # the supervisor makes each process the leader of a group of its own
        os.killpg(0, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


class Json(logging.Formatter):
    """What libraries log, in the form of everything else; the services bring their own.

    Of an error its kind and where it happened: what it says, and a message's further lines, may quote a request, and so
    what somebody typed.
    """

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage().partition("\n")[0]
        line: dict[str, object] = {"at": now(), "level": record.levelname.lower(), "logger": record.name}
        line["message"] = message
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["where"] = places(record.exc_info[2])
        return json.dumps(line)


def places(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


def log_as_json() -> None:
    """On the root logger, before anybody calls basicConfig, which then leaves it."""
    handler = logging.StreamHandler()
    handler.setFormatter(Json())
    logging.getLogger().addHandler(handler)


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def log_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A crash is one JSON line in the log as everything else."""
    line = {
        "at": now(),
        "level": "critical",
        "message": "crashed",
        "error": kind.__name__,
        "detail": str(error),
        "where": traceback.format_tb(trace),
    }
    print(json.dumps(line), file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
