r"""Names that look like others: letters of other scripts, wide and invisible characters.

A column may have any name, so nothing is refused here. But where a name is not found and one that looks the
same is there, the two differ in what nobody can see, and only the code points tell.

References
----------
Unicode Technical Standard #39, Unicode security mechanisms (skeletons of confusable texts). Its table has
thousands of entries; here stand the look-alikes of Latin letters that occur in names of columns.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType

__all__ = ["hidden_characters", "homograph_hint"]

_LOOKS: Mapping[str, str] = MappingProxyType(
    {
        **dict(zip("аеорсухіјѕһԁԛԝѵӏүкьгт", "aeopcyxijshdqwvlykbrt", strict=True)),
        **dict(zip("АВЕКМНОРСТУХІЈЅҮӀԌѴ", "ABEKMHOPCTYXIJSYIGV", strict=True)),  # noqa: RUF001
        **dict(zip("αγηικνορτυχϲϳ", "aynikvoptuxcj", strict=True)),
        **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),  # noqa: RUF001
        **dict(zip("օսհոցզյ", "ouhngqj", strict=True)),
        **dict(zip("ıɑɡɩ", "iagi", strict=True)),  # noqa: RUF001 - Latin beyond English
        **dict.fromkeys("‐‒–—−", "-"),  # noqa: RUF001 - dashes, a minus
        **dict.fromkeys("‘’ʼ", "'"),  # noqa: RUF001 - apostrophes
    }
)
_UNSEEN_KINDS = {"Cc", "Cf", "Cs", "Zl", "Zp"}
# Fillers and joiners of class Lo or Mn, and spaces that are not the plain one.
_UNSEEN = {"\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u3164", "\uffa0"}
_VARIANTS = range(0xFE00, 0xFE10)


def hidden_characters(text: str) -> tuple[str, ...]:
    r"""Name the characters of a text that nobody sees or that steer a terminal, each once.

    Spaces other than the plain one count: they look like it.

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> hidden_characters("race\u200b group\n")
    ('U+200B ZERO WIDTH SPACE', 'U+000A')
    """
    return tuple(dict.fromkeys(_code_point(c) for c in text if _is_hidden(c)))


def homograph_hint(name: str, known: Iterable[str]) -> str:
    r"""Say that a name looks like one that is there, and which characters differ; else an empty text.

    Parameters
    ----------
    name : str
        What was not found.
    known : iterable of str
        What there is.

    Returns
    -------
    str
        Begins with a space, to follow a sentence.

    Examples
    --------
    >>> print(homograph_hint("se\u200bx", ["age", "sex"]))
     It looks like 'sex' but has U+200B ZERO WIDTH SPACE.
    >>> "(U+0455 CYRILLIC SMALL LETTER DZE)." in homograph_hint("\u0455ex", ["age", "sex"])
    True
    >>> homograph_hint("race", ["race", "sex"]), homograph_hint("Sex", ["sex"])
    ('', '')
    """
    names = list(known)
    if name in names:
        return ""
    look = _skeleton(name)
    for other in names:
        if _skeleton(other) == look and (_odd(name) or _odd(other) or other.casefold() != name.casefold()):
            return _told(name, other)
    return ""


def _told(name: str, other: str) -> str:
    shown = "".join("�" if _is_hidden(c) else c for c in other)
    if odd := _odd(name):
        return f" It looks like '{shown}' but has {odd}."
    if odd := _odd(other):
        return f" It looks like '{shown}', which has {odd}."
    points = ", ".join(_code_point(c) for c in dict.fromkeys(name) if c not in other)
    composed = f" It looks like '{shown}' but is composed of other characters"
    return f"{composed} ({points})." if points else f"{composed}."


def _odd(name: str) -> str:
    """Name the characters that are not what they look like."""
    odd = [c for c in dict.fromkeys(name) if _is_hidden(c) or _plain(c) != c]
    return ", ".join(_code_point(c) if _is_hidden(c) else f"'{c}' ({_code_point(c)})" for c in odd[:5])


def _skeleton(text: str) -> str:
    seen = "".join(c for c in text if c == " " or not _is_hidden(c) or unicodedata.category(c) == "Zs")
    return "".join(map(_plain, unicodedata.normalize("NFKC", seen))).casefold()


def _plain(character: str) -> str:
    whole = unicodedata.normalize("NFKC", character)
    return "".join(_LOOKS.get(c, c) for c in whole)


def _is_hidden(character: str) -> bool:
    if character == " ":
        return False
    kind = unicodedata.category(character)
    return kind in _UNSEEN_KINDS or kind == "Zs" or character in _UNSEEN or ord(character) in _VARIANTS


def _code_point(character: str) -> str:
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()
