"""What to do next."""

from __future__ import annotations

import fairkit
from fairkit.report.steps import next_steps


def test_the_surest_disparity_is_named_with_its_sure_size(report):
    """The first step names a group, how large its disparity surely is, and that there are others."""
    step = next_steps(report)[0]
    assert step.startswith("Look at ")
    assert " at least " in step
    assert "other disparities follow below" in step


def test_undefined_numbers_ask_for_rows(report):
    """Groups without a value are named with the reason."""
    assert any("undefined (" in step and "group=tiny" in step for step in next_steps(report))


def test_many_lost_rows_come_first():
    """Where many rows could not be used, that is the first thing to look at."""
    rows = {"sex": ["F", "M"] * 50, "d": [1, 0, 1, None] * 25}
    assert next_steps(fairkit.evaluate(rows, decision="d", by="sex"))[0].startswith("25.0% of the rows")


def test_parity_is_to_be_kept():
    """A report that shows parity everywhere suggests a gate and nothing else."""
    rows = {"sex": ["F", "M"] * 20_000, "d": [1, 1, 0, 0] * 10_000}
    report = fairkit.evaluate(rows, decision="d", by="sex")
    (step,) = next_steps(report)
    assert step.startswith("Keep it so: evaluate every release in the same way")


def test_a_ratio_is_told_as_one():
    """A disparity of ratios is told as a factor, below one as well as above."""
    rows = {"sex": ["F"] * 300 + ["M"] * 300, "d": [1] * 60 + [0] * 240 + [1] * 200 + [0] * 100}
    down = fairkit.evaluate(rows, decision="d", by="sex", compare="ratio", reference="sex=M")
    up = fairkit.evaluate(rows, decision="d", by="sex", compare="ratio", reference="sex=F")
    assert "is at most 0." in next_steps(down)[0]
    assert "is at least 2." in next_steps(up)[0]


def test_rows_of_unknown_groups_are_not_to_be_collected():
    """Nobody is told to collect rows whose attribute is missing, nor to read them before those of a group."""
    rows = {
        "sex": ["F"] * 400 + ["M"] * 400 + [None] * 60,
        "d": [1] * 300 + [0] * 100 + [1] * 200 + [0] * 200 + [1] * 35 + [0] * 25,
    }
    report = fairkit.evaluate(rows, decision="d", by="sex")
    assert any(f.group == "sex=(missing)" and f.n_needed for f in report.findings)
    assert "sex=(missing)" not in " ".join(next_steps(report))


def test_a_disparity_of_rows_without_the_attribute_asks_why():
    """Where only the rows with a missing attribute differ, the question is why it is missing."""
    rows = {
        "sex": ["F", "M"] * 2_000 + [None] * 1_000,
        "d": [1, 1, 0, 0] * 1_000 + [1] * 1_000,
    }
    report = fairkit.evaluate(rows, decision="d", by="sex", reference="sex=M")
    assert next_steps(report)[0].startswith(
        "Find out why attributes are missing: the selection_rate of sex=("
    )


def test_more_rows_do_not_make_probabilities_of_scores():
    """Numbers that are undefined for another reason than want of rows are not promised any."""
    rows = {"sex": ["F", "M"] * 60, "y": [0, 0, 1] * 40, "s": [float(n % 7) for n in range(120)]}
    report = fairkit.evaluate(rows, label="y", score="s", by="sex")
    (step,) = [step for step in next_steps(report) if "no probabilities" in step]
    assert step.endswith("nothing can be said about them.")
