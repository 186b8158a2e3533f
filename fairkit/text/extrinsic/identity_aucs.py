"""Identity AUCs: what scores are worth for texts that mention an identity, and in which direction they err.

One area under the ROC curve of all rows hides for whom the model errs. Three of them tell it apart
(Borkan et al. 2019): among the texts of an identity alone (*subgroup AUC*); between its negatives and
everybody else's positives (*BPSN*: low where harmless texts that mention the identity score too high); and
between its positives and everybody else's negatives (*BNSP*: low where harmful ones score too low).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from numbers import Real
from typing import Any

from fairkit import __version__, frames
from fairkit.corrections import Correction
from fairkit.counts import LEFT_OUT, Counts, Kind
from fairkit.errors import DataError, PredicateError, UsageError, shortlist, unknown_name
from fairkit.groups import Attribute
from fairkit.margins import Margin, given_margins
from fairkit.options import check_options
from fairkit.predicates import parse
from fairkit.report.phrases import counted
from fairkit.text.extrinsic.identities import (
    Asked,
    Unknown,
    asked_identities,
    check_unknown,
    column_of,
    identities_of,
)
from fairkit.text.extrinsic.identity_judging import Rules, judge_areas
from fairkit.text.extrinsic.identity_parts import ROC_AUC
from fairkit.text.extrinsic.identity_results import IdentityAucs

_TOO_MANY = 200


def identity_aucs(
    data: Any,
    *,
    identities: str | Sequence[str] = (),
    label: str | None = None,
    score: str | None = None,
    text: str | None = None,
    terms: Sequence[str] = (),
    positive: Any = None,
    weight: str | None = None,
    cluster: str | None = None,
    missing: str | Sequence[str] = (),
    unknown: Unknown = "leave-out",
    power: float = -5.0,
    margin: Margin = None,
    confidence: float = 0.95,
    correction: str = "holm",
    hash_files: bool = False,
) -> IdentityAucs:
    """Measure subgroup, BPSN and BNSP AUC of every identity, with intervals and verdicts.

    Parameters
    ----------
    data : frame, path or Counts
        Anything :func:`fairkit.frames.count` takes, or counts of kind scores by the identities.
    identities : str or sequence of str
        Who is spoken of: columns of truth values (``"muslim"``), named predicates
        (``"muslim: muslim_share >= 0.5"``), or other columns, of which every level is an identity. They may
        overlap.
    label, score : str
        Columns with the true class (or a predicate such as ``"toxicity >= 0.5"``) and the score.
    text : str, optional
        Column of texts, in which `terms` are looked for.
    terms : sequence of str
        Words and phrases, each an identity of the texts that mention it (:func:`~fairkit.text.mentioned`).
    positive : object, optional
        The positive value of the label, where that is not evident.
    weight, cluster : str, optional
        Columns with sample weights, and of what belongs together (an author, a template).
    missing : str or sequence of str
        Texts that mean missing.
    unknown : {"leave-out", "background"}
        A row of which it is not known whether it belongs to an identity counts for nothing in that
        identity's areas, or as one that does not belong (as in the Jigsaw challenge).
    power : float, default -5
        Of the power mean over identities.
    margin : float or pair, optional
        How far an area may lie from the background's and still be parity; 0.05 unless given.
    confidence : float, default 0.95
    correction : {"holm", "benjamini-hochberg", "none"}
        Over the identities, for each kind of area.
    hash_files : bool

    Returns
    -------
    IdentityAucs

    Raises
    ------
    DataError
        The data cannot be read, no row has a label and a score, an identity holds fractions.
    UsageError
        The question is wrong in itself; all problems at once.

    Notes
    -----
    With D- and D+ the negatives and positives, g the rows of an identity and b all that are known not to
    belong: subgroup AUC(D-_g + D+_g), BPSN AUC(D+_b + D-_g), BNSP AUC(D-_b + D+_g), and the background's
    own AUC(D-_b + D+_b), which findings compare with. Neutral is the background's AUC, not 0.5. Variances are
    DeLong's, or those of clusters, intervals Student's t on the logit (near 1 and 0 Newcombe's, where these
    are wider); ties count one half. None of these moves with the threshold, nor with the share of positives;
    all of them move with how hard the texts of an identity are.

    References
    ----------
    Borkan, Dixon, Sorensen, Thain & Vasserman 2019, Nuanced metrics for measuring unintended bias with real
    data for text classification, WWW Companion.

    Examples
    --------
    >>> rows = {"toxic": [0, 1] * 40, "score": [(7 * i % 40) / 80 + i % 2 * 0.2 for i in range(80)],
    ...         "gay": [0, 0, 1, 1] * 20}
    >>> found = identity_aucs(rows, label="toxic", score="score", identities="gay")
    >>> [(area.metric, round(area.value, 3)) for area in found.identities[0].areas]
    [('subgroup_auc', 0.79), ('bpsn_auc', 0.85), ('bnsp_auc', 0.85)]
    """
    asked = asked_identities(_with_terms(identities, text, terms))
    missing = (missing,) if isinstance(missing, str) else tuple(missing)
    rules = _rules(power, margin, confidence, correction)
    check_unknown(unknown)
    columns = {"label": label, "score": score, "positive": positive, "weight": weight, "cluster": cluster}
    if isinstance(data, Counts):
        _check_counts(data, asked, [name for name, value in columns.items() if value is not None])
        reading = frames.Reading(data, "counts")
    else:
        question = _question(asked, columns | {"missing": missing})
        if text is None:
            reading = frames.read(data, question, hash_files=hash_files)
        else:
            reading = _read_texts(data, question, text, terms, asked, hash_files=hash_files)
    counts = reading.counts
    totals = dict(zip(counts.fields, counts.row_counts.sum(axis=0).tolist(), strict=True))
    left_out = {name: int(totals[name]) for name in LEFT_OUT[Kind.SCORES]}
    rows = int(counts.total_rows)
    if not rows:
        raise DataError(f"{reading.source} has no rows; there is nothing to measure.")
    if not rows - sum(left_out.values()):
        raise DataError(f"none of the {rows:,} rows has a label and a score; are the right columns named?")
    members = identities_of(counts, asked, unknown=unknown)
    if len(members) > _TOO_MANY:
        raise DataError(
            f"the columns have {len(members):,} levels, each of them an identity; name those of interest as "
            "predicates ('muslim: religion == \"muslim\"')."
        )
    judged = judge_areas(counts, members, rules)
    used = judged.overall.positives + judged.overall.negatives
    return IdentityAucs(
        dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        __version__,
        reading.source,
        reading.sha256,
        rows,
        used,
        left_out,
        label,
        score,
        weight,
        cluster,
        None if counts.clusters is None else len(counts.cluster_ids),
        unknown,
        rules.power,
        rules.confidence,
        rules.margin,
        str(rules.correction),
        judged.overall,
        judged.identities,
        judged.power_means,
        tuple(_notes(judged.identities, counts)),
    )


def _question(asked: Sequence[Asked], columns: Mapping[str, Any]) -> frames.Question:
    score = columns["score"]
    wrong = [
        f"name the column with the {what}: {name}=... (--{name} COL)."
        for name, what in (("label", "true class"), ("score", "scores"))
        if columns[name] is None
    ]
    wrong += [f"score must be one column, it is {score!r}."] * (not isinstance(score, str | None))
    if wrong:
        raise UsageError(*wrong)
    by = {one.attribute.name: one.attribute for one in asked}
    return frames.Question(tuple(by.values()), **columns)


def _with_terms(identities: str | Sequence[str], text: str | None, terms: Sequence[str]) -> list[str]:
    given = [identities] if isinstance(identities, str) else list(identities)
    if isinstance(terms, str):
        raise UsageError(f"terms are a list of words or phrases, not a text: terms=[{terms!r}].")
    if (text is None) != (not terms):
        raise UsageError("text= and terms= belong together: where to look, and what for (--text, --term).")
    return [*given, *terms]


def _read_texts(
    data: Any,
    question: frames.Question,
    text: str,
    terms: Sequence[str],
    asked: Sequence[Asked],
    *,
    hash_files: bool,
) -> frames.Reading:
    """Read rows with their texts, and count them by the terms they mention."""
    from fairkit.text.extrinsic.mentions import with_mentions

    others = [one.attribute for one in asked if one.name not in terms]
    keep = {a.name: False for a in others if a.predicate is None}
    predicates = [a for a in others if a.predicate is not None]
    label = str(question.label)
    try:
        # A bare name is a predicate too, of truth values; a label may hold others.
        compared = None if label.isidentifier() else parse(label)
    except PredicateError:
        compared = None
    if compared is None:
        keep |= {label: False}
    else:
        predicates.append(Attribute(label, compared))
    keep |= {str(question.score): True}
    keep |= {question.weight: True} if question.weight else {}
    keep |= {question.cluster: False} if question.cluster else {}
    found = with_mentions(
        data,
        text=text,
        terms=terms,
        keep=keep,
        predicates=predicates,
        missing=question.missing,
        hash_files=hash_files,
    )
    # Predicates have been answered, and missing texts found.
    question = replace(question, by=tuple(replace(a, predicate=None) for a in question.by), missing=())
    return frames.Reading(frames.read(found.columns, question).counts, found.source, found.sha256)


def _rules(power: Any, margin: Margin, confidence: Any, correction: Any) -> Rules:
    if isinstance(power, bool) or not isinstance(power, Real) or not math.isfinite(power) or power == 0:
        raise UsageError(
            f"power {power!r} must be a number other than 0; -5 leans towards the worst identity."
        )
    check_options(
        compare="difference",
        confidence=confidence,
        correction=correction,
        replicates=2_000,
        seed=0,
        wishes=(),
    )
    if correction == Correction.MAX_T:
        raise UsageError("correction 'max-t' needs a bootstrap, and areas have none; take 'holm'.")
    chosen = given_margins(margin, ("difference",)).get("difference", (-ROC_AUC.margin, ROC_AUC.margin))
    return Rules(float(power), confidence, chosen, Correction(correction))


def _check_counts(counts: Counts, asked: Sequence[Asked], given: Sequence[str]) -> None:
    problems = [f"counts have been read already: leave out {shortlist(given)}."] if given else []
    if counts.kind is not Kind.SCORES or len(counts.axes) != 1:
        problems.append(
            f"these are counts of kind '{counts.kind}'; areas need those of one score and a label."
        )
    problems += [
        unknown_name("attribute", one.name, counts.attributes)
        for one in asked
        if column_of(counts, one) not in counts.attributes
    ]
    if counts.clusters_lost:
        problems.append(
            "these counts came from clustered rows and were stored without the clusters, so that no interval "
            "can be made of them: count the rows again."
        )
    if problems:
        raise UsageError(*problems)


def _notes(identities: Sequence[Any], counts: Counts) -> list[str]:
    notes = []
    unknown = [one for one in identities if one.unknown]
    if unknown:
        most = max(unknown, key=lambda one: one.unknown)
        notes.append(
            f"For {counted(len(unknown), 'identity', 'identities')} it is not known of every row whether it "
            f"belongs (of '{most.identity}' in {most.unknown:,} rows); such rows count for nothing there."
        )
    empty = [one.identity for one in identities if not one.rows]
    if empty:
        notes.append(f"No row belongs to {shortlist(empty)}.")
    if counts.axes[0].width:
        notes.append(
            f"There are so many scores that they were counted in bins of {counts.axes[0].width:g}; how far "
            "that may have moved an area is stated beside it."
        )
    return notes
