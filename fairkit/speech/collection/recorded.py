"""What was recorded: the speaker, the labels and the length of every utterance, and its errors where known.

A plan needs far less than an evaluation. Labels and a column of speakers say who is there; references add
how much everybody said; hypotheses add how much speakers differ, which is what decides how many are needed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairkit.batches import map_batches
from fairkit.batches.answers import answers
from fairkit.batches.described import MAX_LEVELS, codes_of, level_texts
from fairkit.counts import Level
from fairkit.errors import DataError
from fairkit.groups import Attribute
from fairkit.speech.align import edit_counts
from fairkit.speech.normalize import Normalizer
from fairkit.speech.utterances import IntArray, Unit, Utterances

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """Utterances whose speaker is known, one entry each.

    Parameters
    ----------
    attributes : tuple of str
    levels : tuple of tuple of (str or None)
        Levels of each attribute in natural order; None (missing) last.
    codes : array of int64, shape (utterances, attributes)
    speaker : array of int64, shape (utterances,)
    speakers : int
        How many there are.
    words : array of float64, shape (utterances,), or None
        Units (words or characters) of each reference; None where no references were named.
    errors : array of float64, shape (utterances,), or None
        Substitutions, deletions and insertions; None where no hypotheses were named.
    rows : int
        All that were read.
    without_speaker, without_reference : int
        Rows that are left out.

    Examples
    --------
    >>> one = Recorded((), (), np.zeros((2, 0), np.int64), np.array([0, 1]), 2, None, None, 3, 1, 0)
    >>> len(one), one.rows
    (2, 3)
    """

    attributes: tuple[str, ...]
    levels: tuple[tuple[Level, ...], ...]
    codes: IntArray
    speaker: IntArray
    speakers: int
    words: FloatArray | None
    errors: FloatArray | None
    rows: int
    without_speaker: int
    without_reference: int

    def __len__(self) -> int:
        return len(self.speaker)


def recorded_utterances(utterances: Utterances) -> Recorded:
    """Take what a plan needs from scored utterances: their first system and normaliser decide.

    Examples
    --------
    >>> from fairkit.speech import score_texts
    >>> found = score_texts(["a b", "c"], ["a", "c"], by={"accent": ["X", "Y"]}, speakers=["ann", None])
    >>> taken = recorded_utterances(found)
    >>> taken.words.tolist(), taken.errors.tolist(), taken.without_speaker
    ([2.0], [1.0], 1)
    """
    named = utterances.speakers >= 0
    kept = named & utterances.scored
    return Recorded(
        utterances.attributes,
        utterances.levels,
        utterances.codes[kept],
        utterances.speakers[kept],
        len(utterances.speaker_ids),
        utterances.said()[kept, 0, 0].astype(np.float64),
        utterances.errors()[kept, 0, 0].astype(np.float64),
        len(utterances),
        int((~named).sum()),
        int((named & ~utterances.scored).sum()),
    )


@dataclass(frozen=True, slots=True)
class Labels:
    """Reads labels and speakers, and the length of references where a column has them; goes to batches.

    Parameters
    ----------
    by : tuple of Attribute
    speaker : str
    reference : str or None
    normalizer : Normalizer
    unit : {"words", "characters"}
    missing : tuple of str
        Texts that mean "missing".

    Examples
    --------
    >>> from fairkit.speech.normalize import normalizer
    >>> reading = Labels((Attribute("accent"),), "who", None, normalizer("none"), "words", ())
    >>> reading.columns
    ['who', 'accent']
    """

    by: tuple[Attribute, ...]
    speaker: str
    reference: str | None
    normalizer: Normalizer
    unit: Unit
    missing: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        """Every column that is read, once."""
        read = [self.speaker] if self.reference is None else [self.speaker, self.reference]
        for a in self.by:
            read += [a.name] if a.predicate is None else a.predicate.columns
        return list(dict.fromkeys(read))

    def __call__(self, batch: Any) -> dict[str, Any]:
        """Read one Arrow record batch."""
        values = {name: batch.column(name).to_pylist() for name in self.columns}
        found: dict[str, Any] = {"speaker": level_texts(values[self.speaker], self.missing)}
        for k, a in enumerate(self.by):
            if a.predicate is None:
                found[f"level.{k}"] = level_texts(values[a.name], self.missing)
                continue
            found[f"level.{k}"] = answers(a.predicate, values, self.missing)
        if self.reference is not None:
            texts = self._texts(values[self.reference])
            said = [text or "" for text in self.normalizer.texts(texts)]
            found["words"] = edit_counts(said, [""] * len(said), unit=self.unit).sum(axis=1)
            found["lacking"] = np.array([text is None for text in texts], bool)
        return found

    def _texts(self, values: Sequence[Any]) -> list[str | None]:
        """Check that references are texts; None and NaN are missing."""
        wrong = next((v for v in values if not (v is None or isinstance(v, str) or v != v)), None)  # noqa: PLR0124 - NaN
        if wrong is not None:
            raise DataError(f"column '{self.reference}' must hold texts, it holds {wrong!r}.")
        return [v if isinstance(v, str) and v not in self.missing else None for v in values]


def recorded_labels(
    data: Any, reading: Labels, *, progress: Callable[[int], object] | None = None
) -> Recorded:
    """Read who was recorded from any engine, without scoring a text.

    Parameters
    ----------
    data : frame or path
        Whatever :func:`fairkit.frames.count` takes.
    reading : Labels
    progress : callable, optional
        Is told how many rows have been read.

    Raises
    ------
    DataError
        The data cannot be read, lack a column, name no speaker, or an attribute has too many levels; all
        problems at once, where that can be known.

    Examples
    --------
    >>> from fairkit.speech.normalize import normalizer
    >>> reading = Labels((Attribute("accent"),), "who", "said", normalizer("none"), "words", ())
    >>> rows = {"who": ["ann", "bob"], "accent": ["X", None], "said": ["go on", "stop"]}
    >>> found = recorded_labels(rows, reading)
    >>> found.levels, found.words.tolist()
    ((('X', None),), [2.0, 1.0])
    """
    columns = map_batches(data, reading, columns=reading.columns, progress=progress)
    untyped = _untyped(data)
    levels = [codes_of(columns[f"level.{k}"].tolist(), untyped=untyped) for k in range(len(reading.by))]
    problems = [
        f"'{a.name}' has {len(names):,} levels; group by a column with at most {MAX_LEVELS:,}."
        for a, (names, _) in zip(reading.by, levels, strict=True)
        if len(names) > MAX_LEVELS
    ]
    who, speaker = codes_of(columns["speaker"].tolist(), untyped=False)
    known = len([name for name in who if name is not None])
    if not known:
        problems.append(f"column '{reading.speaker}' names no speaker: every row lacks one.")
    named = speaker < known
    lacking = np.asarray(columns["lacking"], bool) if reading.reference else np.zeros(len(named), bool)
    if lacking.all() and len(lacking):
        problems.append(f"no row has a reference in column '{reading.reference}' ({len(named):,} rows read).")
    if problems:
        raise DataError(*problems)
    kept = named & ~lacking
    codes = np.column_stack([codes for _, codes in levels])
    return Recorded(
        tuple(a.name for a in reading.by),
        tuple(names for names, _ in levels),
        codes[kept],
        speaker[kept],
        known,
        np.asarray(columns["words"], np.float64)[kept] if reading.reference else None,
        None,
        len(named),
        int((~named).sum()),
        int((named & lacking).sum()),
    )


def _untyped(data: Any) -> bool:
    """Say whether the data are a file whose columns are texts."""
    from fairkit.files import open_path

    return isinstance(data, str | os.PathLike) and open_path(data).format in ("csv", "json")
