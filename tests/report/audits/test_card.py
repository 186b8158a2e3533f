"""Cards: bounds over all groups, metadata that the Hub itself reads, limitations that are computed."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
import yaml
from huggingface_hub import ModelCard, ModelCardData
from huggingface_hub.repocard_data import model_index_to_eval_results

import fairkit
from fairkit import speech
from fairkit.inference import wilson
from fairkit.report.audits.card import card
from fairkit.report.audits.card_views import to_json, to_markdown
from fairkit.report.audits.disclosure import Mark
from fairkit.report.serialize import from_json


def rows(n=420, seed=2):
    """Make rows of every kind of question, with a group of three."""
    rng = np.random.default_rng(seed)
    label = rng.integers(0, 2, n)
    return {
        "sex": rng.choice(["F", "M"], n).tolist(),
        "race": ["Few"] * 3 + rng.choice(["A", "B", "C"], n - 3).tolist(),
        "label": label.tolist(),
        "decision": np.where(rng.random(n) < 0.8, label, 1 - label).tolist(),
        "score": np.clip(0.3 * label + 0.7 * rng.random(n), 0, 1).tolist(),
        "offer": rng.choice(["none", "junior", "senior"], n).tolist(),
        "amount": rng.gamma(4, 50, n).tolist(),
        "guess": rng.gamma(4, 50, n).tolist(),
        "rank": (1 + np.arange(n) % 6).tolist(),
        "events": rng.poisson(1, n).tolist(),
        "who": [f"p{i // 2}" for i in range(n)],
    }


QUESTIONS = {
    "decisions": {"decision": "decision"},
    "confusion": {"label": "label", "decision": "decision"},
    "clusters": {"label": "label", "decision": "decision", "cluster": "who"},
    "scores": {"label": "label", "score": "score", "threshold": 0.5},
    "classes": {"label": "offer", "decision": "offer", "classes": "all"},
    "models": {"label": "label", "decision": {"old": "decision", "new": "label"}},
    "regression": {"label": "amount", "prediction": "guess"},
    "ranking": {"rank": "rank"},
    "events": {"events": "events"},
}


def evaluated(asked, by=("sex", "race", "sex,race")):
    """Make a report as it comes back from a file."""
    return from_json(fairkit.evaluate(rows(), by=list(by), **asked).to_json())


def metadata_of(text):
    """Return the metadata of a card as YAML is read."""
    return yaml.safe_load(text.split("---\n")[1])


@pytest.mark.parametrize("asked", QUESTIONS.values(), ids=QUESTIONS.keys())
def test_the_hub_reads_the_card_of_every_kind(asked):
    """The Hub's own classes read the metadata, and find every metric with a number and the group it is of."""
    text = to_markdown(card(evaluated(asked), model_name="sorter", dataset_name="hiring: '25 #1"))
    data = ModelCard(text).data
    assert isinstance(data, ModelCardData)
    assert data.model_name == "sorter"
    name, results = model_index_to_eval_results(metadata_of(text)["model-index"])
    assert name == "sorter"
    assert {result.dataset_name for result in results} == {"hiring: '25 #1"}
    assert all(isinstance(result.metric_value, float) for result in results)
    worst = [result for result in results if "group by" in result.metric_name]
    assert worst
    assert all(result.metric_args["group"].startswith(("sex=", "race=")) for result in worst)


def test_the_hub_reads_a_card_on_speech():
    """A card on transcripts names the task and the word error rate as the Hub does."""
    spoken = {"said": ["a b c", "d e f"] * 40, "heard": ["a b c", "d x"] * 40, "accent": ["X", "Y"] * 40}
    report = speech.evaluate(spoken, reference="said", hypothesis="heard", by="accent")
    _, results = model_index_to_eval_results(metadata_of(to_markdown(card(report)))["model-index"])
    assert {result.task_type for result in results} == {"automatic-speech-recognition"}
    assert "wer" in {result.metric_type for result in results}


