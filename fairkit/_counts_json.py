"""Counts as plain JSON data and back: what a report stores of them, checked when it is read again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from fairkit.counts import FIELDS, LEFT_OUT, Axis, Counts, Kind
from fairkit.errors import ReportError, shortlist
from fairkit.kinds import AMOUNTS, ROW_FIELDS


def to_plain(table: Counts) -> dict[str, Any]:
    """Return plain JSON data, without clusters: identifiers of people never leave with a report."""
    if table.clusters is not None:
        table = table.marginal(table.attributes)  # which notes that clusters were lost
    return {
        "kind": str(table.kind),
        "attributes": [
            {"name": name, "levels": list(levels)}
            for name, levels in zip(table.attributes, table.levels, strict=True)
        ],
        "axes": [
            {"name": axis.name, "levels": list(axis.levels), "width": axis.width} for axis in table.axes
        ],
        "fields": list(table.fields),
        "codes": _all_codes(table).tolist(),
        "values": table.values.tolist(),
        "squares": None if table.squares is None else table.squares.tolist(),
        "rows": None if table.rows is None else table.rows.tolist(),
        "clustered": table.clusters_lost,
    }


def from_plain(data: Mapping[str, Any]) -> Counts:
    """Rebuild a table; anything that :func:`to_plain` could not have written is refused.

    Raises
    ------
    ReportError
        The data are not a table of counts, or of a kind this version does not know.
    """
    try:
        kind = Kind(data["kind"])
        names = [_text(attribute["name"]) for attribute in data["attributes"]]
        levels = [_levels(attribute) for attribute in data["attributes"]]
        axes = [_axis(axis) for axis in data["axes"]]
        fields = list(data["fields"])
        keys = [*levels, *(list(axis.levels) for axis in axes)]
        codes = [_codes(row, keys) for row in data["codes"]]
        weighted = data["squares"] is not None
        clustered = _flag(data["clustered"])
        counted = ROW_FIELDS[kind] == FIELDS[kind]
        signed = kind in AMOUNTS or not counted
        values = _sums(
            data["values"], "values", len(codes), len(fields), whole=counted and not weighted, signed=signed
        )
        squares = rows = None
        if weighted:
            squares = _sums(data["squares"], "squares", len(codes), len(fields), whole=False, signed=signed)
            rows = _sums(data["rows"], "rows", len(codes), len(fields), whole=True)
        else:
            _nothing(data["rows"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        detail = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise ReportError(f"the counts of the report cannot be read: {detail}.") from error
    problems = []
    if fields != [*FIELDS[kind], *LEFT_OUT[kind]]:
        problems.append(f"counts of kind '{kind}' have unexpected fields {shortlist(fields)}.")
    if len(set(names)) < len(names):
        problems.append(f"counts name an attribute twice: {shortlist(names)}.")
    if problems:
        raise ReportError(*problems)
    cells = [tuple(names_of[code] for names_of, code in zip(keys, row, strict=True)) for row in codes]
    table = Counts.from_cells(
        kind,
        names,
        [cell[: len(names)] for cell in cells],
        values,
        squares=squares,
        rows=rows,
        axes=axes,
        axis_cells=[cell[len(names) :] for cell in cells] if axes else None,
    )
    return replace(table, clusters_lost=clustered)


def _all_codes(table: Counts) -> np.ndarray[Any, Any]:
    """Return the codes of attributes, then of axes, side by side."""
    return table.codes if table.axis_codes is None else np.hstack([table.codes, table.axis_codes])


def _axis(data: Mapping[str, Any]) -> Axis:
    width = data["width"]
    if type(width) not in (int, float) or not 0 <= width < float("inf"):
        raise ValueError(f"the width of axis {data['name']!r} is {width!r}, no finite number")
    return Axis(_text(data["name"]), tuple(_levels(data)), float(width))


def _nothing(value: Any) -> None:
    if value is not None:
        raise ValueError("unweighted counts have 'rows' beside their values")


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"'clustered' is {value!r}, neither true nor false")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _levels(attribute: Mapping[str, Any]) -> list[str | None]:
    levels = list(attribute["levels"])
    if isinstance(attribute["levels"], str) or len(set(levels)) < len(levels):
        raise ValueError(f"the levels of {attribute['name']!r} are not a list without repeats")
    return [None if level is None else _text(level) for level in levels]


def _codes(row: list[int], levels: list[list[str | None]]) -> list[int]:
    if len(row) != len(levels) or not all(
        type(code) is int and 0 <= code < len(known) for code, known in zip(row, levels, strict=True)
    ):
        raise ValueError(f"{row!r} is no cell of the {len(levels)} attributes and axes")
    return row


def _sums(
    table: list[list[float]], what: str, height: int, width: int, *, whole: bool, signed: bool = False
) -> np.ndarray[Any, Any]:
    kinds = (int,) if whole else (int, float)
    if len(table) != height or not all(
        len(row) == width and all(type(value) in kinds for value in row) for row in table
    ):
        raise ValueError(f"{what} are no table of {height} cells × {width} {'whole ' * whole}numbers")
    sums = np.array(table, np.int64 if whole else np.float64).reshape(height, width)
    if not (np.isfinite(sums).all() and (signed or (sums >= 0).all())):
        raise ValueError(f"{what} hold a negative or infinite number")
    return sums
