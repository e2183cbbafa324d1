"""A second solver, asked in its own process: z3 reads the question as SMT-LIB text.

Nothing is shared with the first solver but the terms themselves, not even their printer.
"""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from bitwuzla import Kind

from spikewright.lct.builder import Term
from spikewright.lct.solver import LIMIT, Answer

__all__ = ["Disagreement", "ask_z3", "both", "parts_of", "smt_lib"]

_NAMES = {
    Kind.AND: "and", Kind.OR: "or", Kind.NOT: "not", Kind.XOR: "xor", Kind.IMPLIES: "=>",
    Kind.IFF: "=", Kind.EQUAL: "=", Kind.DISTINCT: "distinct", Kind.ITE: "ite",
    Kind.BV_ADD: "bvadd", Kind.BV_SUB: "bvsub", Kind.BV_MUL: "bvmul", Kind.BV_NEG: "bvneg",
    Kind.BV_UDIV: "bvudiv", Kind.BV_UREM: "bvurem", Kind.BV_SDIV: "bvsdiv",
    Kind.BV_SREM: "bvsrem", Kind.BV_SMOD: "bvsmod",
    Kind.BV_AND: "bvand", Kind.BV_OR: "bvor", Kind.BV_XOR: "bvxor", Kind.BV_NOT: "bvnot",
    Kind.BV_SHL: "bvshl", Kind.BV_SHR: "bvlshr", Kind.BV_ASHR: "bvashr",
    Kind.BV_ULT: "bvult", Kind.BV_ULE: "bvule", Kind.BV_UGT: "bvugt", Kind.BV_UGE: "bvuge",
    Kind.BV_SLT: "bvslt", Kind.BV_SLE: "bvsle", Kind.BV_SGT: "bvsgt", Kind.BV_SGE: "bvsge",
    Kind.BV_CONCAT: "concat", Kind.BV_EXTRACT: "extract", Kind.BV_SIGN_EXTEND: "sign_extend",
    Kind.BV_ZERO_EXTEND: "zero_extend", Kind.ARRAY_SELECT: "select", Kind.ARRAY_STORE: "store",
}  # fmt: skip
"""What `Builder`, `Terms` and the front end's cells make, as SMT-LIB calls it."""

_SPARE = 2.0
"""Seconds that z3 gets to start, to read and to end by itself."""


class Disagreement(RuntimeError):
    """Two solvers contradict each other: neither may be believed."""


def smt_lib(terms: Iterable[Term]) -> tuple[str, dict[str, str]]:
    """A question as text, and what its unknowns are called there.

    Every shared part is one definition, so the text is as long as the question is large.

    Parameters
    ----------
    terms : iterable of Term
        Truth values that are to hold at once.

    Returns
    -------
    str
        Declarations, definitions and assertions.
    dict of str to str
        The unknowns' own names by their names in the text; arrays are not among them.
    """
    names: dict[int, str] = {}
    unknowns: dict[str, str] = {}
    held = list(terms)
    every = parts_of(held)
    logic = "QF_ABV" if any(t.sort().is_array() for t in every) else "QF_BV"
    lines = [f"(set-logic {logic})"]
    for term in every:
        key, kind = term.id(), term.kind()
        if term.is_value():
            names[key] = str(term)
        elif kind == Kind.CONSTANT:
            if term.sort().is_array():
                names[key] = f"m{key}"
            else:
                names[key] = f"u{len(unknowns)}"
                unknowns[names[key]] = term.symbol() or ""
            lines.append(f"(declare-const {names[key]} {term.sort()})")
        else:
            names[key] = f"t{key}"
            head = " ".join([_NAMES[kind], *map(str, term.indices())])
            head = f"(_ {head})" if term.num_indices() else head
            parts = " ".join(names[c.id()] for c in term.children())
            lines.append(f"(define-fun {names[key]} () {term.sort()} ({head} {parts}))")
    lines += [f"(assert {names[t.id()]})" for t in held]
    return "\n".join(lines) + "\n", unknowns


def parts_of(terms: Iterable[Term]) -> list[Term]:
    """All parts, each once, the deepest first."""
    found: dict[int, Term] = {}
    stack = [(term, False) for term in terms]
    while stack:
        term, ready = stack.pop()
        if term.id() in found:
            continue
        if ready or not term.num_children():
            found[term.id()] = term
        else:
            stack.append((term, True))
            stack.extend((child, False) for child in term.children())
    return list(found.values())


@cache
def _program() -> Path | None:
    """The program that comes with the package; None where that is not installed."""
    try:
        files = importlib.metadata.files("z3-solver") or []
    except importlib.metadata.PackageNotFoundError:
        return None
    return next((Path(str(f.locate())) for f in files if f.name in ("z3", "z3.exe")), None)


def ask_z3(
    terms: Iterable[Term], seconds: float = LIMIT, values: dict[str, int] | None = None
) -> Answer:
    """Ask z3 whether all terms can hold at once.

    Parameters
    ----------
    terms : iterable of Term
    seconds : float
        Limit, which ends the process.
    values : dict of str to int, optional
        Filled with the unknowns' packed values where the answer is ``sat``; truth values are 0, 1.

    Returns
    -------
    {"sat", "unsat", "unknown"}
        ``unknown`` also where z3 is not installed or fails.
    """
    program = _program()
    if program is None:
        return "unknown"
    text, unknowns = smt_lib(terms)
    text += "(check-sat)\n"
    if unknowns and values is not None:
        text += f"(get-value ({' '.join(unknowns)}))\n"
    limit = f"-t:{max(1, round(seconds * 1000))}"
    try:
        done = subprocess.run(
            [program, "-smt2", "-in", "pp.bv_literals=true", limit],
            input=text,
            text=True,
            capture_output=True,
            timeout=seconds + _SPARE,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError):
        return "unknown"
    answer, _, rest = done.stdout.partition("\n")
    if answer == "unsat":
        return "unsat"
    if answer != "sat":
        return "unknown"
    if values is not None:
        for name, value in re.findall(r"\((u\d+)\s+([^()\s]+)\)", rest):
            values[unknowns[name]] = _number(value)
    return "sat"


def _number(text: str) -> int:
    if text.startswith("#"):
        return int(text[2:], 16 if text[1] == "x" else 2)
    return int(text == "true")


def both(first: Answer, terms: Iterable[Term], seconds: float = LIMIT) -> Answer:
    """The answer of the first solver and of z3 together.

    Parameters
    ----------
    first : {"sat", "unsat", "unknown"}
        What the first solver says about `terms`, every fact that it was given included.

    Returns
    -------
    {"sat", "unsat", "unknown"}
        ``unknown`` unless at least one solver knows.

    Raises
    ------
    Disagreement
        One says ``sat`` and the other ``unsat``.
    """
    second = ask_z3(terms, seconds)
    if "unknown" not in (first, second) and first != second:
        raise Disagreement(f"two solvers must agree, not say {first} (bitwuzla) and {second} (z3)")
    return second if first == "unknown" else first
