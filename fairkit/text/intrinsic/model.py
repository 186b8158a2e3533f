"""Associations of models, as frozen records: each metric for itself, with its interval and neutral value.

There is no total. Intrinsic metrics need not agree with each other, nor with what a model does to people; a
table shows them side by side and stops there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fairkit import __version__
from fairkit.text.intrinsic.definitions import DEFINITIONS, Metric, Unit

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = "fairkit.association/1"
"""Name and version of the JSON form."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Something that was asked for and could not be measured.

    Parameters
    ----------
    what : str
        A word, a pair, an item.
    of : str
        The set or the part it belongs to.
    reason : str

    Examples
    --------
    >>> Lost("nurse", "care", "not in the vocabulary").what
    'nurse'
    """

    what: str
    of: str
    reason: str


@dataclass(frozen=True, slots=True)
class Association:
    """One intrinsic metric of one model.

    Parameters
    ----------
    metric : str
        A name of :data:`~fairkit.text.intrinsic.definitions.DEFINITIONS`.
    model : str
    test : str
        The word sets, or the file of items.
    part : str
        What of the test: ``all``, a bias type, a domain, an attribute.
    value : float or None
        None where it is undefined; then `why` says why.
    low, high, level : float or None
        The interval and its level of confidence; None where there is none, and then `method` says why.
    n : int
        How many of `counted` there were.
    counted : str
        Such as ``target words``, ``pairs``, ``target terms``.
    neutral : float or None
        The value without the association: that of the metric, whatever is given.
    unit : {"effect size", "log ratio", "percent"}
        That of the metric, whatever is given.
    method : str
        Of the interval.
    why : str or None
    p : float or None
        One-sided where `p_method` says so.
    p_method : str or None
        How p was found, and what it is worth; never to be left out where p is shown.
    details : dict of str to float or None
        Further numbers; each metric names its own.
    settings : dict of str to str
        What else decides the value: layer, pooling, variance.
    lost : tuple of Lost
    notes : tuple of str

    Examples
    --------
    >>> found = Association("weat_effect_size", "small.vec", "gender-career", "all", 0.8, 0.1, 1.4, 0.95, 16)
    >>> found.neutral, found.unit, found.label
    (0.0, 'effect size', 'gender-career')
    """

    metric: Metric
    model: str
    test: str
    part: str
    value: float | None
    low: float | None = None
    high: float | None = None
    level: float | None = None
    n: int = 0
    counted: str = "target words"
    neutral: float | None = None
    unit: Unit = "percent"
    method: str = "none"
    why: str | None = None
    p: float | None = None
    p_method: str | None = None
    details: dict[str, float | None] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    lost: tuple[Lost, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        definition = DEFINITIONS[self.metric]
        object.__setattr__(self, "neutral", definition.neutral)
        object.__setattr__(self, "unit", definition.unit)

    @property
    def label(self) -> str:
        """The test and its part, for tables."""
        return self.test if self.part == "all" else f"{self.test}: {self.part}"

    @property
    def distance(self) -> float | None:
        """How far the value is from neutral, whatever the side; None where either is not known."""
        if self.value is None or self.neutral is None:
            return None
        return abs(self.value - self.neutral)


@dataclass(frozen=True, slots=True)
class Extrinsic:
    """A metric of what a model does, measured elsewhere, to be set beside its associations.

    Parameters
    ----------
    metric : str
        Such as ``false_positive_rate, sex=F against rest``.
    model : str
    value : float or None
    low, high : float or None
    neutral : float
        The value without a gap.
    source : str
        File or table.
    why : str or None
        Why there is no value.

    Examples
    --------
    >>> Extrinsic("true_positive_rate gap", "bert", -0.08).distance
    0.08
    """

    metric: str
    model: str
    value: float | None
    low: float | None = None
    high: float | None = None
    neutral: float = 0.0
    source: str = "given"
    why: str | None = None

    @property
    def distance(self) -> float | None:
        """How far the value is from neutral, whatever the side."""
        return None if self.value is None else abs(self.value - self.neutral)


@dataclass(frozen=True, slots=True)
class RankCorrelation:
    """Whether models that are far from neutral inside are so outside too.

    Parameters
    ----------
    intrinsic, extrinsic : str
        Labels of the two metrics.
    models : tuple of str
        Those that have both.
    value, low, high, level : float or None
        Spearman's correlation over models, with its interval.
    p : float or None
        Two-sided.
    p_method, method : str
        How p and the interval were found.
    why : str or None
        Why there is no value, or no interval.

    Examples
    --------
    >>> RankCorrelation("weat", "gap", ("a", "b"), None, why="too few models (n=2)").value is None
    True
    """

    intrinsic: str
    extrinsic: str
    models: tuple[str, ...]
    value: float | None
    low: float | None = None
    high: float | None = None
    level: float | None = None
    p: float | None = None
    p_method: str = ""
    method: str = "none"
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Associations:
    """A table of intrinsic metrics, and beside them extrinsic ones: never one number.

    Parameters
    ----------
    associations : tuple of Association
    extrinsic : tuple of Extrinsic
    correlations : tuple of RankCorrelation
        Empty where one model was measured, or nothing extrinsic.
    confidence : float
    seed : int
    created, fairkit_version : str
        Set by :func:`associations_of`.
    notes : tuple of str

    Examples
    --------
    >>> found = associations_of([Association("weat_effect_size", "m", "gender-career", "all", 0.8)])
    >>> len(found.associations), found.models
    (1, ('m',))
    """

    associations: tuple[Association, ...]
    extrinsic: tuple[Extrinsic, ...]
    correlations: tuple[RankCorrelation, ...]
    confidence: float
    seed: int
    created: str
    fairkit_version: str
    notes: tuple[str, ...] = ()

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models, in order of appearance."""
        named = [*(one.model for one in self.associations), *(one.model for one in self.extrinsic)]
        return tuple(dict.fromkeys(named))

    def to_json(self) -> str:
        """Write the table as JSON, schema ``fairkit.association/1``."""
        from fairkit.text.intrinsic.serialize import to_json

        return to_json(self)

    def to_text(self, *, width: int | None = None, color: bool = False) -> str:
        """Write the table as plain text."""
        from fairkit.text.intrinsic.text import to_text

        return to_text(self, width=width, color=color)

    def to_html(self) -> str:
        """Write the table as one self-contained page with a chart for every metric."""
        from fairkit.text.intrinsic.page import to_html

        return to_html(self)

    def to_frame(self) -> pd.DataFrame:
        """Return the associations as a pandas frame, one row each."""
        import pandas as pd

        from fairkit.report.documents import fields

        left = ("details", "settings", "lost", "notes")
        rows: list[dict[str, Any]] = [
            {name: value for name, value in fields(one).items() if name not in left}
            for one in self.associations
        ]
        return pd.DataFrame(rows)

    def _repr_html_(self) -> str:
        return self.to_html()


def associations_of(
    found: Iterable[Association],
    *,
    confidence: float = 0.95,
    seed: int = 0,
    extrinsic: Iterable[Extrinsic] = (),
    correlations: Iterable[RankCorrelation] = (),
    notes: Iterable[str] = (),
) -> Associations:
    """Put measured associations into one table.

    Examples
    --------
    >>> associations_of([], seed=3).seed
    3
    """
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return Associations(
        tuple(found), tuple(extrinsic), tuple(correlations), confidence, seed, now, __version__, tuple(notes)
    )
