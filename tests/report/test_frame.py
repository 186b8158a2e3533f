"""The report as a frame."""

from __future__ import annotations

import pandas as pd


def test_each_estimate_stands_once_for_each_comparison(report):
    """A row has the estimate and the finding made of it, with the report's own numbers."""
    frame = report.to_frame()
    assert len(frame) == 2 * len(report.estimates)
    found = {(f.metric, f.attribute, f.group, f.compare): f for f in report.findings}
    for row in frame.itertuples():
        estimate = report.estimate(row.metric, row.group)
        assert row.n == estimate.n
        assert (estimate.value is None) == pd.isna(row.value)
        finding = found.get((row.metric, row.attribute, row.group, row.compare))
        if finding is None:
            assert row.group == "group=B"
            assert pd.isna(row.verdict)
        else:
            assert (row.verdict, row.margin_low) == (finding.verdict, finding.margin[0])
            assert pd.isna(row.contrast) if finding.value is None else row.contrast == finding.value


def test_columns_keep_their_types(report):
    """Numbers are numbers also where some are missing, and a report without findings has the same columns."""
    frame = report.to_frame()
    types = frame.dtypes.astype(str)
    assert types["value"] == types["contrast_low"] == "float64"
    assert (types["n"], types["n_needed"], types["excludes_zero"]) == ("int64", "Int64", "boolean")
    assert frame[frame["value"].isna()]["why"].notna().all()
