"""How fast fairkit counts and judges, beside a hand-written count, each engine's own group-by, and fairlearn.

Every ratio comes from one run on one machine: the best of several repeats of each side, alternating. Nothing
is asserted.

    python tests/benchmarks/evaluate.py [--quick]
"""

from __future__ import annotations

import gc
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl

import fairkit
from fairkit.counts import Counts, Kind
from fairkit.metrics import metric

QUICK = "--quick" in sys.argv
METRICS = [
    "accuracy",
    "selection_rate",
    "true_positive_rate",
    "false_positive_rate",
    "false_negative_rate",
    "false_discovery_rate",
]
BLOCK = 1 << 15


def rows_of(n: int, groups: int) -> dict[str, np.ndarray[Any, Any]]:
    """Draw integer-coded rows: a group, a label and a decision."""
    rng = np.random.default_rng(0)
    label = (rng.random(n) < 0.3).astype(np.int8)
    decision = (rng.random(n) < np.where(label, 0.7, 0.1)).astype(np.int8)
    return {"group": rng.integers(0, groups, n).astype(np.int8), "label": label, "decision": decision}


def blocked_bincount(rows: dict[str, np.ndarray[Any, Any]], groups: int) -> np.ndarray[Any, Any]:
    """Count the same cells by hand, knowing all codes beforehand: the yardstick."""
    total = np.zeros(4 * groups, np.int64)
    group, label, decision = rows["group"], rows["label"], rows["decision"]
    for start in range(0, len(group), BLOCK):
        stop = start + BLOCK
        code = group[start:stop].astype(np.int16)
        code *= 4
        outcome = label[start:stop] * np.int8(2)
        outcome += decision[start:stop]
        code += outcome
        total += np.bincount(code, minlength=4 * groups)
    return total


def race(sides: Sequence[tuple[str, Callable[[], object]]], repeats: int) -> dict[str, float]:
    """Time several callables in turn and return the best milliseconds of each."""
    best = dict.fromkeys((name for name, _ in sides), float("inf"))
    for _ in range(repeats):
        for name, call in sides:
            gc.collect()
            start = time.perf_counter()
            call()
            best[name] = min(best[name], time.perf_counter() - start)
    return {name: 1000 * seconds for name, seconds in best.items()}


def show(title: str, times: dict[str, float], *, base: str, budget: str) -> None:
    """Print each time and its ratio to the base."""
    print(f"\n{title}  (budget: {budget})")
    for name, ms in times.items():
        print(f"  {name:<58} {ms:>12,.2f} ms   {ms / times[base]:>10,.2f} x")


def integers(n: int) -> None:
    """Six metrics over 96 groups of integer-coded rows, against the blocked count."""
    rows = rows_of(n, 96)
    ask = {"label": "label", "decision": "decision", "by": "group"}
    counts = fairkit.count(rows, **ask)
    metrics = [metric(name) for name in METRICS]
    times = race(
        [
            ("blocked NumPy bincount", lambda: blocked_bincount(rows, 96)),
            ("fairkit: rows -> Counts -> six metrics", lambda: _values(rows, ask, metrics)),
            ("fairkit.evaluate: the same with intervals and verdicts", lambda: _evaluate(rows, ask)),
            (
                "  of that, everything after Counts",
                lambda: fairkit.evaluate(counts, by="group", metrics=METRICS),
            ),
        ],
        9,
    )
    show(
        f"{n:,} integer-coded rows, 96 groups, six metrics",
        times,
        base="blocked NumPy bincount",
        budget="1.5 x",
    )


def engines(n: int) -> None:
    """The same cells on the user's own frame, against that engine's own group-by."""
    rows = rows_of(n, 96)
    labels = np.array([f"group {i:02d}" for i in range(96)], dtype=object)
    words = {"group": labels[rows["group"]], "label": rows["label"], "decision": rows["decision"]}
    ask = {"label": "label", "decision": "decision", "by": "group"}
    keys = ["group", "label", "decision"]
    for kind, columns in (("integer codes", rows), ("strings", words)):
        frame = pd.DataFrame(columns)
        polars = pl.from_pandas(frame)
        connection = duckdb.connect()
        connection.register("view", frame)
        connection.execute("CREATE TABLE rows AS SELECT * FROM view")
        relation = connection.table("rows")
        sides: dict[str, tuple[Callable[[], object], Any]] = {
            "pandas": (lambda f=frame: f.groupby(keys, observed=True, dropna=False).size(), frame),
            "Polars": (lambda f=polars: f.group_by(keys).len(), polars),
            "DuckDB": (
                lambda r=relation: r.aggregate("count(*), *", '"group", label, decision').fetchall(),
                relation,
            ),
        }
        for name, (own, native) in sides.items():
            times = race(
                [
                    (f"{name}'s own group-by", own),
                    (f"fairkit.count on {name}", lambda f=native: fairkit.count(f, **ask)),
                ],
                5,
            )
            show(f"{n:,} rows, {kind}, {name}", times, base=f"{name}'s own group-by", budget="1.5 x")


