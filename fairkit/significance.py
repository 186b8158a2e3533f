"""Tests of "no difference" for metrics that are shares of independent rows.

A p-value stands beside a contrast for those who ask for one; verdicts are decided by intervals.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fairkit.inference import farrington_manning_p, fisher
from fairkit.metrics import AnyMetric, Metric
from fairkit.shares import Sample, other_sample
from fairkit.tables import GroupTable

_SMALLEST_EXPECTED = 5.0
_LARGEST_EXACT = 2_000


def p_values_of(
    metrics: Sequence[AnyMetric], table: GroupTable, reference: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Test "no difference" for every metric that is a share, shape (metrics, groups); NaN elsewhere.

    Clustered rows are not tested: the tests know only independent ones. Weighted rows enter with their
    effective sizes and are never tested exactly.
    """
    found = np.full((len(metrics), len(table.sums)), np.nan)
    shares = [i for i, m in enumerate(metrics) if m.is_proportion]
    if table.clusters is not None or not shares:
        return found
    own, other = shares_of(metrics, table, reference)
    hits, trials = other.hits, other.trials
    p = np.array(farrington_manning_p(own.hits, own.trials, hits, trials, null=0.0))
    if table.squares is None:
        with np.errstate(divide="ignore", invalid="ignore"):
            pooled = (own.hits + hits) / (own.trials + trials)
            smallest = np.minimum(own.trials, trials) * np.minimum(pooled, 1 - pooled)
        tiny = (smallest < _SMALLEST_EXPECTED) & (np.minimum(own.trials, trials) <= _LARGEST_EXACT)
        tiny &= (own.trials > 0) & (trials > 0)
        if tiny.any():
            p[tiny] = fisher(own.hits[tiny], own.trials[tiny], hits[tiny], trials[tiny])
    found[shares] = p
    return found


def shares_of(
    metrics: Sequence[AnyMetric], table: GroupTable, reference: NDArray[np.int64]
) -> tuple[Sample, Sample]:
    """Take the metrics that are shares, of every group and of what it is compared with."""
    shares = [i for i, m in enumerate(metrics) if m.is_proportion]
    chosen = [m for m in metrics if isinstance(m, Metric) and m.is_proportion]
    own = Sample.of(chosen, table.sums, table.squares)
    return own, other_sample(chosen, table, reference[shares])
