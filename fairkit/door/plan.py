"""The plan of a reading: a question matched with the columns that the data have.

Matching needs names only, so that every mistake in a name is found, and said, before a row is read. A plan
lists the keys to group by and the columns of numbers to add up; both ways of reading rows carry it out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from fairkit._predicate_nodes import Missing, kind_of_leaf, leaves
from fairkit.errors import DataError, FairkitError, unknown_name
from fairkit.kinds import AMOUNTS, Kind
from fairkit.predicates import ColumnKind, Predicate, check, parse
from fairkit.questions import Question, Use, columns_of

_SIGNS = ("<", ">", "=", "!", "(", " in ", " is ")

Role = Literal["attribute", "score", "decision", "label", "state", "cluster"]

Reads = Literal["value", "predicate", "threshold", "score", "state"]
"""How rows become a key: by value, by an answer, against the threshold, by the score or its bin, or by which
of the numbers of a row are there."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One key of the group-by, and the part it plays.

    Parameters
    ----------
    role : {"attribute", "score", "decision", "label", "state", "cluster"}
    name : str
        The column, or the attribute's name, or the predicate's text.
    reads : {"value", "predicate", "threshold", "score", "state"}
    predicate : Predicate or None
        Decides the key instead of a column.
    of : str
        The model or the output that it belongs to; empty where there is only one.
    """

    role: Role
    name: str
    reads: Reads = "value"
    predicate: Predicate | None = None
    of: str = ""

    @property
    def derived(self) -> bool:
        """Whether the key is made of columns rather than a column's value."""
        return self.reads != "value"

    @property
    def is_score(self) -> bool:
        """Whether the key is where the column lies against the threshold."""
        return self.reads == "threshold"

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
        Attributes, scores, decisions, labels, state, cluster.
    numbers : mapping of str to str
        Columns whose numbers are added up, by the part they play.
    uses : mapping of column to {"key", "text", "bool", "number"}
        Every column that is read, and what as.
    """

    question: Question
    slots: tuple[Slot, ...]
    numbers: Mapping[str, str]
    uses: Mapping[str, Use]

    @property
    def kind(self) -> Kind:
        """The kind of counts that comes of it."""
        return self.question.kind

    @property
    def scores(self) -> tuple[str, ...]:
        """Columns whose scores are keys, one per model."""
        return tuple(slot.name for slot in self.slots if slot.reads == "score")

    @property
    def compared(self) -> tuple[str, ...]:
        """Columns that predicates read."""
        return tuple(sorted({c for s in self.slots if s.predicate is not None for c in s.predicate.columns}))

    def named_numbers(self) -> dict[str, str]:
        """Return columns that must hold numbers, each with the part it plays."""
        found = {} if self.question.weight is None else {self.question.weight: "weight"}
        for slot in self.slots:
            if slot.reads in ("threshold", "score"):
                found.setdefault(slot.name, "score")
        for part, column in self.numbers.items():
            found.setdefault(column, part)
        return found

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
    >>> from fairkit.groups import Attribute
    >>> plan = match(Question((Attribute("sex"),), decision="score > 0.5"), ["sex", "score"])
    >>> [slot.role for slot in plan.slots], dict(plan.uses)
    (['attribute', 'decision'], {'sex': 'key', 'score': 'number'})
    """
    slots, problems = _slots(question, names)
    numbers = _numbers(question)
    wanted = _wanted(question, slots, numbers)
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
    return Plan(question, tuple(slots), numbers, _uses(question, slots, numbers))


