"""A decision list as one ONNX file of standard operators, for whatever serves the host's model.

Each version is one value of the graph, one answer a row: on its group the model's or an earlier version's
answer, elsewhere that of the version before. Nothing loops and no row meets another.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from bounty.decision_list.export.parsed import ParsedList, ParsedNode
from bounty.decision_list.pointer_list import DecisionList
from bounty.rows.answers import STEPS, AnswerSpace, Form
from fairkit.errors import BountyError, MissingDependencyError
from fairkit.predicates import And, ColumnKind, Comparison, Membership, Missing, Node, Or, Value

HOST = "host_answer"
"""Name of the input with the answers of the host's model."""

ALTERNATIVE = "alternative_"
"""What the name of an input with the answers of another of the host's models begins with."""

_OPSET, _IR = 19, 9
_OPERATORS = {"<": "Less", "<=": "LessOrEqual", ">": "Greater", ">=": "GreaterOrEqual", "==": "Equal"}
_ORDERS = {"<", "<=", ">", ">="}


def to_onnx(decision_list: DecisionList, kinds: Mapping[str, ColumnKind], *, missing_text: str = "") -> bytes:
    """Write a decision list as one ONNX file.

    Parameters
    ----------
    decision_list : DecisionList
    kinds : mapping of str to {"bool", "number", "text"}
        What each column holds (`bounty.rows.columns.Columns.kinds`).
    missing_text : str
        What stands for a missing value in a column of text, which ONNX has no other way to say.

    Returns
    -------
    bytes
        Opset 19. Every input is of one dimension, rows. One for each column that the list reads, by the
        column's name: numbers as doubles, NaN where missing; booleans as doubles 0 and 1, NaN where missing;
        text as strings. `host_answer`, and `alternative_NAME` for each other model that the list uses: names
        of classes as strings, scores as doubles, costs as 64-bit integers. The output `answer` is of the same
        type as these; scores are put on the bounty's grid.

    Raises
    ------
    BountyError
        The list uses ONNX models, does not fit the columns, or orders texts, which ONNX cannot.
    MissingDependencyError
        The package `onnx` is not installed.

    Notes
    -----
    Numbers are compared as doubles, so whole numbers beyond 2**53 are rounded first. Unlike the Python file,
    the graph cannot refuse a value: a class that the host's model cannot answer passes as it is.

    Examples
    --------
    >>> import onnxruntime
    >>> from bounty.claims.claim import Constant
    >>> from bounty.decision_list.pointer_list import Update
    >>> space = AnswerSpace(Form.DECISION, ("no", "yes"))
    >>> model = DecisionList(space, (Update("age < 25", Constant("yes"), "00ff"),))
    >>> session = onnxruntime.InferenceSession(to_onnx(model, {"age": "number"}))
    >>> session.run(None, {"age": [20.0, 30.0, float("nan")], "host_answer": ["no", "no", "no"]})[0].tolist()
    ['yes', 'no', 'no']
    """
    parsed = ParsedList.of(decision_list, kinds, "this ONNX file")
    problems = [*_unwritable(parsed, missing_text), *_clashes(parsed)]
    if problems:
        raise BountyError(*problems)
    graph = _Graph(parsed.space)
    others = {name: graph.answers(ALTERNATIVE + name) for name in parsed.alternatives}
    versions = [graph.answers(HOST)]
    test = _Tests(graph, parsed.columns, missing_text)
    for node in parsed.nodes:
        then = _then(node, graph, test, versions, others)
        versions.append(graph.add("Where", test.holds(node.group.node), then, versions[-1]))
    graph.add("Identity", versions[-1], named="answer")
    return graph.written(parsed, missing_text)


def _then(
    node: ParsedNode, graph: _Graph, test: _Tests, versions: list[str], others: Mapping[str, str]
) -> str:
    if node.version is not None:
        return versions[node.version]
    if node.alternative is not None:
        return others[node.alternative]
    then = versions[-1] if node.otherwise is None else graph.answer(node.otherwise)
    for when, answer in reversed(node.cases):
        then = graph.add("Where", test.holds(when.node), graph.answer(answer), then)
    return then


