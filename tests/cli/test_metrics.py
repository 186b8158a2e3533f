"""`fairkit metrics`: the catalogue as it is defined."""

from __future__ import annotations

import json
import re

import pytest

from fairkit.counts import Kind
from fairkit.metrics import CATALOGUE, FAMILIES, Functional, chosen_metrics
from fairkit.metrics.listing import LISTED, entries, margin_unit, markdown_tables, unit_words
from fairkit.metrics.texts import TEXTS
from fairkit.metrics.words import CHARACTERS, WORDS

NO_LABEL = {
    "selection_rate",
    "mean_exposure",
    "exposure_per_relevance",
    "mean_relevance",
    "ndcg",
    "event_rate",
    *(metric.name for metric in (*WORDS, *CHARACTERS, *TEXTS)),
}
EVERY = [(listed, metric) for listed in LISTED for metric in entries(listed)]


def test_the_list_has_every_metric_and_notion(fairkit):
    """Every metric of every kind is there with its formula and source, every notion with its metrics."""
    ended = fairkit("metrics")
    words = "".join(ended.out.split())  # lines end anywhere, also after a hyphen
    assert (ended.status, ended.err) == (0, "")
    for _, metric in EVERY:
        for text in (metric.name, metric.formula, metric.summary, metric.source):
            assert "".join(text.split()) in words
    for family in FAMILIES:
        assert f"{family.name}{','.join(family.metrics)}" in words
    assert "Paritywithin±0.05standarddeviationsofthelabel" in words


def test_every_metric_is_listed_once_for_each_question_it_answers():
    """Only counts without a label have no list of their own: their one metric is among the others."""
    told = {(metric.kind, metric.name) for _, metric in EVERY}
    known = {(kind, name) for kind, family in CATALOGUE.items() for name in family}
    assert known - told == {(Kind.DECISIONS, "selection_rate")}
    for listed in LISTED:
        names = [metric.name for metric in entries(listed)]
        assert len(names) == len(set(names))


def test_json_says_the_same_to_programs(fairkit):
    """Every entry has the same keys, and the values are those of the definitions."""
    found = json.loads(fairkit("metrics", "--json").out)
    assert set(found) == {"metrics", "families", "questions"}
    for entry, (listed, metric) in zip(found["metrics"], EVERY, strict=True):
        assert entry == {
            "name": metric.name,
            "formula": metric.formula,
            "meaning": metric.summary,
            "better": metric.better,
            "margin": {
                "difference": [-metric.margin, metric.margin],
                "ratio": list(metric.margin_ratio),
            },
            "needs_label": metric.name not in NO_LABEL,
            "default": metric in chosen_metrics("default", kind=metric.kind),
            "source": metric.source,
            "question": listed.name,
            "kind": str(metric.kind),
            "needs": listed.needs,
            "unit": unit_words(metric),
            "margin_unit": margin_unit(metric) or None,
        }
    assert sum(e["default"] for e in found["metrics"] if e["question"] == "decisions") == 6
    assert [entry["name"] for entry in found["families"]] == [family.name for family in FAMILIES]
    assert [entry["name"] for entry in found["questions"]] == [listed.name for listed in LISTED]


def test_margins_in_units_of_the_data_say_so():
    """A metric has words for the unit of its margin just where its margin depends on the data."""
    for _, metric in EVERY:
        depends = isinstance(metric, Functional) and metric.spread is not None
        assert bool(margin_unit(metric)) == depends


def test_what_a_question_needs_are_options_of_its_command(fairkit):
    """Every option that is named for a question is one of the command that asks it."""
    helps = {name: fairkit(name, "--help").out for name in ("eval", "wer", "sensitivity")}
    for listed in LISTED:
        command = next((name for name in helps if f"fairkit {name}" in listed.needs), "eval")
        known = set(re.findall(r"--[a-z-]+", helps[command]))
        options = set(re.findall(r"--[a-z-]+", listed.needs))
        assert options
        assert options <= known


@pytest.mark.parametrize("option", ["--markdown", "--md"])
def test_markdown_is_the_tables_of_the_documentation(option, fairkit):
    """The tables are those that docs/metrics.md is made from."""
    assert fairkit("metrics", option).out == markdown_tables()


def test_the_tables_are_whole():
    """Each row has a cell for each column, though formulas may hold the bars of absolute values."""
    rows = [line for line in markdown_tables().splitlines() if line.startswith("|")]
    assert len(rows) == len(EVERY) + 2 * len(LISTED)
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {8}


def test_two_forms_at_once_are_refused(fairkit):
    """JSON and Markdown together are a contradiction."""
    ended = fairkit("metrics", "--json", "--markdown")
    assert ended.status == 2
    assert json.loads(ended.out)["error"]["message"] in ended.err
