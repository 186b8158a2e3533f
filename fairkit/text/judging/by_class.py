"""Texts grouped by the class that a model predicts, where no column groups them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fairkit.text.rows import Texts

PREDICTED_CLASS = "predicted"
"""Name of the attribute."""


def by_predicted(texts: Texts, probabilities: NDArray[np.float64], labels: Sequence[str]) -> Texts:
    """Give texts one attribute: the class that a model predicts.

    Parameters
    ----------
    texts : Texts
    probabilities : array of float64, shape (texts, classes)
        NaN where nothing was read.
    labels : sequence of str

    Returns
    -------
    Texts
        Classes that are never predicted are no level; a text without a prediction is missing one.

    Examples
    --------
    >>> from fairkit.text.rows import read_texts
    >>> texts = read_texts({"text": ["a", None]}, text="text")
    >>> found = by_predicted(texts, np.array([[0.1, 0.9], [np.nan, np.nan]]), ["no", "yes"])
    >>> found.levels, found.codes.tolist()
    ((('yes', None),), [[0], [1]])
    """
    known = ~np.isnan(probabilities).any(axis=1)
    chosen = np.where(known, np.nan_to_num(probabilities).argmax(axis=1), len(labels))
    held, codes = np.unique(chosen, return_inverse=True)
    levels = tuple([*labels, None][k] for k in held.tolist())
    return replace(
        texts,
        attributes=(PREDICTED_CLASS,),
        levels=(levels,),
        codes=codes.reshape(-1, 1).astype(np.int64),
    )