@dataclass(slots=True)
class _Graph:
    """The nodes, constants and inputs so far."""

    space: AnswerSpace
    nodes: list[Any] = field(default_factory=list)
    constants: dict[tuple[str, Value], str] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """The type of answers."""
        return {Form.SCORE: "DOUBLE", Form.COST: "INT64"}.get(self.space.form, "STRING")

    def add(self, operator: str, *inputs: str, named: str | None = None) -> str:
        """Add a node, and name its output."""
        name = named or f"%{len(self.nodes)}"
        self.nodes.append((operator, inputs, name))
        return name

    def constant(self, value: Value, of: str) -> str:
        """Name a constant."""
        key = (of, value if isinstance(value, str) else float(value))
        return self.constants.setdefault(key, f"%constant{len(self.constants)}")

    def input(self, name: str, of: str) -> str:
        """Name an input."""
        self.inputs[name] = of
        return name

    def answer(self, value: str | float) -> str:
        """Name a constant answer."""
        return self.constant(value, self.type)

    def answers(self, name: str) -> str:
        """Name a model's answers; scores are put on the grid, with the operations of `AnswerSpace`."""
        given = self.input(name, self.type)
        if self.space.form is not Form.SCORE:
            return given
        low, span = self.answer(self.space.low), self.answer(self.space.high - self.space.low)
        steps = self.answer(STEPS)
        share = self.add("Div", self.add("Sub", given, low), span)
        step = self.add("Round", self.add("Mul", share, steps))
        return self.add("Add", low, self.add("Div", self.add("Mul", span, step), steps))

    def written(self, parsed: ParsedList, missing_text: str) -> bytes:
        """Write the file."""
        try:
            import onnx
        except ImportError:
            raise MissingDependencyError(
                "exporting to ONNX needs the package 'onnx'; run: pip install 'fairkit[bounty]'."
            ) from None
        make, types = onnx.helper, onnx.TensorProto
        rows = ["rows"]
        graph = make.make_graph(
            [make.make_node(operator, inputs, [output]) for operator, inputs, output in self.nodes],
            "pointer_decision_list",
            [make.make_tensor_value_info(name, getattr(types, of), rows) for name, of in self.inputs.items()],
            [make.make_tensor_value_info("answer", getattr(types, self.type), rows)],
            [
                make.make_tensor(name, getattr(types, of), [], [_stored(value, of)])
                for (of, value), name in self.constants.items()
            ],
        )
        opset = [make.make_opsetid("", _OPSET)]
        model = make.make_model(graph, opset_imports=opset, ir_version=_IR, producer_name="fairkit")
        space = self.space
        make.set_model_props(
            model,
            {
                "form": space.form.value,
                "classes": json.dumps(space.classes),
                "columns": json.dumps(dict(parsed.columns)),
                "missing_text": missing_text,
            },
        )
        onnx.checker.check_model(model, full_check=True)
        content: bytes = model.SerializeToString(deterministic=True)
        return content


@dataclass(frozen=True, slots=True)
class _Tests:
    """Writes predicates; what is missing passes no test but that for missing values."""

    graph: _Graph
    columns: Mapping[str, ColumnKind]
    missing_text: str

    def holds(self, node: Node) -> str:
        """Name the rows in which a predicate holds."""
        match node:
            case And(children) | Or(children):
                operator = "And" if isinstance(node, And) else "Or"
                return self._joined(operator, (self.holds(child) for child in children))
            case Missing(column, negated):
                missing = self._missing(column)
                return self.graph.add("Not", missing) if negated else missing
            case Comparison(column, "!=", value):
                return self._none_of(column, (value,))
            case Comparison(column, op, value):
                return self._compared(column, op, value)
            case Membership(column, values, negated=True):
                return self._none_of(column, values)
            case Membership(column, values):
                return self._one_of(column, values)

    def _one_of(self, column: str, values: Iterable[Value]) -> str:
        return self._joined("Or", (self._compared(column, "==", value) for value in values))

    def _none_of(self, column: str, values: Iterable[Value]) -> str:
        return self.graph.add(
            "Not", self._joined("Or", [self._one_of(column, values), self._missing(column)])
        )

    def _compared(self, column: str, op: str, value: Value) -> str:
        of = self._type(column)
        literal = self.graph.constant(value, of)
        return self.graph.add(_OPERATORS[op], self.graph.input(column, of), literal)

    def _missing(self, column: str) -> str:
        if self.columns[column] == "text":
            return self._compared(column, "==", self.missing_text)
        return self.graph.add("IsNaN", self.graph.input(column, "DOUBLE"))

    def _type(self, column: str) -> str:
        return "STRING" if self.columns[column] == "text" else "DOUBLE"

    def _joined(self, operator: str, parts: Iterable[str]) -> str:
        return reduce(lambda one, other: self.graph.add(operator, one, other), parts)


def _stored(value: Value, of: str) -> Any:
    if isinstance(value, str):
        return value.encode()
    return int(value) if of == "INT64" else float(value)


def _unwritable(parsed: ParsedList, missing_text: str) -> Iterable[str]:
    for index, node in enumerate(parsed.nodes):
        for predicate in (node.group, *(when for when, _ in node.cases)):
            for test in _tests(predicate.node):
                values = (test.value,) if isinstance(test, Comparison) else test.values
                if isinstance(test, Comparison) and test.op in _ORDERS and isinstance(test.value, str):
                    yield (
                        f"node {index}: {predicate} orders texts, which ONNX cannot; "
                        "export to Python instead."
                    )
                elif missing_text in values:
                    yield (
                        f"node {index}: {predicate} tests for {missing_text!r}, which stands for a missing "
                        "text; choose another missing_text."
                    )


def _tests(node: Node) -> Iterator[Comparison | Membership]:
    if isinstance(node, And | Or):
        for child in node.children:
            yield from _tests(child)
    elif not isinstance(node, Missing):
        yield node


def _clashes(parsed: ParsedList) -> Iterable[str]:
    taken = {HOST, "answer", *(ALTERNATIVE + name for name in parsed.alternatives)}
    for name in parsed.columns:
        if not name or name in taken or name.startswith("%"):
            yield f"a column cannot be named {name!r} in an ONNX file; export to Python instead."
