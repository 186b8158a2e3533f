"""Word vectors: a matrix with a word for each row, and what was not found in it, with the reason.

A word that is missing is never passed over in silence: looking words up gives the vectors of those that were
found, and for each of the others why it has none.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from fairkit.errors import DataError, UsageError, did_you_mean, shortlist

FloatArray = npt.NDArray[np.float64]

Case = Literal["exact", "fallback"]
"""How a word is looked up: as it is written; or, where that is missing, in other cases of letters too."""

Split = Literal["lost", "mean"]
"""What becomes of a word that a tokenizer splits: it is lost, or has the mean of its pieces' vectors."""


class Found(NamedTuple):
    """What looking words up gave.

    Attributes
    ----------
    matrix : ndarray of shape (found, dimensions)
        Float64; of unit norm, unless that was declined.
    words : tuple of str
        Those that were found, as they were asked for, in that order, each once.
    lost : dict of str to str
        Every other word, and why it has no vector.

    Examples
    --------
    >>> Found(np.eye(1), ("she",), {"zyx": "not in the vocabulary"}).lost
    {'zyx': 'not in the vocabulary'}
    """

    matrix: FloatArray
    words: tuple[str, ...]
    lost: dict[str, str]


@dataclass(frozen=True)
class WordVectors:
    """Words and their vectors.

    Parameters
    ----------
    words : sequence of str
        One for each row. Of a word that comes again the first row is taken.
    matrix : array_like of shape (words, dimensions)
        Finite numbers. Kept as they are; `of` brings them to unit norm.
    source : str
        Where they are from, for reports.
    pieces : callable, optional
        Splits a word into rows of the matrix: vectors of a tokenizer's pieces.

    Raises
    ------
    DataError
        The shapes do not fit, there is nothing, or a number is not finite.

    Examples
    --------
    >>> vectors = WordVectors(("she", "he"), [[3.0, 4.0], [0.0, 2.0]])
    >>> vectors.of(["he", "She", "they"], case="fallback")
    Found(matrix=array([[0. , 1. ],
           [0.6, 0.8]]), words=('he', 'She'), lost={'they': 'not in the vocabulary'})
    """

    words: Sequence[str]
    matrix: npt.NDArray[np.floating]
    source: str = "given"
    pieces: Callable[[str], Sequence[int]] | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        words = tuple(self.words)
        try:
            matrix = np.asarray(self.matrix)
            matrix = matrix if matrix.dtype.kind in "fc" else matrix.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise DataError(f"the vectors of {self.source} are no matrix of numbers: {error}.") from None
        if matrix.dtype.kind == "c":
            raise DataError(f"the vectors of {self.source} are complex numbers; pass real ones.")
        if matrix.ndim != 2 or len(matrix) != len(words) or not matrix.size:
            raise DataError(
                f"{len(words)} words and a matrix of shape {matrix.shape} do not fit ({self.source}): pass "
                "one row for each word."
            )
        bad = np.flatnonzero(~np.isfinite(matrix).all(axis=1))
        if len(bad):
            raise DataError(
                f"the vectors of {len(bad)} words in {self.source} hold numbers that are not finite: "
                f"{shortlist([words[i] for i in bad[:100]])}. Remove or mend these rows."
            )
        object.__setattr__(self, "words", words)
        object.__setattr__(self, "matrix", matrix)

    @classmethod
    def from_mapping(cls, vectors: Mapping[str, npt.ArrayLike], *, source: str = "given") -> WordVectors:
        """Make them of a mapping of words to vectors.

        Raises
        ------
        DataError
            Vectors differ in length, are none, or are no numbers.

        Examples
        --------
        >>> WordVectors.from_mapping({"she": [1.0, 0.0], "he": [0.0, 1.0]}).dimensions
        2
        """
        try:
            rows = {word: np.asarray(vector, dtype=np.float64) for word, vector in vectors.items()}
        except (TypeError, ValueError) as error:
            raise DataError(f"the vectors of {source} are no lists of numbers: {error}.") from None
        shapes = {row.shape for row in rows.values()}
        if len(shapes) != 1 or len(next(iter(shapes))) != 1:
            raise DataError(
                f"the vectors of {source} have shapes {shortlist(sorted(shapes))}: give each word one list "
                "of numbers, all of one length."
            )
        return cls(tuple(rows), np.stack(list(rows.values())), source)

    @property
    def dimensions(self) -> int:
        """Numbers of one vector."""
        return int(self.matrix.shape[1])

    @cached_property
    def index(self) -> dict[str, int]:
        """The row of each word, the first where a word comes again."""
        found: dict[str, int] = {}
        for i, word in enumerate(self.words):
            found.setdefault(word, i)
        return found

    @property
    def duplicates(self) -> int:
        """Rows whose word came before; they are never used."""
        return len(self.words) - len(self.index)

    def of(
        self, words: Iterable[str], *, unit: bool = True, case: Case = "exact", split: Split = "lost"
    ) -> Found:
        """Look words up.

        Parameters
        ----------
        words : iterable of str
            A word that comes again is looked up once.
        unit : bool
            Bring every vector to norm 1.
        case : {"exact", "fallback"}
            Whether a word that is missing may stand in lower, title or upper case instead.
        split : {"lost", "mean"}
            What becomes of words that the vectors' tokenizer splits.

        Returns
        -------
        Found
            A vector without length has no direction: with `unit` such a word is lost.

        Raises
        ------
        UsageError
            `case` or `split` is unknown.

        Examples
        --------
        >>> WordVectors(("she",), [[3.0, 4.0]]).of(["she"]).matrix.tolist()
        [[0.6, 0.8]]
        """
        for name, value, known in (("case", case, get_args(Case)), ("split", split, get_args(Split))):
            if value not in known:
                raise UsageError(
                    f"{name} {value!r} is unknown (there are {shortlist(known)})."
                    f"{did_you_mean(str(value), known)}"
                )
        rows: list[FloatArray] = []
        found: list[str] = []
        lost: dict[str, str] = {}
        for word in dict.fromkeys(words):
            row = self._row(word, case, split)
            if isinstance(row, str):
                lost[word] = row
                continue
            length = float(np.linalg.norm(row))
            if unit and length == 0:
                lost[word] = "its vector is zero, which has no direction"
                continue
            rows.append(row / length if unit else row)
            found.append(word)
        matrix = np.stack(rows) if rows else np.zeros((0, self.dimensions))
        return Found(matrix, tuple(found), lost)

    def _row(self, word: str, case: Case, split: Split) -> FloatArray | str:
        """Return the vector of a word, or why there is none."""
        for spelling in _spellings(word) if case == "fallback" else (word,):
            if spelling in self.index:
                return np.asarray(self.matrix[self.index[spelling]], dtype=np.float64)
        if self.pieces is None:
            return "not in the vocabulary"
        parts = list(self.pieces(word))
        if not parts:
            return "the tokenizer does not know it"
        if split == "mean" or len(parts) == 1:
            mean: FloatArray = self.matrix[parts].astype(np.float64).mean(axis=0)
            return mean
        return f"the tokenizer splits it into {shortlist([self.words[i].lstrip(chr(0)) for i in parts])}"


