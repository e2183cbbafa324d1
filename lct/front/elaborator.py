"""The process that elaborates, and why it did not."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spikewright.lct.front import worker
from spikewright.lct.front.confine import MIB, Confined, Limits
from spikewright.lct.front.netlist import Netlist
from spikewright.lct.front.refusal import Refused
from spikewright.lct.front.sensitivity import unlisted

__all__ = ["LARGEST", "Elaborator"]

LARGEST = 8
"""Sources that are read, MiB."""

_REQUESTS, _LISTS = 2_000, 500
_NETLIST = 32  # MiB, of which our own process makes ten times as much

# Reasons that are more than a syntax error, by what the front end calls them or says.
_RULES = (
    (r"UndeclaredIdentifier|UndeclaredButFoundPackage|UnknownPackage", "undeclared"),
    (r"UnknownModule|UnknownInterface|CouldNotOpenInclude", "missing"),
    (r"PortWidth|UnusedPort|PortDoesNotExist|NullPort|TooManyPortConnections", "width"),
    (r"timing control does not model|edge|async|sensitivity", "clocks"),
    (r"timing control|wait statement", "delay"),
    (r"system task|unsupported|unimplemented|real|will not be synth|initialization", "hardware"),
    (r"limit|too large|infinite|exceed", "size"),
)

# Advice about options of the tool, which nobody here can give.
_OPTION = re.compile(r" \((ignore|override) with '[^']*'\)| \[--[\w-]+=?\]|, set '.*")


class Elaborator:
    """A confined process that elaborates one request after the other.

    Parameters
    ----------
    seconds : float
        For one elaboration.
    """

    def __init__(self, seconds: float = 60.0) -> None:
        self.limits = Limits(seconds=seconds)
        self._process: Confined | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._count = 0

    def __enter__(self) -> Elaborator:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.end()
            self._process = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    @property
    def running(self) -> bool:
        """Whether the process has been started and not yet closed."""
        return self._process is not None

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers of confinement that this system has, of `sandbox.LAYERS`."""
        return self._start()[0].layers

    def elaborate(self, sources: Mapping[str, str], request: Mapping[str, Any]) -> Netlist:
        """Return the netlist of sources.

        Parameters
        ----------
        sources : mapping of str to str
            Texts by the names under which the user knows them.
        request : mapping
            As the worker takes it.

        Raises
        ------
        Refused
            With the tool's reason.
        """
        text, names = self._answer(sources, request, worker.NETLIST)
        try:
            modules = json.loads(text)["modules"]
        except ValueError:
            sentence = f"a netlist has at most {self.limits.file} MiB, not more"
            raise Refused("size", next(iter(sources), ""), sentence) from None
        tops = [n for n, m in modules.items() if "top" in m["attributes"]]
        if not tops:
            raise Refused("missing", next(iter(sources), ""), "one module is the top, not none")
        places = {**names, **request.get("places", {})}
        return Netlist.from_json(tops[0], modules[tops[0]], places)

    def verilog(self, rtlil: str) -> str:
        """Verilog of a design in yosys' own language."""
        request = {"language": "rtlil", "top": "", "write": "verilog"}
        return self._answer({"design.il": rtlil}, request, worker.VERILOG)[0]

    def _start(self) -> tuple[Confined, Path]:
        if self._process is None or self._folder is None:
            self.close()
            self._folder = tempfile.TemporaryDirectory()
            self._process = Confined(worker.__name__, Path(self._folder.name), (), self.limits)
        return self._process, Path(self._folder.name)

    def _answer(
        self, sources: Mapping[str, str], request: Mapping[str, Any], result: str
    ) -> tuple[str, dict[str, str]]:
        """Text of a file that the worker wrote, and the user's names of the sources."""
        first = next(iter(sources), "")
        if sum(map(len, sources.values())) > LARGEST * MIB:
            raise Refused("size", first, f"sources have at most {LARGEST} MiB, not more")
        # The process keeps some 60 KiB of each design.
        if self._count % _REQUESTS == _REQUESTS - 1:
            self.close()
        process, root = self._start()
        self._count += 1
        folder = root / str(self._count)
        folder.mkdir()
        names: dict[str, str] = {}
        for name, text in sources.items():
            plain = re.sub(r"[^\w.-]", "_", name.replace("\\", "/").rpartition("/")[2])
            if plain in names:
                raise Refused("file", name, f"names of files differ, not {plain} twice")
            names[plain] = name
            try:
                (folder / plain).write_bytes(text.encode())
            except UnicodeEncodeError as error:
                sentence = f"a source is UTF-8 text, not character {error.start} of it"
                raise Refused("syntax", name, sentence) from None
        headers = (".vh", ".svh", ".h")
        files = [n for n in names if not n.endswith(headers)] or list(names)
        line = json.dumps({"folder": folder.name, "files": files, "names": names, **request})
        try:
            answer = process.ask(line)
        except TimeoutError as late:
            self._restart(folder)
            raise Refused("time", first, f"elaboration ends in time, not {late}") from None
        if not answer:
            reason = _reason(folder, names, self._restart(folder), self.limits)
            raise reason
        try:
            _check_text(folder)
            _check_tops(folder, names)
            _check_warnings(folder, names)
            if (folder / result).stat().st_size > _NETLIST * MIB:
                sentence = f"a netlist has at most {_NETLIST} MiB, not more"
                raise Refused("size", first, sentence)
            return (folder / result).read_text(encoding="utf-8"), names
        finally:
            # A process answers thousands of requests; their files would fill the disk.
            shutil.rmtree(folder, ignore_errors=True)

    def _restart(self, _folder: Path) -> int:
        """End the process, so that the next request starts one; return its status."""
        process, self._process = self._process, None
        return process.end() if process is not None else 0


