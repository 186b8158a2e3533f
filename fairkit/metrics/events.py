"""Metrics of events: how many there are per exposure, such as claims per insured year.

The variance is that of a ratio of sums over rows, whatever the counts are distributed like: over Poisson's by
the index of dispersion, which limits from effective events carry on (two events of ten persons each with ten
are worth two, not twenty). Rates have the unit of the exposure, so groups count as equal where they differ by
no more than a tenth of the rate over all rows; ratios keep .8 to 1.25.

References
----------
Cochran 1977, Sampling Techniques, 3rd edition, chapter 6; Fay & Feuer 1997, Statistics in Medicine 16.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from fairkit.counts import FIELDS, Kind
from fairkit.metrics.base import Why
from fairkit.metrics.functionals import FloatArray, Functional, Measured, Part
from fairkit.metrics.means import ratio_of, why_none


def overall_rate(sums: FloatArray) -> float:
    """Return the rate over all groups, the unit of the margin; NaN without exposure.

    Examples
    --------
    >>> overall_rate(np.array([3.0, 2, 8, 2, 24, 6]))
    0.25
    """
    y, x = (float(sums[FIELDS[Kind.EVENTS].index(field)]) for field in ("numerator", "denominator"))
    return y / x if x > 0 else np.nan


def _event_rate(part: Part) -> Measured:
    rows = float(part.field("rows").sum()), float(part.square("rows").sum())
    second = ("numerator2", "numerator_denominator", "denominator2")
    return ratio_of(part, "numerator", "denominator", second, kish=rows)


EVENTS: tuple[Functional, ...] = (
    Functional(
        name="event_rate",
        measure=_event_rate,
        summary="Events per exposure.",
        formula="numerator / denominator",
        source="incidence rate; Cochran 1977 for its variance",
        kind=Kind.EVENTS,
        size=("rows",),
        empty=partial(why_none, Kind.EVENTS, "denominator", Why.NO_EXPOSURE),
        margin=0.1,
        unit="amount",
        scale="poisson",
        lowest=0.0,
        spread=overall_rate,
        divisor=("denominator",),
    ),
)
"""All metrics of this family."""

DEFAULTS: tuple[str, ...] = ("event_rate",)
"""Those that are measured unless others are asked for."""
