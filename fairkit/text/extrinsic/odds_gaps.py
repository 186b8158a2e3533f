r"""Equalised odds as numbers: the widest gap of error rates, and how far groups lie from all rows.

.. math:: \max_y (\max_g r_{gy} - \min_g r_{gy}), \quad \text{FPED} = \sum_g |FPR - FPR_g|, \quad
    \text{FNED} = \sum_g |FNR - FNR_g|

None of them can be 0 in data: chance alone makes them larger, the more groups and the fewer rows there are.
So each stands beside what chance gives where rates are equal (groups permuted among the rows of a label).

References
----------
Dixon, Li, Sorensen, Thain & Vasserman 2018, Measuring and Mitigating Unintended Bias in Text Classification,
AIES (FPED and FNED). Hardt, Price & Srebro 2016, Equality of Opportunity in Supervised Learning, NeurIPS.
"""

from __future__ import annotations

import dataclasses
import warnings
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairkit.choices import READ_AS
from fairkit.counts import Counts, Kind
from fairkit.errors import DataError, UsageError, shortlist
from fairkit.groups import Grouping, groupings
from fairkit.inference.distributions import normal_quantile
from fairkit.metrics._delta import variance_unseen
from fairkit.report.model import Report
from fairkit.tables import group_table
from fairkit.views import View, views

