"""Places of items in their queries: the window functions that rankings need, on any engine that has them.

An item at rank *k* has exposure ``1 / log2(1 + k)``. A score ranks the items of its query, highest first;
items with one score share the mean exposure of their places, as if ties were broken by lot. The normalised
discounted cumulative gain of a query is ``sum(relevance * exposure)`` over the same sum in the best order.

References
----------
Järvelin & Kekäläinen 2002, Cumulated gain-based evaluation of IR techniques, ACM TOIS 20; McSherry & Najork
2008, Computing information retrieval performance measures efficiently in the presence of tied scores, ECIR;
Singh & Joachims 2018, Fairness of exposure in rankings, KDD.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw

from fairkit.errors import DataError
from fairkit.questions import Question

_P = "fairkit_place_"


class Placed(NamedTuple):
    """Rows with columns that tell their places.

    Parameters
    ----------
    frame : narwhals LazyFrame
    columns : mapping of part to column
        ``exposure`` (null where an item has no place), ``rank`` and ``relevance`` where given; where the
        query counts as a whole, also ``queries`` (its share of one, over its items) and ``ndcg``.
    """

    frame: nw.LazyFrame[Any]
    columns: Mapping[str, str]


def placed(
    frame: nw.LazyFrame[Any], question: Question, columns: Mapping[str, str], keys: Sequence[str]
) -> Placed:
    """Place items in their queries.

    Parameters
    ----------
    frame : narwhals LazyFrame
    question : Question
    columns : mapping of part to column
        What the frame calls ``rank`` or ``score``, ``relevance`` and ``query``.
    keys : sequence of str
        Columns with the attributes: a query counts as a whole where all its items agree on them.

    Raises
    ------
    DataError
        The engine cannot rank within queries.
    """
    _check(frame, question)
    value = _finite(columns["rank" if question.rank is not None else "score"])
    names = {"exposure": f"{_P}exposure"}
    for part in ("rank", "relevance"):
        if part in columns:
            names[part] = columns[part]
    if question.query is None:
        return Placed(frame.with_columns(_exposure(value).alias(f"{_P}exposure")), names)
    query = columns["query"]
    frame = frame.with_columns(value.alias(f"{_P}value"))
    if question.rank is None:
        # Each step of windows is a query of its own: SQL has no window over a window.
        order = nw.col(f"{_P}value").rank("ordinal", descending=True).over(query)
        frame = frame.with_columns(order.alias(f"{_P}rank"))
        frame = frame.with_columns(_exposure(nw.col(f"{_P}rank")).alias(f"{_P}own"))
        shared = nw.col(f"{_P}own").mean().over(query, f"{_P}value")
        frame = frame.with_columns(
            nw.when(~nw.col(f"{_P}value").is_null()).then(shared).alias(f"{_P}exposure")
        )
    else:
        frame = frame.with_columns(_exposure(nw.col(f"{_P}value")).alias(f"{_P}exposure"))
    missing = nw.when(nw.col(query).is_null()).then(nw.lit(1)).otherwise(nw.lit(0))
    frame = frame.with_columns(missing.alias(f"{_P}query_missing"))
    if question.cluster not in (None, question.query):
        names["query_missing"] = f"{_P}query_missing"
    if "relevance" not in columns:
        return Placed(frame, names)
    frame = _with_gains(frame, columns["relevance"], query, keys, weighted=question.weight is not None)
    return Placed(frame, {**names, "queries": f"{_P}queries", "ndcg": f"{_P}ndcg"})


def _with_gains(
    frame: nw.LazyFrame[Any], relevance: str, query: str, keys: Sequence[str], *, weighted: bool
) -> nw.LazyFrame[Any]:
    """Add the nDCG of the query of every item, and which items stand for their query."""
    gain = _finite(relevance)
    ranked = ~nw.col(f"{_P}exposure").is_null()
    frame = frame.with_columns(nw.when(~gain.is_null()).then(gain).otherwise(nw.lit(0.0)).alias(f"{_P}gain"))
    ideal = nw.col(f"{_P}gain").rank("ordinal", descending=True).over(query)
    frame = frame.with_columns(
        ideal.cast(nw.Float64).alias(f"{_P}ideal"),
        nw.when(ranked).then(nw.col(f"{_P}exposure")).otherwise(nw.lit(0.0)).alias(f"{_P}weight"),
        nw.when(ranked).then(nw.lit(1)).otherwise(nw.lit(0)).alias(f"{_P}ranked"),
    )
    frame = frame.with_columns(
        (nw.col(f"{_P}gain") * nw.col(f"{_P}weight")).alias(f"{_P}found"),
        (nw.col(f"{_P}gain") * _exposure(nw.col(f"{_P}ideal"))).alias(f"{_P}best"),
    )
    frame = frame.with_columns(
        *(nw.col(f"{_P}{what}").sum().over(query).alias(f"{_P}{what}_sum") for what in ("found", "best")),
        nw.col(f"{_P}ranked").sum().over(query).cast(nw.Float64).alias(f"{_P}ranked_sum"),
        nw.len().over(query).cast(nw.Float64).alias(f"{_P}items"),
        nw.len().over(query, *keys).cast(nw.Float64).alias(f"{_P}items_here"),
    )
    items, best = nw.col(f"{_P}items"), nw.col(f"{_P}best_sum")
    whole = (nw.col(f"{_P}items_here") == items) & (nw.col(f"{_P}ranked_sum") == items) & (best > 0)
    # Of a weighted query the weight is the mean over its items; otherwise one item stands for all.
    stands, share = (whole, 1.0 / items) if weighted else (whole & (nw.col(f"{_P}ideal") == 1), nw.lit(1.0))
    divisor = nw.when(best > 0).then(best).otherwise(nw.lit(1.0))
    return frame.with_columns(
        nw.when(stands).then(share).otherwise(nw.lit(0.0)).alias(f"{_P}queries"),
        nw.when(whole).then(nw.col(f"{_P}found_sum") / divisor).otherwise(nw.lit(0.0)).alias(f"{_P}ndcg"),
    )


def _check(frame: nw.LazyFrame[Any], question: Question) -> None:
    if not frame.implementation.is_dask():
        return
    problems = []
    if question.rank is None:
        problems.append(
            "Dask cannot rank the items of a query by a score; give their places, 1 at the top, as a column "
            "(--rank COL), or give the rows as files, Spark, Polars or DuckDB."
        )
    if question.query is not None and question.relevance is not None:
        problems.append(
            "Dask cannot order the items of a query by relevance, as nDCG needs; leave out the relevance or "
            "the query, or give the rows as files, Spark, Polars or DuckDB."
        )
    if problems:
        raise DataError(*problems)


def _exposure(rank: nw.Expr) -> nw.Expr:
    known = nw.when(rank >= 1).then(rank.cast(nw.Float64)).otherwise(nw.lit(1.0))
    return nw.when(~rank.is_null()).then(1.0 / (known + 1.0).log(2))


def _finite(column: str) -> nw.Expr:
    value = nw.col(column).cast(nw.Float64)
    return nw.when(~value.is_null() & value.is_finite()).then(value)
