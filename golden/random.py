"""The chip's random numbers: xorshift32, one 32-bit state per core.

The generator is our choice, IBM's is not published: George Marsaglia, "Xorshift RNGs", Journal of
Statistical Software 8(14), 2003, with the shifts 13, 17 and 5. A draw of ``bits`` bits advances the
state once and takes its top bits.

One advance is linear over the field of two elements, so a jump of any length is a 32 x 32 bit
matrix. `sequence` doubles a run of states with the matrices of 1, 2, 4, ... advances, each kept as
four tables of 256 words.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["DEFAULT_SEED", "advance", "sequence", "top_bits", "xorshift32"]

DEFAULT_SEED = 0xFFFFFFFF
_WORD = 0xFFFFFFFF


def xorshift32(state: int) -> int:
    """Advance one state once.

    Parameters
    ----------
    state : int
        1..2**32-1. Zero would stay zero and is refused.

    Returns
    -------
    int
        The next state, never zero.
    """
    if not 1 <= state <= _WORD:
        raise ValueError(f"state must be in 1..{_WORD}, not {state}")
    state ^= (state << 13) & _WORD
    state ^= state >> 17
    return state ^ (state << 5) & _WORD


def advance(states: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Advance many states once each.

    Parameters
    ----------
    states : ndarray of uint32
        Any shape, no zeros.

    Returns
    -------
    ndarray of uint32
        The same shape.
    """
    states = states ^ (states << np.uint32(13))
    states = states ^ (states >> np.uint32(17))
    return states ^ (states << np.uint32(5))


def top_bits(states: NDArray[np.uint32], bits: int) -> NDArray[np.int64]:
    """Return the draws that states stand for: their top ``bits`` bits, 1..32, as int64."""
    return (states >> np.uint32(32 - bits)).astype(np.int64)


def sequence(state: int, count: int) -> NDArray[np.uint32]:
    """Return the next ``count`` states after ``state``.

    Parameters
    ----------
    state : int
        1..2**32-1; not itself part of the result.
    count : int
        Zero or more.

    Returns
    -------
    ndarray of uint32, shape (count,)
        Entry k is the state after k + 1 advances.
    """
    states = np.empty(count, dtype=np.uint32)
    if count:
        states[0] = xorshift32(state)
    filled, power = 1, 0
    while filled < count:
        block = min(filled, count - filled)
        states[filled : filled + block] = _jump(states[:block], power)
        filled, power = filled + block, power + 1
    return states


def _jump(states: NDArray[np.uint32], power: int) -> NDArray[np.uint32]:
    """Advance each state 2**power times: one table word per byte, added without carries."""
    tables = _jump_tables(power)
    octets = states.astype("<u4").view(np.uint8).reshape(*states.shape, 4)
    jumped = np.zeros_like(states)
    for place in range(4):
        jumped ^= tables[place][octets[..., place]]
    return jumped


@cache
def _jump_tables(power: int) -> NDArray[np.uint32]:
    """Return the words, shape (4, 256), that each byte becomes after 2**power advances."""
    octets = np.arange(256, dtype=np.uint32)
    words = np.stack([octets << np.uint32(8 * place) for place in range(4)])
    if power == 0:
        return advance(words)
    return _jump(_jump(words, power - 1), power - 1)
