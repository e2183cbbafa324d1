"""The chip's reference model: numpy and the standard library only.

Everything here follows one specification and no other part of the project, so that an agreement
with the hardware means something.
"""

from spikewright.golden.architecture import Architecture, ArchitectureError, clog2
from spikewright.golden.batch import Batch, simulate_batch
from spikewright.golden.energy import Energy, EnergyError, predict_energy
from spikewright.golden.engines import ENGINES, EngineError, make_simulator, simulate
from spikewright.golden.event_file import load_events, load_stimulus, save_events
from spikewright.golden.fields import FIELDS, Field
from spikewright.golden.network import SIDES, Network, NetworkError
from spikewright.golden.network_file import network_digest
from spikewright.golden.ports import Port, PortError, port_events, port_spikes
from spikewright.golden.programs import random_network, random_packets, random_spikes
from spikewright.golden.random import DEFAULT_SEED, xorshift32
from spikewright.golden.recording import FIRED, Recording, State
from spikewright.golden.recording_file import (
    RecordingError,
    events_digest,
    load_recording,
    load_state,
    save_recording,
    save_state,
)
from spikewright.golden.simulate import Simulator
from spikewright.golden.statistics import Statistics, StatisticsError, measure
from spikewright.golden.stimulus import (
    PACKET,
    SPIKE,
    StimulusError,
    check_packets,
    check_spikes,
    make_packets,
    make_spikes,
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
    "Batch",
    "Energy",
    "EnergyError",
    "EngineError",
    "Field",
    "Network",
    "NetworkError",
    "Port",
    "PortError",
    "Recording",
    "RecordingError",
    "Simulator",
    "State",
    "Statistics",
    "StatisticsError",
    "StimulusError",
    "TickResult",
    "Trace",
    "check_packets",
    "check_spikes",
    "clog2",
    "events_digest",
    "load_events",
    "load_recording",
    "load_state",
    "load_stimulus",
    "make_packets",
    "make_simulator",
    "make_spikes",
    "measure",
    "network_digest",
    "port_events",
    "port_spikes",
    "predict_energy",
    "random_network",
    "random_packets",
    "random_spikes",
    "save_events",
    "save_recording",
    "save_state",
    "simulate",
    "simulate_batch",
    "xorshift32",
]
