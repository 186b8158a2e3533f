"""The speech evaluator: transcripts in, a report out. It ties the speech room to the common spine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from fairkit import __version__
from fairkit.choices import Metrics, about_any_model, check_names, chosen
from fairkit.corrections import Correction
from fairkit.counts import Counts, Kind
from fairkit.errors import DataError, UsageError, shortlist
from fairkit.estimates import group_sizes
from fairkit.evidence import Options
from fairkit.files import source_of
from fairkit.groups import By, Grouping, Reference, attributes_of, groupings, references
from fairkit.judging import Found, Rules, judge_counts
from fairkit.margins import Margin, given_margins
from fairkit.metrics import Functional
from fairkit.options import check_options, stated_groups
from fairkit.report.model import DataSummary, Report
from fairkit.report.settings import Settings
from fairkit.speech.counting import EmptyReferences, check_policy, seen, word_counts
from fairkit.speech.deeper import Wanted, check_covariates, look_deeper
from fairkit.speech.normalize import BUILT_IN, Normalizer, normalizer
from fairkit.speech.notes import speech_notes
from fairkit.speech.questions import Normalizers, asked_of, normalizers_of
from fairkit.speech.readers import Joined
from fairkit.speech.readers.transcripts import ID, REFERENCE, SPEAKER
from fairkit.speech.releases import release_contrasts, release_gap_changes
from fairkit.speech.rows import score_rows
from fairkit.speech.tallies import listed, tallies
from fairkit.speech.utterances import Unit, Utterances
from fairkit.tables import group_table
from fairkit.views import View


def evaluate(
    data: Any,
    *,
    by: By,
    reference: str | None = None,
    hypothesis: str | Mapping[str, str] | None = None,
    speaker: str | None = None,
    identifier: str | None = None,
    normalizer: Normalizers = "basic",
    unit: Unit = "words",
    empty_references: EmptyReferences = "keep",
    levels: Mapping[str, Sequence[str]] | None = None,
    missing: str | Sequence[str] = (),
    against: str | Mapping[str, str | None] | Sequence[str] = "rest",
    metrics: Metrics = "default",
    compare: Literal["difference", "ratio", "both"] = "difference",
    margin: Margin = None,
    confidence: float = 0.95,
    correction: str = "holm",
    adjust: Sequence[str] = (),
    match: Sequence[str] = (),
    confusions: bool = False,
    rule_effects: bool = False,
    replicates: int = 2_000,
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[int], object] | None = None,
    keep: Callable[[Utterances], object] | None = None,
    hash_files: bool = False,
) -> Report:
    """Judge transcripts: error rates by group, how sure they are, and whether groups differ.

    Parameters
    ----------
    data : frame, path, Joined or Utterances
        Any frame, file or folder that :func:`fairkit.evaluate` takes; files of speech formats that were
        joined (:func:`fairkit.speech.read_joined`), or utterances that were scored before
        (:func:`fairkit.speech.score`): then the parameters that name columns are left out.
    by : str or sequence
        What to group by: ``"accent"``, ``["accent", "accent,noise"]``. Two crossed columns also show whether
        the second hurts one level of the first more than all others.
    reference : str
        Column of what was said.
    hypothesis : str or mapping of system to column
        Column of what was recognised; several systems are compared utterance by utterance, with the first.
    speaker : str, optional
        Column of speakers. Without it utterances count as independent, which makes everything look far surer
        than it is.
    identifier : str, optional
        Column that names the utterances; else they are numbered.
    normalizer : str, path, mapping, Normalizer or sequence of them
        ``"none"``, ``"basic"``, ``"english"``, a file of rules, or rules. Of several, verdicts are about the
        first, and the report shows how much of each gap is the normaliser's.
    unit : {"words", "characters"}
        Characters suit scripts that write no spaces.
    empty_references : {"keep", "drop"}
        What is done with utterances of whose reference normalising leaves nothing; both rates are shown.
    levels, missing, metrics, compare, margin, confidence, correction, replicates, seed, hash_files
        As for :func:`fairkit.evaluate`.
    against : str, mapping or sequence of str, default "rest"
        Compare each group with the ``"rest"``, the ``"best"`` group, or a named one (``"accent=US"``).
    adjust : sequence of str
        Columns, or ``length``, to adjust the ratio of error rates for.
    match : sequence of str
        The same, to match utterances on.
    confusions : bool
        Whether words are aligned, to rank those that one group's speech is confused in more often.
    rule_effects : bool
        Whether the effect of every rule of the first normaliser is measured by group.
    workers : int
        Processes that normalise and align.
    progress : callable, optional
        Is told how many rows have been scored.
    keep : callable, optional
        Is given the scored utterances with their texts, for pages of alignments.

    Returns
    -------
    Report

    Raises
    ------
    DataError
        The data cannot be read or hold nothing that could be judged.
    UsageError
        The question is wrong in itself. All problems at once.

    Examples
    --------
    >>> from fairkit.speech import evaluate
    >>> rows = {
    ...     "said": ["turn left", "stop here", "go on", "turn left"],
    ...     "heard": ["turn left", "stop", "go", "turn"],
    ...     "accent": ["A", "A", "B", "B"], "who": ["ann", "bob", "cem", "dan"],
    ... }
    >>> report = evaluate(rows, reference="said", hypothesis="heard", speaker="who", by="accent")
    >>> [(e.group, e.value, str(e.why)) for e in report.estimates]
    [('accent=A', 0.25, 'too-few-clusters'), ('accent=B', 0.5, 'too-few-clusters')]
    """
    told: tuple[str, ...] = ()
    if isinstance(data, Joined):
        _check_joined(reference=reference, hypothesis=hypothesis, identifier=identifier)
        told = (*data.notes, *map(str, data.unmatched))
        reference, identifier = REFERENCE, ID
        hypothesis = {system: system for system in data.systems}
        speaker = SPEAKER if speaker is None and data.has_speakers else speaker
        data = data.columns
    split = groupings(by, levels=levels)
    wishes = references(against, split)
    compares = check_options(
        compare=compare,
        confidence=confidence,
        correction=correction,
        replicates=replicates,
        seed=seed,
        wishes=wishes,
    )
    check_policy(empty_references)
    missing = (missing,) if isinstance(missing, str) else tuple(missing)
    adjust, match = _names(adjust), _names(match)
    check_covariates(split, adjust=adjust, match=match)
    own = normalizers_of(normalizer)
    asked = None
    if not isinstance(data, Utterances):
        asked = asked_of(
            split,
            reference=reference,
            hypothesis=hypothesis,
            speaker=speaker,
            identifier=identifier,
            covariates=(*adjust, *match),
            normalizer=own,
            unit=unit,
            missing=missing,
            keep_texts=confusions or rule_effects or keep is not None,
        )
    kind = Kind(data.unit if isinstance(data, Utterances) else unit)
    check_names(_only_names(metrics), kind)
    margins = given_margins(margin, compares, amounts=True)
    if asked is None:
        _check_scored(data, split, reference=reference, hypothesis=hypothesis, speaker=speaker)
        utterances, source, digest = data, "utterances", None
    else:
        utterances = score_rows(data, asked, workers=workers, progress=progress)
        source, digest = source_of(data, hash_files=hash_files)
    if keep is not None:
        keep(utterances)
    rules = Rules(
        compares, margins, confidence, Correction(correction), Options("newcombe", replicates, seed)
    )
    counts = word_counts(utterances, empty_references=empty_references)
    first = seen(counts, utterances.systems[0], utterances.normalizers[0].name)
    totals = dict(zip(first.fields, first.row_counts.sum(axis=0).tolist(), strict=True))
    left_out = {name: totals[name] for name in ("reference_missing", "reference_empty")}
    if sum(left_out.values()) == len(utterances):
        raise DataError(
            f"no utterance is left: normalising by '{utterances.normalizers[0].name}' leaves nothing of any "
            "reference. Keep empty references, or name another normalizer."
        )
    found, names = _judged(
        utterances,
        counts,
        _only_names(metrics),
        split=split,
        wishes=wishes,
        rules=rules,
        policy=empty_references,
    )
    deeper = look_deeper(
        utterances,
        counts,
        split=split,
        wishes=wishes,
        rules=rules,
        wanted=Wanted(
            adjust, match, confusions=confusions, rule_effects=rule_effects, policy=empty_references
        ),
        normalizer=_first(own, utterances, needed=confusions or rule_effects),
    )
    summary = DataSummary(
        source, digest, len(utterances), len(utterances) - sum(left_out.values()), left_out, counts.sha256()
    )
    settings = Settings(
        **stated_groups(split, wishes),
        metrics=names,
        compare=compares,
        margin=margins,
        confidence=confidence,
        correction=str(correction),
        replicates=replicates,
        seed=seed,
        missing=missing,
        models=dict(asked.hypotheses) if asked is not None else {name: name for name in utterances.systems},
        cluster=speaker,
        transcript=reference,
        unit=utterances.unit,
        normalizers=tuple(stamp.text for stamp in utterances.normalizers),
        empty_references=empty_references,
        identifier=identifier,
        adjusted_for=adjust,
        matched_on=match,
    )
    return Report(
        created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        fairkit_version=__version__,
        data=summary,
        settings=settings,
        counts=counts,
        groups=tuple(found.groups),
        estimates=tuple(found.estimates),
        contrasts=tuple(found.contrasts),
        findings=tuple(found.findings),
        headlines=tuple(found.headlines),
        models=tuple(found.models),
        gap_changes=tuple(found.gap_changes),
        missing=(),
        bounds=(),
        reliability=(),
        roc=(),
        remedies=(),
        notes=(*told, *speech_notes(utterances, split, drop_empty=empty_references == "drop")),
        speech=tallies(utterances, split, drop_empty=empty_references == "drop"),
        gap_nulls=deeper.gap_nulls,
        interactions=deeper.interactions,
        rate_ratios=deeper.rate_ratios,
        matches=deeper.matches,
        confusions=deeper.confusions,
        rule_effects=deeper.rule_effects,
        listed=listed(utterances),
    )


def _judged(
    utterances: Utterances,
    counts: Counts,
    metrics: Sequence[str] | Literal["default", "all"],
    *,
    split: Sequence[Grouping],
    wishes: Sequence[Reference],
    rules: Rules,
    policy: EmptyReferences,
) -> tuple[Found, tuple[str, ...]]:
    """Judge every system in every grouping, and compare the systems."""
    stamp = utterances.normalizers[0].name
    several = len(utterances.systems) > 1
    views = [View(system if several else None, seen(counts, system, stamp)) for system in utterances.systems]
    measured = chosen(metrics, views)
    found = Found()
    for i, (grouping, wish) in enumerate(zip(split, wishes, strict=True)):
        found.groups.extend(group_sizes(group_table(views[0].counts, grouping)))
        for view, own in measured:
            judge_counts(view.counts, own, grouping, wish, rules=rules, found=found)
        if several:
            plain = [m for m in about_any_model(measured) if isinstance(m, Functional)]
            for compare in rules.compares:
                found.models.extend(
                    release_contrasts(
                        utterances,
                        grouping,
                        plain,
                        compare=compare,
                        empty_references=policy,
                        margins=rules.margins,
                        confidence=rules.confidence,
                        correction=rules.correction,
                        overall=i == 0,
                    )
                )
            found.gap_changes.extend(
                release_gap_changes(
                    utterances,
                    grouping,
                    plain,
                    empty_references=policy,
                    margins=rules.margins,
                    confidence=rules.confidence,
                    correction=rules.correction,
                )
            )
    return found, tuple(dict.fromkeys(m.name for _, own in measured for m in own))


def _check_scored(utterances: Utterances, split: Sequence[Grouping], **named: object) -> None:
    """Refuse what names columns where utterances have been scored, and groups that they do not know."""
    problems = [f"utterances have been scored already: leave out '{name}'." for name, v in named.items() if v]
    lacking = [a.name for a in attributes_of(split) if a.name not in utterances.attributes]
    if lacking:
        problems.append(
            f"the utterances were scored without {shortlist(lacking)} (they have "
            f"{shortlist(utterances.attributes)}); score them with these columns."
        )
    if problems:
        raise UsageError(*problems)


def _first(own: Sequence[Normalizer], utterances: Utterances, *, needed: bool) -> Normalizer:
    """Find the normaliser that verdicts are about, where texts must be normalised once more.

    Utterances that were scored before name theirs, and only one that is built in can be had by its name.
    """
    stamp = utterances.normalizers[0]
    known = [*own, *(normalizer(name) for name in BUILT_IN)]
    found = next((one for one in known if one.stamp == stamp), None)
    if found is None and needed:
        raise UsageError(
            f"these utterances were scored with the normalizer '{stamp.name}' {stamp.version}; give the same "
            "one, which confusions and effects of rules need."
        )
    return found or own[0]


def _check_joined(**named: object) -> None:
    """Refuse what names columns where files were joined, which have given columns."""
    problems = [
        f"joined transcripts have their own columns: leave out '{name}'." for name, v in named.items() if v
    ]
    if problems:
        raise UsageError(*problems)


def _only_names(metrics: Metrics) -> Sequence[str] | Literal["default", "all"]:
    """Take names of metrics; functions of rows know nothing of alignments."""
    if metrics in ("default", "all"):
        return metrics
    if isinstance(metrics, str):
        return [metrics]
    wrong = [one for one in metrics if not isinstance(one, str)]
    if wrong:
        raise UsageError(
            f"metrics of transcripts are named, see 'fairkit metrics'; {shortlist(wrong)} is no name."
        )
    return [str(one) for one in metrics]


def _names(wanted: str | Sequence[str]) -> tuple[str, ...]:
    return (wanted,) if isinstance(wanted, str) else tuple(dict.fromkeys(wanted))
