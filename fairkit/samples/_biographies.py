"""Short biographies and requests, and labellers who rely on gender to a planted degree.

A text lists three duties. Mostly all three belong to one occupation; in a *doubtful* text two do, and the
third belongs to the other occupation of the same field. The person's occupation depends on the duties alone:
it is the one that most duties describe with probability .98, or .80 where the text is doubtful. Gender is
independent of duties and occupation.

A labeller of reliance rho goes by gender with probability ``e = rho * strength(field) * (1 if doubtful else
1/4)`` and then writes the occupation of the field that is typed for that gender; else, and always where the
text shows no gender, the labeller writes the person's occupation. So, whatever the duties are::

    P(label | duties, feminine) - P(label | duties, masculine) = e [typed feminine] - e [typed masculine]

and the total variation between a text and its counterfactual is exactly e.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from fairkit.samples._duties import FIELDS, PLACES, SURNAMES, Field
from fairkit.samples._population import Factor, exact, uniforms
from fairkit.samples._table import Column, coded
from fairkit.samples._templates import TEMPLATES

ROWS, SEED = 4_000, 20_240_503

RELIANCES = (0.0, 0.3, 0.6, 0.9)
"""Of the labellers in the shipped file."""

GENDERS = ("feminine", "masculine")

DOUBTFUL = exact("0.4")
"""Share of texts with a duty of the other occupation."""

DESCRIBED = {"yes": exact("0.98"), "no": exact("0.8")}
"""Share of people whose occupation is the one described, by whether the text is clear."""

ATTENTION = {"yes": exact("0.25"), "no": exact("1")}
"""How much more often gender is asked in doubt, by whether the text is clear."""

FIELD = Factor("field", {field.name: Fraction(1, len(FIELDS)) for field in FIELDS})
CLEAR = Factor("clear", {"yes": 1 - DOUBTFUL, "no": DOUBTFUL})
GENDER = Factor("gender", dict.fromkeys(GENDERS, Fraction(1, 2)))
TEMPLATE = Factor("template", {template.name: Fraction(1, len(TEMPLATES)) for template in TEMPLATES})

OCCUPATIONS = tuple(occupation.name for field in FIELDS for occupation in field.occupations)

GENDERLESS = Fraction(sum(not template.gendered for template in TEMPLATES), len(TEMPLATES))
"""Share of texts that show no gender."""

_DUTIES = 3


def going_by_gender(field: Field, clear: str, reliance: Fraction) -> Fraction:
    """Return the probability that a labeller goes by gender, where the text shows one."""
    return reliance * field.strength * ATTENTION[clear]


def label_column(reliance: float) -> str:
    """Return the name of the column of a labeller: the reliance in hundredths.

    Examples
    --------
    >>> label_column(0.3)
    'label_30'
    """
    return f"label_{round(100 * reliance)}"


def exact_reliance(reliance: float) -> Fraction:
    """Return a reliance of whole hundredths as the fraction that its column's name says."""
    return Fraction(round(100 * reliance), 100)


def check_reliances(reliances: Sequence[float]) -> tuple[str, ...]:
    """Return what is wrong with the reliances that somebody asks for: outside [0, 1], too fine, or twice."""
    wrong = [value for value in reliances if not 0 <= value <= 1]
    fine = [
        value for value in reliances if value not in wrong and abs(value * 100 - round(value * 100)) > 1e-9
    ]
    columns = [label_column(value) for value in reliances if value not in (*wrong, *fine)]
    twice = sorted({name for name in columns if columns.count(name) > 1})
    return (
        *(f"reliance is {value}. Give a probability from 0 to 1." for value in wrong),
        *(f"reliance is {value}. Give whole hundredths: columns are named after them." for value in fine),
        *(f"reliance is given twice for column {name}. Give each once." for name in twice),
    )


