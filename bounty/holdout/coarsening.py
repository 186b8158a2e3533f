"""How coarsely hunters see a column: bins instead of numbers, and no text that only a few rows have.

What a coarsening does to rows stands in `bounty.holdout.coarse_columns`.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from bounty.rows.columns import Column
from fairkit.errors import UsageError

Number: TypeAlias = int | float


class Method(StrEnum):
    """How a column is coarsened.

    Examples
    --------
    >>> [method.value for method in Method]
    ['width', 'edges', 'quantiles', 'floor']
    """

    WIDTH = "width"
    EDGES = "edges"
    QUANTILES = "quantiles"
    FLOOR = "floor"


@dataclass(frozen=True, slots=True)
class Coarsening:
    """How one column is coarsened.

    Attributes
    ----------
    method : Method
        ``width``: bins of one width, of which one starts at 0. ``edges``: bins that start at given numbers,
        the last of which is open. ``quantiles``: so many bins of about equally many public rows, which
        begin with values of public rows. ``floor``: texts of fewer public rows than this become ``"other"``.
    numbers : tuple of int or float
        The width, the edges, how many bins, or how many rows.

    Examples
    --------
    >>> Coarsening.parse("10000").method.value, Coarsening.parse("q10").numbers, Coarsening.edges(0, 25).text
    ('width', (10,), '0,25')
    """

    method: Method
    numbers: tuple[Number, ...]

    @classmethod
    def width(cls, width: Number) -> Coarsening:
        """Make bins of one width.

        Raises
        ------
        UsageError
            It is no number above 0.
        """
        if not _is_number(width) or width <= 0:
            raise UsageError(f"the width of bins must be a number above 0, it is {width!r}.")
        return cls(Method.WIDTH, (_plain(width),))

    @classmethod
    def edges(cls, *edges: Number) -> Coarsening:
        """Make bins that start at given numbers.

        Raises
        ------
        UsageError
            They are fewer than two, or do not rise.
        """
        rising = all(_is_number(edge) for edge in edges) and all(
            low < high for low, high in itertools.pairwise(edges)
        )
        if len(edges) < 2 or not rising:
            raise UsageError(f"edges of bins must be two or more rising numbers, they are {list(edges)}.")
        return cls(Method.EDGES, tuple(map(_plain, edges)))

    @classmethod
    def quantiles(cls, bins: int) -> Coarsening:
        """Make bins of about equally many public rows.

        Raises
        ------
        UsageError
            They are fewer than two.
        """
        if type(bins) is not int or bins < 2:
            raise UsageError(f"quantiles must make two bins or more, they make {bins!r}.")
        return cls(Method.QUANTILES, (bins,))

    @classmethod
    def floor(cls, rows: int) -> Coarsening:
        """Merge texts of few public rows.

        Raises
        ------
        UsageError
            It is no whole number from 1 on.
        """
        if type(rows) is not int or rows < 1:
            raise UsageError(f"the floor must be a whole number of rows from 1 on, it is {rows!r}.")
        return cls(Method.FLOOR, (rows,))

    @classmethod
    def parse(cls, text: str) -> Coarsening:
        """Read a width (``10000``), edges (``0,20000,50000``), quantiles (``q10``) or a floor (``f50``).

        Raises
        ------
        UsageError
            It is none of these.
        """
        bare = text.strip()
        if found := re.fullmatch(r"([qf])([0-9]{1,9})", bare):
            count = int(found[2])
            return cls.quantiles(count) if found[1] == "q" else cls.floor(count)
        try:
            numbers = [_plain(float(Fraction(part.strip()))) for part in bare.split(",")]
        except (ValueError, OverflowError, ZeroDivisionError):
            raise UsageError(
                f"'{text}' is no coarsening; write a width (10000), edges (0,20000,50000), quantiles (q10), "
                "or for texts the fewest rows (f50)."
            ) from None
        return cls.width(numbers[0]) if len(numbers) == 1 else cls.edges(*numbers)

    @property
    def text(self) -> str:
        """The text that `parse` reads."""
        letter = {Method.QUANTILES: "q", Method.FLOOR: "f"}.get(self.method, "")
        return letter + ",".join(map(repr, self.numbers))


def coarsenings(given: Mapping[str, Coarsening | str] | Iterable[str]) -> dict[str, Coarsening]:
    """Read coarsenings of several columns, as a mapping or as texts ``column=coarsening``.

    Raises
    ------
    UsageError
        Some cannot be read, or a column has two; all problems at once.

    Examples
    --------
    >>> {name: one.text for name, one in coarsenings(["income=10000", "age=q10"]).items()}
    {'income': '10000', 'age': 'q10'}
    """
    problems: list[str] = []
    pairs: list[tuple[str, Coarsening | str]] = []
    if isinstance(given, Mapping):
        pairs = list(given.items())
    else:
        for text in given:
            name, equals, rest = text.rpartition("=")
            if equals and name:
                pairs.append((name, rest))
            else:
                problems.append(f"'{text}' does not say what becomes of which column; write income=10000.")
    found: dict[str, Coarsening] = {}
    for name, one in pairs:
        if name in found:
            problems.append(f"column '{name}' is coarsened twice; say it once.")
        try:
            found[name] = one if isinstance(one, Coarsening) else Coarsening.parse(str(one))
        except UsageError as error:
            problems += [f"column '{name}': {problem}" for problem in error.problems]
    if problems:
        raise UsageError(*problems)
    return found


def unfit(column: Column, coarsening: Coarsening) -> str | None:
    """Say why a coarsening does not fit what a column holds; None if it does.

    Examples
    --------
    >>> unfit(Column.of("sex", ["F", "M"]), Coarsening.width(10))
    "column 'sex' holds text, which has no bins; write sex=f50 to merge levels of fewer than 50 rows, or ..."
    """
    wanted = "text" if coarsening.method is Method.FLOOR else "number"
    if column.kind == wanted or not column.levels:
        return None
    name = column.name
    if column.kind == "text":
        return (
            f"column '{name}' holds text, which has no bins; write {name}=f50 to merge levels of fewer than "
            "50 rows, or hide it."
        )
    if column.kind == "number":
        return f"column '{name}' holds numbers; write {name}=q10 or {name}=WIDTH to put them into bins."
    return f"column '{name}' holds true and false, which cannot be coarser; hide it or leave it as it is."


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _plain(number: Number) -> Number:
    """Write a whole number as one."""
    return int(number) if number == int(number) else number
