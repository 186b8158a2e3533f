"""A host's column as it came, coded: distinct values sorted, and a whole number a row.

Whatever engine the cells came from, the same cells give the same levels: a whole number is an `int`, a
truth value is a `bool`, a date is its ISO text, and an empty text is missing, as it is in a CSV.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from bounty.rows.columns import MOST_LEVELS, Column, Kind, code_type
from fairkit.door.cells import level_text
from fairkit.errors import DataError
from fairkit.predicates import Value

_EXACT = 2**53
_NUMBERS = ("integer", "floating", "mixed-integer-float", "decimal")
_MOMENTS = ("date", "datetime", "datetime64", "time")
_SHOWN = 40


def raw_column(name: str, values: npt.NDArray[Any]) -> Column:
    """Code the cells of one column.

    Parameters
    ----------
    name : str
    values : array, shape (rows,)
        Numbers (NaN is missing), truth values, or objects with None where missing, as
        `fairkit.door.rows.columns_of` gives them.

    Returns
    -------
    Column
        With as many levels as there are distinct values, which may be more than claims can be tested on.

    Raises
    ------
    DataError
        The cells are of several kinds, of a kind that no claim can test, infinite, or no proper text.

    Examples
    --------
    >>> column = raw_column("age", np.array([31.0, 20.5, np.nan, 31.0]))
    >>> column.kind, column.levels, column.codes.tolist()
    ('number', (20.5, 31), [1, 0, 2, 1])
    """
    import pandas as pd

    held = pd.api.types.infer_dtype(values, skipna=True)
    if held == "boolean":
        return _coded(name, "bool", values, bool, always=(False, True))
    if held in _NUMBERS:
        return _coded(name, "number", values, lambda value: _number(name, value))
    if held in _MOMENTS:
        return _coded(name, "text", values, level_text)
    if held in {"string", "empty"}:
        return _coded(name, "text", values, lambda value: _text(name, value))
    shown = ", ".join(repr(value)[:_SHOWN] for value in dict.fromkeys(map(_Typed, values[:1000].tolist())))
    raise DataError(
        f"column '{name}' holds values that no claim can test together ({held}: {shown[:200]}); make them "
        "all numbers, all texts or all true and false, or hide the column."
    )


def taken(column: Column, index: npt.NDArray[np.intp]) -> Column:
    """Give the column of chosen rows, with the levels that these rows have.

    Examples
    --------
    >>> column = raw_column("city", np.array(["b", "a", None], object))
    >>> taken(column, np.array([0, 2])).levels
    ('b',)
    """
    used = np.bincount(column.codes[index], minlength=column.missing + 1)[:-1] > 0
    levels = tuple(level for level, kept in zip(column.levels, used, strict=True) if kept)
    table = np.append(np.cumsum(used) - 1, len(levels))
    return Column(column.name, column.kind, levels, _compact(table[column.codes[index]], len(levels)))


class _Typed:
    """A value by its type, to show one example of each."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Typed) and type(self.value) is type(other.value)

    def __hash__(self) -> int:
        return hash(type(self.value))

    def __repr__(self) -> str:
        return repr(self.value)


def _coded(
    name: str,
    kind: Kind,
    values: npt.NDArray[Any],
    read: Callable[[Any], Value | None],
    *,
    always: tuple[Value, ...] = (),
) -> Column:
    """Code by distinct values; `read` says what each is, None for missing."""
    import pandas as pd

    places, distinct = pd.factorize(values)
    found = [read(value) for value in distinct]
    levels = tuple(sorted({*always, *(value for value in found if value is not None)}))
    index: dict[Value | None, int] = {value: code for code, value in enumerate(levels)}
    index[None] = len(levels)
    table = np.array([*(index[value] for value in found), len(levels)], dtype=np.int64)
    return Column(name, kind, levels, _compact(table[places], len(levels)))


def _compact(codes: npt.NDArray[np.int64], levels: int) -> npt.NDArray[Any]:
    return codes.astype(code_type(levels) if levels <= MOST_LEVELS else np.uint32)


def _number(name: str, value: Any) -> int | float:
    if isinstance(value, int | np.integer):
        return int(value)
    number = float(value)
    if not np.isfinite(number):
        message = f"column '{name}' holds {number}; make it missing, or give it a finite value."
        raise DataError(message)
    return int(number) if number.is_integer() and abs(number) < _EXACT else number


def _text(name: str, value: Any) -> str | None:
    text = str.__str__(value)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise DataError(
            f"column '{name}' holds {error.object[error.start]!r}, half of a character; mend that value."
        ) from None
    return text or None
