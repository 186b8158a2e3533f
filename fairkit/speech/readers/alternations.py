"""Alternations of NIST transcripts, ``{ um / uh / @ }``: several wordings, any of which is right.

sclite scores the wording that fits the hypothesis best; an aligner of plain words cannot. The first wording
is kept, and the reader counts how many transcripts this touched. ``@`` is the empty wording.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(r"[^ \t]+")


def first_wording(text: str) -> tuple[str, bool]:
    """Keep the first wording of every alternation, and say whether there was one (or an empty word).

    Raises
    ------
    ValueError
        Braces do not close.

    Examples
    --------
    >>> first_wording("i've { um / uh / @ } as far")
    ("i've um as far", True)
    >>> first_wording("{ { a / b } c / d } e")
    ('a c e', True)
    """
    if "{" not in text and "}" not in text and "@" not in text:
        return text, False
    words = _TOKEN.findall(text)
    if not {"{", "}", "@"} & set(words):
        return text, False
    kept: list[str] = []
    open_in: list[bool] = []  # for every open brace, whether its first wording is being read
    for word in words:
        if word == "{":
            open_in.append(True)
        elif word == "}":
            if not open_in:
                raise ValueError("has a '}' without its '{'")
            open_in.pop()
        elif word == "/" and open_in:
            open_in[-1] = False
        elif word != "@" and all(open_in):
            kept.append(word)
    if open_in:
        raise ValueError("has a '{' without its '}'")
    return " ".join(kept), True
