"""Fit a remedy on a part of the rows and judge the other part, before and after, in one report.

The report is that of :func:`fairkit.evaluate` on rows that were not fitted, with two models, ``before`` and
``after``: every metric of both by group, each verdict, and the paired comparison of the two on the same rows.
What the remedy costs is a finding with an interval like every other.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fairkit.door.rows import MOST_ROWS
from fairkit.errors import DataError, shortlist
from fairkit.groups import By, Grouping, attributes_of, groupings
from fairkit.questions import Question
from fairkit.remedies.catalogue import Constraint, Method
from fairkit.remedies.material import Material, material
from fairkit.remedies.split import held_out
from fairkit.remedies.wishes import crossed_attributes, settled

if TYPE_CHECKING:
    from fairkit.models import GapChange, ModelContrast
    from fairkit.remedies.fitting import Plan
    from fairkit.report.model import Report

__all__ = ["AFTER", "BEFORE", "RemedyResult", "remedy"]

_SHOWN = 6

BEFORE, AFTER = "before", "after"
"""Names of the two models in the report."""


@dataclass(frozen=True, slots=True)
class RemedyResult:
    """A remedy that was fitted, and the report on rows it was not fitted on.

    Parameters
    ----------
    report : Report
        Of the held-out rows, with the models ``before`` and ``after``; its notes begin with the remedy's.
    method, constraint : str
    across : tuple of str
        Attributes whose crossing gives the groups that the remedy treats alike.
    fitted : object
        fairlearn's fitted object.
    rows_fitted, rows_judged : int
    cost : ModelContrast
        Accuracy after less before, over all rows judged.
    gaps : tuple of GapChange
        For each metric of the constraint and each group: its gap to all other rows before and after.
    notes : tuple of str
        What a reader should know of the remedy; also in the report.

    Examples
    --------
    >>> from fairkit.samples import hiring
    >>> frame = hiring(rows=2_000).query("sex != 'Nonbinary'")
    >>> result = remedy(frame, label="qualified", score="score", by="sex", test_share=0.25)
    >>> result.rows_judged, result.report.data.rows, result.constraint
    (49..., 49..., 'demographic_parity')
    """

    report: Report
    method: str
    constraint: str
    across: tuple[str, ...]
    fitted: Any
    rows_fitted: int
    rows_judged: int
    cost: ModelContrast
    gaps: tuple[GapChange, ...]
    notes: tuple[str, ...]


def remedy(
    data: Any,
    *,
    label: str,
    by: By,
    score: str | None = None,
    features: Sequence[str] = (),
    estimator: Any = None,
    method: str = "threshold-optimizer",
    constraint: str = "demographic_parity",
    objective: str = "accuracy_score",
    tolerance: float | None = None,
    across: str | Sequence[str] | None = None,
    threshold: float = 0.5,
    test_share: float = 0.5,
    positive: Any = None,
    weight: str | None = None,
    cluster: str | None = None,
    missing: Sequence[str] = (),
    seed: int = 0,
    limit: int = MOST_ROWS,
    **judging: Any,
) -> RemedyResult:
    """Fit one of fairlearn's remedies on some rows, and judge other rows before and after it.

    Parameters
    ----------
    data : frame or path
        Whatever :func:`fairkit.frames.count` takes; the columns needed are taken into memory.
    label, by, positive, weight, cluster, missing
        As in :func:`fairkit.evaluate`. Rows of a cluster stay on one side of the split.
    score : str, optional
        Column with the scores of a model as it is, for the threshold optimiser.
    features : sequence of str
        Columns to train an estimator on, instead of `score`.
    estimator : str or scikit-learn classifier, optional
        ``"gradient-boosting"`` or ``"logistic"`` (features are encoded), or a classifier that takes the
        features as a frame. It is trained on the training rows only; for a model as it is, give its scores.
        The correlation remover's own is logistic, which is what it is made for; that of the others is
        gradient boosting.
    method : str
        One of :data:`fairkit.remedies.METHODS`.
    constraint : str
        One of :data:`fairkit.remedies.CONSTRAINTS`, or the metric or family it is about. The correlation
        remover promises none.
    objective : {"accuracy_score", "balanced_accuracy_score"}
        What the threshold optimiser keeps high.
    tolerance : float, optional
        How far the groups may differ on the training rows, from fairlearn's own default on.
    across : str or sequence of str, optional
        Attributes of `by` to equalise across; several are crossed. All of them where left out.
    threshold : float
        From which score a row is selected before the remedy.
    test_share : float
        Share of the rows that are held out, in every group and label alike.
    seed : int
        Of the split, of training, of decisions by lot, and of the bootstrap.
    limit : int
        Most rows to take into memory.
    **judging
        Further parameters of :func:`fairkit.evaluate`: metrics, reference, margin, confidence, ...

    Returns
    -------
    RemedyResult

    Raises
    ------
    DataError
        The data cannot be read, or groups have too few rows to fit.
    UsageError
        The question is wrong in itself. All problems at once.

    Notes
    -----
    A row without a label is not fitted, and a row whose attribute is missing neither: nothing is imputed.
    Methods that use the attribute to decide leave such rows undecided, and the report leaves them out.

    References
    ----------
    Hardt, Price, Srebro 2016. Agarwal et al. 2018. See :func:`fairkit.remedies.remedies_for`.

    Examples
    --------
    >>> from fairkit.samples import hiring
    >>> frame = hiring().query("sex != 'Nonbinary'")
    >>> result = remedy(frame, label="qualified", score="score", by="sex", metrics=["selection_rate"])
    >>> for model in ("before", "after"):
    ...     finding = result.report.select(metric=f"selection_rate[{model}]", group="sex=Female")[0]
    ...     print(f"{model}: {finding.low:+.2f} to {finding.high:+.2f}")
    before: ...
    after: ...
    """
    chosen = groupings(by, levels=judging.get("levels"))
    attributes = tuple(attribute.name for attribute in attributes_of(chosen))
    crossed = crossed_attributes(across, attributes)
    how, aim = settled(
        method=method,
        constraint=constraint,
        objective=objective,
        tolerance=tolerance,
        threshold=threshold,
        score=score,
        features=features,
        estimator=estimator,
        judging=judging,
    )
    stated = positive.get("label") if isinstance(positive, Mapping) else positive
    question = Question(
        attributes_of(chosen),
        decision=label,  # a question needs one; nothing but the label is asked of it
        label=label,
        positive={"label": stated},
        weight=weight,
        cluster=cluster,
        missing=tuple(missing),
    )
    rows = material(data, question, across=crossed, score=score, features=features, limit=limit)
    test = held_out(rows.strata, test_share=test_share, seed=seed, clusters=rows.cluster)
    training = rows.can_be_fitted & ~test
    _check_training(rows, training, how, aim)
    judged = {
        **judging,
        "by": by,
        "label": label,
        "positive": None if stated is None else {"label": stated},
        "weight": weight,
        "cluster": cluster,
        "missing": missing,
        "seed": seed,
    }
    nothing = np.zeros(len(rows))
    judge(rows, test, nothing, nothing, judged)  # wrong options are said before hours of fitting

    from fairkit.remedies.effects import effects, sentences
    from fairkit.remedies.fitting import Plan, fit

    plan = Plan(how, aim, objective, tolerance, threshold, estimator, seed, weight)
    fitted = fit(rows, training, plan)
    test &= (rows.group >= 0) if how.decides_by_group else True
    report = judge(rows, test, fitted.before, fitted.after, judged)
    across_all = Grouping(tuple(a for a in attributes_of(chosen) if a.name in crossed))
    found = effects(report, across_all, aim)
    first, *more = _notes(rows, training, test, plan)
    notes = (first, *sentences(found, report.headlines), *more, *fitted.notes)
    report = replace(
        report,
        data=replace(report.data, source=f"{_source(data)}, held-out rows"),
        notes=(*notes, *report.notes),
    )
    return RemedyResult(
        report,
        how.name,
        aim.name,
        crossed,
        fitted.model,
        int(training.sum()),
        int(test.sum()),
        found.cost,
        found.gaps,
        notes,
    )


def judge(
    rows: Material,
    chosen: NDArray[np.bool_],
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    judging: Mapping[str, Any],
) -> Report:
    """Evaluate decisions before and after on the chosen rows, as two models.

    Parameters
    ----------
    rows : Material
    chosen : array of bool
    before, after : array of float64
        1, 0, or NaN where there is no decision.
    judging : mapping
        Parameters of :func:`fairkit.evaluate`.
    """
    from fairkit.evaluator import evaluate

    frame = rows.frame[chosen]
    columns = {model: _free(f"decision {model}", frame) for model in (BEFORE, AFTER)}
    decided = {columns[BEFORE]: before[chosen], columns[AFTER]: after[chosen]}
    return evaluate(frame.assign(**decided), decision=columns, **judging)


def _free(name: str, frame: Any) -> str:
    while name in frame.columns:
        name += "_"
    return name


def _needed(how: Method, aim: Constraint) -> tuple[int, ...]:
    """Return the labels that a method has to see in every group."""
    if how.stage == "postprocessing":
        return (0, 1)
    return aim.labels if how.stage == "reduction" else ()


def _check_training(rows: Material, training: NDArray[np.bool_], how: Method, aim: Constraint) -> None:
    """Make sure that every group has what the method learns from: fairlearn stops, or leaves it out."""
    lacking = rows.lacking(training, _needed(how, aim))
    if not lacking:
        return
    more = f" and {len(lacking) - _SHOWN} more" if len(lacking) > _SHOWN else ""
    fewer = "cross fewer attributes with --across, " if len(rows.across) > 1 else ""
    kinds = {(0, 1): "positives and negatives", (1,): "positives", (0,): "negatives"}[_needed(how, aim)]
    raise DataError(
        f"{how.name} learns from {kinds} of every group, but of the {int(training.sum()):,} training rows "
        f"these have none: {'; '.join(lacking[:_SHOWN])}{more}. What to do: {fewer}join small groups by a "
        "predicate (--by \"other: race in ['A', 'B']\"), or take the rows of these groups out and say so."
    )


def _notes(rows: Material, training: NDArray[np.bool_], test: NDArray[np.bool_], plan: Plan) -> list[str]:
    """Say what was done, so that the numbers can be read."""
    how, aim = plan.method, plan.constraint
    across = " and ".join(rows.across)
    promise = "" if how.stage == "preprocessing" else f" for {aim.name}"
    notes = [
        (
            f"Remedy: {how.algorithm}{promise} across {across}, fitted on {int(training.sum()):,} rows; this "
            f"report is of {int(test.sum()):,} others. It {how.attribute}."
        )
    ]
    before = "the score" if rows.score is not None else "the same estimator without the remedy"
    notes.append(f"'{BEFORE}' is {before}, selected from {plan.threshold:g} up; '{AFTER}' is the remedy.")
    if how.by_lot:
        notes.append(
            f"The remedy decides some rows by lot (seed {plan.seed}): people who are alike may be decided "
            "differently, and another seed gives somewhat other numbers."
        )
    if rough := rows.rough(training, _needed(how, aim)):
        notes.append(f"Fitted roughly, on fewer than 30 rows of a label: {shortlist(rough)}.")
    unlabelled = int((rows.label < 0).sum())
    ungrouped = int(((rows.group < 0) & (rows.label >= 0)).sum())
    if unlabelled:
        notes.append(f"{unlabelled:,} rows without a label could neither be fitted nor judged.")
    if ungrouped:
        so = " nor decided, so they are in neither part" if how.decides_by_group else ""
        notes.append(f"{ungrouped:,} rows with {across} missing could not be fitted{so}; nothing is imputed.")
    if plan.unweighted is not None:
        notes.append(
            f"fairlearn fits without weights; '{plan.unweighted}' weighs the rows of the report only."
        )
    if seen := [name for name in rows.across if name in rows.features]:
        notes.append(f"The features contain {shortlist(seen)}: the model sees the attribute itself.")
    return notes


def _source(data: Any) -> str:
    if isinstance(data, str | os.PathLike):
        return Path(data).name or str(data)
    return "arrays" if isinstance(data, Mapping) else type(data).__module__.partition(".")[0]
