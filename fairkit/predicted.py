"""An estimator in place of columns of predictions: its answers join the columns that a question needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fairkit.door.plan import match
from fairkit.door.rows import MOST_ROWS, columns_of
from fairkit.errors import UsageError
from fairkit.estimators import predictions_of
from fairkit.groups import Attribute
from fairkit.questions import Question, Use

_BY_ESTIMATOR = ("decision", "prediction", "outputs", "rank", "events")


def with_predictions(
    data: Any,
    estimator: Any,
    asked: Mapping[str, Any],
    *,
    by: Sequence[Attribute],
    X: Any = None,  # noqa: N803 - scikit-learn's word
    features: Sequence[str] | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Let an estimator predict, and put its answers beside the columns that the question reads.

    Parameters
    ----------
    data : frame, path or mapping
        Rows with label and groups, and with the features unless `X` has them.
    estimator : scikit-learn estimator
        Fitted.
    asked : mapping
        The question's parameters; label, weight and cluster name columns of the data.
    by : sequence of Attribute
    X : array or frame, optional
        Features, one row for each row of the data.
    features : sequence of str, optional
        Columns to give the estimator.

    Returns
    -------
    dict, dict
        The columns, and the question's parameters completed: a classifier of two classes has decisions and
        scores, of several decisions among classes, a regressor predicted numbers.

    Raises
    ------
    UsageError
        The question has no label, or names predictions as well.
    DataError
        Features are missing, or X has another number of rows.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> rows = {"sex": ["F", "M"] * 4, "y": [0, 0, 0, 0, 1, 1, 1, 1], "x": list(range(8))}
    >>> X = [[value] for value in rows["x"]]
    >>> model = LogisticRegression().fit(X, rows["y"])
    >>> asked = {"label": "y", "missing": ()}
    >>> columns, completed = with_predictions(rows, model, asked, by=[Attribute("sex")], X=np.array(X))
    >>> sorted(columns), completed["decision"]
    (['LogisticRegression.decision', 'LogisticRegression.score', 'sex', 'y'], 'LogisticRegression.decision')
    """
    named = [name for name in _BY_ESTIMATOR if asked.get(name) is not None]
    problems = [f"the estimator gives the predictions: leave out '{name}'." for name in named]
    if asked.get("label") is None:
        problems.append("an estimator is judged against a label; name it (label='y').")
    if problems:
        raise UsageError(*problems)
    question = Question(
        tuple(by),
        decision=asked["label"],
        weight=asked.get("weight"),
        cluster=asked.get("cluster"),
        missing=asked["missing"],
    )

    def uses(names: Sequence[str]) -> Mapping[str, Use]:
        return match(question, names).uses

    frame = columns_of(data, uses, question.missing, MOST_ROWS)
    found = predictions_of(estimator, data if X is None else X, features=features, rows=len(frame))
    title = type(estimator).__name__
    columns = {str(name): frame[name].to_numpy() for name in frame.columns}
    answers = {f"{title}.{role}": values for role, values in found.columns().items()}
    completed = {**asked, **{role: f"{title}.{role}" for role in found.columns()}}
    if completed.get("threshold") is not None:
        completed["decision"] = None
        answers.pop(f"{title}.decision", None)
    if len(found.classes) > 2 and completed.get("classes") is None:
        completed["classes"] = "all"
    return {**columns, **answers}, completed
