"""The gate as a page: whole, silent, escaped, and complete in its tables."""

from __future__ import annotations

import pytest
from gates import GATES, HOSTILE, gate, long, mixed, result
from strict_pages import Page, check_form, check_silence

from fairkit.policy.gate import Status
from fairkit.policy.views import html
from fairkit.policy.views.html import to_html
from fairkit.policy.views.numerals import interval_text
from fairkit.policy.views.wording import status_text, verdict_text

SHOWN = {name: build() for name, build in GATES.items() if name != "long"}


@pytest.fixture(scope="module")
def pages():
    """Render every example once."""
    return {name: to_html(one) for name, one in SHOWN.items()}


@pytest.mark.parametrize("name", SHOWN)
def test_the_page_is_whole_and_silent(pages, name):
    """Elements are closed in order, links lead somewhere, and nothing is asked of any server."""
    check_form(pages[name])
    check_silence(pages[name])


@pytest.mark.parametrize("name", SHOWN)
def test_the_verdict_comes_first(pages, name):
    """Title and head have the sign, the word and the exit code."""
    page = Page(pages[name])
    title = "".join(data for tag, data in page.texts if tag == "title")
    assert title.startswith(verdict_text(SHOWN[name]))
    assert any(data == verdict_text(SHOWN[name]) for tag, data in page.texts if tag == "p")


def test_every_number_stands_in_a_table(pages):
    """Each result is in the table beside its chart, with its status, interval, rows and reason."""
    tables = [table for table in Page(pages["mixed"]).tables if "Interval" in (table["rows"] or [[]])[0]]
    rows = [row for table in tables for row in table["rows"][1:]]
    assert len(rows) == len(SHOWN["mixed"].results)
    for made, row in zip(SHOWN["mixed"].results, rows, strict=True):
        assert row[0] == made.group
        assert row[1] == status_text(made)
        assert row[3] == interval_text(made)
        assert row[4] == f"{made.n:,}"
    captions = [table["caption"] for table in tables]
    assert any("limit max 25_000: values in the scale of the limit" in caption for caption in captions)


def test_charts_say_status_in_words_and_draw_the_limit(pages):
    """A chart has the name and the status of every group and the limit as written, not colours alone."""
    page = Page(pages["judged"])
    drawn = [data for tag, data in page.texts if tag == "text"]
    for made in SHOWN["judged"].results:
        assert made.group in drawn
        assert any(data.startswith(status_text(made)) for data in drawn)
    for limit in ("min 0.80", "max 0.10", "max 0.25", "max_regression 0.02", "max 25_000"):
        assert limit in drawn
    labels = [a["aria-label"] for tag, a in page.elements if tag == "svg"]
    assert len(labels) == 5
    assert "1 fail, 2 inconclusive, 1 waived, 1 pass. The table has every number." in labels[0]


def test_hostile_names_are_only_names(pages):
    """A hostile name is text in tables and charts, and opens no element there or anywhere."""
    page = Page(pages["hostile"])
    assert "<script" not in pages["hostile"].lower()
    assert "x" * 2_000 not in pages["hostile"]
    pages["hostile"].encode()
    cells = {cell for table in page.tables for row in table["rows"] for cell in row}
    assert HOSTILE[4] in cells
    assert r"\x1b[31mred\x1b[0m \x07 \x00 \x0b \ufffe \uffff" in cells
    drawn = {data for tag, data in page.texts if tag == "text"}
    assert "</style></svg><script>alert(2)</script>" in drawn


def test_waivers_and_problems_have_their_place(pages):
    """Waivers show owner, approval, end and reason; a check that did not run says so and why."""
    page = Page(pages["mixed"])
    (waivers,) = (table["rows"] for table in page.tables if "Owner" in table["rows"][0])
    assert waivers[1][0] == "race=Native American"
    assert waivers[1][2:6] == ["◆ fail", "ana@example.org", "risk-board", "2026-10-01"]
    assert waivers[2][7] == "12 days, expires soon"
    texts = "".join(data for _, data in page.texts)
    assert "did not run" in texts
    assert texts.count("calibration_error cannot be measured on decisions; give scores.") == 2
    assert "the waiver of 'tpr-gap' for sex=X" in texts


def test_a_long_gate_is_cut_in_charts_and_never_in_tables(monkeypatch):
    """Charts draw what matters most and say how much they leave out; tables have all."""
    monkeypatch.setattr(html, "CHARTS", 2)
    shown = long(4, 60)
    page = Page(to_html(shown))
    assert sum(tag == "svg" for tag, _ in page.elements) == 2
    assert sum("Interval" in table["rows"][0] and len(table["rows"]) == 61 for table in page.tables) == 4
    texts = "".join(data for _, data in page.texts)
    assert "20 groups not drawn; the table has all." in texts


def test_failures_are_drawn_before_passes():
    """Where not all groups are drawn, those that stop the release are."""
    results = [*(result(f"g={k}", "pass") for k in range(60)), result("g=last")]
    page = Page(to_html(gate(results)))
    assert "g=last" in [data for tag, data in page.texts if tag == "text"]


def test_every_status_has_its_look(pages):
    """The four statuses differ in sign, class and shape."""
    page = Page(pages["mixed"])
    classes = {a["class"] for tag, a in page.elements if tag == "td" and a.get("class", "").startswith("v ")}
    assert classes == {"v d", "v p", "v i", "v a"}
    assert len({status_text(made)[0] for made in mixed().results}) == len(Status)
