"""What an engine says when it cannot do what it was asked."""

__all__ = ["EngineError"]


class EngineError(ValueError):
    """An engine that is not there, or that cannot do what it was asked."""
