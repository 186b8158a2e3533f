"""Hiring decisions by a score, with planted disparities of single attributes.

Sex and race are independent of each other and of site and experience. Given its label, a row's decision
depends on sex and race only, and by sums: ``true_positive_rate = .72 - .10 [Female] - .12 [Black] - .10
[Native American]`` and ``false_positive_rate = .28 - .10 [Female]``. So each effect shows undiluted in its
own attribute's groups.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from fairkit.samples._population import Cell, Confusion, Factor, Population, exact, uniforms
from fairkit.samples._table import Column, coded, whole
from fairkit.samples._truth import RATES, Claim, Rate, Truth, known

ROWS, SEED = 12_000, 20_240_501

GROUPINGS = (("sex",), ("race",), ("site",), ("sex", "race"))

LABEL_MISSING, DECISION_MISSING = exact("0.015"), exact("0.01")

# Years of experience in each band: first year, number of years.
_BANDS: Mapping[str, tuple[int, int]] = {"0-2": (0, 3), "3-7": (3, 5), "8-14": (8, 7), "15-30": (15, 16)}

_EXPERIENCE_EFFECT = {"0-2": "-0.10", "3-7": "0", "8-14": "0.05", "15-30": "0.10"}

# Of those hired, the share that scores .75 or more; of the others, the share that scores .25 or more.
_TOP = {True: exact("0.55"), False: exact("0.30")}
_MIDDLE = {True: exact("0.65"), False: exact("0.40")}


def prevalence(cell: Cell) -> Fraction:
    """Share of qualified people: more among Asian applicants and with experience."""
    return (
        exact("0.45")
        + (cell["race"] == "Asian") * exact("0.10")
        + exact(_EXPERIENCE_EFFECT[cell["experience"]])
    )


def true_positive_rate(cell: Cell) -> Fraction:
    """Share of the qualified who are hired."""
    less = (cell["sex"] == "Female") * exact("0.10")
    return exact("0.72") - less - exact({"Black": "0.12", "Native American": "0.10"}.get(cell["race"], "0"))


def false_positive_rate(cell: Cell) -> Fraction:
    """Share of the unqualified who are hired."""
    return exact("0.28") - (cell["sex"] == "Female") * exact("0.10")


POPULATION = Population(
    factors=(
        Factor("sex", {"Female": exact("0.46"), "Male": exact("0.535"), "Nonbinary": exact("0.005")}),
        Factor(
            "race",
            {
                "White": exact("0.52"),
                "Black": exact("0.20"),
                "Hispanic": exact("0.17"),
                "Asian": exact("0.1045"),
                "Native American": exact("0.004"),
                "Pacific Islander": exact("0.0015"),
            },
            missing=exact("0.03"),
        ),
        Factor("site", {"Leeds": exact("0.40"), "Lyon": exact("0.35"), "Porto": exact("0.25")}),
        Factor(
            "experience",
            {"0-2": exact("0.25"), "3-7": exact("0.40"), "8-14": exact("0.20"), "15-30": exact("0.15")},
        ),
    ),
    prevalence=prevalence,
    true_positive_rate=true_positive_rate,
    false_positive_rate=false_positive_rate,
)


def columns(rows: int, *, seed: int) -> dict[str, Column]:
    """Draw the table. A score of .5 or more is a decision to hire."""
    u = uniforms(rows, 12, seed=seed)
    drawn = [factor.draw(u[:, position]) for position, factor in enumerate(POPULATION.factors)]
    sex, race, site, band = drawn
    first = np.array([first for first, _ in _BANDS.values()])
    length = np.array([length for _, length in _BANDS.values()])
    years = first[band] + np.floor(u[:, 4] * length[band])
    age = 20 + years + np.floor(u[:, 5] * 12)
    qualified = u[:, 6] < POPULATION.per_row(prevalence, drawn)
    rate = np.where(
        qualified,
        POPULATION.per_row(true_positive_rate, drawn),
        POPULATION.per_row(false_positive_rate, drawn),
    )
    score = _score(u[:, 7], u[:, 8], qualified=qualified, rate=rate)
    return {
        "id": whole(np.arange(100_001, 100_001 + rows)),
        "sex": coded(sex, POPULATION.factor("sex").levels),
        "race": coded(
            race, POPULATION.factor("race").levels, u[:, 9] < float(POPULATION.factor("race").missing)
        ),
        "age": whole(age),
        "years_experience": whole(years),
        "site": coded(site, POPULATION.factor("site").levels),
        "qualified": whole(qualified, u[:, 10] < float(LABEL_MISSING)),
        "score": Column(score, "decimal"),
        "hired": whole(score >= 5_000, u[:, 11] < float(DECISION_MISSING)),
    }


def roc_auc_score(sums: Confusion) -> Fraction:
    """Probability that a qualified person scores above an unqualified one, ties counted half.

    Scores fall into four quarters of [0, 1) with probabilities that depend on the label and the group's two
    rates, and are uniform within a quarter whatever the label; so two scores of one quarter are each other's
    equal in distribution, and the area is a sum of sixteen products.
    """
    positive = _quarters(RATES["true_positive_rate"](sums), qualified=True)
    negative = _quarters(RATES["false_positive_rate"](sums), qualified=False)
    above = sum((p * sum(negative[:i]) for i, p in enumerate(positive)), Fraction(0))
    return above + sum((p * n for p, n in zip(positive, negative, strict=True)), Fraction(0)) / 2


def truth() -> Truth:
    """Compute the truth of the hiring data."""
    rates: dict[str, Rate] = {**RATES, "roc_auc_score": roc_auc_score}
    groups, planted = known(POPULATION, GROUPINGS, _claims(), rates=rates)
    return Truth(
        name="hiring",
        rows=ROWS,
        seed=SEED,
        columns={
            "label": "qualified",
            "label_positive": 1,
            "decision": "hired",
            "decision_positive": 1,
            "score": "score",
            "cluster": None,
        },
        missing={
            "race": float(POPULATION.factor("race").missing),
            "qualified": float(LABEL_MISSING),
            "hired": float(DECISION_MISSING),
        },
        groups=groups,
        planted=planted,
    )


def _quarters(rate: Fraction, *, qualified: bool) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    top, middle = _TOP[qualified], _MIDDLE[qualified]
    return (1 - rate) * (1 - middle), (1 - rate) * middle, rate * (1 - top), rate * top


def _score(
    which: NDArray[np.float64],
    within: NDArray[np.float64],
    *,
    qualified: NDArray[np.bool_],
    rate: NDArray[np.float64],
) -> NDArray[np.int64]:
    top = np.where(qualified, float(_TOP[True]), float(_TOP[False]))
    middle = np.where(qualified, float(_MIDDLE[True]), float(_MIDDLE[False]))
    # Low uniform numbers are high scores, so that `which < rate` is exactly a score of .5 or more.
    quarter = 3 - (
        (which >= rate * top).astype(np.int64) + (which >= rate) + (which >= rate + (1 - rate) * middle)
    )
    return quarter * 2_500 + np.floor(within * 2_500).astype(np.int64)


def _claims() -> list[Claim]:
    black = "Qualified Black applicants are turned down more often; the unqualified are treated alike."
    female = "One threshold, but women's scores are lowered whatever their label."
    asian = "More Asian applicants are qualified; given the label they are treated like White applicants."
    equal = "Nothing depends on the site."
    few = "Far too few rows to tell."
    sites = [f"site={level}" for level in POPULATION.factor("site").levels]
    decided = ("selection_rate", "true_positive_rate", "false_positive_rate")
    return [
        Claim("marginal", "false_negative_rate", "race=Black", "race=White", black),
        Claim("parity", "false_positive_rate", "race=Black", "race=White", black),
        Claim("marginal", "selection_rate", "sex=Female", "sex=Male", female),
        Claim("marginal", "true_positive_rate", "sex=Female", "sex=Male", female),
        Claim("marginal", "false_positive_rate", "sex=Female", "sex=Male", female),
        Claim("prevalence", "selection_rate", "race=Asian", "race=White", asian),
        Claim("parity", "true_positive_rate", "race=Asian", "race=White", asian),
        Claim("parity", "false_positive_rate", "race=Asian", "race=White", asian),
        *(
            Claim("parity", metric, "race=Hispanic", "race=White", "Alike in everything.")
            for metric in ("prevalence", *decided)
        ),
        *(Claim("parity", metric, site, "all", equal) for site in sites for metric in decided),
        Claim(
            "undecidable",
            "true_positive_rate",
            "race=Native American",
            "race=White",
            f"Worse in truth. {few}",
        ),
        Claim(
            "undecidable",
            "true_positive_rate",
            "race=Pacific Islander",
            "race=White",
            f"Equal in truth. {few}",
        ),
        Claim("undecidable", "selection_rate", "sex=Nonbinary", "sex=Male", f"Equal in truth. {few}"),
    ]
