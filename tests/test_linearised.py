"""Evidence of functionals: variances of rows and of clusters, limits that hold, and reasons where none do."""

import itertools

import numpy as np
import pytest
from scipy import stats
from score_counts import score_counts
from statsmodels.stats.proportion import proportion_confint
from sums_of_rows import counts_of, event_rows, part_of, ranking_rows, regression_rows

from fairkit.contrasts import contrasts, reference_positions
from fairkit.corrections import Correction
from fairkit.counts import Counts, Kind
from fairkit.estimates import estimates
from fairkit.evidence import Options
from fairkit.findings import Verdict, findings, judge
from fairkit.groups import groupings
from fairkit.headlines import headlines
from fairkit.inference import newcombe
from fairkit.linearised import LinearisedRows
from fairkit.margins import margins_for
from fairkit.metrics import Why, chosen_metrics
from fairkit.shares import REST
from fairkit.tables import group_cells, group_table


def evidence_of(counts, names="all", **options):
    """Make evidence of counts by the attribute g."""
    grouping = groupings("g")[0]
    metrics = chosen_metrics(names, kind=counts.kind)
    table = group_table(counts, grouping)
    return LinearisedRows(metrics, group_cells(counts, grouping), table, Options(**options))


def judged_of(evidence, *, compare="difference", correction="holm", margin=None, reference=REST):
    """Judge every contrast of some evidence."""
    given = {} if margin is None else {compare: (-margin, margin)}
    return judge(
        evidence.metrics,
        evidence.table,
        evidence,
        np.full(len(evidence.metrics), reference),
        compare=compare,
        margins=margins_for(evidence.metrics, given, compare, evidence.table.sums),
        confidence=0.95,
        correction=Correction(correction),
        selected_reference=False,
    )


def errors(rng, n, *, groups=3, spread=2.0, cluster=None, weight=None, shift=0.0):
    """Draw regression counts with normal errors."""
    label = rng.normal(5, spread, n)
    prediction = label + rng.normal(shift, 1, n)
    group = np.arange(n) % groups
    rows = regression_rows(label, prediction, prediction - 1.5, prediction + rng.uniform(0.5, 2, n))
    return counts_of(Kind.REGRESSION, rows, group, cluster=cluster, weight=weight), prediction - label, group


def scores(rng, n, *, groups=2, positives=0.4, cluster=None, weight=None):
    """Draw scores in 32 bins, with their labels."""
    label = (rng.random(n) < positives).astype(int)
    score = np.clip(rng.beta(2 + label, 3), 0, 0.999)
    group = [str(g) for g in np.arange(n) % groups]
    clusters = None if cluster is None else [str(c) for c in cluster]
    return score_counts(score, label, group, width=1 / 32, weights=weight, clusters=clusters), label


# --- oracles ---


def test_mean_errors_have_students_and_welchs_intervals():
    """On the identity scale the interval is Student's t, the contrast Welch's, and so is the p-value."""
    counts, error, group = errors(np.random.default_rng(0), 90, shift=0.3)
    evidence = evidence_of(counts, ["mean_error"])
    bounds, method = evidence.plain(0.9)
    comparison = evidence.against(np.array([1]), "difference")
    contrast, contrast_method = comparison.plain(0.9)
    for g in (0, 2):
        own, other = error[group == g], error[group == 1]
        student = stats.ttest_1samp(own, 0).confidence_interval(0.9)
        assert (bounds.low[0, g], bounds.high[0, g]) == pytest.approx(tuple(student))
        welch = stats.ttest_ind(own, other, equal_var=False)
        assert comparison.p_values()[0, g] == pytest.approx(welch.pvalue, rel=1e-6)
        interval = welch.confidence_interval(0.9)
        assert (contrast.low[0, g], contrast.high[0, g]) == pytest.approx((interval.low, interval.high))
    assert (method[0, 0], contrast_method[0, 0]) == ("t", "mover-t")
    assert np.isnan(comparison.value[0, 1])


