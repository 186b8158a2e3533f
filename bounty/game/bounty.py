"""A bounty that is open: claims come in, the referee judges, and the ledger keeps what was said.

A bounty is opened by judging again every claim that its ledger holds, so what is in memory, in the ledger and
in the data cannot disagree without being noticed, and a crash in the middle of a claim is mended by writing
the rows that are missing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bounty.certificates.budgets import Budget, budget
from bounty.claims.claim import Claim, ClaimKind
from bounty.claims.proposals import Runner
from bounty.game.conditions import conditions_of
from bounty.game.examining import Examination, examine
from bounty.game.folder import BountyFolder
from bounty.game.referee import Outcome, Referee, Ruling
from bounty.holdout.part_files import load_split
from bounty.holdout.public_files import read_public
from bounty.ledger.ledger import Entry, Kind, Ledger, Receipt
from bounty.ledger.manifest import Manifest
from bounty.ledger.sealing import Sealed, seal_claim
from bounty.ledger.signatures import PrivateKey
from bounty.rows.evidence import Evidence
from fairkit.errors import BountyError, LedgerError

MOST_TEAM = 60
"""Characters of a team's name."""

_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim's place in the ledger and how it ended.

    Attributes
    ----------
    team : str
    submission : Entry
        The row of its submission.
    decided : Entry
        The row of its decision.
    committed : Entry or None
        The row of the commitment that it opened.
    ruling : Ruling
    """

    team: str
    submission: Entry
    decided: Entry
    committed: Entry | None
    ruling: Ruling


class Bounty:
    """A bounty in a folder; see `bounty.game.folder` for its files.

    Parameters
    ----------
    folder : str or Path
    key : PrivateKey, optional
        Signs the ledger's rows, where the manifest names a key.
    runner : Runner, optional
        Runs ONNX models; without one they are refused.

    Raises
    ------
    BountyError
        The folder holds no whole bounty.
    LedgerError
        The ledger was changed, or does not agree with the data.
    """

    def __init__(
        self, folder: str | Path, *, key: PrivateKey | None = None, runner: Runner | None = None
    ) -> None:
        self.folder = BountyFolder(Path(folder))
        self.ledger = Ledger.open(self.folder.ledger, key=key)
        self.manifest = Manifest.from_dict(self.ledger.entries()[0].body)
        self.conditions = conditions_of(self.manifest)
        self.referee = Referee(
            read_public(self.folder.public),
            load_split(self.folder.part("checker")),
            load_split(self.folder.part("confirmation")),
            conditions=self.conditions,
            runner=runner,
        )
        self.judged: list[Judged] = []
        self._replay()

    @property
    def closed(self) -> Entry | None:
        """The row that closed the bounty; None while it is open."""
        rows = self.ledger.entries(Kind.CLOSE)
        return rows[0] if rows else None

    @property
    def budget(self) -> Budget:
        """What has been let out of the held-out rows, and what is left."""
        return budget(self.conditions.terms, self.referee.checker.spent)

    def examine(self, claim: Claim) -> Examination:
        """Look at a claim on public rows; it costs nothing.

        Raises
        ------
        ClaimError
            It does not fit the bounty.
        """
        return examine(claim, self.referee.public)

    def commit(self, seal: str, *, team: str) -> Entry:
        """Take a team's commitment to a claim that it will show later (`bounty.ledger.sealing.seal_claim`).

        Raises
        ------
        BountyError
            The bounty is closed, or the team's name is none.
        LedgerError
            The commitment is no hash.
        """
        with self.folder.locked():
            self._check_open(team)
            return self.ledger.append(Kind.COMMITMENT, {"team": team, "seal": seal})

    def submit(self, claim: Claim, *, team: str, nonce: bytes | None = None) -> Judged:
        """Judge a claim and write down what was said.

        Parameters
        ----------
        claim : Claim
        team : str
        nonce : bytes, optional
            Opens a commitment of the team.

        Returns
        -------
        Judged

        Raises
        ------
        ClaimError
            The claim does not fit the bounty. Nothing is written and nothing is used up.
        BountyError
            The bounty is closed or used up, or there is no such commitment.
        """
        with self.folder.locked():
            self._check_open(team)
            committed = self._committed(claim, team, nonce)
            before = next(
                (one for one in self.judged if one.team == team and one.ruling.claim.hash == claim.hash),
                None,
            )
            if before is not None and not self._moved_on(before.ruling):
                return before  # the same claim of the same team: the same receipt, at no cost
            ruling = self.referee.judge(claim)
            self.folder.keep_claim(claim, row=len(self.ledger) + 1)
            body: dict[str, Any] = {"team": team, "claim": claim.hash}
            if committed is not None and nonce is not None:
                body |= {"commitment": committed.seq, "nonce": nonce.hex()}
            submission = self.ledger.append(Kind.SUBMISSION, body)
            judged = self._settled(submission, ruling, committed=committed)
            self.judged.append(judged)
            return judged

    def receipt(self, judged: Judged) -> Receipt:
        """Write a team's receipt for a claim."""
        return self.ledger.receipt(judged.decided.seq)

    # --- what is written ---

    def _settled(
        self,
        submission: Entry,
        ruling: Ruling,
        *,
        known: Sequence[Entry] = (),
        whole: bool = False,
        committed: Entry | None = None,
    ) -> Judged:
        """Compare the rows that the ledger has on a ruling, and write those that a crash kept out."""
        rows = _rows(ruling)
        if len(known) > len(rows) or (whole and len(known) < len(rows)):
            raise LedgerError(
                f"row {submission.seq}: the ledger has {len(known)} rows on this claim, judging it again "
                f"gives {len(rows)}: rows, data or code changed."
            )
        settled: list[Entry] = []
        for place, (kind, body, content) in enumerate(rows):
            # A decision is of a submission, a confirmation of a decision, repairs follow a confirmation.
            above = (submission, *settled)[min(place, 2)]
            linked = {_ABOVE[kind]: above.seq, **body}
            if place < len(known):
                self._compare(known[place], kind, linked, content)
                settled.append(known[place])
            else:
                settled.append(self._append(kind, linked, content))
        return Judged(str(submission.body["team"]), submission, settled[0], committed, ruling)

    def _append(self, kind: Kind, body: Mapping[str, Any], content: Any) -> Entry:
        if content is None:
            return self.ledger.append(kind, body)
        sealed = Sealed.of(content)
        self.folder.keep_opening(kind.value, sealed)
        return self.ledger.append(kind, {**body, "evidence": sealed.hash})

    def _compare(self, entry: Entry, kind: Kind, body: Mapping[str, Any], content: Any) -> None:
        """Make sure that a row of the ledger says what judging says now."""
        said = {name: value for name, value in entry.body.items() if name != "evidence"}
        if entry.kind is not kind or said != dict(body):
            raise LedgerError(
                f"row {entry.seq}: the ledger has a {entry.kind} that says {_short(said)}, and judging the "
                f"same claim again gives a {kind} that says {_short(dict(body))}: rows, data or code changed."
            )
        if content is not None:
            sealed = self._openings.get(str(entry.body.get("evidence")))
            if sealed is None or not sealed.holds:
                raise LedgerError(f"row {entry.seq}: nothing in private/openings.jsonl opens its seal.")
            if sealed.content != content:
                raise LedgerError(
                    f"row {entry.seq}: its sealed numbers are {_short(sealed.content)}, and judging the same "
                    f"claim again gives {_short(content)}: the data or the code changed."
                )

    # --- what is read ---

    def _replay(self) -> None:
        """Judge the ledger's claims again, comparing every row."""
        self._openings = self.folder.openings()
        entries = self.ledger.entries()
        by_row = {entry.seq: entry for entry in entries}
        starts = [entry.seq for entry in entries if entry.kind is Kind.SUBMISSION]
        for start, end in pairwise([*starts, len(entries) + 1]):
            submission = by_row[start]
            ruling = self.referee.judge(self.folder.claim(start, str(submission.body["claim"])))
            self.judged.append(
                self._settled(
                    submission,
                    ruling,
                    known=[by_row[row] for row in range(start, end) if by_row[row].kind in _ABOVE],
                    whole=start != starts[-1],
                    committed=by_row.get(submission.body.get("commitment", 0)),
                )
            )

    def _committed(self, claim: Claim, team: str, nonce: bytes | None) -> Entry | None:
        if nonce is None:
            return None
        seal = seal_claim(claim.hash, nonce, team=team)
        opened = {entry.body.get("commitment") for entry in self.ledger.entries(Kind.SUBMISSION)}
        for entry in self.ledger.entries(Kind.COMMITMENT):
            if entry.body["seal"] == seal and entry.body["team"] == team and entry.seq not in opened:
                return entry
        raise BountyError(
            f"team '{team}' has no open commitment that this claim and nonce open; "
            "submit without a nonce, or check both."
        )

    def _moved_on(self, ruling: Ruling) -> bool:
        """Whether a repair would now be compared with another version than it was."""
        now = self.referee.public.versions.current
        return ruling.claim.kind is ClaimKind.REPAIR and ruling.version != now

    def _check_open(self, team: str) -> None:
        self.ledger.refresh()
        if self.closed is not None:
            raise BountyError(f"the bounty was closed in row {self.closed.seq}; it judges nothing more.")
        if len(self.ledger.entries(Kind.SUBMISSION)) != len(self.judged):
            raise BountyError("another process has judged claims meanwhile; open the bounty again.")
        if not team.strip() or len(team) > MOST_TEAM or not _is_plain(team):
            raise BountyError(f"team {team[:MOST_TEAM]!r}: a name has 1 to {MOST_TEAM} printable characters.")


