"""A population whose every rate is known exactly: a finite table of cells in rational arithmetic.

A cell is one level of every factor. It has a probability and three rates: how many of its rows have a
positive label, and how many of these, and of the others, are decided positive. Groups are sums of cells, so
the true value of any rate of any group is a quotient of two exact sums. Rows are drawn from the same table by
inverse distribution functions of uniform numbers, so that the truth belongs to the generator and is never
estimated from a sample.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np
from numpy.typing import NDArray

Cell = Mapping[str, str]
"""A level of every factor."""

Levels = tuple[str | None, ...]
"""The levels that name a group; None where the attribute is not recorded."""

RateOf = Callable[[Cell], Fraction]

_TO_UNIT = 2.0**-53


@dataclass(frozen=True, slots=True)
class Factor:
    """A categorical column: its levels, their shares, and the share of rows that do not record it."""

    name: str
    shares: Mapping[str, Fraction]
    missing: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        if sum(self.shares.values()) != 1:
            raise ValueError(f"the shares of {self.name} sum to {sum(self.shares.values())}, not 1")

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels, in the order in which they are drawn."""
        return tuple(self.shares)

    def draw(self, uniform: NDArray[np.float64]) -> NDArray[np.intp]:
        """Turn uniform numbers into positions of levels."""
        ends = list(itertools.accumulate(self.shares.values()))[:-1]
        return np.searchsorted(np.array([float(end) for end in ends]), uniform, side="right")


@dataclass(frozen=True, slots=True)
class Confusion:
    """Expected shares of true and false decisions; not normalised, so that groups add up."""

    tp: Fraction = Fraction(0)
    fp: Fraction = Fraction(0)
    fn: Fraction = Fraction(0)
    tn: Fraction = Fraction(0)

    def __add__(self, other: Confusion) -> Confusion:
        return Confusion(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn, self.tn + other.tn)

    def __sub__(self, other: Confusion) -> Confusion:
        return self + other.scaled(Fraction(-1))

    def scaled(self, by: Fraction) -> Confusion:
        """Return all four shares times a factor."""
        return Confusion(self.tp * by, self.fp * by, self.fn * by, self.tn * by)

    @property
    def total(self) -> Fraction:
        """Share of all rows."""
        return self.tp + self.fp + self.fn + self.tn


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Independent factors, and for each of their cells the rates of label and decision.

    Whether an attribute is recorded is independent of everything else, so missing values leave every rate of
    the recorded groups as it is.
    """

    factors: tuple[Factor, ...]
    prevalence: RateOf
    true_positive_rate: RateOf
    false_positive_rate: RateOf

    def factor(self, name: str) -> Factor:
        """Return the factor of that name."""
        return next(factor for factor in self.factors if factor.name == name)

    def cells(self) -> list[Cell]:
        """List every cell, the last factor running fastest."""
        names = [factor.name for factor in self.factors]
        levels = itertools.product(*(factor.levels for factor in self.factors))
        return [dict(zip(names, cell, strict=True)) for cell in levels]

    def probability(self, cell: Cell) -> Fraction:
        """Share of rows in a cell."""
        share = Fraction(1)
        for factor in self.factors:
            share *= factor.shares[cell[factor.name]]
        return share

    def confusion(self, cell: Cell) -> Confusion:
        """Return the expected decisions in a cell, as shares of all rows."""
        positive, tpr, fpr = (
            self.prevalence(cell),
            self.true_positive_rate(cell),
            self.false_positive_rate(cell),
        )
        negative = 1 - positive
        within = Confusion(positive * tpr, negative * fpr, positive * (1 - tpr), negative * (1 - fpr))
        return within.scaled(self.probability(cell))

    def groups(self, groupings: Sequence[Sequence[str]]) -> dict[tuple[str, ...], dict[Levels, Confusion]]:
        """Sum the cells of every group of every grouping, those with unrecorded attributes included."""
        cells = [(cell, self.confusion(cell)) for cell in self.cells()]
        return {tuple(attributes): self._crossed(attributes, cells) for attributes in groupings}

    def per_row(self, rate: RateOf, drawn: Sequence[NDArray[np.intp]]) -> NDArray[np.float64]:
        """Look up a rate for every row from the positions of its levels, one array per factor."""
        found: NDArray[np.float64] = _rate_table(self, rate)[tuple(drawn)]
        return found

    def _crossed(
        self, attributes: Sequence[str], cells: Sequence[tuple[Cell, Confusion]]
    ) -> dict[Levels, Confusion]:
        sums: dict[Levels, Confusion] = {}
        for cell, whole in cells:
            levels = tuple(cell[name] for name in attributes)
            sums[levels] = sums.get(levels, Confusion()) + whole
        for position, name in enumerate(attributes):
            sums = _with_missing(sums, position, self.factor(name).missing)
        return sums


@cache
def exact(number: str) -> Fraction:
    """Read a decimal number without rounding it to binary.

    Examples
    --------
    >>> exact("0.1") + exact("0.2") == exact("0.3")
    True
    """
    return Fraction(number)


def uniforms(rows: int, columns: int, *, seed: int) -> NDArray[np.float64]:
    """Draw uniform numbers in [0, 1), a row of the table at a time.

    NumPy promises that a *bit generator's* stream never changes, and makes no such promise for the
    distributions of ``Generator``; so this takes PCG64's raw 64-bit numbers and keeps their upper 53 bits.
    Because rows are filled one after the other, the first rows of a long table are the rows of a short one.

    References
    ----------
    O'Neill 2014, PCG; NumPy NEP 19, "Random number generator policy".

    Examples
    --------
    >>> bool((uniforms(2, 3, seed=1) == np.random.Generator(np.random.PCG64(1)).random((2, 3))).all())
    True
    """
    raw = np.asarray(np.random.PCG64(seed).random_raw(rows * columns), dtype=np.uint64)
    return (raw >> np.uint64(11)).astype(np.float64).reshape(rows, columns) * _TO_UNIT


@cache
def _rate_table(population: Population, rate: RateOf) -> NDArray[np.float64]:
    table = np.array([float(rate(cell)) for cell in population.cells()])
    return table.reshape([len(factor.shares) for factor in population.factors])


def _with_missing(
    sums: Mapping[Levels, Confusion], position: int, share: Fraction
) -> dict[Levels, Confusion]:
    if not share:
        return dict(sums)
    recorded: dict[Levels, Confusion] = {}
    unrecorded: dict[Levels, Confusion] = {}
    for levels, whole in sums.items():
        nameless = (*levels[:position], None, *levels[position + 1 :])
        recorded[levels] = whole.scaled(1 - share)
        unrecorded[nameless] = unrecorded.get(nameless, Confusion()) + whole.scaled(share)
    return recorded | unrecorded
