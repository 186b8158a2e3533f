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
from functools import partial
from typing import NamedTuple

import numpy as np

from fairkit.counts import FIELDS, Kind
from fairkit.kinds import EDITS
from fairkit.metrics.base import Why
from fairkit.metrics.functionals import FloatArray, Functional, Measured, Part, Scale
from fairkit.metrics.means import influence_on, ratio_of

_ROUNDING = 1e-13
_SOURCE = "NIST sclite; jiwer"
_MORRIS = "Morris, Maier & Green 2004"


class _Rate(NamedTuple):
    """A rate at the sums of hits, substitutions, deletions and insertions, and its gradient there."""

    value: float
    gradient: FloatArray


def _ratio(top: tuple[int, ...], bottom: tuple[int, ...], edits: FloatArray) -> _Rate:
    upper, lower = np.array(top, np.float64), np.array(bottom, np.float64)
    value = float(edits @ upper) / float(edits @ lower)
    return _Rate(value, (upper - value * lower) / float(edits @ lower))


def _information_lost(edits: FloatArray) -> _Rate:
    hits = float(edits[0])
    said, heard = float(edits[:3].sum()), float(edits[[0, 1, 3]].sum())
    if heard == 0:  # nothing was recognised: all information is lost
        return _Rate(1.0, np.zeros(4))
    kept = hits**2 / (said * heard)
    in_said, in_heard = np.array([1.0, 1, 1, 0]), np.array([1.0, 1, 0, 1])
    by_hits = np.array([2 * hits / (said * heard), 0, 0, 0])
    return _Rate(1 - kept, kept * (in_said / said + in_heard / heard) - by_hits)


def _edit_rate(rate: Callable[[FloatArray], _Rate], part: Part) -> Measured:
    """Measure a smooth function of the sums of edits."""
    edits = np.array([part.field(name).sum() for name in EDITS], np.float64)
    found = rate(edits)
    products = np.zeros((4, 4))
    for i, one in enumerate(EDITS):
        for j, two in enumerate(EDITS[i:], i):
            products[i, j] = products[j, i] = part.square(f"{one}2" if i == j else f"{one}_{two}").sum()
    weight, squared = float(part.field("utterances").sum()), float(part.square("utterances").sum())
    size = weight**2 / squared if squared > 0 else 0.0
    moved = float(found.gradient @ products @ found.gradient)
    squares = moved - float(found.gradient @ edits) ** 2 / size if size > 0 else 0.0
    if squares <= _ROUNDING * float(np.abs(found.gradient) @ products @ np.abs(found.gradient)):
        squares = 0.0  # utterances that do not vary beyond the precision of their sums
    variance = squares * size / (size - 1) if size > 1 else np.nan
    moves = dict(zip(EDITS, found.gradient.tolist(), strict=True))
    return Measured(found.value, variance, size - 1, influence_on(part, **moves))


def _mean_rate(part: Part) -> Measured:
    return ratio_of(
        part,
        "utterance_rate",
        "spoken",
        ("utterance_rate2", "utterance_rate", "spoken"),
        kish=(float(part.field("spoken").sum()), float(part.square("spoken").sum())),
    )


def _with_error(part: Part) -> Measured:
    size = float(part.field("utterances").sum()), float(part.square("utterances").sum())
    return ratio_of(part, "erroneous", "utterances", ("erroneous", "erroneous", "utterances"), kish=size)


def _nothing_said(kind: Kind, counted: tuple[str, ...], sums: FloatArray) -> Why | None:
    """Give the reason where the denominator is zero."""
    columns = [FIELDS[kind].index(field) for field in counted]
    return None if sums[columns].any() else Why.NO_REFERENCE


