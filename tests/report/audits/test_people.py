"""Selections of people from counts of every kind, and the refusals where a table of them would be wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import fairkit
from fairkit.counts import Counts, Kind
from fairkit.errors import ReportError, UsageError
from fairkit.report.audits.people import Rate, people_of
from fairkit.report.serialize import from_json


def rows(n=1501, seed=5):
    """Make applicants with scores, decisions, classes and gaps everywhere."""
    rng = np.random.default_rng(seed)
    score = rng.random(n).tolist()
    hired = [int(s > 0.6) for s in score]
    for i in range(0, n, 50):
        score[i], hired[i + 1 if i + 1 < n else i] = None, None
    return {
        "sex": [("F", "M", None)[k] for k in rng.choice(3, n, p=[0.5, 0.45, 0.05])],
        "race": rng.choice(["A", "B", "C"], n).tolist(),
        "score": score,
        "hired": hired,
        "offer": rng.choice(["none", "junior", "senior"], n).tolist(),
        "good": [None if i % 40 == 7 else int(rng.random() < 0.5) for i in range(n)],
        "full": rng.integers(0, 2, n).tolist(),
        "weight": rng.integers(1, 4, n).tolist(),
    }


def by_hand(data, selected, *, known):
    """Count applicants and selections by sex in plain Python."""
    found = {}
    for sex, value, there in zip(data["sex"], selected, known, strict=True):
        if there:
            n, k = found.get(sex, (0, 0))
            found[sex] = n + 1, k + int(value)
    return found


def of(people):
    """Return applicants and selections by sex."""
    table = people.counts.marginal(["sex"])
    return {
        sex: (int(row[:2].sum()), int(row[0]))
        for (sex,), row in zip(table.groups(), table.values, strict=True)
    }


def test_decisions_and_confusions_count_the_same_people():
    """Whether a label was given or not, the selected are those decided positive."""
    data = rows()
    expected = by_hand(data, data["hired"], known=[d is not None for d in data["hired"]])
    alone = people_of(fairkit.evaluate(data, decision="hired", by=["sex", "race"]))
    labelled = people_of(fairkit.evaluate(data, decision="hired", label="full", by=["sex", "race"]))
    assert of(alone) == of(labelled) == expected
    assert alone.left_out == data["hired"].count(None)
    assert alone.rate is Rate.SELECTION


def test_decisions_beside_scores_need_no_label():
    """A decision that stands beside a score is counted also where the label is missing."""
    data = rows()
    report = fairkit.evaluate(data, label="good", score="score", threshold=0.6, by="sex")
    selected = [s is not None and s >= 0.6 for s in data["score"]]
    found = people_of(report)
    assert of(found) == by_hand(data, selected, known=[s is not None for s in data["score"]])
    assert found.left_out == data["score"].count(None)


def test_a_scoring_rate_is_above_the_median_of_everybody():
    """Rows strictly above the median of all scores are counted, from a saved report that has bins only."""
    data = rows()
    report = from_json(fairkit.evaluate(data, label="good", score="score", by=["sex", "race"]).to_json())
    known = [s is not None for s in data["score"]]
    median = np.median([s for s in data["score"] if s is not None])
    above = [s is not None and s > median for s in data["score"]]
    people = people_of(report, rate="scoring")
    assert of(people) == by_hand(data, above, known=known)
    assert people.median == float(f"{median:.4g}")
    assert people_of(report).rate is Rate.SCORING


def test_one_of_several_models_or_classes_is_named():
    """Counts of several models, or classes, are read for the one that is named."""
    data = rows()
    models = fairkit.evaluate(data, decision={"old": "hired", "new": "full"}, by="sex")
    assert of(people_of(models, variant="new")) == by_hand(
        data, data["full"], known=[True] * len(data["sex"])
    )
    classes = fairkit.evaluate(data, label="offer", decision="offer", classes="all", by="sex")
    senior = [offer == "senior" for offer in data["offer"]]
    assert of(people_of(classes, variant="senior")) == by_hand(data, senior, known=[True] * len(senior))
    with pytest.raises(UsageError, match=r"about several \('old', 'new'\).*--variant"):
        people_of(models)
    with pytest.raises(UsageError, match=r"no variant 'neu'.*Did you mean 'new'"):
        people_of(models, variant="neu")


REFUSED = {
    "a label is missing": ({"decision": "hired", "label": "good"}, {}, "without --label"),
    "weights": ({"decision": "full", "weight": "weight"}, {}, "without --weight"),
    "amounts": ({"label": "score", "prediction": "weight"}, {}, "regression has no selections"),
    "no scores": ({"decision": "full"}, {"rate": "scoring"}, r"there is no scoring rate.*--score"),
    "no decisions": ({"label": "full", "score": "score"}, {"rate": "selection"}, "no selection rate"),
    "one model": ({"decision": "full"}, {"variant": "new"}, "leave --variant out"),
}


@pytest.mark.parametrize(("asked", "wished", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_would_be_a_wrong_table_is_refused(asked, wished, words):
    """A report that does not know how everybody was decided, or is about something else, says what to do."""
    report = fairkit.evaluate(rows(), by="sex", **asked)
    with pytest.raises(UsageError, match=words):
        people_of(report, **wished)


def test_bins_without_the_rows_above_the_median_are_refused():
    """Counts of bins alone do not know who is above the median, and rows that do not fit them are noticed."""
    report = fairkit.evaluate(rows(), label="full", score="score", by="sex")
    with pytest.raises(UsageError, match="Make the report again from the data"):
        people_of(report.counts)
    first, *rest = report.above_median
    for changed in ((replace(first, rows=first.rows + 1), *rest), tuple(rest)):
        with pytest.raises(ReportError, match="do not fit the counts"):
            people_of(replace(report, above_median=changed))
    stray = replace(first, levels=("X",))
    with pytest.raises(ReportError, match="groups that its counts do not have"):
        people_of(replace(report, above_median=(*report.above_median, stray)))


def test_clusters_are_remembered():
    """Rows that belong together are counted, and that they do is not forgotten in a saved report."""
    data = {**rows(), "person": [f"p{i // 3}" for i in range(1501)]}
    report = fairkit.evaluate(data, decision="full", by="sex", cluster="person")
    assert people_of(report).clustered
    assert people_of(from_json(report.to_json())).clustered
    assert not people_of(Counts.from_cells(Kind.DECISIONS, ["sex"], [("F",)], [[3, 1, 0]])).clustered
