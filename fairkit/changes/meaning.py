"""Whether two reports mean the same by the same words: groups, classes, labels, texts.

Numbers may only be subtracted where both sides measured one thing. What makes them different things is a
reason to refuse; what a reader has to know, though the numbers can be compared, is a note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fairkit.errors import FairkitError
from fairkit.predicates import parse
from fairkit.report.settings import Settings

_COLUMNS = {
    "label": "the label",
    "decision": "the decision",
    "score": "the score",
    "prediction": "the prediction",
    "events": "the events",
    "rank": "the rank",
    "relevance": "the relevance",
    "transcript": "what was said",
}
Difference = tuple[str, str, str]
"""What differs, and what it is on either side."""

_NEGATIVE = frozenset({"0", "false", "no"})


@dataclass(frozen=True, slots=True)
class Meaning:
    """How two settings differ.

    Parameters
    ----------
    refusals : tuple of str
        Why the numbers are not about the same thing.
    notes : tuple of str
        What else is not the same.

    Examples
    --------
    >>> Meaning((), ()).refusals
    ()
    """

    refusals: tuple[str, ...]
    notes: tuple[str, ...]


def meaning(old: Settings, new: Settings, *, names: tuple[str, str] = ("old", "new")) -> Meaning:
    """Compare what two reports mean.

    Parameters
    ----------
    old, new : Settings
    names : pair of str
        What the sides are called.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"age": [20, 30] * 9, "d": [1, 1, 0] * 6}
    >>> one, two = (fairkit.evaluate(rows, decision="d", by=f"young: age < {n}").settings for n in (25, 21))
    >>> meaning(one, two).refusals
    ("group 'young' is not the same: 'age < 25' in the old report, 'age < 21' in the new one.",)
    """
    first, second = names
    refusals = [
        f"{what} is not the same: {one} in the {first} report, {other} in the {second} one."
        for what, one, other in _contradictions(old, new)
    ]
    notes = [
        f"{what}: {one} in the {first} report, {other} in the {second} one."
        for what, one, other in _differences(old, new)
        if one != other
    ]
    return Meaning(tuple(refusals), tuple(notes))


def _contradictions(old: Settings, new: Settings) -> Iterator[Difference]:
    """Yield what is of another meaning on either side, with both."""
    yield from _groups(old, new)
    for role in ("label", "decision"):
        one, other = old.positive.get(role), new.positive.get(role)
        stated = {text for text in (one, other) if text is not None}
        if one != other and (len(stated) == 2 or any(text.casefold() in _NEGATIVE for text in stated)):
            yield f"the positive value of the {role}", _stated(one), _stated(other)
    one, other = _rule(old.label), _rule(new.label)
    if one is not None and other is not None and one != other:
        yield "the label", f"'{one}'", f"'{other}'"
    if old.quantile != new.quantile:
        yield "the quantile that is predicted", _number(old.quantile), _number(new.quantile)
    if (old.exposure is None) != (new.exposure is None):
        yield "what events are counted per", old.exposure or "a row", new.exposure or "a row"
    if old.unit != new.unit:
        yield "the unit of transcripts", old.unit or "none", new.unit or "none"
    elif old.normalizers[:1] != new.normalizers[:1]:
        yield "the normaliser that decides", old.normalizers[0], new.normalizers[0]


def _groups(old: Settings, new: Settings) -> Iterator[Difference]:
    """Yield groups of one name that are not the same rows."""
    for name in dict.fromkeys([*old.predicates, *new.predicates]):
        one, other = old.predicates.get(name), new.predicates.get(name)
        if one != other and all(name in _attributes(settings) for settings in (old, new)):
            yield f"group '{name}'", _predicate(one), _predicate(other)


def _differences(old: Settings, new: Settings) -> Iterator[Difference]:
    """Yield what else differs."""
    for role, what in _COLUMNS.items():
        one, other = getattr(old, role), getattr(new, role)
        if one is not None and other is not None:
            yield f"{what} is read from another column", f"'{one}'", f"'{other}'"
    for role in ("label", "decision"):
        one, other = old.positive.get(role), new.positive.get(role)
        yield f"the positive value of the {role} is stated once", _stated(one), _stated(other)
    for what, name, shown in _SETTINGS:
        yield what, shown(getattr(old, name)), shown(getattr(new, name))


def _attributes(settings: Settings) -> set[str]:
    return {name for grouping in settings.by for name in grouping.split(" & ")}


def _rule(text: str | None) -> str | None:
    """Return the canonical text of a predicate; None for a column."""
    if text is None or not set("<>=!") & set(text):
        return None
    try:
        return parse(text).canonical
    except FairkitError:
        return None


def _predicate(text: str | None) -> str:
    return "a column" if text is None else f"'{text}'"


def _stated(value: str | None) -> str:
    return "not stated (1, true)" if value is None else f"'{value}'"


def _column(name: str | None) -> str:
    return "not at all" if name is None else f"by '{name}'"


def _texts(texts: tuple[str, ...]) -> str:
    return ", ".join(f"'{text}'" for text in texts) or "none"


def _word(word: str | None) -> str:
    return word or "none"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:g}"


_SETTINGS: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("the threshold differs", "threshold", _number),
    ("rows are weighted in another way", "weight", _column),
    ("other classes were asked for", "classes", _texts),
    ("other texts mean missing", "missing", _texts),
    ("utterances whose reference is empty are treated otherwise", "empty_references", _word),
)
