r"""Metrics of transcripts: word and character error rates, and what they are made of.

Every rate is a ratio of sums over utterances, never a mean of rates of utterances: those are dominated by
short utterances (and may be named, as :data:`WORDS` does, but are another number). Variances follow by the
delta method from the sums of products of hits, substitutions, deletions and insertions: with gradient g of
the rate at the sums t of n utterances with products M,

.. math:: \operatorname{var} = \frac{n}{n - 1} \left(g^T M g - \frac{(g^T t)^2}{n}\right).

Insertions can exceed the words that were said, so a word error rate is no share and may be above 1.

References
----------
Morris, Maier & Green 2004, From WER and RIL to MER and WIL, Interspeech (match error rate, word information
lost). Cochran 1977, Sampling Techniques, 3rd edition, chapter 6.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from fairkit.counts import FIELDS, Kind
from fairkit.kinds import EDITS
from fairkit.metrics.base import Why
from fairkit.metrics.functionals import FloatArray, Functional, Measured, Part, Scale
from fairkit.metrics.means import influence_on, ratio_of

_ROUNDING = 1e-13
_SOURCE = "NIST sclite; jiwer"
_MORRIS = "Morris, Maier & Green 2004"
_SAID = ("hits", "substitutions", "deletions")
_HEARD = ("hits", "substitutions", "insertions")

Total = Callable[..., FloatArray]
"""Adds up fields by their names, of many groups at once."""


@dataclass(frozen=True, slots=True)
class EditRatio:
    """Measures a ratio of sums of edits, with the variance that follows from their products.

    Parameters
    ----------
    top, bottom : tuple of str
        Of hits, substitutions, deletions and insertions, those that are added up.

    Examples
    --------
    >>> EditRatio(("substitutions",), ("hits", "substitutions")).formula
    'substitutions / (hits + substitutions)'
    """

    top: tuple[str, ...]
    bottom: tuple[str, ...]

    @property
    def formula(self) -> str:
        """The formula, made from the definition itself."""
        return " / ".join(f"({' + '.join(s)})" if len(s) > 1 else s[0] for s in (self.top, self.bottom))

    def __call__(self, part: Part) -> Measured:
        """Measure one group."""
        edits = _edits(part)
        upper, lower = (
            np.array([name in chosen for name in EDITS], float) for chosen in (self.top, self.bottom)
        )
        value = float(edits @ upper) / float(edits @ lower)
        return _smooth(part, value, (upper - value * lower) / float(edits @ lower))

    def values(self, total: Total) -> FloatArray:
        """Value it at many sums at once; not finite where it is undefined."""
        return np.asarray(total(*self.top) / total(*self.bottom))


@dataclass(frozen=True, slots=True)
class InformationLost:
    """Measures word information lost: one less the shares of both texts that are hits, multiplied.

    Examples
    --------
    >>> InformationLost().values(lambda *names: np.array([float(len(names))])).round(3)
    array([0.889])
    """

    formula = "1 - hits² / ((hits + substitutions + deletions) · (hits + substitutions + insertions))"

    def __call__(self, part: Part) -> Measured:
        """Measure one group."""
        edits = _edits(part)
        in_said, in_heard = (
            np.array([name in chosen for name in EDITS], float) for chosen in (_SAID, _HEARD)
        )
        said, heard, hits = float(edits @ in_said), float(edits @ in_heard), float(edits[0])
        if heard == 0:  # nothing was recognised: all information is lost
            return _smooth(part, 1.0, np.zeros(4))
        kept = hits**2 / (said * heard)
        by_hits = np.array([2 * hits / (said * heard), 0, 0, 0])
        return _smooth(part, 1 - kept, kept * (in_said / said + in_heard / heard) - by_hits)

    def values(self, total: Total) -> FloatArray:
        """Value it at many sums at once; not finite where it is undefined."""
        said, heard = total(*_SAID), total(*_HEARD)
        return np.where((heard == 0) & (said > 0), 1.0, 1 - total("hits") ** 2 / (said * heard))


@dataclass(frozen=True, slots=True)
class MeanOfUtterances:
    """Measures a mean over utterances.

    Parameters
    ----------
    top, second, size : str
        Fields: the sum, the sum of squares, and the utterances that it is summed over.

    Examples
    --------
    >>> MeanOfUtterances("erroneous", "erroneous", "utterances").formula
    'erroneous / utterances'
    """

    top: str
    second: str
    size: str

    @property
    def formula(self) -> str:
        """The formula, made from the definition itself."""
        return f"{self.top} / {self.size}"

    def __call__(self, part: Part) -> Measured:
        """Measure one group."""
        kish = float(part.field(self.size).sum()), float(part.square(self.size).sum())
        return ratio_of(part, self.top, self.size, (self.second, self.top, self.size), kish=kish)

    def values(self, total: Total) -> FloatArray:
        """Value it at many sums at once; not finite where it is undefined."""
        return np.asarray(total(self.top) / total(self.size))


def values_at(metric: Functional, sums: FloatArray) -> FloatArray:
    """Value a metric of transcripts at many sums at once, as a bootstrap needs it.

    Parameters
    ----------
    metric : Functional
        One of :data:`WORDS` or :data:`CHARACTERS`, under whatever name.
    sums : array of float64, shape (..., fields)
        In the order of ``FIELDS[metric.kind]``.

    Returns
    -------
    array of float64, shape (...)
        What `metric.measure` says of each; NaN where it is undefined.

    Raises
    ------
    TypeError
        The metric is none of transcripts.

    Examples
    --------
    >>> values_at(WORDS[0], np.array([[1.0, 8, 1, 1, 3, *[0] * 14], np.zeros(19)]))
    array([0.5, nan])
    """
    measure = metric.measure
    if not isinstance(measure, EditRatio | InformationLost | MeanOfUtterances):
        raise TypeError(f"'{metric.name}' is no metric of transcripts.")
    fields = FIELDS[metric.kind]

    def total(*names: str) -> FloatArray:
        return np.asarray(sums[..., [fields.index(name) for name in names]].sum(axis=-1))

    with np.errstate(divide="ignore", invalid="ignore"):
        found = measure.values(total)
    return np.where(np.isfinite(found), found, np.nan)


def _edits(part: Part) -> FloatArray:
    return np.array([part.field(name).sum() for name in EDITS], np.float64)


def _smooth(part: Part, value: float, gradient: FloatArray) -> Measured:
    """Give a smooth function of the sums of edits its variance, from its gradient there."""
    products = np.zeros((4, 4))
    for i, one in enumerate(EDITS):
        for j, two in enumerate(EDITS[i:], i):
            products[i, j] = products[j, i] = part.square(f"{one}2" if i == j else f"{one}_{two}").sum()
    weight, squared = float(part.field("utterances").sum()), float(part.square("utterances").sum())
    size = weight**2 / squared if squared > 0 else 0.0
    moved = float(gradient @ products @ gradient)
    squares = moved - float(gradient @ _edits(part)) ** 2 / size if size > 0 else 0.0
    if squares <= _ROUNDING * float(np.abs(gradient) @ products @ np.abs(gradient)):
        squares = 0.0  # utterances that do not vary beyond the precision of their sums
    variance = squares * size / (size - 1) if size > 1 else np.nan
    moves = dict(zip(EDITS, gradient.tolist(), strict=True))
    return Measured(value, variance, size - 1, influence_on(part, **moves))


def _nothing_said(kind: Kind, counted: tuple[str, ...], sums: FloatArray) -> Why | None:
    """Give the reason where the denominator is zero."""
    columns = [FIELDS[kind].index(field) for field in counted]
    return None if sums[columns].any() else Why.NO_REFERENCE


def _declared(kind: Kind, unit: str) -> tuple[Functional, ...]:
    def rate(
        name: str,
        summary: str,
        measure: EditRatio | InformationLost | MeanOfUtterances,
        *,
        source: str = _SOURCE,
        scale: Scale = "poisson",
        needs: tuple[str, ...] = _SAID,
        divisor: tuple[str, ...] = _SAID,
        counted: str | None = None,
    ) -> Functional:
        return Functional(
            name=name,
            measure=measure,
            summary=summary,
            formula=measure.formula,
            source=source,
            kind=kind,
            size=("utterances",),
            empty=partial(_nothing_said, kind, needs),
            better="lower",
            scale=scale,
            lowest=0.0,
            highest=1.0 if scale == "binomial" else None,
            counted=counted,
            divisor=divisor,
        )

    words = f"{unit}s"
    errors = EDITS[1:]
    mean = MeanOfUtterances("utterance_rate", "utterance_rate2", "spoken")
    share = MeanOfUtterances("erroneous", "erroneous", "utterances")
    with_all: dict[str, Any] = {"source": _MORRIS, "scale": "binomial"}
    return (
        rate(
            f"{unit}_error_rate",
            f"Substituted, deleted and inserted {words} per {unit} that was said.",
            EditRatio(errors, _SAID),
        ),
        rate(
            "substitution_rate",
            f"Substituted {words} per {unit} that was said.",
            EditRatio(("substitutions",), _SAID),
        ),
        rate("deletion_rate", f"Deleted {words} per {unit} that was said.", EditRatio(("deletions",), _SAID)),
        rate(
            "insertion_rate", f"Inserted {words} per {unit} that was said.", EditRatio(("insertions",), _SAID)
        ),
        rate(
            "match_error_rate",
            "Share of aligned pairs that are errors.",
            EditRatio(errors, EDITS),
            needs=EDITS,
            divisor=EDITS,
            **with_all,
        ),
        rate(
            f"{unit}_information_lost",
            f"One less the share of said {words} that were hit times that of recognised {words}.",
            InformationLost(),
            **with_all,
        ),
        rate(
            "sentence_error_rate",
            "Share of utterances with any error.",
            share,
            scale="binomial",
            needs=("utterances",),
            divisor=("utterances",),
        ),
        rate(
            f"mean_utterance_{unit}_error_rate",
            f"Mean of the {unit} error rates of utterances; short utterances dominate it.",
            mean,
            source="Koenecke et al. 2020, PNAS 117",
            scale="log",
            needs=("spoken",),
            divisor=("spoken",),
            counted="spoken",
        ),
    )


WORDS: tuple[Functional, ...] = _declared(Kind.WORDS, "word")
"""All metrics of aligned words."""

CHARACTERS: tuple[Functional, ...] = _declared(Kind.CHARACTERS, "character")
"""The same of aligned characters."""

DEFAULTS: tuple[str, ...] = ("word_error_rate",)
"""The one that is judged unless others are asked for; what it is made of stands beside it in every report."""

DEFAULTS_OF_CHARACTERS: tuple[str, ...] = ("character_error_rate",)
