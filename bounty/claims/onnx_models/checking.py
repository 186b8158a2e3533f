"""An ONNX file proved to be a function of one row, and written anew without anything else.

A file is bytes for a foreign engine. Before the engine sees it, its parts are counted, every node is
described by its operator's rule (`operators`, `ml_operators`), and only what the first output needs is copied
into a new file, under new names: no metadata, documentation, unused nodes or unknown fields are left to be
misread.

What makes one row's answer depend on another row, or on the row's position, has no rule and is refused. That
is a proof about the file, not about the engine; running under two orders of the rows is the second wall
(`running`), and a confined process, for files of strangers, the third.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from bounty.claims.onnx_models import rewriting
from bounty.claims.onnx_models.message_limits import BROKEN, refuse_too_much
from bounty.claims.onnx_models.ml_operators import ML_OPERATORS
from bounty.claims.onnx_models.operators import OPERATORS, Operator
from bounty.claims.onnx_models.rewriting import ModelInput
from bounty.claims.onnx_models.row_values import (
    MOST_AXES,
    MOST_WIDE,
    Attribute,
    Element,
    RowValue,
    Step,
    shown,
)
from bounty.claims.onnx_models.tensors import array_of, attribute_of
from fairkit.errors import ClaimError, MissingDependencyError

MOST_NODES = 1_000
"""Nodes that a model may have."""

MOST_WORK = 1_000_000
"""Operations that a model may take for one row, about."""

MOST_HELD = 100_000
"""Numbers that all values of a model may have for one row, together."""

VERSIONS: Mapping[str, range] = {"": range(13, 24), "ai.onnx.ml": range(1, 5)}
"""Versions of the operator sets that are run."""

COLUMNS = "columns"
"""The entry of a model's metadata that names the columns of a matrix, as a JSON list."""

_DOMAINS: Mapping[str, Mapping[str, Operator]] = {"": OPERATORS, "ai.onnx.ml": ML_OPERATORS}


