"""Generated from chip.lct.md: do not edit, change the table.

Written by: spikewright generate chip
"""

from amaranth.hdl import signed
from amaranth.lib import data

from spikewright.lct.hardware import clog2

__all__ = [
    "after_layout",
    "axon_bits",
    "count_bits",
    "delivery_layout",
    "destination_layout",
    "event_layout",
    "fire_layout",
    "fired_layout",
    "integrated_layout",
    "judged_layout",
    "leak_layout",
    "leaked_layout",
    "level_bits",
    "mask_field_bits",
    "neuron_bits",
    "packet_layout",
    "parameters_layout",
    "potential_least",
    "potential_limit",
    "scanned_layout",
    "slot_bits",
    "step_layout",
    "sum_bits",
    "type_bits",
    "weighed_layout",
    "word_bits",
    "word_shift",
    "words",
]


def axon_bits(*, axons: int = 256) -> int:
    """Bits of an axon number."""
    return clog2(axons)


def neuron_bits(*, neurons: int = 256) -> int:
    """Bits of a neuron number."""
    return clog2(neurons)


def type_bits(*, axon_types: int = 4) -> int:
    """Bits of an axon type."""
    return clog2(axon_types)


def slot_bits(*, delay_slots: int = 16) -> int:
    """Bits of a slot: delivery tick modulo the number of slots."""
    return clog2(delay_slots)


def mask_field_bits(*, mask_bits: int = 17) -> int:
    """Bits that hold TM, the number of random threshold bits."""
    return clog2(mask_bits + 1)


def count_bits(*, axons: int = 256) -> int:
    """Bits of a number of axons, counted in two halves."""
    return clog2(((axons + 1) >> 1) + 1) + 1


def sum_bits(*, weight_bits: int = 9, axons: int = 256) -> int:
    """Bits of a sum of a weight for each axon."""
    return weight_bits + count_bits(axons=axons)


def word_shift(*, axons: int = 256) -> int:
    """Bits of an axon number that say where in a word of the scheduler it is."""
    return axon_bits(axons=axons) >> 1


def word_bits(*, axons: int = 256) -> int:
    """Bits of such a word, as many as a row has words."""
    return 1 << word_shift(axons=axons)


def words(*, axons: int = 256) -> int:
    """Words of a row of the scheduler."""
    return (axons + word_bits(axons=axons) - 1) >> word_shift(axons=axons)


def level_bits(*, threshold_bits: int = 18, mask_bits: int = 17) -> int:
    """Bits of a threshold with its random part."""
    return max(threshold_bits, mask_bits) + 1


def potential_limit(
    *, wrap: int = 0, potential_bits: int = 20, threshold_bits: int = 18, mask_bits: int = 17
) -> int:
    """Largest potential between ticks: where it wraps, or the clamp."""
    return (1 << (potential_bits - 1)) - 1 if wrap else (1 << threshold_bits) + (1 << mask_bits)


def potential_least(
    *, wrap: int = 0, potential_bits: int = 20, threshold_bits: int = 18, mask_bits: int = 17
) -> int:
    """Smallest potential between ticks."""
    return -potential_limit(
        wrap=wrap, potential_bits=potential_bits, threshold_bits=threshold_bits, mask_bits=mask_bits
    ) - wrap


def packet_layout(
    *, offset_bits: int = 9, delay_slots: int = 16, axons: int = 256
) -> data.StructLayout:
    """A spike on its way: steps still to go, delivery slot, axon."""
    return data.StructLayout(
        {
            "dx": signed(offset_bits),
            "dy": signed(offset_bits),
            "slot": slot_bits(delay_slots=delay_slots),
            "axon": axon_bits(axons=axons),
        }
    )


def delivery_layout(*, delay_slots: int = 16, axons: int = 256) -> data.StructLayout:
    """A spike that has arrived."""
    return data.StructLayout(
        {"slot": slot_bits(delay_slots=delay_slots), "axon": axon_bits(axons=axons)}
    )


