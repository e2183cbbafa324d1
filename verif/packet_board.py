"""The packets at the edges of a mesh, held against the model's: a part of the scoreboard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from spikewright.verif.interleaving import first_out_of_order
from spikewright.verif.predictor import ExpectedTick
from spikewright.verif.transactions import Counters, Transfer

__all__ = ["PacketBoard"]


class PacketBoard:
    """Gathers packets on both sides, and compares them when told to.

    Parameters
    ----------
    complain : callable
        Takes a tick and a sentence.

    Members
    -------
    compared : int
        Packets that were seen and expected.
    """

    def __init__(self, complain: Callable[[int, str], None]) -> None:
        self._complain = complain
        self._seen: list[Transfer] = []
        self._lanes: dict[str, list[list[int]]] = {}
        self._dropped: Counter[tuple[str, int]] = Counter()
        self.compared = 0

    def see(self, transfer: Transfer) -> None:
        """Keep a packet that left."""
        self._seen.append(transfer)

    def expect(self, expected: ExpectedTick) -> None:
        """Keep what a tick must have sent; the model and the bench must agree about it."""
        tick = expected.result.tick
        lanes = expected.outputs
        for port in lanes:
            self._lanes.setdefault(port, []).extend(lanes[port])
        ours = Counter(
            (port, payload) for port in lanes for lane in lanes[port] for payload in lane
        )
        if ours != expected.modelled:
            differing = [*(ours - expected.modelled), *(expected.modelled - ours)]
            self._complain(tick, f"the model's packets out must be the bench's, not {differing}")
        self._dropped.update(expected.off_mesh)
        off_mesh = sum(expected.off_mesh.values())
        if off_mesh != expected.result.off_mesh:
            self._complain(
                tick,
                f"the model's packets off the mesh must be {off_mesh}, "
                f"not {expected.result.off_mesh}",
            )

    def compare(self, tick: int, end: int, counters: Counters) -> None:
        """Compare what left before a cycle, and what was dropped."""
        # What passes with the next start came in just before it, and belongs to the next tick.
        seen = [transfer for transfer in self._seen if transfer.cycle < end]
        self._seen = self._seen[len(seen) :]
        lanes, self._lanes = self._lanes, {}
        for port in sorted({*lanes, *(transfer.port for transfer in seen)}):
            payloads = [transfer.payload for transfer in seen if transfer.port == port]
            self._compare_port(tick, port, payloads, lanes.get(port, []))
        for edge, got in counters.off_mesh.items():
            wanted = min(self._dropped[edge], 0xFFFF)
            if got != wanted:
                where = "{} {}".format(*edge)
                self._complain(tick, f"packets dropped at {where} must be {wanted}, not {got}")

    def _compare_port(self, tick: int, port: str, seen: list[int], lanes: list[list[int]]) -> None:
        """Compare one port: the same packets, and each source's in its order."""
        wanted = Counter(payload for lane in lanes for payload in lane)
        missing, extra = wanted - Counter(seen), Counter(seen) - wanted
        self.compared += (wanted - missing).total()
        for payload in missing:
            self._complain(tick, f"{port} must give packet 0x{payload:x}, and does not")
        for payload in extra:
            self._complain(tick, f"{port} must not give packet 0x{payload:x}, and does")
        if missing or extra:
            return
        wrong = first_out_of_order(seen, lanes)
        if wrong is not None:
            self._complain(
                tick,
                f"{port} must keep each source's order, and packet {wrong[0]}, 0x{wrong[1]:x}, "
                "does not",
            )

    def finish(self, tick: int) -> None:
        """Complain of everything that is left over."""
        for transfer in self._seen:
            self._complain(tick, f"{transfer.port} must give no packet more, and does")