__all__ = ["OddsGap", "odds_gaps"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_FEWEST = 2

MEASURES = ("equalized_odds_gap", "false_positive_equality_difference", "false_negative_equality_difference")
"""What is measured, of two classes or of each of several."""


@dataclass(frozen=True, slots=True)
class OddsGap:
    """One measure of how unequal error rates are over all groups.

    Parameters
    ----------
    measure : str
    variant : str or None
        The class (against all others), of several.
    attribute : str
    value : float or None
        0 is equal; never negative.
    low, high : float or None
        Interval, from limits of all the differences that it is made of, which hold together (max-t over
        bootstrap draws): it covers at least as often as it says, and is wide where there are many groups.
    chance_median, chance_high, p_value : float or None
        Where rates are equal. None where rows are weighted or clustered.
    groups : int
        That have both rates, or the one that is needed.
    reason : str or None

    Examples
    --------
    >>> gap = OddsGap("equalized_odds_gap", None, "sex", 0.2, 0.1, 0.3, 0.05, 0.1, 0.001, 2, None)
    >>> gap.value > gap.chance_high
    True
    """

    measure: str
    variant: str | None
    attribute: str
    value: float | None
    low: float | None
    high: float | None
    chance_median: float | None
    chance_high: float | None
    p_value: float | None
    groups: int
    reason: str | None

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return dataclasses.asdict(self)


def odds_gaps(
    source: Report | Counts,
    *,
    attribute: str,
    confidence: float = 0.95,
    replicates: int = 2_000,
    seed: int = 0,
) -> tuple[OddsGap, ...]:
    """Measure how unequal error rates are over all groups of an attribute.

    Parameters
    ----------
    source : Report or Counts
        Of decisions with labels: two classes, several, several outputs or models.
    attribute : str
        Or several crossed, ``"sex,race"``.
    confidence : float
    replicates, seed : int
        Of the bootstrap, and of what chance gives.

    Returns
    -------
    tuple of OddsGap
        The equalised-odds gap, FPED and FNED, for each class, output or model where there are several.

    Raises
    ------
    UsageError
        The counts have no decisions with labels, or not this attribute.
    DataError
        No row has both.

    Examples
    --------
    >>> from fairkit import frames
    >>> rows = {"sex": ["F", "M"] * 100, "y": [0, 0, 1, 1] * 50, "d": [0, 1, 1, 1] * 50}
    >>> counts = frames.count(rows, by="sex", label="y", decision="d")
    >>> [(one.measure, one.value) for one in odds_gaps(counts, attribute="sex")]
    [('equalized_odds_gap', 1.0), ('false_positive_equality_difference', 1.0), ('false_negative_...', 0.0)]
    """
    counts = source.counts if isinstance(source, Report) else source
    if not isinstance(counts, Counts):
        raise UsageError(
            f"a {type(counts).__name__} is neither a report nor counts: give what evaluate(...) returns."
        )
    (grouping,) = groupings([attribute])
    lacking = [name for name in grouping.names if name not in counts.attributes]
    problems = [f"these counts were not grouped by '{name}' (they have {shortlist(counts.attributes)})."
                for name in lacking]  # fmt: skip
    if Kind.CONFUSION not in READ_AS.get(counts.kind, (counts.kind,)):
        problems.append(f"counts of kind '{counts.kind}' have no error rates; give a label and a decision.")
    if counts.clusters_lost:
        problems.append("these counts have lost their clusters, so that no interval can be made of them.")
    problems += _wrong_options(confidence, replicates, seed)
    if problems:
        raise UsageError(*problems)
    found: list[OddsGap] = []
    for view in views(counts):
        if view.counts.kind is Kind.CONFUSION and view.counts.total_rows:
            found += _of_view(view, grouping, confidence=confidence, replicates=replicates, seed=seed)
    if not found:
        raise DataError("no row has both a label and a decision; there are no error rates.")
    return tuple(found)


def _wrong_options(confidence: Any, replicates: Any, seed: Any) -> list[str]:
    problems = []
    whole = all(isinstance(one, Integral) and not isinstance(one, bool) for one in (replicates, seed))
    if not whole or replicates < 200 or seed < 0:
        problems.append(
            f"replicates {replicates!r} and seed {seed!r} must be whole numbers: at least 200, and from 0 on."
        )
    if isinstance(confidence, bool) or not isinstance(confidence, int | float) or not 0.5 <= confidence < 1:
        problems.append(f"confidence {confidence!r} is no level, such as 0.95.")
    return problems


def _of_view(
    view: View, grouping: Grouping, *, confidence: float, replicates: int, seed: int
) -> list[OddsGap]:
    from fairkit.evidence import Options
    from fairkit.judging import evidence_of
    from fairkit.metrics import chosen_metrics

    counts, variant = view.counts, view.variant
    table = group_table(counts, grouping)
    metrics = chosen_metrics(["accuracy"], kind=Kind.CONFUSION)
    options = Options(replicates=replicates, seed=seed)
    (evidence,) = evidence_of(counts, metrics, grouping, table=table, options=options)
    observed = _measured(table.sums[:, :4])
    drawn = evidence.replicates()[..., :4]
    chance = None
    if table.clusters is None and table.squares is None:
        chance = _measured(_permuted(table.rows[:, :4], replicates, seed))[0]
    held = np.inf if table.clusters is None else table.clusters.per_group(len(table.sums)).astype(np.float64)
    bounds = _bounds(table.sums[:, :4], drawn, confidence, held)
    made = []
    for i, measure in enumerate(MEASURES):
        value, groups = float(observed[0][i]), int(observed[1][i])
        told = (measure, variant, grouping.name)
        if np.isnan(value):
            made.append(OddsGap(*told, None, None, None, None, None, None, groups, "no-groups-to-compare"))
            continue
        null = None if chance is None else chance[:, i]
        made.append(
            OddsGap(
                *told, value, *bounds[i],
                None if null is None else float(np.median(null)),
                None if null is None else float(np.quantile(null, 0.95)),
                None if null is None else float((1 + (null >= value - 1e-12).sum()) / (1 + replicates)),
                groups, None,
            )
        )  # fmt: skip
    return made


def _measured(sums: NDArray[Any]) -> tuple[FloatArray, IntArray]:
    """Compute all measures of sums of shape (..., groups, 4); the result has (..., 3)."""
    rates, whole = _rates(sums)
    known = ~np.isnan(rates)
    count = known.sum(axis=-1)
    span = np.where(known, rates, -np.inf).max(axis=-1) - np.where(known, rates, np.inf).min(axis=-1)
    far = np.where(known, np.abs(rates - whole[..., None]), 0.0).sum(axis=-1)
    groups = np.stack([np.minimum(count[0], count[1]), count[1], count[0]], axis=-1)
    values = np.stack([np.maximum(span[0], span[1]), far[1], far[0]], axis=-1)
    return np.where(groups >= _FEWEST, values, np.nan), groups


def _rates(sums: NDArray[Any]) -> tuple[FloatArray, FloatArray]:
    """Return TPR and FPR of every group, and of all rows, shapes (2, ..., groups) and (2, ...)."""
    tp, fp, fn, tn = np.moveaxis(np.asarray(sums, np.float64), -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = np.stack([tp / (tp + fn), fp / (fp + tn)])
        whole = np.stack([x.sum(axis=-1) / (x + y).sum(axis=-1) for x, y in ((tp, fn), (fp, tn))])
    return rates, whole


def _bounds(
    sums: FloatArray, drawn: FloatArray, confidence: float, held: FloatArray | float
) -> list[tuple[float, float]]:
    """Return limits of each measure, from limits that hold for all its differences together.

    No group has more that is independent than the clusters that it is held by.
    """
    (rates, whole), (again, all_again) = _rates(sums), _rates(drawn)
    size = np.minimum(np.stack([sums[:, 0] + sums[:, 2], sums[:, 1] + sums[:, 3]]), held)
    one, two = np.triu_indices(len(sums), 1)
    pairs = rates[:, one] - rates[:, two]
    fewer = np.minimum(size[:, one], size[:, two])
    spread = _simultaneous(pairs, again[..., one] - again[..., two], fewer, confidence)
    own = np.abs(pairs)
    odds = (
        float(np.nanmax(np.maximum(own - spread, 0.0), initial=0.0)),
        float(np.nanmax(own + spread, initial=0.0)),
    )
    found = [(odds[0], min(odds[1], 1.0))]
    for y in (1, 0):
        away = rates[y] - whole[y]
        reach = _simultaneous(
            away[None], (again[y] - all_again[y][:, None])[None], size[y][None], confidence
        )[0]
        far = np.abs(away)
        found.append((float(np.nansum(np.maximum(far - reach, 0.0))), float(np.nansum(far + reach))))
    return found


def _simultaneous(value: FloatArray, drawn: FloatArray, size: FloatArray, confidence: float) -> FloatArray:
    """Return how far each value of a family may lie from the truth, all of them together (max-t).

    Rates of 0 or 1 never vary when their rows are drawn again, which is no certainty: what stands on them may
    be as far away as Wilson's limit of such a rate, at Bonferroni's level.
    """
    floor = np.sqrt(variance_unseen(size))
    with np.errstate(invalid="ignore", divide="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of a group without such rows all are NaN
        seen = np.nanstd(drawn, axis=1)
        spread = np.maximum(seen, floor)
        largest = np.nanmax(np.abs(drawn - value[:, None]) / spread[:, None], axis=(0, 2))
    known = largest[~np.isnan(largest)]
    if not len(known):
        return np.full(value.shape, np.nan)
    reach = spread * np.quantile(known, confidence)
    still = ~np.isnan(value) & (seen < floor)
    square = float(normal_quantile(np.array((1 - confidence) / 2 / max(int(still.sum()), 1)))) ** 2
    return np.asarray(np.where(still, np.maximum(reach, square / (size + square)), reach))


def _permuted(rows: IntArray, replicates: int, seed: int) -> FloatArray:
    """Permute groups among the rows of each label, shape (replicates, groups, 4)."""
    rng = np.random.default_rng(seed)
    drawn = np.zeros((replicates, *rows.shape))
    for hits, misses in ((0, 2), (1, 3)):
        size = rows[:, hits] + rows[:, misses]
        total = int(rows[:, hits].sum())
        drawn[:, :, hits] = rng.multivariate_hypergeometric(size, total, replicates, method="marginals")
        drawn[:, :, misses] = size - drawn[:, :, hits]
    return drawn
