"""What each block of a report on texts says, with numbers and words that were chosen by an attacker."""

from __future__ import annotations

import dataclasses
import re
from html import unescape

import pytest

import fairkit
from fairkit.report.blocks import blocks_of
from fairkit.report.blocks.attributed import BARS, attributed_block, word_block
from fairkit.report.blocks.floors import floor_sentence, floors_block
from fairkit.report.blocks.overall import overall_block
from fairkit.report.blocks.protected import agreement_block, agreement_sentence, protected_block
from fairkit.report.drawing import CLASSES, draw
from fairkit.report.phrases import UNDEFINED
from fairkit.report.text_steps import steps_of_texts
from fairkit.text.results import (
    OverallMean,
    ProtectedModelScore,
    SensitivityAgreement,
    SensitivityFloor,
    TextAttribution,
    TextsApart,
    WordSensitivity,
)

P, GAP = "prediction_sensitivity", "counterfactual_gap"
EVIL = "<script>alert(1)</script>\x1b[31m\u202e|`"


def floor(attribute="all", group="all", value=0.02, p=0.01, **changes):
    """Make a floor."""
    one = SensitivityFloor(
        P, "mean", attribute, group, value, 90, -0.001, 0.0002, 0.001, p, 99, "the groups", None
    )
    return dataclasses.replace(one, **changes)


def attribution(words, contributions, **changes):
    """Make an attribution of a text."""
    one = TextAttribution("t1", P, "the step", "nurse", 0.8, sum(contributions), 0.2, words, contributions, 0)
    return dataclasses.replace(one, **changes)


@pytest.fixture(scope="module")
def plain():
    """Return a report that has nothing to say of texts."""
    rows = {"sex": ["F", "M"] * 30, "d": [1, 1, 0, 1, 0, 0] * 10}
    return fairkit.evaluate(rows, decision="d", by="sex")


@pytest.fixture(scope="module")
def told(plain):
    """Return a report with every record, one of each kind undefined, and hostile words."""
    return dataclasses.replace(
        plain,
        settings=dataclasses.replace(
            plain.settings, text="text", target=EVIL, protected=EVIL, output="logit"
        ),
        overall=(
            OverallMean(P, 0.02, 0.01, 0.03, 90, "t", None),
            OverallMean("flip_rate", 0.3, 0.2, 0.4, 80, "wilson", None),
            OverallMean(GAP, None, None, None, 0, "none", "not-measured"),
        ),
        sensitivity_floors=(
            floor(),
            floor(statistic="size", value=0.0004, p=0.6),
            floor("sex", "sex=F", -0.03, 0.02),
            floor("sex", f"sex={EVIL}", None, None, null_low=None, null_median=None, null_high=None,
                  texts=0, reason="no text has a sensitivity"),
        ),
        sensitivity_agreements=(
            SensitivityAgreement(P, GAP, 0.1, -0.05, 0.24, 80, 0.6, 0.99, "fisher-z", None),
            SensitivityAgreement(f"absolute_{P}", GAP, None, None, None, 2, None, 0.99, "none", "few"),
        ),
        texts_apart=(TextsApart("truncated", 3, 90), TextsApart("split-words", 2, 90, (EVIL,))),
        protected_models=(
            ProtectedModelScore(EVIL, "accuracy", 0.9, 0.8, 0.95, 0.6, ("F", EVIL), 90, 12, 5, "t", None),
            ProtectedModelScore(
                EVIL, "balanced_accuracy", 0.52, 0.4, 0.64, 0.5, ("F", EVIL), 90, 12, 5, "t", None
            ),
        ),
        word_sensitivities=(
            WordSensitivity(P, "the step", "she", 40, 0.02, 0.01, 0.03, 0.25, protected=True),
            WordSensitivity(P, "the step", EVIL, 11, -0.01, None, None, 0.05, protected=False),
        ),
        attributions=(
            attribution(("She", "is", EVIL), (0.4, 0.0, -0.1)),
            attribution(tuple(f"w{i}" for i in range(40)), tuple(0.01 * i for i in range(40)), left_out=7),
        ),
    )  # fmt: skip


def test_blocks_stand_in_reading_order(told, plain):
    """What was measured over all comes first, single texts last; other reports have none of it."""
    names = ["overall", "floors", "agreement", "protected", "words-sensitive", "attributions"]
    assert [block.name for block in blocks_of(told)][: len(names)] == names
    assert not {block.name for block in blocks_of(plain)} & set(names)


def test_means_over_all_texts_have_their_units(told):
    """Shares in percent, amounts plainly, and what is undefined with its reason."""
    (table,) = overall_block(told).tables
    assert table.rows[0][:4] == (P, "90", "0.02", "0.01 to 0.03")
    assert table.rows[1][:4] == ("flip_rate", "80", "30.00%", "20.00 to 40.00")
    assert table.rows[2][2:] == (UNDEFINED, UNDEFINED, "not measured of any text here")


def test_means_stand_beside_their_floor(told):
    """Groups by the size of their mean, all texts last; undefined groups keep their row."""
    block = floors_block(told)
    (table,) = block.tables
    assert [row[0] for row in table.rows][0::2] == ["F", "all texts"]
    assert table.rows[0][1:] == ("90", "-0.03", UNDEFINED, "0.0002", "-0.001 to 0.001", "0.0200")
    assert table.rows[2][3] == "0.01 to 0.03"
    assert table.rows[1][2] == UNDEFINED
    assert [point.rpartition(": ")[2] for point in block.points] == ["it stands out", "it does not stand out"]
    assert block.points[1].startswith(f"the mean size of {P} of all 90 texts is 0.0004")
    assert "log-odds" in block.text[0]


