"""Checking a bounty afterwards, from its ledger alone: without its data, its service or trust in its host.

What can be checked depends on what is at hand. The ledger shows that no row was changed and that every row
stands where it may. A receipt shows that the end was not cut off or written anew. A public key shows who
wrote the rows. The reveal opens the seals, and then each decision can be made again from its whole numbers
(the `judge`). Whatever could not be checked is listed as such: silence would look like a pass.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from bounty.certificates.terms import Terms
from bounty.claims.claim import Part
from bounty.ledger.canonical_json import dumps
from bounty.ledger.chain import Problem, scan
from bounty.ledger.entries import Entry
from bounty.ledger.manifest import Manifest
from bounty.ledger.order_rules import SEALED, order_problems
from bounty.ledger.part_hashes import seal_part
from bounty.ledger.receipts import Receipt, receipt_problems
from bounty.ledger.reveal import PartOpening, Reveal
from bounty.ledger.sealing import commit_salt, seal
from bounty.ledger.signatures import PublicKey
from fairkit.errors import LedgerError, MissingDependencyError

__all__ = ["Judge", "Verification", "verify"]

Judge: TypeAlias = Callable[[Manifest, Sequence[Entry], Mapping[int, Any]], Iterable[Problem]]
"""Makes the decisions again: of the manifest, all rows and the opened contents by row; gives what differs."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What checking a ledger found.

    Attributes
    ----------
    rows : int
        Rows that could be read.
    head : str or None
        Hash of the last of them; compare it with what others have.
    checked : tuple of str
        What was checked, one sentence each.
    unchecked : tuple of str
        What was not, and what it needs.
    problems : tuple of Problem
        In the order of the checks.

    Examples
    --------
    >>> found = verify(b"")
    >>> found.ok, str(found.problems[0])
    (False, 'the ledger is empty: its first row would be the manifest.')
    """

    rows: int
    head: str | None
    checked: tuple[str, ...]
    unchecked: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing that was checked is wrong."""
        return not self.problems

    def to_dict(self) -> dict[str, Any]:
        """Give the content for ``--json``."""
        return {
            "ok": self.ok,
            "rows": self.rows,
            "head": self.head,
            "checked": list(self.checked),
            "unchecked": list(self.unchecked),
            "problems": [{"row": problem.row, "problem": problem.text} for problem in self.problems],
        }


def verify(
    log: str | Path | bytes,
    *,
    reveal: Reveal | None = None,
    receipts: Sequence[Receipt] = (),
    public_key: PublicKey | None = None,
    manifest_hash: str | None = None,
    judge: Judge | None = None,
) -> Verification:
    """Check a ledger with whatever is at hand.

    Parameters
    ----------
    log : path or bytes
        The ledger's file, or its content.
    reveal : Reveal, optional
        Opens the seals.
    receipts : sequence of Receipt
        What hunters kept.
    public_key : PublicKey, optional
        The host's, from another source than the ledger. Without one, signatures are checked with the key that
        the manifest itself names.
    manifest_hash : str, optional
        `Manifest.hash` as it was published before the bounty opened.
    judge : callable, optional
        Makes the decisions again; it is asked only when all seals are open and everything else is right.

    Returns
    -------
    Verification

    Raises
    ------
    LedgerError
        The file cannot be read.
    MissingDependencyError
        A public key is given and the package `cryptography` is not installed.

    Examples
    --------
    >>> from bounty.ledger.entries import FIRST, Kind
    >>> first = Entry.of(1, Kind.MANIFEST, "2025-01-31T12:00:00Z", {"title": "Toy"}, previous=FIRST)
    >>> [problem.row for problem in verify(first.line).problems][:1]
    [1]
    """
    found = scan(log)
    checking = _Checking(found.entries)
    checking.note("the chain of hashes", found.problems)
    if found.problems:
        checking.leave_out("everything else: the rows' chain is broken, so nothing rests on them")
    else:
        manifest = checking.manifest(manifest_hash)
        key = checking.signatures(manifest, public_key)
        checking.receipts(receipts, key)
        terms = None if manifest is None else Terms.from_dict(manifest.terms)
        checking.note(
            "the order of the rows and the budgets of the terms", order_problems(found.entries, terms)
        )
        opened = checking.seals(manifest, reveal)
        checking.decisions(manifest, opened, judge)
    head = found.entries[-1].hash if found.entries else None
    return Verification(
        len(found.entries),
        head,
        tuple(checking.checked),
        tuple(checking.unchecked),
        tuple(checking.problems),
    )