def after_counts() -> None:
    """Intervals, contrasts, Holm, findings of 100 groups, and the bootstrap."""
    rng = np.random.default_rng(0)
    for rows in (40, 1_000, 100_000):
        cells = np.hstack([rng.multinomial(rows, [0.2, 0.1, 0.1, 0.6], 100), np.zeros((100, 3), int)])
        counts = Counts.from_cells(Kind.CONFUSION, ["g"], [(str(i),) for i in range(100)], cells)
        times = race(
            [
                (
                    "six metrics: intervals, contrasts, Holm, findings",
                    lambda c=counts: fairkit.evaluate(c, by="g", metrics=METRICS),
                ),
                (
                    "the same by 2,000 bootstrap replicates (max-t)",
                    lambda c=counts: fairkit.evaluate(c, by="g", metrics=METRICS, correction="max-t"),
                ),
                (
                    "F1 by 2,000 bootstrap replicates (BCa)",
                    lambda c=counts: fairkit.evaluate(c, by="g", metrics=["f1_score"]),
                ),
            ],
            7,
        )
        show(
            f"after Counts, 100 groups of {rows:,} rows",
            times,
            base="six metrics: intervals, contrasts, Holm, findings",
            budget="50 ms; bootstrap 150 ms",
        )


def against_fairlearn(n: int, n_boot: int) -> None:
    """The same six metrics by fairlearn's MetricFrame, without and with its bootstrap."""
    from fairlearn.metrics import (
        MetricFrame,
        false_negative_rate,
        false_positive_rate,
        selection_rate,
        true_positive_rate,
    )
    from sklearn.metrics import accuracy_score, precision_score

    functions = {
        "accuracy": accuracy_score,
        "selection_rate": selection_rate,
        "true_positive_rate": true_positive_rate,
        "false_positive_rate": false_positive_rate,
        "false_negative_rate": false_negative_rate,
        "precision": precision_score,
    }

    def metric_frame(rows: dict[str, np.ndarray[Any, Any]], **options: Any) -> Any:
        frame = MetricFrame(
            metrics=functions,
            y_true=rows["label"],
            y_pred=rows["decision"],
            sensitive_features=rows["group"],
            **options,
        )
        return frame.by_group, frame.difference()

    rows = rows_of(n, 96)
    ask = {"label": "label", "decision": "decision", "by": "group"}
    times = race(
        [
            (
                "fairkit: rows -> Counts -> six metrics",
                lambda: _values(rows, ask, [metric(m) for m in METRICS]),
            ),
            ("fairkit.evaluate, with intervals and verdicts", lambda: _evaluate(rows, ask)),
        ],
        5,
    )
    times |= race([("fairlearn MetricFrame (no intervals)", lambda: metric_frame(rows))], 1)
    show(
        f"fairlearn, {n:,} rows, 96 groups",
        times,
        base="fairkit: rows -> Counts -> six metrics",
        budget=">= 1,000 x",
    )
    small = rows_of(n // 10, 8)
    few = 5
    start = time.perf_counter()
    metric_frame(small, n_boot=few, ci_quantiles=[0.025, 0.975], random_state=0)
    measured = 1000 * (time.perf_counter() - start)
    ours = race(
        [("fairkit, 100 bootstrap replicates of everything", lambda: _bootstrap(small, ask, n_boot))], 5
    )
    scaled = {
        f"fairlearn n_boot={n_boot} (scaled from n_boot={few}: {measured / 1000:.1f} s)": measured
        * n_boot
        / few
    }
    show(f"bootstrap, {n // 10:,} rows, 8 groups", ours | scaled, base=next(iter(ours)), budget=">= 10,000 x")


def _values(rows: Any, ask: dict[str, str], metrics: Sequence[Any]) -> list[Any]:
    counts = fairkit.count(rows, **ask).marginal(["group"])
    return [one.values(counts.values) for one in metrics]


def _evaluate(rows: Any, ask: dict[str, str]) -> Any:
    return fairkit.evaluate(rows, **ask, metrics=METRICS)


def _bootstrap(rows: Any, ask: dict[str, str], replicates: int) -> Any:
    from fairkit.inference import multinomial_replicates

    counts = fairkit.count(rows, **ask)
    drawn = multinomial_replicates(counts.values, replicates=replicates, rng=np.random.default_rng(0))
    metrics = [metric(name) for name in METRICS]
    values = [one.values(drawn) for one in metrics]
    return [
        (np.nanquantile(v, [0.025, 0.975], axis=0), np.nanquantile(v.max(1) - v.min(1), [0.025, 0.975]))
        for v in values
    ]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    size = 1_000_000 if QUICK else 10_000_000
    integers(size)
    engines(size)
    after_counts()
    against_fairlearn(100_000 if QUICK else 1_000_000, 100)
