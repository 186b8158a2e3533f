"""The policy: what a release is held to, as plain frozen data.

A policy is read from ``fairness.toml`` (or ``[tool.fairkit]`` of pyproject.toml) by
:mod:`fairkit.policy.loading`, which checks it; here stands what it says. Limits keep the text that they were
written with, so that a threshold of ``0.80`` is printed as 0.80 and in no other scale.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from fairkit.corrections import Correction
from fairkit.policy.terms import Compare, Direction, Effect, Number, Rule, Severity

__all__ = [
    "BaselineFile",
    "Check",
    "Compare",
    "DataSource",
    "Direction",
    "Effect",
    "EvidenceRules",
    "Number",
    "Policy",
    "PolicyGroup",
    "Rule",
    "Severity",
    "Source",
    "SpeechSource",
    "Waiver",
]

SCHEMA = 1
"""The version of policy files that this fairkit reads."""

MIN_N = 30
"""Rows of a metric's denominator below which a group is not judged, unless the policy says otherwise."""

LONGEST_WAIVER = 180
"""Days from `created` that a waiver may last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSource:
    """Where predictions are and what their columns mean, in the words of :func:`fairkit.evaluate`.

    Parameters
    ----------
    predictions : str or None
        File, folder, glob or ``duckdb://FILE#TABLE``, relative to the policy; None where the command names
        the data.
    columns : mapping of str to any
        Of the parameters of :func:`fairkit.evaluate` that name columns or say how to read them: ``label``,
        ``decision``, ``score``, ``threshold``, ``positive``, ``weight``, ``cluster``, ``classes``, ...
    id : str or None
        Column that names the rows, to pair them with a baseline's.
    missing_values : tuple of str
        Texts that mean a missing label.

    Examples
    --------
    >>> DataSource(columns={"label": "repaid", "decision": "approved"}).columns["label"]
    'repaid'
    """

    predictions: str | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)
    id: str | None = None
    missing_values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechSource:
    """Where transcripts are and what their columns mean, in the words of :func:`fairkit.speech.evaluate`.

    Parameters
    ----------
    transcripts : str or None
        As `DataSource.predictions`.
    reference, hypothesis : str
        Columns of what was said and of what was recognised.
    speaker, id : str or None
    normalizer : str
    unit : {"words", "characters"}
    empty_references : {"keep", "drop"}
    missing_values : tuple of str

    Examples
    --------
    >>> SpeechSource(reference="said", hypothesis="heard").normalizer
    'basic'
    """

    transcripts: str | None = None
    reference: str
    hypothesis: str
    speaker: str | None = None
    id: str | None = None
    normalizer: str = "basic"
    unit: Literal["words", "characters"] = "words"
    empty_references: Literal["keep", "drop"] = "keep"
    missing_values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyGroup:
    """Groups that checks may name: the levels of a column, a crossing of columns, or one predicate.

    Parameters
    ----------
    name : str
        In the policy; reports use the names of the columns.
    columns : tuple of str
        One, or several that are crossed; empty for a predicate.
    predicate : str or None
        The one group of rows for which it is true; its name in reports is ``name=True``.
    reference : str
        ``rest``, ``best``, a level (``White``), or levels by column (``sex=M & race=White``).
    min_n : int
    levels : mapping of str to tuple of str
        Declared levels by column; one without rows is undecided, never absent.
    note : str or None

    Examples
    --------
    >>> PolicyGroup(name="sex_race", columns=("sex", "race")).attribute
    'sex & race'
    """

    name: str
    columns: tuple[str, ...] = ()
    predicate: str | None = None
    reference: str = "rest"
    min_n: int = MIN_N
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    note: str | None = None

    @property
    def attribute(self) -> str:
        """The name of the grouping in reports."""
        return self.name if self.predicate is not None else " & ".join(self.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRules:
    """How sure a check must be.

    Parameters
    ----------
    confidence : float
        Of the whole family of gating comparisons.
    correction : Correction
        Holm's, Benjamini and Hochberg's, or none.
    replicates, seed : int
        Of the bootstrap, where there is one.

    Examples
    --------
    >>> str(EvidenceRules().correction)
    'holm'
    """

    confidence: float = 0.95
    correction: Correction = Correction.HOLM
    replicates: int = 2_000
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One limit on one metric, for some groups.

    Parameters
    ----------
    id : str
    metric : str
    groups : tuple of str
        Names of `PolicyGroup`.
    compare : Compare
    minimum, maximum : Number or None
        Limits of a value, a ratio or the worst value, at least one; of a difference only the largest size,
        `maximum`.
    direction : Direction
        Which way a difference counts.
    baseline : str or None
        Name of the release that is compared with; then one of the next two is given.
    max_regression : Number or None
        How much worse the metric may be than in the baseline.
    max_change : Number or None
        How much it may differ either way.
    rule : Rule
    severity : Severity
    on_inconclusive : Effect or None
        None: a check that has to prove harm warns, one that has to prove safety does what the policy says.
    description : str or None

    Examples
    --------
    >>> check = Check(
    ...     id="four-fifths", metric="selection_rate", groups=("sex",), compare=Compare.RATIO,
    ...     minimum=Number(0.8, "0.80"),
    ... )
    >>> check.limit
    'min 0.80'
    >>> check.gates
    True
    """

    id: str
    metric: str
    groups: tuple[str, ...]
    compare: Compare
    minimum: Number | None = None
    maximum: Number | None = None
    direction: Direction = Direction.EITHER
    baseline: str | None = None
    max_regression: Number | None = None
    max_change: Number | None = None
    rule: Rule = Rule.PROVE_HARM
    severity: Severity = Severity.ERROR
    on_inconclusive: Effect | None = None
    description: str | None = None

    @property
    def gates(self) -> bool:
        """Whether the check decides about the release."""
        return self.severity is Severity.ERROR

    @property
    def limit(self) -> str:
        """The limit as it was written, in the words of the policy."""
        given = {
            "min": self.minimum,
            "max": self.maximum,
            "max_regression": self.max_regression,
            "max_change": self.max_change,
        }
        return ", ".join(f"{name} {number}" for name, number in given.items() if number is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineFile:
    """A release to compare with.

    Parameters
    ----------
    name : str
    report : str or None
        Its report, or what ``fairkit baseline save`` wrote; relative to the policy.
    predictions : str or None
        Its predictions instead, to pair rows by id.
    sha256 : str
        Of the file's bytes.

    Examples
    --------
    >>> BaselineFile(name="v41", report="v41.json", sha256="00" * 32).name
    'v41'
    """

    name: str
    report: str | None = None
    predictions: str | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """Somebody answers for a check that one group does not pass, until a day.

    Parameters
    ----------
    check : str
        Id of the check.
    group : str
        One group, by its name in reports (``sex=F & race=Asian``) or in the policy (``sex_race=F & Asian``).
    reason, owner : str
    approved_by : str or None
    created, expires : date
        The waiver holds on the day that it expires.

    Examples
    --------
    >>> day = dt.date(2026, 10, 1)
    >>> Waiver(check="gap", group="sex=F", reason="n = 31", owner="ana", created=day, expires=day).owner
    'ana'
    """

    check: str
    group: str
    reason: str
    owner: str
    approved_by: str | None = None
    created: dt.date
    expires: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The file that a policy was read from.

    Parameters
    ----------
    path : str or None
        As it was named; None for a mapping.
    sha256 : str
        Of the file's bytes (of the canonical JSON of a mapping).
    lines : mapping of int to int
        Line of each check, by its place among the checks, where it is known; counted from 1.

    Examples
    --------
    >>> source = Source(path="gates/fairness.toml", sha256="00" * 32, lines={0: 12})
    >>> source.lines[0], source.folder.as_posix()
    (12, 'gates')
    """

    path: str | None = None
    sha256: str = ""
    lines: Mapping[int, int] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The folder that paths of the policy are relative to: its own; of a mapping or a pipe, this one."""
        if self.path is None or self.path == "/dev/stdin" or self.path.startswith("/dev/fd/"):
            return Path()
        return Path(self.path).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a release is held to.

    Parameters
    ----------
    name : str
    groups : tuple of PolicyGroup
    checks : tuple of Check
    on_inconclusive : Effect
    data : DataSource or None
    speech : SpeechSource or None
    evidence : EvidenceRules
    baselines : tuple of BaselineFile
    waivers : tuple of Waiver
    source : Source

    Examples
    --------
    >>> group = PolicyGroup(name="sex", columns=("sex",))
    >>> check = Check(
    ...     id="rate", metric="selection_rate", groups=("sex",), compare=Compare.VALUE,
    ...     minimum=Number(0.1, "0.1"),
    ... )
    >>> policy = Policy(name="hiring", groups=(group,), checks=(check,))
    >>> str(policy.effect(check)), policy.group("sex").columns
    ('warn', ('sex',))
    """

    name: str
    groups: tuple[PolicyGroup, ...]
    checks: tuple[Check, ...]
    on_inconclusive: Effect = Effect.FAIL
    data: DataSource | None = None
    speech: SpeechSource | None = None
    evidence: EvidenceRules = field(default_factory=EvidenceRules)
    baselines: tuple[BaselineFile, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    source: Source = field(default_factory=Source)

    def group(self, name: str) -> PolicyGroup:
        """Return the groups of a name."""
        return next(group for group in self.groups if group.name == name)

    def effect(self, check: Check) -> Effect:
        """Say what an undecided group of a check does to the release."""
        if check.on_inconclusive is not None:
            return check.on_inconclusive
        return Effect.WARN if check.rule is Rule.PROVE_HARM else self.on_inconclusive
