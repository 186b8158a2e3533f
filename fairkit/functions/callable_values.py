"""The values of functions of rows: which rows and arguments a function gets, and what it says by group.

fairlearn's MetricFrame asks every function for every group, and its answers are watched: where a function
raises, warns that its value is undefined, or gives no number, the metric is undefined there and only there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import UsageError
from fairkit.functions.callables import CallableMetric, takes
from fairkit.functions.resampling import Answer, Calls, answer
from fairkit.functions.row_data import RowData
from fairkit.metrics import Why

IntArray = NDArray[np.int64]


def calls_of(metric: CallableMetric, rows: RowData, group: IntArray) -> Calls:
    """Collect the rows that a metric can use with the arguments of its function."""
    used, label, predictions, params = _arguments(metric, rows, group)
    cluster = None if rows.cluster is None else rows.cluster[used]
    return Calls.of(
        metric.function,
        label,
        predictions,
        params,
        group[used],
        cluster=cluster,
        constant=metric.constant,
    )


def values_by_frame(
    metrics: Sequence[CallableMetric], rows: RowData, group: IntArray, groups: int
) -> list[list[Answer]]:
    """Ask fairlearn's MetricFrame for the value of every metric in every group.

    It calls every function on the rows of every group; each call is watched, so that a function that fails on
    one group is undefined there, and only there.
    """
    from fairlearn.metrics import MetricFrame

    found = [[Answer(np.nan, Why.NO_ROWS) for _ in range(groups)] for _ in metrics]
    shared: dict[bytes, list[int]] = {}
    given = [_arguments(m, rows, group) for m in metrics]
    for i, (used, _, _, _) in enumerate(given):
        key = metrics[i].y_pred.encode() + used.tobytes()
        shared.setdefault(key, []).append(i)
    for members in shared.values():
        used, label, predictions, _ = given[members[0]]
        if not used.any():
            continue

        def watched(i: int) -> Callable[..., float]:
            def function(y_true: Any, y_pred: Any, *, fairkit_group: Any, **params: Any) -> float:
                if (fairkit_group == fairkit_group[0]).all():
                    g, m = int(fairkit_group[0]), metrics[i]
                    constant = (y_true == y_true[0]).all() or (y_pred == y_pred[0]).all()
                    failed = m.constant and constant
                    found[i][g] = (
                        Answer(np.nan, Why.METRIC_FAILED)
                        if failed
                        else answer(m.function, y_true, y_pred, **params)
                    )
                return 0.0  # fairlearn keeps what it is given: the answers are kept here, with their reasons

            return function

        MetricFrame(
            metrics={str(i): watched(i) for i in members},
            y_true=label,
            y_pred=predictions,
            sensitive_features=group[used],
            sample_params={str(i): {"fairkit_group": group[used], **given[i][3]} for i in members},
        )
    return found


def refuse_failures(metrics: Sequence[CallableMetric], answers: Sequence[Sequence[Answer]]) -> None:
    """Refuse functions that raised on every group: they do not fit the data, or their arguments."""
    problems = []
    for m, own in zip(metrics, answers, strict=True):
        asked = [one for one in own if one.why is not Why.NO_ROWS]
        said = [one.raised for one in asked if one.raised is not None]
        if asked and len(said) == len(asked):
            problems.append(
                f"metric '{m.name}' has no value in any group: {said[0]}. It is called as {m.formula} with "
                "the rows of one group and must return a number."
            )
    if problems:
        raise UsageError(*problems)


def _arguments(
    metric: CallableMetric, rows: RowData, group: IntArray
) -> tuple[NDArray[np.bool_], NDArray[Any], NDArray[Any], dict[str, NDArray[Any]]]:
    """Choose the rows a metric can use, and the arrays that its function is given."""
    predictions = rows.score if metric.y_pred == "score" else rows.decision
    problems = []
    if rows.label is None:
        problems.append(f"metric '{metric.name}' is a function of label and {metric.y_pred}; name a label.")
    if predictions is None:
        problems.append(f"metric '{metric.name}' is a function of the {metric.y_pred}; name that column.")
    columns = rows.columns or {}
    params = {argument: columns[column] for argument, column in metric.sample_params.items()}
    if rows.weight is not None and "sample_weight" not in params:
        if not takes(metric.function, "sample_weight"):
            problems.append(
                f"metric '{metric.name}' takes no sample_weight, and the rows are weighted; leave out the "
                "weight, or the metric."
            )
        params["sample_weight"] = rows.weight
    if problems or rows.label is None or predictions is None:
        raise UsageError(*problems)
    used = (group >= 0) & rows.known["label"] & rows.known[metric.y_pred]
    label, given = _texts(rows.label[used]), _texts(predictions[used])
    return used, label, given, {name: values[used] for name, values in params.items()}


def _texts(values: NDArray[Any]) -> NDArray[Any]:
    """Give classes that are texts as an array of texts, which is what metrics expect."""
    if values.dtype == object and all(isinstance(value, str) for value in values):
        return values.astype(str)
    return values
