"""Texts on the common spine: rows of any engine in, counts of kind moments, and a report out."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import stats

import fairkit
from fairkit.counts import FIELDS, Counts, Kind
from fairkit.errors import DataError, UsageError
from fairkit.groups import Attribute
from fairkit.metrics import CATALOGUE
from fairkit.predicates import parse
from fairkit.text.counting import text_counts
from fairkit.text.evaluator import judge_texts
from fairkit.text.rows import read_texts


@pytest.fixture(scope="module")
def rows():
    """Return texts by sex, template and age; one is missing and one is blank."""
    n = 240
    return {
        "text": [None, "  ", *(f"Text {k}." for k in range(n - 2))],
        "sex": ["F", "M"] * (n // 2),
        "template": [f"t{k % 24}" for k in range(n)],
        "age": [20 + k % 50 for k in range(n)],
    }


@pytest.fixture(scope="module")
def measures():
    """Return a gap, of which every fifth is not known, and flips."""
    rng = np.random.default_rng(5)
    gap = np.abs(rng.normal(0.1, 0.1, 240))
    gap[::5] = np.nan
    return {"counterfactual_gap": gap, "flip_rate": np.where(np.isnan(gap), np.nan, gap > 0.2)}


def field(counts, name):
    """Take the sums of one field."""
    return counts.values[:, list(counts.fields).index(name)]


@pytest.mark.parametrize(
    "engine", [dict, pd.DataFrame, pl.DataFrame, lambda r: pl.DataFrame(r).lazy(), pa.table]
)
def test_texts_of_every_engine_are_read_alike(rows, engine):
    """Texts, groups and clusters are the same whatever frame they came in."""
    found = read_texts(engine(rows), text="text", by=[Attribute("sex")], cluster="template", keep=["age"])
    assert found.texts.tolist() == rows["text"]
    assert [found.levels[0][code] for code in found.group("sex")] == rows["sex"]
    assert [found.cluster_ids[code] for code in found.clusters] == rows["template"]
    assert found.columns["age"].tolist() == [str(age) for age in rows["age"]]
    assert found.given().sum() == 238


def test_a_group_may_be_a_predicate(rows):
    """A predicate over another column groups texts."""
    found = read_texts(rows, text="text", by=[Attribute("young", parse("age < 30"))])
    assert [found.levels[0][code] for code in found.group("young")] == [str(age < 30) for age in rows["age"]]


def test_means_by_group_are_those_of_the_texts_that_were_measured(rows, measures):
    """An estimate is the mean over the group's texts that have a value, with Student's interval around it."""
    texts = read_texts(rows, text="text", by=[Attribute("sex")])
    report = judge_texts(texts, measures, by="sex")
    gap = measures["counterfactual_gap"]
    for sex in ("F", "M"):
        own = gap[(np.array(rows["sex"]) == sex) & texts.given() & ~np.isnan(gap)]
        found = report.estimate("counterfactual_gap", f"sex={sex}")
        low, high = stats.t.interval(0.95, len(own) - 1, own.mean(), stats.sem(own))
        assert found.n == len(own)
        assert [found.value, found.low, found.high] == pytest.approx([own.mean(), low, high])


def test_what_was_not_measured_is_left_out_under_its_reason(rows, measures):
    """Missing, blank and unmeasured texts are counted apart, and nothing of them is added."""
    texts = read_texts(rows, text="text", by=[Attribute("sex")])
    counts = text_counts(texts, measures)
    assert counts.kind is Kind.MOMENTS
    left_out = [field(counts, name).sum() for name in ("text_missing", "text_empty", "measure_missing")]
    assert left_out == [1, 1, 47]
    assert field(counts, "texts").sum() == 240 - 49
    assert field(counts, "counterfactual_gap").sum() == pytest.approx(
        np.nansum(measures["counterfactual_gap"][2:])
    )


def test_counts_of_parts_add_up_to_the_counts_of_all(rows, measures):
    """Splitting the rows and merging their counts changes no sum."""

    def counted(some):
        texts = read_texts(
            {name: np.array(values, object)[some] for name, values in rows.items()},
            text="text",
            by=[Attribute("sex")],
            cluster="template",
        )
        return text_counts(texts, {name: values[some] for name, values in measures.items()})

    first = np.arange(240) < 100
    merged, whole = counted(first) + counted(~first), counted(np.ones(240, bool))
    assert merged.cluster_ids == whole.cluster_ids
    assert np.allclose(merged.values, whole.values)


def test_clusters_widen_the_interval_of_texts_that_are_alike():
    """Texts of one template that share their value are worth one text, and the interval says so."""
    value = np.repeat(np.random.default_rng(2).normal(0, 1, 20), 30)
    rows = {"text": ["x"] * 600, "sex": ["F", "M"] * 300, "template": [f"t{k // 30}" for k in range(600)]}
    width = {}
    for cluster in (None, "template"):
        texts = read_texts(rows, text="text", by=[Attribute("sex")], cluster=cluster)
        found = judge_texts(texts, {"prediction_sensitivity": value}, by="sex").estimates[0]
        width[cluster] = found.high - found.low
    assert width["template"] > 3 * width[None]


def test_a_group_of_which_nothing_was_measured_is_undefined_never_zero(rows, measures):
    """A group whose texts have no counterfactual has a null value with the reason."""
    texts = read_texts(rows, text="text", by=[Attribute("sex")])
    gap = np.where(np.array(rows["sex"]) == "F", np.nan, measures["counterfactual_gap"])
    report = judge_texts(texts, {"counterfactual_gap": gap, "toxicity": np.full(240, 0.5)}, by="sex")
    found = report.estimate("counterfactual_gap", "sex=F")
    assert found.value is None
    assert str(found.why) == "not-measured"
    assert json.loads(report.to_json())["findings"][0]["verdict"] == "inconclusive"


def test_reports_on_texts_come_back_from_json(rows, measures, tmp_path):
    """Counts, settings and findings survive the file, and a gate can be made of them."""
    texts = read_texts(rows, text="text", by=[Attribute("sex")])
    report = judge_texts(texts, measures, by="sex")
    report.save(tmp_path / "r.json") if hasattr(report, "save") else (tmp_path / "r.json").write_text(
        report.to_json()
    )
    again = fairkit.load_report(tmp_path / "r.json")
    assert again == report
    assert again.settings.text == "text"
    assert isinstance(again.counts, Counts)


def test_every_measure_has_a_metric_and_every_metric_its_sums():
    """The names that may be measured and the metrics of the catalogue are the same."""
    from fairkit.kinds import MEASURES

    assert tuple(CATALOGUE[Kind.MOMENTS]) == MEASURES
    assert {f"{name}_texts" for name in MEASURES} <= set(FIELDS[Kind.MOMENTS])


def test_wrong_measures_are_refused_together(rows):
    """An unknown measure with a suggestion, and a wrong number of values, are told at once."""
    texts = read_texts(rows, text="text")
    with pytest.raises(UsageError) as caught:
        text_counts(texts, {"flip_rat": np.zeros(240), "toxicity": np.zeros(3)})
    assert len(caught.value.problems) == 2
    assert "flip_rate" in str(caught.value)
    with pytest.raises(DataError, match="infinite for 1 texts, the first '3'"):
        text_counts(texts, {"toxicity": np.where(np.arange(240) == 2, np.inf, 0.0)})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"text": [1, 2]}, "must hold texts"),
        ({"text": [None, " "]}, "no row has a text in column 'text'"),
        ({"txt": ["a"]}, "text"),
    ],
)
def test_data_without_texts_are_refused(data, said):
    """Numbers, blanks and a misspelt column are refused with what was found."""
    with pytest.raises(DataError, match=said):
        read_texts(data, text="text")


def test_nothing_measured_at_all_is_refused(rows):
    """A report needs one text that was measured."""
    texts = read_texts(rows, text="text", by=[Attribute("sex")])
    with pytest.raises(DataError, match="nothing could be measured of any of the 240 texts"):
        judge_texts(texts, {"toxicity": np.full(240, np.nan)}, by="sex")
    with pytest.raises(UsageError, match="read without 'age'"):
        judge_texts(texts, {"toxicity": np.zeros(240)}, by="age")
