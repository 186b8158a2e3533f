"""Which parts of a question fit together.

There are five families of questions beside the plain one (two-class decisions and scores). Each begins with a
parameter of its own, takes some of the plain ones, and excludes the rest.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from fairkit.errors import shortlist

PARAMETERS = (
    *("decision", "score", "threshold", "label", "positive", "weight", "cluster"),
    *("classes", "outputs", "prediction", "prediction_low", "prediction_high", "quantile"),
    *("rank", "query", "relevance", "events", "exposure"),
)
"""Parameters of a question that may be left out."""

_PLAIN = ("decision", "score", "threshold", "label", "positive")
_MODELS = ("decision", "score")
_COLUMNS = (
    *("decision", "score", "label", "weight", "cluster", "prediction", "prediction_low", "prediction_high"),
    *("rank", "query", "relevance", "events", "exposure"),
)


class Family(NamedTuple):
    """One family of questions: what begins it, what else is its own, and which plain parameters it takes."""

    title: str
    begins: tuple[str, ...]
    own: tuple[str, ...]
    takes: tuple[str, ...]


_FAMILIES = (
    Family("a regression", ("prediction",), ("prediction_low", "prediction_high", "quantile"), ("label",)),
    Family("a ranking", ("rank", "query"), ("relevance",), ("score",)),
    Family("counts per exposure", ("events",), ("exposure",), ()),
    Family("several labels per row", ("outputs",), (), ("positive",)),
    Family("several classes", ("classes",), (), ("label", "decision")),
)


def wrong_types(given: Mapping[str, Any]) -> list[str]:
    """Say which columns are not named by texts: an array, most of the time."""
    problems: list[str] = []
    for name, value in given.items():
        if name == "outputs":
            if not _names_columns(value):
                problems.append(
                    "outputs must be a mapping of label columns to decision columns, such as "
                    "outputs={'label_a': 'decision_a'} (--outputs label_a=decision_a)."
                )
        elif name not in _COLUMNS or isinstance(value, str):
            continue
        elif name in _MODELS and isinstance(value, Mapping):
            if not _names_columns(value):
                problems.append(
                    f"{name} as a mapping must give each model's name its column, such as "
                    f"{name}={{'old': 'column_1', 'new': 'column_2'}} (--{name} old=column_1)."
                )
        else:
            problems.append(
                f"{name} must be the name of a column{' or a comparison' * (name in ('decision', 'label'))}, "
                f"it is a {type(value).__name__}; put arrays into the data under a name: "
                f"evaluate({{'{name}': ..., ...}}, {name}='{name}')."
            )
    return problems


def contradictions(given: Mapping[str, Any]) -> list[str]:
    """Say what does not fit together in a question whose types are right."""
    begun = [family for family in _FAMILIES if any(name in given for name in family.begins)]
    if len(begun) > 1:
        listed = ", ".join(_option(name) for family in begun for name in family.begins if name in given)
        return [f"{listed} ask for different kinds of counts; ask one question at a time."]
    problems = _numbers(given)
    for family in _FAMILIES:
        lone = [name for name in family.own if name in given and family not in begun]
        problems += [
            f"{name} belongs to {family.title}; it needs {' or '.join(map(_option, family.begins))}."
            for name in lone
        ]
    if not begun:
        return problems + _plain(given)
    family = begun[0]
    problems += [
        f"{name} does not belong to {family.title} ({_option(_first(family.begins, given))}); leave it out."
        for name in _PLAIN
        if name in given and name not in family.takes
    ]
    rules = {
        "prediction": _regression,
        "rank": _ranking,
        "query": _ranking,
        "classes": _classes,
    }
    rule = rules.get(_first(family.begins, given))
    return problems + (rule(given) if rule else [])


def _plain(given: Mapping[str, Any]) -> list[str]:
    """Check decisions and scores, of one model or several."""
    decision, score, threshold = (name in given for name in ("decision", "score", "threshold"))
    problems: list[str] = []
    if not decision and not score:
        problems.append(
            "name either a decision column or a score column (--decision COL, --score COL); there are also "
            "prediction, rank, events and outputs."
        )
    if threshold and not score:
        problems.append(
            "a threshold belongs to a score column (--score COL); decisions are taken as they are."
        )
    elif threshold and decision:
        problems.append(
            "give either a decision column or a score with a threshold that makes decisions of it, not both "
            "(--decision, --threshold)."
        )
    elif score and not threshold and "label" not in given:
        problems.append(
            f"score {_shown(given['score'])} needs a label to be judged by (--label COL); leave the score "
            "out to count decisions alone."
            if decision
            else f"score {_shown(given['score'])} needs a threshold from which a row is selected "
            "(--threshold 0.5), or a label to be judged by (--label COL)."
        )
    if decision and score:
        one, other = (_models(given[name]) for name in _MODELS)
        if one != other:
            problems.append(
                f"decision and score must be of the same models: {_listed(one)} have decisions, "
                f"{_listed(other)} have scores (--decision, --score)."
            )
    return problems


def _numbers(given: Mapping[str, Any]) -> list[str]:
    problems = []
    if "threshold" in given and not math.isfinite(given["threshold"]):
        problems.append(f"threshold {given['threshold']} is not a finite number.")
    if "quantile" in given and not 0 < given["quantile"] < 1:
        problems.append(f"quantile {given['quantile']} must lie between 0 and 1, such as 0.9 (--quantile).")
    return problems


def _regression(given: Mapping[str, Any]) -> list[str]:
    problems = []
    if "label" not in given:
        problems.append("a prediction needs the true number to be judged by: name the label (--label COL).")
    if ("prediction_low" in given) != ("prediction_high" in given):
        there, lacking = ("low", "high") if "prediction_low" in given else ("high", "low")
        problems.append(
            f"prediction_{there} is one end of an interval; name the other too (--prediction-{lacking} COL)."
        )
    return problems


def _ranking(given: Mapping[str, Any]) -> list[str]:
    problems = []
    if isinstance(given.get("score"), Mapping):
        problems.append("a ranking is judged one model at a time; name one score column (--score COL).")
    if "rank" in given and "score" in given:
        problems.append("give either a rank column or a score to rank by, not both (--rank, --score).")
    if "rank" not in given and "score" not in given:
        problems.append(
            "a query needs the place of each item: name a rank column, 1 at the top, or a score to rank by "
            "(--rank COL or --score COL)."
        )
    return problems


def _classes(given: Mapping[str, Any]) -> list[str]:
    problems = [
        f"classes need a {name} column (--{name} COL)." for name in ("label", "decision") if name not in given
    ]
    classes = given["classes"]
    if isinstance(classes, str) or not isinstance(classes, Sequence):
        if classes != "all":
            problems.append(
                f"classes must be 'all' or a list of class names, not {classes!r} (--classes all)."
            )
    elif len(set(classes)) < 2 or None in classes:
        problems.append(
            f"classes must name two classes or more, not {shortlist(list(classes))}; 'all' takes those that "
            "occur (--classes all)."
        )
    return problems


def _names_columns(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and len(value) > 0
        and all(isinstance(text, str) and text for pair in value.items() for text in pair)
    )


def _models(given: Any) -> tuple[str, ...]:
    return tuple(sorted(given)) if isinstance(given, Mapping) else ()


def _listed(models: Sequence[str]) -> str:
    return shortlist(models) if models else "one without a name"


def _shown(given: Any) -> str:
    return shortlist(list(given.values())) if isinstance(given, Mapping) else f"'{given}'"


def _first(names: Sequence[str], given: Mapping[str, Any]) -> str:
    return next(name for name in names if name in given)


def _option(name: str) -> str:
    return f"{name} (--{name.replace('_', '-')})"
