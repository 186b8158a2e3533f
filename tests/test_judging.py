"""Judging one grouping of one view: every room of the spine is passed, whatever the evidence is."""

from __future__ import annotations

import numpy as np
import pytest

from fairkit.corrections import Correction
from fairkit.counts import Kind
from fairkit.evidence import Options
from fairkit.findings import Verdict
from fairkit.frames import count
from fairkit.groups import groupings
from fairkit.judging import Found, Rules, judge_counts, trace_curves
from fairkit.metrics import CATALOGUE, chosen_metrics
from fairkit.tables import group_table

SEX = groupings("sex")[0]


def rows(n=400, *, missing=False):
    """Make rows of two groups with a label, a decision, a score and people."""
    rng = np.random.default_rng(5)
    sex = rng.choice(["F", "M"], n).tolist()
    if missing:
        sex[:20] = [None] * 20
    label = rng.random(n) < 0.5
    score = np.clip(0.4 * label + 0.6 * rng.random(n), 0, 1).round(2)
    return {
        "sex": sex,
        "label": label,
        "decision": score > 0.5,
        "score": score,
        "person": [f"p{i // 2}" for i in range(n)],
    }


def rules(**changed):
    """Make the usual rules, or others."""
    usual = {
        "compares": ("difference",),
        "margins": {},
        "confidence": 0.95,
        "correction": Correction.HOLM,
        "options": Options(replicates=200),
    }
    return Rules(**(usual | changed))


def judged(counts, metrics, wish="rest", *, grouping=SEX, **changed):
    """Judge the metrics of one grouping."""
    found = Found()
    judge_counts(counts, metrics, grouping, wish, rules=rules(**changed), found=found)
    return found


def test_every_group_has_every_estimate_and_every_contrast():
    """There are as many estimates as groups and metrics, and a contrast and a finding for each."""
    counts = count(rows(), by="sex", label="label", decision="decision")
    metrics = chosen_metrics("default", kind=Kind.CONFUSION)
    found = judged(counts, metrics)
    assert len(found.estimates) == len(found.contrasts) == len(found.findings) == 2 * len(metrics)
    assert {h.name for h in found.headlines} >= {m.name for m in metrics}
    assert not found.missing
    assert not found.bounds


def test_both_comparisons_are_judged_in_their_order():
    """Differences come before ratios, each with its own margin, and estimates stand once."""
    counts = count(rows(), by="sex", decision="decision")
    metrics = chosen_metrics("all", kind=Kind.DECISIONS)
    found = judged(
        counts, metrics, compares=("difference", "ratio"), margins={"ratio": (0.5, 2.0)}, confidence=0.9
    )
    assert [(f.compare, f.margin) for f in found.findings] == [
        *[("difference", (-0.05, 0.05))] * 2,
        *[("ratio", (0.5, 2.0))] * 2,
    ]
    assert len(found.estimates) == 2
    assert {e.level for e in found.estimates} == {0.9}


def test_the_reference_is_judged_by_nobody():
    """A named reference has an estimate and no finding."""
    counts = count(rows(), by="sex", decision="decision")
    found = judged(counts, chosen_metrics("all", kind=Kind.DECISIONS), ("M",))
    assert [f.group for f in found.findings] == ["sex=F"]
    assert [e.group for e in found.estimates] == ["sex=F", "sex=M"]


def test_shares_and_functionals_are_judged_side_by_side():
    """A table of scores is judged by its areas; no bounds are made, which are of shares only."""
    counts = count(rows(missing=True), by="sex", label="label", score="score")
    metrics = chosen_metrics(["roc_auc", "brier_score"], kind=Kind.SCORES)
    found = judged(counts, metrics)
    assert [e.metric for e in found.estimates] == ["roc_auc"] * 3 + ["brier_score"] * 3
    assert {f.verdict for f in found.findings} <= set(Verdict)
    assert not found.bounds


def test_clustered_rows_have_evidence_of_clusters():
    """Where rows come in clusters, shares and functionals both say so in their methods."""
    plain = count(rows(), by="sex", label="label", decision="decision")
    people = count(rows(), by="sex", label="label", decision="decision", cluster="person")
    metrics = chosen_metrics(["accuracy"], kind=Kind.CONFUSION)
    one, other = judged(plain, metrics), judged(people, metrics)
    assert [e.value for e in one.estimates] == [e.value for e in other.estimates]
    assert one.estimates[0].method != other.estimates[0].method


def test_missing_attributes_are_told_once_for_all_metrics():
    """The share missing stands once for each attribute, and each metric has bounds for each group."""
    counts = count(rows(missing=True), by="sex", label="label", decision="decision")
    metrics = chosen_metrics(["accuracy", "selection_rate"], kind=Kind.CONFUSION)
    found = judged(counts, metrics)
    assert {share.attribute for share in found.missing} == {"sex"}
    told = len(found.missing)
    assert {(b.metric, b.group) for b in found.bounds} == {
        (name, group) for name in ("accuracy", "selection_rate") for group in ("sex=F", "sex=M")
    }
    judge_counts(counts, metrics, SEX, "rest", rules=rules(), found=found)
    assert len(found.missing) == told


def test_several_groupings_are_collected_in_order():
    """What is found is added, so that a report has its groupings in the order asked."""
    data = rows()
    counts = count({**data, "old": [i % 3 == 0 for i in range(400)]}, by="sex,old", decision="decision")
    found = Found()
    metrics = chosen_metrics("all", kind=Kind.DECISIONS)
    for grouping in groupings(["old", "sex", "sex,old"]):
        judge_counts(counts, metrics, grouping, "rest", rules=rules(), found=found)
    assert list(dict.fromkeys(f.attribute for f in found.findings)) == ["old", "sex", "sex & old"]


@pytest.mark.parametrize("correction", list(Correction))
def test_every_correction_judges_shares_and_functionals(correction):
    """Each correction gives each kind of evidence its verdicts."""
    counts = count(rows(), by="sex", label="label", score="score")
    functionals = judged(counts, chosen_metrics(["roc_auc"], kind=Kind.SCORES), correction=correction)
    counts = count(rows(), by="sex", label="label", decision="decision")
    shares = judged(counts, chosen_metrics(["accuracy"], kind=Kind.CONFUSION), correction=correction)
    for found in (functionals, shares):
        assert [f.value is not None for f in found.findings] == [True, True]


def test_curves_are_traced_by_grouping_and_of_all_rows():
    """Reliability is by group only; ROC curves end with that of all rows, which has no attribute."""
    counts = count(rows(), by="sex", label="label", score="score")
    found = Found()
    trace_curves(counts, [SEX], confidence=0.9, found=found)
    assert {b.group for b in found.reliability} == {"sex=F", "sex=M"}
    assert {b.level for b in found.reliability} == {0.9}
    assert list(dict.fromkeys(p.attribute for p in found.roc)) == ["sex", ""]
    ends = [p for p in found.roc if p.attribute == ""]
    assert (ends[0].false_positive_rate, ends[0].true_positive_rate) == (0.0, 0.0)
    assert (ends[-1].false_positive_rate, ends[-1].true_positive_rate) == (1.0, 1.0)


def test_metrics_of_the_counts_own_kind_are_needed():
    """A metric of another kind does not pass silently as a number."""
    counts = count(rows(), by="sex", decision="decision")
    with pytest.raises((ValueError, IndexError, KeyError)):
        judged(counts, [CATALOGUE[Kind.REGRESSION]["mean_error"]])
    assert group_table(counts, SEX).kind is Kind.DECISIONS
