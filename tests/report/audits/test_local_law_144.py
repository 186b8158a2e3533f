"""Local Law 144: the statute's own example, its tables, unknowns, exclusions, and nothing that judges."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re

import pytest

import fairkit
from fairkit.counts import Counts, Kind
from fairkit.errors import UsageError
from fairkit.report.audits.document import to_html, to_markdown, to_text
from fairkit.report.audits.local_law_144 import Exclusion, NoRatio, local_law_144
from fairkit.report.audits.local_law_144_views import to_csv, to_document, to_json
from fairkit.report.audits.people import Rate
from fairkit.report.audits.statements import Statement
from fairkit.report.serialize import from_json

# 6 RCNY 5-301's scoring example: applicants, above the median, printed rate in percent, printed impact ratio.
SEX = {"Male": (92, 50, 54.3, 1.00), "Female": (76, 34, 44.7, 0.82)}
RACE = {
    "Hispanic or Latino": (28, 18, 64.2, 1.00),
    "White": (40, 15, 37.5, 0.58),
    "Black or African American": (32, 16, 50.0, 0.78),
    "Native Hawaiian or Pacific Islander": (8, 5, 62.5, 0.97),
    "Asian": (24, 10, 41.7, 0.65),
}


def counts_of(name, table):
    """Write the example as counts."""
    cells = [(level,) for level in table]
    return Counts.from_cells(
        Kind.DECISIONS, [name], cells, [[above, n - above, 0] for n, above, _, _ in table.values()]
    )


def scores_of(name, table):
    """Write the example as rows with scores, all of them different but those at the median."""
    above = sum(k for _, k, _, _ in table.values())
    total = sum(n for n, _, _, _ in table.values())
    ties = total - 2 * above
    rows = {name: [], "score": [], "label": []}
    high, low = (1 - i / 1000 for i in range(above)), (i / 1000 for i in range(above))
    for level, (n, k, _, _) in table.items():
        for i in range(n):
            at_median = i >= k and ties > 0
            ties -= at_median
            rows[name].append(level)
            rows["score"].append(next(high) if i < k else 0.5 if at_median else next(low))
            rows["label"].append(i % 2)
    return rows


@pytest.mark.parametrize(("name", "table"), [("sex", SEX), ("race", RACE)])
@pytest.mark.parametrize("source", ["counts", "scores"])
def test_the_example_of_the_rule_is_met(name, table, source):
    """Every row of the rule's example comes out within 0.1 point and 0.01, from counts and from scores."""
    given = counts_of(name, table)
    if source == "scores":
        report = fairkit.evaluate(scores_of(name, table), label="label", score="score", by=name)
        given = from_json(report.to_json())
    found = local_law_144(given, **{"sex": None, "race": None, name: name}).tables[0]
    assert len(found.rows) == len(table)
    for row in found.rows:
        n, above, rate, ratio = table[row.category.removeprefix(f"{name}=")]
        assert (row.applicants.value, row.selected.value) == (n, above)
        assert abs(100 * row.rate - rate) < 0.1
        assert abs(row.impact_ratio - ratio) < 0.01


@pytest.fixture(scope="module")
def hiring():
    """Return a report on 600 applicants by sex, race and the style that the tool sorts them into."""
    styles = ["calm", "bold", "calm"]
    rows = {"sex": [], "race": [], "style": [], "hired": []}
    for i in range(600):
        rows["sex"].append(("F", "M", "M", None)[i % 4] if i % 100 < 96 else "X")
        rows["race"].append(("Black", "White", "Asian", "White", None)[i % 5])
        rows["style"].append(styles[i % 3])
        rows["hired"].append(int(i % 7 < (2 if rows["sex"][-1] == "F" else 3)))
    rows["race"][0:3] = ["Inuit"] * 3
    levels = {"sex": ["F", "M", "X", "Z"]}
    return fairkit.evaluate(rows, decision="hired", by=["sex", "race", "style", "sex,race"], levels=levels)


def test_there_are_three_tables_with_every_category(hiring):
    """Sex, race and their intersections are there, declared categories without applicants too."""
    sex, race, both = local_law_144(hiring).tables
    assert [table.title for table in (sex, race, both)] == [
        "Sex",
        "Race/ethnicity",
        "Intersections of sex and race/ethnicity",
    ]
    assert [row.category for row in sex.rows] == ["sex=F", "sex=M", "sex=X", "sex=Z"]
    assert (sex.rows[-1].applicants.value, sex.rows[-1].rate, sex.rows[-1].why) == (
        0,
        None,
        NoRatio.NO_APPLICANTS,
    )
    assert {row.category for row in both.rows} >= {"sex=F & race=Inuit", "sex=M & race=White"}
    for table in (sex, race, both):
        total = sum(row.applicants.value for row in table.rows) + table.unknown.value
        assert total == hiring.data.rows_used
        highest = max(row.rate for row in table.rows if row.rate is not None)
        assert all(row.impact_ratio == row.rate / highest for row in table.rows if row.rate is not None)


def test_the_number_of_unknown_is_stated_for_each_table(hiring):
    """Applicants whose category is not known are in no row, and their number is said."""
    tables = local_law_144(hiring).tables
    rows = {"sex": 0, "race": 0, "either": 0}
    for group, n in zip(hiring.counts.groups(), hiring.counts.row_counts.sum(axis=1), strict=True):
        sex, race = (group[hiring.counts.attributes.index(name)] for name in ("sex", "race"))
        rows["sex"] += int(n) * (sex is None)
        rows["race"] += int(n) * (race is None)
        rows["either"] += int(n) * (sex is None or race is None)
    assert [table.unknown.value for table in tables] == list(rows.values())
    text = to_text(to_document(local_law_144(hiring)))
    assert f"{rows['either']} applicants are not included because their sex or race is not known." in text


