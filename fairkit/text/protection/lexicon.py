"""Protected words: v is 1 on every coordinate of the tokens of a lexicon, and 0 elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from fairkit.errors import UsageError
from fairkit.text.rewriting import Rewritten

if TYPE_CHECKING:
    from torch import Tensor

    from fairkit.text.networks.embedded import Differentiable, Embedded

Swap = Callable[[str], Rewritten]


class Occurrence(NamedTuple):
    """A protected word in a text, and the positions of its tokens.

    Examples
    --------
    >>> Occurrence("actress", 4, 11, (2, 3)).positions
    (2, 3)
    """

    word: str
    start: int
    end: int
    positions: tuple[int, ...]


class LexiconMask:
    """A lexicon as a hard mask.

    Parameters
    ----------
    words : iterable of str, or callable
        Words and phrases, whole and in any case; or a rewriter, such as the gender swap, whose changes are
        the protected words.

    Raises
    ------
    UsageError
        There are no words.

    Notes
    -----
    Every piece of a word that a tokenizer splits counts. v says where to look, and not which way: 1 on all
    coordinates is a direction of no meaning, and layer normalisation, which follows the embeddings of BERT
    and its kin, takes it out, so that a signed sensitivity along it is 0 for every such model. Signed
    sensitivities of a lexicon are therefore refused; :class:`~fairkit.text.SwapDirection` has a sign.

    Examples
    --------
    >>> mask = LexiconMask(["she", "he", "best man"])
    >>> mask.spans("He was her best man.")
    [(0, 2), (11, 19)]
    """

    def __init__(self, words: Iterable[str] | Swap) -> None:
        self._swap: Swap | None = words if callable(words) else None
        self.words: tuple[str, ...] = ()
        self._pattern: Any = None
        self._last: tuple[Embedded, list[list[Occurrence]]] | None = None
        if not callable(words):
            if isinstance(words, str):
                raise UsageError(
                    f"words= takes a list of words, and {words!r} is one text; write [{words!r}]."
                )
            self.words = tuple(dict.fromkeys(word.strip() for word in words if word.strip()))
            if not self.words:
                raise UsageError("the lexicon has no words.")
            longest_first = sorted(self.words, key=len, reverse=True)
            choices = "|".join(re.sub(r"\\?\s+", r"\\s+", re.escape(word)) for word in longest_first)
            self._pattern = re.compile(rf"(?<!\w)(?:{choices})(?!\w)", re.IGNORECASE)

    @property
    def description(self) -> str:
        """What v is."""
        return "the words the rewriter changes" if self._swap else f"a lexicon of {len(self.words):,} words"

    @property
    def absent(self) -> str:
        """Why a text has no sensitivity."""
        return "no word of the lexicon"

    @property
    def oriented(self) -> bool:
        """A lexicon has no sign."""
        return False

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Find the protected words of a text, as offsets."""
        return list(self._spans(text))

    def occurrences(self, embedded: Embedded) -> list[list[Occurrence]]:
        """Find the protected words of a batch among its tokens, a list per text.

        Raises
        ------
        UsageError
            The tokens do not say where in the text they lie, or these are features.
        """
        if len(embedded.spans) != embedded.rows:
            raise UsageError(
                "a lexicon needs to know where in the text each token lies, and these are "
                + (
                    "features of a table."
                    if not embedded.is_text
                    else "tokens of a tokenizer that does not say."
                )
                + " Train a protected-status model instead, or use a fast tokenizer."
            )
        if self._last is None or self._last[0] is not embedded:
            pairs = zip(embedded.texts, embedded.spans, strict=True)
            self._last = embedded, [self._among(text, spans) for text, spans in pairs]
        return self._last[1]

    def _among(self, text: str, spans: Sequence[tuple[int, int]]) -> list[Occurrence]:
        found = []
        read = max((end for _, end in spans), default=0)  # what was cut off holds no tokens
        for start, end in self._spans(text):
            if start >= read:
                break
            pieces = tuple(i for i, (a, b) in enumerate(spans) if a < end and b > start)
            if pieces:
                found.append(Occurrence(text[start:end], start, end, pieces))
        return found

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        if self._swap is not None:
            return ((change.start, change.end) for change in self._swap(text).changes)
        return (found.span() for found in self._pattern.finditer(text))

    def directions(
        self,
        model: Differentiable,  # noqa: ARG002
        embedded: Embedded,
        groups: Sequence[Any] | None = None,  # noqa: ARG002
    ) -> Tensor:
        """Return 1 at the tokens of protected words, shape (texts, positions, width)."""
        import torch

        marked = torch.zeros(embedded.embeddings.shape[:2], dtype=embedded.embeddings.dtype)
        for row, found in enumerate(self.occurrences(embedded)):
            for occurrence in found:
                marked[row, list(occurrence.positions)] = 1
        marked = marked.to(embedded.embeddings.device) * embedded.weights
        return marked[:, :, None].expand_as(embedded.embeddings)
