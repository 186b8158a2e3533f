"""Receipts: what a hunter keeps of a ledger, so that nobody can cut it or write it anew unnoticed.

A chain of hashes shows changes only to those who know one of its later hashes: a host who rewrites everything
from some row on makes a chain that is whole. A receipt holds the hash of the hunter's own row and that of the
last row at the time (the head), which stands for all rows up to it. Where rows are signed it also holds the
head's signature: then it convinces others too, because nobody but the host can have made it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bounty.ledger.canonical_json import loads
from bounty.ledger.chain import Problem
from bounty.ledger.entries import Entry
from bounty.ledger.sealing import is_hash
from bounty.ledger.signatures import is_signature
from fairkit.errors import LedgerError

__all__ = ["Receipt", "check_receipt", "receipt_problems"]

SCHEMA = "fairkit.bounty.receipt/1"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that a row stood in a ledger, and of how the ledger began and ended then.

    Attributes
    ----------
    ledger : str
        Hash of the first row, the manifest: which ledger it is.
    seq : int
        Number of the row.
    hash : str
        Its hash.
    head_seq : int
        Number of the last row when the receipt was written.
    head : str
        Its hash.
    signature : str or None
        Its signature, where rows are signed.

    Examples
    --------
    >>> receipt = Receipt("aa" * 32, 2, "bb" * 32, 3, "cc" * 32)
    >>> Receipt.from_dict(receipt.to_dict()) == receipt
    True
    """

    ledger: str
    seq: int
    hash: str
    head_seq: int
    head: str
    signature: str | None = None

    @classmethod
    def of(cls, entries: Sequence[Entry], seq: int) -> Receipt:
        """Write a receipt for a row.

        Raises
        ------
        LedgerError
            There is no such row.
        """
        if not 1 <= seq <= len(entries):
            raise LedgerError(f"there is no row {seq}; the ledger has rows 1 to {len(entries)}.")
        head = entries[-1]
        return cls(entries[0].hash, seq, entries[seq - 1].hash, head.seq, head.hash, head.signature)

    def to_dict(self) -> dict[str, Any]:
        """Give what stands in a file or an answer."""
        return {"schema": SCHEMA, **asdict(self)}

    @classmethod
    def from_dict(cls, content: Any) -> Receipt:
        """Read it back.

        Raises
        ------
        LedgerError
            It is no receipt; all that is wrong is said.
        """
        if not isinstance(content, Mapping):
            raise LedgerError("a receipt is a JSON object.")
        given = dict(content)
        problems = []
        if (schema := given.pop("schema", None)) != SCHEMA:
            problems.append(f"schema {str(schema)[:40]!r} is not '{SCHEMA}'.")
        problems += [
            f"the receipt lacks {name}." for name in _CHECKS if name not in given and name != "signature"
        ]
        problems += [f"{str(name)[:40]!r} is no part of a receipt." for name in given if name not in _CHECKS]
        problems += [
            f"{name}: {str(given[name])[:70]!r} is {fault}."
            for name, (check, fault) in _CHECKS.items()
            if name in given and not check(given[name])
        ]
        if not problems and given["seq"] > given["head_seq"]:
            problems.append(f"head_seq {given['head_seq']} is before the row itself, {given['seq']}.")
        if problems:
            raise LedgerError(*problems)
        return cls(**given)

    @classmethod
    def read(cls, source: str | Path | bytes) -> Receipt:
        """Read a file, or its content.

        Raises
        ------
        LedgerError
            The file cannot be read, or is no receipt.
        """
        try:
            data = source if isinstance(source, bytes) else Path(source).read_bytes()
        except OSError as error:
            raise LedgerError(f"receipt {source!s} cannot be read: {error.strerror}.") from None
        return cls.from_dict(loads(data, canonical=False))


def check_receipt(entries: Sequence[Entry], receipt: Receipt) -> None:
    """Make sure that a ledger still has the row of a receipt, and all that stood in it then.

    Parameters
    ----------
    entries : sequence of Entry
        With a whole chain (`bounty.ledger.chain.read_entries`).
    receipt : Receipt

    Raises
    ------
    LedgerError
        It is another ledger, it is cut off, or rows were written anew.

    Examples
    --------
    >>> from bounty.ledger.entries import FIRST, Kind
    >>> first = Entry.of(1, Kind.MANIFEST, "2025-01-31T12:00:00Z", {}, previous=FIRST)
    >>> second = Entry.of(2, Kind.CLOSE, "2025-01-31T12:00:00Z", {}, previous=first.hash)
    >>> receipt = Receipt.of([first, second], 1)
    >>> check_receipt([first, second], receipt)
    >>> check_receipt([first], receipt)
    Traceback (most recent call last):
    ...
    fairkit.errors.LedgerError: row 2: it was cut off: a receipt knows it, and the ledger ends with row 1.
    """
    if problems := receipt_problems(entries, receipt):
        raise LedgerError(*(str(problem) for problem in problems))


def receipt_problems(entries: Sequence[Entry], receipt: Receipt) -> list[Problem]:
    """Say in which rows a ledger and a receipt disagree; see `check_receipt`.

    Examples
    --------
    >>> receipt_problems([], Receipt("aa" * 32, 2, "bb" * 32, 3, "cc" * 32))[0].row
    1
    """
    known = {1: receipt.ledger, receipt.seq: receipt.hash, receipt.head_seq: receipt.head}
    problems: list[Problem] = []
    for row in sorted(known):
        if row > len(entries):
            text = f"it was cut off: a receipt knows it, and the ledger ends with row {len(entries)}."
            return [*problems, Problem(row, text)]
        if entries[row - 1].hash != known[row]:
            what = (
                "it is another ledger's manifest" if row == 1 else "it, or a row before it, was written anew"
            )
            problems.append(
                Problem(
                    row,
                    f"{what}: a receipt has {known[row][:8]}..., the ledger {entries[row - 1].hash[:8]}....",
                )
            )
    return problems


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _none_or_signature(value: Any) -> bool:
    return value is None or is_signature(value)


_HASH = (is_hash, "no hash: 64 hexadecimal digits in lower case")
_ROW = (_whole, "no number of a row")
_CHECKS: Mapping[str, tuple[Callable[[Any], bool], str]] = MappingProxyType(
    {
        "ledger": _HASH,
        "seq": _ROW,
        "hash": _HASH,
        "head_seq": _ROW,
        "head": _HASH,
        "signature": (_none_or_signature, "no signature: 128 hexadecimal digits in lower case"),
    }
)
