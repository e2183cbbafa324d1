"""What commands print and write: results to standard output, everything else to standard error."""

import errno
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

__all__ = [
    "atomic_path",
    "atomic_write",
    "check_place",
    "complain",
    "err",
    "out",
    "print_json",
    "progress",
]

# Both follow sys.stdout and sys.stderr, so that a test can capture them.
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

# Without a terminal, silence for this long, then one line in so many seconds.
QUIET_SECONDS = 2.0
LINE_SECONDS = 10.0


def complain(text: str) -> None:
    """Print a message as it is: no markup, no wrapping that would break a quoted source line."""
    err.print(text, style="red", markup=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Print a value as JSON, and nothing else, on standard output."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False, default=_plain)
    sys.stdout.write(text + "\n")


def _plain(value: Any) -> Any:
    """Return what JSON can hold for numpy's numbers and arrays, sets and paths."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"JSON cannot hold a {type(value).__name__}.")


@contextmanager
def progress(title: str, total: int, *, rate: str = "") -> Iterator[Callable[[int], None]]:
    """Show how far a long job has come, on standard error.

    A terminal gets a bar that disappears at the end. Anything else gets nothing for two seconds
    and then a line now and again, so that a log shows life without being flooded.

    Parameters
    ----------
    title : str
        What is being done.
    total : int
        Number of steps.
    rate : str
        What the steps are, "ticks" for instance, to show how many are done in a second.

    Yields
    ------
    callable
        Takes the number of steps done since the last call.
    """
    if not err.is_terminal:
        yield _Lines(title, total, rate).advance
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    text = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Remaining()
    columns = (*text, TextColumn("{task.fields[rate]}")) if rate else text
    speed = _Speed(rate)
    with Progress(*columns, console=err, transient=True) as display:
        task = display.add_task(title, total=total, rate="")

        def advance(steps: int) -> None:
            display.update(task, advance=steps, rate=speed.after(steps))

        yield advance


class _Speed:
    """Steps a second since the start, in words."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.done = 0
        self.start = time.monotonic()

    def after(self, steps: int) -> str:
        """Count steps and return their speed; nothing before any time has passed."""
        self.done += steps
        took = time.monotonic() - self.start
        return f"{_figure(self.done / took)} {self.name}/s" if took > 0 and self.name else ""


def _figure(value: float) -> str:
    """Return a number with as many digits as a reader wants."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


class _Lines:
    """Progress for a log."""

    def __init__(self, title: str, total: int, rate: str) -> None:
        self.title = title
        self.total = total
        self.speed = _Speed(rate)
        self.due = time.monotonic() + QUIET_SECONDS

    def advance(self, steps: int) -> None:
        """Count steps, and print a line if one is due."""
        speed = self.speed.after(steps)
        now = time.monotonic()
        if now >= self.due:
            self.due = now + LINE_SECONDS
            text = ", ".join(filter(None, (f"{self.speed.done}/{self.total}", speed)))
            err.print(f"{self.title}: {text}", markup=False, soft_wrap=True)


def check_place(path: Path) -> None:
    """Raise an `OSError` where a file could not be written, before any work is done for it."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not path.absolute().parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    if not os.access(path.absolute().parent, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary file beside `path`, and rename it to `path` if the block succeeds.

    Whoever reads `path` sees the old content or the new, never half of it; a block that fails
    leaves `path` as it was and nothing beside it.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        temporary.replace(path)
    except OSError as error:
        if error.filename == str(temporary):
            # The user asked for `path`; the temporary name would only puzzle them.
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
    finally:
        temporary.unlink(missing_ok=True)


def atomic_write(path: Path, content: str | bytes) -> None:
    """Write a whole file at once; text is UTF-8 with line feeds on every system."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)
