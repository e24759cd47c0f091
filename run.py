#!/usr/bin/env python3
"""Set the shop up and run it, with nothing but Python 3.11 or newer on Linux or macOS.

    python3 run.py            the whole shop on http://localhost:8080, until Ctrl-C
    python3 run.py test       all tests
    python3 run.py --help     everything else

The first call makes .venv with tox in it, and tox makes the environment `local` from the requirements of the tools and
the services. Later calls see that nothing has changed and start at once.
"""

import ctypes
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, NoReturn  # noqa: UP035 - must be importable by the old Pythons that are told to go

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOCAL = ROOT / ".tox" / "local"
TOX = "tox==4.67.15"
NEEDED = (3, 11)
SERVICES = ("users", "catalog", "orders")


def main() -> None:
    words = sys.argv[1:] or ["up"]
    parent = os.getppid()
    check_python()
    if words[0] == "test":
        with locked():
            make_venv()
        os.execv(VENV / "bin" / "tox", ["tox", *words[1:]])  # noqa: S606 - no shell is to come between
    if not local_is_ready():
        if words[0] == "up":
            check_ports()
        with locked():
            make_venv()
            make_local()
    start(words, parent)


def start(words: "list[str]", parent: int) -> NoReturn:
    """Become the tools' command line: signals then reach it without a go-between."""
    os.chdir(ROOT)
    python = LOCAL / "bin" / "python"
    os.environ["SHOP_PARENT"] = str(parent)  # whose end is ours, also if it came during the set-up
    os.execv(python, [str(python), "-m", "tools.shop", *words])  # noqa: S606


def check_python() -> None:
    if os.name != "posix":
        stop("The shop runs on Linux and macOS. On Windows use WSL: https://learn.microsoft.com/windows/wsl/install")
    if sys.version_info < NEEDED:
        version = ".".join(map(str, sys.version_info[:3]))
        stop(f"Python 3.11 or newer is needed, and this is {version}. {newer_python()}")


def newer_python() -> str:
    for minor in range(11, 20):
        if shutil.which(f"python3.{minor}"):
            return f"There is a newer one: python3.{minor} run.py"
    return "Install one (apt install python3.11 python3.11-venv, brew install python) and run this again with it."


def check_ports() -> None:
    """Before anybody waits for the set-up; `up` looks again."""
    sys.path.insert(0, str(ROOT))
    from tools.shop import home, ports

    taken = ports.taken(home.Ports.read(os.environ).all().values())
    if taken:
        stop(ports.explain(taken))


@contextmanager
def locked() -> Iterator[None]:
    """One set-up at a time."""
    import fcntl

    (ROOT / ".tox").mkdir(exist_ok=True)
    with (ROOT / ".tox" / "set-up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_venv() -> None:
    """.venv with tox; made anew if it is half made, of another Python, or has another tox."""
    stamp, wanted = VENV / "made-by-run.py", f"{TOX} on {sys.version}"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    try:
        import ensurepip  # noqa: F401 - Debian leaves it out of its Python
        import venv
    except ImportError:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        stop(f"This Python can't make environments (no ensurepip). Install it: sudo apt install python{version}-venv")
    print("Making .venv …", flush=True)
    venv.create(VENV, with_pip=True, clear=True, symlinks=True)
    run(VENV / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", TOX)
    stamp.write_text(wanted)


def make_local() -> None:
    """The environment that the shop runs in."""
    if local_is_ready():
        return
    print("Installing what the shop needs (once, about a minute) …", flush=True)
    run(VENV / "bin" / "tox", "run", "-q", "-e", "local", "--notest", cwd=ROOT)
    (LOCAL / "made-by-run.py").write_text(requirements())


def local_is_ready() -> bool:
    stamp = LOCAL / "made-by-run.py"
    return stamp.exists() and stamp.read_text() == requirements() and (LOCAL / "bin" / "python").exists()


def requirements() -> str:
    """Changes with what must be installed."""
    files = [ROOT / "tox.ini", ROOT / "tools" / "requirements.txt"]
    files += sorted(file for service in SERVICES for file in (ROOT / f"{service}-service").glob("requirements*.txt"))
    text = b"\0".join([sys.version.encode(), str(ROOT).encode(), *(file.read_bytes() for file in files)])
    return hashlib.sha256(text).hexdigest()


def run(*command: "str | Path", cwd: "Path | None" = None) -> None:
    """Run one step of the set-up; it ends when we are ended."""
    child = subprocess.Popen(command, cwd=cwd, preexec_fn=die_with_the_parent)  # there are no threads here

    def end(number: int, _: object) -> NoReturn:
        child.terminate()
        child.wait()
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, end)
    try:
        status = child.wait()
    except KeyboardInterrupt:  # it got the signal as well, being in the same terminal
        child.wait()
        raise SystemExit(130) from None
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if status:
        stop(f"That failed (status {status}): {' '.join(map(str, command))}\nIf the network was away, run this again.")


def die_with_the_parent() -> None:
    """Linux: SIGTERM when the process that started us is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def stop(text: str) -> NoReturn:
    raise SystemExit(text)


if __name__ == "__main__":
    main()
