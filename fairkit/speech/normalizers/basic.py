"""The normaliser for any language: letters, marks and digits stay, in one form and one case.

1. Form NFKC and case folding: full-width, ligature and composed forms of a letter are one ("ﬁ" is "fi").
2. Punctuation, symbols, enclosing marks and control characters become a space, hyphens, full stops and commas
   between digits too: "well-known" is two words, "3.5" is "3 5".
3. An apostrophe, typographic or not, stays between two letters ("don't", "l'eau") and is a space elsewhere.
4. Combining marks stay, so Indic vowel signs, Arabic and Hebrew points, Thai tones and accents all count.
5. What is invisible goes: joiners and non-joiners (a Persian word is joined over them), right-to-left
   marks, soft hyphens, the byte order mark, variation selectors and the Arabic tatweel. The zero-width
   space separates words in Thai and Khmer and becomes a space.
6. White space is squeezed and stripped.

Unlike Whisper's basic normaliser it takes no text in brackets away, and keeps the vowel signs of Indic
scripts: without them a wrong vowel would be no error.
"""

from __future__ import annotations

import re
from typing import Any

from fairkit.speech.normalizers.letters import safely_composed, spaced_letters, word_letters

__all__ = ["Basic"]

_LOOSE_APOSTROPHE = re.compile(r"(?<![^\s'])'|'(?![^\s'])")


class Basic:
    """The normaliser for any language, see the module.

    Examples
    --------
    >>> Basic()("  «Don't», said J.-P. \u200fCAFE\u0301S… ")
    "don't said j p cafés"
    """

    version = "1"

    def __reduce__(self) -> tuple[type[Basic], tuple[()]]:
        """Pickle nothing: there is one such normaliser."""
        return Basic, ()

    def decides(self) -> dict[str, Any]:
        """Return what decides the output, for its hash."""
        return {"form": "NFKC, case folded", "apostrophes": "kept inside words", "marks": "kept"}

    def __call__(self, text: str) -> str:
        """Normalise one text."""
        if not text.isascii():
            text = safely_composed(text.translate(spaced_letters))
            text = safely_composed(text.casefold())
        text = text.casefold().translate(word_letters)
        if "'" in text:
            text = _LOOSE_APOSTROPHE.sub(" ", text)
        return " ".join(text.split())
