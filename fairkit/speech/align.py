"""Alignment: hits, substitutions, deletions and insertions of a hypothesis against its reference.

The edit distance of two texts is one number, but how it splits into substitutions, deletions and insertions
is a choice among alignments that are equally short, and tools choose differently. Here it is rapidfuzz's
choice, which is jiwer's too, so that every count can be checked against jiwer's. Utterances are split and
aligned one after another and leave only numbers behind: objects that are kept by the million are what makes
the garbage collector slow.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from operator import ne
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import DataError, UsageError, did_you_mean, shortlist
from fairkit.speech.utterances import HITS, Unit

__all__ = ["Alignment", "Chunk", "EditKind", "alignment", "edit_counts", "word_pairs"]

EditKind = Literal["equal", "substitute", "delete", "insert"]

_KINDS: dict[str, EditKind] = {
    "equal": "equal",
    "replace": "substitute",
    "delete": "delete",
    "insert": "insert",
}
# What is compared: words, or the text itself without the white space around it (as jiwer does).
_CUT: dict[str, Callable[[str], Any]] = {"words": str.split, "characters": str.strip}
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of words, or characters, that are treated alike.

    Parameters
    ----------
    kind : {"equal", "substitute", "delete", "insert"}
    reference : tuple of str
        What was said; empty for insertions.
    hypothesis : tuple of str
        What was recognised; empty for deletions, and as long as `reference` for substitutions.

    Examples
    --------
    >>> Chunk("substitute", ("blue",), ("blew",))
    Chunk(kind='substitute', reference=('blue',), hypothesis=('blew',))
    """

    kind: EditKind
    reference: tuple[str, ...]
    hypothesis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alignment:
    """How a hypothesis goes with its reference, from beginning to end.

    Parameters
    ----------
    unit : {"words", "characters"}
    chunks : tuple of Chunk
        In the order of the texts; no two neighbours are of one kind.

    Examples
    --------
    >>> found = alignment("the blue door", "a blue open door")
    >>> (found.hits, found.substitutions, found.deletions, found.insertions)
    (2, 1, 0, 1)
    """

    unit: Unit
    chunks: tuple[Chunk, ...]

    @property
    def hits(self) -> int:
        """Words of the reference that were recognised."""
        return self._size("equal")

    @property
    def substitutions(self) -> int:
        """Words of the reference for which another one was recognised."""
        return self._size("substitute")

    @property
    def deletions(self) -> int:
        """Words of the reference for which none was recognised."""
        return self._size("delete")

    @property
    def insertions(self) -> int:
        """Words of the hypothesis for which none was said."""
        return self._size("insert")

    def _size(self, kind: EditKind) -> int:
        return sum(max(len(c.reference), len(c.hypothesis)) for c in self.chunks if c.kind == kind)


