"""Expectations of pairs of texts: a direction, and a mean difference for every template.

The counterfactual gap has no direction. Where one is expected (an insult must not make a comment *less*
toxic), a directional expectation counts the texts that go the other way. Where many texts are made of few
templates, as in the Equity Evaluation Corpus, each template is tested by itself on its pairs.

References
----------
Ribeiro, Wu, Guestrin & Singh 2020, CheckList, ACL. Kiritchenko & Mohammad 2018, Examining Gender and Race
Bias in Two Hundred Sentiment Analysis Systems, *SEM (paired tests with Bonferroni's correction).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fairkit.errors import DataError, UsageError, did_you_mean, shortlist
from fairkit.inference import holm
from fairkit.inference.distributions import student_quantile

__all__ = ["PairedDifference", "directional_failures", "paired_differences"]

FloatArray = NDArray[np.float64]

Expected = Literal["up", "down", "not-up", "not-down"]
"""Where a probability should go: it must rise, it must fall, or it must not rise, or not fall."""

PairCorrection = Literal["bonferroni", "holm", "none"]
"""How p-values allow for the number of templates."""

_FEWEST = 2


def directional_failures(
    before: ArrayLike, after: ArrayLike, *, expected: Expected, tolerance: float = 0.0
) -> FloatArray:
    """Tell which texts go against the direction that was expected.

    Parameters
    ----------
    before, after : array_like, shape (texts,)
        Probabilities of one class; NaN where there is none.
    expected : {"up", "down", "not-up", "not-down"}
        ``up`` fails unless the probability rises by more than the tolerance; ``not-up`` fails if it does.
    tolerance : float

    Returns
    -------
    array of float64, shape (texts,)
        1 where the expectation fails, 0 where it holds, NaN where a probability is missing.

    Raises
    ------
    UsageError
        The direction is unknown, the tolerance is negative, or shapes differ.

    Examples
    --------
    >>> directional_failures([0.2, 0.5, 0.6], [0.4, 0.4, np.nan], expected="not-up", tolerance=0.1).tolist()
    [1.0, 0.0, nan]
    """
    known = get_args(Expected)
    one, two = _pairs(before, after)
    if expected not in known:
        raise UsageError(
            f"expected={expected!r} is unknown (there are {shortlist(known)})."
            f"{did_you_mean(str(expected), known)}"
        )
    if not isinstance(tolerance, int | float) or not tolerance >= 0:
        raise UsageError(f"tolerance {tolerance!r} must be 0 or more: how much still counts as no change.")
    moved = two - one
    reach = tolerance * (1 + 1e-12) + 1e-15
    beyond = moved > reach if expected in ("up", "not-up") else moved < -reach
    failed = beyond if expected.startswith("not") else ~beyond
    return np.where(np.isnan(moved), np.nan, failed.astype(np.float64))


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """The mean difference of the pairs of one template.

    Parameters
    ----------
    template : str
    pairs : int
        That have both values.
    value : float or None
        Mean of after less before.
    low, high : float or None
        Interval that holds for all templates together (Bonferroni): it excludes 0 where the template differs.
    p_value, p_adjusted : float or None
        Of the paired t test.
    reason : str or None
        Why there is no value, or no test: ``no-pairs``, ``few-pairs``, ``no-variation``.

    Examples
    --------
    >>> PairedDifference("X feels angry", 2, 0.1, None, None, None, None, "no-variation").excludes_zero
    False
    """

    template: str
    pairs: int
    value: float | None
    low: float | None
    high: float | None
    p_value: float | None
    p_adjusted: float | None
    reason: str | None

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval excludes "no difference"."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


def paired_differences(
    before: ArrayLike,
    after: ArrayLike,
    templates: Sequence[Any],
    *,
    confidence: float = 0.95,
    correction: PairCorrection = "bonferroni",
) -> tuple[PairedDifference, ...]:
    """Test, template by template, whether pairs differ on the mean.

    Parameters
    ----------
    before, after : array_like, shape (pairs,)
        Scores of the two texts of each pair; NaN where there is none.
    templates : sequence, length (pairs,)
    confidence : float
        Of all intervals together.
    correction : {"bonferroni", "holm", "none"}
        Of the p-values, over the templates that can be tested.

    Returns
    -------
    tuple of PairedDifference
        In the order in which templates first appear.

    Raises
    ------
    UsageError
        Shapes differ, or an option is unknown.

    Examples
    --------
    >>> found = paired_differences(
    ...     [0.50, 0.52, 0.48, 0.5], [0.60, 0.63, 0.57, 0.5], ["angry", "angry", "angry", "glad"]
    ... )
    >>> [(one.template, one.pairs, round(one.value, 2), one.excludes_zero, one.reason) for one in found]
    [('angry', 3, 0.1, True, None), ('glad', 1, 0.0, False, 'few-pairs')]
    """
    one, two = _pairs(before, after)
    names = [str(template) for template in templates]
    problems = []
    if len(names) != len(one):
        problems.append(f"there are {len(names):,} templates for {len(one):,} pairs; give one for each.")
    known = get_args(PairCorrection)
    if correction not in known:
        problems.append(
            f"correction={correction!r} is unknown (there are {shortlist(known)})."
            f"{did_you_mean(str(correction), known)}"
        )
    if not isinstance(confidence, int | float) or not 0.5 <= confidence < 1:
        problems.append(f"confidence {confidence!r} is no level, such as 0.95.")
    if problems:
        raise UsageError(*problems)
    moved = two - one
    chosen = list(dict.fromkeys(names))
    place = {name: i for i, name in enumerate(chosen)}
    own = np.fromiter((place[name] for name in names), np.int64, len(names))
    order = np.argsort(own, kind="stable")
    cuts = np.searchsorted(own[order], np.arange(len(chosen) + 1))
    parts = [moved[order[a:b]] for a, b in itertools.pairwise(cuts.tolist())]
    return _tested(chosen, [part[~np.isnan(part)] for part in parts], confidence, correction)


def _tested(
    names: Sequence[str], parts: Sequence[FloatArray], confidence: float, correction: PairCorrection
) -> tuple[PairedDifference, ...]:
    from scipy.stats import ttest_1samp

    size = np.array([len(part) for part in parts])
    mean = np.array([part.mean() if len(part) else np.nan for part in parts])
    error = np.array([part.std(ddof=1) / np.sqrt(len(part)) if len(part) > 1 else np.nan for part in parts])
    varies = np.array([len(part) > 1 and np.ptp(part) > 1e-12 * np.abs(part).max() for part in parts], bool)
    p = np.full(len(parts), np.nan)
    for i in np.flatnonzero(varies).tolist():
        p[i] = ttest_1samp(parts[i], 0.0).pvalue
    tests = max(int(varies.sum()), 1)
    tail = (1 - confidence) / 2 / tests
    reach = -student_quantile(np.maximum(size - 1.0, 1.0), np.full(len(parts), tail)) * error
    adjusted = (
        np.minimum(p * tests, 1.0) if correction == "bonferroni" else holm(p) if correction == "holm" else p
    )
    made = []
    for i, name in enumerate(names):
        n = len(parts[i])
        reason = (
            None if varies[i] else "no-pairs" if not n else "few-pairs" if n < _FEWEST else "no-variation"
        )
        known = bool(varies[i])
        made.append(
            PairedDifference(
                name,
                n,
                float(mean[i]) if n else None,
                float(mean[i] - reach[i]) if known else None,
                float(mean[i] + reach[i]) if known else None,
                float(p[i]) if known else None,
                float(adjusted[i]) if known else None,
                reason,
            )
        )
    return tuple(made)


def _pairs(before: ArrayLike, after: ArrayLike) -> tuple[FloatArray, FloatArray]:
    try:
        one, two = np.asarray(before, np.float64), np.asarray(after, np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"before and after must be numbers: {error}.") from error
    if one.ndim != 1 or one.shape != two.shape:
        raise UsageError(
            f"before and after have shapes {one.shape} and {two.shape}; give one number each for every text."
        )
    if np.isinf(one).any() or np.isinf(two).any():
        raise DataError("before and after hold infinite numbers; a missing one is NaN.")
    return one, two
