"""Utterances that are chosen to be looked at, with reference and hypothesis word beside word.

Scoring keeps four numbers of an utterance. Here the few that a reader asks for are aligned again, by the same
rule, and every word is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations, zip_longest
from typing import Literal, NamedTuple, get_args

import numpy as np

from fairkit.errors import UsageError, did_you_mean, shortlist
from fairkit.groups import Attribute, Grouping, group_name
from fairkit.speech.align import EditKind, alignment
from fairkit.speech.confusion_counts import place_of, texts_of
from fairkit.speech.members import members
from fairkit.speech.normalize import Normalizer
from fairkit.speech.utterances import BoolArray, IntArray, Unit, Utterances

Edit = Literal["hit", "substitution", "deletion", "insertion"]
"""What happened to a word."""

What = Literal["worst", "runaway", "missing-hypothesis", "empty", "empty-reference", "sample"]
"""Which utterances to look at."""

WHATS: tuple[What, ...] = get_args(What)

FIRST = 50
"""Utterances that are chosen unless another number is asked for."""

_EDITS: dict[EditKind, Edit] = {
    "equal": "hit",
    "substitute": "substitution",
    "delete": "deletion",
    "insert": "insertion",
}


class Column(NamedTuple):
    """One place of an alignment.

    Parameters
    ----------
    edit : {"hit", "substitution", "deletion", "insertion"}
    said, heard : str or None
        None where nothing stands opposite.
    """

    edit: Edit
    said: str | None
    heard: str | None


@dataclass(frozen=True, slots=True)
class AlignedUtterance:
    """An utterance as one system heard it.

    Parameters
    ----------
    position : int
        Among the utterances.
    id, system : str
    groups : tuple of str
        Its group of every attribute, such as ``accent=Irish``.
    unit : {"words", "characters"}
    columns : tuple of Column
    reference, hypothesis : str or None
        As they were given.
    runaway : bool
        Whether the system went on and on.
    """

    position: int
    id: str
    system: str
    groups: tuple[str, ...]
    unit: Unit
    columns: tuple[Column, ...]
    reference: str | None
    hypothesis: str | None
    runaway: bool

    def count(self, edit: Edit) -> int:
        """Count the columns of one kind."""
        return sum(column.edit == edit for column in self.columns)

    @property
    def said(self) -> int:
        """Units of the reference."""
        return len(self.columns) - self.count("insertion")

    @property
    def errors(self) -> int:
        """Substitutions, deletions and insertions."""
        return len(self.columns) - self.count("hit")

    @property
    def error_rate(self) -> float | None:
        """Errors over units said; None where nothing was said."""
        return self.errors / self.said if self.said else None


def aligned(
    utterances: Utterances,
    chosen: Sequence[int] | Sequence[str],
    *,
    normalizer: Normalizer,
    systems: Sequence[str] | None = None,
) -> Iterator[AlignedUtterance]:
    """Align chosen utterances, each under every system in turn.

    Parameters
    ----------
    utterances : Utterances
        Scored with texts kept.
    chosen : sequence of int or of str
        Positions, or ids (every utterance that has the id).
    normalizer : Normalizer
        One of those with which the utterances were scored.
    systems : sequence of str, optional
        All systems unless some are named.

    Raises
    ------
    UsageError
        An id, a system or the normaliser is not known, or the texts were not kept; all problems at once.

    Examples
    --------
    >>> from fairkit.speech import normalizer, score
    >>> rows = {"said": ["A pin."], "heard": ["a pen"]}
    >>> found = score(rows, reference="said", hypothesis="heard", keep_texts=True)
    >>> [(c.edit, c.said, c.heard) for c in next(aligned(found, [0], normalizer=normalizer("basic"))).columns]
    [('hit', 'a', 'a'), ('substitution', 'pin', 'pen')]
    """
    problems: list[str] = []
    asked = utterances.systems if systems is None else systems
    places: list[tuple[int, int]] = []
    for system in asked:
        try:
            places.append(place_of(utterances, system, normalizer))
        except UsageError as error:
            problems += [problem for problem in error.problems if problem not in problems]
    positions = _positions(utterances, chosen, problems)
    try:
        texts_of(utterances)
    except UsageError as error:
        problems += error.problems
    if problems:
        raise UsageError(*problems)
    return (_one(utterances, k, s, n, normalizer) for k in positions for s, n in places)


def columns_of(reference: str, hypothesis: str, *, unit: Unit = "words") -> tuple[Column, ...]:
    """Write the alignment of two texts place by place.

    Examples
    --------
    >>> [column.edit for column in columns_of("a blue door is", "blew door is there")]
    ['substitution', 'deletion', 'hit', 'hit', 'insertion']
    """
    return tuple(
        Column(_EDITS[chunk.kind], said, heard)
        for chunk in alignment(reference, hypothesis, unit=unit).chunks
        for said, heard in zip_longest(chunk.reference, chunk.hypothesis)
    )


def choose(
    utterances: Utterances,
    *,
    what: What = "worst",
    group: str | None = None,
    system: int = 0,
    normalizer: int = 0,
    limit: int = FIRST,
    seed: int = 0,
) -> IntArray:
    """Choose utterances that a reader should look at.

    Parameters
    ----------
    utterances : Utterances
    what : {"worst", "runaway", "missing-hypothesis", "empty", "empty-reference", "sample"}
        Those with the most errors, with runaway output, without a hypothesis, with an empty one, or with
        words heard though nothing was said. The first list leaves out runaways, missing output and empty
        references, for these have lists of their own. Or a random sample of all that were scored, right or
        wrong: what is sampled shows what is usual.
    group : str, optional
        Only of this group, such as ``accent=Irish`` or ``accent=Irish & noise=yes``.
    system, normalizer : int
        Positions of the system and the normaliser that decide.
    limit : int
        At most so many.
    seed : int
        Of the sample.

    Returns
    -------
    array of int64
        Positions: most errors (or words said) first; a sample in the order of the data.

    Raises
    ------
    UsageError
        A name is not known or a number is out of range; all problems at once.

    Examples
    --------
    >>> from fairkit.speech import score_texts
    >>> found = score_texts(["a b c", "a"], ["x y z", "b"], by={"accent": ["X", "Y"]})
    >>> choose(found).tolist(), choose(found, group="accent=Y").tolist()
    ([0, 1], [1])
    """
    problems: list[str] = []
    if what not in WHATS:
        problems.append(f"'{what}' is nothing to choose by ({shortlist(WHATS)}).{did_you_mean(what, WHATS)}")
    if limit < 1:
        problems.append(f"limit must be at least 1, not {limit}.")
    for name, place, known in (
        ("system", system, utterances.systems),
        ("normalizer", normalizer, utterances.normalizers),
    ):
        if not 0 <= place < len(known):
            problems.append(f"{name} {place} is not one of the {len(known)}: positions count from 0.")
    inside = np.ones(len(utterances), bool) if group is None else _inside(utterances, group, problems)
    if problems:
        raise UsageError(*problems)
    scored = utterances.scored & inside
    if what == "sample":
        every = np.flatnonzero(scored)
        drawn = np.random.default_rng(seed).choice(every, min(limit, len(every)), replace=False)
        return np.asarray(np.sort(drawn), np.int64)
    errors = utterances.errors()[:, system, normalizer]
    said = utterances.said()[:, system, normalizer]
    missing, runaway = utterances.missing_hypothesis[:, system], utterances.runaway[:, system, normalizer]
    wanted = {
        "worst": (errors > 0) & (said > 0) & ~missing & ~runaway,
        "runaway": runaway,
        "missing-hypothesis": missing,
        "empty": utterances.empty_hypothesis[:, system, normalizer] & ~missing,
        "empty-reference": (errors > 0) & (said == 0),
    }[what]
    found = np.flatnonzero(scored & wanted)
    order = np.lexsort((found, said[found], -errors[found]))
    return np.asarray(found[order][:limit], np.int64)


def _one(utterances: Utterances, k: int, s: int, n: int, normalizer: Normalizer) -> AlignedUtterance:
    references, hypotheses = texts_of(utterances)
    reference, hypothesis = references[k], hypotheses[k, s]
    # Without a reference there is nothing to align, as nothing was scored.
    texts = normalizer.texts([reference, hypothesis if utterances.scored[k] else None])
    return AlignedUtterance(
        position=k,
        id=utterances.ids[k],
        system=utterances.systems[s],
        groups=tuple(
            group_name([name], [levels[code]])
            for name, levels, code in zip(
                utterances.attributes, utterances.levels, utterances.codes[k].tolist(), strict=True
            )
        ),
        unit=utterances.unit,
        columns=columns_of(*(text or "" for text in texts), unit=utterances.unit),
        reference=reference,
        hypothesis=hypothesis,
        runaway=bool(utterances.runaway[k, s, n]),
    )


def _positions(
    utterances: Utterances, chosen: Sequence[int] | Sequence[str], problems: list[str]
) -> list[int]:
    """Find the positions of what was chosen, and note what is not there."""
    if isinstance(chosen, str):
        problems.append(f"chosen must be a list of positions or ids, not the text {chosen!r}.")
        return []
    ids = [one for one in chosen if isinstance(one, str)]
    places: dict[str, list[int]] = {one: [] for one in ids}
    if ids:
        for k, one in enumerate(utterances.ids.tolist()):
            if one in places:
                places[one].append(k)
    unknown = [one for one in places if not places[one]]
    if unknown:
        problems.append(f"no utterance has the id {shortlist(unknown)}.")
    outside = [one for one in chosen if not isinstance(one, str) and not 0 <= one < len(utterances)]
    if outside:
        problems.append(f"position {shortlist(outside)} is not one of the {len(utterances)} utterances.")
    found = [k for one in chosen for k in (places[one] if isinstance(one, str) else [int(one)])]
    return list(dict.fromkeys(found))


def _inside(utterances: Utterances, group: str, problems: list[str]) -> BoolArray:
    """Find the utterances of a group by its name."""
    named = [name for name in utterances.attributes if f"{name}=" in group]
    known: list[str] = []
    for size in range(1, len(named) + 1):
        for names in permutations(named, size):
            found = members(utterances, Grouping(tuple(Attribute(name) for name in names)))
            if group in found.names:
                return np.asarray(found.position == found.names.index(group), np.bool_)
            known += found.names
    attributes = [Attribute(name) for name in utterances.attributes]
    known = known or [n for a in attributes for n in members(utterances, Grouping((a,))).names]
    problems.append(
        f"no utterance is of the group '{group}' ({shortlist(known)}).{did_you_mean(group, known)}"
    )
    return np.zeros(len(utterances), np.bool_)
