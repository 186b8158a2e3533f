"""The leaderboard: which teams found what, with how much of it new, and what is still open.

A board is a view of things that were decided elsewhere: states come from the ledger, points from
`bounty.scoring.points`, sizes in bands from `bounty.scoring.size_bands`, overlaps from public rows. It adds
nothing that a hunter could not have been told. What a claim says about people (who may be harmed, and how)
stands beside the number and never enters it; those who pay awards read both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from bounty.claims.claim import Claim, ClaimKind
from bounty.scoring.overlaps import Overlap
from bounty.scoring.points import Points
from bounty.scoring.size_bands import SizeBand
from fairkit.errors import BountyError

__all__ = ["SCHEMA", "Board", "BoardClaim", "State", "TeamRow", "board", "points_text"]

SCHEMA = "bounty.board/1"
"""Version of the board's JSON."""


class State(StrEnum):
    """Where a claim stands.

    ``accepted`` is a claim that passed part A and whose confirmation is open; ``unconfirmed`` one that part B
    did not confirm.

    Examples
    --------
    >>> State("confirmed") is State.CONFIRMED
    True
    """

    RECEIVED = "received"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    ACCEPTED = "accepted"
    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class BoardClaim:
    """One submission, as the board shows it.

    Attributes
    ----------
    claim : Claim
    team : str
    sequence : int
        The number of its submission in the ledger.
    submitted : str
        When, as the ledger writes times.
    state : State
    committed : str or None
        When the team committed to it, if it did so before.
    size : SizeBand or None
        How many held-out rows its group has, where the host shows that.
    overlap : Overlap or None
        With the nearest earlier claim, on public rows.
    points : Points or None
        None where it is not confirmed.
    row : int or None
        The ledger's row that decides who was first, of those in the same second; by default `sequence`.

    Examples
    --------
    >>> claim = Claim(ClaimKind.DISPARITY, "error", "age < 25", about={"title": "The young"})
    >>> BoardClaim(claim, "owls", 7, "2025-01-31T12:00:00Z", State.REJECTED).title
    'The young'
    """

    claim: Claim
    team: str
    sequence: int
    submitted: str
    state: State
    committed: str | None = None
    size: SizeBand | None = None
    overlap: Overlap | None = None
    points: Points | None = None
    row: int | None = None

    @property
    def priority(self) -> tuple[str, int]:
        """What decides who was first, as in `bounty.scoring.points`."""
        return self.committed or self.submitted, self.sequence if self.row is None else self.row

    @property
    def group(self) -> str:
        """The group in words: its predicate, or the file that decides it."""
        group = self.claim.group
        return group if isinstance(group, str) else f"ONNX model {group.sha256[:8]}"

    @property
    def title(self) -> str:
        """What the team calls it; else the group."""
        return self.claim.about.get("title", "").strip() or self.group

    @property
    def rubric(self) -> dict[str, str]:
        """What the team says about harm, for people to judge."""
        about = self.claim.about
        return {key: about[key] for key in ("harmed", "harm", "evidence") if about.get(key, "").strip()}

    def to_dict(self) -> dict[str, Any]:
        """Give what a program needs; texts as they were written."""
        claim, overlap, points = self.claim, self.overlap, self.points
        return {
            "claim": claim.hash,
            "team": self.team,
            "sequence": self.sequence,
            "submitted": self.submitted,
            "committed": self.committed,
            "state": self.state.value,
            "kind": claim.kind.value,
            "loss": claim.loss,
            "title": self.title,
            "group": self.group,
            "rows": None if self.size is None else str(self.size),
            "overlap": None
            if overlap is None
            else {
                "claim": overlap.claim,
                "sequence": overlap.sequence,
                "jaccard": _share(overlap.jaccard),
                "inside": _share(overlap.inside),
                "around": _share(overlap.around),
            },
            "points": None if points is None else _points(points.points),
            "points_alone": None if points is None or points.alone is None else _points(points.alone),
            "covered": None if points is None else _share(points.covered),
            "why": None if points is None or points.why is None else points.why.value,
            "about": self.rubric,
        }


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One team on the board.

    Attributes
    ----------
    rank : int
        From 1; no two teams share one.
    team : str
    points, found, mended : Fraction
        All points, those for disparities, and those for repairs.
    by_loss : mapping of str to Fraction
        Points for each loss, in the host's weights.
    confirmed, accepted, rejected, duplicates, submissions : int
        Claims in each state; `accepted` are those that passed A and are not (yet) confirmed.
    first : str
        When its first confirmed claim was committed to or submitted; its first claim where none is confirmed.

    Examples
    --------
    >>> five, none, when = Fraction(5), Fraction(0), "2025-01-31T12:00:00Z"
    >>> TeamRow(1, "owls", five, five, none, {}, 1, 0, 2, 0, 3, when).to_dict()["points"]
    {'text': '5.00', 'exact': '5'}
    """

    rank: int
    team: str
    points: Fraction
    found: Fraction
    mended: Fraction
    by_loss: Mapping[str, Fraction]
    confirmed: int
    accepted: int
    rejected: int
    duplicates: int
    submissions: int
    first: str

    def to_dict(self) -> dict[str, Any]:
        """Give what a program needs."""
        return {
            "rank": self.rank,
            "team": self.team,
            "points": _points(self.points),
            "found": _points(self.found),
            "mended": _points(self.mended),
            "by_loss": {loss: _points(points) for loss, points in self.by_loss.items()},
            "confirmed": self.confirmed,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "duplicates": self.duplicates,
            "submissions": self.submissions,
            "first": self.first,
        }


@dataclass(frozen=True, slots=True)
class Board:
    """A leaderboard; made with `board`.

    Attributes
    ----------
    bounty : str
        Its title.
    as_of : str
        When it was made, as the ledger writes times.
    final : bool
        Whether points are final (part B, after the close) or provisional (part P).
    head : str
        Hash of the last row of the ledger that it shows.
    teams : tuple of TeamRow
        By rank.
    claims : tuple of BoardClaim
        In the order of the ledger.

    Examples
    --------
    >>> empty = board([], bounty="Toy", as_of="2025-01-31T12:00:00Z", head="00ff")
    >>> empty.to_text().splitlines()[0]
    'Toy: provisional board'
    """

    bounty: str
    as_of: str
    final: bool
    head: str
    teams: tuple[TeamRow, ...]
    claims: tuple[BoardClaim, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give what a program needs; ``json.dumps`` writes it."""
        return {
            "schema": SCHEMA,
            "bounty": self.bounty,
            "as_of": self.as_of,
            "final": self.final,
            "head": self.head,
            "teams": [team.to_dict() for team in self.teams],
            "claims": [claim.to_dict() for claim in self.claims],
        }

    def to_text(self, *, width: int | None = None, color: bool = False) -> str:
        """Write it for a terminal; see `bounty.scoring.board_views.to_text`."""
        from bounty.scoring.board_views import to_text

        return to_text(self, width=width, color=color)

    def to_markdown(self) -> str:
        """Write it for a pull request or a page; see `bounty.scoring.board_views.to_markdown`."""
        from bounty.scoring.board_views import to_markdown

        return to_markdown(self)

    def to_html(self) -> str:
        """Write it as one self-contained page; see `bounty.scoring.board_views.to_html`."""
        from bounty.scoring.board_views import to_html

        return to_html(self)


