"""What a gate states of itself, where it is put beside a report."""

from __future__ import annotations

from dataclasses import dataclass

from fairkit.report.documents import decoded


@dataclass(frozen=True, slots=True)
class Stated:
    """The verdict of a gate, and what it is about.

    Parameters
    ----------
    verdict : str
    exit_code : int
    policy_sha256 : str
    counts_sha256 : tuple of str
        Of the reports that were judged.

    Examples
    --------
    >>> Stated("pass", 0, "00" * 32, ()).exit_code
    0
    """

    verdict: str
    exit_code: int
    policy_sha256: str
    counts_sha256: tuple[str, ...]


def gate_stated(content: bytes) -> Stated:
    """Read a gate, checked as ``fairkit check`` wrote it.

    Raises
    ------
    ReportError
        It is no gate, or its verdict is not what its results say.

    Examples
    --------
    >>> from fairkit.policy.views.examples import example_gate
    >>> from fairkit.policy.views.serialize import to_json
    >>> gate_stated(to_json(example_gate()).encode()).verdict
    'fail'
    """
    from fairkit.policy.views.serialize import from_json

    gate = from_json(decoded(content, "gate", "gate"))
    return Stated(
        str(gate.verdict),
        int(gate.exit_code),
        gate.policy.sha256,
        tuple(report.counts_sha256 for report in gate.reports),
    )
