"""Scores of the groups of one grouping, cut at thresholds or into bins, with limits in closed form.

Curves ask the same question at many places: what share of some rows lies on one side. So the sums of all
places and groups are made at once, and every share gets the interval that it has in a report: Wilson's, on as
many rows as weighted or clustered rows are worth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import FIELDS, LEFT_OUT, Counts, Kind
from fairkit.errors import DataError, UsageError, shortlist
from fairkit.groups import Grouping, group_name, groupings, listed_groups, placed
from fairkit.inference import Bounds
from fairkit.metrics import Metric
from fairkit.residuals import FEWEST, effective_sample, linearised
from fairkit.shares import Sample

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

ALL = "(all)"
"""Name of the one group where rows are not grouped."""

_CONFUSION = len(FIELDS[Kind.CONFUSION] + LEFT_OUT[Kind.CONFUSION])
_DECISIONS = len(FIELDS[Kind.DECISIONS] + LEFT_OUT[Kind.DECISIONS])


class Limits(NamedTuple):
    """Values with limits, shape (metrics, places, groups), NaN where undefined, and how they were made."""

    values: FloatArray
    bounds: Bounds
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stack:
    """Tables of one kind, one for each place on the score.

    Parameters
    ----------
    sums : array, shape (places, groups, fields)
    squares : array or None
        The same with squared weights.
    rows : array of int64, shape (places, groups, fields)
    clusters : callable or None
        From the position of a group to the sums of its clusters, shape (places, clusters, fields).
    lost : bool
        Whether rows were clustered and the clusters are gone, so that there are no limits.
    """

    sums: FloatArray
    squares: FloatArray | None
    rows: IntArray
    clusters: Callable[[int], FloatArray] | None
    lost: bool

    def limits(self, metrics: Sequence[Metric], confidence: float) -> Limits:
        """Make the values of some metrics, and limits of each on its own."""
        values = np.stack([m.values(self.sums) for m in metrics])
        if self.clusters is not None:
            return Limits(values, self._clustered(metrics, confidence), ("cluster-wilson",) * len(metrics))
        fields = self.sums.shape[-1]
        squares = None if self.squares is None else self.squares.reshape(-1, fields)
        sample = Sample.of(metrics, self.sums.reshape(-1, fields), squares)
        low, high = (bound.reshape(values.shape) for bound in sample.limits(confidence, exact=False))
        unknown = np.isnan(values) | self.lost
        methods = tuple("wilson" if m.is_proportion else "mover-wilson" for m in metrics)
        return Limits(
            values, Bounds(np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)), methods
        )

    def _clustered(self, metrics: Sequence[Metric], confidence: float) -> Bounds:
        places, groups = self.sums.shape[:2]
        low, high = (np.full((len(metrics), places, groups), np.nan) for _ in range(2))
        for g in range(groups):
            for place, sums in enumerate(self.clusters(g) if self.clusters is not None else ()):
                own = linearised(metrics, sums)
                sample = effective_sample(tuple(metrics), own.shares, confidence)
                one = Sample(sample.metrics, sample.hits[:, None], sample.trials[:, None])
                found = one.limits(confidence, exact=False)
                enough = (own.clusters >= FEWEST) & ~np.isnan(own.values)
                low[enough, place, g] = found.low[enough, 0]
                high[enough, place, g] = found.high[enough, 0]
        return Bounds(low, high)


@dataclass(frozen=True, slots=True)
class ScoreCells:
    """Cells of the groups of one grouping along the score; rows without score or label are not among them.

    Parameters
    ----------
    attribute : str
        Name of the grouping.
    names : tuple of str
        Names of the groups.
    group : array of int64, shape (cells,)
    score : array of float64, shape (cells,)
        The score, or the lower edge of its bin.
    width : float
        Width of the bins; 0 where each score is one value.
    sums : array of float64, shape (cells, fields)
    squares : array of float64 or None, shape (cells, fields)
    rows : array of int64, shape (cells, 2)
        Rows labelled positive, and negative.
    cluster : array of int64 or None, shape (cells,)
    lost : bool
        Whether clusters were summed out before.
    """

    attribute: str
    names: tuple[str, ...]
    group: IntArray
    score: FloatArray
    width: float
    sums: FloatArray
    squares: FloatArray | None
    rows: IntArray
    cluster: IntArray | None
    lost: bool

    @classmethod
    def of(cls, counts: Counts, grouping: Grouping | str | None, *, model: str | None = None) -> ScoreCells:
        """Read the cells; without a grouping all rows are one group."""
        chosen = groupings(grouping)[0] if isinstance(grouping, str) else grouping
        axis = score_axis(counts, model)
        total = counts.marginal(() if chosen is None else chosen.names, keep_clusters=True)
        scores = scores_of(total, axis)
        levels: tuple[tuple[str | None, ...], ...] = ((),)
        if chosen is not None:
            levels = listed_groups(chosen, total)
        group = placed(total, levels)
        rows = total.row_counts[:, :2].astype(np.int64)
        used = np.isfinite(scores) & rows.any(axis=1)
        if not used.any():
            raise DataError("no row has both a score and a label: there is no curve to draw.")
        width = total.axes[axis].width
        sums = total.values[used, : len(FIELDS[Kind.SCORES])].astype(np.float64)
        if model is not None:  # sums of scores are kept for one model only
            sums[:, 2:4] = sums[:, :2] * (scores[used, None] + width / 2)
        return cls(
            "" if chosen is None else chosen.name,
            (ALL,) if chosen is None else tuple(group_name(chosen.names, g) for g in levels),
            group[used],
            scores[used],
            width,
            sums,
            None if total.squares is None else total.squares[used, : len(FIELDS[Kind.SCORES])],
            rows[used],
            None if total.clusters is None else total.clusters[used],
            total.clusters_lost,
        )

    def decided(self, thresholds: FloatArray) -> Stack:
        """Select the rows at or above each of some rising thresholds: confusion counts."""
        passed = np.searchsorted(thresholds, self.score, side="right")

        def confusion(table: FloatArray, place: IntArray, owner: IntArray, owners: int) -> FloatArray:
            found = np.zeros((len(thresholds), owners, _CONFUSION))
            at = added(table[:, :2], place, owner, (len(thresholds) + 1, owners))
            found[..., 0:2] = np.cumsum(at[::-1], axis=0)[::-1][1:]
            found[..., 2:4] = np.cumsum(at, axis=0)[:-1]
            return found

        return self._stacked(passed, confusion)

    def binned(self, place: IntArray, places: int) -> Stack:
        """Split the cells into bins, in which the positives are "selected": decision counts."""

        def decisions(table: FloatArray, place: IntArray, owner: IntArray, owners: int) -> FloatArray:
            found = np.zeros((places, owners, _DECISIONS))
            found[..., :2] = added(table[:, :2], place, owner, (places, owners))
            return found

        return self._stacked(place, decisions)

    def _stacked(
        self, place: IntArray, tables: Callable[[FloatArray, IntArray, IntArray, int], FloatArray]
    ) -> Stack:
        groups, cluster = len(self.names), self.cluster
        # Effective rows are counted in rows: weights are brought to a mean of one.
        scale = float(self.rows.sum()) / float(self.sums[:, :2].sum())

        def clusters(g: int) -> FloatArray:
            own = self.group == g
            ids = np.zeros(0, np.int64) if cluster is None else cluster[own]
            names, owner = np.unique(ids, return_inverse=True)
            return scale * tables(self.sums[own], place[own], owner, len(names))

        return Stack(
            tables(self.sums, place, self.group, groups),
            None if self.squares is None else tables(self.squares, place, self.group, groups),
            tables(self.rows.astype(np.float64), place, self.group, groups).astype(np.int64),
            None if cluster is None else clusters,
            self.lost,
        )


def added(table: FloatArray, place: IntArray, owner: IntArray, shape: tuple[int, int]) -> FloatArray:
    """Add up cells by place and owner, shape (places, owners, columns)."""
    key = place * shape[1] + owner
    columns = [np.bincount(key, weights=column, minlength=shape[0] * shape[1]) for column in table.T]
    return np.stack(columns, axis=-1).astype(np.float64).reshape(*shape, table.shape[1])


def score_axis(counts: Counts, model: str | None) -> int:
    """Find the axis of the score, of one model where there are several.

    Raises
    ------
    UsageError
        The counts have no scores, or it is not clear whose.
    """
    if counts.kind is not Kind.SCORES:
        raise UsageError(
            f"curves and thresholds need counts of scores with labels, not of kind '{counts.kind}'; "
            "count the rows with score= and label=."
        )
    named = {axis.name: i for i, axis in enumerate(counts.axes) if axis.name.partition(":")[0] == "score"}
    wanted = "score" if model is None else f"score:{model}"
    if wanted not in named:
        models = [name.partition(":")[2] for name in named if ":" in name]
        raise UsageError(
            f"the counts have the scores of {shortlist(models)}: say which with model=."
            if models
            else f"the counts have the scores of one model, which has no name; leave out model={model!r}."
        )
    return named[wanted]


def scores_of(counts: Counts, axis: int) -> FloatArray:
    """Return the score of every cell, NaN where it is missing."""
    codes = np.zeros((0, axis + 1), np.int64) if counts.axis_codes is None else counts.axis_codes
    return counts.axes[axis].numbers()[codes[:, axis]]
