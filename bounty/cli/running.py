"""Which ONNX files a command may run in this process: those that the user has named by their hash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bounty.claims.proposals import Runner


def runner_of(trusted: Sequence[str]) -> Runner | None:
    """Make a runner of trusted files; None where none is named, so that every ONNX file is refused."""
    if not trusted:
        return None
    from bounty.claims.onnx_models.running import TrustedRunner

    return TrustedRunner(trusted)
