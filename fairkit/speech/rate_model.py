"""Rates of several groups beside a reference, in one Poisson model: crude, and given covariates.

Errors are Poisson in their mean only; the variance comes from speakers. Before anything is fitted, whatever
has no answer is set aside with its reason: groups of too few speakers or without errors, covariates that say
nothing or the same as another, and groups that a covariate determines.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.inference.clusters import FEWEST_CLUSTERS
from fairkit.inference.distributions import student_quantile
from fairkit.speech.cluster_robust import cluster_pulls, degrees_of_freedom
from fairkit.speech.compared import NO_INTERVAL
from fairkit.speech.covariates import Covariate, cells_of, independent_columns, inseparable, useless

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

Method = Literal["glm", "gee"]
"""Independent errors, or equally correlated ones, as the working model within a speaker."""

_DIVERGED = 30.0
_EXACT = 1e-9


class Ratio(NamedTuple):
    """A ratio with its interval and p-value; None where undefined.

    Examples
    --------
    >>> Ratio(1.2).low is None
    True
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None


_NONE = Ratio(None)


class Compared(NamedTuple):
    """What was found of one group.

    Attributes
    ----------
    crude, adjusted : Ratio
    utterances, speakers : int
        Of the group in the model.
    dropped : int
        Its utterances at levels of a covariate at which nobody made an error.
    reason : str or None
        Every reason why there is no adjusted ratio, or no interval.

    Examples
    --------
    >>> Compared(Ratio(1.2), Ratio(None), 4, 2, 0, "fewer than 3 speakers (2)").crude.value
    1.2
    """

    crude: Ratio
    adjusted: Ratio
    utterances: int
    speakers: int
    dropped: int
    reason: str | None


@dataclass(frozen=True, slots=True, eq=False)
class RateCells:
    """Utterances of one arm, speaker and set of covariates, added up.

    Parameters
    ----------
    arm : array of int64, shape (cells,)
        0 is the reference.
    speaker : array of int64, shape (cells,)
    combination : array of int64, shape (cells,)
        Equal where all covariates are.
    row : array of int64, shape (cells,)
        An utterance of each cell, whose covariates are those of all.
    errors, said : array of float64, shape (cells,)
        Sums; `said` is positive.
    utterances : array of int64, shape (cells,)

    Examples
    --------
    >>> one = np.ones(3, np.int64)
    >>> cells = RateCells(np.array([0, 1, 1]), one, one, one, 1.0 * one, 9.0 * one, one)
    >>> cells.total(cells.said, 2).tolist(), cells.speakers(2).tolist()
    ([9.0, 18.0], [1, 1])
    """

    arm: IntArray
    speaker: IntArray
    combination: IntArray
    row: IntArray
    errors: FloatArray
    said: FloatArray
    utterances: IntArray

    def take(self, chosen: BoolArray) -> RateCells:
        """Keep some cells."""
        return RateCells(*(getattr(self, one.name)[chosen] for one in fields(self)))

    def merged(self, *keys: IntArray) -> tuple[RateCells, IntArray]:
        """Add up cells that agree in some keys; also return where each went."""
        first, place = cells_of(*keys)

        def added(values: NDArray[np.float64 | np.int64]) -> FloatArray:
            return np.bincount(place, weights=values, minlength=len(first)).astype(np.float64)

        summed = RateCells(
            self.arm[first],
            self.speaker[first],
            self.combination[first],
            self.row[first],
            added(self.errors),
            added(self.said),
            added(self.utterances).astype(np.int64),
        )
        return summed, place

    def total(self, values: NDArray[np.float64 | np.int64], arms: int) -> FloatArray:
        """Add values up by arm."""
        return np.bincount(self.arm, weights=values, minlength=arms).astype(np.float64)

    def speakers(self, arms: int) -> IntArray:
        """Count the speakers of every arm."""
        first, _ = cells_of(self.arm, self.speaker)
        return np.bincount(self.arm[first], minlength=arms)


