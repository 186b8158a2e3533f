"""Identities: which rows mention each, which do not, and of which that is unknown.

An identity is a column of truth values, a named predicate, or one level of any other column. Rows may belong
to several at once (a comment may mention several), so identities are no partition, and every one has a
background of its own: the rows known not to belong to it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import Counts, Level
from fairkit.errors import DataError, UsageError, did_you_mean, shortlist
from fairkit.groups import Attribute, group_name, groupings

Unknown = Literal["leave-out", "background"]
"""What becomes of rows of which it is not known whether they belong to an identity."""

_TRUE = frozenset({"true", "1", "yes"})
_FALSE = frozenset({"false", "0", "no"})
_NAMED = re.compile(r"\s*[A-Za-z_]\w*\s*:(?!:)\s*\S.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Identity:
    """One identity and who belongs to it, by cells of counts.

    Parameters
    ----------
    name : str
        The column's or predicate's name; ``race=Black`` for one level of a column.
    member, background : array of bool, shape (cells,)
        Cells of rows that are known to belong, and known not to. Others are unknown.

    Examples
    --------
    >>> one = Identity("muslim", np.array([True, False, False]), np.array([False, True, False]))
    >>> one.unknown.tolist()
    [False, False, True]
    """

    name: str
    member: NDArray[np.bool_]
    background: NDArray[np.bool_]

    @property
    def unknown(self) -> NDArray[np.bool_]:
        """Cells of rows of which it is not known."""
        return ~(self.member | self.background)


@dataclass(frozen=True, slots=True)
class Asked:
    """What one name stands for.

    Parameters
    ----------
    name : str
    attribute : Attribute
        A column, or a predicate. The predicate goes by its own text, so that it may be named after the column
        that it reads, as in ``"muslim: muslim >= 0.5"``.

    Examples
    --------
    >>> Asked("gay", Attribute("gay")).attribute.predicate is None
    True
    """

    name: str
    attribute: Attribute


def asked_identities(identities: str | Sequence[str]) -> tuple[Asked, ...]:
    """Read what a caller wrote: columns, and predicates with a name.

    Parameters
    ----------
    identities : str or sequence of str
        Each a column (``"muslim"``) or a named predicate (``"muslim: muslim >= 0.5"``).

    Raises
    ------
    UsageError
        Nothing is named, one is named twice, or a predicate cannot be read; all problems at once.

    Examples
    --------
    >>> [one.name for one in asked_identities(["gay", "young: age < 25"])]
    ['gay', 'young']
    """
    given = [identities] if isinstance(identities, str) else list(identities)
    if not given:
        raise UsageError("name at least one identity, as in identities=['muslim'] (--identity muslim).")
    wrong = [one for one in given if not isinstance(one, str) or not one.strip()]
    if wrong:
        raise UsageError(f"an identity is a column or a named predicate, not {shortlist(wrong)}.")
    # A column may have a comma in its name: only predicates are read as texts.
    split = groupings([one if _NAMED.fullmatch(one) else (one.strip(),) for one in given])
    return tuple(_asked(grouping.attributes[0]) for grouping in split)


def check_unknown(unknown: object) -> None:
    """Refuse what is no way to treat unknown rows.

    Raises
    ------
    UsageError

    Examples
    --------
    >>> check_unknown("leave-out")
    """
    known = get_args(Unknown)
    if unknown not in known:
        raise UsageError(
            f"unknown={unknown!r} is not understood (there are {shortlist(known)})."
            f"{did_you_mean(str(unknown), known)}"
        )


def identities_of(counts: Counts, asked: Sequence[Asked], *, unknown: Unknown) -> tuple[Identity, ...]:
    """Find who belongs to each identity.

    Parameters
    ----------
    counts : Counts
        By all attributes that are asked for.
    asked : sequence of Asked
    unknown : {"leave-out", "background"}
        Where a value is missing the row counts for nothing, or as one that does not belong.

    Raises
    ------
    DataError
        A column holds fractions (the share of raters, say) where a threshold decides who belongs.

    Examples
    --------
    >>> from fairkit.counts import Kind
    >>> table = Counts.from_cells(Kind.DECISIONS, ["gay"], [("0",), ("1",), (None,)], [[1, 0, 0]] * 3)
    >>> (gay,) = identities_of(table, asked_identities("gay"), unknown="leave-out")
    >>> gay.member.tolist(), gay.background.tolist()
    ([False, True, False], [True, False, False])
    """
    found: list[Identity] = []
    problems: list[str] = []
    for one in asked:
        attribute = one.attribute
        column = counts.attributes.index(column_of(counts, one))
        levels, codes = counts.levels[column], counts.codes[:, column]
        present = [level for level in levels if level is not None]
        missing = np.array([level is None for level in levels], bool)[codes] if levels else codes < 0
        if attribute.predicate is None and (problem := _fractions(one.name, present)):
            problems.append(problem)
            continue
        folded = [level.casefold() for level in present]
        is_truth = set(folded) <= _TRUE | _FALSE
        chosen = [name for name in folded if name in _TRUE] if is_truth else []
        members = (
            [(one.name, {p for p, f in zip(present, folded, strict=True) if f in chosen})]
            if is_truth
            else [(group_name([one.name], [level]), {level}) for level in present]
        )
        for name, own in members:
            member = _among(levels, own)[codes] if levels else missing
            others = ~member if unknown == "background" else ~member & ~missing
            found.append(Identity(name, member, others))
    if problems:
        raise DataError(*problems)
    return tuple(found)


def column_of(counts: Counts, asked: Asked) -> str:
    """Find the attribute of counts that an identity is: under its own text, or under its name.

    Examples
    --------
    >>> from fairkit.counts import Kind
    >>> table = Counts.from_cells(Kind.DECISIONS, ["young"], [("True",)], [[1, 0, 0]])
    >>> column_of(table, asked_identities("young: age < 25")[0])
    'young'
    """
    return asked.attribute.name if asked.attribute.name in counts.attributes else asked.name


def _asked(attribute: Attribute) -> Asked:
    if attribute.predicate is None:
        return Asked(attribute.name, attribute)
    return Asked(attribute.name, replace(attribute, name=attribute.predicate.canonical))


def _among(levels: Sequence[Level], chosen: set[str]) -> NDArray[np.bool_]:
    return np.array([level in chosen for level in levels], bool)


def _fractions(name: str, present: Sequence[str]) -> str:
    """Say what to do with a column of numbers between 0 and 1, which are no truth values."""
    try:
        numbers = [float(level) for level in present]
    except ValueError:
        return ""
    between = [n for n in numbers if not n.is_integer()]
    if not between or not all(math.isfinite(n) and 0 <= n <= 1 for n in numbers):
        return ""
    return (
        f"identity '{name}' holds fractions ({shortlist(sorted(between), shown=3)}), not truth values; say "
        f"from where on a row belongs: '{name}: {name} >= 0.5'."
    )
