"""What becomes of every gendered word of a text: the edits, and what is left with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple
from unicodedata import is_normalized, normalize

from fairkit.text.casing import cased_like
from fairkit.text.edits import Edit, Left
from fairkit.text.gender.confidence import confidence
from fairkit.text.gender.exclusions import Exclusions, shipped_exclusions
from fairkit.text.gender.guards import GUARDS, Guarded
from fairkit.text.gender.names import certainty, first_names
from fairkit.text.gender.neutral import neutral_pronoun
from fairkit.text.gender.pairs import Direction, counterparts, joint_nouns, unpaired_words, variants
from fairkit.text.gender.pronouns import read_her, read_his
from fairkit.text.gender.site import Site
from fairkit.text.gender.surroundings import following, is_compound, preceding
from fairkit.text.gender.tagging import second_opinion
from fairkit.text.gender.titles import TITLES, read_title
from fairkit.text.gender.work import Work
from fairkit.text.possessives import ending
from fairkit.text.wordtable import WordTable

__all__ = ["PRONOUNS", "Names", "Planner"]

Names = Literal["protect", "swap", "keep"]
"""What is done with first names."""

_FEMININE = frozenset(("she", "her", "hers", "herself"))
PRONOUNS = _FEMININE | {"he", "him", "his", "himself"}
"""Words that no table of a user may take."""

_SWAPPED = {"he": "she", "she": "he", "him": "her", "hers": "his", "himself": "herself", "herself": "himself"}
_SURE = confidence("pronoun")
_SPLITS = frozenset((")", "/"))
_FEMININE_OF_GUARDS = {"count": False, "dame": True}


class _Entry(NamedTuple):
    word: str | None
    feminine: bool | None
    one_way: bool
    why_not: str


class Planner:
    """Plans the edits of texts for one set of options; it keeps nothing of a text.

    Parameters
    ----------
    direction : {"both", "feminine-to-masculine", "masculine-to-feminine", "neutral"}
    names : {"protect", "swap", "keep"}
    exclude : sequence of str
        Phrases that stay, beside those that are shipped.
    extra_pairs : sequence of (str, str)
        Masculine and feminine words that come before the shipped ones.

    Examples
    --------
    >>> planner = Planner("both", "keep")
    >>> edits, left = planner.plan(["Her", " ", "aunt", " ", "sang"], ["her", " ", "aunt", " ", "sang"])
    >>> [edit.after for edit in edits]
    ['His', 'uncle']
    """

    def __init__(
        self,
        direction: Direction,
        names: Names,
        exclude: Sequence[str] = (),
        extra_pairs: Sequence[tuple[str, str]] = (),
    ) -> None:
        self._direction, self._names_are = direction, names
        self._changes_feminine = direction != "masculine-to-feminine"
        self._changes_masculine = direction != "feminine-to-masculine"
        self._entries = _entries(direction)
        self._own: frozenset[str] = frozenset()
        if extra_pairs:
            self._entries, self._own = _with_own(self._entries, extra_pairs, direction)
        self._table = WordTable((), one_way=((word, word) for word in self._entries))
        self._names = first_names()
        known = self._table.first_words | PRONOUNS | TITLES | set(GUARDS) | set(self._names)
        self.known: frozenset[str] = frozenset(known)
        """Lower-case pieces without which a text stays as it is."""
        self._exclusions = Exclusions(
            [*shipped_exclusions(), *((phrase, False) for phrase in exclude)], self.known
        )

    def plan(
        self,
        pieces: Sequence[str],
        low: Sequence[str],
        *,
        ask_tagger: bool = False,
        memory: Mapping[int, tuple[str, str]] | None = None,
    ) -> tuple[list[Edit], list[Left]]:
        """Return the edits of a text, in order, and what is left.

        Parameters
        ----------
        pieces, low : sequence of str
            Of the text, as written and in lower case.
        ask_tagger : bool
            Whether *her* is shown to the tagger, too.
        memory : mapping of int to (str, str), optional
            Pieces where a word of several counterparts was replaced before: what stands there and what stood.
        """
        known = self.known
        if known.isdisjoint(low) and not memory:
            return [], []
        work = Work(pieces, low, ask_tagger=ask_tagger)
        places = [place for place, word in enumerate(low) if word in known]
        for place in sorted({*places, *memory}) if memory else places:
            if memory and place in memory:
                work.remember(place, *memory[place])
            if place >= work.done and low[place] in known and place not in work.agreed:
                self._word(work, place, low[place])
        if self._names_are == "protect" and work.named and self._direction != "neutral":
            work.leave_all("named person")
        return work.finished()

    def quick_text(self, pieces: Sequence[str], low: Sequence[str]) -> str | None:
        """Return the text after the edits where nothing but pronouns is swapped, else None: plan it then.

        Most sentences are of this kind, and edits nobody reads cost as much as finding them.
        """
        known = self.known
        if known.isdisjoint(low):
            return "".join(pieces)
        if self._direction != "both":
            return None
        made = None
        for place in [place for place, word in enumerate(low) if word in known]:
            word = low[place]
            if word == "her":
                after = read_her(low, place, pieces).word
            elif word == "his":
                after = read_his(low, place, pieces).word
            elif word not in _SWAPPED or (place and low[place - 1] in _SPLITS):
                return None
            else:
                after = _SWAPPED[word]
            if word in self._exclusions.words and self._exclusions.at(low, place) is not None:
                return None
            made = made or list(pieces)
            made[place] = after if pieces[place] == word else cased_like(after, pieces[place])
        return "".join(made or pieces)

    def _word(self, work: Work, place: int, word: str) -> None:
        excluded = self._exclusions.at(work.low, place) if word in self._exclusions.words else None
        if excluded is not None:
            work.leave(excluded.first, excluded.last, "excluded")
            work.named |= excluded.person
        elif word in PRONOUNS:
            self._pronoun(work, place, word)
        elif word in TITLES:
            self._title(work, place)
        elif word in self._own or not (word in self._names and self._name(work, place)):
            self._noun(work, place, word)

    def _changes(self, *, feminine: bool) -> bool:
        return self._changes_feminine if feminine else self._changes_masculine

    def _pronoun(self, work: Work, place: int, word: str) -> None:
        low = work.low
        if not self._changes(feminine=word in _FEMININE):
            work.leave(place, place + 1, "other direction")
        elif self._direction == "neutral" and word in ("he", "she") and is_compound(low, place):
            work.leave(place, place + 1, "no neutral word")
        elif self._direction == "neutral":
            for edit in neutral_pronoun(work.pieces, low, place):
                work.change(edit)
        elif word == "her":
            reading = read_her(low, place, work.pieces)
            rule = "possessive" if reading.word == "his" else "object"
            doubt = reading.doubtful or (
                work.ask_tagger and second_opinion(work.pieces, place) != reading.word
            )
            work.replace(place, reading.word, rule, confidence(f"her: {reading.reason}"), ambiguous=doubt)
        elif word == "his":
            reading = read_his(low, place, work.pieces)
            rule = "possessive" if reading.word == "her" else "absolute"
            work.replace(place, reading.word, rule, confidence(f"his: {rule}"), ambiguous=reading.doubtful)
        elif word != "he" or place < 2 or low[place - 1] not in _SPLITS or not _is_split(low, place):
            work.replace(place, _SWAPPED[word], "pair", _SURE)

    def _title(self, work: Work, place: int) -> None:
        site = Site(work.pieces, work.low, place)
        found = read_title(
            site, work.words, dots=site.word == "miss" and work.dots, neutral=self._direction == "neutral"
        )
        if found is None:
            return
        becomes, taken = found
        if not self._changes(feminine=site.word != "mr"):
            work.leave(place, place + 1, "other direction")
        elif becomes is None:
            work.leave(place, place + 1, "no neutral word")
        else:
            after = cased_like(becomes, site.written)
            work.change(Edit(place, place + taken, after, "title", confidence("title")))

    def _name(self, work: Work, place: int) -> bool:
        """Deal with a first name; False where the word is none here."""
        name = self._names[work.low[place]]
        sure = certainty(name, work.pieces, work.low, place)
        if sure == "no name":
            return False
        if sure == "doubtful":
            work.leave(place, place + 1, "doubtful name")
            return True
        work.named = True
        pair = name.pair if self._names_are == "swap" and self._direction != "neutral" else None
        if pair is None or self._is_fixed(work, place, feminine=bool(name.feminine)):
            work.leave(place, place + 1, "name")
        elif not self._changes(feminine=bool(name.feminine)):
            work.leave(place, place + 1, "other direction")
        else:
            work.replace(place, pair, "name", confidence("name"))
        return True

    def _is_fixed(self, work: Work, place: int, *, feminine: bool) -> bool:
        """Tell whether the word before says that a name's bearer is of the other gender: Mr Ashley Wilkes."""
        before, farther = preceding(work.low, place, 2)
        before = farther if before == "." else before
        if before in TITLES:
            return feminine != (before != "mr")
        entry = self._entries.get(before)
        return entry is not None and entry.feminine is not None and entry.feminine != feminine

    def _guarded(self, work: Work, place: int, word: str) -> Guarded | None:
        if word not in GUARDS or word in self._own:
            return None
        return GUARDS[word](Site(work.pieces, work.low, place))

    def _noun(self, work: Work, place: int, word: str) -> None:
        match = self._table.at(work.low, place)
        entry = self._entries[match.entry] if match is not None else None
        last = match.last if match is not None else place + 1
        becomes, feminine = (entry.word, entry.feminine) if entry else (None, _FEMININE_OF_GUARDS.get(word))
        guarded = self._guarded(work, place, word) if last == place + 1 else None
        if guarded is not None:
            if guarded.becomes is None:
                work.leave(place, last, guarded.reason or "")
                return
            becomes = guarded.becomes if self._direction != "neutral" else None
        elif entry is None:
            return
        if feminine is not None and not self._changes(feminine=feminine):
            work.leave(place, last, "other direction")
        elif becomes is None:
            work.leave(place, last, entry.why_not if entry else "no neutral word")
        else:
            self._replace_noun(work, place, last, becomes, entry)

    def _replace_noun(self, work: Work, place: int, last: int, becomes: str, entry: _Entry | None) -> None:
        word = "".join(work.low[place:last])
        both = False
        if self._direction == "neutral":
            becomes, end = _both(work, place, last, becomes)
            both, last = end > last, end
        elif word not in self._own and becomes not in work.words:
            becomes = next((other for other in variants().get(word, ()) if other in work.words), becomes)
        rule = "one way" if entry is not None and entry.one_way else "pair"
        written = "".join(work.pieces[place:last])
        after = cased_like(becomes, work.pieces[place] if both else written)
        if not is_normalized("NFC", written):
            after = normalize("NFD", after)
        own_ending = ending(work.pieces, work.low, last, after)
        if own_ending is not None:
            last, letters = own_ending
            after += letters
        # Of "host and hostess" two hosts are left: nothing tells them apart.
        merged = self._direction == "both" and becomes in work.words and becomes not in self._entries
        work.change(Edit(place, last, after, rule, confidence(rule), merged))


