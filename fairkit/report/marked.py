r"""Pieces of Markdown: tables, lists and escaped texts.

Names come from data, so everything that Markdown or HTML would read in them is escaped; a pull request shows
``<script>`` and ``|`` as what they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from fairkit.report.phrases import visible

_SPECIAL = re.compile(r"[\\`*_{}\[\]|~$&<>@#]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_PLAIN = re.compile(r"[\w \[\]():.-]*", re.ASCII)
# A comment within keeps a platform from reading a mention of a person or an issue; a backslash does not.
_WRITTEN = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "@<!-- -->", "#": "#<!-- -->"}


def escaped(text: str) -> str:
    r"""Escape a text from data for Markdown, also within a table.

    Examples
    --------
    >>> print(escaped("<b>a|b`c`</b>"))
    &lt;b&gt;a\|b\`c\`&lt;/b&gt;
    """
    return _SPECIAL.sub(lambda found: _WRITTEN.get(found[0], f"\\{found[0]}"), visible(text))


def escaped_in_html(text: str) -> str:
    """Escape a text within an HTML element, where a backslash would be shown.

    Examples
    --------
    >>> escaped_in_html("a|b <i>")
    'a&#124;b &lt;i&gt;'
    """
    return _SPECIAL.sub(lambda found: _WRITTEN.get(found[0], f"&#{ord(found[0])};"), visible(text))


def code(name: str) -> str:
    r"""Write a metric's name as code; a class within it may be named by anything, also by a backtick.

    Examples
    --------
    >>> print(code("accuracy"), code("accuracy[`]"))
    `accuracy` accuracy\[\`\]
    """
    return f"`{name}`" if name and _PLAIN.fullmatch(name) else escaped(name)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[int]) -> str:
    """Write a table of cells that are Markdown already.

    Parameters
    ----------
    head : sequence of str
    rows : iterable of sequence of str
    right : iterable of int
        Columns that are aligned on the right.

    Examples
    --------
    >>> print(table(("a", "n"), [("x", "3")], right=(1,)))
    | a | n |
    | --- | --: |
    | x | 3 |
    """
    aligned = set(right)
    rule = ("--:" if i in aligned else "---" for i in range(len(head)))
    return "\n".join(map(row, (head, tuple(rule), *rows)))


def row(cells: Sequence[str]) -> str:
    """Write one row of a table.

    Examples
    --------
    >>> row(("x", "3"))
    '| x | 3 |'
    """
    return f"| {' | '.join(cells)} |"


def bullets(lines: Iterable[str]) -> str:
    """Write texts as a list, escaped.

    Examples
    --------
    >>> print(bullets(["a", "<b>"]))
    - a
    - &lt;b&gt;
    """
    return "\n".join(f"- {escaped(line)}" for line in lines)
