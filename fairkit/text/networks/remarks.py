"""What is said beside sensitivities: texts cut off, words split, and what bears on the gradients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from fairkit.errors import shortlist
from fairkit.text.networks.embedded import Embedded
from fairkit.text.protection.directions import Directions
from fairkit.text.protection.lexicon import LexiconMask

_SHOWN = 5


class Remarks:
    """Remarks of all batches, said once each.

    Parameters
    ----------
    first : iterable of str
        What is known before.

    Examples
    --------
    >>> import torch
    >>> remarks = Remarks(["half precision"])
    >>> remarks.add(Embedded(torch.zeros(1, 1, 1), texts=("long",), truncated=(True,)), LexiconMask(["she"]))
    >>> remarks.notes(1)[1]
    '1 of 1 texts were longer than the model reads: what was cut off is not measured.'
    """

    def __init__(self, first: Iterable[str] = ()) -> None:
        self._said = dict.fromkeys(first)
        self._cut = 0
        self._split: dict[str, str] = {}
        self._found: Counter[str] = Counter()
        self._lexicon: LexiconMask | None = None

    def add(self, embedded: Embedded, protected: Directions, note: str | None = None) -> None:
        """Look at one batch."""
        if note is not None:
            self._said[note] = None
        self._cut += sum(embedded.truncated)
        if isinstance(protected, LexiconMask) and embedded.spans:
            self._lexicon = protected
            for row, found in enumerate(protected.occurrences(embedded)):
                for one in found:
                    word = one.word.casefold()
                    self._found[word] += 1
                    if len(one.positions) > len(one.word.split()):
                        pieces = [embedded.tokens[row][i] for i in one.positions]
                        self._split.setdefault(word, f"'{one.word}' is {' '.join(pieces)}")

    def notes(self, texts: int) -> list[str]:
        """Put what was seen into words."""
        said = list(self._said)
        if self._cut:
            said.append(
                f"{self._cut:,} of {texts:,} texts were longer than the model reads: what was cut off is not "
                "measured."
            )
        if self._split:
            shown = list(self._split.values())
            more = f", and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
            said.append(
                f"the tokenizer splits {len(shown):,} of the {len(self._found):,} protected words that occur "
                f"({'; '.join(shown[:_SHOWN])}{more}): all their pieces count."
            )
        if self._lexicon is not None and self._lexicon.words and not self._found:
            said.append(f"none of the lexicon's words ({shortlist(self._lexicon.words)}) occurs in any text.")
        return said
