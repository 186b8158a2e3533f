"""The rows of a ledger: what stands in one, and its hash.

A row's hash is ``SHA256(previous hash || canonical JSON of the row without hash and signature)``, the
previous hash as its 32 bytes; the first row's previous hash is 64 zeros. A row is one line of a file, in
canonical JSON; row n is line n.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from bounty.ledger.canonical_json import dumps
from bounty.ledger.sealing import is_hash
from bounty.ledger.signatures import is_signature
from fairkit.errors import LedgerError, did_you_mean

__all__ = ["FIRST", "Entry", "Kind", "faults_of", "kind_of", "time_text"]

FIRST = "0" * 64
"""What stands in the first row as the hash of the one before."""

_HASHED = ("seq", "kind", "time", "body", "previous")
_KEYS = (*_HASHED, "hash")
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_TIME_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


class Kind(StrEnum):
    """What a row records.

    Examples
    --------
    >>> Kind("decision").value
    'decision'
    """

    MANIFEST = "manifest"
    COMMITMENT = "commitment"
    SUBMISSION = "submission"
    DECISION = "decision"
    CONFIRMATION = "confirmation"
    REPAIR = "repair"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row.

    Attributes
    ----------
    seq : int
        Its number, from 1.
    kind : Kind
    time : str
        When it was written, UTC to the second: ``2025-01-31T12:00:00Z``.
    body : mapping
        What it records.
    previous, hash : str
        The hash of the row before, and its own.
    signature : str or None
        Of the hash (`bounty.ledger.signatures`); it is no part of what is hashed.

    Examples
    --------
    >>> entry = Entry.of(1, Kind.MANIFEST, "2025-01-31T12:00:00Z", {"title": "Toy"}, previous=FIRST)
    >>> entry.hash[:8], entry.line[:24], entry.rehashed == entry.hash
    ('1c78ba02', b'{"body":{"title":"Toy"},', True)
    """

    seq: int
    kind: Kind
    time: str
    body: Mapping[str, Any] = field(hash=False)
    previous: str
    hash: str
    signature: str | None = None

    @classmethod
    def of(cls, seq: int, kind: Kind, time: str, body: Mapping[str, Any], *, previous: str) -> Entry:
        """Make a row with the hash that it must have."""
        entry = cls(seq, kind, time, body, previous, "")
        return replace(entry, hash=entry.rehashed)

    @property
    def rehashed(self) -> str:
        """The hash that its content has."""
        content = dumps({name: getattr(self, name) for name in _HASHED})
        return hashlib.sha256(bytes.fromhex(self.previous) + content).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Give what stands in the file."""
        content = {name: getattr(self, name) for name in _KEYS} | {"kind": self.kind.value}
        return content if self.signature is None else content | {"signature": self.signature}

    @property
    def line(self) -> bytes:
        """The row as it stands in the file, with its end of line."""
        return dumps(self.to_dict()) + b"\n"


def kind_of(name: str) -> Kind:
    """Find a kind by name.

    Raises
    ------
    LedgerError
        There is no such kind.

    Examples
    --------
    >>> kind_of("close")
    <Kind.CLOSE: 'close'>
    """
    known = [kind.value for kind in Kind]
    if name in known:
        return Kind(name)
    shown = str(name)[:40]
    raise LedgerError(f"kind {shown!r} is none of {', '.join(known)}.{did_you_mean(shown, known)}")


def time_text(time: str | datetime | None = None) -> str:
    """Write a time as ledgers have it, by default the present.

    Raises
    ------
    LedgerError
        A text of another form, a date that does not exist, or a time without its zone.

    Examples
    --------
    >>> time_text(datetime(2025, 1, 31, 12, tzinfo=UTC))
    '2025-01-31T12:00:00Z'
    """
    if time is None:
        time = datetime.now(UTC)
    if isinstance(time, datetime):
        if time.tzinfo is None:
            raise LedgerError(f"time {time} has no zone; give datetime.now(UTC).")
        return time.astimezone(UTC).strftime(_TIME)
    fault = _time_fault(time)
    if fault is not None:
        raise LedgerError(fault)
    return time


def faults_of(content: Any) -> list[str]:
    """Say what makes a JSON value no row; nothing where it is one.

    Examples
    --------
    >>> faults_of({"seq": 0})
    ["it lacks 'kind', 'time', 'body', 'previous', 'hash'.", "seq '0' is no number of a row."]
    """
    if not isinstance(content, dict):
        return ["it is no JSON object."]
    faults = []
    if missing := [name for name in _KEYS if name not in content]:
        faults.append(f"it lacks {_listed(missing)}.")
    if unknown := [name for name in content if name not in _CHECKS]:
        faults.append(f"it has {_listed(unknown)}, which rows have not.")
    checked = (check(content[name]) for name, check in _CHECKS.items() if name in content)
    return faults + [fault for fault in checked if fault is not None]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(ascii(name[:40]) for name in list(names)[:8])


def _seq_fault(value: Any) -> str | None:
    whole = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    return None if whole else f"seq {str(value)[:40]!a} is no number of a row."


def _kind_fault(value: Any) -> str | None:
    try:
        kind_of(value)
    except LedgerError as error:
        return str(error)
    return None


def _time_fault(value: Any) -> str | None:
    try:
        if isinstance(value, str) and _TIME_FORM.fullmatch(value):
            datetime.strptime(value, _TIME).replace(tzinfo=UTC)
            return None
    except ValueError:
        pass
    return f"time {str(value)[:40]!a} is no time such as 2025-01-31T12:00:00Z."


def _body_fault(value: Any) -> str | None:
    return None if isinstance(value, dict) else "body is no JSON object."


def _hash_fault(value: Any) -> str | None:
    return None if is_hash(value) else f"{str(value)[:70]!a} is no hash: 64 hexadecimal digits in lower case."


def _signature_fault(value: Any) -> str | None:
    return None if is_signature(value) else "its signature is none: 128 hexadecimal digits in lower case."


_CHECKS: Mapping[str, Callable[[Any], str | None]] = MappingProxyType(
    {
        "seq": _seq_fault,
        "kind": _kind_fault,
        "time": _time_fault,
        "body": _body_fault,
        "previous": _hash_fault,
        "hash": _hash_fault,
        "signature": _signature_fault,
    }
)
