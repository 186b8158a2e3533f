"""The pointer decision list: the host's model with every confirmed repair, and every version it has had.

Version 0 is the host's model, and each node makes the next version: ``f' = h`` on its group, `f` elsewhere.
A row is answered from the newest node down. Where a node's group holds, an update answers, and a pointer goes
on at an earlier version of the same list; where no node's group holds, the host's model answers.

References
----------
I. Globus-Harris, M. Kearns, A. Roth, "An Algorithmic Framework for Bias Bounties", FAccT 2022,
arXiv:2201.10408, algorithms 1 and 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from bounty.claims.claim import Alternative, OnnxModel
from bounty.claims.proposals import Refusing, Runner
from bounty.decision_list.nodes import ListNode, Pointer, Update, group_words, node_from_dict, node_to_dict
from bounty.decision_list.top_down import Rows, answer_rows
from bounty.rows.answers import Answers, AnswerSpace, Form, Truth
from bounty.rows.columns import Columns
from bounty.rows.splits import Split
from fairkit.errors import BountyError, UsageError

__all__ = ["DecisionList", "Explanation", "Hop", "ListNode", "Pointer", "Update"]

_NONE: Mapping[str, Answers] = MappingProxyType({})
_SCHEMA = "bounty.list/1"


@dataclass(frozen=True, slots=True)
class Hop:
    """One pointer that a row followed.

    Attributes
    ----------
    node : int
        Index of the pointer's node.
    group : str
        Its group, in words.
    version : int
        Where the list went on.

    Examples
    --------
    >>> Hop(3, "age < 25", 1).version
    1
    """

    node: int
    group: str
    version: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Which node answered a row, and how the row came there.

    Attributes
    ----------
    row : int
    answer : str or float
        A class's name, a score or a cost.
    node : int or None
        Index of the node that answered; None for the host's model.
    group, model : str or None
        That node's group and what answers there, in words.
    claim : str or None
        Hash of the claim that the node comes from.
    hops : tuple of Hop
        Pointers followed on the way, in order.

    Examples
    --------
    >>> Explanation(0, "yes", 2, "age < 25", "always 'yes'", "00ff", (Hop(3, "sex == 'F'", 3),)).text
    "row 0: sex == 'F' (node 3), so as at version 3; age < 25 (node 2): always 'yes', so 'yes'"
    """

    row: int
    answer: str | float
    node: int | None
    group: str | None
    model: str | None
    claim: str | None
    hops: tuple[Hop, ...]

    @property
    def text(self) -> str:
        """The same in one line."""
        way = "".join(f"{hop.group} (node {hop.node}), so as at version {hop.version}; " for hop in self.hops)
        end = "the host's model" if self.node is None else f"{self.group} (node {self.node}): {self.model}"
        return f"row {self.row}: {way}{end}, so {self.answer!r}"


