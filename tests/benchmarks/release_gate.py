"""How fast a release is judged after Counts, beside reading and evaluating its rows, in one run.

10,000 comparisons: checks × groups, all of them deciding, corrected as one family; of rates, of rates with
clusters, and of a release with its baseline. Then the views of the gate. Each time is the best of several.
Nothing is asserted.

    python tests/benchmarks/release_gate.py [--quick]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import fairkit
from fairkit.policy import decide, policy_of
from fairkit.policy.views.html import to_html
from fairkit.policy.views.junit import to_junit
from fairkit.policy.views.markdown import to_markdown
from fairkit.policy.views.sarif import to_sarif
from fairkit.policy.views.serialize import to_json
from fairkit.policy.views.text import to_text

QUICK = "--quick" in sys.argv
ROWS = 100_000 if QUICK else 1_000_000
COLUMNS, LEVELS, PERSONS = 2, 100, 2_000
METRICS = (
    "selection_rate",
    "accuracy",
    "true_positive_rate",
    "false_positive_rate",
    "true_negative_rate",
    "false_negative_rate",
    "positive_predictive_value",
    "negative_predictive_value",
    "false_discovery_rate",
    "false_omission_rate",
)
COMPARES: Sequence[dict[str, Any]] = (
    {"compare": "value", "min": 0.05},
    {"compare": "difference", "max": 0.1},
    {"compare": "ratio", "min": 0.8},
    {"compare": "difference", "max": 0.2, "rule": "prove-safety", "on_inconclusive": "warn"},
    {"compare": "ratio", "max": 1.25},
)


def rows_of(n: int) -> dict[str, Any]:
    """Draw rows of two attributes with a hundred levels each, whose true rates are even."""
    rng = np.random.default_rng(0)
    label = (rng.random(n) < 0.4).astype(np.int8)
    decision = (rng.random(n) < np.where(label, 0.7, 0.3)).astype(np.int8)
    names = np.array([f"level {i:02d}" for i in range(LEVELS)], dtype=object)
    groups = {f"a{i}": names[rng.integers(0, LEVELS, n)] for i in range(COLUMNS)}
    return {**groups, "label": label, "decision": decision, "person": rng.integers(0, PERSONS, n)}


def policy(*, cluster: str | None = None, baseline: bool = False) -> dict[str, Any]:
    """Write a policy of 10,000 comparisons: 50 checks on 2 attributes of 100 groups each."""
    compares = COMPARES if not baseline else [{"baseline": "v1", "max_regression": 0.05}] * 5
    return {
        "schema": 1,
        "name": "large",
        "data": {"label": "label", "decision": "decision", **({"cluster": cluster} if cluster else {})},
        "groups": {f"a{i}": {"column": f"a{i}"} for i in range(COLUMNS)},
        "check": [
            {"id": f"{metric}-{i}", "metric": metric, "groups": [f"a{i}" for i in range(COLUMNS)], **limits}
            for i, limits in enumerate(compares)
            for metric in METRICS
        ],
        **({"baselines": {"v1": {"report": "v1.json", "sha256": "00" * 32}}} if baseline else {}),
    }


def best(call: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """Return the best seconds of several calls, and what the last gave."""
    found, made = float("inf"), None
    for _ in range(repeats):
        start = time.perf_counter()
        made = call()
        found = min(found, time.perf_counter() - start)
    return found, made


def judged(title: str, rows: dict[str, Any], document: dict[str, Any], **options: Any) -> Any:
    """Time evaluating once and deciding on the counts, and print both."""
    own = policy_of(document)
    source = document["data"]
    asked = {"by": [group["column"] for group in document["groups"].values()], "metrics": list(METRICS)}
    evaluating, report = best(lambda: fairkit.evaluate(rows, **source, **asked), 1)
    seconds, gate = best(lambda: decide(own, report, **options), 3)
    print(
        f"  {title:<34} {len(gate.results):>7,} results {seconds:>7.2f} s   evaluating {evaluating:>7.2f} s"
        f"   {seconds / evaluating:>6.2f} x   exit {gate.exit_code}"
    )
    return gate


def main() -> None:
    """Print all times."""
    print(f"{ROWS:,} rows, {COLUMNS} attributes of {LEVELS} groups; budget: 1 s after Counts")
    rows = rows_of(ROWS)
    gate = judged("rates", rows, policy())
    judged("rates, rows clustered by person", rows, policy(cluster="person"))
    before = fairkit.count(rows, label="label", decision="decision", by=[f"a{i}" for i in range(COLUMNS)])
    judged("changes from a baseline", rows, policy(baseline=True), baselines={"v1": before})
    print("\nviews of the first gate")
    for write in (to_json, to_text, to_markdown, to_junit, to_sarif, to_html):
        seconds, text = best(lambda write=write: write(gate), 3)
        print(f"  {write.__name__:<34} {len(text):>11,} characters {seconds:>8.2f} s")


if __name__ == "__main__":
    main()
