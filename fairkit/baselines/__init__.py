"""Baselines: the counts of a release, kept to compare later ones with.

Names are loaded when first used, so that a command that only shows its help stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fairkit.baselines.model import Baseline as Baseline
    from fairkit.baselines.of_policy import policy_baselines as policy_baselines
    from fairkit.baselines.pairing import Pairing as Pairing
    from fairkit.baselines.pairing import paired_counts as paired_counts
    from fairkit.baselines.storing import load_baseline as load_baseline
    from fairkit.baselines.storing import save_baseline as save_baseline

_HOME = {
    "Baseline": "fairkit.baselines.model",
    "Pairing": "fairkit.baselines.pairing",
    "load_baseline": "fairkit.baselines.storing",
    "paired_counts": "fairkit.baselines.pairing",
    "policy_baselines": "fairkit.baselines.of_policy",
    "save_baseline": "fairkit.baselines.storing",
}

__all__ = [
    "Baseline",
    "Pairing",
    "load_baseline",
    "paired_counts",
    "policy_baselines",
    "save_baseline",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(importlib.import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'fairkit.baselines' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
