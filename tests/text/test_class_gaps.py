"""Gaps by class: rates as in the data, what noise adds taken off, correlations as scipy's, and odds gaps."""

from __future__ import annotations

import json

import numpy as np
import pytest
from fairlearn.metrics import equalized_odds_difference
from scipy.stats import pearsonr, spearmanr

import fairkit
from fairkit import frames
from fairkit.errors import DataError, UsageError
from fairkit.text import class_gaps, odds_gaps

JOBS = ("baker", "chef", "judge", "nurse", "pilot", "singer")


def biographies(size=40, *, seed=0, bias=0.0, rate=0.8):
    """Draw biographies of six jobs with 10 to 90 % women; a woman is recognised less where women are few."""
    rng = np.random.default_rng(seed)
    rows = {"sex": [], "job": [], "said": []}
    for i, job in enumerate(JOBS):
        share = 0.1 + 0.16 * i
        for _ in range(size):
            woman = rng.random() < share
            p = rate + bias * (share - 0.5) * (1 if woman else -1)
            rows["sex"].append("F" if woman else "M")
            rows["job"].append(job)
            rows["said"].append(job if rng.random() < p else JOBS[(i + 1) % len(JOBS)])
    return {name: np.array(values) for name, values in rows.items()}


def counted(rows, **options):
    """Count biographies by sex."""
    return frames.count(rows, by="sex", label="job", decision="said", classes="all", **options)


def test_gaps_are_those_of_the_rows():
    """Every class has the rates, shares and rows of its own rows, and their difference."""
    rows = biographies()
    found = class_gaps(counted(rows), attribute="sex", group="F")
    for one in found.classes:
        own, other = ((rows["job"] == one.name) & (rows["sex"] == sex) for sex in "FM")
        hit = rows["said"] == rows["job"]
        assert (one.rows, one.reference_rows) == (own.sum(), other.sum())
        assert one.value == pytest.approx(hit[own].mean() - hit[other].mean())
        assert one.share == pytest.approx(own.sum() / (own.sum() + other.sum()))
        assert one.low < one.value < one.high
    values = np.array([one.value for one in found.classes])
    assert found.root_mean_square == pytest.approx(np.sqrt(np.mean(values**2)))


def test_a_report_gives_what_counts_give():
    """The gap of a class is the contrast that the report has for its true positive rate."""
    rows = biographies(60)
    report = fairkit.evaluate(
        rows,
        by="sex",
        label="job",
        decision="said",
        classes="all",
        reference="sex=M",
        metrics=["true_positive_rate"],
    )
    found = class_gaps(report, attribute="sex", group="F", reference="M")
    contrasts = {c.metric: c for c in report.contrasts if c.group == "sex=F"}
    for one in found.classes:
        contrast = contrasts[f"true_positive_rate[{one.name}]"]
        assert [one.value, one.low, one.high] == pytest.approx([contrast.value, contrast.low, contrast.high])
    assert found.classes == class_gaps(counted(rows), attribute="sex", group="F").classes


def test_noise_alone_is_told_from_a_pattern():
    """With equal rates chance explains the size of the gaps; with a planted pattern it does not."""
    fair = [
        class_gaps(counted(biographies(seed=i)), attribute="sex", group="F", permutations=400)
        for i in range(12)
    ]
    raw, corrected = (
        np.mean([getattr(one, name) for one in fair]) for name in ("root_mean_square", "corrected")
    )
    assert corrected < 0.6 * raw
    assert np.mean([one.root_mean_square <= one.chance_high for one in fair]) > 0.8
    assert np.median([one.root_mean_square for one in fair]) == pytest.approx(
        np.median([one.chance_median for one in fair]), rel=0.25
    )
    biased = class_gaps(counted(biographies(200, bias=0.4)), attribute="sex", group="F")
    assert biased.p_value < 0.01
    assert biased.low > 0
    # Gap of a class: 0.8 (share - 0.5), so its root mean square is known.
    truth = np.sqrt(np.mean([(0.8 * (0.1 + 0.16 * i - 0.5)) ** 2 for i in range(6)]))
    assert biased.low < truth < biased.high


def test_correlations_are_scipys():
    """Pearson's and Spearman's correlation with the share of women, and the interval, agree with scipy."""
    found = class_gaps(counted(biographies(200, bias=0.3)), attribute="sex", group="F")
    gap, share = ([getattr(one, name) for one in found.classes] for name in ("value", "share"))
    pearson, spearman = found.correlations
    assert pearson.value == pytest.approx(pearsonr(gap, share).statistic)
    interval = pearsonr(gap, share).confidence_interval()
    assert (pearson.low, pearson.high) == pytest.approx((interval.low, interval.high))
    assert spearman.value == pytest.approx(spearmanr(gap, share).statistic)
    assert pearson.value > 0.8
    assert pearson.p_value < 0.05
    flat = class_gaps(counted(biographies(200)), attribute="sex", group="F")
    assert max(one.p_value for one in flat.correlations) > 0.05


