"""Margins: what the user wrote, or each metric's own, as the pair within which a contrast is parity."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import UsageError
from fairkit.evidence import Compare
from fairkit.findings import Margins
from fairkit.metrics import AnyMetric

Margin = float | tuple[float, float] | Sequence[float | tuple[float, float]] | None
"""What a user may write: ``0.05``, ``(0.8, 1.25)``, or one of each."""


def given_margins(
    margin: Margin, compares: Sequence[Compare], *, amounts: bool = False
) -> dict[str, tuple[float, float]]:
    """Settle which comparison each given margin is for, and that it makes sense there.

    Parameters
    ----------
    margin : float, pair or sequence of them, optional
    compares : sequence of {"difference", "ratio"}
    amounts : bool
        Whether metrics in units of the label are measured, whose differences may be larger than 1.

    Raises
    ------
    UsageError
        A margin is wrong, or belongs to no comparison; all problems at once.

    Examples
    --------
    >>> given_margins([0.05, (0.8, 1.25)], ["difference", "ratio"])
    {'difference': (-0.05, 0.05), 'ratio': (0.8, 1.25)}
    """
    given: list[float | tuple[float, float]] = []
    if margin is not None:
        given = [margin] if isinstance(margin, int | float | tuple | str) else list(margin)
    found: dict[str, tuple[float, float]] = {}
    problems = [
        f"margin {one!r} is neither a number (0.05) nor a pair of numbers (0.8, 1.25)."
        for one in given
        if not all(isinstance(end, Real) and not isinstance(end, bool) for end in _ends(one))
        or (isinstance(one, tuple) and len(one) != 2)
    ]
    if problems:
        raise UsageError(*problems)
    for one in given:
        low, high = one if isinstance(one, tuple) else (-one, one)
        shown = f"{low:g} to {high:g}" if isinstance(one, tuple) else f"{one:g}"
        ratio = isinstance(one, tuple) and not low <= 0 <= high
        kind: Compare = "ratio" if ratio else "difference"
        if not (math.isfinite(low) and math.isfinite(high)):
            problems.append(f"margin {shown} is not finite.")
        elif not ratio and max(-low, high) >= 1 and not amounts:
            problems.append(
                f"margin {shown} is wider than any difference of rates; 5 points are written 0.05."
            )
        elif not low <= (1.0 if ratio else 0.0) <= high or (ratio and low <= 0):
            problems.append(
                f"margin {shown} holds neither 0, the difference of equal groups, nor 1, their ratio; "
                "write 0.05 (for ±0.05), or 0.8,1.25 for ratios."
            )
        elif kind not in compares:
            problems.append(
                f"margin {shown} is one of a {kind}, but {' and '.join(compares)} is compared; "
                f"write {'0.8,1.25' if kind == 'difference' else '0.05'}, or compare both."
            )
        elif kind in found:
            problems.append(f"two margins are given for the {kind}: {found[kind]} and {(low, high)}.")
        else:
            found[kind] = (float(low), float(high))
    if problems:
        raise UsageError(*problems)
    return found


def _ends(margin: Any) -> tuple[Any, ...]:
    return margin if isinstance(margin, tuple) else (margin,)


def margins_for(
    metrics: Sequence[AnyMetric],
    given: Mapping[str, tuple[float, float]],
    compare: Compare,
    sums: NDArray[Any],
) -> Margins:
    """Take the given margin, or each metric's own on these data.

    Parameters
    ----------
    metrics : sequence of AnyMetric
    given : mapping of comparison to pair
        A difference of 1 or more is meant for amounts only; shares keep their own.
    compare : {"difference", "ratio"}
    sums : array, shape (groups, fields)
        A margin in units of the label's spread needs them.

    Examples
    --------
    >>> from fairkit.metrics import metric
    >>> margins_for([metric("accuracy")], {}, "difference", np.zeros((2, 7))).high.tolist()
    [[0.05]]
    """
    pairs = []
    for m in metrics:
        pair = given.get(compare)
        if pair is not None and compare == "difference" and m.unit != "amount" and max(map(abs, pair)) >= 1:
            pair = None
        if pair is None:
            own = m.margin_on(sums) if compare == "difference" else np.nan
            pair = (-own, own) if compare == "difference" else m.margin_ratio
        pairs.append(pair)
    table = np.array(pairs, np.float64)
    return Margins(table[:, :1], table[:, 1:])
