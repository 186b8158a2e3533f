"""Utterances that a reader should look at, as a block of the report."""

from __future__ import annotations

from types import MappingProxyType

from fairkit.report.blocks.base import Block
from fairkit.report.model import Report
from fairkit.report.phrases import counted, visible
from fairkit.speech.results import Listed

_WHAT = MappingProxyType(
    {
        "missing-reference": "have no reference and are left out",
        "empty-reference": "have a reference of which normalising leaves nothing",
        "missing-hypothesis": "have no output",
        "empty-hypothesis": "have output of which nothing is left",
        "runaway": "have output that goes on and on",
    }
)
_TEXT = (
    "What is lost, empty or endless is often a fault of the data or the pipeline, not of the recogniser. "
    "Look at these before you trust the rates."
)


def listed_block(report: Report) -> Block | None:
    """Name the utterances whose transcripts are lost, empty or endless.

    Parameters
    ----------
    report : Report

    Returns
    -------
    Block or None
        None where there are none.

    Examples
    --------
    >>> from fairkit.speech import evaluate
    >>> rows = {"said": ["a b c", "d e"] * 4, "heard": ["a b c", None] * 4, "accent": ["X", "Y"] * 4}
    >>> block = listed_block(evaluate(rows, reference="said", hypothesis="heard", by="accent"))
    >>> block and block.points
    ('4 utterances have no output (hypothesis): 2, 4, 6, 8',)
    """
    if not report.listed:
        return None
    return Block("listed", "Utterances to look at", (_TEXT,), points=tuple(map(_point, report.listed)))


def _point(one: Listed) -> str:
    what = _WHAT.get(one.what, one.what)
    if one.count == 1:
        what = what.replace("have ", "has ", 1).replace(" are ", " is ")
    of = f" ({visible(one.system)})" if one.system else ""
    names = ", ".join(map(visible, one.ids))
    left = one.count - len(one.ids)
    more = f" and {left:,} more" if left else ""
    return f"{counted(one.count, 'utterance')} {what}{of}: {names}{more}"
