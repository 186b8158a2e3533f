"""What an error rate of transcripts depends on beside the speech: empty references, runaways, lost output."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from fairkit.report.blocks.base import Block, Table
from fairkit.report.blocks.recognised import name_of, rate_text, tallied
from fairkit.report.model import Report
from fairkit.report.phrases import visible
from fairkit.speech.results import SpeechGroup

_BARE = (
    "An empty reference is one of which normalising leaves nothing (a hesitation, a laugh, a tag). Kept, all "
    "that is recognised there counts as inserted; left out, what was made up out of silence goes unseen. "
    "Neither is right for all uses, so both stand here."
)
_RUNAWAY = (
    "Runaway output goes on and on: it is three times as long as what was said or longer (and not just a few "
    "{units}), or repeats one phrase over and over. A few of them can carry an error rate, so the rate "
    "without them stands beside."
)
_SILENT = "A missing hypothesis counts as if nothing had been recognised: every {unit} as deleted."


def policies_block(report: Report) -> Block | None:
    """Show the error rates under the other choices that could have been made.

    Parameters
    ----------
    report : Report

    Returns
    -------
    Block or None
        None where nothing depends on them: no reference and no output is empty, none is missing and none
        ran away.

    Examples
    --------
    >>> from fairkit.speech import evaluate
    >>> rows = {"said": ["a b c", "d e"] * 8, "heard": ["a b c", None] * 8, "accent": ["X", "Y"] * 8}
    >>> block = policies_block(evaluate(rows, reference="said", hypothesis="heard", by="accent"))
    >>> block and (block.tables[0].columns, block.tables[0].rows[0])
    (('group', 'error rate', 'missing output'), ('Y', '100.00%', '8'))
    """
    tables = tuple(table for own in tallied(report).values() if (table := _table(own)) is not None)
    if not tables:
        return None
    unit = report.settings.unit or "words"
    text = []
    if any(one.empty_references for one in report.speech):
        text.append(_BARE)
    if any(one.runaways for one in report.speech):
        text.append(_RUNAWAY.format(units=unit))
    if any(one.missing_hypotheses for one in report.speech):
        text.append(_SILENT.format(unit=unit.removesuffix("s")))
    return Block("policies", "What the error rate depends on", tuple(text), tables)


class _Column(NamedTuple):
    """A column that is shown where a count of it is above zero anywhere."""

    name: str
    text: Callable[[SpeechGroup], str]
    count: Callable[[SpeechGroup], int]


def _share(one: SpeechGroup) -> str:
    wrong = one.substitutions + one.deletions + one.insertions
    return f"{one.errors_of_runaways / wrong:.0%}" if wrong else ""


_COLUMNS = (
    _Column("empty ref.", lambda one: f"{one.empty_references:,}", lambda one: one.empty_references),
    _Column("kept", lambda one: rate_text(one.with_empty_references), lambda one: one.empty_references),
    _Column(
        "left out", lambda one: rate_text(one.without_empty_references), lambda one: one.empty_references
    ),
    _Column("made up there", lambda one: f"{one.errors_on_empty:,}", lambda one: one.errors_on_empty),
    _Column("runaways", lambda one: f"{one.runaways:,}", lambda one: one.runaways),
    _Column("of all errors", _share, lambda one: one.runaways),
    _Column("without runaways", lambda one: rate_text(one.without_runaways), lambda one: one.runaways),
    _Column("missing output", lambda one: f"{one.missing_hypotheses:,}", lambda one: one.missing_hypotheses),
    _Column("empty output", lambda one: f"{one.empty_hypotheses:,}", lambda one: one.empty_hypotheses),
)


def _table(groups: Sequence[SpeechGroup]) -> Table | None:
    first = groups[0]
    columns = [column for column in _COLUMNS if any(map(column.count, groups))]
    if not columns:
        return None
    rows = tuple(
        (name_of(one), rate_text(one.error_rate), *(column.text(one) for column in columns))
        for one in groups
        if any(column.count(one) for column in columns)
    )
    names = ("group", "error rate", *(column.name for column in columns))
    caption = (
        f"{visible(first.system)} by {visible(first.attribute)}: the error rate as it is judged, and what it "
        "would be otherwise; groups without any of these are not listed"
    )
    return Table(caption, names, rows, right=tuple(range(1, len(names))))
