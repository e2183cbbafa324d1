"""Sizes of cores that verification uses beside the presets."""

from __future__ import annotations

from dataclasses import replace

from spikewright.golden.architecture import Architecture

__all__ = ["INCLUSIVE", "SIZES", "WRAPPING"]

WRAPPING = replace(
    Architecture.preset("tiny"), weight_bits=5, mask_bits=3, potential_bits=6, wrap=1
)
"""As the preset `ranc`, so narrow that a few synapses carry a potential over its end."""

INCLUSIVE = replace(WRAPPING, inclusive=1)
"""The same, where a potential at its negative threshold is below it."""

SIZES = {"tiny": Architecture.preset("tiny"), "wrapping": WRAPPING, "inclusive": INCLUSIVE}
"""Sizes by name, for benches that are named ``BLOCK:SIZE``."""