@dataclass(frozen=True, slots=True)
class DecisionList:
    """A pointer decision list.

    Attributes
    ----------
    space : AnswerSpace
        What can be answered.
    nodes : tuple of Update or Pointer
        Oldest first: node `i` makes version ``i + 1``.

    Raises
    ------
    BountyError
        A pointer does not go to an earlier version.

    Examples
    --------
    >>> from bounty.claims.claim import Constant
    >>> columns = Columns.of({"age": [20, 30, None], "sex": ["F", "M", "F"]})
    >>> host = Answers.of(Form.DECISION, [0, 0, 0])
    >>> model = DecisionList(AnswerSpace(Form.DECISION, ("no", "yes")))
    >>> model = model.updated(Update("sex == 'F'", Constant("yes"), "00ff")).updated(Pointer("age < 25", 0))
    >>> model.predict(columns, host).codes.tolist(), model.version(1).predict(columns, host).codes.tolist()
    ([0, 0, 1], [1, 0, 1])
    >>> print(model.explain(columns, host, [0])[0].text)
    row 0: age < 25 (node 1), so as at version 0; the host's model, so 'no'
    """

    space: AnswerSpace
    nodes: tuple[ListNode, ...] = ()

    def __post_init__(self) -> None:
        problems = [
            f"node {index} is a pointer to version {node.version}; it can go to versions 0 to {index} only."
            for index, node in enumerate(self.nodes)
            if isinstance(node, Pointer) and not 0 <= node.version <= index
        ]
        if problems:
            raise BountyError(*problems)

    @property
    def versions(self) -> int:
        """How many versions there are, the host's model included."""
        return len(self.nodes) + 1

    def updated(self, node: ListNode) -> DecisionList:
        """Give the list with one more node."""
        return DecisionList(self.space, (*self.nodes, node))

    def version(self, version: int) -> DecisionList:
        """Give the list as it was.

        Raises
        ------
        UsageError
            There is no such version.
        """
        if not 0 <= version < self.versions:
            message = f"there is no version {version}; the list has versions 0 to {self.versions - 1}."
            raise UsageError(message)
        return DecisionList(self.space, self.nodes[:version])

    def predict(
        self,
        columns: Columns,
        host: Answers,
        *,
        alternatives: Mapping[str, Answers] = _NONE,
        runner: Runner | None = None,
    ) -> Answers:
        """Answer rows by the newest version.

        Parameters
        ----------
        columns : Columns
            The rows, coarsened as the host coarsens them.
        host : Answers
            Of the host's model on these rows.
        alternatives : mapping of str to Answers
            Of the host's other models, where updates use them.
        runner : Runner, optional
            Runs ONNX models; without one they are refused.

        Returns
        -------
        Answers

        Raises
        ------
        ClaimError
            A node does not fit the columns, the answers or the alternatives.
        UsageError
            Columns and answers have not one number of rows, or answers are of another form than the list's.
        """
        split = self._split(columns, host, alternatives)
        return answer_rows(self.nodes, split, space=self.space, runner=runner or Refusing())

    def explain(
        self,
        columns: Columns,
        host: Answers,
        rows: Sequence[int],
        *,
        alternatives: Mapping[str, Answers] = _NONE,
        runner: Runner | None = None,
    ) -> tuple[Explanation, ...]:
        """Say for chosen rows which node answers and how they come there.

        Parameters
        ----------
        columns, host, alternatives, runner
            See `predict`.
        rows : sequence of int
            Places of the rows among those handed in.

        Returns
        -------
        tuple of Explanation

        Raises
        ------
        UsageError
            There is no such row.
        """
        absent = [row for row in rows if not 0 <= row < host.rows]
        if absent:
            message = f"there is no row {absent[0]}; the rows are 0 to {host.rows - 1}."
            raise UsageError(message)
        chosen = np.array(rows, dtype=np.intp)
        split = self._split(columns, host, alternatives).taking(chosen, "public")
        ways = _Ways(self.nodes, len(chosen))
        answers = answer_rows(self.nodes, split, space=self.space, runner=runner or Refusing(), recorder=ways)
        return tuple(
            self._explanation(row, code, ways.node[place], tuple(ways.hops[place]))
            for place, (row, code) in enumerate(zip(rows, answers.codes.tolist(), strict=True))
        )

    def to_dict(self) -> dict[str, Any]:
        """Give the list as JSON can hold it; ONNX models by their hashes."""
        return {
            "schema": _SCHEMA,
            "space": {**asdict(self.space), "classes": list(self.space.classes)},
            "nodes": [node_to_dict(node) for node in self.nodes],
        }

    @classmethod
    def from_dict(
        cls, content: Mapping[str, Any], *, models: Mapping[str, bytes] = MappingProxyType({})
    ) -> DecisionList:
        """Read a list.

        Parameters
        ----------
        content : mapping
            As `to_dict` gives it.
        models : mapping of SHA-256 to bytes
            The ONNX files that it names (see `onnx_models`).

        Raises
        ------
        BountyError
            The content is no list, or the bytes of a model that it names are not there or are others.
        """
        if content.get("schema") != _SCHEMA:
            message = f"this is no decision list: its schema is {content.get('schema')!r}, not '{_SCHEMA}'."
            raise BountyError(message)
        try:
            space = dict(content["space"])
            answers = AnswerSpace(Form(space.pop("form")), tuple(space.pop("classes")), **space)
            nodes = [dict(node) for node in content["nodes"]]
        except (KeyError, TypeError, ValueError) as error:
            message = f"this decision list is damaged: {type(error).__name__}: {error}."
            raise BountyError(message) from None
        return cls(answers, tuple(node_from_dict(node, models) for node in nodes))

    def onnx_models(self) -> dict[str, bytes]:
        """Give the bytes of every ONNX model in the list, by hash."""
        parts = [
            part
            for node in self.nodes
            for part in ((node.group, node.model) if isinstance(node, Update) else (node.group,))
        ]
        return {part.sha256: part.content for part in parts if isinstance(part, OnnxModel)}

    def alternatives(self) -> tuple[str, ...]:
        """Name the host's other models that the list uses, sorted."""
        models = [node.model for node in self.nodes if isinstance(node, Update)]
        return tuple(sorted({model.name for model in models if isinstance(model, Alternative)}))

    def _split(self, columns: Columns, host: Answers, alternatives: Mapping[str, Answers]) -> Split:
        forms = {answers.form for answers in (host, *alternatives.values())}
        if forms != {self.space.form}:
            message = f"the list gives {self.space.form} answers; {', '.join(sorted(forms))} was handed in."
            raise UsageError(message)
        lengths = {
            "columns": columns.rows,
            "the host's answers": host.rows,
            **{f"answers of '{name}'": answers.rows for name, answers in alternatives.items()},
        }
        if not columns.by_name:  # a list without groups needs none
            del lengths["columns"]
        if len(set(lengths.values())) > 1:
            listed = ", ".join(f"{name} {rows:,}" for name, rows in lengths.items())
            message = f"what is handed in differs in its number of rows: {listed}."
            raise UsageError(message)
        return Split("public", columns, Truth(), host, alternatives)

    def _explanation(self, row: int, code: int, index: int | None, hops: Iterable[Hop]) -> Explanation:
        answer = self.space.answer(code)
        node = None if index is None else self.nodes[index]
        if not isinstance(node, Update):
            return Explanation(row, answer, None, None, None, None, tuple(hops))
        return Explanation(row, answer, index, group_words(node.group), node.words, node.claim, tuple(hops))


class _Ways:
    """Records each row's way down the list."""

    def __init__(self, nodes: Sequence[ListNode], rows: int) -> None:
        self.nodes = nodes
        self.node: list[int | None] = [None] * rows
        self.hops: list[list[Hop]] = [[] for _ in range(rows)]

    def answered(self, node: int, rows: Rows) -> None:
        """Keep which node answered."""
        for row in rows.tolist():
            self.node[row] = node

    def jumped(self, node: int, rows: Rows) -> None:
        """Keep a pointer that was followed."""
        pointer = self.nodes[node]
        if isinstance(pointer, Pointer):
            hop = Hop(node, group_words(pointer.group), pointer.version)
            for row in rows.tolist():
                self.hops[row].append(hop)
