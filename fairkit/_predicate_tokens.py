"""Text of a predicate -> tokens, and the messages that point at a place in it.

The language has its own scanner rather than Python's: a closed grammar of thirty lines has no calls,
attributes or f-strings to forget, cannot exhaust the stack or the memory, warns about nothing, and is the
same on every Python. Everything that Python would normalise or a reader could not see (look-alike letters,
zero-width and bidirectional characters) is refused here; see Boucher & Anderson, "Trojan Source", USENIX
Security 2023.
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Literal, NamedTuple

from fairkit._predicate_nodes import Value
from fairkit.errors import PredicateError

MAX_CHARACTERS = 4096
_MAX_NUMBER = 40
_MAX_DIGITS = 18
_WINDOW = 60

TokenKind = Literal["column", "name", "keyword", "literal", "operator", "end"]
RESERVED = frozenset({"and", "or", "not", "in", "is", "True", "False", "None"})

# A fixed list, not unicodedata's categories: hashes must not depend on the Unicode version of a Python.
INVISIBLE = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f"
    "\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_TOKEN = re.compile(
    r"""
      (?P<space>[ \t]+)
    | (?P<number>(?:[0-9][0-9_]*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<backticks>`(?:[^`]|``)*`)
    | (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    | (?P<foreign>===|=>|=<|<>|&&|\|\||:=|=(?!=)|!(?!=)|\.(?![0-9])
                 |[&|~+*/%;\\\u2018\u2019\u201c\u201d\u2212\u2260\u2264\u2265])
    | (?P<operator><=|>=|==|!=|[<>()\[\]{},-])
    """,
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))")
_SHORT_ESCAPES = {"\\": "\\", "'": "'", '"': '"', "n": "\n", "r": "\r", "t": "\t"}
ARITHMETIC = "there is no arithmetic; a column whose name is no plain word goes in backticks: `score-text`."
# What other languages write, and what to write here.
_FOREIGN = {
    "===": "write '=='.",
    "=>": "write '>='.",
    "=<": "write '<='.",
    "<>": "write '!='.",
    "&&": "write 'and'.",
    "||": "write 'or'.",
    ":=": "write '==' to compare; nothing can be assigned.",
    "=": "write '==' to compare.",
    "&": "write 'and'.",
    "|": "write 'or'.",
    "!": "write 'not'.",
    "~": "write 'not'.",
    "+": ARITHMETIC,
    "*": ARITHMETIC,
    "/": ARITHMETIC,
    "%": ARITHMETIC,
    ".": "there is no attribute access; a column whose name has a dot goes in backticks: `a.b`.",
    ";": "a predicate is one expression.",
    "\\": "a backslash belongs inside quotes.",
    "\u2018": "use straight quotes: '...'.",
    "\u2019": "use straight quotes: '...'.",
    "\u201c": 'use straight quotes: "...".',
    "\u201d": 'use straight quotes: "...".',
    "\u2264": "write '<='.",
    "\u2265": "write '>='.",
    "\u2260": "write '!='.",
    "\u2212": "use the plain minus sign '-'.",
}


class Token(NamedTuple):
    """One word of a predicate; `value` is the column's name, the literal, or the word itself."""

    kind: TokenKind
    value: Value
    start: int
    end: int


def tokens_of(text: str) -> list[Token]:
    """Cut a predicate into tokens, ending with one of kind "end"."""
    _refuse_invisible(text)
    tokens: list[Token] = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise _no_token(text, place)
        start, place = match.span()
        if match.lastgroup != "space":
            tokens.append(_token(text, match.lastgroup, start, place))
    return [*tokens, Token("end", "", len(text), len(text))]


def fault(text: str, start: int, end: int, message: str) -> PredicateError:
    """Build the error that says what is wrong and points at the characters `start` to `end`."""
    first = max(0, start - _WINDOW // 2)
    last = min(len(text), first + _WINDOW)
    before, after = "..." if first else "", "..." if last < len(text) else ""
    shown = INVISIBLE.sub("\N{REPLACEMENT CHARACTER}", text[first:last]).replace("\t", " ")
    arrows = "^" * max(1, min(end, last) - start)
    indent = " " * (len(before) + start - first)
    return PredicateError(
        f"predicate, character {start + 1}: {message}\n    {before}{shown}{after}\n    {indent}{arrows}"
    )


def _refuse_invisible(text: str) -> None:
    match = INVISIBLE.search(text)
    if match is None:
        return
    character, start = match.group(), match.start()
    if character in "\r\n":
        raise fault(text, start, start + 1, "a predicate is one line; join the lines.")
    code = ord(character)
    escape = f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
    advice = "remove it." if code == 0 else f"remove it; inside quotes write {escape} if you mean it."
    raise fault(text, start, start + 1, f"the invisible character U+{code:04X} is not allowed: {advice}")


def _no_token(text: str, place: int) -> PredicateError:
    character = text[place]
    if character in "'\"`":
        return fault(text, place, place + 1, f"this {character} is never closed; add the second one.")
    if character.isascii():
        return fault(text, place, place + 1, f"'{character}' is not part of the language.")
    name = unicodedata.name(character, f"U+{ord(character):04X}")
    advice = "use plain letters, or put the column's name in backticks and the value in quotes."
    return fault(text, place, place + 1, f"'{character}' ({name}) is no plain letter: {advice}")


