"""Contexts of words: sentences of a user's texts in which they stand, drawn evenly from all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fairkit.errors import DataError, UsageError
from fairkit.text.intrinsic.encoders import Encoder, split_note
from fairkit.text.vectors import FloatArray

_WINDOW = 300
_CUT = re.compile(r"\s")


class Context(NamedTuple):
    """A word in its context.

    Attributes
    ----------
    text : str
        At most 300 characters before and after the word.
    start, end : int
        Where the word is.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Pool:
    """Contextual vectors of words.

    Parameters
    ----------
    vectors : dict of str to ndarray of shape (contexts, dimensions)
        Of unit norm.
    seen : dict of str to int
        How often each word stands in the texts.
    lost : dict of str to str
        Words without a context, and why.
    settings : dict of str to str
    notes : tuple of str

    Examples
    --------
    >>> Pool({"she": np.eye(2)}, {"she": 2}, {}, {}, ()).seen["she"]
    2
    """

    vectors: dict[str, FloatArray]
    seen: dict[str, int]
    lost: dict[str, str]
    settings: dict[str, str]
    notes: tuple[str, ...]


def find_contexts(
    texts: Iterable[str], words: Sequence[str], *, most: int = 500, seed: int = 0
) -> tuple[dict[str, list[Context]], dict[str, int]]:
    """Find words in texts, and keep for each as many contexts as asked, drawn evenly from all of them.

    Parameters
    ----------
    texts : iterable of str
        Read once.
    words : sequence of str
        Whole words are found. A word in lower case is found in any case of its letters; one with a capital, a
        name, only as it is written.
    most : int
        Contexts that are kept of a word (reservoir sampling).
    seed : int

    Returns
    -------
    contexts : dict of str to list of Context
    seen : dict of str to int
        How often each word was met.

    Examples
    --------
    >>> contexts, seen = find_contexts(["She sang. Then she slept.", "Rose rose."], ["she", "Rose"])
    >>> seen, contexts["Rose"]
    ({'she': 2, 'Rose': 1}, [Context(text='Rose rose.', start=0, end=4)])
    """
    rng = np.random.default_rng(seed)
    exact = {word for word in words if word != word.lower()}
    folded = {word.lower(): word for word in words if word == word.lower()}
    kept: dict[str, list[Context]] = {word: [] for word in words}
    seen = dict.fromkeys(words, 0)
    pattern = _pattern(words)
    for text in texts:
        for found in pattern.finditer(text):
            written = found.group()
            word = written if written in exact else folded.get(written.lower())
            if word is None:
                continue
            seen[word] += 1
            pool = kept[word]
            if len(pool) < most:
                pool.append(_context(text, found.start(), found.end()))
            elif (place := int(rng.integers(seen[word]))) < most:
                pool[place] = _context(text, found.start(), found.end())
    return kept, seen


def contextual_vectors(
    encoder: Encoder,
    texts: Iterable[str],
    words: Sequence[str],
    *,
    most: int = 500,
    fewest: int = 5,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Pool:
    """Encode words in their contexts.

    Parameters
    ----------
    encoder : Encoder
        With the pooling ``pieces``: what stands for a word are its own pieces.
    texts : iterable of str
        A corpus; one text each, of any length.
    words : sequence of str
    most : int
        Contexts of a word that are encoded.
    fewest : int
        A word with fewer contexts is lost: it would be drawn the same way over and over.
    seed : int
    progress : callable, optional
        Is told how many contexts are encoded.

    Returns
    -------
    Pool

    Raises
    ------
    UsageError
        The encoder pools otherwise.

    Examples
    --------
    >>> from fairkit.text.intrinsic.examples import tiny_corpus, tiny_encoder
    >>> pool = contextual_vectors(tiny_encoder(pooling="pieces"), tiny_corpus(500), ["he", "whale"], most=20)
    >>> pool.vectors["he"].shape, pool.lost
    ((20, 32), {'whale': 'in 0 contexts of the texts, and 5 are needed'})
    """
    if encoder.pooling != "pieces":
        raise UsageError(f"contextual vectors of words need the pooling 'pieces', not '{encoder.pooling}'.")
    asked = list(dict.fromkeys(words))
    contexts, seen = find_contexts(texts, asked, most=most, seed=seed)
    lost: dict[str, str] = {}
    for word in asked:
        if encoder.unknown(word):
            lost[word] = "the tokenizer does not know it"
        elif len(contexts[word]) < fewest:
            lost[word] = f"in {seen[word]} contexts of the texts, and {fewest} are needed"
    kept = [word for word in asked if word not in lost]
    flat = [context for word in kept for context in contexts[word]]
    encoded = encoder.encode(
        [context.text for context in flat],
        spans=[(context.start, context.end) for context in flat],
        progress=progress,
    )
    vectors: dict[str, FloatArray] = {}
    at = 0
    for word in kept:
        rows = [i for i in range(at, at + len(contexts[word])) if i not in encoded.lost]
        at += len(contexts[word])
        if len(rows) < fewest:
            lost[word] = f"in {len(rows)} contexts that the model can read, and {fewest} are needed"
        else:
            vectors[word] = encoded.matrix[rows]
    return Pool(
        vectors,
        seen,
        lost,
        {**encoder.settings, "contexts of a word": f"{fewest} to {most}"},
        tuple(split_note(encoder, list(vectors))),
    )


def read_corpus(path: str) -> Iterator[str]:
    """Read the lines of a text file, one text each, without holding them all.

    Raises
    ------
    DataError
        There is no such file, or it is not text in UTF-8.

    Examples
    --------
    >>> next(read_corpus("no.txt"))
    Traceback (most recent call last):
        ...
    fairkit.errors.DataError: there is no corpus at 'no.txt'; name a text file with one text a line.
    """
    file = Path(path)
    if not file.is_file():
        raise DataError(f"there is no corpus at '{path}'; name a text file with one text a line.")
    try:
        with file.open(encoding="utf-8-sig", newline="\n") as lines:
            for line in lines:
                if line.strip():
                    yield line.rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise DataError(f"'{path}' is not text in UTF-8 ({error.reason}).") from None


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    listed = sorted(set(words), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, listed))})(?!\w)", re.IGNORECASE)


def _context(text: str, start: int, end: int) -> Context:
    """Cut a window out of a long text, at blanks."""
    first, last = max(0, start - _WINDOW), min(len(text), end + _WINDOW)
    if first > 0:
        blank = _CUT.search(text, first, start)
        first = first if blank is None else blank.end()
    if last < len(text):
        blanks = list(_CUT.finditer(text, end, last))
        last = blanks[-1].start() if blanks else last
    return Context(text[first:last], start - first, end - first)
