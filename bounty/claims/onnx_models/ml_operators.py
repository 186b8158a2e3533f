"""The operators of ai.onnx.ml that a bounty runs: trees, linear models, and what prepares columns for them.

An engine may read their arrays by the lengths that they should have; here they are proved to have them. What
takes one row as a plain list (`Normalizer` of one axis) would take all rows for one, so two axes are asked
for. Support vectors, nearest neighbours and text analysis are refused: their arrays can be counted in too
many ways.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from bounty.claims.onnx_models.operators import Operator, made
from bounty.claims.onnx_models.row_values import Element, Made, RowValue, Step
from bounty.claims.onnx_models.trees import (
    CLASSIFIER,
    MOST_CLASSES,
    REGRESSOR,
    TRANSFORMS,
    labels,
    tree_classifier,
    tree_regressor,
)


def _numbers(step: Step) -> RowValue:
    value = step.rows(0, rank=2)
    if not value.element.is_number:
        step.refuse("it is run on numbers only.")
    return value


def _one_or_each(step: Step, name: str, width: int) -> int:
    found = step.array(name)
    if len(found) not in {0, 1, width}:
        step.refuse(f"{name} must have one number, or one for each of the {width} columns.")
    return len(found)


def _linear_classifier(step: Step) -> Made:
    value = _numbers(step)
    label, classes = labels(step, "classlabels_ints", "classlabels_strings")
    coefficients, intercepts = step.array("coefficients"), step.array("intercepts")
    if len(intercepts) != classes and not (len(intercepts) == 1 and classes == 2):
        step.refuse(f"intercepts must have one number for each of the {classes} classes.")
    if len(coefficients) != len(intercepts) * value.width:
        step.refuse("coefficients must have one number for each class and column.")
    step.integer("multi_class", 0)
    step.word("post_transform", TRANSFORMS)
    values = (RowValue(label, ()), RowValue(Element.FLOAT, (classes,)))
    return Made(values, len(coefficients) + classes)


def _linear_regressor(step: Step) -> Made:
    value = _numbers(step)
    targets = step.integer("targets", 1)
    if not 1 <= targets <= MOST_CLASSES or len(step.array("coefficients")) != targets * value.width:
        step.refuse("coefficients must have one number for each target and column.")
    if len(step.array("intercepts")) not in {0, targets}:
        step.refuse("intercepts must have one number a target.")
    step.word("post_transform", TRANSFORMS)
    return made(RowValue(Element.FLOAT, (targets,)), work=targets * value.width)


def _scaler(step: Step) -> Made:
    value = _numbers(step)
    lengths = {_one_or_each(step, name, value.width) for name in ("offset", "scale")}
    if len(lengths) > 1 or 0 in lengths:
        step.refuse("offset and scale must be there, and as long as each other.")
    return made(RowValue(Element.FLOAT, value.shape))


def _normalizer(step: Step) -> Made:
    value = _numbers(step)
    step.word("norm", ("MAX", "L1", "L2"))
    return made(RowValue(Element.FLOAT, value.shape))


def _imputer(step: Step) -> Made:
    value = _numbers(step)
    kind = "floats" if value.element.is_float else "int64s"
    if not _one_or_each(step, f"imputed_value_{kind}", value.width):
        step.refuse(f"imputed_value_{kind} must be there.")
    return made(RowValue(value.element, value.shape))


def _binarizer(step: Step) -> Made:
    value = _numbers(step)
    step.number("threshold", 0.0)
    return made(RowValue(value.element, value.shape))


def _one_hot(step: Step) -> Made:
    value = step.rows(0)
    numbers, texts = step.array("cats_int64s"), step.texts("cats_strings")
    if bool(len(numbers)) == bool(texts) or bool(texts) != (value.element is Element.STRING):
        step.refuse("it must have categories, of the type of its input.")
    step.integer("zeros", 1)
    return made(RowValue(Element.FLOAT, (*value.shape, len(numbers) or len(texts))))


_ENCODED = {"strings": Element.STRING, "int64s": Element.INT64, "floats": Element.FLOAT}


def _label_encoder(step: Step) -> Made:
    value = step.rows(0)
    sides: dict[str, tuple[Element, int]] = {}
    for side in ("keys", "values"):
        found = [
            (element, len(content))
            for kind, element in _ENCODED.items()
            if len(
                content := step.texts(f"{side}_{kind}") if kind == "strings" else step.array(f"{side}_{kind}")
            )
        ]
        tensor = step.attributes.get(f"{side}_tensor")
        if isinstance(tensor, np.ndarray):
            found.append((RowValue.of(tensor).element, tensor.size))
        if len(found) != 1:
            step.refuse(f"it must have {side} of one type.")
        sides[side] = found[0]
    if sides["keys"][1] != sides["values"][1]:
        step.refuse("it must have as many values as keys.")
    if sides["keys"][0] is not value.element:
        step.refuse("its keys must be of the type of its input.")
    return made(RowValue(sides["values"][0], value.shape))


def _feature_extractor(step: Step) -> Made:
    data, chosen = step.inputs
    if data is not None and not data.is_constant:
        value, columns = step.rows(0, rank=2), step.constant(1)
        if columns.dtype != np.int64 or ((columns < 0) | (columns >= value.width)).any():
            step.refuse(f"it reads a column that is not there; there are {value.width}.")
        return made(RowValue(value.element, (columns.size,)))
    table, looked_up = step.constant(0), step.rows(1)
    # Not every engine looks whether an index is negative.
    if chosen is None or chosen.below is None or looked_up.width != 1 or chosen.below > table.size:
        step.refuse(
            "a table is looked up by the result of ArgMax or ArgMin only, which is never out of range."
        )
    if table.ndim not in {1, 2} or table.size != table.shape[-1]:
        step.refuse("a table must be a plain list.")
    return made(RowValue(RowValue.of(table).element, (1,), is_turned=True))


_SIDES = tuple(f"{side}_{kind}" for side in ("keys", "values") for kind in (*_ENCODED, "tensor"))
_DEFAULTS = ("default_string", "default_int64", "default_float", "default_tensor")

ML_OPERATORS: Mapping[str, Operator] = MappingProxyType(
    {
        "TreeEnsembleClassifier": Operator(tree_classifier, attributes=CLASSIFIER),
        "TreeEnsembleRegressor": Operator(tree_regressor, attributes=REGRESSOR),
        "LinearClassifier": Operator(
            _linear_classifier,
            attributes=(
                "classlabels_ints",
                "classlabels_strings",
                "coefficients",
                "intercepts",
                "multi_class",
                "post_transform",
            ),
        ),
        "LinearRegressor": Operator(
            _linear_regressor, attributes=("coefficients", "intercepts", "post_transform", "targets")
        ),
        "Scaler": Operator(_scaler, attributes=("offset", "scale")),
        "Normalizer": Operator(_normalizer, attributes=("norm",)),
        "Imputer": Operator(
            _imputer,
            attributes=(
                "imputed_value_floats",
                "imputed_value_int64s",
                "replaced_value_float",
                "replaced_value_int64",
            ),
        ),
        "Binarizer": Operator(_binarizer, attributes=("threshold",)),
        "OneHotEncoder": Operator(_one_hot, attributes=("cats_int64s", "cats_strings", "zeros")),
        "LabelEncoder": Operator(_label_encoder, attributes=(*_SIDES, *_DEFAULTS)),
        "ArrayFeatureExtractor": Operator(_feature_extractor, 2, 2),
    }
)
"""The operators of the domain ai.onnx.ml, by name."""