def edit_counts(
    references: Sequence[str], hypotheses: Sequence[str], *, unit: Unit = "words"
) -> NDArray[np.int32]:
    """Count hits, substitutions, deletions and insertions of every utterance.

    Parameters
    ----------
    references : sequence of str, length n
        What was said. Texts are compared as they are: normalise them before.
    hypotheses : sequence of str, length n
        What was recognised; an empty text where that is nothing.
    unit : {"words", "characters"}
        Words are what white space of any kind separates. Characters are code points; spaces between words
        count, white space around the text does not.

    Returns
    -------
    array of int32, shape (n, 4)
        Hits, substitutions, deletions and insertions. The first three add up to the reference, and hits,
        substitutions and insertions to the hypothesis; the last three are the edit distance. An empty
        reference has insertions only.

    Raises
    ------
    UsageError
        The unit is unknown, or a single text was given instead of a sequence.
    DataError
        The sequences differ in length, or hold something other than texts; all problems at once.

    Notes
    -----
    Several alignments can have the fewest edits, and differ in their substitutions. The one that is counted
    is rapidfuzz's, and so jiwer's (`jiwer.process_words`, `jiwer.process_characters`): what both texts have
    in common at their beginning and then at their end are hits. Between these, read from the end, a word of
    the reference is deleted wherever an alignment with the fewest edits can do that; otherwise a word of the
    hypothesis is inserted where that leaves fewer edits to do than a hit or substitution would; otherwise
    both are a hit or substitution. Pairs of which both sides are thousands of words long are first cut in two
    where that costs no edit (Hirschberg, 1975), each part is aligned so, and ties may fall otherwise there,
    as they do in jiwer.

    Counts differ from jiwer's in one case: its default transform separates words at spaces, and at other
    white space only where two or more stand together. A lone tab, line break or no-break space separates
    words here and not there.

    Time grows with the product of the two lengths divided by 64 (Myers, 1999; Hyyrö, 2003), and memory with
    their sum: 100,000 words against 100,000 take seconds and some megabytes.

    References
    ----------
    G. Myers, "A fast bit-vector algorithm for approximate string matching based on dynamic programming",
    Journal of the ACM 46 (1999); H. Hyyrö, "A bit-vector algorithm for computing Levenshtein and Damerau edit
    distances", Nordic Journal of Computing 10 (2003); D. S. Hirschberg, "A linear space algorithm for
    computing maximal common subsequences", Communications of the ACM 18 (1975).

    Examples
    --------
    >>> edit_counts(["the blue door", "stop", ""], ["a blue open door", "", "well"]).tolist()
    [[2, 1, 0, 1], [0, 0, 1, 0], [0, 0, 0, 1]]
    >>> edit_counts(["開けて下さい"], ["開けた下さい"], unit="characters").tolist()
    [[5, 1, 0, 0]]
    """
    from rapidfuzz.distance.Levenshtein import editops

    cut = _cut(unit)
    said, heard = _checked(references, hypotheses)
    lengths: list[int] = []  # of references
    # Of pairs that differ only; this loop is most of the time that scoring takes.
    others: list[int] = []  # lengths of hypotheses
    errors: list[int] = []
    substitutions: dict[int, int] = {}
    add_length, add_other, add_errors = lengths.append, others.append, errors.append
    for reference, hypothesis in zip(said, heard, strict=True):
        left = cut(reference)
        add_length(len(left))
        if reference != hypothesis:
            right = cut(hypothesis)
            edits: Any = editops(left, right)
            found, more = len(edits), len(right)
            add_other(more)
            if found > 1:
                more -= len(left)
                # As many insertions or deletions as the lengths differ by are certain, and others come in
                # pairs: if there are two or more edits besides, one must look which they are.
                if found - (more if more > 0 else -more) > 1:
                    replaced = 0
                    for kind, _, _ in edits.as_list():
                        if kind == "replace":
                            replaced += 1
                    substitutions[len(errors)] = replaced
            add_errors(found)
    return _counted(lengths, map(ne, said, heard), others, errors, substitutions)


def alignment(reference: str, hypothesis: str, *, unit: Unit = "words") -> Alignment:
    """Align one hypothesis with its reference.

    Parameters
    ----------
    reference, hypothesis : str
        What was said and what was recognised, normalised.
    unit : {"words", "characters"}

    Returns
    -------
    Alignment
        The one that :func:`edit_counts` counts.

    Raises
    ------
    UsageError
        The unit is unknown.
    DataError
        The reference or the hypothesis is no text.

    Examples
    --------
    >>> for chunk in alignment("turn the blue light on", "turn blue lights on").chunks:
    ...     print(chunk.kind, chunk.reference, chunk.hypothesis)
    equal ('turn',) ('turn',)
    delete ('the',) ()
    equal ('blue',) ('blue',)
    substitute ('light',) ('lights',)
    equal ('on',) ('on',)
    """
    from rapidfuzz.distance.Levenshtein import editops

    cut = _cut(unit)
    said, heard = _checked([reference], [hypothesis])
    left, right = tuple(cut(said[0])), tuple(cut(heard[0]))
    edits: Any = editops(left, right)
    return Alignment(
        unit,
        tuple(
            Chunk(_KINDS[kind], left[i:i_end], right[j:j_end])
            for kind, i, i_end, j, j_end in edits.as_opcodes()
        ),
    )


