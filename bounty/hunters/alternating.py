"""Certificates by turns: the best model for a group, the best group for a model, until neither improves.

For a fixed group, the best model is the one that loses least on the group's rows. For a fixed model, the best
group holds the rows where the model loses less than the current one and leaves out those where it loses more.
Each is ordinary learning from examples with weights. Taken by turns they climb to a pair that neither step
alone improves, so the climb is made from several starts. Group and model have separate trees
(`bounty.hunters.cost_trees`): a rough group may have a fine model, which a single tree for both cannot be.

Both steps are tried from the same pair, and the better is taken; the climb ends when neither gains more than
a tolerance *from that pair*. (Testing the two gains at different pairs, as printed, can end early.) A start
whose mass is not positive is no certificate and is not climbed from; from a positive one, every pair is one.

References
----------
I. Globus-Harris, M. Kearns, A. Roth, "An algorithmic framework for bias bounties", FAccT 2022
(arXiv:2201.10408), Algorithm 6, Lemmas 21 and 22.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from bounty.hunters.checking import LEVEL, SMALLEST, check, halves, why_not
from bounty.hunters.conditions import conditions_of, region_of
from bounty.hunters.cost_trees import DOUBT, CostTree, Floats, Leaf, grow
from bounty.hunters.found import Candidate, Candidates, Finds, Hunter
from bounty.hunters.reduction import constants, costs, growth
from bounty.hunters.regions import Region
from bounty.hunters.rules import repair_of, rules_of
from bounty.hunters.slices import MOST
from bounty.rows.amounts import Integers
from bounty.rows.answers import AnswerSpace
from bounty.rows.losses import Loss
from bounty.rows.splits import Split

TOLERANCE = Fraction(1, 1000)
"""Mass that a step must gain; a climb has at most one step for each in 1."""

DEPTH = 3
"""Depth of the trees of the group and of the model."""

STARTS = 5

_MOST_CONSTANTS = 8


@dataclass(frozen=True, slots=True)
class Pair:
    """A group and a model.

    Attributes
    ----------
    group : CostTree
        Action 1 is inside.
    model : CostTree
        Its actions are the answers.
    saved : int
        What the model saves on the group: the mass, in whole units.
    """

    group: CostTree
    model: CostTree
    saved: int


@dataclass(frozen=True, slots=True)
class Climber:
    """The two steps, on the rows of one split.

    Attributes
    ----------
    split : Split
    charged : array of integers, shape (rows, answers)
        What each answer costs beyond the current model (`bounty.hunters.reduction.costs`, without "?").
    targets : array of float, shape (rows, outputs)
        What trees of models are grown to predict.
    depth : int
    smallest : int
    doubt : float
        Standard errors that a leaf of a group must save.
    """

    split: Split
    charged: Integers
    targets: Floats
    depth: int = DEPTH
    smallest: int = SMALLEST
    doubt: float = DOUBT

    def pair(self, group: CostTree, model: CostTree) -> Pair:
        """Put a group and a model together."""
        inside = group.actions(self.split.columns) == 1
        return Pair(group, model, int(self.savings(model)[inside].sum()))

    def savings(self, model: CostTree) -> Integers:
        """Say what a model saves on each row."""
        actions = model.actions(self.split.columns)
        saved: Integers = -np.take_along_axis(self.charged, actions[:, None], axis=1)[:, 0]
        return saved

    def with_best_model(self, group: CostTree) -> CostTree:
        """Find the model that loses least on a group (Lemma 21)."""
        rows = np.flatnonzero(group.actions(self.split.columns) == 1)
        return grow(
            self.split.columns.taking(rows),
            self.charged[rows],
            targets=self.targets[rows],
            depth=self.depth,
            smallest=self.smallest,
        )

    def with_best_group(self, model: CostTree) -> CostTree:
        """Find the group on which a model saves most (Lemma 22); where both lose the same, nothing counts."""
        saved = self.savings(model)
        return grow(
            self.split.columns,
            np.column_stack((np.zeros_like(saved), -saved)),
            targets=saved[:, None].astype(np.float64),
            default=0,
            depth=self.depth,
            smallest=self.smallest,
            doubt=self.doubt,
        )

    def climb(self, start: Pair, tolerance: int) -> list[Pair]:
        """Take the better step until neither gains more than a tolerance at the same pair.

        Parameters
        ----------
        start : Pair
            Of positive mass.
        tolerance : int
            In the units of `saved`; 0 for any gain.

        Returns
        -------
        list of Pair
            The start first. Each saves more than the one before.
        """
        path = [start]
        while True:
            here = path[-1]
            steps = (
                self.pair(here.group, self.with_best_model(here.group)),
                self.pair(self.with_best_group(here.model), here.model),
            )
            best = max(steps, key=lambda pair: pair.saved)
            if best.saved - here.saved <= tolerance:
                return path
            path.append(best)

    def simplified(self, pair: Pair) -> Pair:
        """Learn the model again on its group alone: it need not say what is outside."""
        again = self.pair(pair.group, self.with_best_model(pair.group))
        return again if again.saved >= pair.saved else pair

    def starts(self, most: int = STARTS) -> list[Pair]:
        """Find pairs of positive mass: every constant with its group, and groups with their models."""
        total = self.charged.sum(axis=0)
        answers = np.argsort(total, kind="stable")[:_MOST_CONSTANTS].tolist()
        models = [CostTree((), answer) for answer in answers]
        pairs = [self.pair(self.with_best_group(model), model) for model in models]
        groups = [_inside(Region()), *self._promising(answers, most)]
        pairs += [self.pair(group, self.with_best_model(group)) for group in groups]
        positive = sorted((pair for pair in pairs if pair.saved > 0), key=lambda pair: -pair.saved)
        return positive[:most]

    def _promising(self, answers: Sequence[int], most: int) -> list[CostTree]:
        """Choose the single conditions on which one answer saves most."""
        columns = self.split.columns
        regions = [region_of((each,)) for each in conditions_of(columns, smallest=self.smallest)]
        saved = [
            max((-self.charged[region.rows(columns).mask][:, answers].sum(axis=0)).tolist())
            for region in regions
        ]
        order = sorted(range(len(regions)), key=lambda place: -saved[place])
        return [_inside(regions[place]) for place in order[:most]]


def find_pairs(
    split: Split,
    *,
    space: AnswerSpace,
    loss: Loss,
    seed: int,
    most: int = MOST,
    level: float = LEVEL,
    smallest: int = SMALLEST,
) -> Finds:
    """Find groups, each with rules that lose less on it than the host's model.

    Parameters
    ----------
    split : Split
        The public part.
    space : AnswerSpace
    loss : Loss
        The bounty's main loss, by which repairs are judged.
    seed : int
        Decides which half of the rows is searched.
    most : int, default 10
        Claims to report, at most.
    level : float, default 0.05
        How often, at most, to report anything where nothing is to be found.
    smallest : int, default 30
        Rows that a group must have in each half.

    Returns
    -------
    Finds
        Empty, with a reason, where nothing was found or nothing can be searched.

    Examples
    --------
    >>> from bounty.rows.answers import Answers, Form, Truth
    >>> from bounty.rows.columns import Columns
    >>> numbers = np.arange(2_400)
    >>> sex = ["F" if number % 3 else "M" for number in numbers]
    >>> columns = Columns.of({"age": (numbers % 50).tolist(), "sex": sex})
    >>> truth = (numbers % 50 < 20) ^ (numbers % 3 == 0)
    >>> host = Answers.of(Form.DECISION, np.where(numbers % 50 < 40, truth, ~truth))
    >>> split = Split("public", columns, Truth(truth.astype(int)), host)
    >>> space, loss = AnswerSpace(Form.DECISION, ("no", "yes")), Loss.named("error", Form.DECISION)
    >>> finds = find_pairs(split, space=space, loss=loss, seed=1)
    >>> finds[0].claim.group, finds[0].claim.model
    ('age >= 40', Rules(cases=(("sex == 'M'", 'yes'),), otherwise='no'))
    """
    reason = why_not(split, smallest=smallest)
    if reason is not None:
        return Finds(notes=(reason,))
    searched, held = halves(split, seed)
    candidates = propose(searched, space=space, loss=loss, smallest=smallest)
    return check(candidates, held, space=space, losses=[loss], most=most, level=level, smallest=smallest)


def propose(split: Split, *, space: AnswerSpace, loss: Loss, smallest: int = SMALLEST) -> Candidates:
    """Propose repairs, without checking them on other rows; see `find_pairs`."""
    models = constants(space)
    if not models:
        return Candidates(
            notes=("costs have no answers that rules could give, so there is nothing to alternate.",)
        )
    charged = costs(split, loss, space)[:, :-1]
    climber = Climber(split, charged, growth(split, loss, space, charged), smallest=smallest)
    tolerance = math.floor(TOLERANCE * split.rows * loss.largest)
    ends: list[Pair] = []
    searched = 0
    for start in climber.starts():
        path = climber.climb(start, tolerance)
        searched += 2 * len(path)
        ends.append(climber.simplified(path[-1]))
    ends.sort(key=lambda pair: -pair.saved)
    listed: list[Candidate] = []
    for pair in ends:
        inside = [leaf for leaf in pair.group.leaves if leaf.action == 1]
        answers = pair.model.leaves or (Leaf(Region(), pair.model.otherwise, 0),)
        model = rules_of(answers, models, split.columns)
        if model is not None:
            claim = repair_of(
                inside, models, split.columns, loss=loss, hunter=Hunter.ALTERNATING, model=model
            )
            listed += [] if claim is None else [claim]
    missing = len(ends) - len(listed)
    notes = (f"{missing} of {len(ends)} pairs of group and model did not fit a claim.",) if missing else ()
    return Candidates(tuple(listed), searched, notes)


def _inside(region: Region) -> CostTree:
    return CostTree((Leaf(region, 1, 0),), 0)
