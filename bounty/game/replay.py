"""Making the decisions of a ledger again from the whole numbers that its reveal opens; no data are needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

from bounty.certificates.bounds import events
from bounty.certificates.checker import JudgingPart, accepts
from bounty.certificates.courses import claim_complexity, confirmation_complexity, repair_complexity
from bounty.certificates.ladder import Ladder
from bounty.certificates.terms import Terms
from bounty.game.answered import Place, places
from bounty.game.team_scores import team_score
from bounty.ledger.chain import Problem
from bounty.ledger.entries import Entry, Kind
from bounty.ledger.manifest import Manifest
from bounty.rows.evidence import Evidence, evidence_of
from fairkit.errors import FairkitError

_NO_EVIDENCE = (FairkitError, KeyError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What numbers raise that a hostile host has made up."""


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
        For each row that says something else than its numbers, or whose numbers are not of the manifest's
        parts and losses.

    Examples
    --------
    >>> from bounty.ledger.entries import FIRST
    >>> terms = Terms.of(repairs=0).to_dict()
    >>> row = Entry.of(3, Kind.DECISION, "2025-01-31T12:00:00Z", {"outcome": "accepted"}, previous=FIRST)
    >>> manifest = type("Sketch", (), {"terms": terms})
    >>> print(*replay(manifest, [row], {3: {"numbers": None}}))
    row 3: it accepts on the checker part; its sealed numbers say otherwise.
    """
    terms = Terms.from_dict(manifest.terms)
    teams = {entry.seq: str(entry.body.get("team")) for entry in entries if entry.kind is Kind.SUBMISSION}
    ladder = Ladder(terms)
    for entry, place in places(entries):
        if entry.seq not in opened:
            continue
        content = opened[entry.seq]
        try:
            fault = next(_faults(entry, content, manifest, (terms, place)), None)
            if entry.kind is Kind.DECISION and terms.ladder_changes:
                score = _score(ladder, teams[entry.body["submission"]], content)
                if score != entry.body.get("ladder"):
                    fault = fault or f"its team's score is {score} by its sealed numbers, not what it says."
        except _NO_EVIDENCE:
            fault = "its sealed numbers are no evidence on a claim."
        if fault is not None:
            yield Problem(entry.seq, fault)


def _score(ladder: Ladder, team: str, content: Mapping[str, Any]) -> str | None:
    """Find the score that a decision shows, where it changes it."""
    numbers = content["numbers"]
    if numbers is None or numbers["kind"] != "repair":
        return None
    score = team_score(ladder, team, content["lost"], most=numbers["rows"] * numbers["largest"])
    return None if score is None else score.published.get("ladder")


def _faults(
    entry: Entry, content: Mapping[str, Any], manifest: Manifest, at: tuple[Terms, Place]
) -> Iterator[str]:
    """Say what a row says that its numbers do not."""
    for said in _said(entry, content):
        if _judged(said, content, *at) != said.accepted:
            word = "accepts" if said.accepted else "rejects"
            yield f"it {word} on the {said.part} part; its sealed numbers say otherwise."
        elif said.numbers is not None:
            yield from _unfit(said, manifest)
    yield from _other_claim(entry, content, manifest)


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


def _unfit(said: _Said, manifest: Manifest) -> Iterator[str]:
    """Say in what numbers are not of the manifest's part: others would make another mass of them."""
    assert said.numbers is not None  # noqa: S101  the caller looks
    evidence, rows = evidence_of(said.numbers), manifest.parts[said.part].rows
    if evidence.rows != rows:
        yield (
            f"its sealed numbers are of {evidence.rows:,} rows; the manifest's {said.part} part has {rows:,}."
        )
    if evidence.largest not in {loss.largest for loss in manifest.losses}:
        yield f"its sealed numbers are of a loss of up to {evidence.largest:,} a row, as no loss is here."


def _other_claim(entry: Entry, content: Mapping[str, Any], manifest: Manifest) -> Iterator[str]:
    """Say in what the numbers are not those of the claim that the row shows."""
    if entry.kind is not Kind.CONFIRMATION or "content" not in entry.body or content["numbers"] is None:
        return
    claim, numbers = entry.body["content"], content["numbers"]
    loss = next((loss for loss in manifest.losses if loss.name == claim["loss"]), None)
    if loss is None or (numbers["kind"], numbers["largest"]) != (claim["kind"], loss.largest):
        yield "its sealed numbers are of another kind of claim, or loss, than the claim that it shows."
    elif Fraction(content["margin"]) != Fraction(claim.get("margin", "0")) * loss.scale:
        yield "its sealed margin is not that of the claim that it shows."
