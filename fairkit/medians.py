"""Scores above the median of all rows, counted exactly: what a report keeps of them beside its bins.

A scoring rate (New York City's Local Law 144, 6 RCNY 5-300) is the share of a category that scores above
the median of the sample. A report keeps a score in at most 128 bins (:mod:`fairkit.coarse`), and the median
lies somewhere within one. So the rows above it are counted before there are bins, for every cell of the
attributes; the two whole numbers of a cell say of a score only on which side of the median it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import Axis, Counts, Kind, Level
from fairkit.groups import group_runs

_SCORE = "score"
_FIGURES = 4


@dataclass(frozen=True, slots=True)
class AboveMedian:
    """How many rows of one cell of the attributes score above the median of all rows.

    Parameters
    ----------
    model : str or None
        The model whose score it is, where there are several.
    levels : tuple of (str or None)
        Of the attributes of the counts, in their order.
    rows : int
        Rows with a score, whether their label is known or not.
    above : int
        Those of them that score above the median.
    median : float or None
        Of all rows with a score, to four figures: a score with many digits is all but a name. None where it
        lies between two bins, and is not known any better.

    Examples
    --------
    >>> AboveMedian(None, ("F", "Black"), 40, 18, 0.52).above
    18
    """

    model: str | None
    levels: tuple[Level, ...]
    rows: int
    above: int
    median: float | None


def above_medians(counts: Counts) -> tuple[AboveMedian, ...]:
    """Count the rows above the median of every score, by all attributes together.

    Parameters
    ----------
    counts : Counts

    Returns
    -------
    tuple of AboveMedian
        Nothing of other kinds of counts, and of a score whose median lies within a bin.

    Notes
    -----
    The sample is all rows with a score: also those whose label, or whose category, is not known. Of an even
    number of scores the median is the middle of the two in the middle; a row *at* the median is not above it.

    Examples
    --------
    >>> scores = ("0.1", "0.2", "0.9")
    >>> counts = Counts.from_cells(
    ...     Kind.SCORES, ["sex"], [("F",), ("F",), ("M",)],
    ...     [[1, 0, float(s), 0.0, float(s) ** 2, 0.0, 0, 0, 0] for s in scores],
    ...     axes=[Axis("score", ())], axis_cells=[(s,) for s in scores],
    ... )
    >>> [(cell.levels, cell.rows, cell.above) for cell in above_medians(counts)]
    [(('F',), 2, 0), (('M',), 1, 1)]
    """
    if counts.kind is not Kind.SCORES or counts.axis_codes is None:
        return ()
    return tuple(
        cell
        for i, axis in enumerate(counts.axes)
        if axis.name.partition(":")[0] == _SCORE
        for cell in _of_axis(counts, axis, counts.axis_codes[:, i])
    )


def of_model(cells: Iterable[AboveMedian], model: str | None) -> tuple[AboveMedian, ...]:
    """Return the cells of one model's score.

    Examples
    --------
    >>> of_model([AboveMedian("new", (), 4, 2, 0.5)], "old")
    ()
    """
    return tuple(cell for cell in cells if cell.model == model)


def _of_axis(counts: Counts, axis: Axis, codes: NDArray[np.int64]) -> Iterator[AboveMedian]:
    rows = counts.row_counts.sum(axis=1)
    known = np.array([level is not None for level in axis.levels], bool)
    numbers = axis.numbers()[known]
    total = np.bincount(codes, rows, len(axis.levels)).astype(np.int64)[known]
    cut = _cut(numbers, total, binned=axis.width > 0)
    if cut is None:
        return
    median, first = cut
    beyond = np.zeros(len(axis.levels), bool)
    beyond[np.flatnonzero(known)[np.argsort(numbers, kind="stable")[first:]]] = True
    groups, place = group_runs(counts)
    scored = np.bincount(place, np.where(known[codes], rows, 0), len(groups)).astype(np.int64)
    above = np.bincount(place, np.where(beyond[codes], rows, 0), len(groups)).astype(np.int64)
    model = axis.name.partition(":")[2] or None
    for levels, n, k in zip(groups, scored.tolist(), above.tolist(), strict=True):
        if n:
            yield AboveMedian(model, levels, n, k, median)


def _cut(
    numbers: NDArray[np.float64], total: NDArray[np.int64], *, binned: bool
) -> tuple[float | None, int] | None:
    """Return the median, and the place of the first score above it in order; None where bins hide it."""
    order = np.argsort(numbers, kind="stable")
    numbers, reached = numbers[order], np.cumsum(total[order])
    n = int(reached[-1]) if len(reached) else 0
    if n == 0:
        return None
    low, high = (int(np.searchsorted(reached, rank, side="right")) for rank in ((n - 1) // 2, n // 2))
    if binned and low == high:
        return None
    above = high + (low == high)
    return None if binned else float(f"{(numbers[low] + numbers[high]) / 2:.{_FIGURES}g}"), above
