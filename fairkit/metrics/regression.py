r"""Metrics of numbers: how far predictions are from labels, how well quantiles and intervals hold.

Every metric is a mean, a ratio of sums or a root of one, so its value, its influence and the variance of
independent rows follow from sums of powers. A coefficient of determination needs *central* powers of the
label, which cancel where the mean is far larger than the standard deviation: then it is said to be lost
rather than printed with noise for digits.

Errors are amounts in the label's unit. Two groups whose errors differ by less than .05 standard deviations of
the label (over all rows) count as equal by default: a quarter of what Cohen calls a small difference. Ratios
need no unit and keep .8 to 1.25.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from fairkit.counts import FIELDS, Kind
from fairkit.metrics.base import Why
from fairkit.metrics.functionals import FloatArray, Functional, Measured, Part
from fairkit.metrics.means import influence_on, mean_of, why_none

_CONSTANT = 1e-9
_LOST_FOURTH = 1e-12


def _place(field: str) -> int:
    return FIELDS[Kind.REGRESSION].index(field)


def label_spread(sums: FloatArray) -> float:
    """Return the label's standard deviation from the sums of all groups; NaN where it cannot be known.

    Examples
    --------
    >>> sums = np.zeros(18)
    >>> sums[:3] = 4, 10, 30
    >>> round(label_spread(sums), 3)
    1.118
    """
    return float(np.sqrt(label_variance(sums)))


def label_variance(sums: FloatArray) -> float:
    """Return the label's variance from the sums of all groups; NaN where it cannot be known.

    Examples
    --------
    >>> sums = np.zeros(18)
    >>> sums[:3] = 4, 10, 30
    >>> label_variance(sums)
    1.25
    """
    n, total, squared = (float(sums[_place(field)]) for field in ("rows", "label", "label2"))
    if n <= 0 or squared <= 0:
        return np.nan
    variance = squared / n - (total / n) ** 2
    return variance if variance > _CONSTANT * squared / n else np.nan


def _why_no_r2(sums: FloatArray) -> Why | None:
    """Say that a label never varies, or varies too little beside its size for the sums to tell."""
    n, total, squared, cubed, fourth = (
        float(sums[_place(field)]) for field in ("rows", "label", "label2", "label3", "label4")
    )
    if n == 0:
        return Why.NO_ROWS
    if not np.isnan(label_variance(sums)):
        return None
    # Only sums of a constant agree to the last digit in all powers; anything else is beyond telling.
    constant = n * squared == total**2 and n * cubed == total * squared and n * fourth == squared**2
    return Why.CONSTANT_LABEL if constant else Why.LOST_PRECISION


def _root_mean_squared_error(part: Part) -> Measured:
    squared = mean_of(part, "error2", "rows", "error4")
    root = float(np.sqrt(squared.value))
    if root == 0:
        return Measured(0.0, squared.variance, squared.freedom / 2, np.zeros(part.sums.shape))
    # Squares of normal errors: with half the degrees of freedom 95 % intervals cover 94 % at 20 rows, not 92.
    return Measured(
        root, squared.variance / (4 * squared.value), squared.freedom / 2, squared.influence / (2 * root)
    )


def _mean_squared_error(part: Part) -> Measured:
    found = mean_of(part, "error2", "rows", "error4")
    return Measured(found.value, found.variance, found.freedom / 2, found.influence)


def _r2_score(part: Part) -> Measured:
    sums = part.sums.sum(axis=0)
    n, label, label2, error2 = (float(sums[_place(f)]) for f in ("rows", "label", "label2", "error2"))
    mean = label / n
    total = label2 - n * mean**2
    unexplained = error2 / total
    influence = influence_on(
        part,
        error2=-1 / total,
        label2=unexplained / total,
        label=-2 * mean * unexplained / total,
        rows=mean**2 * unexplained / total,
    )
    square = {f: float(part.square(f).sum()) for f in FIELDS[Kind.REGRESSION]}
    # Row i pulls by -(e² - (1 - R²) (y - ȳ)²) / Σ(y - ȳ)², of which the squares add up.
    cross = square["error2_label2"] - 2 * mean * square["error2_label"] + mean**2 * square["error2"]
    powers = (
        square["label4"],
        -4 * mean * square["label3"],
        6 * mean**2 * square["label2"],
        -4 * mean**3 * square["label"],
        mean**4 * square["rows"],
    )
    fourth = sum(powers)
    size = n**2 / square["rows"]
    if fourth <= _LOST_FOURTH * sum(map(abs, powers)) or size <= 1:
        variance = np.nan
    else:
        variance = square["error4"] - 2 * unexplained * cross + unexplained**2 * fourth
        variance = max(variance, 0.0) / total**2 * size / (size - 1)
    return Measured(1 - unexplained, variance, (size - 1) / 2, influence)


def _interval_coverage(part: Part) -> Measured:
    # A share of rows: its variance is binomial, without n - 1, so that limits are Wilson's.
    found = mean_of(part, "covered", "interval_rows", "covered")
    return Measured(
        found.value,
        found.variance * found.freedom / (found.freedom + 1) if found.freedom > 0 else found.variance,
        found.freedom,
        found.influence,
    )


_NO_ROWS = partial(why_none, Kind.REGRESSION, "rows", Why.NO_ROWS)
_NO_QUANTILES = partial(why_none, Kind.REGRESSION, "quantile_rows", Why.NO_ROWS)
_NO_INTERVALS = partial(why_none, Kind.REGRESSION, "interval_rows", Why.NO_ROWS)

REGRESSION: tuple[Functional, ...] = (
    Functional(
        name="mean_error",
        measure=partial(mean_of, total="error", size="rows", second="error2"),
        summary="Mean of prediction minus label: how far predictions are too high; 0 is best.",
        formula="error / rows",
        source="bias of an estimator; fairness as equal mean residuals: Chzhen et al. 2020",
        kind=Kind.REGRESSION,
        size=("rows",),
        empty=_NO_ROWS,
        unit="amount",
        spread=label_spread,
    ),
    Functional(
        name="mean_absolute_error",
        measure=partial(mean_of, total="absolute_error", size="rows", second="error2"),
        summary="Mean distance of predictions from labels.",
        formula="absolute_error / rows",
        source="scikit-learn mean_absolute_error",
        kind=Kind.REGRESSION,
        size=("rows",),
        empty=_NO_ROWS,
        better="lower",
        unit="amount",
        scale="log",
        lowest=0.0,
        spread=label_spread,
    ),
    Functional(
        name="root_mean_squared_error",
        measure=_root_mean_squared_error,
        summary="Root of the mean squared distance of predictions from labels.",
        formula="sqrt(error2 / rows)",
        source="scikit-learn root_mean_squared_error",
        kind=Kind.REGRESSION,
        size=("rows",),
        empty=_NO_ROWS,
        better="lower",
        unit="amount",
        scale="log",
        lowest=0.0,
        spread=label_spread,
    ),
    Functional(
        name="mean_squared_error",
        measure=_mean_squared_error,
        summary="Mean squared distance of predictions from labels, in squared units.",
        formula="error2 / rows",
        source="scikit-learn mean_squared_error",
        kind=Kind.REGRESSION,
        size=("rows",),
        empty=_NO_ROWS,
        better="lower",
        unit="amount",
        scale="log",
        lowest=0.0,
        spread=label_variance,
    ),
    Functional(
        name="r2_score",
        measure=_r2_score,
        summary="Share of the label's variance within the group that predictions explain.",
        formula="1 - error2 / (label2 - label² / rows)",
        source="scikit-learn r2_score",
        kind=Kind.REGRESSION,
        size=("rows",),
        empty=_why_no_r2,
        better="higher",
        unit="score",
        scale="complement",
        highest=1.0,
    ),
    Functional(
        name="mean_pinball_loss",
        measure=partial(mean_of, total="quantile_loss", size="quantile_rows", second="quantile_loss2"),
        summary="Mean loss of a predicted quantile.",
        formula="quantile_loss / quantile_rows",
        source="Koenker & Bassett 1978; scikit-learn mean_pinball_loss",
        kind=Kind.REGRESSION,
        size=("rows",),
        empty=_NO_QUANTILES,
        counted="quantile_rows",
        better="lower",
        unit="amount",
        scale="log",
        lowest=0.0,
        spread=label_spread,
    ),
    Functional(
        name="interval_coverage",
        measure=_interval_coverage,
        summary="Share of labels inside their prediction interval.",
        formula="covered / interval_rows",
        source="Romano, Barber, Sabatti & Candès 2020, With malice toward none",
        kind=Kind.REGRESSION,
        size=("rows",),
        empty=_NO_INTERVALS,
        counted="interval_rows",
        unit="share",
        scale="binomial",
        lowest=0.0,
        highest=1.0,
    ),
    Functional(
        name="mean_interval_width",
        measure=partial(mean_of, total="width", size="interval_rows", second="width2"),
        summary="Mean width of prediction intervals: what certainty a group is given.",
        formula="width / interval_rows",
        source="Romano, Barber, Sabatti & Candès 2020, With malice toward none",
        kind=Kind.REGRESSION,
        size=("rows",),
        empty=_NO_INTERVALS,
        counted="interval_rows",
        better="lower",
        unit="amount",
        scale="log",
        lowest=0.0,
        spread=label_spread,
    ),
)
"""All metrics of this family."""

DEFAULTS: tuple[str, ...] = ("mean_error", "mean_absolute_error", "root_mean_squared_error", "r2_score")
"""Those that are measured unless others are asked for."""
