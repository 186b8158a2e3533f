"""How often chance alone would show as much: the probabilities behind what a hunter reports.

All are taken on rows that the search has not seen, and none supposes a normal distribution:

- a disparity of errors: the group's errors are drawn from all errors (hypergeometric, as in Fisher's test);
- a disparity of other losses: the group is drawn from all rows, and its sum is bounded by Chernoff's method
  with the rows' own moments, which holds for draws without replacement too (Hoeffding);
- a repair of errors: of the rows that change, as many get better as worse (binomial, as in McNemar's test);
- a repair of other losses: every row's change might as well have the other sign.

They treat rows as independent. Where people have several rows each, chance shows more than they say.

References
----------
W. Hoeffding, "Probability inequalities for sums of bounded random variables", Journal of the American
Statistical Association 58 (1963), sections 2, 4 and 6. S. Holm, "A simple sequentially rejective multiple
test procedure", Scandinavian Journal of Statistics 6 (1979).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import optimize, stats

from bounty.hunters.cost_trees import Floats
from bounty.rows.amounts import Amounts, Bits
from bounty.rows.bits import RowSet
from bounty.rows.evidence import RepairEvidence


def of_excess(lost: Amounts, units: Amounts, group: RowSet) -> float:
    """Probability that a group drawn at random loses as much in excess of the rate of all rows.

    Parameters
    ----------
    lost, units : Amounts
    group : RowSet

    Returns
    -------
    float

    Examples
    --------
    >>> wrong = Bits(RowSet.of(np.arange(20) < 5))
    >>> round(of_excess(wrong, Bits(RowSet.all(20)), RowSet.of(np.arange(20) < 5)), 6)
    6.4e-05
    """
    everywhere = RowSet.all(lost.rows)
    if isinstance(lost, Bits) and isinstance(units, Bits):
        errors, of, drawn = lost.total(everywhere), units.total(everywhere), units.total(group)
        return float(stats.hypergeom.sf(lost.total(group) - 1, of, errors, drawn))
    total = units.total(everywhere)
    if not total:
        return 1.0
    excess = lost.array() - lost.total(everywhere) / total * units.array()
    summed = float(excess[group.mask].sum())
    # As much in excess here is as much too little in the other rows: the sharper of two bounds holds.
    others = lost.rows - group.size
    return min(_of_sum(excess, group.size, summed), _of_sum(-excess, others, summed))


def of_saving(evidence: RepairEvidence) -> float:
    """Probability that a model that is no better saves as much on the group.

    Examples
    --------
    >>> of_saving(RepairEvidence(100, 20, 9, 4, better=5, worse=0, squares=5))
    0.03125
    """
    if evidence.largest == 1:
        changed = evidence.better + evidence.worse
        return float(stats.binom.sf(evidence.better - 1, changed, 0.5))
    if evidence.saved <= 0:
        return 1.0
    return math.exp(-(evidence.saved**2) / (2 * evidence.squares))


def corrected(probabilities: Sequence[float]) -> list[float]:
    """Correct for having looked at several claims (Holm): with all true to chance, 5 % are 5 % together.

    Examples
    --------
    >>> [round(value, 6) for value in corrected([0.01, 0.04, 0.9])]
    [0.03, 0.08, 0.9]
    """
    order = np.argsort(probabilities, kind="stable")
    result = [1.0] * len(probabilities)
    highest = 0.0
    for rank, place in enumerate(order.tolist()):
        highest = min(1.0, max(highest, probabilities[place] * (len(probabilities) - rank)))
        result[place] = highest
    return result


def _of_sum(values: Floats, drawn: int, summed: float) -> float:
    """Bound the probability that `drawn` of some values, whose mean is 0, sum to as much (Chernoff)."""
    distinct, times = np.unique(values, return_counts=True)
    largest = float(distinct[-1])
    if summed <= 0 or not drawn or largest <= 0:
        return 1.0
    scaled, share, mean = distinct / largest, times / times.sum(), summed / drawn / largest
    if mean >= 1:
        return float(share[-1] ** drawn)

    def tilted(slope: float) -> float:
        weights = share * np.exp(slope * (scaled - 1))
        return float((weights * scaled).sum() / weights.sum() - mean)

    steepest = 1.0
    while tilted(steepest) < 0 and steepest < _STEEPEST:
        steepest *= 2
    if tilted(steepest) < 0:
        return float(share[-1] ** drawn)
    slope = optimize.brentq(tilted, 0.0, steepest)
    exponent = math.log(float((share * np.exp(slope * (scaled - 1))).sum())) + slope * (1 - mean)
    return math.exp(min(0.0, drawn * exponent))


_STEEPEST = 2.0**40