def load_vectors(
    path: str | os.PathLike[str],
    *,
    only: Collection[str] | None = None,
    vocabulary: str | os.PathLike[str] | None = None,
    tensor: str | None = None,
) -> WordVectors:
    r"""Read word vectors from a file.

    Parameters
    ----------
    path : str or path
        Text of word2vec (``.txt``, ``.vec``; a first line with the numbers of words and dimensions) or of
        GloVe (without it), each also as ``.gz``; ``.npz`` with the arrays ``words`` and ``matrix``;
        ``.safetensors`` with a matrix of token embeddings, or a folder that holds ``model.safetensors``.
    only : collection of str, optional
        Read these words of a text only, in any case of their letters: quick for large files.
    vocabulary : path, optional
        Of safetensors: ``tokenizer.json`` or ``vocab.txt``. Default: the one beside the file.
    tensor : str, optional
        Of safetensors: the name of the matrix. Default: the only one whose rows fit the vocabulary.

    Returns
    -------
    WordVectors
        Of a tokenizer's pieces only those are words that begin one; pieces from within words are not, and a
        word that is split is said to be (see :class:`WordVectors`). A word that the tokenizer reads as one
        piece, in small letters if it knows no others, has the vector of that piece.

    Raises
    ------
    DataError
        There is no such file, or it holds no word vectors; with the line, or the tensors it has.
    UsageError
        The form is unknown, or options are of another form.
    fairkit.errors.MissingDependencyError
        safetensors or tokenizers is not installed.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "small.vec"
    >>> _ = file.write_text("2 3\nshe 1 0 0\nhe 0 1 0\n")
    >>> load_vectors(file).of(["she", "they"]).lost
    {'they': 'not in the vocabulary'}
    """
    from fairkit.text import vector_files

    return vector_files.load(path, only=only, vocabulary=vocabulary, tensor=tensor)


def _spellings(word: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((word, word.lower(), word.title(), word.upper())))
