"""Reports of every kind of question in every view: whole, readable, and safe whatever things are called."""

from __future__ import annotations

import json
import re
from html import unescape

import jsonschema
import numpy as np
import pandas as pd
import pytest
from rich.cells import cell_len

import fairkit
from fairkit.counts import Counts
from fairkit.report.blocks import blocks_of
from fairkit.report.html import to_html
from fairkit.report.markdown import LONGEST, to_markdown
from fairkit.report.numerals import value_text
from fairkit.report.phrases import short_name
from fairkit.report.sections import parts
from fairkit.report.serialize import from_json, schema_text, to_json
from fairkit.report.text import to_text

BARE_PIPE = re.compile(r"(?<!\\)(?:\\\\)*\|")
HOSTILE = ["hostile_classes", "hostile_models"]


def forbid(constant):
    """Refuse what is no number of JSON."""
    raise AssertionError(f"{constant} in the JSON of a report")


def hold_views(report, page=None):
    """Write every view of a report and hold what must be so of all."""
    data = json.loads(to_json(report), parse_constant=forbid)
    jsonschema.Draft202012Validator(json.loads(schema_text())).validate(data)
    assert to_json(from_json(to_json(report))) == to_json(report)
    for width in (60, 100, 160):
        text = to_text(report, width=width)
        assert max(map(cell_len, text.splitlines())) <= width
        assert not re.search(r"\bnan\b|\binf\b|None\b", text)
    frame = report.to_frame()
    assert len(frame) == len(report.estimates) * len(report.settings.compare)
    columns = None
    markdown = to_markdown(report)
    assert len(markdown) <= LONGEST
    for line in markdown.splitlines():
        cells = len(BARE_PIPE.findall(line)) if line.startswith("|") else None
        assert columns is None or cells is None or cells == columns
        columns = cells
    page = page or to_html(report)
    assert "<script" not in page.lower().replace("&lt;script", "")
    assert not re.search(r">\s*(nan|inf|None)\b", page)
    return text, markdown, page


def test_a_report_of_every_kind_survives_the_round_trip(of_kind):
    """Reading what was written gives an equal report, apart from clusters; no number is NaN."""
    text = to_json(of_kind)
    json.loads(text, parse_constant=forbid)
    read = from_json(text)
    assert to_json(read) == text
    for name in ("settings", "groups", "estimates", "contrasts", "findings", "headlines", "notes"):
        assert getattr(read, name) == getattr(of_kind, name)
    assert read.counts == of_kind.counts.marginal(of_kind.counts.attributes)
    assert read.counts.axes == of_kind.counts.axes


def test_every_view_writes_every_kind(of_kind, page_of_kind):
    """Undefined groups, missing attributes and lost rows leave each view whole, and are all named."""
    text, markdown, page = hold_views(of_kind, page_of_kind)
    for view in (text, markdown, unescape(page)):
        assert "undefined" in view
        assert "nobody" in view
        assert "(missing)" in view
        assert "tiny" in view


def test_every_value_is_on_the_page_in_its_unit(of_kind, page_of_kind):
    """Shares are in percent, scores and amounts as they are, each in the table beside its chart."""
    page = unescape(page_of_kind)
    for part in parts(of_kind):
        for section in part.sections:
            start = page.index(f"<caption>{section.metric} by {part.attribute}:")
            table = page[start : page.index("</table>", start)]
            assert ("value in percent" in table) == (section.measure == "share")
            for row in section.rows:
                assert f">{short_name(row.estimate.group, part.attribute)}</th>" in table
                if row.estimate.value is not None:
                    assert f">{value_text(row.estimate.value, section.measure)}</td>" in table


def test_every_metric_is_explained_once(of_kind, page_of_kind):
    """The list of metrics has each definition once, however many classes or models it was measured of."""
    page = unescape(page_of_kind)
    start = page.index("<caption>The metrics, over the counts of each group</caption>")
    rows = re.findall(r'<th scope="row" class="w">(.*?)</th>', page[start:])
    definitions = [section.definition.name for part in parts(of_kind) for section in part.sections]
    assert rows == list(dict.fromkeys(definitions))


def test_the_frame_has_every_number(of_kind):
    """A value that is undefined is missing in the frame and has its reason."""
    frame = of_kind.to_frame()
    values = [None if pd.isna(value) else value for value in frame["value"]]
    assert values == [estimate.value for estimate in of_kind.estimates]
    assert frame["why"][frame["value"].isna()].notna().all()


@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_classes_and_models_are_only_shown(name, request):
    """No class, no model and no group becomes markup, a link, or a command to the terminal, in any view."""
    report = request.getfixturevalue(name)
    text, markdown, page = hold_views(report)
    for view in (text, markdown, page):
        assert not set(view) & set("\x00\x07\x1b\u202e")
    tags = set(re.findall(r"<[^>]*>", markdown))
    names = ("details", "summary", "sub", "code")
    assert tags <= {f"<{slash}{tag}>" for tag in names for slash in ("", "/")} | {"<!-- -->"}
    assert "](" not in markdown.replace(r"\](", "")
    assert "@someone" not in markdown
    assert "<img" not in page
    assert page.count("<style") == page.count("</style>") == 1
    assert from_json(to_json(report)).settings == report.settings


@pytest.mark.parametrize("levels", [["A"], [None]], ids=["one group", "no group known"])
def test_one_group_is_a_report_too(of_kind, levels):
    """Where there is nothing to compare, every view says what it can, and nothing is called parity."""
    counts = of_kind.counts.marginal([])
    alone = Counts.from_codes(
        counts.kind,
        ("g",),
        (tuple(levels),),
        np.zeros((len(counts.values), 1), np.int64),
        counts.values,
        axes=counts.axes,
        axis_codes=counts.axis_codes,
    )
    report = fairkit.evaluate(alone, by="g")
    hold_views(report)
    assert str(report.verdict) == "inconclusive"


def test_a_hundred_groups_draw_eight_curves(many_scores):
    """Every view takes 100 groups; curves are drawn for the largest, and tables have all of them."""
    _, _, page = hold_views(many_scores)
    blocks = {block.name: block for block in blocks_of(many_scores)}
    groups = {size.group for size in many_scores.groups}
    for table in (*blocks["calibration"].tables, *blocks["roc"].tables):
        assert len(table.figures[0].spec["concat"]) == 8
        assert {f"group={row[0]}" for row in table.rows} >= groups - {"group=tiny"}  # without positives
    assert len(page.encode()) < 3_000_000


@pytest.mark.parametrize(
    ("classes", "names"), [([1, 2, 3], ("1", "2", "3")), ([True, False], ("True", "False"))], ids=str
)
def test_classes_that_are_no_texts_are_stated_as_their_levels(classes, names):
    """Numbers and truth values that name classes are shown and read back, as the labels themselves are."""
    rows = {"g": ["a", "b"] * 12, "y": classes[:2] * 12, "d": [classes[i % 5 % 2] for i in range(24)]}
    report = fairkit.evaluate(rows, by="g", label="y", decision="d", classes=classes)
    hold_views(report)
    assert report.settings.classes == names
    assert from_json(to_json(report)) == report
