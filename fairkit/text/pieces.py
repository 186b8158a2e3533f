r"""Pieces of a text: words, blanks and marks, in order, that join to the text again.

A rewriter looks at words and replaces some; everything else must stay as it was. So a text is cut into
pieces that lose nothing: ``"".join(pieces) == text``, whatever the text holds (emoji, right-to-left scripts,
null bytes, lone surrogates). What only looks like words is one piece and never matches a word: tags and
entities of HTML, addresses of pages and of mail, names of files, handles and hashtags.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from unicodedata import is_normalized, normalize

__all__ = ["lowered", "pieces_of", "starts_of"]

# A word takes the marks that combine with its letters along, so that "fiance" + U+0301 is not "fiance", and
# soft hyphens and joiners within it. Marks of emphasis around it (_her_) stay outside, those within do not.
_WORD = r"[^\W_][\w\u0300-\u036f\u00ad\u200c\u200d\u2060]*(?<![_\u00ad\u200c\u200d\u2060])"
_UNSEEN = {ord(mark): None for mark in "\u00ad\u200c\u200d\u2060"}
_QUICK = re.compile(r"\w+|\s+|[^\w\s]")  # the same on ASCII without underscores
_PLAIN = re.compile(rf"{_WORD}|\s+|_+|[^\w\s]")
_ENDINGS = (
    "aspx?|avi|bmp|cfg|conf|css|csv|docx?|epub|exe|gif|gz|html?|ini|ipynb|java|jpe?g|jsonl?|js|log|md|mov|mp[34]|odt|"
    "parquet|pdf|php|png|pptx?|py|rb|rtf|sh|sql|svg|tar|tex|toml|ts|tsv|txt|wav|webp|xlsx?|xml|ya?ml|zip"
)
_DOMAINS = "com|org|net|edu|gov|info|io|co|uk|de|fr|eu|ai|dev|app"
_LOOKALIKES = re.compile(
    r"<!--(?s:.{0,200}?)-->|<(?!unk>)/?[a-zA-Z!?][^<>]*>"  # tags, but <unk> is a word of corpora
    r"|&(?:[a-zA-Z]{2,8}|\#\d{1,7}|\#x[0-9a-fA-F]{1,6});"
    r"|(?:[a-zA-Z][a-zA-Z0-9+.-]{1,15}://|www\.)[^\s<>\"]+"
    r"|[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+"
    r"|(?<![\w@])[@#]\w+"
    rf"|(?<![\w.-])[\w-]{{1,64}}(?:\.[\w-]{{1,64}}){{0,6}}\.(?:{_ENDINGS}|{_DOMAINS})(?!\w)(?:/[^\s<>\"]*)?"
    r"|(?<![\w.<])(?:~|\.{1,2})?/[\w.-]+(?:/[\w.-]*)+|\b[A-Za-z]:\\[^\s<>\"]+"
    rf"|{_WORD}|\s+|_+|[^\w\s]",
    re.DOTALL,
)
_DOT_WITHIN = re.compile(r"\.[a-zA-Z]")


def pieces_of(text: str) -> list[str]:
    """Cut a text into words, blanks and marks; what only looks like words is one piece.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of str
        Joined, they are the text.

    Examples
    --------
    >>> pieces_of("She's here: <b>his</b> her.txt")
    ['She', "'", 's', ' ', 'here', ':', ' ', '<b>', 'his', '</b>', ' ', 'her.txt']
    """
    plain = _QUICK if text.isascii() and "_" not in text else _PLAIN
    odd = "<" in text or "&" in text or "@" in text or "#" in text or "/" in text or "\\" in text
    return (_LOOKALIKES if odd or _DOT_WITHIN.search(text) else plain).findall(text)


def lowered(pieces: Sequence[str]) -> list[str]:
    r"""Return pieces as they are compared: in lower case, letters composed, apostrophes straight.

    Soft hyphens and joiners are left out. Blanks become one, or two line feeds where they part paragraphs.

    Examples
    --------
    >>> lowered(["Ma", "\u2019", "am", "  ", "sang", "\n \n"])
    ['ma', "'", 'am', ' ', 'sang', '\n\n']
    """
    low = list(map(str.lower, pieces))
    text = "".join(low)
    plain = text.isprintable() and "  " not in text and "\u2019" not in text  # printable: no blank but " "
    if plain and is_normalized("NFC", text):
        return low
    return [_compared(piece) for piece in low]


def _compared(piece: str) -> str:
    if piece.isspace():
        return "\n\n" if piece.count("\n") > 1 else " "
    if piece == "\u2019":
        return "'"
    return normalize("NFC", piece.translate(_UNSEEN) if piece[0].isalnum() else piece)


def starts_of(pieces: Sequence[str]) -> list[int]:
    """Return where each piece starts, and at last where the text ends.

    Examples
    --------
    >>> starts_of(["She", " ", "sang"])
    [0, 3, 4, 8]
    """
    return [0, *accumulate(map(len, pieces))]
