"""What each block of a speech report says: its own numbers, its order, and what it leaves out."""

from __future__ import annotations

import dataclasses

import pytest

from fairkit.report.blocks import blocks_of
from fairkit.report.blocks.adjusted import adjusted_block
from fairkit.report.blocks.conditions import conditions_block
from fairkit.report.blocks.gaps import gaps_block
from fairkit.report.blocks.intervals import MOST, Point, interval_chart
from fairkit.report.blocks.listed import listed_block
from fairkit.report.blocks.policies import policies_block
from fairkit.report.blocks.recognised import BARS, FIGURES, recognised_block, tallied
from fairkit.report.blocks.rules import FEW, rules_block
from fairkit.report.blocks.words import PER_GROUP, words_block
from fairkit.report.charts import ERRORS, capped
from fairkit.report.drawing import CLASSES, draw
from fairkit.report.phrases import UNDEFINED
from fairkit.speech import evaluate
from fairkit.speech.results import Confusion, Listed, RuleEffect


@pytest.fixture(scope="module")
def small():
    """Return a report whose every count can be told by hand."""
    rows = {
        "said": ["a b c d", "e f g h i", "k l m", "a b c d"] * 6,
        "heard": ["a b c d", "e x g h", "k l m n", "a b"] * 6,
        "g": ["X", "Y", "X", "Y"] * 6,
        "who": ["p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p1", "p2", "p3", "p4"] * 2,
    }
    return evaluate(rows, reference="said", hypothesis="heard", speaker="who", by="g", replicates=200)


def cells(table, name):
    """Return a row by its first cell, by column."""
    row = next(row for row in table.rows if row[0] == name)
    return dict(zip(table.columns, row, strict=True))


def test_rates_of_each_kind_of_error_are_per_100_words(small):
    """Of nine words one substituted and three deleted are 11.11 and 33.33, and means are told apart."""
    (table,) = recognised_block(small).tables
    assert [row[0] for row in table.rows] == ["Y", "X", "all utterances"]
    assert cells(table, "Y") == {
        "group": "Y", "speakers": "4", "utterances": "12", "words said": "54", "error rate": "44.44%",
        "sub.": "11.11", "del.": "33.33", "ins.": "0.00", "mean of utterances": "45.00%",
        "mean of speakers": "45.00%",
    }  # fmt: skip
    assert cells(table, "X")["ins."] == "14.29"
    assert cells(table, "X")["error rate"] == "14.29%"
    assert cells(table, "all utterances")["utterances"] == "24"


def test_rates_of_the_block_are_those_of_the_estimates(spoken):
    """The error rate beside the kinds of error is the one that is judged, and the kinds add up to it."""
    judged = {(e.metric, e.group): e.value for e in spoken.estimates}
    for (attribute, system), groups in tallied(spoken).items():
        for one in groups:
            if attribute == one.attribute:
                assert judged[f"word_error_rate[{system}]", one.group] == pytest.approx(one.error_rate)
            errors = one.substitutions + one.deletions + one.insertions
            assert one.error_rate == pytest.approx(errors / one.said)
    rates = [one.error_rate for one in tallied(spoken)["accent", "old"][:-1]]
    assert rates == sorted(rates, reverse=True)


def test_bars_are_drawn_in_the_page_s_colours(small):
    """Each kind of error has a class of the style sheet and, where there is room, its letter."""
    (figure,) = recognised_block(small).tables[0].figures
    drawn = draw(figure.spec, label=figure.label)
    for color in ERRORS.values():
        assert f'class="f{CLASSES[color]}' in drawn
    for told in (">S<", ">D<", ">I<", ">substitutions<", ">44.44<", ">14.29<"):
        assert told in drawn
    assert "from Y (44.44%) to X (14.29%)" in figure.label


def test_drawings_are_bounded(spoken):
    """Of very many systems and groups some are drawn, and all are in tables."""
    found = tuple(
        dataclasses.replace(one, system=f"{one.system}{k}", group=f"{one.group}{j}")
        for one in spoken.speech
        for k in range(5)
        for j in range(1 if one.attribute == "all" else 9)
    )
    block = recognised_block(dataclasses.replace(spoken, speech=found))
    assert sum(bool(table.figures) for table in block.tables) == FIGURES < len(block.tables)
    for table in block.tables:
        for figure in table.figures:
            assert len(figure.spec["layer"][-1]["data"]["values"]) <= BARS
            assert len(table.rows) > BARS


