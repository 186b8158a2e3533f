"""What to count: the question a caller asks, and the kind of counts that answers it.

A question is checked in itself, before any data are opened: everything in it that does not fit together is
said at once. :mod:`fairkit.door.plan` then matches it with the columns that the data have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from fairkit.door import question_rules
from fairkit.door.cells import level_text
from fairkit.errors import UsageError
from fairkit.groups import Attribute
from fairkit.kinds import Kind

MAX_LEVELS = 1_000
"""More levels than this in one attribute are refused unless asked for: it is then mostly an identifier."""

Use = Literal["key", "text", "bool", "number"]
"""What a column is read as: grouped by as it is, or compared with a literal in a predicate."""


@dataclass(frozen=True, slots=True)
class Question:
    """What to count.

    Parameters
    ----------
    by : tuple of Attribute
        Attributes to group by.
    decision : str or mapping, optional
        Column with the model's decision, or a predicate such as ``score_text != "Low"``; for several models
        on the same rows, a mapping of their names to their columns.
    score : str or mapping, optional
        Column with a score (several models: a mapping). Judged against a `label`; with a `threshold`, rows
        with ``score >= threshold`` are selected. In a ranking, the score that items of a `query` are ranked
        by, highest first.
    threshold : float, optional
        Makes decisions of `score`.
    label : str, optional
        Column with the true class, or a predicate; in a regression, the true number. Without a label only
        selection rates can be known.
    positive : object or mapping, optional
        The value that counts as positive where a column does not say so itself (True, 1); a mapping with the
        keys ``label`` and ``decision`` names one for each.
    weight : str, optional
        Column of non-negative sample weights.
    cluster : str, optional
        Column that tells which rows belong together (a person, a speaker).
    missing : tuple of str
        Texts that mean "missing" in these data, such as ``?``.
    max_levels : int
        Most levels of one attribute.
    classes : "all" or sequence, optional
        Label and decision are classes, all that occur or these, and not two of which one is positive.
    outputs : mapping, optional
        Several two-class labels per row: label column to decision column.
    prediction : str, optional
        Column with the predicted number (regression).
    prediction_low, prediction_high : str, optional
        Columns with the ends of a prediction interval.
    quantile : float, optional
        The quantile of the label that `prediction` predicts.
    rank : str, optional
        Column with the place of an item, 1 at the top (ranking).
    query : str, optional
        Column that tells which items were ranked together; the cluster, unless `cluster` is given.
    relevance : str, optional
        Column with how relevant an item is, 0 or more.
    events : str, optional
        Column with how often something happened.
    exposure : str, optional
        Column with how often, or how long, it could have happened; without it, one a row.

    Raises
    ------
    UsageError
        Parts of the question do not fit together; all problems at once.

    Examples
    --------
    >>> str(Question((Attribute("sex"),), label="income", prediction="predicted_income").kind)
    'regression'
    """

    by: tuple[Attribute, ...]
    decision: str | Mapping[str, str] | None = None
    score: str | Mapping[str, str] | None = None
    threshold: float | None = None
    label: str | None = None
    positive: Any = None
    weight: str | None = None
    cluster: str | None = None
    missing: tuple[str, ...] = ()
    max_levels: int = MAX_LEVELS
    classes: Literal["all"] | Sequence[Any] | None = None
    outputs: Mapping[str, str] | None = None
    prediction: str | None = None
    prediction_low: str | None = None
    prediction_high: str | None = None
    quantile: float | None = None
    rank: str | None = None
    query: str | None = None
    relevance: str | None = None
    events: str | None = None
    exposure: str | None = None

    def __post_init__(self) -> None:
        given = {
            name: getattr(self, name) for name in question_rules.PARAMETERS if getattr(self, name) is not None
        }
        problems = question_rules.wrong_types(given) or question_rules.contradictions(given)
        if problems:
            raise UsageError(*problems)

    @property
    def kind(self) -> Kind:
        """The kind of counts that answers the question."""
        if self.prediction is not None:
            return Kind.REGRESSION
        if self.rank is not None or self.query is not None:
            return Kind.RANKING
        if self.events is not None:
            return Kind.EVENTS
        if self.classes is not None:
            return Kind.CLASSES
        if self.score is not None and self.label is not None:
            return Kind.SCORES
        if self.outputs is not None or self.models:
            return Kind.OUTCOMES
        return Kind.DECISIONS if self.label is None else Kind.CONFUSION

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models, where several are asked about."""
        for given in (self.decision, self.score):
            if isinstance(given, Mapping):
                return tuple(given)
        return ()

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """The classes that are allowed, as levels; None where all that occur are."""
        if self.classes is None or isinstance(self.classes, str):
            return None
        return _texts(self.classes)


def columns_of(given: str | Mapping[str, str] | None) -> dict[str, str]:
    """Return the columns of models by name; the name is empty where there is one model without a name.

    Examples
    --------
    >>> columns_of("d"), columns_of({"old": "d1", "new": "d2"}), columns_of(None)
    ({'': 'd'}, {'old': 'd1', 'new': 'd2'}, {})
    """
    if given is None:
        return {}
    return {"": given} if isinstance(given, str) else dict(given)


def stated(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Write the parameters of a question as the settings of a report state them.

    Parameters
    ----------
    asked : mapping
        Values by name; what is not asked may be left out.

    Returns
    -------
    dict
        Models and outputs as mappings, classes and positive values as texts of levels, all else as it is.

    Examples
    --------
    >>> found = stated({"label": "y", "score": {"old": "s1", "new": "s2"}, "positive": 1})
    >>> found["label"], found["score"], found["models"], found["positive"]
    ('y', None, {'old': 's1', 'new': 's2'}, {'label': '1'})
    """
    given = {name: asked.get(name) for name in question_rules.PARAMETERS}
    positive, classes = given.pop("positive"), given["classes"]
    models: Mapping[str, str] = {}
    for role in ("decision", "score"):
        if isinstance(columns := given[role], Mapping):
            models, given[role] = columns, None
    return {
        **given,
        "models": dict(models),
        "outputs": dict(given["outputs"] or {}),
        "classes": () if classes is None else (classes,) if isinstance(classes, str) else _texts(classes),
        "positive": _positives(positive, asked),
        "missing": tuple(asked.get("missing", ())),
    }


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(text for value in values if (text := level_text(value)) is not None)


def _positives(positive: Any, asked: Mapping[str, Any]) -> dict[str, str]:
    """Write the positive class of every column that has one; a score's decision is no column."""
    by_role = positive if isinstance(positive, Mapping) else {"label": positive, "decision": positive}
    return {
        role: text
        for role, value in by_role.items()
        if value is not None
        and (asked.get(role) or asked.get("outputs"))
        and (text := level_text(value)) is not None
    }
