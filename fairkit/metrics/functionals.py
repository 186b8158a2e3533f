"""Metrics that are no share of rows: areas under curves, errors of regression, means over classes.

A :class:`Functional` is a smooth function of a group's sums. It returns its value with its *influence*: how
much one more unit of each sum moves it. From that follow variances of independent rows (the delta method; for
AUC exactly DeLong's), of clusters, and of differences between models on the same rows, without a bootstrap.

References
----------
DeLong, DeLong & Clarke-Pearson 1988, Comparing the areas under two or more correlated ROC curves, Biometrics
44; Deville 1999, Variance estimation for complex statistics and estimators, Survey Methodology 25.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import FIELDS, LEFT_OUT, Axis, Kind
from fairkit.kinds import ROW_FIELDS
from fairkit.metrics.base import Unit, Why

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

Scale = Literal["identity", "logit", "log", "complement", "binomial", "poisson"]
"""On which scale an interval is made and is about symmetric.

``complement`` is the logarithm of the distance to 1. ``binomial`` is for means of zeros and ones, ``poisson``
for events per exposure: their limits come from as many independent rows or events as the variance is worth.
"""


@dataclass(frozen=True, slots=True)
class Part:
    """The sums of one group, or of all other groups, as a functional reads them.

    Parameters
    ----------
    kind : Kind
    axes : tuple of Axis
    codes : array of int64, shape (cells, axes)
        Position of each cell's levels on the axes. A cell may appear more than once: its sums add.
    sums : array of float64, shape (cells, fields)
        In the order of ``FIELDS[kind]``.
    squares : array of float64 or None, shape (cells, fields)
        The same with squared weights; None for unweighted rows.

    Examples
    --------
    >>> part = Part(Kind.EVENTS, (), np.zeros((1, 0), np.int64), np.array([[3.0, 2, 5, 2, 9, 4]]))
    >>> part.field("numerator").tolist()
    [2.0]
    """

    kind: Kind
    axes: tuple[Axis, ...]
    codes: IntArray
    sums: FloatArray
    squares: FloatArray | None = None

    def field(self, name: str) -> FloatArray:
        """Return the sums of one field, shape (cells,)."""
        return self.sums[:, FIELDS[self.kind].index(name)]

    def square(self, name: str) -> FloatArray:
        """Return what a variance adds up: squared weights, or the sums themselves, shape (cells,)."""
        table = self.sums if self.squares is None else self.squares
        return table[:, FIELDS[self.kind].index(name)]


@dataclass(frozen=True, slots=True)
class Measured:
    """One functional of one part.

    Parameters
    ----------
    value : float
        NaN where undefined.
    variance : float
        Of the value, if rows are independent; NaN where it cannot be known.
    freedom : float
        Degrees of freedom of that variance (Welch & Satterthwaite).
    influence : array of float64, shape (cells, fields)
        A cluster pulls the value by the sum of its sums times this; zeros where undefined.
    why : Why or None
        Why there is no value, where the group's sums alone (`Functional.empty`) do not show it.

    Examples
    --------
    >>> Measured.undefined(np.zeros((2, 6))).influence.shape
    (2, 6)
    """

    value: float
    variance: float
    freedom: float
    influence: FloatArray
    why: Why | None = None

    @classmethod
    def undefined(cls, sums: FloatArray, why: Why | None = None) -> Measured:
        """Return the measure of a part on which the functional has no value."""
        return cls(np.nan, np.nan, np.nan, np.zeros(sums.shape), why)


@dataclass(frozen=True, slots=True)
class Functional:
    """A declared metric that is a smooth function of sums.

    Parameters
    ----------
    name : str
        The field's word, spelled out; scikit-learn's name where it has one.
    measure : callable
        From a `Part` to a `Measured`.
    summary, formula, source : str
    kind : Kind
        The kind of counts it is made of.
    size : tuple of str
        The fields that count the rows it is made of.
    empty : callable
        From a group's sums, shape (fields,), to the reason why it is undefined there, or None.
    better : {"higher", "lower", "neither"}
    margin : float
        Largest difference that still counts as parity, in units of `spread`.
    margin_ratio : tuple of float
        The same for a ratio.
    unit : {"share", "score", "amount"}
    scale : {"identity", "logit", "log", "complement", "binomial", "poisson"}
    lowest, highest : float or None
        Values it cannot go beyond.
    spread : callable, optional
        From the sums over all groups, shape (fields,), to the unit of the margin, such as the label's
        standard deviation. None for 1.
    limits : callable, optional
        From a part, a confidence level and what share of its rows its rows are worth (1 where they are
        independent, less where they come in clusters) to limits of the value, for a functional whose value
        plus or minus its standard error would not hold. None where it would.
    counted : str, optional
        The field that counts what it stands on, where that is not every row: queries, or the rows that have a
        prediction interval.
    divisor : tuple of str
        Fields whose sum it divides by, where that is not the number of rows: the words that were said.
        Clusters weigh as much as they hold of it.
    bound : callable, optional
        From a part to how far its bins may have moved the value; 0 where every score is known exactly. None
        where bins do not matter.

    Examples
    --------
    >>> from fairkit.metrics import CATALOGUE
    >>> CATALOGUE[Kind.SCORES]["roc_auc"].unit
    'score'
    """

    name: str
    measure: Callable[[Part], Measured]
    summary: str
    formula: str
    source: str
    kind: Kind
    size: tuple[str, ...]
    empty: Callable[[FloatArray], Why | None]
    better: Literal["higher", "lower", "neither"] = "neither"
    margin: float = 0.05
    margin_ratio: tuple[float, float] = (0.8, 1.25)
    unit: Unit = "share"
    scale: Scale = "identity"
    lowest: float | None = None
    highest: float | None = None
    spread: Callable[[FloatArray], float] | None = None
    limits: Callable[[Part, float, float], tuple[float, float]] | None = None
    counted: str | None = None
    divisor: tuple[str, ...] = ()
    bound: Callable[[Part], float] | None = None

    @property
    def title(self) -> str:
        """The name as words."""
        return self.name.replace("_", " ").capitalize()

    @property
    def is_proportion(self) -> bool:
        """Whether the metric is one share of rows: never."""
        return False

    def denominators(self, table: NDArray[Any]) -> FloatArray:
        """Count what the metric stands on, shape (...), from sums of shape (..., fields)."""
        columns = [FIELDS[self.kind].index(field) for field in self.size]
        return np.asarray(np.asarray(table, np.float64)[..., columns].sum(axis=-1))

    def stands_on(self, rows: NDArray[Any], sums: NDArray[Any]) -> FloatArray:
        """Count the rows, or queries, behind a value, shape (...), from rows and sums of shape (..., fields).

        What is counted by weight has as large a share of the rows as of their weight.
        """
        size = self.denominators(rows)
        if self.counted is None:
            return size
        weight = self.denominators(sums)
        part = np.asarray(sums, np.float64)[..., FIELDS[self.kind].index(self.counted)]
        return np.round(size * np.where(weight > 0, part / np.where(weight > 0, weight, 1.0), 0.0))

    def why(self, row: NDArray[Any]) -> Why | None:
        """Say why the metric is undefined for one group, shape (fields,), or None where it is defined."""
        used = np.asarray(row, np.float64)[: len(FIELDS[self.kind])]
        counted = [FIELDS[self.kind].index(field) for field in ROW_FIELDS[self.kind]]
        return Why.NO_ROWS if not used[counted].any() else self.empty(used)

    def margin_on(self, table: NDArray[Any]) -> float:
        """Return the largest difference that counts as parity, given the sums of all groups."""
        if self.spread is None:
            return self.margin
        width = len(FIELDS[self.kind]) + len(LEFT_OUT[self.kind])
        total = np.asarray(table, np.float64).reshape(-1, width).sum(axis=0)
        spread = self.spread(total[: len(FIELDS[self.kind])])
        return self.margin * spread if np.isfinite(spread) and spread > 0 else 0.0
