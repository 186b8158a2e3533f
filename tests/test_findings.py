"""Verdicts: what they need, what never becomes one, and what says how much data would."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fairkit
from fairkit.counts import Counts, Kind
from fairkit.findings import Verdict
from fairkit.inference import intersection_union, tost_newcombe

CELLS = st.lists(st.lists(st.integers(0, 400), min_size=4, max_size=4), min_size=2, max_size=6).filter(
    lambda cells: all(any(cell) for cell in cells)
)


def counts_of(cells, names=None):
    """Put confusion cells of groups into counts."""
    groups = [(name,) for name in names or [f"g{i}" for i in range(len(cells))]]
    return Counts.from_cells(Kind.CONFUSION, ["g"], groups, [[*cell, 0, 0, 0] for cell in cells])


def judged(cells, **options):
    """Evaluate counts and return the findings by metric and group."""
    report = fairkit.evaluate(counts_of(cells), by="g", metrics=options.pop("metrics", "all"), **options)
    return {(f.metric, f.group): f for f in report.findings}


@given(CELLS, st.sampled_from(["difference", "ratio"]))
@settings(max_examples=60)
def test_a_verdict_is_what_its_printed_interval_shows(cells, compare):
    """Disparity wholly beyond the margin, parity wholly inside, else inconclusive with a reason."""
    for finding in judged(cells, compare=compare, replicates=200).values():
        if finding.value is None or finding.low is None:
            assert finding.verdict is Verdict.INCONCLUSIVE
            assert finding.reason not in (None, "too-few-rows")
            continue
        bottom, top = finding.margin
        high = np.inf if finding.high is None else finding.high
        if finding.low > top or high < bottom:
            expected = Verdict.DISPARITY
        elif finding.low >= bottom and high <= top:
            expected = Verdict.PARITY
        else:
            expected = Verdict.INCONCLUSIVE
        assert finding.verdict is expected
        assert (finding.reason == "too-few-rows") == (expected is Verdict.INCONCLUSIVE)
        neutral = 0.0 if compare == "difference" else 1.0
        assert finding.excludes_zero == (finding.low > neutral or high < neutral)


@given(CELLS)
@settings(max_examples=40)
def test_names_do_not_matter(cells):
    """Relabelled groups get the same numbers and verdicts."""
    report = fairkit.evaluate(counts_of(cells), by="g", metrics=["selection_rate", "true_positive_rate"])
    names = [f"z{9 - i}" for i in range(len(cells))]
    other = fairkit.evaluate(
        counts_of(cells, names), by="g", metrics=["selection_rate", "true_positive_rate"]
    )
    for i, name in enumerate(names):
        before, after = report.select(group=f"g=g{i}"), other.select(group=f"g={name}")
        for one, two in zip(before, after, strict=True):
            assert (one.value, one.verdict, one.reason, one.n_needed) == (
                pytest.approx(two.value),
                two.verdict,
                two.reason,
                two.n_needed,
            )


def test_undefined_is_no_verdict_and_says_why():
    """A group without positives has no recall, and is neither fair nor unfair: fairlearn calls it 0."""
    finding = judged([[0, 5, 0, 45], [300, 50, 100, 550]])["true_positive_rate", "g=g0"]
    assert (finding.value, finding.low, finding.high, finding.level) == (None, None, None, None)
    assert (finding.verdict, finding.reason, finding.n_needed) == (Verdict.INCONCLUSIVE, "no-positives", None)


def test_a_reference_without_a_value_is_said():
    """Where the reference is undefined or, for a ratio, zero, that is the reason given."""
    cells = [[30, 5, 10, 45], [0, 0, 0, 50]]
    undefined = judged(cells, reference="g=g1")["true_positive_rate", "g=g0"]
    zero = judged(cells, reference="g=g1", compare="ratio")["selection_rate", "g=g0"]
    assert undefined.reason == "reference-undefined"
    assert zero.reason == "reference-zero"


def test_twenty_alike_are_no_evidence_of_parity():
    """Equal rates in small groups are inconclusive, and the rows that would show parity are stated."""
    finding = judged([[6, 0, 0, 14], [6, 0, 0, 14]])["selection_rate", "g=g0"]
    assert (finding.value, finding.verdict) == (0, Verdict.INCONCLUSIVE)
    assert finding.n_needed > 500


@pytest.mark.parametrize(
    "cells", [[[30, 8, 12, 50], [300, 150, 200, 550]], [[200, 100, 140, 560], [90, 50, 60, 300]]]
)
def test_the_rows_needed_decide(cells):
    """With as many rows as stated, in the same proportions, an inconclusive finding is decided (to 15 %)."""
    for key, finding in judged(cells, metrics=["selection_rate", "accuracy"]).items():
        if finding.n_needed is None:
            continue
        rows = sum(cells[int(key[1][-1])])
        growth = finding.n_needed / rows

        def grown(factor, key=key, growth=growth):
            bigger = [[round(n * growth * factor) for n in cell] for cell in cells]
            return judged(bigger, metrics=["selection_rate", "accuracy"])[key].verdict

        assert grown(1.15) is not Verdict.INCONCLUSIVE
        assert grown(0.8) is Verdict.INCONCLUSIVE


def test_two_groups_that_mirror_each_other_are_one_question():
    """With two groups, each is the other's rest: one hypothesis, one level, mirrored intervals."""
    found = judged([[56, 0, 0, 14], [48, 0, 0, 32]])
    one, two = found["selection_rate", "g=g0"], found["selection_rate", "g=g1"]
    assert one.level == two.level == 0.95
    assert (one.low, one.high) == pytest.approx((-two.high, -two.low))
    assert (round(one.low, 4), round(one.high, 4)) == (0.0524, 0.3339)


