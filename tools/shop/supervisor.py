"""Runs the shop's processes: starts them together, restarts what dies, and leaves nothing behind when it ends.

One thread, one loop. A process may need what only the provisioning task finds out (names and stream addresses in the
emulator): it is started with the others, loads its libraries meanwhile and is told the rest when the task has ended.
"""

import json
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

from tools.shop.home import Home, read_json, write
from tools.shop.processes import Child, Spec

STARTING_TICK_SECONDS = 0.03
IDLE_TICK_SECONDS = 1.0
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class NotReady(Exception):
    """The shop did not come up; the text says what to look at."""


@dataclass
class Supervisor:
    """`provision` ends by itself and leaves environments in `home.environment`; `last` is stopped after all others."""

    home: Home
    specs: Sequence[Spec]
    provision: Spec | None = None
    last: str = "aws"
    say: Callable[[str], None] = print
    on_ready: Callable[["Supervisor"], None] = lambda _: None
    on_tick: Callable[["Supervisor"], None] = lambda _: None
    tick_seconds: float = IDLE_TICK_SECONDS
    patience_seconds: float = 90.0
    children: dict[str, Child] = field(default_factory=dict)
    tasks: dict[str, Child] = field(default_factory=dict)
    done: dict[str, Callable[[int], None]] = field(default_factory=dict)
    late: dict[str, dict[str, str]] | None = None
    ready: bool = False
    stopping: bool = False
    started_at: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        """Until a signal, or the end of the one who started it."""
        parent = Parent.read()
        with Wake() as wake:
            wake.on(STOPPING, self.stop)
            try:
                self.start()
                while not self.stopping and parent.lives():
                    self.tick()
                    wake.wait(self.tick_seconds if self.ready and not self.tasks else STARTING_TICK_SECONDS)
            finally:
                self.end()

    def stop(self) -> None:
        self.stopping = True

    def start(self) -> None:
        self.note()  # what an earlier run left there is not true any more
        self.children = {spec.name: Child(spec) for spec in self.specs}
        if self.provision is None:
            self.late = {}
        else:
            self.run_task(self.provision, self.provisioned)

    def run_task(self, spec: Spec, done: Callable[[int], None]) -> None:
        """Start something that ends by itself; `done` is called with its status."""
        self.tasks[spec.name] = child = Child(spec)
        self.done[spec.name] = done
        child.start({})

    def tick(self) -> None:
        """Everything that is due now."""
        for child in self.children.values():
            self.look_after(child)
        for name, task in list(self.tasks.items()):
            if (status := task.ended()) is not None:
                del self.tasks[name]
                self.done.pop(name)(status)
        self.become_ready()
        self.on_tick(self)

    def look_after(self, child: Child) -> None:
        """Restart it if it has died and is due; see whether it answers."""
        status = child.ended()
        if status is not None:
            self.after_death(child, status)
        if child.process is None and time.monotonic() >= child.due_at:
            child.start(self.environment_of(child))
            self.note()
        child.check()

    def restart(self, name: str) -> None:
        """At once, however often it has failed: its files have changed."""
        child = self.children[name]
        child.failures, child.due_at = 0, 0.0
        child.signal(signal.SIGTERM)

    def after_death(self, child: Child, status: int) -> None:
        pause = child.pause()
        self.say(
            f"{child.spec.name} ended ({reason(status)}); starting it again{f' in {pause:.1f} s' if pause else ''}."
        )
        if child.spec.name == self.last and self.provision and self.provision.name not in self.tasks:
            self.run_task(self.provision, self.provisioned)  # it may have lost its last two seconds

    def provisioned(self, status: int) -> None:
        """Tell everybody who waits; restart who began with something else."""
        if status != 0:
            failed = (
                f"The embedded AWS could not be set up: see {self.provision.log if self.provision else self.home.logs}"
            )
            if self.late is None:
                raise NotReady(failed)
            self.say(failed)
            return
        before, self.late = self.late, read_json(self.home.environment)
        for name, child in self.children.items():
            if before is not None and before.get(name) != self.late.get(name):
                child.signal(signal.SIGTERM)
            elif child.spec.provisioned:
                child.tell(self.late.get(name, {}))

    def environment_of(self, child: Child) -> Mapping[str, str] | None:
        return None if self.late is None else self.late.get(child.spec.name, {})

    def become_ready(self) -> None:
        if self.ready:
            return
        if all(child.healthy for child in self.children.values()):
            self.ready = True
            self.note()
            self.on_ready(self)
        elif time.monotonic() - self.started_at > self.patience_seconds:
            missing = [name for name, child in self.children.items() if not child.healthy]
            raise NotReady(f"Not ready after {self.patience_seconds:.0f} s: {', '.join(missing)}. See {self.home.logs}")

    def note(self) -> None:
        """Write down who runs, for other commands and for those who look."""
        processes = {name: child.pid for name, child in self.children.items() if child.pid}
        state = {"supervisor": os.getpid(), "ready": self.ready, "processes": processes}
        write(self.home.state, json.dumps(state, indent=2))

    def end(self) -> None:
        """Stop all: first those that use the emulator, then the emulator, which saves its state."""
        rest = [*self.tasks.values(), *self.children.values()]
        for group in ([c for c in rest if c.spec.name != self.last], [c for c in rest if c.spec.name == self.last]):
            for child in group:
                child.signal(signal.SIGTERM)
            now = time.monotonic()
            for child in group:
                child.stop(now + child.spec.stop_seconds)
        self.home.state.unlink(missing_ok=True)


def reason(status: int) -> str:
    return f"status {status}" if status >= 0 else signal.Signals(-status).name


@dataclass(frozen=True)
class Parent:
    """Who started us. Its end is ours, unless it said otherwise: nohup and a shell's `&` ignore a signal for us."""

    pid: int
    matters: bool

    @classmethod
    def read(cls) -> "Parent":
        ignored = any(signal.getsignal(number) is signal.SIG_IGN for number in (signal.SIGHUP, signal.SIGINT))
        pid = int(os.environ.get("SHOP_PARENT") or os.getppid())
        return cls(pid, matters=not ignored and pid != 1)

    def lives(self) -> bool:
        return not self.matters or os.getppid() == self.pid


class Wake:
    """Lets the loop sleep until a signal arrives: a child's end, or the wish to stop."""

    def __enter__(self) -> "Wake":
        self.reader, self.writer = socket.socketpair()
        self.reader.setblocking(False)
        self.writer.setblocking(False)
        self.before = signal.set_wakeup_fd(self.writer.fileno(), warn_on_full_buffer=False)
        self.handlers = {signal.SIGCHLD: signal.signal(signal.SIGCHLD, lambda *_: None)}
        return self

    def on(self, numbers: Sequence[signal.Signals], action: Callable[[], None]) -> None:
        """Call `action` at these signals, but for those that we were started to ignore."""

        def handle(_number: int, _frame: FrameType | None) -> None:
            action()

        for number in numbers:
            if signal.getsignal(number) is not signal.SIG_IGN:
                self.handlers[number] = signal.signal(number, handle)

    def wait(self, seconds: float) -> None:
        if select.select([self.reader], [], [], seconds)[0]:
            self.reader.recv(4096)

    def __exit__(self, *_: object) -> None:
        """The handlers stay while the process ends: a second Ctrl-C must not cut the stopping short."""
        signal.set_wakeup_fd(self.before)
        self.reader.close()
        self.writer.close()
