"""The operators of plain ONNX that a bounty runs, each with the condition under which it keeps rows apart.

What is not here is refused: whatever has a graph inside (Loop, Scan, If), makes shapes or positions (Shape,
Range, NonZero, ConstantOfShape, Expand, Tile), sorts or sums across (TopK, CumSum, Unique, Compress), moves
axes (Transpose), draws at random, or reads text by patterns. Division is of fractions only: some engines end
their process where a whole number is divided by zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from bounty.claims.onnx_models.row_values import MOST_AXES, Element, Made, RowValue, Step

Rule = Callable[[Step], Made]


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator that a bounty runs.

    Attributes
    ----------
    rule : callable
        Describes what it gives, or refuses it.
    fewest, most : int
        Inputs that it takes.
    attributes : tuple of str
        Attributes that it may have.
    """

    rule: Rule
    fewest: int = 1
    most: int = 1
    attributes: tuple[str, ...] = ()


def made(*values: RowValue, work: int | None = None) -> Made:
    """Give values, and the work that the largest of them is."""
    return Made(values, work if work is not None else max(value.width for value in values))


def broadcast(step: Step, values: list[RowValue]) -> tuple[int, ...]:
    """Find the shape of one row's part when values are combined number by number.

    Values of several ranks would be lined up at their last axes, so that one value's rows meet another's
    columns; a constant with as many axes as the rows have would meet them by position.
    """
    rows = [value for value in values if not value.is_constant]
    if not rows or any(value.is_turned for value in rows):
        step.refuse("an input must be computed from the rows.")
    if len({value.rank for value in rows}) > 1:
        step.refuse("its inputs have different numbers of axes, so rows would meet columns.")
    shapes = [value.shape for value in rows]
    for value in values:
        if not value.is_constant:
            continue
        shape = value.shape
        if len(shape) > rows[0].rank or (len(shape) == rows[0].rank and shape[0] != 1):
            step.refuse("a constant has one part for each row; a model may not know the position of a row.")
        shapes.append(shape[1:] if len(shape) == rows[0].rank else shape)
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        step.refuse("the shapes of its inputs do not fit.")


def _given(step: Step) -> list[RowValue]:
    values = [value for value in step.inputs if value is not None]
    return values if len(values) == len(step.inputs) else step.refuse("an input is left out.")


def _elementwise(*, accepts: Callable[[Element], bool], gives: Element | None = None) -> Rule:
    def rule(step: Step) -> Made:
        values = _given(step)
        elements = {value.element for value in values}
        if len(elements) > 1:
            step.refuse(f"its inputs are of different types: {', '.join(sorted(e.name for e in elements))}.")
        element = elements.pop()
        if not accepts(element):
            step.refuse(f"it is not run on {element.name}.")
        return made(RowValue(gives or element, broadcast(step, values)))

    return rule


def _is_number(element: Element) -> bool:
    return element.is_number


def _is_float(element: Element) -> bool:
    return element.is_float


def _is_bool(element: Element) -> bool:
    return element is Element.BOOL


def _anything(element: Element) -> bool:  # noqa: ARG001
    return True


def _identity(step: Step) -> Made:
    value = step.inputs[0]
    if value is None or value.is_constant:
        step.refuse("input 1 must be computed from the rows.")
    return made(value)


def _cast(step: Step) -> Made:
    value = step.inputs[0]
    to = step.integer("to", 0)
    if value is None or value.is_constant:
        step.refuse("input 1 must be computed from the rows.")
    if to not in set(Element):
        step.refuse(f"it makes type {to}; bounties run float, double, int32, int64, bool and string.")
    keeps = Element(to).is_number
    return made(replace(value, element=Element(to), below=value.below if keeps else None))


def _power(step: Step) -> Made:
    values = _given(step)
    if not all(value.element.is_number for value in values):
        step.refuse("it is run on numbers only.")
    return made(RowValue(values[0].element, broadcast(step, values)))


def _where(step: Step) -> Made:
    condition, *values = _given(step)
    if condition.element is not Element.BOOL or len({value.element for value in values}) > 1:
        step.refuse("it takes a condition and two values of one type.")
    return made(RowValue(values[0].element, broadcast(step, [condition, *values])))


def _clip(step: Step) -> Made:
    value = step.rows(0)
    for index in (1, 2):
        if step.has_input(index) and step.constant(index).ndim:
            step.refuse("its limits must be single numbers.")
    return made(RowValue(value.element, value.shape))


def _concat(step: Step) -> Made:
    values = [step.rows(index) for index in range(len(step.inputs))]
    if len({(value.rank, value.element) for value in values}) > 1:
        step.refuse("its inputs differ in their type or number of axes.")
    axis = step.axis(step.integer("axis", 0), values[0].rank) - 1
    if len({value.shape[:axis] + value.shape[axis + 1 :] for value in values}) > 1:
        step.refuse("the shapes of its inputs do not fit.")
    shape = list(values[0].shape)
    shape[axis] = sum(value.shape[axis] for value in values)
    return made(RowValue(values[0].element, tuple(shape)))


