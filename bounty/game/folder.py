"""The folder of an offline bounty: what is published, and what only the host may read.

::

    manifest.json      published before opening: every condition, and the hashes of the data
    ledger.jsonl       published: one row for everything that happens
    public/            published: part P, for hunters
        models/        ONNX files that confirmed claims name
    reveal.json        published at the close: what opens every seal
    private/           readable by the host alone
        salt           the secret of the split
        checker.npz, confirmation.npz        parts A and B
        parts.jsonl    what opens the seals of their hashes
        openings.jsonl what opens the seals of the ledger's rows
        claims/        every claim that was judged, by the row of its submission
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bounty.claims.claim import Claim, OnnxModel
from bounty.claims.claim import Part as PartName
from bounty.game.openings import Openings
from bounty.holdout.part_files import write_whole
from fairkit.errors import BountyError, OutputError

_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}


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

    @classmethod
    def at(cls, root: str | Path) -> BountyFolder:
        """Find the host's folder of a bounty.

        Raises
        ------
        BountyError
            See `check_whole`.
        """
        folder = cls(Path(root))
        folder.check_whole()
        return folder

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

    def check_free(self) -> None:
        """Make sure that a bounty can be made here.

        Raises
        ------
        BountyError
            There is a bounty already, the folder is not empty, or it is a file.
        """
        if self.root.exists() and not self.root.is_dir():
            raise BountyError(f"'{self.root}' is a file; a bounty gets a folder of its own.")
        if self.root.exists() and any(self.root.iterdir()):
            raise BountyError(f"'{self.root}' is not empty; a bounty gets a folder of its own.")

    def make(self) -> None:
        """Make the folders.

        Raises
        ------
        BountyError
            See `check_free`.
        OutputError
            They cannot be made.
        """
        self.check_free()
        try:
            for folder in (self.root, self.public):
                folder.mkdir(parents=True, exist_ok=True)
            for folder in (self.private, self.private / "claims"):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise OutputError(f"'{self.root}' cannot be made: {error.strerror or error}.") from None

    def check_whole(self) -> None:
        """Make sure that this is the host's folder of a bounty, before anything of it is read.

        Raises
        ------
        BountyError
            There is no such folder, it is no bounty's, or only its published side.
        """
        if not self.root.is_dir():
            raise BountyError(f"there is no folder '{self.root}'; name the folder of a bounty.")
        if not self.ledger.is_file():
            raise BountyError(f"'{self.root}' holds no 'ledger.jsonl': it is no folder of a bounty.")
        if not self.private.is_dir():
            raise BountyError(
                f"'{self.root}' has no folder 'private', so it is a hunter's copy: only the host can judge. "
                "With a copy there is 'bounty check', 'bounty hunt' and 'bounty verify'."
            )

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

    @property
    def openings(self) -> Openings:
        """What opens the seals."""
        return Openings(self.private / "openings.jsonl")

    # --- claims ---

    def keep_claim(self, claim: Claim, *, row: int) -> None:
        """Write a claim and the models that it names, by the row of its submission."""
        for model in _models_of(claim):
            write_whole(self.private / "claims" / f"{model.sha256}.onnx", model.content, private=True)
        content = {"content": claim.to_dict(), "about": dict(claim.about)}
        written = json.dumps(content, ensure_ascii=False, indent=1).encode()
        write_whole(self.private / "claims" / f"{row}.json", written, private=True)

    def publish_models(self, claim: Claim) -> None:
        """Write the models of a confirmed claim where hunters find them: the repaired model has them."""
        for model in _models_of(claim):
            path = self.public_model(model.sha256)
            if not path.exists():
                write_whole(path, model.content, private=False)

    def public_model(self, sha256: str) -> Path:
        """Where the published ONNX file of a hash is."""
        return self.public / "models" / f"{sha256}.onnx"

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
            models = OnnxFiles(path.parent)
            claim = Claim.from_dict(written["content"], models=models, about=written["about"])
        except BountyError:
            raise
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise self._damaged(path, error) from None
        if claim.hash != name:
            raise BountyError(f"'{path}' holds another claim than the ledger says; restore it from a copy.")
        return claim

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let one process at a time read and judge claims.

        Whoever may not write here needs no lock: what they read, they cannot mend.

        Raises
        ------
        BountyError
            There is no folder 'private', or the system has no file locks.
        """
        try:
            import fcntl
        except ImportError:
            raise BountyError(
                "a bounty is judged under POSIX file locks, which this system lacks; use Linux or macOS."
            ) from None
        path = self.private / "lock"
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            if error.errno not in _READ_ONLY:
                raise self._damaged(path, error) from None
            yield
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _damaged(self, path: Path, error: Exception) -> BountyError:
        if isinstance(error, FileNotFoundError):
            return BountyError(f"there is no file '{path}'; '{self.root}' is no whole bounty.")
        return BountyError(f"'{path}' cannot be used: {' '.join(str(error).split())[:200]}.")


class OnnxFiles(Mapping[str, bytes]):
    """ONNX files of a folder, each named by its hash.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    BountyError
        When one is asked for that is not there, or has another hash.

    Examples
    --------
    >>> OnnxFiles(Path("nowhere"))["00ff"]
    Traceback (most recent call last):
    ...
    fairkit.errors.BountyError: there is no file 'nowhere/00ff.onnx', which a claim names; ...
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __getitem__(self, name: str) -> bytes:
        path = self.folder / f"{name}.onnx"
        try:
            content = path.read_bytes()
        except OSError:
            raise BountyError(
                f"there is no file '{path}', which a claim names; restore it from a copy."
            ) from None
        if hashlib.sha256(content).hexdigest() != name:
            raise BountyError(f"'{path}' was changed: its hash is not its name; restore it from a copy.")
        return content

    def __iter__(self) -> Iterator[str]:
        return (path.stem for path in self.folder.glob("*.onnx"))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _models_of(claim: Claim) -> list[OnnxModel]:
    return [model for model in (claim.group, claim.model) if isinstance(model, OnnxModel)]
