"""Rows: those of any engine in, :class:`~fairkit.speech.utterances.Utterances` out.

Texts go through the door batch by batch, are normalised and aligned where they are (on Spark's and Dask's own
workers, too), and only numbers come back.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairkit.batches import map_batches
from fairkit.batches.described import Columns, clusters_of, coded, described, identifiers
from fairkit.counts import Level
from fairkit.errors import DataError, shortlist
from fairkit.speech.align import edit_counts
from fairkit.speech.questions import Asked
from fairkit.speech.runaways import runaways
from fairkit.speech.utterances import INSERTIONS, Utterances

_EDITS = 4
_MOST_SHOWN = 5


def score_rows(
    data: Any,
    asked: Asked,
    *,
    workers: int = 1,
    progress: Callable[[int], object] | None = None,
) -> Utterances:
    """Normalise and align every utterance once.

    Parameters
    ----------
    data : frame or path
        Whatever :func:`fairkit.frames.count` takes, Spark and Dask included.
    asked : Asked
    workers : int, default 1
        Processes of this machine; Spark and Dask have their own. They pay from some 100,000 utterances on,
        and a script that uses them must start its work under ``if __name__ == "__main__":``.
    progress : callable, optional
        Is told how many rows have been scored.

    Returns
    -------
    Utterances
        In the order of the rows.

    Raises
    ------
    UsageError
        Columns are named twice.
    DataError
        The data cannot be read, lack a column, have numbers where texts should be, repeat an identifier, or
        have no reference at all. All problems at once, where that can be known.

    Examples
    --------
    >>> from fairkit.groups import Attribute
    >>> from fairkit.speech.normalize import normalizer
    >>> rows = {"ref": ["turn left", "stop"], "hyp": ["turn the left", None], "accent": ["A", "B"]}
    >>> asked = Asked("ref", {"asr": "hyp"}, (Attribute("accent"),), normalizers=(normalizer("basic"),))
    >>> found = score_rows(rows, asked)
    >>> found.edits[:, 0, 0].tolist(), found.missing_hypothesis[:, 0].tolist()
    ([[2, 0, 0, 1], [0, 0, 1, 0]], [False, True])
    """
    written = _format(data)
    scorer = Scorer(asked, blank_is_empty=written == "csv")
    columns = map_batches(
        data, scorer, columns=asked.columns, workers=workers, pool="process", progress=progress
    )
    return _gathered(columns, asked, untyped=written in ("csv", "json"))


@dataclass(frozen=True, slots=True)
class Scorer:
    """The function that a batch goes through; it is sent to other processes and machines.

    Parameters
    ----------
    asked : Asked
    blank_is_empty : bool
        Whether a blank cell of a transcript is an empty text: a CSV cannot tell it from a missing one, and
        a recogniser that heard nothing writes one.
    """

    asked: Asked
    blank_is_empty: bool = False

    def __call__(self, batch: Any) -> dict[str, Any]:
        """Score one Arrow record batch, and return its columns of numbers and levels."""
        asked = self.asked
        values = {name: batch.column(name).to_pylist() for name in asked.columns}
        references = self._texts(values[asked.reference], asked.reference)
        systems = [self._texts(values[column], column) for column in asked.hypotheses.values()]
        found: dict[str, Any] = {}
        scored = np.array([text is not None for text in references], bool)
        found["scored"] = scored
        for k, normalizer in enumerate(asked.normalizers):
            said = [text or "" for text in normalizer.texts(references)]
            found[f"bare.{k}"] = scored & np.array([not text.strip() for text in said], bool)
            for s, given in enumerate(systems):
                heard = [text or "" for text in normalizer.texts(given)]
                edits = edit_counts(said, heard, unit=asked.unit)
                edits[~scored] = 0
                found |= {f"edits.{s}.{k}.{field}": edits[:, field] for field in range(_EDITS)}
                silent = np.array([not text.strip() for text in heard], bool)
                found[f"silent.{s}.{k}"] = silent & (edits[:, :INSERTIONS].sum(axis=1) > 0)
                found[f"runaway.{s}.{k}"] = runaways(said, heard, edits, unit=asked.unit)
        for s, given in enumerate(systems):
            found[f"lacking.{s}"] = scored & np.array([text is None for text in given], bool)
        plain = (*asked.covariates, asked.speaker, asked.identifier)
        found |= described(asked.by, plain, values, asked.missing)
        if asked.keep_texts:
            found["reference"] = references
            found |= {f"hypothesis.{s}": given for s, given in enumerate(systems)}
        return found

    def _texts(self, values: Sequence[Any], column: str) -> list[str | None]:
        """Check that a column holds texts; None and NaN are missing."""
        wrong = [v for v in values if not (v is None or isinstance(v, str) or v != v)]  # noqa: PLR0124 - NaN
        if wrong:
            raise DataError(
                f"column '{column}' must hold texts, it holds {shortlist(wrong, shown=_MOST_SHOWN)}."
            )
        blank = "" if self.blank_is_empty else None
        missing = self.asked.missing
        return [(None if v in missing else v) if isinstance(v, str) else blank for v in values]


def _numbers(values: Sequence[Level]) -> NDArray[np.float64] | None:
    """Read texts as numbers, NaN where missing; None where one is no number."""
    try:
        return np.array([np.nan if v is None else float(v) for v in values], np.float64)
    except ValueError:
        return None


def _format(data: Any) -> str:
    """Name the format of a file; empty for all else."""
    from fairkit.files import open_path

    return open_path(data).format if isinstance(data, str | os.PathLike) else ""


def _gathered(columns: Columns, asked: Asked, *, untyped: bool) -> Utterances:
    """Put what came back from all batches into one object, and check it as a whole."""
    scored = np.asarray(columns["scored"], bool)
    systems, kinds = len(asked.hypotheses), len(asked.normalizers)

    def cube(name: str, dtype: Any) -> NDArray[Any]:
        stacked = [[columns[f"{name}.{s}.{k}"] for k in range(kinds)] for s in range(systems)]
        return np.array(stacked, dtype).reshape(systems, kinds, len(scored)).transpose(2, 0, 1)

    edits = np.stack(
        [
            np.array(
                [[columns[f"edits.{s}.{k}.{f}"] for k in range(kinds)] for s in range(systems)], np.int32
            ).reshape(systems, kinds, len(scored))
            for f in range(_EDITS)
        ],
        axis=-1,
    ).transpose(2, 0, 1, 3)
    ids = identifiers(columns, asked.identifier, rows=len(scored), what="an utterance")
    speakers, speaker_ids = clusters_of(columns, asked.speaker, rows=len(scored), what="speaker")
    found, problems = coded(columns, asked.by, untyped=untyped)
    if not scored.any():
        problems.append(f"no row has a reference in column '{asked.reference}' ({len(scored):,} rows read).")
    if problems:
        raise DataError(*problems)
    return Utterances(
        systems=tuple(asked.hypotheses),
        normalizers=tuple(normalizer.stamp for normalizer in asked.normalizers),
        unit=asked.unit,
        ids=ids,
        speakers=speakers,
        speaker_ids=speaker_ids,
        attributes=tuple(a.name for a in asked.by),
        levels=tuple(levels for levels, _ in found),
        codes=np.column_stack([codes for _, codes in found]) if found else np.zeros((len(ids), 0), np.int64),
        edits=edits,
        scored=scored,
        missing_hypothesis=np.column_stack([columns[f"lacking.{s}"] for s in range(systems)]).astype(bool),
        empty_hypothesis=cube("silent", bool),
        empty_reference=np.column_stack([columns[f"bare.{k}"] for k in range(kinds)]).astype(bool),
        runaway=cube("runaway", bool),
        covariates={name: _covariate(columns[f"level.{name}"].tolist()) for name in asked.covariates},
        references=np.asarray(columns["reference"], object) if asked.keep_texts else None,
        hypotheses=np.column_stack([columns[f"hypothesis.{s}"] for s in range(systems)])
        if asked.keep_texts
        else None,
    )


def _covariate(values: Sequence[Level]) -> NDArray[Any]:
    numbers = _numbers(values)
    return np.asarray(values, object) if numbers is None else numbers
