"""What rows with a missing attribute leave open: how many there are, and how far they could move each gap.

fairkit never imputes race or gender, and never takes a name or an address for one. Instead it says what the
data say whatever the truth is: beside the value of the complete cases it gives the sharp bounds on each gap
over every way in which the rows with a missing attribute may belong to groups, and limits that add sampling
error to the bounds. A verdict that holds on these limits holds whatever the missing are.

The one convention: a row whose attribute is missing has one of the levels that some row shows or that were
declared. Who thinks of others declares them (``levels={"sex": ["F", "M", "X"]}``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from fairkit.contrasts import reference_name
from fairkit.corrections import Correction
from fairkit.counts import FIELDS, Counts, Kind
from fairkit.errors import UsageError
from fairkit.evidence import Compare
from fairkit.findings import TOO_FEW_ROWS, Margins, Verdict
from fairkit.groups import Grouping, Reference
from fairkit.metrics import Metric, Why
from fairkit.metrics.decisions import DECISIONS
from fairkit.missing.allocation import Belonging
from fairkit.missing.gaps import evidence_of, judge_gaps
from fairkit.tables import ClusterRows, GroupTable, group_table, numbers

__all__ = ["GapBounds", "MissingShare", "gap_bounds", "missing_shares"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

OUTCOMES: Mapping[Kind, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        Kind.CONFUSION: {
            "all": ("tp", "fp", "fn", "tn"),
            "labelled positive": ("tp", "fn"),
            "labelled negative": ("fp", "tn"),
            "selected": ("tp", "fp"),
            "rejected": ("fn", "tn"),
            "true positive": ("tp",),
            "false positive": ("fp",),
            "false negative": ("fn",),
            "true negative": ("tn",),
        },
        Kind.DECISIONS: {
            "all": ("selected", "rejected"),
            "selected": ("selected",),
            "rejected": ("rejected",),
        },
        Kind.AGREEMENT: {"all": ("right", "wrong"), "right": ("right",), "wrong": ("wrong",)},
    }
)
"""The outcomes by which missing attributes are counted, and their fields."""


@dataclass(frozen=True, slots=True)
class MissingShare:
    """How often an attribute is missing among rows of one outcome.

    Parameters
    ----------
    attribute : str
    outcome : str
        A key of `OUTCOMES`; ``"all"`` for all rows used.
    missing, n : int
        Rows where it is missing, of how many.
    share : float or None
        Their share, weighted where rows have weights; None without rows of this outcome.
    low, high : float or None
        Plain interval: Wilson's, by effective rows where rows have weights; by clusters where there are some.
    level : float
        Its confidence level.

    Examples
    --------
    >>> from fairkit.groups import groupings
    >>> counts = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), (None,)], [[3, 1, 0], [1, 3, 0]])
    >>> missing_shares(counts, groupings("sex")[0])[1].share
    0.25
    """

    attribute: str
    outcome: str
    missing: int
    n: int
    share: float | None
    low: float | None
    high: float | None
    level: float


@dataclass(frozen=True, slots=True)
class GapBounds:
    """How far rows with a missing attribute could move one gap.

    Parameters
    ----------
    metric, attribute, group, reference : str
    compare : {"difference", "ratio"}
    undecided : int
        Rows of the metric's denominator that may or may not belong to the group.
    complete_case : float or None
        The contrast without the rows where an attribute of the grouping is missing, on either side.
    complete_verdict : Verdict
        What the complete cases alone would say, by the same limits and correction.
    low, high : float or None
        Sharp bounds on the contrast in these data; `high` is None where a ratio has no upper bound, both are
        None where no allocation gives both sides a value.
    limit_low, limit_high : float or None
        Lower confidence limit of `low` and upper confidence limit of `high`; an upper limit of None beside a
        lower one means there is none. Both are None where there are too few clusters.
    level : float or None
        Confidence level at which the correction put the limits.
    margin : tuple of float
    verdict : Verdict
        Judged on the limits: it holds whatever the missing are.
    why : str or None
        Why the verdict is inconclusive: ``attribute-missing`` where the complete cases alone would decide, or
        where the bounds themselves reach across the margin, so that more rows alone cannot help;
        ``too-few-rows``; or the reason of an undefined number.

    Examples
    --------
    >>> from fairkit.groups import groupings
    >>> from fairkit.metrics import chosen_metrics
    >>> counts = Counts.from_cells(
    ...     Kind.DECISIONS, ["sex"], [("F",), ("M",), (None,)], [[30, 70, 0], [60, 40, 0], [5, 5, 0]]
    ... )
    >>> female, male = gap_bounds(counts, groupings("sex")[0], chosen_metrics("all", kind=Kind.DECISIONS))
    >>> f"{female.complete_case:.3f} lies between {female.low:.3f} and {female.high:.3f}"
    '-0.300 lies between -0.333 and -0.238'
    """

    metric: str
    attribute: str
    group: str
    reference: str
    compare: Compare
    undecided: int
    complete_case: float | None
    complete_verdict: Verdict
    low: float | None
    high: float | None
    limit_low: float | None
    limit_high: float | None
    level: float | None
    margin: tuple[float, float]
    verdict: Verdict
    why: str | None


def missing_shares(
    counts: Counts, grouping: Grouping, *, confidence: float = 0.95
) -> tuple[MissingShare, ...]:
    """Count how often each attribute of a grouping is missing, over all rows and by outcome.

    Parameters
    ----------
    counts : Counts
        Counts of a kind in `OUTCOMES`.
    grouping : Grouping
    confidence : float
        Level of each interval.

    Returns
    -------
    tuple of MissingShare
        In the order of the attributes and of `OUTCOMES`; nothing about attributes that are never missing
        among the rows used.

    Examples
    --------
    >>> from fairkit.groups import groupings
    >>> counts = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), (None,)], [[60, 40, 0], [2, 18, 0]])
    >>> for m in missing_shares(counts, groupings("sex")[0]):
    ...     print(f"{m.outcome}: {m.missing} of {m.n}, {m.low:.3f} to {m.high:.3f}")
    all: 20 of 120, 0.111 to 0.243
    selected: 2 of 62, 0.009 to 0.110
    rejected: 18 of 58, 0.206 to 0.438
    """
    made: list[MissingShare] = []
    (share,) = DECISIONS
    for attribute in grouping.attributes:
        table = _by_outcome(group_table(counts, Grouping((attribute,))))
        missing, n = table.rows[:, 0], table.rows[:, :2].sum(axis=1)
        if missing[0] == 0:
            continue
        evidence = evidence_of([share], table)
        bounds, _ = evidence.plain(confidence)
        columns = [numbers(row) for row in (evidence.values[0], bounds.low[0], bounds.high[0])]
        made += [
            MissingShare(attribute.name, outcome, rows, of, value, low, high, confidence)
            for outcome, rows, of, value, low, high in zip(
                table.names, missing.tolist(), n.tolist(), *columns, strict=True
            )
        ]
    return tuple(made)


def gap_bounds(
    counts: Counts,
    grouping: Grouping,
    metrics: Sequence[Metric],
    *,
    reference: Reference = "rest",
    compare: Compare = "difference",
    margins: Margins | None = None,
    confidence: float = 0.95,
    correction: Correction = Correction.HOLM,
) -> tuple[GapBounds, ...]:
    r"""Bound every gap over all ways in which the rows with missing attributes may belong to groups.

    Parameters
    ----------
    counts : Counts
        Counts by at least the attributes of the grouping.
    grouping : Grouping
    metrics : sequence of Metric
        Of the kind of the counts.
    reference : "rest", "best" or levels
        What each group is compared with: all other rows, those of unknown group that are not given to the
        group among them; the group that is best among the complete cases; or the group of these levels.
    compare : {"difference", "ratio"}
    margins : Margins, optional
        From where to where a contrast is parity; each metric's own by default.
    confidence : float
        Level of the family of all groups of a metric.
    correction : Correction
        As for findings; ``max-t``, which has no bounds, counts as ``holm``.

    Returns
    -------
    tuple of GapBounds
        For every metric and every group without a missing level (the reference itself excepted). Empty where
        nothing is missing among the rows used, or where the reference is the group of the missing.

    Raises
    ------
    DataError
        The reference is not in the data.
    UsageError
        The rows were clustered and the clusters were summed out.

    Notes
    -----
    *Bounds.* A share :math:`c h / (c h + m)` rises with its hits h and falls with its misses m. The gap of a
    group is largest when all hits that may be the group's are, all misses that may be the reference's are,
    and no other row that has a choice is on either side; smallest the other way round. A row of ``sex=F``
    and unknown race may belong only to groups with ``sex=F``; where one group is left, it belongs to that.
    Both allocations are possible, so the bounds are attained: no narrower ones hold without an assumption.
    They range over the allocations that give both sides a value. With weighted rows, a side that only such a
    row could save from being empty is bounded as if the row weighed next to nothing.

    *Limits.* Rows are sorted into the two sides by what is seen of them, so each bound is a contrast of two
    independent shares, with Clopper-Pearson limits combined by MOVER (by clusters: the limits of
    :mod:`fairkit.clustered`). The truth of the population lies between the population's bounds, so it is
    outside the limits only if one of the two limits fails: with probability :math:`\alpha/2` each. Wide
    bounds would allow a little less (Imbens & Manski); that is not used, so that without missing rows the
    limits are those of a finding.

    References
    ----------
    Horowitz & Manski 1995, Identification and robustness with contaminated and corrupted data, Econometrica
    63. Imbens & Manski 2004, Confidence intervals for partially identified parameters, Econometrica 72.
    Kallus, Mao & Zhou 2022, Assessing algorithmic fairness with unobserved protected class using data
    combination, Management Science 68.

    Examples
    --------
    >>> from fairkit.groups import groupings
    >>> from fairkit.metrics import chosen_metrics
    >>> counts = Counts.from_cells(
    ...     Kind.DECISIONS, ["sex"], [("F",), ("M",), (None,)], [[300, 700, 0], [600, 400, 0], [20, 30, 0]]
    ... )
    >>> found = gap_bounds(
    ...     counts, groupings("sex")[0], chosen_metrics("all", kind=Kind.DECISIONS), reference=("M",)
    ... )
    >>> [(b.group, str(b.verdict), round(b.limit_low, 3), round(b.limit_high, 3)) for b in found]
    [('sex=F', 'disparity', -0.357, -0.226)]
    """
    if counts.clusters_lost:
        raise UsageError(
            "these counts came from clustered rows and were stored without the clusters, so that no interval "
            "can be made of them: count the rows again."
        )
    table = group_table(counts, grouping)
    belonging = Belonging.of(table)
    known = isinstance(reference, str) or None not in reference
    if not (metrics and known and len(belonging.groups) and table.used_rows[belonging.incomplete].any()):
        return ()
    judged = judge_gaps(
        metrics,
        table,
        belonging,
        reference,
        compare=compare,
        margins=margins,
        confidence=confidence,
        correction=correction,
    )
    attribute, names = grouping.name, judged.complete.names
    made: list[GapBounds] = []
    for i, m in enumerate(metrics):
        place = int(judged.reference[i])
        other = reference_name(place, names)
        margin = (float(judged.margins.low[i, 0]), float(judged.margins.high[i, 0]))
        columns = [numbers(array[i]) for array in judged.numbers()]
        verdicts = [array[i].tolist() for array in judged.verdicts()]
        undecided = judged.gaps.undecided(i).tolist()
        for g, (case, low, high, limit_low, limit_high, level) in enumerate(zip(*columns, strict=True)):
            if g == place:
                continue
            of_complete, of_bounds, verdict = (_VERDICTS[of[g]] for of in verdicts)
            why: str | None = None
            if low is None or case is None:
                why = str(judged.why_undefined(i, g))
            elif limit_low is None:
                why = str(Why.TOO_FEW_CLUSTERS)
            elif verdict is Verdict.INCONCLUSIVE:
                rows_help = of_complete is Verdict.INCONCLUSIVE and of_bounds is not Verdict.INCONCLUSIVE
                why = TOO_FEW_ROWS if rows_help else str(Why.ATTRIBUTE_MISSING)
            made.append(
                GapBounds(
                    m.name, attribute, names[g], other, compare, undecided[g],
                    case, of_complete, low, high, limit_low, limit_high, level, margin, verdict, why,
                )
            )  # fmt: skip
    return tuple(made)


_VERDICTS = {str(verdict): verdict for verdict in Verdict}


def _by_outcome(table: GroupTable) -> GroupTable:
    """Turn the table of one attribute into one where groups are outcomes and "selected" means missing."""
    fields = FIELDS[table.kind]
    outcomes = OUTCOMES[table.kind]
    has = np.array([[field in named for field in fields] for named in outcomes.values()], np.float64)
    missing = np.array([level is None for (level,) in table.levels], bool)

    def sums(cells: NDArray[np.float64] | IntArray) -> FloatArray:
        used = cells[:, : len(fields)].astype(np.float64)
        two = np.stack([used[missing].sum(axis=0), used[~missing].sum(axis=0)])
        return np.column_stack([has @ two.T, np.zeros(len(has))])

    clusters = None
    if table.clusters is not None:
        rows = table.clusters
        by_field = np.zeros((rows.clusters, len(fields), 3))
        for column, chosen in enumerate((missing[rows.group], ~missing[rows.group])):
            np.add.at(by_field[..., column], rows.cluster[chosen], rows.sums[chosen][:, : len(fields)])
        by_outcome = np.einsum("of,cfm->com", has, by_field)
        cluster, outcome = by_outcome.any(axis=2).nonzero()
        clusters = ClusterRows(cluster, outcome, by_outcome[cluster, outcome], rows.clusters)
    return GroupTable(
        table.grouping,
        Kind.DECISIONS,
        tuple((name,) for name in outcomes),
        tuple(outcomes),
        sums(table.sums),
        None if table.squares is None else sums(table.squares),
        sums(table.rows).astype(np.int64),
        clusters,
    )
