"""What a caller may ask of a remedy: which methods, constraints, sources and options go together.

Everything that is wrong in itself is said at once, before a row is read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from fairkit.errors import UsageError, did_you_mean, shortlist
from fairkit.remedies.catalogue import (
    METHODS,
    OBJECTIVES,
    Constraint,
    Method,
    constraint_named,
    method_named,
)

__all__ = ["JUDGING", "crossed_attributes", "settled"]

JUDGING = (
    "levels",
    "max_levels",
    "reference",
    "metrics",
    "compare",
    "margin",
    "confidence",
    "correction",
    "interval",
    "replicates",
)
"""Parameters of :func:`fairkit.evaluate` that are handed on to it."""


def crossed_attributes(across: str | Sequence[str] | None, attributes: Sequence[str]) -> tuple[str, ...]:
    """Settle the attributes that are crossed: those named, else all of the report.

    Raises
    ------
    UsageError
        An attribute is not among them.

    Examples
    --------
    >>> crossed_attributes(None, ["sex", "race"]), crossed_attributes("sex", ["sex", "race"])
    (('sex', 'race'), ('sex',))
    """
    if across is None:
        return tuple(attributes)
    named = [part.strip() for part in across.split(",")] if isinstance(across, str) else list(across)
    problems = [
        f"across names '{name}', which is no attribute of by (it has {shortlist(list(attributes))})."
        f"{did_you_mean(name, attributes)}"
        for name in named
        if name not in attributes
    ]
    if not named:
        problems.append("across names no attribute; leave it out for all of by.")
    if problems:
        raise UsageError(*problems)
    return tuple(dict.fromkeys(named))


def settled(
    *,
    method: str,
    constraint: str,
    objective: str,
    tolerance: float | None,
    threshold: float,
    score: str | None,
    features: Sequence[str],
    estimator: Any,
    judging: Mapping[str, Any],
) -> tuple[Method, Constraint]:
    """Find the method and the constraint, and everything that does not go together.

    Parameters
    ----------
    method, constraint, objective, tolerance, threshold, score, features, estimator
        As in :func:`fairkit.remedy`.
    judging : mapping
        What is to be handed on to :func:`fairkit.evaluate`.

    Raises
    ------
    UsageError
        All problems at once.

    Examples
    --------
    >>> method, constraint = settled(
    ...     method="grid-search", constraint="selection_rate", objective="accuracy_score", tolerance=None,
    ...     threshold=0.5, score=None, features=["age"], estimator=None, judging={},
    ... )
    >>> method.name, constraint.name
    ('grid-search', 'demographic_parity')
    """
    problems: list[str] = []
    how, aim = METHODS["threshold-optimizer"], constraint_named("demographic_parity")
    try:
        how = method_named(method)
    except UsageError as error:
        problems += error.problems
    try:
        aim = constraint_named(constraint)
    except UsageError as error:
        problems += error.problems
    if problems:
        raise UsageError(*problems)
    problems += [*_aim_problems(how, aim), *_objective_problems(how, objective)]
    if tolerance is not None:
        problems += _tolerance_problems(tolerance, how, aim)
    if not math.isfinite(threshold):
        problems.append(f"threshold {threshold} is not a finite number.")
    problems += _source_problems(how, score, features, estimator)
    problems += [
        f"remedy has no parameter '{name}' (fairkit.evaluate lends it {shortlist(JUDGING, shown=20)})."
        f"{did_you_mean(name, JUDGING)}"
        for name in judging
        if name not in JUDGING
    ]
    if problems:
        raise UsageError(*problems)
    return how, aim


def _aim_problems(how: Method, aim: Constraint) -> list[str]:
    if how.stage == "postprocessing" and not aim.threshold:
        other = "method 'exponentiated-gradient' or 'grid-search'"
        return [f"thresholds cannot bring about {aim.name}; take {other}."]
    if how.stage == "preprocessing" and aim.name != "demographic_parity":
        return [f"the correlation remover knows no {aim.name}; leave the constraint out."]
    return []


def _objective_problems(how: Method, objective: str) -> list[str]:
    if objective not in OBJECTIVES:
        hint = did_you_mean(objective, OBJECTIVES)
        return [f"there is no objective '{objective}' (there are {shortlist(OBJECTIVES)}).{hint}"]
    if objective != OBJECTIVES[0] and how.stage != "postprocessing":
        return [f"an objective is for the threshold optimiser; {how.name} keeps the accuracy high."]
    return []


def _tolerance_problems(tolerance: float, how: Method, aim: Constraint) -> list[str]:
    problems = []
    if not 0 <= tolerance < 1:
        problems.append(f"tolerance {tolerance} is no difference of rates; 2 points are written 0.02.")
    if how.stage == "preprocessing":
        problems.append("the correlation remover has no tolerance; leave it out.")
    if how.stage == "postprocessing" and aim.name == "equalized_odds":
        problems.append("fairlearn's threshold optimiser has no tolerance for equalized_odds; leave it out.")
    return problems


def _source_problems(how: Method, score: str | None, features: Sequence[str], estimator: Any) -> list[str]:
    problems = []
    if isinstance(features, str):
        return [f"features must be a list of columns, not the text {features!r}; write [{features!r}]."]
    if len(set(features)) < len(features):
        twice = [name for name in dict.fromkeys(features) if list(features).count(name) > 1]
        problems.append(f"features name {shortlist(twice)} more than once.")
    if score is not None and features:
        problems.append(
            "give a score (a model as it is) or features (a model to train), not both: what is before would "
            "not be the same model."
        )
    elif how.stage == "postprocessing" and score is None and not features:
        problems.append("name the scores of the model (--score COL), or features to train one (--features).")
    elif how.stage != "postprocessing" and not features:
        problems.append(
            f"{how.name} trains a model, so it needs the columns to train on (--features COL,COL"
            f"{'' if score is None else ', and no --score'})."
        )
    if estimator is not None and not features:
        problems.append("an estimator needs features to train on (--features COL,COL).")
    if not (estimator is None or isinstance(estimator, str) or hasattr(estimator, "fit")):
        problems.append(f"estimator must be a classifier or the name of one, not {type(estimator).__name__}.")
    return problems
