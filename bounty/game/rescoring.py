"""Judging everything again on the data: the same whole numbers must come out, on any machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bounty.claims.proposals import Runner
from bounty.game.bounty import Bounty
from bounty.ledger.part_hashes import part_hash
from bounty.ledger.sealing import Sealed
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
        A row, a number or the rows of a part differ; the message names it.
    """
    bounty = Bounty(folder, runner=runner)
    kept = bounty.folder.openings()
    same = []
    for part in bounty.referee.parts:
        name, found = part.split.part, part_hash(part.split)
        stated = bounty.manifest.parts[name].hash
        seal = kept.get(stated)
        known = stated if name == "public" else _hash_in(seal)
        if found != known:
            raise LedgerError(f"the rows of the {name} part are not those that the manifest was made for.")
        same.append(name)
    numbers = sum("evidence" in entry.body for entry in bounty.ledger.entries())
    return Rescored(len(bounty.judged), numbers, tuple(same), bounty.ledger.head)


def _hash_in(sealed: Sealed | None) -> str | None:
    return str(sealed.content["hash"]) if sealed is not None and sealed.holds else None
