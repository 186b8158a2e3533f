"""What changed: two releases of a model, or a developer's report and a customer's own data.

Names are loaded when first used, so that a command that only shows its help stays quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairkit._lazily import loaded_lazily

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

__getattr__ = loaded_lazily(__name__, _HOME)


def __dir__() -> list[str]:
    return sorted(__all__)
