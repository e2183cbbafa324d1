"""From a bare checkout to a working command: `python3 tools/bootstrap.py --help`.

Standard library only, and in a syntax that Python 3.6 can read, so that an old interpreter gets as
far as the check below and says so. Makes the virtual environment `.venv`, installs the pinned
packages and the project into it, and sees to the system's own tools. A second start finds
everything in place and takes a fraction of a second.
"""

import sys

if sys.version_info < (3, 11):
    sys.stderr.write(
        "bootstrap: Python must be 3.11 or newer, not %d.%d; start this with a newer one, "
        "for example: python3.11 tools/bootstrap.py\n" % sys.version_info[:2]
    )
    sys.exit(2)

import argparse
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING or __package__:
    from spikewright.tools.checkout import Checkout, Unable, say
else:
    # Run as a script: this folder is the first that Python searches.
    from checkout import Checkout, Unable, say

__all__ = ["main"]

EXIT_FAULT = 1
EXIT_UNABLE = 2
EXIT_INTERRUPTED = 130

EXAMPLES = """
commands:
  setup            install everything and stop
  demo [ARGS]      spikewright demo ARGS
  run [--] ARGS    spikewright ARGS
  lint             code style and types
  test [ARGS]      code style, types, then pytest ARGS

examples:
  python3 tools/bootstrap.py demo
  python3 tools/bootstrap.py run doctor --json
  python3 tools/bootstrap.py test tests/golden -k leak
  python3 tools/bootstrap.py --no-apt setup

exit status: 0 done, 1 a check found a fault, 2 the work could not be done
"""


def lint(checkout: Checkout, _arguments: list[str]) -> int:
    """Check style and types; all three report, whatever the others found."""
    steps = (("ruff", "check"), ("ruff", "format", "--check"), ("mypy",))
    failed = [" ".join(step) for step in steps if checkout.call(*step) != 0]
    if failed:
        say(f"found a fault: {', '.join(failed)}")
    return EXIT_FAULT if failed else 0


def test(checkout: Checkout, arguments: list[str]) -> int:
    """Check style and types, then run the tests."""
    style = lint(checkout, [])
    tests = checkout.call("pytest", *PYTEST, *arguments)
    if tests == 0 and style != 0:
        say("the tests passed, but style or types did not (see above)")
    # pytest: 1 is a failed test; above that, it could not run.
    return min(tests, EXIT_UNABLE) or style


def setup(_checkout: Checkout, _arguments: list[str]) -> int:
    """Do nothing more than what came before."""
    say("ready: python3 tools/bootstrap.py demo")
    return 0


def demo(checkout: Checkout, arguments: list[str]) -> int:
    """Run `spikewright demo`."""
    return checkout.become("demo", *arguments)


def run(checkout: Checkout, arguments: list[str]) -> int:
    """Run any command of `spikewright`."""
    return checkout.become(*arguments)


COMMANDS: dict[str, Callable[[Checkout, list[str]], int]] = {
    "setup": setup,
    "demo": demo,
    "run": run,
    "lint": lint,
    "test": test,
}
WITHOUT_ARGUMENTS = ("setup", "lint")
# By file, so that what a file's tests share is made once; the order is that of tests/conftest.py.
PYTEST = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--durations=15")


def parser() -> argparse.ArgumentParser:
    """Return the reader of this program's own options."""
    result = argparse.ArgumentParser(
        prog="bootstrap.py",
        usage="python3 tools/bootstrap.py [-h] [--no-apt] COMMAND [ARGS]",
        description="Set up a fresh checkout and run one of its commands.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    result.add_argument(
        "--no-apt", action="store_true", help="install no system packages, only name them"
    )
    result.add_argument("command", choices=COMMANDS, metavar="COMMAND", help="see below")
    result.add_argument("arguments", nargs=argparse.REMAINDER, metavar="ARGS", help="handed on")
    return result


def main(argv: list[str] | None = None) -> int:
    """Run one command and return the exit status."""
    reader = parser()
    options = reader.parse_args(argv)
    command: str = options.command
    arguments: list[str] = options.arguments
    if command == "run" and arguments[:1] == ["--"]:
        del arguments[0]
    if command in WITHOUT_ARGUMENTS and arguments:
        if arguments[0] in ("-h", "--help"):
            reader.print_help()
            return 0
        reader.error(f"{command} takes no arguments, not {shlex.join(arguments)!r}")
    checkout = Checkout(Path(__file__).resolve().parent.parent, allow_apt=not options.no_apt)
    try:
        # What `run` needs is decided by the command that it hands on.
        checkout.prepare(arguments[0] if command == "run" and arguments else command)
        return COMMANDS[command](checkout, arguments)
    except Unable as error:
        say(str(error))
        return EXIT_UNABLE
    except OSError as error:
        say(f"cannot use {error.filename}: {error.strerror}")
        return EXIT_UNABLE
    except KeyboardInterrupt:
        say("interrupted")
        return EXIT_INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
