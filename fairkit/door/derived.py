"""What is added up of the numbers in a row, written once for arrays and for every engine.

Columns of numbers give, per row: its *state* (used, or left out and why), its *measures* (what the fields of
the kind add up; 0 where a row is left out) and its *faults* (numbers that cannot be what they are said to
be). Derivations use only arithmetic and the operations of :class:`Arithmetic`, which NumPy arrays have as
they are and expressions of an engine through :mod:`fairkit.door.engine`. Columns are made finite before
anything is computed of them, so that no engine has to agree on what comes of NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

import numpy as np

from fairkit.kinds import LEFT_OUT, Kind
from fairkit.questions import Question

Column = Any
"""An array, or an expression of an engine."""

Columns = Mapping[str, Column]


class Arithmetic(Protocol):
    """What derivations need beyond operators."""

    def finite(self, column: Column, /) -> Column:
        """Tell, true or false, where a number is there and finite."""

    def where(self, condition: Column, yes: Column, no: Column, /) -> Column:
        """Choose between two columns, or numbers, by rows."""


class ArrayArithmetic:
    """NumPy's own."""

    def finite(self, column: Column, /) -> Column:
        """Tell where a number is there and finite."""
        return np.isfinite(column)

    def where(self, condition: Column, yes: Column, no: Column, /) -> Column:
        """Choose between two columns, or numbers, by rows."""
        return np.where(condition, yes, no)


class Derived(NamedTuple):
    """What a row adds to the counts.

    Parameters
    ----------
    measures : mapping of str to column
        By the field that adds them up.
    faults : tuple of columns
        1 where something is wrong, else 0, in the order of :func:`faults_of`.
    """

    measures: Mapping[str, Column] = MappingProxyType({})
    faults: tuple[Column, ...] = ()


def derive(question: Question, columns: Columns, on: Arithmetic) -> Derived:
    """Derive what rows add to the counts.

    Parameters
    ----------
    question : Question
    columns : mapping
        The columns that the plan calls numbers, by part, as doubles; rankings also have what
        :mod:`fairkit.door.ranking` places in them.
    on : Arithmetic

    Examples
    --------
    >>> question = Question((), events="n", exposure="t")
    >>> columns = {"events": np.array([2.0, np.nan]), "exposure": np.array([4.0, 1.0])}
    >>> derived = derive(question, columns, ArrayArithmetic())
    >>> {field: measure.tolist() for field, measure in derived.measures.items()}["numerator_denominator"]
    [8.0, 0.0]
    """
    if question.kind is Kind.SCORES and "score" in columns:
        score = on.where(on.finite(columns["score"]), columns["score"], 0.0)
        return Derived({"score": score, "score2": score * score})
    rules: dict[Kind, Callable[[Question, Columns, Arithmetic], Derived]] = {
        Kind.REGRESSION: _regression,
        Kind.RANKING: _ranking,
        Kind.EVENTS: _events,
    }
    rule = rules.get(question.kind)
    return Derived() if rule is None else rule(question, columns, on)


def state(question: Question, columns: Columns, on: Arithmetic) -> Column:
    """Tell the state of rows: 0 used; from 1 on the place of the reason in ``LEFT_OUT``.

    Examples
    --------
    >>> columns = {"events": np.array([2.0, np.nan]), "exposure": np.array([4.0, np.nan])}
    >>> state(Question((), events="n", exposure="t"), columns, ArrayArithmetic()).tolist()
    [0, 3]
    """
    needed = {Kind.REGRESSION: ("label", "prediction"), Kind.RANKING: ("exposure",)}
    given = [
        on.finite(columns[part])
        for part in needed.get(question.kind, ("events", "exposure"))
        if part in columns
    ]
    if len(given) == 1:
        return on.where(given[0], 0, 1)
    return on.where(given[0], on.where(given[1], 0, 2), on.where(given[1], 1, 3))


def states_of(kind: Kind) -> tuple[str, ...]:
    """Name the states of rows, in the order of their numbers.

    Examples
    --------
    >>> states_of(Kind.RANKING)
    ('used', 'rank_missing')
    """
    return ("used", *LEFT_OUT[kind])


