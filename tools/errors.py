"""What a command's end means, and which exceptions are a message rather than a fault of ours.

Exit status: 0 done, 1 the work was done and found a fault, 2 the work could not be done.

A command raises; it never prints an error and exits by itself. These exceptions are answers to what
the user gave us, and become one line on standard error and exit status 2:

* any class derived from `ValueError` that a module of `spikewright` defines: `NetworkError`,
  `StimulusError`, `LctError` and their like, and `UserError` here;
* the classes in `ALSO_MESSAGES`;
* `OSError` with the name of a file.

Everything else is a fault in this program and keeps its traceback.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

__all__ = [
    "EXIT_FAULT",
    "EXIT_INTERRUPTED",
    "EXIT_UNABLE",
    "UserError",
    "error_boundary",
    "user_message",
]

EXIT_FAULT = 1
EXIT_UNABLE = 2
EXIT_INTERRUPTED = 130

# Part and class name of messages that are no ValueError; by name, so that no part is imported.
ALSO_MESSAGES = frozenset({("verif", "ToolError")})


class UserError(ValueError):
    """A command cannot do what it was asked; the text is one sentence for the user."""


def _is_message(kind: type) -> bool:
    package, _, rest = kind.__module__.partition(".")
    if package != "spikewright":
        return False
    part = rest.partition(".")[0]
    return issubclass(kind, ValueError) or (part, kind.__name__) in ALSO_MESSAGES


def user_message(error: BaseException) -> str | None:
    """Return the text for the user, or None if the exception is a fault in this program."""
    if any(_is_message(kind) for kind in type(error).__mro__):
        return str(error)
    if isinstance(error, OSError) and error.filename is not None:
        places = [str(name) for name in (error.filename, error.filename2) if name is not None]
        return f"Cannot use {' and '.join(places)}: {error.strerror}."
    return None


@contextmanager
def error_boundary() -> Iterator[None]:
    """Turn messages into one line and exit status 2, and an interrupt into 130."""
    from spikewright.tools.console import complain

    try:
        yield
    except KeyboardInterrupt:
        complain("Interrupted.")
        raise typer.Exit(EXIT_INTERRUPTED) from None
    except Exception as error:
        text = user_message(error)
        if text is None:
            raise
        complain(text)
        raise typer.Exit(EXIT_UNABLE) from error