def board(claims: Iterable[BoardClaim], *, bounty: str, as_of: str, head: str, final: bool = False) -> Board:
    """Make a leaderboard.

    Teams are ordered by points. Of equal ones, a team with a confirmed claim comes first, then the one whose
    first confirmed claim (without any, its first claim) was committed to or submitted earlier, then the lower
    number in the ledger.

    Parameters
    ----------
    claims : iterable of BoardClaim
    bounty : str
        Its title.
    as_of : str
        When, as the ledger writes times.
    head : str
        Hash of the ledger's last row.
    final : bool, default False
        Whether points were taken on part B after the close.

    Returns
    -------
    Board

    Raises
    ------
    BountyError
        Points stand at a claim that is not confirmed or is not theirs; all such claims at once.

    Examples
    --------
    >>> claim = Claim(ClaimKind.DISPARITY, "error", "age < 25")
    >>> points = Points(claim.hash, "owls", 7, claim.kind, "error", Fraction(41, 3), None, None, None)
    >>> one = BoardClaim(claim, "owls", 7, "2025-01-31T12:00:00Z", State.CONFIRMED, points=points)
    >>> made = board([one], bounty="Toy", as_of="2025-02-01T00:00:00Z", head="00ff")
    >>> [(row.rank, row.team, points_text(row.points)) for row in made.teams]
    [(1, 'owls', '13.67')]
    """
    ordered = tuple(sorted(claims, key=lambda each: each.sequence))
    problems = [problem for each in ordered if (problem := _misplaced(each)) is not None]
    if problems:
        raise BountyError(*problems)
    by_team: dict[str, list[BoardClaim]] = {}
    for each in ordered:
        by_team.setdefault(each.team, []).append(each)
    standing = sorted(by_team.items(), key=lambda item: _standing(item[1]))
    rows = tuple(_row(rank, team, own) for rank, (team, own) in enumerate(standing, 1))
    return Board(bounty, as_of, final, head, rows, ordered)


