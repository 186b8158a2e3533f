"""What is found about a classifier of texts, as plain frozen records that go into the report.

Values are None where they are undefined, with a reason beside them. Only :class:`TextAttribution` holds words
of the data, and only of the few texts that were asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Apart = Literal[
    "no-protected-word",
    "unaligned-counterfactual",
    "no-counterfactual",
    "ambiguous-counterfactual",
    "truncated",
    "split-words",
    "saturated",
]
"""Why some texts say less than others: what stands in their way."""


@dataclass(frozen=True, slots=True)
class ProtectedModelScore:
    """How well the protected attribute can be told from texts: what the protected direction is worth.

    Each score is that of texts which the model did not see, by cross-validation.

    Parameters
    ----------
    attribute : str
        Column of the group that each text is about.
    metric : str
        ``accuracy``, ``balanced_accuracy`` or ``roc_auc``.
    value, low, high : float or None
        With the interval.
    chance : float
        What a guess would score: the share of the largest group, 1 over the number of groups, or .5.
    levels : tuple of str
        The groups, as they were told apart.
    texts : int
    clusters : int or None
        Folds keep these whole; None where texts are independent.
    folds : int
    method : str
        How the interval was made.
    reason : str or None
        Why there is no value, or no interval.

    Examples
    --------
    >>> score = ProtectedModelScore(
    ...     "sex", "accuracy", 0.9, 0.86, 0.93, 0.5, ("F", "M"), 300, None, 5, "wilson", None
    ... )
    >>> score.low > score.chance
    True
    """

    attribute: str
    metric: str
    value: float | None
    low: float | None
    high: float | None
    chance: float
    levels: tuple[str, ...]
    texts: int
    clusters: int | None
    folds: int
    method: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class OverallMean:
    """A measure over all texts that have it, whatever their group.

    Parameters
    ----------
    metric : str
    value, low, high : float or None
        With a plain interval.
    texts : int
        That have it.
    method : str
        How the interval was made.
    reason : str or None
        Why there is no value, or no interval.
    """

    metric: str
    value: float | None
    low: float | None
    high: float | None
    texts: int
    method: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class SensitivityFloor:
    """The mean sensitivity of all texts, or of a group, beside what a direction without meaning gives.

    Parameters
    ----------
    metric : str
    statistic : {"mean", "size"}
        Whether it is the mean, or the mean size, to which texts of both signs add.
    attribute, group : str
        The group ``all`` is every text.
    value : float or None
        Of the texts that have one.
    texts : int
    null_low, null_median, null_high : float or None
        2.5th, 50th and 97.5th percentile of the mean after permuting. Of sizes and absolute values the least,
        the 50th and the 95th: only larger ones stand out.
    p_value : float or None
        ``(1 + permutations with a mean as far from the centre) / (1 + permutations)``; of sizes and absolute
        values, those with one as large.
    permutations : int
    permuted : str
        What was permuted.
    reason : str or None
        Why there is no floor.
    """

    metric: str
    statistic: Literal["mean", "size"]
    attribute: str
    group: str
    value: float | None
    texts: int
    null_low: float | None
    null_median: float | None
    null_high: float | None
    p_value: float | None
    permutations: int
    permuted: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class SensitivityAgreement:
    """Whether gradients and counterfactuals point at the same texts.

    Parameters
    ----------
    metric : str
        The sensitivity whose size is compared.
    other : str
        What it is compared with: ``counterfactual_gap``.
    value, low, high : float or None
        Spearman's rank correlation over texts that have both, with its interval.
    texts : int
    saturated : float or None
        Share of those texts whose most probable class has more than `saturation`.
    saturation : float
    method : str
    reason : str or None
        Why there is no value, or no interval.
    """

    metric: str
    other: str
    value: float | None
    low: float | None
    high: float | None
    texts: int
    saturated: float | None
    saturation: float
    method: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class TextsApart:
    """Texts of which less is known, and why.

    Parameters
    ----------
    what : str
    count : int
    texts : int
        Of how many.
    words : tuple of str
        The protected words that are concerned, the most frequent first; never other words of the data.
    """

    what: Apart
    count: int
    texts: int
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WordSensitivity:
    """A word's part in the sensitivity of the texts that hold it.

    Parameters
    ----------
    metric : str
    along : str
        The protected direction.
    word : str
        In lower case.
    texts : int
        That hold it.
    value, low, high : float or None
        Mean contribution to a text that holds it, with an interval.
    share : float
        Its part of the sum of the sizes of all words' contributions.
    protected : bool
        Whether the word is in the lexicon of protected words.
    """

    metric: str
    along: str
    word: str
    texts: int
    value: float | None
    low: float | None
    high: float | None
    share: float
    protected: bool


@dataclass(frozen=True, slots=True)
class TextAttribution:
    """One text, word by word: which words its sensitivity comes from.

    Parameters
    ----------
    identifier : str
    metric : str
    along : str
        The protected direction.
    target : str
        The class whose probability moves.
    probability : float
        Of that class.
    value : float
        The sensitivity of the text: the sum of the contributions, of words left out too.
    gap : float or None
        How far the prediction moves when the text is rewritten.
    words : tuple of str
    contributions : tuple of float
    left_out : int
        Words of a long text that are not listed.
    """

    identifier: str
    metric: str
    along: str
    target: str
    probability: float
    value: float
    gap: float | None
    words: tuple[str, ...]
    contributions: tuple[float, ...]
    left_out: int
