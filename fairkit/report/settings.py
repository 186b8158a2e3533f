"""Settings: how a report was made, enough to make it again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from fairkit.evidence import Compare
from fairkit.report.shapes import LATER
from fairkit.speech.utterances import Unit


@dataclass(frozen=True, slots=True)
class Settings:
    """How the report was made, enough to make it again.

    Parameters
    ----------
    label, decision, score, weight, cluster : str or None
        Columns, or predicates, as written.
    threshold : float or None
    classes : tuple of str
        Of several classes: those given, or ``all``.
    outputs : dict of str to str
        Decision column by label column, where a row has several labels.
    models : dict of str to str
        Column of decisions or scores by model, where several were compared.
    prediction, prediction_low, prediction_high, rank, query, relevance, events, exposure : str or None
        Columns of regression, ranking and counts of events.
    quantile : float or None
        The quantile that is predicted.
    positive : dict of str to str
        Positive class by role, where it was stated.
    by : tuple of str
        Groupings, in the order of the report.
    predicates : dict of str to str
        Canonical text of every group given by a predicate.
    levels : dict of str to tuple of str
        Declared levels.
    reference : dict of str to str
        What each grouping's groups were compared with.
    metrics : tuple of str
    compare : tuple of str
        ``difference``, ``ratio`` or both.
    margin : dict of str to tuple
        Margin of each comparison, where the caller set it; else each metric's own.
    confidence : float
    correction, interval : str
    replicates, seed : int
        Of the bootstrap.
    missing : tuple of str
        Texts that were read as missing.
    transcript : str or None
        Column of what was said, where transcripts were judged; `models` has those of what was recognised.
    unit : {"words", "characters"} or None
    normalizers : tuple of str
        Name, version and hash of how texts were normalised; verdicts are about the first.
    empty_references : {"keep", "drop"} or None
        What was done with utterances of whose reference normalising leaves nothing.
    identifier : str or None
        Column that names the utterances.
    adjusted_for, matched_on : tuple of str
        Covariates of adjusted rate ratios, and of matching.
    text : str or None
        Column of texts, where each was measured by itself.
    classifier : str or None
        Folder or class of the classifier that was measured.
    protected : str or None
        What told protected words: a column of groups, or a lexicon.
    target : str or None
        The class whose output was differentiated: ``predicted``, ``given``, or its name.
    output : {"probability", "logit"} or None
    scale : {"none", "unit", "relative"} or None
    rewriter : str or None
        What texts were rewritten by.
    tolerance : float or None
        How far a prediction may move and still count as invariant.
    permutations : int or None
    """

    by: tuple[str, ...]
    predicates: dict[str, str]
    levels: dict[str, tuple[str, ...]]
    reference: dict[str, str]
    metrics: tuple[str, ...]
    compare: tuple[Compare, ...]
    margin: dict[str, tuple[float, float]]
    confidence: float
    correction: str
    replicates: int
    seed: int
    missing: tuple[str, ...]
    interval: str = "newcombe"
    label: str | None = None
    decision: str | None = None
    score: str | None = None
    threshold: float | None = None
    classes: tuple[str, ...] = ()
    outputs: dict[str, str] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)
    prediction: str | None = None
    prediction_low: str | None = None
    prediction_high: str | None = None
    quantile: float | None = None
    rank: str | None = None
    query: str | None = None
    relevance: str | None = None
    events: str | None = None
    exposure: str | None = None
    positive: dict[str, str] = field(default_factory=dict)
    weight: str | None = None
    cluster: str | None = None
    transcript: str | None = None
    unit: Unit | None = None
    normalizers: tuple[str, ...] = ()
    empty_references: Literal["keep", "drop"] | None = None
    identifier: str | None = None
    adjusted_for: tuple[str, ...] = ()
    matched_on: tuple[str, ...] = ()
    text: str | None = field(default=None, metadata=LATER)
    classifier: str | None = field(default=None, metadata=LATER)
    protected: str | None = field(default=None, metadata=LATER)
    target: str | None = field(default=None, metadata=LATER)
    output: Literal["probability", "logit"] | None = field(default=None, metadata=LATER)
    scale: Literal["none", "unit", "relative"] | None = field(default=None, metadata=LATER)
    rewriter: str | None = field(default=None, metadata=LATER)
    tolerance: float | None = field(default=None, metadata=LATER)
    permutations: int | None = field(default=None, metadata=LATER)
