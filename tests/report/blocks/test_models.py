"""The block on several models: what is said once, and what each row has room for."""

from __future__ import annotations

import numpy as np
import pytest

import fairkit
from fairkit.report.blocks.models import models_block
from fairkit.report.text import to_text


@pytest.fixture(scope="module")
def report():
    """Compare two models of 600 rows."""
    rng = np.random.default_rng(5)
    y = rng.integers(0, 2, 600)
    rows = {
        "sex": rng.choice(["F", "M"], 600),
        "y": y,
        "a": y,
        "b": np.where(rng.random(600) < 0.9, y, 1 - y),
    }
    rows["score"] = np.clip(y * 0.3 + rng.random(600) * 0.7, 0, 1)
    return fairkit.evaluate(rows, label="y", decision={"a": "a", "b": "b"}, by="sex")


def test_one_margin_is_said_once(report):
    """Where every contrast has the same margin it stands in the caption; where not, in a column."""
    table = models_block(report).tables[0]
    assert "margin ±5 points" in table.caption
    assert "margin" not in table.columns
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_a_terminal_breaks_no_word_of_a_verdict(report):
    """Verdicts and intervals stay whole in a hundred columns."""
    told = to_text(report, width=100).partition("Models compared")[2].partition("How to read it")[0]
    verdicts = {m.verdict for m in report.models} | {c.verdict for c in report.gap_changes}
    assert "inconclusive" in verdicts
    for verdict in verdicts:
        assert f" {verdict}" in told
    assert " to " in told
    assert "too few rows" not in told
