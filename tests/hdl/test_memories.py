"""The memories: what a read answers, and when."""

from __future__ import annotations

import numpy as np

from spikewright.hdl.memories import PotentialMemory, SchedulerMemory, SynapseMemory
from spikewright.verif.vectors import VerilatedUnit


def test_scheduler_row_answers_in_the_same_cycle_and_shows_a_write_in_the_next() -> None:
    unit = VerilatedUnit.from_amaranth(SchedulerMemory(axons=8, delay_slots=4), "rows")
    out = unit.run(
        {
            "address": np.array([2, 2, 1, 2, 2, 2, 2]),
            "write": np.array([0b0101, 0, 0b1111, 0b0001, 0, 0b0100, 0]),
            "bits": np.array([0b10, 0, 0b11, 0b01, 0, 0b11, 0]),
            "clear": np.array([0, 0, 0, 0, 1, 1, 0]),
        }
    )
    assert out["row"].tolist() == [0, 0b00100010, 0, 0b00100010, 0b00100011, 0b00100011, 0b00000011]


def test_read_answers_one_cycle_later_and_keeps_its_answer() -> None:
    unit = VerilatedUnit.from_amaranth(PotentialMemory(neurons=4, potential_bits=6), "potentials")
    out = unit.run(
        {
            "write": np.array([1, 1, 0, 0, 0, 0]),
            "write_neuron": np.array([1, 3, 0, 0, 0, 0]),
            "data": np.array([-5, 7, 0, 0, 0, 0]),
            "read": np.array([0, 0, 1, 0, 1, 0]),
            "read_neuron": np.array([0, 0, 1, 3, 3, 0]),
        }
    )
    assert out["answer"].tolist()[3:] == [-5, -5, 7]


def test_every_neuron_has_a_row_of_its_own() -> None:
    unit = VerilatedUnit.from_amaranth(SynapseMemory(axons=16, neurons=5), "synapses")
    rows = np.array([3, 5, 7, 11, 65535])
    n = np.arange(5)
    zero = np.zeros(5, int)
    out = unit.run(
        {
            "write": np.r_[zero + 1, zero, 0],
            "write_neuron": np.r_[n, n, 0],
            "data": np.r_[rows, zero, 0],
            "read": np.r_[zero, zero + 1, 0],
            "read_neuron": np.r_[zero, n, 0],
        }
    )
    assert out["answer"].tolist()[6:] == rows.tolist()