def test_clusters_widen_gaps_and_leave_chance_out():
    """Biographies that are there four times, by author, are as sure as once; chance is not drawn."""
    rows = biographies(60) | {"author": np.arange(360)}
    often = {name: np.repeat(values, 4) for name, values in rows.items()}
    once = class_gaps(counted(rows, cluster="author"), attribute="sex", group="F")
    four = class_gaps(counted(often, cluster="author"), attribute="sex", group="F")
    for one, other in zip(once.classes, four.classes, strict=True):
        assert (other.value, other.low, other.high) == pytest.approx((one.value, one.low, one.high))
        assert other.method == "cluster-t"
    assert (four.corrected, four.high) == pytest.approx((once.corrected, once.high))
    assert (four.p_value, four.chance_high, four.clusters) == (None, None, 360)
    assert any("clustered" in note for note in four.notes)


def test_weights_count_in_rates_and_effective_rows():
    """Weighted rows give weighted rates, and wider intervals than as many rows of weight 1."""
    rows = biographies(80)
    rows["weight"] = np.where(np.arange(480) % 2, 1.0, 3.0)
    found = class_gaps(counted(rows, weight="weight"), attribute="sex", group="F")
    plain = class_gaps(counted(rows), attribute="sex", group="F")
    one, other = found.classes[3], plain.classes[3]
    hit, nurse = rows["said"] == rows["job"], rows["job"] == "nurse"
    rates = [
        np.average(hit[m], weights=rows["weight"][m]) for m in (nurse & (rows["sex"] == s) for s in "FM")
    ]
    assert one.value == pytest.approx(rates[0] - rates[1])
    assert one.rows == other.rows
    assert one.high - one.low > other.high - other.low


def test_classes_of_one_side_only_have_a_reason():
    """A job that only men have has no gap, is left out of what is over all, and is named."""
    rows = biographies()
    keep = (rows["job"] != "chef") | (rows["sex"] == "M")
    found = class_gaps(counted({k: v[keep] for k, v in rows.items()}), attribute="sex", group="F")
    chef = next(one for one in found.classes if one.name == "chef")
    assert (chef.value, chef.low, chef.reason, chef.share) == (None, None, "no-rows", 0.0)
    assert found.correlations[0].classes == 5
    assert "'chef'" in found.notes[0]
    json.loads(found.to_json(), parse_constant=pytest.fail)
    assert "chef" in found.to_text()
    assert len(found.to_frame()) == 6


def test_odds_gaps_are_fairlearns_and_the_definitions():
    """The equalised-odds gap is fairlearn's, FPED and FNED are sums of distances from all rows."""
    rng = np.random.default_rng(3)
    group, y = rng.choice(list("abc"), 600), rng.random(600) < 0.4
    d = rng.random(600) < np.where(y, 0.7, 0.2) + 0.1 * (group == "b")
    counts = frames.count({"g": group, "y": y, "d": d}, by="g", label="y", decision="d")
    odds, positives, negatives = odds_gaps(counts, attribute="g", replicates=500)
    assert odds.value == pytest.approx(equalized_odds_difference(y, d, sensitive_features=group))
    for one, rows, flag in ((positives, ~y, d), (negatives, y, ~d)):
        whole = flag[rows].mean()
        assert one.value == pytest.approx(sum(abs(flag[rows & (group == g)].mean() - whole) for g in "abc"))
        assert 0 <= one.low < one.high
        assert one.groups == 3


def test_chance_makes_odds_gaps_and_is_stated():
    """With equal rates the gap lies within what chance gives; with unequal ones it does not."""

    def gap(shift, seed):
        rng = np.random.default_rng(seed)
        group, y = rng.choice(list("abcd"), 400), rng.random(400) < 0.5
        d = rng.random(400) < 0.5 + shift * (group == "a")
        counts = frames.count({"g": group, "y": y, "d": d}, by="g", label="y", decision="d")
        return odds_gaps(counts, attribute="g", replicates=300)[0]

    fair = [gap(0.0, seed) for seed in range(15)]
    assert min(one.value for one in fair) > 0.03
    assert np.mean([one.p_value > 0.05 for one in fair]) > 0.8
    assert gap(0.4, 0).p_value < 0.01
    assert gap(0.4, 0).low > 0.2