_ABOVE: Mapping[Kind, str] = MappingProxyType(
    {Kind.DECISION: "submission", Kind.CONFIRMATION: "decision", Kind.REPAIR: "confirmation"}
)
"""Rows that a ruling makes, and what each calls the row that it follows."""


def _rows(ruling: Ruling) -> list[tuple[Kind, dict[str, Any], Any]]:
    """Give the rows of a ruling: kind, what is published, and what is sealed."""
    if ruling.outcome is Outcome.DUPLICATE:
        return [(Kind.DECISION, {"outcome": "duplicate", "repeats": ruling.repeats}, None)]
    claim, accepted = ruling.claim, ruling.outcome is not Outcome.REJECTED
    sealed = {"margin": str(ruling.margin), "version": ruling.version, "numbers": _numbers(ruling.checker)}
    rows: list[tuple[Kind, dict[str, Any], Any]] = [
        (Kind.DECISION, {"outcome": "accepted" if accepted else "rejected"}, sealed)
    ]
    if not accepted:
        return rows
    confirmed = ruling.outcome is Outcome.CONFIRMED
    # What is confirmed is published: the repaired model is, and a named harm is to be acted on.
    shown = {"content": claim.to_dict(), "about": dict(claim.about)} if confirmed else {}
    sealed = {"margin": str(ruling.margin), "numbers": _numbers(ruling.confirmation)}
    rows.append((Kind.CONFIRMATION, {"confirmed": confirmed, **shown}, sealed))
    for pointer, tried in zip(ruling.pointers, ruling.tried, strict=False):
        body = {
            "accepted": True,
            "asked": tried,
            "confirmed": pointer.confirmed,
            "group": ruling.watched[pointer.group],
            "version": pointer.version,
        }
        numbers = {"numbers": _numbers(pointer.checker), "confirmation": _numbers(pointer.confirmation)}
        rows.append((Kind.REPAIR, body, numbers))
    if ruling.tried and ruling.tried[-1]:
        rows.append((Kind.REPAIR, {"accepted": False, "asked": ruling.tried[-1]}, {"numbers": None}))
    return rows


def _numbers(evidence: Evidence | None) -> dict[str, Any] | None:
    return None if evidence is None else evidence.to_dict()


def _is_plain(text: str) -> bool:
    return text.isprintable() and unicodedata.normalize("NFC", text) == text


def _short(said: Any) -> str:
    text = str(said)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
