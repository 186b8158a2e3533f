"""Loan decisions with a disparity that no single attribute shows, and people who apply repeatedly.

Write a(s) for sexes and b(r) for races with sum P(s) a(s) = 0 and sum P(r) b(r) = 0, and let the true
positive rate of a cell be t - .14 a(s) b(r). Sex and race are independent, also given the label, so averaging
over races leaves every sex with t, and averaging over sexes leaves every race with t: each margin is exactly
equal, while the crossing is not. Here P(Female) = P(Male) = 1/2, a = 1, -1; P(Black) = 1/4, P(White) = 1/2, b
= 1, -1/2, and 0 for the others::

            Black   White   others   all
    Female  -.14    +.07      0       0
    Male    +.14    -.07      0       0
    all       0       0       0       0

Repeated applications share the applicant's attributes. With probability 1/2 a repeat also reuses the uniform
numbers of the applicant's first row for label and decision, so outcomes are correlated within applicants
while every single row keeps its exact rates: a copy of a uniform number is uniform.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from fairkit.samples._population import Cell, Factor, Population, exact, uniforms
from fairkit.samples._table import Column, coded, whole
from fairkit.samples._truth import Claim, Truth, known

ROWS, SEED = 20_000, 20_240_502

GROUPINGS = (("sex",), ("race",), ("age_band",), ("home",), ("region",), ("sex", "race"))

LABEL_MISSING, DECISION_MISSING = exact("0.02"), exact("0.01")

REPEAT, SHARED = exact("0.2"), exact("0.5")
"""Probability that a row belongs to the previous row's applicant; that a repeat shares label and decision."""

# Yearly income in each band, in hundreds: from, up to.
_BANDS: Mapping[str, tuple[int, int]] = {
    "low": (180, 300),
    "middle": (300, 500),
    "upper": (500, 800),
    "top": (800, 1400),
}

_INCOME_EFFECT = {"low": "-0.10", "middle": "0", "upper": "0.05", "top": "0.08"}

_SEX = {"Female": exact("1"), "Male": exact("-1")}
_RACE = {"Black": exact("1"), "White": exact("-0.5")}


def prevalence(cell: Cell) -> Fraction:
    """Share of loans that are repaid: fewer in the West, more with income."""
    return exact("0.70") - (cell["region"] == "West") * exact("0.12") + exact(_INCOME_EFFECT[cell["income"]])


def true_positive_rate(cell: Cell) -> Fraction:
    """Share of good loans that are approved."""
    crossing = exact("0.14") * _SEX[cell["sex"]] * _RACE.get(cell["race"], Fraction(0))
    return exact("0.76") - (cell["age_band"] == "18-29") * exact("0.10") - crossing


def false_positive_rate(cell: Cell) -> Fraction:
    """Share of bad loans that are approved."""
    return exact("0.25") + (cell["region"] == "South") * exact("0.02")


POPULATION = Population(
    factors=(
        Factor("sex", {"Female": exact("0.5"), "Male": exact("0.5")}),
        Factor(
            "race",
            {
                "White": exact("0.5"),
                "Black": exact("0.25"),
                "Hispanic": exact("0.16"),
                "Asian": exact("0.088"),
                "Native American": exact("0.002"),
            },
            missing=exact("0.025"),
        ),
        Factor(
            "age_band",
            {"18-29": exact("0.22"), "30-44": exact("0.34"), "45-59": exact("0.27"), "60+": exact("0.17")},
        ),
        Factor("home", {"mortgage": exact("0.40"), "own": exact("0.18"), "rent": exact("0.42")}),
        Factor(
            "region",
            {"East": exact("0.30"), "North": exact("0.25"), "South": exact("0.25"), "West": exact("0.20")},
        ),
        Factor(
            "income",
            {"low": exact("0.25"), "middle": exact("0.35"), "upper": exact("0.27"), "top": exact("0.13")},
        ),
    ),
    prevalence=prevalence,
    true_positive_rate=true_positive_rate,
    false_positive_rate=false_positive_rate,
)


