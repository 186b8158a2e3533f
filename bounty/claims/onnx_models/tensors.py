"""Tensors and attributes of an ONNX file as arrays, every length checked against the bytes that are there."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from bounty.claims.onnx_models.row_values import MOST_AXES, Attribute, Element
from fairkit.errors import ClaimError

_TYPES: dict[Element, str] = {
    Element.FLOAT: "<f4",
    Element.DOUBLE: "<f8",
    Element.INT32: "<i4",
    Element.INT64: "<i8",
    Element.BOOL: "?",
    Element.STRING: "O",
}
_FIELDS = {
    Element.FLOAT: "float_data",
    Element.DOUBLE: "double_data",
    Element.INT32: "int32_data",
    Element.INT64: "int64_data",
    Element.BOOL: "int32_data",
    Element.STRING: "string_data",
}
_ALL_FIELDS = (*sorted(set(_FIELDS.values())), "uint64_data")


def array_of(tensor: Any) -> npt.NDArray[Any]:
    """Give a tensor's content.

    Parameters
    ----------
    tensor : onnx.TensorProto

    Returns
    -------
    array of float32, float64, int32, int64, bool or object (text)

    Raises
    ------
    ClaimError
        It is kept in another file, of another type, empty, or has more or fewer values than its shape says.

    Examples
    --------
    >>> import onnx
    >>> array_of(onnx.helper.make_tensor("shape", onnx.TensorProto.INT64, [2], [-1, 3])).tolist()
    [-1, 3]
    """
    if tensor.data_location or tensor.external_data or tensor.HasField("segment"):
        raise ClaimError("the model keeps a tensor in another file, which is not read.")
    if tensor.data_type not in set(Element):
        raise ClaimError(
            f"the model has a tensor of type {tensor.data_type}; bounties run float, double, int32, int64, "
            "bool and string."
        )
    element = Element(tensor.data_type)
    shape = tuple(tensor.dims)
    if len(shape) > MOST_AXES or any(size < 1 for size in shape):
        raise ClaimError(f"the model has a tensor that is empty or has more than {MOST_AXES} axes.")
    length = math.prod(shape)
    flat = _flat(tensor, element)
    if len(flat) != length:
        raise ClaimError("the model has a tensor with more or fewer values than its shape says.")
    return flat.reshape(shape)


def _flat(tensor: Any, element: Element) -> npt.NDArray[Any]:
    used = [name for name in _ALL_FIELDS if len(getattr(tensor, name))]
    if tensor.HasField("raw_data"):
        if used or element is Element.STRING or len(tensor.raw_data) % np.dtype(_TYPES[element]).itemsize:
            raise ClaimError("the model has a tensor whose bytes do not fit its type.")
        raw = np.frombuffer(tensor.raw_data, dtype=_TYPES[element] if element is not Element.BOOL else "u1")
        return _native(raw, element)
    if used not in ([], [_FIELDS[element]]):
        raise ClaimError("the model has a tensor whose values are not of its type.")
    values = list(getattr(tensor, _FIELDS[element]))
    if element is Element.STRING:
        return np.array([text.decode() for text in values], dtype=object)
    return _native(np.array(values), element)


def _native(values: npt.NDArray[Any], element: Element) -> npt.NDArray[Any]:
    return values.astype(np.dtype(_TYPES[element]).newbyteorder("="))


def attribute_of(attribute: Any) -> Attribute:
    """Give an attribute's content.

    Parameters
    ----------
    attribute : onnx.AttributeProto

    Raises
    ------
    ClaimError
        It is of a kind that bounties do not run: a graph, a sparse tensor, a type.

    Examples
    --------
    >>> import onnx
    >>> attribute_of(onnx.helper.make_attribute("axis", 1))
    1
    """
    if attribute.ref_attr_name:
        raise ClaimError("the model has an attribute that refers to a function, which bounties do not run.")
    match attribute.type:
        case 1:
            return float(attribute.f)
        case 2:
            return int(attribute.i)
        case 3:
            return str(attribute.s.decode())
        case 4:
            return array_of(attribute.t)
        case 6:
            return np.array(attribute.floats, dtype=np.float32)
        case 7:
            return np.array(attribute.ints, dtype=np.int64)
        case 8:
            return [text.decode() for text in attribute.strings]
    raise ClaimError(
        "the model has an attribute that is neither a number, a text, a tensor nor a list of those."
    )