def test_holm_frees_level_for_what_is_left():
    """One clear disparity in five groups is decided at 1 - .05/5; the others are judged at 1 - .05/4."""
    cells = [[900, 0, 0, 100]] + [[500, 0, 0, 500]] * 4
    found = judged(cells, reference="g=g4", metrics=["selection_rate"])
    assert found["selection_rate", "g=g0"].level == pytest.approx(1 - 0.05 / 4)
    assert found["selection_rate", "g=g1"].level == pytest.approx(1 - 0.05 / 3)


def test_the_best_group_pays_for_being_chosen():
    """Compared with the best, every pair might have been looked at, so all pairs are corrected for."""
    cells = [[60, 0, 0, 40], [50, 0, 0, 50], [40, 0, 0, 60], [1, 0, 0, 0]]
    found = judged(cells, reference="best", metrics=["selection_rate", "false_negative_rate"])
    assert found["selection_rate", "g=g1"].reference == "g=g0"
    assert found["selection_rate", "g=g1"].level == pytest.approx(1 - 0.05 / 6)
    assert ("selection_rate", "g=g0") not in found


def test_a_handful_is_never_the_best_group():
    """A group of one with a perfect rate is no yardstick while others have 30 rows."""
    found = judged([[60, 0, 0, 40], [1, 0, 0, 0]], reference="best", metrics=["selection_rate"])
    assert found["selection_rate", "g=g1"].reference == "g=g0"


def test_uncorrected_findings_have_the_plain_interval():
    """Without correction the deciding interval is the contrast's own."""
    report = fairkit.evaluate(
        counts_of([[60, 9, 7, 40], [50, 8, 5, 50], [40, 6, 3, 60]]), by="g", correction="none"
    )
    for finding, contrast in zip(report.findings, report.contrasts, strict=True):
        assert (finding.low, finding.high, finding.level) == (contrast.low, contrast.high, 0.95)


def test_detectable_difference_shrinks_with_the_group():
    """What could have been seen is stated for each group: more rows, smaller differences."""
    found = judged(
        [[30, 0, 0, 70], [300, 0, 0, 700], [3000, 0, 0, 7000]], reference="g=g2", metrics=["selection_rate"]
    )
    small, large = (found["selection_rate", f"g=g{i}"].detectable for i in range(2))
    assert 0.1 < small < 0.2
    assert 0.03 < large < 0.06


@pytest.mark.parametrize("correction", ["holm", "benjamini-hochberg", "max-t", "none"])
def test_every_correction_finds_a_large_disparity_and_no_noise(correction):
    """A rate of .9 among .5s is found under each rule, and equal groups are not accused."""
    cells = [[900, 0, 0, 100]] + [[500, 0, 0, 500]] * 4
    found = judged(cells, reference="g=g4", metrics=["selection_rate"], correction=correction)
    verdicts = [found["selection_rate", f"g=g{i}"].verdict for i in range(4)]
    assert verdicts[0] is Verdict.DISPARITY
    assert Verdict.DISPARITY not in verdicts[1:]


def test_exploring_accuses_more_than_declared_families_and_less_than_no_correction():
    """Benjamini-Hochberg lies between Holm and nothing."""
    rng = np.random.default_rng(5)
    rates = np.repeat([0.3, 0.42], [30, 10])
    hits = rng.binomial(400, rates)
    cells = [[int(k), 0, 0, 400 - int(k)] for k in hits]

    def disparities(correction):
        found = judged(cells, metrics=["selection_rate"], correction=correction, margin=0.02)
        return sum(f.verdict is Verdict.DISPARITY for f in found.values())

    assert disparities("holm") <= disparities("benjamini-hochberg") <= disparities("none")
    assert disparities("none") > disparities("holm")


@given(CELLS)
@settings(max_examples=40)
def test_parity_is_claimed_only_where_two_one_sided_tests_support_it(cells):
    """Every parity verdict against the rest passes TOST at 5 % within the same margin."""
    table = np.array(cells, float)
    hits, trials = table[:, 0] + table[:, 1], table.sum(axis=1)
    p = tost_newcombe(
        hits, trials, hits.sum() - hits, trials.sum() - trials, margin_low=-0.15, margin_high=0.15
    )
    report = fairkit.evaluate(counts_of(cells), by="g", metrics=["selection_rate"], margin=0.15)
    for i, finding in enumerate(report.findings):
        if finding.verdict is Verdict.PARITY:
            assert p[i] <= 0.05
    if report.headlines[0].verdict is Verdict.PARITY:
        assert intersection_union(p, alpha=0.05)
