"""Tables of associations: read as written, never NaN, never one number, side by side with what models do."""

from __future__ import annotations

import json
import math
from functools import cache
from itertools import permutations

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from scipy import stats
from strict_pages import TAGS, Page

import fairkit
from fairkit.errors import DataError, ReportError, UsageError
from fairkit.text.intrinsic import (
    Association,
    Extrinsic,
    associations_of,
    load_associations,
    side_by_side,
)
from fairkit.text.intrinsic.comparing import from_report, read_table, spearman
from fairkit.text.intrinsic.definitions import DEFINITIONS
from fairkit.text.intrinsic.model import Lost
from fairkit.text.intrinsic.serialize import from_json, json_schema, schema_text, to_json


def several(values, metric="weat_effect_size", test="gender"):
    """Make one association for each model m0, m1, ..."""
    return [Association(metric, f"m{i}", test, "all", value, n=16) for i, value in enumerate(values)]


def whole():
    """Make a table with one row of every metric, one of them undefined."""
    rows = [
        Association(
            metric, "a <b>", "test & test", "all", 55.0 if definition.unit == "percent" else 0.5,
            40.0 if definition.unit == "percent" else 0.1, 70.0 if definition.unit == "percent" else 0.9,
            0.95, 20, method="made up", p=0.02, p_method="one-sided, made up", details={"ties": 1.0},
            settings={"layer": "3 of 6"}, lost=(Lost("cot", "home", "not there"),), notes=("a note.",),
        )
        for metric, definition in DEFINITIONS.items()
    ]  # fmt: skip
    rows.append(
        Association("weat_effect_size", "other", "test", "all", None, why="of 'x' too few words are left.")
    )
    return associations_of(rows, seed=4, extrinsic=[Extrinsic("gap", "other", None, why="not given")])


@cache
def whole_page():
    """Draw the page of that table, once: a chart for every metric takes its time."""
    return whole().to_html()


def test_a_table_is_read_as_it_was_written():
    """Every field comes back, undefined values too, and the document keeps the published schema."""
    table = whole()
    text = to_json(table)
    assert from_json(text) == table
    Draft202012Validator(json_schema()).validate(json.loads(text))
    assert json.loads(schema_text()) == json_schema()
    assert "NaN" not in text


def test_a_damaged_table_is_refused_with_its_places(tmp_path):
    """Unknown metrics, missing keys and other documents are named with their JSON path."""
    data = json.loads(to_json(whole()))
    data["associations"][0]["metric"] = "weat_effect"
    del data["associations"][1]["why"]
    with pytest.raises(ReportError) as caught:
        from_json(json.dumps(data))
    assert any("$.associations[0].metric" in problem for problem in caught.value.problems)
    assert "$.associations[1].why is missing." in caught.value.problems
    file = tmp_path / "report.json"
    file.write_text(
        fairkit.evaluate({"s": ["a", "b"] * 9, "d": [1, 0, 0] * 6}, decision="d", by="s").to_json()
    )
    with pytest.raises(ReportError, match="a table of associations is of schema"):
        load_associations(file)


def test_every_metric_names_its_neutral_value_in_every_view():
    """The axis of each metric, with its neutral value, is in text and page; p never stands alone."""
    table = whole()
    text, page = " ".join(table.to_text(width=140).split()), whole_page()
    for definition in DEFINITIONS.values():
        assert definition.axis in text
        assert definition.axis in page
        assert definition.neutral is None or f"{definition.neutral:g}" in definition.axis
    assert text.count("p = .0200 (one-sided, made up)") == len(DEFINITIONS)
    assert "undefined: of 'x' too few words are left." in text


def test_the_page_is_whole_and_escapes_names():
    """The page is well-formed, runs no script, and shows a model's name as text."""
    html = whole_page()
    page = Page(html)
    assert {tag for tag, _ in page.elements} <= TAGS
    assert len(page.tables) == len(DEFINITIONS) + 1
    assert "a &lt;b&gt;" in html
    assert "<b>" not in html
    assert html.count("<svg") == len(DEFINITIONS)