def test_a_bound_holds_in_every_group_and_is_reached_in_one():
    """The bound is the outermost end over the groups shown, and the worst group has the worst value."""
    report = evaluated(QUESTIONS["confusion"], by=["race"])
    made = card(report)
    names = {size.group for size, mark in made.sizes if mark is Mark.SHOWN}
    for line in made.lines:
        shown = [e for e in report.estimates if e.metric == line.metric and e.group in names]
        assert (line.groups, line.small) == (len(shown), 4 - len(shown)) == (2, 2)
        assert line.low == min(e.low for e in shown)
        assert line.high == max(e.high for e in shown)
        values = {e.group: e.value for e in shown}
        pick = min if line.better == "higher" else max
        assert line.worst.group == pick(values, key=values.get)


def test_bounds_hold_together_as_often_as_one_interval():
    """Over simulated groups of one true rate, the bound over all of them fails for one in forty or fewer."""
    hits = np.random.default_rng(11).binomial(60, 0.3, (4_000, 8))
    bound = wilson(hits, 60).low.min(axis=1)
    assert (bound > 0.3).mean() < 0.025
    assert (wilson(hits, 60).low > 0.3).any(axis=1).mean() > 0.1  # of the groups' own limits, some fail often


def test_small_groups_are_neither_sized_nor_valued():
    """A group of three is in no table of values, and no value of all rows can be split to find it."""
    made = card(evaluated(QUESTIONS["confusion"], by=["race"]))
    marks = {size.group: mark for size, mark in made.sizes}
    assert marks["race=Few"] is Mark.SMALL
    assert sum(mark is Mark.WITHHELD for mark in marks.values()) == 1
    text = to_markdown(made)
    assert not re.search(r"Few[^|]*\| +3 ", text)
    assert "worst group by race: Few" not in text
    assert "by race that are shown, of 4" in text


def test_a_value_of_all_rows_is_not_beside_the_only_other_one():
    """With two groups, one of them too small for a rate, the rate of all rows would give it away."""
    data = {
        "sex": ["F"] * 400 + ["M"] * 400,
        "y": [1, 0] * 200 + [1] * 4 + [0] * 396,
        "d": [1, 1, 0, 0] * 200,
    }
    report = fairkit.evaluate(data, label="y", decision="d", by="sex", metrics=["true_positive_rate"])
    (line,) = card(report).lines
    assert (line.worst.group, line.small) == ("sex=F", 1)
    assert card(report).overall == {}
    assert set(card(report, min_cell=0).overall) == {"true_positive_rate"}


def test_what_only_the_author_knows_is_a_marked_blank():
    """Intended use and what is done about findings are blanks, and say what belongs there."""
    text = to_markdown(card(evaluated(QUESTIONS["decisions"])))
    assert text.count("**[To be written by the author: ") >= 4
    assert "## Intended use\n\n**[To be written by the author: what the model is for" in text


def test_limitations_are_those_of_the_report():
    """Rows left out, small groups and groups without a value are counted, not claimed."""
    data = rows()
    data["label"][10:50] = [None] * 40
    data["race"][60:80] = ["Some"] * 20
    data["label"][60:80] = [0] * 20
    report = fairkit.evaluate(data, label="label", decision="decision", by="race")
    limits = json.loads(to_json(card(report, min_cell=0)))["limitations"]
    told = "\n".join(limits)
    assert "40 of 420 rows are left out: label missing." in told
    assert "race=Some (20)" in told
    assert "true_positive_rate by race: 1 group not measured (no positives)." in told


def test_inconclusive_is_said_with_what_would_decide():
    """Families that the data do not decide are named, and never as fair."""
    text = to_markdown(card(evaluated(QUESTIONS["confusion"], by=["race"])))
    assert "## What these data do not decide" in text
    assert "Inconclusive does not mean fair" in text
    assert re.search(r"undecided; the next would be decided with about [\d,]+ rows", text)


def test_hostile_names_stay_names_in_yaml_and_markdown():
    """A level that looks like YAML, HTML or a mention is read back as the text that it is."""
    evil = ['x"\n- evil: true', "<script>alert(1)</script>", "@someone", "---"]
    data = {"g": evil * 30, "d": [1, 0, 1, 1, 0] * 24}
    text = to_markdown(card(fairkit.evaluate(data, decision="d", by="g"), model_name='m"\n---\n', min_cell=0))
    index = metadata_of(text)["model-index"]
    assert "evil" not in index[0]
    assert "\n" not in index[0]["name"]
    body = text.split("---\n", 2)[2]
    assert "<script" not in body
    assert "@someone" not in body
