r"""Gaps of true positive rates by class: whose occupation is recognised less often, and is there a pattern.

With the gap :math:`g_k` of class k (the group's rate less the other's) and its variance :math:`v_k`, the root
mean square :math:`\sqrt{\frac{1}{K} \sum g_k^2}` is biased upwards: :math:`E[g_k^2] = \gamma_k^2 + v_k`. So
beside it stands the value without noise, :math:`\sqrt{\max(0, \frac{1}{K} \sum (g_k^2 - v_k))}`, with an
interval, and what chance alone gives where rates are equal (groups permuted among the rows of each class).

References
----------
De-Arteaga et al. 2019, Bias in Bios: A Case Study of Semantic Representation Bias in a High-Stakes Setting,
FAT* (gap by occupation, and its correlation with the share of women). Bonett & Wright 2000, Sample size
requirements for estimating Pearson, Kendall and Spearman correlations, Psychometrika 65.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import Counts
from fairkit.errors import UsageError
from fairkit.inference import newcombe
from fairkit.inference.distributions import normal_quantile, student_quantile
from fairkit.report.model import Report
from fairkit.tables import numbers
from fairkit.text.extrinsic.class_rates import REST, ClassRates, class_rates

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ClassGap", "ClassGaps", "GapCorrelation", "class_gaps"]

FloatArray = NDArray[np.float64]

SCHEMA = "fairkit.class_gaps/1"
"""Name and version of the JSON."""

_FEWEST_CLASSES = 4
"""Fewest classes for a correlation with an interval."""


@dataclass(frozen=True, slots=True)
class ClassGap:
    """The gap of one class.

    Parameters
    ----------
    name : str
    rows, reference_rows : int
    rate, reference_rate : float or None
        True positive rates.
    value, low, high : float or None
        Their difference, with its interval.
    share : float
        Share of the group among the rows of the class.
    reason : str or None
        Why there is no value, or no interval.
    method : str

    Examples
    --------
    >>> nurse = ClassGap("nurse", 80, 40, 0.9, 0.7, 0.2, 0.05, 0.36, 0.67, None, "newcombe")
    >>> nurse.low > 0
    True
    """

    name: str
    rows: int
    reference_rows: int
    rate: float | None
    reference_rate: float | None
    value: float | None
    low: float | None
    high: float | None
    share: float
    reason: str | None
    method: str


@dataclass(frozen=True, slots=True)
class GapCorrelation:
    """The correlation of gaps with shares of the group, over classes.

    Parameters
    ----------
    method : {"pearson", "spearman"}
    value, low, high : float or None
        With Fisher's interval. Noise in the gaps pulls it towards 0.
    p_value : float or None
        Of no association, by permuting classes: ``(1 + as large) / (1 + permutations)``.
    classes : int
    reason : str or None

    Examples
    --------
    >>> GapCorrelation("pearson", None, None, None, None, 2, "few-classes").value is None
    True
    """

    method: str
    value: float | None
    low: float | None
    high: float | None
    p_value: float | None
    classes: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class ClassGaps:
    """Gaps of all classes, their size together, and whether they follow the group's share.

    Parameters
    ----------
    attribute, group, reference : str
    classes : tuple of ClassGap
    root_mean_square : float or None
        As published: biased upwards by noise.
    corrected, low, high : float or None
        Without what noise adds, and its interval.
    chance_median, chance_high, p_value : float or None
        Median and 95th percentile of the root mean square where rates are equal, and how often chance gives
        as much. None where rows are weighted or come in clusters, which permuting would tear apart.
    correlations : tuple of GapCorrelation
    confidence : float
    clusters : int or None
    permutations, seed : int
    notes : tuple of str

    Examples
    --------
    >>> import fairkit
    >>> jobs = ["nurse", "nurse", "judge", "judge"] * 50
    >>> said = ["nurse", "nurse", "judge", "nurse"] * 40 + ["nurse", "judge", "judge", "judge"] * 10
    >>> rows = {"sex": ["M", "F"] * 100, "job": jobs, "said": said}
    >>> report = fairkit.evaluate(rows, by="sex", label="job", decision="said", classes="all")
    >>> found = class_gaps(report, attribute="sex", group="F")
    >>> [(one.name, round(one.value, 2)) for one in found.classes], round(found.root_mean_square, 3)
    ([('judge', -0.8), ('nurse', -0.2)], 0.583)
    """

    attribute: str
    group: str
    reference: str
    classes: tuple[ClassGap, ...]
    root_mean_square: float | None
    corrected: float | None
    low: float | None
    high: float | None
    chance_median: float | None
    chance_high: float | None
    p_value: float | None
    correlations: tuple[GapCorrelation, ...]
    confidence: float
    clusters: int | None
    permutations: int
    seed: int
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data, with the name of its schema."""
        return {"schema": SCHEMA, **dataclasses.asdict(self)}

    def to_json(self) -> str:
        """Write everything as JSON; every key is always there, and no number is NaN."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def to_text(self, *, width: int = 100, color: bool = False) -> str:
        """Write the gaps as text for a terminal, the largest first."""
        from fairkit.text.extrinsic.class_text import gaps_text

        return gaps_text(self, width=width, color=color)

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each class, as a pandas frame."""
        import pandas as pd

        return pd.DataFrame([dataclasses.asdict(one) for one in self.classes])


