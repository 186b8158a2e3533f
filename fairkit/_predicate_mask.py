"""A checked tree on NumPy columns: one vectorised pass per test, in the column's own type.

A truth value per row is held as two boolean arrays, *true* and *missing*; missing is None where no row can
be, so that columns of codes and booleans cost a comparison and a logical operation per test and nothing else.
"""

from __future__ import annotations

import decimal
import operator
from collections.abc import Mapping
from functools import reduce
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from fairkit._predicate_nodes import (
    COMPARE,
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
)
from fairkit._predicate_numbers import Fitted, fit_float, fit_integer, fitting_integers

Bools: TypeAlias = npt.NDArray[np.bool_]
Array: TypeAlias = npt.NDArray[Any]

_FEW = 8
_MISSING_TYPES = frozenset({"NoneType", "NAType", "NaTType"})
_MAY_BE_NAN = (float, np.floating, decimal.Decimal)
_PLAIN = frozenset({str, bool, int, float, type(None)})
_NUMBERS = (int, float, np.integer, np.floating, decimal.Decimal)
_EMPTY = {"bool": np.bool_, "number": np.float64, "text": np.str_}


class Column(NamedTuple):
    """A column ready for comparison: a fill value stands where `missing` is set."""

    kind: Literal["bool", "number", "text", "other"]
    values: Array
    missing: Bools | None


class _Truth(NamedTuple):
    true: Bools
    missing: Bools | None


def column_of(array: Array, expected: LiteralKind | None) -> Column:
    """Tell what a column holds and where it is missing; one that is all missing holds what is `expected`.

    Examples
    --------
    >>> import numpy as np
    >>> column_of(np.array(["a", None], dtype=object), None).missing
    array([False,  True])
    """
    match array.dtype.kind:
        case "b":
            return Column("bool", array, None)
        case "i" | "u":
            return Column("number", array, None)
        case "f":
            return Column("number", array, _if_any(np.isnan(array)))
        case "U":
            return Column("text", array, None)
        case "T":
            return _objects(array.astype(object), expected)
        case "O":
            return _objects(array, expected)
        case "M" | "m":
            return Column("other", array, _if_any(np.isnat(array)))
        case _:
            return Column("other", array, None)


def mask_of(node: Node, columns: Mapping[str, Column]) -> npt.NDArray[np.int8]:
    """Evaluate a tree: 1 true, 0 false, -1 missing."""
    truth = _evaluate(node, columns)
    mask = truth.true.view(np.int8)
    return mask if truth.missing is None else mask - truth.missing.view(np.int8)


def _evaluate(node: Node, columns: Mapping[str, Column]) -> _Truth:
    if isinstance(node, And | Or):
        both = _and if isinstance(node, And) else _or
        return reduce(both, (_evaluate(child, columns) for child in node.children))
    return _test(node, columns[node.column])


def _and(one: _Truth, other: _Truth) -> _Truth:
    true = one.true & other.true
    possible = _not_false(one) & _not_false(other) if _can_miss(one, other) else None
    return _Truth(true, None if possible is None else possible & ~true)


def _or(one: _Truth, other: _Truth) -> _Truth:
    true = one.true | other.true
    possible = _not_false(one) | _not_false(other) if _can_miss(one, other) else None
    return _Truth(true, None if possible is None else possible & ~true)


def _can_miss(one: _Truth, other: _Truth) -> bool:
    return one.missing is not None or other.missing is not None


def _not_false(truth: _Truth) -> Bools:
    return truth.true if truth.missing is None else truth.true | truth.missing


def _test(leaf: Leaf, column: Column) -> _Truth:
    if isinstance(leaf, Missing):
        none = np.zeros(len(column.values), dtype=np.bool_)
        missing = none if column.missing is None else column.missing
        return _Truth(~missing if leaf.negated else missing.copy(), None)
    true = _compared(leaf.op, leaf.value, column) if isinstance(leaf, Comparison) else _found(leaf, column)
    return _Truth(true, None) if column.missing is None else _Truth(true & ~column.missing, column.missing)


