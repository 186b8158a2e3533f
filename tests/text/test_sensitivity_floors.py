"""What sensitivities are worth beside directions without a meaning."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tiny_networks import GROUPS, TEXTS, VOCABULARY, Bag, Fixed, made, one_thread  # noqa: F401  a fixture

from fairkit.errors import UsageError
from fairkit.text import (
    Floor,
    LexiconMask,
    from_module,
    permutation_floor,
    sensitivities,
    train_protected_model,
)
from fairkit.text.networks.other_words import matched_draws


@pytest.fixture(scope="module")
def leaning():
    """Give two bags: one whose answer is the pronoun, one whose answer is the verb."""
    models = []
    for words in (("she", "he"), ("sings", "reads")):
        torch.manual_seed(0)
        module = Bag(classes=2, width=16).double()
        with torch.no_grad():
            module.top.weight[:] = torch.tensor([[-1.0], [1.0]])
            module.top.weight[:, 1:] *= 0.05
            for sign, word in zip((4.0, -4.0), words, strict=True):
                module.words.weight[VOCABULARY[word], 0] = sign
        models.append(from_module(module.eval(), labels=("no", "yes"), vocabulary=VOCABULARY))
    return models


def test_reliance_rises_above_the_floor_and_its_absence_does_not(leaning):
    """A model that goes by the pronoun is told from one that goes by the verb."""
    for model, relies in zip(leaning, (True, False), strict=True):
        protected = train_protected_model(model, TEXTS, GROUPS, toward="f", folds=3)
        asked = {"protected": protected, "target": "yes", "output": "logit", "scale": "unit"}
        floor = permutation_floor(model, TEXTS, permutations=59, **asked)
        assert floor.value == pytest.approx(sensitivities(model, TEXTS, **asked).mean, rel=1e-9)
        assert (floor.n, len(floor.draws)) == (48, 59)
        assert floor.inside is not relies
        assert (floor.p_value <= 0.05) is relies
        assert floor.low < floor.median < floor.high


SETTINGS = [
    {},
    {"scale": "unit"},
    {"signed": False},
    {"signed": False, "scale": "unit", "output": "logit"},
    {"scale": "relative"},
    {"weights": [1.0, -0.5, 0.0]},
    {"target": "given", "given": ["low", "high"] * 24},
    {"groups": GROUPS},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda one: ", ".join(one) or "as it comes")
@pytest.mark.parametrize("kind", ["bag", "features"])
def test_the_floors_value_is_the_mean_sensitivity(kind, settings):
    """What the floor measures along the true direction is what `sensitivities` measures."""
    case = made(kind)
    inputs = TEXTS if kind == "bag" else (case.inputs * 5)[: len(TEXTS)]
    protected = train_protected_model(case.model, inputs, GROUPS, folds=3, clusters=None)
    one = sensitivities(case.model, inputs, protected=protected, **settings)
    for statistic, value in (("mean", one.values), ("size", np.abs(one.values))):
        floor = permutation_floor(
            case.model, inputs, protected=protected, permutations=19, statistic=statistic, **settings
        )
        assert floor.value == pytest.approx(value.mean(), rel=1e-9)


def test_an_encoder_heads_floor_goes_through_the_encoder():
    """The slow way, one more backward pass a direction, measures the same."""
    model = made("bert").model
    protected = train_protected_model(model, TEXTS, GROUPS, head="encoder", folds=3)
    one = sensitivities(model, TEXTS, protected=protected, scale="unit")
    steps = []
    floor = permutation_floor(
        model, TEXTS, protected=protected, scale="unit", permutations=19, by=GROUPS, progress=steps.append
    )
    assert floor.value == pytest.approx(one.mean, rel=1e-9)
    assert [each.group for each in floor.groups] == ["f", "m"]
    assert floor.groups[0].value == pytest.approx(one.values[::2].mean(), rel=1e-9)
    assert floor.groups[0].n == 24
    assert sum(steps) == 19 + len(TEXTS)


def test_permuted_directions_are_as_long_as_the_true_ones():
    """A model of permuted groups is flat; the floor compares directions, and forgets their length."""
    case = made("bag")
    mild = train_protected_model(case.model, TEXTS, GROUPS, ridge=1.0)
    floors = [
        permutation_floor(case.model, TEXTS, protected=mild, permutations=59, scale=scale, signed=False)
        for scale in ("none", "unit")
    ]
    ratio = [(floor.high - floor.low) / floor.value for floor in floors]
    assert ratio[0] == pytest.approx(ratio[1], rel=0.5)


def test_other_words_of_like_frequency_are_a_lexicons_floor():
    """A lexicon is compared with words that occur about as often, and every word of it is replaced."""
    model = made("bag").model
    mask = LexiconMask(["she", "he"])
    asked = {"protected": mask, "signed": False, "scale": "unit"}
    floor = permutation_floor(model, TEXTS, permutations=39, by=GROUPS, **asked)
    one = sensitivities(model, TEXTS, **asked)
    assert floor.value == pytest.approx(one.mean, rel=1e-9)
    assert floor.groups[1].value == pytest.approx(one.values[1::2].mean(), rel=1e-9)
    assert floor.permuted == "the words of the lexicon, for others of their frequency"
    assert floor.low < floor.high
    rng = np.random.default_rng(0)
    frequency = np.array([100, 90, 1, 1, 95, 105, 2] + [100] * 20)
    drawn = matched_draws(frequency, np.array([0, 1]), np.arange(2, 27), draws=50, rng=rng)
    assert (drawn[:, 0] != drawn[:, 1]).all()
    assert frequency[drawn].min() >= 95


def test_a_lexicon_without_a_floor_says_why():
    """Too few other words, or no word of the lexicon, leave nothing to compare with."""
    model = made("bag").model
    few = permutation_floor(
        model, ["she sings", "he sings"], protected=LexiconMask(["she", "he"]), signed=False
    )
    assert (few.why, few.low, few.inside, few.p_value) == (
        "2 words of the lexicon occur, and only 1 others",
        None,
        None,
        None,
    )
    assert few.value > 0
    none = permutation_floor(model, TEXTS, protected=LexiconMask(["nobody"]), signed=False)
    assert (none.why, none.value, none.n) == ("no word of the lexicon occurs", None, 0)


def test_limits_are_order_statistics():
    """Of 39 draws the lowest and highest are the limits of 95 %, and p counts the draws as far out."""
    draws = np.random.default_rng(0).normal(size=39)
    floor = Floor("all", float(draws.max()) + 1, 10, draws, 0.95, "groups", None)
    assert (floor.low, floor.high) == pytest.approx((draws.min(), draws.max()), rel=1e-12)
    assert floor.p_value == pytest.approx(1 / 40)
    assert not floor.inside
    middle = Floor("all", float(np.median(draws)), 10, draws, 0.95, "groups", None)
    assert middle.p_value == 1
    assert middle.inside


def test_what_cannot_be_permuted_is_refused():
    """Other directions, too few permutations and unknown settings say why."""
    model = made("bag").model
    protected = train_protected_model(model, TEXTS, GROUPS)
    with pytest.raises(UsageError, match="nothing that could be permuted"):
        permutation_floor(model, TEXTS, protected=Fixed())
    for problem, settings in (
        ("at least 19", {"permutations": 5}),
        ("statistic 'median'", {"statistic": "median"}),
        ("between 0 and 1", {"confidence": 95}),
        ("by= has 1", {"by": ["f"]}),
    ):
        with pytest.raises(UsageError, match=problem):
            permutation_floor(model, TEXTS, protected=protected, **settings)
