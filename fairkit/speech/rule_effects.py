"""What each rule of a normaliser does to each group: error rates with the rule, and with all rules but it.

A rule that makes two spellings one forgives the errors between them, and only the groups that use them
gain: a normaliser that writes "going to" for "gonna" and leaves "finna" as it is lowers the rate of some
speakers and not of others, though the recogniser did the same to both. Rates with and without a rule, by
group, make that visible. Only utterances that a rule changes are aligned again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import DataError, UsageError
from fairkit.groups import Grouping
from fairkit.metrics import Why
from fairkit.speech.align import edit_counts
from fairkit.speech.confusion_counts import texts_of
from fairkit.speech.members import members
from fairkit.speech.normalize import Normalizer, english_without, with_rules
from fairkit.speech.normalizers.english import English, Stage
from fairkit.speech.results import RuleEffect
from fairkit.speech.utterances import INSERTIONS, SUBSTITUTIONS, Unit, Utterances

__all__ = ["MeasuredRule", "measured_rules", "rule_effects", "without_each_rule"]

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MeasuredRule:
    """What one rule does to one group.

    Parameters
    ----------
    rule, group : str
    utterances : int
        Utterances of the group that have a reference.
    changed : int
        How many of them have a text that the rule changes.
    errors_without, errors_with : int
        Substitutions, deletions and insertions with all other rules, and with this one too.
    words_without, words_with : int
        Words of the references (characters, where those are aligned).
    rate_without, rate_with : float or None
        Errors by words.
    why : Why or None
        Why there is no rate.

    Examples
    --------
    >>> MeasuredRule("fillers", "accent=A", 4, 1, 3, 2, 10, 10, 0.3, 0.2, None).changed
    1
    """

    rule: str
    group: str
    utterances: int
    changed: int
    errors_without: int
    errors_with: int
    words_without: int
    words_with: int
    rate_without: float | None
    rate_with: float | None
    why: Why | None

    @property
    def difference(self) -> float | None:
        """The rate with the rule less the rate without; negative where the rule forgives errors."""
        if self.rate_with is None or self.rate_without is None:
            return None
        return self.rate_with - self.rate_without


def without_each_rule(normalizer: Normalizer) -> list[tuple[str, Normalizer]]:
    """List the rules of a normaliser, each with the normaliser that has all but this rule.

    Parameters
    ----------
    normalizer : Normalizer

    Returns
    -------
    list of (str, Normalizer)
        Rules of a user by their names; the stages of ``english`` by theirs, with the prefix ``english:``. A
        normaliser that is one piece (``none``, ``basic``) has none.

    Examples
    --------
    >>> from fairkit.speech.normalize import normalizer
    >>> [name for name, _ in without_each_rule(normalizer("english"))][:3]
    ['english: brackets', 'english: fillers', 'english: contractions']
    """
    rules = normalizer.rules
    if rules is None:
        if not isinstance(normalizer.rewrite, English):
            return []
        gone = normalizer.rewrite.without
        return [(f"english: {s}", english_without(*sorted({*gone, s}))) for s in Stage if s not in gone]
    found = [(rule.name, with_rules(rules.without(i))) for i, rule in enumerate(rules.rules)]
    if rules.base == "english":
        found += [
            (f"english: {stage}", with_rules(rules.without_stage(stage)))
            for stage in Stage
            if stage not in rules.base_without
        ]
    return found


def measured_rules(
    references: Sequence[str | None],
    hypotheses: Sequence[str | None],
    groups: Sequence[str],
    *,
    normalizer: Normalizer,
    unit: Unit = "words",
) -> tuple[MeasuredRule, ...]:
    """Measure what every rule of a normaliser does to every group.

    Parameters
    ----------
    references, hypotheses : sequence of (str or None), length n
        As they were given. An utterance without a reference is left out, one without a hypothesis is deleted
        words.
    groups : sequence of str, length n
    normalizer : Normalizer
    unit : {"words", "characters"}

    Returns
    -------
    tuple of MeasuredRule
        Rule by rule, groups in the order in which they first appear.

    Raises
    ------
    DataError
        The sequences differ in length, or texts are no texts.

    Examples
    --------
    >>> from fairkit.speech.normalize import normalizer
    >>> rules = {"name": "casual", "version": "1", "rules": [{"words": {"gonna": "going to"}}]}
    >>> for found in measured_rules(
    ...     ["i'm gonna go", "i'm finna go"],
    ...     ["i'm going to go", "i'm going to go"],
    ...     ["North", "South"],
    ...     normalizer=normalizer(rules),
    ... ):
    ...     print(found.group, found.errors_without, found.errors_with)
    North 2 0
    South 2 2
    """
    lengths = (len(references), len(hypotheses), len(groups))
    if len(set(lengths)) > 1:
        raise DataError("references, hypotheses and groups differ in length: {}, {}, {}.".format(*lengths))
    names = list(dict.fromkeys(groups))
    place = {name: i for i, name in enumerate(names)}
    position = np.array([place[group] for group in groups], np.int64)
    scored = np.array([text is not None for text in references], bool)
    said, heard = _normalised(normalizer, references), _normalised(normalizer, hypotheses)
    edits = _edits(said, heard, unit)
    found = []
    for rule, other in without_each_rule(normalizer):
        said_without, heard_without = _normalised(other, references), _normalised(other, hypotheses)
        changed = np.array(
            [r != s or h != t for r, s, h, t in zip(said, said_without, heard, heard_without, strict=True)],
            bool,
        )
        rows = np.flatnonzero(changed).tolist()
        edits_without = edits.copy()
        edits_without[rows] = _edits([said_without[i] for i in rows], [heard_without[i] for i in rows], unit)
        for g, name in enumerate(names):
            mine = scored & (position == g)
            found.append(
                _measured(rule, name, changed[mine], without=edits_without[mine], having=edits[mine])
            )
    return tuple(found)


def rule_effects(
    utterances: Utterances, grouping: Grouping, *, normalizer: Normalizer, system: int = 0
) -> tuple[RuleEffect, ...]:
    """Measure what every rule of a normaliser does to every group of scored utterances, for a report.

    Parameters
    ----------
    utterances : Utterances
        With the texts as they were given.
    grouping : Grouping
    normalizer : Normalizer
    system : int, default 0
        Position among the systems.

    Returns
    -------
    tuple of RuleEffect

    Raises
    ------
    UsageError
        The texts were not kept, or there is no such system.

    Examples
    --------
    >>> from fairkit.groups import groupings
    >>> from fairkit.speech import normalizer, score
    >>> rows = {"ref": ["it's", "um yes"], "hyp": ["it is", "yes"], "accent": ["A", "B"]}
    >>> scored = score(rows, reference="ref", hypothesis="hyp", by="accent", keep_texts=True)
    >>> found = rule_effects(scored, groupings("accent")[0], normalizer=normalizer("english"))
    >>> [(one.rule, one.group) for one in found if one.difference]
    [('english: fillers', 'accent=B'), ('english: contractions', 'accent=A')]
    """
    if not 0 <= system < len(utterances.systems):
        raise UsageError(f"there is no system {system}; there are {len(utterances.systems)}, counted from 0.")
    references, hypotheses = texts_of(utterances)
    groups = members(utterances, grouping)
    found = measured_rules(
        references.tolist(),
        hypotheses[:, system].tolist(),
        [groups.names[place] for place in groups.position.tolist()],
        normalizer=normalizer,
        unit=utterances.unit,
    )
    return tuple(
        RuleEffect(
            rule=one.rule,
            attribute=groups.attribute,
            group=one.group,
            system=utterances.systems[system],
            changed=one.changed,
            rate_without=one.rate_without,
            rate_with=one.rate_with,
            difference=one.difference,
        )
        for one in found
    )


def _normalised(normalizer: Normalizer, texts: Sequence[str | None]) -> list[str]:
    """Normalise texts; a missing one is nothing."""
    return [text or "" for text in normalizer.texts(texts)]


def _edits(said: Sequence[str], heard: Sequence[str], unit: Unit) -> IntArray:
    """Count edits, shape (utterances, 4)."""
    return np.asarray(edit_counts(said, heard, unit=unit), np.int64)


def _measured(
    rule: str, group: str, changed: NDArray[np.bool_], *, without: IntArray, having: IntArray
) -> MeasuredRule:
    """Add up the edits of one group with and without a rule."""
    errors = [int(edits[:, SUBSTITUTIONS:].sum()) for edits in (without, having)]
    words = [int(edits[:, :INSERTIONS].sum()) for edits in (without, having)]
    rates = [e / w if w else None for e, w in zip(errors, words, strict=True)]
    why = Why.NO_ROWS if not len(changed) else Why.NO_REFERENCE if not all(words) else None
    return MeasuredRule(
        rule=rule,
        group=group,
        utterances=len(changed),
        changed=int(changed.sum()),
        errors_without=errors[0],
        errors_with=errors[1],
        words_without=words[0],
        words_with=words[1],
        rate_without=rates[0],
        rate_with=rates[1],
        why=why,
    )
