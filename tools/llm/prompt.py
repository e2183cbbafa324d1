"""Prompts: files that people can read and change, with places for what a question is about.

A place is a name in double braces. All places are filled in one pass, so what is put into one is
never read for places itself: tables, HDL and a model's own words are data.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from spikewright.tools.errors import UserError

__all__ = ["FOLDER", "PLACES", "Prompt", "prompt", "write_prompts"]

FOLDER = Path(__file__).parent / "prompts"

_LANGUAGE = "language"

PLACES: dict[str, frozenset[str]] = {
    "language": frozenset(),
    "encode_verilog": frozenset({"name", "language", "table", "facts", "skeleton"}),
    "encode_amaranth": frozenset({"name", "class", "language", "table", "facts", "skeleton"}),
    "decode": frozenset(
        {"name", "language", "signals", "facts", "language_of_hdl", "fence", "hdl", "sections"}
    ),
    "repair": frozenset({"name", "rows"}),
    "correct": frozenset({"name", "findings"}),
    "continue": frozenset({"tail"}),
}
"""The prompts, and the places that each of them has."""

_PLACE = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True)
class Prompt:
    """A prompt as its files have it.

    Attributes
    ----------
    name, text : str
    language : str
        The summary of the table language, where the prompt has a place for it.
    digest : str
        SHA-256 of the files' texts, by which records and reports name the prompt.
    """

    name: str
    text: str
    language: str
    digest: str

    def fill(self, **values: str) -> str:
        """The text with every place filled, in one pass."""
        given = values | ({"language": self.language} if self.language else {})
        assert set(given) == PLACES[self.name], f"{self.name} has other places"
        return _PLACE.sub(lambda found: given[found[1]].rstrip("\n"), self.text)


def prompt(name: str, folder: Path | None = None) -> Prompt:
    """A prompt by its name.

    Parameters
    ----------
    folder : Path
        A user's own prompts; a file that is not in there is taken from the project.

    Raises
    ------
    UserError
        The folder does not exist, or a file lacks a place or has one that nothing fills.
    """
    if folder is not None and not folder.is_dir():
        raise UserError(f"Prompts are read from a folder, and there is no folder {folder}.")
    text = _read(name, folder)
    language = _read(_LANGUAGE, folder) if _LANGUAGE in PLACES[name] else ""
    digest = hashlib.sha256()
    for part in (text, language):
        digest.update(hashlib.sha256(part.encode()).digest())
    return Prompt(name, text, language, digest.hexdigest())


def write_prompts(folder: Path) -> list[Path]:
    """Copy all prompts into a folder, to be changed there.

    Raises
    ------
    UserError
        One of them is there already.
    """
    from spikewright.tools.console import atomic_write

    paths = [folder / f"{name}.md" for name in PLACES]
    for path in paths:
        if path.exists():
            raise UserError(f"Prompts are written where there are none, and there is {path}.")
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        atomic_write(path, (FOLDER / path.name).read_bytes())
    return paths


def _read(name: str, folder: Path | None) -> str:
    path = FOLDER / f"{name}.md"
    if folder is not None and (folder / path.name).is_file():
        path = folder / path.name
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"Prompt {path} is UTF-8 text, not byte {error.start} of it.") from None
    text = text.replace("\r\n", "\n")
    found = set(_PLACE.findall(text))
    for place in sorted(PLACES[name] - found):
        raise UserError(f"Prompt {path} has a place {{{{{place}}}}}, and none is there.")
    for place in sorted(found - PLACES[name]):
        places = ", ".join(sorted(PLACES[name])) or "none"
        raise UserError(f"Prompt {path} has no place {{{{{place}}}}}: its places are {places}.")
    return text
