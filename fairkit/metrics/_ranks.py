"""How well scores put positives above negatives: the area under the ROC curve, and average precision.

Both need only how many positives and negatives lie at each score, lowest to highest, so that a table of
counts is as good as the rows. Where scores are binned, rows of one bin count as ties; how far that can move a
value is known, and stated.

References
----------
DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44. Sun & Xu 2014, Fast implementation of DeLong's algorithm,
IEEE Signal Processing Letters 21. Boyd, Eng & Page 2013, Area under the precision-recall curve, ECML PKDD.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import FIELDS, Axis, Kind
from fairkit.metrics.functionals import Measured, Part

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_POSITIVES, _NEGATIVES = (FIELDS[Kind.SCORES].index(name) for name in ("positives", "negatives"))


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """The rows of one part along the score, lowest score first.

    Parameters
    ----------
    place : array of int64, shape (cells,)
        Position of each cell of the part among the scores.
    positives, negatives : array, shape (scores,)
    positive_squares, negative_squares : array, shape (scores,)
        Sums of squared weights; the rows themselves where there are no weights.
    width : float
        Width of a bin; 0 where each score is one value.
    """

    place: IntArray
    positives: FloatArray
    negatives: FloatArray
    positive_squares: FloatArray
    negative_squares: FloatArray
    width: float

    @classmethod
    def of(cls, part: Part) -> ScoreLine:
        """Add up the cells of a part at each score."""
        (axis,) = part.axes
        rank, scores = _ranks(axis)
        place = rank[part.codes[:, 0]]

        def along(weights: FloatArray) -> FloatArray:
            return np.bincount(place, weights=weights, minlength=scores + 1)[:scores].astype(np.float64)

        return cls(
            place,
            along(part.field("positives")),
            along(part.field("negatives")),
            along(part.square("positives")),
            along(part.square("negatives")),
            axis.width,
        )

    def influence(self, part: Part, positives: FloatArray, negatives: FloatArray) -> FloatArray:
        """Give every cell the influence of its score."""
        table = np.zeros(part.sums.shape)
        table[:, _POSITIVES] = np.append(positives, 0.0)[self.place]
        table[:, _NEGATIVES] = np.append(negatives, 0.0)[self.place]
        return table


def roc_auc(part: Part) -> Measured:
    r"""Measure how often a positive's score is above a negative's, ties counting one half.

    Notes
    -----
    With :math:`V_{10}` the share of negatives below a positive's score and :math:`V_{01}` the share of
    positives above a negative's (ties half), the value :math:`\theta` is the mean of either and its variance

    .. math:: \frac{1}{P (P - 1)} \sum_+ (V_{10} - \theta)^2 + \frac{1}{N (N - 1)} \sum_- (V_{01} - \theta)^2,

    DeLong's. With weights P and N in ``P - 1`` and ``N - 1`` are Kish's effective numbers of rows.
    """
    line = ScoreLine.of(part)
    positives, negatives = float(line.positives.sum()), float(line.negatives.sum())
    if positives <= 0 or negatives <= 0:
        return Measured.undefined(part.sums)
    below = (np.cumsum(line.negatives) - line.negatives / 2) / negatives
    above = (positives - np.cumsum(line.positives) + line.positives / 2) / positives
    value = float(line.positives @ below) / positives
    up, down = (below - value) / positives, (above - value) / negatives
    parts = []
    for pull, squares, total in (
        (up, line.positive_squares, positives),
        (down, line.negative_squares, negatives),
    ):
        rows = total**2 / float(squares.sum())
        parts.append((float(squares @ pull**2) * unbiased(rows), rows - 1))
    variance = sum(v for v, _ in parts)
    return Measured(value, variance, satterthwaite(parts), line.influence(part, up, down))


def average_precision(part: Part) -> Measured:
    r"""Measure the mean precision over the positives, each at its own score as the threshold.

    Notes
    -----
    scikit-learn's :math:`\sum_k (R_k - R_{k-1}) \, \mathrm{precision}_k` over falling thresholds. With
    :math:`A_k` positives and :math:`B_k` negatives at score k or above, one more row at score j adds

    .. math:: \frac{1}{P} \sum_{k \le j} P_k \frac{B_k}{(A_k + B_k)^2}, \quad
              -\frac{1}{P} \sum_{k \le j} P_k \frac{A_k}{(A_k + B_k)^2},

    a positive also :math:`(\mathrm{precision}_j - \mathrm{AP}) / P`.
    """
    line = ScoreLine.of(part)
    positives, negatives = float(line.positives.sum()), float(line.negatives.sum())
    if positives <= 0 or negatives <= 0:
        return Measured.undefined(part.sums)
    hits, alarms = _from_above(line.positives), _from_above(line.negatives)
    some = hits + alarms > 0
    called = np.where(some, hits + alarms, 1.0)
    precision = hits / called
    value = float(line.positives @ precision) / positives
    up = (precision - value + np.cumsum(line.positives * alarms / called**2)) / positives
    down = -np.cumsum(line.positives * hits / called**2) / positives
    rows = (positives + negatives) ** 2 / float((line.positive_squares + line.negative_squares).sum())
    variance = float(line.positive_squares @ up**2 + line.negative_squares @ down**2) * unbiased(rows)
    # Positives are the scarce side: they decide how well the variance itself is known.
    freedom = positives**2 / float(line.positive_squares.sum()) - 1
    if freedom <= 0:
        variance = freedom = np.nan
    return Measured(value, variance, freedom, line.influence(part, up, down))


def binning_bound(part: Part) -> float:
    r"""Return how far the AUC of binned scores can lie from that of the scores themselves.

    Parameters
    ----------
    part : Part
        Of kind scores.

    Returns
    -------
    float
        0 where each score is one value; NaN without positives or negatives.

    Notes
    -----
    Only pairs of a positive and a negative in the same bin are in doubt. They count one half and may be worth
    0 to 1: :math:`\sum_b P_b N_b / (2 P N)`.

    Examples
    --------
    >>> axis = Axis("score", ("0.0", "0.5"), width=0.5)
    >>> sums = np.array([[1.0, 3, 0.2, 0.6, 0.04, 0.12], [3.0, 1, 2.4, 0.6, 1.92, 0.36]])
    >>> binning_bound(Part(Kind.SCORES, (axis,), np.array([[0], [1]]), sums))
    0.1875
    """
    line = ScoreLine.of(part)
    pairs = float(line.positives.sum() * line.negatives.sum())
    if pairs == 0:
        return np.nan
    return float(line.positives @ line.negatives) / (2 * pairs) if line.width else 0.0


def precision_bound(part: Part) -> float:
    r"""Return how far the average precision of binned scores can lie from that of the scores themselves.

    Parameters
    ----------
    part : Part
        Of kind scores.

    Returns
    -------
    float
        0 where each score is one value; NaN without positives or negatives.

    Notes
    -----
    Let A positives and B negatives lie above a bin with p positives and n negatives. At best each of its
    positives has precision :math:`(A + p) / (A + p + B)`. At worst all its negatives come first: the x-th
    positive has precision at least :math:`(A + x) / (A + x + B + n)`, and the sum over x is no less than the
    integral.

    Examples
    --------
    >>> axis = Axis("score", ("0.0", "0.5"), width=0.5)
    >>> sums = np.array([[1.0, 3, 0.2, 0.6, 0.04, 0.12], [3.0, 1, 2.4, 0.6, 1.92, 0.36]])
    >>> round(precision_bound(Part(Kind.SCORES, (axis,), np.array([[0], [1]]), sums)), 4)
    0.2625
    """
    line = ScoreLine.of(part)
    p, n = line.positives, line.negatives
    total = float(p.sum())
    if total == 0 or n.sum() == 0:
        return np.nan
    if not line.width:
        return 0.0
    hits, alarms = _from_above(p), _from_above(n)
    some = p > 0
    p, n, hits, alarms = p[some], n[some], hits[some], alarms[some]
    value = float(p @ (hits / (hits + alarms)))
    best = float(p @ (hits / (hits + alarms - n)))
    before = hits - p + alarms
    with np.errstate(divide="ignore", invalid="ignore"):
        lost = np.where(alarms > 0, alarms * np.log1p(p / before), 0.0)
    return max(best - value, value - float((p - lost).sum())) / total


def unbiased(rows: float) -> float:
    """Return n / (n - 1), NaN where one row shows no variance."""
    return rows / (rows - 1) if rows > 1 + 1e-9 else np.nan


def satterthwaite(parts: list[tuple[float, float]]) -> float:
    """Return the degrees of freedom of a sum of variances, each with its own."""
    total = sum(variance for variance, _ in parts)
    if not np.isfinite(total):
        return np.nan
    if total == 0:
        return min(freedom for _, freedom in parts)
    return total**2 / sum(variance**2 / freedom for variance, freedom in parts)


def _from_above(rows: FloatArray) -> FloatArray:
    """Count the rows at each score or above."""
    return np.cumsum(rows[::-1])[::-1]


@lru_cache(maxsize=16)
def numbers_on(axis: Axis) -> FloatArray:
    """Return the levels as numbers, read once for all groups of a table."""
    numbers = axis.numbers()
    numbers.flags.writeable = False
    return numbers


@lru_cache(maxsize=16)
def _ranks(axis: Axis) -> tuple[IntArray, int]:
    """Return the position of every level by its number, missing last, and how many numbers there are."""
    numbers = numbers_on(axis)
    rank = np.empty(len(numbers), np.int64)
    rank[np.argsort(numbers, kind="stable")] = np.arange(len(numbers))
    scores = int(np.isfinite(numbers).sum())
    rank = np.minimum(rank, scores)
    rank.flags.writeable = False
    return rank, scores
