"""What changed: two releases of a model, or a developer's report and a customer's own data.

Names are loaded when first used, so that a command that only shows its help stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fairkit.changes.comparing import compare_reports as compare_reports
    from fairkit.changes.model import Changes as Changes
    from fairkit.changes.paired import compare_rows as compare_rows

_HOME = {
    "Changes": "fairkit.changes.model",
    "compare_reports": "fairkit.changes.comparing",
    "compare_rows": "fairkit.changes.paired",
}

__all__ = [
    "Changes",
    "compare_reports",
    "compare_rows",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(importlib.import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'fairkit.changes' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
