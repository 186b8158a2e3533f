"""What fairlearn offers where groups differ in a metric: what it does, what it needs, how to try it.

Only metrics that one of fairlearn's constraints is about have a remedy here: predictive parity, for one, has
none, and an algorithm that aims elsewhere would be no answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fairkit.errors import UsageError, did_you_mean, shortlist
from fairkit.remedies.catalogue import AIMS, CONSTRAINTS, METHODS, Constraint, Method, Stage

if TYPE_CHECKING:  # the command's help needs this module, and nothing that computes
    from fairkit.headlines import Headline

__all__ = ["Remedy", "offered", "remedies_for"]

_LOSSES: Mapping[str, str] = {
    "mean_absolute_error": "AbsoluteLoss",
    "root_mean_squared_error": "SquareLoss",
    "mean_squared_error": "SquareLoss",
}
"""fairlearn's loss for a metric of regression."""


_KNOWN = {*AIMS, *_LOSSES}


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing that fairlearn offers for a disparity.

    Parameters
    ----------
    metric : str
        The metric or family that it is offered for.
    method : str
        Name of the method.
    stage : {"postprocessing", "reduction", "preprocessing"}
    algorithm : str
        Full name in fairlearn.
    constraint : str or None
        What it makes equal; None where it promises no rate.
    call : str
        How it is made in Python.
    does : str
        One sentence.
    needs : tuple of str
        What it cannot do without.
    attribute : str
        When it uses the attribute.
    options : tuple of str
        Options of ``fairkit remedy`` that fit it; empty where only fairlearn itself does (regression).

    Examples
    --------
    >>> remedies_for("equalized_odds")[0].call
    "ThresholdOptimizer(estimator=model, constraints='equalized_odds')"
    """

    metric: str
    method: str
    stage: Stage
    algorithm: str
    constraint: str | None
    call: str
    does: str
    needs: tuple[str, ...]
    attribute: str
    options: tuple[str, ...]

    @property
    def command(self) -> str:
        """The command line to type, with words in capitals to fill in; empty where there is none.

        Examples
        --------
        >>> print(remedies_for("selection_rate")[1].command)
        fairkit remedy DATA --label COL --features COL,COL --by COL --method exponentiated-gradient
        --constraint demographic_parity
        """
        if not self.options:
            return ""
        source = "--score COL" if self.stage == "postprocessing" else "--features COL,COL"
        return f"fairkit remedy DATA --label COL {source} --by COL {' '.join(self.options)}"


def remedies_for(name: str) -> tuple[Remedy, ...]:
    """List what fairlearn offers where groups differ in a metric.

    Parameters
    ----------
    name : str
        A metric of `fairkit metrics`, or a family such as ``equalized_odds``. What stands in brackets behind
        a metric, the model that it is about, does not matter. fairlearn's remedies are for two classes (and
        for regression), not for one class of many.

    Returns
    -------
    tuple of Remedy
        Empty where fairlearn offers nothing for it: `predictive_parity`, `prevalence`.

    Raises
    ------
    UsageError
        There is no such metric or family; the message suggests one.

    Notes
    -----
    A remedy makes the metric equal on the rows it was fitted on. What it does on others, and what it costs,
    is for :func:`fairkit.remedy` to find out.

    References
    ----------
    Hardt, Price, Srebro 2016, "Equality of Opportunity in Supervised Learning" (threshold optimiser).
    Agarwal, Beygelzimer, Dudik, Langford, Wallach 2018, "A Reductions Approach to Fair Classification".
    Agarwal, Dudik, Wu 2019, "Fair Regression" (bounded group loss).

    Examples
    --------
    >>> [remedy.method for remedy in remedies_for("true_positive_rate")]
    ['threshold-optimizer', 'exponentiated-gradient', 'grid-search']
    >>> [remedy.method for remedy in remedies_for("error_rate")]
    ['exponentiated-gradient', 'grid-search']
    >>> remedies_for("positive_predictive_value")
    ()
    """
    base = name.partition("[")[0]
    if base in _LOSSES:
        return tuple(_regression(base, METHODS[m]) for m in ("exponentiated-gradient", "grid-search"))
    if base in AIMS:
        constraint = CONSTRAINTS[AIMS[base]]
        return tuple(
            _offer(base, method, constraint) for method in METHODS.values() if _fits(method, constraint)
        )
    known = _known_names()
    if base not in known:
        raise UsageError(
            f"there is no metric or family '{name}' (fairlearn has remedies for {shortlist(list(AIMS))})."
            f"{did_you_mean(base, known)}"
        )
    return ()


def offered(headlines: Iterable[Headline]) -> tuple[Remedy, ...]:
    """List what fairlearn offers for the disparities that were shown, each way to make something equal once.

    Parameters
    ----------
    headlines : iterable of Headline

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F"] * 70 + ["M"] * 80, "hired": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32}
    >>> found = offered(fairkit.evaluate(rows, decision="hired", by="sex").headlines)
    >>> found[0].metric, found[0].constraint
    ('selection_rate', 'demographic_parity')
    """
    from fairkit.findings import Verdict
    from fairkit.metrics import base_name

    shown = dict.fromkeys(
        base_name(h.name) for h in headlines if h.verdict is Verdict.DISPARITY and h.name in _KNOWN
    )
    told: dict[tuple[str, str | None], Remedy] = {}
    for name in shown:
        for remedy in remedies_for(name):
            told.setdefault((remedy.method, remedy.constraint), remedy)
    return tuple(told.values())


def _fits(method: Method, constraint: Constraint) -> bool:
    """Tell whether a method has the constraint; removing correlations aims at selection alone."""
    if method.stage == "postprocessing":
        return bool(constraint.threshold)
    return method.stage == "reduction" or constraint.name == "demographic_parity"


def _offer(metric: str, method: Method, constraint: Constraint) -> Remedy:
    class_name = method.algorithm.rpartition(".")[2]
    aim: str | None = constraint.name
    options: tuple[str, ...] = ("--method", method.name, "--constraint", constraint.name)
    if method.stage == "postprocessing":
        call = f"{class_name}(estimator=model, constraints={constraint.threshold!r})"
    elif method.stage == "reduction":
        call = f"{class_name}(model, {constraint.moment}())"
    else:
        aim, options = None, options[:2]
        call = f"{class_name}(sensitive_feature_ids=[...])"
    return Remedy(
        metric=metric,
        method=method.name,
        stage=method.stage,
        algorithm=method.algorithm,
        constraint=aim,
        call=call,
        does=method.does,
        needs=method.needs,
        attribute=method.attribute,
        options=options,
    )


def _regression(metric: str, method: Method) -> Remedy:
    class_name = method.algorithm.rpartition(".")[2]
    return Remedy(
        metric=metric,
        method=method.name,
        stage=method.stage,
        algorithm=method.algorithm,
        constraint="bounded_group_loss",
        call=f"{class_name}(model, BoundedGroupLoss({_LOSSES[metric]}(low, high), upper_bound=worst))",
        does="Trains the estimator on reweighted rows so that no group's loss exceeds a bound.",
        needs=method.needs,
        attribute=method.attribute,
        options=(),
    )


def _known_names() -> set[str]:
    from fairkit.metrics import CATALOGUE, FAMILIES

    return {name for metrics in CATALOGUE.values() for name in metrics} | {f.name for f in FAMILIES}
