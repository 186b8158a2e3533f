"""Which words a sensitivity comes from: contributions of tokens, put together to words.

A contribution is the sum over a token's coordinates of (Jᵀw) v. Contributions of one text add up to its
sensitivity; those of the pieces of a word, to the word's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from fairkit.text.networks.embedded import Differentiable
    from fairkit.text.protection.directions import Directions

FloatArray = NDArray[np.float64]

_WORD = re.compile(r"\w+(?:['\u2019]\w+)*|[^\w\s]")


class Pieces(NamedTuple):
    """The contributions of the tokens of one text, or of the features of one row.

    Attributes
    ----------
    text : str or None
        None for features.
    tokens : tuple of str
        Tokens, or names of features.
    spans : tuple of (int, int)
        Offsets of the tokens in the text; empty where they are not known.
    values : ndarray of shape (tokens,)

    Examples
    --------
    >>> Pieces("she", ("she",), ((0, 3),), np.array([0.5])).values.sum()
    np.float64(0.5)
    """

    text: str | None
    tokens: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    values: FloatArray


class Part(NamedTuple):
    """The contribution of one word, or feature.

    Attributes
    ----------
    word : str
        As it stands in the text.
    start, end : int or None
        Its offsets, where they are known.
    value : float

    Examples
    --------
    >>> Part("actress", 4, 11, 0.25).value
    0.25
    """

    word: str
    start: int | None
    end: int | None
    value: float


@dataclass(frozen=True, slots=True)
class Attribution:
    """One prediction, word by word.

    Parameters
    ----------
    text : str or None
    label : str
        The class asked about.
    probability : float or None
        Of that class.
    value : float or None
        The sensitivity: the sum of the parts; None with a reason.
    why : str or None
    parts : tuple of Part
        Words in the order of the text; marks and spaces where they contribute.
    notes : tuple of str

    Examples
    --------
    >>> parts = (Part("she", 0, 3, 0.5), Part("sings", 4, 9, 0.25))
    >>> found = Attribution("she sings", "yes", 0.9, 0.75, None, parts)
    >>> [part.word for part in found.largest(1)]
    ['she']
    """

    text: str | None
    label: str
    probability: float | None
    value: float | None
    why: str | None
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()

    def largest(self, count: int) -> tuple[Part, ...]:
        """Return the parts of the largest size, the largest first."""
        return tuple(sorted(self.parts, key=lambda part: -abs(part.value))[:count])


def parts_of(pieces: Pieces) -> tuple[Part, ...]:
    """Put the contributions of tokens together to words.

    Parameters
    ----------
    pieces : Pieces
        A token that spans two words counts for the first. Without offsets, and for features, every token is
        a part of its own.

    Examples
    --------
    >>> values = np.array([0.0, 0.5, 0.25, -0.125, 0.0])
    >>> tokens, spans = ("[CLS]", "act", "##ress", "es", "[SEP]"), ((0, 0), (0, 3), (3, 7), (8, 10), (0, 0))
    >>> [(part.word, part.value) for part in parts_of(Pieces("Actress es", tokens, spans, values))]
    [('Actress', 0.75), ('es', -0.125)]
    """
    values = pieces.values.tolist()
    if pieces.text is None or len(pieces.spans) < len(values):
        names = [*pieces.tokens, *(f"position {i}" for i in range(len(pieces.tokens), len(values)))]
        return tuple(Part(name, None, None, value) for name, value in zip(names, values, strict=False))
    read = max((end for _, end in pieces.spans), default=0)  # what was cut off has no part
    words = list(
        takewhile(lambda span: span[0] < read, (found.span() for found in _WORD.finditer(pieces.text)))
    )
    sums: dict[tuple[int, int], float] = dict.fromkeys(words, 0.0)
    here = 0
    for (start, end), value in zip(pieces.spans, values, strict=False):
        if start == end:
            if value:
                sums[start, end] = sums.get((start, end), 0.0) + value
            continue
        here = 0 if here and words[here - 1][1] > start else here  # tokenizers go forward, mostly
        while here < len(words) and words[here][1] <= start:
            here += 1
        place = words[here] if here < len(words) and words[here][0] < end else (start, end)
        sums[place] = sums.get(place, 0.0) + value
    return tuple(Part(pieces.text[a:b], a, b, value) for (a, b), value in sorted(sums.items()))


def explain(
    model: Differentiable,
    text: Any,
    *,
    protected: Directions,
    given: Any = None,
    group: Any = None,
    **asked: Any,
) -> Attribution:
    """Say which words one prediction's sensitivity comes from.

    Parameters
    ----------
    model : Differentiable
    text : str, or a row of features
    protected : Directions
    given : str or int, optional
        The class of the text, for ``target="given"``.
    group : optional
        Its group, for a protected-status model that looks toward each text's own.
    **asked
        ``target``, ``signed``, ``output``, ``scale`` and ``weights`` of
        :func:`~fairkit.text.sensitivities`.

    Returns
    -------
    Attribution

    Raises
    ------
    UsageError, DataError
        As :func:`~fairkit.text.sensitivities` does.

    Notes
    -----
    A protected-status model on averaged embeddings points in one direction at all tokens of a text: its parts
    say where the *task* model listens in that direction. A lexicon's parts are those of its words alone.

    Examples
    --------
    >>> from fairkit.text import LexiconMask
    >>> from fairkit.text.networks.examples import tiny_classifier
    >>> model = tiny_classifier(["she sings", "he sings"], labels=("no", "yes"))
    >>> found = explain(model, "Now she sings", protected=LexiconMask(["she", "he"]), signed=False)
    >>> [part.word for part in found.parts if part.value]
    ['she']
    """
    from fairkit.text.sensitivity import sensitivities

    found = sensitivities(
        model,
        [text],
        protected=protected,
        given=None if given is None else [given],
        groups=None if group is None else [group],
        tokens=True,
        **asked,
    )
    target = int(found.targets[0])
    return Attribution(
        text if isinstance(text, str) else None,
        found.labels[target] if target >= 0 else "",
        float(found.probabilities[0, target]) if target >= 0 else None,
        found.value(0),
        found.why[0],
        found.parts(0),
        found.notes,
    )


def spread(pieces: Sequence[Pieces | None]) -> tuple[FloatArray, ...]:
    """Return the contributions alone, an array per row; empty where a row was not measured.

    Examples
    --------
    >>> spread([Pieces("she", ("she",), ((0, 3),), np.array([0.5])), None])
    (array([0.5]), array([], dtype=float64))
    """
    return tuple(np.zeros(0) if one is None else one.values for one in pieces)
