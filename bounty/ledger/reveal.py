"""The reveal: what a host publishes at the end, so that anyone can open every seal of the ledger.

It holds the salt of the random choices, and for each sealed row its nonce and content: the whole numbers from
which that decision follows. It may also open the hashes of the secret parts, for an auditor who holds the
rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bounty.claims.claim import Part
from bounty.ledger.canonical_json import dumps, loads
from bounty.ledger.sealing import Sealed, is_hash, nonce_of
from fairkit.errors import LedgerError, OutputError, did_you_mean

__all__ = ["Opening", "PartOpening", "Reveal"]

SCHEMA = "fairkit.bounty.reveal/1"

MOST_BYTES = 2**30
"""Bytes that a reveal may have; it holds the evidence of every claim."""

_FIELDS = ("schema", "salt", "openings", "parts")
_SECRET: tuple[Part, ...] = ("checker", "confirmation")
_MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens the seal of one row.

    Attributes
    ----------
    seq : int
        Number of the row.
    nonce : bytes
    content : JSON value
        For a decision the evidence, as whole numbers.

    Examples
    --------
    >>> Opening(3, bytes(32), {"errors": 17}).to_dict()["seq"]
    3
    """

    seq: int
    nonce: bytes = field(repr=False)
    content: Any

    def to_dict(self) -> dict[str, Any]:
        """Give what stands in the file."""
        return {"seq": self.seq, "nonce": self.nonce.hex(), "content": self.content}


@dataclass(frozen=True, slots=True)
class PartOpening:
    """What opens the seal of a secret part's hash.

    Attributes
    ----------
    hash : str
        `bounty.ledger.part_hashes.part_hash` of the part.
    nonce : bytes

    Examples
    --------
    >>> PartOpening("ab" * 32, bytes(32)).hash[:4]
    'abab'
    """

    hash: str
    nonce: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reveal:
    """Everything that was sealed.

    Attributes
    ----------
    salt : bytes
        32 bytes.
    openings : mapping of int to Opening
        By row.
    parts : mapping of part to PartOpening
        ``checker`` and ``confirmation``, or neither.

    Examples
    --------
    >>> from bounty.ledger.sealing import Sealed
    >>> reveal = Reveal.of(bytes(32), {3: Sealed.of({"errors": 17})})
    >>> Reveal.from_dict(reveal.to_dict()) == reveal, reveal.openings[3].content
    (True, {'errors': 17})
    """

    salt: bytes = field(repr=False)
    openings: Mapping[int, Opening]
    parts: Mapping[Part, PartOpening] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(
        cls, salt: bytes, seals: Mapping[int, Sealed], *, parts: Mapping[Part, Sealed] | None = None
    ) -> Reveal:
        """Collect what a host kept: the salt, the seals of rows, and of parts if they are to be opened."""
        openings = {row: Opening(row, sealed.nonce, sealed.content) for row, sealed in sorted(seals.items())}
        opened = {name: PartOpening(part.content["hash"], part.nonce) for name, part in (parts or {}).items()}
        return cls(salt, openings, opened)

    def to_dict(self) -> dict[str, Any]:
        """Give what stands in the file."""
        return {
            "schema": SCHEMA,
            "salt": self.salt.hex(),
            "openings": [self.openings[row].to_dict() for row in sorted(self.openings)],
            "parts": {
                name: {"hash": part.hash, "nonce": part.nonce.hex()} for name, part in self.parts.items()
            },
        }

    @classmethod
    def from_dict(cls, content: Any) -> Reveal:
        """Read it back.

        Raises
        ------
        LedgerError
            It is no reveal; problems are said all at once, up to 20.
        """
        if not isinstance(content, Mapping):
            raise LedgerError("a reveal is a JSON object.")
        problems = [f"'{name}' is missing." for name in ("schema", "salt", "openings") if name not in content]
        problems += [
            f"{str(name)[:40]!a} is no field of a reveal.{did_you_mean(str(name)[:40], _FIELDS)}"
            for name in content
            if name not in _FIELDS
        ]
        if content.get("schema", SCHEMA) != SCHEMA:
            problems.append(f"schema {str(content['schema'])[:40]!a} is not '{SCHEMA}'.")
        salt = _nonce(content.get("salt", "0" * 64), "salt", problems)
        openings = _openings(content.get("openings", []), problems)
        parts = _parts(content.get("parts", {}), problems)
        if problems:
            more = [f"and {len(problems) - _MOST_PROBLEMS:,} more."] if len(problems) > _MOST_PROBLEMS else []
            raise LedgerError(*problems[:_MOST_PROBLEMS], *more)
        return cls(salt, openings, parts)

    @classmethod
    def read(cls, source: str | Path | bytes) -> Reveal:
        """Read a file, or its content.

        Raises
        ------
        LedgerError
            The file cannot be read, or is no reveal.
        """
        try:
            data = source if isinstance(source, bytes) else Path(source).read_bytes()
        except OSError as error:
            raise LedgerError(f"reveal {source!s} cannot be read: {error.strerror}.") from None
        return cls.from_dict(loads(data, canonical=False, most_bytes=MOST_BYTES))

    @property
    def content(self) -> bytes:
        """What stands in its file.

        Raises
        ------
        LedgerError
            A content has no canonical form.
        """
        return dumps(self.to_dict(), most_bytes=MOST_BYTES) + b"\n"

    def write(self, path: str | Path) -> None:
        """Write a file, which must not exist yet.

        Raises
        ------
        LedgerError
            A content has no canonical form.
        OutputError
            It exists, or cannot be written.
        """
        data = self.content
        try:
            with Path(path).open("xb") as file:
                file.write(data)
        except FileExistsError:
            raise OutputError(f"{path} exists already; a reveal is never overwritten.") from None
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror}.") from None


