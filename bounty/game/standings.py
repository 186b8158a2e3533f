"""The leaderboard of a bounty: provisional on public rows while it runs, final on part B once it is closed.

While claims can still come in, nothing about the held-out rows may be shown but the answers that are paid
for. So provisional points are counted on the public rows, where anybody can count them again; they flatter
whoever searched there. After the close no claim can be fitted to an answer any more, and the final points are
counted on part B.

Of two teams that claim the very same, the claim is whose commitment, or without one whose submission, stands
earlier in the ledger, whichever of the two the host happened to judge first.
"""

from __future__ import annotations

from typing import Any

from bounty.claims.claim import ClaimKind
from bounty.game.bounty import Bounty, Judged
from bounty.game.parts import PartOfBounty
from bounty.game.referee import Outcome, Ruling
from bounty.rows.evidence import RepairEvidence
from bounty.scoring.board import Board, BoardClaim, State, board
from bounty.scoring.overlaps import Placed, nearest
from bounty.scoring.points import Confirmed, Points, score
from bounty.scoring.size_bands import band
from fairkit.errors import BountyError

_STATES = {
    Outcome.DUPLICATE: State.DUPLICATE,
    Outcome.REJECTED: State.REJECTED,
    Outcome.UNCONFIRMED: State.UNCONFIRMED,
    Outcome.CONFIRMED: State.CONFIRMED,
}


def standings(bounty: Bounty, *, final: bool | None = None) -> Board:
    """Make the leaderboard of a bounty.

    Parameters
    ----------
    bounty : Bounty
    final : bool, optional
        Whether points are counted on part B; default once the bounty is closed.

    Returns
    -------
    Board

    Raises
    ------
    BountyError
        Final points of a bounty that is open.

    Examples
    --------
    >>> import tempfile
    >>> from bounty import Bounty, Claim, ClaimKind, Constant, Terms, create, standings
    >>> rows = {"age": [20, 30, 40, 50] * 1500, "paid": [1, 1, 1, 0] * 1500, "lent": [0, 1, 1, 0] * 1500}
    >>> terms = Terms.of(epsilon="0.6", least="0.05", submissions=9, acceptances=2)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     made = create(rows, f"{place}/b", terms=terms, title="Loans", label="paid", prediction="lent")
    ...     bounty = Bounty(f"{place}/b")
    ...     claim = Claim(ClaimKind.REPAIR, "error", "age < 25", model=Constant("1"))
    ...     judged = bounty.submit(claim, team="owls")
    ...     board = standings(bounty)
    >>> [(row.team, row.confirmed) for row in board.teams]
    [('owls', 1)]
    """
    is_final = bounty.closed is not None if final is None else final
    if is_final and bounty.closed is None:
        raise BountyError("points are final after the close: until then part B says only yes or no.")
    part = bounty.referee.sealed if is_final else bounty.referee.public
    points = {each.sequence: each for each in points_of(bounty, part)}
    states = _states(bounty)
    placed: list[Placed] = []
    claims = []
    for judged in bounty.judged:
        claim, state = judged.ruling.claim, states[judged.submission.seq]
        confirmed = state is State.CONFIRMED
        # A claim that was only tried says nothing about the board, and its group is nobody's business.
        here = Placed(claim, bounty.referee.public.group(claim), None, judged.submission.seq)
        claims.append(
            BoardClaim(
                claim,
                judged.team,
                judged.submission.seq,
                judged.submission.time,
                state,
                None if judged.committed is None else judged.committed.time,
                band(part.group(claim).size, bounty.manifest.band_floor) if confirmed else None,
                nearest(here, placed, threshold=bounty.manifest.duplicate) if confirmed else None,
                points.get(judged.submission.seq),
                row=_row(judged),
            )
        )
        if confirmed:
            placed.append(here)
    last = bounty.ledger.entries()[-1]
    return board(claims, bounty=bounty.manifest.title, as_of=last.time, head=last.hash, final=is_final)


def points_of(bounty: Bounty, part: PartOfBounty) -> tuple[Points, ...]:
    """Count the points of every confirmed claim on one part."""
    confirmed = [_confirmed(holder, ruling, part) for holder, ruling in _held(bounty)]
    return score(confirmed, part.split, losses=bounty.manifest.losses, least=bounty.conditions.terms.least)


def final_points(bounty: Bounty) -> list[dict[str, Any]]:
    """Count the points on part B, as the row says that closes the bounty.

    They tell about rows that claims are still judged on: only for a bounty that is closed or about to be.
    """
    return [
        {"claim": each.claim, "submission": each.sequence, "points": str(each.points)}
        for each in points_of(bounty, bounty.referee.sealed)
    ]


def _held(bounty: Bounty) -> list[tuple[Judged, Ruling]]:
    """Find whose each confirmed claim is: of those who claimed the very same, who committed to it first."""
    found = []
    for judged in bounty.judged:
        if judged.ruling.outcome is not Outcome.CONFIRMED:
            continue
        same = [
            other
            for other in bounty.judged
            if other.committed is not None
            and other.ruling.outcome is Outcome.DUPLICATE
            and other.ruling.claim.hash == judged.ruling.claim.hash
        ]
        found.append((min((judged, *same), key=_row), judged.ruling))
    return found


def _states(bounty: Bounty) -> dict[int, State]:
    """Give the state of each submission; where a commitment was earlier, the two change places."""
    states = {judged.submission.seq: _STATES[judged.ruling.outcome] for judged in bounty.judged}
    holders = {holder.submission.seq for holder, _ in _held(bounty)}
    for row, state in states.items():
        if row in holders:
            states[row] = State.CONFIRMED
        elif state is State.CONFIRMED:
            states[row] = State.DUPLICATE
    return states


def _row(judged: Judged) -> int:
    """Give the row that decides who was first: that of the commitment, else of the submission."""
    return judged.submission.seq if judged.committed is None else judged.committed.seq


def _confirmed(holder: Judged, ruling: Ruling, part: PartOfBounty) -> Confirmed:
    evidence = ruling.public if part.split.part == "public" else ruling.confirmation
    return Confirmed(
        ruling.claim,
        holder.team,
        holder.submission.seq,
        holder.submission.time,
        None if holder.committed is None else holder.committed.time,
        part.group(ruling.claim) if ruling.claim.kind is ClaimKind.DISPARITY else None,
        evidence if isinstance(evidence, RepairEvidence) else None,
        row=_row(holder),
    )
