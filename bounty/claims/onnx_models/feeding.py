"""Columns as what a model reads: one array for each input, in the order of the rows that is asked for.

A model reads the values that the bounty publishes, after coarsening. A missing number is NaN; where an input
takes whole numbers it is the least of them, where it takes truth values it is False. A missing text is empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from bounty.claims.onnx_models.checking import CheckedModel
from bounty.claims.onnx_models.row_values import Element, shown
from bounty.rows.columns import Column, Columns
from fairkit.errors import ClaimError, did_you_mean

_TYPES: Mapping[Element, Any] = {
    Element.FLOAT: np.float32,
    Element.DOUBLE: np.float64,
    Element.INT32: np.int32,
    Element.INT64: np.int64,
    Element.BOOL: np.bool_,
    Element.STRING: np.object_,
}
_HOLDS = {"bool": "True and False", "number": "numbers", "text": "text"}
_MOST_PROBLEMS = 20


def fitted_columns(names: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Find the bounty's column for each that a model reads.

    Parameters
    ----------
    names : iterable of str
        As the model names them.
    known : iterable of str
        Names of the bounty's columns.

    Returns
    -------
    dict of str to str
        By the model's name. A name is the column's own, or that with ``_`` for what is no letter or digit, as
        converters write it.

    Raises
    ------
    ClaimError
        A column is not there, or two could be meant.

    Examples
    --------
    >>> fitted_columns(["hours_per_week"], ["age", "hours-per-week"])
    {'hours_per_week': 'hours-per-week'}
    """
    columns = list(known)
    spelled: dict[str, list[str]] = {}
    for name in columns:
        spelled.setdefault(_plain(name), []).append(name)
    fitted, problems = {}, []
    for name in names:
        meant = [name] if name in columns else spelled.get(_plain(name), [])
        if len(meant) == 1:
            fitted[name] = meant[0]
        elif meant:
            problems.append(f"the model's input '{shown(name)}' could be {' or '.join(map(repr, meant))}.")
        else:
            near = did_you_mean(shown(name), columns)
            problems.append(f"the model reads '{shown(name)}', which is no column of this bounty.{near}")
    if problems:
        raise ClaimError(*problems[:_MOST_PROBLEMS])
    return fitted


def feeds_of(
    checked: CheckedModel, columns: Columns, order: npt.NDArray[np.intp]
) -> dict[str, npt.NDArray[Any]]:
    """Give what a model reads.

    Parameters
    ----------
    checked : CheckedModel
    columns : Columns
    order : array of int, shape (rows,)
        The rows of the split in the order in which the model sees them.

    Returns
    -------
    dict of str to array, shape (rows, columns of the input)

    Raises
    ------
    ClaimError
        A column is not there, or holds what the input cannot take. Both follow from what is published.
    """
    fitted = fitted_columns(checked.columns, columns.by_name)
    tables, problems = {}, []
    for given in checked.inputs:
        for name in given.columns:
            column = columns.by_name[fitted[name]]
            table = _table(column, given.element)
            if table is None:
                problems.append(
                    f"the model reads '{shown(name)}' as {given.element.name.lower()}, but the column holds "
                    f"{_held(column)}; export it with {_TAKES[column.kind]} there."
                )
            else:
                tables[name] = table[column.codes]
    if problems:
        raise ClaimError(*problems[:_MOST_PROBLEMS])
    return {
        given.name: np.stack([tables[name][order] for name in given.columns], axis=1)
        for given in checked.inputs
    }


_TAKES = {
    "bool": "FloatTensorType, Int64TensorType or BooleanTensorType",
    "number": "FloatTensorType",
    "text": "StringTensorType",
}


def _held(column: Column) -> str:
    if column.kind == "number" and not all(float(level).is_integer() for level in column.levels):
        return "fractions"
    return _HOLDS[column.kind]


def _table(column: Column, element: Element) -> npt.NDArray[Any] | None:
    """Give each code's value, the missing one last; None where the input cannot take them."""
    levels: tuple[Any, ...] = column.levels
    if (element is Element.STRING) != (column.kind == "text"):
        return None
    if element is Element.STRING:
        return np.array([*levels, ""], dtype=object)
    if element is Element.BOOL:
        return np.array([*levels, False]) if column.kind == "bool" else None
    if element.is_float:
        with np.errstate(over="ignore"):
            return np.array([*map(float, levels), np.nan]).astype(_TYPES[element])
    limits = np.iinfo(_TYPES[element])
    if not all(float(level).is_integer() and limits.min < level <= limits.max for level in levels):
        return None
    return np.array([*map(int, levels), limits.min], dtype=_TYPES[element])


def _plain(name: str) -> str:
    return "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name)
