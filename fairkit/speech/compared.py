"""What is compared with what: the groups, their reference, and the utterances that a comparison can use.

Adjusting and matching ask the same three questions before they count anything: are the names known, which
group is the reference, and which utterances have all that is needed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import UsageError, did_you_mean, shortlist, unknown_name
from fairkit.groups import group_name
from fairkit.speech.covariates import Covariate
from fairkit.speech.utterances import Utterances

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

REST = "rest"
"""Reference of a group that is compared with all other utterances."""

NO_INTERVAL = "no speaker differs from the others of a group, so there is a value but no interval"
"""Reason where speakers happen to agree, which is no certainty."""


def check(utterances: Utterances, attribute: str, system: int, normalizer: int, confidence: float) -> None:
    """Refuse what cannot be asked of these utterances, with every problem at once.

    Raises
    ------
    fairkit.errors.UsageError
    """
    problems = []
    if attribute not in utterances.attributes:
        problems.append(unknown_name("attribute", attribute, utterances.attributes))
    for what, place, known in (
        ("system", system, utterances.systems),
        ("normalizer", normalizer, utterances.normalizers),
    ):
        if not 0 <= place < len(known):
            problems.append(f"{what} {place} is not one of 0 to {len(known) - 1}.")
    if not 0 < confidence < 1:
        problems.append(f"confidence is {confidence:g}, but must lie between 0 and 1.")
    if problems:
        raise UsageError(*problems)


def usable_utterances(
    utterances: Utterances, attribute: str, covariates: Sequence[Covariate], system: int, normalizer: int
) -> tuple[BoolArray, IntArray]:
    """Return which utterances a model can use, and how many of each group it leaves out."""
    known = utterances.speakers >= 0 if utterances.has_speakers else np.ones(len(utterances), np.bool_)
    usable = utterances.scored & (utterances.said()[:, system, normalizer] > 0) & known
    for one in covariates:
        usable &= one.codes >= 0
    group = utterances.group(attribute)
    levels = len(utterances.levels[utterances.attributes.index(attribute)])
    return usable, np.bincount(group[utterances.scored & ~usable], minlength=levels)


def speaker_codes(utterances: Utterances) -> IntArray:
    """Return who speaks: the speaker, or the utterance itself where no speakers are known."""
    return utterances.speakers if utterances.has_speakers else np.arange(len(utterances))


def reference_level(utterances: Utterances, attribute: str, reference: str | None) -> int | None:
    """Return the position of the reference level; None for the rest.

    Parameters
    ----------
    utterances : Utterances
    attribute : str
    reference : str or None
        A level such as ``US``, a group such as ``accent=US``, or ``rest``. None is the level with the most
        utterances, the first of these in case of a tie; never the missing one.

    Raises
    ------
    fairkit.errors.UsageError
        When there is no such level, or no level at all.
    """
    if reference == REST:
        return None
    levels = utterances.levels[utterances.attributes.index(attribute)]
    known = [place for place, level in enumerate(levels) if level is not None]
    if not known:
        raise UsageError(f"'{attribute}' is missing everywhere, so there is no group to compare with.")
    if reference is None:
        number = np.bincount(utterances.group(attribute)[utterances.scored], minlength=len(levels))
        return max(known, key=lambda place: int(number[place]))
    for place in known:
        if reference in (str(levels[place]), group_name([attribute], [levels[place]])):
            return place
    texts = [str(levels[place]) for place in known]
    raise UsageError(
        f"'{reference}' is no level of '{attribute}' (it has {shortlist(texts)})."
        f"{did_you_mean(reference, texts)}"
    )