def test_coverage_has_wilsons_and_newcombes_intervals():
    """The share of labels inside an interval is a share of rows, and has the limits of one."""
    counts, _, _ = errors(np.random.default_rng(1), 150)
    evidence = evidence_of(counts, ["interval_coverage"])
    inside = evidence.values[0] * 50
    bounds, method = evidence.plain(0.95)
    low, high = proportion_confint(inside, 50, method="wilson")
    np.testing.assert_allclose([bounds.low[0], bounds.high[0]], [low, high])
    contrast, _ = evidence.against(np.array([0]), "difference").plain(0.95)
    expected = newcombe(inside[1], 50, inside[0], 50)
    assert (contrast.low[0, 1], contrast.high[0, 1]) == pytest.approx(
        (float(expected.low), float(expected.high))
    )
    assert method[0, 0] == "wilson"


@pytest.mark.parametrize("events", [0, 1, 7, 60])
def test_corrected_limits_of_equal_exposures_are_garwoods_at_most(events):
    """Events one in a row have the dispersion 1 - rate, and limits no wider than exact Poisson limits."""
    row = np.r_[np.ones(events), np.zeros(1000 - events)]
    other = np.tile([1.0, 0.0], 500)
    counts = counts_of(Kind.EVENTS, event_rows(np.r_[row, other], np.ones(2000)), np.repeat([0, 1], 1000))
    bounds, method = evidence_of(counts).plain(0.95)
    low = stats.gamma.ppf(0.025, events) if events else 0.0
    high = stats.gamma.ppf(0.975, events + 1)
    assert method[0, 0] == "gamma"
    assert bounds.low[0, 0] >= low / 1000
    assert bounds.high[0, 0] <= high / 1000
    if events > 0:
        assert bounds.high[0, 0] - bounds.low[0, 0] > 0.75 * (high - low) / 1000


@pytest.mark.parametrize("kind", ["regression", "scores"])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_rest_is_what_the_other_groups_are_together(kind, weighted):
    """Merging all groups but one gives the values and intervals that stand for the rest."""
    rng = np.random.default_rng(2)
    n = 600
    weight = rng.uniform(0.5, 2, n) if weighted else None
    counts = (
        errors(rng, n, weight=weight)[0]
        if kind == "regression"
        else scores(rng, n, groups=3, weight=weight)[0]
    )
    other, _ = evidence_of(counts).others()
    for g in range(3):
        levels = tuple("own" if i == g else "rest" for i in range(3))
        merged = Counts.from_cells(
            counts.kind,
            ["g"],
            [(levels[code],) for code in counts.codes[:, 0]],
            counts.values,
            squares=counts.squares,
            rows=None if counts.rows is None else counts.row_counts,
            axes=counts.axes,
            axis_cells=None
            if counts.axis_codes is None
            else [(counts.axes[0].levels[code],) for code in counts.axis_codes[:, 0]],
        )
        pair = evidence_of(merged).own
        for mine, theirs in ((other.value, pair.value), (other.variance, pair.variance)):
            np.testing.assert_allclose(mine[:, g], theirs[:, 1], rtol=1e-7)


def test_the_rest_survives_one_group_of_huge_weight():
    """The rest of a group that outweighs it a billion times keeps its digits, with an axis and without."""
    heavy = np.where(np.arange(600) % 3 == 0, 1e11, 1.0)
    for counts, light in (
        (errors(np.random.default_rng(3), 600, weight=heavy)[0], errors(np.random.default_rng(3), 600)[0]),
        (
            scores(np.random.default_rng(4), 600, groups=3, weight=heavy)[0],
            scores(np.random.default_rng(4), 600, groups=3)[0],
        ),
    ):
        found, expected = evidence_of(counts).others()[0], evidence_of(light).others()[0]
        np.testing.assert_allclose(found.value[:, 0], expected.value[:, 0], rtol=1e-5)
        np.testing.assert_allclose(found.variance[:, 0], expected.variance[:, 0], rtol=1e-4)


# --- clusters ---


