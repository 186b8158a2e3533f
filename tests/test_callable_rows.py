"""Evidence of functions of rows: MetricFrame's values, honest intervals, reasons where there is no number."""

from dataclasses import replace

import fairlearn.metrics as fairlearn
import numpy as np
import pyarrow as pa
import pytest
import sklearn.metrics as sklearn

from fairkit.corrections import Correction
from fairkit.counts import Counts, Kind
from fairkit.errors import UsageError
from fairkit.evaluator import evaluate
from fairkit.evidence import Options
from fairkit.functions.callable_rows import CallableRows
from fairkit.functions.callables import CallableMetric, callable_metric
from fairkit.functions.resampling import Calls
from fairkit.functions.row_data import row_data
from fairkit.groups import attributes_of, groupings
from fairkit.judging import Found, Rules, judge_evidence
from fairkit.metrics import Why
from fairkit.questions import Question
from fairkit.shares import REST
from fairkit.tables import group_table

BY = groupings("g")


def correlation(y_true, y_pred, sample_weight=None):
    """Compute Matthews' correlation, some hundred times faster than scikit-learn."""
    weight = np.ones(len(y_true)) if sample_weight is None else sample_weight
    hits, real, said, n = (weight @ x for x in (y_true & y_pred, y_true, y_pred, np.ones(len(y_true))))
    spread = real * (n - real) * said * (n - said)
    return (n * hits - real * said) / np.sqrt(spread) if spread > 0 else np.nan


CORRELATION = CallableMetric("correlation", correlation, better="higher", lowest=-1.0, highest=1.0)


def drawn(sizes, *, seed=0, rate=0.3, hit=0.7, alarm=0.2, clusters=1):
    """Draw rows of groups that decisions treat alike; `clusters` rows each are copies of one."""
    rng = np.random.default_rng(seed)
    group = np.repeat([f"g{i}" for i in range(len(sizes))], sizes)
    y = (rng.random(len(group)) < rate).astype(int)
    d = (rng.random(len(group)) < np.where(y == 1, hit, alarm)).astype(int)
    owner = np.arange(len(group))
    return {name: np.repeat(x, clusters) for name, x in zip("gydc", (group, y, d, owner), strict=True)}


def table_of(data, *, cluster=False):
    """Count two-class rows by hand, which is quicker than reading them."""
    fields = {(1, 1): 0, (0, 1): 1, (1, 0): 2, (0, 0): 3}
    cells = np.zeros((len(data["g"]), 7), int)
    cells[np.arange(len(cells)), [fields[pair] for pair in zip(data["y"], data["d"], strict=True)]] = 1
    owners = [str(c) for c in data["c"]] if cluster else None
    counts = Counts.from_cells(Kind.CONFUSION, ["g"], [(g,) for g in data["g"]], cells, clusters=owners)
    return group_table(counts, BY[0])


def evidence_of(data, metrics, *, cluster=False, score=None, replicates=None, columns=(), progress=None):
    """Collect the evidence of some metrics."""
    asked = {"decision": "d"} if score is None else {"score": score, "threshold": 0.5}
    question = Question(attributes_of(BY), label="y", cluster="c" if cluster else None, **asked)
    rows = row_data(data, question, columns=columns)
    table = table_of(data, cluster=cluster)
    return CallableRows(metrics, rows, table, Options(), replicates=replicates, progress=progress)


def judged(evidence, *, wish="rest", compare="difference"):
    """Judge evidence as the evaluator does."""
    found = Found()
    rules = Rules((compare,), {}, 0.95, Correction.HOLM, Options())
    judge_evidence(evidence, evidence.table, wish, rules=rules, found=found)
    return found


def test_values_are_those_of_metric_frame():
    """Every metric in every group has the value that fairlearn's MetricFrame gives."""
    data = drawn([50, 70, 30])
    functions = {"mcc": sklearn.matthews_corrcoef, "kappa": sklearn.cohen_kappa_score}
    frame = fairlearn.MetricFrame(
        metrics=functions, y_true=data["y"], y_pred=data["d"], sensitive_features=data["g"]
    )
    metrics = [callable_metric(function, name=name) for name, function in functions.items()]
    np.testing.assert_allclose(evidence_of(data, metrics).values.T, frame.by_group.to_numpy(float))


