"""Widths and counts: presets against published numbers, and each refused value."""

import dataclasses

import pytest

from spikewright.golden import Architecture, ArchitectureError, clog2

TRUENORTH = Architecture.preset("truenorth")
TINY = Architecture.preset("tiny")
RANC = Architecture.preset("ranc")


@pytest.mark.parametrize(
    ("count", "bits"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (256, 8), (257, 9)]
)
def test_clog2(count: int, bits: int) -> None:
    assert clog2(count) == bits


def test_clog2_of_nothing() -> None:
    with pytest.raises(ArchitectureError, match=r"^count must be at least 1, not 0$"):
        clog2(0)


def test_truenorth_is_the_published_chip() -> None:
    assert TRUENORTH.to_dict() == {
        "axons": 256,
        "neurons": 256,
        "axon_types": 4,
        "weight_bits": 9,
        "leak_bits": 9,
        "threshold_bits": 18,
        "mask_bits": 17,
        "potential_bits": 20,
        "delay_slots": 16,
        "offset_bits": 9,
        "width": 64,
        "height": 64,
        "wrap": 0,
        "inclusive": 0,
    }
    assert Architecture() == TRUENORTH


def test_ranc_is_the_published_hardware() -> None:
    """RANC's widths: 256 axons and neurons, nine bits for everything a neuron adds or compares."""
    assert RANC.to_dict() == {
        "axons": 256,
        "neurons": 256,
        "axon_types": 4,
        "weight_bits": 9,
        "leak_bits": 9,
        "threshold_bits": 9,
        "mask_bits": 1,
        "potential_bits": 9,
        "delay_slots": 16,
        "offset_bits": 9,
        "width": 64,
        "height": 64,
        "wrap": 1,
        "inclusive": 0,
    }


def test_truenorth_derived() -> None:
    a = TRUENORTH
    assert (a.axon_bits, a.neuron_bits, a.type_bits, a.slot_bits) == (8, 8, 2, 4)
    assert a.mask_field_bits == 5
    assert (a.weight_limit, a.leak_limit) == (255, 255)
    assert (a.threshold_limit, a.potential_limit) == (262_143, 393_216)
    assert a.offset_range == (-256, 255)
    assert (a.weight_draw_bits, a.leak_draw_bits, a.threshold_draw_bits) == (8, 8, 17)
    assert a.cores == 4096


def test_tiny_derived() -> None:
    a = TINY
    assert (a.axon_bits, a.neuron_bits, a.type_bits, a.slot_bits) == (4, 4, 2, 4)
    assert a.mask_field_bits == 3
    assert (a.weight_limit, a.leak_limit) == (7, 7)
    assert (a.threshold_limit, a.potential_limit) == (63, 96)
    assert a.offset_range == (-8, 7)
    assert (a.weight_draw_bits, a.leak_draw_bits, a.threshold_draw_bits) == (3, 3, 5)
    assert a.cores == 4


def test_ranges_are_whole_twos_complement_only_where_potentials_wrap() -> None:
    a = RANC
    assert (a.weight_range, a.leak_range, a.potential_range) == ((-256, 255),) * 3
    assert (a.weight_limit, a.leak_limit, a.potential_limit, a.threshold_limit) == (
        *(255, 255, 255),
        511,
    )
    assert (TINY.weight_range, TINY.leak_range, TINY.potential_range) == (
        *((-7, 7), (-7, 7)),
        (-96, 96),
    )


@pytest.mark.parametrize("architecture", [TRUENORTH, TINY], ids=["truenorth", "tiny"])
def test_no_sum_of_a_tick_overflows(architecture: Architecture) -> None:
    """The specification's arithmetic: every synapse, the leak and a potential at its clamp."""
    a = architecture
    largest = a.axons * a.weight_limit + a.leak_limit + a.potential_limit
    assert largest <= 2 ** (a.potential_bits - 1) - 1
    # Every threshold and every reset also stays inside the clamp.
    assert a.threshold_limit + 2**a.mask_bits - 1 <= a.potential_limit


def test_one_of_everything_still_takes_a_bit() -> None:
    a = Architecture(axons=1, neurons=1, axon_types=1, width=1, height=1)
    assert (a.axon_bits, a.neuron_bits, a.type_bits, a.cores) == (1, 1, 1, 1)


