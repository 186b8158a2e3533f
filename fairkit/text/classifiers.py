"""Text classifiers as this room sees them: texts in, probabilities out, whatever library made them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class TextClassifier(Protocol):
    """A classifier of texts.

    Examples
    --------
    >>> class Shouting:
    ...     labels = ("calm", "loud")
    ...     def probabilities(self, texts):
    ...         loud = np.array([float(text.isupper()) for text in texts])
    ...         return np.column_stack([1 - loud, loud])
    >>> classifier: TextClassifier = Shouting()
    >>> classifier.probabilities(["WHAT?"]).tolist()
    [[0.0, 1.0]]
    """

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes, in the order of the columns of `probabilities`."""

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the probability of every class for every text, shape (texts, classes)."""
