"""Rankings: exposure of items and gain of queries, the same on every engine that has window functions."""

import math
from collections import defaultdict

import numpy as np
import pandas as pd
import polars as pl
import pytest
from plain_counts import assert_same, is_number, plain_counts

from fairkit.counts import Kind, merge
from fairkit.errors import DataError
from fairkit.frames import Question, count

RNG = np.random.default_rng(10)
N = 66


def pick(values, size=N):
    """Draw a column; None makes missing values."""
    return [values[i] for i in RNG.integers(0, len(values), size)]


QUERY = [f"q{i // 6}" for i in range(N)]
ROWS = {
    "g": pick(["a", "b", None]),
    "owner": [["a", "b"][int(query[1:]) % 2] for query in QUERY],  # the same for all items of a query
    "q": QUERY,
    "rank": [place for _ in range(N // 6) for place in (RNG.permutation(6) + 1).tolist()],
    "rank_gaps": [None if i in (3, 20) else float(i % 6 + 1) for i in range(N)],
    "s": [float(x) for x in RNG.normal(size=N)],
    "s_ties": [None if i == 8 else math.nan if i == 9 else [0.5, 1.5, 2.5][i % 3] for i in range(N)],
    "rel": pick([0, 1, 2, 3]),
    "none_relevant": [0 if query == "q1" else 1.5 for query in QUERY],
    "w": [[0.5, 1.0, 2.25][int(query[1:]) % 3] for query in QUERY],
    "k": [f"k{int(query[1:]) // 2}" for query in QUERY],
}


def exposures(score):
    """Rank the items of every query by plain Python; ties share the mean of their places."""
    found = [None] * N
    for query in set(QUERY):
        items = [i for i in range(N) if QUERY[i] == query and is_number(ROWS[score][i])]
        items.sort(key=lambda i: -ROWS[score][i])
        for i in items:
            tied = [place for place, j in enumerate(items, 1) if ROWS[score][j] == ROWS[score][i]]
            found[i] = sum(1 / math.log2(1 + place) for place in tied) / len(tied)
    return found


def expected(by, exposure, *, relevance=None, queries=True, **more):
    """Add up exposures and gains by plain Python; one item of a query that counts stands for it."""
    adds = []
    stands = {}
    items = defaultdict(list)
    for i, query in enumerate(QUERY):
        items[query].append(i)
    if queries and relevance is not None:
        for own in items.values():
            gains = sorted((ROWS[relevance][i] for i in own), reverse=True)
            best = sum(gain / math.log2(1 + place) for place, gain in enumerate(gains, 1))
            whole = len({ROWS[by][i] for i in own}) == 1 and all(exposure[i] is not None for i in own)
            if whole and best > 0:
                stands[own[0]] = sum(ROWS[relevance][i] * exposure[i] for i in own) / best
    for i in range(N):
        add = {"queries": 1, "ndcg": stands[i], "ndcg2": stands[i] ** 2} if i in stands else {}
        if exposure[i] is None:
            adds.append({**add, "rank_missing": 1})
            continue
        add |= {"items": 1, "exposure": exposure[i], "exposure2": exposure[i] ** 2}
        if relevance is not None:
            gain = ROWS[relevance][i]
            add |= {"relevance": gain, "relevance2": gain**2, "exposure_relevance": gain * exposure[i]}
        adds.append(add)
    return plain_counts(Kind.RANKING, [(level,) for level in ROWS[by]], adds, names=(by,), **more)


def by_rank(name):
    """Return the exposures that a column of ranks gives."""
    return [None if rank is None else 1 / math.log2(1 + rank) for rank in ROWS[name]]


def only(*names):
    """Return some columns of the rows."""
    return {name: ROWS[name] for name in names}


def refused_by_dask(frame_of, words):
    """Return a context that expects Dask, which has no ranks in windows, to be told so."""
    if not frame_of.engine.name.startswith("dask"):
        return None
    return pytest.raises(DataError, match=words)


def test_exposure_comes_from_ranks(frame_of):
    """Without a query, items are items; one without a rank is left out."""
    found = count(frame_of(only("g", "rank_gaps", "rel")), by="g", rank="rank_gaps", relevance="rel")
    assert_same(found, expected("g", by_rank("rank_gaps"), relevance="rel", queries=False))


def test_the_query_is_the_cluster(frame_of):
    """Items that were ranked together depend on one another."""
    found = count(frame_of(only("g", "rank", "q")), by="g", rank="rank", query="q")
    assert_same(found, expected("g", by_rank("rank"), clusters=QUERY))


def test_the_gain_of_a_query_is_compared_with_the_best_order(frame_of):
    """A query counts where all its items are ranked and of one group, and any is relevant."""
    for rank, relevance in (("rank", "rel"), ("rank_gaps", "none_relevant")):
        asked = {"by": "owner", "rank": rank, "query": "q", "relevance": relevance}
        frame = frame_of(only("owner", "q", rank, relevance))
        if refusal := refused_by_dask(frame_of, "Dask cannot order the items of a query by relevance"):
            with refusal:
                count(frame, **asked)
            continue
        found = count(frame, **asked)
        assert_same(found, expected("owner", by_rank(rank), relevance=relevance, clusters=QUERY))
        assert found.values[:, found.fields.index("queries")].sum() == (11 if rank == "rank" else 8)


def test_scores_rank_within_their_query(frame_of):
    """The highest score is at the top, ties share their places, and a missing score has no place."""
    for score in ("s", "s_ties"):
        asked = {"by": "g", "score": score, "query": "q", "relevance": "rel", "cluster": "k"}
        frame = frame_of(only("g", "q", score, "rel", "k"))
        if refusal := refused_by_dask(frame_of, "Dask cannot rank the items of a query by a score"):
            with refusal:
                count(frame, **asked)
            continue
        assert_same(
            count(frame, **asked), expected("g", exposures(score), relevance="rel", clusters=ROWS["k"])
        )


def test_weights_of_queries_are_those_of_their_items(frame_of):
    """A weighted query counts with the mean weight of its items."""
    asked = {"by": "owner", "score": "s", "query": "q", "relevance": "rel", "weight": "w"}
    frame = frame_of(only("owner", "q", "s", "rel", "w"))
    if refusal := refused_by_dask(frame_of, r"give their places, 1 at the top, as a column \(--rank COL\)"):
        with refusal:
            count(frame, **asked)
        return
    found = count(frame, **asked)
    wanted = expected("owner", exposures("s"), relevance="rel", clusters=QUERY, weights=ROWS["w"])
    assert_same(found, wanted)


def test_impossible_ranks_and_relevances_are_counted_and_refused(frame_of):
    """Ranks begin at 1, and every item has a relevance."""
    rows = {"g": ["a"] * 5, "r": [0.0, 1.0, 2.0, -3.0, None], "rel": [1.0, -1.0, None, 0.0, 1.0]}
    with pytest.raises(DataError) as caught:
        count(frame_of(rows), by="g", rank="r", relevance="rel")
    assert [problem.partition("; ")[0] for problem in caught.value.problems] == [
        "rank column 'r' is below 1 in 2 rows",
        "relevance column 'rel' is missing, infinite or negative in 2 rows",
    ]


@pytest.mark.parametrize("cluster", [None, "k"])
def test_items_without_a_query_are_refused(frame_of, cluster):
    """Every item was ranked among others."""
    rows = {"g": ["a"] * 3, "r": [1, 2, 1], "q": ["x", None, "y"], "k": ["p"] * 3}
    with pytest.raises(DataError, match="query column 'q' is missing in 1 rows"):
        count(frame_of(rows), by="g", rank="r", query="q", cluster=cluster)


def test_an_unknown_query_is_named():
    """Columns that only windows read are looked up like all others."""
    with pytest.raises(DataError, match="query column 'quary' is not in the data"):
        count(ROWS, by="g", rank="rank", query="quary", cluster="k")


def test_groups_of_every_type_hold_queries_together():
    """Whether all items of a query are in one group is seen from values of any type, or missing ones."""
    keys = {
        "text": ["x", "x", "y", None],
        "number": [1.5, 1.5, math.nan, math.nan],
        "truth": [True, True, False, None],
    }
    rows = {name: [values[i // 2] for i in range(8)] for name, values in keys.items()}
    rows |= {"q": ["a", "a", "b", "b", "c", "c", "d", "d"], "r": [1, 2] * 4, "rel": [1] * 8}
    for name in keys:
        asked = {"by": [name, "high: number > 1"], "rank": "r", "query": "q", "relevance": "rel"}
        theirs = count(pl.DataFrame(rows, strict=False), **asked)
        assert theirs.values[:, theirs.fields.index("queries")].sum() == 4
        assert_same(count(pd.DataFrame(rows), **asked), theirs)


def test_parts_with_whole_queries_add_up():
    """Data may be cut between queries."""
    rows = pl.DataFrame(ROWS, strict=False)
    asked = {"by": "owner", "score": "s", "query": "q", "relevance": "rel"}
    parts = [count(rows[start : start + 12], **asked) for start in range(0, N, 12)]
    assert_same(merge(parts), count(rows, **asked))


@pytest.mark.parametrize(
    "asked", [{"rank": "r"}, {"rank": "r", "query": "q"}, {"score": "s", "query": "q", "relevance": "rel"}]
)
def test_the_kind_is_known_before_rows_are_read(asked):
    """A rank or a query make a ranking."""
    assert Question((), **asked).kind is Kind.RANKING