@dataclass(frozen=True)
class CheckedModel:
    """A model that was proved to be a function of one row.

    Attributes
    ----------
    sha256 : str
        Of the file as it was given.
    content : bytes
        The file to run: what was checked, and nothing else.
    inputs : tuple of ModelInput
    output : Element
        What it answers with, one a row.
    opset : int
    held : int
        Numbers that its values have for one row, together; how many rows fit into memory follows from it.

    Examples
    --------
    A model that answers 1 where an input called age is below 25:

    >>> from onnx import parser
    >>> young = parser.parse_model('''
    ...     <ir_version: 8, opset_import: ["": 18]>
    ...     g (float[rows, 1] age) => (bool[rows, 1] young) {
    ...         limit = Constant <value_float = 25.0> ()
    ...         young = Less (age, limit)
    ...     }''').SerializeToString()
    >>> checked = check_model(young)
    >>> checked.columns, checked.output.name, checked.opset
    (('age',), 'BOOL', 18)
    """

    sha256: str
    content: bytes = field(repr=False)
    inputs: tuple[ModelInput, ...]
    output: Element
    opset: int
    held: int

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads, as the model names them."""
        return tuple(name for given in self.inputs for name in given.columns)


def check_model(content: bytes) -> CheckedModel:
    """Prove that an ONNX file is a function of one row that is safe to hand to the engine.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    CheckedModel

    Raises
    ------
    ClaimError
        It is no such file; the message names the first part that is refused. Nothing else is raised for any
        content.

    Examples
    --------
    A model that answers 1 where an input called age is below 25:

    >>> from onnx import parser
    >>> young = parser.parse_model('''
    ...     <ir_version: 8, opset_import: ["": 18]>
    ...     g (float[rows, 1] age) => (bool[rows, 1] young) {
    ...         limit = Constant <value_float = 25.0> ()
    ...         young = Less (age, limit)
    ...     }''').SerializeToString()
    >>> checked = check_model(young)
    >>> checked.columns, checked.output.name
    (('age',), 'BOOL')
    """
    refuse_too_much(content)
    try:
        import onnx
        from google.protobuf.message import DecodeError
    except ImportError:
        raise MissingDependencyError("ONNX models need onnx: pip install 'fairkit[bounty]'.") from None
    model = onnx.ModelProto()
    try:
        model.ParseFromString(content)
        return _Checker(onnx, model).checked(hashlib.sha256(content).hexdigest())
    except (DecodeError, UnicodeError):
        raise ClaimError(BROKEN) from None


class _Checker:
    """Goes through a parsed file once, from its inputs to its first output."""

    def __init__(self, onnx: Any, model: Any) -> None:
        self.onnx = onnx
        self.model = model
        self.graph = model.graph
        self.values: dict[str, RowValue] = {}
        self.names: dict[str, str] = {"": ""}
        self.inputs: dict[str, ModelInput] = {}
        self.work = 0
        self.held = 0

    def checked(self, sha256: str) -> CheckedModel:
        versions = self.versions()
        nodes = self.needed()
        self.read_constants()
        self.read_inputs({name for node in nodes for name in node.input})
        copies = [self.copied(node, versions) for node in nodes]
        output = self.graph.output[0].name
        answer = self.values[output]
        if answer.is_constant or answer.width != 1:
            raise ClaimError("the model's first output must be one answer a row.")
        return CheckedModel(
            sha256,
            self.written([copy for copy in copies if copy is not None], versions, output),
            tuple(self.inputs.values()),
            answer.element,
            versions[""],
            self.held,
        )

    def versions(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for imported in self.model.opset_import:
            domain = "" if imported.domain == "ai.onnx" else imported.domain
            if domain not in VERSIONS:
                raise ClaimError(
                    f"the model imports operators of the domain {domain[:60]!r}; only those of ONNX itself "
                    "and of ai.onnx.ml are run."
                )
            agreed = found.get(domain, imported.version) == imported.version  # converters say it twice
            if not agreed or imported.version not in VERSIONS[domain]:
                raise ClaimError(
                    f"the model is written for version {imported.version} of {domain or 'ONNX'}; "
                    f"bounties run {VERSIONS[domain][0]} to {VERSIONS[domain][-1]} (target_opset)."
                )
            found[domain] = imported.version
        if "" not in found:
            found[""] = VERSIONS[""][0]
        return found

    def needed(self) -> list[Any]:
        """Find the nodes that the first output needs, and make sure that every name stands for one value."""
        nodes = list(self.graph.node)
        if len(nodes) > MOST_NODES:
            raise ClaimError(f"the model has {len(nodes):,} nodes; at most {MOST_NODES:,} are run.")
        if not self.graph.output or not self.graph.output[0].name:
            raise ClaimError("the model has no output.")
        made = [name for node in nodes for name in node.output if name]
        given = [part.name for part in (*self.graph.input, *self.graph.initializer)]
        words = [word for node in nodes for word in (node.op_type, node.domain, *node.input)]
        words += [part.name for node in nodes for part in node.attribute]
        if not all(isinstance(word, str) for word in (*made, *given, *words)):
            raise ClaimError(BROKEN)  # where a text is no UTF-8, protobuf gives bytes
        if len({*made, *given}) < len(made) + len(given) or "" in given:
            raise ClaimError("the model has two values of one name.")
        wanted, kept = {self.graph.output[0].name}, []
        for node in reversed(nodes):
            if not wanted.isdisjoint(node.output):
                kept.append(node)
                wanted.update(node.input)
        if not kept:
            raise ClaimError("the model computes nothing; its first output must be made by a node.")
        return kept[::-1]

    def read_constants(self) -> None:
        for tensor in self.graph.initializer:
            self.add_constant(tensor.name, RowValue.of(array_of(tensor)))

    def add_constant(self, name: str, value: RowValue) -> None:
        self.values[name] = value
        self.names[name] = f"c{len(self.names)}"

    def read_inputs(self, used: set[str]) -> None:
        for given in self.graph.input:
            if given.name in used:
                self.read_input(given)
        if not self.inputs:
            raise ClaimError("the model reads no input.")

    def read_input(self, given: Any) -> None:
        tensor = given.type.tensor_type
        shape = list(tensor.shape.dim)
        if not given.type.HasField("tensor_type") or tensor.elem_type not in set(Element):
            raise ClaimError(
                f"input '{shown(given.name)}' must be float, double, int64, int32, bool or string."
            )
        if len(shape) != 2 or shape[0].HasField("dim_value") or not 1 <= shape[1].dim_value <= MOST_WIDE:
            raise ClaimError(
                f"input '{shown(given.name)}' must have the shape [None, 1], or [None, columns] for a matrix."
            )
        element, width = Element(tensor.elem_type), int(shape[1].dim_value)
        columns = (given.name,) if width == 1 and not self.has_matrix_names() else self.matrix_names(width)
        self.names[given.name] = f"i{len(self.inputs)}"
        self.inputs[given.name] = ModelInput(self.names[given.name], element, columns)
        self.values[given.name] = RowValue(element, (width,))

    def has_matrix_names(self) -> bool:
        return any(entry.key == COLUMNS for entry in self.model.metadata_props)

    def matrix_names(self, width: int) -> tuple[str, ...]:
        entries = [entry.value for entry in self.model.metadata_props if entry.key == COLUMNS]
        try:
            names = json.loads(entries[0]) if len(entries) == 1 and len(self.graph.input) == 1 else None
        except (ValueError, RecursionError):
            names = None
        if (
            not isinstance(names, list)
            or not all(isinstance(name, str) for name in names)
            or len(set(names)) != len(names)
            or len(names) != width
        ):
            raise ClaimError(
                f"the model's one input is a matrix of {width} columns; say which by the entry '{COLUMNS}' "
                "of its metadata, a JSON list of their names (name_columns of bounty.claims.onnx_models), "
                "or export it with one input a column."
            )
        return tuple(names)

    def copied(self, node: Any, versions: Mapping[str, int]) -> Any:
        """Describe what a node gives, and copy what of it was looked at."""
        domain = "" if node.domain == "ai.onnx" else node.domain
        name = shown(node.op_type)
        attributes = self.attributes(node, name)
        if (domain, node.op_type) == ("", "Constant"):
            self.add_constant(self.only_output(node), _constant(attributes))
            return None
        operator = _DOMAINS.get(domain, {}).get(node.op_type)
        if operator is None or domain not in versions:
            where = f" of the domain {shown(node.domain)!r}" if domain not in _DOMAINS else ""
            raise ClaimError(
                f"operator {name}{where} is not run: a bounty runs operators only that are known to look at "
                "one row at a time."
            )
        step = Step(name, versions[domain], tuple(self.input_of(part) for part in node.input), attributes)
        if not operator.fewest <= len(step.inputs) <= operator.most:
            step.refuse(f"it takes {operator.fewest} to {operator.most} inputs, not {len(step.inputs)}.")
        if others := sorted(set(attributes) - set(operator.attributes)):
            step.refuse(f"it has no attribute '{shown(others[0])}' here.")
        made = operator.rule(step)
        self.count(step, made.values, made.work)
        if len(node.output) > len(made.values):
            step.refuse(f"it gives {len(made.values)} values, not {len(node.output)}.")
        for part, value in zip(node.output, made.values, strict=False):
            if part:
                self.values[part] = value
                self.names[part] = f"v{len(self.names)}"
        return rewriting.node(self.onnx, node, domain=domain, names=self.names, attributes=attributes)

    def attributes(self, node: Any, name: str) -> dict[str, Attribute]:
        read = {attribute.name: attribute_of(attribute) for attribute in node.attribute}
        if len(read) < len(node.attribute):
            raise ClaimError(f"operator {name}: an attribute is there twice.")
        return read

    def only_output(self, node: Any) -> str:
        if len(node.output) != 1 or not node.output[0] or node.input:
            raise ClaimError("operator Constant: it has one output and no input.")
        return str(node.output[0])

    def input_of(self, name: str) -> RowValue | None:
        if not name:
            return None
        if name not in self.values:
            raise ClaimError(f"the model uses '{shown(name)}' before it is made, or never makes it.")
        return self.values[name]

    def count(self, step: Step, values: Iterable[RowValue], work: int) -> None:
        for value in values:
            if value.rank > MOST_AXES or value.width > MOST_WIDE:
                step.refuse(f"it gives more than {MOST_WIDE:,} numbers a row, or more than {MOST_AXES} axes.")
            self.held += value.width
        self.work += work
        if self.work > MOST_WORK or self.held > MOST_HELD:
            step.refuse("with it the model takes too much work for a row; use fewer or smaller parts.")

    def written(self, nodes: list[Any], versions: Mapping[str, int], output: str) -> bytes:
        used = {name for copy in nodes for name in copy.input}
        constants = {
            self.names[name]: value.constant
            for name, value in self.values.items()
            if value.constant is not None and self.names[name] in used
        }
        return rewriting.model(
            self.onnx,
            versions=versions,
            inputs=tuple(self.inputs.values()),
            constants=constants,
            nodes=nodes,
            output=(self.names[output], self.values[output]),
        )


def _constant(attributes: Mapping[str, Attribute]) -> RowValue:
    if len(attributes) != 1:
        raise ClaimError("operator Constant: it has one value.")
    ((name, value),) = attributes.items()
    if name not in {"value", "value_float", "value_floats", "value_int", "value_ints"} or isinstance(
        value, str | list
    ):
        raise ClaimError(f"operator Constant: it has no attribute '{shown(name)}' here.")
    if isinstance(value, np.ndarray):
        return RowValue.of(value)
    return RowValue.of(np.array(value, dtype=np.int64 if isinstance(value, int) else np.float32))
