r"""How much speakers differ: the number that decides how many a plan needs, measured or assumed.

With :math:`y_i` errors in :math:`x_i` words of speaker i, the error rate R of a combination has the
jackknife variance over speakers that also judges the data (:mod:`fairkit.pulls`), with :math:`1 / \sum
h_i^2 - 1` degrees of freedom for shares :math:`h_i` of the words. Times the effective speakers :math:`C = 1
/ \sum h_i^2`, over :math:`R^2`, it is the relative variance of one speaker,

.. math:: \tau^2 = C \, \operatorname{var}(R) / R^2,

which does not grow with the rate, as the variance itself does. Combinations of three speakers know it
badly, so it is moderated twice (after Smyth 2004): what all of them say together, weighted by degrees of
freedom and with outliers cut at ten medians, is mixed with the assumption as if that were
:data:`ASSUMED_WEIGHT` further speakers; and each combination mixes its own with that as if it were
:data:`POOLED_WEIGHT` speakers, only ever upwards, as the evidence does.

Without hypotheses, log rates of speakers are assumed to have a standard deviation s, and words to be
independent given the speaker: :math:`\tau^2 = e^{s^2} - 1 + 1 / (R w)` with w words each.

References
----------
Cochran 1977, Sampling Techniques, 3rd edition, chapter 6 (ratios of sums; effective sizes). Smyth 2004,
Linear models and empirical Bayes methods, Statistical Applications in Genetics and Molecular Biology 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fairkit.pulls import jackknifed
from fairkit.scaled import Sided, pooled
from fairkit.speech.collection.combinations import Combinations

FloatArray = NDArray[np.float64]

RATE = 0.15
"""Error rate where neither data nor caller give one."""

SPEAKER_SD = 0.5
"""Standard deviation of speakers' log rates where neither data nor caller give one."""

WORDS_PER_UTTERANCE = 10.0
"""Words of an utterance where no references are known."""

ASSUMED_WEIGHT = 10.0
"""What the assumption counts for beside the data, in speakers."""

POOLED_WEIGHT = 20.0
"""What all combinations count for beside one, in speakers."""

Source = Literal["data", "option", "assumption"]
"""Where a number comes from."""

