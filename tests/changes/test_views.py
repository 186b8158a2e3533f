"""Text, Markdown, page, chart and JSON of a comparison: one verdict in all, and harmless names."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from jsonschema import Draft202012Validator
from releases import released

from fairkit.changes.chart import DRAWN, description, dumbbell
from fairkit.changes.comparing import compare_reports
from fairkit.changes.markdown import LONGEST
from fairkit.changes.sections import sections
from fairkit.changes.serialize import json_schema

OLD = {"F": (80, 40, 20, 260), "M": (120, 60, 30, 290), "D": (9, 1, 1, 9)}
NEW = {"F": (30, 40, 70, 260), "M": (150, 60, 25, 340), "X": (5, 5, 5, 5)}


@pytest.fixture(scope="module")
def releases():
    """Two releases, of which the new one is worse for women."""
    return compare_reports(released(OLD), released(NEW), names=("v41.json", "v42.json"))


@pytest.fixture(scope="module")
def last_mile():
    """A developer's report and a customer's."""
    return compare_reports(released(OLD), released(NEW), metrics=["accuracy"], last_mile=True)


def views(changes):
    """Return every view that people read, as plain words."""
    page = unescape(
        re.sub(r"<style>.*?</style>|<svg.*?</svg>|<[^>]+>", " ", changes.to_html(), flags=re.DOTALL)
    )
    markdown = re.sub(r"\\([_*<>])", r"\1", unescape(changes.to_markdown()).replace("&#95;", "_"))
    return {"text": changes.to_text(width=140), "markdown": markdown, "page": page}


def squeezed(text):
    """Return a text with single blanks."""
    return " ".join(text.split())


def test_all_views_say_the_same(releases):
    """What is found, every group, every verdict and every note stands in each view."""
    for name, text in views(releases).items():
        told = squeezed(text)
        assert "7 values are worse and 8 gaps are wider" in told, name
        for one in ("v41.json", "v42.json", "sex=D", "sex=X", "-50.00", "◆ worse", "only in the old report"):
            assert one in told, (name, one)
        for note in releases.notes:
            assert squeezed(note) in told, (name, note)


def test_the_last_mile_has_words_of_its_own(last_mile):
    """A developer and a customer are named, and the answer comes before the numbers."""
    for name, text in views(last_mile).items():
        told = squeezed(text)
        for one in ("Do published gaps hold?", "does not hold", "wider than published", "not published: X"):
            assert one in told, (name, one)
        assert "only the developer has" in told
        assert told.index("does not hold") < told.index("All rows")


def test_nothing_found_is_not_said_to_be_well():
    """Where much is undecided the headline says so; where all is equivalent it says that."""
    cells = {"F": (20, 2, 3, 25), "M": (20, 2, 3, 25)}
    few = compare_reports(released(cells), released(cells), metrics=["accuracy"])
    assert "5 of 5 are undecided" in few.to_text()
    many = {name: tuple(400 * n for n in counted) for name, counted in cells.items()}
    sure = compare_reports(released(many), released(many), metrics=["accuracy"])
    assert "● no value is worse, and no gap is wider" in sure.to_text()


def test_names_from_data_are_harmless():
    """Markup and marks that reorder text are written as what they are, in every view."""
    name = "<script>alert(1)</script>\u202e|`x`"
    found = compare_reports(
        released({name: (30, 1, 2, 40)}), released({name: (30, 1, 2, 40), "M": (1, 1, 1, 1)})
    )
    page = found.to_html()
    assert "<script" not in page
    assert all("\u202e" not in text for text in (page, found.to_markdown(), found.to_text()))
    assert "<script" not in found.to_markdown()


def test_a_page_asks_nothing_of_anybody(releases):
    """The page has no script, no address and a table beside every chart."""
    page = releases.to_html()
    assert page.count("<svg") == 2 * len(sections(releases)) == page.count("The same as a table")
    assert not re.search(r"<script|https?://|src=", page)
    assert page.count("<h1") == 1
    assert all(f'id="{link}"' in page for link in re.findall(r'href="#([^"]+)"', page))


def test_the_chart_draws_what_the_table_says(releases):
    """Every group is a row of the drawing with both values, the interval and the verdict."""
    section = next(s for s in sections(releases) if s.metric == "true_positive_rate")
    data = {row["group"]: row for row in dumbbell(releases, section.values)["data"]["values"]}
    assert (data["F"]["old"], data["F"]["new"], data["F"]["value"]) == pytest.approx((80, 30, -50))
    change = section.values[1]
    assert (data["F"]["low"], data["F"]["high"]) == pytest.approx(
        (100 * change.low, 100 * change.high), abs=1e-3
    )
    assert (data["F"]["kind"], data["F"]["word"]) == ("bad", "worse")
    assert (data["X"]["old"], data["X"]["word"]) == (None, "only in the new report")
    spec = json.dumps(dumbbell(releases, section.gaps))
    assert '"datum": -5.0' in spec
    assert "Gap to all other rows, points" in spec
    assert description(releases, section.values).startswith(
        "Values of true_positive_rate by sex, old and new, 4 groups: 1 only"
    )


def test_many_groups_are_folded_and_counted():
    """Text and Markdown keep what was found and count the rest; the page has all rows and draws the first."""
    cells = {f"g{i:03d}": (40, 5, 5, 40) for i in range(90)}
    worse = {**cells, "g080": (5, 40, 40, 5)}
    found = compare_reports(released(cells), released(worse), metrics=["accuracy"])
    text = found.to_text()
    assert "g080" in text
    assert "... 75 groups more" in text
    assert "g080" in found.to_markdown()
    assert "... 65 groups more" in found.to_markdown()
    page = found.to_html()
    assert page.count("g080") >= 2
    assert f"The first {DRAWN} of 90 groups are drawn." in page


def test_markdown_fits_into_a_comment():
    """A comparison of many metrics and groups is cut by whole tables, which are counted."""
    cells = {f"group-{i:04d}": (9, 5, 5, 9) for i in range(300)}
    found = compare_reports(released(cells), released(cells, metrics="all"))
    assert len(found.asked.metrics) > 10
    text = found.to_markdown()
    assert len(text) <= LONGEST
    assert text.rstrip().endswith("</sub>")


def test_the_json_is_whole(last_mile):
    """Every key is there, no number is NaN, and the schema knows all of it."""

    def refuse(constant):
        raise AssertionError(constant)

    data = json.loads(last_mile.to_json(), parse_constant=refuse)
    Draft202012Validator(json_schema()).validate(data)
    assert [answer["verdict"] for answer in data["answers"]] == ["does-not-hold", "does-not-hold"]
    assert data["question"] == "last-mile"


def test_colour_says_nothing_alone(releases):
    """With colours the text has the same words."""
    colored = releases.to_text(color=True)
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored).split() == releases.to_text().split()


def test_a_comparison_shows_itself(releases):
    """Printing shows the text; the short form says how much was found."""
    assert str(releases) == releases.to_text()
    assert repr(releases).startswith("<fairkit changes from v41.json to v42.json: ")
