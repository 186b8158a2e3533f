"""Judging everything again on the data: the same whole numbers must come out, on any machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bounty.claims.proposals import Runner
from bounty.game.bounty import Bounty
from bounty.game.standings import final_points
from fairkit.errors import LedgerError


@dataclass(frozen=True, slots=True)
class Rescored:
    """What judging again found; it raises where a number differs.

    Attributes
    ----------
    claims : int
        Claims that were judged again.
    numbers : int
        Sealed rows whose whole numbers came out the same.
    parts : tuple of str
        Parts whose rows have the hash that the manifest seals.
    head : str
        Hash of the ledger's last row.
    """

    claims: int
    numbers: int
    parts: tuple[str, ...]
    head: str

    def to_dict(self) -> dict[str, Any]:
        """Give the content for ``--json``."""
        return {"claims": self.claims, "numbers": self.numbers, "parts": list(self.parts), "head": self.head}


def rescore(folder: str | Path, *, runner: Runner | None = None) -> Rescored:
    """Judge every claim of a bounty again from its rows, and compare.

    Parameters
    ----------
    folder : str or Path
    runner : Runner, optional
        Runs ONNX models.

    Returns
    -------
    Rescored

    Raises
    ------
    LedgerError
        A row, a number, the final points or the rows of a part differ; the message names it.
    BountyError
        A file is missing or damaged.

    Examples
    --------
    >>> import tempfile
    >>> from bounty import Bounty, Claim, ClaimKind, Constant, Terms, create, rescore
    >>> rows = {"age": [20, 30, 40, 50] * 1500, "paid": [1, 1, 1, 0] * 1500, "lent": [0, 1, 1, 0] * 1500}
    >>> terms = Terms.of(epsilon="0.6", least="0.05", submissions=9, acceptances=2)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     made = create(rows, f"{place}/b", terms=terms, title="Loans", label="paid", prediction="lent")
    ...     bounty = Bounty(f"{place}/b")
    ...     claim = Claim(ClaimKind.REPAIR, "error", "age < 25", model=Constant("1"))
    ...     judged = bounty.submit(claim, team="owls")
    ...     found = rescore(f"{place}/b")
    >>> found.claims, found.parts
    (1, ('public', 'checker', 'confirmation'))
    """
    bounty = Bounty(folder, runner=runner)  # judges every claim again, and compares rows and parts
    _check_points(bounty)
    numbers = sum("evidence" in entry.body for entry in bounty.ledger.entries())
    parts = tuple(part.split.part for part in bounty.referee.parts)
    return Rescored(len(bounty.judged), numbers, parts, bounty.ledger.head)


def _check_points(bounty: Bounty) -> None:
    """Count the final points of a closed bounty again."""
    closed = bounty.closed
    if closed is None:
        return
    stated, counted = closed.body.get("points"), final_points(bounty)
    if stated != counted:
        raise LedgerError(
            f"row {closed.seq}: the final points are not those that part B gives: it says {stated}, counting "
            f"them again gives {counted}."
        )
