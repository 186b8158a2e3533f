"""Adverse impact: whom groups are compared with, what is refused, and how it is told."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

import fairkit
from fairkit.counts import Counts, Kind
from fairkit.errors import UsageError
from fairkit.report.audits.adverse_impact import adverse_impact
from fairkit.report.audits.document import to_html, to_markdown, to_text
from fairkit.report.audits.impact_views import to_csv, to_document, to_json
from fairkit.report.serialize import from_json


def decisions(**groups):
    """Write groups of (selected, rejected) as counts by race."""
    cells = [(name.replace("_", " "),) for name in groups]
    return Counts.from_cells(Kind.DECISIONS, ["race"], cells, [[*pair, 0] for pair in groups.values()])


def report(n=900, **asked):
    """Make a report by sex, site and their crossing; few women apply to the site that selects."""
    rows = {"sex": [], "site": [], "who": [], "hired": []}
    for i in range(n):
        sex = ("F", "M", "M", "F", None)[i % 5]
        north = i % 3 == 0 if sex == "F" else i % 3 > 0
        rows["sex"].append(sex)
        rows["site"].append("North" if north else "South")
        rows["who"].append(f"p{i // 2}")
        rows["hired"].append(int(i // 15 % 10 < (6 if north else 2)))
    return fairkit.evaluate(rows, decision="hired", by=["sex", "sex,site", "site"], **asked)


def test_groups_are_compared_with_the_highest_rate_of_no_handful():
    """A group of less than two percent is not the yardstick, and is said to have been passed over."""
    counts = decisions(Few=(11, 0), White=(300, 200), Black=(200, 300))
    table = adverse_impact(counts, min_cell=0).tables[0]
    assert (table.comparison, table.passed_over) == ("race=White", ("race=Few",))
    assert {row.group: row.compared is None for row in table.rows} == {
        "race=Few": False,
        "race=White": True,
        "race=Black": False,
    }
    assert "Higher, but of less than 2% of the applicants, is the rate of Few." in to_text(
        to_document(adverse_impact(counts, min_cell=0))
    )


def test_a_group_can_be_named():
    """A named group is compared with, and only its comparisons are allowed for."""
    counts = decisions(Asian=(40, 40), White=(300, 200), Black=(200, 300))
    table = adverse_impact(counts, comparison={"race": "Asian"}).tables[0]
    assert (table.comparison, table.named, table.questions) == ("race=Asian", True, 2)
    assert adverse_impact(counts).tables[0].questions == 3


REFUSED = {
    "no such attribute": ({"by": ["rase"]}, "Did you mean 'race'"),
    "no such stratum": ({"strata": "site"}, "no attribute 'site'"),
    "no such table": ({"comparison": {"sex": "F"}}, "no table by 'sex'"),
    "no such level": ({"comparison": {"race": "Whit"}}, "Did you mean 'White'"),
    "a hidden group": ({"comparison": {"race": "Few"}}, "hidden; name another"),
    "a level of two": ({"min_cell": 1}, "at least 3"),
    "nothing": ({"by": []}, "no attribute is named"),
}


@pytest.mark.parametrize(("asked", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_a_question_that_cannot_be_answered_is_refused(asked, words):
    """Unknown attributes, levels and groups are named, with the nearest that there is."""
    counts = decisions(Few=(3, 3), White=(300, 200), Black=(200, 300))
    with pytest.raises(UsageError, match=words):
        adverse_impact(counts, **asked)


def test_everything_of_a_report_is_analysed_unless_less_is_asked_for():
    """The tables are those of the report, in its order; `by` names others."""
    assert [t.attribute for t in adverse_impact(report()).tables] == ["sex", "sex & site", "site"]
    assert [t.attribute for t in adverse_impact(report(), by=["site", "sex,site"]).tables] == [
        "site",
        "sex & site",
    ]


def test_sites_explain_what_they_explain():
    """Within sites the women are selected as often as the men, and the page says both."""
    audit = adverse_impact(report(), by=["sex"], strata="site")
    (row, _), (within,) = audit.tables[0].rows, audit.tables[0].stratified
    assert row.compared.ratio < 0.8
    assert within.ratio == pytest.approx(1, abs=0.06)
    text = to_text(to_document(audit))
    assert "Within each site, pooled (Mantel and Haenszel)" in text
    assert "Pooled within strata" in text


def test_clustered_rows_have_rates_and_no_tests():
    """A saved report of clustered rows gives rates, ratios and shortfalls, and says why there is no more."""
    saved = from_json(report(cluster="who").to_json())
    audit = adverse_impact(saved, by=["sex"], strata="site")
    (table,) = audit.tables
    assert audit.clustered
    assert [row.compared.tested for row in table.rows if row.compared] == [None]
    assert table.stratified == ()
    text = to_text(to_document(audit))
    assert "Count one row a person to have them." in text
    assert "Fisher" not in text.partition("How to read it")[0]
    assert json.loads(to_json(audit))["tables"][0]["rows"][0]["fisher_p"] is None


def test_hidden_groups_take_part_in_nothing():
    """A group whose numbers are hidden has no rate, is not compared with, and changes no other number."""
    counts = decisions(Few=(5, 1), Other=(12, 30), White=(300, 200), Black=(200, 300))
    audit = adverse_impact(counts)
    rows = {row.group: row for row in audit.tables[0].rows}
    assert (rows["race=Few"].rate, rows["race=Few"].compared, rows["race=Few"].why) == (None, None, "hidden")
    shown = [name for name, row in rows.items() if row.why != "hidden"]
    assert audit.tables[0].comparison in shown
    pairs = len(shown) * (len(shown) - 1) // 2
    assert audit.tables[0].questions == pairs
    assert re.search(r"Few\s+<10\s+<10\s+–", to_text(to_document(audit)))


def test_a_reading_says_how_sure_and_whether_it_rests_on_one_person():
    """Plain words follow the interval, and one decision that carries a ratio across four fifths is named."""
    counts = decisions(A=(500, 500), B=(300, 700), C=(395, 605), D=(7, 11), E=(480, 520))
    audit = adverse_impact(counts, min_cell=0, comparison={"race": "A"})
    told = {row["group"]: row["reading"] for row in json.loads(to_json(audit))["tables"][0]["rows"]}
    assert "below four fifths of the rate of A, and surely so" in told["race=B"]
    assert "surely lower, but may lie above four fifths" in told["race=C"]
    assert "no difference at all is possible" in told["race=D"]
    assert "One more selection would lift it to 0.889, so that it rests on one person." in told["race=D"]
    assert "Only 18 applicants: one decision is 5.6% of the rate." in told["race=D"]
    assert "not below four fifths of the rate of A, and surely not" in told["race=E"]
    assert told["race=A"] is None


def test_nobody_selected_in_the_comparison_is_no_ratio():
    """Without a selection anywhere there is no ratio, no interval and no chart, and no error."""
    audit = adverse_impact(decisions(A=(0, 50), B=(0, 60)), min_cell=0)
    assert "so there is no ratio" in to_text(to_document(audit))
    assert "<svg" not in to_html(to_document(audit))


def test_every_form_has_the_same_numbers():
    """Page, Markdown, text, CSV and JSON show each group's ratio; the page also draws it."""
    audit = adverse_impact(report())
    document = to_document(audit)
    page = to_html(document)
    assert page.count("<svg") == 3
    data = json.loads(to_json(audit))
    rows = list(csv.DictReader(io.StringIO(to_csv(audit))))
    plain = [row for table in data["tables"] for row in table["rows"]]
    assert len(rows) == len(plain)
    for row, record in zip(rows, plain, strict=True):
        if record["ratio"] is not None:
            assert float(row["ratio"]) == pytest.approx(record["ratio"], abs=1e-6)
            for text in (page, to_markdown(document), to_text(document)):
                assert f"{record['ratio']:.3f}" in text


HOSTILE = ("<script>alert(1)</script>", "a|b `c` @someone", "=1+1", "\x1b[31mred", "\u202egnp.exe", "日本")


def test_names_from_data_do_nothing_but_name():
    """Hostile levels neither run nor hide, in any form; a spreadsheet gets no formula."""
    counts = Counts.from_cells(
        Kind.DECISIONS, ["<b>g</b>"], [(name,) for name in HOSTILE], [[20 + i, 30, 0] for i in range(6)]
    )
    audit = adverse_impact(counts)
    document = to_document(audit)
    page, text = to_html(document), to_text(document)
    assert "<script" not in page
    assert "<b>" not in page
    assert "@someone" not in to_markdown(document)
    assert "\x1b[31m" not in page + text
    assert "\u202e" not in page + text
    rows = list(csv.reader(io.StringIO(to_csv(audit))))
    assert not any(cell[:1] in "=+@" for row in rows for cell in row if cell)
    assert any(row[1] == "'=1+1" for row in rows) or any('"=1+1"' in row[1] for row in rows)
