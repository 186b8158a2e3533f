r"""Areas under the ROC curve between any positives and any negatives of one table of scores.

Every area here asks the same question, how often one of some positives scores above one of some negatives,
of other rows: those of an identity, those of its background, or one side of each. Because the parts are taken
from one table, how far each cell pulls each area is known, and with it the covariance of areas that share
rows: BPSN and the background's own area share the background's positives.

The variance is DeLong's, of two independent samples; where rows come in clusters it is that of the clusters'
pulls (:mod:`fairkit.pulls`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import FIELDS, Counts, Kind
from fairkit.metrics import Measured, Part, Why
from fairkit.metrics.scores import SCORES, binning_bound
from fairkit.pulls import jackknifed
from fairkit.text.extrinsic.identities import Identity
from fairkit.text.extrinsic.identity_results import AucKind

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

ROC_AUC = next(m for m in SCORES if m.name == "roc_auc")
"""The metric that every area is, on rows of its own."""

_POSITIVES, _NEGATIVES = (FIELDS[Kind.SCORES].index(name) for name in ("positives", "negatives"))
_SIDES = (_POSITIVES, _NEGATIVES)


class Sample(NamedTuple):
    """The rows of one area: cells whose positives, and cells whose negatives, it is made of."""

    positives: BoolArray
    negatives: BoolArray


@dataclass(frozen=True, slots=True)
class Area:
    """One area with what its intervals need.

    Parameters
    ----------
    measured : Measured
        Value, variance of independent rows or of clusters, degrees of freedom.
    pull : array, shape (cells, 2) or (clusters,)
        How far one more positive and one more negative of every cell move it; where rows are clustered, how
        far every cluster does.
    units : float
        Effective rows of the scarcer side, or the clusters that hold it.
    worth : float
        Share of independent rows that the clustered rows are worth; 1 without clusters.
    positives, negatives : int
        Rows.
    bound : float
        How far bins may have moved the value.
    effective : tuple of float
        Positives and negatives, as many independent rows as they are worth.
    """

    measured: Measured
    pull: FloatArray
    units: float
    worth: float
    positives: int
    negatives: int
    bound: float
    effective: tuple[float, float] = (0.0, 0.0)

    @property
    def value(self) -> float:
        """The area; NaN where undefined."""
        return self.measured.value


class ScoreTable:
    """Counts of scores, made ready for areas between any of their rows.

    Parameters
    ----------
    counts : Counts
        Of kind scores.

    Examples
    --------
    >>> from fairkit.counts import Axis
    >>> cells = [[1, 2, 0.2, 0.4, 0.04, 0.08, 0, 0, 0], [2, 1, 1.6, 0.8, 1.28, 0.64, 0, 0, 0]]
    >>> counts = Counts.from_cells(
    ...     Kind.SCORES, [], [(), ()], cells, axes=[Axis("score", ())], axis_cells=[("0.2",), ("0.8",)]
    ... )
    >>> table = ScoreTable(counts)
    >>> round(table.area(Sample(np.array([True, True]), np.array([True, False]))).value, 3)
    0.833
    """

    def __init__(self, counts: Counts) -> None:
        width = len(FIELDS[Kind.SCORES])
        codes = counts.axis_codes
        self.axes = counts.axes
        self.codes = np.zeros((len(counts.values), 0), np.int64) if codes is None else codes
        self.sums = np.asarray(counts.values[:, :width], np.float64)
        self.squares = None if counts.squares is None else counts.squares[:, :width]
        self.rows = counts.row_counts
        self.cluster = counts.clusters
        self.clusters = len(counts.cluster_ids)
        # Rows with a label but without a score are on no axis: no area can use them.
        self.scored = np.array([level is not None for level in self.axes[0].levels], bool)[self.codes[:, 0]]

    def sample(self, positives: BoolArray, negatives: BoolArray) -> Sample:
        """Choose the positives of some cells and the negatives of some, as far as they have a score."""
        return Sample(positives & self.scored, negatives & self.scored)

    def area(self, sample: Sample) -> Area:
        """Measure the area between the positives and the negatives of a sample."""
        cells = np.flatnonzero(sample.positives | sample.negatives)
        sums = self._only(self.sums, sample, cells)
        squares = None if self.squares is None else self._only(self.squares, sample, cells)
        part = Part(Kind.SCORES, self.axes, self.codes[cells], sums, squares)
        total = sums.sum(axis=0)
        why = ROC_AUC.why(total)
        found = Measured.undefined(sums, why) if why is not None else ROC_AUC.measure(part)
        counted = self._only(self.rows.astype(np.float64), sample, cells).sum(axis=0)
        pull = np.zeros((len(self.sums), 2))
        pull[cells] = found.influence[:, _SIDES] * (sums[:, _SIDES] > 0)
        second = total if squares is None else squares.sum(axis=0)
        positives, negatives = (
            float(total[side] ** 2 / second[side]) if second[side] > 0 else 0.0 for side in _SIDES
        )
        units = min(positives, negatives)
        worth = 1.0
        if self.cluster is not None and why is None:
            found, pull, units, worth = self._of_clusters(found, pull, sums, cells)
        return Area(
            found,
            pull,
            float(units),
            worth,
            int(counted[_POSITIVES]),
            int(counted[_NEGATIVES]),
            np.nan if why is not None else binning_bound(part),
            (worth * positives, worth * negatives),
        )

    def covariance(self, one: Area, two: Area) -> float:
        """Return how far two areas move together; 0 where they share neither rows nor clusters."""
        if self.cluster is not None:
            return 0.0 if one.pull.ndim == 2 or two.pull.ndim == 2 else float(one.pull @ two.pull)
        weights = self.sums if self.squares is None else self.squares
        return float((weights[:, _SIDES] * one.pull * two.pull).sum())

    def variance(self, pull: FloatArray) -> float:
        """Return the variance of what is pulled so, a weighted sum of areas, as :meth:`area` does."""
        if pull.ndim == 1:
            return float(pull @ pull)
        weights = self.sums if self.squares is None else self.squares
        found = 0.0
        for i, side in enumerate(_SIDES):
            moved = pull[:, i] != 0
            second = float(weights[moved, side].sum())
            rows = float(self.sums[moved, side].sum()) ** 2 / second if second > 0 else 0.0
            if rows > 1 + 1e-9:
                found += float(weights[:, side] @ pull[:, i] ** 2) * rows / (rows - 1)
        return found

    def _only(self, table: FloatArray, sample: Sample, cells: NDArray[np.int64]) -> FloatArray:
        """Take the cells of a sample, with nothing in the sides that it leaves out."""
        sums = np.zeros((len(cells), len(FIELDS[Kind.SCORES])))
        for side, chosen in zip(_SIDES, sample, strict=True):
            sums[:, side] = np.where(chosen[cells], table[cells, side], 0.0)
        return sums

    def _of_clusters(
        self, found: Measured, pull: FloatArray, sums: FloatArray, cells: NDArray[np.int64]
    ) -> tuple[Measured, FloatArray, float, float]:
        """Replace the variance of rows by that of clusters."""
        own = np.zeros(0, np.int64) if self.cluster is None else self.cluster[cells]
        moved = sums[:, _SIDES] * pull[cells]
        by_cluster = np.bincount(own, moved.sum(axis=1), self.clusters).astype(np.float64)
        sizes = [np.bincount(own, sums[:, side], self.clusters).astype(np.float64) for side in _SIDES]
        clustered = jackknifed(by_cluster, sizes, float(np.abs(moved).sum()))
        alone = clustered.variance > 0 and found.variance > 0
        worth = min(found.variance / clustered.variance, 1.0) if alone else 1.0
        made = Measured(found.value, clustered.variance, clustered.freedom, found.influence)
        return made, clustered.pull, float(clustered.clusters), worth


def samples_of(table: ScoreTable, identity: Identity) -> dict[AucKind | Literal["background"], Sample]:
    """List the rows of each area of an identity.

    Examples
    --------
    >>> from fairkit.counts import Axis
    >>> cells = [[1, 2, 0.2, 0.4, 0.04, 0.08, 0, 0, 0], [2, 1, 1.6, 0.8, 1.28, 0.64, 0, 0, 0]]
    >>> counts = Counts.from_cells(
    ...     Kind.SCORES, [], [(), ()], cells, axes=[Axis("score", ())], axis_cells=[("0.2",), ("0.8",)]
    ... )
    >>> one = Identity("gay", np.array([True, False]), np.array([False, True]))
    >>> [part.tolist() for part in samples_of(ScoreTable(counts), one)["bpsn_auc"]]
    [[False, True], [True, False]]
    """
    own, other = identity.member, identity.background
    return {
        "subgroup_auc": table.sample(own, own),
        "bpsn_auc": table.sample(other, own),
        "bnsp_auc": table.sample(own, other),
        "background": table.sample(other, other),
    }


def why_empty(area: Area) -> Why:
    """Say which side of an area has no rows.

    Examples
    --------
    >>> why_empty(Area(Measured.undefined(np.zeros((1, 6))), np.zeros((1, 2)), 0.0, 1.0, 0, 3, 0.0))
    <Why.NO_POSITIVES: 'no-positives'>
    """
    if not area.positives and not area.negatives:
        return Why.NO_ROWS
    return Why.NO_NEGATIVES if area.positives else Why.NO_POSITIVES