def points_text(points: Fraction) -> str:
    """Write points with two digits, rounded half to even; what is not 0 never reads as 0.

    Examples
    --------
    >>> [points_text(Fraction(n, 1000)) for n in (0, 1, 1234565, -1)]
    ['0.00', '<0.01', '1,234.56', '>-0.01']
    """
    hundredths = round(points * 100)
    if points and not hundredths:
        return "<0.01" if points > 0 else ">-0.01"
    whole, rest = divmod(abs(hundredths), 100)
    return f"{'-' if hundredths < 0 else ''}{whole:,}.{rest:02}"


def _misplaced(each: BoardClaim) -> str | None:
    if each.points is None:
        return None
    name = f"claim {each.claim.hash[:8]} (number {each.sequence})"
    if each.state is not State.CONFIRMED:
        return f"{name} is {each.state} and has points; only confirmed claims earn."
    if (each.points.claim, each.points.sequence) != (each.claim.hash, each.sequence):
        return f"{name} has the points of claim {each.points.claim[:8]} (number {each.points.sequence})."
    return None


def _standing(own: list[BoardClaim]) -> tuple[Fraction, bool, tuple[str, int]]:
    return -_sum(own), not _counting(own), min(each.priority for each in _counting(own) or own)


def _counting(own: list[BoardClaim]) -> list[BoardClaim]:
    return [each for each in own if each.state is State.CONFIRMED]


def _sum(own: Iterable[BoardClaim], kind: ClaimKind | None = None, loss: str | None = None) -> Fraction:
    earned = [
        each.points.points
        for each in own
        if each.points is not None and kind in {None, each.claim.kind} and loss in {None, each.claim.loss}
    ]
    return sum(earned, Fraction(0))


def _row(rank: int, team: str, own: list[BoardClaim]) -> TeamRow:
    states = [each.state for each in own]
    losses = dict.fromkeys(each.claim.loss for each in own if each.points is not None)
    return TeamRow(
        rank,
        team,
        _sum(own),
        _sum(own, ClaimKind.DISPARITY),
        _sum(own, ClaimKind.REPAIR),
        {loss: _sum(own, loss=loss) for loss in losses},
        confirmed=states.count(State.CONFIRMED),
        accepted=states.count(State.ACCEPTED) + states.count(State.UNCONFIRMED),
        rejected=states.count(State.REJECTED),
        duplicates=states.count(State.DUPLICATE),
        submissions=len(own),
        first=min(each.priority for each in _counting(own) or own)[0],
    )


def _points(points: Fraction) -> dict[str, str]:
    return {"text": points_text(points), "exact": str(points)}


def _share(share: Fraction | None) -> float | None:
    """Round for reading; what decides is computed from whole numbers elsewhere."""
    return None if share is None else round(float(share), 4)