class _Checking:
    """The checks, one after the other, and what each found."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.checked: list[str] = []
        self.unchecked: list[str] = []
        self.problems: list[Problem] = []

    def note(self, what: str, problems: Iterable[Problem]) -> None:
        self.checked.append(what)
        self.problems += problems

    def leave_out(self, what: str) -> None:
        self.unchecked.append(what)

    def receipts(self, receipts: Sequence[Receipt], key: PublicKey | None) -> None:
        if not receipts:
            self.leave_out(
                "whether the end was cut off or written anew: that needs a receipt, or a known head"
            )
            return
        problems = []
        for receipt in receipts:
            if key is None or receipt.signature is None or key.signed(receipt.head, receipt.signature):
                problems += receipt_problems(self.entries, receipt)
            else:
                text = f"the receipt for row {receipt.seq} does not have the host's signature."
                problems.append(Problem(None, text))
        self.note(f"{len(receipts)} receipt{'s' * (len(receipts) != 1)}", dict.fromkeys(problems))
        if any(receipt.signature is None for receipt in receipts):
            self.leave_out("who wrote receipts without a signature: they convince only those who kept them")

    def manifest(self, known: str | None) -> Manifest | None:
        body = self.entries[0].body
        if known is None:
            self.leave_out("whether the manifest is the published one: that needs its published hash")
        else:
            true = hashlib.sha256(dumps(body)).hexdigest()
            text = f"its manifest has the hash {true[:8]}..., the published one has {known[:8]}...."
            self.note("the manifest's published hash", [] if true == known else [Problem(1, text)])
        try:
            manifest = Manifest.from_dict(body)
        except LedgerError as error:
            self.note("the manifest", [Problem(1, problem) for problem in error.problems])
            return None
        self.note("the manifest", [])
        return manifest

    def signatures(self, manifest: Manifest | None, given: PublicKey | None) -> PublicKey | None:
        """Check who wrote the rows, and give the key if it could be used."""
        named = None if manifest is None or manifest.public_key is None else PublicKey(manifest.public_key)
        if given is not None and manifest is not None and named != given:
            has = "none" if named is None else f"one with the fingerprint {named.fingerprint[:16]}..."
            text = f"its manifest names {has}, not the key with the fingerprint {given.fingerprint[:16]}...."
            self.problems.append(Problem(1, text))
        key = given or named
        if key is None:
            signed = [entry.seq for entry in self.entries if entry.signature is not None]
            if signed:
                self.problems.append(Problem(signed[0], "it is signed, and the manifest names no key."))
            self.leave_out("who wrote the rows: the bounty signs none")
            return None
        try:
            wrong = [entry for entry in self.entries if not key.signed(entry.hash, entry.signature)]
        except MissingDependencyError as error:
            if given is not None:
                raise
            self.leave_out(f"signatures: {error}")
            return None
        if given is None:
            self.leave_out(
                f"whose the key is: compare its fingerprint {key.fingerprint} with the one the host published"
            )
        what = "it is not signed." if given is None else "it is not signed with this key."
        self.note("every row's signature", [Problem(entry.seq, what) for entry in wrong])
        return key

    def seals(self, manifest: Manifest | None, reveal: Reveal | None) -> dict[int, Any] | None:
        """Open the seals; None where not all of them could be."""
        if reveal is None or manifest is None:
            self.leave_out("the sealed evidence and the salt: that needs the reveal and a valid manifest")
            return None
        problems = []
        if not _opens(lambda: commit_salt(reveal.salt), manifest.salt_commitment):
            problems.append(Problem(1, "the reveal's salt is not the one that the manifest commits to."))
        self.note("the salt", problems)
        self._parts(manifest, reveal)
        sealed = {
            entry.seq: entry.body["evidence"]
            for entry in self.entries
            if entry.kind in SEALED and "evidence" in entry.body
        }
        problems = [
            Problem(row, "the reveal does not open its evidence.")
            for row in sealed
            if row not in reveal.openings
        ]
        for row, opening in sorted(reveal.openings.items()):
            if row not in sealed:
                problems.append(Problem(row, "the reveal opens it, and it holds no sealed evidence."))
            elif not _opens(partial(seal, opening.content, opening.nonce), sealed[row]):
                problems.append(Problem(row, "the reveal's nonce and content do not open its evidence."))
        self.note(
            f"{len(sealed):,} seals of evidence", sorted(problems, key=lambda problem: problem.row or 0)
        )
        if problems:
            return None
        return {row: opening.content for row, opening in reveal.openings.items()}

    def _parts(self, manifest: Manifest, reveal: Reveal) -> None:
        problems = [
            Problem(1, f"the reveal does not open the seal of the {name} part's hash.")
            for name, part in reveal.parts.items()
            if not _opens(partial(_part_seal, name, part), manifest.parts[name].hash)
        ]
        if reveal.parts:
            self.note("the seals of the secret parts' hashes", problems)
        self.leave_out(
            "the rows themselves: that needs the parts, to be hashed with bounty.ledger.part_hashes"
        )

    def decisions(
        self, manifest: Manifest | None, opened: Mapping[int, Any] | None, judge: Judge | None
    ) -> None:
        if judge is None or manifest is None or opened is None or self.problems:
            self.leave_out(
                "whether each decision follows from its evidence: that needs open seals and a judge"
            )
            return
        self.note("every decision, made again from its evidence", judge(manifest, self.entries, opened))


def _opens(sealing: Callable[[], str], expected: str) -> bool:
    """Say whether a seal comes out as it stands; what cannot be sealed at all opens nothing."""
    try:
        return sealing() == expected
    except LedgerError:
        return False


def _part_seal(name: Part, part: PartOpening) -> str:
    return seal_part(name, part.hash, part.nonce).hash
