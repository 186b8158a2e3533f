"""What a swap did, as text for people: counts, words that stayed, and examples with what changed marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fairkit.report.phrases import visible
from fairkit.text.attributes.table import AttributeTable
from fairkit.text.rewriters import GENDER
from fairkit.text.rewriting import Rewritten
from fairkit.text.swap_summary import SwapSummary

_WORDS_SHOWN = 10
_AROUND = 40
_RED, _GREEN, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[0m"


def summary_text(summary: SwapSummary, *, color: bool = False) -> str:
    """Tell what was done.

    Parameters
    ----------
    summary : SwapSummary
    color : bool, default False
        Whether examples show in colour what changed.

    Examples
    --------
    >>> from fairkit.text.swap_summary import Tally
    >>> print(summary_text(SwapSummary.of(Tally(rows=2, missing=2), attribute="gender")))
    gender: 2 rows, 0 changed (no row has a text).
      2  no text
    """
    share = summary.why
    if summary.share_changed is not None:
        share = f"{100 * summary.share_changed:.1f} % of the texts"
    rows = "1 row" if summary.rows == 1 else f"{summary.rows:,} rows"
    lines = [f"{summary.attribute}: {rows}, {summary.changed:,} changed ({share})."]
    if summary.written != summary.rows:
        lines[0] += f" {summary.written:,} rows written."
    if summary.substituted is not None:
        lines[0] += f" {summary.substituted:,} substituted by lot."
    lines += _counts([(count, reason) for reason, count in summary.unchanged.items()])
    if summary.changes:
        lines += ["Words changed, by rule:"]
        lines += _counts([(count, rule) for rule, count in summary.changes.items()])
    if summary.ambiguous:
        lines.append(f"In doubt: {summary.ambiguous:,} text{'s' * (summary.ambiguous != 1)}.")
    if summary.uncovered:
        lines.append("Words that were left alone:")
        shown = summary.uncovered[:_WORDS_SHOWN]
        lines += _counts([(word.count, f"{visible(word.word)} ({word.reason})") for word in shown])
        others = summary.uncovered_others + sum(word.count for word in summary.uncovered[_WORDS_SHOWN:])
        if others:
            lines.append(f"  and {others:,} more")
    if summary.examples:
        lines.append("Examples:")
        lines += [f"  {marked(example, color=color)}" for example in summary.examples]
    return "\n".join(lines)


def marked(found: Rewritten, *, color: bool = False) -> str:
    """Show a text with each change as what stood there and what stands there now; far text is cut.

    Examples
    --------
    >>> from fairkit.text.rewriting import Change
    >>> marked(Rewritten("She sang.", "He sang.", (Change(0, 3, "She", "He", "pair"),)))
    '[She -> He] sang.'
    """
    parts: list[str] = []
    place = 0
    text = found.original
    for number, change in enumerate(found.changes):
        parts.append(_cut(text[place : change.start], first=number == 0))
        before, after = visible(change.before), visible(change.after)
        if color:
            before, after = f"{_RED}{before}{_PLAIN}", f"{_GREEN}{after}{_PLAIN}"
        parts.append(f"[{before} -> {after}{' ?' if change.ambiguous else ''}]")
        place = change.end
    parts.append(_cut(text[place:], last=True))
    return "".join(parts)


def text_notes(found: Rewritten, *, attribute: str) -> Iterator[str]:
    """Yield what is to be said of one rewritten text: doubts, and words that stayed.

    Examples
    --------
    >>> list(text_notes(Rewritten("It rained.", "It rained."), attribute="gender"))
    ['nothing was changed: the text has no gendered word.']
    """
    for change in found.changes:
        if change.ambiguous:
            yield f"'{change.before}' -> '{change.after}' is in doubt."
    for word in found.uncovered:
        yield f"'{word.word}' was left alone: {word.reason}."
    if not found.changes and not found.uncovered:
        what = "gendered word" if attribute == GENDER else f"word of {attribute}"
        yield f"nothing was changed: the text has no {what}."


def table_text(table: AttributeTable) -> str:
    """Describe a table of words.

    Examples
    --------
    >>> print(table_text(AttributeTable("age", ("younger", "older"), (("young", "old"),))))
    age: 2 levels (younger, older), 1 concept. Each word has one place.
      young  old
    """
    count = len(table.concepts)
    levels = ", ".join(table.levels)
    title = (
        f"{table.attribute}: {len(table.levels)} levels ({levels}), {count:,} concept{'s' * (count != 1)}."
    )
    rows = [[word or "-" for word in words] for words in table.concepts[:_WORDS_SHOWN]]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  " + "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    more = [f"  and {count - _WORDS_SHOWN:,} more"] if count > _WORDS_SHOWN else []
    return "\n".join([f"{title} Each word has one place.", *lines, *more])


def _counts(rows: Sequence[tuple[int, str]]) -> list[str]:
    width = max((len(f"{count:,}") for count, _ in rows), default=0)
    return [f"  {count:>{width},}  {what}" for count, what in rows]


def _cut(text: str, *, first: bool = False, last: bool = False) -> str:
    """Show a stretch of unchanged text, without its middle (or outer end) where it is long."""
    shown = visible(" ".join(text.split("\n")))
    if len(shown) <= 2 * _AROUND:
        return shown
    if first:
        return f"... {shown[-_AROUND:]}"
    return f"{shown[:_AROUND]} ..." if last else f"{shown[:_AROUND]} ... {shown[-_AROUND:]}"
