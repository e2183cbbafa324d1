"""`spikewright llm records`: what was asked of models, and what they answered."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spikewright.tools.console import out, print_json
from spikewright.tools.errors import UserError
from spikewright.tools.llm.options import RECORD, JsonOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spikewright.tools.llm.record import Exchange

__all__ = ["records"]

# Digits of a key in the list; enough to tell some thousand exchanges apart.
DIGITS = 10
COLUMNS = ("time (UTC)", "key", "purpose", "unit", "model", "sample", "tokens", "cost")
NUMBERS = ("sample", "tokens", "cost")
SIMULATED = "SIMULATED: no model wrote this, but Spikewright's own server."


def records(
    file: Annotated[Path, typer.Argument(help="Records of an earlier command.")] = RECORD,
    show: Annotated[
        str, typer.Option("--show", metavar="KEY", help="Print one exchange, by its key's start.")
    ] = "",
    failed: Annotated[
        bool, typer.Option("--failed", help="List the attempts that brought no answer.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List what was asked of models: when, what for, how many tokens, at what cost.

    Example: spikewright llm records llm-records.sqlite --show 3f9a
    """
    from spikewright.tools.llm.record import ANSWER, Records

    with Records(file, read_only=True) as kept:
        if show:
            exchange = _one(kept.begins(show.lower()), show, file)
            _print_exchange(exchange, as_json)
            return
        every = kept.all(whole=False)
    chosen = [e for e in every if (e.outcome != ANSWER) == failed]
    if as_json:
        print_json({"file": file, "exchanges": [_facts(e) for e in chosen], **_sums(every)})
        return
    _print_list(chosen, failed)
    _print_sums(_sums(every))


def _one(found: Sequence[Exchange], start: str, file: Path) -> Exchange:
    """Return the exchange that a key's start means: its answer, or its last attempt."""
    from spikewright.tools.llm.record import ANSWER

    keys = {exchange.key for exchange in found}
    if not keys:
        raise UserError(f"{file} must hold a key that starts with {start!r}, and does not.")
    if len(keys) > 1:
        raise UserError(f"{start!r} must start one key of {file}, not {len(keys)}.")
    return next((e for e in found if e.outcome == ANSWER), found[-1])


def _facts(exchange: Exchange) -> dict[str, Any]:
    """Return an exchange without what was said."""
    return {n: v for n, v in asdict(exchange).items() if n not in ("raw", "request")}


def _sums(every: Sequence[Exchange]) -> dict[str, Any]:
    """Return what all exchanges of a file come to."""
    from spikewright.tools.llm.record import ANSWER

    # What two processes asked for at once was paid for twice, and is served once.
    paid = [e for e in every if e.outcome in (ANSWER, "duplicate")]
    return {
        "answers": sum(e.outcome == ANSWER for e in every),
        "failed": len(every) - len(paid),
        "duplicates": sum(e.outcome == "duplicate" for e in every),
        "tokens_in": sum(e.tokens_in for e in paid),
        "tokens_out": sum(e.tokens_out for e in paid),
        "cost": sum(e.cost or 0.0 for e in paid),
        "unpriced": sum(e.cost is None for e in paid),
        "simulated": sum(e.simulated for e in every),
    }


def _print_list(chosen: Sequence[Exchange], failed: bool) -> None:
    from spikewright.tools.llm.clean import one_line

    lines = [[*COLUMNS, "outcome" if failed else "finish"]]
    for e in chosen:
        tokens = f"{'~' if e.estimated else ''}{e.tokens_in:,} + {e.tokens_out:,}"
        cells = (
            e.time[:19].replace("T", " "),
            e.key[:DIGITS],
            e.purpose,
            e.unit,
            f"{e.model}{' (SIMULATED)' if e.simulated else ''}",
            str(e.sample),
            "-" if failed else tokens,
            "-" if e.cost is None else f"{e.cost:.4f}",
            e.outcome if failed else e.finish,
        )
        # A file of records may come from anywhere, and a model chose its words.
        lines.append([one_line(cell, 60) for cell in cells])
    # Ten thousand lines are not rare, and a table that measures and wraps takes seconds for them.
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = [
            cell.rjust(width) if title in NUMBERS else cell.ljust(width)
            for title, cell, width in zip(lines[0], line, widths, strict=True)
        ]
        out.out("  ".join(padded).rstrip())


def _print_sums(sums: dict[str, Any]) -> None:
    tokens = f"{sums['tokens_in']:,} + {sums['tokens_out']:,} tokens"
    cost = f", cost {sums['cost']:.4f}" if sums["cost"] else ""
    unpriced = f", {sums['unpriced']:,} without a price" if sums["unpriced"] and cost else ""
    twice = f", {sums['duplicates']:,} paid for twice" if sums["duplicates"] else ""
    line = f"{sums['answers']:,} answers{twice}, {sums['failed']:,} failed attempts, {tokens}"
    out.print(f"{line}{cost}{unpriced}", markup=False, soft_wrap=True)
    if sums["simulated"]:
        text = f"{sums['simulated']:,} of these exchanges are SIMULATED: no model wrote them."
        out.print(text, markup=False, soft_wrap=True)


def _print_exchange(exchange: Exchange, as_json: bool) -> None:
    """Print all of one exchange: the conversation as far as it went, and the answer."""
    from spikewright.tools.llm.clean import cleaned, one_line

    text = _answer(exchange)
    question = json.loads(exchange.request)
    if as_json:
        raw = exchange.raw.decode("utf-8", "replace")
        print_json(_facts(exchange) | {"request": question, "answer": text, "raw": raw})
        return
    lines = [f"{name}: {one_line(str(value))}" for name, value in _facts(exchange).items()]
    lines += [SIMULATED] * exchange.simulated
    settings = {name: value for name, value in question.items() if name != "messages"}
    lines.append(f"settings: {one_line(json.dumps(settings, ensure_ascii=False))}")
    for message in question["messages"]:
        lines += ["", f"--- {one_line(str(message.get('role')))}", cleaned(message["content"])]
    lines += ["", f"--- {exchange.outcome}", cleaned(text)]
    out.print("\n".join(lines), markup=False, soft_wrap=True)


def _answer(exchange: Exchange) -> str:
    """Return what a model wrote, or the bytes as text where that is no answer."""
    from spikewright.tools.llm.exchange import parse
    from spikewright.tools.llm.failure import ModelFailure
    from spikewright.tools.llm.secret import Secret

    try:
        parsed = parse(exchange.raw, exchange.server, Secret())
    except ModelFailure:
        return exchange.raw.decode("utf-8", "replace")
    return parsed.text or parsed.refusal