def test_packing_rows_changes_no_replicate_of_a_jackknife():
    """Kinds of rows with weights give what the rows give, one by one or left out in blocks."""
    data = drawn([60, 40])
    group = (data["g"] == "g1").astype(int)
    packed = Calls.of(correlation, data["y"], data["d"], {}, group)

    def plain(y_true, y_pred):
        return correlation(y_true, y_pred)

    rows = Calls.of(plain, data["y"], data["d"], {}, group)
    assert (packed.packed, rows.packed, len(packed.kind)) == (True, False, 8)
    one = packed.pulls(np.flatnonzero(packed.group == 1), 0)
    two = rows.pulls(np.flatnonzero(rows.group == 1), 0)
    assert (one.times * one.pull**2).sum() == pytest.approx((two.times * two.pull**2).sum())
    assert one.times.sum() == two.times.sum() == 40


def test_a_function_that_reads_weights_otherwise_is_not_packed():
    """Where weights are no repetitions the function gets its rows."""

    def odd(y_true, y_pred, sample_weight=None):
        return float(np.mean(y_true == y_pred)) if sample_weight is None else float(np.max(sample_weight))

    data = drawn([60, 40])
    assert not Calls.of(odd, data["y"], data["d"], {}, np.zeros(100)).packed


def test_a_group_on_which_the_function_fails_is_undefined_there_alone():
    """Raising, warning, NaN and vectors all leave a reason; other groups keep their values."""

    def picky(y_true, y_pred):
        if y_true.sum() == 0:
            raise ValueError("no positives")
        return float(np.mean(y_pred))

    def sometimes(y_true, y_pred):
        return np.nan if y_true.sum() == 0 else 0.25

    def vector(y_true, y_pred):
        return np.ones(2) if y_true.sum() == 0 else 0.5

    data = drawn([60, 60, 60])
    data["y"][data["g"] == "g1"] = 0
    metrics = [
        callable_metric(function)
        for function in (picky, sometimes, vector, sklearn.matthews_corrcoef, sklearn.average_precision_score)
    ]
    metrics[-1] = CallableMetric("precision", sklearn.precision_score)
    data["d"][data["g"] == "g1"] = 0
    evidence = evidence_of(data, metrics, replicates=50)
    assert np.isnan(evidence.values[:, 1]).all()
    assert np.isfinite(evidence.values[:, [0, 2]]).all()
    found = judged(evidence)
    own = [e for e in found.estimates if e.group == "g=g1"]
    assert {e.why for e in own} == {Why.METRIC_FAILED}
    assert {f.reason for f in found.findings if f.group == "g=g1"} == {"metric-failed"}
    named = [f for f in judged(evidence, wish=("g1",)).findings if f.group == "g=g0"]
    assert {f.reason for f in named} == {"reference-undefined"}


def test_a_function_that_fails_everywhere_is_refused():
    """The user sees what the function said, and how it was called."""

    def broken(y_true):
        return 0.0

    with pytest.raises(UsageError, match=r"TypeError.*called as broken\(label, decision\)"):
        evidence_of(drawn([30, 30]), [callable_metric(broken)])
    with pytest.raises(UsageError, match="gave a ndarray of shape"):
        evidence_of(drawn([30, 30]), [callable_metric(sklearn.confusion_matrix)])


def test_small_groups_and_constant_values_have_no_interval():
    """Nineteen rows are too few, and a value that never varies is no certainty."""
    found = judged(evidence_of(drawn([19, 200]), [CORRELATION]))
    assert [(e.group, e.low) for e in found.estimates if e.low is None] == [("g=g0", None)]
    assert {f.reason for f in found.findings} == {"few-rows"}

    def constant(y_true, y_pred):
        return 0.5

    none = judged(evidence_of(drawn([60, 60]), [callable_metric(constant)], replicates=50))
    assert {(f.verdict, f.low, f.reason) for f in none.findings} == {("inconclusive", None, "no-variation")}


def test_a_shown_difference_is_a_disparity_and_its_mirror():
    """Two groups that are treated otherwise are told apart, each the rest of the other."""
    one, two = drawn([400], hit=0.95, alarm=0.05), drawn([400], seed=1, hit=0.6, alarm=0.4)
    two["g"] = np.full(400, "g1")
    data = {name: np.concatenate([one[name], two[name]]) for name in one}
    found = judged(evidence_of(data, [CORRELATION]))
    assert [str(f.verdict) for f in found.findings] == ["disparity"] * 2
    first, second = found.findings
    assert (first.low, first.high) == pytest.approx((-second.high, -second.low), rel=0.1)
    assert max(c.p_value for c in found.contrasts) < 1e-6
    assert {f.method for f in found.findings} == {"bootstrap-t"}
    assert {e.method for e in found.estimates} == {"bootstrap-bca"}


