"""Progress bars of long commands, on standard error: what a program reads on standard output stays clean."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Progress]:
    columns = (*Progress.get_default_columns()[:-1], TextColumn("{task.completed}/{task.total}"), TimeRemainingColumn())
    with Progress(*columns, transient=True, disable=quiet, console=Console(stderr=True)) as shown:
        yield shown


@contextmanager
def steps(label: str, total: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A bar over `total` things: the block says how many more are done. `quiet` shows none."""
    with _progress(quiet=quiet) as shown:
        task = shown.add_task(label, total=total)
        yield lambda count: shown.advance(task, count)


@contextmanager
def stages(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each stage: the block says which, how many are done, and of how many."""
    with _progress(quiet=quiet) as shown:
        tasks: dict[str, object] = {}

        def tell(label: str, done: int, total: int) -> None:
            if label not in tasks:
                tasks[label] = shown.add_task(label, total=total)
            shown.update(tasks[label], completed=done, total=total)  # type: ignore[arg-type]  # the library's own number

        yield tell
