"""Runs the service's synchronous code as actors that take turns, one effect at a time, in an order that a seed decides.

Each actor is a greenlet (0.5 µs a switch; threads passing a baton took 58 µs). At every effect it hands over to the
scheduler, which lets time pass, lets another actor go first, and decides the effect's fate.
"""

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import greenlet

from common.problems import Problem

READS = frozenset({"get_record", "get_terms", "get_order", "get_keyed", "find"})
FATES = ["lost", "repeated", "failed", "crash", "crash after", "late", "pause"]
ENDLESS = 20_000


class Livelock(Exception):
    """Something went on for ever."""


@dataclass
class Group:
    """Effects on one neighbour: who does them, and the error that says that it gave no answer."""

    target: Any
    no_answer: type[Problem]
    outages: list[tuple[float, float]] = field(default_factory=list)


@dataclass
class Effect:
    group: str
    name: str
    arguments: tuple[Any, ...]


@dataclass
class Actor:
    name: str
    thread: greenlet.greenlet
    ended: Callable[[Any], None]
    effect: Effect | None = None
    wakes_at: float = 0


class Scheduler:
    """`noise` scales the faults; once `calm`, nothing fails and time passes only in waiting."""

    def __init__(self, random: Random, noise: float, *, trace: bool = False) -> None:
        self.random = random
        self.noise = random.choice([0.15, 0.4, 1]) * noise
        self.pauses = random.choice([3, 3, 20])
        self.calm = False
        self.time = 0.0
        self.trace = trace
        self.tally: Counter[str] = Counter()
        self.groups: dict[str, Group] = {}
        self._ids = 0
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._actors: list[Actor] = []
        self._late: list[tuple[float, Effect]] = []
        self._hub = greenlet.getcurrent()
        self.next_decisions: Callable[[], list[float]] = list

    def now(self) -> float:
        return self.time

    def new_id(self, prefix: str) -> str:
        self._ids += 1
        return f"{prefix}_{self._ids}"

    def at(self, time: float, do: Callable[[], None]) -> None:
        self._ids += 1
        heapq.heappush(self._queue, (time, self._ids, do))

    def start(self, name: str, work: Callable[[], Any], ended: Callable[[Any], None] = lambda _answer: None) -> None:
        """Run `work` as an actor; `ended` gets what it returned, None if it crashed."""
        actor = Actor(name, greenlet.greenlet(work, self._hub), ended)
        self._actors.append(actor)
        self._resume(actor, actor.thread.switch)

    def caller(self, group: str) -> Callable[..., Any]:
        """What an actor's code calls for an effect: it waits here until the scheduler has carried it out."""
        return lambda name, *arguments: self._hub.switch(Effect(group, name, arguments))

    def _resume(self, actor: Actor, resume: Callable[[], Any]) -> None:
        asked = resume()
        if isinstance(asked, Effect) and not actor.thread.dead:
            actor.effect = asked
            return
        self._actors.remove(actor)
        self.log(actor.name, "->", asked)
        actor.ended(asked)

    def _step(self, actor: Actor) -> None:
        effect = actor.effect
        assert effect is not None
        fate = self._fate(effect)
        self.tally[fate] += 1
        if fate == "pause":
            actor.wakes_at = self.time + self.random.choice(
                [8, 32, 33, 40, 64, 100, 950 if self.random.random() < 0.1 else 60]
            )
            return None
        self.log(actor.name, effect.name, fate)
        lost = self.groups[effect.group].no_answer
        if fate == "crash":
            return self._crash(actor)
        if fate == "late":
            self._late.append((self.time + self.random.choice([1, 20, 35, 90, 300]), effect))
        if fate in ("failed", "late"):
            return self._resume(actor, lambda: actor.thread.throw(lost()))
        value, error = self._carry_out(effect)
        if fate == "repeated":
            value, error = self._carry_out(effect)
        if fate == "crash after":
            return self._crash(actor)
        if fate == "lost":
            return self._resume(actor, lambda: actor.thread.throw(lost()))
        self.log("      =", type(error).__name__ if error else value)
        return self._resume(actor, lambda: actor.thread.throw(error) if error else actor.thread.switch(value))

    def _fate(self, effect: Effect) -> str:
        if self.calm or self.random.random() > 0.22 * self.noise:
            return "ok"
        fate = self.random.choices(FATES, [3, 5, 3, 3, 4, 2, self.pauses])[0]
        return "failed" if effect.name in READS and fate in ("lost", "late", "repeated") else fate

    def _carry_out(self, effect: Effect) -> tuple[Any, Exception | None]:
        group = self.groups[effect.group]
        if not self.calm and any(start <= self.time < end for start, end in group.outages):
            return None, group.no_answer()
        try:
            return getattr(group.target, effect.name)(*effect.arguments), None
        except Exception as error:
            return None, error

    def _crash(self, actor: Actor) -> None:
        self._actors.remove(actor)
        actor.thread.throw(greenlet.GreenletExit)
        self.log(actor.name, "CRASH")
        actor.ended(None)

    def run_until(self, end: float, tick: Callable[[], None]) -> None:
        """Let everybody act until `end`; `tick` is called before each step for what the world does by itself."""
        for _ in range(ENDLESS):
            tick()
            self._deliver_late()
            while self._queue and self._queue[0][0] <= self.time:
                heapq.heappop(self._queue)[2]()
            ready = [actor for actor in self._actors if actor.wakes_at <= self.time or self.calm]
            if ready:
                self._step(self.random.choice(ready))
                self.time += self.random.choice([0, 0, 0.1, 0.5, 1, 0 if self.calm else 2])
                if self.time >= end:
                    return
            elif not self._pass_time(end):
                return
        raise Livelock

    def _deliver_late(self) -> None:
        for due, effect in [one for one in self._late if one[0] <= self.time or self.calm]:
            self._late.remove((due, effect))
            self.tally["late delivered"] += 1
            self.log("LATE", effect.name)
            self._carry_out(effect)

    def _pass_time(self, end: float) -> bool:
        times = [self._queue[0][0]] if self._queue else []
        times += [actor.wakes_at for actor in self._actors] + [due for due, _ in self._late] + self.next_decisions()
        soonest = min((max(time, self.time + 0.01) for time in times), default=end)
        self.time = min(soonest, end) if soonest < end else max(self.time, end)
        return soonest < end

    def log(self, *words: Any) -> None:
        if self.trace:
            print(f"{self.time:7.1f}", *words)  # noqa: T201 - asked for by hand
