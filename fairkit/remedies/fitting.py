"""Fitting fairlearn's algorithms: rows in, a decision before and after for every row out.

*Before* is what would be decided without the remedy: the score against the threshold, or the same estimator
trained on the same rows without the constraint. The difference to *after* is then the remedy's alone.

A model trained on a row is too sure of it, so thresholds for an estimator are learned from scores that each
training row gets from a model trained on the other folds (cross-fitting).

References
----------
fairlearn 0.15: :mod:`fairlearn.postprocessing`, :mod:`fairlearn.reductions`, :mod:`fairlearn.preprocessing`.
Chernozhukov et al. 2018, "Double/debiased machine learning" (cross-fitting).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import fairlearn.reductions
import numpy as np
from fairlearn.postprocessing import ThresholdOptimizer
from fairlearn.preprocessing import CorrelationRemover
from fairlearn.reductions import ExponentiatedGradient, GridSearch
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, cross_val_predict

from fairkit.errors import UsageError
from fairkit.remedies.catalogue import Constraint, Method
from fairkit.remedies.features import Encoding, model_named
from fairkit.remedies.material import Material

__all__ = ["Fitted", "Plan", "fit"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]

_FOLDS = 5
_GRID = {1: 31, 2: 61, 3: 63, 4: 129}  # points of whole L1 balls: fairlearn cuts a grid off where it is full
_VIOLATION = 0.01  # fairlearn's own default


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be fitted.

    Parameters
    ----------
    method : Method
    constraint : Constraint
    objective : str
        For the threshold optimiser.
    tolerance : float or None
        How far groups may differ on the rows that are fitted; None for fairlearn's default.
    threshold : float
        From which score a row is selected before.
    estimator : str, estimator or None
        A name of :data:`fairkit.remedies.ESTIMATORS`, or a scikit-learn classifier that takes the columns as
        they are; None for the method's own.
    seed : int
    unweighted : str or None
        The column of weights that the report uses; fairlearn takes none.

    Examples
    --------
    >>> from fairkit.remedies.catalogue import CONSTRAINTS, METHODS
    >>> method, constraint = METHODS["threshold-optimizer"], CONSTRAINTS["equalized_odds"]
    >>> Plan(method, constraint, "accuracy_score", None, 0.5, None, seed=1).seed
    1
    """

    method: Method
    constraint: Constraint
    objective: str
    tolerance: float | None
    threshold: float
    estimator: Any
    seed: int
    unweighted: str | None = None


class Fitted(NamedTuple):
    """A fitted remedy, and what it decides.

    Parameters
    ----------
    before, after : array of float64
        The decision on every row of the material, 1 or 0; NaN where none can be made.
    model : object
        fairlearn's fitted object (for the correlation remover, the estimator behind it).
    notes : tuple of str
        What came up while fitting.

    Examples
    --------
    >>> Fitted(np.array([1.0]), np.array([np.nan]), None, ()).after.tolist()
    [nan]
    """

    before: FloatArray
    after: FloatArray
    model: Any
    notes: tuple[str, ...]


def fit(rows: Material, training: BoolArray, plan: Plan) -> Fitted:
    """Fit a remedy on some rows, and decide all rows before and after.

    Parameters
    ----------
    rows : Material
    training : array of bool
        The rows that may be fitted: all have a label and a group.
    plan : Plan

    Raises
    ------
    UsageError
        The estimator cannot be trained on these columns, or the method does not suit so many groups.

    Examples
    --------
    >>> from fairkit.groups import attributes_of, groupings
    >>> from fairkit.questions import Question
    >>> from fairkit.remedies.catalogue import CONSTRAINTS, METHODS
    >>> from fairkit.remedies.material import material
    >>> question = Question(attributes_of(groupings("sex")), decision="y", label="y", positive={})
    >>> data = {"sex": ["F", "F", "M", "M"], "y": [0, 1, 0, 1], "s": [0.1, 0.3, 0.6, 0.8]}
    >>> rows = material(data, question, across=["sex"], score="s")
    >>> method, constraint = METHODS["threshold-optimizer"], CONSTRAINTS["demographic_parity"]
    >>> plan = Plan(method, constraint, "accuracy_score", None, 0.5, None, seed=0)
    >>> found = fit(rows, np.ones(4, bool), plan)
    >>> found.before.tolist(), found.after.tolist()
    ([0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0])
    """
    with _heard() as notes:
        if rows.score is not None:
            before, after, model = _thresholds(rows, training, plan, rows.score, rows.score)
        else:
            before, after, model = _trained(rows, training, plan)
    return Fitted(before, after, model, tuple(notes))