def test_the_frame_has_a_row_each():
    """Associations as a pandas frame, one row each, with the neutral value."""
    frame = whole().to_frame()
    assert len(frame) == len(DEFINITIONS) + 1
    assert set(frame["neutral"].dropna()) == {0.0, 50.0}


def test_there_is_no_total():
    """No view and no field adds metrics up: the document has lists, and notes that say so."""
    table = whole()
    assert set(json.loads(to_json(table))) == {
        "schema", "created", "fairkit_version", "confidence", "seed",
        "associations", "extrinsic", "correlations", "notes",
    }  # fmt: skip
    assert "Each metric stands for itself." in " ".join(table.to_text().split())


@pytest.mark.parametrize("ties", [False, True])
def test_spearman_is_scipys_with_an_exact_p(ties):
    """The correlation is SciPy's, with ties too; p counts every order."""
    rng = np.random.default_rng(1)
    x = rng.integers(0, 3, size=5).tolist() if ties else rng.normal(size=5).tolist()
    y = rng.normal(size=5).tolist()
    value, p, method = spearman(x, y, rng=rng)
    assert value == pytest.approx(stats.spearmanr(x, y).statistic)
    every = [abs(stats.spearmanr([x[i] for i in order], y).statistic) for order in permutations(range(5))]
    assert p == pytest.approx(np.mean(np.array(every) >= abs(value) - 1e-9))
    assert method == "exact, all 120 orders"


def test_many_models_are_permuted_by_drawing():
    """Of twelve models orders are drawn, and p is (1 + extreme) / (1 + drawn)."""
    x = np.arange(12.0)
    value, p, method = spearman(x, x, rng=np.random.default_rng(0))
    assert (value, p) == (1.0, 1 / 20_001)
    assert "drawn" in method


def test_models_are_ranked_by_their_distance_from_neutral():
    """Values on both sides of 0 are as far by their size; with their signs the correlation is another."""
    inside = several([0.1, -0.2, 0.3, -0.4, 0.5])
    outside = {f"m{i}": {"gap": value} for i, value in enumerate([0.01, 0.02, -0.03, 0.04, 0.05])}
    by_distance = side_by_side(inside, outside).correlations[0]
    by_value = side_by_side(inside, outside, compare="value").correlations[0]
    assert by_distance.value == pytest.approx(1.0)
    assert by_distance.p == pytest.approx(2 / 120)
    assert by_distance.why == "models are in the same order, or in the opposite: no interval is known."
    assert by_value.value == pytest.approx(
        stats.spearmanr([0.1, -0.2, 0.3, -0.4, 0.5], [0.01, 0.02, -0.03, 0.04, 0.05])[0]
    )


def test_the_interval_is_fishers():
    """Six models: Fisher's z with the standard error of Bonett and Wright."""
    x, y = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0.2, 0.1, 0.4, 0.3, 0.6, 0.5]
    outside = {f"m{i}": {"gap": value} for i, value in enumerate(y)}
    found = side_by_side(several(x), outside).correlations[0]
    r = stats.spearmanr(x, y).statistic
    half = stats.norm.ppf(0.975) * math.sqrt((1 + r**2 / 2) / 3)
    assert (found.low, found.high) == (
        pytest.approx(math.tanh(math.atanh(r) - half)),
        pytest.approx(math.tanh(math.atanh(r) + half)),
    )


def test_too_few_models_have_no_correlation():
    """With three models there is none, and the reason; models without a value do not count."""
    inside = several([0.1, 0.2, 0.3, None, None])
    outside = {f"m{i}": {"gap": i / 10} for i in range(5)}
    found = side_by_side(inside, outside).correlations[0]
    assert (found.value, found.p, found.models) == (None, None, ("m0", "m1", "m2"))
    assert found.why.startswith("too few models (n=3)")


def test_a_metric_that_is_the_same_for_all_has_no_rank():
    """Where every model has one value there is nothing to rank, and which metric it is is said."""
    found = side_by_side(several([0.1] * 5), {f"m{i}": {"gap": i / 9} for i in range(5)}).correlations[0]
    assert found.value is None
    assert found.why == "'weat_effect_size, gender' is the same for all 5 models."


