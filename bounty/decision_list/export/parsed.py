"""A decision list made ready for export: predicates as trees, answers as values, pointers as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bounty.claims.claim import Alternative, Constant, OnnxModel, RepairModel, Rules
from bounty.decision_list.nodes import Pointer
from bounty.decision_list.pointer_list import DecisionList
from bounty.rows.answers import AnswerSpace
from fairkit import predicates
from fairkit.errors import BountyError, FairkitError
from fairkit.predicates import ColumnKind, Predicate


@dataclass(frozen=True, slots=True)
class ParsedNode:
    """A node of the list.

    Attributes
    ----------
    group : Predicate
    claim : str or None
        Hash of the claim that it comes from; None for a pointer.
    version : int or None
        Where a pointer goes on.
    cases : tuple of (Predicate, answer)
        Rules, tried in order.
    otherwise : str, float or None
        What answers where no rule holds; None leaves the answer of the version before.
    alternative : str or None
        Another of the host's models, which answers instead of rules.

    Examples
    --------
    >>> ParsedNode(predicates.parse("age < 25"), version=0).group.columns
    ('age',)
    """

    group: Predicate
    claim: str | None = None
    version: int | None = None
    cases: tuple[tuple[Predicate, str | float], ...] = ()
    otherwise: str | float | None = None
    alternative: str | None = None


@dataclass(frozen=True, slots=True)
class ParsedList:
    """A list of which every predicate fits the columns.

    Attributes
    ----------
    space : AnswerSpace
    columns : mapping of str to {"bool", "number", "text", "other"}
        The columns that it reads, sorted by name.
    nodes : tuple of ParsedNode
    alternatives : tuple of str
        The host's other models that it uses, sorted.

    Examples
    --------
    >>> from bounty.rows.answers import Form
    >>> model = DecisionList(AnswerSpace(Form.DECISION, ("no", "yes")), (Pointer("age < 25", 0),))
    >>> ParsedList.of(model, {"age": "number", "sex": "text"}, "a file").columns
    {'age': 'number'}
    """

    space: AnswerSpace
    columns: Mapping[str, ColumnKind]
    nodes: tuple[ParsedNode, ...] = field(repr=False)
    alternatives: tuple[str, ...] = ()

    @classmethod
    def of(cls, decision_list: DecisionList, kinds: Mapping[str, ColumnKind], target: str) -> ParsedList:
        """Parse a list.

        Parameters
        ----------
        decision_list : DecisionList
        kinds : mapping of str to {"bool", "number", "text"}
            What each column holds (`bounty.rows.columns.Columns.kinds`).
        target : str
            What it is exported to, for messages.

        Raises
        ------
        BountyError
            Nodes with ONNX models, predicates that do not fit the columns, answers that the model cannot
            give; all at once.
        """
        problems: list[str] = []
        nodes: list[ParsedNode] = []
        for index, node in enumerate(decision_list.nodes):
            parts = [node.group] if isinstance(node, Pointer) else [node.group, node.model]
            if any(isinstance(part, OnnxModel) for part in parts):
                problems.append(
                    f"node {index} uses an ONNX model, which {target} cannot hold; serve the list with "
                    f"fairkit, or export the version before it: version({index})."
                )
                continue
            try:
                group = _fitting(str(node.group), kinds)
                if isinstance(node, Pointer):
                    nodes.append(ParsedNode(group, version=node.version))
                else:
                    nodes.append(_update(group, node.model, node.claim, kinds, decision_list.space))
            except FairkitError as error:
                problems += [f"node {index}: {problem}" for problem in error.problems]
        if problems:
            raise BountyError(*problems)
        read = {name for node in nodes for name in node.group.columns}
        read |= {name for node in nodes for when, _ in node.cases for name in when.columns}
        return cls(
            decision_list.space,
            {name: kinds[name] for name in sorted(read)},
            tuple(nodes),
            decision_list.alternatives(),
        )


def _fitting(text: str, kinds: Mapping[str, ColumnKind]) -> Predicate:
    predicate = predicates.parse(text)
    predicates.check(predicate, kinds)
    return predicate


def _update(
    group: Predicate, model: RepairModel, claim: str, kinds: Mapping[str, ColumnKind], space: AnswerSpace
) -> ParsedNode:
    match model:
        case Constant(predict):
            return ParsedNode(group, claim, otherwise=_value(predict, space))
        case Rules(cases, otherwise):
            answers = tuple((_fitting(when, kinds), _value(answer, space)) for when, answer in cases)
            last = None if otherwise is None else _value(otherwise, space)
            return ParsedNode(group, claim, cases=answers, otherwise=last)
        case Alternative(name):
            return ParsedNode(group, claim, alternative=name)
        case OnnxModel():
            raise AssertionError  # refused above


def _value(answer: str | float, space: AnswerSpace) -> str | float:
    """Put an answer in the form in which the list gives it: a class's name, or a score on the grid."""
    return space.answer(space.code(answer))
