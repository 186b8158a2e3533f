"""What the people of the biographies do: four fields of work, two occupations in each, and their duties.

The two occupations of a field are mixed up by a labeller who goes by gender: the first is the one that such a
labeller gives to women, the second the one given to men. Duties, places and surnames show no gender.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from fairkit.samples._population import exact


@dataclass(frozen=True, slots=True)
class Occupation:
    """An occupation and what its people do, each duty as a gerund."""

    name: str
    duties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """Two occupations with neighbouring duties.

    Attributes
    ----------
    name : str
    strength : Fraction
        How far gender matters here: 0 where a labeller never goes by it.
    typed_feminine, typed_masculine : Occupation
        What a labeller who goes by gender calls women, and what men.
    """

    name: str
    strength: Fraction
    typed_feminine: Occupation
    typed_masculine: Occupation

    @property
    def occupations(self) -> tuple[Occupation, Occupation]:
        """Both, the one typed feminine first."""
        return (self.typed_feminine, self.typed_masculine)


FIELDS = (
    Field(
        "care",
        exact("0.8"),
        Occupation(
            "nurse",
            (
                "changing dressings",
                "taking temperatures at night",
                "handing out tablets",
                "turning patients in bed",
                "calming anxious visitors",
                "checking drips",
                "washing wounds",
                "keeping the ward rota",
            ),
        ),
        Occupation(
            "surgeon",
            (
                "setting broken bones",
                "removing inflamed tonsils",
                "planning operations",
                "stitching deep cuts",
                "replacing worn hips",
                "studying scans before theatre",
                "closing incisions",
                "repairing torn ligaments",
            ),
        ),
    ),
    Field(
        "law",
        exact("0.5"),
        Occupation(
            "paralegal",
            (
                "filing court papers",
                "indexing case files",
                "proofreading contracts",
                "booking hearings",
                "copying exhibits",
                "tracking deadlines",
                "ordering transcripts",
                "summarising depositions",
            ),
        ),
        Occupation(
            "attorney",
            (
                "arguing appeals",
                "questioning witnesses",
                "negotiating settlements",
                "addressing juries",
                "drafting pleadings",
                "advising defendants",
                "challenging verdicts",
                "opposing motions",
            ),
        ),
    ),
    Field(
        "school",
        exact("0.25"),
        Occupation(
            "teacher",
            (
                "marking spelling tests",
                "reading stories aloud",
                "taking the class register",
                "meeting parents after lessons",
                "practising times tables",
                "tying shoelaces",
                "leading museum trips",
                "pinning up finger paintings",
            ),
        ),
        Occupation(
            "professor",
            (
                "supervising doctorates",
                "reviewing journal articles",
                "lecturing on statistics",
                "applying for grants",
                "editing a monograph",
                "examining dissertations",
                "convening seminars",
                "directing a laboratory",
            ),
        ),
    ),
    Field(
        "building",
        exact("0"),
        Occupation(
            "interior designer",
            (
                "choosing curtains",
                "matching wallpapers",
                "arranging sofas",
                "picking lamps",
                "sampling carpets",
                "painting accent walls",
                "hanging mirrors",
                "restoring armchairs",
            ),
        ),
        Occupation(
            "architect",
            (
                "drawing floor plans",
                "calculating loads",
                "siting foundations",
                "surveying roofs",
                "modelling staircases",
                "obtaining permits",
                "specifying girders",
                "revising elevations",
            ),
        ),
    ),
)

# fmt: off
SURNAMES = (
    "Abadi", "Adeyemi", "Bianchi", "Brennan", "Castellano", "Duarte", "Eriksen", "Farouk", "Ferreira",
    "Grzelak", "Haddad", "Horvath", "Ibarra", "Iyer", "Jansen", "Kimura", "Larsen", "Lindqvist",
    "Mbeki", "Mendoza", "Moreau", "Nakata", "Nguyen", "Novak", "Oduya", "Okafor", "Olsen", "Pavlenko",
    "Pereira", "Quispe", "Rahman", "Sato", "Tanaka", "Tembo", "Urbina", "Vasquez", "Weber", "Wozniak",
    "Yilmaz", "Zhang",
)
PLACES = (
    "Aarhus", "Basel", "Bergen", "Bilbao", "Cork", "Ghent", "Graz", "Izmir", "Krakow", "Leeds", "Lyon",
    "Malmo", "Nantes", "Osaka", "Perth", "Porto", "Quito", "Tartu", "Turin", "Utrecht",
)
# fmt: on
