"""Forest charts: valid specifications that show the report's own intervals."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import altair as alt
import pytest

import fairkit
from fairkit.report.charts import COLORS, SHAPES, description, forest
from fairkit.report.drawing import draw
from fairkit.report.sections import parts


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
            assert datum["low"] == (None if row.estimate.low is None else round(100 * row.estimate.low, 3))
            if row.finding is not None and row.finding.low is not None:
                assert datum["contrast_low"] == round(100 * row.finding.low, 3)
                assert datum["contrast_high"] == round(100 * row.finding.high, 3)


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
