"""`python -m tests.orders.simulation SEEDS [--first N] | --seed N`"""
# ruff: noqa: T201 - a command prints

import argparse
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from tests.support.services import prepare

prepare("orders")

from tests.orders.simulation.scenario import Outcome, run  # noqa: E402 - needs the service on the path


def play(seeds: range) -> tuple[Outcome, dict[str, int]]:
    """Many seeds as one outcome, and the first seed that shows each violation."""
    total, first = Outcome([], Counter(), Counter(), Counter()), {}
    for seed in seeds:
        one = run(seed)
        total.wrong += one.wrong
        total.tally += one.tally
        total.answers += one.answers
        total.states += one.states
        for wrong in one.wrong:
            first.setdefault(wrong, seed)
    return total, first


def main() -> int:
    arguments = argparse.ArgumentParser(prog="tests.orders.simulation")
    arguments.add_argument("seeds", type=int, nargs="?", default=2000)
    arguments.add_argument("--first", type=int, default=0)
    arguments.add_argument("--seed", type=int, help="replay one seed and print every step")
    chosen = arguments.parse_args()
    if chosen.seed is not None:
        wrong = run(chosen.seed, trace=True).wrong
        print(*(wrong or ["nothing is wrong"]), sep="\n")
        return bool(wrong)
    return _many(chosen.first, chosen.seeds)


def _many(first: int, count: int) -> int:
    started, found, total = time.monotonic(), {}, Outcome([], Counter(), Counter(), Counter())
    step = max(20, count // 50)
    chunks = [range(start, min(start + step, first + count)) for start in range(first, first + count, step)]
    with ProcessPoolExecutor(os.cpu_count()) as processes:
        for outcome, firsts in processes.map(play, chunks):
            total.wrong += outcome.wrong
            total.tally += outcome.tally
            total.answers += outcome.answers
            total.states += outcome.states
            found = {**firsts, **found}
    print(f"{count} seeds in {time.monotonic() - started:.0f} s, {sum(total.tally.values())} effects")
    print("faults", {fate: n for fate, n in total.tally.items() if fate != "ok"})
    print("answers", dict(total.answers))
    print("orders", dict(total.states))
    for wrong, n in Counter(total.wrong).most_common():
        print(f"WRONG {n} times: {wrong} (seed {found[wrong]})")
    return bool(total.wrong)


if __name__ == "__main__":
    sys.exit(main())