def _token(text: str, group: str | None, start: int, end: int) -> Token:
    word = text[start:end]
    following = text[end : end + 1]
    if group == "number":
        if following and (following.isalnum() or following in "_."):
            message = "a number ends in something else; text goes in quotes, and numbers are decimal."
            raise fault(text, start, end + 1, message)
        return Token("literal", _number(text, start, end), start, end)
    if group == "name":
        if following and following in "'\"":
            raise fault(text, start, end, f"quotes take no prefix; remove '{word}'.")
        return Token("keyword" if word in RESERVED else "name", word, start, end)
    if group == "backticks":
        name = word[1:-1].replace("``", "`")
        if "\t" in name:
            raise fault(
                text, start, end, "a column name with a tab cannot be told from one with blanks; rename it."
            )
        if not name:
            raise fault(text, start, end, "the backticks are empty; put the column's name between them.")
        return Token("column", name, start, end)
    if group == "text":
        return Token("literal", _unescaped(text, start, end), start, end)
    if group == "foreign":
        raise fault(text, start, end, f"'{word}' is not part of the language: {_FOREIGN[word]}")
    return Token("operator", word, start, end)


def _number(text: str, start: int, end: int) -> int | float:
    word = text[start:end]
    if len(word) > _MAX_NUMBER:
        raise fault(
            text, start, end, f"the number has {len(word)} characters; at most {_MAX_NUMBER} are read."
        )
    if "_" in word and not re.fullmatch(r"[0-9]+(?:_[0-9]+)*", word):
        raise fault(text, start, end, "an underscore stands between two digits of a whole number.")
    digits = word.replace("_", "")
    if not digits.isdigit():
        return _decimal(text, start, end)
    if len(digits) > 1 and digits.startswith("0"):
        raise fault(text, start, end, f"a number has no leading zeros; if it is a code, write '{digits}'.")
    if len(digits) > _MAX_DIGITS or int(float(digits)) != int(digits):
        message = "the number is too large to compare exactly on every engine; if it is a code, quote it."
        raise fault(text, start, end, message)
    return int(digits)


def _decimal(text: str, start: int, end: int) -> int | float:
    word = text[start:end]
    value = float(word)
    if math.isinf(value):
        raise fault(text, start, end, "the number is too large; numbers are finite.")
    if value == 0 and re.search("[1-9]", re.split("[eE]", word)[0]):
        raise fault(text, start, end, "the number is too small to tell from 0; write 0.")
    # 5.0 and 5 are one number and get one form; what is too long for a whole number stays as it is.
    return int(value) if value.is_integer() and value < 10**_MAX_DIGITS else value


def _unescaped(text: str, start: int, end: int) -> str:
    def replace(match: re.Match[str]) -> str:
        short = match.group(4)
        place = start + 1 + match.start()
        if short is not None:
            if short not in _SHORT_ESCAPES:
                message = f"unknown escape '\\{short}'; a backslash itself is written '\\\\'."
                raise fault(text, place, place + 2, message)
            return _SHORT_ESCAPES[short]
        code = int(match.group(1) or match.group(2) or match.group(3), 16)
        if code == 0 or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
            raise fault(text, place, start + 1 + match.end(), "no text can hold this character.")
        return chr(code)

    return _ESCAPE.sub(replace, text[start + 1 : end - 1])
