"""What a remedy changed on the rows that were held out: its cost in accuracy, and the gaps it was fitted for.

Both are paired: the same rows before and after (:mod:`fairkit.models`), from the counts of the report.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from fairkit.corrections import Correction
from fairkit.groups import Grouping
from fairkit.metrics import metric
from fairkit.models import ALL, GapChange, ModelContrast, gap_changes, model_contrasts
from fairkit.remedies.catalogue import Constraint

if TYPE_CHECKING:
    from fairkit.headlines import Headline
    from fairkit.report.model import Report

__all__ = ["Effects", "effects", "sentences"]

_FEWEST = 30
COST = "accuracy"
"""The metric that a remedy costs."""


class Effects(NamedTuple):
    """What a remedy changed.

    Parameters
    ----------
    cost : ModelContrast
        Accuracy after less before, over all rows.
    gaps : tuple of GapChange
        For each metric that the constraint is about and each group: its distance from all other rows.

    Examples
    --------
    >>> Effects._fields
    ('cost', 'gaps')
    """

    cost: ModelContrast
    gaps: tuple[GapChange, ...]


def effects(report: Report, grouping: Grouping, constraint: Constraint) -> Effects:
    """Compare after with before on the rows of a report.

    Parameters
    ----------
    report : Report
        With the counts of the two models, before and after.
    grouping : Grouping
        The groups that the remedy was to treat alike.
    constraint : Constraint

    Examples
    --------
    >>> from fairkit import evaluate
    >>> from fairkit.groups import groupings
    >>> from fairkit.remedies.catalogue import CONSTRAINTS
    >>> rows = {"sex": ["F", "M"] * 100, "y": [1, 1, 0, 0] * 50}
    >>> rows |= {"b": [0, 1, 0, 1] * 50, "a": [1, 1, 0, 1] * 50}
    >>> report = evaluate(rows, label="y", decision={"before": "b", "after": "a"}, by="sex")
    >>> found = effects(report, groupings("sex")[0], CONSTRAINTS["demographic_parity"])
    >>> found.cost.value, [(gap.group, gap.before, gap.after) for gap in found.gaps]
    (0.25, [('sex=F', -1.0, -0.5), ('sex=M', 1.0, 0.5)])
    """
    settings = report.settings
    margins, confidence = settings.margin, settings.confidence
    correction = Correction(settings.correction)
    costs = model_contrasts(
        report.counts,
        grouping,
        [metric(COST)],
        margins=margins,
        confidence=confidence,
        correction=correction,
    )
    gaps = gap_changes(
        report.counts,
        grouping,
        [metric(name) for name in constraint.about],
        margins=margins,
        confidence=confidence,
        correction=correction,
    )
    return Effects(next(one for one in costs if one.group == ALL), gaps)


def sentences(found: Effects, headlines: Iterable[Headline] = ()) -> list[str]:
    """Say the cost, and for each metric what became of its first gap, for the notes of the report.

    That is the surest disparity before, where there was one; else the largest gap of a group of 30 rows.

    Examples
    --------
    >>> nothing = dict(level=None, margin=(-0.05, 0.05), excludes_zero=False, reason=None, p_value=None)
    >>> paired = dict(p_adjusted=None, n=900, discordant=40, method="paired")
    >>> cost = ModelContrast(
    ...     "accuracy", "sex", "all", "after", "before", "difference", -0.012, -0.02, -0.004,
    ...     verdict="equivalent", no_worse=True, **nothing, **paired,
    ... )
    >>> sentences(Effects(cost, ()))
    ['Cost: accuracy changes by -1.2 points [-2.0, -0.4] on the same 900 rows: equivalent.']
    """
    cost = found.cost
    said = [
        f"Cost: {COST} changes by {_change(cost)} on the same {cost.n:,} rows: {cost.verdict}."
        if cost.value is not None
        else f"Cost: the change of {COST} is undefined ({cost.reason})."
    ]
    for name in dict.fromkeys(gap.metric for gap in found.gaps):
        known = [g for g in found.gaps if g.metric == name and g.before is not None and g.after is not None]
        if known:
            first = _first(known, headlines)
            said.append(
                f"Gap of {name} between {first.group} and all other rows: {_points(first.before)} points "
                f"before, {_points(first.after)} after, a change of {_change(first)}: {first.verdict}."
            )
    return said


def _first(gaps: Sequence[GapChange], headlines: Iterable[Headline]) -> GapChange:
    """Choose the gap to tell of: that of a small group may be large by chance."""
    before = (f"{gaps[0].metric}[{gaps[0].against}]", gaps[0].attribute, "difference")
    by_group = {gap.group: gap for gap in gaps}
    for h in headlines:
        if (h.name, h.attribute, h.compare) == before:
            for group in h.disparities:
                if group in by_group:
                    return by_group[group]
    return max(gaps, key=lambda gap: (gap.n >= _FEWEST, abs(gap.before or 0.0)))


def _change(found: ModelContrast | GapChange) -> str:
    if found.low is None or found.high is None:
        return f"{_points(found.value)} points"
    return f"{_points(found.value)} points [{_points(found.low)}, {_points(found.high)}]"


def _points(value: float | None) -> str:
    return "unknown" if value is None else f"{100 * value:+.1f}"
