"""The rows that a ruling makes in the ledger: what of it is published, and what is sealed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from bounty.game.referee import Outcome, Ruling
from bounty.ledger.entries import Kind
from bounty.rows.evidence import Evidence

ABOVE: Mapping[Kind, str] = MappingProxyType(
    {Kind.DECISION: "submission", Kind.CONFIRMATION: "decision", Kind.REPAIR: "confirmation"}
)
"""Kinds of rows that a ruling makes, and what each calls the row that it follows."""


class RulingRow(NamedTuple):
    """One row, without the number of the row that it follows."""

    kind: Kind
    body: dict[str, Any]
    sealed: dict[str, Any] | None


def rows_of(ruling: Ruling) -> list[RulingRow]:
    """Give the rows of a ruling, in their order.

    What part A said stands in a decision, what part B said in a confirmation. A claim that is confirmed is
    published with it: the repaired model is public, and a harm that has a name is there to be acted on.

    Parameters
    ----------
    ruling : Ruling

    Returns
    -------
    list of RulingRow

    Examples
    --------
    >>> from bounty.claims.claim import Claim, ClaimKind
    >>> claim = Claim(ClaimKind.DISPARITY, "error", "age < 25")
    >>> [row.body for row in rows_of(Ruling(claim, Outcome.REJECTED))]
    [{'outcome': 'rejected'}]
    """
    if ruling.outcome is Outcome.DUPLICATE:
        return [RulingRow(Kind.DECISION, {"outcome": "duplicate", "repeats": ruling.repeats}, None)]
    claim, accepted = ruling.claim, ruling.outcome is not Outcome.REJECTED
    sealed = {"margin": str(ruling.margin), "version": ruling.version, "numbers": _numbers(ruling.checker)}
    body: dict[str, Any] = {"outcome": "accepted" if accepted else "rejected"}
    if ruling.score is not None:
        body, sealed = body | ruling.score.published, sealed | ruling.score.sealed
    rows = [RulingRow(Kind.DECISION, body, sealed)]
    if not accepted:
        return rows
    confirmed = ruling.outcome is Outcome.CONFIRMED
    shown = {"content": claim.to_dict(), "about": dict(claim.about)} if confirmed else {}
    sealed = {"margin": str(ruling.margin), "numbers": _numbers(ruling.confirmation)}
    rows.append(RulingRow(Kind.CONFIRMATION, {"confirmed": confirmed, **shown}, sealed))
    for pointer, tried in zip(ruling.pointers, ruling.tried, strict=False):
        body = {
            "accepted": True,
            "asked": tried,
            "confirmed": pointer.confirmed,
            "group": ruling.watched[pointer.group],
            "version": pointer.version,
        }
        numbers = {"numbers": _numbers(pointer.checker), "confirmation": _numbers(pointer.confirmation)}
        rows.append(RulingRow(Kind.REPAIR, body, numbers))
    if ruling.tried and ruling.tried[-1]:
        body = {"accepted": False, "asked": ruling.tried[-1]}
        rows.append(RulingRow(Kind.REPAIR, body, {"numbers": None}))
    return rows


def _numbers(evidence: Evidence | None) -> dict[str, Any] | None:
    return None if evidence is None else evidence.to_dict()
