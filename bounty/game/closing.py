"""Closing a bounty: the last row of the ledger holds the final points, and the reveal opens every seal."""

from __future__ import annotations

from bounty.game.bounty import Bounty
from bounty.game.standings import final_points, standings
from bounty.ledger.ledger import Kind
from bounty.ledger.reveal import Reveal
from bounty.scoring.board import Board
from fairkit.errors import BountyError


def close(bounty: Bounty, *, open_parts: bool = False) -> tuple[Board, Reveal]:
    """Close a bounty; a bounty that is closed already gives the same again.

    Parameters
    ----------
    bounty : Bounty
    open_parts : bool
        Whether the reveal also opens the hashes of parts A and B, for an auditor who holds the rows.

    Returns
    -------
    board : Board
        With final points, counted on part B.
    reveal : Reveal

    Raises
    ------
    BountyError
        What opens the seals is not complete.

    Examples
    --------
    >>> import tempfile
    >>> from bounty import Bounty, Claim, ClaimKind, Constant, Terms, create, close
    >>> rows = {"age": [20, 30, 40, 50] * 1500, "paid": [1, 1, 1, 0] * 1500, "lent": [0, 1, 1, 0] * 1500}
    >>> terms = Terms.of(epsilon="0.6", least="0.05", submissions=9, acceptances=2)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     made = create(rows, f"{place}/b", terms=terms, title="Loans", label="paid", prediction="lent")
    ...     bounty = Bounty(f"{place}/b")
    ...     claim = Claim(ClaimKind.REPAIR, "error", "age < 25", model=Constant("1"))
    ...     judged = bounty.submit(claim, team="owls")
    ...     board, reveal = close(bounty)
    >>> board.final, bounty.closed is not None
    (True, True)
    """
    with bounty.folder.locked():
        bounty.catch_up()
        if bounty.closed is None:
            bounty.check_key()
            bounty.ledger.append(Kind.CLOSE, {"points": final_points(bounty)})
    return standings(bounty, final=True), revealed(bounty, open_parts=open_parts)


def revealed(bounty: Bounty, *, open_parts: bool = False) -> Reveal:
    """Collect what opens the seals of a ledger.

    Raises
    ------
    BountyError
        It is not complete.
    """
    kept = bounty.folder.openings.read()
    seals = {
        entry.seq: kept.get(str(entry.body["evidence"]))
        for entry in bounty.ledger.entries()
        if "evidence" in entry.body
    }
    lost = [row for row, sealed in seals.items() if sealed is None]
    if lost:
        raise BountyError(f"nothing in private/openings.jsonl opens the seals of rows {lost[:10]}.")
    opened = {row: sealed for row, sealed in seals.items() if sealed is not None}
    parts = bounty.manifest.parts
    hidden = {name: kept[part.hash] for name, part in parts.items() if part.hash in kept}
    return Reveal.of(bounty.folder.salt(), opened, parts=hidden if open_parts else None)
