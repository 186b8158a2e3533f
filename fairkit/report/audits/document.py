"""An audit as a document: the same blocks as a page, as Markdown and as plain text.

A document knows no statute and computes nothing. Blocks are those of reports
(:mod:`fairkit.report.blocks.base`), so that numbers are finished texts by the time they get here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from fairkit.report.blocks.base import Block, Table
from fairkit.report.drawing import draw
from fairkit.report.marked import bullets, escaped
from fairkit.report.marked import table as marked_table
from fairkit.report.textpage import TextPage, cell
from fairkit.report.webpage import page_template

Facts = tuple[tuple[str, str], ...]

_LONG = 48
_STATED = 32


@dataclass(frozen=True, slots=True)
class Document:
    """An audit, ready to be written.

    Parameters
    ----------
    title : str
    subject : str
        What it is about, in a line.
    lead : tuple of str
        Paragraphs before anything else.
    blocks : tuple of Block
    facts : tuple of (str, str)
        Where it comes from, as names and values.
    generator : str
        What made it: ``fairkit 0.1.0``.

    Examples
    --------
    >>> document = Document("Bias audit", "12 applicants", ("Nothing is judged here.",), (), (), "fairkit 1")
    >>> print(to_markdown(document).splitlines()[0])
    # Bias audit
    """

    title: str
    subject: str
    lead: tuple[str, ...]
    blocks: tuple[Block, ...]
    facts: Facts
    generator: str


def to_html(document: Document) -> str:
    """Write a document as one self-contained page: no script, no request to anywhere.

    Examples
    --------
    >>> page = to_html(Document("Bias <audit>", "12 applicants", (), (), (), "fairkit 1"))
    >>> "<h1>Bias &lt;audit&gt;</h1>" in page, "<script" in page
    (True, False)
    """
    return page_template("fairkit.report.audits", "audit.html.j2", css=("audit.css",)).render(
        document=document, blocks=[_block(block) for block in document.blocks]
    )


def to_markdown(document: Document) -> str:
    r"""Write a document as Markdown; names from data are escaped.

    Examples
    --------
    >>> block = Block("sex", "Sex", (), (Table("By sex", ("sex", "n"), (("a|b", "4"),), right=(1,)),))
    >>> print(to_markdown(Document("Bias audit", "12 applicants", (), (block,), (("Made", "today"),), "f")))
    # Bias audit
    <BLANKLINE>
    12 applicants
    <BLANKLINE>
    ## Sex
    <BLANKLINE>
    By sex:
    <BLANKLINE>
    | sex | n |
    | --- | --: |
    | a\|b | 4 |
    <BLANKLINE>
    ## Where it comes from
    <BLANKLINE>
    - Made: today
    <BLANKLINE>
    """
    parts = [f"# {escaped(document.title)}", escaped(document.subject), *map(escaped, document.lead)]
    for block in document.blocks:
        parts += [f"## {escaped(block.title)}", *map(escaped, block.text)]
        if block.points:
            parts.append(bullets(block.points))
        for table in block.written:
            parts += [f"{escaped(table.caption)}:", markdown_table(table.columns, table.rows, table.right)]
    parts.append("## Where it comes from")
    parts.append(bullets(f"{name}: {value}" for name, value in document.facts))
    return "\n\n".join(parts) + "\n"


def to_text(document: Document, *, width: int | None = None, color: bool = False) -> str:
    """Write a document as plain text.

    Parameters
    ----------
    document : Document
    width : int, optional
        Columns; 100 where not given.
    color : bool, default False

    Examples
    --------
    >>> block = Block("sex", "Sex", (), (Table("By sex", ("sex", "n"), (("F", "4"),), right=(1,)),))
    >>> print(to_text(Document("Bias audit", "12 applicants", (), (block,), (("Made", "today"),), "f")))
    Bias audit
    12 applicants
    <BLANKLINE>
    Sex
    <BLANKLINE>
    By sex
    sex  n
    F    4
    <BLANKLINE>
    Where it comes from
    Made  today
    <BLANKLINE>
    """
    page = TextPage(width, color=color)
    page.line(document.title, style="bold")
    page.line(document.subject)
    for paragraph in document.lead:
        page.console.print()
        page.line(paragraph)
    for block in document.blocks:
        page.heading(block.title)
        for paragraph in block.text:
            page.line(paragraph)
        page.points(block.points)
        for table in block.written:
            page.console.print()
            page.line(table.caption)
            _text_table(page, table)
    page.heading("Where it comes from")
    facts = page.table(header=False)
    facts.add_column(max_width=_STATED, overflow="fold")
    facts.add_column(ratio=1, overflow="fold")
    for name, value in document.facts:
        facts.add_row(cell(name), cell(value))
    page.console.print(facts)
    return page.text()


def markdown_table(columns: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int]) -> str:
    """Write a table of texts as Markdown.

    Examples
    --------
    >>> print(markdown_table(("sex", "n"), [("F", "4")], [1]))
    | sex | n |
    | --- | --: |
    | F | 4 |
    """
    cells = [tuple(map(escaped, row)) for row in rows]
    return marked_table(tuple(map(escaped, columns)), cells, right=right)


def _text_table(page: TextPage, table: Table) -> None:
    shown = page.table()
    for i, name in enumerate(table.columns):
        justify: Literal["left", "right"] = "right" if i in table.right else "left"
        least = max(map(len, name.split()), default=1)  # words of the head stay whole
        shown.add_column(name, justify=justify, overflow="fold", no_wrap=i == 0, min_width=least)
    for row in table.rows:
        shown.add_row(*map(cell, row))
    page.console.print(shown)


def _block(block: Block) -> dict[str, Any]:
    from markupsafe import Markup

    return {
        "name": block.name,
        "title": block.title,
        "text": block.text,
        "points": block.points,
        "tables": [
            {
                "caption": table.caption,
                "columns": [(name, i in table.right) for i, name in enumerate(table.columns)],
                "rows": [
                    [(text, _style(text, i, table)) for i, text in enumerate(row)] for row in table.rows
                ],
                # The drawing escapes every text itself (an XML tree, serialised).
                "figures": [Markup(draw(f.spec, label=f.label)) for f in table.figures],  # noqa: S704
            }
            for table in block.tables
        ],
    }


def _style(text: str, column: int, table: Table) -> str:
    if column in table.right:
        return "n"
    return "long" if any(len(row[column]) > _LONG for row in table.rows) or len(text) > _LONG else "w"
