"""What is added up of the numbers in a row, written once for arrays and for every engine.

A derivation takes columns of numbers and gives, per row: its *state* (used, or left out and why), its
*measures* (what the fields of the kind add up; 0 where a row is left out) and its *faults* (numbers that
cannot be what they are said to be). It uses only arithmetic and the operations of :class:`Arithmetic`, which
NumPy arrays have as they are and expressions of an engine through :mod:`fairkit._engine`. Columns are made
finite before anything is computed of them, so that no engine has to agree on what comes of NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np

from fairkit.kinds import FIELDS, LEFT_OUT, Kind
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
    state : column of int or None
        0 used; from 1 on the place of the reason in ``LEFT_OUT``. None where keys say it.
    measures : tuple of columns
    faults : tuple of columns
        1 where something is wrong, else 0, in the order of :func:`faults_of`.
    """

    state: Column | None = None
    measures: tuple[Column, ...] = ()
    faults: tuple[Column, ...] = ()


def derive(question: Question, columns: Columns, on: Arithmetic) -> Derived:
    """Derive what rows add to the counts.

    Parameters
    ----------
    question : Question
    columns : mapping
        The columns that the plan calls numbers, by part, as doubles; rankings also have what
        :mod:`fairkit._ranking` places in them.
    on : Arithmetic

    Examples
    --------
    >>> question = Question((), events="n", exposure="t")
    >>> columns = {"events": np.array([2.0, np.nan]), "exposure": np.array([4.0, 1.0])}
    >>> derived = derive(question, columns, ArrayArithmetic())
    >>> derived.state.tolist(), [measure.tolist() for measure in derived.measures]
    ([0, 1], [[2.0, 0.0], [4.0, 0.0], [4.0, 0.0], [16.0, 0.0], [8.0, 0.0]])
    """
    if question.kind is Kind.SCORES and "score" in columns:
        score = on.where(on.finite(columns["score"]), columns["score"], 0.0)
        return Derived(measures=(score, score * score))
    rules: dict[Kind, Callable[[Question, Columns, Arithmetic], Derived]] = {
        Kind.REGRESSION: _regression,
        Kind.RANKING: _ranking,
        Kind.EVENTS: _events,
    }
    rule = rules.get(question.kind)
    return Derived() if rule is None else rule(question, columns, on)


def states_of(kind: Kind) -> tuple[str, ...]:
    """Name the states of rows, in the order of their numbers.

    Examples
    --------
    >>> states_of(Kind.RANKING)
    ('used', 'rank_missing')
    """
    return ("used", *LEFT_OUT[kind])


def measures_of(kind: Kind) -> tuple[str, ...]:
    """Name the fields that measures are added up in; the first field of these kinds counts rows.

    Examples
    --------
    >>> measures_of(Kind.EVENTS)
    ('numerator', 'denominator', 'numerator2', 'denominator2', 'numerator_denominator')
    """
    return FIELDS[kind][1:]


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
    has_label, has_prediction = on.finite(columns["label"]), on.finite(columns["prediction"])
    used = has_label & has_prediction
    label = on.where(used, columns["label"], 0.0)
    error = on.where(used, columns["prediction"], 0.0) - label
    label2, error2 = label * label, error * error
    none = on.where(used, 0.0, 0.0)
    quantile_rows = loss = interval_rows = covered = width = none
    if question.quantile is not None:
        quantile_rows = on.where(used, 1.0, 0.0)
        loss = on.where(error < 0, error * -question.quantile, error * (1 - question.quantile))
    if "prediction_low" in columns:
        low, high = columns["prediction_low"], columns["prediction_high"]
        bounded = used & on.finite(low) & on.finite(high)
        low, high = on.where(bounded, low, 0.0), on.where(bounded, high, 0.0)
        interval_rows = on.where(bounded, 1.0, 0.0)
        covered = on.where(bounded & (low <= label) & (label <= high), 1.0, 0.0)
        width = high - low
    return Derived(
        _state(has_label, has_prediction, on),
        (
            *(label, label2, label2 * label, label2 * label2),
            *(error, on.where(error < 0, -error, error), error2, error2 * error2),
            *(error2 * label, error2 * label2),
            *(quantile_rows, loss, loss * loss),
            *(interval_rows, covered, width, width * width),
        ),
    )


def _ranking(question: Question, columns: Columns, on: Arithmetic) -> Derived:
    ranked = on.finite(columns["exposure"])
    value = on.where(ranked, columns["exposure"], 0.0)
    relevance = none = on.where(ranked, 0.0, 0.0)
    faults = []
    if question.rank is not None:
        faults.append(on.where(ranked & (columns["rank"] < 1), 1, 0))
    if "relevance" in columns:
        known = on.finite(columns["relevance"])
        given = on.where(known, columns["relevance"], -1.0)
        faults.append(on.where(given < 0, 1, 0))
        relevance = on.where(ranked, given, 0.0)
    if "query_missing" in columns:
        faults.append(columns["query_missing"])
    queries, ndcg = columns.get("queries", none), columns.get("ndcg", none)
    return Derived(
        on.where(ranked, 0, 1),
        (
            *(value, value * value, relevance, relevance * relevance, value * relevance),
            *(queries, queries * ndcg, queries * ndcg * ndcg),
        ),
        tuple(faults),
    )


def _events(question: Question, columns: Columns, on: Arithmetic) -> Derived:
    has_events = on.finite(columns["events"])
    faults = []
    if question.exposure is None:
        used, state = has_events, on.where(has_events, 0, 1)
        exposure = on.where(used, 1.0, 0.0)
    else:
        has_exposure = on.finite(columns["exposure"])
        used, state = has_events & has_exposure, _state(has_events, has_exposure, on)
        exposure = on.where(used, columns["exposure"], 0.0)
    events = on.where(used, columns["events"], 0.0)
    faults.append(on.where(events < 0, 1, 0))
    if question.exposure is not None:
        faults += [
            on.where(exposure < 0, 1, 0),
            on.where(used & (exposure <= 0) & (exposure >= 0) & (events > 0), 1, 0),
        ]
    return Derived(
        state,
        (events, exposure, events * events, exposure * exposure, events * exposure),
        tuple(faults),
    )


def _state(has_first: Column, has_second: Column, on: Arithmetic) -> Column:
    """Tell the state of rows that need two numbers: used, the first missing, the second, both."""
    return on.where(has_first, on.where(has_second, 0, 2), on.where(has_second, 1, 3))
