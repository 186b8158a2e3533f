"""Whether a word that is noun and adjective alike, such as *Christian*, stands as a noun.

As a noun in the singular it needs a determiner (*a devout Christian*) and no noun behind it (*a Christian
school*). After a form of *be* without one it is an adjective (*she is Christian*).
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["stands_as_noun"]

_DETERMINERS = frozenset(
    {
        "a",
        "an",
        "the",
        "this",
        "that",
        "every",
        "each",
        "any",
        "some",
        "no",
        "one",
        "another",
        "my",
        "your",
        "his",
        "her",
        "its",
        "our",
        "their",
        "whose",
        "fellow",
    }
)
_STOPS = frozenset(
    {
        "is",
        "was",
        "are",
        "were",
        "be",
        "been",
        "being",
        "am",
        "become",
        "becomes",
        "became",
        "turned",
        "isn",
        "wasn",
    }
)
_FOLLOWS_A_NOUN = frozenset(
    {
        "is",
        "was",
        "has",
        "had",
        "would",
        "will",
        "can",
        "could",
        "should",
        "may",
        "might",
        "must",
        "does",
        "did",
        "do",
        "who",
        "whose",
        "whom",
        "that",
        "which",
        "and",
        "or",
        "but",
        "nor",
        "so",
        "yet",
        "in",
        "on",
        "at",
        "of",
        "to",
        "from",
        "with",
        "by",
        "for",
        "as",
        "than",
        "because",
        "when",
        "while",
        "if",
        "after",
        "before",
        "since",
        "until",
        "into",
        "though",
        "although",
        "among",
        "between",
        "about",
        "against",
        "without",
        "within",
        "not",
        "too",
        "also",
        "himself",
        "herself",
        "now",
        "then",
        "here",
        "there",
        "always",
        "never",
        "often",
        "says",
        "goes",
        "comes",
        "lives",
        "works",
        "wants",
        "needs",
        "likes",
        "loves",
        "thinks",
        "knows",
        "prays",
        "said",
        "went",
        "came",
        "told",
        "met",
        "made",
        "took",
        "gave",
        "saw",
        "knew",
        "left",
        "got",
        "ran",
        "sat",
        "stood",
        "felt",
        "found",
        "kept",
        "held",
        "wrote",
        "spoke",
        "began",
        "thought",
        "brought",
        "bought",
        "taught",
        "heard",
        "sent",
        "won",
        "lost",
        "became",
        "fell",
        "drove",
        "grew",
        "led",
        "paid",
        "read",
        "sang",
    }
)
_REACH = 3
_SHORT = 4


def stands_as_noun(low: Sequence[str], first: int, last: int) -> bool:
    """Tell whether pieces of a text (in lower case) stand as a noun.

    Parameters
    ----------
    low : sequence of str
    first, last : int
        The word's pieces.

    Examples
    --------
    >>> from fairkit.text.pieces import lowered, pieces_of
    >>> low = lowered(pieces_of("a devout Christian and a Christian scholar"))
    >>> stands_as_noun(low, 4, 5), stands_as_noun(low, 10, 11)
    (True, False)
    """
    if last + 1 < len(low) and low[last] == " " and low[last + 1][0].isalpha():
        following = low[last + 1]
        if following not in _FOLLOWS_A_NOUN and not (following.endswith("ed") and len(following) > _SHORT):
            return False
    elif last + 1 < len(low) and low[last] in "-/":
        return False
    words = [piece for piece in low[max(0, first - 2 * _REACH) : first] if piece != " "]
    for word in reversed(words[-_REACH:]):
        if word in _DETERMINERS:
            return True
        if word in _STOPS or not word[0].isalpha():
            return False
    return False
