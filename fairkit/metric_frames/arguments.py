"""The arguments of fairlearn's ``MetricFrame(...)``, read by fairlearn's rules: any array, list or frame.

What MetricFrame refuses is refused here too, in words, all problems at once; but features may have missing
values, which make a group of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import UsageError, did_you_mean, shortlist
from fairkit.functions.callables import CallableMetric, callable_metric

Metrics = Callable[..., Any] | CallableMetric | Mapping[str, Callable[..., Any] | CallableMetric]


@dataclass(frozen=True, slots=True)
class Arguments:
    """What was asked, as arrays of one length.

    Parameters
    ----------
    metrics : tuple of CallableMetric
        Their `sample_params` name `columns`.
    y_true, y_pred : array
        The latter may have several columns, such as probabilities of classes.
    sensitive, control : mapping of name to array
    columns : mapping of str to array
        The arrays in `sample_params`, each once.
    weight : str or None
        The column that every metric has as its sample weight.
    cluster : array or None
    """

    metrics: tuple[CallableMetric, ...]
    y_true: NDArray[Any]
    y_pred: NDArray[Any]
    sensitive: Mapping[str, NDArray[Any]]
    control: Mapping[str, NDArray[Any]]
    columns: Mapping[str, NDArray[Any]]
    weight: str | None
    cluster: NDArray[Any] | None


def arguments_of(
    *,
    metrics: Metrics,
    y_true: Any,
    y_pred: Any,
    sensitive_features: Any,
    control_features: Any = None,
    sample_params: Any = None,
    cluster: Any = None,
) -> Arguments:
    """Read the arguments of a MetricFrame.

    Raises
    ------
    UsageError
        Arguments do not fit together; all problems at once.

    Examples
    --------
    >>> from sklearn.metrics import recall_score
    >>> given = arguments_of(
    ...     metrics=recall_score, y_true=[0, 1], y_pred=[0, 1], sensitive_features=["F", "M"]
    ... )
    >>> [metric.name for metric in given.metrics], list(given.sensitive)
    (['recall_score'], ['sensitive_feature_0'])
    """
    problems: list[str] = []
    truth, predicted = _values(y_true), _values(y_pred)
    sensitive = _features("sensitive_feature_", sensitive_features, problems)
    control = {} if control_features is None else _features("control_feature_", control_features, problems)
    twice = [name for name in sensitive if name in control]
    if twice:
        problems.append(f"{shortlist(twice)} are both sensitive and control features; rename one of them.")
    functions = dict(metrics) if isinstance(metrics, Mapping) else {None: metrics}
    params = _nested(functions, sample_params, problems)
    columns: dict[str, NDArray[Any]] = {}
    made = []
    for name, function in functions.items():
        try:
            metric = callable_metric(function, name=name)
        except UsageError as error:
            problems += error.problems
            continue
        named = {}
        for argument, values in params.get(name, {}).items():
            if values is not None:
                named[argument] = _column(columns, argument, np.asarray(values))
        made.append(_with(metric, named))
    if not functions:
        problems.append("give at least one metric: metrics={'accuracy': accuracy_score}.")
    owner = None if cluster is None else _values(cluster)
    lengths = {
        "y_true": truth,
        "y_pred": predicted,
        **sensitive,
        **control,
        **{f"sample_params: {name}": values for name, values in columns.items()},
        **({} if owner is None else {"cluster": owner}),
    }
    wrong = {name: len(values) for name, values in lengths.items() if len(values) != len(truth)}
    if wrong:
        listed = ", ".join(f"{name} has {n:,}" for name, n in wrong.items())
        problems.append(f"y_true has {len(truth):,} rows, but {listed}; give one value per row to each.")
    if problems:
        raise UsageError(*problems)
    weights = {metric.sample_params.get("sample_weight") for metric in made}
    shared = weights.pop() if len(weights) == 1 else None
    return Arguments(tuple(made), truth, predicted, sensitive, control, columns, shared, owner)


def _nested(functions: Mapping[Any, Any], given: Any, problems: list[str]) -> dict[Any, Mapping[str, Any]]:
    """Sort sample parameters by metric, as they are given for a mapping of metrics."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        problems.append(f"sample_params must be a mapping, not a {type(given).__name__}.")
        return {}
    if list(functions) == [None]:
        return {None: given}
    unknown = [name for name in given if name not in functions]
    problems += [
        f"sample_params name '{name}', which is no metric.{did_you_mean(str(name), list(functions))} They "
        "are given by metric: sample_params={'accuracy': {'sample_weight': ...}}."
        for name in unknown
    ]
    flat = [name for name, own in given.items() if name in functions and not isinstance(own, Mapping)]
    problems += [f"sample_params of '{name}' must be a mapping of arguments to arrays." for name in flat]
    return {name: own for name, own in given.items() if isinstance(own, Mapping)}