def test_the_variance_of_clusters_is_their_jackknife():
    """Leaving out one cluster at a time gives the variance that the pulls give."""
    rng = np.random.default_rng(5)
    n, people = 1200, 60
    cluster = rng.integers(0, people, n)
    label = rng.normal(5, 2, n) + rng.normal(0, 1, people)[cluster]
    rows = regression_rows(label, label + rng.normal(0, 1, n) + rng.normal(0, 0.5, people)[cluster])
    evidence = evidence_of(counts_of(Kind.REGRESSION, rows, np.zeros(n, int), cluster=cluster), "default")
    for i, m in enumerate(evidence.metrics):
        left = [m.measure(part_of(Kind.REGRESSION, rows[cluster != c])).value for c in range(people)]
        variance = (people - 1) / people * ((np.array(left) - np.mean(left)) ** 2).sum()
        assert evidence.own.variance[i, 0] == pytest.approx(variance, rel=0.05)
        assert evidence.own.freedom[i, 0] < people
    assert evidence.plain(0.95)[1][0, 0] == "cluster-t"


@pytest.mark.parametrize("kind", ["regression", "scores"])
def test_clusters_of_one_row_are_plain_rows(kind):
    """Where every row is its own cluster, values agree and intervals hardly differ from independent rows."""
    n = 800
    made = {
        cluster is None: (
            errors(np.random.default_rng(6), n, cluster=cluster)[0]
            if kind == "regression"
            else scores(np.random.default_rng(6), n, groups=3, cluster=cluster)[0]
        )
        for cluster in (None, np.arange(n))
    }
    alone, clustered = evidence_of(made[True]), evidence_of(made[False])
    np.testing.assert_allclose(alone.values, clustered.values)
    for one, two in ((alone.own, clustered.own), (alone.others()[0], clustered.others()[0])):
        ratio = np.sqrt(two.variance / one.variance)
        assert (np.abs(ratio - 1) < 0.04).all()
    covariance = clustered.others()[1]
    assert np.abs(covariance).max() < 1e-12 * clustered.own.variance.max() + 1e-15


def test_repeated_rows_do_not_add_certainty():
    """Copying every row ten times within its cluster changes no clustered interval."""
    rng = np.random.default_rng(7)
    label = rng.normal(5, 2, 300)
    rows = regression_rows(label, label + rng.normal(0, 1, 300))
    cluster, group = np.arange(300), np.arange(300) % 2
    once, often = (
        evidence_of(
            counts_of(
                Kind.REGRESSION,
                np.repeat(rows, k, axis=0),
                np.repeat(group, k),
                cluster=np.repeat(cluster, k),
            ),
            "default",
        )
        for k in (1, 10)
    )
    for one, two in zip(once.plain(0.95)[0], often.plain(0.95)[0], strict=True):
        np.testing.assert_allclose(one, two)


@pytest.mark.parametrize("reference", [REST, 1])
@pytest.mark.parametrize("compare", ["difference", "ratio"])
def test_groups_that_share_clusters_keep_their_correlation(compare, reference):
    """People who are in both groups make a contrast surer than separate people would."""
    rng = np.random.default_rng(8)
    n, people = 2000, 80
    person, group = rng.integers(0, people, n), rng.integers(0, 2, n)
    label = rng.normal(5, 2, n)
    rows = regression_rows(label, label + rng.normal(0, 1, n) * rng.uniform(0.3, 2, people)[person])
    shared, apart = (
        evidence_of(counts_of(Kind.REGRESSION, rows, group, cluster=c), ["mean_absolute_error"])
        for c in (person, person * 2 + group)
    )
    widths = [
        np.diff(e.against(np.array([reference]), compare).plain(0.95)[0], axis=0)[0, 0, 0]
        for e in (shared, apart)
    ]
    assert widths[0] < 0.7 * widths[1]


def test_only_the_rows_of_scarce_kinds_count_as_clusters():
    """An AUC with positives in two clusters only is not known, though a mean score of the same rows is."""
    rng = np.random.default_rng(9)
    n = 400
    _, label = scores(rng, n, groups=1, positives=0.3)
    cluster = np.where(label == 1, np.arange(n) % 2, np.arange(n) % 40)
    counts = scores(np.random.default_rng(9), n, groups=1, positives=0.3, cluster=cluster)[0]
    evidence = evidence_of(counts, ["roc_auc", "mean_score"])
    low = evidence.plain(0.95)[0].low[:, 0]
    assert np.isnan(low).tolist() == [True, False]
    assert evidence.why_no_interval(0, 0) is Why.TOO_FEW_CLUSTERS


