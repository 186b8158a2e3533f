"""What a metric is: a ratio of two sums over a group's counts, or the mean of such ratios.

Because numerator and denominator are sums of fields, a metric needs no rows, adds up over shards, and can be
computed for every group, every bootstrap replicate and every cluster by one matrix product.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import FIELDS, LEFT_OUT, Kind

FloatArray = NDArray[np.float64]


class Why(StrEnum):
    """Why a number is undefined. A closed set: reports and gates rely on the words.

    Examples
    --------
    >>> str(Why.NO_POSITIVES)
    'no-positives'
    """

    NO_ROWS = "no-rows"
    NO_POSITIVES = "no-positives"
    NO_NEGATIVES = "no-negatives"
    NO_PREDICTED_POSITIVES = "no-predicted-positives"
    NO_PREDICTED_NEGATIVES = "no-predicted-negatives"
    TOO_FEW_CLUSTERS = "too-few-clusters"
    NO_VARIATION = "no-variation"
    FEW_ROWS = "few-rows"
    CONSTANT_LABEL = "constant-label"
    NO_QUERIES = "no-queries"
    NO_EXPOSURE = "no-exposure"
    NO_REFERENCE = "no-reference"
    NOT_MEASURED = "not-measured"
    NO_PROBABILITIES = "no-probabilities"
    LOST_PRECISION = "lost-precision"
    METRIC_FAILED = "metric-failed"
    REFERENCE_UNDEFINED = "reference-undefined"
    REFERENCE_ZERO = "reference-zero"
    NO_RATIO = "no-ratio"
    ATTRIBUTE_MISSING = "attribute-missing"


Unit = Literal["share", "score", "amount"]
"""How values are written: a share in percent, a score such as .873, an amount in the unit of the label."""


class AnyMetric(Protocol):
    """What the rooms after Counts know of a metric, whether it is a share of rows or anything else.

    Examples
    --------
    >>> from fairkit.metrics import metric
    >>> accuracy: AnyMetric = metric("accuracy")
    >>> accuracy.unit
    'share'
    """

    @property
    def name(self) -> str:
        """The field's word, spelled out."""
        ...

    @property
    def title(self) -> str:
        """The name as words."""
        ...

    @property
    def summary(self) -> str:
        """What it says, in one line."""
        ...

    @property
    def formula(self) -> str:
        """The formula over the fields of the counts."""
        ...

    @property
    def source(self) -> str:
        """Where the definition comes from."""
        ...

    @property
    def kind(self) -> Kind:
        """The kind of counts it is made of."""
        ...

    @property
    def better(self) -> Literal["higher", "lower", "neither"]:
        """Which way is good for the people of a group."""
        ...

    @property
    def margin(self) -> float:
        """Largest difference that still counts as parity, in units that :meth:`margin_on` knows."""
        ...

    @property
    def margin_ratio(self) -> tuple[float, float]:
        """The same for a ratio."""
        ...

    @property
    def unit(self) -> Unit:
        """How values are written."""
        ...

    @property
    def is_proportion(self) -> bool:
        """Whether it is one share of rows, so that binomial intervals apply."""
        ...

    def denominators(self, table: NDArray[Any]) -> FloatArray:
        """Count what the metric stands on, from sums of shape (..., fields)."""
        ...

    def why(self, row: NDArray[Any]) -> Why | None:
        """Say why it is undefined for one group's sums, or None where it is defined."""
        ...

    def margin_on(self, table: NDArray[Any]) -> float:
        """Return the largest difference that counts as parity, given the sums of all groups."""
        ...


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum of fields with whole coefficients, such as ``tp + fn``; written with ``+`` and ``*``.

    Examples
    --------
    >>> tp, fp = Sum.of("tp"), Sum.of("fp")
    >>> str(2 * tp + fp)
    '2·tp + fp'
    """

    coefficients: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, field: str) -> Sum:
        """Return the sum of one field."""
        return cls(((field, 1),))

    def __add__(self, other: Sum) -> Sum:
        joint = dict(self.coefficients)
        for field, coefficient in other.coefficients:
            joint[field] = joint.get(field, 0) + coefficient
        return Sum(tuple(joint.items()))

    def __rmul__(self, factor: int) -> Sum:
        return Sum(tuple((field, factor * coefficient) for field, coefficient in self.coefficients))

    def __str__(self) -> str:
        return " + ".join(field if c == 1 else f"{c}·{field}" for field, c in self.coefficients)

    def vector(self, kind: Kind) -> FloatArray:
        """Coefficients in the order of the columns of counts of this kind."""
        lookup: Mapping[str, int] = dict(self.coefficients)
        return np.array([lookup.get(field, 0) for field in FIELDS[kind] + LEFT_OUT[kind]], np.float64)


@dataclass(frozen=True, slots=True)
class Ratio:
    """One sum over another, and the reason to give where the lower one is zero.

    Examples
    --------
    >>> tp, fn = Sum.of("tp"), Sum.of("fn")
    >>> str(Ratio(tp, tp + fn, Why.NO_POSITIVES))
    'tp / (tp + fn)'
    """

    numerator: Sum
    denominator: Sum
    empty: Why

    def __str__(self) -> str:
        top, bottom = (
            f"({s})" if len(s.coefficients) > 1 else str(s) for s in (self.numerator, self.denominator)
        )
        return f"{top} / {bottom}"

    @property
    def hits(self) -> Sum:
        """The rows that the numerator counts, each once."""
        return Sum(tuple((field, 1) for field, _ in self.numerator.coefficients))

    @property
    def trials(self) -> Sum:
        """The rows that the denominator counts, each once; `hits` are among them."""
        return Sum(tuple((field, 1) for field, _ in self.denominator.coefficients))

    @property
    def factor(self) -> int:
        """The weight c of a hit: the ratio is ``c·p / (c·p + 1 - p)`` of the share p of hits among trials.

        It is 1 for a plain share and 2 for F1, which so inherits the exact limits of a share of rows.
        """
        (factor,) = {c for _, c in self.numerator.coefficients}
        return factor

    def __post_init__(self) -> None:
        top, bottom = dict(self.numerator.coefficients), dict(self.denominator.coefficients)
        if (
            len(set(top.values())) != 1
            or any(bottom[f] != top.get(f, 1) for f in bottom)
            or not top.keys() <= bottom.keys()
        ):
            raise ValueError(
                f"{self}: a ratio counts some of the rows of its denominator, all with one weight."
            )


@dataclass(frozen=True, slots=True)
class Metric:
    """A declared metric.

    Parameters
    ----------
    name : str
        The field's word, spelled out; fairlearn's name where it has one.
    parts : tuple of Ratio
        The metric is their mean (one part for all but balanced accuracy).
    summary : str
        What it says, in one line.
    source : str
        Where the definition comes from.
    kind : Kind
        The kind of counts it is made of.
    better : {"higher", "lower", "neither"}
        Which way is good for the people of a group; decides which group is "best".
    margin : float
        Largest difference that still counts as parity.
    margin_ratio : tuple of float
        The same for a ratio.

    Examples
    --------
    >>> from fairkit.metrics import metric
    >>> metric("true_positive_rate").formula
    'tp / (tp + fn)'
    """

    name: str
    parts: tuple[Ratio, ...]
    summary: str
    source: str
    kind: Kind = Kind.CONFUSION
    better: Literal["higher", "lower", "neither"] = "neither"
    margin: float = 0.05
    margin_ratio: tuple[float, float] = (0.8, 1.25)

    @property
    def title(self) -> str:
        """The name as words."""
        return self.name.replace("_", " ").capitalize()

    @property
    def formula(self) -> str:
        """The formula over the fields of the counts, made from the definition itself."""
        if len(self.parts) == 1:
            return str(self.parts[0])
        return f"({' + '.join(map(str, self.parts))}) / {len(self.parts)}"

    @property
    def unit(self) -> Unit:
        """How values are written: shares of rows in percent."""
        return "share"

    def margin_on(self, table: NDArray[Any]) -> float:  # noqa: ARG002 - other metrics need the sums
        """Return the largest difference that counts as parity: for shares it is the same on any data."""
        return self.margin

    @property
    def is_proportion(self) -> bool:
        """Whether the metric is one share of rows, so that binomial intervals apply."""
        return len(self.parts) == 1 and self.parts[0].factor == 1

    def values(self, table: NDArray[Any]) -> FloatArray:
        """Compute the metric for every group.

        Parameters
        ----------
        table : array, shape (..., fields)
            Sums of counts of the metric's kind.

        Returns
        -------
        array, shape (...)
            NaN where a denominator is zero; :meth:`why` has the reason.
        """
        sums = np.asarray(table, np.float64)
        total = np.zeros(sums.shape[:-1])
        with np.errstate(divide="ignore", invalid="ignore"):
            for part in self.parts:
                total += (sums @ part.numerator.vector(self.kind)) / (
                    sums @ part.denominator.vector(self.kind)
                )
        return total / len(self.parts)

    def denominators(self, table: NDArray[Any]) -> FloatArray:
        """Sum what the metric stands on, shape (...): for a mean of ratios, all its parts together."""
        sums = np.asarray(table, np.float64)
        union = {field: 1 for part in self.parts for field, _ in part.denominator.coefficients}
        return sums @ Sum(tuple(union.items())).vector(self.kind)

    def why(self, row: NDArray[Any]) -> Why | None:
        """Say why the metric is undefined for one group, shape (fields,), or None where it is defined."""
        if not (row[: len(FIELDS[self.kind])]).any():
            return Why.NO_ROWS
        return next((p.empty for p in self.parts if row @ p.denominator.vector(self.kind) == 0), None)