def test_with_mesh_changes_the_mesh_only() -> None:
    assert TINY.with_mesh(3, 1) == dataclasses.replace(TINY, width=3, height=1)


def test_dictionary_round_trip() -> None:
    assert Architecture.from_dict(TINY.to_dict()) == TINY


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"axons": 0}, "axons must be in 1..65536, not 0"),
        ({"neurons": 65537}, "neurons must be in 1..65536, not 65537"),
        ({"axon_types": 257}, "axon_types must be in 1..256, not 257"),
        ({"weight_bits": 1}, "weight_bits must be in 2..32, not 1"),
        ({"leak_bits": 33}, "leak_bits must be in 2..32, not 33"),
        ({"threshold_bits": 31}, "threshold_bits must be in 1..30, not 31"),
        ({"mask_bits": 0}, "mask_bits must be in 1..30, not 0"),
        ({"potential_bits": 33}, "potential_bits must be in 2..32, not 33"),
        ({"delay_slots": 1}, "delay_slots must be in 2..256, not 1"),
        ({"delay_slots": 12}, "delay_slots must be a power of two, not 12"),
        ({"offset_bits": 0}, "offset_bits must be in 1..31, not 0"),
        ({"wrap": 2}, "wrap must be in 0..1, not 2"),
        ({"inclusive": -1}, "inclusive must be in 0..1, not -1"),
        ({"wrap": True}, "wrap must be an integer, not True"),
        ({"axons": True}, "axons must be an integer, not True"),
        ({"axons": 16.0}, "axons must be an integer, not 16.0"),
        (
            {"width": 257},
            "width must be at most 256, which offset_bits = 9 can cross, not 257",
        ),
        (
            {"height": 300},
            "height must be at most 256, which offset_bits = 9 can cross, not 300",
        ),
        (
            {"potential_bits": 19},
            "axons * weight_limit + leak_limit + potential_limit must be at most 262143, "
            "which potential_bits = 19 can hold, not 256 * 255 + 255 + 393216 = 458751",
        ),
    ],
)
def test_refused(values: dict[str, int], text: str) -> None:
    with pytest.raises(ArchitectureError) as error:
        Architecture(**values)
    assert str(error.value) == text


def test_the_sum_may_just_fit() -> None:
    """Nine bits hold at most 255; with weights of one step, the 152nd axon takes the last room."""
    assert dataclasses.replace(TINY, weight_bits=2, axons=152).weight_limit == 1
    with pytest.raises(ArchitectureError, match=r"not 153 \* 1 \+ 7 \+ 96 = 256$"):
        dataclasses.replace(TINY, weight_bits=2, axons=153)


def test_wrapping_sums_need_no_room() -> None:
    """What is refused for a clamp, 16 * 7 + 7 + 96 in eight bits, wraps in as many as it may."""
    with pytest.raises(ArchitectureError, match=r"not 16 \* 7 \+ 7 \+ 96 = 215$"):
        dataclasses.replace(TINY, potential_bits=8)
    assert dataclasses.replace(TINY, potential_bits=8, wrap=1).potential_range == (-128, 127)
    assert dataclasses.replace(TINY, potential_bits=2, wrap=1).potential_range == (-2, 1)


def test_unknown_preset() -> None:
    with pytest.raises(ArchitectureError) as error:
        Architecture.preset("loihi")
    assert str(error.value) == "preset must be one of truenorth, tiny, ranc, not 'loihi'"


def test_dictionary_must_be_complete() -> None:
    values = TINY.to_dict()
    del values["width"]
    with pytest.raises(ArchitectureError, match=r"^architecture must name width, and does not$"):
        Architecture.from_dict(values)


def test_dictionary_may_leave_out_what_came_later() -> None:
    values = TINY.to_dict()
    del values["wrap"], values["inclusive"]
    assert Architecture.from_dict(values) == TINY
    assert Architecture.from_dict(values | {"inclusive": 1}).inclusive == 1


def test_dictionary_must_not_hold_more() -> None:
    values = TINY.to_dict() | {"depth": 2}
    with pytest.raises(ArchitectureError) as error:
        Architecture.from_dict(values)
    assert str(error.value) == "architecture must not name 'depth', which is no parameter"
