"""Points: the harm that confirmed claims found and the errors that confirmed repairs mended, each paid once.

Points are a pure function of one split. While a bounty runs that is the public part P: anybody can compute
the provisional board again, and it tells nothing about held-out rows. At the close, when nothing can be
submitted any more, the confirmation part B gives the final points. Groups are searched for on P, so they look
better there than they are; only B's points count in the end.

**A disparity** is worth the excess of its group: what the host's model loses on the group's rows, less what
it would lose there at the rate that it has overall. Confirmed groups of one loss cut the rows into cells. A
cell inside some group is worth its excess if that is above 0, and a claim earns by how much the sum of these
worths grows when its group is added (`bounty.scoring.excess_cells`). So

- rows that earlier claims cover earn nothing again, nor does a group widened by rows without excess;
- cutting a group into many claims earns what its cells have and no more, and in whatever order claims come,
  all of them together earn the same: order only decides who earns it;
- a broad claim that came first does not take what a precise one inside it finds: to cut away rows that are
  served well is worth what those rows hid;
- a ladder of ever wider or narrower groups around the same harm earns that harm once.

**One yardstick.** Excess is measured from the overall rate, whatever reference and margin a claim names. With
references of the claims' own, everybody would name the best-served group on record, and "all rows lose more
than these fifty" would take every point at once. A margin makes a claim harder to confirm; if it were taken
off the points as well, nobody would ever state one. A group that loses no more than all rows do earns
nothing, though it may lose more than the reference that was named.

**A repair** earns what it saves at its place in the list of repairs: the errors that its model mends over the
model as it is at that point, which contains all earlier repairs. What is mended is mended once. Repairs that
the house makes by going back to an earlier version earn nobody anything.

**Units.** Points are per 10,000 rows of the split and per the most that a row can lose: one point is one
row's whole loss in ten thousand rows. Losses are different things even so (``error`` counts the rows of
``false_negative`` again), so each has a weight that the host declares.

**Chance.** A sliver of rows has an excess above 0 by luck as often as not. The checker keeps slivers out as
claims, but a confirmed group may carry one along; `least` sets how much mass must be new for a claim to earn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from bounty.certificates.exact_numbers import Number, fraction_of
from bounty.claims.claim import Claim, ClaimKind
from bounty.rows.bits import RowSet
from bounty.rows.evidence import RepairEvidence
from bounty.rows.losses import Loss
from bounty.rows.splits import Split
from bounty.scoring.excess_cells import Cut, ExcessCells
from fairkit.errors import BountyError, did_you_mean

PER_ROWS = 10_000
"""Points are per so many rows of the split."""


class Why(StrEnum):
    """Why a confirmed claim earns nothing.

    Examples
    --------
    >>> Why("covered") is Why.COVERED
    True
    """

    HOUSE = "house"
    NO_UNITS = "no-units"
    NO_EXCESS = "no-excess"
    COVERED = "covered"
    TOO_LITTLE_NEW = "too-little-new"
    NO_SAVING = "no-saving"
    NO_WEIGHT = "no-weight"

    @property
    def text(self) -> str:
        """The reason in words."""
        return _WORDS[self]


_WORDS = {
    Why.HOUSE: "made by the house",
    Why.NO_UNITS: "no row counts for this loss",
    Why.NO_EXCESS: "loses no more than all rows do",
    Why.COVERED: "earlier claims found it",
    Why.TOO_LITTLE_NEW: "too little of it is new",
    Why.NO_SAVING: "saves nothing on these rows",
    Why.NO_WEIGHT: "the host gives this loss no weight",
}


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A confirmed claim on one split.

    Attributes
    ----------
    claim : Claim
    team : str or None
        None for the house.
    sequence : int
        The number of its submission in the ledger.
    submitted : str
        When, as the ledger writes times (UTC, ``2025-01-31T12:00:00Z``), which sort as text.
    committed : str or None
        When the team committed to the claim, if it did before submitting; then this decides who was first.
    group : RowSet or None
        For a disparity: the group's rows of the split.
    evidence : RepairEvidence or None
        For a repair: what it saves on the split at its place in the list.
    row : int or None
        The ledger's row that decides who was first, of those in the same second; by default `sequence`.

    Examples
    --------
    >>> claim = Claim(ClaimKind.DISPARITY, "error", "age < 25")
    >>> late = Confirmed(claim, "b", 9, "2025-01-31T12:00:00Z", committed="2025-01-02T00:00:00Z")
    >>> late.priority < Confirmed(claim, "a", 4, "2025-01-20T08:00:00Z").priority
    True
    """

    claim: Claim
    team: str | None
    sequence: int
    submitted: str
    committed: str | None = None
    group: RowSet | None = field(default=None, repr=False)
    evidence: RepairEvidence | None = None
    row: int | None = None

    @property
    def priority(self) -> tuple[str, int]:
        """What decides who was first: time of commitment, else of submission; then the ledger's order.

        A claim that was committed to early and shown late moves before those that came between.
        """
        return self.committed or self.submitted, self.sequence if self.row is None else self.row


