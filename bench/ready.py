"""Seconds from `up` to ready, and the memory of the idle shop.

Targets: ready within 5 s after set-up; under 600 MB when idle.
"""

import json
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from bench import stack, tables

RUNS = 5
SETTLE_SECONDS = 10


def main() -> None:
    empty, kept = [], []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for run in range(RUNS):
            home = Path(folder) / f"home{run}"
            empty.append(once(home))
            kept.append(once(home))
        tables.show(
            ["start", "median s", "least", "most"],
            [summary("empty", empty), summary("with the data of an earlier run", kept)],
        )
        print()
        memory(Path(folder) / "home0")


def summary(name: str, seconds: list[float]) -> list[str]:
    return [name, *(f"{value:.2f}" for value in (statistics.median(seconds), min(seconds), max(seconds)))]


def once(home: Path) -> float:
    shop = stack.start(home)
    try:
        seconds = shop.wait()
        shop.client().ask("GET", "/api/products")  # ready means that it answers
        return seconds
    finally:
        shop.stop()


def memory(home: Path) -> None:
    shop = stack.start(home)
    try:
        shop.wait()
        time.sleep(SETTLE_SECONDS)
        state = json.loads((home / "state.json").read_text())
        named = {"supervisor": state["supervisor"], **state["processes"]}
        rows = [[name, *sizes(tree(pid, stop_at=set(named.values()) - {pid}))] for name, pid in named.items()]
    finally:
        shop.stop()
    totals = ["together", *(sum(row[column] for row in rows) for column in (1, 2))]
    tables.show(
        ["process", "RSS MB", "PSS MB"], [[name, f"{rss:.0f}", f"{pss:.0f}"] for name, rss, pss in [*rows, totals]]
    )


def tree(pid: int, stop_at: set[int]) -> list[int]:
    """A process and what it has started, but for what is named itself."""
    children = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    parents = [tuple(map(int, line.split())) for line in children if line.strip()]
    below = [child for child, parent in parents if parent == pid and child not in stop_at]
    return [pid, *(found for child in below for found in tree(child, stop_at))]


def sizes(pids: list[int]) -> tuple[float, float]:
    """Resident, and proportional (shared pages divided among their users), in MB; Linux tells both."""
    found = [rollup(pid) for pid in pids]
    return sum(rss for rss, _ in found), sum(pss for _, pss in found)


def rollup(pid: int) -> tuple[float, float]:
    path = Path(f"/proc/{pid}/smaps_rollup")
    try:
        lines = [line.split() for line in path.read_text().splitlines()[1:]]
    except (FileNotFoundError, ProcessLookupError):
        return 0.0, 0.0
    values = {name.rstrip(":"): int(value) / 1024 for name, value, *_ in lines}
    return values["Rss"], values["Pss"]
