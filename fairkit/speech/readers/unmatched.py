"""What a join could not match, and all else it has to say: notes, problems, the rules for ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fairkit.errors import shortlist
from fairkit.speech.readers.ids import IdRule

_FIRST = 5


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Ids of one side that the other lacks.

    Parameters
    ----------
    what : str
        ``reference without hypothesis``, ``hypothesis without reference``, ``reference without text``,
        ``utterance without attributes`` or ``attributes without utterance``.
    side : str
        The system, or ``attributes``, or ``references``.
    count, of : int
        How many ids, of how many.
    first : tuple of str
        The first few ids.
    hint : str
        What would make them match; may be empty.

    Examples
    --------
    >>> print(Unmatched("reference without hypothesis", "base", 2, 10, ("a", "b"), ""))
    base: 2 of 10 reference without hypothesis: 'a', 'b'
    """

    what: str
    side: str
    count: int
    of: int
    first: tuple[str, ...]
    hint: str

    def __str__(self) -> str:
        more = f" and {self.count - len(self.first):,} more" if self.count > len(self.first) else ""
        hinted = f"; {self.hint}" if self.hint else ""
        return (
            f"{self.side}: {self.count:,} of {self.of:,} {self.what}: {shortlist(self.first)}{more}{hinted}"
        )


@dataclass(slots=True)
class Account:
    """Collects what is to be said of a join while it is made.

    Parameters
    ----------
    id_rules : sequence of str
        Differences between ids that are overlooked.
    notes, errors : list of str
    unmatched : list of Unmatched
    """

    id_rules: Sequence[IdRule]
    notes: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    unmatched: list[Unmatched] = field(default_factory=list)

    def miss(self, what: str, side: str, ids: Sequence[str], *, of: int, hint: str = "") -> None:
        """List ids without a partner, if there are any."""
        if ids:
            self.unmatched.append(Unmatched(what, side, len(ids), of, tuple(ids[:_FIRST]), hint))
