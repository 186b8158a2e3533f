r"""Effect sizes of association tests, with a permutation test and an interval; arrays in, numbers out.

With :math:`s(w) = \operatorname{mean}_{a \in A} \cos(w, a) - \operatorname{mean}_{b \in B} \cos(w, b)`,

.. math:: S = \sum_{x \in X} s(x) - \sum_{y \in Y} s(y), \qquad
    d = \frac{\operatorname{mean}_{x \in X} s(x) - \operatorname{mean}_{y \in Y} s(y)}
        {\operatorname{std}_{w \in X \cup Y} s(w)}.

A word may have several vectors (it stands in several sentences). They are not independent of each other: a
word is permuted and resampled with all its vectors.

References
----------
Caliskan, Bryson and Narayanan (2017), Semantics derived automatically from language corpora contain
human-like biases, Science 356, 183-186; May et al. (2019), On measuring social biases in sentence
encoders, NAACL.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, islice
from math import comb
from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from fairkit.errors import UsageError, shortlist

FloatArray = npt.NDArray[np.float64]

MOST_EXACT = 100_000
"""Partitions up to which all are tried."""

FEWEST = 5
"""Words of a set from which an interval is given: with 3, 95 % covers 90 to 91."""

Permute = Literal["words", "vectors"]
"""What partitions move: words with all their vectors; or each vector by itself, as published of sentences."""

_ROUNDING = 1e-12
_TOGETHER = 4096


class Sides(NamedTuple):
    """Vectors of the four sets.

    Attributes
    ----------
    x, y, a, b : ndarray of shape (words, members, dimensions)
        Of unit norm; every word has as many members as every other.
    """

    x: FloatArray
    y: FloatArray
    a: FloatArray
    b: FloatArray


class Partitioned(NamedTuple):
    """A permutation test.

    Attributes
    ----------
    p : float
        Share of the partitions whose statistic is at least the one observed, the observed one among them.
    method : str
    partitions : int
        How many were looked at.
    exact : bool
        Whether these are all.
    tied : int
        Partitions whose statistic equals the one observed, besides it.
    """

    p: float
    method: str
    partitions: int
    exact: bool
    tied: int


class Limits(NamedTuple):
    """An interval, or why there is none.

    Attributes
    ----------
    low, high : float or None
    method : str
    """

    low: float | None
    high: float | None
    method: str


def similarities(sides: Sides) -> FloatArray:
    """Return s(w) of every vector of X and Y, shape (words of X and Y, members).

    Examples
    --------
    >>> one = lambda *v: np.array(v, dtype=float).reshape(1, 1, -1)
    >>> similarities(Sides(one(1, 0), one(0, 1), one(1, 0), one(0, 1))).ravel().tolist()
    [1.0, -1.0]
    """
    towards = sides.a.mean(axis=(0, 1)) - sides.b.mean(axis=(0, 1))
    return np.asarray(np.concatenate([sides.x, sides.y]) @ towards, dtype=np.float64)


def effect_size(x: npt.ArrayLike, y: npt.ArrayLike, *, ddof: int = 1) -> float | None:
    """Return d of the associations s of two sets of targets.

    Parameters
    ----------
    x, y : array_like
        s(w) of the vectors of X and of Y.
    ddof : {1, 0}
        Of the standard deviation; 1 divides by n - 1, as most publications' code does.

    Returns
    -------
    float or None
        None where all associations are equal, but for rounding, so that there is no scale.

    Examples
    --------
    >>> effect_size([1.0, 0.0], [-1.0, 0.0])  # the standard deviation is sqrt(2/3)
    1.224744871391589
    >>> effect_size([1.0, 0.0], [-1.0, 0.0], ddof=0)
    1.414213562373095
    >>> effect_size([0.5, 0.5], [0.5, 0.5]) is None
    True
    """
    first, second = (np.asarray(values, dtype=np.float64).ravel() for values in (x, y))
    both = np.concatenate([first, second])
    spread = float(both.std(ddof=ddof)) if len(both) > ddof else 0.0
    if not spread > _ROUNDING * max(float(np.abs(both).max(initial=0.0)), 1.0):  # cosines are rounded at 1
        return None
    return float(first.mean() - second.mean()) / spread


def partition_test(
    sums: npt.ArrayLike, first: int, *, permutations: int, rng: np.random.Generator
) -> Partitioned:
    """Test whether X goes with A more than chance would have it: one-sided, over partitions of X and Y.

    Parameters
    ----------
    sums : array_like of shape (units,)
        Sum of s over the vectors of each unit; those of X first.
    first : int
        Units of X. Every partition has as many, and leaves as many as Y has.
    permutations : int
        Partitions that are drawn where there are more than 100,000.
    rng : numpy.random.Generator

    Returns
    -------
    Partitioned
        Ties count as extreme, and the observed partition is one of all: p is never 0. Where partitions are
        drawn, p is (1 + extreme) / (1 + drawn).

    Raises
    ------
    UsageError
        There are no units on one side, or nothing is to be drawn.

    Examples
    --------
    >>> partition_test([3.0, 2.0, 1.0, 0.0], 2, permutations=100, rng=np.random.default_rng(0))
    Partitioned(p=0.16666666666666666, method='exact, all 6 partitions', partitions=6, exact=True, tied=0)
    """
    units = np.asarray(sums, dtype=np.float64)
    if not 0 < first < len(units) or permutations < 1:
        raise UsageError(
            f"{first} of {len(units)} units and {permutations} permutations leave nothing to compare."
        )
    observed = float(units[:first].sum())
    slack = _ROUNDING * float(np.abs(units).sum())
    total = comb(len(units), first)
    extreme = tied = looked = 0
    exact = total <= MOST_EXACT
    chosen = combinations(range(len(units)), first) if exact else None
    while looked < (total if exact else permutations):
        if chosen is not None:
            rows = np.array(list(islice(chosen, _TOGETHER)))
        else:
            size = min(_TOGETHER, permutations - looked)
            rows = rng.random((size, len(units))).argpartition(first - 1, axis=1)[:, :first]
        statistic = units[rows].sum(axis=1)
        extreme += int((statistic >= observed - slack).sum())
        tied += int((np.abs(statistic - observed) <= slack).sum())
        looked += len(rows)
    if exact:
        return Partitioned(extreme / total, f"exact, all {total:,} partitions", total, True, tied - 1)
    method = f"(1 + extreme) / (1 + drawn), {permutations:,} partitions drawn"
    return Partitioned((1 + extreme) / (1 + permutations), method, permutations, False, tied)


def bootstrap_limits(
    sides: Sides, *, ddof: int, confidence: float, replicates: int, rng: np.random.Generator
) -> Limits:
    """Give an interval of d by drawing the words of all four sets anew.

    Parameters
    ----------
    sides : Sides
    ddof : int
    confidence : float
    replicates : int
    rng : numpy.random.Generator

    Returns
    -------
    Limits
        The percentile interval; None where a set has fewer than 5 words. Of 95 % it covered 92 to 97 % in
        simulations with 5 to 25 words a set (``tests/benchmarks/association_intervals.py``).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> unit = lambda v: v / np.linalg.norm(v, axis=-1, keepdims=True)
    >>> sides = Sides(*(unit(rng.normal(size=(8, 1, 20))) for _ in range(4)))
    >>> limits = bootstrap_limits(sides, ddof=1, confidence=0.95, replicates=500, rng=rng)
    >>> limits.low < 0 < limits.high
    True
    """
    sizes = [len(side) for side in sides]
    if min(sizes) < FEWEST:
        return Limits(None, None, f"none: a set has {min(sizes)} words, and an interval needs {FEWEST}")
    targets = np.concatenate([sides.x, sides.y])
    flat = targets.reshape(-1, targets.shape[-1])
    near = [flat @ side.mean(axis=1).T for side in (sides.a, sides.b)]
    members, cut = targets.shape[1], sizes[0] * targets.shape[1]
    weights = [rng.multinomial(n, [1 / n] * n, size=replicates) / n for n in sizes]
    s = weights[2] @ near[0].T - weights[3] @ near[1].T
    w = [np.repeat(weights[i] / members, members, axis=1) for i in (0, 1)]
    means = [(w[0] * s[:, :cut]).sum(axis=1), (w[1] * s[:, cut:]).sum(axis=1)]
    squares = [(w[0] * s[:, :cut] ** 2).sum(axis=1), (w[1] * s[:, cut:] ** 2).sum(axis=1)]
    share = sizes[0] / (sizes[0] + sizes[1])
    mean = share * means[0] + (1 - share) * means[1]
    n = members * (sizes[0] + sizes[1])
    variance = (share * squares[0] + (1 - share) * squares[1] - mean**2) * n / (n - ddof)
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = (means[0] - means[1]) / np.sqrt(variance)
    drawn = drawn[np.isfinite(drawn)]
    if len(drawn) < 0.95 * replicates:
        return Limits(None, None, "none: the bootstrap has no spread to measure by")
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    method = f"percentile bootstrap over words of all four sets, {replicates:,} replicates"
    return Limits(float(low), float(high), method)


def check_numbers(
    *,
    ddof: int,
    confidence: float,
    permutations: int,
    replicates: int,
    most_lost: float,
    permute: str = "words",
) -> None:
    """Refuse numbers that mean nothing; all problems at once.

    Raises
    ------
    UsageError

    Examples
    --------
    >>> check_numbers(ddof=2, confidence=0.95, permutations=1, replicates=100, most_lost=0.2)
    Traceback (most recent call last):
        ...
    fairkit.errors.UsageError: ddof 2 is neither 0 nor 1.
    """
    problems = []
    if ddof not in (0, 1):
        problems.append(f"ddof {ddof} is neither 0 nor 1.")
    if not 0 < confidence < 1:
        problems.append(f"confidence {confidence} is not between 0 and 1; 0.95 is usual.")
    if permutations < 1:
        problems.append(f"permutations {permutations} is less than 1.")
    if replicates < 100:
        problems.append(f"replicates {replicates} is less than 100, too few for an interval.")
    if not 0 <= most_lost < 1:
        problems.append(f"most_lost {most_lost} is no share from 0 to below 1.")
    known: Sequence[str] = get_args(Permute)
    if permute not in known:
        problems.append(f"permute {permute!r} is unknown (there are {shortlist(known)}).")
    if problems:
        raise UsageError(*problems)
