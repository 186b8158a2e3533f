"""The block on what fairlearn offers: each algorithm once, with all that it could make equal."""

from __future__ import annotations

import fairkit
from fairkit.report.blocks.remedies import remedies_block


def test_each_algorithm_is_told_once():
    """Several disparities make one list of algorithms, and every offer stands in it."""
    rows = {"sex": ["F"] * 400 + ["M"] * 400, "y": [1, 0] * 400, "d": [1] * 300 + [0] * 400 + [1] * 100}
    report = fairkit.evaluate(rows, label="y", decision="d", by="sex")
    block = remedies_block(report)
    assert len(report.remedies) > len({r.method for r in report.remedies}) > 1
    assert [point.partition(",")[0] for point in block.points] == list(
        dict.fromkeys(r.method for r in report.remedies)
    )
    told = dict(zip([point.partition(",")[0] for point in block.points], block.points, strict=True))
    for remedy in report.remedies:
        assert remedy.metric in told[remedy.method]
        assert remedy.constraint is None or remedy.constraint in told[remedy.method].partition("To try it")[2]
