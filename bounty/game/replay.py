"""Making the decisions of a ledger again from the whole numbers that its reveal opens; no data are needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

from bounty.certificates.bounds import events
from bounty.certificates.checker import JudgingPart, accepts
from bounty.certificates.courses import claim_complexity, confirmation_complexity, repair_complexity
from bounty.certificates.terms import Terms
from bounty.game.answered import Place, places
from bounty.ledger.chain import Problem
from bounty.ledger.entries import Entry, Kind
from bounty.ledger.manifest import Manifest
from bounty.rows.evidence import Evidence, evidence_of


class _Said(NamedTuple):
    """One answer of a row, and the numbers that it follows from."""

    accepted: bool
    part: JudgingPart
    numbers: dict[str, Any] | None
    tried: int | None = None


def replay(manifest: Manifest, entries: Sequence[Entry], opened: Mapping[int, Any]) -> Iterator[Problem]:
    """Judge every sealed row again; for `bounty.ledger.verifying.verify`.

    Parameters
    ----------
    manifest : Manifest
    entries : sequence of Entry
        In the right order.
    opened : mapping of int to content
        What was sealed, by row.

    Yields
    ------
    Problem
        For each row that says something else than its numbers.
    """
    terms = Terms.from_dict(manifest.terms)
    for entry, place in places(entries):
        if entry.seq not in opened:
            continue
        content = opened[entry.seq]
        try:
            wrong = [
                said
                for said in _said(entry, content)
                if _judged(said, content, terms, place) != said.accepted
            ]
        except (KeyError, TypeError, ValueError, AttributeError):
            yield Problem(entry.seq, "its sealed numbers are no evidence on a claim.")
            continue
        for said in wrong:
            word = "accepts" if said.accepted else "rejects"
            yield Problem(entry.seq, f"it {word} on the {said.part} part; its sealed numbers say otherwise.")


def _said(entry: Entry, content: Mapping[str, Any]) -> list[_Said]:
    body, numbers = entry.body, content["numbers"]
    if entry.kind is Kind.DECISION:
        return [_Said(body["outcome"] == "accepted", "checker", numbers)]
    if entry.kind is Kind.CONFIRMATION:
        return [_Said(body["confirmed"], "confirmation", numbers)]
    if not body["accepted"]:  # pairs that were tried and rejected together have no numbers of their own
        return []
    return [
        _Said(True, "checker", numbers, body.get("asked", 1)),
        _Said(body["confirmed"], "confirmation", content["confirmation"]),
    ]


def _judged(said: _Said, content: Mapping[str, Any], terms: Terms, place: Place) -> bool:
    if said.numbers is None:
        return False
    evidence: Evidence = evidence_of(said.numbers)
    tails = events(terms.bound, evidence.kind)
    if said.part == "confirmation":
        complexity = confirmation_complexity(terms, place.asked, place.passed, tails)
    elif said.tried is None:
        complexity = claim_complexity(terms, place.spent, tails)
    else:
        before = replace(place.spent, repair_queries=place.spent.repair_queries + said.tried - 1)
        complexity = repair_complexity(terms, before, tails)
    return accepts(evidence, terms, complexity, Fraction(content.get("margin", "0")))