def faults_of(question: Question) -> tuple[str, ...]:
    """Say what each fault means; ``{rows}`` is in how many rows."""
    if question.kind is Kind.EVENTS:
        found = [f"events column '{question.events}' is negative in {{rows}} rows."]
        if question.exposure is not None:
            found += [
                f"exposure column '{question.exposure}' is negative in {{rows}} rows.",
                f"exposure column '{question.exposure}' is 0 in {{rows}} rows that have events all the same.",
            ]
        return tuple(found)
    if question.kind is not Kind.RANKING:
        return ()
    found = []
    if question.rank is not None:
        found.append(
            f"rank column '{question.rank}' is below 1 in {{rows}} rows; the top is 1. "
            f"Name a score, the higher the better, as score='{question.rank}' (--score)."
        )
    if question.relevance is not None:
        found.append(
            f"relevance column '{question.relevance}' is missing, infinite or negative in {{rows}} rows; an "
            "item that is not relevant has 0."
        )
    if question.query is not None and question.cluster not in (None, question.query):
        found.append(f"query column '{question.query}' is missing in {{rows}} rows.")
    return tuple(found)


def _regression(question: Question, columns: Columns, on: Arithmetic) -> Derived:
    used = on.finite(columns["label"]) & on.finite(columns["prediction"])
    label = on.where(used, columns["label"], 0.0)
    error = on.where(used, columns["prediction"], 0.0) - label
    label2, error2 = label * label, error * error
    measures = {
        "label": label,
        "label2": label2,
        "label3": label2 * label,
        "label4": label2 * label2,
        "error": error,
        "absolute_error": on.where(error < 0, -error, error),
        "error2": error2,
        "error4": error2 * error2,
        "error2_label": error2 * label,
        "error2_label2": error2 * label2,
    }
    if question.quantile is not None:
        loss = on.where(error < 0, error * -question.quantile, error * (1 - question.quantile))
        measures |= {
            "quantile_rows": on.where(used, 1.0, 0.0),
            "quantile_loss": loss,
            "quantile_loss2": loss * loss,
        }
    if "prediction_low" in columns:
        low, high = columns["prediction_low"], columns["prediction_high"]
        bounded = used & on.finite(low) & on.finite(high)
        low, high = on.where(bounded, low, 0.0), on.where(bounded, high, 0.0)
        width = high - low
        measures |= {
            "interval_rows": on.where(bounded, 1.0, 0.0),
            "covered": on.where(bounded & (low <= label) & (label <= high), 1.0, 0.0),
            "width": width,
            "width2": width * width,
        }
    return Derived(measures)


def _ranking(question: Question, columns: Columns, on: Arithmetic) -> Derived:
    ranked = on.finite(columns["exposure"])
    exposure = on.where(ranked, columns["exposure"], 0.0)
    measures = {"exposure": exposure, "exposure2": exposure * exposure}
    faults = []
    if question.rank is not None:
        faults.append(on.where(ranked & (columns["rank"] < 1), 1, 0))
    if "relevance" in columns:
        given = on.where(on.finite(columns["relevance"]), columns["relevance"], -1.0)
        faults.append(on.where(given < 0, 1, 0))
        relevance = on.where(ranked, given, 0.0)
        measures |= {
            "relevance": relevance,
            "relevance2": relevance * relevance,
            "exposure_relevance": exposure * relevance,
        }
    if "query_missing" in columns:
        faults.append(on.where(columns["query_missing"] > 0, 1, 0))
    if "queries" in columns:
        ndcg = columns["queries"] * columns["ndcg"]
        measures |= {"queries": columns["queries"], "ndcg": ndcg, "ndcg2": ndcg * columns["ndcg"]}
    return Derived(measures, tuple(faults))


def _events(question: Question, columns: Columns, on: Arithmetic) -> Derived:
    used = on.finite(columns["events"])
    if question.exposure is not None:
        used = used & on.finite(columns["exposure"])
    events = on.where(used, columns["events"], 0.0)
    exposure = on.where(used, 1.0 if question.exposure is None else columns["exposure"], 0.0)
    faults = [on.where(events < 0, 1, 0)]
    if question.exposure is not None:
        none = (exposure <= 0) & (exposure >= 0)
        faults += [on.where(exposure < 0, 1, 0), on.where(none & (events > 0), 1, 0)]
    return Derived(
        {
            "numerator": events,
            "denominator": exposure,
            "numerator2": events * events,
            "denominator2": exposure * exposure,
            "numerator_denominator": events * exposure,
        },
        tuple(faults),
    )