def compare_rates(
    cells: RateCells,
    names: Sequence[str],
    covariates: Sequence[Covariate],
    *,
    attribute: str,
    method: Method = "glm",
    confidence: float = 0.95,
) -> list[Compared]:
    """Compare the rates of all arms with that of the first.

    Parameters
    ----------
    cells : RateCells
    names : sequence of str
        Of the arms, the reference first.
    covariates : sequence of Covariate
    attribute : str
        Name of the grouping.
    method : {"glm", "gee"}
        ``gee`` needs one cell per utterance.
    confidence : float

    Returns
    -------
    list of Compared
        One per arm but the reference.

    Examples
    --------
    >>> speaker, one = np.arange(6), np.ones(6, np.int64)
    >>> errors = np.array([1.0, 2, 3, 4, 5, 9])
    >>> cells = RateCells(np.repeat([0, 1], 3), speaker, 0 * one, speaker, errors, 10.0 * one, one)
    >>> compare_rates(cells, ["a", "b"], [], attribute="accent")[0].crude.value.__round__(6)
    3.0
    """
    arms = len(names)
    before = cells.total(cells.utterances, arms)
    cells, kept = _sieved(cells, covariates, arms)
    number, speakers = cells.total(cells.utterances, arms), cells.speakers(arms)
    errors, said = cells.total(cells.errors, arms), cells.total(cells.said, arms)
    own = [_problems(int(number[a]), int(speakers[a]), float(errors[a])) for a in range(arms)]
    shared = [f"reference {names[0]} has {problem}" for problem in own[0]]
    crude: dict[int, Ratio] = {}
    adjusted: dict[int, Ratio] = {}
    inner: dict[int, list[str]] = {}
    if kept[0] and kept.sum() > 1:
        places = [int(a) for a in np.flatnonzero(kept)[1:]]
        inside = cells.take(kept[cells.arm])
        crude = _crude(inside, places, confidence)
        model = _Model(inside, places, confidence)
        common = useless(covariates, model.points.row, model.points.arm, attribute)
        if not common:
            adjusted, common, inner = _adjusted(model, names, covariates, method)
        shared += common
    results = []
    for a in range(1, arms):
        bare = Ratio(errors[a] / said[a] / (errors[0] / said[0])) if said[a] > 0 and errors[0] > 0 else _NONE
        reasons = own[a] + shared + inner.get(a, [])
        ratio = _NONE if reasons else adjusted.get(a, _NONE)
        if ratio.value is not None and ratio.low is None:
            reasons = [NO_INTERVAL]
        results.append(
            Compared(
                crude.get(a, bare),
                ratio,
                int(number[a]),
                int(speakers[a]),
                int(before[a] - number[a]),
                "; ".join(reasons) or None,
            )
        )
    return results


def _problems(utterances: int, speakers: int, errors: float) -> list[str]:
    """Say why a group alone has no place in a model."""
    if utterances == 0:
        return ["no utterances that can be used"]
    few = [f"fewer than {FEWEST_CLUSTERS} speakers ({speakers})"] if speakers < FEWEST_CLUSTERS else []
    return few + (["no errors"] if errors == 0 else [])


def _sieved(cells: RateCells, covariates: Sequence[Covariate], arms: int) -> tuple[RateCells, BoolArray]:
    """Take out levels of covariates without any error; return the rest, and which arms can be fitted."""
    while True:
        kept = (cells.speakers(arms) >= FEWEST_CLUSTERS) & (cells.total(cells.errors, arms) > 0)
        inside = kept[cells.arm]
        silent = np.zeros(len(inside), np.bool_)
        for one in covariates:
            if one.values is None:
                codes = one.codes[cells.row]
                errors = np.bincount(codes[inside], weights=cells.errors[inside], minlength=len(one.levels))
                silent |= inside & (errors[codes] == 0)
        if not silent.any():
            return cells, kept
        cells = cells.take(~silent)


