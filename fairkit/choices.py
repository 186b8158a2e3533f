"""Which metrics are measured in which view of the counts.

One table of counts may be read in several ways (:mod:`fairkit.views`): scores also as decisions, classes also
one against the rest. A name asked for is measured where it is about everything, if it can be; else once for
each class, output or model, and then carries its name: ``true_positive_rate[cat]``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from fairkit.counts import Counts, Kind
from fairkit.errors import UsageError
from fairkit.functions.callables import CallableMetric, callable_metric, recognised
from fairkit.metrics import (
    CATALOGUE,
    AnyMetric,
    Functional,
    Metric,
    base_name,
    chosen_metrics,
    unknown_metric,
)
from fairkit.views import View

Names = Sequence[str] | Literal["default", "all"]
"""Names of metrics, or the usual ones, or all there are."""

READ_AS: Mapping[Kind, tuple[Kind, ...]] = MappingProxyType(
    {
        Kind.SCORES: (Kind.CONFUSION, Kind.SCORES),
        Kind.CLASSES: (Kind.AGREEMENT, Kind.CLASSES, Kind.CONFUSION),
        Kind.OUTCOMES: (Kind.CONFUSION, Kind.DECISIONS, Kind.AGREEMENT, Kind.OUTCOMES),
    }
)
"""The kinds that counts of a kind are read as, where that is more than their own."""

Metrics = Names | Sequence[Any]
"""Names of metrics, functions of rows, or both."""

_OF_ONE_CLASS = ("true_positive_rate", "positive_predictive_value")


def check_names(names: Names, kind: Kind) -> None:
    """Refuse names that no view of counts of a kind knows, before any row is read.

    Raises
    ------
    UsageError
        Names are unknown, all of them listed, or none is given.

    Examples
    --------
    >>> check_names(["acuracy"], Kind.CONFUSION)
    Traceback (most recent call last):
        ...
    fairkit.errors.UsageError: there is no metric 'acuracy' (there are ...). Did you mean 'accuracy'?
    """
    if isinstance(names, str) and names in ("default", "all"):
        return
    kinds = READ_AS.get(kind, (kind,))
    wanted = [names] if isinstance(names, str) else names
    known = {name for one in kinds for name in CATALOGUE[one]}
    problems = [unknown_metric(name, kinds) for name in wanted if base_name(name) not in known]
    if not wanted:
        problems.append("name at least one metric, or leave the choice out for the usual ones.")
    if problems:
        raise UsageError(*problems)


def told_apart(metrics: Metrics, kind: Kind) -> tuple[Names, tuple[CallableMetric, ...]]:
    """Tell names of metrics from functions of rows; a function that counts know becomes its name.

    Parameters
    ----------
    metrics : names, functions, or both
    kind : Kind
        Of the counts that will be read.

    Raises
    ------
    UsageError
        A name is unknown, or what is given is neither a name nor a function; all at once.

    Examples
    --------
    >>> from sklearn.metrics import matthews_corrcoef, recall_score
    >>> names, functions = told_apart(["accuracy", recall_score, matthews_corrcoef], Kind.CONFUSION)
    >>> names, [metric.name for metric in functions]
    (['accuracy', 'true_positive_rate'], ['matthews_corrcoef'])
    """
    if isinstance(metrics, str) and metrics in ("default", "all"):
        return metrics, ()
    given: Sequence[Any] = [metrics] if isinstance(metrics, str) or callable(metrics) else list(metrics)
    names: list[str] = []
    functions: list[CallableMetric] = []
    problems: list[str] = []
    known = {name for one in READ_AS.get(kind, (kind,)) for name in CATALOGUE[one]}
    for one in given:
        if isinstance(one, str) and ":" not in base_name(one):
            names.append(one)
            continue
        try:
            found = callable_metric(one)
        except UsageError as error:
            problems += error.problems
            continue
        same = None if isinstance(one, CallableMetric) else recognised(found.function)
        if same is not None and same in known:
            names.append(same)
        else:
            functions.append(found)
    if names or not (functions or problems):
        try:
            check_names(names, kind)
        except UsageError as error:
            problems += error.problems
    if problems:
        raise UsageError(*problems)
    return names, tuple(functions)


def chosen(names: Names, views: Sequence[View]) -> list[tuple[View, tuple[AnyMetric, ...]]]:
    """Give every view the metrics that are measured in it.

    Parameters
    ----------
    names : sequence of str, "default" or "all"
    views : sequence of View

    Raises
    ------
    UsageError
        A name is about a class, output or model that there is not.

    Examples
    --------
    >>> from fairkit.counts import Counts
    >>> one = View(None, Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",)], [[3, 1, 0]]))
    >>> [[m.name for m in metrics] for _, metrics in chosen("default", [one])]
    [['selection_rate']]
    """
    if isinstance(names, str) and names in ("default", "all"):
        found = [(view, _usual(view, names)) for view in views]
    else:
        wanted = list(dict.fromkeys([names] if isinstance(names, str) else names))
        places = {name: _places(name, views) for name in wanted}
        problems = [_no_such(name, views) for name, own in places.items() if not own]
        if problems:
            raise UsageError(*problems)
        found = [
            (
                view,
                tuple(
                    _about(CATALOGUE[view.counts.kind][base_name(name)], view.variant)
                    for name in wanted
                    if i in places[name]
                ),
            )
            for i, view in enumerate(views)
        ]
    return [(view, metrics) for view, metrics in found if metrics]


def about_any_model(measured: Iterable[tuple[View, tuple[AnyMetric, ...]]]) -> tuple[AnyMetric, ...]:
    """Return what is measured without the names of models and classes, each metric once.

    Examples
    --------
    >>> from fairkit.counts import Counts
    >>> one = View("new", Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",)], [[3, 1, 0]]))
    >>> [m.name for m in about_any_model(chosen("default", [one]))]
    ['selection_rate']
    """
    found = {
        (view.counts.kind, base_name(m.name)): CATALOGUE[view.counts.kind][base_name(m.name)]
        for view, metrics in measured
        for m in metrics
    }
    return tuple(found.values())


def _usual(view: View, names: Names) -> tuple[AnyMetric, ...]:
    kind = view.counts.kind
    if names == "all":
        own = chosen_metrics("all", kind=kind)
    elif not view.narrow:
        own = tuple(m for m in chosen_metrics("default", kind=kind) if _has_units(m, view.counts))
    else:
        own = tuple(m for name, m in CATALOGUE[kind].items() if name in _OF_ONE_CLASS)
    return tuple(_about(m, view.variant) for m in own)


def _has_units(metric: AnyMetric, counts: Counts) -> bool:
    """Tell whether there is any unit that a metric is a mean over, such as a query wholly in one group.

    Unasked, a metric that has none anywhere would only make a report inconclusive.
    """
    if not isinstance(metric, Functional) or metric.counted is None:
        return True
    return bool(counts.values[:, counts.fields.index(metric.counted)].any())


def _places(name: str, views: Sequence[View]) -> set[int]:
    """Find the views in which a name is measured: the broadest that know it, or the one it names."""
    base = base_name(name)
    able = [i for i, view in enumerate(views) if base in CATALOGUE[view.counts.kind]]
    if name != base:
        return {i for i in able if name == f"{base}[{views[i].variant}]"}
    broad = {i for i in able if not views[i].narrow}
    return broad or set(able)


def _about(metric: AnyMetric, variant: str | None) -> AnyMetric:
    if variant is None or not isinstance(metric, Metric | Functional):
        return metric
    return dataclasses.replace(metric, name=f"{metric.name}[{variant}]")


def _no_such(name: str, views: Iterable[View]) -> str:
    seen = list(views)
    have = [view.variant for view in seen if view.variant is not None]
    told = f"metric '{name}' cannot be measured here"
    if have:
        return f"{told}; in brackets one may name {', '.join(map(repr, have))}."
    if name in CATALOGUE[Kind.CONFUSION] and any(view.counts.kind is Kind.SCORES for view in seen):
        return f"{told}: it needs decisions, which a threshold makes of the score (threshold, --threshold)."
    return f"{told}."