def columns(rows: int, *, seed: int, reliance: Sequence[float] = RELIANCES) -> dict[str, Column]:
    """Draw the table. The labellers share their uniform numbers: more reliance only changes more labels."""
    u = uniforms(rows, 13, seed=seed)
    field = FIELD.draw(u[:, 0])
    described = (u[:, 1] >= 0.5).astype(np.intp)
    doubtful = CLEAR.draw(u[:, 2])
    odd = np.floor(u[:, 3] * _DUTIES).astype(np.intp)
    gender = GENDER.draw(u[:, 4])
    template = TEMPLATE.draw(u[:, 5])
    name, place = np.floor(u[:, 6] * len(SURNAMES)).astype(int), np.floor(u[:, 7] * len(PLACES)).astype(int)
    levels = np.array([float(DESCRIBED[level]) for level in CLEAR.levels])
    occupation = np.where(u[:, 11] < levels[doubtful], described, 1 - described)

    shown = np.array([choice.gendered for choice in TEMPLATES])[template]
    named = np.array([choice.named for choice in TEMPLATES])[template]
    texts, swapped = _texts(
        template,
        gender=gender,
        name=name,
        place=place,
        duties=_duties(field, described, doubtful, odd, u[:, 8:11]),
    )
    found = {
        "id": coded(np.arange(rows), [f"T{number:06d}" for number in range(1, rows + 1)]),
        "kind": coded(
            (np.array([t.kind == "request" for t in TEMPLATES])[template]).astype(np.intp),
            ("biography", "request"),
        ),
        "template": coded(template, TEMPLATE.levels),
        "name": coded(name, SURNAMES, ~named),
        "gender": coded(gender, GENDERS, ~shown),
        "field": coded(field, FIELD.levels),
        "described": coded(2 * field + described, OCCUPATIONS),
        "clear": coded(doubtful, CLEAR.levels),
        "occupation": coded(2 * field + occupation, OCCUPATIONS),
    }
    for value in reliance:
        asked = np.array(
            [[float(going_by_gender(f, c, exact_reliance(value))) for c in CLEAR.levels] for f in FIELDS]
        )
        by_gender = shown & (u[:, 12] < asked[field, doubtful])
        found[label_column(value)] = coded(2 * field + np.where(by_gender, gender, occupation), OCCUPATIONS)
    return found | {
        "text": coded(np.arange(rows), texts),
        "swapped": coded(np.arange(rows), swapped, ~shown),
    }


def _duties(
    field: NDArray[np.intp],
    described: NDArray[np.intp],
    doubtful: NDArray[np.intp],
    odd: NDArray[np.intp],
    uniform: NDArray[np.float64],
) -> list[tuple[str, ...]]:
    """Pick three different duties a row, the odd one of a doubtful text from the other occupation."""
    listed = [occupation.duties for each in FIELDS for occupation in each.occupations]
    count = len(listed[0])
    first, second, third = (
        np.floor(uniform[:, slot] * (count - slot)).astype(np.intp) for slot in range(_DUTIES)
    )
    # Skipping what was picked before leaves every order of different duties equally likely.
    second = second + (second >= first)
    low, high = np.minimum(first, second), np.maximum(first, second)
    third = third + (third >= low)
    third = third + (third >= high)
    slots = np.arange(_DUTIES)
    turned = (doubtful[:, None] == 1) & (odd[:, None] == slots)
    occupation = 2 * field[:, None] + np.where(turned, 1 - described[:, None], described[:, None])
    picked = np.stack([first, second, third], axis=1)
    return [
        tuple(listed[which][position] for which, position in zip(row, positions, strict=True))
        for row, positions in zip(occupation.tolist(), picked.tolist(), strict=True)
    ]


def _texts(
    template: NDArray[np.intp],
    *,
    gender: NDArray[np.intp],
    name: NDArray[np.int_],
    place: NDArray[np.int_],
    duties: Sequence[Sequence[str]],
) -> tuple[list[str], list[str]]:
    """Write every text and its counterfactual."""
    patterns = [(each.feminine(), each.masculine()) for each in TEMPLATES]
    written: tuple[list[str], list[str]] = ([], [])
    rows = zip(template.tolist(), gender.tolist(), name.tolist(), place.tolist(), duties, strict=True)
    for chosen, own, surname, town, (a, b, c) in rows:
        words = {"name": SURNAMES[surname], "place": PLACES[town], "a": a, "b": b, "c": c}
        words["A"] = a[0].upper() + a[1:]
        for texts, written_of in zip(written, (own, 1 - own), strict=True):
            texts.append(patterns[chosen][written_of].format_map(words))
    return written
