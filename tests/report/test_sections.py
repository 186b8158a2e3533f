"""Reading order: the same rows in the same order for every view, the worst first."""

from __future__ import annotations

import fairkit
from fairkit.findings import Verdict
from fairkit.report.folding import folded
from fairkit.report.sections import beyond, counts_of, parts, surest


def test_every_estimate_and_finding_is_in_one_section(report):
    """Nothing of a report is lost or told twice by its sections."""
    sections = [section for part in parts(report) for section in part.sections]
    rows = [row for section in sections for row in section.rows]
    assert {id(row.finding) for row in rows if row.finding} == set(map(id, report.findings))
    assert len(rows) == len(report.estimates) * len(report.settings.compare)
    assert all(section.headline is not None for section in sections)


def test_rows_stand_from_worst_to_best(report):
    """The reference leads, then disparities by their sure size, then doubt, parity and what is undefined."""
    order = [None, Verdict.DISPARITY, Verdict.INCONCLUSIVE, Verdict.PARITY]
    for part in parts(report):
        for section in part.sections:
            ranks = [4 if row.undefined else order.index(row.verdict) for row in section.rows]
            assert ranks == sorted(ranks)
            sure = [beyond(r.finding) for r in section.rows if r.verdict is Verdict.DISPARITY]
            assert sure == sorted(sure, reverse=True)


def test_the_other_side_of_a_contrast_is_counted(report):
    """A row knows how many rows stand on the other side: those of the reference, or all others."""
    named, crossed = parts(report)
    size = report.estimate("selection_rate", "group=B").n
    assert all(row.other_n == size for row in named.sections[0].rows if row.finding)
    total = sum(row.estimate.n for row in crossed.sections[0].rows)
    assert all(row.other_n == total - row.estimate.n for row in crossed.sections[0].rows)


def test_headlines_count_their_contrasts(report):
    """Disparities, parities, undecided and undefined contrasts add up to all contrasts of a headline."""
    for part in parts(report):
        for headline in part.headlines:
            own = [
                f
                for f in report.findings
                if f.attribute == part.attribute
                and f.metric in headline.metrics
                and f.compare == headline.compare
            ]
            assert sum(counts_of(headline, part)) == len(own)
    single = [h for part in parts(report) for h in part.headlines if len(h.metrics) == 1]
    assert {h.name for h in single} == {e.metric for e in report.estimates}


def test_the_surest_disparities_are_told_once():
    """Two groups that mirror each other, and rates of complementary events, are one fact."""
    rows = {
        "sex": ["F"] * 200 + ["M"] * 200,
        "y": [1, 0] * 200,
        "d": [1] * 160 + [0] * 40 + [1] * 80 + [0] * 120,
    }
    report = fairkit.evaluate(
        rows, label="y", decision="d", by="sex", metrics=["true_positive_rate", "false_negative_rate"]
    )
    assert sum(f.verdict is Verdict.DISPARITY for f in report.findings) == 4
    assert len(surest(parts(report), "difference")) == 1


def test_folding_never_hides_a_disparity(many):
    """However short the view, every disparity and every undefined group is named, and the rest is counted."""
    for section in parts(many)[0].sections:
        short = folded(section, rows=5)
        shown = {row.estimate.group for row in short.shown}
        for row in section.rows:
            if row.verdict is Verdict.DISPARITY:
                assert row.estimate.group in shown
        undefined = sum(row.undefined for row in section.rows)
        hidden = len(section.rows) - undefined - len(short.shown)
        assert short.left.startswith(f"{hidden} group")


def test_a_metric_is_explained_by_the_counts_it_was_read_from():
    """Accuracy of several classes counts rows that are right; recall of one class counts decisions."""
    rows = {"g": ["a", "b"] * 30, "y": ["x", "y", "z"] * 20, "d": ["x", "y", "z", "z", "x"] * 12}
    classes = fairkit.evaluate(rows, label="y", decision="d", classes="all", by="g")
    shown = {s.metric: s.definition.formula for part in parts(classes) for s in part.sections}
    assert shown["accuracy"] == "right / (right + wrong)"
    assert shown["true_positive_rate[x]"] == "tp / (tp + fn)"
    alone = fairkit.evaluate({"g": ["a", "b"] * 30, "d": [1, 0, 0] * 20}, decision="d", by="g")
    assert parts(alone)[0].sections[0].definition.formula == "selected / (selected + rejected)"
