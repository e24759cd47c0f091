"""What the schedule does to one thing after another: trouble with one keeps no other waiting."""

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def each(things: Iterable[T], do: Callable[[T], object]) -> None:
    """Do it to all, then raise what failed: it is logged and counted, and the next sweep tries it again."""
    failed = []
    for one in things:
        try:
            do(one)
        except Exception as error:  # whatever it is; see above
            failed.append(error)
    if failed:
        raise ExceptionGroup(f"{len(failed)} failed", failed[:10])
