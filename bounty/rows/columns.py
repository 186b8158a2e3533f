"""The columns that hunters may use, coded: each value of a column is a small integer.

A test such as ``age < 25`` is one comparison of one byte a row. What is coded is what the host declared,
after coarsening, so a claim cannot see more of a row than the published part shows of its rows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from fairkit.errors import DataError
from fairkit.predicates import ColumnKind, Value

Codes: TypeAlias = npt.NDArray[Any]
Kind: TypeAlias = Literal["bool", "number", "text"]

MOST_LEVELS = 65_535
"""Values that one column may have."""

_BYTE = 255


@dataclass(frozen=True, slots=True)
class Column:
    """One column that claims may test.

    Attributes
    ----------
    name : str
    kind : {"bool", "number", "text"}
    levels : tuple of bool, int, float or str
        The values it has, sorted; code `i` stands for `levels[i]`.
    codes : array of uint8 or uint16, shape (rows,)
        ``len(levels)`` where the value is missing.

    Examples
    --------
    >>> column = Column.of("age", [30.0, None, 20.0, 30.0])
    >>> column.levels, column.codes.tolist(), column.codes.dtype, column.values()
    ((20.0, 30.0), [1, 2, 0, 1], dtype('uint8'), [30.0, None, 20.0, 30.0])
    """

    name: str
    kind: Kind
    levels: tuple[Value, ...]
    codes: Codes = field(repr=False)

    @property
    def missing(self) -> int:
        """The code of a missing value."""
        return len(self.levels)

    @classmethod
    def of(cls, name: str, values: Sequence[Value | None], levels: Sequence[Value] | None = None) -> Column:
        """Code a column.

        Parameters
        ----------
        name : str
        values : sequence
            None is missing; the others are all booleans, all finite numbers or all text.
        levels : sequence, optional
            The values that it may have; default those it has.

        Raises
        ------
        DataError
            Values of several kinds, numbers that are not finite, whole numbers beyond 2**53, a value that is
            not among the levels, or more than 65,535 levels.
        """
        present: set[Value] = {value for value in (values if levels is None else levels) if value is not None}
        # Of all values, not of those that differ: True and 1 are equal.
        types = {*map(type, values), *map(type, () if levels is None else levels)} - {type(None)}
        kinds = {_kind(each) for each in types}
        if len(kinds) > 1:
            message = f"column '{name}' holds {' and '.join(sorted(kinds))}; it can hold one of them only."
            raise DataError(message)
        if "number" in kinds and not all(_is_exact(value) for value in present):
            message = (
                f"column '{name}' holds a number that is not finite, or a whole number beyond 2**53; "
                "a missing number is None."
            )
            raise DataError(message)
        if len(present) > MOST_LEVELS:
            raise DataError(
                f"column '{name}' has {len(present):,} values; at most {MOST_LEVELS:,} can be coded. "
                "Coarsen it or leave it out."
            )
        ordered = tuple(sorted(present))
        index: dict[Value | None, int] = {value: code for code, value in enumerate(ordered)}
        index[None] = len(ordered)
        try:
            codes = np.fromiter((index[value] for value in values), np.int64, len(values))
        except KeyError as error:
            message = f"column '{name}' has the value {error.args[0]!r}, which is not among its levels."
            raise DataError(message) from None
        kind: Kind = next(iter(kinds), "text")
        return cls(name, kind, ordered, codes.astype(code_type(len(ordered))))

    def values(self) -> list[Value | None]:
        """Give the values back, one a row; None is missing."""
        return [(*self.levels, None)[code] for code in self.codes.tolist()]

    def taking(self, index: npt.NDArray[np.intp]) -> Column:
        """Give the column of chosen rows."""
        return Column(self.name, self.kind, self.levels, self.codes[index])


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one split, all of one length.

    Examples
    --------
    >>> columns = Columns.of({"age": [20, 30, None], "sex": ["F", "M", "F"]})
    >>> columns.rows, columns.kinds
    (3, {'age': 'number', 'sex': 'text'})
    """

    by_name: Mapping[str, Column]
    rows: int

    @classmethod
    def of(
        cls,
        values: Mapping[str, Sequence[Value | None]],
        *,
        levels: Mapping[str, Sequence[Value]] | None = None,
    ) -> Columns:
        """Code several columns; see `Column.of`."""
        known = levels or {}
        coded = {name: Column.of(name, column, known.get(name)) for name, column in values.items()}
        lengths = {len(column.codes) for column in coded.values()}
        if len(lengths) > 1:
            raise DataError(f"columns differ in length: {sorted(lengths)}.")
        return cls(coded, next(iter(lengths), 0))

    @property
    def kinds(self) -> dict[str, ColumnKind]:
        """What each column holds, as `fairkit.predicates.check` asks for it."""
        return {name: column.kind for name, column in self.by_name.items()}

    def taking(self, index: npt.NDArray[np.intp]) -> Columns:
        """Give the columns of chosen rows."""
        return Columns(
            {name: column.taking(index) for name, column in self.by_name.items()},
            len(index),
        )


def code_type(levels: int) -> type[np.uint8 | np.uint16]:
    """Choose the smallest type that codes so many levels and the missing value."""
    return np.uint8 if levels <= _BYTE else np.uint16


def _kind(value: type) -> Kind:
    if issubclass(value, bool):
        return "bool"
    return "text" if issubclass(value, str) else "number"


def _is_exact(value: Value) -> bool:
    """Whether a number means the same as a whole number and as a fraction of 64 bits."""
    return isinstance(value, str) or (
        math.isfinite(value) if isinstance(value, float) else abs(value) <= 2**53
    )
