"""CEAT: the distribution of WEAT effects over the contexts that words stand in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np
from scipy import stats

from fairkit.errors import UsageError, did_you_mean, shortlist
from fairkit.inference.clusters import expanded_confidence
from fairkit.text.intrinsic.contexts import Pool
from fairkit.text.intrinsic.model import Association, Lost
from fairkit.text.intrinsic.random_effects import combine
from fairkit.text.intrinsic.sets import WordSets
from fairkit.text.intrinsic.weat_effects import check_sizes, why_none
from fairkit.text.vectors import FloatArray

Variance = Literal["cohen", "ceat-paper"]
"""Variance of an effect: of Cohen's d, or, to repeat published results, that of the associations s."""

ARTEFACT = (
    "it is an artefact of the number of draws: the same contexts are drawn again and again, and p is as "
    "small as one draws long"
)
"""What is said wherever p of CEAT is shown."""

_SHRINKS = (
    "standard error, z and p shrink with the number of draws; the interval does not: it knows how few "
    "contexts there are."
)
_TOGETHER = 128
_ROUNDING = 1e-12


class Draws(NamedTuple):
    """Effects of draws.

    Attributes
    ----------
    effects : ndarray of shape (draws,)
        NaN where a draw has no spread.
    spreads : ndarray of shape (draws,)
        Squared standard deviation of s over both sets of targets, with ddof 1.
    """

    effects: FloatArray
    spreads: FloatArray