def test_policies_show_only_what_matters(small, spoken):
    """Where nothing is empty, missing or runaway there is no block; else only columns that have something."""
    assert policies_block(small) is None
    old, new = (
        next(t for t in policies_block(spoken).tables if t.caption.startswith(f"{system} by accent:"))
        for system in ("old", "new")
    )
    assert "without runaways" in old.columns
    assert "without runaways" not in new.columns
    assert "missing output" in old.columns
    row = cells(old, "all utterances")
    one = next(
        o for o in spoken.speech if o.group == "all" and (o.system, o.normalizer) == ("old", "english")
    )
    assert row["error rate"] == row["kept"] == f"{100 * one.with_empty_references:.2f}%"
    assert row["left out"] == f"{100 * one.without_empty_references:.2f}%"
    assert row["without runaways"] == f"{100 * one.without_runaways:.2f}%"


def test_a_gap_is_told_beside_what_chance_makes(spoken):
    """A sentence has the gap, the median and the 95th percentile of chance, p, and who was left out."""
    block = gaps_block(spoken)
    first = spoken.gap_nulls[0]
    told = block.points[0]
    assert told.startswith("By accent, old: the gap is ")
    for number in (first.gap, first.null_median, first.null_high):
        assert f"{100 * number:.2f}" in told
    assert f"p = {first.p_value:.4f}" in told
    assert ("more than chance makes" in told) == (first.p_value <= 0.05)
    assert told.endswith("left out for too few speakers: lonely")
    alike = dataclasses.replace(first, p_value=0.4)
    block = gaps_block(dataclasses.replace(spoken, gap_nulls=(alike,)))
    assert "chance alone may have made this gap (p = 0.4000)" in block.points[0]


def test_a_gap_without_a_null_says_why(spoken):
    """Where fewer than two groups can be compared, no number stands, but the reason."""
    none = dataclasses.replace(
        spoken.gap_nulls[0], best=None, worst=None, gap=None, null_median=None, null_high=None, p_value=None,
        shuffles=0, reason="fewer-than-two-groups",
    )  # fmt: skip
    block = gaps_block(dataclasses.replace(spoken, gap_nulls=(none,)))
    assert block.points == ("By accent, old: no gap can be stated (fewer than two groups)",)
    assert block.tables[0].rows[0][4:] == (UNDEFINED,) * 4
    assert block.tables[0].figures == ()


def test_what_the_normaliser_moves_stands_side_by_side(spoken):
    """The gaps under each normaliser, and how far each is from the first, are one row of a system."""
    table = next(t for t in gaps_block(spoken).tables if t.columns[-1] == "basic less english")
    gaps = {(g.system, g.normalizer): g.gap for g in spoken.gap_nulls if g.attribute == "accent"}
    english, basic = gaps["old", "english"], gaps["old", "basic"]
    moved = f"{100 * (basic - english):+.2f}"
    assert table.rows[0] == (
        "old",
        f"{100 * english:.2f}",
        f"{100 * basic:.2f}",
        moved.replace("+0.00", "0.00"),
    )


def test_conditions_show_each_difference_with_its_verdict(spoken):
    """Every interaction is a row with its corrected interval and the sign of its verdict."""
    tables = conditions_block(spoken).tables
    assert sum(len(table.rows) for table in tables) == len(spoken.interactions)
    shown = [row for table in tables for row in table.rows]
    for one, row in zip(spoken.interactions, shown, strict=True):
        assert one.verdict in row[-1]
        if one.value is not None:
            assert f"{100 * one.value:+.2f}" in row
    assert any(one.verdict == "disparity" for one in spoken.interactions)


def test_crude_and_adjusted_stand_side_by_side(spoken):
    """Each ratio has both numbers and both intervals, and a drawing with two marks per group."""
    ratios, *_, matched = adjusted_block(spoken).tables
    first = spoken.rate_ratios[0]
    row = dict(zip(ratios.columns, ratios.rows[0], strict=True))
    assert (row["crude"], row["adjusted"]) == (f"{first.crude:.3f}", f"{first.value:.3f}")
    assert row["utterances"] == f"{first.utterances:,}"
    drawn = ratios.figures[0].spec["layer"]
    shown = [v for layer in drawn for v in layer.get("data", {}).get("values", []) if "low" in v]
    assert {v["series"] for v in shown} == {"crude", "adjusted"}
    assert len(matched.columns) == len(matched.rows[0])
    assert "matched on snr and length" in matched.caption


def test_what_cannot_be_adjusted_says_why(spoken):
    """A group without an adjusted ratio has its reason as a sentence, word by word."""
    why = "accent 'lonely' has 1 speaker: a ratio needs at least two"
    one = dataclasses.replace(
        spoken.rate_ratios[0], value=None, low=None, high=None, p_value=None, p_adjusted=None, reason=why
    )
    block = adjusted_block(dataclasses.replace(spoken, rate_ratios=(one,), matches=()))
    assert block.points[0].endswith(f": {why}")
    assert UNDEFINED in block.tables[0].rows[0]


