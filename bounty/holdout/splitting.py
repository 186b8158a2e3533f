"""The three parts of a host's rows: P for hunters, A to check claims on, B to confirm them on.

Which row goes where is decided by a keyed hash of what the row holds (HMAC-SHA256 under the host's salt, see
`bounty.holdout.row_keys`). The same salt and rows give the same parts, in whatever order the rows came;
without the salt nobody can tell which rows are held out. Each part is stored in an order that the salt
decides, too.

Claims are judged as if the rows of A and B were independent. Rows of one person are not: where a cluster is
named, its rows go to one part together, and A and B keep one row of it, chosen by the salt; P keeps them all.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from bounty.holdout.coarse_columns import coarsened
from bounty.holdout.coarsening import Coarsening
from bounty.holdout.entering import Entered
from bounty.holdout.row_keys import Keys, cluster_keys, row_keys, uniform
from bounty.rows.answers import STEPS, AnswerSpace, Form
from bounty.rows.columns import Column, Columns
from bounty.rows.losses import Loss
from bounty.rows.splits import Split
from fairkit.errors import BountyError, UsageError

SHARES: tuple[str, str, str] = ("0.4", "0.4", "0.2")
"""Shares of the public rows, the checker's and those of the confirmation."""

LEAST_ROWS = 100
"""A part with fewer rows is refused: it could not support any claim."""

SHORTEST_SALT = 16
"""Bytes below which a salt could be guessed."""

Index = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Holdout:
    """A host's rows in three parts.

    Attributes
    ----------
    public, checker, confirmation : Split
        P, A and B, with the same columns and levels.
    space : AnswerSpace
    losses : tuple of Loss
        All that can be taken of the answers.
    coarsenings : mapping of str to Coarsening
        How columns were coarsened.
    left_out : mapping of str to int
        Rows that are in no part, by reason.
    """

    public: Split
    checker: Split
    confirmation: Split
    space: AnswerSpace
    losses: tuple[Loss, ...]
    coarsenings: Mapping[str, Coarsening] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[Split, Split, Split]:
        """P, A and B."""
        return self.public, self.checker, self.confirmation


def split(
    entered: Entered,
    *,
    salt: bytes,
    shares: Sequence[str | float | Fraction] = SHARES,
    stratified: bool = False,
    least_rows: int = LEAST_ROWS,
) -> Holdout:
    """Split a host's rows in three, and coarsen what hunters may see.

    Parameters
    ----------
    entered : Entered
        From `bounty.holdout.entering.enter`.
    salt : bytes
        Secret; from ``secrets.token_bytes(32)``.
    shares : three numbers
        Shares of P, A and B, which sum to 1. Of clusters, where there are any.
    stratified : bool
        Whether the shares hold within each combination of what is true and what is answered (of scores:
        of their tenths; of costs: of none, few and many errors), to less than one row. See the notes.
    least_rows : int
        Fewest rows of a part.

    Returns
    -------
    Holdout

    Raises
    ------
    UsageError
        The shares are no three positive numbers that sum to 1, or the salt is too short.
    BountyError
        A part is too small, a column nearly names its rows, says what the label says, or cannot be coarsened
        as asked; all problems at once.

    Notes
    -----
    Without strata the parts are independent samples wherever the host's rows are a sample, which is what the
    thresholds of claims are computed for. Strata take that away: how often the model errs is then the same in
    P, A and B to a row, so that what chance made of all rows is found on A, and confirmed on B, again. In 400
    draws of 1,000 rows the error rates of A and B correlated by .97 over all rows and by .10 over a third of
    them. Strata are for hosts whose rare classes would otherwise be missing from a part.

    Examples
    --------
    >>> from bounty.holdout.entering import enter
    >>> rows = {"age": [20 + i % 40 for i in range(1000)], "y": [i % 2 for i in range(1000)], "p": [1] * 1000}
    >>> holdout = split(enter(rows, label="y", prediction="p"), salt=bytes(32))
    >>> [part.rows for part in holdout.parts]
    [400, 400, 200]
    """
    portions = _portions(shares)
    if len(salt) < SHORTEST_SALT:
        raise UsageError(
            f"the salt has {len(salt)} bytes, which can be guessed; take secrets.token_bytes(32)."
        )
    rows = row_keys(entered, salt)
    chosen, whose = _representatives(entered.cluster, rows[:, 0])
    units = rows[:, 1] if entered.cluster is None else cluster_keys(entered.cluster, salt)[chosen]
    strata = _strata(entered)[chosen] if stratified else np.zeros(len(chosen), np.int64)
    part = _assigned(units, strata, portions, salt)
    public = np.flatnonzero(part[whose] == 0)
    index = [public, chosen[part == 1], chosen[part == 2]]
    index = [one[np.argsort(rows[one, 2], kind="stable")] for one in index]
    problems = _too_small(index, least_rows, clusters=entered.cluster is not None)
    columns, found = _coarse(entered, index[0])
    problems += found
    if problems:
        raise BountyError(*problems)
    whole = Split("public", columns, entered.truth, entered.host, entered.alternatives)
    used = {name: entered.coarsenings[name] for name in columns.by_name if name in entered.coarsenings}
    return Holdout(
        whole.taking(index[0], "public"),
        whole.taking(index[1], "checker"),
        whole.taking(index[2], "confirmation"),
        entered.space,
        entered.losses,
        used,
        {**entered.left_out, **_repeats(whose, part)},
    )


