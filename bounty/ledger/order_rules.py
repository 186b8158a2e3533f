"""The order of a ledger's rows: what each refers to, what it needs before it, and how much the terms allow.

============  =======================================================  ====================================
row           holds                                                    refers to
============  =======================================================  ====================================
manifest      `bounty.ledger.manifest.Manifest.to_dict`                       nothing; it is the first row
commitment    ``team``, ``seal`` (`bounty.ledger.sealing.seal_claim`)         nothing
submission    ``team``, ``claim`` (its hash); perhaps ``content``,     perhaps a ``commitment`` of the same
              the claim itself, and ``nonce``, which opens a           team, which no other row opened
              commitment
decision      ``outcome``: accepted or rejected, with ``evidence``     a ``submission`` that is not decided
              (a seal) and perhaps ``ladder`` (the team's new          yet
              score), or duplicate, with ``repeats`` (the hash of
              a claim that was judged)
confirmation  ``confirmed``, ``evidence`` (a seal)                     an accepted ``decision``, once
repair        ``accepted``, ``evidence`` (a seal), perhaps ``asked``:  a confirmed ``confirmation``
              how many pairs were tried up to this one (1)
close         nothing                                                  nothing; no row follows it
============  =======================================================  ====================================

Rows may hold more than that. The numbers of rows are whole numbers; a row refers only to rows before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from bounty.certificates.terms import Terms
from bounty.ledger.canonical_json import dumps
from bounty.ledger.chain import Problem
from bounty.ledger.entries import Entry, Kind
from bounty.ledger.sealing import is_hash, nonce_of, seal_claim

__all__ = ["SEALED", "order_problems"]

SEALED: frozenset[Kind] = frozenset({Kind.DECISION, Kind.CONFIRMATION, Kind.REPAIR})
"""Rows whose ``evidence`` is a seal."""

ACCEPTED, REJECTED, DUPLICATE = "accepted", "rejected", "duplicate"


def order_problems(entries: Sequence[Entry], terms: Terms | None) -> list[Problem]:
    """Say which rows stand where they must not.

    Parameters
    ----------
    entries : sequence of Entry
        With a whole chain.
    terms : Terms or None
        What may be used up; without them it is not counted.

    Examples
    --------
    >>> from bounty.ledger.entries import FIRST
    >>> first = Entry.of(1, Kind.CLOSE, "2025-01-31T12:00:00Z", {}, previous=FIRST)
    >>> print(order_problems([first], None)[0])
    row 1: it is a close; a ledger begins with its manifest.
    """
    walk = _Walk(terms)
    for entry in entries:
        walk.take(entry)
    return walk.problems


class _Walk:
    """What the rows so far have said and used up."""

    def __init__(self, terms: Terms | None) -> None:
        self.problems: list[Problem] = []
        self._terms = terms
        self._row = 0
        self._closed = 0
        self._kinds: dict[int, Kind] = {}
        self._bodies: dict[int, Mapping[str, Any]] = {}
        self._followed: dict[int, int] = {}  # a row, and the one that decided, confirmed or opened it
        self._judged: set[str] = set()  # claims that were accepted or rejected
        counts = ("submissions", "acceptances", "repair_queries", "repairs", "ladder_changes")
        self._spent = dict.fromkeys(counts, 0)
        self._over: set[str] = set()

    def take(self, entry: Entry) -> None:
        self._row = entry.seq
        if (entry.kind is Kind.MANIFEST) != (entry.seq == 1):
            self._note(
                f"it is a {entry.kind}; a ledger begins with its manifest."
                if entry.seq == 1
                else "it is a second manifest; a ledger has one, its first row."
            )
        if self._closed:
            self._note(f"it stands after row {self._closed}, which closed the bounty.")
        faults = [
            fault
            for name, check in _NEEDED[entry.kind].items()
            if (fault := _fault(entry.body, name, check)) is not None
        ]
        faults += [
            fault
            for name, check in _ALLOWED[entry.kind].items()
            if name in entry.body and (fault := _fault(entry.body, name, check)) is not None
        ]
        for fault in faults:
            self._note(fault)
        if not faults:
            self._kinds[entry.seq], self._bodies[entry.seq] = entry.kind, entry.body
            if entry.kind in _RULES:
                _RULES[entry.kind](self, entry.body)

    def _note(self, text: str) -> None:
        self.problems.append(Problem(self._row, text))

    def _refer(self, row: int, kind: Kind) -> Mapping[str, Any] | None:
        """Find the row that this one follows, and note that it is followed now."""
        if not 1 <= row < self._row:
            self._note(f"it refers to row {row}, which is not before it.")
        elif self._kinds.get(row) is not kind:
            self._note(f"it refers to row {row}, which is no valid {kind}.")
        elif row in self._followed and self._kinds.get(self._row) is not Kind.REPAIR:
            self._note(f"it refers to row {row}, to which row {self._followed[row]} refers already.")
        else:
            self._followed[row] = self._row
            return self._bodies[row]
        return None

    def submission(self, body: Mapping[str, Any]) -> None:
        if "content" in body and hashlib.sha256(dumps(body["content"])).hexdigest() != body["claim"]:
            self._note("its content has another hash than its claim.")
        if ("commitment" in body) != ("nonce" in body):
            self._note("commitment and nonce stand together or not at all.")
        elif "commitment" in body:
            committed = self._refer(body["commitment"], Kind.COMMITMENT)
            opened = seal_claim(body["claim"], nonce_of(body["nonce"]), team=body["team"])
            if committed is not None and committed["seal"] != opened:
                self._note(f"claim, team and nonce do not open the commitment of row {body['commitment']}.")

    def decision(self, body: Mapping[str, Any]) -> None:
        submission = self._refer(body["submission"], Kind.SUBMISSION)
        if body["outcome"] == DUPLICATE:
            if "ladder" in body:
                self._note("a duplicate was asked of nobody, and it shows a score.")
            if "repeats" not in body:
                self._note("a duplicate names the claim that it repeats: repeats is missing.")
            elif body["repeats"] not in self._judged:
                self._note(f"no claim {body['repeats'][:8]}... was judged before it.")
            return
        if "evidence" not in body:
            self._note("its sealed evidence is missing.")
        if self._terms is not None and self._is_shut(self._terms):
            self._note("a claim is judged after the last acceptance that the terms allow.")
        self._spend("submissions")
        if body["outcome"] == ACCEPTED:
            self._spend("acceptances")
        if "ladder" in body:
            self._spend("ladder_changes")
        if submission is not None:
            self._judged.add(submission["claim"])

    def confirmation(self, body: Mapping[str, Any]) -> None:
        decision = self._refer(body["decision"], Kind.DECISION)
        if decision is not None and decision["outcome"] != ACCEPTED:
            self._note(f"row {body['decision']}, which it confirms or not, accepted nothing.")

    def repair(self, body: Mapping[str, Any]) -> None:
        confirmation = self._refer(body["confirmation"], Kind.CONFIRMATION)
        if confirmation is not None and not confirmation["confirmed"]:
            self._note(f"row {body['confirmation']}, after which it was asked, confirmed nothing.")
        self._spend("repair_queries", body.get("asked", 1))
        if body["accepted"]:
            self._spend("repairs")

    def close(self, body: Mapping[str, Any]) -> None:  # noqa: ARG002  every rule takes the body
        self._closed = self._closed or self._row
        for row, kind in self._kinds.items():
            if row in self._followed:
                continue
            if kind is Kind.SUBMISSION:
                self._note(f"the submission of row {row} was not decided before the close.")
            elif kind is Kind.DECISION and self._bodies[row]["outcome"] == ACCEPTED:
                self._note(f"the claim accepted in row {row} was neither confirmed nor failed to be.")

    def _spend(self, name: str, count: int = 1) -> None:
        self._spent[name] += count
        if self._terms is None or name in self._over:
            return
        allowed = getattr(self._terms, name)
        if self._spent[name] > allowed:
            self._over.add(name)
            self._note(
                f"{name} are used up: this is number {self._spent[name]:,}, the terms allow {allowed:,}."
            )
        accepted = self._spent["acceptances"] + self._spent["repairs"]
        if name in {"acceptances", "repairs"} and accepted > self._terms.most_accepted:
            self._over.add(name)
            most = self._terms.most_accepted
            self._note(f"acceptance number {accepted:,} of claims and repairs; the terms allow {most:,}.")

    def _is_shut(self, terms: Terms) -> bool:
        claims, repairs = self._spent["acceptances"], self._spent["repairs"]
        return claims >= terms.acceptances or claims + repairs >= terms.most_accepted


_Check = tuple[Callable[[Any], bool], str]


def _fault(body: Mapping[str, Any], name: str, check: _Check) -> str | None:
    if name not in body:
        return f"'{name}' is missing."
    holds, what = check
    return None if holds(body[name]) else f"{name}: {ascii(body[name])[:80]} is no {what}."


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value.strip() != ""


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _is_outcome(value: Any) -> bool:
    return value in {ACCEPTED, REJECTED, DUPLICATE} if isinstance(value, str) else False


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping)


_TEXT: _Check = (_is_text, "text")
_HASH: _Check = (is_hash, "hash: 64 hexadecimal digits in lower case")
_ROW: _Check = (_is_count, "number of a row")
_COUNT: _Check = (_is_count, "whole number from 1 up")
_BOOL: _Check = (_is_bool, "true or false")
_OUTCOME: _Check = (_is_outcome, f"outcome ({ACCEPTED}, {REJECTED}, {DUPLICATE})")
_OBJECT: _Check = (_is_object, "JSON object")

_NEEDED: Mapping[Kind, Mapping[str, _Check]] = MappingProxyType(
    {
        Kind.MANIFEST: {},
        Kind.COMMITMENT: {"team": _TEXT, "seal": _HASH},
        Kind.SUBMISSION: {"team": _TEXT, "claim": _HASH},
        Kind.DECISION: {"submission": _ROW, "outcome": _OUTCOME},
        Kind.CONFIRMATION: {"decision": _ROW, "confirmed": _BOOL, "evidence": _HASH},
        Kind.REPAIR: {"confirmation": _ROW, "accepted": _BOOL, "evidence": _HASH},
        Kind.CLOSE: {},
    }
)
_ALLOWED: Mapping[Kind, Mapping[str, _Check]] = MappingProxyType(
    {kind: {} for kind in Kind}
    | {
        Kind.SUBMISSION: {"content": _OBJECT, "commitment": _ROW, "nonce": _HASH},
        Kind.DECISION: {"evidence": _HASH, "repeats": _HASH, "ladder": _TEXT},
        Kind.REPAIR: {"asked": _COUNT},
    }
)
_RULES: Mapping[Kind, Callable[[_Walk, Mapping[str, Any]], None]] = MappingProxyType(
    {
        Kind.SUBMISSION: _Walk.submission,
        Kind.DECISION: _Walk.decision,
        Kind.CONFIRMATION: _Walk.confirmation,
        Kind.REPAIR: _Walk.repair,
        Kind.CLOSE: _Walk.close,
    }
)
