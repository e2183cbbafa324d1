"""Which units a benchmark takes."""

from collections.abc import Sequence

from spikewright.tools.errors import UserError

__all__ = ["chosen_units"]


def chosen_units(
    names: Sequence[str], every: Sequence[str], kind: str = "with tables"
) -> list[str]:
    """The units that `--unit` names, each once; all if it names none.

    Parameters
    ----------
    every : sequence of str
        Those that there are.
    kind : str
        What they have in common, for the sentence.

    Raises
    ------
    UserError
        A name is none of them.
    """
    for name in names:
        if name not in every:
            raise UserError(f"--unit must be a unit {kind}, not {name}.")
    return list(dict.fromkeys(names)) or list(every)
