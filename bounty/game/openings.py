"""What opens the seals of a ledger: one line of a file for each, on the disk before its seal is published.

A crash can cut off the last line. Its seal was then never published, so the line is left out, and cut off
before the next one is written.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from bounty.ledger.canonical_json import dumps, loads
from bounty.ledger.sealing import Sealed
from fairkit.errors import BountyError, OutputError


@dataclass(frozen=True, slots=True)
class Openings:
    """A file of nonces and contents.

    Attributes
    ----------
    path : Path
        Only the host may read it.

    Examples
    --------
    >>> Openings(Path("nowhere")).read()
    {}
    """

    path: Path

    def keep(self, key: str, sealed: Sealed) -> None:
        """Write what opens a seal.

        Parameters
        ----------
        key : str
            What it is of, for people.
        sealed : Sealed

        Raises
        ------
        OutputError
            The disk refuses it; what stood in the file stays as it was.
        """
        line = dumps(
            {"key": key, "seal": sealed.hash, "nonce": sealed.nonce.hex(), "content": sealed.content}
        )
        whole, descriptor = None, None
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            whole = _whole_lines(descriptor)
            left = memoryview(line + b"\n")
            while left:
                left = left[os.write(descriptor, left) :]
            os.fsync(descriptor)
        except OSError as error:
            if descriptor is not None and whole is not None:
                os.ftruncate(descriptor, whole)
            raise OutputError(f"'{self.path}' cannot be written: {error.strerror}.") from None
        finally:
            if descriptor is not None:
                os.close(descriptor)

    def read(self) -> dict[str, Sealed]:
        """Read what opens the seals, by the seal.

        Raises
        ------
        BountyError
            A line is damaged, or its nonce and content do not open its seal; it is named.
        """
        try:
            content = self.path.read_bytes() if self.path.exists() else b""
        except OSError as error:
            raise BountyError(f"'{self.path}' cannot be read: {error.strerror}.") from None
        found: dict[str, Sealed] = {}
        for number, line in enumerate(content.split(b"\n")[:-1], 1):
            try:
                sealed = _sealed(line)
            except (ValueError, KeyError, TypeError) as error:
                why = " ".join(str(error).split())[:200].rstrip(".")
                raise BountyError(
                    f"'{self.path}', line {number}, was changed or is damaged: {why}. "
                    "Restore it from your copy."
                ) from None
            found[sealed.hash] = sealed
        return found


def _sealed(line: bytes) -> Sealed:
    one = loads(line)
    sealed = Sealed(one["seal"], bytes.fromhex(one["nonce"]), one["content"])
    if not sealed.holds:
        raise ValueError("its nonce and content do not open its seal")
    return sealed


def _whole_lines(descriptor: int) -> int:
    """Cut off a last line without an end, and give the length that is left."""
    length = os.fstat(descriptor).st_size
    end = length
    while end and os.pread(descriptor, 1, end - 1) != b"\n":
        end -= 1
    if end < length:
        os.ftruncate(descriptor, end)
    return end
