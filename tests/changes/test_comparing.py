"""Two reports compared: values and gaps of every group, with the interval that decides."""

from __future__ import annotations

import numpy as np
import pytest
from releases import decided, released
from scipy.stats import beta
from statsmodels.stats.proportion import confint_proportions_2indep

import fairkit
from fairkit.baselines.model import baseline_of
from fairkit.baselines.storing import load_baseline, save_baseline
from fairkit.changes.comparing import compare_reports
from fairkit.errors import UsageError

OLD = {"F": (80, 40, 20, 260), "M": (120, 60, 30, 290)}
NEW = {"F": (60, 40, 40, 260), "M": (150, 60, 25, 340)}


def one(found, metric, group):
    """Return the change of one value."""
    return next(c for c in found.changes if (c.metric, c.group) == (metric, group))


def gap(found, metric, group):
    """Return the change of one gap."""
    return next(g for g in found.gaps if (g.metric, g.group) == (metric, group))


def test_a_change_alone_has_newcombes_interval():
    """One group of one attribute is a family of one, whose interval is that of statsmodels."""
    old, new = released({"F": OLD["F"]}), released({"F": NEW["F"]})
    found = compare_reports(old, new, metrics=["true_positive_rate"])
    assert [c.group for c in found.changes] == ["all", "sex=F"]
    low, high = confint_proportions_2indep(60, 100, 80, 100, method="newcomb", compare="diff")
    for change in found.changes:
        assert (change.old, change.new, change.value) == pytest.approx((0.8, 0.6, -0.2))
        assert (change.low, change.high, change.level) == pytest.approx((low, high, 0.95))
        assert (change.method, change.verdict, change.n_old, change.n_new) == ("newcombe", "worse", 100, 100)


def test_a_family_is_corrected_by_holm_on_exact_limits():
    """With two groups the interval is MOVER of Clopper and Pearson's limits, at the level Holm leaves."""
    old, new = {**OLD, "F": (160, 40, 40, 260)}, {**NEW, "F": (120, 40, 80, 260)}
    found = compare_reports(released(old), released(new), metrics=["true_positive_rate"])
    women, men = one(found, "true_positive_rate", "sex=F"), one(found, "true_positive_rate", "sex=M")
    assert (women.level, men.level) == (0.975, 0.95)
    for change, (k1, n1), (k2, n2) in (
        (women, (160, 200), (120, 200)),
        (men, (120, 150), (150, 175)),
    ):
        tail = (1 - change.level) / 2
        l1, u1 = beta.ppf([tail, 1 - tail], [k1, k1 + 1], [n1 - k1 + 1, n1 - k1])
        l2, u2 = beta.ppf([tail, 1 - tail], [k2, k2 + 1], [n2 - k2 + 1, n2 - k2])
        p1, p2 = k1 / n1, k2 / n2
        low = p2 - p1 - np.hypot(p2 - l2, u1 - p1)
        high = p2 - p1 + np.hypot(u2 - p2, p1 - l1)
        assert (change.low, change.high) == pytest.approx((low, high))
        assert change.method == "mover-clopper-pearson"
    assert (women.verdict, men.verdict) == ("worse", "inconclusive")
    assert (women.no_worse, men.no_worse) == (False, True)


def test_a_gap_changes_by_the_difference_of_two_differences():
    """The change of a gap, and MOVER's limits of it, are those computed by hand from both gaps."""
    found = compare_reports(released(OLD), released(NEW), metrics=["true_positive_rate"])
    women = gap(found, "true_positive_rate", "sex=F")
    assert (women.before, women.after) == pytest.approx((0.0, 0.6 - 150 / 175))
    assert women.value == pytest.approx(0.6 - 150 / 175)
    before = confint_proportions_2indep(80, 100, 120, 150, method="newcomb", compare="diff")
    after = confint_proportions_2indep(60, 100, 150, 175, method="newcomb", compare="diff")
    low = women.value - np.hypot(women.after - after[0], before[1] - women.before)
    high = women.value + np.hypot(after[1] - women.after, women.before - before[0])
    assert (women.low, women.high, women.level) == pytest.approx((low, high, 0.95))
    assert (women.verdict, women.method, women.reference) == ("widened", "mover-newcombe", "rest")
    men = gap(found, "true_positive_rate", "sex=M")
    assert (men.value, men.low, men.high) == pytest.approx((-women.value, -women.high, -women.low))


