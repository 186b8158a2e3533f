"""Reliance on gender that was planted is found again, and where none was planted none is found."""

from __future__ import annotations

import numpy as np
import pytest
from planted_reliance import RELIANCES, planted
from scipy.stats import spearmanr

from fairkit.text import class_sensitivities, permutation_floor, sensitivities, train_protected_model

FEMININE, MASCULINE = ("nurse", "paralegal", "teacher"), ("surgeon", "attorney", "professor")
"""As labellers typed them: in fields where they relied on gender by .8, .5 and .25 of their reliance."""


@pytest.fixture(scope="module")
def data():
    """Give the trained models, with two protected models of each."""
    found = planted()
    for name, toward in (("own", "own"), ("feminine", "feminine")):
        protected = {
            reliance: train_protected_model(
                model, found.texts, found.groups, clusters=found.clusters, toward=toward
            )
            for reliance, model in found.models.items()
        }
        setattr(found, name, protected)
    return found


@pytest.fixture(scope="module")
def by_class(data):
    """Give the signed sensitivities of every class toward feminine, for every reliance."""
    return {
        reliance: class_sensitivities(model, data.texts, protected=data.feminine[reliance], scale="unit")
        for reliance, model in data.models.items()
    }


def test_the_models_do_what_was_planted(data):
    """Predictions are good, and move with a swap the more the labeller relied on gender."""
    for reliance in RELIANCES:
        answers = [data.labels.index(one) for one in data.frame[f"label_{round(100 * reliance)}"]]
        assert (data.probabilities[reliance].argmax(axis=1) == answers).mean() > 0.85
        assert data.own[reliance].accuracy.informative
    assert (np.diff([data.gaps[reliance].mean() for reliance in RELIANCES]) > 0.02).all()


def test_signed_sensitivity_is_strictly_monotone_in_reliance(by_class):
    """Toward feminine, what is typed feminine gains and the rest loses, more with more reliance."""
    means = [by_class[reliance].means for reliance in RELIANCES]
    for one, other in zip(FEMININE[:2], MASCULINE[:2], strict=True):
        assert (np.diff([mean[one] for mean in means]) > 0).all()
        assert (np.diff([mean[other] for mean in means]) < 0).all()
        assert means[3][one] > 0 > means[3][other]
    slopes = [by_class[reliance].rate_slope for reliance in RELIANCES]
    assert (np.diff(slopes) > 0).all()
    assert slopes[3] > 4 * slopes[0]


def test_fields_come_out_in_the_order_of_their_planted_strength(by_class):
    """Under most reliance the gains are largest where labellers relied most, and none where they did not."""
    means = by_class[0.9].means
    gains = [means[one] for one in (*FEMININE, "interior designer")]
    assert (np.diff(gains) < 0).all()
    assert abs(gains[3]) < 0.2 * gains[0]


@pytest.mark.parametrize("output", ["probability", "logit"])
def test_no_reliance_is_within_the_floor_and_much_is_not(data, output):
    """Permuted groups give as much as no reliance does, and less than much."""
    for reliance, inside in ((0.0, True), (0.9, False)):
        floor = permutation_floor(
            data.models[reliance],
            data.texts,
            protected=data.feminine[reliance],
            target="nurse",
            output=output,
            scale="unit",
            permutations=59,
        )
        assert floor.inside is inside
        assert (floor.p_value > 0.05) is inside


def test_the_group_supports_the_answer_where_it_was_relied_on(data):
    """On logits, toward each text's own group, the mean is large with much reliance and not without."""
    means = []
    for reliance in (0.0, 0.6, 0.9):
        model, protected = data.models[reliance], data.own[reliance]
        asked = {"protected": protected, "output": "logit", "scale": "unit"}
        means.append(sensitivities(model, data.texts, **asked).mean)
    assert means[2] > means[1] > 3 * abs(means[0])


def test_texts_that_move_with_a_swap_have_large_sensitivities(data):
    """Text by text, the size of P goes with the counterfactual gap, under every reliance."""
    for reliance in RELIANCES:
        model, protected = data.models[reliance], data.own[reliance]
        gap = data.gaps[reliance]
        one = sensitivities(model, data.texts, protected=protected, scale="unit")
        total = class_sensitivities(model, data.texts, protected=protected, scale="unit").totals
        assert spearmanr(np.abs(one.values), gap).statistic >= 0.6
        assert spearmanr(total, gap).statistic >= 0.6


def test_a_sure_protected_model_hides_what_it_knows_best(data):
    """The gradient of its probability is small just where gender is plain; that of its log-odds is not."""
    agreement = []
    model = data.models[0.9]
    for output in ("probability", "logit"):
        protected = train_protected_model(
            model, data.texts, data.groups, clusters=data.clusters, output=output
        )
        values = np.abs(sensitivities(model, data.texts, protected=protected).values)
        agreement.append(spearmanr(values, data.gaps[0.9]).statistic)
    assert agreement[1] > agreement[0] + 0.1
