"""Pairs of utterances that are alike in all but the group: nearest neighbours on the propensity.

The propensity is the chance of being in the group given the covariates; utterances of equal propensity are
alike on average in every covariate, whatever their number. How alike the pairs really are is measured
afterwards, covariate by covariate: a match that did not balance did not match.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.speech.covariates import Covariate, cells_of
from fairkit.speech.nearest import nearest_pairs

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

Order = Literal["descending", "random"]
"""Who chooses a partner first: the highest propensity, which is the hardest to match, or anyone."""

_RIDGE = 4e6
_ARRIVED = 1e-4


class Balance(NamedTuple):
    """How far apart two sides are in one covariate.

    Attributes
    ----------
    covariate : str
    level : str or None
        The level whose share is compared; None for a number, whose mean is.
    before, after : float
        Difference of the means (group less reference), over the root of the mean of the two variances before
        matching.

    Examples
    --------
    >>> Balance("sex", "F", 0.4, 0.01).after
    0.01
    """

    covariate: str
    level: str | None
    before: float
    after: float


@dataclass(frozen=True, slots=True, eq=False)
class Pairing:
    """Matched utterances.

    Parameters
    ----------
    rows, partners : array of int64, shape (pairs,)
        Utterances of the group, and of the reference.
    balance : tuple of Balance
        Of every covariate; empty where there are no pairs.

    Examples
    --------
    >>> Pairing(np.array([3]), np.array([0]), (Balance("sex", "F", 0.4, -0.01),)).largest_imbalance
    0.01
    """

    rows: IntArray
    partners: IntArray
    balance: tuple[Balance, ...]

    @property
    def largest_imbalance(self) -> float | None:
        """Largest absolute difference after matching."""
        return max((abs(one.after) for one in self.balance), default=None)


def pair_up(
    rows: IntArray,
    others: IntArray,
    covariates: Sequence[Covariate],
    *,
    exact: Sequence[Covariate] = (),
    caliper: float = 0.05,
    order: Order = "random",
    seed: int = 0,
) -> Pairing | None:
    """Match utterances one to one, without replacement.

    Parameters
    ----------
    rows, others : array of int64, shape (utterances of a side,)
        Utterances of the group and of the reference; they have every covariate.
    covariates : sequence of Covariate
        What the propensity is made of, by logistic regression.
    exact : sequence of Covariate
        In which partners must be equal.
    caliper : float
        Largest distance of a pair, in standard deviations of the propensity over both sides.
    order : {"descending", "random"}
    seed : int
        Decides ties, and the random order.

    Returns
    -------
    Pairing or None
        None where the propensity model does not converge.

    Notes
    -----
    The logistic regression has a ridge so small (of the order of one millionth of an utterance) that it
    decides only where a covariate separates the sides and coefficients would be infinite. Every different
    combination of covariates is one row of it, so utterances that are alike have the same propensity to the
    last bit.

    Examples
    --------
    >>> noise = Covariate("noise", np.array([0, 0, 1, 0, 1, 1]), ("no", "yes"))
    >>> pairing = pair_up(np.arange(3), np.arange(3, 6), [noise])
    >>> len(pairing.rows), noise.codes[pairing.rows].tolist() == noise.codes[pairing.partners].tolist()
    (2, True)
    """
    both = np.concatenate([rows, others])
    inside = np.arange(len(both)) < len(rows)
    propensity = _propensity(both, inside, covariates)
    if propensity is None:
        return None
    width = caliper * float(propensity.std())
    rng = np.random.default_rng(seed)
    key = np.zeros(len(both), np.int64)
    if exact:
        _, key = cells_of(*(one.codes[both] for one in exact))
    first, second = [], []
    for value in np.unique(key[inside]):
        own = rng.permutation(np.flatnonzero(inside & (key == value)))
        if order == "descending":
            own = own[np.argsort(-propensity[own], kind="stable")]
        free = np.flatnonzero(~inside & (key == value))
        found = nearest_pairs(propensity[own], propensity[free], width, rng=rng)
        first.append(own[found >= 0])
        second.append(free[found[found >= 0]])
    chosen, partners = np.concatenate(first), np.concatenate(second)
    balance = _balance(both, inside, chosen, partners, (*covariates, *exact)) if len(chosen) else ()
    return Pairing(both[chosen], both[partners], balance)


def _propensity(
    both: IntArray, inside: NDArray[np.bool_], covariates: Sequence[Covariate]
) -> FloatArray | None:
    """Return every utterance's chance of being in the group; None where the model does not converge."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    if not covariates:
        return np.full(len(both), inside.mean())
    first, point = cells_of(*(one.codes[both] for one in covariates))
    design = np.hstack([one.columns(both[first]) for one in covariates])
    own, other = (np.bincount(point[side], minlength=len(first)) for side in (inside, ~inside))
    weights, label = np.concatenate([own, other]), np.repeat([1, 0], len(first))
    used = weights > 0
    model = LogisticRegression(C=_RIDGE / len(both), solver="newton-cholesky", max_iter=200)
    with warnings.catch_warnings():
        # It warns where it starts at the solution, too; whether it has arrived is asked of the result.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(np.tile(design, (2, 1))[used], label[used], sample_weight=weights[used])
    chance = np.asarray(model.predict_proba(design)[:, 1], np.float64)
    residual = own - (own + other) * chance
    slope = residual @ design - model.coef_[0] * len(both) / _RIDGE
    if max(abs(float(residual.sum())), float(np.abs(slope).max())) > _ARRIVED * len(both):
        return None
    return np.asarray(chance[point], np.float64)


def _balance(
    both: IntArray,
    inside: NDArray[np.bool_],
    chosen: IntArray,
    partners: IntArray,
    covariates: Sequence[Covariate],
) -> tuple[Balance, ...]:
    """Compare the sides in every covariate, before and after matching."""
    found = []
    for one in covariates:
        codes = one.codes[both]
        if one.values is not None:
            columns = [(None, one.values[codes])]
        else:
            columns = [(one.levels[level], 1.0 * (codes == level)) for level in np.unique(codes)]
        for level, values in columns:
            spread = np.sqrt((values[inside].var() + values[~inside].var()) / 2)
            before = values[inside].mean() - values[~inside].mean()
            after = values[chosen].mean() - values[partners].mean()
            scale = spread if spread > 0 else 1.0
            found.append(Balance(one.name, level, float(before / scale), float(after / scale)))
    return tuple(found)
