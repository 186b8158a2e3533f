"""The swap by a table: words of one level become those of another, in place."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from fairkit.errors import UsageError, did_you_mean, shortlist
from fairkit.text.articles import article_for, begins_with_vowel
from fairkit.text.attributes.checks import key_of
from fairkit.text.attributes.nouns import stands_as_noun
from fairkit.text.attributes.table import AttributeTable, attribute_table
from fairkit.text.casing import cased_like
from fairkit.text.edits import Edit, Left, as_rewritten, as_text
from fairkit.text.gender.surroundings import preceding
from fairkit.text.pieces import lowered, pieces_of
from fairkit.text.possessives import ending
from fairkit.text.rewriting import Rewritten, checked_phrases, checked_text, checked_texts
from fairkit.text.wordtable import WordTable

__all__ = ["TableSwapper"]

_ENDS = frozenset(".!?")
_OPENING = frozenset("\"'([*_#-<\u201c\u2018")
_SPEAKS = frozenset(
    {
        "said",
        "says",
        "told",
        "asked",
        "replied",
        "answered",
        "wrote",
        "is",
        "was",
        "has",
        "had",
        "will",
        "would",
        "went",
        "came",
        "got",
        "did",
        "does",
    }
)
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof", "professor", "sir", "lady"})
_JOINS = frozenset(
    {
        "and",
        "but",
        "or",
        "that",
        "when",
        "while",
        "because",
        "if",
        "so",
        "then",
    }
)


class Entry(NamedTuple):
    """A word of the table: its concept, its level, how it is written, and whether it can only be a noun."""

    concept: int
    level: int
    written: str
    noun: bool = False


class TableSwapper:
    """Rewrites texts by a table of words: religion, age, nationality, spelling, or a user's own.

    Everything between the words stays as it was. Case is carried over, phrases are taken before the words in
    them, what follows a word (*'s*, a hyphen) stays, and *a* and *an* agree with what they stand before. Tags
    of HTML, addresses and handles are left alone.

    Parameters
    ----------
    table : str, path, mapping or AttributeTable
        Whatever :func:`fairkit.text.attribute_table` takes; ``"religion"`` is one that is shipped.
    target : str or mapping of str to str, optional
        A level: all others become that one. A mapping: each level becomes what it is mapped to, and others
        stay. Without it every level becomes the next one of the table and the last the first; of two levels
        that swaps them.
    exclude : iterable of str
        Further phrases that are left as they are.
    attribute : str, optional
        What is changed, where the table should not say it.

    Raises
    ------
    DataError
        The table is wrong; all problems at once.
    UsageError
        There is no such level.

    Examples
    --------
    >>> swap_age = TableSwapper({"young": "old", "teenagers": "pensioners"}, attribute="age")
    >>> swap_age("An OLD friend of young teenagers").text
    'A YOUNG friend of old pensioners'
    >>> to_muslim = TableSwapper("religion", target="Muslim")
    >>> found = to_muslim("The pastor's church is Gothic.")
    >>> found.text, [change.before for change in found.changes]
    ("The imam's mosque is Gothic.", ['pastor', 'church'])
    """

    def __init__(
        self,
        table: str | os.PathLike[str] | Mapping[str, Any] | AttributeTable,
        *,
        target: str | Mapping[str, str] | None = None,
        exclude: Iterable[str] = (),
        attribute: str | None = None,
    ) -> None:
        self.table = attribute_table(table, attribute=attribute)
        self._exclude = checked_phrases(exclude)
        self.target = target
        self._to = _targets(target, self.table.levels)
        self._entries = _entries(self.table)
        self._entries |= dict.fromkeys(map(key_of, (*self.table.exclude, *self._exclude)))
        self._nouns = _nouns(self.table)
        self._names = frozenset(map(key_of, self.table.names))
        self._words = WordTable((), one_way=[(key, key) for key in self._entries])

    @property
    def attribute(self) -> str:
        """What is changed."""
        return self.table.attribute

    @property
    def levels(self) -> tuple[str, ...]:
        """Levels of the table."""
        return self.table.levels

    def __call__(self, text: str) -> Rewritten:
        """Rewrite one text.

        Parameters
        ----------
        text : str

        Returns
        -------
        Rewritten
            Its changes have the rule ``table``, or ``agreement`` where an article follows. They are ambiguous
            where two levels of the text become one, so that it no longer tells them apart.
        """
        return self._rewritten(text, self._to)

    def texts(self, texts: Iterable[str]) -> list[str]:
        """Rewrite many texts and return only the results."""
        found = []
        for text in checked_texts(texts):
            pieces = pieces_of(text)
            low = _compared(text, pieces)
            if self._words.first_words.isdisjoint(low):
                found.append(text)
            else:
                found.append(as_text(pieces, self._plan(pieces, low, self._to)[0]))
        return found

    def counterfactuals(self, text: str) -> dict[str, Rewritten]:
        """Rewrite one text at every level of the table.

        Parameters
        ----------
        text : str

        Returns
        -------
        dict of str to Rewritten
            By level; at the level that the text has, nothing changes.

        Examples
        --------
        >>> found = TableSwapper("religion").counterfactuals("The church was full.")
        >>> [f"{level}: {one.text}" for level, one in found.items()][1:]
        ['Muslim: The mosque was full.', 'Jewish: The synagogue was full.']
        """
        levels = self.table.levels
        return {level: self._rewritten(text, _targets(level, levels)) for level in levels}

    def _rewritten(self, text: str, to: Sequence[int | None]) -> Rewritten:
        pieces = pieces_of(checked_text(text))
        low = _compared(text, pieces)
        if self._words.first_words.isdisjoint(low):
            return Rewritten(text, text)
        return as_rewritten(text, pieces, *self._plan(pieces, low, to))

    def _plan(
        self, pieces: list[str], low: list[str], to: Sequence[int | None]
    ) -> tuple[list[Edit], list[Left]]:
        edits: list[Edit] = []
        left: list[Left] = []
        met: dict[int, int | None] = {}
        for first, last, key, _ in self._words.matches(low):
            entry = self._entries[key]
            if entry is None:
                left.append(Left(first, last, "excluded"))
                continue
            found = "".join(pieces[first:last])
            opens = _opens(low, first)
            if self.table.match_case and not _written_so(found, entry.written, opens=opens):
                continue
            if key in self._names and self._is_name(entry, pieces, low, first, last):
                left.append(Left(first, last, "name"))
                continue
            met[entry.level] = level = to[entry.level]
            if level is None or level == entry.level:
                left.append(Left(first, last, "other direction" if level is None else "at the target"))
                continue
            word = self._counterpart(entry, level, low, first, last)
            if word is None:
                left.append(Left(first, last, "no counterpart"))
                continue
            after = _cased(word, entry.written, found, opens=opens)
            edits += _agreeing(pieces, low, first, found, after)
            end, letters = ending(pieces, low, last, after) or (last, "")
            edits.append(Edit(first, end, after + letters, "table"))
        becomes = [to_level if to_level is not None else level for level, to_level in met.items()]
        if len(set(becomes)) < len(becomes):
            edits = [edit._replace(ambiguous=True) for edit in edits]
        return edits, left

    def _counterpart(self, entry: Entry, level: int, low: list[str], first: int, last: int) -> str | None:
        noun = self._nouns.get((entry.concept, level))
        if noun is not None:
            # A word with a noun of its own says itself which of the two it is: Jew is one, Jewish is none.
            tells = (entry.concept, entry.level) in self._nouns
            if entry.noun if tells else stands_as_noun(low, first, last):
                return noun
        return self.table.concepts[entry.concept][level]

    def _is_name(
        self, entry: Entry, pieces: Sequence[str], low: Sequence[str], first: int, last: int
    ) -> bool:
        """Tell whether a word that is also a name is one here: Mark Young, Christian Bale, Christian said."""
        found = pieces[first]
        if not found[:1].isupper() or (found.isupper() and len(found) > 1):
            return False
        before, farther = preceding(low, first, 2)
        if before in _TITLES or (before == "." and farther in _TITLES):  # Mr. Church
            return True
        if entry.written.islower() and not _opens(low, first):
            return True
        following = low[last + 1] if last + 1 < len(low) and low[last] == " " else ""
        is_capital = bool(following) and pieces[last + 1][:1].isupper() and not pieces[last + 1].isupper()
        before = low[first - 2] if first >= 2 and low[first - 1] == " " else ""
        if is_capital and following not in self._words.first_words:
            return before not in {"a", "an", "the", "every", "no", "all", "some"}
        return following in _SPEAKS and (_opens(low, first) or before in _JOINS)


def _entries(table: AttributeTable) -> dict[str, Entry | None]:
    """Collect what is looked for in texts, as it is compared."""
    found = {
        key_of(word): Entry(concept, level, word)
        for concept, words in enumerate(table.concepts)
        for level, word in enumerate(words)
        if word is not None
    }
    for word, noun in table.nouns.items():
        found[key_of(noun)] = found[key_of(word)]._replace(written=noun, noun=True)
    for variant, word in table.variants.items():
        found[key_of(variant)] = found[key_of(word)]._replace(written=variant)
    return dict(found)


def _nouns(table: AttributeTable) -> dict[tuple[int, int], str]:
    """Say which word has a noun of its own, by concept and level."""
    nouns = {key_of(word): noun for word, noun in table.nouns.items()}
    return {
        (concept, level): nouns[key]
        for concept, words in enumerate(table.concepts)
        for level, word in enumerate(words)
        if word is not None and (key := key_of(word)) in nouns
    }


def _targets(target: str | Mapping[str, str] | None, levels: Sequence[str]) -> list[int | None]:
    """Say for each level which one it becomes; None where it stays."""
    if target is None:
        return [(level + 1) % len(levels) for level in range(len(levels))]
    if not isinstance(target, str | Mapping):
        raise UsageError(f"target is a level or a mapping of levels to levels, it is {target!r}.")
    named = [target] if isinstance(target, str) else [*target, *target.values()]
    problems = [
        f"there is no level '{name}' (there are {shortlist(levels)}).{did_you_mean(str(name), levels)}"
        for name in dict.fromkeys(named)
        if name not in levels
    ]
    if problems:
        raise UsageError(*problems)
    if isinstance(target, str):
        return [levels.index(target)] * len(levels)
    return [levels.index(target[level]) if level in target else None for level in levels]


def _compared(text: str, pieces: Sequence[str]) -> list[str]:
    low = lowered(pieces)
    return low if text.isascii() else [unicodedata.normalize("NFC", piece) for piece in low]


def _written_so(found: str, written: str, *, opens: bool) -> bool:
    """Tell whether a word stands in the text as in the table, where that matters: Polish is not polish."""
    if opens and found[:1].isupper() and written[:1].islower():  # The United States
        written = written[:1].upper() + written[1:]
    return written.islower() or found == written or (found.isupper() and len(found) > 1)


def _cased(word: str, written: str, found: str, *, opens: bool) -> str:
    """Write a word in the case of what was found: names keep their capital, others follow the text."""
    if found == written:
        return word[:1].upper() + word[1:] if opens and found[:1].isupper() else word
    if found == written.lower():
        return word.lower()
    return cased_like(word, found)


def _opens(low: Sequence[str], first: int) -> bool:
    """Tell whether a piece opens a sentence."""
    before = first - 1
    while before >= 0 and (low[before] == " " or low[before][0] in _OPENING):
        before -= 1
    return before < 0 or low[before] in _ENDS or low[before].isspace()


def _agreeing(
    pieces: Sequence[str], low: Sequence[str], first: int, found: str, after: str
) -> Iterator[Edit]:
    """Change the article before a word that now begins with another sound."""
    if first < 2 or low[first - 1] != " " or low[first - 2] not in ("a", "an"):
        return
    article = article_for(after)
    if article != low[first - 2] and begins_with_vowel(found) != begins_with_vowel(after):
        loud = found.isupper() and len(found) > 1 and pieces[first - 2].isupper()
        yield Edit(
            first - 2,
            first - 1,
            article.upper() if loud else cased_like(article, pieces[first - 2]),
            "agreement",
        )
