"""Slices on which the host's model loses more than elsewhere: disparity claims of up to three conditions.

A row's excess is what is lost on it beyond the rate of all rows. A group's sum of it, as a share of the most
that all rows could lose, is the mass of the claim; the search (`bounty.hunters.lattice`) finds the groups in
which it is largest, chance aside. A disparity may show in a crossing of columns where no single column shows
anything, so no column is left out because it shows nothing alone.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from bounty.claims.claim import Claim, ClaimKind
from bounty.hunters.checking import LEVEL, SMALLEST, check, halves, why_not
from bounty.hunters.conditions import Condition, conditions_of, packed, region_of
from bounty.hunters.cost_trees import Floats
from bounty.hunters.found import Candidate, Candidates, Finds, Hunter, distinct
from bounty.hunters.lattice import Lattice, Weights, search
from bounty.hunters.regions import Region, within_limits
from bounty.rows.answers import AnswerSpace
from bounty.rows.bits import RowSet
from bounty.rows.columns import Columns
from bounty.rows.losses import Loss
from bounty.rows.splits import Split

LARGEST_SHARE = 0.75
"""Share of the rows that a group may have: beyond it, the others are the smaller half of the story."""

LOOKED = 50_000
"""Rows, at most, on which slices are searched."""

MOST = 10
"""Claims that one search proposes, at most."""


def find_slices(
    split: Split,
    *,
    space: AnswerSpace,
    loss: Loss,
    seed: int,
    compare: Literal["overall", "rest"] = "overall",
    most: int = MOST,
    level: float = LEVEL,
    smallest: int = SMALLEST,
) -> Finds:
    """Find groups on which the host's model loses more.

    Parameters
    ----------
    split : Split
        The public part.
    space : AnswerSpace
    loss : Loss
    seed : int
        Decides which half of the rows is searched.
    compare : {"overall", "rest"}, default "overall"
        What the claims compare a group with.
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
    >>> numbers = np.arange(2_000)
    >>> columns = Columns.of({"sex": ["F" if n % 2 else "M" for n in numbers],
    ...                       "home": ["own" if n % 3 else "rent" for n in numbers]})
    >>> truth, host = Truth(np.ones(2_000, int)), Answers.of(Form.DECISION, numbers % 6 != 3)
    >>> split, space = Split("public", columns, truth, host), AnswerSpace(Form.DECISION, ("no", "yes"))
    >>> finds = find_slices(split, space=space, loss=Loss.named("error", Form.DECISION), seed=1)
    >>> finds[0].claim.group, finds[0].claim.about["title"]
    ("home == 'rent' and sex == 'F'", 'Higher error rate where home is rent and sex is F')
    """
    reason = why_not(split, smallest=smallest)
    if reason is not None:
        return Finds(notes=(reason,))
    searched, held = halves(split, seed)
    candidates = propose(searched, loss=loss, compare=compare, most=most, smallest=smallest)
    return check(candidates, held, space=space, losses=[loss], most=most, level=level, smallest=smallest)


def propose(
    split: Split,
    *,
    loss: Loss,
    compare: Literal["overall", "rest"] = "overall",
    most: int = MOST,
    smallest: int = SMALLEST,
) -> Candidates:
    """Propose disparity claims, without checking them on other rows; see `find_slices`."""
    name = loss.name.value
    lost, units, columns = split.lost(loss), loss.units(split.truth), split.columns
    everywhere = RowSet.all(split.rows)
    total = units.total(everywhere)
    if not total:
        return Candidates(notes=(f"{name}: no row counts, so no rate is defined.",))
    excess = lost.array() - lost.total(everywhere) / total * units.array()
    counting = np.flatnonzero((lost.array() > 0) | (units.array() > 0))
    if len(counting) < split.rows:
        # Rows that lose nothing of nothing change no rate; without them there is less to count.
        columns, excess = columns.taking(counting), excess[counting]
    columns, excess = sample(columns, excess)
    if not excess.any():
        return Candidates(notes=(f"{name}: the model loses the same on every row.",))
    conditions, lattice = look(columns, excess, smallest=smallest)
    if not conditions:
        note = f"{name}: no column has a value or range that {smallest} rows have and not all."
        return Candidates(notes=(note,))
    listed = []
    for region in chosen(columns, excess, conditions, lattice, most=most):
        predicate, _ = within_limits([region], [1], columns)
        if predicate is not None:
            claim = Claim(ClaimKind.DISPARITY, name, predicate.canonical, compare=compare)
            listed.append(Candidate(claim, Hunter.SLICES))
    return Candidates(tuple(listed), lattice.counted, () if lattice.exhaustive else (PARTIAL,))


def sample(columns: Columns, gains: Floats) -> tuple[Columns, Floats]:
    """Give the first rows of many: which slices stand out is seen on fewer than how much they do."""
    if columns.rows <= LOOKED:
        return columns, gains
    return columns.taking(np.arange(LOOKED)), gains[:LOOKED]


def look(columns: Columns, gains: Floats, *, smallest: int) -> tuple[tuple[Condition, ...], Lattice]:
    """Search for the slices in which the sum of some gains is largest.

    Parameters
    ----------
    columns : Columns
    gains : array, shape (rows,)
    smallest : int

    Returns
    -------
    conditions : tuple of Condition
    lattice : Lattice
        Its slices name conditions by their place.
    """
    conditions = conditions_of(columns, smallest=smallest)
    names = list(columns.by_name)
    owners = [names.index(each.column) for each in conditions]
    lattice = search(
        packed(conditions, columns),
        owners,
        Weights.of(gains),
        smallest=smallest,
        largest=int(LARGEST_SHARE * columns.rows),
    )
    return conditions, lattice


def chosen(
    columns: Columns,
    gains: Floats,
    conditions: tuple[Condition, ...],
    lattice: Lattice,
    *,
    most: int,
    kind: ClaimKind = ClaimKind.DISPARITY,
) -> list[Region]:
    """Choose, best first, slices that do not repeat a better one."""
    regions = [region_of(tuple(conditions[place] for place in each.conditions)) for each in lattice.slices]
    groups = [region.rows(columns) for region in regions]
    return [regions[place] for place in distinct(groups, [gains] * len(groups), most=most, kind=kind)]


PARTIAL = (
    "there are too many slices of three conditions to count them all, so the best pairs were followed; "
    "fewer or coarser columns make the search complete."
)
