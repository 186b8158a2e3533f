"""Which word was recognised as which, counted by group and speaker: all that a ranking of confusions needs.

Texts are read once, a block at a time, and what is kept is one number for every word and speaker, and one for
every confusion and speaker; a corpus of any length becomes a table as large as its vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from fairkit.errors import UsageError, unknown_name
from fairkit.speech.normalize import Normalizer
from fairkit.speech.utterances import BoolArray, IntArray, Unit, Utterances

BLOCK = 20_000
"""Utterances whose words are held at a time."""

_HELD = 4_000_000


class Cells(NamedTuple):
    """Counts of items by cell, sorted by item and then by cell.

    Parameters
    ----------
    item, cell, times : array of int64, shape (entries,)
    """

    item: IntArray
    cell: IntArray
    times: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class ConfusionCounts:
    """Confusions by group and speaker; a cell is a speaker within a group, and cells are sorted by group.

    Parameters
    ----------
    words : tuple of (str or None)
        Item 0 is None: as something said, it stands for every position at which a word may be inserted.
    said, heard : array of int64, shape (pairs,)
        Positions in `words` of what was said (0: inserted) and what was heard (0: deleted).
    group, speaker : array of int64, shape (cells,)
    chances : Cells
        How often each word was said; of item 0, how many words were said.
    confused : Cells
        How often each pair occurred.
    """

    words: tuple[str | None, ...]
    said: IntArray
    heard: IntArray
    group: IntArray
    speaker: IntArray
    chances: Cells
    confused: Cells


def count_confusions(
    utterances: Utterances, position: IntArray, *, system: int, normalizer: Normalizer, used: BoolArray
) -> ConfusionCounts:
    """Align texts and count what was recognised as what.

    Parameters
    ----------
    utterances : Utterances
        With texts kept.
    position : array of int64, shape (utterances,)
        The group of every utterance.
    system : int
    normalizer : Normalizer
    used : array of bool, shape (utterances,)
        Which utterances to read; each needs a reference and a hypothesis.

    Notes
    -----
    Utterances of unknown speakers count as one speaker, so they can neither make nor break a finding alone.
    Where no speakers are known at all, every utterance is a speaker of its own.

    Examples
    --------
    >>> from fairkit.speech import normalizer, score
    >>> rows = {"said": ["a pin"], "heard": ["a pen"], "accent": ["US"]}
    >>> found = score(rows, reference="said", hypothesis="heard", by="accent", keep_texts=True)
    >>> counts = count_confusions(
    ...     found, found.group("accent"), system=0, normalizer=normalizer("basic"), used=found.scored
    ... )
    >>> [(counts.words[s], counts.words[h]) for s, h in zip(counts.said, counts.heard)]
    [('pin', 'pen')]
    """
    references, hypotheses = texts_of(utterances)
    rows = np.flatnonzero(used)
    unknown = len(utterances.speaker_ids)
    speakers = np.where(utterances.speakers < 0, unknown, utterances.speakers)
    own = speakers[rows] if utterances.has_speakers else rows
    most = int(own.max(initial=0)) + 1
    flat, cell = np.unique(position[rows] * most + own, return_inverse=True)
    n_cells = max(len(flat), 1)
    words = _Codes({None: 0})
    pairs: _Codes = _Codes()
    length = np.zeros(n_cells, np.int64)
    chances, confused = _Tally(), _Tally()
    for block in _blocks(len(rows)):
        at = rows[block]
        said = _units(normalizer, references[at], utterances.unit)
        heard = _units(normalizer, hypotheses[at, system], utterances.unit)
        lengths = np.fromiter(map(len, said), np.int64, len(said))
        length += np.bincount(cell[block], lengths, n_cells).astype(np.int64)
        codes = np.fromiter((words[word] for units in said for word in units), np.int64, int(lengths.sum()))
        chances.add(codes * n_cells + np.repeat(cell[block], lengths))
        found, of = _pairs(said, heard, pairs)
        confused.add(found * n_cells + cell[block][of])
    ends = np.array([(words[s], words[h]) for s, h in pairs], np.int64).reshape(-1, 2)
    everything = Cells(np.zeros(len(flat), np.int64), np.arange(len(flat)), length[: len(flat)])
    spoken = chances.cells(n_cells)
    return ConfusionCounts(
        tuple(words),
        ends[:, 0],
        ends[:, 1],
        flat // most,
        flat % most,
        Cells(*(np.concatenate(both) for both in zip(everything, spoken, strict=True))),
        confused.cells(n_cells),
    )


def texts_of(utterances: Utterances) -> tuple[Any, Any]:
    """Return references and hypotheses as they were given.

    Raises
    ------
    UsageError
        The texts were not kept.

    Examples
    --------
    >>> from fairkit.speech import score
    >>> rows = {"said": ["a"], "heard": ["b"]}
    >>> texts_of(score(rows, reference="said", hypothesis="heard", keep_texts=True))[0].tolist()
    ['a']
    """
    if utterances.references is None or utterances.hypotheses is None:
        raise UsageError("the texts of these utterances were not kept; score them with keep_texts=True.")
    return utterances.references, utterances.hypotheses


def place_of(utterances: Utterances, system: int | str, normalizer: Normalizer) -> tuple[int, int]:
    """Find the positions of a system and of a normaliser among those that were scored.

    Raises
    ------
    UsageError
        One of them was not scored; both problems at once.

    Examples
    --------
    >>> from fairkit.speech import normalizer, score_texts
    >>> place_of(score_texts(["a"], ["b"], normalizer=["basic", "none"]), 0, normalizer("none"))
    (0, 1)
    """
    problems: list[str] = []
    systems = utterances.systems
    if isinstance(system, str) and system not in systems:
        problems.append(unknown_name("system", system, systems))
    elif not isinstance(system, str) and not 0 <= system < len(systems):
        problems.append(f"system {system} is not one of the {len(systems)}: positions count from 0.")
    if normalizer.stamp not in utterances.normalizers:
        known = ", ".join(f"{stamp.name} {stamp.version}" for stamp in utterances.normalizers)
        own = f"{normalizer.stamp.name} {normalizer.stamp.version}"
        problems.append(
            f"the utterances were scored with the normaliser {known}, not with {own}; "
            "take the same, or score them again."
        )
    if problems:
        raise UsageError(*problems)
    at = systems.index(system) if isinstance(system, str) else system
    return at, utterances.normalizers.index(normalizer.stamp)


class _Codes(dict[Any, int]):
    """Numbers for things, given in the order in which they are first seen."""

    def __missing__(self, key: Any) -> int:
        self[key] = code = len(self)
        return code


class _Tally:
    """Counts by key, merged whenever many are held."""

    def __init__(self) -> None:
        self._parts: list[tuple[IntArray, IntArray]] = []
        self._held = 0
        self._limit = _HELD

    def add(self, keys: IntArray) -> None:
        distinct, counts = np.unique(keys, return_counts=True)
        self._parts.append((distinct, np.asarray(counts, np.int64)))
        self._held += len(distinct)
        if self._held > self._limit:
            self._merge()
            # As large as what cannot be merged further, so that merging stays linear.
            self._limit = max(_HELD, 2 * self._held)

    def cells(self, n_cells: int) -> Cells:
        self._merge()
        keys, counts = self._parts[0]
        return Cells(keys // n_cells, keys % n_cells, counts)

    def _merge(self) -> None:
        none = (np.zeros(0, np.int64), np.zeros(0, np.int64))
        keys, counts = (np.concatenate(part) for part in zip(none, *self._parts, strict=True))
        distinct, where = np.unique(keys, return_inverse=True)
        sums = np.zeros(len(distinct), np.int64)
        np.add.at(sums, where, counts)
        self._parts, self._held = [(distinct, sums)], len(distinct)


def _blocks(n: int) -> Iterator[slice]:
    """Cut rows into blocks."""
    for start in range(0, n, BLOCK):
        yield slice(start, start + BLOCK)


def _units(normalizer: Normalizer, texts: Any, unit: Unit) -> list[list[str]]:
    """Normalise texts and split them into what is aligned."""
    made = normalizer.texts(list(texts))
    if unit == "words":
        return [text.split() if text else [] for text in made]
    # White space around a text is no character of it, as in the scores.
    return [list(text.strip()) if text else [] for text in made]


def _pairs(said: list[list[str]], heard: list[list[str]], codes: _Codes) -> tuple[IntArray, IntArray]:
    """List the confusions of aligned utterances: the pair's number, and the utterance it is in."""
    from rapidfuzz.distance.Levenshtein import editops

    found: list[int] = []
    lengths = np.zeros(len(said), np.int64)
    for k, (reference, hypothesis) in enumerate(zip(said, heard, strict=True)):
        if reference == hypothesis:
            continue
        before = len(found)
        found.extend(
            codes[
                None if edit.tag == "insert" else reference[edit.src_pos],
                None if edit.tag == "delete" else hypothesis[edit.dest_pos],
            ]
            for edit in editops(reference, hypothesis)
        )
        lengths[k] = len(found) - before
    return np.array(found, np.int64), np.repeat(np.arange(len(said)), lengths)