def _openings(value: Any, problems: list[str]) -> dict[int, Opening]:
    if not isinstance(value, list):
        problems.append("openings: there must be a list.")
        return {}
    openings: dict[int, Opening] = {}
    for i, each in enumerate(value):
        where = f"openings[{i}]"
        if not _has(each, {"seq", "nonce", "content"}, where, problems):
            continue
        seq = each["seq"]
        nonce = _nonce(each["nonce"], f"{where}.nonce", problems)
        if not isinstance(seq, int) or isinstance(seq, bool) or seq < 1:
            problems.append(f"{where}.seq: {str(seq)[:40]!a} is no number of a row.")
        elif seq in openings:
            problems.append(f"{where}.seq: row {seq} is opened twice.")
        else:
            openings[seq] = Opening(seq, nonce, each["content"])
    return openings


def _parts(value: Any, problems: list[str]) -> dict[Part, PartOpening]:
    if not isinstance(value, Mapping):
        problems.append("parts: there must be a JSON object.")
        return {}
    problems += [
        f"parts: {str(name)[:40]!a} is none of {', '.join(_SECRET)}." for name in value if name not in _SECRET
    ]
    parts: dict[Part, PartOpening] = {}
    for name in _SECRET:
        if name in value and _has(value[name], {"hash", "nonce"}, f"parts.{name}", problems):
            hashed = value[name]["hash"]
            if not is_hash(hashed):
                problems.append(f"parts.{name}.hash: {str(hashed)[:70]!a} is no hash.")
            parts[name] = PartOpening(hashed, _nonce(value[name]["nonce"], f"parts.{name}.nonce", problems))
    return parts


def _has(value: Any, names: set[str], where: str, problems: list[str]) -> bool:
    if isinstance(value, Mapping) and set(value) == names:
        return True
    problems.append(f"{where}: there must be a JSON object of {', '.join(sorted(names))}.")
    return False


def _nonce(value: Any, where: str, problems: list[str]) -> bytes:
    try:
        return nonce_of(value)
    except LedgerError as error:
        problems.append(f"{where}: {error}")
        return b""