def columns(rows: int, *, seed: int) -> dict[str, Column]:
    """Draw the table. Rows of one applicant follow each other."""
    u = uniforms(rows, 14, seed=seed)
    starts = u[:, 0] >= float(REPEAT)
    starts[:1] = True
    applicant = np.cumsum(starts) - 1
    person = np.flatnonzero(starts)[applicant]  # the row that holds the applicant's own uniform numbers
    drawn = [factor.draw(u[person, 1 + position]) for position, factor in enumerate(POPULATION.factors)]
    sex, race, age_band, home, region, band = drawn
    start = np.array([start for start, _ in _BANDS.values()])
    end = np.array([end for _, end in _BANDS.values()])
    income = 100 * (start[band] + np.floor(u[:, 7] * (end - start)[band]))
    outcome = np.where(u[:, 8] < float(SHARED), person, np.arange(rows))
    repaid = u[outcome, 9] < POPULATION.per_row(prevalence, drawn)
    rate = np.where(
        repaid, POPULATION.per_row(true_positive_rate, drawn), POPULATION.per_row(false_positive_rate, drawn)
    )
    approved = u[outcome, 10] < rate
    names = ("no", "yes")
    return {
        "applicant": Column(applicant.astype(np.int64), "text", _ids(int(applicant[-1]) + 1 if rows else 0)),
        "sex": coded(sex, POPULATION.factor("sex").levels),
        "race": coded(
            race, POPULATION.factor("race").levels, u[person, 11] < float(POPULATION.factor("race").missing)
        ),
        "age_band": coded(age_band, POPULATION.factor("age_band").levels),
        "home": coded(home, POPULATION.factor("home").levels),
        "region": coded(region, POPULATION.factor("region").levels),
        "income": whole(income),
        "repaid": coded(repaid.astype(np.intp), names, u[:, 12] < float(LABEL_MISSING)),
        "approved": coded(approved.astype(np.intp), names, u[:, 13] < float(DECISION_MISSING)),
    }


def truth() -> Truth:
    """Compute the truth of the lending data."""
    groups, planted = known(POPULATION, GROUPINGS, _claims())
    return Truth(
        name="lending",
        rows=ROWS,
        seed=SEED,
        columns={
            "label": "repaid",
            "label_positive": "yes",
            "decision": "approved",
            "decision_positive": "yes",
            "score": None,
            "cluster": "applicant",
        },
        missing={
            "race": float(POPULATION.factor("race").missing),
            "repaid": float(LABEL_MISSING),
            "approved": float(DECISION_MISSING),
        },
        groups=groups,
        planted=planted,
    )


def _ids(applicants: int) -> tuple[str, ...]:
    return tuple(f"A{number:06d}" for number in range(1, applicants + 1))


def _claims() -> list[Claim]:
    crossing = "Sex and race matter only together; each alone shows nothing."
    young = "Good loans of the young are turned down more often."
    west = "Fewer loans are repaid in the West; given the label they are treated alike."
    home = "Nothing depends on the home."
    few = "Equal in truth to all. Far too few rows to tell."
    decided = ("selection_rate", "true_positive_rate", "false_positive_rate")
    margins = [f"sex={level}" for level in _SEX] + [
        f"race={level}" for level in POPULATION.factor("race").levels if level != "Native American"
    ]
    homes = [f"home={level}" for level in POPULATION.factor("home").levels]
    return [
        *(
            Claim("intersectional", "false_negative_rate", f"sex={sex} & race={race}", "all", crossing)
            for race in _RACE
            for sex in _SEX
        ),
        *(Claim("parity", metric, group, "all", crossing) for group in margins for metric in decided),
        Claim("marginal", "false_negative_rate", "age_band=18-29", "age_band=30-44", young),
        Claim("prevalence", "selection_rate", "region=West", "region=North", west),
        Claim("parity", "true_positive_rate", "region=West", "region=North", west),
        Claim("parity", "false_positive_rate", "region=West", "region=North", west),
        Claim(
            "small",
            "false_positive_rate",
            "region=South",
            "region=North",
            "A real difference within any usual margin.",
        ),
        *(Claim("parity", metric, group, "all", home) for group in homes for metric in decided),
        Claim("undecidable", "true_positive_rate", "race=Native American", "all", few),
    ]
