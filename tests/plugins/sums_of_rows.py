"""Counts of moments made by hand from arrays, as an oracle for what engines make and as input for metrics."""

from __future__ import annotations

from typing import Any

import numpy as np

from fairkit.counts import FIELDS, LEFT_OUT, Counts, Kind
from fairkit.kinds import ROW_FIELDS
from fairkit.metrics import Part


def regression_rows(
    label: Any, prediction: Any, low: Any = None, high: Any = None, *, quantile: float = 0.5
) -> np.ndarray:
    """Write what every row adds to each field of kind regression."""
    y, p = np.asarray(label, float), np.asarray(prediction, float)
    error, one, zero = p - y, np.ones(len(y)), np.zeros(len(y))
    loss = np.maximum(quantile * (y - p), (quantile - 1) * (y - p))
    interval = [zero] * 4
    if low is not None:
        interval = [one, ((low <= y) & (y <= high)).astype(float), high - low, (high - low) ** 2]
    return np.column_stack(
        [
            *(one, y, y**2, y**3, y**4),
            *(error, np.abs(error), error**2, error**4, error**2 * y, error**2 * y**2),
            *(one, loss, loss**2),
            *interval,
        ]
    )


def ranking_rows(exposure: Any, relevance: Any, ndcg: Any = None) -> np.ndarray:
    """Write what every item adds to each field of kind ranking; one query a row where `ndcg` is given."""
    e, r = np.asarray(exposure, float), np.asarray(relevance, float)
    one, zero = np.ones(len(e)), np.zeros(len(e))
    query = [zero] * 3 if ndcg is None else [one, np.asarray(ndcg, float), np.asarray(ndcg, float) ** 2]
    return np.column_stack([one, e, e**2, r, r**2, e * r, *query])


def event_rows(numerator: Any, denominator: Any) -> np.ndarray:
    """Write what every row adds to each field of kind events."""
    y, x = np.asarray(numerator, float), np.asarray(denominator, float)
    return np.column_stack([np.ones(len(y)), y, x, y**2, x**2, y * x])


def part_of(kind: Kind, rows: np.ndarray, weight: Any = None) -> Part:
    """Sum rows up to a part."""
    w = np.ones(len(rows)) if weight is None else np.asarray(weight, float)
    squares = None if weight is None else (rows * w[:, None] ** 2).sum(axis=0)[None]
    return Part(kind, (), np.zeros((1, 0), np.int64), (rows * w[:, None]).sum(axis=0)[None], squares)


def counts_of(kind: Kind, rows: np.ndarray, group: Any, *, weight: Any = None, cluster: Any = None) -> Counts:
    """Sum rows up to counts by the attribute ``g`` (and by cluster)."""
    keys = [np.asarray(group)] + ([] if cluster is None else [np.asarray(cluster)])
    cells, place = np.unique(np.stack(keys, axis=1), axis=0, return_inverse=True)
    place = place.ravel()
    rows = np.column_stack([rows, np.zeros((len(rows), len(LEFT_OUT[kind])))])
    w = np.ones(len(rows)) if weight is None else np.asarray(weight, float)

    def added(table: np.ndarray) -> np.ndarray:
        return np.column_stack([np.bincount(place, column, len(cells)) for column in table.T])

    options: dict[str, Any] = {}
    if cluster is not None:
        options["clusters"] = [str(c) for c in cells[:, 1]]
    if weight is not None:
        counted = np.array(
            [field in ROW_FIELDS[kind] for field in FIELDS[kind]] + [False] * len(LEFT_OUT[kind])
        )
        options["squares"] = added(rows * w[:, None] ** 2)
        options["rows"] = np.where(counted, added(rows), 0).astype(np.int64)
    levels = [(str(level),) for level in cells[:, 0]]
    return Counts.from_cells(kind, ["g"], levels, added(rows * w[:, None]), **options)


def leave_one_out(kind: Kind, rows: np.ndarray, measure: Any, weight: Any = None) -> float:
    """Compute the jackknife variance of a functional over rows."""
    w = np.ones(len(rows)) if weight is None else np.asarray(weight, float)
    total, n = rows.T @ w, len(rows)
    values = []
    for row, one in zip(rows, w, strict=True):
        sums = (total - one * row)[None]
        squares = None if weight is None else sums
        values.append(measure(Part(kind, (), np.zeros((1, 0), np.int64), sums, squares)).value)
    return float((n - 1) / n * ((np.array(values) - np.mean(values)) ** 2).sum())


def moved_by(measure: Any, part: Part, step: float = 1e-6) -> np.ndarray:
    """Differentiate a functional numerically by every field, shape (fields,); NaN where a sum is 0."""
    found = np.full(part.sums.shape[1], np.nan)
    for field in range(part.sums.shape[1]):
        size = step * abs(part.sums[0, field])
        if size > 0:
            up, down = part.sums.copy(), part.sums.copy()
            up[0, field] += size
            down[0, field] -= size
            values = [
                measure(Part(part.kind, (), part.codes, sums, part.squares)).value for sums in (up, down)
            ]
            found[field] = (values[0] - values[1]) / (2 * size)
    return found