def test_ratios_are_judged_on_the_logarithm():
    """The ratio of two groups and that of the reverse have reciprocal intervals of Student's t."""
    data = drawn([300, 300], hit=0.9)
    positive = replace(CORRELATION, lowest=None)
    forth = judged(evidence_of(data, [positive]), wish=("g0",), compare="ratio").findings[0]
    back = judged(evidence_of(data, [positive]), wish=("g1",), compare="ratio").findings[0]
    assert forth.value * back.value == pytest.approx(1)
    assert forth.low < forth.value < forth.high
    assert forth.low * back.high == pytest.approx(1, rel=0.05)


@pytest.mark.parametrize("hit", [0.1, 0.9])
def test_what_may_be_negative_has_no_ratio(hit):
    """A correlation is no base of a ratio, whether it happens to be positive or not."""
    data = drawn([200, 200], hit=hit, alarm=0.5)
    found = judged(evidence_of(data, [CORRELATION]), compare="ratio")
    assert {(f.value, f.reason) for f in found.findings} == {(None, "no-ratio")}


def test_copies_of_rows_in_one_cluster_add_no_certainty():
    """Rows that come five times each in their cluster have the interval of one each."""
    once = judged(evidence_of(drawn([80, 80]), [CORRELATION])).estimates
    five = drawn([80, 80], clusters=5)
    clustered = judged(evidence_of(five, [CORRELATION], cluster=True)).estimates
    loose = judged(evidence_of(five, [CORRELATION])).estimates
    for single, own, wrong in zip(once, clustered, loose, strict=True):
        width = single.high - single.low
        assert own.value == pytest.approx(single.value)
        assert own.high - own.low == pytest.approx(width, rel=0.2)
        assert wrong.high - wrong.low < 0.6 * width
        assert own.method == "cluster-bootstrap-bca"


def test_clusters_that_span_groups_are_drawn_together():
    """People with rows in both groups make the difference surer than two separate samples would be."""
    one = drawn([150])
    data = {name: np.concatenate([values, values]) for name, values in one.items()}
    data["g"] = np.repeat(["g0", "g1"], 150)
    joint = judged(evidence_of(data, [CORRELATION], cluster=True)).contrasts[0]
    apart = judged(evidence_of(data, [CORRELATION])).contrasts[0]
    assert joint.value == apart.value == 0
    assert joint.low is None or joint.high - joint.low < 0.1 * (apart.high - apart.low)


def test_few_clusters_have_students_t_and_fewer_than_three_nothing():
    """The number of clusters decides what can be said."""
    data = drawn([200, 200])
    data["c"] = np.concatenate([np.arange(200) % 8, 100 + np.arange(200) % 2])
    found = judged(evidence_of(data, [CORRELATION], cluster=True))
    assert [(e.method, e.why) for e in found.estimates] == [
        ("cluster-bootstrap-t", None),
        ("none", Why.TOO_FEW_CLUSTERS),
    ]


def test_scores_and_further_columns_are_given_to_the_function():
    """An area under the curve gets scores, a weighted mean its weights."""
    data = drawn([80, 80])
    rng = np.random.default_rng(1)
    data["s"] = np.clip(data["y"] * 0.3 + rng.random(160) * 0.6, 0, 1)
    data["d"] = (data["s"] >= 0.5).astype(int)
    data["w"] = rng.random(160)

    def weighted(y_true, y_pred, *, times):
        return float(np.average(y_pred == y_true, weights=times))

    metrics = [
        callable_metric(sklearn.roc_auc_score),
        CallableMetric("weighted", weighted, sample_params={"times": "w"}),
    ]
    evidence = evidence_of(data, metrics, score="s", replicates=60, columns=["w"])
    own = data["g"] == "g0"
    assert evidence.values[0, 0] == pytest.approx(sklearn.roc_auc_score(data["y"][own], data["s"][own]))
    right = (data["y"] == data["d"])[own]
    assert evidence.values[1, 0] == pytest.approx(np.average(right, weights=data["w"][own]))


def test_rows_without_label_or_prediction_are_left_out():
    """A function never sees what is missing."""
    data = drawn([60, 60])
    labels = np.array(data["y"], object)
    labels[::7] = None
    question = Question(attributes_of(BY), label="y", decision="d")
    rows = row_data({**data, "y": labels}, question)
    table = table_of({name: values[np.arange(120) % 7 > 0] for name, values in data.items()})
    evidence = CallableRows(
        [callable_metric(sklearn.matthews_corrcoef)], rows, table, Options(), replicates=20
    )
    own = (data["g"] == "g0") & (np.arange(120) % 7 > 0)
    assert evidence.values[0, 0] == pytest.approx(sklearn.matthews_corrcoef(data["y"][own], data["d"][own]))


