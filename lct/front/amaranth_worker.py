"""The confined process that constructs a class of Amaranth and writes what it elaborates to.

Whatever the file does happens in here, so its text is not trusted with more than the result and the
sentence that says why there is none.
"""

from __future__ import annotations

import builtins
import errno
import importlib
import json
import runpy
import sys
import traceback
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

from spikewright.lct.front.allow import checked
from spikewright.lct.front.allow_names import ATTRIBUTES, BUILTINS, is_module, public
from spikewright.lct.front.refusal import Refused

__all__ = ["CHILDREN", "ERROR", "RTLIL", "main"]

RTLIL, ERROR = "design.il", "error.json"
CHILDREN = "children"
"""Folder of the sources of child units, which come before those that are installed."""

_GENERATED = "spikewright.hdl.generated"


def main() -> None:
    """Arguments: the file, the name of the class, its parameters as JSON, ``own`` or ``checked``.

    A text that is ``checked`` keeps to the allow-list, or it does not run.
    """
    file, name, parameters, trust = sys.argv[1:]
    try:
        text = _convert(file, name, json.loads(parameters), trust)
    except Refused as refused:
        found = {"rule": refused.rule, "place": refused.place, "said": refused.sentence}
        Path(ERROR).write_text(json.dumps(found))
        raise SystemExit(1) from None
    except BaseException as error:  # noqa: BLE001 - it may raise whatever it likes
        Path(ERROR).write_text(json.dumps(_report(file, error)))
        raise SystemExit(1) from None
    Path(RTLIL).write_text(text, encoding="utf-8")


def _report(file: str, error: BaseException) -> dict[str, Any]:
    places = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == file]
    if isinstance(error, SyntaxError) and error.filename == file:
        places = [error.lineno]
    rule = ""
    if isinstance(error, MemoryError) or getattr(error, "errno", 0) == errno.ENOMEM:
        rule = "memory"
    elif isinstance(error, OSError):
        rule = "output" if error.errno == errno.EFBIG else "confined"
    said = f"{type(error).__name__}: {error}".splitlines()[0][:300].rstrip(": ")
    return {"rule": rule, "said": said, "line": (places or [None])[-1]}


def _convert(file: str, name: str, parameters: dict[str, int], trust: str) -> str:
    names = _run(file) if trust == "checked" else None
    from amaranth.back import rtlil
    from amaranth.lib.wiring import Component

    warnings.simplefilter("ignore")
    found: Any = (runpy.run_path(file) if names is None else names).get(name)
    if not (isinstance(found, type) and issubclass(found, Component)):
        raise LookupError(f"it has no component {name}")
    return str(rtlil.convert(found(**parameters), name=name))


def _run(file: str) -> dict[str, Any]:
    """Check a text and run what was checked, with only the functions that it may have."""
    tree = checked(Path(file).read_bytes().decode("utf-8", errors="surrogateescape"), file)
    if Path(CHILDREN).is_dir():
        package = importlib.import_module(_GENERATED)
        package.__path__.insert(0, str(Path(CHILDREN).resolve()))
    given = {n: getattr(builtins, n) for n in (*BUILTINS, "property", "staticmethod")}
    given |= {n: getattr(builtins, n) for n in ("classmethod", "__build_class__")}
    given |= {"__import__": _import, "getattr": _getattr, "hasattr": _hasattr}
    names: dict[str, Any] = {"__builtins__": given, "__name__": Path(file).stem}
    warnings.simplefilter("ignore")
    exec(compile(tree, file, "exec", dont_inherit=True), names)  # noqa: S102 - checked, confined
    return names


def _import(
    name: str,
    names: dict[str, Any] | None = None,
    local: dict[str, Any] | None = None,
    wanted: tuple[str, ...] = (),
    level: int = 0,
) -> ModuleType:
    if not is_module(name) or level:
        raise Refused("forbidden", "", f"a unit does not import {name}")
    return builtins.__import__(name, names, local, wanted, level)


def _getattr(value: Any, name: str, *default: Any) -> Any:
    """Python's own, for names that a text could write down itself."""
    # A class of its own could answer differently each time it is asked.
    plain = str.__str__(name)
    if type(name) is not str or not public(plain) or plain in ATTRIBUTES:
        raise Refused("forbidden", "", f"a unit does not use the attribute {plain[:60]}")
    if isinstance(value, ModuleType):
        raise Refused("forbidden", "", "names of modules are written down")
    return getattr(value, plain, *default)


def _hasattr(value: Any, name: str) -> bool:
    try:
        _getattr(value, name)
    except AttributeError:
        return False
    return True


if __name__ == "__main__":
    main()
