"""The ledger of a bounty: a file to which rows are added and in which nothing is ever changed.

Several processes may write to one ledger. Each holds the file's lock while it reads what others added, checks
that it continues the chain, and adds its own row, so that no two rows ever follow the same one. A row is
acknowledged when it is on the disk; one that a crash cut off never was, and is dropped only when asked
(`recover`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Any

from bounty.ledger.canonical_json import dumps, loads
from bounty.ledger.chain import read_entries, scan
from bounty.ledger.entries import FIRST, Entry, Kind, kind_of, time_text
from bounty.ledger.receipts import Receipt, check_receipt
from bounty.ledger.signatures import PrivateKey
from fairkit.errors import LedgerError, OutputError

__all__ = ["Entry", "Kind", "Ledger", "Receipt", "check_receipt", "read_entries"]

_BLOCK = 2**20


class Ledger:
    """A ledger that is open for adding rows; made by `create` or `open`.

    Writing needs POSIX file locks (Linux, macOS); reading (`read_entries`) works anywhere.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> ledger = Ledger.create(folder / "ledger.jsonl", {"title": "Toy"}, time="2025-01-31T12:00:00Z")
    >>> entry = ledger.append("submission", {"team": "owls"}, time="2025-01-31T12:00:05Z")
    >>> entry.seq, ledger.head == entry.hash, ledger.receipt(2).head_seq
    (2, True, 2)
    >>> [entry.kind.value for entry in Ledger.open(folder / "ledger.jsonl").entries()]
    ['manifest', 'submission']
    """

    def __init__(self, path: str | Path, *, key: PrivateKey | None = None) -> None:
        self.path = Path(path)
        self._key = key
        self._entries: list[Entry] = []
        self._size = 0
        self._mutex = RLock()

    @classmethod
    def create(
        cls,
        path: str | Path,
        manifest: Mapping[str, Any],
        *,
        time: str | datetime | None = None,
        key: PrivateKey | None = None,
    ) -> Ledger:
        """Begin a ledger with its manifest.

        Parameters
        ----------
        path : path
            There must be no such file.
        manifest : mapping
            The first row's body: `bounty.ledger.manifest.Manifest.to_dict`.
        time : str or datetime, optional
            Default: now.
        key : PrivateKey, optional
            Signs every row. Its public key stands in the manifest, or it is refused.

        Raises
        ------
        LedgerError
            The manifest has no canonical form, or names another key than the one given.
        OutputError
            The file exists, or cannot be written.
        """
        ledger = cls(path, key=key)
        _check_key(manifest, key)
        # Made before the file is, so that a manifest without canonical form leaves none behind.
        first = ledger._next(Kind.MANIFEST, manifest, time)
        try:
            descriptor = os.open(ledger.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
        except FileExistsError:
            raise OutputError(f"{path} exists already; a ledger is never overwritten.") from None
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror}.") from None
        try:
            with _closing(descriptor), _lock(descriptor):
                ledger._write(descriptor, first)
            _keep_name(ledger.path)
        except BaseException:
            ledger.path.unlink(missing_ok=True)
            raise
        return ledger

    @classmethod
    def open(cls, path: str | Path, *, key: PrivateKey | None = None) -> Ledger:
        """Open a ledger and check its whole chain.

        Parameters
        ----------
        path : path
        key : PrivateKey, optional
            Needed for adding rows where the manifest names a public key.

        Raises
        ------
        LedgerError
            There is no such file, rows are damaged (each is named), the last one is cut off (`recover` drops
            it), the first one is no manifest, or the key is not the manifest's.
        """
        ledger = cls(path, key=key)
        ledger.refresh()
        if ledger._entries[0].kind is not Kind.MANIFEST:
            raise LedgerError(f"row 1: it is a {ledger._entries[0].kind}; a ledger begins with its manifest.")
        if key is not None:
            _check_key(ledger._entries[0].body, key)
        return ledger

    @staticmethod
    def recover(path: str | Path) -> bytes:
        """Drop a last row that a crash cut off, which was never acknowledged.

        Returns
        -------
        bytes
            What was dropped; nothing where the last row is whole.

        Raises
        ------
        LedgerError
            There is no such file, or another row is damaged: a crash can cut off only the end of a file, so
            this was something else and is left as it is.
        """
        with _opened(path) as descriptor, _lock(descriptor):
            data = _read(descriptor, 0)
            whole = data.rfind(b"\n") + 1
            if not whole:
                raise LedgerError(
                    f"{path} has no whole row, so nothing was ever acknowledged: delete and create it again."
                )
            read_entries(data[:whole])
            if whole < len(data):
                os.ftruncate(descriptor, whole)
                os.fsync(descriptor)
        return data[whole:]

    def append(self, kind: str, body: Mapping[str, Any], *, time: str | datetime | None = None) -> Entry:
        """Add a row; when this returns, it is on the disk.

        Parameters
        ----------
        kind : Kind or str
        body : mapping
            See `bounty.ledger.canonical_json.dumps` for what it may hold.
        time : str or datetime, optional
            Default: now, or the time of the row before where the clock was set back.

        Returns
        -------
        Entry
            With a body of its own: what happens to `body` later does not touch it.

        Raises
        ------
        LedgerError
            No such kind, a body without canonical form, a time before that of the row before, a bounty that
            is closed, or a file that was changed or cut since it was opened.
        OutputError
            The disk refuses the row (it is full, for example); the ledger stays as it was.
        """
        known = kind_of(kind)
        if known is Kind.MANIFEST:
            raise LedgerError("a ledger has one manifest, its first row; begin another with Ledger.create.")
        with self._mutex, _opened(self.path) as descriptor, _lock(descriptor):
            self._read_on(descriptor)
            if self._key is None:
                _check_key(self._entries[0].body, None)
            if self._entries[-1].kind is Kind.CLOSE:
                raise LedgerError(f"the bounty was closed by row {len(self)}; no row follows it.")
            return self._write(descriptor, self._next(known, body, time))

    def refresh(self) -> None:
        """Read the rows that other processes have added.

        Raises
        ------
        LedgerError
            They do not continue the chain, or the file was changed or cut since it was opened.
        """
        with self._mutex, _opened(self.path, write=False) as descriptor, _lock(descriptor, shared=True):
            self._read_on(descriptor)

    def entries(self, kind: str | None = None) -> tuple[Entry, ...]:
        """Give the rows, or those of a kind, as far as they were read (`refresh` reads on)."""
        with self._mutex:
            entries = tuple(self._entries)
        if kind is None:
            return entries
        known = kind_of(kind)
        return tuple(entry for entry in entries if entry.kind is known)

    @property
    def head(self) -> str:
        """The hash of the last row, which stands for all of them."""
        return self._entries[-1].hash

    def __len__(self) -> int:
        return len(self._entries)

    def receipt(self, seq: int) -> Receipt:
        """Write a receipt for a row, with the present head.

        Raises
        ------
        LedgerError
            There is no such row.
        """
        return Receipt.of(self.entries(), seq)

    def _next(self, kind: Kind, body: Mapping[str, Any], time: str | datetime | None) -> Entry:
        last = self._entries[-1] if self._entries else None
        written = time_text(time)
        if last is not None and written < last.time:
            if time is not None:
                raise LedgerError(f"time {written} is before that of the row before, {last.time}.")
            written = last.time
        own = loads(dumps(body))
        seq, previous = (1, FIRST) if last is None else (last.seq + 1, last.hash)
        entry = Entry.of(seq, kind, written, own, previous=previous)
        return entry if self._key is None else replace(entry, signature=self._key.sign(entry.hash))

    def _read_on(self, descriptor: int) -> None:
        """Take in what follows the rows that are known."""
        if self._entries:
            # Enough to notice a file that was put in the place of this one, without reading it all again.
            last = self._entries[-1].line
            if _read(descriptor, self._size - len(last), len(last)) != last:
                raise LedgerError(
                    f"{self.path} was changed or cut since it was opened: row {len(self)} is not in its "
                    "place. Compare it with a copy; `read_entries` names the damaged row."
                )
        data = _read(descriptor, self._size)
        if not data and self._entries:
            return
        found = scan(data, after=self._entries[-1] if self._entries else None)
        if found.problems:
            raise LedgerError(*(str(problem) for problem in found.problems))
        self._entries += found.entries
        self._size += len(data)

    def _write(self, descriptor: int, entry: Entry) -> Entry:
        line = entry.line
        try:
            left = memoryview(line)
            while left:
                left = left[os.write(descriptor, left) :]
            os.fsync(descriptor)
        except BaseException as error:
            # Whatever stopped it, half a row must not stay; the lock is still held.
            with suppress(OSError):
                os.ftruncate(descriptor, self._size)
            if isinstance(error, OSError):
                raise OutputError(f"{self.path} cannot be written: {error.strerror}.") from None
            raise
        self._entries.append(entry)
        self._size += len(line)
        return entry


def _check_key(manifest: Mapping[str, Any], key: PrivateKey | None) -> None:
    named = manifest.get("public_key")
    given = None if key is None else key.public.hex
    if named != given:
        what = "no key" if named is None else f"the public key {str(named)[:16]}..."
        have = "none was given" if given is None else f"{given[:16]}... was given"
        raise LedgerError(
            f"the manifest names {what} and {have}; every row is signed with the manifest's key."
        )


@contextmanager
def _opened(path: str | Path, *, write: bool = True) -> Iterator[int]:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND if write else os.O_RDONLY)
    except OSError as error:
        raise LedgerError(f"ledger {path} cannot be opened: {error.strerror}.") from None
    with _closing(descriptor):
        yield descriptor


@contextmanager
def _closing(descriptor: int) -> Iterator[None]:
    try:
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _lock(descriptor: int, *, shared: bool = False) -> Iterator[None]:
    """Hold the file's lock, which ends with the process at the latest."""
    try:
        import fcntl
    except ImportError:
        raise LedgerError(
            "a ledger is written under POSIX file locks, which this system lacks; use Linux or macOS."
        ) from None
    fcntl.flock(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def _read(descriptor: int, start: int, length: int | None = None) -> bytes:
    """Read from a place on, to the end or so many bytes."""
    parts = []
    left = length
    while left is None or left > 0:
        try:
            part = os.pread(descriptor, _BLOCK if left is None else min(left, _BLOCK), start)
        except OSError as error:
            raise LedgerError(f"the ledger cannot be read: {error.strerror}.") from None
        if not part:
            break
        parts.append(part)
        start += len(part)
        left = None if left is None else left - len(part)
    return b"".join(parts)


def _keep_name(path: Path) -> None:
    """Have the folder's entry on the disk too, or a crash could lose the whole file."""
    descriptor = os.open(path.parent, os.O_RDONLY)
    with _closing(descriptor):
        os.fsync(descriptor)
