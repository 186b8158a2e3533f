"""Scoring as one asks for it: a table with named columns, or lists of texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from fairkit.groups import By, groupings
from fairkit.speech.questions import Normalizers, asked_of
from fairkit.speech.rows import score_rows
from fairkit.speech.utterances import Unit, Utterances


def score(
    data: Any,
    *,
    reference: str,
    hypothesis: str | Mapping[str, str],
    by: By = (),
    speaker: str | None = None,
    identifier: str | None = None,
    covariates: str | Sequence[str] = (),
    normalizer: Normalizers = "basic",
    unit: Unit = "words",
    missing: str | Sequence[str] = (),
    keep_texts: bool = False,
    workers: int = 1,
    progress: Callable[[int], object] | None = None,
) -> Utterances:
    """Normalise and align every utterance of a table once; every later question reads the result.

    Parameters
    ----------
    data, reference, hypothesis, by, speaker, identifier, normalizer, unit, missing, workers, progress
        As for :func:`fairkit.speech.evaluate`.
    covariates : str or sequence of str
        Further columns to keep, to adjust for.
    keep_texts : bool
        Whether the texts are kept, for confusions and pages of alignments.

    Raises
    ------
    UsageError, DataError
        As for :func:`score_rows`.

    Examples
    --------
    >>> rows = {"said": ["turn left", "stop"], "heard": ["turn the left", None], "accent": ["A", "B"]}
    >>> found = score(rows, reference="said", hypothesis="heard", by="accent")
    >>> found.errors().ravel().tolist(), found.said().ravel().tolist()
    ([1, 1], [2, 1])
    """
    asked = asked_of(
        groupings(by) if by else (),
        reference=reference,
        hypothesis=hypothesis,
        speaker=speaker,
        identifier=identifier,
        covariates=(covariates,) if isinstance(covariates, str) else covariates,
        normalizer=normalizer,
        unit=unit,
        missing=(missing,) if isinstance(missing, str) else missing,
        keep_texts=keep_texts,
    )
    return score_rows(data, asked, workers=workers, progress=progress)


def score_texts(
    references: Sequence[str | None],
    hypotheses: Sequence[str | None] | Mapping[str, Sequence[str | None]],
    *,
    by: Mapping[str, Sequence[Any]] = MappingProxyType({}),
    speakers: Sequence[Any] | None = None,
    normalizer: Normalizers = "basic",
    unit: Unit = "words",
) -> Utterances:
    """Score lists of texts, as one has them in a notebook.

    Parameters
    ----------
    references : sequence of (str or None)
    hypotheses : sequence of (str or None), or mapping of system to such
    by : mapping of attribute to the level of each utterance
    speakers : sequence, optional
    normalizer, unit
        As for :func:`fairkit.speech.evaluate`.

    Raises
    ------
    DataError
        The lists differ in length, or hold no texts.

    Examples
    --------
    >>> found = score_texts(["turn left", "stop"], ["turn the left", "stop"], by={"accent": ["A", "B"]})
    >>> found.attributes, found.errors().ravel().tolist()
    (('accent',), [1, 0])
    """
    named = hypotheses if isinstance(hypotheses, Mapping) else {"hypothesis": hypotheses}
    columns: dict[str, Any] = {"reference": references}
    columns |= {f"hypothesis {name}": texts for name, texts in named.items()}
    columns |= {f"level {name}": levels for name, levels in by.items()}
    if speakers is not None:
        columns["speaker"] = speakers
    found = score(
        columns,
        reference="reference",
        hypothesis={name: f"hypothesis {name}" for name in named},
        by=[[f"level {name}"] for name in by],
        speaker=None if speakers is None else "speaker",
        normalizer=normalizer,
        unit=unit,
    )
    return replace(found, attributes=tuple(by))
