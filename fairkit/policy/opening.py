"""Opening what a policy judges: what it names lies beside it, what a caller names where the caller is."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fairkit.door.databases import SCHEME, is_address, open_table
from fairkit.errors import DataError
from fairkit.policy.evaluating import Predictions, Transcripts
from fairkit.policy.model import Policy, SpeechSource
from fairkit.report.model import Report
from fairkit.speech.normalize import BUILT_IN


def predictions_of(policy: Policy, rows: Any = None) -> Predictions:
    """Open the predictions of a release: those given, else those that the policy names.

    Parameters
    ----------
    policy : Policy
    rows : frame, path or address, optional

    Raises
    ------
    DataError
        There are none, nothing says what their columns mean, or an address leads to no table.

    Examples
    --------
    >>> from fairkit.policy.model import DataSource
    >>> source = DataSource(predictions="loans.csv", columns={"decision": "approved"})
    >>> policy = Policy(name="p", groups=(), checks=(), data=source)
    >>> predictions_of(policy).data, predictions_of(policy, "later.csv").data
    ('loans.csv', 'later.csv')
    """
    source = policy.data
    if source is None:
        raise DataError(
            "the policy has no [data] table, so that nothing says what the columns of predictions mean; add "
            "one, or give a report of the release (--report)."
        )
    if rows is None and source.predictions is None:
        raise DataError(
            "no predictions are named; name them (fairkit check DATA), let the policy do so "
            "([data] predictions), or give a report of the release (--report)."
        )
    return Predictions(_opened(rows, source.predictions, policy.source.folder), source)


def transcripts_of(
    policy: Policy,
    rows: Any = None,
    *,
    workers: int = 1,
    progress: Callable[[int], object] | None = None,
) -> Transcripts:
    """Open the transcripts of a release: those given, else those that the policy names.

    Parameters
    ----------
    policy : Policy
    rows : frame, path or address, optional
    workers, progress
        As for :func:`fairkit.speech.evaluate`.

    Raises
    ------
    DataError
        As of :func:`predictions_of`.

    Examples
    --------
    >>> from fairkit.policy.model import SpeechSource
    >>> source = SpeechSource(reference="said", hypothesis="heard")
    >>> transcripts_of(Policy(name="p", groups=(), checks=(), speech=source), "calls.csv").data
    'calls.csv'
    """
    source = policy.speech
    if source is None:
        raise DataError(
            "the policy has no [speech] table, so that nothing says what the columns of transcripts mean; "
            "add one, or give a report of the release (--report)."
        )
    if rows is None and source.transcripts is None:
        raise DataError(
            "no transcripts are named; name them (--speech FILE), let the policy do so "
            "([speech] transcripts), or give a report of the release (--report)."
        )
    source = dataclasses.replace(source, normalizer=normalizer_of(policy, source))
    return Transcripts(_opened(rows, source.transcripts, policy.source.folder), source, workers, progress)


def normalizer_of(policy: Policy, source: SpeechSource) -> str:
    """Name the normaliser of a policy's transcripts: one that is built in, or a file beside the policy.

    Examples
    --------
    >>> source = SpeechSource(reference="said", hypothesis="heard", normalizer="rules.toml")
    >>> normalizer_of(Policy(name="p", groups=(), checks=(), speech=source), source)
    'rules.toml'
    """
    name = source.normalizer
    return name if name in BUILT_IN else (policy.source.folder / name).as_posix()


def named(report: Report, data: Any) -> Report:
    """Write into a report which table its rows came from, for rows of a database do not say so.

    Examples
    --------
    >>> import fairkit
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> named(report, "duckdb:///data/loans.duckdb#may").data.source
    'loans.duckdb#may'
    """
    if not is_address(data):
        return report
    source = Path(data.removeprefix(SCHEME)).name
    return dataclasses.replace(report, data=dataclasses.replace(report.data, source=source))


def _opened(rows: Any, stated: str | None, folder: Path) -> Any:
    """Open what a caller gave, where the caller is, or what the policy states, beside the policy."""
    if rows is not None:
        return open_table(rows) if is_address(rows) else rows
    if is_address(stated):
        return open_table(str(stated), folder=folder)
    return os.fspath((folder / str(stated)).as_posix())