def leak_layout(*, leak_bits: int = 9) -> data.StructLayout:
    """Lambda, c, epsilon."""
    return data.StructLayout({"leak": signed(leak_bits), "stochastic": 1, "reversal": 1})


def fire_layout(
    *, threshold_bits: int = 18, mask_bits: int = 17, potential_bits: int = 20
) -> data.StructLayout:
    """Alpha, beta, TM, gamma, R, kappa."""
    return data.StructLayout(
        {
            "threshold": threshold_bits,
            "negative_threshold": threshold_bits,
            "mask": mask_field_bits(mask_bits=mask_bits),
            "reset_mode": 2,
            "reset_potential": signed(potential_bits),
            "negative_saturate": 1,
        }
    )


def destination_layout(
    *, offset_bits: int = 9, axons: int = 256, delay_slots: int = 16
) -> data.StructLayout:
    """Where a neuron's spikes go; delay 0 is nowhere."""
    return data.StructLayout(
        {
            "dx": signed(offset_bits),
            "dy": signed(offset_bits),
            "axon": axon_bits(axons=axons),
            "delay": slot_bits(delay_slots=delay_slots),
        }
    )


def parameters_layout(
    *,
    weight_bits: int = 9,
    axon_types: int = 4,
    leak_bits: int = 9,
    threshold_bits: int = 18,
    mask_bits: int = 17,
    potential_bits: int = 20,
    offset_bits: int = 9,
    axons: int = 256,
    delay_slots: int = 16,
) -> data.StructLayout:
    """All of a neuron but its synapses and its potential."""
    return data.StructLayout(
        {
            "weights": data.ArrayLayout(signed(weight_bits), axon_types),
            "stochastic": axon_types,
            "leak": leak_layout(leak_bits=leak_bits),
            "fire": fire_layout(
                threshold_bits=threshold_bits, mask_bits=mask_bits, potential_bits=potential_bits
            ),
            "destination": destination_layout(
                offset_bits=offset_bits, axons=axons, delay_slots=delay_slots
            ),
        }
    )


def step_layout(*, axons: int = 256, neurons: int = 256) -> data.StructLayout:
    """One step of the scan: a synaptic event of the neuron, or its end."""
    return data.StructLayout(
        {"end": 1, "axon": axon_bits(axons=axons), "neuron": neuron_bits(neurons=neurons)}
    )


def scanned_layout(*, axons: int = 256, neurons: int = 256) -> data.StructLayout:
    """A step, and at a neuron's end the axons to be counted all at once."""
    return data.StructLayout({"step": step_layout(axons=axons, neurons=neurons), "row": axons})


def weighed_layout(
    *,
    axons: int = 256,
    neurons: int = 256,
    weight_bits: int = 9,
    potential_bits: int = 20,
    leak_bits: int = 9,
    threshold_bits: int = 18,
    mask_bits: int = 17,
    offset_bits: int = 9,
    delay_slots: int = 16,
) -> data.StructLayout:
    """A step with what the memories know of it."""
    return data.StructLayout(
        {
            "end": 1,
            "axon": axon_bits(axons=axons),
            "neuron": neuron_bits(neurons=neurons),
            "weight": signed(weight_bits),
            "stochastic": 1,
            "potential": signed(potential_bits),
            "leak": leak_layout(leak_bits=leak_bits),
            "fire": fire_layout(
                threshold_bits=threshold_bits, mask_bits=mask_bits, potential_bits=potential_bits
            ),
            "destination": destination_layout(
                offset_bits=offset_bits, axons=axons, delay_slots=delay_slots
            ),
        }
    )


def after_layout(
    *,
    neurons: int = 256,
    threshold_bits: int = 18,
    mask_bits: int = 17,
    potential_bits: int = 20,
    offset_bits: int = 9,
    axons: int = 256,
    delay_slots: int = 16,
) -> data.StructLayout:
    """What a neuron needs after its synapses."""
    return data.StructLayout(
        {
            "neuron": neuron_bits(neurons=neurons),
            "fire": fire_layout(
                threshold_bits=threshold_bits, mask_bits=mask_bits, potential_bits=potential_bits
            ),
            "eta": mask_bits,
            "destination": destination_layout(
                offset_bits=offset_bits, axons=axons, delay_slots=delay_slots
            ),
        }
    )


