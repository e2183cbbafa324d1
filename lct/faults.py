"""What is wrong with an expression that parses."""

from __future__ import annotations

from spikewright.lct.expression import Ast

__all__ = ["Poisoned", "TypeFault"]


class TypeFault(Exception):
    """An expression that has no type: code, sentence, and the part that is wrong."""

    def __init__(self, code: str, message: str, at: Ast) -> None:
        super().__init__(message)
        self.code, self.message, self.at = code, message, at


class Poisoned(Exception):
    """An expression uses a name whose own declaration has a fault already."""
