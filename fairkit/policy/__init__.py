"""The release gate: a policy, one decision, and what becomes of a release.

Names are loaded when first used, so that a command that only shows its help stays quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairkit._lazily import loaded_lazily

if TYPE_CHECKING:
    from fairkit.policy.asserting import FairnessWarning as FairnessWarning
    from fairkit.policy.asserting import assert_policy as assert_policy
    from fairkit.policy.checking import Checked as Checked
    from fairkit.policy.checking import check as check
    from fairkit.policy.deciding import decide as decide
    from fairkit.policy.loading import load_policy as load_policy
    from fairkit.policy.reading import policy_of as policy_of

_HOME = {
    "Checked": "fairkit.policy.checking",
    "FairnessWarning": "fairkit.policy.asserting",
    "assert_policy": "fairkit.policy.asserting",
    "check": "fairkit.policy.checking",
    "decide": "fairkit.policy.deciding",
    "load_policy": "fairkit.policy.loading",
    "policy_of": "fairkit.policy.reading",
}

__all__ = [
    "Checked",
    "FairnessWarning",
    "assert_policy",
    "check",
    "decide",
    "load_policy",
    "policy_of",
]

__getattr__ = loaded_lazily(__name__, _HOME)


def __dir__() -> list[str]:
    return sorted(__all__)
