"""A page of plain text, written from top to bottom: paragraphs, lists and tables as a terminal shows them.

Whatever is written may come from data, so nothing in it is read as markup, and characters that would steer a
terminal are written as escapes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from fairkit.report.phrases import visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

WIDTH = 100
"""Columns where the caller does not say."""

NARROWEST = 60
"""A page is never narrower."""


class TextPage:
    r"""A page of plain text.

    Parameters
    ----------
    width : int or None
        Columns; 100 where not given, and at least 60.
    color : bool
        Add ANSI colours.

    Examples
    --------
    >>> page = TextPage(60, color=False)
    >>> page.line("what was found", indent=2)
    >>> page.points(["a\x1b[31m"])
    >>> print(page.text(), end="")
      what was found
    - a\x1b[31m
    """

    def __init__(self, width: int | None, *, color: bool) -> None:
        from rich.console import Console

        self.width = max(width or WIDTH, NARROWEST)
        self.console: Console = Console(
            file=io.StringIO(),
            width=self.width,
            force_terminal=color,
            color_system="standard" if color else None,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
            _environ={},
        )

    def text(self) -> str:
        """Return what was written, without the blanks that fill lines."""
        file = self.console.file
        written = file.getvalue() if isinstance(file, io.StringIO) else ""
        return "\n".join(line.rstrip() for line in written.splitlines()) + "\n"

    def line(self, text: str, *, style: str = "", indent: int = 0) -> None:
        """Write a paragraph."""
        from rich.padding import Padding
        from rich.text import Text

        self.console.print(Padding(Text(visible(text), style=style), (0, 0, 0, indent)))

    def heading(self, text: str) -> None:
        """Start a part of the page."""
        self.console.print()
        self.line(text, style="bold underline")

    def listed(self, heading: str, lines: Sequence[str]) -> None:
        """Write sentences as a list under a heading; nothing where there are none."""
        if lines:
            self.heading(heading)
        self.points(lines)

    def points(self, lines: Iterable[str]) -> None:
        """Write sentences as a list."""
        for text in lines:
            table = self.table(header=False)
            table.add_column(width=1)
            table.add_column(ratio=1, overflow="fold")
            table.add_row("-", cell(text))
            self.console.print(table)

    def table(self, *, header: bool = True) -> Table:
        """Return a table without lines, to be filled and printed."""
        from rich.table import Table

        return Table(
            box=None,
            show_edge=False,
            pad_edge=False,
            padding=(0, 1 if self.width < WIDTH else 2, 0, 0),
            header_style="dim",
            show_header=header,
            expand=False,
        )


def cell(text: str, style: str = "") -> Text:
    r"""Make a cell of a table; a text that is too long is folded, never cut.

    Examples
    --------
    >>> cell("a\x1b[31m").plain
    'a\\x1b[31m'
    """
    from rich.text import Text

    return Text(visible(text), style=style, overflow="fold")
