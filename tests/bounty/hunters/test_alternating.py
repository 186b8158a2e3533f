"""Group and model by turns: the climb rises, stops where neither step helps, and finds what is planted."""

from itertools import pairwise

import numpy as np
import pytest
from hunted_splits import SPACES, YES_NO, columns, loss, losses, planted

from bounty.claims.claim import Rules
from bounty.claims.proposals import Refusing, fits, group_rows, model_answers
from bounty.hunters.alternating import Climber, Pair, find_pairs, propose
from bounty.hunters.cost_trees import CostTree
from bounty.hunters.reduction import constants, costs, growth
from bounty.rows.answers import Answers, Form, Truth
from bounty.rows.splits import Split
from bounty.rows.subgroups import Subgroup


def climber(split, form, *, doubt=0.0):
    """Make the two steps for a split."""
    first = losses(form)[0]
    charged = costs(split, first, SPACES[form])[:, :-1]
    return Climber(split, charged, growth(split, first, SPACES[form], charged), smallest=20, doubt=doubt)


FORMS = [Form.DECISION, Form.CLASSES, Form.SCORE]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", range(3))
def test_a_climb_rises_and_ends_where_neither_step_gains(form, seed):
    """Each pair saves more than the tolerance over the one before, and at the last neither step does."""
    split = planted(form, seed, rows=1_500)
    steps = climber(split, form)
    largest = losses(form)[0].largest
    tolerance = split.rows * largest // 500
    starts = steps.starts()
    assert starts
    for start in starts:
        path = steps.climb(start, tolerance)
        saved = [pair.saved for pair in path]
        assert saved[0] > 0
        assert all(after - before > tolerance for before, after in pairwise(saved))
        # Mass is at most 1 and starts above 0, so there are at most 1 / eps steps; the paper says 2 / eps.
        assert len(path) - 1 <= 500
        last = path[-1]
        model, group = steps.with_best_model(last.group), steps.with_best_group(last.model)
        assert steps.pair(last.group, model).saved - last.saved <= tolerance
        assert steps.pair(group, last.model).saved - last.saved <= tolerance


def test_both_gains_are_tested_at_the_same_pair():
    """A climb goes on by the model's step where the group's gains nothing, and the other way round."""
    split = planted(Form.DECISION, 1, rows=1_500)

    class Scripted(Climber):
        """Steps that are told what to gain: the group first nothing, then, after the model's step, much."""

        def pair(self, group, model):
            table = {(0, 0): 10, (0, 1): 20, (1, 0): 10, (1, 1): 40, (2, 1): 40, (1, 2): 40}
            return Pair(group, model, table[group.otherwise, model.otherwise])

        def with_best_model(self, group):
            return CostTree((), {0: 1, 1: 2}[group.otherwise])

        def with_best_group(self, model):
            return CostTree((), {0: 1, 1: 1}[model.otherwise])

    charged = costs(split, loss("error"), YES_NO)[:, :-1]
    steps = Scripted(split, charged, charged.astype(float))
    path = steps.climb(Pair(CostTree((), 0), CostTree((), 0), 10), 0)
    assert [(pair.group.otherwise, pair.model.otherwise) for pair in path] == [(0, 0), (0, 1), (1, 1)]


def test_only_pairs_of_positive_mass_are_starts():
    """A model that cannot be bettered leaves no start, and no candidate."""
    drawn = columns(np.random.default_rng(0), 500)
    truth = np.random.default_rng(1).integers(0, 2, 500)
    split = Split("public", drawn, Truth(truth), Answers.of(Form.DECISION, truth))
    assert climber(split, Form.DECISION).starts() == []
    assert propose(split, space=YES_NO, loss=loss("error")).listed == ()


