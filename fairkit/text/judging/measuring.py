"""Measuring texts part by part: sensitivities, the words they come from, and a few texts word by word."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fairkit.inference import ratio_t_interval
from fairkit.tables import numbers
from fairkit.text.attribution import Part
from fairkit.text.judging.asked import Asked
from fairkit.text.judging.readable import Readable
from fairkit.text.judging.sources import Source
from fairkit.text.results import TextAttribution, WordSensitivity
from fairkit.text.sensitivity import sensitivities

if TYPE_CHECKING:
    from fairkit.text.networks.embedded import Differentiable

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

PART = 4_096
"""Texts that are measured together: what is known of each token is kept no longer."""

SHOWN_WORDS = 40
"""Words of one text that are kept: those with the largest contributions."""

RANKED, FEWEST_TEXTS = 20, 10
"""Words that are listed, and the fewest texts that hold one."""

SATURATION = 0.99
"""A prediction beyond this is saturated."""

_NAMES = {True: "prediction_sensitivity", False: "absolute_prediction_sensitivity"}


@dataclass(slots=True)
class Measured:
    """What one kind of sensitivity was found to be.

    Parameters
    ----------
    metric : str
    along : str
        The protected direction.
    values : array of float64, shape (texts,)
        NaN where a text has none.
    targets : array of int64, shape (texts,)
        The class that was asked about; -1 where a text has none.
    probabilities : array of float64, shape (texts, classes)
        NaN where nothing was read.
    why : list of (str or None)
        Why a text has no sensitivity.
    words : tuple of WordSensitivity
    examples : list of (int, tuple of Part)
        Rows with the largest sensitivities, the largest first, with their words.
    """

    metric: str
    along: str
    values: FloatArray
    targets: IntArray
    probabilities: FloatArray
    why: list[str | None]
    words: tuple[WordSensitivity, ...] = ()
    examples: list[tuple[int, tuple[Part, ...]]] = field(default_factory=list)

    def saturated(self) -> NDArray[np.bool_]:
        """Tell which predictions are saturated, shape (texts,)."""
        top = np.nan_to_num(self.probabilities, nan=-1.0).max(axis=1, initial=-1.0)
        return np.asarray(top > SATURATION, bool)


def measured(
    model: Differentiable,
    readable: Readable,
    source: Source,
    asked: Asked,
    *,
    signed: bool,
    by_word: bool = True,
    progress: Callable[[int], object] | None = None,
) -> Measured:
    """Measure one kind of sensitivity of texts.

    Parameters
    ----------
    model : Differentiable
    readable : Readable
    source : Source
        With groups of these texts, if it knows them.
    asked : Asked
    signed : bool
    by_word : bool
        Whether words and examples are kept.
    progress : callable, optional
        Is told how many more were measured.

    Examples
    --------
    >>> from fairkit.text.judging.readable import readable_of
    >>> from fairkit.text.judging.sources import given_source
    >>> from fairkit.text.networks.examples import tiny_classifier
    >>> from fairkit.text.protection.lexicon import LexiconMask
    >>> from fairkit.text.rows import read_texts
    >>> model = tiny_classifier(["she sings", "he sings"], labels=("no", "yes"))
    >>> texts = readable_of(read_texts({"text": ["She sings", None, "birds"]}, text="text"))
    >>> found = measured(model, texts, given_source(LexiconMask(["she", "he"])), Asked(), signed=False)
    >>> bool(found.values[0] > 0), found.why, [part.word for _, parts in found.examples for part in parts]
    (True, [None, 'no-text', 'no word of the lexicon'], ['She', 'sings'])
    """
    size = len(readable.texts)
    made = Measured(
        _NAMES[signed],
        source.name,
        np.full(size, np.nan),
        np.full(size, -1, np.int64),
        np.full((size, len(model.labels)), np.nan),
        ["no-text"] * size,
    )
    words, largest = WordSums(), Largest(asked.examples)
    for start in range(0, len(readable), PART):
        chosen = slice(start, start + PART)
        found = sensitivities(
            model,
            readable.written[chosen],
            protected=source.directions,
            given=None if readable.given is None else readable.given[chosen],
            groups=None if source.groups is None else source.groups[chosen],
            batch_size=asked.batch_size,
            tokens=by_word,
            progress=progress,
            **asked.settings(signed=signed),
        )
        here = readable.rows[chosen]
        made.values[here], made.targets[here] = found.values, found.targets
        made.probabilities[here] = found.probabilities
        for i, row in enumerate(here.tolist()):
            made.why[row] = found.why[i]
            if by_word and found.why[i] is None:
                parts = found.parts(i)
                unit = row if readable.cluster is None else int(readable.cluster[start + i])
                words.add(parts, unit)
                largest.offer(row, readable.written[start + i], abs(float(found.values[i])), parts)
    made.words = words.ranked(made.metric, made.along, confidence=asked.confidence)
    made.examples = largest.found()
    return made


class WordSums:
    """Contributions of words, added up by word and cluster.

    Examples
    --------
    >>> sums = WordSums()
    >>> for text in range(12):
    ...     sums.add((Part("She", 0, 3, 1.0 + text % 2), Part(".", 3, 4, 0.0)), text)
    >>> [(one.word, one.texts, one.value, one.share) for one in sums.ranked("p", "v", confidence=0.95)]
    [('she', 12, 1.5, 1.0)]
    """

    def __init__(self) -> None:
        self._sums: dict[str, dict[int, list[float]]] = {}
        self._sizes: dict[str, float] = {}

    def add(self, parts: Sequence[Part], unit: int) -> None:
        """Add the words of one text, or of one of a cluster's."""
        own: dict[str, float] = {}
        for part in parts:
            word = part.word.casefold()
            if part.value and any(map(str.isalnum, word)):
                own[word] = own.get(word, 0.0) + part.value
                self._sizes[word] = self._sizes.get(word, 0.0) + abs(part.value)
        for word, value in own.items():
            held = self._sums.setdefault(word, {}).setdefault(unit, [0.0, 0.0])
            held[0] += value
            held[1] += 1

    def ranked(self, metric: str, along: str, *, confidence: float) -> tuple[WordSensitivity, ...]:
        """List the words whose mean contribution is surest to be other than 0, the surest first."""
        total = sum(self._sizes.values())
        texts = {word: int(sum(n for _, n in units.values())) for word, units in self._sums.items()}
        chosen = sorted(word for word in self._sums if texts[word] >= FEWEST_TEXTS)
        if not chosen or not total:
            return ()
        sums = [[*pair, k] for k, word in enumerate(chosen) for pair in self._sums[word].values()]
        numerator, denominator, code = np.array(sums, np.float64).T
        group = code.astype(np.int64)
        found = ratio_t_interval(numerator, denominator, group, len(chosen), confidence=confidence)
        means = np.bincount(group, numerator) / np.bincount(group, denominator)
        reach = (found.high - found.low) / 2
        sure = np.abs(means) / np.where(reach > 0, reach, np.inf)  # without an interval: last
        low, high = numbers(found.low), numbers(found.high)
        order = sorted(range(len(chosen)), key=lambda k: (-sure[k], -self._sizes[chosen[k]], chosen[k]))
        return tuple(
            WordSensitivity(
                metric,
                along,
                chosen[k],
                texts[chosen[k]],
                float(means[k]),
                low[k],
                high[k],
                self._sizes[chosen[k]] / total,
                protected=False,
            )
            for k in order[:RANKED]
        )


