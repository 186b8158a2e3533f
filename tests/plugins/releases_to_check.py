"""Releases whose outcome is known, and policies that they are held to."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

# Of 400 rows each: F is selected as often as M, X a quarter as often, and Y has 10 rows only.
SELECTED = {"F": 300, "M": 300, "X": 75}


def rows_of(*, small: int = 10) -> dict[str, list[Any]]:
    """Make rows of four groups whose selection rates are known."""
    sex = [group for group in SELECTED for _ in range(400)] + ["Y"] * small
    hired = [int(i < selected) for selected in SELECTED.values() for i in range(400)] + [1] * small
    label = [1 - i % 2 for i in range(len(sex))]
    return {
        "id": list(range(len(sex))),
        "sex": sex,
        "age": [20 + i % 40 for i in range(len(sex))],
        "label": label,
        "hired": hired,
    }


def check_of(name: str = "rate", **changes: Any) -> dict[str, Any]:
    """Write one check on the selection rates of the groups by sex."""
    return {"id": name, "metric": "selection_rate", "groups": ["sex"], "compare": "value", **changes}


# What one check makes of the release, by the exit code.
PASSES = check_of("passes", min=0.1, rule="prove-harm")
FAILS = check_of("fails", min=0.5)
OPEN = check_of("open", min=0.1, rule="prove-safety")  # Y has too few rows
BROKEN = check_of("broken", groups=["gone"], min=0.1)


def policy_of_checks(*checks: Mapping[str, Any], **tables: Any) -> dict[str, Any]:
    """Write a policy of checks."""
    groups = {"sex": {"column": "sex", "min_n": 30}}
    if any("gone" in check["groups"] for check in checks):
        groups["gone"] = {"column": "gnder", "min_n": 30}
    return {
        "schema": 1,
        "name": "hiring",
        "data": {"label": "label", "decision": "hired"},
        "groups": groups,
        "check": [dict(check) for check in checks],
        **tables,
    }


def toml_of(policy: Mapping[str, Any]) -> str:
    """Write a policy as TOML; its tables are inline, which TOML allows."""
    lines = []
    for key, value in policy.items():
        if key in ("check", "waiver"):
            for table in value:
                lines += [f"[[{key}]]", *(f"{name} = {_value(own)}" for name, own in table.items())]
        elif isinstance(value, Mapping):
            lines += [f"[{key}]", *(f"{json.dumps(name)} = {_value(own)}" for name, own in value.items())]
        else:
            lines.insert(0, f"{key} = {_value(value)}")
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, dt.date):
        return value.isoformat()
    return json.dumps(value)
