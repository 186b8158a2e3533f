"""Means over all texts, with intervals: what is asked where there are no groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import UsageError
from fairkit.estimates import Estimate, estimates
from fairkit.evidence import Options
from fairkit.groups import Attribute, Grouping
from fairkit.judging import evidence_of
from fairkit.kinds import Kind
from fairkit.metrics import chosen_metrics
from fairkit.tables import group_table
from fairkit.text.counting import text_counts
from fairkit.text.rows import Texts

__all__ = ["mean_estimates"]

ALL = "all texts"
"""How the group of all texts is called."""


def mean_estimates(
    measures: Mapping[str, NDArray[np.float64]],
    *,
    clusters: Sequence[Any] | None = None,
    confidence: float = 0.95,
) -> tuple[Estimate, ...]:
    """Average measures of texts over all that have them.

    Parameters
    ----------
    measures : mapping of str to array of float64, shape (texts,)
        Of :data:`fairkit.kinds.MEASURES`; NaN where a text has none.
    clusters : sequence, length (texts,), optional
        What makes texts alike: their template, their author. Clusters decide the intervals.
    confidence : float

    Returns
    -------
    tuple of Estimate
        None where nothing was measured, with the reason.

    Raises
    ------
    UsageError
        A measure is unknown, or lengths differ.

    Examples
    --------
    >>> gap = np.array([0.1, 0.2, 0.3, np.nan] * 5)
    >>> (one,) = mean_estimates({"counterfactual_gap": gap})
    >>> round(one.value, 3), round(one.low, 3), round(one.high, 3), one.n
    (0.2, 0.153, 0.247, 15)
    """
    size = len(next(iter(measures.values()), ()))
    ids = np.array([str(i + 1) for i in range(size)], object)
    codes, names = np.full(size, -1, np.int64), ()
    if clusters is not None:
        if len(clusters) != size:
            raise UsageError(f"there are {len(clusters):,} clusters for {size:,} texts; give one for each.")
        levels, codes = np.unique(np.array([str(one) for one in clusters], object), return_inverse=True)
        names = tuple(levels.tolist())
    texts = Texts(
        np.full(size, "-", object),
        ids,
        ("texts",),
        ((ALL,),),
        np.zeros((size, 1), np.int64),
        codes.astype(np.int64),
        names,
        cluster=None if clusters is None else "cluster",
    )
    counts = text_counts(texts, measures)
    metrics = chosen_metrics(list(measures), kind=Kind.MOMENTS)
    grouping = Grouping((Attribute("texts"),))
    table = group_table(counts, grouping)
    (evidence,) = evidence_of(counts, metrics, grouping, table=table, options=Options())
    return tuple(estimates(metrics, table, evidence, confidence=confidence))
