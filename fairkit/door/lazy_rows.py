"""Lazy frames as the door wants them: columns that every engine can tell apart, and rows that stay there.

narwhals hides most differences between engines; two are left, and are hidden here. Spark takes ``Race`` for
``race`` and reads ``a.b`` as the field *b* of a column *a*, and Dask takes only texts for names: columns with
such names are renamed by their place before the first expression. And Spark and ibis also offer their rows as
an Arrow stream, through which every row would come to this process: what narwhals knows as lazy is never read
as a stream.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw

from fairkit.predicates import And, Node, Or, Predicate


class LazyRows(NamedTuple):
    """A query with the user's names for its columns.

    Parameters
    ----------
    frame : narwhals LazyFrame
    names : tuple of str
        The user's names in order, repeats included.
    columns : mapping of str to str
        What the frame calls each of them.
    """

    frame: nw.LazyFrame[Any]
    names: tuple[str, ...]
    columns: Mapping[str, str]


def is_lazy(data: Any) -> bool:
    """Tell whether narwhals knows the data as a query that its own engine runs."""
    return isinstance(nw.from_native(data, pass_through=True), nw.LazyFrame)


def lazy_rows(data: Any) -> LazyRows:
    """Make a query of anything narwhals knows.

    Raises
    ------
    TypeError
        narwhals does not know it.
    """
    frame: nw.LazyFrame[Any] = nw.from_native(data).lazy()
    engine = frame.implementation
    native = nw.to_native(frame)
    spark = engine.is_pyspark() or engine.is_pyspark_connect()
    if spark and not _plain(native.columns):
        places = _places(native.columns)
        return _called(nw.from_native(native.toDF(*places)), native.columns, places)
    if engine.is_dask() and not all(isinstance(name, str) for name in native.columns):
        names, places = list(native.columns), _places(native.columns)
        native = native.copy()
        native.columns = places
        return _called(nw.from_native(native), names, places)
    names = frame.collect_schema().names()
    return _called(frame, names, names)


def renamed(predicate: Predicate, columns: Mapping[str, str]) -> Predicate:
    """Let a predicate read columns by other names; it is for the engine only, and keeps its text and hash."""
    return replace(
        predicate,
        columns=tuple(columns[name] for name in predicate.columns),
        node=_renamed(predicate.node, columns),
    )


def _renamed(node: Node, columns: Mapping[str, str]) -> Node:
    if isinstance(node, And | Or):
        return replace(node, children=tuple(_renamed(child, columns) for child in node.children))
    return replace(node, column=columns[node.column])


def _called(frame: nw.LazyFrame[Any], names: Sequence[Any], columns: Sequence[str]) -> LazyRows:
    texts = tuple(map(str, names))
    return LazyRows(frame, texts, dict(zip(texts, columns, strict=True)))


def _places(names: Sequence[Any]) -> list[str]:
    return [f"c{place}" for place in range(len(names))]


def _plain(names: Sequence[str]) -> bool:
    """Tell names that Spark reads as they are and does not confuse."""
    return len({name.casefold() for name in names}) == len(names) and not set(".`") & set("".join(names))
