"""Logic Condition Tables: the language, its checks and its compiler."""

from spikewright.lct.diagnostics import Finding, LctError
from spikewright.lct.library import Library

__all__ = ["Finding", "LctError", "Library"]