def _reason(folder: Path, names: Mapping[str, str], status: int, limits: Limits) -> Refused:
    """Why there is no answer: what the front end says first, or the limit that was met."""
    first = next(iter(names.values()), "")
    for found in _diagnoses(folder):
        if found.get("severity", "").endswith("error"):
            return _refused(found, names)
    log = folder / worker.LOG
    text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
    if "bad_alloc" in text or "MemoryError" in text or status in (-9, -11):
        sentence = f"elaboration takes at most {limits.memory} MiB of memory, not more"
        return Refused("memory", first, sentence)
    if "no top-level modules" in text:
        return Refused("missing", first, "one module is the top, not none")
    line = re.search(r"^Source line (\S+:\d+:\d+):", text, re.MULTILINE)
    said = re.search(r"^ERROR: (.*)", text, re.MULTILINE)
    sentence = said[1] if said else f"elaboration ends by itself, not with status {status}"
    if "unimplemented" in sentence:
        sentence = "hardware cannot do this statement"
    return Refused(_rule(sentence), _place(line[1], names) if line else first, sentence)


def _check_text(folder: Path) -> None:
    path = folder / worker.REFUSED
    if path.is_file():
        found = json.loads(path.read_text(encoding="utf-8"))
        raise Refused(found["rule"], found["place"], found["sentence"], by="text")


def _check_tops(folder: Path, names: Mapping[str, str]) -> None:
    log = (folder / worker.LOG).read_text(encoding="utf-8", errors="replace")
    found = re.search(r"^Top level design units:\n((?:    .+\n)+)", log, re.MULTILINE)
    tops = found[1].split() if found else []
    if len(tops) > 1:
        sentence = f"one module is the top, not {' and '.join(tops[:2])}"
        raise Refused("top", next(iter(names.values())), sentence)


def _check_warnings(folder: Path, names: Mapping[str, str]) -> None:
    """Refuse what the front end took in another sense than a simulator does."""
    lists = 0
    for found in _diagnoses(folder):
        code, message = found.get("code", ""), found.get("message", "")
        if code.startswith("PortWidth") or "will not be synth" in message:
            raise _refused(found, names)
        if "non-edge sensitivity" in message:
            place = _place(found["location"], names)
            plain, line, column = found["location"].rsplit(":", 2)
            lists += 1
            if lists > _LISTS:
                sentence = f"a design has at most {_LISTS:,} lists of sensitivity, not more"
                raise Refused("size", place, sentence)
            text = _text(folder, plain) if plain in names else ""
            try:
                missing = unlisted(text, int(line), int(column)) if text else ""
            except (StopIteration, IndexError):
                sentence = "a list of sensitivity stands where its always is, not in a macro"
                raise Refused("sensitivity", place, sentence) from None
            if missing:
                sentence = f"a list of sensitivity names all that is read, {missing} too"
                raise Refused("sensitivity", place, sentence)


def _text(folder: Path, plain: str) -> str:
    return (folder / plain).read_bytes().decode()


def _diagnoses(folder: Path) -> list[dict[str, Any]]:
    path = folder / worker.DIAGNOSES
    try:
        found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return found


def _refused(found: Mapping[str, Any], names: Mapping[str, str]) -> Refused:
    message = _OPTION.sub("", found.get("message", ""))
    rule = _rule(f"{found.get('code', '')} {message}")
    return Refused(rule, _place(found.get("location", ""), names), message)


def _rule(text: str) -> str:
    return next((rule for pattern, rule in _RULES if re.search(pattern, text)), "syntax")


def _place(location: str, names: Mapping[str, str]) -> str:
    """FILE:LINE:COLUMN with the user's name of the file."""
    name, colon, rest = location.partition(":")
    return f"{names.get(name, name)}{colon}{rest}"
