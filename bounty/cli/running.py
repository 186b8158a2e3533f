"""Which ONNX files a command may run in this process: those that the user has named by their hash."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from fairkit.errors import ClaimError

if TYPE_CHECKING:
    from bounty.claims.claim import OnnxModel
    from bounty.claims.onnx_models.running import TrustedRunner
    from bounty.rows.answers import Answers, AnswerSpace
    from bounty.rows.bits import RowSet
    from bounty.rows.columns import Columns


def runner_of(trusted: Sequence[str]) -> NamedFiles:
    """Make a runner of trusted files."""
    runner = NamedFiles(trusted)
    if trusted:
        _ = runner.runner  # a hash that is none is refused before any work
    return runner


class NamedFiles:
    """Runs ONNX files that are named by their SHA-256; a `bounty.claims.proposals.Runner`.

    Parameters
    ----------
    trusted : sequence of str

    Examples
    --------
    >>> from bounty.claims.claim import OnnxModel
    >>> NamedFiles([]).group(OnnxModel("00ff", b""), None)
    Traceback (most recent call last):
    ...
    fairkit.errors.ClaimError: ONNX file 00ff is foreign code, and runs in this process only if you ...
    """

    def __init__(self, trusted: Sequence[str]) -> None:
        self.trusted = tuple(trusted)

    @cached_property
    def runner(self) -> TrustedRunner:
        """What runs them; imported when one is needed."""
        from bounty.claims.onnx_models.running import TrustedRunner

        return TrustedRunner(self.trusted)

    def group(self, model: OnnxModel, columns: Columns) -> RowSet:
        """Find the rows for which the model answers 1."""
        self._trust(model)
        return self.runner.group(model, columns)

    def answers(self, model: OnnxModel, columns: Columns, space: AnswerSpace) -> Answers:
        """Give the model's answers."""
        self._trust(model)
        return self.runner.answers(model, columns, space)

    def _trust(self, model: OnnxModel) -> None:
        if model.sha256 not in {name.lower() for name in self.trusted}:
            raise ClaimError(
                f"ONNX file {model.sha256} is foreign code, and runs in this process only if you trust it: "
                f"look where it comes from, then add --trust {model.sha256}"
            )