def class_gaps(
    source: Report | Counts,
    *,
    attribute: str,
    group: str,
    reference: str = REST,
    confidence: float = 0.95,
    permutations: int = 2_000,
    seed: int = 0,
) -> ClassGaps:
    r"""Compare true positive rates class by class, and all classes together.

    Parameters
    ----------
    source : Report or Counts
        Of several classes: ``fairkit.evaluate(..., classes="all")``, or :func:`fairkit.frames.count`. A
        report that was saved has lost its clusters.
    attribute, group : str
        A column that was grouped by, and the level whose rates come first: ``"gender"``, ``"F"``.
    reference : str, default "rest"
        Another level, or all other rows.
    confidence : float
    permutations, seed : int
        Of what chance gives, and of the correlation's p-value.

    Returns
    -------
    ClassGaps

    Raises
    ------
    UsageError
        There is no such attribute or level, or the counts are of another kind.
    DataError
        No row has a label and a decision.

    Notes
    -----
    The interval of a gap is Newcombe's, or Student's t over clusters. That of the corrected mean square is
    normal, with variance :math:`\frac{1}{K^2} \sum_{kl} (4 g_k g_l c_{kl} + 2 c_{kl}^2)` of gaps with
    covariances c, and its root is taken. With few classes, or few rows in each, it is rough.

    Examples
    --------
    >>> from fairkit import frames
    >>> rows = {"sex": ["F", "M"] * 40, "y": ["a", "a", "b", "b"] * 20, "d": ["a", "a", "b", "a"] * 20}
    >>> counts = frames.count(rows, by="sex", label="y", decision="d", classes="all")
    >>> class_gaps(counts, attribute="sex", group="F").correlations[0].reason
    'few-classes'
    """
    counts = source.counts if isinstance(source, Report) else source
    _check(confidence, permutations, seed)
    rates = class_rates(counts, attribute, group, reference)
    known = ~np.isnan(rates.gap)
    square = _mean_square(rates, known, confidence)
    chance = _by_chance(rates, known, permutations, seed) if _plain(counts) and known.any() else None
    observed = float(np.sqrt((rates.gap[known] ** 2).mean())) if known.any() else None
    p_value = None
    if chance is not None and observed is not None:
        p_value = float((1 + (chance >= observed - 1e-12).sum()) / (1 + permutations))
    return ClassGaps(
        attribute,
        group,
        reference,
        _each(rates, confidence),
        observed,
        *square,
        None if chance is None else float(np.median(chance)),
        None if chance is None else float(np.quantile(chance, 0.95)),
        p_value,
        tuple(
            _correlation(rates, known, method=m, confidence=confidence, permutations=permutations, seed=seed)
            for m in ("pearson", "spearman")
        ),
        confidence,
        None if counts.clusters is None else rates.clusters,
        permutations,
        seed,
        tuple(_notes(rates, known, counts)),
    )


def _each(rates: ClassRates, confidence: float) -> tuple[ClassGap, ...]:
    own, other = rates.own, rates.other
    if rates.pulls is None:
        low, high = newcombe(
            own.rate * own.worth, own.worth, other.rate * other.worth, other.worth, confidence=confidence
        )
        method = "newcombe"
    else:
        # Welch's degrees of freedom would need each side's; the clusters that hold a class are fewer.
        spread = np.sqrt(np.diag(rates.covariance()))
        held = (rates.pulls != 0).sum(axis=0)
        freedom = np.maximum(held - 1.0, 1.0)
        reach = -student_quantile(freedom, np.full(len(spread), (1 - confidence) / 2)) * spread
        reach = np.where(spread > 0, reach, np.nan)
        low, high = np.maximum(rates.gap - reach, -1.0), np.minimum(rates.gap + reach, 1.0)
        method = "cluster-t"
    columns = (own.rate, other.rate, rates.gap, low, high)
    made = []
    for i, one in enumerate(zip(*map(numbers, columns), strict=True)):
        rate, base, value, bottom, top = one
        reason = None
        if value is None:
            reason = "no-rows"
        elif bottom is None:
            reason = "too-few-clusters"
        made.append(
            ClassGap(
                rates.classes[i], int(own.counted[i]), int(other.counted[i]), rate, base, value,
                None if value is None else bottom, None if value is None else top,
                float(rates.share[i]), reason, "none" if bottom is None or value is None else method,
            )
        )  # fmt: skip
    return tuple(made)


