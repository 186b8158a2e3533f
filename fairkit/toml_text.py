r"""TOML as text: what keeps a reader busy is refused before it is read, and every key has its line.

``tomllib`` is a good reader for friends. A dotted key of sixty thousand parts takes it half a minute, and its
result does not say on which line a value stands. Both are answered here from the text itself, by one scan
that knows strings and comments and nothing else of TOML. Values are written here too.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence

__all__ = ["costly", "key_lines", "toml_key", "toml_value"]

Place = tuple[str | int, ...]
"""Where a value is: names of tables and keys, and positions in lists."""

_STRINGS = (
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*'{3,5}"
    r"|(?P<open>\"{3}|'{3}).*"
    r'|"(?:[^"\\\n]|\\[^\n])*"'
    r"|'[^'\n]*'"
)
_STRINGS_AND_COMMENTS = re.compile(rf"{_STRINGS}|\#[^\n]*|(?P<unclosed>[\"']).*", re.DOTALL)
_TOKEN = re.compile(
    rf"(?P<string>{_STRINGS})|(?P<comment>\#[^\n]*)|(?P<line>\n)|(?P<bare>[A-Za-z0-9_-]+)"
    r"|(?P<mark>[\[\]{}=.])|(?P<other>[^\[\]{}=.\"'\#\nA-Za-z0-9_-]+|.)",
    re.DOTALL,
)


def costly(text: str, *, what: str, most_brackets: int, most_dots: int) -> str | None:
    """Say why a text of TOML would keep its reader busy, without reading it.

    Brackets and dots are counted outside strings and comments. A quote that is never closed ends the count:
    tomllib reads no further either. It takes the rest of the text with it, or the search would begin anew at
    every quote that follows.

    Parameters
    ----------
    text : str
        Of a size that was checked before.
    what : str
        What the text is, for the sentence.
    most_brackets : int
        How deep brackets may nest.
    most_dots : int
        Dots that a line may have.

    Returns
    -------
    str or None
        A sentence; None where the text can be read in little time.

    Examples
    --------
    >>> costly("a = [[[1]]]", what="the policy", most_brackets=2, most_dots=9)
    'the policy is nested more than 2 brackets deep.'
    >>> costly("a = '[[[' # ]]]", what="the policy", most_brackets=2, most_dots=9)
    """
    plain = _STRINGS_AND_COMMENTS.sub(_cut, text).partition("\0")[0]
    if any(line.count(".") > most_dots for line in plain.splitlines()):
        return f"{what} has a line with more than {most_dots} dots outside quotes."
    depth = 0
    for bracket in re.findall(r"[\[{\]}]", plain):
        depth += 1 if bracket in "[{" else -1
        if depth > most_brackets:
            return f"{what} is nested more than {most_brackets} brackets deep."
    return None


def key_lines(text: str) -> dict[Place, int]:
    r"""Find the line of every key and every header of a table, counted from 1.

    Keys inside a value (an inline table, a list of them) have no line of their own: take that of the longest
    place around them that has one.

    Parameters
    ----------
    text : str
        TOML that tomllib has read.

    Returns
    -------
    dict of tuple to int
        ``("check", 2)`` is the third ``[[check]]``, ``("check", 2, "max")`` its key.

    Examples
    --------
    >>> key_lines("name = 'a'\n[[check]]\n\n[[check]]\nmax = 1")
    {('name',): 1, ('check', 0): 2, ('check', 1): 4, ('check', 1, 'max'): 5}
    """
    lines: dict[Place, int] = {}
    listed: dict[Place, int] = {}
    table: Place = ()
    for kind, parts, line in _statements(text):
        if kind == "key":
            lines.setdefault((*table, *parts), line)
            continue
        table = ()
        for part in parts[:-1]:
            table = _in_list((*table, part), listed)
        table = (*table, parts[-1])
        if kind == "list":
            listed[table] = listed.get(table, 0) + 1
        table = _in_list(table, listed)
        lines.setdefault(table, line)
    return lines


def _cut(match: re.Match[str]) -> str:
    return "\0" if match["open"] or match["unclosed"] else ""


def _in_list(table: Place, listed: dict[Place, int]) -> Place:
    """Return a table, or the last one so far where there is a list of tables of that name."""
    return (*table, listed[table] - 1) if table in listed else table


def _statements(text: str) -> Iterator[tuple[str, tuple[str, ...], int]]:
    """Yield what begins a statement: a key, a table or one of a list of tables, with its parts and line."""
    parts: list[str] = []
    kind, depth, line = "", 0, 1
    for token in _TOKEN.finditer(text):
        name, found = token.lastgroup, token[0]
        if name == "line":
            if depth == 0:
                parts, kind = [], ""
        elif kind == "value":
            depth += 1 if found in "[{" else -1 if found in "]}" else 0
        elif name in {"bare", "string"}:
            parts.append(found if name == "bare" else _unquoted(found))
        elif found == "[":
            kind = "list" if kind == "table" else "table"
        elif found == "=" and parts:
            yield "key", tuple(parts), line
            kind, depth = "value", 0
        elif found == "]" and parts:
            yield kind, tuple(parts), line
            parts = []
        line += found.count("\n")


def _unquoted(key: str) -> str:
    return str(tomllib.loads(f"key = {key}")["key"]) if key[0] == '"' and "\\" in key else key[1:-1]


def toml_value(value: object) -> str:
    r"""Write a text, a truth value, a number, a list or a table of such values as TOML, on one line.

    Parameters
    ----------
    value : str, bool, int, float, sequence or mapping

    Returns
    -------
    str

    Raises
    ------
    TypeError
        TOML has no such value.

    Examples
    --------
    >>> print(toml_value({"sex": ["F", "M"], "a b": 0.5, "c": True}))
    { sex = ["F", "M"], "a b" = 0.5, c = true }
    """
    if isinstance(value, str):
        # JSON's escapes are TOML's, which needs one more and has no halves of characters.
        whole = value.encode("utf-8", "replace").decode()
        return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{toml_key(name)} = {toml_value(each)}" for name, each in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, Sequence):
        return f"[{', '.join(map(toml_value, value))}]"
    raise TypeError(f"TOML has no value for {type(value).__name__}.")


def toml_key(name: str) -> str:
    """Write a key as TOML, in quotes where it needs them.

    Examples
    --------
    >>> toml_key("sex_race"), toml_key("sex & race")
    ('sex_race', '"sex & race"')
    """
    return name if re.fullmatch("[A-Za-z0-9_-]+", name) else toml_value(name)