def _with(metric: CallableMetric, params: Mapping[str, str]) -> CallableMetric:
    return replace(metric, sample_params={**metric.sample_params, **params}, y_pred="decision")


def _column(columns: dict[str, NDArray[Any]], argument: str, values: NDArray[Any]) -> str:
    """Keep an array under its argument's name; another array of that name gets a number."""
    name, number = argument, 1
    while name in columns:
        same = columns[name].shape == values.shape and bool((columns[name] == values).all())
        if same:
            return name
        number += 1
        name = f"{argument}_{number}"
    columns[name] = values
    return name


def _values(given: Any) -> NDArray[Any]:
    """Take an array without its empty dimensions, as MetricFrame does."""
    values = np.asarray(given)
    if values.dtype.kind in "US":
        values = np.asarray(given, dtype=object)
    return np.atleast_1d(np.squeeze(values)) if values.ndim > 1 else np.atleast_1d(values)


def _features(base: str, given: Any, problems: list[str]) -> dict[str, NDArray[Any]]:
    """Name features by fairlearn's rules: their own names, or ``sensitive_feature_0`` and so on."""
    what = base.replace("_feature_", " features")
    if isinstance(given, Mapping):
        named = list(given.items())
    elif hasattr(given, "columns") and hasattr(given, "shape"):
        named = [(name, given.iloc[:, i] if hasattr(given, "iloc") else given[name])
                 for i, name in enumerate(given.columns)]  # fmt: skip
    elif hasattr(given, "name") and hasattr(given, "__len__") and not isinstance(given, np.ndarray):
        named = [(f"{base}0" if given.name in (None, "") else given.name, given)]
    else:
        named = _unnamed(base, given, what, problems)
    bad = [name for name, _ in named if not isinstance(name, str)]
    if bad:
        problems.append(f"names of {what} must be texts, not {shortlist(bad)}.")
    names = [name for name, _ in named]
    if len(set(names)) < len(names):
        problems.append(f"{what} have a name twice: {shortlist(names)}.")
    found = {}
    for name, values in named:
        array = np.asarray(values, dtype=object)
        if array.ndim != 1:
            problems.append(f"{what}: '{name}' must have one value per row, its shape is {array.shape}.")
            continue
        found[str(name)] = array
    if not named:
        problems.append(f"give at least one of the {what}.")
    return found


def _unnamed(base: str, given: Any, what: str, problems: list[str]) -> list[tuple[Any, Any]]:
    listed = isinstance(given, list | tuple)
    if listed and any(isinstance(one, Sequence) and not isinstance(one, str) for one in given):
        problems.append(f"a list of {what} must hold one value per row; name several features in a mapping.")
        return [(f"{base}0", [None] * len(given))]
    array = np.squeeze(np.asarray(given, dtype=object))
    array = np.atleast_1d(array)
    if array.ndim > 2:
        problems.append(f"{what} have {array.ndim} dimensions; give one column per feature.")
        return [(f"{base}0", array.reshape(len(array), -1)[:, 0])]
    if array.ndim == 1:
        return [(f"{base}0", array)]
    return [(f"{base}{i}", array[:, i]) for i in range(array.shape[1])]
