"""The guide to sensitivity is true: its commands print what it shows, and what was planted is found."""

from __future__ import annotations

import pytest

import fairkit

TYPED = {"nurse": 1, "surgeon": -1, "paralegal": 1, "attorney": -1, "teacher": 1, "professor": -1}
"""Occupations typed for one gender by the labeller whose labels were learnt: +1 feminine, -1 masculine."""


@pytest.fixture(scope="module")
def report(sensitivity_guide):
    """Return the report that the guide saves."""
    return fairkit.load_report(sensitivity_guide.folder / "report.json")


def test_the_guide_prints_what_it_shows(sensitivity_guide):
    """Every command of the page, run one after the other, prints the output that stands under it."""
    assert sensitivity_guide.wrong == {}


def test_stereotypes_are_found_with_their_direction(report):
    """What shows a woman speaks for what the labeller types feminine, and against what masculine."""
    for occupation, sign in TYPED.items():
        estimate = report.estimate("prediction_sensitivity", f"predicted={occupation}")
        assert min(sign * estimate.low, sign * estimate.high) > 0


def test_what_is_most_typed_stands_out_and_what_is_not_typed_does_not(report):
    """The means of nurse and surgeon are beyond the floor, those of the builders are not."""
    floors = {one.group: one for one in report.sensitivity_floors if one.statistic == "mean"}
    for occupation in ("nurse", "surgeon"):
        assert floors[f"predicted={occupation}"].p_value <= 0.05
    for occupation in ("architect", "interior designer"):
        assert floors[f"predicted={occupation}"].p_value > 0.05
    (size,) = (one for one in report.sensitivity_floors if one.statistic == "size")
    assert size.p_value <= 0.05


def test_rewriting_flips_what_the_labeller_would_flip(report):
    """A fifth of the labels would flip; classes that are not typed hardly do."""
    flips = next(one for one in report.overall if one.metric == "flip_rate")
    assert flips.low < 0.2 < flips.high + 0.03
    for occupation in ("architect", "interior designer"):
        assert report.estimate("flip_rate", f"predicted={occupation}").value < 0.05


def test_gradients_and_rewriting_agree_on_the_texts(report):
    """Texts with large sensitivities are those that move when they are rewritten."""
    (agreement,) = report.sensitivity_agreements
    assert agreement.low > 0.3
    assert agreement.method == "cluster-fisher-z"


def test_the_protected_attribute_is_known(report):
    """Gender is told from the classifier's own embeddings, on templates that were not seen."""
    for score in report.protected_models:
        assert score.low > score.chance
        assert (score.texts, score.clusters, score.folds) == (743, 23, 5)


def test_words_that_carry_it_are_words_of_gender(report):
    """Along the step from the rewritten text only protected words contribute."""
    assert report.word_sensitivities
    assert all(one.protected for one in report.word_sensitivities)
    for one in report.attributions:
        assert sum(one.contributions) == pytest.approx(one.value)
