"""References, hypotheses and attributes from their files, each in its own format, joined."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from fairkit.errors import DataError
from fairkit.speech.readers.formats import guessed_format, read_transcripts
from fairkit.speech.readers.ids import IdRule
from fairkit.speech.readers.joining import Joined, join
from fairkit.speech.readers.transcripts import HYPOTHESIS, ID, TEXT, Format, Transcripts
from fairkit.speech.readers.trn import SpeakerRule


def read_joined(
    references: str | os.PathLike[str],
    hypotheses: Mapping[str, str | os.PathLike[str]],
    *,
    attributes: str | os.PathLike[str] | None = None,
    attributes_on: str | None = None,
    format: Format | None = None,  # noqa: A002 - the word users and the command line use
    columns: Mapping[str, str] | None = None,
    speaker_from: SpeakerRule = "first",
    id_rules: Sequence[IdRule] = (),
) -> Joined:
    """Read references, hypotheses and attributes, each in its own format, and join them.

    Parameters
    ----------
    references : str or path
    hypotheses : mapping of str to path
        By the name of the system. Words of a CTM go to the segments of an STM of references.
    attributes : str or path, optional
        A table.
    attributes_on, id_rules
        See :func:`join`.
    format : str, optional
        Of references and hypotheses whose format cannot be told.
    columns
        See :func:`read_transcripts`; for tables. The id's is for both sides, the hypothesis's for hypotheses,
        all others for references.
    speaker_from
        See :func:`read_transcripts`; for TRN files.

    Raises
    ------
    DataError, UsageError
        As :func:`read_transcripts` and :func:`join`.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     said, heard = pathlib.Path(folder, "ref.trn"), pathlib.Path(folder, "base.trn")
    ...     _ = said.write_text("one two (s_1)", encoding="utf-8")
    ...     _ = heard.write_text("one too (s_1)", encoding="utf-8")
    ...     found = read_joined(said, {"base": heard})
    >>> dict(found.columns)
    {'id': ['s_1'], 'reference': ['one two'], 'base': ['one too'], 'speaker': ['s']}
    """
    of_references = {new: old for new, old in (columns or {}).items() if new != HYPOTHESIS}
    of_hypotheses = {new: old for new, old in (columns or {}).items() if new in (ID, TEXT, HYPOTHESIS)}

    def read(
        path: str | os.PathLike[str], named: Mapping[str, str], segments: Transcripts | None = None
    ) -> Transcripts:
        kind = format if format and not _told(path) else guessed_format(os.fspath(path))
        return read_transcripts(
            path,
            kind,
            named if kind == "table" else None,
            segments=segments if kind == "ctm" else None,
            speaker_from=speaker_from if kind == "trn" else "first",
        )

    given = read(references, of_references)
    segments = given if given.format == "stm" else None
    return join(
        given,
        {name: read(path, of_hypotheses, segments) for name, path in hypotheses.items()},
        attributes=None if attributes is None else read_transcripts(attributes),
        attributes_on=attributes_on,
        id_rules=id_rules,
    )


def _told(path: str | os.PathLike[str]) -> bool:
    """Tell whether a format can be told without being asked for."""
    try:
        guessed_format(os.fspath(path))
    except DataError:
        return False
    return True