def ceat(
    pool: Pool,
    sets: WordSets,
    *,
    model: str = "given",
    draws: int = 1_000,
    variance: Variance = "cohen",
    hartung_knapp: bool = False,
    replicates: int = 200,
    replicate_draws: int = 200,
    most_lost: float = 0.2,
    confidence: float = 0.95,
    seed: int = 0,
) -> Association:
    r"""Measure associations over draws of one context for every word, and combine them.

    Parameters
    ----------
    pool : Pool
        Contextual vectors, from :func:`~fairkit.text.intrinsic.contexts.contextual_vectors`.
    sets : WordSets
    model : str
    draws : int
        N; at least 10.
    variance : {"cohen", "ceat-paper"}
        :math:`V = (n_X + n_Y) / (n_X n_Y) + d^2 / (2 (n_X + n_Y))`; or std(s)^2 with a one-sided p, as the
        published code has it.
    hartung_knapp : bool
        Take the standard error from the spread of the effects, and t for z.
    replicates, replicate_draws : int
        Of the bootstrap over contexts, and the draws in each.
    most_lost : float
        Share of any set that may be lost.
    confidence : float
    seed : int

    Returns
    -------
    Association
        The combined effect size. Its interval draws the contexts of every word anew: that is what N draws
        from one pool cannot show. It is None where every word has the same context over and over. `details`
        has ``standard_error``, ``z``, ``Q``, ``tau2``, ``I2`` (in percent), ``prediction_low``,
        ``prediction_high``, ``opposite_sign`` (share of the draws, in percent),
        ``smallest`` and ``largest`` effect, and the numbers of words. p stands with a sentence on its worth.

    Raises
    ------
    DataError
        X or Y has fewer than two words.
    UsageError
        A number or a name means nothing.

    References
    ----------
    Guo and Caliskan (2021), Detecting emergent intersectional biases, AIES.

    Examples
    --------
    >>> from fairkit.text.intrinsic.contexts import contextual_vectors
    >>> from fairkit.text.intrinsic.examples import tiny_corpus, tiny_encoder
    >>> from fairkit.text.intrinsic.sets import shipped_sets
    >>> sets = shipped_sets()["gender-career"]
    >>> encoder = tiny_encoder(pooling="pieces")
    >>> pool = contextual_vectors(encoder, tiny_corpus(800), sets.words, most=40)
    >>> found = ceat(pool, sets, draws=100, replicates=100, replicate_draws=50)
    >>> found.value > 0, [one.what for one in found.lost]
    (True, ['him', 'her'])
    """
    counts = (
        ("draws", draws, 10),
        ("replicates", replicates, 100),
        ("replicate_draws", replicate_draws, 10),
    )
    _check(variance, counts=counts, most_lost=most_lost, confidence=confidence)
    check_sizes(sets)
    found = [[word for word in one.words if word in pool.vectors] for one in sets.sets]
    lost = tuple(
        Lost(word, one.name, pool.lost.get(word, "not among the contexts"))
        for one, some in zip(sets.sets, found, strict=True)
        for word in one.words
        if word not in some
    )
    sizes: dict[str, float | None] = {
        f"n_{role}": float(len(some)) for role, some in zip("XYAB", found, strict=True)
    }
    settings = {**pool.settings, "draws": f"{draws:,}", "variance": variance, "source": sets.source}
    n = len(found[0]) + len(found[1])
    why = why_none(sets, [len(some) for some in found], most_lost=most_lost)
    rng = np.random.default_rng(seed)
    if why is None:
        drawn = draw(pool, found, draws=draws, rng=rng)
        undefined = int(np.isnan(drawn.effects).sum())
        if undefined:
            why = f"in {undefined:,} of {draws:,} draws all targets are equally near to both attributes."
    if why is not None:
        return Association(
            "ceat_combined_effect_size",
            model,
            sets.name,
            "all",
            None,
            n=n,
            why=why,
            details=sizes,
            settings=settings,
            lost=lost,
            notes=pool.notes,
        )
    result = combine(drawn.effects, _variances(drawn, variance, found), confidence=confidence)
    error = result.hartung_knapp if hartung_knapp else result.standard_error
    known = error > _ROUNDING  # effects that are all the same say nothing of their error
    p, p_method = (
        _p(
            result.effect,
            error,
            draws=draws,
            one_sided=variance == "ceat-paper",
            hartung_knapp=hartung_knapp,
        )
        if known
        else (None, None)
    )
    low, high = _limits(
        pool,
        found,
        variance,
        replicates=replicates,
        draws=replicate_draws,
        confidence=confidence,
        rng=rng,
    )
    return Association(
        "ceat_combined_effect_size",
        model,
        sets.name,
        "all",
        result.effect,
        low,
        high,
        None if low is None else confidence,
        n,
        method="none: every word stands in the same context over and over"
        if low is None
        else f"percentile bootstrap over the contexts of every word, {replicates:,} replicates",
        p=p,
        p_method=p_method,
        details={
            "standard_error": error if known else None,
            "z": result.effect / error if known else None,
            "Q": result.q,
            "tau2": result.tau2,
            "I2": result.i2,
            "prediction_low": result.prediction[0],
            "prediction_high": result.prediction[1],
            "opposite_sign": 100 * float((np.sign(drawn.effects) == -np.sign(result.effect)).mean()),
            "smallest": float(drawn.effects.min()),
            "largest": float(drawn.effects.max()),
            **sizes,
        },
        settings={
            **settings,
            "standard error": "Hartung-Knapp" if hartung_knapp else "DerSimonian-Laird",
        },
        lost=lost,
        notes=(
            *pool.notes,
            _SHRINKS,
        ),
    )


