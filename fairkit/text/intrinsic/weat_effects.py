"""WEAT: whether the vectors of two sets of words lie nearer to one set of attributes than to the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from fairkit.errors import DataError
from fairkit.text.intrinsic.definitions import Metric
from fairkit.text.intrinsic.effect import (
    Permute,
    Sides,
    bootstrap_limits,
    check_numbers,
    effect_size,
    partition_test,
    similarities,
)
from fairkit.text.intrinsic.model import Association, Lost
from fairkit.text.intrinsic.sets import WordSets
from fairkit.text.vectors import Case, FloatArray, Split, WordVectors

_ROLES = ("X", "Y", "A", "B")


class Options(NamedTuple):
    """What an association test asks besides its words.

    Attributes
    ----------
    ddof : {1, 0}
    permutations, replicates : int
    confidence : float
    seed : int
    most_lost : float
    permute : {"words", "vectors"}
    """

    ddof: int
    permutations: int
    replicates: int
    confidence: float
    seed: int
    most_lost: float
    permute: Permute = "words"


def weat(
    vectors: WordVectors | Mapping[str, npt.ArrayLike],
    sets: WordSets,
    *,
    model: str | None = None,
    case: Case = "exact",
    split: Split = "lost",
    ddof: int = 1,
    permutations: int = 10_000,
    replicates: int = 2_000,
    most_lost: float = 0.2,
    confidence: float = 0.95,
    seed: int = 0,
) -> Association:
    """Measure the association of two sets of targets with two sets of attributes in word vectors.

    Parameters
    ----------
    vectors : WordVectors or mapping of str to array
    sets : WordSets
        Targets X and Y, attributes A and B, with at least two words in X and in Y.
    model : str, optional
        What the vectors are called; default their source.
    case : {"exact", "fallback"}
        Whether a missing word may stand in other cases of letters.
    split : {"lost", "mean"}
        Whether a word that a tokenizer splits is lost, or is the mean of its pieces.
    ddof : {1, 0}
        Of the standard deviation in d.
    permutations : int
        Partitions drawn where all would be more than 100,000.
    replicates : int
        Of the bootstrap.
    most_lost : float
        Share of any set that may be lost; beyond it the value is None.
    confidence : float
    seed : int

    Returns
    -------
    Association
        d, neutral at 0, with a one-sided p; from -2 to 2 where X and Y are of one size, else it may be more.
        `details` has ``statistic`` (S), ``partitions``,
        ``tied``, and the number of words of each set, ``n_X`` to ``n_B``. `lost` names every word that has no
        vector, with its reason.

    Raises
    ------
    DataError
        X or Y has fewer than two words.
    UsageError
        A number means nothing.

    Notes
    -----
    Where X and Y differ in size (some words may be lost), partitions keep both sizes; S then grows with the
    larger set, and p is the same for sums as for means. See :mod:`fairkit.text.intrinsic.effect` for d and S.

    Examples
    --------
    >>> from fairkit.text.intrinsic.sets import WordSets
    >>> sets = WordSets.of("tiny", {"x": ["x1", "x2"], "y": ["y1", "y2"]}, {"a": ["a"], "b": ["b"]})
    >>> rows = {"x1": [1, 0], "x2": [1, 1], "y1": [0, 1], "y2": [1, 2], "a": [1, 0], "b": [0, 1]}
    >>> found = weat(rows, sets)
    >>> round(found.value, 3), found.p, found.p_method
    (1.445, 0.16666666666666666, 'one-sided, exact, all 6 partitions')
    """
    options = Options(ddof, permutations, replicates, confidence, seed, most_lost)
    check_options(options)
    known = vectors if isinstance(vectors, WordVectors) else WordVectors.from_mapping(vectors)
    check_sizes(sets)
    looked = [known.of(one.words, case=case, split=split) for one in sets.sets]
    return measured(
        "weat_effect_size",
        sets,
        [found.matrix[:, None, :] for found in looked],
        [found.lost for found in looked],
        options,
        model=model or known.source,
        settings={"case": case, "split words": split},
        notes=[f"{known.duplicates:,} words come again in {known.source}; the first row of each is used."]
        if known.duplicates
        else [],
    )


def check_options(options: Options) -> None:
    """Refuse numbers that mean nothing.

    Raises
    ------
    UsageError

    Examples
    --------
    >>> check_options(Options(1, 100, 100, 0.95, 0, 0.2))
    """
    check_numbers(
        ddof=options.ddof,
        confidence=options.confidence,
        permutations=options.permutations,
        replicates=options.replicates,
        most_lost=options.most_lost,
        permute=options.permute,
    )


def check_sizes(sets: WordSets, *, least: int = 2) -> None:
    """Refuse sets of targets that are too small to have a standard deviation.

    Raises
    ------
    DataError

    Examples
    --------
    >>> from fairkit.text.intrinsic.sets import shipped_sets
    >>> check_sizes(shipped_sets()["pronouns-career"])
    Traceback (most recent call last):
        ...
    fairkit.errors.DataError: test 'pronouns-career': 'he' and 'she' have fewer than 2 words; ...
    """
    small = [one.name for one in sets.targets if len(one.words) < least]
    if small:
        named = " and ".join(repr(name) for name in small)
        raise DataError(
            f"test '{sets.name}': {named} {'have' if len(small) > 1 else 'has'} fewer than {least} words; an "
            "effect size needs the spread of several."
        )


def measured(
    metric: Metric,
    sets: WordSets,
    found: Sequence[FloatArray],
    lost: Sequence[Mapping[str, str]],
    options: Options,
    *,
    model: str,
    settings: Mapping[str, str],
    notes: Sequence[str] = (),
) -> Association:
    """Make an association of the vectors that were found for the four sets.

    Parameters
    ----------
    metric : str
    sets : WordSets
    found : sequence of four ndarrays of shape (words, members, dimensions)
    lost : sequence of four mappings of word to reason
    options : Options
    model : str
    settings : mapping of str to str
    notes : sequence of str

    Returns
    -------
    Association
    """
    sides = Sides(*found)
    gone = tuple(
        Lost(word, one.name, reason)
        for one, words in zip(sets.sets, lost, strict=True)
        for word, reason in words.items()
    )
    sizes: dict[str, float | None] = {
        f"n_{role}": float(len(side)) for role, side in zip(_ROLES, sides, strict=True)
    }
    made: dict[str, Any] = {
        "n": len(sides.x) + len(sides.y),
        "settings": {**settings, "ddof": str(options.ddof), "source": sets.source, **_named(sets)},
        "lost": gone,
    }
    why = why_none(sets, [len(side) for side in sides], most_lost=options.most_lost)
    value = None
    if why is None:
        s = similarities(sides)
        value = effect_size(s[: len(sides.x)], s[len(sides.x) :], ddof=options.ddof)
        why = (
            None if value is not None else "all targets are equally near to both attributes: d has no scale."
        )
    if why is not None:
        return Association(
            metric,
            model,
            sets.name,
            "all",
            None,
            why=why,
            details=sizes,
            notes=tuple(notes),
            **made,
        )
    rng = np.random.default_rng(options.seed)
    sums = s.sum(axis=1) if options.permute == "words" else s.ravel()
    first = len(sides.x) * (1 if options.permute == "words" else s.shape[1])
    test = partition_test(sums, first, permutations=options.permutations, rng=rng)
    limits = bootstrap_limits(
        sides, ddof=options.ddof, confidence=options.confidence, replicates=options.replicates, rng=rng
    )
    statistic = float(s[: len(sides.x)].sum() - s[len(sides.x) :].sum())
    if len(sides.x) != len(sides.y):
        notes = [*notes, f"{len(sides.x)} and {len(sides.y)} target words: partitions keep these sizes."]
    return Association(
        metric,
        model,
        sets.name,
        "all",
        value,
        limits.low,
        limits.high,
        options.confidence if limits.low is not None else None,
        method=limits.method,
        p=test.p,
        p_method=f"one-sided, {test.method}",
        details={
            "statistic": statistic,
            "partitions": float(test.partitions),
            "tied": float(test.tied),
            **sizes,
        },
        notes=tuple(notes),
        **made,
    )


def why_none(
    sets: WordSets,
    sizes: Sequence[int],
    *,
    most_lost: float,
    least: tuple[int, int, int, int] = (2, 2, 1, 1),
) -> str | None:
    """Say why too little is left of the sets, if it is.

    Parameters
    ----------
    sets : WordSets
    sizes : sequence of four int
        Words that were found.
    most_lost : float
    least : tuple of four int
        Words that each set needs.

    Examples
    --------
    >>> from fairkit.text.intrinsic.sets import shipped_sets
    >>> print(why_none(shipped_sets()["gender-career"], [8, 8, 8, 5], most_lost=0.2))
    of 'home' 3 of 8 words are lost, more than 20 %.
    """
    reasons = []
    for one, n, needed in zip(sets.sets, sizes, least, strict=True):
        gone = len(one.words) - n
        if n < needed:
            reasons.append(f"of '{one.name}' {n} of {len(one.words)} words are left, and {needed} are needed")
        elif gone > most_lost * len(one.words):
            reasons.append(
                f"of '{one.name}' {gone} of {len(one.words)} words are lost, more than {most_lost:.0%}"
            )
    return "; ".join(reasons).replace("%", " %") + "." if reasons else None


def _named(sets: WordSets) -> dict[str, str]:
    return {role: one.name for role, one in zip(_ROLES, sets.sets, strict=True)}
