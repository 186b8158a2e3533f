"""The folder of an offline bounty: what is published, and what only the host may read.

::

    manifest.json      published before opening: every condition, and the hashes of the data
    ledger.jsonl       published: one row for everything that happens
    public/            published: part P, for hunters
    reveal.json        published at the close: what opens every seal
    private/           readable by the host alone
        salt           the secret of the split
        checker.npz, confirmation.npz        parts A and B
        parts.jsonl    what opens the seals of their hashes
        openings.jsonl what opens the seals of the ledger's rows
        claims/        every claim that was judged, by the row of its submission
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bounty.claims.claim import Claim, OnnxModel
from bounty.claims.claim import Part as PartName
from bounty.holdout.part_files import write_whole
from bounty.ledger.canonical_json import dumps, loads
from bounty.ledger.sealing import Sealed
from fairkit.errors import BountyError


@dataclass(frozen=True, slots=True)
class BountyFolder:
    """Where the files of a bounty are.

    Attributes
    ----------
    root : Path

    Examples
    --------
    >>> BountyFolder(Path("lending-bounty")).ledger.as_posix()
    'lending-bounty/ledger.jsonl'
    """

    root: Path

    @property
    def manifest(self) -> Path:
        """Published before opening."""
        return self.root / "manifest.json"

    @property
    def ledger(self) -> Path:
        """Published."""
        return self.root / "ledger.jsonl"

    @property
    def public(self) -> Path:
        """The folder of part P."""
        return self.root / "public"

    @property
    def reveal(self) -> Path:
        """Published at the close."""
        return self.root / "reveal.json"

    @property
    def private(self) -> Path:
        """The folder that only the host may read."""
        return self.root / "private"

    def part(self, part: PartName) -> Path:
        """Where a held-out part is."""
        return self.private / f"{part}.npz"

    def make(self) -> None:
        """Make the folders.

        Raises
        ------
        BountyError
            There is a bounty already, or the folder is not empty.
        """
        if self.root.exists() and any(self.root.iterdir()):
            raise BountyError(f"'{self.root}' is not empty; a bounty gets a folder of its own.")
        for folder in (self.root, self.public):
            folder.mkdir(parents=True, exist_ok=True)
        for folder in (self.private, self.private / "claims"):
            folder.mkdir(mode=0o700, exist_ok=True)

    # --- secrets ---

    def keep_salt(self, salt: bytes) -> None:
        """Write the salt of the split."""
        write_whole(self.private / "salt", salt.hex().encode(), private=True)

    def salt(self) -> bytes:
        """Read the salt of the split.

        Raises
        ------
        BountyError
            It is not there or damaged.
        """
        try:
            return bytes.fromhex((self.private / "salt").read_text(encoding="ascii"))
        except (OSError, ValueError) as error:
            raise self._damaged(self.private / "salt", error) from None

    def keep_opening(self, key: str, sealed: Sealed) -> None:
        """Write what opens a seal, on the disk before the seal is published."""
        line = dumps(
            {"key": key, "seal": sealed.hash, "nonce": sealed.nonce.hex(), "content": sealed.content}
        )
        path = self.private / "openings.jsonl"
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def openings(self) -> dict[str, Sealed]:
        """Read what opens the seals, by the seal.

        Raises
        ------
        BountyError
            The file is damaged.
        """
        path = self.private / "openings.jsonl"
        found: dict[str, Sealed] = {}
        try:
            lines = path.read_bytes().splitlines() if path.exists() else []
            for line in lines:
                one = loads(line)
                found[one["seal"]] = Sealed(one["seal"], bytes.fromhex(one["nonce"]), one["content"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise self._damaged(path, error) from None
        return found

    # --- claims ---

    def keep_claim(self, claim: Claim, *, row: int) -> None:
        """Write a claim and the models that it names, by the row of its submission."""
        for model in (claim.group, claim.model):
            if isinstance(model, OnnxModel):
                write_whole(self.private / "claims" / f"{model.sha256}.onnx", model.content, private=True)
        content = {"content": claim.to_dict(), "about": dict(claim.about)}
        written = json.dumps(content, ensure_ascii=False, indent=1).encode()
        write_whole(self.private / "claims" / f"{row}.json", written, private=True)

    def claim(self, row: int, name: str) -> Claim:
        """Read the claim of a submission.

        Raises
        ------
        BountyError
            It is not there, or is another one.
        """
        path = self.private / "claims" / f"{row}.json"
        try:
            written = json.loads(path.read_bytes())
            claim = Claim.from_dict(written["content"], models=_Models(path.parent), about=written["about"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise self._damaged(path, error) from None
        if claim.hash != name:
            raise BountyError(f"'{path}' holds another claim than the ledger says; restore it from a copy.")
        return claim

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let one process at a time judge claims."""
        import fcntl

        descriptor = os.open(self.private / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _damaged(self, path: Path, error: Exception) -> BountyError:
        if isinstance(error, FileNotFoundError):
            return BountyError(f"there is no file '{path}'; '{self.root}' is no whole bounty.")
        return BountyError(f"'{path}' cannot be used: {' '.join(str(error).split())[:200]}.")


class _Models(Mapping[str, bytes]):
    """ONNX files of a folder, by their hash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __getitem__(self, name: str) -> bytes:
        return (self.folder / f"{name}.onnx").read_bytes()

    def __iter__(self) -> Iterator[str]:
        return (path.stem for path in self.folder.glob("*.onnx"))

    def __len__(self) -> int:
        return sum(1 for _ in self)
