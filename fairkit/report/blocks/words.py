"""Words that one group's speech is confused in more often than others', as a block of the report."""

from __future__ import annotations

from collections.abc import Sequence

from fairkit.report.blocks.base import Block, Table
from fairkit.report.model import Report
from fairkit.report.phrases import counted, short_name, visible
from fairkit.speech.results import Confusion
from fairkit.speech.shown import shown, shown_apart

PER_GROUP = 3
"""Rows of each group in a short view, where nothing was shown."""

_SURE = 0.05
_RIGHT = tuple(range(3, 10))
_TEXT = (
    "Words that are recognised as others, lost (deleted) or made up (inserted) in one group more often than "
    "in all others, each over the times it was said. The log-odds ratio is shrunk towards the words' overall "
    "rates, and z is clustered by speaker; p is adjusted for all confusions that were compared."
)
_FOUND = (
    "Those with an adjusted p of at most 0.05 stand first; the rest are exploratory: where to look, not what "
    "was found."
)
_NOTHING = (
    "No confusion has an adjusted p of at most 0.05, so all of these are exploratory: where to look, not "
    "what was found."
)


def words_block(report: Report) -> Block | None:
    """List the confusions of every grouping and system: those that were shown, then where to look.

    Parameters
    ----------
    report : Report

    Returns
    -------
    Block or None
        None where confusions were not asked for, or there are none.

    Examples
    --------
    >>> from fairkit.speech import evaluate
    >>> rows = {
    ...     "said": ["will you"] * 40, "heard": ["will you"] * 20 + ["you"] * 20,
    ...     "accent": ["X"] * 20 + ["Y"] * 20, "who": [f"s{i // 4}" for i in range(40)],
    ... }
    >>> report = evaluate(
    ...     rows, reference="said", hypothesis="heard", speaker="who", by="accent", confusions=True
    ... )
    >>> block = words_block(report)
    >>> block and block.tables[0].rows[0][:3]
    ('Y', 'will', '(deleted)')
    """
    if not report.confusions:
        return None
    sure: dict[tuple[str, str], list[Confusion]] = {}
    rest: dict[tuple[str, str], list[Confusion]] = {}
    for one in report.confusions:
        (sure if one.p_adjusted <= _SURE else rest).setdefault((one.attribute, one.system), []).append(one)
    tables = [_table(own, "shown to be more frequent") for own in sure.values()]
    tables += [_table(own, "exploratory", brief=True) for own in rest.values()]
    return Block("words", "Words that are confused", (_TEXT, _FOUND if sure else _NOTHING), tuple(tables))


def _table(found: Sequence[Confusion], what: str, *, brief: bool = False) -> Table:
    first = found[0]
    rows = {id(one): _row(one) for one in found}
    groups: dict[str, list[Confusion]] = {}
    for one in found:
        groups.setdefault(one.group, []).append(one)
    caption = (
        f"{visible(first.system)} by {visible(first.attribute)}, {what}: "
        f"{counted(len(found), 'confusion')} in {counted(len(groups), 'group')}, of {first.compared:,} that "
        "were compared; rates are per 100 times that the word was said"
    )
    columns = (
        *("group", "said", "recognised as", "times", "rate", "elsewhere", "speakers", "log-odds", "z"),
        "p adjusted",
    )
    ordered = (
        tuple(rows[id(one)] for own in groups.values() for one in own) if brief else tuple(rows.values())
    )
    few = tuple(rows[id(one)] for own in groups.values() for one in own[:PER_GROUP]) if brief else None
    return Table(caption, columns, ordered, right=tuple(range(3, 10)), brief=few)


def _row(one: Confusion) -> tuple[str, ...]:
    if one.said is not None and one.heard is not None:
        said, heard = shown_apart(one.said, one.heard)
    else:
        said = "(inserted)" if one.said is None else shown(one.said)
        heard = "(deleted)" if one.heard is None else shown(one.heard)
    return (
        short_name(one.group, one.attribute),
        said,
        heard,
        f"{one.count:,}",
        _rate(one.count, one.chances),
        _rate(one.elsewhere, one.chances_elsewhere),
        f"{one.speakers:,}",
        f"{one.log_odds:+.2f}",
        f"{one.z:.2f}",
        "<0.0001" if one.p_adjusted < 0.0001 else f"{one.p_adjusted:.4f}",
    )


def _rate(count: int, chances: int) -> str:
    return f"{100 * count / chances:.2f}" if chances else "0.00"
