"""What sensitivities are worth beside directions without a meaning."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny_networks import GROUPS, TEXTS, VOCABULARY, Bag, Fixed, made

from fairkit.errors import DataError, UsageError
from fairkit.text import (
    Floor,
    LexiconMask,
    from_module,
    permutation_floor,
    sensitivities,
    train_protected_model,
)
from fairkit.text.networks.other_words import matched_draws
from fairkit.text.protection.training import permuted_codes


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
    floor = permutation_floor(case.model, inputs, protected=protected, permutations=19, **settings)
    assert floor.value == pytest.approx(one.values.mean(), rel=1e-9)
    assert floor.size.value == pytest.approx(np.abs(one.values).mean(), rel=1e-9)
    if not settings:
        size = permutation_floor(case.model, inputs, protected=protected, permutations=19, statistic="size")
        assert (size.value, size.n) == (pytest.approx(floor.size.value), floor.n)
        assert size.draws == pytest.approx(floor.size.draws)


def test_an_encoder_heads_floor_goes_through_the_encoder():
    """The slow way, one more backward pass a direction, measures the same."""
    model, texts, groups = made("bert").model, TEXTS[:24], GROUPS[:24]
    protected = train_protected_model(model, texts, groups, head="encoder", folds=3)
    one = sensitivities(model, texts, protected=protected, scale="unit")
    steps = []
    floor = permutation_floor(
        model, texts, protected=protected, scale="unit", permutations=19, by=groups, progress=steps.append
    )
    assert floor.value == pytest.approx(one.mean, rel=1e-9)
    assert [each.group for each in floor.groups] == ["f", "m"]
    assert floor.groups[0].value == pytest.approx(one.values[::2].mean(), rel=1e-9)
    assert floor.groups[0].n == 12
    assert sum(steps) == 19 + len(texts)


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


def test_sizes_stand_out_upwards_only():
    """Every direction adds to a size: one below its floor is no finding, and its p says so."""
    draws = np.linspace(1.0, 2.0, 39)
    low, middle, high = (
        Floor("all", value, 10, draws, 0.95, "groups", None, upper=True) for value in (0.5, 1.98, 2.1)
    )
    assert [one.inside for one in (low, middle, high)] == [True, False, False]
    assert [one.p_value for one in (low, middle, high)] == pytest.approx([1.0, 2 / 40, 1 / 40])
    assert low.limits == pytest.approx((1.0, draws[37]))  # 95 % of 40 order statistics
    model, words = made("bag").model, LexiconMask(["she", "he"])
    protected = train_protected_model(model, TEXTS, GROUPS)
    for asked, upper in (({}, False), ({"statistic": "size"}, True), ({"signed": False}, True)):
        floor = permutation_floor(model, TEXTS, protected=protected, permutations=19, **asked)
        assert (floor.upper, floor.size.upper) == (upper, True)
    assert permutation_floor(model, TEXTS, protected=words, permutations=19, signed=False).upper


def test_p_of_noise_is_uniform():
    """The value counts among the draws when their middle is taken, so that few draws are no excuse."""
    drawn = np.random.default_rng(0).normal(size=(4000, 20))
    p = np.array([Floor("all", one[0], 1, one[1:], 0.95, "groups", None).p_value for one in drawn])
    assert abs((p <= 0.05 + 1e-9).mean() - 0.05) < 3 * 0.0035


def test_permuted_groups_are_in_every_fold():
    """A rare group is never permuted into one fold alone, where the other heads would not learn it."""
    case = made("features")
    rows = np.random.default_rng(0).normal(size=(20, len(case.inputs[0])))
    for groups in (["f"] * 2 + ["m"] * 18, ["f"] * 2 + ["m"] * 9 + ["x"] * 9):
        protected = train_protected_model(case.model, rows, groups, folds=2)
        codes = permuted_codes(protected.training, len(set(groups)), draws=19, rng=np.random.default_rng(1))
        for fold in (0, 1):
            assert {len(set(one[protected.training.fold != fold])) for one in codes} == {len(set(groups))}
        floor = permutation_floor(case.model, rows, protected=protected, permutations=19)
        assert len(floor.draws) == 19
        assert np.isfinite(floor.draws).all()


def test_a_group_in_one_cluster_and_fold_cannot_be_permuted():
    """Where almost no permutation can be learnt from, that is said."""
    case = made("features")
    rows = np.random.default_rng(0).normal(size=(60, len(case.inputs[0])))
    groups = ["f"] * 2 + ["m"] * 58
    protected = train_protected_model(case.model, rows, groups, folds=2)
    fold = np.where(np.arange(60) == 5, 1, 0)  # all but one row in one fold
    with pytest.raises(DataError, match=r"can hardly be permuted.*--permutations 0"):
        permuted_codes(replace(protected.training, fold=fold), 2, draws=19, rng=np.random.default_rng(0))


def test_rows_of_unknown_group_look_the_same_way_under_permutation():
    """They look to the likelier group, true or permuted; a floor of arbitrary groups would lie too low."""
    case = made("features")
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(60, len(case.inputs[0])))
    known = rng.permutation(["f", "m"] * 15).tolist()
    protected = train_protected_model(case.model, rows[:30], known, folds=3)
    asked = {"protected": protected, "permutations": 19}
    beside = permutation_floor(
        case.model, rows, groups=known + [None] * 30, by=["known"] * 30 + ["unknown"] * 30, **asked
    )
    alone = permutation_floor(case.model, rows[30:], groups=[None] * 30, **asked)
    assert beside.groups[1].value == pytest.approx(alone.value)
    assert beside.groups[1].draws == pytest.approx(alone.draws)


def test_a_row_may_be_of_several_groups():
    """A tuple names all of them, and every group's floor is that of its rows alone."""
    model, mask = made("bag").model, LexiconMask(["she", "he"])
    asked = {"protected": mask, "signed": False, "permutations": 19}
    halves = ["x" if i < 20 else "y" for i in range(len(TEXTS))]
    both = permutation_floor(model, TEXTS, by=list(zip(GROUPS, halves, strict=True)), **asked)
    assert [one.group for one in both.groups] == ["f", "m", "x", "y"]
    for by, chosen in ((GROUPS, both.groups[:2]), (halves, both.groups[2:])):
        alone = permutation_floor(model, TEXTS, by=by, **asked).groups
        for one, two in zip(alone, chosen, strict=True):
            assert (one.value, one.n) == (pytest.approx(two.value), two.n)
            assert one.draws == pytest.approx(two.draws)


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
