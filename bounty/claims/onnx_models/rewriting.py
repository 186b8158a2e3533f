"""A checked model as a new ONNX file: what was looked at, under new names, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bounty.claims.onnx_models.row_values import Attribute, Element, RowValue

_FILE_VERSION = 8


@dataclass(frozen=True, slots=True)
class ModelInput:
    """What a model reads.

    Attributes
    ----------
    name : str
        In the checked file.
    element : Element
    columns : tuple of str
        The columns it consists of, as the model names them.
    """

    name: str
    element: Element
    columns: tuple[str, ...]


def node(
    onnx: Any, node: Any, *, domain: str, names: Mapping[str, str], attributes: Mapping[str, Attribute]
) -> Any:
    """Copy a node under new names, with the attributes that were read."""
    copy = onnx.NodeProto(op_type=node.op_type, domain=domain)
    copy.input.extend(names[part] for part in node.input)
    copy.output.extend(names[part] for part in node.output)
    for attribute in node.attribute:
        value = attributes[attribute.name]
        written = onnx.AttributeProto(name=attribute.name, type=attribute.type)
        match attribute.type:
            case 1:
                written.f = attribute.f
            case 2:
                written.i = attribute.i
            case 3:
                written.s = attribute.s
            case 4:
                written.t.CopyFrom(tensor(onnx, "", np.asarray(value)))
            case 6:
                written.floats.extend(attribute.floats)
            case 7:
                written.ints.extend(attribute.ints)
            case 8:
                written.strings.extend(attribute.strings)
        copy.attribute.append(written)
    return copy


def tensor(onnx: Any, name: str, array: npt.NDArray[Any]) -> Any:
    """Write a constant."""
    element = RowValue.of(array).element
    if element is Element.STRING:
        texts = [text.encode() for text in array.ravel()]
        return onnx.TensorProto(name=name, data_type=element, dims=array.shape, string_data=texts)
    little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"))
    return onnx.TensorProto(name=name, data_type=element, dims=array.shape, raw_data=little.tobytes())


def model(
    onnx: Any,
    *,
    versions: Mapping[str, int],
    inputs: Sequence[ModelInput],
    constants: Mapping[str, npt.NDArray[Any]],
    nodes: Sequence[Any],
    output: tuple[str, RowValue],
) -> bytes:
    """Write the parts as a file of their own."""
    written = onnx.ModelProto(ir_version=_FILE_VERSION)
    for domain, version in versions.items():
        written.opset_import.append(onnx.OperatorSetIdProto(domain=domain, version=version))
    written.graph.name = "checked"
    written.graph.node.extend(nodes)
    written.graph.initializer.extend(tensor(onnx, name, array) for name, array in constants.items())
    for given in inputs:
        read = RowValue(given.element, (len(given.columns),))
        written.graph.input.append(_described(onnx, given.name, read))
    written.graph.output.append(_described(onnx, *output))
    content: bytes = written.SerializeToString(deterministic=True)
    return content


def _described(onnx: Any, name: str, value: RowValue) -> Any:
    described = onnx.ValueInfoProto(name=name)
    described.type.tensor_type.elem_type = value.element
    sizes: list[int | str] = [*value.shape, "rows"] if value.is_turned else ["rows", *value.shape]
    for size in sizes:
        named = {"dim_param": size} if isinstance(size, str) else {"dim_value": size}
        described.type.tensor_type.shape.dim.add(**named)
    return described
