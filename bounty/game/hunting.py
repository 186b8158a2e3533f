"""The house hunters on what a bounty publishes: the host's model, and the model as it is now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal, cast

from bounty.game.published import Published
from bounty.hunters.audit import hunt
from bounty.hunters.found import Found

Kind = Literal["disparity", "repair"]


def hunt_published(
    published: Published,
    *,
    kinds: Sequence[str] = ("disparity", "repair"),
    most: int = 10,
    seed: int = 1,
    tell: Callable[[str | int], None] | None = None,
) -> tuple[list[Found], tuple[str, ...]]:
    """Search the public rows of a bounty.

    Parameters
    ----------
    published : Published
    kinds : sequence of {"disparity", "repair"}
        Disparities are searched in the host's model, repairs in the present version.
    most : int
        Claims of each kind.
    seed : int
        Which half of the rows is searched; the other half checks.
    tell : callable, optional
        Is told what is being done.

    Returns
    -------
    found : list of Found
    notes : tuple of str
        Why there are none, or not more.

    Examples
    --------
    >>> import tempfile
    >>> from bounty import Published, Terms, create, hunt_published
    >>> rows = {"age": [20, 30, 40, 50] * 1500, "paid": [1, 1, 1, 0] * 1500, "lent": [0, 1, 1, 0] * 1500}
    >>> terms = Terms.of(epsilon="0.6", least="0.05", submissions=9, acceptances=2)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     made = create(rows, f"{place}/b", terms=terms, title="Loans", label="paid", prediction="lent")
    ...     found, notes = hunt_published(Published.read(f"{place}/b"), kinds=("repair",), most=1)
    >>> found[0].claim.group, found[0].claim.model
    ('age == 20', Constant(predict='1'))
    """
    part = published.part
    found: list[Found] = []
    notes: list[str] = []
    current = replace(part.split, host=part.versions.answers(part.versions.current))
    for kind in dict.fromkeys(kinds):
        finds = hunt(
            part.split if kind == "disparity" else current,
            space=published.space,
            losses=published.manifest.losses,
            seed=seed,
            kinds=(cast("Kind", kind),),
            most=most,
            tell=tell,
            smallest=published.manifest.minimum_rows,
        )
        found += finds.found
        notes += finds.notes
    return found, tuple(dict.fromkeys(notes))