def test_small_categories_may_be_left_out_with_a_justification(hiring):
    """A category of less than two percent keeps its numbers and rate, and has no ratio and sets none."""
    audit = local_law_144(hiring, exclusion=Exclusion(0.02, "Three people say nothing."))
    rows = {row.category: row for row in audit.tables[1].rows}
    few = rows["race=Inuit"]
    assert (few.applicants.value, few.why, few.impact_ratio) == (3, NoRatio.EXCLUDED, None)
    assert few.rate is not None
    others = [row for row in rows.values() if row.why is None]
    assert max(row.impact_ratio for row in others) == 1.0
    assert "Three people say nothing." in to_markdown(to_document(audit))
    assert any(row["excluded"] == "yes" for row in csv.DictReader(io.StringIO(to_csv(audit))))


@pytest.mark.parametrize(
    ("under", "why", "words"),
    [
        (0.05, "few", "at most 0.02"),
        (0.0, "few", "above 0"),
        (0.02, " ", "justification"),
        (9, "", "2 problems"),
    ],
)
def test_an_exclusion_that_the_rule_does_not_allow_is_refused(under, why, words):
    """More than two percent, or no justification, is no exclusion; all problems at once."""
    with pytest.raises(UsageError) as refused:
        Exclusion(under, why)
    assert words in str(refused.value)


def test_a_tool_that_sorts_candidates_has_all_tables_for_each_group(hiring):
    """With `per` every level has its three tables, whose applicants add up to everybody."""
    audit = local_law_144(hiring, per="style")
    assert [dict(table.within)["style"] for table in audit.tables] == ["bold"] * 3 + ["calm"] * 3
    sexes = [table for table in audit.tables if table.title == "Sex"]
    total = sum(row.applicants.value for table in sexes for row in table.rows)
    assert total + sum(table.unknown.value for table in sexes) == hiring.data.rows_used
    rows = list(csv.DictReader(io.StringIO(to_csv(audit))))
    assert {row["style"] for row in rows} == {"bold", "calm"}
    assert "calm: intersections of sex and race/ethnicity" in to_html(to_document(audit))


def test_nobody_selected_is_no_ratio_and_not_zero():
    """Where the highest rate is 0 the ratios are null, with the reason."""
    counts = Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",), ("M",)], [[0, 8, 0], [0, 9, 0]])
    table = json.loads(to_json(local_law_144(counts, race=None)))["tables"][0]
    assert [(row["rate"], row["impact_ratio"], row["why"]) for row in table["rows"]] == [
        (0.0, None, "highest-rate-zero")
    ] * 2


def test_no_table_and_no_page_judges(hiring):
    """Neither four fifths nor an interval, a test or a verdict is in any form of the audit."""
    audit = local_law_144(hiring, statement=Statement(tool="Sorter"))
    document = to_document(audit)
    for text in (to_html(document), to_markdown(document), to_text(document), to_csv(audit), to_json(audit)):
        body = text.partition("<body>")[2] or text
        assert not re.search(
            r"four.fifths|4/5|\b0\.8\b|80\s?%|interval|confidence|p-value|signific|dispar|adverse|fail", body
        )


def test_what_the_auditor_states_is_printed_and_what_not_is_marked(hiring):
    """Dates, source and explanation are in the summary; what nobody stated is marked as to be stated."""
    statement = Statement(source="our 2025 data", audit_date=dt.date(2026, 11, 1))
    facts = dict(to_document(local_law_144(hiring, statement=statement)).facts)
    assert facts["Date of the audit"] == "2026-11-01"
    assert facts["Source of the data"] == "our 2025 data"
    assert facts["Distribution date of the tool"] == facts["Explanation of the data"] == "to be stated"
    assert facts["SHA-256 of the counts"] == hiring.data.counts_sha256


def test_a_scoring_rate_says_so():
    """The columns and the median of a scoring rate are named as such."""
    report = fairkit.evaluate(scores_of("sex", SEX), label="label", score="score", by="sex")
    audit = local_law_144(report, race=None)
    assert audit.rate is Rate.SCORING
    text = to_text(to_document(audit))
    assert "Scoring rate" in text
    assert "Above the median score" in text
    assert dict(to_document(audit).facts)["Median score of all applicants"] == "0.5"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"sex": "gender"}, "no attribute 'gender'"),
        ({"race": "rase"}, "Did you mean 'race'"),
        ({"per": "sex"}, "must be different"),
        ({"sex": None, "race": None}, "name the attribute"),
        ({"min_cell": 2}, "at least 3"),
    ],
)
def test_an_attribute_that_is_not_there_is_refused(asked, words, hiring):
    """Attributes of another name, the same twice, and no attribute at all are refused."""
    with pytest.raises(UsageError, match=words):
        local_law_144(hiring, **asked)


def test_small_numbers_can_be_hidden_here_too(hiring):
    """With min_cell no number under it, and no rate that rests on one, is in any form."""
    audit = local_law_144(hiring, min_cell=10)
    hidden = [row for table in audit.tables for row in table.rows if row.why is NoRatio.HIDDEN]
    assert {"race=Inuit"} <= {row.category for row in hidden}
    assert all(row.rate is None for row in hidden)
    rows = list(csv.DictReader(io.StringIO(to_csv(audit))))
    shown = [int(row[name]) for row in rows for name in ("applicants", "selected") if row[name].isdigit()]
    assert all(n >= 10 or n == 0 for n in shown)
    assert "Hidden to protect small groups" in to_text(to_document(audit))
