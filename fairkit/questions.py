"""What to count: the question a caller asks, matched with the columns that the data have.

Matching needs names only, so that every mistake in a name is found, and said, before a row is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from fairkit._predicate_nodes import Missing, kind_of_leaf, leaves
from fairkit.errors import DataError, FairkitError, UsageError, unknown_name
from fairkit.groups import Attribute
from fairkit.kinds import Kind
from fairkit.predicates import ColumnKind, Predicate, check, parse

MAX_LEVELS = 1_000
"""More levels than this in one attribute are refused unless asked for: it is then mostly an identifier."""

_SIGNS = ("<", ">", "=", "!", "(", " in ", " is ")

Use = Literal["key", "text", "bool", "number"]
"""What a column is read as: grouped by as it is, or compared with a literal in a predicate."""

Role = Literal["attribute", "decision", "label", "cluster"]


@dataclass(frozen=True, slots=True)
class Question:
    """What to count.

    Parameters
    ----------
    by : tuple of Attribute
        Attributes to group by.
    decision : str, optional
        Column with the model's two-class decision, or a predicate such as ``score_text != "Low"``.
    score : str, optional
        Instead of a decision: column with a finite score; rows with ``score >= threshold`` are selected.
    threshold : float, optional
        Needed with `score`.
    label : str, optional
        Column with the true class, or a predicate. Without a label only selection rates can be known.
    positive : object or mapping, optional
        The value that counts as positive where a column does not say so itself (True, 1); a mapping with the
        keys ``label`` and ``decision`` names one for each.
    weight : str, optional
        Column of non-negative sample weights.
    cluster : str, optional
        Column that tells which rows belong together (a person, a speaker).
    missing : tuple of str
        Texts that mean "missing" in these data, such as ``?``.
    max_levels : int
        Most levels of one attribute.
    """

    by: tuple[Attribute, ...]
    decision: str | Mapping[str, str] | None = None
    score: str | Mapping[str, str] | None = None
    threshold: float | None = None
    label: str | None = None
    positive: Any = None
    classes: Literal["all"] | Sequence[str] | None = None
    outputs: Mapping[str, str] | None = None
    prediction: str | None = None
    prediction_low: str | None = None
    prediction_high: str | None = None
    quantile: float | None = None
    rank: str | None = None
    query: str | None = None
    relevance: str | None = None
    events: str | None = None
    exposure: str | None = None
    weight: str | None = None
    cluster: str | None = None
    missing: tuple[str, ...] = ()
    max_levels: int = MAX_LEVELS

    @property
    def kind(self) -> Kind:
        """The kind of counts that answers the question."""
        return Kind.DECISIONS if self.label is None else Kind.CONFUSION

    def __post_init__(self) -> None:
        named = {
            "decision": self.decision,
            "label": self.label,
            "score": self.score,
            "weight": self.weight,
            "cluster": self.cluster,
        }
        problems = [
            f"{role} must be the name of a column or a comparison, it is a {type(value).__name__}; put "
            f"arrays into the data under a name: evaluate({{'{role}': ..., ...}}, {role}='{role}')."
            for role, value in named.items()
            if value is not None and not isinstance(value, str)
        ]
        if problems:
            raise UsageError(*problems)
        if (self.decision is None) == (self.score is None):
            problems.append(
                "name either a decision column or a score column with a threshold (--decision COL)."
            )
        if self.score is not None and self.threshold is None:
            problems.append(
                f"score '{self.score}' needs a threshold from which a row is selected (--threshold 0.5)."
            )
        if self.score is None and self.threshold is not None:
            problems.append(
                "a threshold belongs to a score column (--score COL); decisions are taken as they are."
            )
        if self.threshold is not None and not np.isfinite(self.threshold):
            problems.append(f"threshold {self.threshold} is not a finite number.")
        if problems:
            raise UsageError(*problems)


@dataclass(frozen=True, slots=True)
class Slot:
    """One key of the group-by, and the part it plays.

    Parameters
    ----------
    role : {"attribute", "decision", "label", "cluster"}
    name : str
        The column, or the attribute's name, or the predicate's text.
    predicate : Predicate or None
        Decides the key instead of a column.
    is_score : bool
        Whether the key is where the column lies against the threshold.
    """

    role: Role
    name: str
    predicate: Predicate | None = None
    is_score: bool = False

    @property
    def derived(self) -> bool:
        """Whether the key is an answer (true, false or missing) rather than a column's value."""
        return self.is_score or self.predicate is not None

    @property
    def title(self) -> str:
        """How messages call it."""
        return f"{'' if self.role == 'attribute' else self.role + ' '}column '{self.name}'"


