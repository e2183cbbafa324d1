"""The mesh: every way on a small one, step by step, against the closed form."""

import numpy as np
import pytest

from spikewright.golden import Architecture
from spikewright.golden.mesh import Packets, entry, route

MESH = Architecture.preset("tiny").with_mesh(3, 2)


def column(values: list[int]) -> np.ndarray:
    return np.array(values, dtype=np.int32)


def end_of(x: int, y: int, dx: int, dy: int) -> tuple[int, str, int, int, int]:
    packet = Packets(
        **{k: column([v]) for k, v in {"x": x, "y": y, "dx": dx, "dy": dy}.items()},
        slot=column([0]),
        axon=column([0]),
    )
    ends = route(MESH, packet)
    return (
        int(ends.core[0]),
        str(ends.side[0]),
        int(ends.position[0]),
        int(ends.dx[0]),
        int(ends.dy[0]),
    )


def walk(x: int, y: int, dx: int, dy: int) -> tuple[int, str, int, int, int]:
    """Follow the router's rule: one step in x while dx is not zero, then in y, then local."""
    while True:
        if dx:
            step = 1 if dx > 0 else -1
            dx, side = dx - step, "east" if dx > 0 else "west"
            if not 0 <= x + step < 3:
                return -1, side, y, dx, dy
            x += step
        elif dy:
            step = 1 if dy > 0 else -1
            dy, side = dy - step, "north" if dy > 0 else "south"
            if not 0 <= y + step < 2:
                return -1, side, x, dx, dy
            y += step
        else:
            return x + 3 * y, "", 0, 0, 0


@pytest.mark.parametrize("y", range(2))
@pytest.mark.parametrize("x", range(3))
def test_every_way(x: int, y: int) -> None:
    for dx in range(-8, 8):
        for dy in range(-8, 8):
            assert end_of(x, y, dx, dy) == walk(x, y, dx, dy), (dx, dy)


def test_literal_ends() -> None:
    assert end_of(0, 0, 2, 1) == (5, "", 0, 0, 0)
    assert end_of(0, 1, 3, -5) == (-1, "east", 1, 0, -5)
    assert end_of(2, 1, -4, 0) == (-1, "west", 1, -1, 0)
    assert end_of(1, 0, 1, 4) == (-1, "north", 2, 0, 2)
    assert end_of(1, 0, -1, -1) == (-1, "south", 0, 0, 0)


@pytest.mark.parametrize(
    ("side", "position", "core"),
    [("west", 1, (0, 1)), ("east", 0, (2, 0)), ("north", 2, (2, 1)), ("south", 1, (1, 0))],
)
def test_entry(side: str, position: int, core: tuple[int, int]) -> None:
    x, y = entry(MESH, np.array([side]), column([position]))
    assert (int(x[0]), int(y[0])) == core
