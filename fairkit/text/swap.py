"""Counterfactual swap of gender: the same text with roles reversed.

``GenderSwapper`` replaces gendered words by offsets and leaves everything between them as it was. *Her* is
*his* or *him* by what follows; where the HanTa tagger is installed it is asked, too, and changes on which
both disagree are marked. What was seen and not swapped is listed with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, TypedDict, Unpack, get_args

from fairkit.errors import MissingDependencyError, UsageError, did_you_mean, shortlist
from fairkit.text.edits import as_rewritten, as_text, reversed_changes
from fairkit.text.gender.pairs import Direction
from fairkit.text.gender.planning import PRONOUNS, Names, Planner
from fairkit.text.gender.tagging import is_installed
from fairkit.text.pieces import lowered, pieces_of, starts_of
from fairkit.text.rewriting import Rewritten, checked_phrases, checked_text, checked_texts

__all__ = ["Direction", "GenderSwapper", "Names", "Tagger", "swap"]

Tagger = Literal["auto", "rule", "hanta"]
"""Who gives a second opinion on *her*: HanTa where it is installed, nobody, or HanTa in any case."""

_REMEMBERED = ("title", "one way")


class SwapOptions(TypedDict, total=False):
    """Options of :class:`GenderSwapper`."""

    direction: Direction
    names: Names
    tagger: Tagger
    exclude: Sequence[str]
    extra_pairs: Mapping[str, str] | Sequence[tuple[str, str]]


class GenderSwapper:
    """Rewrites English texts with roles of gender reversed.

    Parameters
    ----------
    direction : {"both", "feminine-to-masculine", "masculine-to-feminine", "neutral"}
        Swap both ways, change words of one gender only, or name no gender (*they*, with verbs that agree).
    names : {"protect", "swap", "keep"}
        First names are not pronouns: ``protect`` leaves a text alone as a whole that names somebody, for
        "Mary lost *his* keys" is no counterfactual of anything; ``swap`` puts a name that is about as common
        in the place of those that are names for certain; ``keep`` leaves names and swaps the rest. *Neutral*
        texts keep their names.
    tagger : {"auto", "rule", "hanta"}
        Whether a second opinion on *her* is asked, which marks changes as ambiguous and never decides them:
        ``auto`` asks HanTa where it is installed, ``rule`` nobody, ``hanta`` insists.
    exclude : sequence of str
        Phrases in which nothing changes, beside those that are shipped (man-made, Virgin Mary, sister ship).
    extra_pairs : mapping of str to str, or sequence of (str, str)
        Further words: masculine, feminine. They come before the shipped pairs.

    Raises
    ------
    UsageError
        An option has an unknown value, or a pair holds a pronoun.
    DataError
        A word of `extra_pairs` stands twice.
    MissingDependencyError
        ``tagger="hanta"`` without HanTa.

    Notes
    -----
    A swapper is immutable and can be pickled. Time grows with the length of a text, and not faster.

    Examples
    --------
    >>> swapper = GenderSwapper(tagger="rule")
    >>> swapper("Her father told her that HE'd seen the actress's book.").text
    "His mother told him that SHE'd seen the actor's book."
    >>> [(left.word, left.reason) for left in swapper("Mary lost her keys.").uncovered]
    [('Mary', 'name'), ('her', 'named person')]
    >>> GenderSwapper(names="swap")("Then Mary lost her keys.").text
    'Then James lost his keys.'
    >>> GenderSwapper(direction="neutral")("She was late, and he runs.").text
    'They were late, and they run.'
    """

    __slots__ = ("_asks", "_options", "_planner")

    def __init__(
        self,
        *,
        direction: Direction = "both",
        names: Names = "protect",
        tagger: Tagger = "auto",
        exclude: Sequence[str] = (),
        extra_pairs: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    ) -> None:
        problems = [
            f"{what} {value!r} is unknown (there are {shortlist(get_args(known))})."
            f"{did_you_mean(str(value), get_args(known))}"
            for what, value, known in (
                ("direction", direction, Direction),
                ("names", names, Names),
                ("tagger", tagger, Tagger),
            )
            if value not in get_args(known)
        ]
        try:
            exclude = checked_phrases(exclude)
        except UsageError as error:
            problems += error.problems
        pairs = _as_pairs(extra_pairs, problems)
        if problems:
            raise UsageError(*problems)
        if tagger == "hanta" and not is_installed():
            raise MissingDependencyError(
                "tagger='hanta' needs HanTa: pip install 'fairkit[tagger]'; tagger='rule' does without."
            )
        self._options: SwapOptions = {
            "direction": direction,
            "names": names,
            "tagger": tagger,
            "exclude": tuple(exclude),
            "extra_pairs": pairs,
        }
        self._asks = tagger != "rule" and is_installed()
        self._planner = _planner(direction, names, tuple(exclude), pairs)

    @property
    def attribute(self) -> str:
        """What is changed: ``gender``."""
        return "gender"

    @property
    def options(self) -> SwapOptions:
        """What it was made with."""
        return self._options.copy()

    def __repr__(self) -> str:
        asked = ", ".join(f"{name}={value!r}" for name, value in self._options.items())
        return f"GenderSwapper({asked})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, (self.options,)

    def __call__(self, text: str | Rewritten) -> Rewritten:
        """Rewrite one text.

        Parameters
        ----------
        text : str or Rewritten
            A text that was rewritten before is swapped with its memory: a *Mr* that was *Miss* is again.

        Returns
        -------
        Rewritten

        Raises
        ------
        DataError
            It is no text.

        Examples
        --------
        >>> swapper = GenderSwapper()
        >>> found = swapper("Ask Miss Lee.")
        >>> found.text, swapper(found).text, swapper(found.text).text
        ('Ask Mr. Lee.', 'Ask Miss Lee.', 'Ask Ms. Lee.')
        """
        before = text if isinstance(text, Rewritten) else None
        written = checked_text(text if before is None else before.text)
        pieces = pieces_of(written)
        memory = None if before is None else _memory(before, pieces)
        edits, left = self._planner.plan(pieces, lowered(pieces), ask_tagger=self._asks, memory=memory)
        return as_rewritten(written, pieces, edits, left)

    def texts(self, texts: Iterable[str]) -> list[str]:
        """Rewrite many texts and return only the results: nobody is asked for a second opinion.

        Raises
        ------
        DataError
            One is no text.

        Examples
        --------
        >>> GenderSwapper().texts(["Her book.", "A book."])
        ['His book.', 'A book.']
        """
        planner, found = self._planner, []
        for text in checked_texts(texts):
            pieces = pieces_of(text)
            low = lowered(pieces)
            quick = planner.quick_text(pieces, low)
            found.append(as_text(pieces, planner.plan(pieces, low)[0]) if quick is None else quick)
        return found


def swap(text: str | Rewritten, **options: Unpack[SwapOptions]) -> Rewritten:
    """Rewrite one text with roles of gender reversed.

    Parameters
    ----------
    text : str or Rewritten
    **options
        Those of :class:`GenderSwapper`; for many texts make one of these once.

    Examples
    --------
    >>> swap("Her father saw her.").text
    'His mother saw him.'
    """
    return GenderSwapper(**options)(text)


@lru_cache(maxsize=16)
def _planner(
    direction: Direction, names: Names, exclude: tuple[str, ...], pairs: tuple[tuple[str, str], ...]
) -> Planner:
    return Planner(direction, names, exclude, pairs)


def _made(options: SwapOptions) -> GenderSwapper:
    return GenderSwapper(**options)


def _as_pairs(given: object, problems: list[str]) -> tuple[tuple[str, str], ...]:
    pairs = (
        list(given.items())
        if isinstance(given, Mapping)
        else list(given)
        if isinstance(given, Iterable)
        else [given]
    )
    right = [
        (pair[0], pair[1])
        for pair in pairs
        if isinstance(pair, tuple | list) and len(pair) == 2 and all(isinstance(word, str) for word in pair)
    ]
    if len(right) < len(pairs):
        problems.append(
            "extra_pairs are pairs of words, masculine and feminine: [('spokesman', 'spokeswoman')]."
        )
    taken = [word for pair in right for word in pair if word.strip().lower() in PRONOUNS]
    if taken:
        problems.append(
            f"extra_pairs cannot hold the pronouns {shortlist(taken)}: what they become is decided in the "
            "text."
        )
    return tuple(right)


def _memory(before: Rewritten, pieces: Sequence[str]) -> dict[int, tuple[str, str]] | None:
    changes = {
        start: change for start, change in reversed_changes(before).items() if change.rule in _REMEMBERED
    }
    if not changes:
        return None
    places = {start: place for place, start in enumerate(starts_of(pieces))}
    return {
        places[start]: (change.after, change.before) for start, change in changes.items() if start in places
    }
