"""A checked tree as two narwhals expressions, *is true* and *is false*, neither ever null, for any engine.

Engines disagree on missing values: pandas says `null != 2` is true, SQL says null; Polars and DuckDB tell NaN
from null and order it above every number, pandas does not. So every test is first made where the column has a
value, and both of its outcomes are joined with "has a value". Comparisons, `is_in`, `is_null`, `is_nan`, `&`,
`|` and `~` suffice, with a cast for ordered categories and odd numbers; all engines share them.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from functools import reduce
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from fairkit._predicate_nodes import (
    COMPARE,
    INVERSE,
    And,
    Comparison,
    Leaf,
    LiteralKind,
    Membership,
    Missing,
    Node,
    Operator,
    Or,
    Value,
    kind_of_leaf,
    leaves,
)
from fairkit._predicate_numbers import fit_integer, fitting_integers

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw

ColumnKind = Literal["bool", "number", "text", "other"]

_INTEGERS = {
    **{f"Int{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64, 128)},
    **{f"UInt{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64, 128)},
}
_FLOATS = frozenset({"Float16", "Float32", "Float64"})
_CATEGORIES = frozenset({"Categorical", "Enum"})
_KINDS: dict[str, ColumnKind] = {
    "Boolean": "bool",
    "String": "text",
    "Decimal": "number",
    **dict.fromkeys(_CATEGORIES, "text"),
    **dict.fromkeys(_FLOATS, "number"),
    **dict.fromkeys(_INTEGERS, "number"),
}


class Pair(NamedTuple):
    """Where a predicate is true and where it is false; where neither, it is missing."""

    is_true: nw.Expr
    is_false: nw.Expr


def kinds_of(schema: Mapping[str, Any]) -> dict[str, ColumnKind]:
    """Map narwhals dtypes to kinds, by name: the classes differ between narwhals' namespaces."""
    return {column: _KINDS.get(_name(dtype), "other") for column, dtype in schema.items()}


def implied_kinds(node: Node, schema: Mapping[str, Any]) -> dict[str, ColumnKind]:
    """Map as `kinds_of`, but believe the predicate where a pandas column of Python objects does not tell."""
    kinds = kinds_of(schema)
    for leaf in leaves(node):
        if leaf.column in kinds and _name(schema[leaf.column]) == "Object" and not isinstance(leaf, Missing):
            kinds[leaf.column] = kind_of_leaf(leaf)
    return kinds


def expressions_of(node: Node, schema: Mapping[str, Any]) -> Pair:
    """Translate a tree that fits the schema."""
    if isinstance(node, And | Or):
        pairs = [expressions_of(child, schema) for child in node.children]
        every = reduce(
            operator.and_, (pair.is_true if isinstance(node, And) else pair.is_false for pair in pairs)
        )
        some = reduce(
            operator.or_, (pair.is_false if isinstance(node, And) else pair.is_true for pair in pairs)
        )
        return Pair(every, some) if isinstance(node, And) else Pair(some, every)
    return _test(node, _name(schema[node.column]))


def _test(leaf: Leaf, dtype: str) -> Pair:
    import narwhals.stable.v2 as nw

    column = nw.col(leaf.column)
    missing = column.is_null()
    if dtype in _FLOATS:
        missing = missing | column.is_nan()
    if isinstance(leaf, Missing):
        return Pair(~missing, missing) if leaf.negated else Pair(missing, ~missing)
    present = ~missing
    if isinstance(leaf, Comparison):
        return Pair(
            _compared(column, leaf.op, leaf.value, dtype, present),
            _compared(column, INVERSE[leaf.op], leaf.value, dtype, present),
        )
    found = _found(column, leaf, dtype, present)
    return Pair(present & ~found, found) if leaf.negated else Pair(found, present & ~found)


def _compared(column: nw.Expr, op: Operator, value: Value, dtype: str, present: nw.Expr) -> nw.Expr:
    """Compare where the column has a value; false elsewhere."""
    import narwhals.stable.v2 as nw

    if isinstance(value, bool):
        # `is_in` rather than `==`: pandas cannot compare a column of objects that has pd.NA in it.
        wanted = value if op == "==" else not value
        return present & (column.is_in([wanted]) if dtype == "Object" else column == wanted)
    if isinstance(value, str):
        if op in {"==", "!="}:
            return present & _applied(op, column, value)
        # Categories order by code on some engines, and pandas cannot order None and text.
        text = column if dtype == "String" else column.cast(nw.String)
        return present & _applied(op, text.fill_null(""), value)
    if dtype in _INTEGERS:
        low, high = _INTEGERS[dtype]
        fitted = fit_integer(op, value, low=low, high=high)
        if fitted.always is not None:
            return present if fitted.always else present & ~present
        return present & _applied(fitted.op, column, fitted.value)
    return present & _applied(op, _double(column, dtype, present), float(value))


def _found(column: nw.Expr, leaf: Membership, dtype: str, present: nw.Expr) -> nw.Expr:
    values: list[Any] = list(leaf.values)
    kind: LiteralKind = kind_of_leaf(leaf)
    if kind == "number" and dtype in _INTEGERS:
        low, high = _INTEGERS[dtype]
        values = fitting_integers(values, low=low, high=high)
        if not values:
            return present & ~present
    elif kind == "number":
        double = _double(column, dtype, present)
        found = double.is_in([float(value) for value in values if value != 0])
        # Zero apart: `is_in` on pyarrow tells 0.0 from -0.0, which are one number.
        return present & (found | (double == 0.0) if 0 in values else found)
    elif dtype in _CATEGORIES:
        equal: nw.Expr = reduce(operator.or_, (column == value for value in values))
        return present & equal
    return present & column.is_in(values)


def _applied(op: Operator, column: nw.Expr, value: Value) -> nw.Expr:
    result: nw.Expr = COMPARE[op](column, value)
    return result


def _double(column: nw.Expr, dtype: str, present: nw.Expr) -> nw.Expr:
    import narwhals.stable.v2 as nw

    if dtype == "Float64":
        return column
    if dtype == "Object":
        # `when` turns pd.NA into a missing value that a cast understands.
        column = nw.when(present).then(column)
    return column.cast(nw.Float64)


def _name(dtype: Any) -> str:
    return dtype.__name__ if isinstance(dtype, type) else type(dtype).__name__
