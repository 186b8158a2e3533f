"""The columns as hunters see them, and the refusal of columns that name their rows.

A column is coarsened once, and the coarse values are all there is: the published rows show them, and claims
test them on the held-out rows. How is learned on the public rows P alone. A held-out value that P does not
have is put where P has values, so that no level tells of the held-out rows: a number goes to the bin below it
(or to the lowest one), a text to ``"other"`` where P has that level; elsewhere it counts as missing.

A column that nearly names its rows is refused. With it a claim could address rows one by one, and each answer
of the checker would tell the label of one.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from bounty.holdout.coarsening import Coarsening, Method, Number, unfit
from bounty.rows.columns import Column, code_type
from fairkit.errors import BountyError
from fairkit.predicates import Value

MOST_VALUES = 1_000
"""Values that a column may have on the public part."""

MOST_SINGLE = Fraction(1, 20)
"""Share of the public rows that may have a value of their own, which no other public row has."""

OTHER = "other"
"""What rare texts become."""

_BINS = 20
_FLOOR = "f50"


def coarsened(column: Column, public: npt.NDArray[np.intp], coarsening: Coarsening | None = None) -> Column:
    """Coarsen a column on all rows, by what its public rows are.

    Parameters
    ----------
    column : Column
        As it came, of all rows (`bounty.holdout.raw_columns`).
    public : array of int
        The public rows.
    coarsening : Coarsening, optional
        None leaves the public values as they are.

    Returns
    -------
    Column
        Of all rows. A number is the lower edge of its bin. The levels are those of the public rows; of truth
        values always both.

    Raises
    ------
    BountyError
        The coarsening does not fit the column, public values lie below the first edge, or the column nearly
        names its rows: more than 1,000 values, or more than 5 % of the public rows have one of their own.

    Examples
    --------
    >>> ages = Column.of("age", [17, 24, 13, 31, 36, 68, None])
    >>> coarsened(ages, np.array([0, 2, 3, 4]), Coarsening.width(10)).values()
    [10, 10, 10, 30, 30, 30, None]
    """
    if coarsening is not None and (problem := unfit(column, coarsening)):
        raise BountyError(problem)
    if column.kind == "bool":
        return column
    counts = np.bincount(column.codes[public], minlength=column.missing + 1)[:-1].tolist()
    learn = _texts if column.kind == "text" else _bins
    values, levels = learn(column, counts, coarsening)
    if problem := _near_unique(column, counts, values, coarsening):
        raise BountyError(problem)
    index: dict[Value | None, int] = {level: code for code, level in enumerate((*levels, None))}
    table = np.array([*(index[value] for value in values), len(levels)], dtype=np.int64)
    return Column(column.name, column.kind, levels, table[column.codes].astype(code_type(len(levels))))


Learnt = tuple[Sequence[Value | None], tuple[Value, ...]]
"""What each level of a column becomes, and the levels that come of it."""


def _texts(column: Column, counts: Sequence[int], coarsening: Coarsening | None) -> Learnt:
    floor = 1 if coarsening is None else coarsening.numbers[0]
    kept = {level for level, count in zip(column.levels, counts, strict=True) if count >= floor}
    if any(0 < count < floor for count in counts):
        kept.add(OTHER)
    rest = OTHER if OTHER in kept else None
    return [level if level in kept else rest for level in column.levels], tuple(sorted(kept))


def _bins(column: Column, counts: Sequence[int], coarsening: Coarsening | None) -> Learnt:
    numbers: Sequence[Any] = column.levels
    if coarsening is None:
        binned = list(numbers)
    elif coarsening.method is Method.WIDTH:
        binned = _multiples(coarsening.numbers[0], numbers)
    elif coarsening.method is Method.EDGES:
        _refuse_below(column, counts, coarsening.numbers)
        binned = _below(coarsening.numbers, numbers)
    else:
        binned = _below(_quantiles(numbers, counts, int(coarsening.numbers[0])), numbers)
    levels = tuple(sorted({one for one, count in zip(binned, counts, strict=True) if count}))
    return _below(levels, binned), levels


def _multiples(width: Number, numbers: Sequence[Any]) -> list[Number]:
    """Find the multiple of the width at or below each number, exactly."""
    if isinstance(width, int):
        return [math.floor(number) // width * width for number in numbers]
    exact = _fraction(width)
    return [_number(_fraction(number) // exact * exact) for number in numbers]


def _below(edges: Sequence[Any], numbers: Sequence[Any]) -> list[Any]:
    """Find the edge at or below each number, or the lowest one; None where there is no edge."""
    return [edges[max(bisect.bisect_right(edges, one) - 1, 0)] if edges else None for one in numbers]


def _refuse_below(column: Column, counts: Sequence[int], edges: Sequence[Number]) -> None:
    numbers: Sequence[Any] = column.levels
    below = [
        (number, count) for number, count in zip(numbers, counts, strict=True) if count and number < edges[0]
    ]
    if below:
        listed = ",".join(map(repr, (_nice_below(below[0][0]), *edges)))
        rows = sum(count for _, count in below)
        raise BountyError(
            f"column '{column.name}': {rows:,} public rows lie below the first edge, {edges[0]!r}; begin "
            f"with a lower one: --coarsen {column.name}={listed}."
        )


def _quantiles(numbers: Sequence[Any], counts: Sequence[int], bins: int) -> list[Any]:
    """Find the public values at which bins of equally many public rows begin."""
    upto = np.cumsum(counts)
    rows = int(upto[-1]) if len(upto) else 0
    places = np.searchsorted(upto, [i * rows // bins for i in range(bins)], side="right")
    return [numbers[place] for place in dict.fromkeys(places.tolist())] if rows else []


def _near_unique(
    column: Column, counts: Sequence[int], values: Sequence[Value | None], coarsening: Coarsening | None
) -> str | None:
    """Say that a column nearly names its public rows, and what to write; None if it does not."""
    sizes: dict[Value, int] = {}
    for value, count in zip(values, counts, strict=True):
        if count and value is not None:
            sizes[value] = sizes.get(value, 0) + count
    rows = sum(sizes.values())
    single = sum(size == 1 for size in sizes.values())
    if len(sizes) <= MOST_VALUES and single <= rows * MOST_SINGLE:
        return None
    name = column.name
    what = f"column '{name}'" if coarsening is None else f"column '{name}', even as {name}={coarsening.text},"
    if single == rows:
        why = f"has a value of its own in each of {rows:,} public rows"
    elif len(sizes) > MOST_VALUES:
        why = f"has {len(sizes):,} values on the public rows (at most {MOST_VALUES:,} are taken)"
    else:
        why = f"has a value of its own in {single:,} of {rows:,} public rows (at most 5 % are taken)"
    ways = [f"--hide {name}"]
    if column.kind == "text":
        ways.append(f"--coarsen {name}={_FLOOR}")
    else:
        seen: list[Any] = [level for level, count in zip(column.levels, counts, strict=True) if count]
        ways += [f"--coarsen {name}={_nice_width(seen, rows)!r}", f"--coarsen {name}=q10"]
    return f"{what} {why}, so claims could address rows one by one: {' or '.join(ways)}."


def _nice_width(numbers: Sequence[Number], rows: int) -> Number:
    """Suggest a width of 1, 2 or 5 times a power of ten that makes twenty bins or fewer, and can be taken."""
    bins = max(1, min(_BINS, int(rows * MOST_SINGLE) - 1))
    least = max((_fraction(numbers[-1]) - _fraction(numbers[0])) / bins, Fraction(1, 10**9))
    power = Fraction(10) ** math.floor(math.log10(least))
    return _number(next(step * power for step in (1, 2, 5, 10, 20) if step * power >= least))


def _nice_below(number: Number) -> Number:
    """Suggest an edge below a number that does not give the number away."""
    power = Fraction(10) ** math.floor(math.log10(abs(number))) if number else Fraction(1)
    return _number(_fraction(number) // power * power)


def _fraction(number: Number) -> Fraction:
    """Take a number as it is written: 0.3 is three tenths, and lies in the bin that begins there."""
    return Fraction(repr(number))


def _number(fraction: Fraction) -> Number:
    return int(fraction) if fraction.denominator == 1 else float(fraction)