def values_at(metric: Functional, sums: FloatArray) -> FloatArray:
    """Value a metric of transcripts at many sums at once, as a bootstrap needs it.

    Parameters
    ----------
    metric : Functional
        One of :data:`WORDS` or :data:`CHARACTERS`.
    sums : array of float64, shape (..., fields)
        In the order of ``FIELDS[metric.kind]``.

    Returns
    -------
    array of float64, shape (...)
        What `metric.measure` says of each; NaN where it is undefined.

    Examples
    --------
    >>> values_at(WORDS[0], np.array([[1.0, 8, 1, 1, 3, *[0] * 14], np.zeros(19)]))
    array([0.5, nan])
    """
    fields = FIELDS[metric.kind]

    def total(*names: str) -> FloatArray:
        return np.asarray(sums[..., [fields.index(name) for name in names]].sum(axis=-1))

    said = total(*EDITS[:3])
    base = metric.name.replace("character", "word")
    with np.errstate(divide="ignore", invalid="ignore"):
        if base == "word_information_lost":
            heard = total("hits", "substitutions", "insertions")
            lost = 1 - total("hits") ** 2 / (said * heard)
            found = np.where((heard == 0) & (said > 0), 1.0, lost)
        else:
            upper, lower = {
                "word_error_rate": (total(*EDITS[1:]), said),
                "substitution_rate": (total("substitutions"), said),
                "deletion_rate": (total("deletions"), said),
                "insertion_rate": (total("insertions"), said),
                "match_error_rate": (total(*EDITS[1:]), total(*EDITS)),
                "sentence_error_rate": (total("erroneous"), total("utterances")),
                "mean_utterance_word_error_rate": (total("utterance_rate"), total("spoken")),
            }[base]
            found = upper / lower
    return np.where(np.isfinite(found), found, np.nan)


def _declared(kind: Kind, unit: str) -> tuple[Functional, ...]:
    def rate(
        name: str,
        summary: str,
        formula: str,
        measure: Callable[[FloatArray], _Rate],
        *,
        counted: tuple[str, ...] = EDITS[:3],
        source: str = _SOURCE,
        scale: Scale = "poisson",
        highest: float | None = None,
    ) -> Functional:
        return Functional(
            name=name,
            measure=partial(_edit_rate, measure),
            summary=summary,
            formula=formula,
            source=source,
            kind=kind,
            size=("utterances",),
            empty=partial(_nothing_said, kind, counted),
            better="lower",
            scale=scale,
            lowest=0.0,
            highest=highest,
        )

    said = (1, 1, 1, 0)
    words = f"{unit}s"
    return (
        rate(
            f"{unit}_error_rate",
            f"Substituted, deleted and inserted {words} per {unit} that was said.",
            "(substitutions + deletions + insertions) / (hits + substitutions + deletions)",
            partial(_ratio, (0, 1, 1, 1), said),
        ),
        rate(
            "substitution_rate",
            f"Substituted {words} per {unit} that was said.",
            "substitutions / (hits + substitutions + deletions)",
            partial(_ratio, (0, 1, 0, 0), said),
        ),
        rate(
            "deletion_rate",
            f"Deleted {words} per {unit} that was said.",
            "deletions / (hits + substitutions + deletions)",
            partial(_ratio, (0, 0, 1, 0), said),
        ),
        rate(
            "insertion_rate",
            f"Inserted {words} per {unit} that was said.",
            "insertions / (hits + substitutions + deletions)",
            partial(_ratio, (0, 0, 0, 1), said),
        ),
        rate(
            "match_error_rate",
            "Share of aligned pairs that are errors.",
            "(substitutions + deletions + insertions) / (hits + substitutions + deletions + insertions)",
            partial(_ratio, (0, 1, 1, 1), (1, 1, 1, 1)),
            counted=EDITS,
            source=_MORRIS,
            scale="binomial",
            highest=1.0,
        ),
        rate(
            f"{unit}_information_lost",
            f"One less the share of said {words} that were hit times that of recognised {words}.",
            "1 - hits² / ((hits + substitutions + deletions) · (hits + substitutions + insertions))",
            _information_lost,
            source=_MORRIS,
            scale="binomial",
            highest=1.0,
        ),
        Functional(
            name="sentence_error_rate",
            measure=_with_error,
            summary="Share of utterances with any error.",
            formula="erroneous / utterances",
            source=_SOURCE,
            kind=kind,
            size=("utterances",),
            empty=lambda _: None,
            better="lower",
            scale="binomial",
            lowest=0.0,
            highest=1.0,
        ),
        Functional(
            name=f"mean_utterance_{unit}_error_rate",
            measure=_mean_rate,
            summary=f"Mean of the {unit} error rates of utterances; short utterances dominate it.",
            formula="utterance_rate / spoken",
            source="Koenecke et al. 2020, PNAS 117",
            kind=kind,
            size=("utterances",),
            empty=partial(_nothing_said, kind, ("spoken",)),
            better="lower",
            scale="log",
            lowest=0.0,
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
