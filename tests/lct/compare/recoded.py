"""Registers in another code: the Verilog of a unit with one register written differently."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["CODES", "Code", "reencoded"]


@dataclass(frozen=True)
class Code:
    """Text of the register's declaration, of its value from a name and back.

    In each, ``{n}`` is the highest bit's number, ``{w}`` the width, ``{h}`` the number of values
    less one, ``{i}`` the value after reset and ``{x}`` what is stored.
    """

    declare: str
    store: str
    value: str


_GRAY = "code ^ (code >> 1) ^ (code >> 2) ^ (code >> 3) ^ (code >> 4) ^ (code >> 5)"
CODES = {
    "one-hot": Code(
        "reg [{h}:0] code = 1 << {i}; integer bit_; reg [{n}:0] back; always @* begin back = 0; "
        "for (bit_ = 0; bit_ <= {h}; bit_ = bit_ + 1) if (code[bit_]) back = back | bit_; end",
        "code <= 1 << {x};",
        "back",
    ),
    "gray": Code(
        "reg [{n}:0] code = {i} ^ ({i} >> 1);",
        "code <= {x} ^ ({x} >> 1);",
        f"{_GRAY} ^ (code >> 6) ^ (code >> 7)",
    ),
    "inverted": Code("reg [{n}:0] code = ~{i};", "code <= ~{x};", "~code"),
    "offset": Code("reg [{n}:0] code = {i} + 1;", "code <= {x} + 1;", "code - 1'd1"),
    "twice": Code(
        "reg [{n}:0] code = {i}; reg [{n}:0] copy = {i};",
        "begin code <= {x}; copy <= {x}; end",
        "(code & {{{w}{{1'b1}}}} << 1) | (copy & 1)",
    ),
    "parts": Code(
        "reg low = {i} & 1; reg [{n}:0] high = {i} >> 1;",
        "begin low <= {x}; high <= {x} >> 1; end",
        "(high << 1) | low",
    ),
}


def reencoded(verilog: str, register: str, code: Code, fault: tuple[str, str] = ("", "")) -> str:
    """Verilog, as yosys writes it, with one register in another code.

    Parameters
    ----------
    fault : tuple of str
        What is replaced by what in the texts of the code; must be there.
    """
    found = re.search(rf"^  reg \[(\d+):0\] {register} = (\S+);$", verilog, re.MULTILINE)
    stored = re.search(rf"^    {register} <= (.+?) ?;$", verilog, re.MULTILINE)
    assert found is not None
    assert stored is not None
    high = int(found[1])
    names = {"n": high, "w": high + 1, "h": (2 << high) - 1, "i": found[2], "x": f"{stored[1]} "}
    declare, store, value = (
        part.format(**names) for part in (code.declare, code.store, code.value)
    )
    before = declare + store + value
    declare, store, value = (part.replace(*fault) for part in (declare, store, value))
    assert (declare + store + value != before) == (fault != ("", ""))
    text = verilog.replace(found[0], f"  {declare}\n  wire [{high}:0] {register} = {value};")
    return text.replace(stored[0], f"    {store}")
