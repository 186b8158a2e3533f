"""Which texts mention which terms: identities where no column says who is spoken of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import DataError, UsageError, shortlist
from fairkit.groups import Attribute
from fairkit.text.pieces import lowered, pieces_of
from fairkit.text.rows import read_texts
from fairkit.text.wordtable import WordTable

__all__ = ["mentioned"]


def mentioned(texts: Sequence[str | None], terms: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Tell which texts mention each of some terms.

    Parameters
    ----------
    texts : sequence of (str or None)
    terms : sequence of str
        Words or phrases; case does not matter. Where one holds another (*African American*, *American*), a
        text mentions the longer.

    Returns
    -------
    dict of str to array, shape (texts,)
        By term, True or False; None of a missing text (then the arrays hold objects).

    Raises
    ------
    UsageError
        There is no term, one is empty, or one stands twice.

    Examples
    --------
    >>> texts = ["An African American author", "Americans", "american pie"]
    >>> found = mentioned(texts, ["African American", "American"])
    >>> {term: own.tolist() for term, own in found.items()}
    {'African American': [True, False, False], 'American': [False, False, True]}
    """
    if isinstance(terms, str) or not terms:
        raise UsageError("name at least one term, as in terms=['gay', 'muslim'] (--term gay --term muslim).")
    wrong = [term for term in terms if not isinstance(term, str) or not term.strip()]
    if wrong:
        raise UsageError(f"a term is a word or phrase, not {shortlist(wrong)}.")
    try:
        table = WordTable([], one_way=[(term, term) for term in terms])
    except DataError as error:
        raise UsageError(f"two terms are the same, but for case or blanks, in {shortlist(terms)}.") from error
    found: dict[str, list[bool | None]] = {term: [] for term in terms}
    for text in texts:
        if not isinstance(text, str):
            for own in found.values():
                own.append(None)
            continue
        own_terms = {match.counterpart for match in table.matches(lowered(pieces_of(text)))}
        for term, own in found.items():
            own.append(term in own_terms)
    some_missing = any(not isinstance(text, str) for text in texts)
    return {term: np.array(own, object if some_missing else bool) for term, own in found.items()}


class WithMentions(NamedTuple):
    """Columns with those of terms added, and where they came from."""

    columns: dict[str, Any]
    source: str
    sha256: str | None


def with_mentions(
    data: Any,
    *,
    text: str,
    terms: Sequence[str],
    keep: Mapping[str, bool],
    predicates: Sequence[Attribute] = (),
    missing: Sequence[str] = (),
    progress: Callable[[int], object] | None = None,
    hash_files: bool = False,
) -> WithMentions:
    """Read rows with their texts, and add a column for every term.

    Parameters
    ----------
    data : frame or path
    text : str
        Column of texts.
    terms : sequence of str
    keep : mapping of column to bool
        Other columns to read, and whether each holds numbers.
    predicates : sequence of Attribute
        What to answer of every row; each becomes a column of its name.
    missing, progress, hash_files
        As for :func:`fairkit.text.rows.read_texts`.

    Raises
    ------
    DataError
        A term is the name of a column too, or a column of numbers holds something else.

    Examples
    --------
    >>> rows = {"said": ["I am gay", "Hello"], "score": [0.9, 0.1]}
    >>> with_mentions(rows, text="said", terms=["gay"], keep={"score": True}).columns["gay"].tolist()
    [True, False]
    """
    taken = sorted(set(terms) & {text, *keep})
    if taken:
        raise DataError(f"these terms are names of columns too: {shortlist(taken)}; rename the columns.")
    texts = read_texts(
        data,
        text=text,
        by=predicates,
        keep=list(keep),
        missing=missing,
        progress=progress,
        hash_files=hash_files,
    )
    columns: dict[str, Any] = {
        name: np.array(levels, object)[texts.group(name)]
        for name, levels in zip(texts.attributes, texts.levels, strict=True)
    }
    problems = []
    for name, numeric in keep.items():
        levels = texts.columns[name]
        if not numeric:
            columns[name] = levels
            continue
        try:
            columns[name] = np.array([np.nan if one is None else float(one) for one in levels])
        except ValueError as error:
            problems.append(f"column '{name}' must hold numbers: {error}.")
    if problems:
        raise DataError(*problems)
    return WithMentions(columns | mentioned(texts.texts.tolist(), terms), texts.source, texts.sha256)