_MOST_CORRELATION = 0.95


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a caller states instead of what the data say; None where the data are to say it.

    Examples
    --------
    >>> Wishes(rate=0.2).speaker_sd is None
    True
    """

    rate: float | None = None
    speaker_sd: float | None = None
    words: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """What a plan takes for granted about error rates and speakers.

    Parameters
    ----------
    rate : float
        Error rate of all others, above which a group lies by the gap.
    rate_from : {"data", "option", "assumption"}
    variance : float
        Relative variance of one speaker, pooled.
    variance_from : {"data", "option", "assumption"}
    own : array of float64, shape (combinations,)
        The same of each combination.
    freedom : float
        Degrees of freedom that the data have for it.
    words : float
        Words that one speaker says in one combination.
    words_from : {"data", "option", "assumption"}
    scale : float
        Words for each unit of what was recorded: 1, or those of an utterance where only utterances are known.
    inequality : float
        Speakers for each effective speaker: 1 where all say as much.
    correlation : float
        Of one speaker's rates in two combinations, relative to the combinations' own.
    """

    rate: float
    rate_from: Source
    variance: float
    variance_from: Source
    own: FloatArray
    freedom: float
    words: float
    words_from: Source
    scale: float
    inequality: float
    correlation: float


def spread(found: Combinations, wishes: Wishes) -> Spread:
    """Measure how much speakers differ within combinations, or assume it.

    Parameters
    ----------
    found : Combinations
    wishes : Wishes

    Examples
    --------
    >>> from fairkit.groups import groupings
    >>> from fairkit.speech.collection.combinations import combinations
    >>> from fairkit.speech.collection.recorded import Recorded
    >>> rows = Recorded(
    ...     ("accent",), (("X", "Y"),), np.array([[0], [1]]), np.array([0, 1]), 2, None, None, 2, 0, 0
    ... )
    >>> taken = spread(combinations(rows, groupings("accent")[0]), Wishes(words=400.0))
    >>> taken.rate, round(taken.variance, 3), taken.variance_from
    (0.15, 0.301, 'assumption')
    """
    rate, rate_from = _rate(found, wishes)
    # Who said nothing is no speaker of a rate.
    heard = found.sizes > 0
    size = float(found.sizes[heard].mean()) if heard.any() else 1.0
    scale = 1.0 if found.words is not None else WORDS_PER_UTTERANCE
    if found.words is None and wishes.words is not None:
        scale = wishes.words / size
    usual = scale * size
    words_from: Source = "data" if found.words is not None else "assumption"
    inequality = _inequality(found)
    words = usual
    if wishes.words is not None:
        words, words_from, inequality = wishes.words, "option", 1.0
    sd = SPEAKER_SD if wishes.speaker_sd is None else wishes.speaker_sd
    assumed = float(np.expm1(sd**2)) + 1 / (rate * words)
    nothing = Spread(
        rate,
        rate_from,
        assumed,
        "assumption" if wishes.speaker_sd is None else "option",
        np.full(len(found), assumed),
        0.0,
        words,
        words_from,
        scale,
        inequality,
        0.0,
    )
    if found.errors is None or wishes.speaker_sd is not None:
        return nothing
    own, freedom = _measured(found)
    pool = pooled(Sided(own, own, freedom, own))
    if not np.isfinite(pool):
        return nothing
    weight = float(freedom[np.isfinite(own)].sum())
    # Fewer words than those of the data make rates of speakers noisier, more words make them steadier.
    reach = 1 / (rate * words) - 1 / (rate * usual)
    pool = (weight * pool + ASSUMED_WEIGHT * (assumed - reach)) / (weight + ASSUMED_WEIGHT)
    blend = np.where(
        np.isfinite(own), (freedom * own + POOLED_WEIGHT * pool) / (freedom + POOLED_WEIGHT), pool
    )
    least = 1 / (rate * words)
    return Spread(
        rate,
        rate_from,
        max(pool + reach, least),
        "data",
        np.maximum(np.fmax(blend, pool) + reach, least),
        weight,
        words,
        words_from,
        scale,
        inequality,
        _correlation(found),
    )


def _rate(found: Combinations, wishes: Wishes) -> tuple[float, Source]:
    """Take the error rate that is stated, or that of all data, or the assumed one."""
    if wishes.rate is not None:
        return wishes.rate, "option"
    if found.errors is not None and found.words is not None and found.errors.sum() > 0 < found.words.sum():
        return float(found.errors.sum() / found.words.sum()), "data"
    return RATE, "assumption"


def _inequality(found: Combinations) -> float:
    """Count the speakers for each effective speaker, over the combinations with two or more."""
    size, squared = found.total(found.sizes), found.total(found.sizes**2)
    count = found.total((found.sizes > 0).astype(np.float64))
    several = (count >= 2) & (squared > 0)
    if not several.any():
        return 1.0
    return max(1.0, float(count[several].sum() / (size[several] ** 2 / squared[several]).sum()))


def _measured(found: Combinations) -> tuple[FloatArray, FloatArray]:
    """Measure relative variance and degrees of freedom of each combination; NaN where it cannot be."""
    own, freedom = np.full(len(found), np.nan), np.full(len(found), np.nan)
    if found.words is None or found.errors is None:
        return own, freedom
    size, errors = found.total(found.words), found.total(found.errors)
    for g in np.flatnonzero((size > 0) & (errors > 0)).tolist():
        mine = found.cell == g
        x, y = found.words[mine], found.errors[mine]
        rate = errors[g] / size[g]
        one = jackknifed((y - rate * x) / size[g], [x], float((y + rate * x).sum() / size[g]))
        if np.isfinite(one.freedom):
            own[g] = one.variance * (one.freedom + 1) / rate**2
            freedom[g] = one.freedom
    return own, freedom


def _correlation(found: Combinations) -> float:
    """Correlate what one speaker is in two combinations, both relative to the others there; never below 0.

    Shrunk as if ten further pairs showed none.
    """
    if found.words is None or found.errors is None:
        return 0.0
    size, errors = found.total(found.words), found.total(found.errors)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = (errors / size)[found.cell]
        relative = found.errors / (rate * found.words) - 1
    several = found.speakers[found.cell] > 1
    kept = np.isfinite(relative) & several
    order = np.flatnonzero(kept)[np.argsort(found.speaker[kept], kind="stable")]
    cuts = np.flatnonzero(np.diff(found.speaker[order])) + 1
    together = alone = pairs = 0.0
    for mine in np.split(order, cuts):
        values, n = relative[mine], len(mine)
        if n > 1:  # every speaker counts once, however many combinations they recorded
            squares = float((values**2).sum())
            together += (float(values.sum()) ** 2 - squares) / (n * (n - 1))
            alone += squares / n
            pairs += 1.0
    if alone <= 0:
        return 0.0
    return float(np.clip(together / alone * pairs / (pairs + ASSUMED_WEIGHT), 0.0, _MOST_CORRELATION))