@dataclass(frozen=True, slots=True)
class Points:
    """What one confirmed claim earns.

    Attributes
    ----------
    claim : str
        Its hash.
    team : str or None
        None for the house.
    sequence : int
    kind : ClaimKind
    loss : str
    points : Fraction
    alone : Fraction or None
        What it would earn if it had come first; for a disparity below 0 where the group is served better than
        all rows. None where no row of the split counts for the loss.
    covered : Fraction or None
        Share of the group's rows that earlier claims of the same kind and loss have; None for a repair, or a
        group without rows on the split.
    why : Why or None
        Why the points are 0; None where they are not.

    Examples
    --------
    >>> Points("00ff", "a", 4, ClaimKind.REPAIR, "error", Fraction(7, 2), Fraction(7, 2), None, None).points
    Fraction(7, 2)
    """

    claim: str
    team: str | None
    sequence: int
    kind: ClaimKind
    loss: str
    points: Fraction
    alone: Fraction | None
    covered: Fraction | None
    why: Why | None


def score(
    confirmed: Iterable[Confirmed],
    split: Split,
    *,
    losses: Iterable[Loss],
    weights: Mapping[str, Number] | None = None,
    least: Number = 0,
) -> tuple[Points, ...]:
    """Give every confirmed claim its points on one split.

    Parameters
    ----------
    confirmed : iterable of Confirmed
        On this split.
    split : Split
        P for provisional points, B for final ones.
    losses : iterable of Loss
        Those of the bounty.
    weights : mapping of loss to number, optional
        What a point of each loss counts; 1 where none is given. A float is taken as it is printed.
    least : Fraction, int, float or decimal text, default 0
        Mass, as a share of all rows at their largest loss, that must be new for a claim to earn.

    Returns
    -------
    tuple of Points
        In order of priority.

    Raises
    ------
    BountyError
        A claim is of a loss that the bounty has not, its rows or evidence are missing or of another split, or
        a weight is negative or of an unknown loss; all problems at once.

    Examples
    --------
    >>> import numpy as np
    >>> from bounty.rows.answers import Answers, Form, Truth
    >>> from bounty.rows.columns import Columns
    >>> columns = Columns.of({"age": [20, 20, 30, 40]})
    >>> truth, host = Truth(np.array([1, 1, 1, 1], np.uint8)), Answers.of(Form.DECISION, [0, 0, 1, 1])
    >>> split, loss = Split("public", columns, truth, host), Loss.named("error", Form.DECISION)
    >>> claim = Claim(ClaimKind.DISPARITY, "error", "age < 25")
    >>> young = RowSet.of(np.array([True, True, False, False]))
    >>> one = Confirmed(claim, "a", 4, "2025-01-20T08:00:00Z", group=young)
    >>> two = Confirmed(claim, "b", 9, "2025-01-31T12:00:00Z", group=young)
    >>> [(each.team, str(each.points), each.why) for each in score([two, one], split, losses=[loss])]
    [('a', '2500', None), ('b', '0', <Why.COVERED: 'covered'>)]
    """
    ordered = sorted(confirmed, key=lambda each: each.priority)
    known = {loss.name.value: loss for loss in losses}
    problems = [problem for each in ordered for problem in _problems(each, split, known)]
    problems += [_unknown_weight(name, list(known)) for name in weights or {} if name not in known]
    exact = {name: _exact(f"the weight of '{name}'", of, problems) for name, of in (weights or {}).items()}
    mass = _exact("the least new mass", least, problems)
    if problems:
        raise BountyError(*problems)
    cells: dict[str, ExcessCells] = {}
    found = []
    for each in ordered:
        loss = known[each.claim.loss]
        most = max(1, split.rows * loss.largest)
        scale, threshold = exact.get(loss.name, 1) * Fraction(PER_ROWS, most), mass * most
        if each.claim.kind is ClaimKind.REPAIR:
            found.append(_of_repair(each, scale, threshold))
            continue
        if loss.name not in cells:
            cells[loss.name] = ExcessCells.of(split.lost(loss), loss.units(split.truth))
        found.append(_of_disparity(each, cells[loss.name], scale, threshold))
    return tuple(found)


def totals(points: Iterable[Points]) -> dict[str, Fraction]:
    """Sum the points of each team; the house is no team.

    Examples
    --------
    >>> one = Points("00ff", "a", 4, ClaimKind.REPAIR, "error", Fraction(7, 2), Fraction(7, 2), None, None)
    >>> totals([one, one])
    {'a': Fraction(7, 1)}
    """
    found: dict[str, Fraction] = {}
    for each in points:
        if each.team is not None:
            found[each.team] = found.get(each.team, Fraction(0)) + each.points
    return found


def _of_disparity(each: Confirmed, cells: ExcessCells, scale: Fraction, threshold: Fraction) -> Points:
    assert each.group is not None  # noqa: S101  checked before
    cut = cells.cut(each.group)
    if cut is None:
        return _points(each, Fraction(0), None, None, Why.NO_UNITS)
    why = _why_nothing(each, cut, threshold)
    if why in {None, Why.COVERED}:
        cells.add(cut)
    if why is None and not scale:
        why = Why.NO_WEIGHT
    return _points(each, Fraction(0) if why else cut.gain * scale, cut.excess * scale, cut.covered, why)


def _why_nothing(each: Confirmed, cut: Cut, threshold: Fraction) -> Why | None:
    if each.team is None:
        return Why.HOUSE
    if cut.excess <= 0:
        return Why.NO_EXCESS
    if not cut.gain:
        return Why.COVERED
    return Why.TOO_LITTLE_NEW if cut.gain < threshold else None


def _of_repair(each: Confirmed, scale: Fraction, threshold: Fraction) -> Points:
    assert each.evidence is not None  # noqa: S101  checked before
    saved = each.evidence.saved
    why = None
    if each.team is None:
        why = Why.HOUSE
    elif saved <= 0:
        why = Why.NO_SAVING
    elif saved < threshold:
        why = Why.TOO_LITTLE_NEW
    elif not scale:
        why = Why.NO_WEIGHT
    return _points(each, saved * scale if why is None else Fraction(0), saved * scale, None, why)


def _points(
    each: Confirmed, points: Fraction, alone: Fraction | None, covered: Fraction | None, why: Why | None
) -> Points:
    claim = each.claim
    return Points(claim.hash, each.team, each.sequence, claim.kind, claim.loss, points, alone, covered, why)


def _problems(each: Confirmed, split: Split, losses: Mapping[str, Loss]) -> list[str]:
    name, rows = f"claim {each.claim.hash[:8]}", split.rows
    problems = []
    if each.claim.loss not in losses:
        problems.append(f"{name} is of the loss '{each.claim.loss}', which this bounty has not.")
    if each.claim.kind is ClaimKind.REPAIR:
        given = None if each.evidence is None else each.evidence.rows
        what = "evidence"
    else:
        given = None if each.group is None else each.group.rows
        what = "group"
    if given is None:
        problems.append(f"{name} has no {what}; take it on the split that points are for.")
    elif given != rows:
        problems.append(f"{name}: its {what} is of {given:,} rows, the split has {rows:,}.")
    return problems


def _unknown_weight(name: str, known: list[str]) -> str:
    listed = ", ".join(known)
    return (
        f"a weight is given for the loss '{name}', which this bounty has not ({listed})."
        f"{did_you_mean(name, known)}"
    )


def _exact(what: str, number: Number, problems: list[str]) -> Fraction:
    exact = fraction_of(number)
    if exact is not None and exact >= 0:
        return exact
    problems.append(f"{what} is {str(number)[:40]}; write a number from 0 up, such as 0.5.")
    return Fraction(0)
