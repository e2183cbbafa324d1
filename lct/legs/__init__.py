"""The four legs: table, HDL, exact table and a model's table held against each other."""

from spikewright.lct.legs.hdl import Hdl, load_hdl
from spikewright.lct.legs.judge import judge
from spikewright.lct.legs.result import Leg, Legs, RowVerdict

__all__ = ["Hdl", "Leg", "Legs", "RowVerdict", "judge", "load_hdl"]
