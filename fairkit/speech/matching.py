"""Matching: a group and a reference compared on utterances that are alike in other things.

Where adjusting trusts a model of error rates, matching trusts only one of who is in which group, and drops
the utterances that have no counterpart. Both stand beside the crude difference; where they disagree, the
utterances that were dropped, or the model, are the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import UsageError, did_you_mean
from fairkit.groups import group_name
from fairkit.inference import holm
from fairkit.inference.clusters import FEWEST_CLUSTERS
from fairkit.inference.distributions import student_quantile
from fairkit.speech.compared import (
    NO_INTERVAL,
    REST,
    check,
    reference_level,
    speaker_codes,
    usable_utterances,
)
from fairkit.speech.covariates import named_covariates, useless
from fairkit.speech.pairing import Order, Pairing, pair_up
from fairkit.speech.results import Matched
from fairkit.speech.utterances import Utterances

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

CALIPER = 0.05
"""Default caliper, in standard deviations of the propensity."""

METHOD = (
    "nearest neighbour on the propensity, no replacement; ratios of sums, clustered by speaker, Welch's t"
)
"""How it is named in results."""


def matched(
    utterances: Utterances,
    attribute: str,
    group: str,
    reference: str | None,
    covariates: Sequence[str],
    *,
    exact: Sequence[str] = (),
    caliper: float = CALIPER,
    order: Order = "random",
    system: int = 0,
    normalizer: int = 0,
    confidence: float = 0.95,
    seed: int = 0,
) -> Matched:
    r"""Compare the error rates of a group and a reference on matched utterances.

    Parameters
    ----------
    utterances : Utterances
    attribute : str
        The grouping.
    group : str
        A level; its utterances look for partners, so the difference is about utterances such as theirs.
    reference : str or None
        Another level, or ``"rest"`` for all other utterances. None is the group with the most utterances.
    covariates : sequence of str
        What the propensity is made of; see :func:`fairkit.speech.covariates.named_covariates`.
    exact : sequence of str
        In which partners must be equal, such as ``["sex"]``.
    caliper : float
        Largest distance of a pair, in standard deviations of the propensity over both sides.
    order : {"descending", "random"}
        Who chooses first: the highest propensity, or a random order.
    system, normalizer : int
        Positions among the systems and the normalisers.
    confidence : float
        Level of the plain interval.
    seed : int
        Decides among equal partners, and the random order.

    Returns
    -------
    Matched
        `pairs` and `unmatched` add up to the group's utterances with a reference; among the unmatched are
        those that lack a covariate or a speaker, or whose reference is empty. `reason` names what stands in
        the way of a value, or of its interval.

    Raises
    ------
    fairkit.errors.UsageError
        When a name, position or option is unknown or impossible.

    Notes
    -----
    The unit of the caliper is that of R's MatchIt (``std.caliper=TRUE``, and versions before 4 always):
    standard deviations of the propensity itself, not of its logit. Koenecke et al. used .001 with MatchIt's
    ``nearest`` on a logistic propensity, highest first, which is ``caliper=0.001`` here; MatchIt before
    version 4 then drew at random among the partners within the caliper, here the nearest is taken. In
    simulations with three confounders calipers of .001, .01, .05 and .2 matched .25, .5, .53 and .54 of the
    utterances, with intervals of about the same width, and left .1, .2, .4 and 2 % of the confounding in
    random order, but .5, .7, 4 and 17 % highest first: where partners run out, that order keeps the group's
    extreme utterances. Hence both defaults.

    The value is :math:`R_1 - R_0`, ratios of sums of the sides. With :math:`d = e - R n` the residual of an
    utterance over its side's :math:`N`, variances are sums over speakers of the squares of their sums of d,
    each over the root of 1 - the speaker's share of :math:`N`, and the quantile is Welch's, with
    :math:`1 / \sum h^2 - 1` degrees of freedom a side for the shares h. A speaker on both sides counts once,
    with both. That partners resemble each other is left out: they agree in covariates, so what is left out is
    negative, and allowing for it (a variance of dyads) covers too little with few speakers, .88 at 4 a side.
    As it is, 95 % intervals cover .935 to .98 with 4 to 40 speakers a side, .89 with 3 against 40.
    That the propensity was estimated is left out as well.

    References
    ----------
    Koenecke et al. (2020), Racial disparities in automated speech recognition, PNAS 117, 7684-7689.
    Ho, Imai, King and Stuart (2011), MatchIt, Journal of Statistical Software 42 (8).

    Examples
    --------
    >>> from fairkit.speech.utterances import Stamp
    >>> n, rng = 60, np.random.default_rng(0)
    >>> no = np.zeros((n, 1), bool)
    >>> wrong = rng.poisson(np.where(np.arange(n) < 30, 2, 4))
    >>> edits = np.stack([20 - wrong, wrong, 0 * wrong, 0 * wrong], axis=1)[:, None, None]
    >>> sixty = Utterances(
    ...     ("asr",), (Stamp("none", "1", ""),), "words", np.arange(n).astype(str).astype(object),
    ...     np.arange(n) // 5, tuple("abcdefghijkl"), ("accent",), (("Irish", "US"),),
    ...     (np.arange(n) // 30)[:, None], edits.astype(np.int32), np.ones(n, bool), no, no[:, :, None],
    ...     no, no[:, :, None], {"noise": np.array(["no", "no", "yes"] * 20, object)},
    ... )
    >>> pairs = matched(sixty, "accent", "US", "Irish", ["noise"])
    >>> pairs.pairs, pairs.unmatched, round(pairs.value, 3), pairs.largest_imbalance
    (30, 0, 0.127, 0.0)
    """
    check(utterances, attribute, system, normalizer, confidence)
    _check_options((*covariates, *exact), caliper, order)
    against = reference_level(utterances, attribute, reference)
    own = reference_level(utterances, attribute, group)
    if own is None or own == against:
        raise UsageError(f"the group and the reference are both '{group}'; name two groups.")
    task = _Task(
        utterances, attribute, system, normalizer, confidence, covariates, exact, caliper, order, seed
    )
    return task.compare(own, against)


def matches(
    utterances: Utterances,
    attribute: str,
    covariates: Sequence[str],
    *,
    reference: str | None = None,
    exact: Sequence[str] = (),
    caliper: float = CALIPER,
    order: Order = "random",
    system: int = 0,
    normalizer: int = 0,
    confidence: float = 0.95,
    seed: int = 0,
) -> tuple[Matched, ...]:
    """Match every group with a reference, as :func:`matched` does, with p-values Holm-adjusted over groups.

    Parameters
    ----------
    utterances, attribute, covariates, reference, exact, caliper, order, system, normalizer, confidence, seed
        As for :func:`matched`. Without a reference, the group with the most utterances.

    Returns
    -------
    tuple of Matched
        One per level but the reference and the missing one.

    Raises
    ------
    fairkit.errors.UsageError
        As for :func:`matched`.

    Examples
    --------
    >>> from fairkit.speech.utterances import Stamp
    >>> no = np.zeros((2, 1), bool)
    >>> two = Utterances(
    ...     ("asr",), (Stamp("none", "1", ""),), "words", np.array(["a", "b"], object), np.array([0, 1]),
    ...     ("ann", "bob"), ("accent",), (("Irish", "US"),), np.array([[0], [1]]),
    ...     np.array([[[[3, 1, 0, 1]]], [[[2, 0, 0, 0]]]], np.int32), np.ones(2, bool), no, no[:, :, None],
    ...     no, no[:, :, None], {"age": np.array([20.0, 30.0])},
    ... )
    >>> matches(two, "accent", ["age"])[0].reason.partition(";")[0]
    'accent=US has fewer than 3 speakers (1)'
    """
    check(utterances, attribute, system, normalizer, confidence)
    _check_options((*covariates, *exact), caliper, order)
    against = reference_level(utterances, attribute, reference)
    task = _Task(
        utterances, attribute, system, normalizer, confidence, covariates, exact, caliper, order, seed
    )
    found = [
        task.compare(place, against)
        for place, level in enumerate(task.levels)
        if level is not None and place != against
    ]
    adjusted = holm([np.nan if one.p_value is None else one.p_value for one in found]).tolist()
    return tuple(
        replace(one, p_adjusted=None if np.isnan(p) else p) for one, p in zip(found, adjusted, strict=True)
    )


class _Task:
    """One question to match for, with all that its groups share read once."""

    def __init__(  # noqa: PLR0917
        self,
        utterances: Utterances,
        attribute: str,
        system: int,
        normalizer: int,
        confidence: float,
        covariates: Sequence[str],
        exact: Sequence[str],
        caliper: float,
        order: Order,
        seed: int,
    ) -> None:
        self.attribute, self.system, self.confidence = attribute, utterances.systems[system], confidence
        self.caliper, self.order, self.seed = caliper, order, seed
        self.names = (*covariates, *(f"{name} (exact)" for name in exact))
        self.covariates, self.exact = (
            named_covariates(utterances, names, attribute=attribute, system=system, normalizer=normalizer)
            for names in (covariates, exact)
        )
        every = (*self.covariates, *self.exact)
        self.usable, _ = usable_utterances(utterances, attribute, every, system, normalizer)
        self.levels = utterances.levels[utterances.attributes.index(attribute)]
        self.code, self.speaker = utterances.group(attribute), speaker_codes(utterances)
        self.scored = np.bincount(self.code[utterances.scored], minlength=len(self.levels))
        self.errors = utterances.errors()[:, system, normalizer].astype(np.float64)
        self.said = utterances.said()[:, system, normalizer].astype(np.float64)

    def compare(self, own: int, against: int | None) -> Matched:
        """Compare a group with another; None is all others."""
        rows = np.flatnonzero(self.usable & (self.code == own))
        apart = self.code != own if against is None else self.code == against
        others = np.flatnonzero(self.usable & apart)
        names = (
            group_name([self.attribute], [self.levels[own]]),
            REST if against is None else group_name([self.attribute], [self.levels[against]]),
        )
        found = Pairing(rows[:0], others[:0], ())
        reasons = self._obstacles(rows, others, names)
        if not reasons:
            pairing = pair_up(
                rows,
                others,
                self.covariates,
                exact=self.exact,
                caliper=self.caliper,
                order=self.order,
                seed=self.seed,
            )
            reasons = _why(pairing, names, self.speaker)
            found = found if pairing is None else pairing
        before = [self._rate(rows), self._rate(others)]
        value = low = high = p = None
        if not reasons:
            value, low, high, p = _difference(self.errors, self.said, self.speaker, found, self.confidence)
            reasons = [NO_INTERVAL] if low is None else []
        return Matched(
            attribute=self.attribute,
            group=names[0],
            reference=names[1],
            system=self.system,
            pairs=len(found.rows),
            unmatched=int(self.scored[own]) - len(found.rows),
            speakers=len(np.unique(self.speaker[found.rows])),
            reference_speakers=len(np.unique(self.speaker[found.partners])),
            rate=self._rate(found.rows),
            reference_rate=self._rate(found.partners),
            crude=None if before[0] is None or before[1] is None else before[0] - before[1],
            value=value,
            low=low,
            high=high,
            p_value=p,
            p_adjusted=p,
            largest_imbalance=found.largest_imbalance,
            covariates=self.names,
            caliper=self.caliper,
            reason="; ".join(reasons) or None,
            method=METHOD,
        )

    def _obstacles(self, rows: IntArray, others: IntArray, names: tuple[str, str]) -> list[str]:
        """Say why two groups cannot be matched."""
        few = [*_few(names[0], self.speaker[rows]), *_few(names[1], self.speaker[others])]
        if not len(rows) or not len(others):
            return few
        side = np.repeat([1, 0], [len(rows), len(others)])
        every = (*self.covariates, *self.exact)
        return few + useless(every, np.concatenate([rows, others]), side, self.attribute)

    def _rate(self, rows: IntArray) -> float | None:
        return float(self.errors[rows].sum() / self.said[rows].sum()) if len(rows) else None


def _check_options(covariates: Sequence[str], caliper: float, order: str) -> None:
    """Refuse options that mean nothing."""
    problems = []
    if not covariates:
        problems.append("name at least one covariate to match on, or one in which partners are equal.")
    if not (np.isfinite(caliper) and caliper >= 0):
        problems.append(f"caliper is {caliper:g}, but is a distance in standard deviations, 0 or more.")
    if order not in ("descending", "random"):
        problems.append(
            f"order '{order}' is not known ('descending', 'random')."
            f"{did_you_mean(order, ('descending', 'random'))}"
        )
    if problems:
        raise UsageError(*problems)


def _few(name: str, speakers: IntArray) -> list[str]:
    """Say that a side has nobody, or too few."""
    number = len(np.unique(speakers))
    if number == 0:
        return [f"{name} has no utterances that can be used"]
    if number < FEWEST_CLUSTERS:
        return [f"{name} has fewer than {FEWEST_CLUSTERS} speakers ({number})"]
    return []


def _why(pairing: Pairing | None, names: tuple[str, str], speaker: IntArray) -> list[str]:
    """Say why pairs give no value."""
    if pairing is None:
        return ["the model of the propensity did not converge"]
    if not len(pairing.rows):
        return [f"no utterance of {names[0]} has a partner within the caliper"]
    sides = (pairing.rows, pairing.partners)
    few = [problem for name, rows in zip(names, sides, strict=True) for problem in _few(name, speaker[rows])]
    return [f"after matching {problem}" for problem in few]


def _difference(
    errors: FloatArray, said: FloatArray, speaker: IntArray, pairing: Pairing, confidence: float
) -> tuple[float, float | None, float | None, float | None]:
    """Return the difference of the rates, its interval and its p-value."""
    from scipy.special import stdtr

    pulls, shares, rates = [], [], []
    size = int(speaker.max()) + 1
    for rows in (pairing.rows, pairing.partners):
        total = said[rows].sum()
        rate = errors[rows].sum() / total
        share = np.bincount(speaker[rows], weights=said[rows], minlength=size) / total
        pull = np.bincount(speaker[rows], weights=errors[rows] - rate * said[rows], minlength=size) / total
        pulls.append(pull / np.sqrt(1 - np.minimum(share, 1 - 1e-9)))
        shares.append(share)
        rates.append(rate)
    value = float(rates[0] - rates[1])
    error = float(np.sqrt(((pulls[0] - pulls[1]) ** 2).sum()))
    if error == 0:
        return value, None, None, None
    variance = [float((pull**2).sum()) for pull in pulls]
    freedom = [max(1 / float((share**2).sum()) - 1, 1.0) for share in shares]
    degrees = sum(variance) ** 2 / sum(v**2 / f for v, f in zip(variance, freedom, strict=True))
    reach = -float(student_quantile(np.array(degrees), np.array((1 - confidence) / 2))) * error
    return value, value - reach, value + reach, 2 * float(stdtr(degrees, -abs(value) / error))