class Largest:
    """The few texts with the largest sensitivities, each text once.

    Examples
    --------
    >>> largest = Largest(1)
    >>> largest.offer(7, "a", 0.5, ())
    >>> largest.offer(9, "b", 0.25, ())
    >>> largest.found()
    [(7, ())]
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._kept: list[tuple[float, int, tuple[Part, ...]]] = []
        self._texts: set[str] = set()

    def offer(self, row: int, text: str, size: float, parts: tuple[Part, ...]) -> None:
        """Keep a text, if it is among the largest; -row, so that of equals the first is kept."""
        if self.count == 0 or text in self._texts:
            return
        if len(self._kept) < self.count or size > self._kept[0][0]:
            self._texts.add(text)
            push = heapq.heappush if len(self._kept) < self.count else heapq.heapreplace
            push(self._kept, (size, -row, parts))

    def found(self) -> list[tuple[int, tuple[Part, ...]]]:
        """Return the rows and their words, the largest first."""
        return [(-row, parts) for _, row, parts in sorted(self._kept, reverse=True)]


def attribution_of(
    found: Measured, row: int, parts: Sequence[Part], *, identifier: str, labels: Sequence[str], gap: float
) -> TextAttribution:
    """Write one text, word by word, as a record of the report; `gap` is NaN where it has none.

    Examples
    --------
    >>> found = Measured("p", "v", np.array([0.5]), np.array([1]), np.array([[0.1, 0.9]]), [None])
    >>> one = attribution_of(
    ...     found, 0, [Part("She", 0, 3, 0.5)], identifier="7", labels=["no", "yes"], gap=np.nan
    ... )
    >>> one.target, one.words, one.gap
    ('yes', ('She',), None)
    """
    target = int(found.targets[row])
    order = sorted(range(len(parts)), key=lambda i: -abs(parts[i].value))[:SHOWN_WORDS]
    kept = [parts[i] for i in sorted(order)]
    return TextAttribution(
        identifier,
        found.metric,
        found.along,
        labels[target],
        float(found.probabilities[row, target]),
        float(found.values[row]),
        None if np.isnan(gap) else float(gap),
        tuple(part.word for part in kept),
        tuple(float(part.value) for part in kept),
        len(parts) - len(kept),
    )
