"""What the held-out rows say about one claim, in whole numbers.

This is all that leaves the rows: every decision, point and certificate is computed from it, so a claim can be
judged again from these numbers alone, on any machine, with the same result.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from bounty.rows.amounts import Amounts
from bounty.rows.bits import RowSet


@dataclass(frozen=True, slots=True)
class RateSums:
    """Sums of one loss over one set of rows.

    Attributes
    ----------
    rows : int
    lost, units : int
        Their ratio is the rate.
    lost_squares, products, units_squares : int
        Sums of lost², lost x units and units².

    Examples
    --------
    >>> RateSums(rows=10, lost=3, units=9, lost_squares=3, products=3, units_squares=9).units
    9
    """

    rows: int
    lost: int
    units: int
    lost_squares: int
    products: int
    units_squares: int

    @classmethod
    def of(cls, lost: Amounts, units: Amounts, where: RowSet) -> RateSums:
        """Sum a loss over a set of rows."""
        return cls(
            where.size,
            lost.total(where),
            units.total(where),
            lost.squares(where),
            lost.products(units, where),
            units.squares(where),
        )


@dataclass(frozen=True, slots=True)
class DisparityEvidence:
    """A group's loss beside that of a reference.

    Attributes
    ----------
    rows : int
        Rows of the split.
    group, reference : RateSums
        The reference is all rows, all other rows, or a subgroup.
    overlap : RateSums
        Sums over the rows in both.
    largest, largest_unit : int
        The most that one row can lose, and the most units it can have.

    Examples
    --------
    >>> some = RateSums(10, 5, 10, 5, 5, 10)
    >>> DisparityEvidence(100, some, RateSums(100, 9, 100, 9, 9, 100), some).kind
    'disparity'
    """

    rows: int
    group: RateSums
    reference: RateSums
    overlap: RateSums
    largest: int = 1
    largest_unit: int = 1

    @property
    def kind(self) -> Literal["disparity"]:
        """What was claimed."""
        return "disparity"

    def to_dict(self) -> dict[str, Any]:
        """Give the numbers, for the ledger."""
        return {"kind": self.kind, **asdict(self)}


@dataclass(frozen=True, slots=True)
class RepairEvidence:
    """A model's loss beside another's on one group.

    Attributes
    ----------
    rows : int
        Rows of the split.
    group : int
        Rows of the group.
    lost_before, lost_after : int
        What the current model and the proposed one lose on the group.
    better, worse : int
        Sums over the rows on which the proposed one loses less, and more; better - worse is
        ``lost_before - lost_after``.
    squares : int
        Sum of squares of the change.
    largest : int
        The most that one row can lose.

    Examples
    --------
    >>> evidence = RepairEvidence(100, 20, 9, 5, 6, 2, 8)
    >>> evidence.saved, evidence.kind
    (4, 'repair')
    """

    rows: int
    group: int
    lost_before: int
    lost_after: int
    better: int
    worse: int
    squares: int
    largest: int = 1

    @property
    def kind(self) -> Literal["repair"]:
        """What was claimed."""
        return "repair"

    @property
    def saved(self) -> int:
        """What the proposed model saves on the group; negative where it loses more."""
        return self.better - self.worse

    def to_dict(self) -> dict[str, Any]:
        """Give the numbers, for the ledger."""
        return {"kind": self.kind, **asdict(self)}


Evidence = DisparityEvidence | RepairEvidence


def evidence_of(numbers: dict[str, Any]) -> Evidence:
    """Read the numbers back.

    Examples
    --------
    >>> evidence = RepairEvidence(100, 20, 9, 5, 6, 2, 8)
    >>> evidence_of(evidence.to_dict()) == evidence
    True
    """
    given = dict(numbers)
    if given.pop("kind") == "repair":
        return RepairEvidence(**given)
    group, reference, overlap = (RateSums(**given.pop(name)) for name in ("group", "reference", "overlap"))
    return DisparityEvidence(group=group, reference=reference, overlap=overlap, **given)


def compare(
    lost: Amounts,
    units: Amounts,
    *,
    group: RowSet,
    reference: RowSet,
    largest: int = 1,
    largest_unit: int = 1,
) -> DisparityEvidence:
    """Sum a loss over a group and a reference.

    Examples
    --------
    >>> import numpy as np
    >>> from bounty.rows.amounts import Bits
    >>> wrong, everywhere = Bits(RowSet.of(np.array([True, False, False]))), RowSet.all(3)
    >>> first = RowSet.of(np.array([True, False, False]))
    >>> compare(wrong, Bits(everywhere), group=first, reference=everywhere).group.lost
    1
    """
    return DisparityEvidence(
        rows=lost.rows,
        group=RateSums.of(lost, units, group),
        reference=RateSums.of(lost, units, reference),
        overlap=RateSums.of(lost, units, group & reference),
        largest=largest,
        largest_unit=largest_unit,
    )


def weigh(before: Amounts, after: Amounts, *, group: RowSet, largest: int = 1) -> RepairEvidence:
    """Sum what replacing one model by another changes on a group.

    Examples
    --------
    >>> import numpy as np
    >>> from bounty.rows.amounts import Bits
    >>> wrong, right = Bits(RowSet.all(3)), Bits(RowSet.none(3))
    >>> weigh(wrong, right, group=RowSet.of(np.array([True, False, True]))).saved
    2
    """
    change = before.change(after, group)
    lost = before.total(group)
    return RepairEvidence(
        before.rows,
        group.size,
        lost,
        lost - change.saved,
        change.better,
        change.worse,
        change.squares,
        largest,
    )
