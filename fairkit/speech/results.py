"""What is found about transcripts, as plain frozen records that go into the report.

Values are None where they are undefined, with a reason beside them; no record holds an identifier of a
speaker or a text of more than a word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["disparity", "parity", "inconclusive"]

What = Literal["missing-hypothesis", "empty-hypothesis", "runaway", "empty-reference", "missing-reference"]
"""Why an utterance is worth a look."""


@dataclass(frozen=True, slots=True)
class SpeechGroup:
    """One group under one system and normaliser: all that was counted.

    Parameters
    ----------
    attribute, group : str
        The grouping and its group; the group ``all`` is every utterance.
    system, normalizer : str
    utterances : int
        Those with a reference.
    speakers : int or None
        None where no column of speakers was named.
    said : int
        Units (words or characters) of the references.
    hits, substitutions, deletions, insertions : int
    error_rate : float or None
        Errors over units said, under the policy for empty references that the settings state.
    with_empty_references, without_empty_references : float or None
        The same with utterances kept, or left out, of whose reference normalising leaves nothing.
    without_runaways : float or None
        The same without runaway output.
    mean_of_utterances, mean_of_speakers : float or None
        Unweighted means of the rates of utterances and of speakers; other numbers, shown beside.
    empty_references, errors_on_empty : int
        Utterances whose reference is empty, and the units that were recognised there.
    missing_hypotheses, empty_hypotheses : int
        Utterances without a hypothesis (counted as deletions), and with an empty one.
    runaways, errors_of_runaways : int
        Utterances in which the system went on and on, and the errors there.
    """

    attribute: str
    group: str
    system: str
    normalizer: str
    utterances: int
    speakers: int | None
    said: int
    hits: int
    substitutions: int
    deletions: int
    insertions: int
    error_rate: float | None
    with_empty_references: float | None
    without_empty_references: float | None
    without_runaways: float | None
    mean_of_utterances: float | None
    mean_of_speakers: float | None
    empty_references: int
    errors_on_empty: int
    missing_hypotheses: int
    empty_hypotheses: int
    runaways: int
    errors_of_runaways: int


@dataclass(frozen=True, slots=True)
class GapNull:
    """The gap between the worst and the best group, beside what it would be if groups were alike.

    Parameters
    ----------
    attribute, system, normalizer : str
    groups : int
        Groups that were compared.
    left_out : tuple of str
        Groups with too few speakers to be compared.
    best, worst : str or None
        Groups with the lowest and the highest error rate.
    gap : float or None
        Highest less lowest error rate.
    null_median, null_high : float or None
        Median and 95th percentile of the gap after labels are shuffled.
    p_value : float or None
        ``(1 + shuffles with as large a gap) / (1 + shuffles)``.
    shuffles : int
    shuffled : str
        What was shuffled: labels ``over speakers``, or ``within speakers`` where speakers have several.
    reason : str or None
        Why there is no null.
    """

    attribute: str
    system: str
    normalizer: str
    groups: int
    left_out: tuple[str, ...]
    best: str | None
    worst: str | None
    gap: float | None
    null_median: float | None
    null_high: float | None
    p_value: float | None
    shuffles: int
    shuffled: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Interaction:
    """Whether a condition hurts one group more than all others: a difference of differences.

    Parameters
    ----------
    attribute, group : str
        The group, such as ``accent=Irish``.
    factor, condition, base : str
        The condition, such as ``noise``, ``noise=yes`` and ``noise=no`` that it is compared with.
    system : str
    effect, effect_elsewhere : float or None
        Error rate under the condition less that under the base, in the group and in all others.
    value, low, high : float or None
        `effect` less `effect_elsewhere`, with the corrected interval that decides.
    level : float or None
        Confidence level at which the correction put this interval.
    margin : tuple of float
    verdict : {"disparity", "parity", "inconclusive"}
    excludes_zero : bool
    reason : str or None
    p_value, p_adjusted : float or None
    speakers : int or None
        Speakers of the group under either condition.
    method : str
    """

    attribute: str
    group: str
    factor: str
    condition: str
    base: str
    system: str
    effect: float | None
    effect_elsewhere: float | None
    value: float | None
    low: float | None
    high: float | None
    level: float | None
    margin: tuple[float, float]
    verdict: Verdict
    excludes_zero: bool
    reason: str | None
    p_value: float | None
    p_adjusted: float | None
    speakers: int | None
    method: str


@dataclass(frozen=True, slots=True)
class RateRatio:
    """Error rate of a group over that of a reference group, as counted and adjusted for other things.

    Parameters
    ----------
    attribute, group, reference, system : str
    crude, crude_low, crude_high : float or None
        Ratio of the error rates of the utterances that the model uses, with a plain interval.
    value, low, high : float or None
        Ratio given the covariates, with a plain interval.
    p_value, p_adjusted : float or None
        Test of "no difference" given the covariates, alone and Holm-adjusted over the groups.
    covariates : tuple of str
    utterances, speakers : int
        Of this group in the model; `speakers` are utterances where no speakers are known.
    left_out : int
        Utterances of this group without a value of some covariate.
    reason : str or None
        Why there is no value, or no interval.
    method : str
    """

    attribute: str
    group: str
    reference: str
    system: str
    crude: float | None
    crude_low: float | None
    crude_high: float | None
    value: float | None
    low: float | None
    high: float | None
    p_value: float | None
    p_adjusted: float | None
    covariates: tuple[str, ...]
    utterances: int
    speakers: int
    left_out: int
    reason: str | None
    method: str


@dataclass(frozen=True, slots=True)
class Matched:
    """A group and a reference group compared on utterances matched by other things.

    Parameters
    ----------
    attribute, group, reference, system : str
    pairs : int
    unmatched : int
        Utterances of the group without a partner within the caliper.
    speakers, reference_speakers : int
        Speakers that the pairs come from.
    rate, reference_rate : float or None
        Error rates (ratios of sums) of the two sides.
    crude : float or None
        Difference of the error rates before matching.
    value, low, high : float or None
        Difference after matching, with a plain interval that is clustered by speaker.
    p_value, p_adjusted : float or None
    largest_imbalance : float or None
        Largest standardised difference of a covariate between the sides after matching.
    covariates : tuple of str
    caliper : float
    reason : str or None
    method : str
    """

    attribute: str
    group: str
    reference: str
    system: str
    pairs: int
    unmatched: int
    speakers: int
    reference_speakers: int
    rate: float | None
    reference_rate: float | None
    crude: float | None
    value: float | None
    low: float | None
    high: float | None
    p_value: float | None
    p_adjusted: float | None
    largest_imbalance: float | None
    covariates: tuple[str, ...]
    caliper: float
    reason: str | None
    method: str


@dataclass(frozen=True, slots=True)
class Confusion:
    """A word that is recognised as another in one group more often than elsewhere.

    Parameters
    ----------
    attribute, group, system : str
    said : str or None
        Word of the reference; None where a word was inserted.
    heard : str or None
        What it was recognised as; None where it was deleted.
    count, elsewhere : int
        How often, in the group and in all others.
    chances, chances_elsewhere : int
        How often the word was said (of inserted words: how many words were said).
    speakers : int
        Speakers of the group with whom it happened.
    log_odds : float
        Log-odds ratio, shrunk by a Dirichlet prior from all groups.
    z : float
        The same over its standard error, clustered by speaker.
    p_adjusted : float
        Of that, by Benjamini and Hochberg over all confusions that were compared.
    compared : int
        How many those are.
    """

    attribute: str
    group: str
    system: str
    said: str | None
    heard: str | None
    count: int
    elsewhere: int
    chances: int
    chances_elsewhere: int
    speakers: int
    log_odds: float
    z: float
    p_adjusted: float
    compared: int


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """What one rule of a normaliser does to the error rate of a group.

    Parameters
    ----------
    rule : str
    attribute, group, system : str
    changed : int
        Utterances of which the rule changes a text.
    rate_without, rate_with : float or None
        Error rates with all other rules, and with this one too.
    difference : float or None
        `rate_with` less `rate_without`.
    """

    rule: str
    attribute: str
    group: str
    system: str
    changed: int
    rate_without: float | None
    rate_with: float | None
    difference: float | None


@dataclass(frozen=True, slots=True)
class Listed:
    """Utterances that a reader should look at.

    Parameters
    ----------
    what : {"missing-hypothesis", "empty-hypothesis", "runaway", "empty-reference", "missing-reference"}
    system : str
        Empty where it is about references.
    count : int
    ids : tuple of str
        The first of them.
    """

    what: What
    system: str
    count: int
    ids: tuple[str, ...]
