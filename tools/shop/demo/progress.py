"""Shows how far a seeding is: a bar on a terminal, a line now and then elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

LINE_EVERY = 20


@contextmanager
def shown(console: Console) -> Iterator[Callable[[str, int, int], None]]:
    """A `progress` for `seed`: what is being made, how many are done, and of how many."""
    if not console.is_terminal:
        yield lambda what, done, total: line(console, what, done, total)
        return
    columns = (TextColumn("  demo data: {task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        bar = bars.add_task("", total=None)
        yield lambda what, done, total: bars.update(bar, description=what, completed=done, total=total)


def line(console: Console, what: str, done: int, total: int) -> None:
    if done == total or done % LINE_EVERY == 0:
        console.print(f"  demo data: {done} of {total} {what}", highlight=False)
