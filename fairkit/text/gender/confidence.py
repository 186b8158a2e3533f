"""How often each kind of change was right: counts on development data, not guesses."""

from __future__ import annotations

__all__ = ["confidence"]

# Right and seen. Readings of *her*: every him and his of WinoBias development and Winogender, and of GAP
# development and WikiText-2 with both made *her*. *His*: the pairs, and by hand. Nouns, titles, names,
# articles and agreement: judged by hand on 150, 18, 120, 5 and 218 changes drawn from the same texts; most of
# the wrong ones stand in titles of works and in surnames.
_COUNTED: dict[str, tuple[int, int]] = {
    "her: adjective": (23, 23),
    "her: adverb": (7, 7),
    "her: adverb and noun": (13, 13),
    "her: bare verb": (16, 16),
    "her: bracket": (2, 3),
    "her: called": (2, 2),
    "her: closed class": (760, 767),
    "her: compound": (66, 68),
    "her: end": (5, 5),
    "her: finite verb": (2, 2),
    "her: gerund": (78, 81),
    "her: given": (19, 20),
    "her: mark": (299, 300),
    "her: noun": (2920, 2928),
    "her: number": (3, 3),
    "her: number and noun": (62, 63),
    "her: open word": (459, 463),
    "her: participle": (3, 4),
    "her: quotation": (28, 29),
    "her: role": (2, 2),
    "her: title": (1, 1),
    "his: absolute": (6, 6),
    "his: possessive": (135, 135),
    "pronoun": (1451, 1451),
    "neutral": (480, 480),
    "agreement": (216, 218),
    "article": (5, 5),
    "name": (117, 120),
    "one way": (139, 150),
    "pair": (139, 150),
    "title": (17, 18),
}


_UNKNOWN = 0.5


def confidence(kind: str) -> float:
    """Return the share of changes of a kind that were right, with one right and one wrong added.

    Examples
    --------
    >>> 0 < confidence("pair") <= 1
    True
    """
    return _CONFIDENCE.get(kind, _UNKNOWN)


_CONFIDENCE = {kind: round((right + 1) / (seen + 2), 4) for kind, (right, seen) in _COUNTED.items()}
