"""Looking deeper: what stands beside the verdicts, asked of every grouping and system that it fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fairkit.counts import Counts
from fairkit.errors import UsageError, shortlist
from fairkit.groups import Grouping, Reference
from fairkit.judging import Rules
from fairkit.speech.adjust import adjusted_ratios
from fairkit.speech.confusions import confusions
from fairkit.speech.counting import EmptyReferences, seen
from fairkit.speech.gaps import gap_null
from fairkit.speech.interactions import interactions
from fairkit.speech.matching import matches
from fairkit.speech.members import members
from fairkit.speech.normalize import Normalizer
from fairkit.speech.results import Confusion, GapNull, Interaction, Matched, RateRatio, RuleEffect
from fairkit.speech.rule_effects import rule_effects
from fairkit.speech.utterances import Utterances


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked beside the verdicts.

    Parameters
    ----------
    adjust, match : tuple of str
        Covariates to adjust for, and to match on.
    confusions, rule_effects : bool
    policy : {"keep", "drop"}
        What is done with empty references.
    """

    adjust: tuple[str, ...]
    match: tuple[str, ...]
    confusions: bool
    rule_effects: bool
    policy: EmptyReferences


@dataclass(frozen=True, slots=True)
class Deeper:
    """What was found, for the report's fields of the same names."""

    gap_nulls: tuple[GapNull, ...]
    interactions: tuple[Interaction, ...]
    rate_ratios: tuple[RateRatio, ...]
    matches: tuple[Matched, ...]
    confusions: tuple[Confusion, ...]
    rule_effects: tuple[RuleEffect, ...]


def check_covariates(split: Sequence[Grouping], **wanted: Sequence[str]) -> None:
    """Refuse covariates that no grouping can be adjusted for or matched on, for nothing would come of them.

    Parameters
    ----------
    split : sequence of Grouping
    **wanted : sequence of str
        Covariates, by the name of the parameter that they were given to.

    Raises
    ------
    UsageError
        Every grouping is a crossing, or by a column that is itself the only covariate.

    Examples
    --------
    >>> from fairkit.groups import groupings
    >>> check_covariates(groupings("accent"), adjust=("age",), match=())
    >>> check_covariates(groupings("accent,noise"), adjust=("age",), match=())
    Traceback (most recent call last):
        ...
    fairkit.errors.UsageError: adjust 'age' fits no grouping: group by one other column...
    """
    alone = [grouping for grouping in split if len(grouping.names) == 1]
    problems = [
        f"{name} {shortlist(covariates)} fits no grouping: group by one other column, not only by crossings."
        for name, covariates in wanted.items()
        if covariates and not any(_others(covariates, grouping) for grouping in alone)
    ]
    if problems:
        raise UsageError(*problems)


def look_deeper(
    utterances: Utterances,
    counts: Counts,
    *,
    split: Sequence[Grouping],
    wishes: Sequence[Reference],
    rules: Rules,
    wanted: Wanted,
    normalizer: Normalizer,
) -> Deeper:
    """Ask what was wanted of every grouping and system that it fits.

    Of a crossing, the first attribute names groups and the others are conditions, compared with the level
    that is named to compare with, else with the most frequent one.

    Parameters
    ----------
    utterances : Utterances
        With texts, where confusions or effects of rules are wanted.
    counts : Counts
        Theirs.
    split, wishes : sequence
        The groupings, and what each one's groups are compared with.
    rules : Rules
    wanted : Wanted
    normalizer : Normalizer
        The first one, which verdicts are about.
    """
    systems = range(len(utterances.systems))
    single = [(g, wish) for g, wish in zip(split, wishes, strict=True) if len(g.names) == 1]
    seed, confidence = rules.options.seed, rules.confidence
    gaps = tuple(
        gap_null(
            utterances,
            grouping.name,
            groups.position,
            groups.names,
            system=s,
            normalizer=k,
            seed=seed,
            empty_references=wanted.policy,
        )
        for grouping, groups in ((g, members(utterances, g)) for g in split)
        for s in systems
        for k in range(len(utterances.normalizers))
    )
    hurt = tuple(
        found
        for grouping in split
        for factor in grouping.names[1:]
        for system in utterances.systems
        for found in interactions(
            seen(counts, system, utterances.normalizers[0].name),
            Grouping(grouping.attributes[:1]),
            factor,
            system=system,
            base=_base(factor, split, wishes),
            margin=rules.margins.get("difference"),
            confidence=confidence,
            correction=rules.correction,
        )
    )
    ratios = tuple(
        found
        for grouping, wish in single
        for covariates in [_others(wanted.adjust, grouping)]
        for s in (systems if covariates else ())
        for found in adjusted_ratios(
            utterances,
            grouping.name,
            covariates,
            reference=_level(wish),
            system=s,
            confidence=confidence,
        )
    )
    matched = tuple(
        found
        for grouping, wish in single
        for covariates in [_others(wanted.match, grouping)]
        for s in (systems if covariates else ())
        for found in matches(
            utterances,
            grouping.name,
            covariates,
            reference=_level(wish),
            system=s,
            confidence=confidence,
            seed=seed,
        )
    )
    confused = tuple(
        found
        for grouping in (split if wanted.confusions else ())
        for s in systems
        for found in confusions(utterances, grouping, normalizer=normalizer, system=s)
    )
    effects = tuple(
        found
        for grouping in (split if wanted.rule_effects else ())
        for s in systems
        for found in rule_effects(utterances, grouping, normalizer=normalizer, system=s)
    )
    return Deeper(gaps, hurt, ratios, matched, confused, effects)


def _others(covariates: Sequence[str], grouping: Grouping) -> tuple[str, ...]:
    """List the covariates without what the grouping is by."""
    return tuple(name for name in covariates if name not in grouping.names)


def _base(factor: str, split: Sequence[Grouping], wishes: Sequence[Reference]) -> str | None:
    """Return the level of a condition that some grouping is compared with, None where none is named."""
    for grouping, wish in zip(split, wishes, strict=True):
        if isinstance(wish, tuple) and factor in grouping.names:
            return wish[grouping.names.index(factor)]
    return None


def _level(wish: Reference) -> str | None:
    """Return the level that is compared with, None where the method is to choose one."""
    return wish[0] if isinstance(wish, tuple) else None