def _compared(op: Operator, value: Value, column: Column) -> Bools:
    values = column.values
    if column.kind != "number" or isinstance(value, str):
        return _boolean(COMPARE[op](values, value))
    fitted = _fitted(op, value, values)
    if fitted.always is not None:
        return np.full(len(values), fitted.always)
    return _boolean(COMPARE[fitted.op](values, values.dtype.type(fitted.value)))


def _fitted(op: Operator, value: float, values: Array) -> Fitted:
    if values.dtype.kind == "f":
        return fit_float(op, value, values.dtype.type)
    bounds = np.iinfo(values.dtype)
    return fit_integer(op, value, low=int(bounds.min), high=int(bounds.max))


def _found(leaf: Membership, column: Column) -> Bools:
    values = column.values
    true: Bools
    if values.dtype == object:
        wanted = frozenset(leaf.values)
        true = np.fromiter((value in wanted for value in values.tolist()), np.bool_, len(values))
    elif values.dtype.kind in "iu" and len(leaf.values) > _FEW:
        bounds = np.iinfo(values.dtype)
        kept = fitting_integers(leaf.values, low=int(bounds.min), high=int(bounds.max))
        true = np.isin(values, np.array(kept, dtype=values.dtype))
    else:
        true = reduce(operator.or_, (_compared("==", value, column) for value in leaf.values))
    return ~true if leaf.negated else true


def _objects(array: Array, expected: LiteralKind | None) -> Column:
    values: list[Any] = array.tolist()
    found = set(map(type, values))
    missing = _if_any(_absent(values, found)) if any(map(_may_be_missing, found)) else None
    if missing is not None and any(issubclass(kind, _MAY_BE_NAN) for kind in found):
        found = {type(value) for value, gone in zip(values, missing.tolist(), strict=True) if not gone}
    found = {kind for kind in found if kind.__name__ not in _MISSING_TYPES}
    if not found:
        return Column(expected or "other", np.zeros(len(values), _EMPTY[expected or "bool"]), missing)
    if all(issubclass(kind, str) for kind in found):
        return Column("text", _filled(array, missing, ""), missing)
    if all(issubclass(kind, bool | np.bool_) for kind in found):
        return Column("bool", _filled(array, missing, fill=False).astype(np.bool_), missing)
    if any(issubclass(kind, bool | np.bool_) or not issubclass(kind, _NUMBERS) for kind in found):
        return Column("other", array, missing)
    whole = all(issubclass(kind, int | np.integer) for kind in found)
    return Column("number", _numbers(_filled(array, missing, 0), whole=whole), missing)


def _may_be_missing(kind: type) -> bool:
    return kind.__name__ in _MISSING_TYPES or issubclass(kind, _MAY_BE_NAN)


def _absent(values: list[Any], found: set[type]) -> Bools:
    if found <= _PLAIN:  # most columns, in a fifth of the time
        gone = (value is None or value != value for value in values)  # noqa: PLR0124 - only NaN differs
    else:
        gone = (_is_missing(value) for value in values)
    return np.fromiter(gone, np.bool_, len(values))


def _is_missing(value: Any) -> bool:
    if value is None or type(value).__name__ in _MISSING_TYPES:
        return True
    if isinstance(value, decimal.Decimal):
        return value.is_nan()
    return isinstance(value, float | np.floating) and bool(value != value)  # noqa: PLR0124 - only NaN differs


def _filled(array: Array, missing: Bools | None, fill: object) -> Array:
    if missing is None:
        return array
    filled = array.copy()
    filled[missing] = fill
    return filled


def _numbers(array: Array, *, whole: bool) -> Array:
    if whole:
        try:
            return array.astype(np.int64)
        except OverflowError:
            pass
    return array.astype(np.float64)


def _if_any(missing: Bools) -> Bools | None:
    return missing if missing.any() else None


def _boolean(result: Any) -> Bools:
    # Comparing an object array gives Python booleans in an object array on some NumPy versions.
    return np.asarray(result, dtype=np.bool_)
