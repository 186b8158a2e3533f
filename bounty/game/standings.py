"""The leaderboard of a bounty: provisional on public rows while it runs, final on part B once it is closed.

While claims can still come in, nothing about the held-out rows may be shown but the answers that are paid
for. So provisional points are counted on the public rows, where anybody can count them again; they flatter
whoever searched there. After the close no claim can be fitted to an answer any more, and the final points are
counted on part B.
"""

from __future__ import annotations

from bounty.claims.claim import ClaimKind
from bounty.game.bounty import Bounty, Judged
from bounty.game.parts import PartOfBounty
from bounty.game.referee import Outcome
from bounty.rows.evidence import RepairEvidence
from bounty.scoring.board import Board, BoardClaim, State, board
from bounty.scoring.overlaps import Placed, nearest
from bounty.scoring.points import Confirmed, Points, score
from bounty.scoring.size_bands import band

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
    """
    is_final = bounty.closed is not None if final is None else final
    part = bounty.referee.sealed if is_final else bounty.referee.public
    points = {each.sequence: each for each in points_of(bounty, part)}
    placed: list[Placed] = []
    claims = []
    for judged in bounty.judged:
        claim, confirmed = judged.ruling.claim, judged.ruling.outcome is Outcome.CONFIRMED
        # A claim that was only tried says nothing about the board, and its group is nobody's business.
        here = Placed(claim, bounty.referee.public.group(claim), None, judged.submission.seq)
        claims.append(
            BoardClaim(
                claim,
                judged.team,
                judged.submission.seq,
                judged.submission.time,
                _STATES[judged.ruling.outcome],
                None if judged.committed is None else judged.committed.time,
                band(part.group(claim).size, bounty.manifest.band_floor) if confirmed else None,
                nearest(here, placed, threshold=bounty.manifest.duplicate) if confirmed else None,
                points.get(judged.submission.seq),
            )
        )
        if confirmed:
            placed.append(here)
    last = bounty.ledger.entries()[-1]
    return board(claims, bounty=bounty.manifest.title, as_of=last.time, head=last.hash, final=is_final)


def points_of(bounty: Bounty, part: PartOfBounty) -> tuple[Points, ...]:
    """Count the points of every confirmed claim on one part."""
    confirmed = [
        _confirmed(judged, part) for judged in bounty.judged if judged.ruling.outcome is Outcome.CONFIRMED
    ]
    return score(confirmed, part.split, losses=bounty.manifest.losses)


def _confirmed(judged: Judged, part: PartOfBounty) -> Confirmed:
    ruling = judged.ruling
    evidence = ruling.public if part.split.part == "public" else ruling.confirmation
    return Confirmed(
        ruling.claim,
        judged.team,
        judged.submission.seq,
        judged.submission.time,
        None if judged.committed is None else judged.committed.time,
        part.group(ruling.claim) if ruling.claim.kind is ClaimKind.DISPARITY else None,
        evidence if isinstance(evidence, RepairEvidence) else None,
    )
