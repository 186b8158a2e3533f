"""Reports to show: an ordinary one, one with hostile names, and one with very many groups."""

from __future__ import annotations

import numpy as np
import pytest

import fairkit

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></svg><script>alert(2)</script>",
    "<!-- --> ]]> &amp; &lt;",
    "{{ 7 * 7 }}{% raw %} ${7*7}",
    "a|b `code` **bold** [link](https://evil.example/) @someone #1",
    "\x1b[31mred\x1b[0m \x07 \x00",
    "\u202egnp.exe",
    "line one\nline two\r\n| three |",
    "[bold red]markup[/] :smile:",
    "https://evil.example/x.png",
    "日本語 ελληνικά",
    "x" * 300,
)


def rows_of(levels, *, n, seed=0):
    """Make rows whose decisions differ by group, with a known seed."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, len(levels), n)
    label = rng.random(n) < 0.4
    chance = np.where(label, 0.7, 0.2) + np.where(group % 5 == 0, 0.25, 0.0)
    return {
        "group": [levels[k] for k in group],
        "sex": [("F", "M", None)[k] for k in rng.choice(3, n, p=[0.5, 0.47, 0.03])],
        "label": label.astype(int).tolist(),
        "decision": (rng.random(n) < chance).astype(int).tolist(),
    }


@pytest.fixture(scope="session")
def report():
    """Return a report with disparities, an intersection, undefined numbers, missing labels and lost rows."""
    rows = rows_of(["A", "B", "C", "D", "E"], n=4_000)
    rows["group"][:3] = ["tiny"] * 3
    rows["label"][:3] = [0, 0, 0]
    rows["label"][3:60] = [None] * 57
    return fairkit.evaluate(
        rows,
        label="label",
        decision="decision",
        by=["group", "sex,group"],
        reference={"group": "B"},
        levels={"group": ["A", "B", "C", "D", "E", "tiny", "nobody"]},
        compare="both",
    )


@pytest.fixture(scope="session")
def hostile():
    """Return a report whose attribute, levels and columns are named by an attacker."""
    rows = rows_of(HOSTILE, n=3_000)
    rows["<b>group</b>"] = rows.pop("group")
    rows["<i>d</i>"] = rows.pop("decision")
    return fairkit.evaluate(
        rows,
        label="label",
        decision="<i>d</i>",
        by=["<b>group</b>", ["sex", "<b>group</b>"]],
        metrics=["selection_rate", "false_positive_rate"],
    )


@pytest.fixture(scope="session")
def many():
    """Return a report of every metric over 140 groups."""
    levels = [f"group number {k}" for k in range(140)]
    rows = rows_of(levels, n=30_000)
    return fairkit.evaluate(rows, label="label", decision="decision", by="group", metrics="all")


@pytest.fixture(scope="session")
def compas(real_data):
    """Return the report on COMPAS, whose figures were published."""
    return fairkit.evaluate(
        str(real_data / "compas" / "compas-scores-two-years.csv"),
        label="two_year_recid",
        decision='score_text != "Low"',
        by="race",
        reference={"race": "Caucasian"},
    )
