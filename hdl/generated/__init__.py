"""Generated from the tables in lct/units: do not edit, change the tables.

Written by: spikewright generate
"""

__all__ = [
    "axis_unwrap",
    "chip",
    "configuration",
    "core",
    "edge",
    "edge_drop",
    "forward_east",
    "forward_north",
    "forward_south",
    "forward_west",
    "from_local",
    "input_buffer",
    "leak_and_clamp",
    "link_buffer",
    "merge_east",
    "merge_local",
    "merge_north",
    "merge_side",
    "merge_south",
    "merge_west",
    "random_draw",
    "registers",
    "router",
    "scheduler_control",
    "spike_sender",
    "split_side",
    "synapse_scan",
    "synaptic_integration",
    "threshold_fire_reset",
    "tick_controller",
    "to_local",
]