def judged_layout(
    *,
    neurons: int = 256,
    threshold_bits: int = 18,
    mask_bits: int = 17,
    potential_bits: int = 20,
    offset_bits: int = 9,
    axons: int = 256,
    delay_slots: int = 16,
) -> data.StructLayout:
    """What a neuron needs from the threshold on: alpha + eta; beta + eta, or beta where kappa =
    1.
    """
    return data.StructLayout(
        {
            "neuron": neuron_bits(neurons=neurons),
            "level": level_bits(threshold_bits=threshold_bits, mask_bits=mask_bits),
            "floor": level_bits(threshold_bits=threshold_bits, mask_bits=mask_bits),
            "reset_mode": 2,
            "reset_potential": signed(potential_bits),
            "negative_saturate": 1,
            "destination": destination_layout(
                offset_bits=offset_bits, axons=axons, delay_slots=delay_slots
            ),
        }
    )


def event_layout(
    *,
    axons: int = 256,
    weight_bits: int = 9,
    potential_bits: int = 20,
    leak_bits: int = 9,
    neurons: int = 256,
    threshold_bits: int = 18,
    mask_bits: int = 17,
    offset_bits: int = 9,
    delay_slots: int = 16,
) -> data.StructLayout:
    """A step with its parameters and its random numbers."""
    return data.StructLayout(
        {
            "end": 1,
            "axon": axon_bits(axons=axons),
            "weight": signed(weight_bits),
            "stochastic": 1,
            "draw": weight_bits - 1,
            "potential": signed(potential_bits),
            "leak": leak_layout(leak_bits=leak_bits),
            "leak_draw": leak_bits - 1,
            "after": after_layout(
                neurons=neurons,
                threshold_bits=threshold_bits,
                mask_bits=mask_bits,
                potential_bits=potential_bits,
                offset_bits=offset_bits,
                axons=axons,
                delay_slots=delay_slots,
            ),
        }
    )


def integrated_layout(
    *,
    potential_bits: int = 20,
    leak_bits: int = 9,
    neurons: int = 256,
    threshold_bits: int = 18,
    mask_bits: int = 17,
    offset_bits: int = 9,
    axons: int = 256,
    delay_slots: int = 16,
) -> data.StructLayout:
    """A neuron whose synapses are summed."""
    return data.StructLayout(
        {
            "potential": signed(potential_bits),
            "leak": leak_layout(leak_bits=leak_bits),
            "leak_draw": leak_bits - 1,
            "after": after_layout(
                neurons=neurons,
                threshold_bits=threshold_bits,
                mask_bits=mask_bits,
                potential_bits=potential_bits,
                offset_bits=offset_bits,
                axons=axons,
                delay_slots=delay_slots,
            ),
        }
    )


def leaked_layout(
    *,
    potential_bits: int = 20,
    neurons: int = 256,
    threshold_bits: int = 18,
    mask_bits: int = 17,
    offset_bits: int = 9,
    axons: int = 256,
    delay_slots: int = 16,
) -> data.StructLayout:
    """A neuron after leak and clamp."""
    return data.StructLayout(
        {
            "potential": signed(potential_bits),
            "after": judged_layout(
                neurons=neurons,
                threshold_bits=threshold_bits,
                mask_bits=mask_bits,
                potential_bits=potential_bits,
                offset_bits=offset_bits,
                axons=axons,
                delay_slots=delay_slots,
            ),
        }
    )


def fired_layout(
    *, offset_bits: int = 9, axons: int = 256, delay_slots: int = 16
) -> data.StructLayout:
    """A neuron that is done."""
    return data.StructLayout(
        {
            "spike": 1,
            "destination": destination_layout(
                offset_bits=offset_bits, axons=axons, delay_slots=delay_slots
            ),
        }
    )
