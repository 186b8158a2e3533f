"""Whether rows are those that a manifest was made for: each part has the hash that it states or seals."""

from __future__ import annotations

from collections.abc import Mapping

from bounty.claims.claim import Part
from bounty.ledger.manifest import Manifest
from bounty.ledger.part_hashes import part_hash
from bounty.ledger.sealing import Sealed
from bounty.rows.splits import Split
from fairkit.errors import LedgerError

WHERE: Mapping[Part, str] = {
    "public": "public/public.csv",
    "checker": "private/checker.npz",
    "confirmation": "private/confirmation.npz",
}
"""The file of each part, in a bounty's folder."""


def check_part(
    part: Part, split: Split, *, manifest: Manifest, openings: Mapping[str, Sealed] | None = None
) -> None:
    """Make sure that a part is the manifest's.

    Parameters
    ----------
    part : {"public", "checker", "confirmation"}
        What it is to be, whatever it says of itself.
    split : Split
    manifest : Manifest
    openings : mapping of str to Sealed, optional
        What opens the seals of the secret parts' hashes; not needed for the public part.

    Raises
    ------
    LedgerError
        The rows are others, or nothing opens the seal of their hash.
    """
    stated = manifest.parts[part].hash
    if part != "public":
        sealed = (openings or {}).get(stated)
        if sealed is None or not sealed.holds:
            raise LedgerError(
                f"nothing in private/openings.jsonl opens the seal of the {part} part's hash; "
                "restore it from your copy."
            )
        stated = str(sealed.content["hash"])
    if split.part != part or part_hash(split) != stated:
        raise LedgerError(
            f"{WHERE[part]}: these are not the {part} rows that the manifest was made for. They were "
            "changed, or belong to another bounty."
        )
