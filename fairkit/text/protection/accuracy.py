"""How well a protected-status model knows the group of a text it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.inference import mover_sum, ratio_t_interval, wilson
from fairkit.text.protection.heads import FloatArray, IntArray


class Limits(NamedTuple):
    """A value and its interval.

    Examples
    --------
    >>> Limits(0.9, 0.8, 0.95).low
    0.8
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ProtectedAccuracy:
    """Accuracy of a protected-status model, on texts held out by cross-validation.

    Parameters
    ----------
    accuracy : Limits
        Share of texts whose most probable group is theirs.
    balanced_accuracy : Limits
        Mean over groups of the share that is recognised, where the model decides without regard to how
        common groups are. A coin would reach `chance`.
    majority, chance : float
        Share of the largest group; 1 / number of groups.
    n, clusters : int
        Texts, and how many of them are independent.
    confidence : float
    method : str

    Examples
    --------
    >>> limits = Limits(0.9, 0.8, 0.95)
    >>> good = ProtectedAccuracy(limits, limits, 0.5, 0.5, 60, 60, 0.95, "wilson")
    >>> good.informative, good.caution
    (True, None)
    """

    accuracy: Limits
    balanced_accuracy: Limits
    majority: float
    chance: float
    n: int
    clusters: int
    confidence: float
    method: str

    @property
    def informative(self) -> bool:
        """Whether the model is better than chance: the interval of its balanced accuracy lies above it."""
        return self.balanced_accuracy.low > self.chance

    @property
    def caution(self) -> str | None:
        """What to say of a poor model, or None."""
        if self.informative:
            return None
        value, low, high = self.balanced_accuracy
        return (
            "the protected-status model does not know the group better than chance (balanced accuracy "
            f"{value:.3f}, {low:.3f} to {high:.3f}; chance {self.chance:.3f}): its gradient points nowhere "
            "in particular, and sensitivities along it mean nothing."
        )


def accuracy_of(
    probabilities: FloatArray,
    code: IntArray,
    cluster: IntArray,
    groups: Sequence[str],
    *,
    clustered: bool,
    confidence: float,
) -> ProtectedAccuracy:
    """Score held-out probabilities against the groups.

    Parameters
    ----------
    probabilities : ndarray of shape (rows, groups)
    code, cluster : ndarray of int, of shape (rows,)
    groups : sequence of str
    clustered : bool
        Whether rows of one cluster are dependent: limits are then Student's over clusters.
    confidence : float

    Examples
    --------
    >>> found = accuracy_of(
    ...     np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([0, 1]), np.arange(2), ("f", "m"), clustered=False,
    ...     confidence=0.95,
    ... )
    >>> found.accuracy.value, found.balanced_accuracy.value, found.informative
    (1.0, 1.0, False)
    """
    rows, sizes = len(code), np.bincount(code, minlength=len(groups))
    right = probabilities.argmax(axis=1) == code
    # Bayes' rule for balanced accuracy: what a group's share adds to its probability is taken away.
    fair = (probabilities / (sizes / rows)).argmax(axis=1) == code
    recognised = np.bincount(code, fair, len(groups))
    recall = recognised / sizes
    if clustered:
        plain = _over_clusters(right.astype(np.float64), np.ones(rows), cluster, confidence)
        balanced = _balanced_over_clusters(fair, code, cluster, len(groups), confidence)
        method = "t over clusters"
    else:
        plain = Limits(float(right.mean()), *map(float, wilson(right.sum(), rows, confidence=confidence)))
        limits = wilson(recognised, sizes, confidence=confidence)
        low, high = mover_sum(recall, *limits, weights=np.full(len(groups), 1 / len(groups)))
        balanced = Limits(float(recall.mean()), float(low), float(high))
        method = "wilson"
    return ProtectedAccuracy(
        plain,
        balanced,
        float(sizes.max() / rows),
        1 / len(groups),
        rows,
        int(cluster.max()) + 1,
        confidence,
        method,
    )


def _balanced_over_clusters(
    fair: NDArray[np.bool_], code: IntArray, cluster: IntArray, groups: int, confidence: float
) -> Limits:
    """Limits of the mean of the groups' shares.

    A row weighs as much as its group has few. What moves the mean is how far a cluster lies from its groups'
    shares; that groups differ does not. Where most clusters are of one group each, a rare one may have few:
    the groups' own limits, put together, know that, and the wider of both are given. Where clusters hold
    several groups, what one gains another loses, which limits group by group would take for noise.
    """
    sizes = np.bincount(code, minlength=groups)
    recall = np.bincount(code, fair, groups) / sizes
    weight = len(code) / (groups * sizes[code])
    linear = _over_clusters(fair - recall[code] + recall.mean(), weight, cluster, confidence)
    held = np.zeros((int(cluster.max()) + 1, groups), bool)
    held[cluster, code] = True
    if (held.sum(axis=1) > 1).mean() > 0.5:
        return linear
    each = [
        _over_clusters(fair[code == k] * 1.0, np.ones(sizes[k]), _whole(cluster[code == k]), confidence)
        for k in range(groups)
    ]
    low, high = (np.array([getattr(one, name) for one in each]) for name in ("low", "high"))
    apart = mover_sum(recall, low, high, weights=np.full(groups, 1 / groups))
    return Limits(linear.value, min(linear.low, float(apart[0])), max(linear.high, float(apart[1])))


def _whole(cluster: IntArray) -> IntArray:
    return np.unique(cluster, return_inverse=True)[1].astype(np.int64)


def _over_clusters(values: FloatArray, weight: FloatArray, cluster: IntArray, confidence: float) -> Limits:
    """Limits of a weighted mean whose rows depend on each other within clusters."""
    sums, sizes = np.bincount(cluster, values * weight), np.bincount(cluster, weight)
    value = float(sums.sum() / sizes.sum())
    found = ratio_t_interval(sums, sizes, np.zeros(len(sums), np.int64), 1, confidence=confidence)
    low, high = float(found.low[0]), float(found.high[0])
    if (
        not np.isfinite(low) or low == high
    ):  # no cluster errs, or there is one only: as many coins as clusters
        low, high = map(float, wilson(min(value, 1.0) * len(sums), len(sums), confidence=confidence))
    return Limits(value, max(low, 0.0), min(high, 1.0))
