"""Tidy CSV files: one fact a row, numbers as numbers, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

_FORMULA = frozenset("=+-@\t\r\n")


def csv_text(records: Sequence[Mapping[str, Any]]) -> str:
    """Write records as CSV; the first names the columns.

    Texts that a spreadsheet would take for a formula have a ``'`` before them; what is absent is empty, and
    fractions have six digits.

    Examples
    --------
    >>> print(csv_text([{"group": "=1+1", "n": 3, "rate": 0.5, "why": None}]))
    group,n,rate,why
    '=1+1,3,0.500000,
    <BLANKLINE>
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if records:
        writer.writerow([cell(name) for name in records[0]])
    for record in records:
        writer.writerow([cell(value) for value in record.values()])
    return text.getvalue()


def cell(value: Any) -> str | int:
    """Write one value.

    Examples
    --------
    >>> cell("@x"), cell(None), cell(True), cell(7), cell(1 / 3)
    ("'@x", '', 'yes', 7, '0.333333')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6f}" if abs(value) >= 1e-4 or value == 0 else f"{value:.6g}"
    if isinstance(value, int):
        return value
    text = str(value)
    return f"'{text}" if text[:1] in _FORMULA else text
