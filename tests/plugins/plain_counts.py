"""Counts by plain Python, row by row: what every way of reading rows is held against."""

from __future__ import annotations

import math

import numpy as np

from fairkit.counts import FIELDS, LEFT_OUT, Counts
from fairkit.kinds import ROW_FIELDS


def is_number(value):
    """Tell whether a value is there and finite."""
    return value is not None and math.isfinite(value)


def plain_counts(kind, groups, adds, *, names=("g",), axes=(), levels=None, weights=None, clusters=None):
    """Count rows, given what each adds to which field, and its levels on the axes."""
    fields = FIELDS[kind] + LEFT_OUT[kind]
    table = np.array([[add.get(field, 0) for field in fields] for add in adds], float)
    more = {}
    if weights is not None:
        column = np.array(weights, float)[:, None]
        counted = [field in {*ROW_FIELDS[kind], *LEFT_OUT[kind]} for field in fields]
        more = {"squares": table * column**2, "rows": np.where(counted, table, 0).astype(int)}
        table = table * column
    return Counts.from_cells(
        kind,
        list(names),
        groups,
        table.reshape(len(adds), len(fields)),
        clusters=clusters,
        axes=axes,
        axis_cells=levels,
        **more,
    )


def assert_same(one, other):
    """Hold two tables to be the same: rows exactly, sums up to rounding."""
    named = ("kind", "attributes", "levels", "axes", "cluster_ids")
    for name in named:
        assert getattr(one, name) == getattr(other, name), name
    for name in ("codes", "clusters", "axis_codes", "rows", "row_counts"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    for name in ("values", "squares"):
        mine, theirs = getattr(one, name), getattr(other, name)
        assert (mine is None) == (theirs is None), name
        if mine is not None:
            np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-12, err_msg=name)
