"""Counterfactual swap of gender: the same text with roles reversed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypedDict, Unpack, get_args

from fairkit.errors import DataError, UsageError, did_you_mean, shortlist
from fairkit.text.casing import cased_like
from fairkit.text.edits import Edit, Left, as_rewritten, as_text
from fairkit.text.pieces import lowered, pieces_of
from fairkit.text.rewriting import Rewritten
from fairkit.text.wordtable import WordTable

__all__ = ["Direction", "GenderSwapper", "Names", "Tagger", "swap"]

Direction = Literal["both", "feminine-to-masculine", "masculine-to-feminine", "neutral"]
"""Which words change, and into what."""

Names = Literal["protect", "swap", "keep"]
"""What is done with first names."""

Tagger = Literal["auto", "rule", "hanta"]
"""Who decides whether *her* is *his* or *him*."""

_PAIRS = WordTable([("he", "she"), ("himself", "herself"), ("man", "woman"), ("father", "mother")])


class SwapOptions(TypedDict, total=False):
    """Options of :class:`GenderSwapper`."""

    direction: Direction
    names: Names
    tagger: Tagger
    exclude: Sequence[str]
    extra_pairs: Mapping[str, str] | Sequence[tuple[str, str]]


class GenderSwapper:
    """Rewrites texts with roles of gender reversed.

    Examples
    --------
    >>> GenderSwapper()("She sang.").text
    'He sang.'
    """

    def __init__(
        self,
        *,
        direction: Direction = "both",
        names: Names = "protect",
        tagger: Tagger = "auto",
        exclude: Sequence[str] = (),
        extra_pairs: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    ) -> None:
        for what, value, known in (
            ("direction", direction, get_args(Direction)),
            ("names", names, get_args(Names)),
            ("tagger", tagger, get_args(Tagger)),
        ):
            if value not in known:
                raise UsageError(
                    f"{what} {value!r} is unknown (there are {shortlist(known)})."
                    f"{did_you_mean(str(value), known)}"
                )
        self.direction, self.names, self.tagger = direction, names, tagger
        self.exclude, self.extra_pairs = tuple(exclude), extra_pairs

    @property
    def attribute(self) -> str:
        """What is changed."""
        return "gender"

    def __call__(self, text: str | Rewritten) -> Rewritten:
        """Rewrite one text."""
        if not isinstance(text, str):
            raise DataError(f"a text is a str, not {type(text).__name__}.")
        pieces = pieces_of(text)
        return as_rewritten(text, pieces, *self._plan(pieces))

    def texts(self, texts: Iterable[str]) -> list[str]:
        """Rewrite many texts and return only the results."""
        return [as_text(pieces, self._plan(pieces)[0]) for pieces in map(pieces_of, texts)]

    def _plan(self, pieces: list[str]) -> tuple[list[Edit], list[Left]]:
        low = lowered(pieces)
        edits = []
        for place, word in enumerate(low):
            found = _PAIRS.counterpart(word)
            if word == "her":
                after = low[place + 2] if len(low) > place + 2 else "."
                found = "his" if after.isalpha() else "him"
            elif word in ("his", "him"):
                found = "her"
            elif word == "hers":
                found = "his"
            if found:
                edits.append(Edit(place, place + 1, cased_like(found, pieces[place])))
        return edits, []


def swap(text: str | Rewritten, **options: Unpack[SwapOptions]) -> Rewritten:
    """Rewrite one text with roles of gender reversed.

    Examples
    --------
    >>> swap("Her father saw her.").text
    'His mother saw him.'
    """
    return GenderSwapper(**options)(text)
