"""Published energies of chips, each with its source and with what it holds.

An energy an event is true at one voltage, one activity and one wiring; the papers say which, and so
does every model. Two kinds must not be mixed: TrueNorth's figure is all power of the chip over all
synaptic events, Loihi's are parts that add up and leave out what runs without any event.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EVENTS", "MODELS", "EnergyModel", "Figure"]

_MEROLLA = "P. A. Merolla et al., Science 345(6197):668-673, 2014, doi:10.1126/science.1254642"
_CASSIDY = "A. S. Cassidy et al., SC14, 2014, doi:10.1109/SC.2014.8"
_AKOPYAN = "F. Akopyan et al., IEEE TCAD 34(10):1537-1557, 2015, doi:10.1109/TCAD.2015.2474396"
_CICC = "P. Merolla et al., IEEE CICC, 2011, doi:10.1109/CICC.2011.6055294"
_LOIHI = "M. Davies et al., IEEE Micro 38(1):82-99, 2018, doi:10.1109/MM.2018.112130359"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A published energy.

    Members
    -------
    event : str
        What is counted: a key of `EVENTS`.
    picojoules : float
        Of one event.
    source : str
        Place in the model's publication, or another publication.
    note : str
        What the figure holds.
    within : bool
        Whether another figure of the model holds it already: shown, and not added.
    """

    event: str
    picojoules: float
    source: str
    note: str
    within: bool = False


@dataclass(frozen=True, kw_only=True)
class EnergyModel:
    """The published energies of a chip.

    Members
    -------
    name, title : str
    source : str
    conditions : str
        Where the figures hold.
    covers, leaves_out : tuple of str
    figures : tuple of Figure
    floor : tuple of (float, str), or None
        Watts that the chip draws without any activity, and the source.
    """

    name: str
    title: str
    source: str
    conditions: str
    covers: tuple[str, ...]
    leaves_out: tuple[str, ...]
    figures: tuple[Figure, ...]
    floor: tuple[float, str] | None = None


EVENTS = {
    "synaptic": "synaptic operations",
    "spikes": "spikes",
    "packets": "packets sent",
    "hops": "hops",
    "hops_x": "hops east or west",
    "hops_y": "hops north or south",
    "active": "neuron updates with a spike",
    "inactive": "neuron updates without",
}
"""What the figures count, in words."""

_IDLE = (0.042, f"0.70 V, 0 Hz, no synapses: {_AKOPYAN}, section VII")
_CHIP = ("synapses", "neurons", "memory", "routing", "passive power")
_OUTSIDE = ("links to other chips", "the board")
_HOP = Figure(
    event="hops",
    picojoules=2.3,
    source="supplement, fig. S4",
    note="a spike one core further in x, at 0.775 V; y is said to be similar",
    within=True,
)

MODELS: dict[str, EnergyModel] = {
    model.name: model
    for model in (
        EnergyModel(
            name="truenorth",
            title="TrueNorth, 28 nm, measured: all power over synaptic events",
            source=_MEROLLA,
            conditions=(
                "0.775 V, 1 ms ticks, all 4,096 cores, 20 Hz, 128 active synapses a neuron, spikes "
                "21.3 cores away in x and in y: 72 mW"
            ),
            covers=_CHIP,
            leaves_out=_OUTSIDE,
            figures=(
                Figure(
                    event="synaptic",
                    picojoules=26.0,
                    source="main text and fig. 4C",
                    note="total energy, active and passive, over synaptic events",
                ),
                _HOP,
            ),
            floor=_IDLE,
        ),
        EnergyModel(
            name="truenorth-46gsops",
            title="TrueNorth, 28 nm, measured: 46 billion synaptic operations a second and watt",
            source=_CASSIDY,
            conditions=(
                "65 mW in real time; 0.75 V, 20 Hz, 128 active synapses a neuron according to "
                + _AKOPYAN
            ),
            covers=_CHIP,
            leaves_out=_OUTSIDE,
            figures=(
                Figure(
                    event="synaptic",
                    picojoules=1e12 / 46e9,
                    source="title and abstract",
                    note="1 J / 46e9",
                ),
            ),
            floor=_IDLE,
        ),
        EnergyModel(
            name="core-2011",
            title="Neurosynaptic core of 2011, 45 nm, measured: active power over spikes",
            source=_CICC,
            conditions="one core of 1,024 axons and 256 neurons",
            covers=("active power of the core",),
            leaves_out=("passive power", "routing", "synaptic operations by themselves"),
            figures=(
                Figure(
                    event="spikes",
                    picojoules=45.0,
                    source="title and abstract",
                    note="active power over spikes; the abstract names no activity",
                ),
            ),
        ),
        EnergyModel(
            name="loihi",
            title="Loihi, 14 nm, simulated before silicon: parts that add up",
            source=_LOIHI,
            conditions=(
                "0.75 V, SDF and SPICE simulations; a core here is taken for a tile there, and an "
                "update is taken for active where the neuron fires"
            ),
            covers=("synapses", "neurons", "routing"),
            leaves_out=("passive power", "learning", "synchronisation", "x86 cores"),
            figures=(
                Figure(
                    event="synaptic",
                    picojoules=23.6,
                    source="table 2",
                    note="the least that a synaptic operation takes",
                ),
                Figure(event="active", picojoules=81.0, source="table 2", note="active update"),
                Figure(event="inactive", picojoules=52.0, source="table 2", note="inactive update"),
                Figure(event="packets", picojoules=1.7, source="table 2", note="within a tile"),
                Figure(event="hops_x", picojoules=3.0, source="table 2", note="tile hop E-W"),
                Figure(event="hops_y", picojoules=4.0, source="table 2", note="tile hop N-S"),
            ),
        ),
    )
}
"""Models by name; "truenorth" is the one to begin with."""
