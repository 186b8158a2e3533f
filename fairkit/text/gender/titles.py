"""Mr, Ms, Mrs and Miss before a name.

Three titles are one for men, so the way back is a choice: what else the text uses, else *Ms*. A rewritten
text that is swapped back remembers.
"""

from __future__ import annotations

from fairkit.text.gender.site import Site
from fairkit.text.gender.surroundings import following
from fairkit.text.gender.word_classes import word_class

__all__ = ["TITLES", "read_title"]

TITLES = frozenset(("mr", "mrs", "ms", "miss"))
_OFFICES = word_class("offices")


def read_title(
    site: Site, words: frozenset[str], *, dots: bool = True, neutral: bool = False
) -> tuple[str, int] | None:
    """Decide what a title becomes, and how many pieces it takes up.

    Parameters
    ----------
    site : Site
        Of one of ``TITLES``.
    words : frozenset of str
        All pieces of the text, in lower case.
    dots : bool
        Whether titles of the text end with a dot.
    neutral : bool
        Whether a title without gender is wanted.

    Returns
    -------
    (str, int) or None
        None where the word is no title here: *to miss*, *5 ms*.

    Examples
    --------
    >>> low = ["ms", ".", " ", "lee"]
    >>> read_title(Site(["Ms", ".", " ", "Lee"], low, 0), frozenset(low))
    ('mr', 1)
    """
    word, written = site.word, site.written
    ahead = following(site.low, site.place, 2)
    dotted = word != "miss" and ahead[0][0] == "." and ahead[0][1] == site.place + 1
    name, where = ahead[1] if dotted else ahead[0]
    if not name[:1].isalpha():
        return None
    capital = site.pieces[where][:1].isupper()
    if word in ("ms", "miss") and not (capital and written[:1].isupper()):
        return None
    if written.isupper() and not site.pieces[where].isupper():
        return None
    if word == "mr" and name in _OFFICES and capital and not neutral:
        return "madam", 2 if dotted else 1
    if neutral:
        return "mx", 1
    if word == "mr":
        others = [title for title in ("mrs", "ms") if title in words]
        return "mrs" if written.islower() or others == ["mrs"] else "ms", 1
    return "mr." if word == "miss" and dots else "mr", 1
