"""What a swap did to many texts, and what it left alone: counted as texts go by, told at the end."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fairkit.text.rewriters import GENDER
from fairkit.text.rewriting import Rewritten

__all__ = ["LeftWord", "SwapSummary"]

SCHEMA = "fairkit.swap/1"

_MOST_WORDS = 50_000
_MOST_TOLD = 100


@dataclass(frozen=True, slots=True)
class LeftWord:
    """A word that shows the attribute and was left as it is, why, and how often.

    Examples
    --------
    >>> LeftWord("guys", "excluded", 12).count
    12
    """

    word: str
    reason: str
    count: int


@dataclass(slots=True)
class Tally:
    """Counts of texts that were rewritten; two of them add up.

    Parameters
    ----------
    rows : int
    missing, empty : int
        Rows without a text, and with one of blanks only.
    changed, ambiguous, dropped : int
        Texts that have a counterfactual, of those the ones in doubt, and of those the ones not used for it.
    untouched, left_alone : int
        Texts without a word of the attribute, and those with such words that all stayed.
    rules : Counter
        Changes by rule.
    left : Counter
        Words that stayed, by word and reason.
    others : int
        Words that stayed beyond the first 50,000 different ones.
    examples : list of Rewritten
        The first texts that changed.
    """

    rows: int = 0
    missing: int = 0
    empty: int = 0
    changed: int = 0
    ambiguous: int = 0
    dropped: int = 0
    untouched: int = 0
    left_alone: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    left: Counter[tuple[str, str]] = field(default_factory=Counter)
    others: int = 0
    examples: list[Rewritten] = field(default_factory=list)

    def add(self, found: Rewritten, *, show: int = 0) -> None:
        """Count a text that is there and not empty."""
        if found.changes:
            self.changed += 1
            self.ambiguous += found.ambiguous
            for change in found.changes:
                self.rules[change.rule] += 1
            if len(self.examples) < show:
                self.examples.append(found)
        elif found.uncovered:
            self.left_alone += 1
        else:
            self.untouched += 1
        for word in found.uncovered:
            self.left[word.word.lower(), word.reason] += 1

    def merge(self, other: Tally, *, show: int = 0) -> None:
        """Add what was counted of later texts."""
        for name in (
            "rows", "missing", "empty", "changed", "ambiguous", "dropped", "untouched", "left_alone", "others"
        ):  # fmt: skip
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.rules += other.rules
        for key, count in other.left.items():
            if key in self.left or len(self.left) < _MOST_WORDS:
                self.left[key] += count
            else:
                self.others += count
        self.examples += other.examples[: max(0, show - len(self.examples))]


@dataclass(frozen=True, slots=True)
class SwapSummary:
    """What was done to the texts of a file or frame, and what was not.

    Parameters
    ----------
    attribute : str
    rows, written : int
        Rows read, and rows written: more where counterfactuals were added, none where nothing was written.
    changed : int
        Texts that have a counterfactual, but for those in doubt that were asked to be dropped.
    share_changed : float or None
        Of the rows with a text; None where there is none.
    why : str or None
        Why there is no share.
    ambiguous : int
        Texts whose counterfactual is in doubt.
    unchanged : mapping of str to int
        Rows without counterfactual, by reason.
    changes : mapping of str to int
        Words changed, by rule.
    uncovered : tuple of LeftWord
        Words that show the attribute and stayed, the most frequent first.
    uncovered_others : int
        How often further words stayed that are not listed.
    substituted : int or None
        Rows that now hold the counterfactual, where that was drawn by lot.
    examples : tuple of Rewritten
    settings : mapping
        What was asked.

    Examples
    --------
    >>> SwapSummary.of(Tally(), attribute="gender").why
    'no row has a text'
    """

    attribute: str
    rows: int
    written: int
    changed: int
    share_changed: float | None
    why: str | None
    ambiguous: int
    unchanged: Mapping[str, int]
    changes: Mapping[str, int]
    uncovered: tuple[LeftWord, ...]
    uncovered_others: int = 0
    substituted: int | None = None
    examples: tuple[Rewritten, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        tally: Tally,
        *,
        attribute: str,
        written: int | None = None,
        substituted: int | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> SwapSummary:
        """Tell what was counted."""
        texts = tally.rows - tally.missing - tally.empty
        word = "gendered word" if attribute == GENDER else f"word of {attribute}"
        reasons = {
            f"no {word}": tally.untouched,
            f"every {word} was left alone": tally.left_alone,
            "in doubt": tally.dropped,
            "empty text": tally.empty,
            "no text": tally.missing,
        }
        words = [LeftWord(*key, count) for key, count in tally.left.items()]
        words.sort(key=lambda one: (-one.count, one.word, one.reason))
        return cls(
            attribute=attribute,
            rows=tally.rows,
            written=tally.rows if written is None else written,
            changed=tally.changed - tally.dropped,
            share_changed=(tally.changed - tally.dropped) / texts if texts else None,
            why=None if texts else "no row has a text",
            ambiguous=tally.ambiguous,
            unchanged={reason: count for reason, count in reasons.items() if count},
            changes=dict(sorted(tally.rules.items(), key=lambda rule: (-rule[1], rule[0]))),
            uncovered=tuple(words[:_MOST_TOLD]),
            uncovered_others=sum(one.count for one in words[_MOST_TOLD:]) + tally.others,
            substituted=substituted,
            examples=tuple(tally.examples),
            settings=dict(settings or {}),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON holds."""
        return {
            "schema": SCHEMA,
            "attribute": self.attribute,
            "settings": dict(self.settings),
            "rows": self.rows,
            "written": self.written,
            "changed": self.changed,
            "share_changed": self.share_changed,
            "why": self.why,
            "ambiguous": self.ambiguous,
            "substituted": self.substituted,
            "unchanged": dict(self.unchanged),
            "changes": dict(self.changes),
            "uncovered": [_slots(word) for word in self.uncovered],
            "uncovered_others": self.uncovered_others,
            "examples": [as_dict(example) for example in self.examples],
        }

    def to_json(self) -> str:
        """Write it as JSON."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False)


def as_dict(found: Rewritten) -> dict[str, Any]:
    """Return a rewritten text as what JSON holds.

    Examples
    --------
    >>> as_dict(Rewritten("It rained.", "It rained."))["changed"]
    False
    """
    return {
        "original": found.original,
        "text": found.text,
        "changed": found.changed,
        "ambiguous": found.ambiguous,
        "confidence": found.confidence if found.changed else None,
        "changes": [_slots(change) for change in found.changes],
        "uncovered": [_slots(word) for word in found.uncovered],
    }


def _slots(value: Any) -> dict[str, Any]:
    names: Sequence[str] = type(value).__slots__
    return {name: getattr(value, name) for name in names}
