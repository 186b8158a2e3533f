"""Counts as bytes and back, exactly: how a table travels from a worker to where it is merged.

A report stores counts as JSON and drops clusters, for identifiers of people never leave with a report.
Between the workers of one computation they must stay. The bytes are an uncompressed NumPy archive without
pickles, so that reading them runs nothing.
"""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np

from fairkit._axes import Axis
from fairkit.counts import Counts, Kind

_ARRAYS = ("codes", "values", "squares", "rows", "clusters", "axis_codes")
_TEXT = "text"


def to_bytes(table: Counts) -> bytes:
    """Write a table with its clusters and axes.

    Examples
    --------
    >>> table = Counts.from_cells(
    ...     Kind.DECISIONS, ["sex"], [("F",), (None,)], [[3, 1, 0], [2, 2, 0]], clusters=["ann", "bob"]
    ... )
    >>> from_bytes(to_bytes(table)) == table
    True
    """
    text = {
        "kind": str(table.kind),
        "attributes": table.attributes,
        "levels": table.levels,
        "cluster_ids": table.cluster_ids,
        "clusters_lost": table.clusters_lost,
        "axes": [(axis.name, axis.levels, axis.width) for axis in table.axes],
    }
    arrays: dict[str, Any] = {name: array for name in _ARRAYS if (array := getattr(table, name)) is not None}
    arrays[_TEXT] = np.frombuffer(json.dumps(text).encode("ascii"), np.uint8)
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def from_bytes(data: bytes) -> Counts:
    """Read what :func:`to_bytes` wrote."""
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    text = json.loads(arrays.pop(_TEXT).tobytes())
    return Counts(
        Kind(text["kind"]),
        tuple(text["attributes"]),
        tuple(tuple(levels) for levels in text["levels"]),
        arrays.pop("codes"),
        arrays.pop("values"),
        cluster_ids=tuple(text["cluster_ids"]),
        clusters_lost=text["clusters_lost"],
        axes=tuple(Axis(name, tuple(levels), width) for name, levels, width in text["axes"]),
        **arrays,
    )
