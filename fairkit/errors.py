"""The errors fairkit raises on purpose: what was wrong, the values, and what to do next.

Every error has one base class, carries all its problems at once, and maps to one exit code of the command
line. Anything else that escapes is a bug (exit code 70).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

_SHOWN = 8


class FairkitError(Exception):
    """Base class of every error that a user can cause and mend.

    Parameters
    ----------
    *problems : str
        One sentence or more per problem; all that were found, not only the first.

    Attributes
    ----------
    problems : tuple of str
        The same, one entry per problem.
    kind : str
        A stable word for programs (the JSON error shape of the command line).

    Examples
    --------
    >>> error = DataError("label is empty.", "weight is negative in 3 rows.")
    >>> error.problems
    ('label is empty.', 'weight is negative in 3 rows.')
    >>> print(error)
    2 problems:
      - label is empty.
      - weight is negative in 3 rows.
    """

    kind = "error"

    def __init__(self, *problems: str) -> None:
        self.problems: tuple[str, ...] = problems
        super().__init__(*problems)

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return self.problems[0]
        lines = "\n".join(f"  - {problem}" for problem in self.problems)
        return f"{len(self.problems)} problems:\n{lines}"


class DataError(FairkitError, ValueError):
    """The data cannot be read or cannot mean what the call says."""

    kind = "data"


class UsageError(FairkitError, ValueError):
    """The call itself is wrong: an unknown metric, two options that exclude each other."""

    kind = "usage"


class PredicateError(FairkitError, ValueError):
    """A text is no predicate of the safe subgroup language, or does not fit the columns."""

    kind = "predicate"


class ReportError(FairkitError, ValueError):
    """A saved report is not one, is of another schema, or is damaged."""

    kind = "report"


class PolicyError(FairkitError, ValueError):
    """A policy cannot be read, or does not mean anything; or a baseline is not what the policy says."""

    kind = "policy"


class ClaimError(FairkitError, ValueError):
    """A claim of a bounty cannot be read, or does not fit the bounty's columns, losses and limits."""

    kind = "claim"


class BountyError(FairkitError, ValueError):
    """A bounty promises more than its data support, is closed, or its folder is incomplete or damaged."""

    kind = "bounty"


class LedgerError(FairkitError, ValueError):
    """A ledger was changed, is cut short, or does not agree with its manifest or reveal."""

    kind = "ledger"


class OutputError(FairkitError, OSError):
    """A result could not be written; nothing half-written is left behind."""

    kind = "output"


class MissingDependencyError(FairkitError, ImportError):
    """An optional package is needed; the message says how to install it."""

    kind = "dependency"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``" Did you mean 'x'?"`` for the nearest known name, or an empty text.

    Examples
    --------
    >>> did_you_mean("gender", ["sex", "Gender", "race"])
    " Did you mean 'Gender'?"
    >>> did_you_mean("xyz", ["sex", "race"])
    ''
    """
    names = list(known)
    folded = {candidate.casefold(): candidate for candidate in reversed(names)}
    near = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return f" Did you mean '{folded[near[0]]}'?" if near else ""


def shortlist(values: Sequence[object], *, shown: int = _SHOWN) -> str:
    """Quote the first few values for a message and say how many more there are.

    Examples
    --------
    >>> shortlist(["a", "b"])
    "'a', 'b'"
    >>> shortlist(list(range(12)), shown=3)
    '0, 1, 2 and 9 more'
    """
    text = ", ".join(repr(value) for value in values[:shown])
    return f"{text} and {len(values) - shown} more" if len(values) > shown else text


def unknown_name(what: str, name: str, known: Sequence[str]) -> str:
    """Say that a name is not among the known ones, show those, and suggest the nearest.

    Examples
    --------
    >>> unknown_name("column", "gendr", ["gender", "race"])
    "column 'gendr' is not in the data (it has 'gender', 'race'). Did you mean 'gender'?"
    """
    return f"{what} '{name}' is not in the data (it has {shortlist(known)}).{did_you_mean(name, known)}"