def test_odds_gaps_of_several_classes_are_of_each():
    """Of several classes each has its own, and a group that has no such rows does not count."""
    found = odds_gaps(counted(biographies()), attribute="sex", replicates=300)
    assert [one.variant for one in found[::3]] == list(JOBS)
    rows = {"g": ["a", "b"] * 20, "y": [1, 0] * 20, "d": [1, 0] * 20}
    odds, positives, _ = odds_gaps(frames.count(rows, by="g", label="y", decision="d"), attribute="g")
    assert (odds.value, odds.reason, positives.groups) == (None, "no-groups-to-compare", 1)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"attribute": "sexx"}, "Did you mean 'sex'"),
        ({"group": "W"}, "has no level 'W'"),
        ({"reference": "F"}, "cannot be compared"),
        ({"confidence": 95}, "no level"),
        ({"permutations": 10}, "at least 200"),
        ({"seed": -1}, "from 0 on"),
    ],
)
def test_a_wrong_question_says_what_there_is(options, told):
    """Unknown attributes and levels are told with those that are there."""
    with pytest.raises(UsageError, match=told):
        class_gaps(counted(biographies(5)), **({"attribute": "sex", "group": "F"} | options))


@pytest.mark.parametrize("cluster", [None, "author"])
def test_perfect_decisions_are_no_certainty(cluster):
    """Rates of 1 in both groups leave room for a gap, whether rows are clustered or not."""
    sex, label = ["F", "M"] * 100, [0, 0, 1, 1] * 50
    rows = {"gender": sex, "occupation": [f"c{one}" for one in label], "author": [i // 4 for i in range(200)]}
    found = class_gaps(
        frames.count(
            rows, by="gender", label="occupation", decision="occupation", classes="all", cluster=cluster
        ),
        attribute="gender",
        group="F",
    )
    assert (found.root_mean_square, found.corrected, found.low) == (0.0, 0.0, 0.0)
    assert 0.01 < found.high < 0.1
    assert all(-0.3 < one.low < -0.05 and 0.05 < one.high < 0.3 for one in found.classes)
    counts = frames.count(rows | {"y": label}, by="gender", label="y", decision="y", cluster=cluster)
    gaps = odds_gaps(counts, attribute="gender", replicates=200)
    assert [(one.value, one.low) for one in gaps] == [(0.0, 0.0)] * 3
    assert all(0.05 < one.high < 0.4 for one in gaps)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"replicates": "many"}, "replicates 'many'"),
        ({"seed": 1.5}, "seed 1.5"),
        ({"confidence": "95"}, "confidence '95'"),
        ({"source": {"gender": []}}, "a dict is neither a report nor counts"),
    ],
)
def test_a_wrong_question_about_odds_says_what_is_wrong(options, told):
    """Options that are no numbers, and rows in the place of counts, are told, not stumbled over."""
    rows = {"gender": ["F", "M"] * 4, "y": [0, 0, 1, 1] * 2}
    given = {"source": frames.count(rows, by="gender", label="y", decision="y"), "attribute": "gender"}
    with pytest.raises(UsageError, match=told):
        odds_gaps(**(given | options))
    with pytest.raises(UsageError, match="neither a report nor counts"):
        class_gaps(rows, attribute="gender", group="F")


def test_counts_of_another_kind_are_refused():
    """Two-class decisions have no gaps by class, and decisions without labels no error rates."""
    rows = {"sex": ["F", "M"] * 9, "y": [0, 1] * 9, "d": [1, 1] * 9}
    with pytest.raises(UsageError, match="kind 'confusion'"):
        class_gaps(frames.count(rows, by="sex", label="y", decision="d"), attribute="sex", group="F")
    with pytest.raises(UsageError, match="no error rates"):
        odds_gaps(frames.count(rows, by="sex", decision="d"), attribute="sex")
    empty = counted(biographies(5) | {"said": np.full(30, None, object)})
    with pytest.raises(DataError, match="nothing to compare"):
        class_gaps(empty, attribute="sex", group="F")


@pytest.mark.parametrize(("place", "cluster"), [(1, None), (2, "template"), (3, None)])
def test_planted_gaps_by_occupation_are_recovered(place, cluster):
    """Of the shipped biographies the size of the gaps without noise, and most gaps, are as planted."""
    from fairkit import samples

    planted = samples.truth("biographies").labellers[place]
    rows = samples.load("biographies")
    options = {"label": "occupation", "decision": planted.column, "classes": "all", "cluster": cluster}
    counts = frames.count(rows, by="gender", **options)
    found = class_gaps(counts, attribute="gender", group="feminine")
    assert found.low < planted.true_positive_rate_gap < found.high
    truth = {one.occupation: one.gap for one in planted.occupations}
    known = [one for one in found.classes if one.low is not None]
    assert sum(one.low <= truth[one.name] <= one.high for one in known) >= len(known) - 1
