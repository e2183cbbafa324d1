"""Tables held against HDL and against each other, row by row and column by column, with proof."""

from spikewright.lct.compare.result import Cell, Comparison, Options
from spikewright.lct.compare.run import compare_design, compare_units
from spikewright.lct.compare.structure import compare_structure

__all__ = [
    "Cell",
    "Comparison",
    "Options",
    "compare_design",
    "compare_structure",
    "compare_units",
]
