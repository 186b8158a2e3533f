"""Words as a reader may see them: nothing hidden, nothing reordered, and look-alikes told apart.

Two words that differ by a soft hyphen, or by how an accent is encoded, are an error to the score and the same
to the eye. Here such a pair is written so that the difference can be read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from fairkit.report.phrases import visible

# Invisible characters beyond those of `visible`. Joiners (Persian, Hindi) and variation selectors (emoji) are
# parts of words and stay, unless they are all that tells two words apart.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufff0-\ufffc\ufffe\uffff\U000e0000-\U000e0fff]"
)
_JOINERS = re.compile("[\u200c\u200d\ufe00-\ufe0f]")
_NO_SIGN = re.compile(r"[^\S ]")
_MARK = "\u25cc"
_SPACE = "\u2423"


def shown(text: str) -> str:
    r"""Write a text so that no character of it steers or hides another.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        With control, bidirectional and invisible characters as escapes, and a mark that has no letter before
        it on a dotted circle. A space alone is written as an open box.

    Examples
    --------
    >>> print(shown("co\u00adop\u202e\x00"))
    co\u00adop\u202e\x00
    >>> print(ascii(shown("\u0301a")))
    '\u25cc\u0301a'
    """
    if text == " ":
        return _SPACE
    written = _NO_SIGN.sub(_escaped, _INVISIBLE.sub(_escaped, visible(text)))
    return _MARK + written if written and unicodedata.category(written[0]).startswith("M") else written


def shown_apart(said: str, heard: str) -> tuple[str, str]:
    r"""Write two words that are not the same so that they do not look the same.

    Examples
    --------
    >>> shown_apart("pin", "pen")
    ('pin', 'pen')
    >>> for word in shown_apart("caf\u00e9", "cafe\u0301"):
    ...     print(ascii(word))
    'caf\xe9'
    'cafe\\u0301'
    """
    if said == heard or _look(said) != _look(heard):
        return shown(said), shown(heard)
    one, two = (shown(_JOINERS.sub(_escaped, _marks_escaped(word))) for word in (said, heard))
    if unicodedata.normalize("NFC", one) != unicodedata.normalize("NFC", two):
        return one, two
    # Letters that are drawn alike, in other code points.
    one, two = (
        "".join(c if c.isascii() else _escape(c) for c in word) for word in (shown(said), shown(heard))
    )
    return one, two


def right_to_left(texts: Iterable[str]) -> bool:
    """Decide whether texts run from right to left: whether most of their words do.

    The first strong letter, by which browsers decide, may be of a name in another script.

    Examples
    --------
    >>> right_to_left(["iPhone שלי נפל"]), right_to_left(["abc שלום def"]), right_to_left(["123"])
    (True, False, False)
    """
    balance = 0
    for text in texts:
        for word in text.split():
            strong = next((d for c in word if (d := unicodedata.bidirectional(c)) in {"L", "R", "AL"}), "L0")
            balance += {"L": -1, "R": 1, "AL": 1}.get(strong, 0)
    return balance > 0


def _look(word: str) -> str:
    """Reduce a word to what is drawn of it."""
    return unicodedata.normalize("NFC", _JOINERS.sub("", _INVISIBLE.sub("", visible(word))))


def _marks_escaped(word: str) -> str:
    return "".join(_escape(c) if unicodedata.category(c) == "Mn" else c for c in word)


def _escaped(found: re.Match[str]) -> str:
    return "".join(_escape(c) for c in found[0])


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
