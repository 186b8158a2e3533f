"""Small ONNX models for tests, built node by node, good and hostile."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from onnx import TensorProto as T
from onnx import helper, numpy_helper

from bounty.claims.claim import OnnxModel

ML = "ai.onnx.ml"


def node(operator: str, inputs: str, outputs: str, domain: str = "", **attributes: Any) -> Any:
    """Make a node; inputs and outputs are names with blanks between."""
    return helper.make_node(operator, inputs.split(), outputs.split(), domain=domain, **attributes)


def ml(operator: str, inputs: str, outputs: str, **attributes: Any) -> Any:
    """Make a node of ai.onnx.ml."""
    return node(operator, inputs, outputs, ML, **attributes)


def model(
    nodes: list[Any],
    *,
    inputs: dict[str, tuple[int, list[Any]]] | None = None,
    constants: dict[str, Any] | None = None,
    output: str = "y",
    opset: int = 18,
    ml_opset: int = 3,
    **more: Any,
) -> Any:
    """Make a model; by default it reads `x`, a float for each row, and gives `y`."""
    given = inputs or {"x": (T.FLOAT, [None, 1])}
    described = [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in given.items()]
    tensors = [numpy_helper.from_array(np.asarray(value), name) for name, value in (constants or {}).items()]
    outputs = [helper.make_empty_tensor_value_info(output)]
    graph = helper.make_graph(nodes, "g", described, outputs, tensors)
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid(ML, ml_opset)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8, **more)


def matrix(nodes: list[Any], columns: int = 2, **more: Any) -> Any:
    """Make a model that reads one matrix `x`, whose columns are called c0, c1 and so on."""
    made = model(nodes, inputs={"x": (T.FLOAT, [None, columns])}, **more)
    names = ", ".join(f'"c{index}"' for index in range(columns))
    helper.set_model_props(made, {"columns": f"[{names}]"})
    return made


def onnx_model(made: Any) -> OnnxModel:
    """Give a model as a claim carries it."""
    content = made if isinstance(made, bytes) else made.SerializeToString()
    return OnnxModel(hashlib.sha256(content).hexdigest(), content)


def tree(**changes: Any) -> dict[str, Any]:
    """Give the attributes of a regressor with one tree of two leaves, with changes."""
    return {
        "nodes_treeids": [0, 0, 0],
        "nodes_nodeids": [0, 1, 2],
        "nodes_featureids": [0, 0, 0],
        "nodes_modes": ["BRANCH_LEQ", "LEAF", "LEAF"],
        "nodes_values": [5.0, 0.0, 0.0],
        "nodes_truenodeids": [1, 0, 0],
        "nodes_falsenodeids": [2, 0, 0],
        "target_treeids": [0, 0],
        "target_nodeids": [1, 2],
        "target_ids": [0, 0],
        "target_weights": [0.0, 1.0],
        "n_targets": 1,
    } | changes