def _both(work: Work, place: int, last: int, becomes: str) -> tuple[str, int]:
    """Make one neutral word of "mother and father", but not of "a mother and father"."""
    (joint, _), (other, where) = following(work.low, last - 1, 2)
    both = joint_nouns().get((work.low[place], joint, other))
    if both is None or (joint == "and" and preceding(work.low, place, 1)[0] in ("a", "an")):
        return becomes, last
    return both, where + 1


def _is_split(low: Sequence[str], place: int) -> bool:
    """Tell whether *he* is the second half of "s/he" or "(s)he"."""
    before = "".join(low[max(0, place - 3) : place])
    return before.endswith("(s)") or (before.endswith("s/") and low[place - 2] == "s" and before != "'s/")


def _entries(direction: Direction) -> dict[str, _Entry]:
    missing = "no neutral word" if direction == "neutral" else ""
    found = {
        word: _Entry(entry.word, entry.feminine, entry.one_way, missing)
        for word, entry in counterparts(direction).items()
    }
    found |= {word: _Entry(None, None, one_way=False, why_not="no counterpart") for word in unpaired_words()}
    return found


def _with_own(
    entries: dict[str, _Entry], pairs: Iterable[tuple[str, str]], direction: Direction
) -> tuple[dict[str, _Entry], frozenset[str]]:
    """Add a user's pairs; a shipped pair that shares a word with them is gone altogether."""
    own = WordTable(pairs).entries
    masculine = {masculine for masculine, _ in pairs}
    kept = {word: entry for word, entry in entries.items() if word not in own and entry.word not in own}
    neutral = direction == "neutral"
    for word, counterpart in own.items():
        becomes = None if neutral else counterpart
        kept[word] = _Entry(
            becomes, counterpart in masculine, one_way=False, why_not="no neutral word" if neutral else ""
        )
    return kept, frozenset(own)
