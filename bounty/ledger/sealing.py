"""Seals: a hash that fixes a content now and shows nothing of it until the content and its nonce are given.

What the held-out rows say about a claim stands in the ledger only as a seal. Without a nonce, a hash would
hide nothing: the numbers under it are small (how many of at most a few thousand rows are in a group, how many
are wrong), so whoever sees ``SHA256({"errors": 17, ...})`` tries all the possibilities in seconds and reads
off what no hunter may know. With 32 random bytes beside the content there is nothing to try.

A seal is ``SHA256(domain || nonce || canonical JSON of the content)``. The nonce has a fixed length, so the
parts cannot run into one another; each purpose has a domain of its own, so that a seal made for one purpose
never passes for another.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from bounty.ledger.canonical_json import dumps
from fairkit.errors import LedgerError

__all__ = ["Sealed", "commit_salt", "is_hash", "new_nonce", "nonce_of", "seal", "seal_claim"]

NONCE_BYTES = 32

_CONTENT = b"fairkit.bounty.seal/1\x00"
_CLAIM = b"fairkit.bounty.claim/1\x00"
_SALT = b"fairkit.bounty.salt/1\x00"
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


def new_nonce() -> bytes:
    """Draw 32 bytes from the operating system's source of secrets; also good for a manifest's salt.

    Examples
    --------
    >>> len(new_nonce())
    32
    """
    return secrets.token_bytes(NONCE_BYTES)


def seal(content: Any, nonce: bytes) -> str:
    """Seal a content.

    Parameters
    ----------
    content : JSON value without fractions
        See `bounty.ledger.canonical_json.dumps`.
    nonce : bytes
        32 random bytes, used for this seal only and kept secret until it is opened.

    Returns
    -------
    str
        64 hexadecimal digits.

    Raises
    ------
    LedgerError
        The nonce has another length, or the content has no canonical form.

    Examples
    --------
    >>> seal({"group": 120, "errors": 17}, bytes(32))[:16]
    '9f0e22b658d5c413'
    """
    return _sealed(_CONTENT, nonce, dumps(content))


def seal_claim(claim: str, nonce: bytes, *, team: str) -> str:
    """Commit to a claim without showing it, so that its author can later prove to have been first.

    The team's name goes under the seal: a seal that another team copies from the ledger opens for its author
    only.

    Parameters
    ----------
    claim : str
        The claim's hash (`bounty.claims.claim.Claim.hash`).
    nonce : bytes
        32 random bytes. Claims can be guessed too: a short predicate is one of some thousands.
    team : str

    Returns
    -------
    str
        64 hexadecimal digits.

    Raises
    ------
    LedgerError
        The claim's hash is none, or the nonce has another length.

    Examples
    --------
    >>> seal_claim("ab" * 32, bytes(32), team="owls") == seal_claim("ab" * 32, bytes(32), team="cats")
    False
    """
    if not is_hash(claim):
        raise LedgerError(f"claim {claim!r} is no hash: 64 hexadecimal digits in lower case.")
    return _sealed(_CLAIM, nonce, dumps({"claim": claim, "team": team}))


def commit_salt(salt: bytes) -> str:
    """Give the hash that commits a host to the salt of the bounty's random choices.

    Parameters
    ----------
    salt : bytes
        32 random bytes, which are their own nonce.

    Examples
    --------
    >>> commit_salt(bytes(32))[:16]
    '34523addf07169ed'
    """
    return _sealed(_SALT, salt, b"")


def nonce_of(text: str) -> bytes:
    """Read a nonce or a salt from its 64 hexadecimal digits.

    Raises
    ------
    LedgerError
        The text is something else.

    Examples
    --------
    >>> nonce_of("00" * 32) == bytes(32)
    True
    """
    if not is_hash(text):
        raise LedgerError(f"{str(text)[:80]!r} is no nonce: 64 hexadecimal digits in lower case.")
    return bytes.fromhex(text)


def is_hash(text: object) -> bool:
    """Say whether something is the text of a SHA-256 hash: 64 hexadecimal digits in lower case.

    Examples
    --------
    >>> is_hash("0f" * 32), is_hash("0F" * 32)
    (True, False)
    """
    return isinstance(text, str) and _HASH.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Sealed:
    """A seal with what opens it, as its maker keeps it.

    Attributes
    ----------
    hash : str
        The seal, which is published.
    nonce : bytes
    content : JSON value
        Both are secret until the seal is opened.

    Examples
    --------
    >>> sealed = Sealed.of({"group": 120, "errors": 17})
    >>> sealed.holds, Sealed(sealed.hash, sealed.nonce, {"group": 120, "errors": 16}).holds
    (True, False)
    """

    hash: str
    nonce: bytes = field(repr=False)
    content: Any = field(repr=False)

    @classmethod
    def of(cls, content: Any, nonce: bytes | None = None) -> Sealed:
        """Seal a content, by default with a new nonce."""
        nonce = new_nonce() if nonce is None else nonce
        return cls(seal(content, nonce), nonce, content)

    @property
    def holds(self) -> bool:
        """Whether nonce and content open the seal."""
        return seal(self.content, self.nonce) == self.hash

    def opening(self, seq: int) -> dict[str, Any]:
        """Give what a reveal says of it: the row whose seal it is, nonce and content."""
        return {"seq": seq, "nonce": self.nonce.hex(), "content": self.content}


def _sealed(domain: bytes, nonce: bytes, content: bytes) -> str:
    if not isinstance(nonce, bytes) or len(nonce) != NONCE_BYTES:
        found = f"{len(nonce)} bytes" if isinstance(nonce, bytes) else type(nonce).__name__
        raise LedgerError(
            f"a nonce is {NONCE_BYTES} random bytes (new_nonce() draws them); this one is {found}."
        )
    return hashlib.sha256(domain + nonce + content).hexdigest()
