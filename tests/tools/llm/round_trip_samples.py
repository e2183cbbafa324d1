"""A made-up matrix of round trips: every verdict, every part that a page or a terminal shows."""

from html.parser import HTMLParser

from spikewright.lct.compare import Cell
from spikewright.lct.legs import Hdl, Leg, Legs, RowVerdict
from spikewright.tools.llm.result import Matrix, Round, Trip

TABLE = """# gate

Lets one through.

## Signals
| name | kind | type | reset | meaning |
|---|---|---|---|---|
| go | in | unsigned(1) | | |
| done | out | unsigned(1) | | |
| sum | register | unsigned(4) | 0 | |

## Table work (unique)
| row | go | => | done | sum | note |
|---|---|---|---|---|---|
| idle | 0 | => | 0 | hold | nothing |
| add | 1 | => | 1 | trunc(sum + 1, 4) | |
"""
OTHER = TABLE.replace("| idle | 0 | => | 0 |", "| idle | 0 | => | 1 |")
HDL = """module gate(input clk, rst, go, output done, output reg [3:0] sum);
  assign done = !go;
  always @(posedge clk)
    if (rst) sum <= 0;
    else if (go) sum <= sum + 1;
endmodule
"""
SAME = Leg(verdict="same")
NONE = Leg(verdict="none")


def cell(row="idle", column="done", verdict="different", kind="wrong value", **fields):
    values = {
        "region": ("go = 0",),
        "witness": {"go": 0, "sum": 3},
        "shown": {"go": "0", "sum": "3", "expected": "0", "actual": "1"},
        "expected": 0,
        "actual": 1,
        "sentence": f"table work, row {row}, column {column}: 0 is expected, not 1",
    } | fields
    return Cell("work", row, column, verdict, kind, **values)


def leg(*cells):
    verdict = "different" if any(c.verdict == "different" for c in cells) else "unknown"
    return Leg(verdict=verdict, cells=cells, sentence=cells[0].sentence, seconds=0.25)


def legs(verdict="clean", encoder=SAME, decoder=SAME, loop=SAME, **fields):
    fields.setdefault("table1", TABLE)
    rows = tuple(RowVerdict(table="work", row=r, verdict=verdict) for r in ("idle", "add"))
    return Legs(
        unit="gate",
        verdict=verdict,
        cancels=fields.pop("cancels", False),
        encoder=encoder,
        decoder=decoder,
        loop=loop,
        text_same=verdict == "clean",
        rows=rows,
        **fields,
    )


def turn(found, hdl=HDL, table=TABLE, **fields):
    written = Hdl(text=hdl, language="verilog", top="gate") if hdl is not None else None
    fields = {"keys": ("0123456789abcdef" * 4,), "asked_back": bool(table)} | fields
    return Round(hdl=written, table=table, legs=found, **fields)


def trip(unit, model, *rounds, **fields):
    fields.setdefault("verdict", rounds[-1].verdict if rounds else "none")
    fields = {"tokens_in": 900, "tokens_out": 300, "cost": 0.0125, "seconds": 1.5} | fields
    fields = {"sample": 0, "target": "verilog"} | fields
    return Trip(unit=unit, model=model, rounds=rounds, **fields)


WRONG = leg(cell(), cell(column="sum", kind="omission"))
MISREAD = leg(cell("add", kind="hallucination", trace=({"go": 0}, {"go": 1})))
LOST = leg(cell("add", "sum", "unknown", kind="", shown={}, sentence="no answer in 20 s"))
GAP = {"code": "gap", "message": "no row of table work covers this input"}

CLEAN = turn(legs())
ENCODER = turn(legs("encoder", encoder=WRONG))
DECODER = turn(legs("decoder", decoder=MISREAD), table=OTHER)
BOTH = turn(legs("both", encoder=WRONG, decoder=leg(cell()), cancels=True))
UNKNOWN = turn(legs("unknown", encoder=LOST))
SPECIFICATION = turn(legs("specification", NONE, NONE, NONE, findings=(GAP,), table1=""))
REFUSAL = "the HDL is refused (latch): gate.v:4:1: a latch"
REFUSED = turn(
    legs(
        "encoder",
        encoder=Leg(verdict="different", sentence=REFUSAL),
        decoder=NONE,
        loop=NONE,
        table1="",
        table1_sentence="there is no HDL to decode",
    ),
    table="",
)

ROUNDS = {
    "clean": (CLEAN,),
    "encoder": (ENCODER,),
    "decoder": (DECODER,),
    "both": (BOTH,),
    "unknown": (UNKNOWN,),
    "specification": (SPECIFICATION,),
    "refused": (REFUSED,),
    "repaired": (ENCODER, turn(legs(), feedback=("row idle: go = 0: done must be 0, not 1",))),
    "none": (),
}


def matrix(model="large", simulated=False, **fields):
    """A unit for each verdict, with one model."""
    made = [
        trip(
            unit,
            model,
            *rounds,
            simulated=simulated,
            stopped=("gate.v:4: reads /etc/passwd",) if unit == "refused" else (),
            failure="" if rounds else "timeout",
            sentence="" if rounds else "the server did not answer within 60 s",
        )
        for unit, rounds in ROUNDS.items()
    ]
    fields = {
        "trips": tuple(made),
        "units": tuple(ROUNDS),
        "models": (model,),
        "rounds": 1,
        "settings": {"temperature": 0.2, "seed": 7, "prompts": {"encode": "d41d8cd98f00"}},
        "account": {"requests": 18, "retries": 2, "tokens_in": 8100},
        "sandbox": ("limits", "Landlock"),
    } | fields
    return Matrix(**fields)


class Page(HTMLParser):
    """A page taken apart; a page that is not well made, or that could run or fetch, is an error."""

    VOID = frozenset({"meta", "br", "input"})
    ONCE = frozenset({"html", "head", "body", "main", "style", "script", "title", "h1"})

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.ids, self.links, self.texts = [], [], [], [], {}
        self.feed(text)
        self.close()
        assert not self.open, f"not closed: {self.open}"
        assert len(self.ids) == len(set(self.ids)), "an id is not unique"
        assert set(self.links) <= set(self.ids), set(self.links) - set(self.ids)
        names = [tag for tag, _ in self.tags]
        for tag in self.ONCE - {"title"}:
            assert names.count(tag) == 1, f"{tag} {names.count(tag)} times"

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        assert len(names) == len(set(names)), f"{tag} has an attribute twice"
        for name, value in attributes:
            assert not name.startswith("on"), f"{tag} has {name}"
            assert name not in ("style", "src", "srcdoc", "action", "data"), f"{tag} has {name}"
            if name == "href":
                assert value.startswith("#"), f"{tag} leads to {value}"
                self.links.append(value[1:])
            if name == "id":
                self.ids.append(value)
        self.tags.append((tag, tuple(names)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open, f"{tag} is closed too often"
        assert self.open.pop() == tag, f"{tag} is closed in the wrong place"

    def handle_data(self, data):
        if self.open:
            self.texts.setdefault(self.open[-1], []).append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    @property
    def text(self):
        """All that is read, in one."""
        kinds = (k for k in self.texts if k not in ("style", "script"))
        return "\n".join("".join(self.texts[k]) for k in kinds)
