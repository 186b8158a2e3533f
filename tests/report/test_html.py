"""The report as a page: whole, silent, escaped, small, and complete in its tables."""

from __future__ import annotations

import re
from html import unescape
from itertools import pairwise

import pytest
from strict_pages import Page, check_form, check_silence

from fairkit.report.html import to_html, to_notebook_html
from fairkit.report.phrases import short_name
from fairkit.report.sections import parts


@pytest.fixture(scope="module")
def pages(report, hostile, many):
    """Render every example once."""
    made = {"report": report, "hostile": hostile, "many": many}
    return {name: to_html(one) for name, one in made.items()}


@pytest.mark.parametrize("name", ["report", "hostile", "many"])
def test_the_page_is_well_formed(pages, name):
    """Elements are known and closed in order, ids are unique, and links within the page lead somewhere."""
    check_form(pages[name])


@pytest.mark.parametrize("name", ["report", "hostile", "many"])
def test_the_page_asks_nothing_of_anyone(pages, name):
    """There is no script, no handler and no address outside the page, and its own policy forbids them all."""
    check_silence(pages[name])


@pytest.mark.parametrize("name", ["report", "hostile", "many"])
def test_every_number_stands_in_a_table(pages, name, request):
    """Each estimate and finding is in the table beside its chart, to two decimals."""
    report = request.getfixturevalue(name)
    tables = {
        (table["caption"].partition(":")[0], "; ratio against" in table["caption"]): table["rows"]
        for table in Page(pages[name]).tables
    }
    for part in parts(report):
        for section in part.sections:
            key = (f"{section.metric} by {part.attribute}", section.compare == "ratio")
            rows = {row[0]: row for row in tables[key]}
            for row in section.rows:
                cells = rows[short_name(row.estimate.group, part.attribute)]
                e, f = row.estimate, row.finding
                assert cells[1] == f"{e.n:,}"
                columns = dict(zip(tables[key][0], cells, strict=True))
                assert columns["Value"] == ("" if e.value is None else f"{100 * e.value:.2f}%")
                assert columns.get("Numerator", "") == ("" if e.numerator is None else f"{e.numerator:,.10g}")
                if e.shrunk is not None:
                    assert columns["Shrunk"] == f"{100 * e.shrunk:.2f}%"
                if f is None:
                    assert "reference" in cells
                elif f.value is None:
                    assert any("undefined: " in cell for cell in cells)
                else:
                    assert any(cell.endswith(str(f.verdict)) for cell in cells)
                    assert f.n_needed is None or f"{f.n_needed:,}" in cells


def test_names_are_shown_and_nothing_more(pages, hostile):
    """A hostile name is text in the tables and charts, and opens no element there or anywhere."""
    page = Page(pages["hostile"])
    assert "<script" not in pages["hostile"].lower()
    assert "\x1b" not in pages["hostile"]
    cells = {cell for table in page.tables for row in table["rows"] for cell in row}
    assert "<script>alert(1)</script>" in cells
    assert "{{ 7 * 7 }}{% raw %} ${7*7}" in cells
    drawn = {data for tag, data in page.texts if tag == "text"}
    assert "<script>alert(1)</script>" in drawn
    assert any("By <b>group</b>" in data for tag, data in page.texts if tag == "h2")


def test_every_chart_has_words_and_a_table(pages, report):
    """A chart is one picture with a description, followed by a table of the same groups."""
    page = Page(pages["report"])
    charts = [a for tag, a in page.elements if tag == "svg"]
    assert len(charts) == sum(len(part.sections) for part in parts(report))
    assert all(a["role"] == "img" and a["aria-label"].startswith("Forest chart of ") for a in charts)
    tags = [tag for tag, _ in page.elements if tag in {"figure", "details"}]
    assert all(after == "details" for tag, after in pairwise(tags) if tag == "figure")


def test_tables_can_be_heard(pages):
    """Each table has a caption, each head cell its scope, and each region that scrolls a name."""
    page = Page(pages["report"])
    assert all(table["caption"] for table in page.tables)
    assert all(set(table["scopes"]) <= {"col", "row"} for table in page.tables)
    regions = [a for _, a in page.elements if a.get("role") == "region"]
    assert regions
    assert all(a["aria-label"] and a["tabindex"] == "0" for a in regions)
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert next(a for tag, a in page.elements if tag == "html")["lang"] == "en"


def test_the_page_says_where_it_comes_from(pages, report):
    """Rows left out, hashes, settings and formulae are on the page."""
    text = unescape(re.sub(r"<[^>]+>", " ", pages["report"]))
    for told in (
        report.data.counts_sha256,
        "57 of 4,000 rows are left out: label missing.",
        "Left out: label missing",
        "tp / (tp + fn)",
        "2,000 replicates, seed 0",
        "difference and ratio",
        "group: group=B",
        "Smallest detectable difference by group",
        "It spreads less than the truth does and never decides",
        "is also called equal_opportunity",
    ):
        assert told in text


def test_many_groups_make_a_page_that_can_be_mailed(pages, many):
    """Fourteen metrics over 140 groups, charts and tables included, take less than three megabytes."""
    assert len(many.estimates) == 14 * 140
    assert len(pages["many"].encode()) < 3_000_000


def test_a_notebook_gets_the_page_in_a_frame(pages, hostile):
    """In a notebook the same page stands in a frame without rights, so its style stays its own."""
    text = to_notebook_html(hostile)
    assert text.startswith('<iframe title="Fairness report" sandbox style="')
    assert text.count("<") == 2
    assert unescape(text.partition('srcdoc="')[2].removesuffix('"></iframe>')) == pages["hostile"]
