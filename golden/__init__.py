"""The chip's reference model: numpy and the standard library only.

Everything here follows one specification and no other part of the project, so that an agreement
with the hardware means something.
"""

from spikewright.golden.architecture import Architecture, ArchitectureError, clog2
from spikewright.golden.engines import ENGINES, EngineError, make_simulator, simulate
from spikewright.golden.fields import FIELDS, Field
from spikewright.golden.network import SIDES, Network, NetworkError
from spikewright.golden.ports import Port, PortError, port_events, port_spikes
from spikewright.golden.programs import random_network, random_packets, random_spikes
from spikewright.golden.random import DEFAULT_SEED, xorshift32
from spikewright.golden.recording import FIRED, Recording, State
from spikewright.golden.simulate import Simulator
from spikewright.golden.stimulus import (
    PACKET,
    SPIKE,
    StimulusError,
    check_packets,
    check_spikes,
    load_events,
    make_packets,
    make_spikes,
    save_events,
)
from spikewright.golden.trace import TickResult, Trace

__all__ = [
    "DEFAULT_SEED",
    "ENGINES",
    "FIELDS",
    "FIRED",
    "PACKET",
    "SIDES",
    "SPIKE",
    "Architecture",
    "ArchitectureError",
    "EngineError",
    "Field",
    "Network",
    "NetworkError",
    "Port",
    "PortError",
    "Recording",
    "Simulator",
    "State",
    "StimulusError",
    "TickResult",
    "Trace",
    "check_packets",
    "check_spikes",
    "clog2",
    "load_events",
    "make_packets",
    "make_simulator",
    "make_spikes",
    "port_events",
    "port_spikes",
    "random_network",
    "random_packets",
    "random_spikes",
    "save_events",
    "simulate",
    "xorshift32",
]
