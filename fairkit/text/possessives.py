"""The possessive ending behind a word whose number of s changes: the ladies' room, the gentlemen's room."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["ending"]


def ending(pieces: Sequence[str], low: Sequence[str], last: int, after: str) -> tuple[int, str] | None:
    """Return the possessive ending that a new word wants, where it is another.

    Parameters
    ----------
    pieces, low : sequence of str
        Of a text, as written and in lower case.
    last : int
        First piece behind the old word.
    after : str
        The new word.

    Returns
    -------
    (int, str) or None
        The piece behind the old ending, and the new ending; None where the old one is right.

    Examples
    --------
    >>> low = ["the", " ", "ladies", "'", " ", "room"]
    >>> ending(low, low, 3, "gentlemen")
    (4, "'s")
    >>> low = ["the", " ", "gentlemen", "'", "s", " ", "room"]
    >>> ending(low, low, 3, "ladies")
    (5, "'")
    """
    if low[last : last + 1] != ["'"]:
        return None
    old, mark = low[last - 1], pieces[last]
    alone = last + 1 == len(low) or not low[last + 1][:1].isalnum()
    if alone:
        if old.endswith("s") and not after.endswith(("s", "S")) and _is_possessive(low, last):
            return last + 1, mark + ("S" if after.isupper() and len(after) > 1 else "s")
    elif low[last + 1] == "s" and not old.endswith("s"):
        plural = after.lower().endswith("s") and not after.lower().endswith("ss")
        if plural and old.endswith(("men", "people", "children", "brethren")):
            return last + 2, mark
    return None


def _is_possessive(low: Sequence[str], mark: int) -> bool:
    """Tell a possessive from the end of a quotation, which an opening mark before would need."""
    for place in range(mark - 1, max(-1, mark - 200), -1):
        if low[place] in ("'", "\u2018") and (place == 0 or not low[place - 1][-1:].isalnum()):
            return place + 1 < len(low) and low[place + 1].isspace()
        if low[place] == "\n\n":
            break
    return True
