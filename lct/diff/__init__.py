"""What a new version of a table changes: regions of inputs whose behaviour differs, and words."""

from spikewright.lct.diff.changes import Change, Difference, Region, ValueChange
from spikewright.lct.diff.joint import Overlap
from spikewright.lct.diff.units import diff_units

__all__ = ["Change", "Difference", "Overlap", "Region", "ValueChange", "diff_units"]
