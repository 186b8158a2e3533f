"""Text classifiers as this room sees them: texts in, probabilities out, whatever library made them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class TextClassifier(Protocol):
    """A classifier of texts."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes, in the order of the columns of `probabilities`."""

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the probability of every class for every text, shape (texts, classes)."""
