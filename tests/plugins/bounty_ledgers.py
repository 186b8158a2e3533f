"""A small bounty whose ledger has a row of every kind, for the tests of ledgers, reveals and verification."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

from bounty.certificates.terms import Terms
from bounty.ledger.entries import FIRST, Entry, Kind
from bounty.ledger.manifest import Manifest, ManifestColumn, ManifestPart
from bounty.ledger.reveal import Reveal
from bounty.ledger.sealing import Sealed, commit_salt, seal_claim
from bounty.ledger.signatures import PrivateKey
from bounty.rows.answers import AnswerSpace, Form
from bounty.rows.losses import Loss

SALT = bytes(range(32))
CLAIM, OTHER = "a1" * 32, "b2" * 32
PARTS = {
    name: Sealed.of({"part": name, "hash": digit * 64}, bytes([i]) * 32)
    for i, (name, digit) in enumerate({"checker": "c", "confirmation": "d"}.items(), start=7)
}


def toy_manifest(**changes: Any) -> Manifest:
    """Return a manifest, with some of its fields changed."""
    plain = Manifest(
        title="Toy",
        created="2025-01-31T12:00:00Z",
        fairkit_version="0.1",
        parts={
            "public": ManifestPart(100, "0a" * 32),
            "checker": ManifestPart(40_000, PARTS["checker"].hash),
            "confirmation": ManifestPart(40_000, PARTS["confirmation"].hash),
        },
        columns=(
            ManifestColumn("age", "number", (20, 30.5)),
            ManifestColumn("sex", "text", ("F", "M")),
            ManifestColumn("member", "bool", (False, True)),
        ),
        model="stump",
        alternatives=("tree",),
        space=AnswerSpace(Form.DECISION, ("no", "yes")),
        losses=(Loss.named("error", Form.DECISION), Loss.named("false_negative", Form.DECISION)),
        terms=Terms.of(epsilon="0.1", submissions=4, acceptances=2, repairs=2, repair_queries=6).to_dict(),
        minimum_rows=30,
        duplicate="0.95",
        band_floor=50,
        environment="0d" * 32,
        salt_commitment=commit_salt(SALT),
    )
    return replace(plain, **changes)


@dataclass
class Writer:
    """Writes a ledger in memory, row by row, and keeps what its seals hide."""

    key: PrivateKey | None = None
    entries: list[Entry] = field(default_factory=list)
    seals: dict[int, Sealed] = field(default_factory=dict)

    def add(self, kind: str, body: dict[str, Any] | None = None, evidence: Any = None) -> int:
        """Add a row, with a seal of its evidence if it has some, and return its number."""
        seq = len(self.entries) + 1
        content = dict(body or {})
        if evidence is not None:
            self.seals[seq] = Sealed.of(evidence, hashlib.sha256(b"%d" % seq).digest())
            content["evidence"] = self.seals[seq].hash
        previous = self.entries[-1].hash if self.entries else FIRST
        entry = Entry.of(seq, Kind(kind), f"2025-01-31T12:00:{seq:02d}Z", content, previous=previous)
        if self.key is not None:
            entry = replace(entry, signature=self.key.sign(entry.hash))
        self.entries.append(entry)
        return seq

    def manifest(self, **changes: Any) -> int:
        """Add the manifest."""
        key = None if self.key is None else self.key.public.hex
        return self.add("manifest", toy_manifest(**{"public_key": key} | changes).to_dict())

    def claim(self, outcome: str = "rejected", *, claim: str = CLAIM, team: str = "owls") -> int:
        """Add a submission and its decision, and return the decision's number."""
        submission = self.add("submission", {"team": team, "claim": claim})
        return self.add("decision", {"submission": submission, "outcome": outcome}, {"errors": submission})

    @property
    def log(self) -> bytes:
        """The ledger's file."""
        return b"".join(entry.line for entry in self.entries)

    @property
    def reveal(self) -> Reveal:
        """What opens everything."""
        return Reveal.of(SALT, self.seals, parts=PARTS)


def toy_bounty(key: PrivateKey | None = None, **changes: Any) -> Writer:
    """Return the ledger of a bounty from its manifest to its close, in eleven rows."""
    writer = Writer(key)
    writer.manifest(**changes)
    nonce = bytes(range(1, 33))
    committed = writer.add("commitment", {"team": "owls", "seal": seal_claim(CLAIM, nonce, team="owls")})
    opening = {"commitment": committed, "nonce": nonce.hex()}
    submission = writer.add("submission", {"team": "owls", "claim": CLAIM, **opening})
    accepted = writer.add("decision", {"submission": submission, "outcome": "accepted"}, {"errors": 17})
    confirmed = writer.add("confirmation", {"decision": accepted, "confirmed": True}, {"errors": 16})
    writer.add("repair", {"confirmation": confirmed, "accepted": False, "asked": 2}, {"saved": -1})
    writer.claim(claim=OTHER, team="cats")
    again = writer.add("submission", {"team": "cats", "claim": CLAIM})
    writer.add("decision", {"submission": again, "outcome": "duplicate", "repeats": CLAIM})
    writer.add("close")
    return writer
