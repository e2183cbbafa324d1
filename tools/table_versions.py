"""Versions of a unit's file: on disk, in git, or as git hands them to a diff driver."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from spikewright.lct.ir import Unit
from spikewright.lct.library import SUFFIX, Library
from spikewright.tools.errors import UserError

__all__ = ["Version", "from_git_driver", "version"]

NOTHING = Path("/dev/null")


@dataclass(frozen=True)
class Version:
    """One version of a file.

    Members
    -------
    label : str
        How messages call it.
    name : str
        The unit's name.
    data : bytes or None
        What the file holds; None where there is none, before a file is added for instance.
    directory : Path
        Where the units lie that it imports.
    revision : str
        Where they are taken from git, else empty.
    """

    label: str
    name: str
    data: bytes | None
    directory: Path
    revision: str = ""

    def text(self) -> str:
        """The file as text, whatever stands in it."""
        return (self.data or b"").decode("utf-8", errors="replace")

    def unit(self) -> Unit:
        """Elaborate this version, beside the others of its folder.

        Raises
        ------
        LctError
            It has faults.
        """
        return _Folder(self).unit(self.name)


class _Folder(Library):
    """A folder's units, one of them replaced."""

    def __init__(self, of: Version) -> None:
        super().__init__(of.directory)
        self.of = of

    def read(self, name: str) -> bytes:
        """What the file of a unit holds."""
        if name == self.of.name and self.of.data is not None:
            return self.of.data
        if not self.of.revision:
            return super().read(name)
        data = _from_git(self.of.revision, self.path(name))
        if data is None:
            raise KeyError(name)
        return data


def version(given: str) -> Version:
    """A version that a user names: a file, or ``REV:FILE`` of git.

    Raises
    ------
    UserError
        There is none, or it is not called like a unit's file.
    """
    path = Path(given)
    if path.is_file():
        return Version(given, _unit_name(path), path.read_bytes(), path.resolve().parent)
    revision, colon, file = given.partition(":")
    if not colon or not revision or not file:
        raise UserError(f"There is no file {given}.")
    path = Path(file)
    name = _unit_name(path)
    data = _from_git(revision, path)
    if data is None:
        raise UserError(f"There is no file {file} in revision {revision} of git.")
    return Version(given, name, data, path.absolute().parent, revision)


def from_git_driver(path: str, old: str, new: str) -> tuple[Version, Version]:
    """Both versions as git names them to a diff driver, which it starts in the top folder.

    Parameters
    ----------
    path : str
        The file's name in the repository; what it imports lies beside it.
    old, new : str
        Files to read, often temporary ones; ``/dev/null`` where there is no such version.
    """
    name, directory = _unit_name(Path(path)), Path(path).absolute().parent
    found = []
    for word, file in (("old", Path(old)), ("new", Path(new))):
        data = None if file == NOTHING else file.read_bytes()
        found.append(Version(f"{word} {path}", name, data, directory))
    return found[0], found[1]


def _unit_name(path: Path) -> str:
    if not path.name.endswith(SUFFIX):
        raise UserError(f"The file of a unit is called NAME{SUFFIX}, not {path.name}.")
    return path.name.removesuffix(SUFFIX)


def _from_git(revision: str, path: Path) -> bytes | None:
    """A file in a revision, None where there is none."""
    folder = path.absolute().parent
    while not folder.is_dir():
        folder = folder.parent
    inside = path.absolute().relative_to(folder)
    command = ["git", "-C", str(folder), "show", f"{revision}:./{inside}"]
    try:
        done = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise UserError("A revision needs git, which is not installed.") from None
    return done.stdout if done.returncode == 0 else None