def confusion(said, heard, p, group="accent=Irish"):
    """Make one confusion."""
    return Confusion("accent", group, "old", said, heard, 9, 1, 40, 160, 5, 1.5, 3.2, p, 1_234)


def test_what_was_shown_stands_before_what_was_explored(spoken):
    """Rows with a small adjusted p have a table of their own, and short views show a few rows per group."""
    many = [confusion(f"w{k}", "x", 0.9, f"accent=g{j}") for k in range(9) for j in range(3)]
    block = words_block(dataclasses.replace(spoken, confusions=(*many, confusion("will", None, 0.01))))
    sure, rest = block.tables
    assert sure.rows[0][:7] == ("Irish", "will", "(deleted)", "9", "22.50", "0.62", "5")
    assert "exploratory" in rest.caption
    assert len(rest.rows) == 27
    assert len(rest.first(5)) == 3 * PER_GROUP
    assert [row[0] for row in rest.first(5)] == ["g0"] * 3 + ["g1"] * 3 + ["g2"] * 3


def test_words_that_look_alike_are_told_apart(spoken):
    """Hidden characters are written out, and words that differ only in them do not look the same."""
    found = (confusion("caf\u00e9", "cafe\u0301", 0.9), confusion(None, "x\u202ey", 0.9))
    (table,) = words_block(dataclasses.replace(spoken, confusions=found)).tables
    assert table.rows[0][1:3] == ("caf\u00e9", "cafe\\u0301")
    assert table.rows[1][1:3] == ("(inserted)", "x\\u202ey")


def test_only_rules_that_change_a_rate_are_listed(spoken):
    """A rule without effect is no row; the rule that moves groups most unlike stands first."""

    def effect(rule, group, difference):
        return RuleEffect(rule, "g", f"g={group}", "old", 3, 0.2, 0.2 + difference, difference)

    found = (effect("idle", "X", 0.0), effect("idle", "Y", 0.0), effect("even", "X", -0.02),
             effect("even", "Y", -0.02), effect("odd", "X", -0.01), effect("odd", "Y", 0.0))  # fmt: skip
    (table,) = rules_block(dataclasses.replace(spoken, rule_effects=found)).tables
    assert table.rows == (("odd", "-1.00", "0.00", "1.00"), ("even", "-2.00", "-2.00", "0.00"))
    many = tuple(effect("odd", f"{k}", -0.01 * k) for k in range(FEW + 2))
    (table,) = rules_block(dataclasses.replace(spoken, rule_effects=many)).tables
    assert table.columns == ("rule", "group", "texts changed", "points")
    assert len(table.rows) == FEW + 1
    assert rules_block(dataclasses.replace(spoken, rule_effects=found[:2])) is None


def test_utterances_are_listed_by_name(spoken):
    """Each list says what is wrong, with whom, and how many more there are."""
    assert any(
        point.startswith("1 utterance has no output (old): u0003") for point in listed_block(spoken).points
    )
    long = Listed("runaway", "", 300, ("a\x1b", "b"))
    (point,) = listed_block(dataclasses.replace(spoken, listed=(long,))).points
    assert point == "300 utterances have output that goes on and on: a\\x1b, b and 298 more"


def test_an_axis_ends_somewhere():
    """Intervals that reach beyond the axis are drawn up to its end, with an arrow there."""
    points = [Point(f"g{k}", 5.0, -900.0, 4e4) for k in range(40)]
    layers = interval_chart(points, title="points", margin=(-5, 5))["layer"]
    data, arrows = layers[2]["data"]["values"], layers[4]["data"]["values"]
    assert {(d["low"], d["high"]) for d in data} == {(-100, 100)}
    assert len(data) == MOST
    assert {a["to"] for a in arrows} == {"triangle-left", "triangle-right"}
    ratio = interval_chart([Point("g", 300.0, 0.001, 1e6)], title="times", ratio=True)["layer"]
    assert ratio[1]["data"]["values"][0]["value"] is None
    assert capped([], [], least=1) == 0


def test_every_figure_can_be_drawn(spoken, hostile_speech):
    """Each figure becomes one silent picture, whatever things are called."""
    for report in (spoken, hostile_speech):
        for block in blocks_of(report):
            for table in block.tables:
                for figure in table.figures[:1]:
                    drawn = draw(figure.spec, label=figure.label)
                    assert drawn.startswith('<svg class="chart" role="img" aria-label="')
                    assert "<script" not in drawn
                    assert "#0072b2" not in drawn
