"""What a team may see of its own repairs beside yes and no: a rounded loss, where the terms pay for it.

The loss is that of the whole model as it would be with the team's repair, on all rows of part A. It is shown
by the Ladder: when it is clearly below the team's best, and counted over all teams as the terms'
`ladder_changes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from bounty.certificates.exact_numbers import text_of
from bounty.certificates.ladder import Ladder


@dataclass(frozen=True, slots=True)
class TeamScore:
    """What a submission did to its team's score.

    Attributes
    ----------
    lost : int
        What the model with the repair loses on part A; this stays sealed.
    shown : Fraction or None
        What the team sees after it, as a share of what could be lost; None where changes were used up before
        the team's first.
    changed : bool
        Whether this submission changed it.
    """

    lost: int
    shown: Fraction | None
    changed: bool

    @property
    def published(self) -> dict[str, Any]:
        """What the row of the decision says of it."""
        return {"ladder": text_of(self.shown)} if self.changed and self.shown is not None else {}

    @property
    def sealed(self) -> dict[str, Any]:
        """What the row's seal hides of it."""
        return {"lost": self.lost}


def team_score(ladder: Ladder, team: str, lost: int, *, most: int) -> TeamScore | None:
    """Score a team's repair.

    Parameters
    ----------
    ladder : Ladder
        Remembers what is shown.
    team : str
    lost : int
        What the model with the repair loses on part A.
    most : int
        What it could lose: rows times the most that a row can lose.

    Returns
    -------
    TeamScore or None
        None where the terms allow no changes at all.

    Examples
    --------
    >>> from bounty.certificates.terms import Terms
    >>> ladder = Ladder(Terms.of(ladder_changes=5, ladder_step="0.01"))
    >>> [team_score(ladder, "owls", lost, most=1000).published for lost in (204, 196, 188)]
    [{'ladder': '0.2'}, {}, {'ladder': '0.19'}]
    """
    if not ladder.terms.ladder_changes:
        return None
    before = ladder.changes
    shown = ladder.submit(team, lost, rows=most)
    return TeamScore(lost, shown, ladder.changes > before)