# --- reasons and refusals ---


def table_of(*errors_of_groups):
    """Count groups with these errors and labels of 0, 1, 2 ..."""
    made = [np.asarray(e, float) for e in errors_of_groups]
    label = np.concatenate([np.arange(len(e)) * 1.0 for e in made])
    rows = regression_rows(label, label + np.concatenate(made))
    return counts_of(Kind.REGRESSION, rows, np.repeat(np.arange(len(made)), [len(e) for e in made]))


def test_few_rows_and_no_variation_are_told_apart():
    """Nine rows are too few; twelve equal ones do not vary; neither gives an interval or a verdict."""
    rng = np.random.default_rng(10)
    counts = table_of(rng.normal(size=9), np.full(12, 0.25), rng.normal(size=400))
    evidence = evidence_of(counts, ["mean_error"])
    written = estimates(evidence.metrics, evidence.table, evidence, confidence=0.95)
    assert [e.why for e in written] == [Why.FEW_ROWS, Why.NO_VARIATION, None]
    assert all(e.value is not None for e in written)
    judged = judged_of(evidence)
    assert [(f.verdict, f.reason) for f in findings(judged)[:2]] == [
        (Verdict.INCONCLUSIVE, "few-rows"),
        (Verdict.INCONCLUSIVE, "no-variation"),
    ]
    pairs = contrasts(
        evidence.metrics,
        evidence.table,
        judged.reference,
        judged.comparison,
        judged.p_values,
        compare="difference",
        confidence=0.95,
    )
    assert [p.why for p in pairs[:2]] == [Why.FEW_ROWS, Why.NO_VARIATION]
    assert [p.p_value for p in pairs[:2]] == [None, None]
    (headline,) = headlines(judged)
    assert headline.verdict is Verdict.INCONCLUSIVE
    assert headline.undefined == 2


@pytest.mark.parametrize("compare", ["difference", "ratio"])
@pytest.mark.parametrize("correction", list(Correction))
def test_a_group_that_happens_not_to_vary_is_never_certain(compare, correction):
    """Twenty equal errors far from the others' are neither a disparity nor parity, by any correction."""
    rng = np.random.default_rng(11)
    counts = table_of(np.full(20, 5.0), rng.normal(size=300), rng.normal(size=300))
    evidence = evidence_of(counts, ["mean_absolute_error", "root_mean_squared_error"], replicates=300)
    judged = judged_of(evidence, compare=compare, correction=str(correction))
    own = [f for f in findings(judged) if f.group == "g=0"]
    assert {(f.verdict, f.reason) for f in own} == {(Verdict.INCONCLUSIVE, "no-variation")}


def test_a_label_near_1e6_has_an_r2_but_no_interval():
    """Where the value can be known and its variance cannot, the interval says that digits were lost."""
    rng = np.random.default_rng(12)
    label = rng.normal(2e4, 2, 500)
    rows = regression_rows(label, label + rng.normal(size=500))
    evidence = evidence_of(counts_of(Kind.REGRESSION, rows, np.arange(500) % 2), ["r2_score"])
    (written, _) = estimates(evidence.metrics, evidence.table, evidence, confidence=0.95)
    assert written.value == pytest.approx(0.75, abs=0.05)
    assert written.why is Why.LOST_PRECISION


def test_a_mean_error_has_no_ratio():
    """Values that may be negative are not divided by one another, and the reason says so."""
    counts, _, _ = errors(np.random.default_rng(13), 300, shift=1.0)
    evidence = evidence_of(counts, ["mean_error", "r2_score", "mean_absolute_error"])
    found = findings(judged_of(evidence, compare="ratio"))
    assert {f.metric: f.reason for f in found if f.value is None} == {
        "mean_error": "no-ratio",
        "r2_score": "no-ratio",
    }