def draw(
    pool: Pool, words: Sequence[Sequence[str]], *, draws: int, rng: np.random.Generator, anew: bool = False
) -> Draws:
    """Draw one context for each word, as often as asked, and measure each draw.

    Parameters
    ----------
    pool : Pool
    words : sequence of four sequences of str
    draws : int
    rng : numpy.random.Generator
    anew : bool
        Draw the pool of every word anew first, with replacement: a replicate of the bootstrap.

    Examples
    --------
    >>> one = lambda *v: np.array([v], dtype=float)
    >>> vectors = {"x": one(1, 0), "y": one(0, 1), "a": one(1, 0), "b": one(0, 1)}
    >>> pool = Pool(vectors, {}, {}, {}, ())
    >>> found = draw(pool, ["x", "y", "a", "b"], draws=1, rng=np.random.default_rng(0))
    >>> found.effects.round(3).tolist(), found.spreads.round(3).tolist()
    ([1.414], [2.0])
    """
    flat = [word for some in words for word in some]
    counts = np.array([len(pool.vectors[word]) for word in flat])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    matrix = np.concatenate([pool.vectors[word] for word in flat])
    lists = [rng.integers(n, size=n) for n in counts] if anew else None
    cut = np.cumsum([len(some) for some in words])
    effects, spreads = np.empty(draws), np.empty(draws)
    for begin in range(0, draws, _TOGETHER):
        size = min(_TOGETHER, draws - begin)
        chosen = (rng.random((size, len(flat))) * counts).astype(np.int64)
        if lists is not None:
            chosen = np.column_stack([lists[k][chosen[:, k]] for k in range(len(flat))])
        vectors = matrix[chosen + starts]
        towards = vectors[:, cut[1] : cut[2]].mean(axis=1) - vectors[:, cut[2] :].mean(axis=1)
        s = np.einsum("nwd,nd->nw", vectors[:, : cut[1]], towards)
        spread = s.std(axis=1, ddof=1)
        gap = s[:, : cut[0]].mean(axis=1) - s[:, cut[0] :].mean(axis=1)
        rows = slice(begin, begin + size)
        spreads[rows] = spread**2
        with np.errstate(divide="ignore", invalid="ignore"):
            effects[rows] = np.where(spread > _ROUNDING, gap / spread, np.nan)
    return Draws(effects, spreads)


def effect_variances(effects: FloatArray, first: int, second: int) -> FloatArray:
    """Return the large-sample variance of Cohen's d for two groups of given sizes.

    Examples
    --------
    >>> effect_variances(np.array([0.0, 2.0]), 8, 8).tolist()
    [0.25, 0.375]
    """
    total = first + second
    return total / (first * second) + effects**2 / (2 * total)


def _variances(drawn: Draws, variance: Variance, words: Sequence[Sequence[str]]) -> FloatArray:
    if variance == "ceat-paper":
        return drawn.spreads
    return effect_variances(drawn.effects, len(words[0]), len(words[1]))


def _p(effect: float, error: float, *, draws: int, one_sided: bool, hartung_knapp: bool) -> tuple[float, str]:
    known = stats.t(draws - 1) if hartung_knapp else stats.norm()
    name = "t" if hartung_knapp else "normal"
    if one_sided:
        return float(known.sf(effect / error)), f"one-sided {name}; {ARTEFACT}"
    return float(2 * known.sf(abs(effect) / error)), f"two-sided {name}; {ARTEFACT}"


def _limits(
    pool: Pool,
    words: Sequence[Sequence[str]],
    variance: Variance,
    *,
    replicates: int,
    draws: int,
    confidence: float,
    rng: np.random.Generator,
) -> tuple[float, float] | tuple[None, None]:
    found = []
    for _ in range(replicates):
        drawn = draw(pool, words, draws=draws, rng=rng, anew=True)
        kept = np.isfinite(drawn.effects)
        clean = Draws(drawn.effects[kept], drawn.spreads[kept])
        if len(clean.effects) >= 3:
            found.append(combine(clean.effects, _variances(clean, variance, words)).effect)
    counts = [len(pool.vectors[word]) for some in words for word in some]
    wide = expanded_confidence(confidence, sum(counts) - len(counts), min(counts))
    tail = (1 - float(wide)) / 2
    if not np.ptp(found) > _ROUNDING:
        return None, None
    low, high = np.quantile(found, [tail, 1 - tail])
    return float(low), float(high)


def _check(
    variance: str, *, counts: Sequence[tuple[str, int, int]], most_lost: float, confidence: float
) -> None:
    problems = []
    known = get_args(Variance)
    if variance not in known:
        problems.append(
            f"variance {variance!r} is unknown (there are "
            f"{shortlist(known)}).{did_you_mean(str(variance), known)}"
        )
    for name, number, least in counts:
        if number < least:
            problems.append(f"{name} {number} is less than {least}.")
    if not 0 <= most_lost < 1:
        problems.append(f"most_lost {most_lost} is no share from 0 to below 1.")
    if not 0 < confidence < 1:
        problems.append(f"confidence {confidence} is not between 0 and 1; 0.95 is usual.")
    if problems:
        raise UsageError(*problems)