def _reshape(step: Step) -> Made:
    value = step.inputs[0]
    target = step.constant(1)
    if target.dtype != np.int64 or target.ndim != 1 or not 1 <= len(target) <= MOST_AXES:
        step.refuse(f"the new shape must be a list of 1 to {MOST_AXES} whole numbers.")
    if value is None or value.is_constant:
        step.refuse("input 1 must be computed from the rows.")
    first, *rest = target.tolist()
    keeps_rows = first == -1 or (first == 0 and not value.is_turned and not step.integer("allowzero", 0))
    # Rows stay whole, and in their order, where the parts keep their width.
    if not keeps_rows or any(size < 1 for size in rest) or math.prod(rest) != value.width:
        step.refuse(f"the new shape {target.tolist()} does not keep rows as they are.")
    return made(replace(value, shape=tuple(rest), is_turned=False))


def _flatten(step: Step) -> Made:
    value = step.rows(0)
    if step.integer("axis", 1) != 1:  # counted from behind, another number would mean it too, or the rows
        step.refuse("it must flatten all but the rows (axis 1).")
    return made(replace(value, shape=(value.width,)))


def _axes(step: Step, rank: int, *, since: int) -> list[int]:
    """Find the axes that an operator works along: an input since a version, an attribute before."""
    given = step.constant(1) if step.opset >= since else step.array("axes")
    if step.opset >= since and "axes" in step.attributes:
        step.refuse(f"since opset {since} its axes are an input.")
    if given.dtype != np.int64 or given.ndim != 1 or not 1 <= len(given) <= MOST_AXES:
        step.refuse(f"its axes must be a list of 1 to {MOST_AXES} whole numbers.")
    axes = [step.axis(axis, rank) for axis in given.tolist()]
    if len(set(axes)) < len(axes):
        step.refuse("an axis is named twice.")
    return axes


def _squeeze(step: Step) -> Made:
    value = step.rows(0)
    axes = _axes(step, value.rank, since=13)
    if any(value.shape[axis - 1] != 1 for axis in axes):
        step.refuse("it removes an axis that is longer than 1.")
    shape = tuple(size for index, size in enumerate(value.shape) if index + 1 not in axes)
    return made(replace(value, shape=shape))


def _unsqueeze(step: Step) -> Made:
    value = step.rows(0)
    given = step.constant(1)
    rank = value.rank + given.size
    axes = _axes(step, rank, since=13)
    sizes = iter(value.shape)
    shape = tuple(1 if axis in axes else next(sizes) for axis in range(1, rank))
    return made(replace(value, shape=shape))


def _gather(step: Step) -> Made:
    data, indices = step.inputs[:2]
    if data is None or indices is None:
        step.refuse("it takes data and indices.")
    if not data.is_constant:
        value = step.rows(0)
        axis = step.axis(step.integer("axis", 0), value.rank) - 1
        chosen = step.constant(1)
        if (
            chosen.dtype.kind != "i"
            or not ((-value.shape[axis] <= chosen) & (chosen < value.shape[axis])).all()
        ):
            step.refuse("an index is out of range.")
        shape = value.shape[:axis] + chosen.shape + value.shape[axis + 1 :]
        return made(RowValue(value.element, shape))
    table, looked_up = step.constant(0), step.rows(1)
    if step.integer("axis", 0) != 0 or not table.ndim:
        step.refuse("a table is looked up along its first axis.")
    if looked_up.below is None or looked_up.below > table.shape[0]:
        step.refuse(
            "a table is looked up by the result of ArgMax or ArgMin only, which is never out of range."
        )
    return made(RowValue(data.element, looked_up.shape + table.shape[1:]))


def _matmul(step: Step) -> Made:
    value, weights = step.rows(0, rank=2), step.constant(1)
    if not value.element.is_float or RowValue.of(weights).element is not value.element:
        step.refuse("it multiplies fractions of one type.")
    if weights.ndim not in {1, 2} or weights.shape[0] != value.width:
        step.refuse("the shapes of its inputs do not fit.")
    return made(RowValue(value.element, weights.shape[1:]), work=weights.size)


def _gemm(step: Step) -> Made:
    value, weights = step.rows(0, rank=2), step.constant(1)
    if step.integer("transA", 0):
        step.refuse("it turns rows into columns (transA).")
    step.number("alpha", 1.0)
    step.number("beta", 1.0)
    if not value.element.is_float or RowValue.of(weights).element is not value.element or weights.ndim != 2:
        step.refuse("it multiplies fractions of one type.")
    if step.integer("transB", 0):
        weights = weights.T
    if weights.shape[0] != value.width:
        step.refuse("the shapes of its inputs do not fit.")
    result = RowValue(value.element, weights.shape[1:])
    if step.has_input(2):
        added = RowValue.of(step.constant(2))
        if added.element is not value.element or broadcast(step, [result, added]) != result.shape:
            step.refuse("what is added does not fit.")
    return made(result, work=weights.size)


