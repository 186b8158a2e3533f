"""Findings: contrasts with a verdict of three values.

A family is one metric over all groups of one grouping. One interval, corrected for the size of the family,
decides each verdict and is printed with it, so that picture and verdict never disagree:

- ``disparity``: the interval lies wholly beyond the margin. Under exact parity this happens anywhere in a
  family with a probability of at most 1 - confidence (Holm).
- ``parity``: the same interval lies wholly inside the margin.
- ``inconclusive``: anything else, with the reason and the rows that would decide it. Absence of evidence is
  never parity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.contrasts import reference_name, why_undefined
from fairkit.corrections import Correction, Decided, decide
from fairkit.evidence import Compare, Comparison, Evidence, known_reason, why_no_interval
from fairkit.inference import Bounds, benjamini_hochberg, detectable_difference, holm, rows_needed
from fairkit.metrics import AnyMetric
from fairkit.shares import REST
from fairkit.significance import shares_of
from fairkit.tables import GroupTable, numbers

FloatArray = NDArray[np.float64]

POWER = 0.8
"""Power for which the smallest detectable difference is stated."""

FEWEST_ROWS = 30
"""Fewer rows are never said to decide: the value of so small a group will not stay where it is."""

FEWEST_CLUSTERS_NEEDED = 20
"""Fewer clusters are never said to decide: below, intervals rest on too few of them to plan by."""

MOST_ROWS = 1_000_000
"""Rows needed beyond this are not stated: the value lies almost on the margin, and the number is noise."""

MOST_GROWTH = 10
"""Unless there are so many already that it is at most this many times as many."""


class Verdict(StrEnum):
    """What the evidence says about one contrast, or about a whole family."""

    DISPARITY = "disparity"
    PARITY = "parity"
    INCONCLUSIVE = "inconclusive"


TOO_FEW_ROWS = "too-few-rows"
"""Reason of an inconclusive finding whose interval reaches across a margin."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One contrast with its verdict.

    Parameters
    ----------
    metric, attribute, group, reference : str
    compare : {"difference", "ratio"}
    value, low, high : float or None
        The contrast and the corrected interval that decides; `high` is None where a ratio has no upper bound.
    level : float or None
        Confidence level at which the correction put this interval.
    margin : tuple of float
        From where to where the contrast counts as parity.
    verdict : Verdict
    excludes_zero : bool
        Whether the interval excludes "no difference" (a ratio of one).
    reason : str or None
        Why a finding is inconclusive: ``too-few-rows``, or the reason of an undefined number.
    n_needed : int or None
        About how many rows of this group would decide it if the data grew in the same proportions and the
        value stayed (with 5 % to spare).
    clusters_needed : int or None
        The same in clusters (speakers, customers), which are what has to grow where rows are clustered; None
        where they are not.
    detectable : float or None
        About the smallest true difference that would be found non-zero at this level with 80 % power (normal
        approximation: in groups of some dozens the power is nearer 60 %).
    p_adjusted : float or None
        p-value of "no difference", adjusted for the family; the verdict does not use it.
    method : str
        How the interval was made.
    """

    metric: str
    attribute: str
    group: str
    reference: str
    compare: Compare
    value: float | None
    low: float | None
    high: float | None
    level: float | None
    margin: tuple[float, float]
    verdict: Verdict
    excludes_zero: bool
    reason: str | None
    n_needed: int | None
    clusters_needed: int | None
    detectable: float | None
    p_adjusted: float | None
    method: str


class Margins(NamedTuple):
    """Margins of all metrics, each of shape (metrics, 1)."""

    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True)
class Judged:
    """All that the judgement of one grouping needs and yields, as arrays of shape (metrics, groups).

    `p_values` test "no difference" one contrast at a time; `relaxed` are the intervals of level
    ``1 - 2(1 - confidence)``, from exact limits, which the intersection-union test of parity uses.
    """

    metrics: tuple[AnyMetric, ...]
    table: GroupTable
    evidence: Evidence
    comparison: Comparison
    reference: NDArray[np.int64]
    compare: Compare
    margins: Margins
    confidence: float
    correction: Correction
    decided: Decided
    p_values: FloatArray
    relaxed: Bounds

    def verdicts(self) -> NDArray[np.str_]:
        """Verdict of every contrast."""
        found = self.decided
        beyond = (found.low > self.margins.high) | (found.high < self.margins.low)
        inside = (found.low >= self.margins.low) & (found.high <= self.margins.high)
        return np.where(beyond, "disparity", np.where(inside, "parity", "inconclusive"))


def judge(
    metrics: Sequence[AnyMetric],
    table: GroupTable,
    evidence: Evidence,
    reference: NDArray[np.int64],
    *,
    compare: Compare,
    margins: Margins,
    confidence: float,
    correction: Correction,
    selected_reference: bool,
) -> Judged:
    """Decide every contrast of one grouping.

    Parameters
    ----------
    metrics, table, evidence, reference
        As made by the rooms before.
    compare, margins, confidence, correction
        As asked for.
    selected_reference : bool
        Whether the reference was chosen by its value ("best"): then all pairs of groups are corrected for,
        since any of them might have been looked at.
    """
    comparison = evidence.against(reference, compare)
    decided = decide(
        comparison,
        margins.low,
        margins.high,
        confidence=confidence,
        correction=correction,
        hypotheses=_hypotheses(
            comparison.value,
            np.array([(m.denominators(table.sums) > 0).sum() for m in metrics], np.int64),
            reference,
            selected=selected_reference,
        ),
        step_down=not selected_reference,
    )
    return Judged(
        tuple(metrics),
        table,
        evidence,
        comparison,
        reference,
        compare,
        margins,
        confidence,
        correction,
        decided,
        comparison.p_values(),
        comparison.corrected(np.full(comparison.value.shape, 1 - 2 * (1 - confidence)))[0],
    )


def findings(judged: Judged) -> list[Finding]:
    """Write the finding of every contrast (the reference group itself excepted)."""
    table, decided, value = judged.table, judged.decided, judged.comparison.value
    verdicts = judged.verdicts()
    neutral = 0.0 if judged.compare == "difference" else 1.0
    excludes = (decided.low > neutral) | (decided.high < neutral)
    needed, clusters_needed = _needed(judged)
    detectable = _detectable(judged)
    p_adjusted = _adjusted(judged)
    names, attribute = table.names, table.grouping.name
    made: list[Finding] = []
    for i, m in enumerate(judged.metrics):
        other = reference_name(int(judged.reference[i]), names)
        margin = (float(judged.margins.low[i, 0]), float(judged.margins.high[i, 0]))
        columns = [
            numbers(c[i])
            for c in (
                value,
                decided.low,
                decided.high,
                decided.level,
                needed,
                clusters_needed,
                detectable,
                p_adjusted,
            )
        ]
        texts = (verdicts[i].tolist(), excludes[i].tolist(), decided.method[i].tolist())
        for g, one in enumerate(zip(*columns, *texts, strict=True)):
            v, low, high, level, rows, clusters, smallest, p, verdict, excluded, method = one
            if g == judged.reference[i]:
                continue
            reason = None
            if v is None:
                known = known_reason(judged.comparison, i, g)
                reason = str(why_undefined(m, table, g, int(judged.reference[i]), known=known))
            elif low is None:
                reason = str(why_no_interval(judged.comparison, table, i, g))
            elif verdict == "inconclusive":
                reason = TOO_FEW_ROWS
            made.append(
                Finding(
                    m.name, attribute, names[g], other, judged.compare, v, low, high, level, margin,
                    _VERDICTS[verdict], excluded, reason,
                    None if rows is None or verdict != "inconclusive" else int(rows),
                    None if clusters is None or verdict != "inconclusive" else int(clusters),
                    smallest, p,
                    "none" if low is None else method,
                )
            )  # fmt: skip
    return made


_VERDICTS = {str(verdict): verdict for verdict in Verdict}


def _hypotheses(
    value: FloatArray, defined_groups: NDArray[np.int64], reference: NDArray[np.int64], *, selected: bool
) -> NDArray[np.int64]:
    """Count the hypotheses of each family: two groups that mirror each other ask one question, not two."""
    defined = np.asarray((~np.isnan(value)).sum(axis=1), np.int64)
    if selected:
        return np.asarray(np.maximum(defined * (defined + 1) // 2, 1), np.int64)
    mirrored = (defined_groups == 2) & (reference == REST)
    return np.asarray(np.maximum(np.where(mirrored, np.minimum(defined, 1), defined), 1), np.int64)


def _needed(judged: Judged) -> tuple[FloatArray, FloatArray]:
    """Compute the rows, and the clusters, that would decide every contrast; NaN where none can be told."""
    value = judged.comparison.value
    found = judged.decided.low, judged.decided.high
    bottom, top = (np.broadcast_to(margin, value.shape) for margin in judged.margins)
    rows = np.broadcast_to(judged.table.used_rows.astype(np.float64), value.shape)
    clusters = None
    if judged.table.clusters is not None:
        units = judged.table.clusters.per_group(len(judged.table.names))
        clusters = np.broadcast_to(units.astype(np.float64), value.shape)
    return units_needed(value, Bounds(*found), Bounds(bottom, top), rows, clusters, compare=judged.compare)


def units_needed(
    value: FloatArray,
    bounds: Bounds,
    margin: Bounds,
    rows: FloatArray,
    clusters: FloatArray | None,
    *,
    compare: Compare = "difference",
) -> tuple[FloatArray, FloatArray]:
    """Compute the rows, and the clusters, that would decide; NaN where none can be told.

    Parameters
    ----------
    value : array
    bounds : Bounds
        The intervals that decide, of the same shape.
    margin : Bounds
        From where to where is parity.
    rows : array
        Rows of each group now.
    clusters : array or None
        Clusters of each group, where rows are clustered.
    compare : {"difference", "ratio"}
        Ratios are judged on their logarithms.

    Examples
    --------
    >>> one = [np.array([x]) for x in (0.10, 0.02, 0.18, -0.05, 0.05, 100.0)]
    >>> units_needed(one[0], Bounds(one[1], one[2]), Bounds(one[3], one[4]), one[5], None)[0]
    array([268.8])
    """
    (low, high), (bottom, top) = bounds, margin
    if compare == "ratio":
        none = value == 0  # no logarithm, but an upper limit that falls as rows are added
        with np.errstate(divide="ignore", invalid="ignore"):
            value, low, high, bottom, top = (
                np.where(none, x, np.log(x)) for x in (value, low, high, bottom, top)
            )
        unusable = ~(np.isfinite(value) & np.isfinite(low) & np.isfinite(high))
        value = np.where(unusable, np.nan, value)
        low, high = np.where(unusable, np.nan, low), np.where(unusable, np.nan, high)
    needed = np.maximum(1.05 * rows_needed(value, low, high, bottom, top, rows), FEWEST_ROWS)
    needed = np.where(needed <= np.maximum(MOST_ROWS, MOST_GROWTH * rows), needed, np.nan)
    if clusters is None:
        return needed, np.full(value.shape, np.nan)
    grown = np.ceil(1.05 * rows_needed(value, low, high, bottom, top, clusters))
    return needed, np.where(np.isnan(needed), np.nan, np.maximum(grown, FEWEST_CLUSTERS_NEEDED))


def _detectable(judged: Judged) -> FloatArray:
    """Compute the smallest detectable difference where it has a meaning: shares of independent rows."""
    found = np.full(judged.comparison.value.shape, np.nan)
    if judged.table.clusters is not None or judged.compare != "difference":
        return found
    shares = [i for i, m in enumerate(judged.metrics) if m.is_proportion]
    if not shares:
        return found
    own, other = shares_of(judged.metrics, judged.table, judged.reference)
    with np.errstate(divide="ignore", invalid="ignore"):
        base = other.hits / other.trials
    found[shares] = detectable_difference(
        base, own.trials, other.trials, confidence=judged.decided.level[shares], power=POWER
    )
    return np.where(np.isnan(judged.comparison.value), np.nan, found)


def _adjusted(judged: Judged) -> FloatArray:
    p = np.where(np.isnan(judged.comparison.value), np.nan, judged.p_values)
    if judged.correction is Correction.NONE:
        return p
    adjusted = np.empty_like(p)
    for i, (row, m) in enumerate(zip(p, judged.decided.hypotheses.tolist(), strict=True)):
        if m == 1:
            adjusted[i] = row
        elif not judged.decided.step_down:
            adjusted[i] = np.minimum(row * m, 1.0)
        else:
            step_up = judged.correction is Correction.BENJAMINI_HOCHBERG
            adjusted[i] = benjamini_hochberg(row) if step_up else holm(row)
    return adjusted