def permutation(rows: int) -> Index:
    """Draw an order of rows from the system's source of secrets, for one evaluation of a model.

    A model that answers by a row's place is found out when it is asked again in another order.

    Examples
    --------
    >>> sorted(permutation(5).tolist())
    [0, 1, 2, 3, 4]
    """
    drawn = np.frombuffer(secrets.token_bytes(8 * rows), dtype=np.uint64)
    return np.argsort(drawn, kind="stable")


# --- which part ---


def _portions(shares: Sequence[str | float | Fraction]) -> tuple[Fraction, ...]:
    try:
        portions = tuple(Fraction(str(share)) for share in shares)
    except (ValueError, ZeroDivisionError):
        portions = ()
    if len(portions) != 3 or any(portion <= 0 for portion in portions) or sum(portions) != 1:
        listed = ", ".join(str(share) for share in shares)
        raise UsageError(
            f"shares must be three positive numbers that sum to 1, of the public rows, the checker's and the "
            f"confirmation's, as in 0.4, 0.4, 0.2; they are {listed}."
        )
    return portions


def _assigned(units: Keys, strata: npt.NDArray[np.int64], portions: Sequence[Fraction], salt: bytes) -> Index:
    """Put each unit into a part: within a stratum by the order of the keys, in the numbers of the shares."""
    part = np.zeros(len(units), dtype=np.intp)
    order = np.lexsort((units, strata))
    names, sizes = np.unique(strata, return_counts=True)
    start = 0
    for name, size in zip(names.tolist(), sizes.tolist(), strict=True):
        numbers = _numbers(size, portions, uniform(salt, name))
        part[order[start : start + size]] = np.repeat(np.arange(3), numbers)
        start += size
    return part


def _numbers(size: int, portions: Sequence[Fraction], uniform: Fraction) -> list[int]:
    """Share a stratum out; what remains goes to parts at random, each as often as its share says."""
    exact = [size * portion for portion in portions]
    numbers, upto = [], uniform
    for share in exact:
        # As many as there are whole numbers in (upto, upto + share].
        numbers.append((upto + share) // 1 - upto // 1)
        upto += share
    return [int(number) for number in numbers]


def _strata(entered: Entered) -> npt.NDArray[np.int64]:
    """Tell rows apart by what is true and what the host's model answers."""
    answers = entered.host.codes.astype(np.int64)
    if entered.truth.codes is None:
        units = np.zeros(entered.rows) if entered.truth.units is None else entered.truth.units.array()
        return np.where(answers == 0, 0, np.where(2 * answers < units, 1, 2))
    true = entered.truth.codes.astype(np.int64)
    if entered.space.form is Form.SCORE:
        true, answers = true // (STEPS // 2), answers // (STEPS // 10)
    return true * (int(answers.max()) + 1) + answers


def _representatives(cluster: Column | None, keys: Keys) -> tuple[Index, Index]:
    """Choose one row of each cluster; return it by cluster, and the cluster of each row."""
    if cluster is None:
        every = np.arange(len(keys))
        return every, every
    whose = np.unique(cluster.codes, return_inverse=True)[1]
    order = np.lexsort((keys, whose))
    first = np.flatnonzero(np.diff(whose[order], prepend=-1))
    return order[first], whose


def _repeats(whose: Index, part: Index) -> dict[str, int]:
    """Count the rows of A and B that are left out because their cluster has another one there."""
    sizes = np.bincount(whose)
    counted = {
        f"another row of its cluster is kept ({name})": int((sizes[part == number] - 1).sum())
        for number, name in ((1, "checker"), (2, "confirmation"))
    }
    return {reason: count for reason, count in counted.items() if count}


# --- what is refused ---


def _too_small(index: Sequence[Index], least: int, *, clusters: bool) -> list[str]:
    names = ("the public part", "the checker", "the confirmation")
    what = "rows, one a cluster" if clusters else "rows"
    return [
        f"{name} would have {len(one):,} {what if name != names[0] else 'rows'}, fewer than {least:,}; "
        "bring more data, or give it a larger share."
        for name, one in zip(names, index, strict=True)
        if len(one) < least
    ]


def _coarse(entered: Entered, public: Index) -> tuple[Columns, list[str]]:
    """Coarsen all columns by what is public, and collect what is wrong with any of them."""
    found: dict[str, Column] = {}
    problems: list[str] = []
    for name, column in entered.columns.by_name.items():
        try:
            found[name] = coarsened(column, public, entered.coarsenings.get(name))
        except BountyError as error:
            problems += error.problems
            continue
        if entered.truth.codes is not None and _says_the_same(found[name].codes, entered.truth.codes):
            problems.append(
                f"column '{name}' says what the label says, so claims could test the truth: --hide {name}."
            )
    return Columns(found, entered.rows), problems


def _says_the_same(codes: npt.NDArray[Any], truth: npt.NDArray[Any]) -> bool:
    """Tell whether each value of a column stands for one true answer, and each true answer for one value."""
    pairs = np.unique(codes.astype(np.int64) * 2**16 + truth.astype(np.int64))
    return len(np.unique(codes)) == len(np.unique(truth)) == len(pairs) > 1
