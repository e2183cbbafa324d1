"""Linear nodes of a graph as maps without their zeros: Linear, Affine, Scale, Conv, SumPool2d."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spikewright.tools.formats.nir_nodes import Node
from spikewright.tools.formats.nir_signal import CONNECTIONS, Kernel

__all__ = ["LINEAR", "flattened", "kernel"]

LINEAR = ("Affine", "Conv1d", "Conv2d", "Linear", "Scale", "SumPool2d")
"""Kinds of nodes that `kernel` knows."""

ELEMENTS = 2**20
WINDOW = 4096

Int = NDArray[np.int64]
Real = NDArray[np.float64]


def kernel(node: Node, shape: tuple[int, ...]) -> Kernel:
    """Return a linear node's map from elements of a shape.

    Parameters
    ----------
    node : Node
        Of a kind in `LINEAR`.
    shape : tuple of int
        Of what flows into the node.

    Raises
    ------
    FormatError
        Where a parameter does not fit the shape, or the map is too large.
    """
    if node.kind == "Scale":
        scale = node.numbers("scale", shape).ravel()
        place = np.flatnonzero(scale)
        return Kernel(
            shape=shape, row=place, column=place, value=scale[place], bias=np.zeros(len(scale))
        )
    if node.kind in ("Linear", "Affine"):
        return _matrix(node, shape)
    if node.kind == "SumPool2d":
        return _pool(node, shape)
    return _convolution(node, shape)


def flattened(node: Node, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape that a Flatten node makes of another: dimensions start..end become one."""
    rank = len(shape)
    (start,) = node.integers("start_dim", 1, -rank, rank - 1)
    (end,) = node.integers("end_dim", 1, -rank, rank - 1)
    start, end = start % rank, end % rank
    if start > end:
        raise node.wrong(f"start_dim must be at most end_dim, {end}, not {start}")
    given = node.values.get("input_type")
    if given is not None and node.shape("input_type") != shape:
        raise node.wrong(f"input_type must be the shape that comes, {shape}")
    return (*shape[:start], int(np.prod(shape[start : end + 1])), *shape[end + 1 :])


def _matrix(node: Node, shape: tuple[int, ...]) -> Kernel:
    weight = node.numbers("weight")
    if weight.ndim != 2 or weight.shape[1:] != shape:
        raise node.wrong(f"weight must have shape (outputs, {_words(shape)}), not {weight.shape}")
    size = len(weight)
    if not 1 <= size <= ELEMENTS:
        raise node.wrong(f"weight must have 1..{ELEMENTS} rows, not {size}")
    _check_count(node, int(np.count_nonzero(weight)))
    row, column = np.nonzero(weight)
    bias = node.numbers("bias", (size,)) if node.kind == "Affine" else np.zeros(size)
    return Kernel(shape=(size,), row=row, column=column, value=weight[row, column], bias=bias)


def _pool(node: Node, shape: tuple[int, ...]) -> Kernel:
    """Return a sum over windows: a convolution with ones, channel by channel."""
    if len(shape) != 3:
        raise node.wrong(f"input must have shape (channels, height, width), not {shape}")
    size = node.integers("kernel_size", 2, 1, WINDOW)
    _check_window(node, size)
    return _window(
        node,
        shape,
        np.ones((shape[0], 1, *size)),
        stride=node.integers("stride", 2, 1, ELEMENTS),
        low=node.integers("padding", 2, 0, WINDOW),
        high=node.integers("padding", 2, 0, WINDOW),
        dilation=(1, 1),
        groups=shape[0],
        bias=np.zeros(shape[0]),
        flat=False,
    )