def test_a_named_reference_is_what_gaps_are_to():
    """Where both reports compare with one group, so does the change of gaps, and it has none of its own."""
    old, new = released(OLD, reference="sex=M"), released(NEW, reference="sex=M")
    found = compare_reports(old, new, metrics=["accuracy"])
    assert [(g.group, g.reference) for g in found.gaps] == [("sex=F", "sex=M")]
    assert found.asked.reference == {"sex": "sex=M"}
    other = compare_reports(released(OLD), new, metrics=["accuracy"])
    assert {g.reference for g in other.gaps} == {"rest"}
    asked = compare_reports(released(OLD), new, metrics=["accuracy"], reference="sex=F")
    assert [g.group for g in asked.gaps] == ["sex=M"]
    with pytest.raises(UsageError, match="the old report has no group 'sex=X'"):
        compare_reports(old, released({**NEW, "X": (1, 1, 1, 1)}), reference="sex=X")


def test_the_best_group_is_no_fixed_reference():
    """Which group is best depends on the data, so that gaps are to the rest instead, which a note says."""
    old, new = released(OLD, reference="best"), released(NEW, reference="best")
    found = compare_reports(old, new, metrics=["accuracy"])
    assert found.asked.reference == {"sex": "rest"}
    assert any("which group is best" in note for note in found.notes)


def test_groups_of_one_side_are_listed_and_never_dropped():
    """A group that only one report has is listed with its size, and its change has the reason."""
    found = compare_reports(released({**OLD, "D": (9, 1, 1, 9)}), released({**NEW, "X": (5, 5, 5, 5)}))
    assert [(g.group, g.only_in, g.rows) for g in found.groups_apart] == [
        ("sex=D", "old", 20),
        ("sex=X", "new", 20),
    ]
    gone, fresh = one(found, "accuracy", "sex=D"), one(found, "accuracy", "sex=X")
    assert (gone.old, gone.new, gone.reason, gone.reason_of) == (0.9, None, "only-in-old", "new")
    assert (fresh.old, fresh.new, fresh.reason, fresh.reason_of) == (None, 0.5, "only-in-new", "old")
    assert {gone.verdict, fresh.verdict, gap(found, "accuracy", "sex=X").verdict} == {"inconclusive"}


def test_what_is_undefined_has_its_reason_and_its_side():
    """A rate without a denominator on one side says which side, and why."""
    found = compare_reports(released({**OLD, "X": (0, 3, 0, 9)}), released({**NEW, "X": (4, 3, 4, 9)}))
    change = one(found, "true_positive_rate", "sex=X")
    assert (change.old, change.value, change.reason, change.reason_of) == (None, None, "no-positives", "old")
    shift = gap(found, "true_positive_rate", "sex=X")
    assert (shift.before, shift.reason, shift.reason_of) == (None, "no-positives", "old")


def test_saved_and_loaded_reports_give_what_reports_in_memory_give(tmp_path):
    """A baseline's file, a report's file and the report itself are compared alike."""
    old, new = released(OLD), released(NEW)
    expected = compare_reports(old, new, names=("a", "b"))
    kept = load_baseline(save_baseline(old, tmp_path))
    path = tmp_path / "new.json"
    path.write_text(new.to_json(), encoding="utf-8")
    found = compare_reports(kept, load_baseline(path), names=("a", "b"))
    assert (found.changes, found.gaps, found.old) == (expected.changes, expected.gaps, expected.old)


def test_the_same_report_twice_changed_nothing():
    """Every change of a report from itself is 0, nothing is worse, and a note says that the counts agree."""
    report = released(OLD)
    found = compare_reports(report, report)
    assert {c.value for c in found.changes} | {g.value for g in found.gaps} == {0.0}
    assert not found.any_worse
    assert found.notes == ("Both reports have the same counts: nothing changed.",)


def test_better_and_worse_go_with_the_metric():
    """A lower false positive rate is better; prevalence is neither, and so is its direction."""
    old = released({"F": (100, 300, 100, 500)})
    new = released({"F": (100, 100, 100, 700)})
    found = compare_reports(old, new, metrics=["false_positive_rate"])
    assert {c.verdict for c in found.changes} == {"better"}
    back = compare_reports(new, old, metrics=["false_positive_rate"])
    assert back.any_worse
    assert {c.no_worse for c in back.changes} == {False}
    labels = compare_reports(
        released({"F": (500, 0, 500, 0)}), released({"F": (400, 0, 200, 400)}), metrics=["prevalence"]
    )
    assert {(c.verdict, c.no_worse) for c in labels.changes} == {("lower", None)}


def test_a_margin_decides_what_counts():
    """Within a wider margin the same interval shows equivalence."""
    old, new = released({"F": (800, 200, 200, 800)}), released({"F": (760, 200, 240, 800)})
    narrow = compare_reports(old, new, metrics=["true_positive_rate"])
    wide = compare_reports(old, new, metrics=["true_positive_rate"], margin=0.1)
    assert (narrow.changes[0].low, narrow.changes[0].high) == (wide.changes[0].low, wide.changes[0].high)
    assert ({c.verdict for c in narrow.changes}, {c.verdict for c in wide.changes}) == (
        {"inconclusive"},
        {"equivalent"},
    )