def _mean_square(
    rates: ClassRates, known: NDArray[np.bool_], confidence: float
) -> tuple[float | None, float | None, float | None]:
    """Return the root of the mean square without noise, and its limits."""
    covariance = rates.covariance()[np.ix_(known, known)]
    gap, size = rates.gap[known], int(known.sum())
    if not size or not np.isfinite(covariance).all():
        return None, None, None
    noise = np.diag(covariance)
    value = float((gap**2 - noise).mean())
    # Without noise a gap that is smaller than it is taken for none.
    true = gap * np.sqrt(np.maximum(1 - noise / np.maximum(gap**2, 1e-300), 0.0))
    variance = float((4 * true @ covariance @ true + 2 * (covariance**2).sum()) / size**2)
    reach = -float(normal_quantile(np.array((1 - confidence) / 2))) * np.sqrt(variance)
    root = [float(np.sqrt(max(x, 0.0))) for x in (value, value - reach, value + reach)]
    return root[0], root[1], root[2]


def _by_chance(rates: ClassRates, known: NDArray[np.bool_], permutations: int, seed: int) -> FloatArray:
    """Draw the root mean square where the group is permuted among the rows of each class."""
    rng = np.random.default_rng(seed)
    own, other = rates.own, rates.other
    size, rest = own.counted[known], other.counted[known]
    hits = np.rint(own.hits + other.hits).astype(np.int64)[known]
    drawn = rng.hypergeometric(hits, size + rest - hits, size, (permutations, len(size)))
    gap = drawn / size - (hits - drawn) / rest
    return np.asarray(np.sqrt((gap**2).mean(axis=1)))


def _correlation(
    rates: ClassRates,
    known: NDArray[np.bool_],
    *,
    method: str,
    confidence: float,
    permutations: int,
    seed: int,
) -> GapCorrelation:
    from scipy.stats import rankdata

    size = int(known.sum())
    gap, share = rates.gap[known], rates.share[known]
    if size < _FEWEST_CLASSES:
        return GapCorrelation(method, None, None, None, None, size, "few-classes")
    if method == "spearman":
        gap, share = rankdata(gap), rankdata(share)
    gap, share = gap - gap.mean(), share - share.mean()
    length = float(np.sqrt((gap**2).sum() * (share**2).sum()))
    if length <= 1e-12 * size:
        return GapCorrelation(method, None, None, None, None, size, "no-variation")
    value = float(np.clip(gap @ share / length, -1.0, 1.0))
    rng = np.random.default_rng(seed)
    order = rng.permuted(np.tile(np.arange(size), (permutations, 1)), axis=1)
    drawn = np.abs(gap[order] @ share) / length
    p_value = float((1 + (drawn >= abs(value) - 1e-12).sum()) / (1 + permutations))
    if abs(value) > 1 - 1e-12:
        return GapCorrelation(method, value, None, None, p_value, size, "no-variation")
    factor = 1 + value**2 / 2 if method == "spearman" else 1.0
    reach = -float(normal_quantile(np.array((1 - confidence) / 2))) * np.sqrt(factor / (size - 3))
    low, high = (float(np.tanh(np.arctanh(value) + side * reach)) for side in (-1, 1))
    return GapCorrelation(method, value, low, high, p_value, size, None)


def _plain(counts: Counts) -> bool:
    return counts.clusters is None and counts.squares is None


def _notes(rates: ClassRates, known: NDArray[np.bool_], counts: Counts) -> list[str]:
    notes = []
    if not known.all():
        lacking = [name for name, has in zip(rates.classes, known, strict=True) if not has]
        from fairkit.errors import shortlist

        notes.append(
            f"One side has no rows of {shortlist(lacking)}: no gap, and no part of what is over all."
        )
    if not _plain(counts):
        why = "clustered" if counts.clusters is not None else "weighted"
        notes.append(f"Rows are {why}: what chance alone gives is not drawn.")
    return notes


def _check(confidence: Any, permutations: Any, seed: Any) -> None:
    problems = []
    if isinstance(confidence, bool) or not isinstance(confidence, int | float) or not 0.5 <= confidence < 1:
        problems.append(f"confidence {confidence!r} is no level, such as 0.95.")
    if isinstance(permutations, bool) or not isinstance(permutations, Integral) or permutations < 200:
        problems.append(f"permutations {permutations!r} must be a whole number of at least 200.")
    if isinstance(seed, bool) or not isinstance(seed, Integral) or seed < 0:
        problems.append(f"seed {seed!r} must be a whole number from 0 on.")
    if problems:
        raise UsageError(*problems)
