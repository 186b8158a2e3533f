"""The algorithms of fairlearn that can be fitted here, and the constraints they know.

fairlearn calls what is to be made equal a *constraint*: demographic parity constrains the selection rate,
equalized odds the true and the false positive rate.

The names are those of fairlearn 0.15 (:mod:`fairlearn.postprocessing`, :mod:`fairlearn.reductions`,
:mod:`fairlearn.preprocessing`); a test holds that each of them is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from fairkit.errors import UsageError, did_you_mean, shortlist

__all__ = [
    "AIMS",
    "CONSTRAINTS",
    "ESTIMATORS",
    "METHODS",
    "OBJECTIVES",
    "Constraint",
    "Method",
    "Stage",
    "constraint_named",
    "method_named",
]

Stage = Literal["postprocessing", "reduction", "preprocessing"]

ESTIMATORS = ("gradient-boosting", "logistic")
"""Estimators that can be asked for by name."""

OBJECTIVES = ("accuracy_score", "balanced_accuracy_score")
"""What a threshold optimiser keeps as high as the constraint allows."""

_WHEN_DECIDING = "uses the attribute when deciding, which may be unlawful where you are"
_WHEN_FITTING = "uses the attribute when fitting only, not when deciding"


class Constraint(NamedTuple):
    """What is to be made equal between groups.

    Parameters
    ----------
    name : str
        As `fairkit remedy --constraint` takes it.
    about : tuple of str
        Metrics that it makes equal.
    implied : tuple of str
        Metrics that are equal where those are.
    threshold : str
        Name among the threshold optimiser's constraints; empty where it has none.
    moment : str
        Class in :mod:`fairlearn.reductions`; empty where there is none.
    labels : tuple of int
        Labels that every group must have when it is fitted.

    Examples
    --------
    >>> CONSTRAINTS["true_positive_rate_parity"].metrics
    ('true_positive_rate', 'false_negative_rate')
    """

    name: str
    about: tuple[str, ...]
    implied: tuple[str, ...]
    threshold: str
    moment: str
    labels: tuple[int, ...]

    @property
    def metrics(self) -> tuple[str, ...]:
        """All metrics that are equal where the constraint holds."""
        return (*self.about, *self.implied)


class Method(NamedTuple):
    """One of fairlearn's algorithms.

    Parameters
    ----------
    name : str
        As `fairkit remedy --method` takes it.
    stage : {"postprocessing", "reduction", "preprocessing"}
    algorithm : str
        Its full name in fairlearn.
    does : str
    needs : tuple of str
    attribute : str
        When it uses the attribute, in words for the reader.
    decides_by_group : bool
        Whether a row can be decided only if its attribute is known.
    by_lot : bool
        Whether some decisions are drawn by lot.

    Examples
    --------
    >>> METHODS["threshold-optimizer"].algorithm
    'fairlearn.postprocessing.ThresholdOptimizer'
    """

    name: str
    stage: Stage
    algorithm: str
    does: str
    needs: tuple[str, ...]
    attribute: str
    decides_by_group: bool
    by_lot: bool


_RETRAIN = ("the features", "an estimator that can be trained again, with sample weights")

METHODS: Mapping[str, Method] = MappingProxyType(
    {
        method.name: method
        for method in (
            Method(
                "threshold-optimizer",
                "postprocessing",
                "fairlearn.postprocessing.ThresholdOptimizer",
                "Gives each group its own thresholds on the scores of the model as it is; between two "
                "thresholds it draws lots.",
                ("scores, or features and an estimator", "the attribute of every row that is decided"),
                _WHEN_DECIDING,
                decides_by_group=True,
                by_lot=True,
            ),
            Method(
                "exponentiated-gradient",
                "reduction",
                "fairlearn.reductions.ExponentiatedGradient",
                "Trains the estimator again and again on reweighted rows and mixes the models; which one "
                "decides a row is drawn by lot.",
                _RETRAIN,
                _WHEN_FITTING,
                decides_by_group=False,
                by_lot=True,
            ),
            Method(
                "grid-search",
                "reduction",
                "fairlearn.reductions.GridSearch",
                "Trains the estimator on a grid of reweighted rows and keeps the one model with the best "
                "compromise; nothing is drawn by lot.",
                (*_RETRAIN, "few groups: the grid grows with their number"),
                _WHEN_FITTING,
                decides_by_group=False,
                by_lot=False,
            ),
            Method(
                "correlation-remover",
                "preprocessing",
                "fairlearn.preprocessing.CorrelationRemover",
                "Takes out of the features what is linearly correlated with the attribute, then trains the "
                "estimator on the rest; it promises no rate.",
                ("the features", "an estimator that can be trained again", "the attribute of every row"),
                _WHEN_DECIDING,
                decides_by_group=True,
                by_lot=False,
            ),
        )
    }
)
"""Every method that `fairkit remedy` can fit, by name."""

CONSTRAINTS: Mapping[str, Constraint] = MappingProxyType(
    {
        constraint.name: constraint
        for constraint in (
            Constraint(
                name="demographic_parity",
                about=("selection_rate",),
                implied=(),
                threshold="demographic_parity",
                moment="DemographicParity",
                labels=(),
            ),
            Constraint(
                name="equalized_odds",
                about=("true_positive_rate", "false_positive_rate"),
                implied=("balanced_accuracy",),
                threshold="equalized_odds",
                moment="EqualizedOdds",
                labels=(0, 1),
            ),
            Constraint(
                name="true_positive_rate_parity",
                about=("true_positive_rate",),
                implied=("false_negative_rate",),
                threshold="true_positive_rate_parity",
                moment="TruePositiveRateParity",
                labels=(1,),
            ),
            Constraint(
                name="false_positive_rate_parity",
                about=("false_positive_rate",),
                implied=("true_negative_rate",),
                threshold="false_positive_rate_parity",
                moment="FalsePositiveRateParity",
                labels=(0,),
            ),
            Constraint(
                name="error_rate_parity",
                about=("error_rate",),
                implied=("accuracy",),
                threshold="",
                moment="ErrorRateParity",
                labels=(),
            ),
        )
    }
)
"""Every constraint that `fairkit remedy` can ask for, by name."""

AIMS: Mapping[str, str] = {
    "selection_rate": "demographic_parity",
    "demographic_parity": "demographic_parity",
    "true_positive_rate": "true_positive_rate_parity",
    "false_negative_rate": "true_positive_rate_parity",
    "equal_opportunity": "true_positive_rate_parity",
    "false_positive_rate": "false_positive_rate_parity",
    "true_negative_rate": "false_positive_rate_parity",
    "equalized_odds": "equalized_odds",
    "balanced_accuracy": "equalized_odds",
    "accuracy": "error_rate_parity",
    "error_rate": "error_rate_parity",
}
"""The constraint that is about a metric, or about a family of metrics."""


def constraint_named(name: str) -> Constraint:
    """Find a constraint by its name, or by the metric or family that it is about.

    Raises
    ------
    UsageError
        There is none; the message suggests one.

    Examples
    --------
    >>> constraint_named("selection_rate").name
    'demographic_parity'
    """
    if name in CONSTRAINTS:
        return CONSTRAINTS[name]
    if name in AIMS:
        return CONSTRAINTS[AIMS[name]]
    raise UsageError(
        f"there is no constraint '{name}' (there are {shortlist(list(CONSTRAINTS))})."
        f"{did_you_mean(name, [*CONSTRAINTS, *AIMS])}"
    )


def method_named(name: str) -> Method:
    """Find a method by its name.

    Raises
    ------
    UsageError
        There is none; the message suggests one.

    Examples
    --------
    >>> method_named("grid-search").stage
    'reduction'
    """
    if name not in METHODS:
        raise UsageError(
            f"there is no method '{name}' (there are {shortlist(list(METHODS))})."
            f"{did_you_mean(name, METHODS)}"
        )
    return METHODS[name]
