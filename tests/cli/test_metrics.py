"""`fairkit metrics`: the catalogue as it is defined."""

from __future__ import annotations

import json

import pytest

from fairkit.counts import Kind
from fairkit.metrics import CATALOGUE, FAMILIES, markdown_table


def test_the_list_has_every_metric_and_notion(fairkit):
    """Every metric is there with its formula and source, every notion with its metrics."""
    ended = fairkit("metrics")
    words = " ".join(ended.out.split())
    assert (ended.status, ended.err) == (0, "")
    for metric in CATALOGUE[Kind.CONFUSION].values():
        for text in (metric.name, metric.formula, metric.summary, metric.source):
            assert text in words
    for family in FAMILIES:
        assert f"{family.name} {', '.join(family.metrics)}" in words


def test_json_says_the_same_to_programs(fairkit):
    """Every entry has the same keys, and the values are those of the definitions."""
    found = json.loads(fairkit("metrics", "--json").out)
    assert [entry["name"] for entry in found["metrics"]] == list(CATALOGUE[Kind.CONFUSION])
    for entry in found["metrics"]:
        metric = CATALOGUE[Kind.CONFUSION][entry["name"]]
        assert entry == {
            "name": metric.name,
            "formula": metric.formula,
            "meaning": metric.summary,
            "better": metric.better,
            "margin": {
                "difference": [-metric.margin, metric.margin],
                "ratio": list(metric.margin_ratio),
            },
            "needs_label": metric.name != "selection_rate",
            "default": entry["default"],
            "source": metric.source,
        }
    assert sum(entry["default"] for entry in found["metrics"]) == 6
    assert [entry["name"] for entry in found["families"]] == [family.name for family in FAMILIES]


@pytest.mark.parametrize("option", ["--markdown", "--md"])
def test_markdown_is_the_table_of_the_documentation(option, fairkit):
    """The table is the one that docs/metrics.md is made from."""
    assert fairkit("metrics", option).out == markdown_table()


def test_two_forms_at_once_are_refused(fairkit):
    """JSON and Markdown together are a contradiction."""
    ended = fairkit("metrics", "--json", "--markdown")
    assert ended.status == 2
    assert json.loads(ended.out)["error"]["message"] in ended.err
