"""Layers of Vega-Lite charts that all pages share: one mark a row, one mark a panel, colours by kind.

Every chart has a label and a table that say the same, so no mark is read out by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Spec = dict[str, Any]
"""A Vega-Lite specification, or a part of one."""


def row_layer(mark: Spec, *, when: str | None = None, **encoding: Spec) -> Spec:
    """Draw a mark in every row of the data, by the field ``i``.

    Parameters
    ----------
    mark : Spec
    when : str, optional
        A Vega expression that filters the rows.
    **encoding : Spec

    Examples
    --------
    >>> row_layer({"type": "point"}, when="datum.low !== null")["transform"]
    [{'filter': 'datum.low !== null'}]
    """
    layer: Spec = {
        "mark": {**mark, "aria": False},
        "encoding": {"y": {"field": "i", "type": "ordinal", "axis": None}, **encoding},
    }
    return layer if when is None else {"transform": [{"filter": when}], **layer}


def panel_layer(mark: Spec, **encoding: Spec) -> Spec:
    """Draw something of the whole panel, not of each row.

    Examples
    --------
    >>> panel_layer({"type": "rule"}, x={"datum": 0})["data"]
    {'values': [{}]}
    """
    return {"data": {"values": [{}]}, "mark": {**mark, "aria": False}, "encoding": encoding}


def by_kind(values: Mapping[Any, str], *, field: str = "kind") -> Spec:
    """Give every kind of a field its own colour, or shape, without a legend.

    Examples
    --------
    >>> by_kind({"pass": "circle"})["scale"]
    {'domain': ['pass'], 'range': ['circle']}
    """
    scale = {"domain": list(values), "range": list(values.values())}
    return {"field": field, "type": "nominal", "scale": scale, "legend": None}
