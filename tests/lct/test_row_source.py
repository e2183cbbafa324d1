"""Which row decides, as plain Python: for integers and for arrays, as the tables say."""

from pathlib import Path
from random import Random

import numpy as np
import pytest

from spikewright.lct.evaluate import pack
from spikewright.lct.execute import Machine, first_match, random_value
from spikewright.lct.ir import Unit
from spikewright.lct.library import Library
from spikewright.lct.row_source import hdl_name, rows_source
from spikewright.verif.row_cover import RowCover

LIBRARY = Library()
NAMES = [name for name in LIBRARY.names() if LIBRARY.unit(name).kind == "logic"]
ODD = """# odd

## Types
| name | definition |
|---|---|
| Kind | enum(A, B = 2) |
| Pair | struct(low: signed(3), list: array(unsigned(2), 3), kind: Kind) |

## Signals
| name | kind | type | reset | meaning |
|---|---|---|---|---|
| p | in | Pair | | |
| n | in | unsigned(4) | | |
| w | in | unsigned(70) | | |
| y | out | unsigned(1) | | |
| z | out | unsigned(1) | | |

## Definitions
| name | expression | meaning |
|---|---|---|
| class | (p with low = 1).low + p.low * 2 | a word of Python |
| where | p.low if n[0] else -p.low | another |

## Table first (priority)
| row | p.kind | class | n | => | y |
|---|---|---|---|---|---|
| one | {A} | > 0 | 0b01x0 | => | 1 |
| two | not A | - | 2..6 | => | 0 |
| three | - | <= -3 | {1, 9} | => | 1 |
| else | - | - | - | => | 0 |

## Table second (priority)
| row | where | w[60:69] | popcount(w) + first_one(n) + p.list[n[0:1]] | sign(p.low) + abs(p.low) | clamp(p.low, -1, 2) - 1 | cat(n, p.low) >> 2 | not (n == 3 or p.kind == B) | => | z |
|---|---|---|---|---|---|---|---|---|---|
| one | > 0 | > 9 | > 30 | 2 | - | - | - | => | 1 |
| two | - | - | - | - | 1 | > 7 | 1 | => | 0 |
| three | - | - | - | - | - | ~ n & 7 | - | => | 1 |
| else | - | - | - | - | - | - | - | => | 0 |
"""  # noqa: E501  # a table's row stays on one line


def cover_of(unit: Unit) -> RowCover:
    space: dict[str, object] = {}
    exec(rows_source(unit), space)
    return RowCover(space["TABLES"], bool(space["WIDE"]))  # type: ignore[arg-type]


def held_against_the_table(unit: Unit, cycles: int) -> dict[str, dict[str, int]]:
    machine, random, cover, many = Machine(unit), Random(1), cover_of(unit), cover_of(unit)
    samples = []
    for _ in range(cycles):
        given = {s.name: random_value(s.type, random) for s in unit.symbols.values()
                 if s.role != "output"}  # fmt: skip
        known = machine.complete(given)
        packed = {hdl_name(n): pack(v, unit.symbols[n].type) for n, v in known.items()}
        samples.append(packed)
        rows = {table.name: first_match(table, known) for table in unit.tables}
        assert cover.sample(packed) == {t: row.id if row else "" for t, row in rows.items()}
    columns = {
        name: np.array([s[name] for s in samples], object if max(s[name] for s in samples) >> 62
                       else np.int64) for name in samples[0]
    }  # fmt: skip
    many.sample_many(columns)
    assert many.counts == cover.counts
    assert many.uncovered() == cover.uncovered()
    return cover.counts


@pytest.mark.parametrize("name", NAMES)
def test_every_unit(name: str) -> None:
    counts = held_against_the_table(LIBRARY.unit(name), 25)
    assert all(sum(rows.values()) for rows in counts.values())


def test_every_operation(tmp_path: Path) -> None:
    (tmp_path / "odd.lct.md").write_text(ODD, encoding="utf-8")
    counts = held_against_the_table(Library(tmp_path).unit("odd"), 3000)
    assert all(all(rows.values()) for rows in counts.values()), counts


def test_a_fault_in_the_text_is_seen(tmp_path: Path) -> None:
    unit = LIBRARY.unit("forward_east")
    space: dict[str, object] = {}
    exec(rows_source(unit).replace(") > 0", ") >= 0"), space)
    wrong = RowCover(space["TABLES"])  # type: ignore[arg-type]
    values = {"west__valid": 1, "west__payload": 0}
    assert wrong.sample(values)["route"] == "on"
    right = cover_of(unit)
    assert right.sample(values)["route"] == "local"
    assert right.uncovered() == [("route", r) for r in ("idle", "on", "north", "south")]
    right.save(tmp_path / "coverage.json")
    assert '"local": 1' in (tmp_path / "coverage.json").read_text(encoding="utf-8")
