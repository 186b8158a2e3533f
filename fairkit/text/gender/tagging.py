"""A second opinion on *her*: the HanTa tagger, where it is installed.

HanTa (LGPL, ``pip install 'fairkit[tagger]'``) brings its English model along and reads a sentence in about a
millisecond. It is asked about single pronouns only, and where it disagrees the change is marked as
ambiguous. It does not overrule: the rule is right more often (docs/gender-swap.md has the figures).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any

from fairkit.errors import MissingDependencyError

__all__ = ["is_installed", "second_opinion"]

_MODEL = "morphmodel_en.pgz"
_POSSESSIVE = "DPS"  # as the tag set of the British National Corpus has it
_ENDS = frozenset(".!?;\u2026") | {"\n\n"}
_REACH = 50


@cache
def is_installed() -> bool:
    """Tell whether the tagger can be asked.

    Examples
    --------
    >>> is_installed() in (True, False)
    True
    """
    return find_spec("HanTa") is not None


@cache
def _tagger() -> Any:
    if not is_installed():
        raise MissingDependencyError(
            "tagger='hanta' needs HanTa: pip install 'fairkit[tagger]'; tagger='rule' does without."
        )
    from HanTa.HanoverTagger import HanoverTagger

    return HanoverTagger(_MODEL)


def second_opinion(pieces: Sequence[str], place: int) -> str:
    """Ask the tagger whether *her* stands for *his* or *him*.

    Parameters
    ----------
    pieces : sequence of str
        Of a text, as it is written.
    place : int
        Of the pronoun; its sentence is read, at most 50 pieces to each side.

    Returns
    -------
    str
        ``his`` or ``him``.

    Raises
    ------
    MissingDependencyError
        HanTa is not installed.

    Examples
    --------
    >>> from fairkit.text.pieces import pieces_of
    >>> if is_installed():
    ...     assert second_opinion(pieces_of("They saw her yesterday."), 4) == "him"
    """
    first = place
    while first and place - first < _REACH and pieces[first - 1] not in _ENDS:
        first -= 1
    last = place + 1
    while last < len(pieces) and last - place < _REACH and pieces[last - 1] not in _ENDS:
        last += 1
    words = [piece for piece in pieces[first:last] if not piece.isspace()]
    here = sum(not piece.isspace() for piece in pieces[first:place])
    return "his" if _tagger().tag_sent(words)[here][2] == _POSSESSIVE else "him"
