"""Which ports are taken, and by whom; standard library only, since run.py asks before anything is installed."""

import shutil
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path

LISTENING = "0A"


def taken(ports: Iterable[int]) -> list[int]:
    """Those of the ports that can't be bound on the loopback address."""
    return [port for port in ports if _refusal(port)]


def _refusal(port: int) -> OSError | None:
    """Why a port can't be bound."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return error
    return None


def owner(port: int) -> str:
    """The process that listens on a port, in words."""
    pid = _pid_from_proc(port) if Path("/proc/net/tcp").exists() else _pid_from_lsof(port)
    if pid is None:
        return "a process of another user"
    return f"process {pid} ({_command(pid)})"


def explain(ports: Iterable[int]) -> str:
    """One line a taken port, and what to do about it."""
    lines = [_explained(port) for port in ports]
    return "\n".join([*lines, "Stop it, or choose other ports: SHOP_PORT=9080 python3 run.py"])


def _explained(port: int) -> str:
    if isinstance(_refusal(port), PermissionError):
        return f"Port {port} is kept for the system's administrator."
    return f"Port {port} is taken by {owner(port)}."


def _pid_from_proc(port: int) -> int | None:
    inodes = {inode for table in ("tcp", "tcp6") for inode in _listening(Path("/proc/net") / table, port)}
    wanted = {f"socket:[{inode}]" for inode in inodes}
    return next((pid for pid in _pids() if wanted & _open_files(pid)), None)


def _listening(table: Path, port: int) -> list[str]:
    """The socket inodes that listen on a port; fields by proc(5)."""
    if not table.exists():
        return []
    rows = [line.split() for line in table.read_text().splitlines()[1:]]
    return [row[9] for row in rows if row[3] == LISTENING and int(row[1].rpartition(":")[2], 16) == port]


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _open_files(pid: int) -> set[str]:
    """What a process has open; nothing if it is another user's or has ended."""
    found = set()
    try:
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            found.add(_link(entry))
    except OSError:
        pass  # see above
    return found


def _link(entry: Path) -> str:
    try:
        return str(entry.readlink())
    except OSError:
        return ""  # closed meanwhile


def _pid_from_lsof(port: int) -> int | None:
    """macOS has no /proc, but lsof."""
    if not shutil.which("lsof"):
        return None
    found = subprocess.run(
        ["lsof", "-nP", "-t", f"-iTCP:{port}", "-sTCP:LISTEN"], capture_output=True, text=True, check=False
    ).stdout.split()
    return int(found[0]) if found else None


def _command(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return b" ".join(words).decode("utf-8", "replace").strip()[:120] or "?"
    except OSError:
        found = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return found.stdout.strip()[:120] or "?"
