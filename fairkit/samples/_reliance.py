"""The known truth of the generated texts: what labellers write, and how far they rely on gender.

Everything is summed over the generating distribution, in exact fractions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from fairkit.errors import UsageError
from fairkit.samples import _biographies as biographies
from fairkit.samples._biographies import CLEAR, DESCRIBED, GENDERLESS, GENDERS
from fairkit.samples._duties import FIELDS, Field
from fairkit.samples._templates import TEMPLATES
from fairkit.samples._text_truth import TrueOccupation, TrueReliance, TrueText

SCHEMA = "fairkit.texts/1"

Labels = Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class TextTruth:
    """What is known about the generated biographies and requests.

    Attributes
    ----------
    name : str
    rows, seed : int
        With which the shipped file was drawn. The truth itself depends on neither.
    columns : mapping of str to (str or list of str)
        Which column is what: ``text``, ``counterfactual``, ``group``, ``cluster``, ``occupation``,
        ``labels``.
    missing : mapping of str to float
        Share of empty cells by column.
    labellers : tuple of TrueReliance
        Those of the shipped file; `at` gives any other.

    Examples
    --------
    >>> from fairkit.samples import truth
    >>> [round(labeller.swap_gap, 4) for labeller in truth("biographies").labellers]
    [0.0, 0.0639, 0.1279, 0.1918]
    """

    name: str
    rows: int
    seed: int
    columns: Mapping[str, str | list[str]]
    missing: Mapping[str, float]
    labellers: tuple[TrueReliance, ...]

    def at(self, reliance: float) -> TrueReliance:
        """Return what is true of a labeller of some reliance.

        Raises
        ------
        UsageError
            The reliance is no probability in whole hundredths.
        """
        problems = biographies.check_reliances([reliance])
        if problems:
            raise UsageError(*problems)
        return true_reliance(reliance)

    def to_json(self) -> str:
        """Write the truth as JSON, one kind of text a line, for a readable diff."""
        head = {
            "schema": SCHEMA,
            "name": self.name,
            "rows": self.rows,
            "seed": self.seed,
            "columns": dict(self.columns),
            "missing": dict(self.missing),
        }
        lines = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
        labellers = ",\n".join(_labeller_json(labeller) for labeller in self.labellers)
        return "{\n" + ",\n".join([*lines, f' "labellers": [\n{labellers}\n ]']) + "\n}\n"


class _Content(NamedTuple):
    """What a text says apart from gender, its share of all rows, and whose occupation it is how often."""

    field: Field
    described: str
    clear: str
    share: Fraction
    occupations: Labels


def truth() -> TextTruth:
    """Compute the truth of the biographies."""
    columns: dict[str, str | list[str]] = {
        "text": "text",
        "counterfactual": "swapped",
        "group": "gender",
        "cluster": "template",
        "occupation": "occupation",
        "labels": [biographies.label_column(reliance) for reliance in biographies.RELIANCES],
    }
    nameless = Fraction(sum(not each.named for each in TEMPLATES), len(TEMPLATES))
    return TextTruth(
        name="biographies",
        rows=biographies.ROWS,
        seed=biographies.SEED,
        columns=columns,
        missing={"name": float(nameless), "gender": float(GENDERLESS), "swapped": float(GENDERLESS)},
        labellers=tuple(true_reliance(reliance) for reliance in biographies.RELIANCES),
    )


def true_reliance(reliance: float) -> TrueReliance:
    """Compute the truth of one labeller."""
    rho = biographies.exact_reliance(reliance)
    contents = _contents()
    asked = [biographies.going_by_gender(each.field, each.clear, rho) for each in contents]
    written = {
        (position, gender): _labels(each, gender, asked[position])
        for position, each in enumerate(contents)
        for gender in (*GENDERS, None)
    }
    flips = [
        _best(each, written[position, GENDERS[0]]) != _best(each, written[position, GENDERS[1]])
        for position, each in enumerate(contents)
    ]
    occupations = _occupations(contents, asked)
    gaps = [(occupation.feminine - occupation.masculine) ** 2 for occupation in occupations]
    return TrueReliance(
        reliance=reliance,
        column=biographies.label_column(reliance),
        accuracy=float(
            sum(
                each.share * _gender_share(gender) * max(written[position, gender].values())
                for position, each in enumerate(contents)
                for gender in (*GENDERS, None)
            )
        ),
        agreement=float(
            1
            - sum(
                each.share * _gender_share(gender) * e * (1 - each.occupations[_typed(each.field, gender)])
                for each, e in zip(contents, asked, strict=True)
                for gender in GENDERS
            )
        ),
        swap_gap=float(sum(each.share * e for each, e in zip(contents, asked, strict=True))),
        flip_rate=float(sum(each.share * flip for each, flip in zip(contents, flips, strict=True))),
        true_positive_rate_gap=float(sum(gaps, Fraction(0)) / len(gaps)) ** 0.5,
        fields={field.name: float(_mean_asked(field, rho)) for field in FIELDS},
        occupations=tuple(
            TrueOccupation(
                occupation=each.occupation,
                field=each.field,
                feminine=float(each.feminine),
                masculine=float(each.masculine),
                gap=float(each.feminine - each.masculine),
            )
            for each in occupations
        ),
        texts=tuple(
            TrueText(
                described=each.described,
                clear=each.clear,
                gender=gender,
                share=float(each.share * _gender_share(gender)),
                swap_gap=None if gender is None else float(asked[position]),
                labels={name: float(share) for name, share in written[position, gender].items()},
            )
            for position, each in enumerate(contents)
            for gender in (*GENDERS, None)
        ),
    )


class _Rates(NamedTuple):
    occupation: str
    field: str
    feminine: Fraction
    masculine: Fraction


def _contents() -> list[_Content]:
    """List every content of a text with its share; occupations of other fields never occur."""
    found = []
    for field in FIELDS:
        names = [occupation.name for occupation in field.occupations]
        for described in names:
            for clear, share in CLEAR.shares.items():
                right = DESCRIBED[clear]
                occupations = {name: right if name == described else 1 - right for name in names}
                whole = biographies.FIELD.shares[field.name] * share / len(names)
                found.append(_Content(field, described, clear, whole, occupations))
    return found


def _typed(field: Field, gender: str) -> str:
    return field.occupations[GENDERS.index(gender)].name


def _gender_share(gender: str | None) -> Fraction:
    return GENDERLESS if gender is None else (1 - GENDERLESS) * biographies.GENDER.shares[gender]


def _labels(content: _Content, gender: str | None, asked: Fraction) -> Labels:
    if gender is None:
        return content.occupations
    typed = _typed(content.field, gender)
    return {
        name: (1 - asked) * share + (asked if name == typed else 0)
        for name, share in content.occupations.items()
    }


def _best(content: _Content, labels: Labels) -> str:
    """Return the likeliest label; of equals, the occupation described."""
    return max(labels, key=lambda name: (labels[name], name == content.described))


def _mean_asked(field: Field, rho: Fraction) -> Fraction:
    return sum(
        (share * biographies.going_by_gender(field, clear, rho) for clear, share in CLEAR.shares.items()),
        Fraction(0),
    )


def _occupations(contents: Sequence[_Content], asked: Sequence[Fraction]) -> list[_Rates]:
    """Compute how often people of each occupation are given its label, by gender."""
    found = []
    for field in FIELDS:
        own = [(each, e) for each, e in zip(contents, asked, strict=True) if each.field is field]
        for name in (occupation.name for occupation in field.occupations):
            people = sum((each.share * each.occupations[name] for each, _ in own), Fraction(0))
            lost = sum((each.share * each.occupations[name] * e for each, e in own), Fraction(0)) / people
            feminine, masculine = (1 if _typed(field, gender) == name else 1 - lost for gender in GENDERS)
            found.append(_Rates(name, field.name, Fraction(feminine), Fraction(masculine)))
    return found


def _labeller_json(labeller: TrueReliance) -> str:
    parts = ("occupations", "texts")
    facts = {name: getattr(labeller, name) for name in labeller.__slots__ if name not in parts}
    lines = [f"   {json.dumps(key)}: {json.dumps(value)}" for key, value in facts.items()]
    for part in parts:
        rows = [
            "    " + json.dumps({name: getattr(row, name) for name in row.__slots__})
            for row in getattr(labeller, part)
        ]
        lines.append(f"   {json.dumps(part)}: [\n" + ",\n".join(rows) + "\n   ]")
    return "  {\n" + ",\n".join(lines) + "\n  }"