def test_every_pair_of_metrics_is_shown_and_mixtures_are_not_ranked():
    """Two intrinsic and two extrinsic metrics are four correlations; icat and lms are shown only."""
    inside = [
        *several([0.1, 0.2, 0.3, 0.4, 0.5]),
        *several([55.0, 60.0, 58.0, 51.0, 66.0], "stereoset_stereotype_score"),
        *several([80.0] * 5, "stereoset_idealized_score"),
    ]
    outside = {f"m{i}": {"gap": i / 9, "flips": 1 - i / 7} for i in range(5)}
    found = side_by_side(inside, outside)
    assert len(found.correlations) == 4
    assert len(found.associations) == 15
    assert "p is not corrected for the 4 correlations that are shown." in found.notes
    assert "Do they rank models alike?" in found.to_text()


def test_models_that_do_not_meet_are_refused():
    """No common model, one metric twice, an unknown way to rank."""
    with pytest.raises(DataError, match="no model has both kinds"):
        side_by_side(several([0.1]), {"other": {"gap": 0.1}})
    with pytest.raises(DataError, match="more than once"):
        side_by_side([*several([0.1]), *several([0.2])], {"m0": {"gap": 0.1}})
    with pytest.raises(UsageError, match="compare 'rank'"):
        side_by_side(several([0.1]), {"m0": {"gap": 0.1}}, compare="rank")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "a"])
def test_extrinsic_values_that_are_no_numbers_are_refused(value):
    """A value that is no number would have a rank like any other."""
    with pytest.raises(DataError, match=r"gap of m1 is .* which is no number"):
        side_by_side(several([0.1, 0.2]), {"m0": {"gap": 0.1}, "m1": {"gap": value}})


def test_settings_that_rows_do_not_share_are_told_of_each():
    """One model by two layers: which row is which stands under the table and on the page."""
    rows = [
        Association("seat_effect_size", "m", "g", "all", 0.5, settings={"layer": layer, "pooling": "mean"})
        for layer in ("1 of 6", "6 of 6")
    ]
    text = associations_of(rows).to_text()
    assert "pooling: mean\n" in text
    assert "g: layer: 1 of 6" in text
    assert "g: layer: 6 of 6" in associations_of(rows).to_html()


def test_tables_of_users_are_read(tmp_path):
    """Model, metric and value; limits and the neutral value if given; an empty value is none."""
    file = tmp_path / "gaps.csv"
    file.write_text("model,metric,value,low,high,neutral\na,ratio,0.8,0.7,0.9,1\nb,ratio,,,,1\n")
    found = read_table(file)
    assert found[0].distance == pytest.approx(0.2)
    assert (found[1].value, found[1].why) == (None, "empty in the table")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("model,metric\n", "no column 'value'"),
        ("model,metric,value\na,gap,x\n", "line 2 .* value is 'x'"),
        ("model,metric,value\na,gap,nan\n", "leave it empty"),
        ("model,metric,value\n,gap,1\n", "no model or no metric"),
    ],
)
def test_tables_that_are_wrong_are_refused(text, said, tmp_path):
    """What is wrong is said with its line."""
    file = tmp_path / "gaps.csv"
    file.write_text(text)
    with pytest.raises(DataError, match=said):
        read_table(file)


def test_gaps_of_a_report_are_extrinsic_metrics(tmp_path):
    """Every finding of a report, with its interval; ratios are neutral at 1."""
    data = {"sex": ["F", "M"] * 60, "d": [1, 1, 0, 1, 0, 0] * 20}
    report = fairkit.evaluate(data, decision="d", by="sex")
    file = tmp_path / "report.json"
    file.write_text(report.to_json(), encoding="utf-8")
    found = from_report(file, model="a")
    assert len(found) == len(report.findings)
    for one, finding in zip(found, report.findings, strict=True):
        assert (one.value, one.low, one.high) == (finding.value, finding.low, finding.high)
        assert one.neutral == (1.0 if finding.compare == "ratio" else 0.0)
