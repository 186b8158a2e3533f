"""The names of the columns that any data have, without reading a row of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from fairkit.files import open_path


def column_names(data: Any, *, wanted: Iterable[str] = ()) -> tuple[str, ...] | None:
    """List the names of columns in order, repeats included.

    Parameters
    ----------
    data : frame or path
        Whatever :func:`fairkit.frames.count` takes.
    wanted : iterable of str
        Names that are looked for: rows of JSON Lines may have keys that the first ones lack, and all are
        looked through only where something would be missing.

    Returns
    -------
    tuple of str or None
        None where names cannot be known without using rows up, as of a stream that has no schema.

    Raises
    ------
    DataError
        A file cannot be opened.

    Examples
    --------
    >>> column_names({"sex": ["F"], "hired": [1]})
    ('sex', 'hired')
    """
    if isinstance(data, str | os.PathLike):
        opened = open_path(data)
        lacking = opened.format == "json" and not set(wanted) <= set(opened.names)
        return opened.with_all_names().names if lacking else opened.names
    if isinstance(data, Mapping):
        return tuple(map(str, data))
    module = type(data).__module__.partition(".")[0]
    if module == "pandas":
        return tuple(map(str, data.columns)) if hasattr(data, "columns") else None
    if module == "pyarrow":
        return tuple(data.schema.names) if hasattr(data, "schema") else None
    from fairkit.door.lazy_rows import lazy_rows

    try:
        return lazy_rows(data).names
    except TypeError:
        return None
