"""Alignments for a terminal: said, heard and what went wrong in three lines, folded to the screen's width."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from fairkit.errors import UsageError
from fairkit.speech.chosen import Column, Edit, aligned
from fairkit.speech.normalize import Normalizer
from fairkit.speech.shown import shown, shown_apart
from fairkit.speech.utterances import Utterances

MOST_COLUMNS = 200
"""Places of an alignment that are shown; the rest is counted."""

NARROWEST = 20
"""Narrower screens than this are not folded for."""

_LETTERS: dict[Edit, str] = {"hit": "", "substitution": "S", "deletion": "D", "insertion": "I"}
_LINES = ("REF", "HYP", "   ")
_GAP = "*"


def alignment_text(
    utterances: Utterances,
    chosen: Sequence[int] | Sequence[str],
    *,
    normalizer: Normalizer,
    systems: Sequence[str] | None = None,
    width: int = 80,
    most_columns: int = MOST_COLUMNS,
) -> str:
    """Write the alignments of chosen utterances as plain text.

    Parameters
    ----------
    utterances : Utterances
        Scored with texts kept.
    chosen : sequence of int or of str
        Positions or ids.
    normalizer : Normalizer
        One of those with which the utterances were scored.
    systems : sequence of str, optional
        All systems unless some are named.
    width : int
        Cells of a line. Chinese, Japanese and Korean characters take two; marks on a letter none. A word that
        is wider than a line stands alone on one that is.
    most_columns : int
        Words (or characters) of an alignment; what is beyond is counted, not shown.

    Returns
    -------
    str
        For each utterance and system a line that names them with the counts, then blocks of three lines.
        Words stand in the order in which they are spoken. A terminal that reorders right-to-left text does so
        line by line; read such text in the page of :mod:`fairkit.speech.viewer`.

    Raises
    ------
    UsageError
        An id, a system or the normaliser is not known, the texts were not kept, or a number is too small;
        all problems at once.

    Examples
    --------
    >>> from fairkit.speech import normalizer, score
    >>> rows = {"said": ["turn the blue light on"], "heard": ["turn blew light on now"]}
    >>> found = score(rows, reference="said", hypothesis="heard", keep_texts=True)
    >>> print(alignment_text(found, [0], normalizer=normalizer("basic")))
    1 (hypothesis): S 1, D 1, I 1 of 5 words
    REF  turn the  blue light on ***
    HYP  turn blew **** light on now
              S    D             I
    """
    limits = (("width", width, NARROWEST), ("most_columns", most_columns, 1))
    problems = [f"{name} must be at least {least}, not {n}." for name, n, least in limits if n < least]
    try:
        found = aligned(utterances, chosen, normalizer=normalizer, systems=systems)
    except UsageError as error:
        raise UsageError(*problems, *error.problems) from None
    if problems:
        raise UsageError(*problems)
    blocks: list[str] = []
    for a in found:
        said = "no reference" if a.reference is None else f"of {a.said:,} {a.unit}"
        counts = ", ".join(f"{letter} {a.count(edit):,}" for edit, letter in _LETTERS.items() if letter)
        missing = ", no hypothesis" if a.hypothesis is None else ""
        head = f"{shown(a.id)} ({shown(a.system)}): {counts} {said}{missing}"
        blocks.append("\n".join([head, *folded(a.columns[:most_columns], width=width)]))
        if len(a.columns) > most_columns:
            blocks[-1] += f"\n… {len(a.columns) - most_columns:,} more {a.unit}"
    return "\n\n".join(blocks)


def folded(columns: Iterable[Column], *, width: int) -> Iterator[str]:
    """Write columns as lines of three, each block as wide as fits.

    Examples
    --------
    >>> for line in folded([Column("hit", "是", "是"), Column("deletion", "的", None)], width=20):
    ...     print(line)
    REF  是 的
    HYP  是 **
            D
    """
    from rich.cells import cell_len

    room = width - len(_LINES[0]) - 1
    row: list[list[str]] = []
    taken = 0
    for column in columns:
        cells = _cells(column)
        wide = max(cell_len(text) for text in cells) + 1
        if row and taken + wide > room:
            yield from _block(row)
            row, taken = [], 0
        row.append([text + " " * (wide - cell_len(text)) for text in cells])
        taken += wide
    if row:
        yield from _block(row)


def _cells(column: Column) -> tuple[str, str, str]:
    """Write one column; what is not there is as many stars as the other side is wide."""
    from rich.cells import cell_len

    if column.edit == "substitution":
        said, heard = shown_apart(column.said or "", column.heard or "")
    else:
        said, heard = shown(column.said or ""), shown(column.heard or "")
    return (
        said or _GAP * max(cell_len(heard), 1),
        heard or _GAP * max(cell_len(said), 1),
        _LETTERS[column.edit],
    )


def _block(row: Sequence[Sequence[str]]) -> Iterator[str]:
    for name, cells in zip(_LINES, zip(*row, strict=True), strict=True):
        yield f"{name}  {''.join(cells)}".rstrip()
