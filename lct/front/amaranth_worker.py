"""The confined process that constructs a class of a user's file and writes what it elaborates to.

Whatever the file does happens in here, so its text is not trusted with more than the result and the
sentence that says why there is none.
"""

from __future__ import annotations

import json
import runpy
import sys
import traceback
import warnings
from pathlib import Path
from typing import Any

__all__ = ["ERROR", "RTLIL", "main"]

RTLIL, ERROR = "design.il", "error.json"


def main() -> None:
    """Arguments: the file, the name of the class, its parameters as JSON."""
    file, name, parameters = sys.argv[1:]
    try:
        text = _convert(file, name, json.loads(parameters))
    except BaseException as error:  # noqa: BLE001 - it may raise whatever it likes
        places = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == file]
        if isinstance(error, SyntaxError) and error.filename == file:
            places = [error.lineno]
        said = f"{type(error).__name__}: {error}".splitlines()[0][:300].rstrip(": ")
        Path(ERROR).write_text(json.dumps({"said": said, "line": (places or [None])[-1]}))
        raise SystemExit(1) from None
    Path(RTLIL).write_text(text, encoding="utf-8")


def _convert(file: str, name: str, parameters: dict[str, int]) -> str:
    from amaranth.back import rtlil
    from amaranth.lib.wiring import Component

    warnings.simplefilter("ignore")
    found: Any = runpy.run_path(file).get(name)
    if not (isinstance(found, type) and issubclass(found, Component)):
        raise LookupError(f"it has no component {name}")
    return str(rtlil.convert(found(**parameters), name=name))


if __name__ == "__main__":
    main()
