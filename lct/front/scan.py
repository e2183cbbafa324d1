"""What a front end reads over without a word: found in the text itself, outside comments.

Delays of gates, strengths, promises such as ``full_case`` and reading of files do not change what
an elaborator returns, or change it in a way that a simulator does not share.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise, product

from spikewright.lct.front.refusal import Refused

__all__ = ["Token", "active", "place_of", "scan", "tokens"]

_TOKEN = re.compile(
    r"""
    (?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<string>"(?:\\.|[^"\\\n])*")
    |(?P<escaped>\\\S+)
    |(?P<directive>`\w+|``|`")
    |(?P<system>\$[\w$]*)
    |(?P<number>(?:\d[\d_]*\s*)?'[sS]?[bBoOdDhH]\s*[\da-fA-FxXzZ?_]+|'[01xXzZ](?!\w)|\d[\w.]*)
    |(?P<word>[A-Za-z_][\w$]*)
    |(?P<sign>\#\#|\(\*|\*\)|\S)
    """,
    re.VERBOSE | re.DOTALL,
)

_NO_HARDWARE = {
    "hardware has no time": "wait wait_order forever specify specparam event",
    "hardware cannot do this": "fork force release deassign real realtime shortreal class program",
    "a wire is driven, and driven by one": (
        "tran tranif0 tranif1 rtran rtranif0 rtranif1 nmos pmos cmos rnmos rpmos rcmos pullup "
        "pulldown bufif0 bufif1 notif0 notif1 strong0 strong1 pull0 pull1 weak0 weak1 highz0 "
        "highz1 supply0 supply1 trireg tri0 tri1 triand trior wand wor small large"
    ),
    "a truth table of simulation has no exact meaning": "primitive",
}
_RULES = {"hardware has no time": "delay", "a wire is driven, and driven by one": "tristate"}
_WORDS = {
    w: (_RULES.get(s, "hardware"), s) for s, ws in _NO_HARDWARE.items() for w in ws.split(" ")
}

_SYSTEM = re.findall(
    r"\S+",
    """
    $clog2 $signed $unsigned $bits $countones $countbits $onehot $onehot0 $size $high $low $left
    $right $increment $dimensions $unpacked_dimensions $typename $isunbounded $cast $unit $root
    $display $displayb $displayh $displayo $write $writeb $writeh $writeo $strobe $monitor
    $info $warning $error $fatal $finish $stop $exit $static_assert
    $time $stime $past $rose $fell $stable $changed $sampled
    """,
)
"""What the elaborator knows, or ignores because it drives nothing."""

# Before `#(`, one of these begins a delay; any other name begins parameters.
_DELAYED = re.findall(
    r"\S+",
    """
    and or nand nor xor xnor buf not wire tri uwire logic reg assign begin end else always
    always_comb always_ff always_latch initial var bit
    """,
)
_LITERAL = re.compile(r"(\d+)'[sS]?([bBoOdDhH])([\da-fA-FzZ?]+)")
_PROMISE = re.compile(r"(full_case|parallel_case)$")
_ADVICE = re.compile(
    r"/[/*]\s*(?:synopsys|synthesis|pragma|cadence|ambit|exemplar|altera|xilinx|rtl_synthesis)\s+"
    r"(full_case|parallel_case|translate_off|synthesis_off)"
)


@dataclass(frozen=True)
class Token:
    """A piece of the text: ``word``, ``system``, ``number``, ``sign`` and so on."""

    kind: str
    text: str
    at: int


def tokens(text: str) -> Iterator[Token]:
    """Everything but blanks; comments and strings are whole."""
    for match in _TOKEN.finditer(text):
        assert match.lastgroup is not None
        yield Token(match.lastgroup, match[0], match.start())


def place_of(name: str, text: str, at: int) -> str:
    """FILE:LINE:COLUMN of a character."""
    line = text.count("\n", 0, at) + 1
    return f"{name}:{line}:{at - text.rfind(chr(10), 0, at)}"


def scan(sources: Mapping[str, str]) -> None:
    """Refuse what an elaborator would pass over.

    Parameters
    ----------
    sources : mapping of str to str
        Texts by the names that the user knows.

    Raises
    ------
    Refused
        With the first place.
    """
    given = {name.replace("\\", "/").rpartition("/")[2] for name in sources}
    defined = {"SYNTHESIS"}
    for text in sources.values():
        defined |= set(re.findall(r"`define\s+(\w+)", text))
    for name, text in sources.items():
        try:
            _scan(list(active(tokens(text), defined)), given)
        except _Found as found:
            rule, sentence = found.args[1:]
            raise Refused(rule, place_of(name, text, found.args[0]), sentence) from None


class _Found(Exception):
    """Where, which rule, the sentence."""


def active(found: Iterator[Token], defined: Collection[str]) -> Iterator[Token]:
    """Leave out what conditional compilation leaves out, where these macros are defined."""
    branches: list[tuple[bool, bool]] = []  # whether this branch is read, whether one was
    for token in found:
        if token.text in ("`ifdef", "`ifndef", "`elsif"):
            macro = next(found, Token("", "", token.at)).text
            truth = (macro in defined) == (token.text != "`ifndef")
            done = branches.pop()[1] if token.text == "`elsif" and branches else False
            branches.append((truth and not done, truth or done))
        elif token.text == "`else" and branches:
            done = branches.pop()[1]
            branches.append((not done, True))
        elif token.text == "`endif" and branches:
            branches.pop()
        elif all(read for read, _ in branches):
            yield token


def _scan(every: list[Token], given: Collection[str]) -> None:
    for i, token in enumerate(every):
        promise = (_ADVICE if token.kind == "comment" else _PROMISE).match(token.text)
        if promise and not (
            promise[1] == "full_case" and _is_full(every[k] for k in range(i, len(every)))
        ):
            sentence = f"hardware and simulation are one text, without {promise[1]}"
            raise _Found(token.at + promise.start(1), "promise", sentence)
    code = [t for t in every if t.kind not in ("comment", "string")]
    pad = Token("", "", len(every))
    cases: list[_Case] = []
    position = {token.at: i for i, token in enumerate(every)}
    for before, token, after in zip([pad, *code], code, [*code[1:], pad], strict=False):
        if token.kind == "word":
            _word(before, token, after, cases)
        elif token.kind == "system":
            _system(before, token, after)
        elif token.kind == "directive":
            _directive(token, every[(i := position[token.at] + 1) : i + 1], given)
        elif token.text == "##" or (token.text == "#" and _delays(before, after)):
            raise _Found(token.at, "delay", "hardware has no time, so # gives only parameters")
        if cases and token.kind in ("number", "word"):
            _item(before, token, after, cases[-1])


def _is_full(following: Iterable[Token]) -> bool:
    """Whether the next case has a default or an item for every value: then the promise is true.

    Before an ``if`` the promise says nothing.
    """
    depth, values, size = 0, set[int](), -1
    for token, after in pairwise(following):
        if token.text == "if" and depth == 0:
            return True
        if token.text in ("case", "casez", "casex"):
            depth += 1
        elif token.text == "endcase":
            depth -= 1
            if depth == 0:
                break
        elif token.text == "default" and depth == 1:
            return True
        elif depth == 1 and token.kind == "number" and after.text in (":", ","):
            size, more = _values(token.text)
            values |= more
    return len(values) == 1 << size if size >= 0 else False


def _values(literal: str) -> tuple[int, set[int]]:
    """Width of an item, and the values that it covers; none of many."""
    item = _LITERAL.fullmatch(literal)
    if not item or len(item[3]) > 12:
        return -1, set()
    digits = re.sub("[zZ]", "?", item[3])
    base = {"b": 2, "o": 8, "d": 10, "h": 16}[item[2].lower()]
    pattern = digits.replace("?", "{}")
    choices = product("01", repeat=digits.count("?"))
    return int(item[1]), {int(pattern.format(*bits), base) for bits in choices}


def _word(before: Token, token: Token, after: Token, cases: list[_Case]) -> None:
    if token.text in _WORDS and before.text != ".":
        rule, sentence = _WORDS[token.text]
        raise _Found(token.at, rule, f"{sentence}, so there is no {token.text}")
    if token.text in ("case", "casez", "casex", "randcase"):
        cases.append(_Case(token.text == "case", before.text.startswith("unique")))
    elif token.text == "endcase" and cases:
        cases.pop()
    elif token.text == "inside" and cases and before.text == ")" and not cases[-1].items:
        cases[-1].plain = False
    elif token.text in ("unique", "unique0", "priority") and after.text == "if":
        sentence = f"conditions are taken in order, without the promise {token.text} if"
        raise _Found(token.at, "promise", sentence)


def _system(before: Token, token: Token, after: Token) -> None:
    # A dollar sign alone is the end of a range.
    if token.text == "$" and (before.text in "[:" or after.text in ":]"):
        return
    if token.text not in _SYSTEM:
        raise _Found(token.at, "hardware", f"hardware has no system task {token.text}")


def _directive(token: Token, name: list[Token], given: Collection[str]) -> None:
    if token.text in ("``", '`"'):
        raise _Found(token.at, "macro", "a macro is whole names, not names pasted together")
    if token.text == "`include":
        text = name[0].text.strip('"') if name and name[0].kind == "string" else ""
        if text not in given:
            shown = f"`include {text}".rstrip()
            raise _Found(token.at, "include", f"a file that is included is given too, not {shown}")


def _delays(before: Token, after: Token) -> bool:
    if after.text != "(":
        return True
    return before.kind not in ("word", "escaped") or before.text in _DELAYED


def _item(before: Token, token: Token, after: Token, case: _Case) -> None:
    """Refuse x and z as the item of a plain case, and equal items of a unique one."""
    first = before.text in (";", "end", ")", "endcase", "begin") and after.text in (":", ",")
    if not first and (before.text != "," or after.text != ":"):
        return
    unknown = re.search(r"'[sS]?[bBoOdDhH]?\s*[\d_a-fA-F]*[xXzZ?]", token.text)
    if case.plain and unknown:
        raise _Found(token.at, "x", f"an item of case is a known value, not {token.text}")
    if case.unique and token.text in case.items:
        sentence = f"an item of unique case comes once, not {token.text} again"
        raise _Found(token.at, "promise", sentence)
    case.items.add(token.text)


@dataclass
class _Case:
    """A case that is open: whether it has no wildcards, is unique, and its items so far."""

    plain: bool
    unique: bool
    items: set[str] = field(default_factory=set)
