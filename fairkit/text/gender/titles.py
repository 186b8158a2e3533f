"""Mr, Ms, Mrs and Miss before a name.

Three titles are one for men, so the way back is a choice: what else the text uses, else *Ms*. A rewritten
text that is swapped back remembers.
"""

from __future__ import annotations

from fairkit.text.gender.site import Site
from fairkit.text.gender.surroundings import following, preceding
from fairkit.text.gender.word_classes import word_class

__all__ = ["TITLES", "read_title"]

TITLES = frozenset(("mr", "mrs", "ms", "miss"))
_OFFICES = word_class("offices")
_JOINED = frozenset(("&", "&amp;", "/"))
_BEFORE_ADDRESS = word_class("before_address")


def read_title(
    site: Site, words: frozenset[str], *, dots: bool = True, neutral: bool = False
) -> tuple[str | None, int] | None:
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
    (str or None, int) or None
        None where the word is no title here: *to miss*, *5 ms*. Without a word it is one, and stays.

    Examples
    --------
    >>> low = ["ms", ".", " ", "lee"]
    >>> read_title(Site(["Ms", ".", " ", "Lee"], low, 0), frozenset(low))
    ('mr', 1)
    """
    word, written = site.word, site.written
    ahead = following(site.low, site.place, 3)
    dotted = word != "miss" and ahead[0][0] == "." and ahead[0][1] == site.place + 1
    if word == "miss" and _is_address(site, ahead[0][0]):
        return (None if neutral else "sir"), 1
    ahead = ahead[1:] if dotted else ahead
    name, where = ahead[1] if ahead[0][0] in _JOINED else ahead[0]  # Mr. & Mrs. Lee
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


def _is_address(site: Site, after: str) -> bool:
    """Tell whether *miss* speaks to somebody: "Miss, could you help?", "Yes, miss."."""
    before, farther = preceding(site.low, site.place, 2)
    if before == ",":
        return farther in _BEFORE_ADDRESS and after in (",", ".", "!", "?")
    return site.starts() and site.is_title() and after == ","
