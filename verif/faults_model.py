"""Faults in the golden model: the bench must not care which side is wrong."""

from __future__ import annotations

from .fault_edits import Fault, Phrase

__all__ = ["MODEL_FAULTS"]


def _fault(name: str, meaning: str, *edits: Phrase, block: str = "core") -> Fault:
    return Fault(name=f"model-{name}", meaning=meaning, edits=edits, block=block)


MODEL_FAULTS = (
    _fault(
        "leak-gate",
        "a stochastic leak passes if |lambda| > draw instead of >=",
        Phrase("golden/neuron.py", "(np.abs(rate) >= draws)", "(np.abs(rate) > draws)"),
    ),
    _fault(
        "leak-crosses-zero",
        "a convergent leak does not stop at zero",
        Phrase("golden/neuron.py", "np.where(crossed, 0, leaked)", "leaked"),
    ),
    _fault(
        "clamp-dropped",
        "potentials are not clamped",
        Phrase("golden/neuron.py", "np.clip(potential, -limit, limit)", "potential"),
    ),
    _fault(
        "threshold-sign",
        "a neuron fires at V > alpha + eta instead of >=",
        Phrase("golden/neuron.py", "potential >= alpha + eta", "potential > alpha + eta"),
    ),
    _fault(
        "saturates-with-eta",
        "with kappa = 1 the lower threshold has an eta",
        Phrase(
            "golden/neuron.py",
            "saturate & below(potential, -beta)",
            "saturate & below(potential, -(beta + eta))",
        ),
    ),
    _fault(
        "r-from-below",
        "a normal reset from below goes to R instead of -R",
        Phrase(
            "golden/neuron.py",
            "[-reset, potential + (beta + eta)]",
            "[reset, potential + (beta + eta)]",
        ),
    ),
    _fault(
        "synapse-gate",
        "a stochastic synapse passes if |s| > draw instead of >=",
        Phrase("golden/crossbar.py", "(np.abs(weight) >= draws)", "(np.abs(weight) > draws)"),
    ),
    _fault(
        "axons-descending",
        "a neuron's synapses draw in descending order of axons",
        Phrase(
            "golden/crossbar.py",
            "axons = np.flatnonzero(active)",
            "axons = np.flatnonzero(active)[::-1]",
        ),
    ),
    _fault(
        "threshold-draws-first",
        "the threshold draws before the leak",
        Phrase(
            "golden/crossbar.py",
            "_gather(states, leak_at, leak_draws,",
            "_gather(states, leak_at + mask_draws, leak_draws,",
        ),
        Phrase(
            "golden/crossbar.py",
            "_gather(states, ends - mask_draws, mask_draws,",
            "_gather(states, leak_at, mask_draws,",
        ),
    ),
    _fault(
        "wrong-shift",
        "the generator shifts by 16 instead of 17",
        Phrase("golden/random.py", "states >> np.uint32(17)", "states >> np.uint32(16)"),
    ),
    _fault(
        "row-not-cleared",
        "a scheduler row stays when its tick has taken it",
        Phrase("golden/simulate.py", "        self.scheduler[:, slot] = False\n", ""),
    ),
    _fault(
        "delay-off-by-one",
        "a packet comes one tick too late",
        Phrase(
            "golden/simulate.py",
            "slot=(self.tick + network.delay[sent].astype(np.int64))",
            "slot=(self.tick + 1 + network.delay[sent].astype(np.int64))",
        ),
    ),
    _fault(
        "delay-zero-sends",
        "a neuron without a destination sends",
        Phrase("golden/simulate.py", "sent = spikes & (network.delay > 0)", "sent = spikes"),
    ),
    _fault(
        "late-accepted",
        "a packet for the running tick is kept for sixteen ticks later",
        Phrase("golden/simulate.py", "set_ = inside & ~late", "set_ = inside"),
    ),
    _fault(
        "leaves-one-early",
        "a packet that leaves in the east has one step too many left",
        Phrase("golden/mesh.py", "[to_x - width, to_x + 1]", "[to_x - width + 1, to_x + 1]"),
    ),
    _fault(
        "dx-dy-swapped",
        "a neuron's packet goes dx steps along y and dy along x",
        Phrase(
            "golden/simulate.py",
            "dx=network.dx[sent],\n            dy=network.dy[sent],",
            "dx=network.dy[sent],\n            dy=network.dx[sent],",
        ),
        block="mesh2x2",
    ),
)
