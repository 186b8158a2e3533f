"""The last mile: published gaps hold, do not hold, or it cannot be told."""

from __future__ import annotations

import pytest
from releases import released

from fairkit.changes.comparing import compare_reports

FAIR = {"F": (4000, 400, 600, 5000), "M": (4000, 400, 600, 5000)}
UNFAIR = {"F": (3000, 400, 1600, 5000), "M": (4000, 400, 600, 5000)}
SMALL = {"F": (20, 2, 3, 25), "M": (20, 2, 3, 25)}


def answers(old, new, metric="true_positive_rate", **asked):
    """Return the verdict on one metric, and on the attribute."""
    found = compare_reports(released(old), released(new), metrics=[metric], last_mile=True, **asked)
    return found, {a.metric: a for a in found.answers}


@pytest.mark.parametrize(
    ("developer", "customer", "verdict"),
    [
        (FAIR, FAIR, "holds"),
        (UNFAIR, UNFAIR, "holds"),
        (UNFAIR, FAIR, "holds"),
        (FAIR, UNFAIR, "does-not-hold"),
        (FAIR, SMALL, "cannot-be-told"),
        (SMALL, FAIR, "cannot-be-told"),
    ],
)
def test_published_gaps_are_held_to_the_customers_data(developer, customer, verdict):
    """Gaps hold where they are shown to be no wider; what small data leave open cannot be told."""
    found, told = answers(developer, customer)
    assert {answer.verdict for answer in told.values()} == {verdict}
    assert list(told) == ["true_positive_rate", None]
    assert found.question == "last-mile"


def test_a_gap_that_turns_around_does_not_hold():
    """A gap as wide as published that now hurts the other group is another gap."""
    found, told = answers(UNFAIR, {"F": UNFAIR["M"], "M": UNFAIR["F"]})
    assert told[None].verdict == "does-not-hold"
    assert told[None].wider == ("sex=F", "sex=M")
    assert {g.reversed for g in found.gaps} == {True}


def test_a_group_that_was_not_published_leaves_the_attribute_open():
    """About a group that the developer did not report, nothing was promised that could hold."""
    _, told = answers(FAIR, {**FAIR, "X": FAIR["F"]})
    assert (told[None].verdict, told[None].unreported, told[None].open) == ("cannot-be-told", ("sex=X",), ())


def test_a_group_that_the_customer_does_not_have_is_no_matter():
    """What the developer promised about others does not stand in the way."""
    found, told = answers({**FAIR, "X": FAIR["F"]}, FAIR)
    assert told[None].verdict == "holds"
    assert [(g.group, g.only_in) for g in found.groups_apart] == [("sex=X", "old")]
    alone = released({"M": FAIR["M"]}, reference="sex=M")
    nobody = compare_reports(released(FAIR, reference="sex=M"), alone, metrics=["accuracy"], last_mile=True)
    assert {answer.verdict for answer in nobody.answers} == {"cannot-be-told"}
    declared = released(FAIR, levels={"sex": ["F", "M", "Y"]})
    told = compare_reports(declared, declared, metrics=["accuracy"], last_mile=True).answers
    assert {answer.verdict for answer in told} == {"holds"}


def test_one_metric_is_enough_that_an_attribute_does_not_hold():
    """The answer about an attribute is that about all its metrics together."""
    found = compare_reports(
        released(FAIR),
        released(UNFAIR),
        metrics=["false_positive_rate", "true_positive_rate"],
        last_mile=True,
    )
    told = {answer.metric: answer.verdict for answer in found.answers}
    assert told == {
        "false_positive_rate": "holds",
        "true_positive_rate": "does-not-hold",
        None: "does-not-hold",
    }


def test_holding_is_shown_without_the_correction():
    """That all gaps hold is one statement about all, so each gap is shown at the level of a single one."""
    cells = dict.fromkeys("ABCDEFGH", (760, 40, 40, 760))
    found, told = answers(cells, cells, metric="accuracy", margin=0.021)
    assert {g.verdict for g in found.gaps} == {"inconclusive"}
    assert {g.no_wider for g in found.gaps} == {True}
    assert told[None].verdict == "holds"


def test_releases_are_not_asked_whether_anything_holds():
    """Two releases of one model have changes, and no answers."""
    assert compare_reports(released(FAIR), released(UNFAIR)).answers == ()


def test_the_metrics_of_the_last_mile_are_the_developers():
    """What was published is what is looked at, whatever the customer has measured besides."""
    old, new = released(FAIR, metrics=["accuracy"]), released(FAIR, metrics="all")
    assert compare_reports(old, new, last_mile=True).asked.metrics == ("accuracy",)
    assert len(compare_reports(old, new).asked.metrics) > 1