def test_intersections_can_be_read_by_their_parts():
    """Counts by sex and age are also counts by sex; groupings of one side only are named."""
    rng = np.random.default_rng(0)
    rows = {
        "sex": rng.choice(["F", "M"], 900),
        "age": rng.choice(["old", "young"], 900),
        "d": rng.integers(0, 2, 900),
    }
    crossed = fairkit.evaluate(rows, decision="d", by=["sex,age"])
    plain = fairkit.evaluate(rows, decision="d", by=["sex"])
    found = compare_reports(crossed, plain)
    assert found.asked.attributes == ("sex",)
    assert found.attributes_old == ("sex & age",)
    turned = fairkit.evaluate(rows, decision="d", by=["age,sex"])
    assert compare_reports(crossed, turned).asked.attributes == ("age & sex",)
    assert {c.value for c in compare_reports(crossed, turned).changes} == {0.0}
    assert compare_reports(crossed, turned, attributes=["sex,age"]).asked.attributes == ("age & sex",)


def test_every_kind_of_counts_can_be_compared():
    """Scores, classes, regressions and rates of events change too, with intervals of their own."""
    rng = np.random.default_rng(1)
    n = 600
    label = rng.integers(0, 2, n)
    rows = {
        "sex": rng.choice(["F", "M"], n),
        "y": label,
        "s": label * 0.4 + rng.random(n) * 0.6,
        "kind": rng.choice(["a", "b", "c"], n),
        "guess": rng.choice(["a", "b", "c"], n),
        "income": rng.normal(50, 10, n),
        "predicted": rng.normal(50, 10, n),
        "claims": rng.poisson(2, n),
    }
    worse = {**rows, "s": rng.random(n), "predicted": rows["predicted"] + 20, "claims": rng.poisson(4, n)}
    asked = {
        "roc_auc": {"label": "y", "score": "s"},
        "accuracy": {"label": "kind", "decision": "guess", "classes": "all"},
        "mean_absolute_error": {"label": "income", "prediction": "predicted"},
        "event_rate": {"events": "claims"},
    }
    verdicts = {}
    for metric, columns in asked.items():
        old, new = (fairkit.evaluate(data, by="sex", **columns, metrics=[metric]) for data in (rows, worse))
        found = compare_reports(old, new)
        assert all(c.low < c.value < c.high or c.value == 0 for c in found.changes)
        verdicts[metric] = {c.verdict for c in found.changes}
    assert verdicts["roc_auc"] == verdicts["mean_absolute_error"] == {"worse"}
    assert verdicts["event_rate"] == {"higher"}
    assert verdicts["accuracy"] == {"inconclusive"}


def test_clusters_widen_the_interval_and_must_be_there():
    """Reports in memory know their clusters; saved ones do not, and are refused with the way out."""
    rng = np.random.default_rng(2)
    who = rng.integers(0, 60, 1200)
    habit = rng.random(60)[who]

    def drawn(seed):
        own = np.random.default_rng(seed)
        return {"sex": np.where(who % 2, "F", "M"), "d": (own.random(1200) < habit).astype(int), "who": who}

    old, new = (fairkit.evaluate(drawn(i), decision="d", by="sex", cluster="who") for i in (1, 2))
    plain = [fairkit.evaluate(drawn(i), decision="d", by="sex") for i in (1, 2)]
    wide, narrow = compare_reports(old, new), compare_reports(*plain)
    for one_, other in zip(wide.changes, narrow.changes, strict=True):
        assert one_.value == pytest.approx(other.value)
        assert one_.high - one_.low > 1.5 * (other.high - other.low)
    assert any("Some clusters are in both" in note for note in wide.notes)
    with pytest.raises(UsageError, match=r"the old report rests on clustered rows \('who'\).*--id COL"):
        compare_reports(baseline_of(old), new)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"metrics": ["acuracy"]}, "Did you mean 'accuracy'?"),
        ({"metrics": ["roc_auc"]}, "roc_auc"),
        (
            {"attributes": ["sexx"]},
            "attribute 'sexx' is not in both reports .both have 'sex'.*Did you mean 'sex'",
        ),
        ({"correction": "max-t"}, "needs the bootstrap of one data set"),
        ({"correction": "bonferroni"}, "correction 'bonferroni' is unknown"),
        ({"confidence": 0.3}, "confidence 0.3 is no level"),
        ({"margin": (0.8, 1.25)}, "one of a ratio"),
    ],
)
def test_what_makes_no_sense_is_refused(asked, message):
    """Unknown metrics, attributes and options are refused with what there is."""
    with pytest.raises(UsageError, match=message):
        compare_reports(released(OLD), released(NEW), **asked)


