r"""Metrics of texts: how predictions depend on a protected attribute, and what texts say, by group.

Each is a mean over the texts of which it was measured: a text without a gendered word has no counterfactual,
and adds nothing to the gap, not 0. Amounts that have no natural unit (sensitivities are probability per unit
of embedding) count as equal where groups differ by less than a fifth of the standard deviation over all
texts, the conventional small effect.

References
----------
Krishna et al. 2022, Measuring Fairness of Text Classifiers via Prediction Sensitivity (arXiv:2203.08670).
Garg et al. 2019, Counterfactual Fairness in Text Classification through Robustness (arXiv:1809.10610).
Ribeiro et al. 2020, Beyond Accuracy: Behavioral Testing of NLP Models with CheckList, ACL.
Dhamala et al. 2021, BOLD, FAccT. Cohen 1988, Statistical Power Analysis for the Behavioral Sciences.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import numpy as np

from fairkit.counts import FIELDS, Kind
from fairkit.metrics.base import Why
from fairkit.metrics.functionals import FloatArray, Functional, Measured, Part
from fairkit.metrics.means import mean_of, why_none

_KRISHNA = "Krishna et al. 2022"
_GARG = "Garg et al. 2019"
_DHAMALA = "Dhamala et al. 2021, BOLD"
_SMALL_EFFECT = 0.2


def text_spread(sums: FloatArray, *, measure: str) -> float:
    """Return the standard deviation of a measure over all texts that have it; NaN where it has none.

    Examples
    --------
    >>> sums = np.zeros(len(FIELDS[Kind.MOMENTS]))
    >>> sums[FIELDS[Kind.MOMENTS].index("toxicity_texts")] = 2  # two texts, of 1 and 3
    >>> sums[[FIELDS[Kind.MOMENTS].index(field) for field in ("toxicity", "toxicity2")]] = 4, 10
    >>> text_spread(sums, measure="toxicity")
    1.0
    """
    size, total, second = (
        float(sums[FIELDS[Kind.MOMENTS].index(field)])
        for field in (f"{measure}_texts", measure, f"{measure}2")
    )
    if size <= 0:
        return np.nan
    return float(np.sqrt(max(second / size - (total / size) ** 2, 0.0)))


def _share(part: Part, *, measure: str) -> Measured:
    # A share of texts: its variance is binomial, without n - 1, so that limits are Wilson's.
    found = mean_of(part, measure, f"{measure}_texts", f"{measure}2")
    shrunk = found.freedom / (found.freedom + 1) if found.freedom > 0 else 1.0
    return Measured(found.value, found.variance * shrunk, found.freedom, found.influence)


def _declared(
    name: str,
    summary: str,
    source: str,
    *,
    better: Literal["higher", "lower", "neither"] = "neither",
    of: Literal["share", "score", "amount"] = "score",
    lowest: float | None = None,
    highest: float | None = None,
) -> Functional:
    share = of == "share"
    amount: dict[str, Any] = {}
    if of == "amount":
        amount = {"margin": _SMALL_EFFECT, "spread": partial(text_spread, measure=name)}
    return Functional(
        name=name,
        measure=partial(_share, measure=name)
        if share
        else partial(mean_of, total=name, size=f"{name}_texts", second=f"{name}2"),
        summary=summary,
        formula=f"{name} / {name}_texts",
        source=source,
        kind=Kind.MOMENTS,
        size=("texts",),
        empty=partial(why_none, Kind.MOMENTS, f"{name}_texts", Why.NOT_MEASURED),
        better=better,
        unit=of,
        scale="binomial" if share else "identity",
        lowest=0.0 if share else lowest,
        highest=1.0 if share else highest,
        counted=f"{name}_texts",
        **amount,
    )


TEXTS: tuple[Functional, ...] = (
    _declared(
        "prediction_sensitivity",
        "How far a prediction moves along what reveals the protected attribute, with its sign; 0 is none.",
        _KRISHNA,
        of="amount",
    ),
    _declared(
        "absolute_prediction_sensitivity",
        "The same without signs, |J|·|v|; it has a floor above 0 that no model goes below.",
        _KRISHNA,
        better="lower",
        of="amount",
        lowest=0.0,
    ),
    _declared(
        "counterfactual_gap",
        "How far a prediction moves when the text is rewritten with roles reversed, without sign.",
        _GARG,
        better="lower",
        lowest=0.0,
        highest=1.0,
    ),
    _declared(
        "counterfactual_shift",
        "The same with its sign; 0 is none.",
        _GARG,
        lowest=-1.0,
        highest=1.0,
    ),
    _declared(
        "flip_rate",
        "Share of texts whose predicted class changes when roles are reversed.",
        _GARG,
        better="lower",
        of="share",
    ),
    _declared(
        "invariance_failure_rate",
        "Share of texts whose prediction moves beyond the tolerance, or flips, when roles are reversed.",
        "Ribeiro et al. 2020, CheckList",
        better="lower",
        of="share",
    ),
    _declared(
        "gender_polarity",
        "Feminine less masculine words over both, from -1 to 1; texts without either have none.",
        _DHAMALA,
        lowest=-1.0,
        highest=1.0,
    ),
    _declared(
        "gender_max_polarity",
        "Projection on she - he of the word that leans most, with its sign.",
        _DHAMALA,
        lowest=-1.0,
        highest=1.0,
    ),
    _declared(
        "gender_average_polarity",
        "Projections on she - he of all words, averaged by their size.",
        _DHAMALA,
        lowest=-1.0,
        highest=1.0,
    ),
    _declared("feminine_share", "Texts with more feminine words than masculine ones.", _DHAMALA, of="share"),
    _declared("masculine_share", "Texts with more masculine words than feminine ones.", _DHAMALA, of="share"),
    _declared(
        "toxicity",
        "Mean probability of the toxic class.",
        "Dixon et al. 2018",
        better="lower",
        lowest=0.0,
        highest=1.0,
    ),
    _declared(
        "toxicity_rate",
        "Share of texts whose probability of the toxic class reaches the threshold.",
        "Dixon et al. 2018",
        better="lower",
        of="share",
    ),
)
"""All metrics of this family."""

DEFAULTS: tuple[str, ...] = ("prediction_sensitivity", "counterfactual_gap", "flip_rate")
"""Those that are measured unless others are asked for."""
