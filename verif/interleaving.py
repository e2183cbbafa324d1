"""Whether what came out of one port can be several sources' packets, each in its own order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["first_out_of_order"]

# Beyond so many ways to read one output, equal payloads say nothing about order any more.
_LIMIT = 2000


def first_out_of_order(
    observed: Iterable[int], sources: Sequence[Sequence[int]]
) -> tuple[int, int] | None:
    """Find the first packet that no source could have sent next.

    A packet does not say where it came from, and two sources may send equal ones. So every way to
    deal out the packets seen so far is followed at once: a way is how many each source has sent.

    Parameters
    ----------
    observed : iterable of int
        Payloads in the order in which they came.
    sources : sequence of sequences of int
        What each source sent, in order.

    Returns
    -------
    (place, payload) or None
        None if there is an order in which the sources' packets can have mixed.
    """
    ways = {(0,) * len(sources)}
    for place, payload in enumerate(observed):
        following = set()
        for way in ways:
            for k, source in enumerate(sources):
                if way[k] < len(source) and source[way[k]] == payload:
                    following.add((*way[:k], way[k] + 1, *way[k + 1 :]))
        if not following:
            return place, payload
        if len(following) > _LIMIT:
            return None
        ways = following
    return None