def _convolution(node: Node, shape: tuple[int, ...]) -> Kernel:
    """Return a cross-correlation; one dimension is two with a height of 1."""
    count = 1 if node.kind == "Conv1d" else 2
    weight = node.numbers("weight")
    if weight.ndim != 2 + count or 0 in weight.shape or len(shape) != 1 + count:
        raise node.wrong(
            f"weight and input must have {2 + count} and {1 + count} dimensions, not "
            f"{weight.shape} and {shape}"
        )
    (groups,) = node.integers("groups", 1, 1, ELEMENTS)
    if weight.shape[1] * groups != shape[0] or weight.shape[0] % groups:
        raise node.wrong(
            f"weight must have, for {groups} groups of the input's {shape[0]} channels, the shape "
            f"(a multiple of {groups}, {shape[0]} / {groups}, ...), not {weight.shape}"
        )
    stride = node.integers("stride", count, 1, ELEMENTS)
    dilation = node.integers("dilation", count, 1, ELEMENTS)
    size = weight.shape[2:]
    _check_window(node, size)
    low, high = _padding(node, count, size, stride, dilation)
    given = node.values.get("input_shape")
    if given is not None and node.shape("input_shape") != shape[1:]:
        raise node.wrong(f"input_shape must be the one that comes, {shape[1:]}")
    bias = node.numbers("bias", (weight.shape[0],))
    flat = count == 1
    if flat:
        weight, shape = weight[:, :, None, :], (shape[0], 1, shape[1])
        stride, dilation, low, high = (1, *stride), (1, *dilation), (0, *low), (0, *high)
    return _window(
        node,
        shape,
        weight,
        stride=stride,
        low=low,
        high=high,
        dilation=dilation,
        groups=groups,
        bias=bias,
        flat=flat,
    )


def _padding(
    node: Node,
    count: int,
    size: tuple[int, ...],
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the zeros before and after each dimension."""
    text = node.values.get("padding")
    if not isinstance(text, str):
        both = node.integers("padding", count, 0, WINDOW)
        return both, both
    if text == "valid":
        return (0,) * count, (0,) * count
    if text != "same":
        raise node.wrong(f"padding must be integers, 'same' or 'valid', not {text[:40]!r}")
    if any(step != 1 for step in stride):
        raise node.wrong(f"stride must be 1 where padding is 'same', not {stride}")
    total = [d * (k - 1) for d, k in zip(dilation, size, strict=True)]
    return tuple(t // 2 for t in total), tuple(t - t // 2 for t in total)


def _window(
    node: Node,
    shape: tuple[int, ...],
    weight: Real,
    *,
    stride: tuple[int, ...],
    low: tuple[int, ...],
    high: tuple[int, ...],
    dilation: tuple[int, ...],
    groups: int,
    bias: Real,
    flat: bool,
) -> Kernel:
    """Return a map whose windows slide over height and width; ``flat`` leaves out the height."""
    channels, height, width = weight.shape[0], *shape[1:]
    out = tuple(
        (n + a + b - d * (k - 1) - 1) // s + 1
        for n, a, b, d, k, s in zip(
            shape[1:], low, high, dilation, weight.shape[2:], stride, strict=True
        )
    )
    if min(out) < 1 or channels * out[0] * out[1] > ELEMENTS:
        raise node.wrong(f"output must have 1..{ELEMENTS} elements, not {(channels, *out)}")
    rows, columns, values, count = list[Int](), list[Int](), list[Real](), 0
    for i, j in np.ndindex(weight.shape[2], weight.shape[3]):
        y, from_y = _positions(i * dilation[0] - low[0], stride[0], out[0], height)
        x, from_x = _positions(j * dilation[1] - low[1], stride[1], out[1], width)
        to, within = np.nonzero(weight[:, :, i, j])
        count += len(to) * len(y) * len(x)
        _check_count(node, count)
        source = to // (channels // groups) * weight.shape[1] + within
        target = (to[:, None, None] * out[0] + y[:, None]) * out[1] + x
        origin = (source[:, None, None] * height + from_y[:, None]) * width + from_x
        rows.append(target.ravel())
        columns.append(origin.ravel())
        values.append(np.repeat(weight[to, within, i, j], len(y) * len(x)))
    return Kernel(
        shape=(channels, out[1]) if flat else (channels, *out),
        row=np.concatenate(rows),
        column=np.concatenate(columns),
        value=np.concatenate(values),
        bias=np.repeat(bias, out[0] * out[1]),
    )


def _positions(offset: int, stride: int, count: int, limit: int) -> tuple[Int, Int]:
    """Return the outputs whose element at ``offset`` lies inside the input, and that element."""
    place = np.arange(count)
    source = place * stride + offset
    inside = (source >= 0) & (source < limit)
    return place[inside], source[inside]


def _check_window(node: Node, size: tuple[int, ...]) -> None:
    if int(np.prod(size)) > WINDOW:
        raise node.wrong(f"a window must have at most {WINDOW} elements, not {size}")


def _check_count(node: Node, count: int) -> None:
    if count > CONNECTIONS:
        raise node.wrong(f"there must be at most {CONNECTIONS} connections, not {count}")


def _words(shape: tuple[int, ...]) -> str:
    return ", ".join(str(size) for size in shape)
