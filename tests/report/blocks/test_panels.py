"""Small pictures side by side: the same axes for all, curves that are no areas, valid drawings."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import altair as alt

from fairkit.report.blocks.panels import COLUMNS, SIZE, diagonal, dots, line, panels
from fairkit.report.drawing import draw

POINTS = [{"x": 0.0, "y": 0.0, "low": 0.0, "high": 0.1}, {"x": 0.4, "y": 0.9, "low": 0.8, "high": 0.95}]


def _axes(spec):
    return [layer["encoding"] for panel in spec["concat"] for layer in panel["layer"]]


def test_every_panel_has_the_same_axes():
    """Groups can be compared by eye because scales do not follow the data."""
    spec = panels({"F": [diagonal(), line(POINTS)], "M": dots(POINTS)}, x="score", y="rate")
    assert {tuple(axes[name]["scale"]["domain"]) for axes in _axes(spec) for name in "xy"} == {(0.0, 1.0)}
    assert {axes["x"]["axis"]["title"] for axes in _axes(spec)} == {"score"}
    assert all(panel["width"] == panel["height"] == SIZE for panel in spec["concat"])


def test_a_given_domain_holds_for_both_axes():
    """Scores beyond 0 and 1 widen every panel alike, and its ticks are chosen for it."""
    spec = panels({"F": [diagonal((-1.0, 2.0))]}, x="score", y="rate", domain=(-1.0, 2.0))
    (axes,) = _axes(spec)
    assert axes["x"]["scale"]["domain"] == axes["y"]["scale"]["domain"] == [-1.0, 2.0]
    assert "values" not in axes["x"]["axis"]
    assert spec["concat"][0]["layer"][0]["data"]["values"][-1] == {"x": 2.0, "y": 2.0}


def test_only_the_first_panel_of_a_row_names_the_vertical_axis():
    """Titles that would repeat are left out."""
    spec = panels({f"g{i}": [diagonal()] for i in range(COLUMNS + 1)}, x="x", y="y")
    titles = [panel["layer"][0]["encoding"]["y"]["axis"]["title"] for panel in spec["concat"]]
    assert titles == ["y", *[None] * (COLUMNS - 1), "y"]
    assert spec["columns"] == COLUMNS


def test_altair_accepts_the_panels():
    """The specification is valid for Altair's schema of Vega-Lite."""
    spec = panels({"F": [diagonal(), line(POINTS), *dots(POINTS)], "M": [line([])]}, x="x", y="y")
    assert isinstance(alt.Chart.from_dict(spec), alt.ConcatChart)


def test_curves_are_no_areas():
    """A drawn curve is a stroke without any filling, which a browser would add to a path by itself."""
    spec = panels({"F": [diagonal(), line(POINTS), *dots(POINTS)]}, x="x", y="y")
    root = ET.fromstring(draw(spec, label="L"))  # noqa: S314  made one line above
    curves = [e for e in root.iter("path") if "s" in {c[0] for c in e.attrib.get("class", "").split()}]
    assert len(curves) >= 2
    for path in curves:
        filled = any(c.startswith("f") for c in path.attrib["class"].split())
        assert filled or path.attrib.get("fill") == "none"


def test_a_curve_keeps_the_order_of_its_points():
    """A curve that goes straight up is drawn so, though its points share one place on the axis."""
    order = line([{"x": 0.5, "y": 0.9}, {"x": 0.5, "y": 0.1}])
    assert [point["i"] for point in order["data"]["values"]] == [0, 1]
    assert order["encoding"]["order"]["field"] == "i"


def test_titles_stay_text_in_a_panel():
    """Markup in the name of a group is text of the drawing, not an element of it."""
    spec = panels({"</svg><script>alert(1)</script>": [diagonal()]}, x="<b>", y="&")
    root = ET.fromstring(draw(spec, label='"><img src=x>'))  # noqa: S314  made one line above
    assert {element.tag for element in root.iter()} <= {"svg", "g", "rect", "line", "path", "text", "tspan"}
    assert "</svg><script>" in "".join(root.itertext())
