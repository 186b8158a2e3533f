"""Runaway output: a recogniser that goes on and on, told apart from one that mishears.

Some recognisers answer silence and noise with text: far more words than were said, or one phrase over and
over. A few hundred such utterances can make up most of a system's errors and hide what it does to speech, so
that rates are shown with and without them. A hypothesis is runaway where it has at least three times the
words of the reference and ten or more, or where it repeats itself and the reference does not. What is made up
for an empty reference has no length to be compared with, and is counted by the policy for those.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fairkit.speech.utterances import DELETIONS, HITS, INSERTIONS, SUBSTITUTIONS, Unit

__all__ = ["is_runaway", "repeats", "runaways"]

TIMES_REFERENCE = 3
TIMES_IN_A_ROW = 4
# How much is a lot, and how long a phrase may be that is repeated. Ten words are some thirty characters in
# scripts that write no spaces, and fifty in those that do.
LEAST: dict[Unit, int] = {"words": 10, "characters": 30}
LONGEST_PHRASE: dict[Unit, int] = {"words": 8, "characters": 24}


def is_runaway(
    reference_words: ArrayLike, hypothesis_words: ArrayLike, repeated: ArrayLike, *, unit: Unit = "words"
) -> NDArray[np.bool_]:
    """Tell which hypotheses are runaway output, from how much was said and recognised.

    Parameters
    ----------
    reference_words, hypothesis_words : array of int
        Words (or characters) of each utterance's reference and hypothesis.
    repeated : array of bool
        Whether the hypothesis repeats itself, see :func:`repeats`.
    unit : {"words", "characters"}

    Returns
    -------
    array of bool
        True where the hypothesis has at least three times the words of the reference and at least 10 of them
        (30 characters), or repeats itself. Never where the reference is empty.

    Examples
    --------
    >>> is_runaway([4, 4, 3, 30, 0], [12, 11, 9, 40, 50], [False, False, False, True, True]).tolist()
    [True, False, False, True, False]
    """
    said, heard = np.asarray(reference_words), np.asarray(hypothesis_words)
    long = (heard >= TIMES_REFERENCE * said) & (heard >= LEAST[unit])
    return np.asarray((said > 0) & (long | np.asarray(repeated, bool)))


def repeats(
    hypothesis: Sequence[Hashable], reference: Sequence[Hashable] = (), *, unit: Unit = "words"
) -> bool:
    """Tell whether a hypothesis repeats itself where the reference does not.

    Parameters
    ----------
    hypothesis, reference : sequence of str
        Words; or characters, of which a text is a sequence.
    unit : {"words", "characters"}

    Returns
    -------
    bool
        Whether one phrase of at most 8 words (24 characters) stands at least four times in a row, 10 words
        (30 characters) or more in all, and that is at least twice as long as what the reference has of
        phrases of that length in a row.

    Examples
    --------
    >>> repeats("so thank you thank you thank you thank you thank you".split(), ["so"])
    True
    >>> repeats(["no"] * 12, ["no"] * 10)
    False
    """
    least, longest = LEAST[unit], LONGEST_PHRASE[unit]
    # Of a phrase that stands there four times, three quarters are nothing new: most hypotheses end here.
    if 4 * (len(hypothesis) - len(set(hypothesis))) < (TIMES_IN_A_ROW - 1) * least:
        return False
    known: dict[Hashable, int] = {}
    heard = _coded(hypothesis, known)
    said = _coded(reference, known)
    for period in range(1, longest + 1):
        loop = _longest_loop(heard, period)
        enough = max(least, TIMES_IN_A_ROW * period)
        if loop >= enough and loop >= 2 * _longest_loop(said, period):
            return True
    return False


def runaways(
    references: Sequence[str], hypotheses: Sequence[str], edits: NDArray[np.int32], *, unit: Unit = "words"
) -> NDArray[np.bool_]:
    """Tell which hypotheses are runaway output, from texts that are aligned already.

    Parameters
    ----------
    references, hypotheses : sequence of str, length n
        Normalised texts.
    edits : array of int, shape (n, 4)
        Their :func:`~fairkit.speech.align.edit_counts`.
    unit : {"words", "characters"}

    Returns
    -------
    array of bool, shape (n,)
        As :func:`is_runaway` says. A repetition counts only if 10 words (30 characters) are substituted or
        inserted: one in a song that was heard almost right is none.

    Examples
    --------
    >>> from fairkit.speech.align import edit_counts
    >>> said = ["one two three four five six seven", "what", "i think so", ""]
    >>> heard = ["one two three " + "four " * 12, "see you in the next video bye bye bye ok", "i", "a " * 50]
    >>> runaways(said, heard, edit_counts(said, heard)).tolist()
    [True, True, False, False]
    """
    reference_words = edits[:, [HITS, SUBSTITUTIONS, DELETIONS]].sum(axis=1)
    wrong = edits[:, SUBSTITUTIONS] + edits[:, INSERTIONS]
    long = is_runaway(reference_words, edits[:, HITS] + wrong, np.zeros(len(edits), bool), unit=unit)
    repeated = np.zeros(len(edits), bool)
    for i in np.flatnonzero((wrong >= LEAST[unit]) & (reference_words > 0) & ~long).tolist():
        said, heard = references[i], hypotheses[i]
        repeated[i] = (
            repeats(heard.split(), said.split())
            if unit == "words"
            else repeats(heard.strip(), said.strip(), unit=unit)
        )
    return np.asarray(long | repeated)


def _coded(words: Sequence[Hashable], known: dict[Hashable, int]) -> NDArray[np.int64]:
    """Write numbers for words."""
    return np.fromiter((known.setdefault(word, len(known)) for word in words), np.int64, len(words))


def _longest_loop(codes: NDArray[np.int64], period: int) -> int:
    """Count the words of the longest stretch in which each word is the one so many places before it."""
    if len(codes) <= period:
        return 0
    ends = np.flatnonzero(codes[period:] != codes[:-period])
    edges = np.concatenate(([-1], ends, [len(codes) - period]))
    longest = int(np.diff(edges).max()) - 1
    return longest + period if longest else 0
