"""The faults that `spikewright engines --faults` plants, in one engine or in the other."""

from __future__ import annotations

from spikewright.verif.fault_edits import Fault, Phrase

__all__ = ["ENGINE_FAULTS"]


def _slow(name: str, meaning: str, *edits: Phrase) -> Fault:
    return Fault(name=f"numpy-{name}", meaning=meaning, edits=edits, block="numpy")


def _fast(name: str, meaning: str, *edits: Phrase) -> Fault:
    return Fault(name=f"numba-{name}", meaning=meaning, edits=edits, block="numba")


ENGINE_FAULTS = (
    _slow(
        "synapse-gate",
        "a stochastic synapse passes if |s| > draw instead of >=",
        Phrase("golden/crossbar.py", "(np.abs(weight) >= draws)", "(np.abs(weight) > draws)"),
    ),
    _fast(
        "synapse-gate",
        "a stochastic synapse passes if |s| > draw instead of >=",
        Phrase(
            "golden/fast_neuron.py",
            "abs(weight) >= np.int64(state",
            "abs(weight) > np.int64(state",
        ),
    ),
    _slow(
        "axons-descending",
        "a neuron's synapses draw in descending order of axons",
        Phrase(
            "golden/crossbar.py",
            "axons = np.flatnonzero(active)",
            "axons = np.flatnonzero(active)[::-1]",
        ),
    ),
    _fast(
        "weight-of-zero",
        "a stochastic synapse of weight 0 makes no draw",
        Phrase(
            "golden/fast_neuron.py", "and weight != NO_DRAW:", "and weight not in (0, NO_DRAW):"
        ),
    ),
    _slow(
        "leak-gate",
        "a stochastic leak passes if |lambda| > draw instead of >=",
        Phrase("golden/neuron.py", "(np.abs(rate) >= draws)", "(np.abs(rate) > draws)"),
    ),
    _fast(
        "draw-width",
        "eta is masked from a draw of the leak's width",
        Phrase("golden/fast_neuron.py", "np.uint32(numbers[2])", "np.uint32(numbers[1])"),
    ),
    _slow(
        "leak-crosses-zero",
        "a convergent leak does not stop at zero",
        Phrase("golden/neuron.py", "np.where(crossed, 0, leaked)", "leaked"),
    ),
    _fast(
        "leak-crosses-zero",
        "a convergent leak does not stop at zero",
        Phrase(
            "golden/fast_neuron.py",
            "_int(0) if (turns and _int(leaked ^ v) < 0) else leaked",
            "leaked",
        ),
    ),
    _slow(
        "clamp-one-early",
        "the upper clamp is one too low",
        Phrase("golden/neuron.py", "-limit, limit)\n", "-limit, limit - 1)\n"),
    ),
    _fast(
        "threshold-sign",
        "a neuron fires at V > alpha + eta instead of >=",
        Phrase(
            "golden/fast_neuron.py",
            "leaked >= _int(threshold + eta)",
            "leaked > _int(threshold + eta)",
        ),
    ),
    _slow(
        "never-inclusive",
        "the negative threshold never includes its bound",
        Phrase("golden/neuron.py", "below = np.less_equal if", "below = np.less if"),
    ),
    _fast(
        "saturates-with-eta",
        "with kappa = 1 the lower threshold has an eta",
        Phrase("golden/fast_neuron.py", "(_int(0) if flags & SATURATE else eta)", "eta"),
    ),
    _slow(
        "reset-does-not-wrap",
        "what follows a reset does not wrap",
        Phrase(
            "golden/neuron.py", "after = wrap(after, network.architecture.potential_bits)", "pass"
        ),
    ),
    _fast(
        "reset-does-not-wrap",
        "what follows a reset does not wrap",
        Phrase("golden/fast_neuron.py", "after = _int(_int(after << shift) >> shift)", "pass"),
    ),
    _slow(
        "row-not-cleared",
        "a scheduler row stays when its tick has taken it",
        Phrase("golden/simulate.py", "        self.scheduler[:, slot] = False\n", ""),
    ),
    _fast(
        "row-not-cleared",
        "a scheduler row stays when its tick has taken it",
        Phrase(
            "golden/fast_packets.py",
            "scheduler[first + word] = np.uint64(0)",
            "scheduler[first + word] = some",
        ),
    ),
    _slow(
        "late-accepted",
        "a packet for the running tick is kept for a round of the scheduler",
        Phrase("golden/simulate.py", "set_ = inside & ~late", "set_ = inside"),
    ),
    _fast(
        "late-before-tick-0",
        "a packet before the first tick can be late",
        Phrase("golden/fast_events.py", ' & (packets["tick"] >= 0)', ""),
    ),
    _slow(
        "first-block-only",
        "every block of 64 cores reads the crossbars of the first one",
        Phrase(
            "golden/rows.py", "rows = self.bits[first + core, axon]", "rows = self.bits[core, axon]"
        ),
    ),
    _fast(
        "rests-too-soon",
        "a core in which neurons fire without a change of V counts as at rest",
        Phrase("golden/fast_kernel.py", "not changed and logged == start", "not changed"),
    ),
    _slow(
        "taken-is-dropped",
        "packets out over an attached edge count as dropped",
        Phrase("golden/simulate.py", "(~inside & ~taken).sum()", "(~inside).sum()"),
    ),
    _fast(
        "types-of-the-first-core",
        "every core has the axon types of the first one",
        Phrase(
            "golden/fast_neuron.py",
            "kind = types[of_types, line - base]",
            "kind = types[0, line - base]",
        ),
    ),
    _slow(
        "mask-too-wide",
        "eta has one bit more than TM says",
        Phrase(
            "golden/neuron.py",
            "np.int64(1) << network.threshold_mask.astype(np.int64)) - 1",
            "np.int64(2) << network.threshold_mask.astype(np.int64)) - 1",
        ),
    ),
    _fast(
        "reversal-left-out",
        "leaks never follow the sign of V",
        Phrase("golden/fast_kernel.py", "elif reversal[core]:", "elif reversal[core] > 1:"),
    ),
    _slow(
        "leak-alone-draws-nothing",
        "a core in which only leaks are stochastic makes no draw",
        Phrase("golden/rows.py", "            or network.leak_stochastic[core].any()\n", ""),
    ),
    _fast(
        "first-place-of-a-thread",
        "packets from the edges do not come to the first axon of a thread's cores",
        Phrase(
            "golden/fast_packets.py",
            "if low <= packets[k] >> 8 < high:",
            "if low < packets[k] >> 8 < high:",
        ),
    ),
    _slow(
        "merged-late-packets",
        "late packets of one tick and core count once",
        Phrase(
            "golden/simulate.py",
            "np.add.at(tally.late, ends.core[late], 1)",
            "tally.late[ends.core[late]] += 1",
        ),
    ),
    _fast(
        "weights-cut",
        "weights of 17 bits are kept in 16",
        Phrase("golden/fast_tables.py", "weight_bits <= 16", "weight_bits <= 17"),
    ),
    _slow(
        "before-tick-0-forgotten",
        "packets that come before the first tick are dropped",
        Phrase(
            "golden/simulate.py",
            "self._enter(self.tick - 1, tally)",
            "self._enter(max(0, self.tick - 1), tally)",
        ),
    ),
    _fast(
        "delay-zero-sends",
        "a neuron without a destination sends",
        Phrase("golden/fast_program.py", "(delay > 0) & (ends.core >= 0)", "(ends.core >= 0)"),
    ),
    _slow(
        "delay-one-forgotten",
        "a neuron with a delay of 1 does not send",
        Phrase(
            "golden/simulate.py", "spikes & (network.delay > 0)", "spikes & (network.delay > 1)"
        ),
    ),
    _fast(
        "sums-overflow",
        "sums of weights are never emptied into the potentials",
        Phrase("golden/fast_neuron.py", "if left == 0:", "if left < 0:"),
    ),
    _fast(
        "threads-swapped",
        "the spikes of threads are put together in the wrong order",
        Phrase(
            "golden/fast_events.py",
            "            for me in range(len(fired))\n",
            "            for me in reversed(range(len(fired)))\n",
        ),
    ),
)
"""More or less in turn in the one engine and in the other."""