def test_weights_reach_functions_that_take_them():
    """Weighted rows weigh the function, and one that takes no weights is refused."""
    data = {**drawn([60, 60]), "w": np.linspace(0.5, 1.5, 120)}
    question = Question(attributes_of(BY), label="y", decision="d", weight="w")
    rows, table = row_data(data, question), table_of(data)
    found = CallableRows([CORRELATION], rows, table, Options(), replicates=20)
    own = data["g"] == "g0"
    assert found.values[0, 0] == pytest.approx(correlation(data["y"][own], data["d"][own], data["w"][own]))

    def unweighted(y_true, y_pred):
        return 0.0

    with pytest.raises(UsageError, match="takes no sample_weight"):
        CallableRows([callable_metric(unweighted)], rows, table, Options())


def test_the_same_seed_gives_the_same_report_and_progress_is_told():
    """Evidence is reproducible, also for some of its metrics alone."""
    told = []
    data, two = drawn([60, 60, 60]), CallableMetric("again", correlation)
    one = evidence_of(data, [CORRELATION, two], progress=lambda done, of: told.append((done, of)))
    other = evidence_of(data, [CORRELATION, two])
    reference = np.array([REST, REST])
    for a, b in zip(
        one.against(reference, "difference").plain(0.95)[0],
        other.against(reference, "difference").plain(0.95)[0],
        strict=True,
    ):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(one.only([1]).values, one.values[1:])
    np.testing.assert_array_equal(one.only([1]).replicates()[..., 0], one.replicates()[..., 1])
    assert told[-1] == (400, 400)


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [(30, 300)])
def test_intervals_cover_and_parity_is_rarely_called_a_disparity(sizes):
    """A 95 % interval of a correlation covers it, and equal groups differ in at most one of twenty."""
    rate, hit, alarm = 0.3, 0.7, 0.2
    tp, fn, fp, tn = rate * hit, rate * (1 - hit), (1 - rate) * alarm, (1 - rate) * (1 - alarm)
    truth = (tp * tn - fp * fn) / np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    covered, zero, false, runs = [], [], 0, 200
    for seed in range(runs):
        evidence = evidence_of(drawn(sizes, seed=seed), [CORRELATION])
        (low, high), _ = evidence.plain(0.95)
        covered.append((low <= truth) & (truth <= high) | np.isnan(low))
        comparison = evidence.against(np.array([REST]), "difference")
        (low, high), _ = comparison.plain(0.95)
        zero.append((low <= 0) & (high >= 0) | np.isnan(low))
        (low, high), _ = comparison.alone(0.95)
        false += bool(((low > 0) | (high < 0)).any())
    assert (np.mean(covered, axis=0) >= 0.91).all()  # of 200 draws: 95 % less the noise of the simulation
    assert np.mean(zero) >= 0.91
    assert false / runs <= 0.05


@pytest.mark.slow
def test_a_family_of_six_groups_cries_wolf_in_at_most_one_of_twenty():
    """Corrected intervals of six small groups all hold zero in 95 % of fair models."""
    false, runs = 0, 40
    for seed in range(runs):
        evidence = evidence_of(drawn([40] * 6, seed=seed), [CORRELATION])
        comparison = evidence.against(np.array([REST]), "difference")
        (low, high), _ = comparison.corrected(np.full(comparison.value.shape, 1 - 0.05 / 6))
        false += bool(((low > 0) | (high < 0)).any())
    assert false / runs <= 0.05


@pytest.mark.parametrize("counted", [0, 2], ids=["whole", "begun"])
def test_rows_that_are_gone_when_functions_are_asked_are_refused(counted):
    """A stream is used up by counting: to say that no group has rows would be wrong."""
    rows = {"g": ["a", "b"] * 20, "y": [0, 1, 1, 0] * 10, "d": [1, 0, 1, 1] * 10}
    table = pa.table(rows)
    stream = pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=5)[counted:])
    left = 40 - 5 * counted
    with pytest.raises(
        UsageError, match=f"there were 0 rows where {left} were counted: a stream can be read"
    ):
        evaluate(stream, by="g", label="y", decision="d", metrics=["accuracy", sklearn.matthews_corrcoef])
