"""The metadata of a model card on the Hugging Face Hub: ``model-index``, as YAML.

One result, with every metric as often as a card states it: over all rows, and of the worst group of each
attribute. Numbers stand with their intervals under ``args``; texts are JSON strings, which YAML reads as they
are, so that no name from data can be anything but a name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fairkit.estimates import Estimate
from fairkit.metrics import base_name
from fairkit.report.audits.card import Card, CardLine
from fairkit.report.phrases import short_name, visible

HUB_NAMES: Mapping[str, str] = {
    "true_positive_rate": "recall",
    "positive_predictive_value": "precision",
    "f1_score": "f1",
    "word_error_rate": "wer",
    "character_error_rate": "cer",
    "mean_absolute_error": "mae",
    "mean_squared_error": "mse",
}
"""The Hub's identifiers of metrics, where they differ from ours."""

TAGS = ("fairness", "fairkit")
"""Tags of a card."""

_DIGITS = 6
_NO_SLUG = re.compile(r"[^a-z0-9]+")


def model_index(made: Card) -> list[dict[str, Any]]:
    """Return the ``model-index`` of a card.

    Examples
    --------
    >>> import fairkit
    >>> from fairkit.report.audits.card import card
    >>> rows = {"sex": ["F"] * 70 + ["M"] * 80, "hired": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32}
    >>> (entry,) = model_index(card(fairkit.evaluate(rows, decision="hired", by="sex"), model_name="sorter"))
    >>> [(metric["name"], metric["value"]) for metric in entry["results"][0]["metrics"]]
    [('selection_rate', 0.693333), ('selection_rate, worst group by sex: M', 0.6)]
    """
    metrics = [*_metrics(made)]
    if not metrics:
        return []
    dataset = {"name": visible(made.dataset_name), "type": _slug(made.dataset_name)}
    if made.report.data.sha256 is not None:
        dataset["revision"] = made.report.data.sha256
    result = {"task": {"type": made.task, "name": "Fairness"}, "dataset": dataset, "metrics": metrics}
    return [{"name": visible(made.model_name), "results": [result]}]


def metadata(made: Card) -> str:
    r"""Write the metadata of a card as YAML, without the lines of three hyphens around it.

    Examples
    --------
    >>> import fairkit
    >>> from fairkit.report.audits.card import card
    >>> rows = {"sex": ["F"] * 70 + ["M"] * 80, "hired": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32}
    >>> print("\n".join(metadata(card(fairkit.evaluate(rows, decision="hired", by="sex"))).splitlines()[:8]))
    tags:
      - "fairness"
      - "fairkit"
    metrics:
      - "selection_rate"
    model-index:
      - name: "model"
        results:
    """
    index = model_index(made)
    named = dict.fromkeys(metric["type"] for entry in index for metric in entry["results"][0]["metrics"])
    content: dict[str, Any] = {"tags": list(TAGS), "metrics": list(named), "model-index": index}
    return "\n".join(_yaml({name: value for name, value in content.items() if value})) + "\n"


def _metrics(made: Card) -> Iterator[dict[str, Any]]:
    for name, value in made.overall.items():
        yield {"type": _hub_name(name), "name": visible(name), "value": _number(value)}
    for line in made.lines:
        if line.better == "neither":
            ends = ((line.lowest, "lowest"), (line.highest, "highest"))
        else:
            ends = ((line.worst, "worst"), (None, ""))
        for e, word in ends:
            if e is not None and e.value is not None:
                yield _of_group(e, word, line)


def _of_group(e: Estimate, word: str, line: CardLine) -> dict[str, Any]:
    attribute = visible(line.attribute)
    name = f"{visible(line.metric)}, {word} group by {attribute}: {short_name(e.group, line.attribute)}"
    told: dict[str, Any] = {"attribute": attribute, "group": visible(e.group), "n": e.n}
    if e.low is not None and e.high is not None:
        told |= {"low": _number(e.low), "high": _number(e.high), "level": _number(e.level)}
    return {"type": _hub_name(line.metric), "name": name, "value": _number(e.value or 0.0), "args": told}


def _hub_name(metric: str) -> str:
    base = base_name(metric)
    return HUB_NAMES.get(base, visible(base))


def _number(value: float) -> float:
    return round(value, _DIGITS)


def _slug(name: str) -> str:
    """Make an identifier of a data set's name."""
    return _NO_SLUG.sub("-", name.casefold()).strip("-") or "data"


def _yaml(value: Any) -> Iterator[str]:
    """Write mappings and lists in block style; a mapping in a list starts on the line of its hyphen."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if isinstance(inner, Mapping | list):
                yield f"{name}:"
                yield from (f"  {line}" for line in _yaml(inner))
            else:
                yield f"{name}: {_scalar(inner)}"
    elif isinstance(value, Sequence):
        for inner in value:
            lines = [*_yaml(inner)] if isinstance(inner, Mapping | list) else [_scalar(inner)]
            yield from (f"{'- ' if i == 0 else '  '}{line}" for i, line in enumerate(lines))


def _scalar(value: str | float) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        return str(value)
    text = f"{value:.{_DIGITS}f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text