def test_the_floor_is_drawn_as_a_band(told):
    """Every mean that has a floor is a row of the drawing, whose colours are those of the page."""
    (figure,) = floors_block(told).tables[0].figures
    data = figure.spec["data"]["values"]
    assert [(row["name"], row["value"], row["low"]) for row in data] == [
        ("F", -0.03, -0.001),
        ("all texts", 0.02, -0.001),
    ]
    assert "2 of 2 means stand out" in figure.label
    drawn = draw(figure.spec, label=figure.label)
    assert set(re.findall(r'class="[fs](\w+)', drawn)) <= set(CLASSES.values()) | {"hart"}


def test_a_floor_that_was_not_asked_for_says_so(plain):
    """The mean is told, and why it has no floor."""
    bare = floor(null_low=None, null_median=None, null_high=None, p_value=None, reason="no permutations")
    block = floors_block(dataclasses.replace(plain, sensitivity_floors=(bare,)))
    assert block.points == (f"{P} of all 90 texts is 0.02; it has no floor: no permutations",)
    assert block.tables[0].figures == ()


def test_disagreement_points_at_rewritten_texts_and_saturation(told):
    """A small correlation is called so, with the share of predictions that are saturated."""
    block = agreement_block(told)
    assert "hardly agree (rank correlation +0.100, -0.050 to +0.240)" in block.points[0]
    assert "60.0% of the predictions are saturated" in block.points[0]
    assert block.points[1].startswith("3 of 90 texts (3.3%) are longer than the model reads")
    assert block.tables[0].rows[1][3:] == (UNDEFINED, UNDEFINED, UNDEFINED, "few")
    good = SensitivityAgreement(P, GAP, 0.7, 0.6, 0.8, 80, 0.6, 0.99, "fisher-z", None)
    points = agreement_block(dataclasses.replace(told, sensitivity_agreements=(good,))).points
    assert "much the same order" in points[0]
    for value, low, high, words in (
        (0.5, 0.4, 0.6, "agree in part (rank correlation +0.500, +0.400 to +0.600): many texts"),
        (0.3, 0.1, 0.5, "are not shown to agree (rank correlation +0.300, +0.100 to +0.500): trust what rew"),
        (0.3, None, None, "hardly agree (rank correlation +0.300): trust"),
    ):
        one = SensitivityAgreement(P, GAP, value, low, high, 80, 0.0, 0.99, "fisher-z", None)
        assert words in agreement_sentence(one)


def test_a_size_below_its_floor_is_no_finding(plain):
    """Every direction adds to sizes: what is less than all of them does not stand out, and is called so."""
    below = floor(statistic="size", value=0.5, null_low=1.0, null_high=2.0, p=1.0)
    assert floor_sentence(below).endswith("it does not stand out, for it is less than all of them")
    absolute = dataclasses.replace(below, metric="absolute_prediction_sensitivity", statistic="mean")
    block = floors_block(dataclasses.replace(plain, sensitivity_floors=(absolute,)))
    assert "the median and the lower 95% of means" in block.tables[0].caption


def test_a_protected_model_is_held_against_chance(told):
    """What a guess would score stands beside each score, and what follows."""
    rows = protected_block(told).tables[0].rows
    assert rows[0] == (
        "accuracy", "90.00%", "80.00 to 95.00", "60.00% (the largest group)", "better than chance",
    )  # fmt: skip
    assert rows[1][-1] == "not shown to be better than chance"


def test_words_are_told_by_whether_they_are_protected(told):
    """Each with the mean over texts that hold it; one without an interval is in the table only."""
    (table,) = word_block(told).tables
    assert table.rows[0] == ("she", "protected", "40", "0.02", "0.01 to 0.03", "25.0%")
    assert table.rows[1][1:] == ("", "11", "-0.01", UNDEFINED, "5.0%")


def test_texts_are_drawn_word_by_word(told):
    """Bars to the right speak for the class; of long texts the largest are drawn, in their order."""
    overview, first, second = attributed_block(told).tables
    assert overview.rows[0][-1].startswith("She +0.4, ")
    data = first.figures[0].spec["data"]["values"]
    assert [(row["word"][:3], row["kind"]) for row in data] == [
        ("She", "for"),
        ("is", "for"),
        ("<sc", "against"),
    ]
    drawn = second.figures[0].spec["data"]["values"]
    assert [row["word"] for row in drawn] == [f"w{i}" for i in range(40 - BARS, 40)]
    assert "7 words left out" in second.caption
    assert len(second.rows) == 40
    assert (overview.drawn_only, first.drawn_only) == (False, True)


def test_no_words_of_the_data_steer_a_view(told):
    """Scripts, escapes and marks that turn text around are shown as what they are."""
    text, markdown, page = told.to_text(), told.to_markdown(), told.to_html()
    for view in (text, markdown, page):
        assert "\x1b[31m" not in view
        assert "\u202e" not in view
    assert "<script" not in page
    assert "<script" not in markdown.replace("\\<script", "").replace("`<script", "")
    assert "alert(1)" in unescape(page)


def test_steps_begin_with_what_makes_the_rest_worthless(told):
    """An unknown attribute first, then flips; log-odds where the report has not asked for them."""
    first, second = steps_of_texts(told)
    assert first.startswith("Do not read the sensitivities yet")
    assert second.startswith("Read texts whose prediction flips when they are rewritten: 30.00% do")
    settings = dataclasses.replace(told.settings, output="probability")
    assert "--logit" in steps_of_texts(dataclasses.replace(told, settings=settings))[-1]
