"""What the tests of commands share: a command that is run in this process."""

from typer.testing import CliRunner

from spikewright.tools import cli

__all__ = ["invoke"]


def invoke(*arguments: object) -> tuple[int, str, str]:
    """Return a command's exit status, what it printed, and what it complained of."""
    result = CliRunner().invoke(cli.app, list(map(str, arguments)))
    # A traceback would be in `exception`, and must not be.
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr
