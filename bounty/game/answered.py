"""What a ledger's answers had used up before each of them: the place of every answer in the course."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from bounty.certificates.budgets import Spent
from bounty.ledger.entries import Entry, Kind


@dataclass(frozen=True, slots=True)
class Place:
    """What was asked and answered before a row.

    Attributes
    ----------
    spent : Spent
        On part A.
    asked, passed : int
        Claims and repairs that part B was asked about, and those it confirmed.

    Examples
    --------
    >>> Place().spent.submissions
    0
    """

    spent: Spent = field(default_factory=Spent)
    asked: int = 0
    passed: int = 0

    def after(self, entry: Entry) -> Place:
        """Count what a row says."""
        body, spent = entry.body, self.spent
        if entry.kind is Kind.DECISION and body["outcome"] != "duplicate":
            after = replace(
                spent,
                submissions=spent.submissions + 1,
                acceptances=spent.acceptances + (body["outcome"] == "accepted"),
                ladder_changes=spent.ladder_changes + ("ladder" in body),
            )
            return replace(self, spent=after)
        if entry.kind is Kind.CONFIRMATION:
            return replace(self, asked=self.asked + 1, passed=self.passed + body["confirmed"])
        if entry.kind is Kind.REPAIR:
            asked = spent.repair_queries + body.get("asked", 1)
            repairs = spent.repairs + body["accepted"]
            place = replace(self, spent=replace(spent, repair_queries=asked, repairs=repairs))
            if body["accepted"]:
                passed = self.passed + bool(body.get("confirmed"))
                return replace(place, asked=self.asked + 1, passed=passed)
            return place
        return self


def places(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Place]]:
    """Give each row with what was asked before it.

    Parameters
    ----------
    entries : iterable of Entry
        A ledger in its order.

    Yields
    ------
    tuple of Entry and Place
    """
    place = Place()
    for entry in entries:
        yield entry, place
        place = place.after(entry)


def place_after(entries: Iterable[Entry]) -> Place:
    """Count what all rows say: where the next claim stands.

    Examples
    --------
    >>> place_after([]).asked
    0
    """
    place = Place()
    for entry in entries:
        place = place.after(entry)
    return place