def _trained(rows: Material, training: BoolArray, plan: Plan) -> tuple[FloatArray, FloatArray, Any]:
    """Train the estimator on the features, without the remedy and with it."""
    linear = plan.method.stage == "preprocessing"
    name = plan.estimator or ("logistic" if linear else "gradient-boosting")
    columns = rows.frame[list(rows.features)]
    if isinstance(name, str):
        estimator, weight = model_named(name, plan.seed), "sample_weight"
        encoding = Encoding.fit(columns[training], linear=linear or name == "logistic")
        inputs: Any = encoding.apply(columns)
    else:
        estimator, inputs, weight = name, columns, _weight_name(name)
    label = rows.label[training]
    with _suited(name):
        plain = clone(estimator).fit(inputs[training], label)
        scores = _scores(plain, inputs)
    before = _selected(scores, plan.threshold)
    if plan.method.stage == "postprocessing":
        with _suited(name):
            learned = np.full(len(rows), np.nan)
            learned[training] = _cross_fitted(estimator, inputs[training], rows, training, plan.seed)
        return _thresholds(rows, training, plan, learned, scores)
    group = rows.group[training]
    with _suited(name):
        if plan.method.stage == "reduction":
            model = _reduction(plan, clone(estimator), len(rows.names), weight)
            model.fit(inputs[training], label, sensitive_features=group)
            random = {"random_state": plan.seed} if isinstance(model, ExponentiatedGradient) else {}
            after = np.asarray(model.predict(inputs, **random), np.float64).reshape(-1)
        else:
            model, after = _uncorrelated(rows, training, plan, clone(estimator), inputs)
    return before, after, model


def _thresholds(
    rows: Material, training: BoolArray, plan: Plan, learned: FloatArray, scores: FloatArray
) -> tuple[FloatArray, FloatArray, Any]:
    """Learn thresholds by group from some scores, and decide by others."""
    options: dict[str, Any] = {} if plan.tolerance is None else {"tol": plan.tolerance}
    model = ThresholdOptimizer(
        estimator=Scores(),
        constraints=plan.constraint.threshold,
        objective=plan.objective,
        prefit=True,
        predict_method="decision_function",
        **options,
    )
    model.fit(learned[training, None], rows.label[training], sensitive_features=rows.group[training])
    decided = ~np.isnan(scores) & (rows.group >= 0)
    after = np.full(len(rows), np.nan)
    after[decided] = model.predict(
        scores[decided, None], sensitive_features=rows.group[decided], random_state=plan.seed
    )
    return _selected(scores, plan.threshold), after, model


def _reduction(plan: Plan, estimator: Any, groups: int, weight: str) -> Any:
    bound = _VIOLATION if plan.tolerance is None else plan.tolerance
    moment = getattr(fairlearn.reductions, plan.constraint.moment)(difference_bound=bound)
    if plan.method.name == "exponentiated-gradient":
        return ExponentiatedGradient(estimator, moment, sample_weight_name=weight)
    sides = 2 if plan.constraint.name == "equalized_odds" else 1
    if (dimensions := sides * (groups - 1)) not in _GRID:
        raise UsageError(
            f"a grid over {groups} groups has {dimensions} dimensions, too many to search (at most "
            f"{max(_GRID)}): take --method exponentiated-gradient, or fewer groups with --across."
        )
    return GridSearch(estimator, moment, grid_size=_GRID[dimensions], sample_weight_name=weight)


