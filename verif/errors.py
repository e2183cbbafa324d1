"""What the simulator infrastructure raises."""

from __future__ import annotations

__all__ = ["SimulationFailed", "ToolError"]


class ToolError(ValueError):
    """A tool is missing, refused its input, or a simulated design broke the rules of its bench.

    The message is one sentence that names the subject, the rule and the offending value.
    """


class SimulationFailed(ToolError):
    """A cocotb run whose results file does not say that every test passed."""
