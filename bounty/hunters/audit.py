"""All hunters on the public part: what a host runs before opening a bounty, and hunters start from.

The public rows are split once. Every hunter searches on the same half, and all that they propose is judged
together on the other half, so that one hunt reports something by chance alone at most once in twenty.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

from bounty.hunters import alternating, reduction, slices
from bounty.hunters.checking import LEVEL, SMALLEST, check, halves, why_not
from bounty.hunters.found import Candidates, Finds
from bounty.rows.answers import AnswerSpace
from bounty.rows.losses import Loss
from bounty.rows.splits import Split
from fairkit.errors import UsageError, unknown_name

Tell: TypeAlias = Callable[[str | int], None]
"""Is told what is being done (text), and how much of the hunt is done (percent)."""

KINDS = ("disparity", "repair")


def hunt(
    split: Split,
    *,
    space: AnswerSpace,
    losses: Sequence[Loss],
    seed: int,
    kinds: Sequence[Literal["disparity", "repair"]] = ("disparity", "repair"),
    most: int = 10,
    tell: Tell | None = None,
    compare: Literal["overall", "rest"] = "overall",
    level: float = LEVEL,
    smallest: int = SMALLEST,
) -> Finds:
    """Search for claims and check them, all on public rows.

    Parameters
    ----------
    split : Split
        The public part.
    space : AnswerSpace
    losses : sequence of Loss
        The bounty's; the first is the main one, by which repairs are judged.
    seed : int
        Decides which half of the rows is searched; the same seed gives the same claims.
    kinds : sequence of {"disparity", "repair"}, default both
    most : int, default 10
        Claims to report, at most.
    tell : callable, optional
        Is told what is being done (text) and how much is done (percent).
    compare : {"overall", "rest"}, default "overall"
        What disparity claims compare a group with.
    level : float, default 0.05
        How often, at most, to report anything where nothing is to be found.
    smallest : int, default 30
        Rows that a group must have in each half: at least the minimum of the bounty.

    Returns
    -------
    Finds
        A sequence of `Found`, the surest mass first (`low`). Of claims of one kind and loss that say much the
        same, only the first. Empty, with reasons in its notes, where nothing was found or can be searched.

    Raises
    ------
    UsageError
        An unknown kind, no loss, or a number below 1.

    Examples
    --------
    >>> import numpy as np
    >>> from bounty.rows.answers import Answers, Form, Truth
    >>> from bounty.rows.columns import Columns
    >>> numbers = np.arange(1_000)
    >>> columns = Columns.of({"age": (numbers % 50).tolist()})
    >>> truth, host = Truth((numbers % 50 < 20).astype(int)), Answers.of(Form.DECISION, numbers % 50 < 10)
    >>> finds = hunt(
    ...     Split("public", columns, truth, host),
    ...     space=AnswerSpace(Form.DECISION, ("no", "yes")),
    ...     losses=[Loss.named("error", Form.DECISION)],
    ...     seed=1,
    ... )
    >>> finds[0].claim.kind.value, finds[0].claim.group, float(finds[0].mass)
    ('repair', '10 <= age < 20', 0.2)
    """
    problems = [unknown_name("kind", kind, KINDS) for kind in kinds if kind not in KINDS]
    if not losses:
        problems.append("there is no loss to hunt by; name at least one of the bounty's losses.")
    numbers = {"most": most, "smallest": smallest}
    problems += [f"{name} is {value}; it must be at least 1." for name, value in numbers.items() if value < 1]
    if problems:
        raise UsageError(*problems)
    reason = why_not(split, smallest=smallest)
    if reason is not None:
        return Finds(notes=(reason,))
    say = tell or _silent
    searched, held = halves(split, seed)
    steps: list[Step] = []
    if "disparity" in kinds:
        steps += [_slices(searched, loss, compare, most=most, smallest=smallest) for loss in losses]
    if "repair" in kinds:
        steps += _repairs(searched, space, losses[0], most=most, smallest=smallest)
    proposed = Candidates()
    for done, (what, propose) in enumerate(steps):
        say(what)
        proposed += propose()
        say(100 * (done + 1) // (len(steps) + 1))
    say(f"checking {len(proposed.listed)} claims on {held.rows:,} other rows")
    finds = check(proposed, held, space=space, losses=losses, most=most, level=level, smallest=smallest)
    say(100)
    return finds


Step: TypeAlias = tuple[str, Callable[[], Candidates]]


def _slices(
    split: Split, loss: Loss, compare: Literal["overall", "rest"], *, most: int, smallest: int
) -> Step:
    """Name the search for slices by one loss."""
    return f"slices by {loss.name.value}", lambda: slices.propose(
        split, loss=loss, compare=compare, most=most, smallest=smallest
    )


def _repairs(split: Split, space: AnswerSpace, loss: Loss, *, most: int, smallest: int) -> list[Step]:
    """Name the searches for repairs."""
    return [
        (
            f"repairs of {loss.name.value}: where to answer what",
            lambda: reduction.propose(split, space=space, loss=loss, most=most, smallest=smallest),
        ),
        (
            f"repairs of {loss.name.value}: group and model by turns",
            lambda: alternating.propose(split, space=space, loss=loss, smallest=smallest),
        ),
    ]


def _silent(_: str | int) -> None:
    """Say nothing."""
