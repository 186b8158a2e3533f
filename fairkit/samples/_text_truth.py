"""What is true of a labeller of the generated texts: records of exact figures, each rounded once.

Since a text shows all that its label depends on, these are also the figures of the best possible classifier:
one that knows the probability of every label given the text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fairkit.errors import UsageError, shortlist, unknown_name
from fairkit.samples._biographies import CLEAR, GENDERS, OCCUPATIONS


@dataclass(frozen=True, slots=True)
class TrueText:
    """What is true of all texts of one kind: the same occupation described, as clearly, of the same gender.

    Attributes
    ----------
    described, clear : str
        As the columns have it.
    gender : str or None
        ``feminine`` or ``masculine``; None where the text shows none.
    share : float
        Share of all rows.
    swap_gap : float or None
        Total variation between the probabilities of the labels of a text and of its counterfactual, from 0 to
        1; None where the text has no counterfactual, because it shows no gender.
    labels : mapping of str to float
        Probability of each label that can occur.

    Examples
    --------
    >>> from fairkit import samples
    >>> text = samples.truth("biographies").at(0.9).text("nurse", clear="no", gender="masculine")
    >>> text.swap_gap, text.labels
    (0.72, {'nurse': 0.224, 'surgeon': 0.776})
    """

    described: str
    clear: str
    gender: str | None
    share: float
    swap_gap: float | None
    labels: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class TrueOccupation:
    """How often people of one occupation are given its label.

    Attributes
    ----------
    occupation, field : str
    feminine, masculine : float
        True positive rate among texts of each gender: the share that is labelled with its occupation.
    gap : float
        The first less the second.

    Examples
    --------
    >>> from fairkit import samples
    >>> nurse = samples.truth("biographies").at(0.9).occupation("nurse")
    >>> nurse.feminine, nurse.masculine, nurse.gap
    (1.0, 0.604, 0.396)
    """

    occupation: str
    field: str
    feminine: float
    masculine: float
    gap: float


@dataclass(frozen=True, slots=True)
class TrueReliance:
    """What is true of one labeller.

    Attributes
    ----------
    reliance : float
        How strongly the labeller relies on gender, from 0 to 1.
    column : str
        Where the labels are.
    accuracy : float
        Share of labels that the best possible classifier of the texts predicts.
    agreement : float
        Share of labels that are the person's occupation.
    swap_gap : float
        Mean total variation between the best classifier's probabilities for a text and for its
        counterfactual, over the texts that have one. It is also the share of these texts whose labeller went
        by gender.
    flip_rate : float
        Share of the same texts for which the best classifier's label changes with the gender.
    true_positive_rate_gap : float
        Root mean square of the occupations' gaps.
    fields : mapping of str to float
        The swap gap within each field of work.
    occupations : tuple of TrueOccupation
    texts : tuple of TrueText

    Examples
    --------
    >>> from fairkit import samples
    >>> true = samples.truth("biographies").at(0.9)
    >>> round(true.swap_gap, 5), true.flip_rate, true.fields["building"]
    (0.19181, 0.2, 0.0)
    """

    reliance: float
    column: str
    accuracy: float
    agreement: float
    swap_gap: float
    flip_rate: float
    true_positive_rate_gap: float
    fields: Mapping[str, float]
    occupations: tuple[TrueOccupation, ...]
    texts: tuple[TrueText, ...]

    def occupation(self, name: str) -> TrueOccupation:
        """Return what is true of an occupation.

        Raises
        ------
        UsageError
            There is no such occupation.
        """
        for candidate in self.occupations:
            if candidate.occupation == name:
                return candidate
        raise UsageError(unknown_name("occupation", name, OCCUPATIONS))

    def text(self, described: str, *, clear: str, gender: str | None) -> TrueText:
        """Return what is true of the texts that describe an occupation, as clearly, of that gender.

        Raises
        ------
        UsageError
            There are no such texts; everything that is wrong is named.
        """
        for candidate in self.texts:
            if (candidate.described, candidate.clear, candidate.gender) == (described, clear, gender):
                return candidate
        wanted = (("occupation", described, OCCUPATIONS), ("clear", clear, CLEAR.levels))
        problems = [unknown_name(what, value, known) for what, value, known in wanted if value not in known]
        if gender is not None and gender not in GENDERS:
            problems.append(
                f"gender is {gender!r}. Give {shortlist(GENDERS)}, or None for texts that show none."
            )
        raise UsageError(*problems)
