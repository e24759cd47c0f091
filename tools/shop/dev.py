"""`dev SERVICE`: the service starts anew whenever its files or common's change, and its log is shown."""

import os
import signal
import time
from pathlib import Path

import click

from tools.shop.home import ROOT, SERVICES, Home, read_json

LOOK_SECONDS = 0.3
SUFFIXES = (".py", ".json", ".txt", ".html", ".css")


class Watcher:
    """Sees files come, go and change, by name, time and size."""

    def __init__(self, service: str) -> None:
        self.folders = (ROOT / f"{service}-service", ROOT / "common")
        self.seen = self.look()

    def look(self) -> dict[Path, tuple[int, int]]:
        found = {}
        for folder in self.folders:
            for file in folder.rglob("*"):
                if file.suffix in SUFFIXES and "deployments" not in file.parts:
                    try:
                        state = file.stat()
                    except FileNotFoundError:
                        continue  # an editor's temporary file
                    found[file] = (state.st_mtime_ns, state.st_size)
        return found

    def changed(self) -> bool:
        """Whether anything is different since the last look."""
        before, self.seen = self.seen, self.look()
        return before != self.seen


@click.command()
@click.argument("service", type=click.Choice(SERVICES))
def dev(service: str) -> None:
    """Restart SERVICE on change. Joins the shop that runs; brings it up where none does."""
    home = Home.read(os.environ)
    if home.is_running():
        click.echo(f"Watching {service}; Ctrl-C stops watching, the shop goes on.")
        follow(home, service)
        return
    from tools.shop.up import run

    run(watch=service)


def follow(home: Home, service: str) -> None:
    """Watch files and log until Ctrl-C, or until the shop stops. The supervisor starts again what ends."""
    watcher = Watcher(service)
    log = home.logs / f"{service}.log"
    with log.open("rb") as lines:
        lines.seek(0, os.SEEK_END)
        while home.is_running():
            click.echo(lines.read(), nl=False)
            if watcher.changed():
                click.echo(f"{service} changed; restarting it.")
                end(home, service)
            time.sleep(LOOK_SECONDS)


def end(home: Home, service: str) -> None:
    pid = read_json(home.state).get("processes", {}).get(service)
    if pid:
        try:
            os.killpg(pid, signal.SIGTERM)
        except ProcessLookupError:
            pass  # it is between two starts
