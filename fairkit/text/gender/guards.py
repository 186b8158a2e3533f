"""Words that are gendered in some places only: a king in a palace, but not Stephen King.

A guard looks at one word in its text. It gives what the word becomes, or why it stays; ``None`` leaves it to
the table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from fairkit.text.gender.site import Site
from fairkit.text.gender.surroundings import END, following, preceding
from fairkit.text.gender.word_classes import word_class

__all__ = ["GUARDS", "Guarded"]


class Guarded(NamedTuple):
    """What a word becomes, or why it stays. Neither: it is no gendered word here, and not worth a line.

    Examples
    --------
    >>> Guarded(reason="name").becomes is None
    True
    """

    becomes: str | None = None
    reason: str | None = None


Guard = Callable[[Site], Guarded | None]

_NOTHING, _NAME, _EXCLUDED = Guarded(), Guarded(reason="name"), Guarded(reason="excluded")
_PEOPLES = ("ish", "ese", "ian", "ean", "ch", "man", "ic", "ed", "al", "ern", "can", "ist")
_BEFORE_RANKS = word_class("before_ranks")
_OFFICES = word_class("offices")
_SURNAMES = word_class("surnames")
_BEFORE_GODS = frozenset(("the", "a", "that", "this", "some", "greek", "roman", "hindu", "egyptian", "norse"))
_KINDS = frozenset(("kind", "sort", "type", "breed", "species", "half", "hell", "bear", "lot"))
_OF_MAN_AS_SUCH = frozenset(
    ("is", "has", "was", "must", "cannot", "can", "does", "proposes", "shall", "lives")
)
_PLACES = word_class("after_names_of_places")
_NUMBER_WORDS = word_class("numbers")


def _rank(site: Site) -> Guarded | None:
    """Leave surnames and names of groups: Stephen King, the Beach Boys."""
    if not site.is_title():
        return None
    if site.before_name() or not site.after_name():
        return _NAME if site.after in _PLACES and site.before_name() else None
    before = site.before
    return None if before in _BEFORE_RANKS or before.endswith(_PEOPLES) else _NAME


def _group(site: Site) -> Guarded | None:
    """Leave brothers who are a firm or a band."""
    if not site.is_title():
        return None
    return _NAME if site.after_name() or site.before == "&" else None


def _own_name(site: Site) -> Guarded | None:
    """Leave words that are first names, surnames or teams when they have a capital: Guy, Colt."""
    return _NAME if site.is_title() and (not site.starts() or site.before_name()) else None


def _duke(site: Site) -> Guarded | None:
    """Leave the university, the street and the first name: a duke is the duke, or the Duke of somewhere."""
    following_name = site.before_name() and site.after not in _PLACES
    if not site.is_title() or site.after == "of" or following_name or site.before in _BEFORE_RANKS:
        return None
    return _NAME


def _team(site: Site) -> Guarded | None:
    """Leave kings and queens with a capital but without names: they are teams, books and boroughs."""
    return _NAME if site.is_title() and not site.starts() and not site.before_name() else _rank(site)


def _surname(site: Site) -> Guarded | None:
    """Leave words that are surnames when they have a capital: Freeman, Foreman."""
    return _NAME if site.is_title() else None


def _earl(site: Site) -> Guarded | None:
    if not site.is_title() or site.after == "of" or site.before in ("the", "an", "this", "that"):
        return None
    return _NAME


def _queen(site: Site) -> Guarded | None:
    """Leave the band: *Queen* without an article, neither before a name nor after a title."""
    band = site.before in ("by", "with", "like", "band") and not site.before_name()
    return _NAME if band and site.is_title() else _rank(site)


def _count(site: Site) -> Guarded | None:
    """Take *count* as a title only: Count Orlok, the Count of Monte Carlo."""
    if site.is_title() and (site.before_name() or (site.after == "of" and not site.starts())):
        return Guarded("countess")
    return _NOTHING


def _dame(site: Site) -> Guarded | None:
    return Guarded("sir") if site.is_title() and site.before_name() and site.before != "notre" else _NOTHING


def _sir(site: Site) -> Guarded | None:
    return Guarded("dame") if site.is_title() and site.before_name() else None


def _madam(site: Site) -> Guarded | None:
    """Take *Madam* before an office as a title: Madam President, Mr. President."""
    return Guarded("mr.") if site.is_title() and site.after in _OFFICES and site.before_name() else None


def _lady(site: Site) -> Guarded | None:
    """Take a lady for the lord's where she stands with one, or has a name; else she is a gentleman's."""
    lord = {"lady": "lord", "ladies": "lords"}[site.word]
    before, farther = preceding(site.low, site.place, 2)
    (joint, _), (other, _) = following(site.low, site.place, 2)
    if (before in ("and", "or") and farther == lord) or (joint in ("and", "or") and other == lord):
        return Guarded(lord)
    if site.word == "ladies":
        return None
    if site.is_title() and site.before_name() and site.before != "first":
        return Guarded("lord")
    spoken = before == "my" and site.after in (",", ".", "!", "?")
    return Guarded("lord") if spoken or (before in ("my", "your") and site.is_title()) else None


def _lord(site: Site) -> Guarded | None:
    """Leave the Lord of the Bible; a lord before a name is a title."""
    if (
        site.is_title()
        and not site.before_name()
        and site.before in ("the", "o", "oh", "our", "praise", "dear")
    ):
        return _NOTHING if site.after != "of" else None
    return None


def _god(site: Site) -> Guarded | None:
    return _NOTHING if site.written[:1].isupper() and site.before not in _BEFORE_GODS else None


def _guys(site: Site) -> Guarded | None:
    """Leave *guys* where it addresses everybody."""
    before, after = site.before, site.after
    spoken = site.starts() or before in (",", "you", "hey", "hi", "thanks", "ok", "okay")
    return _EXCLUDED if spoken and after in (",", "!", ".", "?", ":", "") else None


def _man(site: Site) -> Guarded | None:
    """Leave the verb, the exclamation and man as such: to man boats, the dignity of man, Man is mortal."""
    before, farther = preceding(site.low, site.place, 2)
    if before == "to" or (before == "of" and farther not in _KINDS and not site.after[:1].isalpha()):
        return _NOTHING
    if site.starts() and site.after in (",", "!"):
        return _EXCLUDED
    return _NOTHING if before in (".", END) and site.after in _OF_MAN_AS_SUCH else None


def _boy(site: Site) -> Guarded | None:
    return _EXCLUDED if site.starts() and site.after in (",", "!") and site.before != ":" else None


def _gal(site: Site) -> Guarded | None:
    measured = site.before[:1].isdigit() or site.before in _NUMBER_WORDS | {"per"}
    return _NOTHING if measured else _own_name(site)


def _mummy(site: Site) -> Guarded | None:
    """Leave the mummy in the tomb: nobody says *the mummy* of a mother, but *a mummy of two*."""
    return _NOTHING if site.before in ("the", "egyptian", "ancient", "royal", "an") else None


def _bachelor(site: Site) -> Guarded | None:
    after = [piece for piece, _ in following(site.low, site.place, 2)]
    return _EXCLUDED if after[0] in ("degree", "of") or after == ["'", "s"] else None


def _only_small(site: Site) -> Guarded | None:
    """Leave words that are something else with a capital: Superman, Mare Island, Gran Canaria."""
    return _NAME if site.is_title() and not (site.starts() and not site.before_name()) else None


GUARDS: dict[str, Guard] = {
    **dict.fromkeys(("king", "prince", "princes", "princess", "dukes", "baron", "barons"), _rank),
    **dict.fromkeys(("abbot", "monk", "monks", "boys", "girls"), _rank),
    **dict.fromkeys(("brothers", "sons", "brotherhood", "sisters", "daughters", "sisterhood"), _group),
    **dict.fromkeys(("guy", "colt", "colts", "lad", "lass", "hen", "hens", "rooster", "stallion"), _own_name),
    **dict.fromkeys(_SURNAMES, _surname),
    **dict.fromkeys(
        ("hero", "heroine", "gran", "mare", "mares", "dude", "steward", "stewards", "ram", "rams"),
        _only_small,
    ),
    "bachelor": _bachelor,
    "bachelors": _bachelor,
    "boy": _boy,
    "count": _count,
    "dame": _dame,
    "duke": _duke,
    "kaiser": _duke,
    "earl": _earl,
    "gal": _gal,
    "god": _god,
    "kings": _team,
    "guys": _guys,
    "ladies": _lady,
    "lady": _lady,
    "lord": _lord,
    "madam": _madam,
    "man": _man,
    "mummy": _mummy,
    "queen": _queen,
    "queens": _team,
    "sir": _sir,
}
"""Every word that is guarded, and its guard."""
