"""The example policy of the design, and a small one that tests change."""

from __future__ import annotations

import copy
from typing import Any

SHA = "ab" * 32

EXAMPLE = f"""\
schema = 1
name = "credit-line"
on_inconclusive = "fail"  # "fail" (default: fail closed) | "warn" | "pass"

[data]
predictions = "artifacts/predictions.parquet"  # path, "duckdb://...", or --data
label = "y_true"
decision = "y_pred"  # 0/1
score = "y_score"
weight = "sample_weight"  # optional
cluster = "customer_id"  # optional: rows of one person are not independent
id = "row_id"  # optional: pairs rows with the baseline's
missing = "report"  # missing label = its own group, never dropped

[groups]
sex = {{ column = "sex",  reference = "best",  min_n = 100, levels = ["female", "male", "nonbinary"] }}
race = {{ column = "race", reference = "White", min_n = 100 }}
sex_race = {{ columns = ["sex", "race"], reference = "best", min_n = 50 }}
accent = {{ column = "accent", reference = "best", min_n = 200 }}

[evidence]
confidence = 0.95
method = "auto"  # closed form for rates; cluster bootstrap if `cluster`; else BCa
correction = "holm"  # "none" | "holm" | "bh", over all gating comparisons
seed = 20260101

[[check]]
id = "selection-four-fifths"
metric = "selection_rate"
groups = ["sex", "race"]
compare = "ratio"  # ratio | difference | value | worst
min = 0.80
rule = "prove-harm"  # fail only if the whole interval is beyond the limit
severity = "error"  # error | warning | info

[[check]]
id = "tpr-gap"
metric = "true_positive_rate"
groups = ["sex", "race", "sex_race"]
compare = "difference"
max = 0.10
rule = "prove-safety"  # pass only if the whole interval is inside
severity = "error"

[[check]]
id = "wer-worst-accent"
metric = "word_error_rate"
groups = ["accent"]
compare = "worst"
max = 0.25
severity = "warning"

[[check]]
id = "no-worse-than-last-release"
metric = "true_positive_rate"
groups = ["sex", "race"]
baseline = "last-release"
max_regression = 0.02  # paired when both runs carry `id`
severity = "error"

[baselines.last-release]
report = "baselines/v41.report.json"  # counts table is enough
sha256 = "{SHA}"

[[waiver]]
check = "tpr-gap"
group = "sex_race=nonbinary & Asian"  # no wildcards
reason = "n=31; re-collection under way, FAIR-112"
owner = "ana@example.org"
approved_by = "risk-board"
created = 2026-10-01
expires = 2026-12-31  # required, <= 180 days after `created`
"""
"""The example of the design, with a hash of 64 digits."""

_SMALL: dict[str, Any] = {
    "schema": 1,
    "name": "small",
    "groups": {
        "sex": {"column": "sex", "levels": ["F", "M"]},
        "sex_race": {"columns": ["sex", "race"]},
        "young": {"predicate": "age < 25"},
    },
    "check": [
        {"id": "gap", "metric": "accuracy", "groups": ["sex"], "compare": "difference", "max": 0.1},
        {
            "id": "rate",
            "metric": "selection_rate",
            "groups": ["sex", "young"],
            "compare": "value",
            "min": 0.2,
        },
        {
            "id": "ratio",
            "metric": "selection_rate",
            "groups": ["sex_race"],
            "compare": "ratio",
            "min": 0.8,
            "max": 1.25,
        },
        {
            "id": "since",
            "metric": "accuracy",
            "groups": ["sex"],
            "baseline": "v41",
            "max_regression": 0.02,
        },
    ],
    "baselines": {"v41": {"report": "v41.json", "sha256": SHA}},
    "waiver": [
        {
            "check": "gap",
            "group": "sex=F",
            "reason": "n = 31",
            "owner": "ana",
            "created": "2026-10-01",
            "expires": "2026-12-31",
        }
    ],
}

GONE = object()
"""What takes a key away in :func:`changed`."""


def small(changes: dict[tuple[str | int, ...], Any] | None = None) -> dict[str, Any]:
    """Return the small policy, with some places changed."""
    return changed(_SMALL, changes or {})


def changed(document: dict[str, Any], changes: dict[tuple[str | int, ...], Any]) -> dict[str, Any]:
    """Return a copy of a document with some places changed; GONE takes one away."""
    copied = copy.deepcopy(document)
    for place, value in changes.items():
        inner: Any = copied
        for part in place[:-1]:
            inner = inner.setdefault(part, {}) if isinstance(inner, dict) else inner[part]
        if value is GONE:
            del inner[place[-1]]
        elif isinstance(inner, list) and place[-1] == len(inner):
            inner.append(copy.deepcopy(value))
        else:
            inner[place[-1]] = copy.deepcopy(value)
    return copied