def _slots(question: Question, names: Sequence[str]) -> tuple[list[Slot], list[str]]:
    """List the keys; a text that is no column but has a sign of a comparison is a predicate."""
    problems: list[str] = []
    slots = [
        Slot("attribute", a.name, "value" if a.predicate is None else "predicate", a.predicate)
        for a in question.by
    ]
    if question.kind is Kind.SCORES:
        slots += [Slot("score", name, "score", of=of) for of, name in columns_of(question.score).items()]
    if question.threshold is not None:
        scores = columns_of(question.score).items()
        slots += [Slot("decision", name, "threshold", of=of) for of, name in scores]
    for role, of, text in _texts(question):
        if text in names or not any(sign in text for sign in _SIGNS):
            slots.append(Slot(role, text, of=of))
            continue
        try:
            slots.append(Slot(role, text, "predicate", parse(text), of))
        except FairkitError as error:
            problems += [f"{role}: {problem}" for problem in error.problems]
    if question.kind in AMOUNTS:
        slots.append(Slot("state", str(question.kind), "state"))
    cluster = question.query if question.cluster is None else question.cluster
    if cluster is not None:
        slots.append(Slot("cluster", cluster))
    return slots, problems


def _texts(question: Question) -> list[tuple[Role, str, str]]:
    """List decisions and labels: the part, the model or output it belongs to, the column or predicate."""
    texts: list[tuple[Role, str, str]] = [
        ("decision", of, text) for of, text in columns_of(question.decision).items()
    ]
    for label, decision in (question.outputs or {}).items():
        texts += [("decision", label, decision), ("label", label, label)]
    if question.label is not None and question.kind not in AMOUNTS:
        texts.append(("label", "", question.label))
    return texts


def _numbers(question: Question) -> dict[str, str]:
    """Name the columns whose numbers are added up, by part."""
    if question.kind is Kind.SCORES:
        scores = columns_of(question.score)
        return {"score": next(iter(scores.values()))} if len(scores) == 1 else {}
    parts: dict[Kind, tuple[str, ...]] = {
        Kind.REGRESSION: ("label", "prediction", "prediction_low", "prediction_high"),
        Kind.RANKING: ("rank", "score", "relevance"),
        Kind.EVENTS: ("events", "exposure"),
    }
    given = {part: getattr(question, part) for part in parts.get(question.kind, ())}
    return {part: column for part, column in given.items() if column is not None}


def _hint(name: str) -> str:
    """Tell how a group is given by a predicate, to who wrote one without a name."""
    if not any(sign in name for sign in _SIGNS):
        return ""
    return f" A group given by a predicate needs a name: 'my_group: {name}'."


def _wanted(question: Question, slots: Sequence[Slot], numbers: Mapping[str, str]) -> dict[str, str]:
    """Name every column that is needed, and what for."""
    wanted: dict[str, str] = {}
    for slot in slots:
        if slot.predicate is not None:
            what = f"group '{slot.name}'" if slot.role == "attribute" else slot.role
            for column in slot.predicate.columns:
                wanted.setdefault(column, f"{what}: column")
        elif slot.reads != "state":
            role: str = "score" if slot.reads == "threshold" else slot.role
            role = {"attribute": "", "cluster": "query" if slot.name == question.query else role}.get(
                role, role
            )
            if role == "label":  # it may stand in for a decision that nobody asked for
                wanted.pop(slot.name, None)
            wanted.setdefault(slot.name, f"{role} column".strip())
    for part, column in numbers.items():
        wanted.setdefault(column, f"{part} column")
    for part, given in (("weight", question.weight), ("query", question.query)):
        if given is not None:
            wanted.setdefault(given, f"{part} column")
    return wanted


def _uses(question: Question, slots: Sequence[Slot], numbers: Mapping[str, str]) -> dict[str, Use]:
    """Say what each column is read as; of several uses the narrowest, which the others can be had from."""
    found: dict[str, set[Use]] = {}
    for slot in slots:
        if slot.predicate is not None:
            for leaf in leaves(slot.predicate.node):
                use: Use = "key" if isinstance(leaf, Missing) else kind_of_leaf(leaf)
                found.setdefault(leaf.column, set()).add(use)
        elif slot.reads != "state":
            found.setdefault(slot.name, set()).add("key" if slot.reads == "value" else "number")
    for column in (*numbers.values(), question.weight):
        if column is not None:
            found.setdefault(column, set()).add("number")
    if question.query is not None:
        found.setdefault(question.query, set()).add("key")
    order: tuple[Use, ...] = ("number", "bool", "text", "key")
    return {name: next(use for use in order if use in uses) for name, uses in found.items()}
