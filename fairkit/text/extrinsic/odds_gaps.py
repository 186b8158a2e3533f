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
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairkit.choices import READ_AS
from fairkit.counts import Counts, Kind
from fairkit.errors import DataError, UsageError, shortlist
from fairkit.groups import Grouping, groupings
from fairkit.report.model import Report
from fairkit.tables import group_table
from fairkit.views import View, views

__all__ = ["OddsGap", "odds_gaps"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

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
        Percentiles of the bootstrap over the rows of each group and label, moved down by what noise adds.
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
    (grouping,) = groupings([attribute])
    lacking = [name for name in grouping.names if name not in counts.attributes]
    problems = [f"these counts were not grouped by '{name}' (they have {shortlist(counts.attributes)})."
                for name in lacking]  # fmt: skip
    if Kind.CONFUSION not in READ_AS.get(counts.kind, (counts.kind,)):
        problems.append(f"counts of kind '{counts.kind}' have no error rates; give a label and a decision.")
    if counts.clusters_lost:
        problems.append("these counts have lost their clusters, so that no interval can be made of them.")
    if replicates < 200 or not 0.5 <= confidence < 1:
        problems.append("take a confidence from 0.5 on and below 1, and at least 200 replicates.")
    if problems:
        raise UsageError(*problems)
    found: list[OddsGap] = []
    for view in views(counts):
        if view.counts.kind is Kind.CONFUSION and view.counts.total_rows:
            found += _of_view(view, grouping, confidence=confidence, replicates=replicates, seed=seed)
    if not found:
        raise DataError("no row has both a label and a decision; there are no error rates.")
    return tuple(found)


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
    drawn = _measured(evidence.replicates()[..., :4])
    chance = None
    if table.clusters is None and table.squares is None:
        chance = _measured(_permuted(table.rows[:, :4], replicates, seed))
    tail = (1 - confidence) / 2
    made = []
    for i, measure in enumerate(MEASURES):
        value = float(observed[0][i])
        groups = int(observed[1][i])
        if np.isnan(value):
            reason = "no-groups-to-compare"
            made.append(
                OddsGap(measure, variant, grouping.name, None, None, None, None, None, None, groups, reason)
            )
            continue
        own = drawn[0][:, i]
        own = own[~np.isnan(own)]
        # Resampling adds noise to what has some already: both are taken off.
        moved = own - 2 * (own.mean() - value)
        low, high = (float(max(x, 0.0)) for x in np.quantile(moved, [tail, 1 - tail]))
        null = None if chance is None else chance[0][:, i]
        null = None if null is None else null[~np.isnan(null)]
        made.append(
            OddsGap(
                measure, variant, grouping.name, value, low, high,
                None if null is None else float(np.median(null)),
                None if null is None else float(np.quantile(null, 0.95)),
                None if null is None else float((1 + (null >= value - 1e-12).sum()) / (1 + len(null))),
                groups, None,
            )
        )  # fmt: skip
    return made


def _measured(sums: NDArray[Any]) -> tuple[FloatArray, IntArray]:
    """Compute all measures of sums of shape (..., groups, 4); the result has (..., 3)."""
    tp, fp, fn, tn = np.moveaxis(np.asarray(sums, np.float64), -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = [tp / (tp + fn), fp / (fp + tn), fn / (tp + fn)]
        whole = [x.sum(axis=-1) / (x + y).sum(axis=-1) for x, y in ((tp, fn), (fp, tn), (fn, tp))]
    known = [~np.isnan(rate) for rate in rates]
    count = [one.sum(axis=-1) for one in known]
    span = np.stack([
        np.where(own, rate, -np.inf).max(axis=-1) - np.where(own, rate, np.inf).min(axis=-1)
        for rate, own in zip(rates[:2], known[:2], strict=True)
    ])  # fmt: skip
    far = [
        np.where(own, np.abs(rate - np.asarray(all_)[..., None]), 0.0).sum(axis=-1)
        for rate, own, all_ in zip(rates[1:], known[1:], whole[1:], strict=True)
    ]
    groups = np.stack([np.minimum(count[0], count[1]), count[1], count[2]], axis=-1)
    values = np.stack([span.max(axis=0), *far], axis=-1)
    return np.where(groups >= 2, values, np.nan), groups


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