def _uncorrelated(
    rows: Material, training: BoolArray, plan: Plan, estimator: Any, inputs: Any
) -> tuple[Any, FloatArray]:
    """Train on features without what is linearly correlated with the groups."""
    groups = (rows.group[:, None] == np.arange(1, len(rows.names))).astype(np.float64)
    width = groups.shape[1]
    both = np.column_stack([groups, np.asarray(inputs, np.float64)])
    remover = CorrelationRemover(sensitive_feature_ids=list(range(width))).fit(both[training])
    cleaned = remover.transform(both)
    model = estimator.fit(cleaned[training], rows.label[training])
    after = _selected(_scores(model, cleaned), plan.threshold)
    return model, np.where(rows.group >= 0, after, np.nan)


def _cross_fitted(estimator: Any, inputs: Any, rows: Material, training: BoolArray, seed: int) -> FloatArray:
    label = rows.label[training]
    folds = int(min(_FOLDS, np.bincount(label).min()))
    if folds < 2:
        raise UsageError("one label has a single training row; hold out fewer rows (--test-share).")
    splits = StratifiedKFold if rows.cluster is None else StratifiedGroupKFold
    method: str = next(m for m in ("predict_proba", "decision_function", "predict") if hasattr(estimator, m))
    found = cross_val_predict(
        estimator,
        inputs,
        label,
        groups=None if rows.cluster is None else rows.cluster[training],
        cv=splits(n_splits=folds, shuffle=True, random_state=seed),
        method=method,
    )
    return np.asarray(found[:, 1] if found.ndim == 2 else found, np.float64)


def _scores(model: Any, inputs: Any) -> FloatArray:
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(inputs)[:, 1], np.float64)
    return np.asarray(model.predict(inputs), np.float64)


def _selected(scores: FloatArray, threshold: float) -> FloatArray:
    return np.where(np.isnan(scores), np.nan, scores >= threshold)


def _weight_name(estimator: Any) -> str:
    """Name the argument by which `fit` takes sample weights: that of a pipeline's last step has its name."""
    steps = getattr(estimator, "steps", None)
    return f"{steps[-1][0]}__sample_weight" if steps else "sample_weight"


class Scores(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """An estimator for scores that are there already: what goes in comes out.

    Examples
    --------
    >>> Scores().decision_function(np.array([[0.2], [0.7]])).tolist()
    [0.2, 0.7]
    """

    classes_ = (0, 1)

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def fit(self, X: Any, y: Any = None) -> Scores:  # noqa: ARG002, N803  scikit-learn's names
        """Return the estimator: there is nothing to learn."""
        return self

    def decision_function(self, X: Any) -> FloatArray:  # noqa: N803
        """Return the one column as it is."""
        return np.asarray(X, np.float64)[:, 0]


@contextmanager
def _heard() -> Iterator[list[str]]:
    """Collect the warnings of fitting, each once, so that they reach the report and nobody's terminal."""
    notes: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield notes
    # What libraries say to each other about their next versions is nothing to a reader of the report.
    told = [w for w in caught if not issubclass(w.category, DeprecationWarning | FutureWarning)]
    texts = dict.fromkeys(f"{w.category.__name__}: {' '.join(str(w.message).split())}" for w in told)
    notes += [f"while fitting, a library warned: {text}" for text in texts]


@contextmanager
def _suited(estimator: Any) -> Iterator[None]:
    """Say whose fault it is when an estimator of the caller's cannot be trained."""
    try:
        yield
    except (ValueError, TypeError, AttributeError) as error:
        if isinstance(estimator, str) or isinstance(error, UsageError):
            raise
        said = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
        raise UsageError(
            f"the estimator {type(estimator).__name__} failed on these features ({said}); give a classifier "
            "that takes the columns as they are and sample weights (a pipeline that encodes texts), or leave "
            "it out."
        ) from error