@dataclass(frozen=True, slots=True)
class Plan:
    """The question matched with the columns that exist.

    Parameters
    ----------
    question : Question
    slots : tuple of Slot
        Attributes, decision, label, cluster, in this order.
    uses : mapping of column to {"key", "text", "bool", "number"}
        Every column that is read, and what as.
    """

    question: Question
    slots: tuple[Slot, ...]
    uses: Mapping[str, Use]

    @property
    def compared(self) -> tuple[str, ...]:
        """Columns that predicates read."""
        return tuple(sorted({c for s in self.slots if s.predicate is not None for c in s.predicate.columns}))

    def check_predicates(self, kinds: Mapping[str, ColumnKind]) -> None:
        """Make sure that predicates fit what their columns hold.

        Raises
        ------
        DataError
            All that do not fit, at once.
        """
        problems = []
        for slot in self.slots:
            if slot.predicate is not None:
                try:
                    check(slot.predicate, kinds)
                except FairkitError as error:
                    what = f"group '{slot.name}'" if slot.role == "attribute" else slot.role
                    problems += [f"{what}: {problem}" for problem in error.problems]
        if problems:
            raise DataError(*problems)


def match(question: Question, names: Sequence[str]) -> Plan:
    """Match a question with the names of the columns that exist, repeats included.

    Raises
    ------
    DataError
        Columns are unknown, or meant although their name appears twice; a predicate cannot be read. All at
        once.

    Examples
    --------
    >>> plan = match(Question((Attribute("sex"),), decision="score > 0.5"), ["sex", "score"])
    >>> [slot.role for slot in plan.slots], dict(plan.uses)
    (['attribute', 'decision'], {'sex': 'key', 'score': 'number'})
    """
    slots, problems = _slots(question, names)
    wanted = _wanted(question, slots)
    problems += [
        unknown_name(what, name, list(dict.fromkeys(names))) + _hint(name)
        for name, what in wanted.items()
        if name not in names
    ]
    problems += [
        f"column '{name}' appears more than once in the data; rename it: which one is meant?"
        for name in sorted(wanted)
        if list(names).count(name) > 1
    ]
    problems += [
        f"group '{a.name}' is given by a predicate but has the name of a column; give the group another name."
        for a in question.by
        if a.predicate is not None and a.name in names
    ]
    if problems:
        raise DataError(*problems)
    return Plan(question, tuple(slots), _uses(question, slots))


def _slots(question: Question, names: Sequence[str]) -> tuple[list[Slot], list[str]]:
    """List the keys; a text that is no column but has a sign of a comparison is a predicate."""
    problems: list[str] = []
    slots = [Slot("attribute", a.name, a.predicate) for a in question.by]
    if question.score is not None:
        slots.append(Slot("decision", question.score, is_score=True))
    texts: tuple[tuple[Role, str | None], ...] = (("decision", question.decision), ("label", question.label))
    for role, text in texts:
        if text is None:
            continue
        predicate = None
        if text not in names and any(sign in text for sign in _SIGNS):
            try:
                predicate = parse(text)
            except FairkitError as error:
                problems += [f"{role}: {problem}" for problem in error.problems]
                continue
        slots.append(Slot(role, text, predicate))
    if question.cluster is not None:
        slots.append(Slot("cluster", question.cluster))
    return slots, problems


def _hint(name: str) -> str:
    """Tell how a group is given by a predicate, to who wrote one without a name."""
    if not any(sign in name for sign in _SIGNS):
        return ""
    return f" A group given by a predicate needs a name: 'my_group: {name}'."


def _wanted(question: Question, slots: Sequence[Slot]) -> dict[str, str]:
    """Name every column that is needed, and what for."""
    wanted: dict[str, str] = {}
    for slot in slots:
        if slot.predicate is None:
            role = "score" if slot.is_score else "" if slot.role == "attribute" else slot.role
            wanted.setdefault(slot.name, f"{role} column".strip())
        else:
            what = f"group '{slot.name}'" if slot.role == "attribute" else slot.role
            for column in slot.predicate.columns:
                wanted.setdefault(column, f"{what}: column")
    if question.weight is not None:
        wanted.setdefault(question.weight, "weight column")
    return wanted


def _uses(question: Question, slots: Sequence[Slot]) -> dict[str, Use]:
    """Say what each column is read as; of several uses the narrowest, which the others can be had from."""
    found: dict[str, set[Use]] = {}
    for slot in slots:
        if slot.predicate is None:
            found.setdefault(slot.name, set()).add("number" if slot.is_score else "key")
            continue
        for leaf in leaves(slot.predicate.node):
            use: Use = "key" if isinstance(leaf, Missing) else kind_of_leaf(leaf)
            found.setdefault(leaf.column, set()).add(use)
    if question.weight is not None:
        found.setdefault(question.weight, set()).add("number")
    order: tuple[Use, ...] = ("number", "bool", "text", "key")
    return {name: next(use for use in order if use in uses) for name, uses in found.items()}
