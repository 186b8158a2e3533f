"""Baselines: the counts of a release, kept to compare later ones with.

Names are loaded when first used, so that a command that only shows its help stays quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairkit._lazily import loaded_lazily

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

__getattr__ = loaded_lazily(__name__, _HOME)


def __dir__() -> list[str]:
    return sorted(__all__)
