"""The block with values over all rows: a MetricFrame's overall, beside the groups."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import accuracy_score, recall_score

import fairkit
from fairkit.report.blocks.totals import totals_block
from fairkit.report.sections import parts
from fairkit.report.text import to_text


def frame_report(**given):
    """Evaluate what a MetricFrame is given."""
    rng = np.random.default_rng(3)
    y, d = rng.integers(0, 2, 400), rng.integers(0, 2, 400)
    sex, site = rng.choice(["F", "M"], 400), rng.choice(["A", "B"], 400)
    return fairkit.metric_frame(
        metrics={"accuracy": accuracy_score, "recall": recall_score},
        y_true=y,
        y_pred=d,
        sensitive_features={"sex": sex},
        **({"control_features": {"site": site}} if given else {}),
    )


def test_all_rows_are_no_group_among_others():
    """Values over all rows are in a block of their own, and nothing says that they were compared."""
    report = frame_report()
    assert [part.attribute for part in parts(report)] == ["sex"]
    overall = report.to_metric_frame().overall
    (table,) = totals_block(report).tables
    assert [row[:2] for row in table.rows] == [("accuracy", "all rows"), ("recall", "all rows")]
    assert [row[3] for row in table.rows] == [f"{value:.2%}" for value in overall]
    assert "0 groups" not in to_text(report)


def test_levels_of_control_features_are_named():
    """With control features the values over all rows are those of each of their levels."""
    report = frame_report(controlled=True)
    (table,) = totals_block(report).tables
    assert {row[1] for row in table.rows} == {"site=A", "site=B"}
    assert all(part.headlines for part in parts(report))


def test_a_report_of_groups_alone_has_no_such_block():
    """Where every value is one of a group there is nothing to add."""
    rows = {"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}
    assert totals_block(fairkit.evaluate(rows, decision="d", by="sex")) is None
