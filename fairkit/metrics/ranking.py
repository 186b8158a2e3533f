"""Metrics of rankings: how much exposure the items of a group get, and how good its queries' lists are.

The rows are items; a query is the cluster, for the items of one list compete. Exposure is what a position is
worth, 1 / log2(1 + rank). Its mean shrinks with the length of lists, so two groups count as equal where
they differ by no more than a tenth of the mean over all items; ratios keep .8 to 1.25.

References
----------
Singh & Joachims 2018, Fairness of exposure in rankings, KDD; Biega, Gummadi & Weikum 2018, Equity of
attention, SIGIR; Järvelin & Kekäläinen 2002, Cumulated gain-based evaluation of IR techniques, ACM TOIS 20.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from fairkit.counts import FIELDS, Kind
from fairkit.metrics.base import Why
from fairkit.metrics.functionals import FloatArray, Functional, Measured, Part
from fairkit.metrics.means import mean_of, ratio_of, why_none


def overall(sums: FloatArray, top: str, bottom: str) -> float:
    """Return a ratio of sums over all groups, the unit of a margin; NaN where it is undefined.

    Examples
    --------
    >>> overall(np.array([8.0, 4, 3, 2, 2, 1, 0, 0, 0]), "exposure", "items")
    0.5
    """
    y, x = (float(sums[FIELDS[Kind.RANKING].index(field)]) for field in (top, bottom))
    return y / x if x > 0 else np.nan


def _exposure_per_relevance(part: Part) -> Measured:
    items = float(part.field("items").sum()), float(part.square("items").sum())
    second = ("exposure2", "exposure_relevance", "relevance2")
    return ratio_of(part, "exposure", "relevance", second, kish=items)


_NO_ITEMS = partial(why_none, Kind.RANKING, "items", Why.NO_ROWS)

RANKING: tuple[Functional, ...] = (
    Functional(
        name="mean_exposure",
        measure=partial(mean_of, total="exposure", size="items", second="exposure2"),
        summary="Mean exposure of items by their positions.",
        formula="exposure / items",
        source="Singh & Joachims 2018 (demographic parity of exposure)",
        kind=Kind.RANKING,
        size=("items",),
        empty=_NO_ITEMS,
        better="higher",
        margin=0.1,
        unit="score",
        scale="log",
        lowest=0.0,
        spread=partial(overall, top="exposure", bottom="items"),
    ),
    Functional(
        name="exposure_per_relevance",
        measure=_exposure_per_relevance,
        summary="Exposure that a group gets for its relevance.",
        formula="exposure / relevance",
        source="Singh & Joachims 2018 (disparate treatment); Biega et al. 2018",
        kind=Kind.RANKING,
        size=("items",),
        empty=partial(why_none, Kind.RANKING, "relevance", Why.NO_POSITIVES),
        better="higher",
        margin=0.1,
        unit="score",
        scale="log",
        lowest=0.0,
        spread=partial(overall, top="exposure", bottom="relevance"),
    ),
    Functional(
        name="mean_relevance",
        measure=partial(mean_of, total="relevance", size="items", second="relevance2"),
        summary="Mean relevance of items, beside which exposure is to be read.",
        formula="relevance / items",
        source="Singh & Joachims 2018",
        kind=Kind.RANKING,
        size=("items",),
        empty=_NO_ITEMS,
        margin=0.1,
        unit="score",
        scale="log",
        lowest=0.0,
        spread=partial(overall, top="relevance", bottom="items"),
    ),
    Functional(
        name="ndcg",
        measure=partial(mean_of, total="ndcg", size="queries", second="ndcg2"),
        summary="Mean normalised discounted cumulative gain of queries.",
        formula="ndcg / queries",
        source="Järvelin & Kekäläinen 2002; scikit-learn ndcg_score",
        kind=Kind.RANKING,
        size=("items",),
        empty=partial(why_none, Kind.RANKING, "queries", Why.NO_QUERIES),
        counted="queries",
        better="higher",
        unit="score",
        scale="logit",
        lowest=0.0,
        highest=1.0,
    ),
)
"""All metrics of this family."""

DEFAULTS: tuple[str, ...] = ("mean_exposure", "exposure_per_relevance", "ndcg")
"""Those that are measured unless others are asked for."""