def test_no_events_have_an_upper_limit():
    """A group without any event among 1,000 rows is known to have a lower rate than one event in ten."""
    rng = np.random.default_rng(14)
    events = np.r_[np.zeros(1000), (rng.random(1000) < 0.1)].astype(float)
    counts = counts_of(Kind.EVENTS, event_rows(events, np.ones(2000)), np.repeat([0, 1], 1000))
    evidence = evidence_of(counts)
    (finding, _) = findings(judged_of(evidence))
    assert (finding.verdict, finding.value is not None) == (Verdict.DISPARITY, True)
    assert evidence.plain(0.95)[0].low[0, 0] == 0


def test_a_lonely_group_has_no_rest():
    """With one group there is nothing to compare with, and the reason is that the rest has no rows."""
    counts, _, _ = errors(np.random.default_rng(15), 60, groups=1)
    evidence = evidence_of(counts, ["mean_error", "r2_score"])
    assert {f.reason for f in findings(judged_of(evidence))} == {"reference-undefined"}


def test_one_outlier_does_not_hide_what_other_groups_show():
    """A wild error in one group leaves the verdicts on other groups' errors as they were."""
    rng = np.random.default_rng(25)
    n = 2000
    label, group = rng.normal(5, 2, 5 * n), np.repeat(np.arange(5), n)
    error = rng.normal(size=5 * n) * np.where(group == 0, 1.5, 1.0)
    error[-1] = 60.0
    evidence = evidence_of(
        counts_of(Kind.REGRESSION, regression_rows(label, label + error), group), ["mean_absolute_error"]
    )
    assert findings(judged_of(evidence))[0].verdict is Verdict.DISPARITY


# --- the contract of evidence ---