def test_reports_without_anything_in_common_are_refused():
    """Other attributes, or counts of another kind, cannot be subtracted."""
    with pytest.raises(
        UsageError, match=r"no attribute in common: the old one is by 'sex', the new one by 'race'"
    ):
        compare_reports(released(OLD), released(OLD, attribute="race"))
    unlabelled = fairkit.evaluate(decided(OLD), decision="d", by="sex")
    with pytest.raises(UsageError, match=r"old one has counts of confusion, the new one of decisions"):
        compare_reports(released(OLD), unlabelled)


def test_levels_written_otherwise_are_noticed():
    """Where no group is on both sides, a note asks how levels are written."""
    found = compare_reports(released(OLD), released({"female": NEW["F"], "male": NEW["M"]}))
    assert any("are levels written in the same way?" in note for note in found.notes)
    assert len(found.groups_apart) == 4


def test_the_same_rows_twice_are_told_to_be_paired(tmp_path):
    """Two reports of one file say that their intervals are too wide, and how rows are paired."""
    path = tmp_path / "rows.csv"
    rows = decided(OLD)
    lines = [f"{sex},{y},{d},{1 - d}" for sex, y, d in zip(rows["sex"], rows["y"], rows["d"], strict=True)]
    path.write_text("\n".join(["sex,y,d,e", *lines]), encoding="utf-8")
    old, new = (fairkit.evaluate(path, label="y", decision=column, by="sex") for column in "de")
    assert any("--id COL" in note for note in compare_reports(old, new).notes)


def test_rows_needed_are_those_of_the_new_data():
    """So many new rows, and old ones as they are, decide; where the old ones leave too much open, none do."""
    old, new = {"F": (1600, 0, 400, 0)}, {"F": (130, 0, 70, 0)}
    (_, change) = compare_reports(
        released(old), released(new), metrics=["true_positive_rate"], margin=0.1
    ).changes
    assert change.verdict == "inconclusive"
    assert change.n_needed > change.n_new
    needed, verdicts = change.n_needed, []
    for n in (needed // 2, round(1.1 * needed)):  # about: limits of small samples lean to the middle
        hits = round(0.65 * n)
        grown = released({"F": (hits, 0, n - hits, 0)})
        found = compare_reports(released(old), grown, metrics=["true_positive_rate"], margin=0.1)
        verdicts.append(found.changes[1].verdict)
    assert verdicts == ["inconclusive", "worse"]
    few = released({"F": (16, 0, 4, 0)})
    (_, change) = compare_reports(few, released(new), metrics=["true_positive_rate"], margin=0.1).changes
    assert (change.verdict, change.n_needed) == ("inconclusive", None)


def test_transcripts_are_compared_by_their_speakers():
    """Error rates of two systems on the same kind of calls change with intervals that know the speakers."""
    from fairkit.speech import evaluate

    def calls(wrong, seed):
        rng = np.random.default_rng(seed)
        rows = {"accent": [], "who": [], "said": [], "heard": []}
        for speaker in range(24):
            accent = "US" if speaker % 2 else "UK"
            for _ in range(8):
                said = rng.choice(list("abcdef"), 10)
                rows["accent"].append(accent)
                rows["who"].append(f"s{speaker}")
                rows["said"].append(" ".join(said))
                rows["heard"].append(" ".join(np.where(rng.random(10) < wrong[accent], "x", said)))
        return evaluate(rows, reference="said", hypothesis="heard", by="accent", speaker="who")

    old, new = calls({"US": 0.1, "UK": 0.1}, 1), calls({"US": 0.1, "UK": 0.4}, 2)
    found = compare_reports(old, new, metrics=["word_error_rate"])
    assert {c.group: c.verdict for c in found.changes if c.attribute}["accent=UK"] == "worse"
    assert gap(found, "word_error_rate", "accent=UK").verdict == "widened"
    assert "speaker" in one(found, "word_error_rate", "accent=UK").method
    undecided = one(found, "word_error_rate", "accent=US")
    assert undecided.clusters_needed is None or undecided.clusters_needed >= 20


def test_models_are_compared_under_their_names():
    """Reports of several models are compared model by model; one that only one side has is left out."""
    rows = {**decided(OLD), "e": [0, 1] * 450}
    rows = {name: column[:900] for name, column in rows.items()}
    old = fairkit.evaluate(rows, label="y", decision={"a": "d", "b": "e"}, by="sex", metrics=["accuracy"])
    new = fairkit.evaluate(rows, label="y", decision={"a": "d", "c": "e"}, by="sex", metrics=["accuracy"])
    found = compare_reports(old, new)
    assert found.asked.metrics == ("accuracy[a]",)
    assert {c.value for c in found.changes} == {0.0}
    assert any("'accuracy[c]' cannot be measured on the old report" in note for note in found.notes)