def word_pairs(reference: str, hypothesis: str) -> list[tuple[str | None, str | None]]:
    """Pair every word of a reference with the word that was recognised for it.

    Parameters
    ----------
    reference, hypothesis : str
        What was said and what was recognised, normalised.

    Returns
    -------
    list of (str or None, str or None)
        In the order of the texts: None on the right for a deletion, on the left for an insertion. By the
        alignment that :func:`edit_counts` counts.

    Raises
    ------
    DataError
        The reference or the hypothesis is no text.

    Examples
    --------
    >>> word_pairs("turn the blue light on", "turn blue lights on now")
    [('turn', 'turn'), ('the', None), ('blue', 'blue'), ('light', 'lights'), ('on', 'on'), (None, 'now')]
    """
    from rapidfuzz.distance.Levenshtein import editops

    if type(reference) is not str or type(hypothesis) is not str:
        _checked([reference], [hypothesis])
    left = reference.split()
    if reference == hypothesis:
        return list(zip(left, left, strict=True))
    right = hypothesis.split()
    pairs: list[tuple[str | None, str | None]] = []
    done = 0  # words of the reference that are paired
    edits: Any = editops(left, right)
    for kind, i, j in edits.as_list():
        pairs.extend(zip(left[done:i], left[done:i], strict=True))
        inserted = kind == "insert"
        pairs.append((None if inserted else left[i], None if kind == "delete" else right[j]))
        done = i if inserted else i + 1
    pairs.extend(zip(left[done:], left[done:], strict=True))
    return pairs


def _counted(
    lengths: list[int],
    differ: Iterable[bool],
    others: list[int],
    errors: list[int],
    substitutions: dict[int, int],
) -> NDArray[np.int32]:
    """Make the four counts of lengths and edit distances; substitutions are given where they are open."""
    counts = np.zeros((len(lengths), 4), np.int32)
    counts[:, HITS] = _integers(lengths)
    differs = np.fromiter(differ, np.bool_, len(lengths))
    said, found = counts[differs, HITS], _integers(errors)
    longer = _integers(others) - said
    replaced = found - np.abs(longer)
    replaced[_integers(substitutions)] = _integers(substitutions.values())
    deleted = (found - replaced - longer) // 2
    counts[differs] = np.column_stack((said - replaced - deleted, replaced, deleted, deleted + longer))
    return counts


def _integers(values: Collection[int]) -> NDArray[np.int32]:
    """Make an array of integers, in half the time that NumPy takes to find out what they are."""
    return np.fromiter(values, np.int32, len(values))


def _cut(unit: str) -> Callable[[str], Any]:
    """Find how texts of a unit are split."""
    if unit not in _CUT:
        raise UsageError(
            f"unit must be 'words' or 'characters', it is {unit!r}.{did_you_mean(str(unit), _CUT)}"
        )
    return _CUT[unit]


def _checked(references: Sequence[str], hypotheses: Sequence[str]) -> tuple[list[str], list[str]]:
    """Take both sides as lists of texts, or say what else they are."""
    for name, texts in (("references", references), ("hypotheses", hypotheses)):
        if isinstance(texts, str):
            raise UsageError(f"{name} must be a sequence of texts, it is one text ({texts[:40]!r}).")
    said, heard = list(references), list(hypotheses)
    problems = []
    if len(said) != len(heard):
        problems.append(
            f"there are {len(said):,} references and {len(heard):,} hypotheses; every utterance needs both "
            "(an empty text where nothing was recognised)."
        )
    for name, texts in (("reference", said), ("hypothesis", heard)):
        if all(issubclass(kind, str) for kind in set(map(type, texts))):
            continue
        wrong = {i: text for i, text in enumerate(texts) if not isinstance(text, str)}
        problems.append(
            f"every {name} must be a text; at the positions {shortlist(list(wrong), shown=_SHOWN)} are "
            f"{shortlist(list(wrong.values()), shown=_SHOWN)}. Give an empty text for what is missing, and "
            "keep count of it."
        )
    if problems:
        raise DataError(*problems)
    return said, heard
