"""What a reader should know before the numbers: rows left out, questions that are hardly ever meant."""

from __future__ import annotations

import math
from collections.abc import Sequence

from fairkit.counts import FIELDS, LEFT_OUT, Counts, Kind
from fairkit.errors import shortlist
from fairkit.groups import Grouping, attributes_of
from fairkit.metrics import AnyMetric, Functional
from fairkit.questions import Question, columns_of
from fairkit.report.model import DataSummary
from fairkit.tables import group_cells
from fairkit.views import View

COUNTS_ONLY = "Counts only: no findings were asked for."
"""Note of a report that was made for its counts."""


def slips(question: Question | None, chosen: Sequence[Grouping]) -> list[str]:
    """Point out a question that is allowed but is hardly ever meant.

    Parameters
    ----------
    question : Question or None
        None where counts were given.
    chosen : sequence of Grouping

    Examples
    --------
    >>> from fairkit.groups import groupings
    >>> slips(Question((), decision="y", label="y"), groupings("sex"))
    ["label and decision are the same column, 'y': nothing can be wrong then."]
    """
    if question is None:
        return []
    label = question.label
    notes = []
    for model, column in columns_of(question.decision).items():
        if column == label:
            of = f" of '{model}'" if model else ""
            notes.append(f"label and decision{of} are the same column, '{label}': nothing can be wrong then.")
    columns = [("label", label), *(("decision", c) for c in columns_of(question.decision).values())]
    notes += [
        f"groups are by '{a.name}', which is also the {role}: its rates are 0 and 1 by construction."
        for a in attributes_of(chosen)
        for role, column in columns
        if a.predicate is None and a.name == column
    ]
    return notes


def cautions(counts: Counts, summary: DataSummary, chosen: Sequence[Grouping]) -> list[str]:
    """Say what the counts themselves show: rows left out, levels not declared, a class that never occurs.

    Parameters
    ----------
    counts : Counts
        As they were read.
    summary : DataSummary
    chosen : sequence of Grouping
    """
    notes = [
        f"{n:,} of {summary.rows:,} rows are left out: {name.replace('_', ' ')}."
        for name, n in summary.left_out.items()
        if n
    ]
    for attribute in attributes_of(chosen):
        if attribute.levels:
            found = counts.levels[counts.attributes.index(attribute.name)]
            extra = [level for level in found if level is not None and level not in attribute.levels]
            if extra:
                notes.append(f"'{attribute.name}' has levels that were not declared: {shortlist(extra)}.")
        alone = counts.marginal([attribute.name], keep_axes=False)
        if attribute.predicate is not None and ("True",) not in alone.groups():
            notes.append(
                f"no row has {attribute.name}=True ({attribute.predicate.canonical}); check its values."
            )
        lacking = [
            row for (level,), row in zip(alone.groups(), alone.row_counts, strict=True) if level is None
        ]
        if lacking and (rows := int(lacking[0][: len(FIELDS[counts.kind])].sum())):
            notes.append(
                f"'{attribute.name}' is missing in {rows:,} of the rows used "
                f"({rows / summary.rows_used:.1%}); they are a group of their own."
            )
    return notes


def binned(
    counts: Counts, metrics: Sequence[AnyMetric], chosen: Sequence[Grouping], variant: str | None
) -> list[str]:
    """State how far areas under curves may be off where scores are in bins.

    Parameters
    ----------
    counts : Counts
        Of one view.
    metrics : sequence of AnyMetric
        Those that are measured in it.
    chosen : sequence of Grouping
    variant : str or None
        The model that it is about.

    Examples
    --------
    >>> from fairkit.counts import Axis
    >>> from fairkit.groups import groupings
    >>> from fairkit.metrics import chosen_metrics
    >>> counts = Counts.from_cells(
    ...     Kind.SCORES, ["sex"], [("F",)], [[1, 1, 0.6, 0.7, 0.36, 0.49, 0, 0, 0]],
    ...     axes=[Axis("score", (), 0.5)], axis_cells=[("0.5",)],
    ... )
    >>> binned(counts, chosen_metrics(["roc_auc"], kind=Kind.SCORES), groupings("sex"), None)
    ['scores are counted in bins of width 0.5, which may move values: roc_auc by up to 0.5.']
    """
    known = [(m.name, m.bound) for m in metrics if isinstance(m, Functional) and m.bound is not None]
    if counts.kind is not Kind.SCORES or not counts.axes[0].width or not known:
        return []
    parts = [
        cells.part(g)
        for cells in (group_cells(counts, grouping) for grouping in chosen)
        for g in range(cells.groups)
    ]
    worst = {
        name: max((b for part in parts if math.isfinite(b := bound(part))), default=0.0)
        for name, bound in known
    }
    told = ", ".join(f"{name} by up to {size:.2g}" for name, size in worst.items())
    of = "" if variant is None else f" of '{variant}'"
    return [
        f"scores{of} are counted in bins of width {counts.axes[0].width:.3g}, which may move values: {told}."
    ]


def unused(view: View, summary: DataSummary) -> list[str]:
    """State the rows that one reading of the counts cannot use beyond those that none can.

    Parameters
    ----------
    view : View
    summary : DataSummary

    Examples
    --------
    >>> counts = Counts.from_cells(Kind.CONFUSION, [], [()], [[3, 1, 2, 4, 0, 5, 0]])
    >>> unused(View("new", counts), DataSummary("arrays", None, 15, 15, {}, ""))
    ["for 'new', 5 of 15 rows are left out: decision missing 5."]
    """
    totals = dict(zip(view.counts.fields, view.counts.row_counts.sum(axis=0).tolist(), strict=True))
    left_out = {name: totals[name] for name in LEFT_OUT[view.counts.kind] if totals[name]}
    lost = sum(left_out.values())
    if lost <= sum(summary.left_out.values()):
        return []
    what = f"'{view.variant}'" if view.variant is not None else _READINGS.get(view.counts.kind, "decisions")
    reasons = ", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in left_out.items())
    return [f"for {what}, {lost:,} of {summary.rows:,} rows are left out: {reasons}."]


_READINGS = {
    Kind.SCORES: "scores",
    Kind.CLASSES: "classes",
    Kind.AGREEMENT: "all outputs together",
    Kind.OUTCOMES: "outputs",
}


def one_sided(counts: Counts, variant: str | None) -> list[str]:
    """Point out decisions or labels that are all alike, which is mostly a wrong positive class.

    Parameters
    ----------
    counts : Counts
        Of one view.
    variant : str or None
        The class, output or model that it is about.

    Examples
    --------
    >>> one_sided(Counts.from_cells(Kind.CONFUSION, [], [()], [[3, 0, 2, 0, 0, 0, 0]]), None)[0]
    'every label is positive; check the positive class.'
    """
    if counts.kind is not Kind.CONFUSION:
        return []
    tp, fp, fn, tn = counts.values[:, :4].sum(axis=0).tolist()
    of = "" if variant is None else f" of '{variant}'"
    notes = []
    if tp + fn == 0 or fp + tn == 0:
        notes.append(
            f"every label{of} is {'negative' if tp + fn == 0 else 'positive'}; check the positive class."
        )
    if tp + fp == 0 or fn + tn == 0:
        notes.append(
            f"every decision{of} is {'negative' if tp + fp == 0 else 'positive'}; check the positive class, "
            "and the threshold if there is one."
        )
    return notes
