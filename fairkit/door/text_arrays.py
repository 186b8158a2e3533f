"""Texts in anything that scikit-learn hands on: lists, arrays, series and frames, given back as they came."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from fairkit.door.columns import columns_of
from fairkit.errors import DataError, shortlist

Texts = list[str | None]

_SHOWN = 5


def mapped(values: Any, function: Callable[[list[str]], Sequence[str]]) -> Any:
    """Send all texts of a list, array, series or frame through a function, and return the same kind of thing.

    Parameters
    ----------
    values : list, array, series or frame
        Of texts alone, of one dimension or two.
    function : callable
        From texts to as many texts. What is missing is not sent, and stays.

    Returns
    -------
    list, array, series or frame
        Of the type, shape, index and names of what was given.

    Raises
    ------
    DataError
        There are other values among them, or these are no texts at all.

    Examples
    --------
    >>> mapped(["a", None], lambda texts: [text.upper() for text in texts])
    ['A', None]
    """
    if isinstance(values, str):
        raise DataError(f"a list of texts is needed, this is one text; give [{values[:20]!r}].")
    if isinstance(values, np.ndarray):
        found = _done(values.ravel().tolist(), function)
        new = np.empty(len(found), object)
        new[:] = found
        return new.reshape(values.shape)
    if isinstance(values, pd.Series):
        frame = values.to_frame("texts")
        return _frame(frame, function).iloc[:, 0].rename(values.name)
    if isinstance(values, pa.Array | pa.ChunkedArray):
        table = pa.table({"texts": values})
        column = _frame(table, function).column(0)
        return column if isinstance(values, pa.ChunkedArray) else column.combine_chunks()
    if hasattr(values, "to_frame") and hasattr(values, "dtype"):  # a series of Polars
        return _frame(values.to_frame(), function).to_series()
    if hasattr(values, "columns") or isinstance(values, pa.Table):
        return _frame(values, function)
    if isinstance(values, Sequence) or (hasattr(values, "__iter__") and not hasattr(values, "shape")):
        return _done(list(values), function)
    raise DataError(
        f"texts are needed, in a list, an array, a series or a frame; this is {type(values).__name__}."
    )


def _frame(frame: Any, function: Callable[[list[str]], Sequence[str]]) -> Any:
    for name in columns_of(frame, wanted=()).names:
        columns = columns_of(frame, wanted=[name])
        frame = columns.with_columns({name: _done(columns.texts(name), function)}, like=name)
    return frame


def _done(values: list[Any], function: Callable[[list[str]], Sequence[str]]) -> list[Any]:
    texts = [value for value in values if isinstance(value, str)]
    wrong = [value for value in values if not (isinstance(value, str) or _is_missing(value))]
    if wrong:
        raise DataError(f"only texts can be rewritten, there is {shortlist(wrong, shown=_SHOWN)}.")
    after = iter(function(texts))
    return [next(after) if isinstance(value, str) else value for value in values]


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))
