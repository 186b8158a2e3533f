"""The texts that a model can be asked about: those that are given, and have what the question needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import DataError, did_you_mean, shortlist
from fairkit.text.rows import Texts

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Readable:
    """Texts that can be measured, and their rows among all.

    Parameters
    ----------
    texts : Texts
        All of them.
    rows : array of int64, shape (readable,)
    written : list of str, length (readable,)
    given : list of str or None
        The class that each should have, where that is asked about.
    cluster : array of int64, shape (readable,), or None
        Which texts belong together.

    Examples
    --------
    >>> from fairkit.text.rows import read_texts
    >>> texts = read_texts({"text": ["She sang.", None, "It rained."]}, text="text")
    >>> readable_of(texts).rows.tolist()
    [0, 2]
    """

    texts: Texts
    rows: IntArray
    written: list[str]
    given: list[str] | None = None
    cluster: IntArray | None = None

    def __len__(self) -> int:
        return len(self.rows)


def readable_of(texts: Texts, *, label: str | None = None, labels: Sequence[str] = ()) -> Readable:
    """Choose the texts that can be measured.

    Parameters
    ----------
    texts : Texts
    label : str, optional
        A column that was kept: the class of each text, by its name or its number. Texts without one are not
        measured.
    labels : sequence of str
        Classes of the model.

    Raises
    ------
    DataError
        Some texts are of a class that the model does not have, or none has a class.

    Examples
    --------
    >>> from fairkit.text.rows import read_texts
    >>> texts = read_texts({"text": ["a", "b"], "job": ["nurse", "surgon"]}, text="text", keep=["job"])
    >>> readable_of(texts, label="job", labels=["nurse", "surgeon"])
    Traceback (most recent call last):
        ...
    fairkit.errors.DataError: column 'job' holds 'surgon' (1 text), no class of the model ... 'surgeon'?
    """
    usable = texts.given()
    given = None
    if label is not None:
        column = texts.columns[label]
        usable &= np.array([one is not None for one in column], bool)
        if not usable.any():
            raise DataError(f"no text has a class in column '{label}'.")
        given = _named([str(one) for one in column[usable]], labels)
        _check_classes(label, given, labels)
    rows = np.flatnonzero(usable).astype(np.int64)
    cluster = None
    if texts.cluster_ids:
        code = texts.clusters[rows]
        alone = code < 0  # a text whose cluster is not known is one of its own
        cluster = np.where(alone, len(texts.cluster_ids) + np.cumsum(alone), code).astype(np.int64)
    return Readable(texts, rows, [str(texts.texts[i]) for i in rows], given, cluster)


def _named(given: list[str], labels: Sequence[str]) -> list[str]:
    """Name classes that are given by their numbers, as those of a model without names are."""
    if any(one in labels for one in given):
        return given
    known = {str(number): name for number, name in enumerate(labels)}
    return [known[one] for one in given] if all(one in known for one in given) else given


def _check_classes(label: str, given: Sequence[str], labels: Sequence[str]) -> None:
    counts: dict[str, int] = {}
    for one in given:
        if one not in labels:
            counts[one] = counts.get(one, 0) + 1
    if not counts:
        return
    name, texts = max(counts.items(), key=lambda pair: pair[1])
    more = f" and {len(counts) - 1} more" if len(counts) > 1 else ""
    raise DataError(
        f"column '{label}' holds '{name}' ({texts:,} text{'s' * (texts > 1)}){more}, no class of the model "
        f"(it has {shortlist(list(labels))}).{did_you_mean(name, labels)}"
    )
