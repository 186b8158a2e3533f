"""Which of a column's values is the positive class: self-evident, stated, or an error that says how."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import Level
from fairkit.door.cells import level_text
from fairkit.errors import did_you_mean, shortlist

_FRACTION = re.compile(r"-?\d*\.?\d+(e-?\d+)?")
_SELF_EVIDENT = (({"0", "1"}, "1"), ({"-1", "1"}, "1"), ({"false", "true"}, "true"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a two-class column reads.

    Parameters
    ----------
    truth : array of int64, shape (levels,)
        1 for the positive class, 0 for the negative, -1 for missing.
    positive : str or None
        The level that counts as positive; None when there is a problem.
    used_statement : bool
        Whether the caller's `positive` decided it.
    problems : tuple of str
    """

    truth: NDArray[np.int64]
    positive: str | None
    used_statement: bool
    problems: tuple[str, ...] = ()

    def joined(self, other: Outcome) -> Outcome:
        """Take two columns of one role together, as far as the caller's statement is concerned."""
        used = self.used_statement or other.used_statement
        return replace(self, used_statement=used, problems=self.problems + other.problems)


def positive_class(role: str, text: str, levels: Sequence[Level], positive: Any, *, derived: bool) -> Outcome:
    """Decide which level of a label or decision is positive.

    Parameters
    ----------
    role : {"label", "decision"}
    text : str
        The column, for messages.
    levels : sequence of (str or None)
        Levels that occur.
    positive : object or mapping
        What the caller stated: one value, or a mapping by role.
    derived : bool
        Whether the levels are the answers of a predicate (``True``, ``False``).

    Examples
    --------
    >>> positive_class("label", "y", ["0", "1", None], None, derived=False).truth.tolist()
    [0, 1, -1]
    >>> positive_class("label", "income", ["<=50K", ">50K"], None, derived=False).problems[0]
    "label 'income' has the values '<=50K', '>50K'; say which one is positive: positive='<=50K' or
    positive='>50K' (--positive)."
    """
    stated = _statement(role, positive)
    present = [level for level in levels if level is not None]
    folded = {level.casefold() for level in present}
    families = [(known, word) for known, word in _SELF_EVIDENT if folded <= known]
    chosen: str | None = None
    problem = ""
    explicit = False
    if derived:
        chosen = "true"
    elif stated is not None and (not present or any(stated.casefold() in known for known, _ in families)):
        # Also where no row has the stated value: in a part of the data with decisions of one kind only.
        chosen, explicit = stated.casefold(), True
    elif stated is not None and stated in present:
        chosen, explicit = stated, True
        if len(present) > 2:
            problem = _not_binary(role, text, present, stated)
    elif families:
        chosen = families[0][1]
    elif len(present) > 2:
        problem = _not_binary(role, text, present, present[0])
    elif stated is None:
        problem = (
            f"{role} '{text}' has the values {shortlist(present)}; say which one is positive: "
            + " or ".join(f"positive={level!r}" for level in present)
            + " (--positive)."
        )
    elif len(present) == 1:
        chosen, explicit = stated, True
    else:
        problem = (
            f"{role} '{text}' never has the positive value {stated!r}; its values are {shortlist(present)}."
            f"{did_you_mean(stated, present)}"
        )
    matches = {x for x in present if chosen in ((x.casefold(),) if families else (x,))}
    truth = [-1 if level is None else int(level in matches) for level in levels]
    return Outcome(np.array(truth, np.int64), chosen, explicit, (problem,) if problem else ())


def unused_positive(positive: Any, outcomes: Mapping[str, Outcome]) -> list[str]:
    """Say that a stated positive class fitted no column."""
    if isinstance(positive, Mapping):
        unknown = [role for role in positive if role not in ("label", "decision")]
        problems = (
            [f"positive takes the keys 'label' and 'decision', not {shortlist(unknown)}."] if unknown else []
        )
        return problems + [
            f"positive names {level_text(value)!r} for the {role}, which "
            + ("says itself which value is positive; leave it out." if role in outcomes else "is not given.")
            for role, value in positive.items()
            if role in ("label", "decision") and level_text(value) is not None
            if role not in outcomes or not (outcomes[role].used_statement or outcomes[role].problems)
        ]
    if positive is None or any(outcome.used_statement or outcome.problems for outcome in outcomes.values()):
        return []
    return [
        (
            f"positive={level_text(positive)!r} is a value of neither label nor decision, and both say "
            "themselves which value is positive; leave it out."
        )
    ]


def _statement(role: str, positive: Any) -> str | None:
    value = positive.get(role) if isinstance(positive, Mapping) else positive
    return None if value is None else level_text(value)


def _not_binary(role: str, text: str, present: Sequence[str], example: str) -> str:
    if role == "decision" and all(_FRACTION.fullmatch(level) for level in present):
        return (
            f"decision '{text}' must have two values, it has {len(present):,} numbers: {shortlist(present)}. "
            f"For a score, name it with the threshold from which a row is selected: score='{text}', "
            f"threshold=0.5 (--score {text} --threshold 0.5); to count every value as a class, say "
            "classes='all' (--classes all)."
        )
    return (
        f"{role} '{text}' must have two values, it has {len(present):,}: {shortlist(present)}. To count "
        "every class, say classes='all' (--classes all); to set one against the others, say what is "
        f"positive as a comparison, as in {role}=\"{text} == '{example}'\"."
    )
