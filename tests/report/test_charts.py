"""Forest charts: valid specifications that show the report's own intervals."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import altair as alt
import pytest

import fairkit
from fairkit.report.charts import COLORS, SHAPES, description, forest
from fairkit.report.drawing import draw
from fairkit.report.sections import Section, parts


def parsed(svg):
    """Parse a drawing, which this project has just made."""
    return ET.fromstring(svg)  # noqa: S314


def sections_of(report):
    """List every section of a report."""
    return [section for part in parts(report) for section in part.sections]


def test_altair_accepts_every_chart(report):
    """The specification of each kind of chart is valid for Altair's schema of Vega-Lite."""
    sections = sections_of(report)
    for section in (sections[0], sections[1], sections[6], sections[-1]):
        assert isinstance(alt.Chart.from_dict(forest(section)), alt.HConcatChart)


def test_the_chart_shows_the_interval_that_decides(report):
    """Contrasts are drawn with the corrected interval of the finding, values with their plain one."""
    for section in sections_of(report):
        if section.compare == "ratio":
            continue
        for row, datum in zip(section.rows, forest(section)["data"]["values"], strict=True):
            e, f = row.estimate, row.finding
            assert datum["low"] == (None if e.low is None else pytest.approx(100 * e.low, rel=1e-5))
            if f is not None and f.low is not None:
                assert datum["contrast_low"] == pytest.approx(100 * f.low, rel=1e-5)
                assert datum["contrast_high"] == pytest.approx(100 * f.high, rel=1e-5)


def test_no_group_is_dropped(report):
    """Undefined groups stand in the chart with their reason, in words."""
    section = next(s for s in sections_of(report) if s.metric == "true_positive_rate")
    words = {d["group"]: d["word"] for d in forest(section)["data"]["values"]}
    assert words["nobody"] == "undefined: no rows"
    assert words["tiny"] == "undefined: no positives"
    assert words["B"] == "reference"
    drawn = "".join(parsed(draw(forest(section), label="")).itertext())
    assert "undefined: no positives" in drawn


def test_verdicts_differ_by_more_than_colour():
    """A filled diamond, a filled circle and a hollow one; each verdict also has its word."""
    assert set(COLORS) == set(SHAPES)
    assert SHAPES["disparity"] != SHAPES["parity"]


def test_wild_ratios_stay_on_the_axis():
    """The interval of a ratio of zero is drawn to the end of the logarithmic axis, its point nowhere."""
    rows = {"g": ["a"] * 40 + ["b"] * 400, "d": [0] * 40 + [1] * 4 + [0] * 396}
    report = fairkit.evaluate(rows, decision="d", by="g", compare="ratio")
    spec = forest(sections_of(report)[0])
    by = {datum["group"]: datum for datum in spec["data"]["values"]}
    assert report.findings[0].value == 0
    assert (by["a"]["contrast"], by["a"]["contrast_low"]) == (None, 0.05)
    for datum in by.values():
        assert datum["contrast_low"] is None or 0.05 <= datum["contrast_low"] <= datum["contrast_high"] <= 20
    parsed(draw(spec, label=""))


def test_a_drawing_is_in_the_colours_of_the_page(report):
    """The SVG names classes, never colours, fonts or addresses, so that the page decides how it looks."""
    svg = draw(forest(sections_of(report)[0]), label="L")
    root = parsed(svg)
    assert root.attrib["aria-label"] == "L"
    used = {name for element in root.iter() for name in element.attrib}
    assert not used & {"fill", "stroke", "style", "href", "font-family", "xmlns"}
    assert "http" not in svg
    assert "#" not in svg
    classes = {c for element in root.iter() for c in element.attrib.get("class", "").split()}
    assert {"fd", "sd", "fk", "fm", "fb", "sg"} <= classes


@pytest.mark.parametrize("position", [0, 1])
def test_names_stay_text_in_a_drawing(hostile, position):
    """Markup in a name is text of the drawing, not an element of it."""
    section = sections_of(hostile)[position]
    root = parsed(draw(forest(section), label=description(section)))
    assert {element.tag for element in root.iter()} <= {"svg", "g", "rect", "line", "path", "text", "tspan"}
    texts = set(root.itertext())
    assert any("<script>alert(1)</script>" in text for text in texts)
    assert any("{{ 7 * 7 }}{% raw %} ${7*7}" in text for text in texts)
    assert any("red" in text and "\x1b" not in text for text in texts)


def test_the_description_counts_verdicts(report):
    """Those who do not see the chart are told how many groups ended in each way."""
    section = next(s for s in sections_of(report) if s.metric == "true_positive_rate")
    text = description(section)
    assert "7 groups against group=B" in text
    assert "2 undefined" in text


def test_amounts_are_drawn_in_their_own_unit():
    """Errors of a regression are drawn as they are, and the axis holds every interval and the margin."""
    rows = {"g": ["a", "b"] * 60, "y": [10.0 * i for i in range(120)]}
    rows["p"] = [10.0 * i + (500 if i % 2 else 0) + 7 * (i % 13) for i in range(120)]
    report = fairkit.evaluate(rows, label="y", prediction="p", by="g", metrics=["mean_error", "r2_score"])
    for section in sections_of(report):
        spec = forest(section)
        low, high = spec["hconcat"][1]["layer"][0]["encoding"]["x"]["scale"]["domain"]
        for row, datum in zip(section.rows, spec["data"]["values"], strict=True):
            assert datum["value"] == pytest.approx(row.estimate.value, rel=1e-5)
            assert low <= datum["contrast_low"] <= datum["contrast_high"] <= high
        assert low < section.margin[0] < section.margin[1] < high
        assert ", %" not in str(spec["hconcat"][0])


@pytest.mark.parametrize(
    ("metric", "title"),
    [
        ("roc_auc", "ROC AUC"),
        ("r2_score", "R² score"),
        ("ndcg", "nDCG"),
        ("macro_f1_score", "Macro F1 score"),
        ("true_positive_rate[cat]", "True positive rate [cat]"),
        ("roc_auc[new]", "ROC AUC [new]"),
        ("accuracy[a [b]]", "Accuracy [a [b]]"),
        ("accuracy[\x1b[31m]", "Accuracy [\\x1b[31m]"),
    ],
)
def test_titles_are_words(metric, title):
    """Abbreviations keep their letters, and a class or a model stands apart from the words."""
    section = Section(metric, "g", "difference", None, "rest", None, None, ())
    assert section.title == title
