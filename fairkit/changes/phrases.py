"""The words of a comparison: sides, verdicts, signs and sentences, the same in every view.

Two releases are called old and new; for the last mile they are the developer's report and the customer's
data, and the question is not what changed but what holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from fairkit.changes.model import (
    EVERYBODY,
    ONLY_NEW,
    ONLY_OLD,
    Answer,
    Changes,
    GapShift,
    Holds,
    Side,
    ValueChange,
)
from fairkit.findings import TOO_FEW_ROWS
from fairkit.metrics import Unit
from fairkit.report.numerals import (
    contrast_bounds,
    contrast_number,
    level_text,
    margin_text,
    unit_of,
    value_text,
)
from fairkit.report.phrases import UNDEFINED, counted, reason_text, short_name, visible

Kind = Literal["bad", "good", "same", "moved", "open"]
"""What a verdict means, whatever it is about."""

SIGNS: Mapping[Kind, str] = MappingProxyType(
    {"bad": "◆", "good": "▲", "same": "●", "moved": "■", "open": "○"}
)
"""One sign per kind of verdict, the same in tables and charts, so that colour is never needed."""

_KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "worse": "bad", "widened": "bad", "better": "good", "narrowed": "good", "equivalent": "same",
        "unchanged": "same", "higher": "moved", "lower": "moved", "inconclusive": "open",
    }
)  # fmt: skip
_LAST_MILE = MappingProxyType(
    {
        "widened": "wider than published",
        "narrowed": "narrower than published",
        "unchanged": "as published",
        "inconclusive": "cannot be told",
    }
)
_HOLDS: Mapping[Holds, tuple[Kind, str]] = MappingProxyType(
    {
        "holds": ("same", "holds"),
        "does-not-hold": ("bad", "does not hold"),
        "cannot-be-told": ("open", "cannot be told"),
    }
)
_SIDES = MappingProxyType({"releases": ("old", "new"), "last-mile": ("developer", "customer")})


def sides(changes: Changes) -> tuple[str, str]:
    """Return what the sides are called."""
    return _SIDES[changes.question]


def kind_of(changes: Changes, one: ValueChange | GapShift) -> Kind:
    """Say what a verdict means; a gap that turned around and is no small one is not good, however narrow.

    Parameters
    ----------
    changes : Changes
    one : ValueChange or GapShift
    """
    if isinstance(one, GapShift) and one.verdict == "narrowed" and one.turned:
        return "bad" if changes.question == "last-mile" else "moved"
    return _KINDS[one.verdict]


def verdict_text(changes: Changes, one: ValueChange | GapShift) -> str:
    """Write a verdict: sign and word, and the reason where there is no interval to decide.

    Parameters
    ----------
    changes : Changes
    one : ValueChange or GapShift
    """
    word: str = one.verdict
    if isinstance(one, GapShift):
        word = _LAST_MILE[word] if changes.question == "last-mile" else word
        word += ", reversed" if one.reversed else ""
    if one.low is None and one.reason is not None:
        return f"{UNDEFINED} {why(changes, one)}"
    return f"{SIGNS[kind_of(changes, one)]} {word}"


def why(changes: Changes, one: ValueChange | GapShift) -> str:
    """Say why nothing can be told, and of which side."""
    first, second = sides(changes)
    if one.reason in (ONLY_OLD, ONLY_NEW):
        text = only_in(changes, "old" if one.reason == ONLY_OLD else "new")
        return f"{text[0].lower()}{text[1:]}"
    if one.reason is None or one.reason == TOO_FEW_ROWS:
        return reason_text(TOO_FEW_ROWS)
    text = reason_text(one.reason)
    return text if one.reason_of is None else f"{text} ({first if one.reason_of == 'old' else second})"


def only_in(changes: Changes, side: Side) -> str:
    """Say that only one side has something."""
    name = dict(zip(("old", "new"), sides(changes), strict=True))[side]
    return (
        f"Only in the {name} {'data' if changes.paired else 'report'}"
        if name == side
        else f"Only the {name} has"
    )


def answer_text(answer: Answer) -> str:
    """Write the answer of the last mile: sign and word.

    Examples
    --------
    >>> answer_text(Answer("sex", None, "holds", (), (), ()))
    '● holds'
    """
    kind, word = _HOLDS[answer.verdict]
    return f"{SIGNS[kind]} {word}"


def answer_kind(answer: Answer) -> Kind:
    """Say what an answer means."""
    return _HOLDS[answer.verdict][0]


def answer_reason(answer: Answer) -> str:
    """Name the groups that an answer stands on."""
    told = [
        (answer.wider, "wider or reversed"),
        (answer.open, "too little data for"),
        (answer.unreported, "not published"),
    ]
    return "; ".join(
        f"{what} {_listed(groups, answer.attribute)}"
        if what.endswith("for")
        else f"{what}: {_listed(groups, answer.attribute)}"
        for groups, what in told
        if groups
    )


def heading(changes: Changes) -> str:
    """Say what is compared with what."""
    first, second = visible(changes.old.name), visible(changes.new.name)
    if changes.question == "last-mile":
        return f"Do the gaps published in {first} hold on {second}?"
    return f"Changes from {first} to {second}"


def overall(changes: Changes) -> tuple[Kind, str]:
    """Say in a line what was found: what is bad first, and never that all is well where much is open."""
    if changes.question == "last-mile":
        return _overall_answer(changes)
    worse = sum(c.verdict == "worse" for c in changes.changes)
    wider = sum(g.verdict == "widened" for g in changes.gaps)
    if worse or wider:
        told = [counted(worse, "value is", "values are") + " worse"] if worse else []
        told += [counted(wider, "gap is", "gaps are") + " wider"] if wider else []
        return "bad", " and ".join(told)
    undecided = sum(c.verdict == "inconclusive" for c in changes.changes)
    undecided += sum(g.verdict == "inconclusive" for g in changes.gaps)
    every = len(changes.changes) + len(changes.gaps)
    if undecided:
        return "open", f"nothing is shown to be worse or wider; {undecided:,} of {every:,} are undecided"
    return "same", "no value is worse, and no gap is wider"


def facts(changes: Changes) -> list[tuple[str, str]]:
    """List what was compared, by which rules."""
    asked = changes.asked
    told = []
    for name, side in zip(sides(changes), (changes.old, changes.new), strict=True):
        made = "" if side.created is None else f", made {side.created} by fairkit {side.fairkit_version}"
        used = f"{side.rows_used:,} of {counted(side.rows, 'row')}"
        told.append((name.capitalize(), f"{visible(side.source)}: {used}{made}"))
    how = "row by row" if changes.paired else "as independent samples"
    told.append(("Compared", how))
    told.append(
        (
            "Confidence",
            f"{asked.confidence:g} for each metric over all groups of an attribute, {asked.correction}",
        )
    )
    margin = asked.margin.get("difference")
    told.append(("Margin", "each metric's own" if margin is None else f"{margin[0]:g} to {margin[1]:g}"))
    return told


def value_sentence(one: ValueChange) -> str:
    """Say one change of a value in a sentence.

    Parameters
    ----------
    one : ValueChange
        With an interval.
    """
    unit = unit_of(one.metric)
    group = "all rows" if one.group == EVERYBODY and not one.attribute else visible(one.group)
    ends = [UNDEFINED if end is None else value_text(end, unit) for end in (one.old, one.new)]
    return f"{one.metric} of {group} is {ends[1]}, was {ends[0]}: {_told(one, unit)}: {one.verdict}"


def gap_sentence(changes: Changes, one: GapShift) -> str:
    """Say one change of a gap in a sentence."""
    unit = unit_of(one.metric)
    other = "all other rows" if one.reference == "rest" else visible(one.reference)
    ends = [
        UNDEFINED if end is None else contrast_number(end, "difference", unit=unit)
        for end in (one.before, one.after)
    ]
    verdict = verdict_text(changes, one).partition(" ")[2]
    return (
        f"The gap of {one.metric} between {visible(one.group)} and {other} is {ends[1]}, was {ends[0]}"
        f"{_points(unit)}: {_told(one, unit)}: {verdict}"
    )


def change_text(one: ValueChange | GapShift) -> str:
    """Write a change."""
    return "" if one.value is None else contrast_number(one.value, "difference", unit=unit_of(one.metric))


def interval_text(one: ValueChange | GapShift, *, digits: int = 2, between: str = " to ") -> str:
    """Write the interval that decides; empty where there is none."""
    return contrast_bounds(
        one.low, one.high, "difference", unit=unit_of(one.metric), digits=digits, between=between
    )


def ends_text(one: ValueChange | GapShift) -> tuple[str, str]:
    """Write the old and the new value, or gap."""
    unit = unit_of(one.metric)
    if isinstance(one, ValueChange):
        first, second = (UNDEFINED if end is None else value_text(end, unit) for end in (one.old, one.new))
        return first, second
    first, second = (
        UNDEFINED if end is None else contrast_number(end, "difference", unit=unit)
        for end in (one.before, one.after)
    )
    return first, second


def needed_text(one: ValueChange | GapShift) -> str:
    """Write how many rows would decide; empty where that is not known."""
    return "" if one.n_needed is None else f"{one.n_needed:,}"


def margin_of(one: ValueChange | GapShift) -> str:
    """Write the margin of a change."""
    return margin_text(one.margin, "difference", unit_of(one.metric))


def _told(one: ValueChange | GapShift, unit: Unit) -> str:
    change = contrast_number(one.value or 0.0, "difference", unit=unit)
    level = "" if one.level is None else f"{level_text(one.level)} interval {interval_text(one)}; "
    n = f"n = {one.n_new:,}" if one.paired else f"n = {one.n_old:,} and {one.n_new:,}"
    return f"change {change}{_points(unit)} ({level}{n}; margin {margin_of(one)})"


def _points(unit: Unit) -> str:
    return " points" if unit == "share" else ""


def _listed(groups: tuple[str, ...], attribute: str) -> str:
    return ", ".join(short_name(group, attribute) for group in groups)


def _overall_answer(changes: Changes) -> tuple[Kind, str]:
    attributes = [answer for answer in changes.answers if answer.metric is None]
    broken = [answer for answer in attributes if answer.verdict == "does-not-hold"]
    undecided = [answer for answer in attributes if answer.verdict == "cannot-be-told"]
    if broken:
        return "bad", f"published gaps do not hold by {', '.join(visible(a.attribute) for a in broken)}"
    if undecided:
        told = ", ".join(visible(a.attribute) for a in undecided)
        return "open", f"whether published gaps hold cannot be told by {told}"
    return "same", "published gaps hold"
