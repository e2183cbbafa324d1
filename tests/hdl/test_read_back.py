"""What was programmed into a core is read back, word by word, and nothing else is."""

from __future__ import annotations

import random
from typing import Any

import pytest
from amaranth.sim import Simulator

from spikewright.golden.architecture import Architecture
from spikewright.hdl.parameters import SPACES
from spikewright.hdl.tile import WORD_BITS, Tile, config_words
from spikewright.verif.config_words import parameter_word

SMALL = {"weight_bits": 4, "leak_bits": 4, "threshold_bits": 6, "mask_bits": 5, "offset_bits": 4}
SHAPES = {
    "tiny": Architecture.preset("tiny").with_mesh(1, 1),
    "wide": Architecture(**SMALL, axons=70, neurons=5, potential_bits=11, width=1, height=1),
}


async def ask(ctx: Any, tile: Tile, **values: int) -> tuple[int, int]:
    """Ask for one write or read; whether it was denied, and the answer."""
    for name, value in values.items():
        ctx.set(getattr(tile.config, name), value)
    await ctx.tick()
    ctx.set(tile.config.enable, 0)
    ctx.set(tile.config.read, 0)
    assert not ctx.get(tile.config.answered)
    await ctx.tick()
    assert ctx.get(tile.config.answered)
    return ctx.get(tile.config.denied), ctx.get(tile.config.answer)


def entries(a: Architecture, rng: random.Random) -> dict[tuple[int, int], int]:
    """Return legal contents of a whole core, by space and address."""
    word = parameter_word(a)
    low, high = a.potential_range
    found = {}
    for axon in range(a.axons):
        found[SPACES["axon_types"], axon] = rng.randrange(a.axon_types)
    for neuron in range(a.neurons):
        found[SPACES["synapses"], neuron] = rng.getrandbits(a.axons)
        legal = {
            "reset_mode": rng.randrange(3),
            "threshold_mask": rng.randint(0, a.mask_bits),
            "reset_potential": rng.randint(low, high),
        }
        values = {name: rng.getrandbits(bits) for name, bits, _ in word.fields} | legal
        found[SPACES["parameters"], neuron] = word.pack(values)
        found[SPACES["potential"], neuron] = rng.randint(low, high) % (1 << a.potential_bits)
    found[SPACES["seed"], 0] = rng.getrandbits(32) | 1
    return found


@pytest.mark.parametrize("name", SHAPES)
def test_every_field_is_read_back(name: str) -> None:
    a = SHAPES[name]
    tile = Tile(a)
    wanted = entries(a, random.Random(1))

    async def bench(ctx: Any) -> None:
        ctx.set(tile.select, 1)
        while ctx.get(tile.busy):
            await ctx.tick()
        for (space, address), data in wanted.items():
            write = {"enable": 1, "space": space, "address": address, "data": data}
            assert (await ask(ctx, tile, **write))[0] == 0
        for (space, address), data in wanted.items():
            found = 0
            for word in range(config_words(a)):
                read = {"read": 1, "space": space, "address": address, "word": word}
                denied, part = await ask(ctx, tile, **read)
                assert denied == 0
                found |= part << (word * WORD_BITS)
            assert found == data, (space, address)
        assert ctx.get(tile.refused) == 0

    run(tile, bench)


def test_what_is_not_there_is_denied_and_counted() -> None:
    tile = Tile(SHAPES["wide"])
    a = tile.architecture

    async def bench(ctx: Any) -> None:
        ctx.set(tile.select, 1)
        while ctx.get(tile.busy):
            await ctx.tick()
        for space, address in ((0, a.axons), (1, a.neurons), (3, 127), (5, 0), (7, 0)):
            read = {"read": 1, "space": space, "address": address}
            assert await ask(ctx, tile, **read) == (1, 0)
        ctx.set(tile.start, 1)
        await ctx.tick()
        ctx.set(tile.start, 0)
        assert await ask(ctx, tile, read=1, space=4, address=0) == (1, 0)
        assert ctx.get(tile.refused) == 6
        ctx.set(tile.select, 0)
        ctx.set(tile.config.read, 1)
        await ctx.tick().repeat(3)
        assert not ctx.get(tile.config.answered)
        assert ctx.get(tile.refused) == 6

    run(tile, bench)


def run(tile: Tile, bench: Any) -> None:
    simulator = Simulator(tile)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()
