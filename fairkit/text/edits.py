"""Edits of pieces: what is replaced, what is left, and the text that comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from fairkit.text.pieces import starts_of
from fairkit.text.rewriting import Change, Rewritten, Uncovered

__all__ = ["Edit", "Left", "as_rewritten", "as_text", "reversed_changes"]


class Edit(NamedTuple):
    """Pieces ``first`` up to ``last`` (not included) become one text.

    Examples
    --------
    >>> Edit(0, 1, "He").rule
    'pair'
    """

    first: int
    last: int
    after: str
    rule: str = "pair"
    confidence: float = 1.0
    ambiguous: bool = False


class Left(NamedTuple):
    """Pieces ``first`` up to ``last`` (not included) show the attribute and stay, for a reason.

    Examples
    --------
    >>> Left(0, 1, "excluded").reason
    'excluded'
    """

    first: int
    last: int
    reason: str


def as_text(pieces: Sequence[str], edits: Iterable[Edit]) -> str:
    """Return the text after the edits, which are in order and do not overlap.

    Examples
    --------
    >>> as_text(["She", " ", "sang"], [Edit(0, 1, "He")])
    'He sang'
    """
    changed = list(pieces)
    for first, last, after, *_ in edits:
        changed[first] = after
        for place in range(first + 1, last):
            changed[place] = ""
    return "".join(changed)


def as_rewritten(text: str, pieces: Sequence[str], edits: Iterable[Edit], left: Iterable[Left]) -> Rewritten:
    """Return the text after the edits together with the spans that changed and those that did not.

    Parameters
    ----------
    text : str
    pieces : sequence of str
        Of that text.
    edits : iterable of Edit
        In order, without overlap. An edit that changes nothing is no change.
    left : iterable of Left

    Examples
    --------
    >>> found = as_rewritten("She sang", ["She", " ", "sang"], [Edit(0, 1, "He")], [])
    >>> found.text, found.changes[0].start, found.changes[0].end
    ('He sang', 0, 3)
    """
    starts = starts_of(pieces)
    changes: list[Change] = []
    parts: list[str] = []
    done = 0
    for edit in edits:
        start, end = starts[edit.first], starts[edit.last]
        before = text[start:end]
        if before == edit.after:
            continue
        changes.append(Change(start, end, before, edit.after, edit.rule, edit.confidence, edit.ambiguous))
        parts += (text[done:start], edit.after)
        done = end
    uncovered = tuple(
        Uncovered(starts[first], starts[last], text[starts[first] : starts[last]], reason)
        for first, last, reason in sorted(left)
    )
    return Rewritten(text, "".join([*parts, text[done:]]), tuple(changes), uncovered)


def reversed_changes(rewritten: Rewritten) -> dict[int, Change]:
    """Return the changes of a rewritten text by where they start in the new text.

    Examples
    --------
    >>> found = Rewritten("She met Ms Li", "He met Mr Li", (
    ...     Change(0, 3, "She", "He", "pair"), Change(8, 10, "Ms", "Mr", "title")))
    >>> {start: change.before for start, change in reversed_changes(found).items()}
    {0: 'She', 7: 'Ms'}
    """
    moved, found = 0, {}
    for change in rewritten.changes:
        found[change.start + moved] = change
        moved += len(change.after) - len(change.before)
    return found
