"""A bounty that is open: claims come in, the referee judges, and the ledger keeps what was said.

A bounty is opened by judging again every claim that its ledger holds, so what is in memory, in the ledger and
in the data cannot disagree without being noticed, and a crash in the middle of a claim is mended by writing
the rows that are missing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from bounty.certificates.budgets import Budget, budget
from bounty.claims.claim import Claim, ClaimKind, Part
from bounty.claims.proposals import Runner
from bounty.game.belonging import check_part
from bounty.game.conditions import conditions_of
from bounty.game.examining import Examination, examine
from bounty.game.folder import BountyFolder
from bounty.game.referee import Outcome, Referee, Ruling
from bounty.game.ruling_rows import ABOVE, RulingRow, rows_of
from bounty.holdout.part_files import load_split
from bounty.holdout.public_files import read_public
from bounty.ledger.ledger import Entry, Kind, Ledger, Receipt
from bounty.ledger.manifest import Manifest
from bounty.ledger.order_rules import order_problems
from bounty.ledger.sealing import Sealed, is_hash, seal_claim
from bounty.ledger.signatures import PrivateKey
from bounty.rows.splits import Split
from fairkit.errors import BountyError, LedgerError

MOST_TEAM = 60
"""Characters of a team's name."""

MOST_COMMITMENTS = 20
"""Commitments of a team that are not opened yet: who could commit to every guess would be first with each."""

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
    ClaimError
        The ledger has a claim whose ONNX model the runner refuses.

    Examples
    --------
    >>> import tempfile
    >>> from bounty import Bounty, Claim, ClaimKind, Constant, Terms, create
    >>> rows = {"age": [20, 30, 40, 50] * 1500, "paid": [1, 1, 1, 0] * 1500, "lent": [0, 1, 1, 0] * 1500}
    >>> terms = Terms.of(epsilon="0.6", least="0.05", submissions=9, acceptances=2)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     made = create(rows, f"{place}/b", terms=terms, title="Loans", label="paid", prediction="lent")
    ...     bounty = Bounty(f"{place}/b")
    ...     claim = Claim(ClaimKind.REPAIR, "error", "age < 25", model=Constant("1"))
    ...     judged = bounty.submit(claim, team="owls")
    >>> judged.ruling.outcome.value, bounty.budget.left.submissions
    ('confirmed', 8)
    """

    def __init__(
        self, folder: str | Path, *, key: PrivateKey | None = None, runner: Runner | None = None
    ) -> None:
        self.folder = BountyFolder.at(folder)
        self._key = key
        # While another process judges a claim, its rows are not all there yet: wait for them.
        with self.folder.locked():
            self.ledger = Ledger.open(self.folder.ledger, key=key)
            self.manifest = Manifest.from_dict(self.ledger.entries()[0].body)
            self.conditions = conditions_of(self.manifest)
            self.referee = self._prepared(runner)
            self.judged: list[Judged] = []
            self._latest: dict[tuple[str, str], Judged] = {}
            self._is_sound = True
            self._replay()

    def _prepared(self, runner: Runner | None) -> Referee:
        wrong = order_problems(self.ledger.entries(), self.conditions.terms)
        if wrong:
            raise LedgerError(*map(str, wrong))
        openings = self.folder.openings.read()
        parts: dict[Part, Split] = {
            "public": read_public(self.folder.public),
            "checker": load_split(self.folder.part("checker")),
            "confirmation": load_split(self.folder.part("confirmation")),
        }
        for name, part in parts.items():
            check_part(name, part, manifest=self.manifest, openings=openings)
        return Referee(*parts.values(), conditions=self.conditions, runner=runner)

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
            The bounty is closed, the team's name is none, or it has too many commitments open.
        LedgerError
            The commitment is no hash.
        """
        if not is_hash(seal):
            raise LedgerError(
                f"seal {str(seal)[:80]!a} is no hash: 64 hexadecimal digits in lower case. "
                "'bounty check --seal' makes one."
            )
        with self.folder.locked():
            self.ledger.refresh()
            self._check_open(team)
            opened = {entry.body.get("commitment") for entry in self.ledger.entries(Kind.SUBMISSION)}
            own = [each.seq for each in self.ledger.entries(Kind.COMMITMENT) if each.body["team"] == team]
            if len(set(own) - opened) >= MOST_COMMITMENTS:
                raise BountyError(
                    f"team '{team}' has {MOST_COMMITMENTS} commitments that it has not opened, the most "
                    "there may be: submit one of those claims with its nonce first."
                )
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
            The earlier one, where the team claimed the same before; but a repair that was not accepted is
            judged again once the model has changed.

        Raises
        ------
        ClaimError
            The claim does not fit the bounty. Nothing is written and nothing is used up.
        BountyError
            The bounty is closed or used up, or there is no such commitment.
        """
        with self.folder.locked():
            self.catch_up()
            before = self._latest.get((team, claim.hash))
            if before is not None and not self._moved_on(before.ruling):
                return before  # the same claim of the same team: the same receipt, at no cost
            self._check_open(team)
            committed = self._committed(claim, team, nonce)
            with self._judging():
                ruling = self.referee.judge(claim, team=team)
                self.folder.keep_claim(claim, row=len(self.ledger) + 1)
                body: dict[str, Any] = {"team": team, "claim": claim.hash}
                if committed is not None and nonce is not None:
                    body |= {"commitment": committed.seq, "nonce": nonce.hex()}
                submission = self.ledger.append(Kind.SUBMISSION, body)
                return self._settled(submission, ruling, committed=committed)

    def catch_up(self) -> None:
        """Judge what other processes have judged meanwhile; the caller holds the folder's lock.

        Raises
        ------
        LedgerError
            The ledger was changed, or does not agree with the data.
        """
        self.ledger.refresh()
        with self._judging():
            self._replay()

    def receipt(self, judged: Judged) -> Receipt:
        """Write a team's receipt for a claim."""
        return self.ledger.receipt(judged.decided.seq)

    def check_key(self) -> None:
        """Make sure that rows can be written.

        Raises
        ------
        BountyError
            They are signed, and the key is not there.
        """
        if self.manifest.public_key is not None and self._key is None:
            raise BountyError("every row of this ledger is signed: give the host's key (--key FILE).")

    # --- what is written ---

    @contextmanager
    def _judging(self) -> Iterator[None]:
        """Notice what was judged and could not be written: memory and ledger differ then."""
        if not self._is_sound:
            raise BountyError("the last claim was judged and could not be written down; open it again.")
        before = self.referee.checker.spent, len(self.referee.rulings)
        try:
            yield
        except BaseException:
            self._is_sound = before == (self.referee.checker.spent, len(self.referee.rulings))
            raise

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
        rows = rows_of(ruling)
        if len(known) > len(rows) or (whole and len(known) < len(rows)):
            raise LedgerError(
                f"row {submission.seq}: the ledger has {len(known)} rows on this claim, judging it again "
                f"gives {len(rows)}: rows, data or code changed."
            )
        settled: list[Entry] = []
        for place, row in enumerate(rows):
            # A decision is of a submission, a confirmation of a decision, repairs follow a confirmation.
            above = (submission, *settled)[min(place, 2)]
            linked = row._replace(body={ABOVE[row.kind]: above.seq, **row.body})
            if place < len(known):
                self._compare(known[place], linked)
                settled.append(known[place])
            else:
                settled.append(self._append(linked, ruling))
        judged = Judged(str(submission.body["team"]), submission, settled[0], committed, ruling)
        self.judged.append(judged)
        self._latest[judged.team, ruling.claim.hash] = judged
        return judged

    def _append(self, row: RulingRow, ruling: Ruling) -> Entry:
        if "content" in row.body:
            self.folder.publish_models(ruling.claim)
        if row.sealed is None:
            return self.ledger.append(row.kind, row.body)
        sealed = Sealed.of(row.sealed)
        self.folder.openings.keep(row.kind.value, sealed)
        return self.ledger.append(row.kind, {**row.body, "evidence": sealed.hash})

    def _compare(self, entry: Entry, row: RulingRow) -> None:
        """Make sure that a row of the ledger says what judging says now."""
        said = {name: value for name, value in entry.body.items() if name != "evidence"}
        if entry.kind is not row.kind or said != row.body:
            raise LedgerError(
                f"row {entry.seq}: the ledger has a {entry.kind} that says {_short(said)}, and judging the "
                f"same claim again gives a {row.kind} that says {_short(row.body)}: rows, data or code "
                "changed."
            )
        if row.sealed is not None:
            sealed = self._openings.get(str(entry.body.get("evidence")))
            if sealed is None:
                raise LedgerError(f"row {entry.seq}: nothing in private/openings.jsonl opens its seal.")
            if sealed.content != row.sealed:
                raise LedgerError(
                    f"row {entry.seq}: its sealed numbers are {_short(sealed.content)}, and judging the same "
                    f"claim again gives {_short(row.sealed)}: the data or the code changed."
                )

    # --- what is read ---

    def _replay(self) -> None:
        """Judge the ledger's claims that were not judged here yet, comparing every row."""
        entries = self.ledger.entries()
        starts = [entry.seq for entry in entries if entry.kind is Kind.SUBMISSION][len(self.judged) :]
        if not starts:
            return
        self._openings = self.folder.openings.read()
        by_row = {entry.seq: entry for entry in entries}
        for start, end in pairwise([*starts, len(entries) + 1]):
            submission = by_row[start]
            claim = self.folder.claim(start, str(submission.body["claim"]))
            ruling = self.referee.judge(claim, team=str(submission.body["team"]))
            self._settled(
                submission,
                ruling,
                known=[by_row[row] for row in range(start, end) if by_row[row].kind in ABOVE],
                whole=start != starts[-1] or self.closed is not None,
                committed=by_row.get(submission.body.get("commitment", 0)),
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
            f"team '{team}' has no open commitment that this claim and nonce open. Check team, claim and "
            "nonce ('bounty commit' writes a commitment), or submit without a nonce."
        )

    def _moved_on(self, ruling: Ruling) -> bool:
        """Whether a repair that was not accepted would now be compared with another version than it was."""
        now = self.referee.public.versions.current
        open_still = ruling.outcome in {Outcome.REJECTED, Outcome.DUPLICATE}
        return open_still and ruling.claim.kind is ClaimKind.REPAIR and ruling.version != now

    def _check_open(self, team: str) -> None:
        if self.closed is not None:
            raise BountyError(f"the bounty was closed in row {self.closed.seq}; it judges nothing more.")
        self.check_key()
        check_team(team)


def check_team(team: str) -> None:
    """Make sure that a text can be a team's name.

    Raises
    ------
    BountyError
        It is empty or long, or holds what cannot be seen.

    Examples
    --------
    >>> check_team("owls")
    >>> check_team("owls ")
    Traceback (most recent call last):
    ...
    fairkit.errors.BountyError: team 'owls ': a name has 1 to 60 printable characters ...
    """
    plain = team.isprintable() and unicodedata.normalize("NFC", team) == team and team == team.strip()
    if not plain or not 1 <= len(team) <= MOST_TEAM:
        raise BountyError(
            f"team {team[:MOST_TEAM]!a}: a name has 1 to {MOST_TEAM} printable characters (composed as "
            "in Unicode's form NFC), with no space before or after them."
        )


def _short(said: Any) -> str:
    text = str(said)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
