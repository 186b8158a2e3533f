"""Utterances: what was scored, once, as arrays that every later question reads.

Texts are aligned once, for every system and normaliser, and become four numbers each. Group rates, intervals,
adjusted ratios and paired releases all follow from those numbers, so none of them reads a text again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import Level
from fairkit.kinds import Kind

Unit = Literal["words", "characters"]
"""What is aligned: words, or characters for scripts that write no spaces between words."""

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

HITS, SUBSTITUTIONS, DELETIONS, INSERTIONS = range(4)
"""Positions of the edits."""


class Stamp(NamedTuple):
    """Which normaliser made a text what it is: another version or rule is another result.

    Parameters
    ----------
    name, version : str
    sha256 : str
        Hash of everything that decides its output.
    """

    name: str
    version: str
    sha256: str

    @property
    def text(self) -> str:
        """The stamp as reports state it."""
        return f"{self.name} {self.version} (sha256 {self.sha256})"


@dataclass(frozen=True, slots=True, eq=False)
class Utterances:
    """Scored utterances, one entry each.

    Parameters
    ----------
    systems : tuple of str
        Names of the recognisers.
    normalizers : tuple of Stamp
        How texts were normalised before they were aligned; verdicts are about the first.
    unit : {"words", "characters"}
    ids : array of str, shape (utterances,)
    speakers : array of int64, shape (utterances,)
        Position in `speaker_ids`; -1 where the speaker is not known.
    speaker_ids : tuple of str
        Empty where no column of speakers was named.
    attributes : tuple of str
    levels : tuple of tuple of (str or None)
        Levels of each attribute in natural order; None (missing) last.
    codes : array of int64, shape (utterances, attributes)
        Position of each utterance's level in `levels`.
    edits : array of int32, shape (utterances, systems, normalizers, 4)
        Hits, substitutions, deletions and insertions. The first three add up to the reference.
    scored : array of bool, shape (utterances,)
        Whether there is a reference to compare with; edits are 0 where there is none.
    missing_hypothesis : array of bool, shape (utterances, systems)
        Whether a system has no text at all: every word of the reference counts as deleted.
    empty_hypothesis : array of bool, shape (utterances, systems, normalizers)
        Whether its text has nothing left after normalising, though the reference has.
    empty_reference : array of bool, shape (utterances, normalizers)
        Whether the reference has nothing left after normalising.
    runaway : array of bool, shape (utterances, systems, normalizers)
        Whether the system went on and on, see :mod:`fairkit.speech.runaways`.
    covariates : mapping of str to array, shape (utterances,)
        Texts (None where missing) or numbers (NaN where missing).
    references : array of (str or None), shape (utterances,), optional
        Texts as they were given, kept only where they were asked for.
    hypotheses : array of (str or None), shape (utterances, systems), optional

    Examples
    --------
    >>> import numpy as np
    >>> one = Utterances(
    ...     ("asr",), (Stamp("none", "1", ""),), "words", np.array(["u1"], object), np.array([0]), ("ann",),
    ...     ("accent",), (("US",),), np.array([[0]]), np.array([[[[3, 1, 0, 1]]]], np.int32),
    ...     np.array([True]), np.zeros((1, 1), bool), np.zeros((1, 1, 1), bool), np.zeros((1, 1), bool),
    ...     np.zeros((1, 1, 1), bool),
    ... )
    >>> one.errors().tolist(), one.said().tolist(), str(one.kind)
    ([[[2]]], [[[4]]], 'words')
    """

    systems: tuple[str, ...]
    normalizers: tuple[Stamp, ...]
    unit: Unit
    ids: NDArray[Any]
    speakers: IntArray
    speaker_ids: tuple[str, ...]
    attributes: tuple[str, ...]
    levels: tuple[tuple[Level, ...], ...]
    codes: IntArray
    edits: NDArray[np.int32]
    scored: BoolArray
    missing_hypothesis: BoolArray
    empty_hypothesis: BoolArray
    empty_reference: BoolArray
    runaway: BoolArray
    covariates: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    references: NDArray[Any] | None = None
    hypotheses: NDArray[Any] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def has_speakers(self) -> bool:
        """Whether a column of speakers was named."""
        return bool(self.speaker_ids)

    @property
    def kind(self) -> Kind:
        """The kind of counts that these utterances make."""
        return Kind.WORDS if self.unit == "words" else Kind.CHARACTERS

    @property
    def rate_name(self) -> str:
        """Name of the error rate in this unit."""
        return "word_error_rate" if self.unit == "words" else "character_error_rate"

    def errors(self) -> IntArray:
        """Count errors: substitutions, deletions and insertions, shape (utterances, systems, normalizers)."""
        return np.asarray(self.edits[..., SUBSTITUTIONS:].sum(axis=-1), np.int64)

    def said(self) -> IntArray:
        """Count what was said: the units of the reference, shape (utterances, systems, normalizers)."""
        return np.asarray(self.edits[..., :INSERTIONS].sum(axis=-1), np.int64)

    def group(self, attribute: str) -> IntArray:
        """Return the position of every utterance's level of one attribute, shape (utterances,)."""
        return self.codes[:, self.attributes.index(attribute)]
