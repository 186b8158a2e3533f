"""Looking deeper: what stands beside the verdicts, asked of every grouping and system that it fits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeVar

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

Found = TypeVar("Found")


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
    looked = _Looked(utterances, counts, split, wishes, rules, wanted)
    return Deeper(
        gap_nulls=tuple(looked.gaps()),
        interactions=tuple(looked.conditions()),
        rate_ratios=tuple(looked.given(adjusted_ratios, wanted.adjust)),
        matches=tuple(looked.given(matches, wanted.match, seed=rules.options.seed)),
        confusions=tuple(looked.about_texts(confusions, normalizer, asked=wanted.confusions)),
        rule_effects=tuple(looked.about_texts(rule_effects, normalizer, asked=wanted.rule_effects)),
    )


@dataclass(frozen=True, slots=True)
class _Looked:
    """What is looked at, and each kind of question that is asked of it."""

    utterances: Utterances
    counts: Counts
    split: Sequence[Grouping]
    wishes: Sequence[Reference]
    rules: Rules
    wanted: Wanted

    @property
    def systems(self) -> range:
        return range(len(self.utterances.systems))

    def gaps(self) -> Iterator[GapNull]:
        """Set every gap beside that of shuffled labels."""
        for grouping in self.split:
            groups = members(self.utterances, grouping)
            for s, k in product(self.systems, range(len(self.utterances.normalizers))):
                yield gap_null(
                    self.utterances,
                    grouping.name,
                    groups.position,
                    groups.names,
                    system=s,
                    normalizer=k,
                    seed=self.rules.options.seed,
                    empty_references=self.wanted.policy,
                )

    def conditions(self) -> Iterator[Interaction]:
        """Ask once of each first column whether another one hurts some group more."""
        crossed = [(g.attributes[0], factor) for g in self.split for factor in g.names[1:]]
        for (group, factor), system in product(dict.fromkeys(crossed), self.utterances.systems):
            yield from interactions(
                seen(self.counts, system, self.utterances.normalizers[0].name),
                Grouping((group,)),
                factor,
                system=system,
                base=_base(factor, self.split, self.wishes),
                margin=self.rules.margins.get("difference"),
                confidence=self.rules.confidence,
                correction=self.rules.correction,
            )

    def given(
        self, ask: Callable[..., Iterable[Found]], named: Sequence[str], **more: Any
    ) -> Iterator[Found]:
        """Ask about each single column, given the covariates that are not this column."""
        for grouping, wish in zip(self.split, self.wishes, strict=True):
            covariates = _others(named, grouping)
            level = wish[0] if isinstance(wish, tuple) else None  # else the method chooses one
            for s in self.systems if covariates and len(grouping.names) == 1 else ():
                yield from ask(
                    self.utterances,
                    grouping.name,
                    covariates,
                    reference=level,
                    system=s,
                    confidence=self.rules.confidence,
                    **more,
                )

    def about_texts(
        self, ask: Callable[..., Iterable[Found]], normalizer: Normalizer, *, asked: bool
    ) -> Iterator[Found]:
        """Ask what needs the texts once more, where it was asked for."""
        for grouping, s in product(self.split if asked else (), self.systems):
            yield from ask(self.utterances, grouping, normalizer=normalizer, system=s)


def _others(covariates: Sequence[str], grouping: Grouping) -> tuple[str, ...]:
    """List the covariates without what the grouping is by."""
    return tuple(name for name in covariates if name not in grouping.names)


def _base(factor: str, split: Sequence[Grouping], wishes: Sequence[Reference]) -> str | None:
    """Return the level of a condition that some grouping is compared with, None where none is named."""
    for grouping, wish in zip(split, wishes, strict=True):
        if isinstance(wish, tuple) and factor in grouping.names:
            return wish[grouping.names.index(factor)]
    return None
