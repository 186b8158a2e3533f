"""Rows of two releases, each compared with itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import fairkit
from fairkit.changes.comparing import compare_reports
from fairkit.changes.paired import compare_rows
from fairkit.errors import UsageError
from fairkit.policy.model import DataSource

SOURCE = DataSource(columns={"label": "y", "decision": "d"}, id="id")


@pytest.fixture(scope="module")
def rows():
    """Two releases that agree about most rows; the new one is worse for women."""
    rng = np.random.default_rng(3)
    n = 4000
    label, sex = rng.integers(0, 2, n), rng.choice(["F", "M"], n)
    then = np.where(rng.random(n) < 0.85, label, 1 - label)
    slip = (sex == "F") & (rng.random(n) < 0.2)
    return pd.DataFrame(
        {"id": np.arange(n), "sex": sex, "y": label, "d": np.where(slip, 1 - then, then), "then": then}
    )


@pytest.fixture(scope="module")
def found(rows):
    """What changed."""
    old = rows[["id", "then"]].rename(columns={"then": "d"})
    return compare_rows(old, rows.drop(columns="then"), data=SOURCE, by="sex", metrics=["accuracy"])


def test_changes_are_those_of_two_models_on_the_same_rows(rows, found):
    """Every number is that of a report that compares both decisions as models."""
    report = fairkit.evaluate(
        rows, label="y", decision={"old": "then", "new": "d"}, by="sex", metrics=["accuracy"]
    )
    told = {m.group: m for m in report.models}
    for change in found.changes:
        model = told[change.group]
        assert (change.value, change.low, change.high, change.level) == pytest.approx(
            (model.value, model.low, model.high, model.level)
        )
        assert (change.verdict, change.no_worse, change.n_new) == (model.verdict, model.no_worse, model.n)
        assert change.new - change.old == pytest.approx(change.value)
        assert change.paired
    for shift, gap in zip(found.gaps, report.gap_changes, strict=True):
        assert (shift.before, shift.after, shift.low, shift.high, shift.verdict) == pytest.approx(
            (gap.before, gap.after, gap.low, gap.high, gap.verdict)
        )
    assert [c.group for c in found.changes] == ["all", "sex=F", "sex=M"]


def test_pairing_sees_what_independent_samples_hide(rows, found):
    """The paired interval is narrower than that of two reports of the same rows."""
    reports = [
        fairkit.evaluate(rows, label="y", decision=name, by="sex", metrics=["accuracy"])
        for name in ("then", "d")
    ]
    apart = compare_reports(*reports)
    for one, other in zip(found.changes, apart.changes, strict=True):
        assert one.value == pytest.approx(other.value)
        assert one.high - one.low < 0.75 * (other.high - other.low)
    assert {c.group: c.verdict for c in found.changes}["sex=F"] == "worse"
    assert found.any_worse


def test_what_was_left_out_is_told(rows):
    """Rows without a partner are noted, and each side says how many rows it has."""
    old = rows[["id", "then"]].rename(columns={"then": "d"}).iloc[:3000]
    changes = compare_rows(old, rows, data=SOURCE, by="sex", metrics=["accuracy"])
    assert (changes.old.rows, changes.new.rows, changes.new.rows_used) == (3000, 4000, 3000)
    assert changes.notes == (
        "1,000 rows of the release (25.00%) are not in the baseline and were left out of the comparison.",
    )


def test_undecided_pairs_say_how_many_would_decide(rows):
    """A handful of pairs is inconclusive, with the number that would do."""
    few = rows.iloc[:150]
    old = few[["id", "then"]].rename(columns={"then": "d"})
    changes = compare_rows(old, few, data=SOURCE, by="sex", metrics=["accuracy"], margin=0.02)
    undecided = [c for c in changes.changes if c.verdict == "inconclusive"]
    assert undecided
    assert all(c.n_needed is None or c.n_needed >= 30 for c in undecided)
    assert any(c.n_needed is not None and c.n_needed > c.n_new for c in undecided)


def test_questions_that_make_no_sense_are_refused():
    """Options are checked before data are read."""
    with pytest.raises(UsageError, match="max-t"):
        compare_rows("no.csv", "no.csv", data=SOURCE, by="sex", correction="max-t")