@pytest.mark.parametrize("clustered", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", ["regression", "scores", "ranking", "events"])
def test_every_room_after_evidence_takes_functionals(kind, weighted, clustered):
    """Estimates, contrasts, findings and headlines are written for every kind, comparison and correction."""
    rng = np.random.default_rng(16)
    n = 400
    cluster = rng.integers(0, 40, n) if clustered else None
    weight = rng.uniform(0.5, 2, n) if weighted else None
    group = np.arange(n) % 3
    if kind == "regression":
        counts = errors(rng, n, cluster=cluster, weight=weight)[0]
    elif kind == "scores":
        counts = scores(rng, n, groups=3, cluster=cluster, weight=weight)[0]
    elif kind == "ranking":
        rows = ranking_rows(rng.uniform(0.2, 1, n), rng.gamma(2, size=n), rng.beta(4, 1, n))
        counts = counts_of(Kind.RANKING, rows, group, cluster=cluster, weight=weight)
    else:
        rows = event_rows(rng.poisson(0.5, n), rng.uniform(0.5, 2, n))
        counts = counts_of(Kind.EVENTS, rows, group, cluster=cluster, weight=weight)
    evidence = evidence_of(counts, replicates=300)
    metrics, table = evidence.metrics, evidence.table
    for e in estimates(metrics, table, evidence, confidence=0.95):
        assert (e.low is None) == (e.why is not None)
        assert e.low is None or e.low <= e.value <= e.high
    for wish in ("rest", "best", ("1",)):
        position = reference_positions(metrics, table, wish, evidence.values)
        for compare in ("difference", "ratio"):
            for correction in Correction:
                judged = judge(
                    metrics,
                    table,
                    evidence,
                    position,
                    compare=compare,
                    margins=margins_for(metrics, {}, compare, table.sums),
                    confidence=0.95,
                    correction=correction,
                    selected_reference=wish == "best",
                )
                written = findings(judged)
                assert len(written) == len(metrics) * (3 if wish == "rest" else 2)
                assert {h.name for h in headlines(judged)} >= {m.name for m in metrics}
                for f in written:
                    assert f.low is None or f.low <= f.value
                    assert f.high is None or f.value <= f.high


def test_plain_p_values_agree_with_plain_intervals():
    """A contrast's p-value lies below 5 % just where its 95 % interval excludes "no difference"."""
    rng = np.random.default_rng(17)
    for _ in range(10):
        evidence = evidence_of(errors(rng, 240, groups=4, shift=rng.normal())[0])
        for compare, neutral in (("difference", 0.0), ("ratio", 1.0)):
            comparison = evidence.against(np.full(len(evidence.metrics), REST), compare)
            (low, high), _ = comparison.plain(0.95)
            p = comparison.p_values()
            assert (np.isnan(p) == np.isnan(low)).all()
            known = ~np.isnan(p)
            assert ((p < 0.05) == ((low > neutral) | (high < neutral)))[known].all()


def test_some_of_the_metrics_are_the_same_as_among_all():
    """Evidence of some metrics gives the intervals that evidence of all gives them."""
    counts, _, _ = errors(np.random.default_rng(18), 300)
    evidence = evidence_of(counts, replicates=200)
    reference = np.full(len(evidence.metrics), REST)
    whole = evidence.against(reference, "difference")
    drawn = whole.replicates()
    part = evidence.only([3, 1]).against(reference[:2], "difference")
    level = np.full(whole.value.shape, 0.99)
    np.testing.assert_array_equal(whole.corrected(level)[0].low[[3, 1]], part.corrected(level[:2])[0].low)
    np.testing.assert_array_equal(drawn[[3, 1]], part.replicates())


@pytest.mark.parametrize("clustered", [False, True])
@pytest.mark.parametrize("compare", ["difference", "ratio"])
def test_replicates_vary_as_the_contrasts_do(compare, clustered):
    """The multiplier bootstrap has the standard errors of the contrasts, against the rest and a group."""
    rng = np.random.default_rng(19)
    n = 900
    cluster = rng.integers(0, 150, n) if clustered else None
    evidence = evidence_of(errors(rng, n, cluster=cluster)[0], ["mean_absolute_error"], replicates=4000)
    for reference in (REST, 0):
        comparison = evidence.against(np.array([reference]), compare)
        errors_of = [np.sqrt(side.variance[0]) for side in (comparison.own, comparison.other)]
        drawn = comparison.replicates()[0]
        if compare == "ratio":
            drawn = np.log(drawn)
            sides = zip(errors_of, (comparison.own, comparison.other), strict=True)
            errors_of = [error / side.value[0] for error, side in sides]
        one, two = errors_of
        expected = np.sqrt(one**2 + two**2 - 2 * comparison.correlation[0] * one * two)
        np.testing.assert_allclose(drawn.std(axis=0)[1:], expected[1:], rtol=0.08)


def test_max_t_is_no_wider_than_bonferroni():
    """Levels by max-t lie between the plain one and Bonferroni's."""
    counts, _, _ = errors(np.random.default_rng(20), 2000, groups=10)
    decided = judged_of(evidence_of(counts, replicates=2000), correction="max-t").decided
    known = ~np.isnan(decided.level)
    assert (decided.level[known] > 0.98).all()
    assert (decided.level[known] < 1 - 0.05 / 12).all()


def test_corrected_intervals_of_higher_levels_contain_those_of_lower_ones():
    """Intervals are nested, as Holm's steps and the levels of p-values need."""
    counts, _, _ = errors(np.random.default_rng(21), 300)
    comparison = evidence_of(counts).against(np.full(8, REST), "difference")
    bounds = [comparison.corrected(np.full((8, 3), level))[0] for level in (0.8, 0.95, 0.999, 1 - 1e-7)]
    for inner, outer in itertools.pairwise(bounds):
        known = ~np.isnan(inner.low)
        assert (outer.low <= inner.low)[known].all()
        assert (outer.high >= inner.high)[known].all()


# --- simulation ---

SKEWED = {
    "normal": lambda rng, n: rng.normal(size=n),
    "exponential": lambda rng, n: rng.exponential(size=n) - 1,
    "t5": lambda rng, n: rng.standard_t(5, n),
}


def accused(groups, rows, errors_of, draws, *, margin):
    """Share of draws of equal groups in which each metric shows a disparity anywhere."""
    rng = np.random.default_rng(groups * 1000 + rows)
    found = 0
    for _ in range(draws):
        label = rng.normal(5, 2, groups * rows)
        prediction = label + errors_of(rng, groups * rows)
        low = prediction - 0.5 - rng.exponential(size=groups * rows)
        fields = regression_rows(label, prediction, low, prediction + 1, quantile=0.8)
        counts = counts_of(Kind.REGRESSION, fields, np.repeat(np.arange(groups), rows))
        verdicts = judged_of(evidence_of(counts), margin=margin).verdicts()
        found = found + (verdicts == "disparity").any(axis=1)
    return found / draws


@pytest.mark.slow
@pytest.mark.parametrize(
    ("groups", "rows", "errors_of"),
    [
        *((2, 60, "t5"), (8, 25, "exponential"), (8, 150, "normal"), (96, 20, "exponential")),
    ],
)
def test_fair_models_are_hardly_ever_accused(groups, rows, errors_of):
    """Equal groups show a disparity in at most 5 % of draws (10 of 100 allow for noise), with no margin."""
    draws, allowed = {2: (100, 10), 8: (60, 7), 96: (24, 3)}[groups]
    assert accused(groups, rows, SKEWED[errors_of], draws, margin=0.0).max() <= allowed / draws


@pytest.mark.slow
@pytest.mark.parametrize("errors_of", ["t5"])
def test_the_default_margin_keeps_fair_models_safe(errors_of):
    """With the default margins at most one in twenty draws of eight equal groups shows a disparity."""
    assert accused(8, 40, SKEWED[errors_of], 80, margin=None).max() <= 0.05


@pytest.mark.slow
@pytest.mark.parametrize("errors_of", SKEWED.values(), ids=SKEWED)
@pytest.mark.parametrize("rows", [20, 60])
def test_plain_intervals_cover(rows, errors_of):
    """Plain 95 % intervals of errors cover the truth in 92 % of 2,000 groups or more, however skewed.

    A mean error keeps plain Student t, which covers that of 20 exponential errors in 92 %.
    """
    rng = np.random.default_rng(22)
    groups = 2000
    label = rng.normal(5, 2, groups * rows)
    fields = regression_rows(label, label + errors_of(rng, groups * rows))
    evidence = evidence_of(
        counts_of(Kind.REGRESSION, fields, np.repeat(np.arange(groups), rows)),
        ["mean_error", "mean_absolute_error", "root_mean_squared_error", "r2_score"],
    )
    (low, high), _ = evidence.plain(0.95)
    many = errors_of(rng, 4_000_000)
    square = (many**2).mean()
    truth = np.array([[0.0], [np.abs(many).mean()], [np.sqrt(square)], [1 - square / 4]])
    share = ((low <= truth) & (truth <= high)).mean(axis=1)
    assert share[0] >= 0.91
    assert (share[1:] >= 0.92).all()
    assert share[0] <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("dispersion", [0.0, 2.0])
def test_event_rates_are_covered(dispersion):
    """Intervals of a few events, overdispersed or not, cover the rate in at least 92 % of 1,500 groups."""
    rng = np.random.default_rng(23)
    groups, rows, rate = 1500, 80, 0.2
    exposure = rng.uniform(0.5, 1.5, groups * rows)
    gamma = rng.gamma(1 / dispersion, dispersion, groups * rows) if dispersion else 1.0
    fields = event_rows(rng.poisson(rate * exposure * gamma), exposure)
    evidence = evidence_of(counts_of(Kind.EVENTS, fields, np.repeat(np.arange(groups), rows)))
    (low, high), _ = evidence.plain(0.95)
    share = ((low <= rate) & (rate <= high)).mean()
    assert 0.92 <= share <= 0.98


@pytest.mark.slow
def test_a_large_disparity_is_found():
    """Half as large again an error in one of eight groups of 300 is found in at least 95 % of draws."""
    rng = np.random.default_rng(24)
    found = 0
    for _ in range(60):
        group = np.repeat(np.arange(8), 300)
        label = rng.normal(5, 2, 2400)
        rows = regression_rows(label, label + rng.normal(size=2400) * np.where(group == 0, 1.5, 1.0))
        evidence = evidence_of(counts_of(Kind.REGRESSION, rows, group), ["root_mean_squared_error"])
        (finding,) = [f for f in findings(judged_of(evidence)) if f.group == "g=0"]
        found += finding.verdict is Verdict.DISPARITY
    assert found >= 57