@pytest.mark.parametrize("form", FORMS)
def test_what_a_pair_saves_is_counted_exactly(form):
    """The mass of a pair is the sum, over the group's rows, of what the model loses less."""
    split = planted(form, 4, rows=3_000)
    steps, first = climber(split, form), losses(form)[0]
    models = constants(SPACES[form])
    pair = steps.starts()[0]
    inside = pair.group.actions(split.columns) == 1
    answers = [SPACES[form].code(models[place].predict) for place in pair.model.actions(split.columns)]
    after = first.lost(Answers.of(form, answers), split.truth).array()
    assert pair.saved == (split.lost(first).array() - after)[inside].sum()


def test_the_best_group_is_where_the_model_saves():
    """For a fixed model the group is exactly where it loses less, if the trees can say so."""
    split = planted(Form.DECISION, 2, rows=3_000, where="place == 'x'", worse=1.0, otherwise=0.0)
    truth = split.truth.codes
    one = Split(
        "public",
        split.columns,
        Truth(np.ones_like(truth)),
        Answers.of(Form.DECISION, 1 - (truth != split.host.codes)),
    )
    group = climber(one, Form.DECISION).with_best_group(CostTree((), 1))
    inside = Subgroup.of("place == 'x'", split.columns).rows(split.columns).mask
    assert np.array_equal(group.actions(split.columns) == 1, inside)


@pytest.mark.parametrize("seed", range(3))
def test_a_rough_group_gets_a_fine_model(seed):
    """A group with rules inside it is found, and on fresh rows most of its errors are mended."""

    def draw(seed, rows):
        generator = np.random.default_rng(seed)
        drawn = columns(generator, rows)
        inside = Subgroup.of("old", drawn).rows(drawn).mask
        yes = Subgroup.of("kind in ('a', 'c') and place == 'x' or kind == 'b'", drawn).rows(drawn).mask
        truth = (yes ^ (generator.random(rows) < 0.1)).astype(np.int64)
        host = np.where(inside, generator.integers(0, 2, rows), truth ^ (generator.random(rows) < 0.05))
        return Split("public", drawn, Truth(truth), Answers.of(Form.DECISION, host)), inside

    finds = find_pairs(draw(seed, 4_000)[0], space=YES_NO, loss=loss("error"), seed=seed)
    claim = finds[0].claim
    assert isinstance(claim.model, Rules)
    fresh, inside = draw(seed + 50, 20_000)
    group = group_rows(claim.group, fresh.columns, Refusing())
    assert (group.mask & inside).sum() > 0.8 * inside.sum()
    answers = model_answers(claim.model, fresh, space=YES_NO, current=fresh.host, runner=Refusing())
    wrong = fresh.host.codes != fresh.truth.codes
    assert (answers.codes != fresh.truth.codes)[group.mask].sum() < 0.5 * wrong[group.mask].sum()


@pytest.mark.parametrize("form", FORMS)
def test_claims_fit_and_seeds_repeat(form):
    """Each claim can be evaluated on the public part, and a seed gives the same claims again."""
    split = planted(form, 3, rows=2_000)
    runs = [find_pairs(split, space=SPACES[form], loss=losses(form)[0], seed=8) for _ in range(2)]
    assert runs[0] == runs[1]
    for found in runs[0]:
        fits(found.claim, split, space=SPACES[form], runner=Refusing())


def test_a_model_whose_rules_are_too_long_is_not_claimed(monkeypatch):
    """Where the rules of a model do not fit a claim there is no claim, and the notes say so."""
    split = planted(Form.DECISION, 3, rows=2_000)
    assert propose(split, space=YES_NO, loss=loss("error")).listed
    monkeypatch.setattr("bounty.hunters.alternating.rules_of", lambda *_: None)
    proposed = propose(split, space=YES_NO, loss=loss("error"))
    assert proposed.listed == ()
    assert "did not fit a claim" in proposed.notes[0]


def test_costs_have_nothing_to_alternate():
    """Costs can only be replaced by another model's, so there is no model to learn."""
    split = planted(Form.COST, 1, rows=400)
    finds = find_pairs(split, space=SPACES[Form.COST], loss=loss("ratio", Form.COST), seed=1)
    assert not finds
    assert "nothing to alternate" in finds.notes[0]
