"""Certificates by ternary classification: one classifier that says where, and what to answer there.

A repair is a group g and a model h; its mass is what h saves on g. Write both as one map p from rows to an
answer or "?": g is where p is not "?", and h answers p. Let "?" cost 0 on every row, and an answer what it
loses less what the current model loses. Then the cost of p is minus the mass of (g, h), so the cheapest p is
the best certificate: for decisions and the loss `error`, the cost is +1 where p spoils a right answer, -1
where it mends a wrong one, else 0.

Any cost-sensitive learner can look for p. Here it is a tree (`bounty.hunters.cost_trees`): its leaves are
boxes of the predicate language, so what was learnt is what is claimed. Answers that do not depend on the row
are also tried on all slices of up to three conditions, and the host's other models by trees and on slices.

References
----------
I. Globus-Harris, M. Kearns, A. Roth, "An algorithmic framework for bias bounties", FAccT 2022
(arXiv:2201.10408), Theorem 20.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bounty.claims.claim import Alternative, ClaimKind, Constant
from bounty.hunters.checking import LEVEL, SMALLEST, check, halves, why_not
from bounty.hunters.cost_trees import Floats, Index, Leaf, grow
from bounty.hunters.found import Candidate, Candidates, Finds, Hunter
from bounty.hunters.rules import Model, repair_of
from bounty.hunters.slices import MOST, PARTIAL, chosen, look, sample
from bounty.rows.amounts import Integers
from bounty.rows.answers import Answers, AnswerSpace, Form
from bounty.rows.losses import Loss
from bounty.rows.splits import Split

DEPTHS = (1, 2, 4)
"""Depths of the trees that are grown."""

_SCORES = 50
"""Into how many steps the range of scores is cut."""

_MOST_COMMON = 8
"""Classes whose costs a tree is grown to predict."""

_MOST_SLICED = 4
"""Answers for which slices are searched, those first that would do least harm everywhere."""


def find_repairs(
    split: Split,
    *,
    space: AnswerSpace,
    loss: Loss,
    seed: int,
    most: int = MOST,
    level: float = LEVEL,
    smallest: int = SMALLEST,
) -> Finds:
    """Find groups on which constants, rules or the host's other models lose less than its model.

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
    >>> from bounty.rows.answers import Truth
    >>> from bounty.rows.columns import Columns
    >>> numbers = np.arange(1_000)
    >>> columns = Columns.of({"age": (numbers % 50).tolist()})
    >>> truth, host = Truth((numbers % 50 < 20).astype(int)), Answers.of(Form.DECISION, numbers % 50 < 10)
    >>> space, loss = AnswerSpace(Form.DECISION, ("no", "yes")), Loss.named("error", Form.DECISION)
    >>> finds = find_repairs(Split("public", columns, truth, host), space=space, loss=loss, seed=1)
    >>> finds[0].claim.group, finds[0].claim.model
    ('10 <= age < 20', Constant(predict='yes'))
    """
    reason = why_not(split, smallest=smallest)
    if reason is not None:
        return Finds(notes=(reason,))
    searched, held = halves(split, seed)
    candidates = propose(searched, space=space, loss=loss, most=most, smallest=smallest)
    return check(candidates, held, space=space, losses=[loss], most=most, level=level, smallest=smallest)


def propose(
    split: Split, *, space: AnswerSpace, loss: Loss, most: int = MOST, smallest: int = SMALLEST
) -> Candidates:
    """Propose repairs, without checking them on other rows; see `find_repairs`."""
    proposed = Candidates()
    if not split.lost(loss).array().any():
        return Candidates(notes=(f"{loss.name.value}: the model loses nothing, so nothing can be saved.",))
    fixed = constants(space)
    if fixed:
        charged = costs(split, loss, space)
        targets = growth(split, loss, space, charged[:, :-1])
        proposed += _by_trees(split, fixed, charged, targets, loss=loss, most=most, smallest=smallest)
        if space.form is not Form.SCORE:
            proposed += _by_slices(split, fixed, charged, loss=loss, most=most, smallest=smallest)
    for name in split.alternatives:
        other = (Alternative(name),)
        charged = costs(split, loss, space, models=other)
        targets = charged[:, :1].astype(np.float64)
        proposed += _by_trees(split, other, charged, targets, loss=loss, most=most, smallest=smallest)
        proposed += _by_slices(split, other, charged, loss=loss, most=most, smallest=smallest)
    if not fixed and not split.alternatives:
        return Candidates(notes=("the host declares no other model, and nothing else can replace costs.",))
    return proposed


def constants(space: AnswerSpace) -> tuple[Constant, ...]:
    """List the answers that could be given everywhere; scores in steps of a fiftieth of their range.

    Examples
    --------
    >>> [model.predict for model in constants(AnswerSpace(Form.DECISION, ("no", "yes")))]
    ['no', 'yes']
    """
    if space.form is Form.COST:
        return ()
    if space.form is not Form.SCORE:
        return tuple(Constant(name) for name in space.classes)
    width = space.high - space.low
    return tuple(Constant(f"{space.low + width * step / _SCORES:.10g}") for step in range(_SCORES + 1))


def costs(split: Split, loss: Loss, space: AnswerSpace, *, models: Sequence[Model] | None = None) -> Integers:
    """Say what each answer costs on each row beyond what the host's model loses there.

    Parameters
    ----------
    split : Split
    loss : Loss
    space : AnswerSpace
    models : sequence of Constant or Alternative, optional
        Default `constants`, or the host's other models where it gives costs.

    Returns
    -------
    array of integers, shape (rows, models + 1)
        The last column is "?", which costs 0.

    Examples
    --------
    >>> from bounty.rows.answers import Truth
    >>> from bounty.rows.columns import Columns
    >>> truth, host = Truth(np.array([1, 0, 1])), Answers.of(Form.DECISION, [1, 1, 0])
    >>> split = Split("public", Columns.of({"age": [1, 2, 3]}), truth, host)
    >>> costs(split, Loss.named("error", Form.DECISION), AnswerSpace(Form.DECISION, ("no", "yes"))).tolist()
    [[1, 0, 0], [-1, 0, 0], [0, -1, 0]]
    """
    if models is None:
        models = constants(space) or tuple(Alternative(name) for name in split.alternatives)
    before = split.lost(loss).array()
    charged = np.zeros((split.rows, len(models) + 1), dtype=np.int64)
    for place, model in enumerate(models):
        charged[:, place] = loss.lost(_answers(model, split, space), split.truth).array() - before
    return charged


def minimise(charged: Integers, points: Index) -> Index:
    """Find the cheapest p where rows are told apart by the points of a small domain: point by point.

    Parameters
    ----------
    charged : array of integers, shape (rows, answers)
    points : array of integers, shape (rows,)
        The point of each row, from 0 up.

    Returns
    -------
    array of integers, shape (points,)
        The column of the answer; the last, "?", where no other is cheaper.

    Examples
    --------
    >>> minimise(np.array([[1, 0, 0], [-1, 0, 0], [0, -1, 0]]), np.array([0, 0, 1])).tolist()
    [2, 1]
    """
    size = int(points.max(initial=-1)) + 1
    total = np.zeros((size, charged.shape[1]), dtype=np.int64)
    np.add.at(total, points, charged)
    cheapest: Index = charged.shape[1] - 1 - np.argmin(total[:, ::-1], axis=1)
    return cheapest


def growth(split: Split, loss: Loss, space: AnswerSpace, charged: Integers) -> Floats:
    """Say what a tree is grown to predict, so that the cost of every answer follows from it.

    Costs of scores are linear in the truth and in what the current model loses, so these two stand for all.
    Of many classes, the most common stand for all.

    Returns
    -------
    array of float, shape (rows, outputs)
    """
    truth = split.truth.codes
    if truth is None or charged.shape[1] <= _MOST_COMMON:
        return charged.astype(np.float64)
    if space.form is Form.SCORE:
        return np.column_stack((truth, split.lost(loss).array())).astype(np.float64)
    common = np.argsort(-np.bincount(truth, minlength=charged.shape[1]), kind="stable")[:_MOST_COMMON]
    return charged[:, np.sort(common)].astype(np.float64)


def _answers(model: Model, split: Split, space: AnswerSpace) -> Answers:
    if isinstance(model, Alternative):
        return split.alternatives[model.name]
    return Answers.constant(space.form, space.code(model.predict), split.rows)


def _by_trees(
    split: Split,
    models: Sequence[Model],
    charged: Integers,
    targets: Floats,
    *,
    loss: Loss,
    most: int,
    smallest: int,
) -> Candidates:
    """Propose the whole of each tree, and the leaves of the deepest one by one."""
    listed: list[Candidate | None] = []
    searched, unknown = 0, len(models)
    for depth in DEPTHS:
        tree = grow(split.columns, charged, targets=targets, default=unknown, depth=depth, smallest=smallest)
        taken = sorted((leaf for leaf in tree.leaves if leaf.action != unknown), key=lambda leaf: -leaf.saved)
        searched += max(1, len(tree.leaves))
        groups = [taken, *([leaf] for leaf in taken[:most])] if depth == DEPTHS[-1] else [taken]
        listed += [
            repair_of(leaves, models, split.columns, loss=loss, hunter=Hunter.REDUCTION)
            for leaves in groups
            if leaves
        ]
    return Candidates(tuple(each for each in listed if each is not None), searched)


def _by_slices(
    split: Split, models: Sequence[Model], charged: Integers, *, loss: Loss, most: int, smallest: int
) -> Candidates:
    """Propose slices on which one answer is better."""
    proposed = Candidates()
    order = np.argsort(charged[:, :-1].sum(axis=0), kind="stable")[:_MOST_SLICED]
    for place in order.tolist():
        columns, gains = sample(split.columns, -charged[:, place].astype(np.float64))
        if not gains.any():
            continue
        conditions, lattice = look(columns, gains, smallest=smallest)
        regions = chosen(columns, gains, conditions, lattice, most=most, kind=ClaimKind.REPAIR)
        listed = [
            repair_of([Leaf(region, place, 1)], models, split.columns, loss=loss, hunter=Hunter.REDUCTION)
            for region in regions
        ]
        notes = () if lattice.exhaustive else (PARTIAL,)
        proposed += Candidates(tuple(each for each in listed if each is not None), lattice.counted, notes)
    return proposed
