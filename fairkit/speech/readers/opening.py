"""What a command line names: a table with all in it, or files of speech recognition that are joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from fairkit.errors import DataError, UsageError, shortlist, unknown_name
from fairkit.speech.readers.formats import guessed_format, read_transcripts
from fairkit.speech.readers.ids import IdRule
from fairkit.speech.readers.joining import Joined
from fairkit.speech.readers.json_lines import PREDICTED
from fairkit.speech.readers.reading import read_joined
from fairkit.speech.readers.transcripts import HYPOTHESIS, ID, REFERENCE, SPEAKER, TEXT, Format
from fairkit.speech.readers.trn import SpeakerRule

_READ_AS = {PREDICTED: HYPOTHESIS}
"""Names of a file's own that its reader replaces."""


def opened(
    data: str,
    hypotheses: Mapping[str, str],
    *,
    reference: str | None = None,
    identifier: str | None = None,
    speaker: str | None = None,
    form: Format | None = None,
    attributes: str | None = None,
    attributes_on: str | None = None,
    match_ids: Sequence[IdRule] = (),
    speaker_from: SpeakerRule = "first",
) -> Joined | None:
    """Read and join files of speech recognition, if that is what is named.

    Parameters
    ----------
    data : str
    hypotheses : mapping of system to column or file
    reference, identifier, speaker : str, optional
        Columns of `data`, where it is a table; other formats know the first two, and may have speakers in a
        column of any name.
    form : str, optional
        The format of `data` and of hypotheses, where names do not tell.
    attributes, attributes_on, match_ids, speaker_from
        See :func:`fairkit.speech.read_joined`.

    Returns
    -------
    Joined or None
        None where `data` is a table with columns of hypotheses, which needs no reader.

    Raises
    ------
    DataError
        As of :func:`fairkit.speech.read_joined`, or a file has no hypotheses.
    UsageError
        Some hypotheses are files and some are not, or an option is of no use here; all problems at once.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     said, heard = Path(folder, "ref.trn"), Path(folder, "base.trn")
    ...     _ = said.write_text("one two (s-1)", encoding="utf-8")
    ...     _ = heard.write_text("one too (s-1)", encoding="utf-8")
    ...     found = opened(str(said), {"base": str(heard)})
    >>> found and found.columns["base"]
    ['one too']
    """
    files = {system: name for system, name in hypotheses.items() if Path(name).exists()}
    kind = form or guessed_format(data)
    if kind != "table" and reference not in (None, REFERENCE, TEXT):
        raise UsageError(
            f"{Path(data).name} is read as {kind}, whose references are known: leave out --reference, or "
            "read it as a table (--format table)."
        )
    if files and len(files) < len(hypotheses):
        rest = [name for name in hypotheses.values() if name not in files.values()]
        raise UsageError(f"some hypotheses are files, but there is no file {shortlist(rest)}.")
    if files:
        columns = {REFERENCE: reference, ID: identifier, SPEAKER: speaker}
        named = {name: column for name, column in columns.items() if column is not None}
        joined = read_joined(
            data,
            files,
            attributes=attributes,
            attributes_on=attributes_on,
            format=form,
            columns=named or None,
            speaker_from=speaker_from,
            id_rules=match_ids,
        )
        return joined if kind == "table" else _spoken_by(joined, speaker)
    useless = [
        option
        for option, given in (
            ("--attributes", attributes),
            ("--attributes-on", attributes_on),
            ("--match-ids", match_ids),
        )
        if given
    ]
    if useless:
        absent = f"; there is no file {shortlist(list(hypotheses.values()))}" if hypotheses else ""
        raise UsageError(
            f"{shortlist(useless)} joins files by id: name files of hypotheses (--hypothesis NAME=FILE"
            f"{absent}), or put the columns into the table yourself."
        )
    return None if kind == "table" else _spoken_by(_alone(data, hypotheses, form, speaker_from), speaker)


def _alone(
    data: str, hypotheses: Mapping[str, str], form: Format | None, speaker_from: SpeakerRule
) -> Joined:
    """Read a file that has references and hypotheses, as a NeMo manifest may."""
    found = read_transcripts(data, form, speaker_from=speaker_from)
    given = hypotheses or {HYPOTHESIS: HYPOTHESIS}
    named = {system: _READ_AS.get(name, name) for system, name in given.items()}
    lacking = [name for name in named.values() if name not in found.names]
    if lacking:
        raise DataError(
            f"{Path(data).name} has no hypotheses ({shortlist(lacking)}; it has {shortlist(found.names)}): "
            "name their files, as in --hypothesis base=base.trn."
        )
    said = next((name for name in (REFERENCE, TEXT) if name in found.names), None)
    if said is None:
        raise DataError(f"{Path(data).name} has no references (it has {shortlist(found.names)}).")
    columns = {**found.columns, REFERENCE: found.columns[said]}
    columns |= {system: found.columns[name] for system, name in named.items()}
    known = {ID, REFERENCE, SPEAKER, *named}
    return Joined(
        columns, tuple(named), tuple(name for name in columns if name not in known), (), found.notes
    )


def _spoken_by(joined: Joined, speaker: str | None) -> Joined:
    """Take a column for that of the speakers, where one is named."""
    if speaker is None:
        return joined
    if speaker not in joined.columns:
        raise DataError(unknown_name("column", speaker, list(joined.columns)))
    return replace(joined, columns={**joined.columns, SPEAKER: joined.columns[speaker]})