def _softmax(step: Step) -> Made:
    value = step.rows(0)
    if not value.element.is_float:
        step.refuse("it is run on fractions only.")
    step.axis(step.integer("axis", -1), value.rank)
    return made(RowValue(value.element, value.shape))


def _kept(step: Step, shape: tuple[int, ...], axes: list[int]) -> tuple[int, ...]:
    if step.integer("keepdims", 1):
        return tuple(1 if index + 1 in axes else size for index, size in enumerate(shape))
    return tuple(size for index, size in enumerate(shape) if index + 1 not in axes)


def _position(step: Step) -> Made:
    value = step.rows(0)
    if not value.element.is_number:
        step.refuse("it is run on numbers only.")
    step.integer("select_last_index", 0)
    axis = step.axis(step.integer("axis", 0), value.rank)
    shape = _kept(step, value.shape, [axis])
    return made(RowValue(Element.INT64, shape, below=value.shape[axis - 1]), work=value.width)


def _reduce(since: int) -> Rule:
    def rule(step: Step) -> Made:
        value = step.rows(0)
        if not value.element.is_float:
            step.refuse("it is run on fractions only.")
        step.integer("noop_with_empty_axes", 0)
        axes = _axes(step, value.rank, since=since)
        return made(RowValue(value.element, _kept(step, value.shape, axes)), work=value.width)

    return rule


_NUMBERS = _elementwise(accepts=_is_number)
_FLOATS = _elementwise(accepts=_is_float)
_BOOLS = _elementwise(accepts=_is_bool)
_COMPARES = _elementwise(accepts=_is_number, gives=Element.BOOL)
_REDUCED = ("axes", "keepdims", "noop_with_empty_axes")
_MOST_PARTS = 512

OPERATORS: Mapping[str, Operator] = MappingProxyType(
    {
        "Identity": Operator(_identity),
        "Cast": Operator(_cast, attributes=("to", "saturate")),
        **dict.fromkeys(("Abs", "Neg", "Sign", "Relu"), Operator(_NUMBERS)),
        **dict.fromkeys(
            (
                "Ceil",
                "Erf",
                "Exp",
                "Floor",
                "Log",
                "Reciprocal",
                "Round",
                "Sigmoid",
                "Softplus",
                "Sqrt",
                "Tanh",
            ),
            Operator(_FLOATS),
        ),
        **dict.fromkeys(("Elu", "LeakyRelu"), Operator(_FLOATS, attributes=("alpha",))),
        **dict.fromkeys(("Add", "Sub", "Mul"), Operator(_NUMBERS, 2, 2)),
        "Div": Operator(_FLOATS, 2, 2),
        "Pow": Operator(_power, 2, 2),
        **dict.fromkeys(("Max", "Min", "Sum"), Operator(_NUMBERS, 1, _MOST_PARTS)),
        "Mean": Operator(_FLOATS, 1, _MOST_PARTS),
        "Clip": Operator(_clip, 1, 3),
        "Not": Operator(_BOOLS),
        **dict.fromkeys(("And", "Or", "Xor"), Operator(_BOOLS, 2, 2)),
        **dict.fromkeys(("Greater", "GreaterOrEqual", "Less", "LessOrEqual"), Operator(_COMPARES, 2, 2)),
        "Equal": Operator(_elementwise(accepts=_anything, gives=Element.BOOL), 2, 2),
        "IsNaN": Operator(_elementwise(accepts=_is_float, gives=Element.BOOL)),
        "Where": Operator(_where, 3, 3),
        "Concat": Operator(_concat, 1, _MOST_PARTS, ("axis",)),
        "Reshape": Operator(_reshape, 2, 2, ("allowzero",)),
        "Flatten": Operator(_flatten, attributes=("axis",)),
        "Squeeze": Operator(_squeeze, 2, 2),
        "Unsqueeze": Operator(_unsqueeze, 2, 2),
        "Gather": Operator(_gather, 2, 2, ("axis",)),
        "MatMul": Operator(_matmul, 2, 2),
        "Gemm": Operator(_gemm, 2, 3, ("alpha", "beta", "transA", "transB")),
        **dict.fromkeys(("Softmax", "LogSoftmax"), Operator(_softmax, attributes=("axis",))),
        **dict.fromkeys(
            ("ArgMax", "ArgMin"), Operator(_position, attributes=("axis", "keepdims", "select_last_index"))
        ),
        "ReduceSum": Operator(_reduce(13), 1, 2, _REDUCED),
        **dict.fromkeys(
            ("ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin"), Operator(_reduce(18), 1, 2, _REDUCED)
        ),
    }
)
"""The operators of the domain of ONNX itself, by name."""
