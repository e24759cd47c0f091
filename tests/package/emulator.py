"""Starts, kills and asks the embedded AWS."""

import functools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import boto3
import urllib3
from botocore.config import Config

from tools.shop.home import ROOT
from tools.shop.package import clean_interpreter

T = TypeVar("T")
web = urllib3.PoolManager(retries=False, timeout=30)
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


class Emulator:
    """One process; `aws(name)` gives a client of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.log = folder / "aws.log"
        self.port, self.domain_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.domain_url = f"http://127.0.0.1:{self.domain_port}"
        self.process: subprocess.Popen[bytes] | None = None
        self.aws = functools.cache(self.client)

    def client(self, name: str) -> Any:
        config = Config(retries={"total_max_attempts": 1}, signature_version="s3v4" if name == "s3" else None)
        session: Any = boto3.Session("test", "test", region_name="eu-central-1")
        return session.client(name, endpoint_url=self.url, config=config)

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to use it."""
        return {**ENVIRONMENT, "AWS_ENDPOINT_URL": self.url}

    def start(self) -> None:
        own = {
            "GATEWAY_PORT": str(self.port),
            "STATE_DIR": str(self.state),
            "SAVE_EVERY": "0.2",
            "DOMAINS": f"{self.domain_port}=tiny.shop.internal",
            "LAMBDA_PYTHON": str(clean_interpreter(self.folder / "python")),
        }
        command = [sys.executable, "-m", "tools.shop.aws"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **ENVIRONMENT, **own}, stdout=log, stderr=log
            )
        eventually(lambda: answers(self.url + "/_ministack/ready"))

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(20)
            self.process = None

    def kill_and_start(self) -> None:
        self.stop(signal.SIGKILL)
        self.start()

    def saved(self, name: str, text: str) -> None:
        """Wait until a file of the state holds a text."""
        path = self.state / f"{name}.json"
        eventually(lambda: path.exists() and text in path.read_text("utf-8"))


def eventually(condition: Callable[[], T], within: float = 20.0) -> T:
    """The first true answer."""
    deadline = time.monotonic() + within
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"not within {within} s; last answer {answer!r}"
        time.sleep(0.02)
    return answer


def answers(url: str) -> bool:
    try:
        return bool(web.request("GET", url).status == 200)
    except urllib3.exceptions.HTTPError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