class _Model:
    """Cells of the arms that can be fitted, and the points of the design at which they lie."""

    def __init__(self, cells: RateCells, places: list[int], confidence: float) -> None:
        self.cells, self.places, self.confidence = cells, places, confidence
        self.points, self.point = cells.merged(cells.arm, cells.combination)
        self.dummies = np.asarray(self.points.arm[:, None] == np.array(places), np.float64)

    def design(self, blocks: Sequence[FloatArray]) -> FloatArray:
        """Put the columns side by side: a one, the arms, the covariates; shape (points, columns)."""
        return np.hstack([np.ones((len(self.dummies), 1)), self.dummies, *blocks])

    def ratios(
        self, design: FloatArray, coefficients: FloatArray, correlation: float = 0.0
    ) -> dict[int, Ratio]:
        """Return the ratio of every arm, with an interval from the pulls of speakers."""
        from scipy.special import stdtr

        cells = self.cells
        mean = cells.said * np.exp(design @ coefficients)[self.point]
        _, cluster = cells_of(cells.speaker)
        pulls = cluster_pulls(design[self.point], mean, cells.errors - mean, cluster, correlation=correlation)
        tail = np.array((1 - self.confidence) / 2)
        ratios = {}
        for i, place in enumerate(self.places, start=1):
            value, error = float(coefficients[i]), float(np.sqrt((pulls.pull[:, i] ** 2).sum()))
            ratios[place] = Ratio(float(np.exp(value)))
            if error > _EXACT:
                inside = np.bincount(cluster, weights=cells.arm == place) > 0
                degrees = degrees_of_freedom(pulls.size[:, i], inside)
                reach = -float(student_quantile(np.array(degrees), tail)) * error
                low, high = np.exp([value - reach, value + reach])
                p = 2 * float(stdtr(degrees, -abs(value) / error))
                ratios[place] = Ratio(float(np.exp(value)), float(low), float(high), p)
        return ratios


def _crude(cells: RateCells, places: list[int], confidence: float) -> dict[int, Ratio]:
    """Return ratios of ratios of sums, with the intervals of a model that has the arms only."""
    summed, _ = cells.merged(cells.arm, cells.speaker)
    summed = replace(summed, combination=np.zeros_like(summed.combination))
    model = _Model(summed, places, confidence)
    rates = np.log(model.points.errors / model.points.said)
    return model.ratios(model.design([]), np.concatenate([rates[:1], rates[1:] - rates[0]]))


def _adjusted(
    model: _Model, names: Sequence[str], covariates: Sequence[Covariate], method: Method
) -> tuple[dict[int, Ratio], list[str], dict[int, list[str]]]:
    """Fit the model with covariates: ratios, what is wrong with all of it, and what with single arms."""
    blocks = [one.columns(model.points.row) for one in covariates]
    lost = inseparable(model.dummies, blocks)
    alone = [inseparable(model.dummies, [block]) for block in blocks] if lost.any() else []
    inner = {}
    for i, place in enumerate(model.places):
        if lost[i]:
            by = [one.name for one, hit in zip(covariates, alone, strict=True) if hit[i]]
            what = " and of ".join(by) if by else "the covariates together"
            inner[place] = [f"the effect of {names[place]} cannot be told from that of {what}"]
    design = model.design(blocks)
    design = design[:, independent_columns(design)]
    people = len(np.unique(model.cells.speaker))
    if people <= design.shape[1]:
        return {}, [f"{design.shape[1]} coefficients need more than {people} speakers"], inner
    fit = _fitted(model, design, method)
    if fit is None:
        return {}, ["the model did not converge"], inner
    return model.ratios(design, *fit), [], inner


def _fitted(model: _Model, design: FloatArray, method: Method) -> tuple[FloatArray, float] | None:
    """Return coefficients and working correlation; None where the fit runs away."""
    import statsmodels.api as sm

    points, cells = model.points, model.cells
    start = np.zeros(design.shape[1])
    start[0] = np.log(points.errors.sum() / points.said.sum())
    family = sm.families.Poisson()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # what a warning would say is checked below, and becomes a reason
        try:
            fit = sm.GLM(points.errors, design, family=family, offset=np.log(points.said)).fit(
                start_params=start, method="newton", disp=0, maxiter=100
            )
            settled, params, correlation = fit.mle_retvals["converged"], np.asarray(fit.params), 0.0
            if method == "gee" and settled:
                within = sm.cov_struct.Exchangeable()
                fit = sm.GEE(
                    cells.errors,
                    design[model.point],
                    cells.speaker,
                    family=family,
                    cov_struct=within,
                    offset=np.log(cells.said),
                ).fit(start_params=params, cov_type="naive")
                params, correlation = np.asarray(fit.params), float(within.dep_params)
                largest = int(np.unique(cells.speaker, return_counts=True)[1].max())
                settled = fit.converged and (largest - 1) * correlation > -1 and correlation < 1
        except np.linalg.LinAlgError:
            return None
    if not settled or not np.isfinite(params).all() or np.abs(params).max() > _DIVERGED:
        return None
    return params, correlation
