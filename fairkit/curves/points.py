"""What curves are made of: one record a point, plain data for reports and charts.

A number that is undefined is None, and says why where that is not plain from the rest of the record.
"""

from __future__ import annotations

from dataclasses import dataclass

from fairkit.metrics import Why


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Rows of one group whose scores are near each other: what was promised, and what came.

    Parameters
    ----------
    attribute, group : str
    score_low, score_high : float
        The bin; equal where it is one score. It holds its lower edge, the last one its upper edge too.
    n : int
        Rows.
    mean_score : float
    positive_rate : float
        Share of positives; what a calibrated score promises is `mean_score`.
    low, high : float or None
        Interval of the share.
    level : float
    method : str

    Examples
    --------
    >>> bin = ReliabilityBin("sex", "sex=F", 0.0, 0.1, 40, 0.06, 0.05, 0.01, 0.17, 0.95, "wilson")
    >>> bin.low <= bin.mean_score <= bin.high
    True
    """

    attribute: str
    group: str
    score_low: float
    score_high: float
    n: int
    mean_score: float
    positive_rate: float
    low: float | None
    high: float | None
    level: float
    method: str


@dataclass(frozen=True, slots=True)
class RocPoint:
    """One corner of a group's ROC curve.

    Parameters
    ----------
    attribute, group : str
    threshold : float or None
        Rows with this score or more are selected; None where nobody is.
    false_positive_rate, true_positive_rate : float

    Examples
    --------
    >>> RocPoint("sex", "sex=F", None, 0.0, 0.0).threshold is None
    True
    """

    attribute: str
    group: str
    threshold: float | None
    false_positive_rate: float
    true_positive_rate: float


@dataclass(frozen=True, slots=True)
class ThresholdPoint:
    """A metric of one group at one threshold.

    Parameters
    ----------
    metric, attribute, group : str
    threshold : float
    value : float or None
    why : Why or None
        Why `value`, or only its interval, is undefined.
    low, high : float or None
        Interval of this value on its own.
    level : float
    n : int
        Rows in the metric's denominator.
    method : str
    band_low, band_high : float or None
        Limits that hold for all thresholds at once (Dvoretzky, Kiefer, Wolfowitz and Massart). They are known
        for shares of rows that do not depend on the threshold, such as the true positive rate, of unweighted,
        independent rows.

    Examples
    --------
    >>> point = ThresholdPoint(
    ...     "true_positive_rate", "sex", "sex=F", 0.5, None, Why.NO_POSITIVES, None, None, 0.95, 0, "none",
    ...     None, None,
    ... )
    >>> str(point.why)
    'no-positives'
    """

    metric: str
    attribute: str
    group: str
    threshold: float
    value: float | None
    why: Why | None
    low: float | None
    high: float | None
    level: float
    n: int
    method: str
    band_low: float | None
    band_high: float | None
