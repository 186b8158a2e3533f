"""A whole small bounty on generated loans, whose truth is known: from the split to the repaired model.

The lending data have a bias that no single column shows: Black women who would repay are refused more often
than others, while neither women nor Black people are. The demonstration opens a bounty on them, has the house
hunters search the public rows, has what they find judged beside two wrong guesses, and checks it all.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from bounty.certificates.budgets import Budget
from bounty.certificates.terms import Terms
from bounty.claims.claim import Claim, ClaimKind
from bounty.game.bounty import Bounty, Judged
from bounty.game.closing import close
from bounty.game.creating import Created, create
from bounty.game.exporting import model_of, policy_of
from bounty.game.folder import BountyFolder
from bounty.game.hunting import hunt_published
from bounty.game.published import Published
from bounty.game.referee import Outcome
from bounty.game.replay import replay
from bounty.game.rescoring import Rescored, rescore
from bounty.holdout.part_files import write_whole
from bounty.ledger.ledger import read_entries
from bounty.ledger.manifest import Manifest
from bounty.ledger.sealing import commit_salt
from bounty.ledger.verifying import Verification, verify
from bounty.rows.bits import RowSet
from bounty.scoring.board import Board
from fairkit.errors import LedgerError, MissingDependencyError

ROWS = 300_000
"""So many that a repair of half a percent of all rows can be certified."""

SALT = bytes(range(32))
"""Fixed, so that the demonstration comes out the same everywhere; a real bounty draws a secret one."""

TITLE = "Generated loans"
PLANTED = "race == 'Black' and sex == 'Female'"
SHARES = ("0.2", "0.45", "0.35")
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Rates:
    """Errors per row of part B, by the host's model and by the repaired one.

    Attributes
    ----------
    group : str
    rows : int
    before, after : Fraction
    """

    group: str
    rows: int
    before: Fraction
    after: Fraction

    def to_dict(self) -> dict[str, Any]:
        """Give the numbers."""
        return {
            "group": self.group,
            "rows": self.rows,
            "before": float(self.before),
            "after": float(self.after),
        }


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What the demonstration did and found.

    Attributes
    ----------
    created : Created
    judged : tuple of Judged
        Every claim, in its order.
    board : Board
        With final points.
    budget : Budget
    rates : tuple of Rates
        Of all rows, and of the planted group.
    verified, tampered : Verification
        Of the ledger, and of a copy in which one answer was changed.
    rescored : Rescored
    files : tuple of Path
    seconds : float
    """

    created: Created
    judged: tuple[Judged, ...]
    board: Board
    budget: Budget
    rates: tuple[Rates, ...]
    verified: Verification
    tampered: Verification
    rescored: Rescored
    files: tuple[Path, ...]
    seconds: float

    def confirmed(self, kind: str) -> list[Judged]:
        """List the confirmed claims of a kind."""
        return [
            one
            for one in self.judged
            if one.ruling.outcome is Outcome.CONFIRMED and one.ruling.claim.kind.value == kind
        ]

    @property
    def is_planted_found(self) -> bool:
        """Whether the planted bias was claimed and confirmed."""
        return any(one.ruling.claim.group == PLANTED for one in self.confirmed("disparity"))


def demonstrate(
    folder: Path, *, rows: int = ROWS, tell: Callable[[str], None] = lambda _: None
) -> Demonstration:
    """Play the bounty in a folder, which must be empty or not exist.

    Parameters
    ----------
    folder : Path
    rows : int
        Loans to draw.
    tell : callable, optional
        Is told what is being done.
    """
    from fairkit.samples import lending

    start = time.monotonic()
    BountyFolder(folder).check_free()
    tell(f"drawing {rows:,} loans and splitting them")
    created = create(
        lending(rows=rows),
        folder,
        terms=Terms.of(
            epsilon="0.04", least="0.0005", submissions=30, acceptances=8, repairs=4, bound="bernstein"
        ),
        title=TITLE,
        losses=("error", "false_negative"),
        shares=SHARES,
        salt=SALT,
        label="repaid",
        prediction="approved",
        positive="yes",
        cluster="applicant",
        coarsen={"income": "10000"},
    )
    bounty = Bounty(folder)
    tell("the house hunters search for disparities")
    judged = _house(bounty, "disparity", most=2)
    judged += [bounty.submit(claim, team="guessers") for claim in _guesses()]
    for _ in range(_ROUNDS):  # each confirmed repair changes the model that the next is searched in
        tell("the house hunters search for repairs")
        found = _house(bounty, "repair", most=4)
        judged += found
        if not any(one.ruling.outcome is Outcome.CONFIRMED for one in found):
            break
    tell("closing, verifying and judging again")
    rates = tuple(_rates(bounty, group) for group in (None, PLANTED))
    board, reveal = close(bounty)
    reveal.write(bounty.folder.reveal)
    log = bounty.folder.ledger.read_bytes()
    return Demonstration(
        created,
        tuple(judged),
        board,
        bounty.budget,
        rates,
        verify(bounty.folder.ledger, reveal=reveal, judge=replay, manifest_hash=created.manifest.hash),
        verify(log.replace(b'"rejected"', b'"accepted"', 1), reveal=reveal, judge=replay),
        rescore(folder),
        _written(bounty, board),
        time.monotonic() - start,
    )


def is_demonstration(folder: Path) -> bool:
    """Say whether a folder holds a demonstration, and no bounty of anybody's: its salt is known to all."""
    try:
        manifest = Manifest.from_dict(read_entries(folder / "ledger.jsonl")[0].body)
    except LedgerError:
        return False
    return manifest.title == TITLE and manifest.salt_commitment == commit_salt(SALT)


def _house(bounty: Bounty, kind: str, *, most: int) -> list[Judged]:
    """Search the public rows, and have what was found judged, the same claim once."""
    found, _ = hunt_published(Published.read(bounty.folder.root), kinds=(kind,), most=most, seed=1)
    return [bounty.submit(each.claim, team="house hunters") for each in found]


def _guesses() -> list[Claim]:
    """Claim what sounds likely and is not so: by themselves neither sex nor race makes a difference."""
    return [
        Claim(
            ClaimKind.DISPARITY,
            "false_negative",
            group,
            about={"title": title, "harmed": title, "harm": "Good loans are refused."},
        )
        for group, title in (("sex == 'Female'", "Women"), ("race == 'Black'", "Black people"))
    ]


def _rates(bounty: Bounty, predicate: str | None) -> Rates:
    part = bounty.referee.sealed
    group = RowSet.all(part.split.rows)
    if predicate is not None:
        group = part.group(Claim(ClaimKind.DISPARITY, "error", predicate))
    lost = part.versions.lost_totals(group).tolist()
    before, after = Fraction(lost[0], group.size), Fraction(lost[-1], group.size)
    return Rates(predicate or "all rows", group.size, before, after)


def _written(bounty: Bounty, board: Board) -> tuple[Path, ...]:
    root = bounty.folder.root
    policy = policy_of(bounty, data={"label": "repaid", "decision": "approved"}).text
    contents = {
        "board.html": board.to_html().encode(),
        "fairness.toml": policy.encode(),
        "repaired.py": model_of(bounty, ".py"),
    }
    with suppress(MissingDependencyError):  # the package onnx comes with fairkit[bounty] only
        contents["repaired.onnx"] = model_of(bounty, ".onnx")
    for name, content in contents.items():
        write_whole(root / name, content, private=False)
    return tuple(root / name for name in contents)
