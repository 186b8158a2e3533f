"""ONNX files: what is proved to look at one row at a time, and what is refused because it could do more."""

from __future__ import annotations

import hashlib

import hypothesis.strategies as st
import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, event, given, settings
from onnx import TensorProto as T
from onnx import helper, numpy_helper
from onnx_graphs import matrix, ml, model, node, tree

from bounty.claims.onnx_models import CheckedModel, check_model, evaluate_here, name_columns
from bounty.claims.onnx_models.message_limits import MOST_BYTES
from bounty.claims.onnx_models.ml_operators import ML_OPERATORS
from bounty.claims.onnx_models.operators import OPERATORS
from fairkit.errors import ClaimError

F, D, N, B, S = T.FLOAT, T.DOUBLE, T.INT64, T.BOOL, T.STRING
ONE, TWO = {"x": (F, [None, 1])}, {"x": (F, [None, 1]), "z": (F, [None, 1])}
NAN = float("nan")


def refusal(made):
    """Give the message with which a model is refused."""
    content = made if isinstance(made, bytes) else made.SerializeToString()
    with pytest.raises(ClaimError) as caught:
        check_model(content)
    return str(caught.value)


def answers(made, **feeds):
    """Run what was checked of a model; inputs are given in their order."""
    checked = check_model(made.SerializeToString())
    names = [given.name for given in checked.inputs]
    return evaluate_here(checked, dict(zip(names, feeds.values(), strict=True)))


# --- what could look at other rows ---

# Each of these answers by the position of a row, or by other rows of the batch, and the engine would run it.
ACROSS_ROWS = {
    "mean over rows": matrix([node("ReduceMean", "x", "m", axes=[0]), node("Sub", "x m", "y")], 1, opset=13),
    "sum over rows": matrix([node("ReduceSum", "x a", "y")], 1, constants={"a": np.array([0])}),
    "sum over all": matrix([node("ReduceSum", "x", "y")], 1),
    "sum over the last but one axis": matrix([node("ReduceSum", "x a", "y")], 1, constants={"a": [-2]}),
    "largest row": matrix([node("ArgMax", "x", "y")], 1),
    "largest row, from behind": matrix([node("ArgMax", "x", "y", axis=-2)], 1),
    "softmax over rows": matrix([node("Softmax", "x", "y", axis=0)], 1),
    "softmax of one axis": model(
        [node("Squeeze", "x a", "s"), node("Softmax", "s", "y")], constants={"a": [1]}
    ),
    "counted up": matrix([node("CumSum", "x a", "y")], 1, constants={"a": np.array(0)}),
    "best rows": matrix([node("TopK", "x k", "v y", axis=0)], 1, constants={"k": [1]}),
    "how many rows": matrix([node("Shape", "x", "y")], 1),
    "positions": matrix([node("NonZero", "x", "y")], 1),
    "turned": matrix([node("Transpose", "x", "y")], 1),
    "rows as columns": matrix([node("Reshape", "x s", "y")], 2, constants={"s": [1, -1]}),
    "two rows as one": matrix([node("Reshape", "x s", "y")], 2, constants={"s": [-1, 4]}),
    "halves of rows": matrix([node("Reshape", "x s", "y")], 2, constants={"s": [-1, 1]}),
    "guessed width": matrix([node("Reshape", "x s", "y")], 2, constants={"s": [0, -1]}),
    "named rows": matrix([node("Reshape", "x s", "y")], 1, constants={"s": [8, 1]}),
    "flat": matrix([node("Flatten", "x", "y", axis=0)], 1),
    "flat, from behind": matrix([node("Flatten", "x", "y", axis=-2)], 1),
    "rows doubled": model([node("Concat", "x x", "y", axis=0)]),
    "rows doubled, from behind": model([node("Concat", "x x", "y", axis=-2)]),
    "first row": model([node("Gather", "x i", "y")], constants={"i": [0]}),
    "a slice of rows": model([node("Slice", "x a b", "y")], constants={"a": [0], "b": [2]}),
    "a table of positions": model([node("Add", "x c", "y")], constants={"c": np.ones((8, 1), np.float32)}),
    "a list of positions": model(
        [node("Squeeze", "x a", "s"), node("Add", "s c", "y")],
        constants={"a": [1], "c": np.ones(8, np.float32)},
    ),
    "a condition of positions": model(
        [node("Where", "c x x", "y")], constants={"c": np.array([[True], [False]])}
    ),
    "scaled by position": model(
        [node("Squeeze", "x a", "s"), ml("Scaler", "s", "y", offset=[0.0, 9.0], scale=[1.0, 1.0])],
        constants={"a": [1]},
    ),
    "normalised over rows": model(
        [node("Squeeze", "x a", "s"), ml("Normalizer", "s", "y", norm="L1")], constants={"a": [1]}
    ),
    "one axis against two": model(
        [node("Squeeze", "x a", "s"), node("Less", "s x", "y")], constants={"a": [1]}
    ),
    "rows times rows": model(
        [node("Gemm", "x x", "p", transB=1), node("ReduceSum", "p a", "y")], constants={"a": [1]}
    ),
    "positions times rows": matrix([node("MatMul", "w x", "y")], 1, constants={"w": np.ones((1, 8), "f4")}),
    "turned product": matrix(
        [node("Gemm", "x w", "y", transA=1)], 1, constants={"w": np.ones((8, 1), np.float32)}
    ),
    "added by position": matrix(
        [node("Gemm", "x w c", "y")], 1, constants={"w": np.ones((1, 1), "f4"), "c": np.ones((8, 1), "f4")}
    ),
    "rows without an axis": model([node("Squeeze", "x", "y")]),
    "an axis before the rows": model([node("Unsqueeze", "x a", "y")], constants={"a": [0]}),
    "an axis before the rows, from behind": model([node("Unsqueeze", "x a", "y")], constants={"a": [-3]}),
    "a turned list added": model(
        [
            node("ArgMax", "x", "i", axis=1),
            ml("ArrayFeatureExtractor", "t i", "l"),
            node("Add", "l t", "y"),
        ],
        constants={"t": np.ones(4, np.float32)},
    ),
    "columns of rows of one axis": model(
        [node("Squeeze", "x a", "s"), ml("ArrayFeatureExtractor", "s i", "y")],
        constants={"a": [1], "i": [0]},
    ),
    "a tree over rows": model(
        [node("Squeeze", "x a", "s"), ml("TreeEnsembleRegressor", "s", "y", **tree())], constants={"a": [1]}
    ),
    "a feature of the next row": model(
        [ml("TreeEnsembleRegressor", "x", "y", **tree(nodes_featureids=[1, 0, 0]))]
    ),
    "a fixed number of rows": model([node("Identity", "x", "y")], inputs={"x": (F, [8, 1])}),
    "the identity matrix": model([node("EyeLike", "x", "y")]),
    "scattered": matrix([node("ScatterElements", "x i x", "y")], 1, constants={"i": [[0]]}),
    "gathered by value": matrix(
        [node("Cast", "x", "i", to=N), node("GatherElements", "x i", "y", axis=0)], 1
    ),
    "compressed": matrix([node("Compress", "x c", "y", axis=0)], 1, constants={"c": [True]}),
    "distinct": matrix([node("Unique", "x", "y")], 1),
    "trained normalisation": matrix(
        [node("BatchNormalization", "x a a a a", "y", training_mode=1)],
        1,
        constants={"a": np.ones(1, np.float32)},
    ),
    "einstein's sum": matrix([node("Einsum", "x x", "y", equation="ij,kj->ik")], 1),
    "reversed": matrix(
        [node("ReverseSequence", "x l", "y", batch_axis=1, time_axis=0)], 1, constants={"l": [2]}
    ),
}


@pytest.mark.parametrize("made", ACROSS_ROWS.values(), ids=ACROSS_ROWS.keys())
def test_what_looks_at_other_rows_is_refused(made):
    """A model that could read another row, or its own position, is refused by the operator that would."""
    assert refusal(made)


def test_the_engine_would_run_what_is_refused():
    """The refusals are needed: without them the engine answers by position and by the mean of the batch."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    ran = 0
    for made in ACROSS_ROWS.values():
        try:
            session = onnxruntime.InferenceSession(made.SerializeToString(), options)
            session.run(None, {"x": np.arange(8, dtype=np.float32).reshape(-1, _width(made))})
        except Exception:  # noqa: BLE001, S112  some only older engines run
            continue
        ran += 1
    assert ran >= 20


def _width(made):
    return made.graph.input[0].type.tensor_type.shape.dim[1].dim_value


# --- what could do more than compute ---


def with_external():
    """Make a model whose constant is kept in another file."""
    made = model([node("Add", "x c", "y")], constants={"c": np.ones(1, np.float32)})
    tensor = made.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = T.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    return made


def with_location_only():
    """Make a model whose constant says that it is elsewhere, but not where."""
    made = model([node("Add", "x c", "y")], constants={"c": np.ones(1, np.float32)})
    made.graph.initializer[0].data_location = T.EXTERNAL
    return made


def with_external_attribute():
    """Make a model with a Constant node whose value is kept in another file."""
    value = numpy_helper.from_array(np.ones(1, np.float32))
    value.external_data.add(key="location", value="../secret")
    return model([node("Constant", "", "c", value=value), node("Add", "x c", "y")])


def with_branch(operator, *attributes):
    """Make a model with a graph inside a node."""
    inner = helper.make_graph(
        [node("Identity", "x", "b")], "b", [], [helper.make_empty_tensor_value_info("b")]
    )
    return model([node(operator, "x", "y", **dict.fromkeys(attributes, inner))])


def with_function():
    """Make a model with a function of its own, of a domain of its own."""
    function = helper.make_function(
        "own", "F", ["a"], ["b"], [node("Neg", "a", "b")], [helper.make_opsetid("", 18)]
    )
    made = model([node("F", "x", "y", "own")], functions=[function])
    made.opset_import.add(domain="own", version=1)
    return made


def field(number, content):
    """Write a field of bytes in the format of protobuf."""
    length, octets = len(content), []
    while length > 127:
        octets.append(length & 127 | 128)
        length >>= 7
    return bytes([number << 3 | 2, *octets, length]) + content


def changed(made, change):
    """Give a model after a change in place."""
    change(made)
    return made


GOOD = [node("Less", "x c", "y")]
LIMIT = {"c": np.array([5], np.float32)}


def good():
    """Make a model that is accepted."""
    return model(GOOD, constants=LIMIT)


def tensor_of(**fields):
    """Make a good model with another tensor as its constant."""
    made = good()
    tensor = made.graph.initializer[0]
    tensor.Clear()
    tensor.name = "c"
    for name, value in fields.items():
        if isinstance(value, list):
            getattr(tensor, name).extend(value)
        else:
            setattr(tensor, name, value)
    return made


HOSTILE = {
    "no bytes": (b"", "has no output"),
    "no protobuf": (b"\xff" * 50, "no ONNX model"),
    "a pickle": (b"\x80\x04\x95cos\nsystem\n(S'id'\ntR.", "no ONNX model"),
    "a zip": (b"PK\x03\x04" + bytes(100), "no ONNX model"),
    "a group of protobuf": (b"\x3b\x3c", "no ONNX model"),
    "too large": (bytes(MOST_BYTES + 1), "too large"),
    "a length beyond the end": (b"\x3a\xff\xff\xff\xff\x0f", "no ONNX model"),
    "an endless number": (b"\x08" + b"\xff" * 20, "no ONNX model"),
    "a million empty nodes": (field(7, b"\x0a\x00" * 2**19), "parts"),
    "a million nodes of one model": (b"\x3a\x02\x0a\x00" * 2**18, "parts"),
    "too many texts": (field(7, field(1, b"\x0a\x00" * 250_001)), "values"),
    "an external tensor": (with_external(), "another file"),
    "an external tensor without a place": (with_location_only(), "another file"),
    "an external attribute": (with_external_attribute(), "another file"),
    "a loop": (with_branch("Loop", "body"), "a graph inside a node"),
    "a scan": (with_branch("Scan", "body"), "a graph inside a node"),
    "a branch": (with_branch("If", "then_branch", "else_branch"), "a graph inside a node"),
    "a function": (with_function(), "functions of its own"),
    "a domain": (model([node("F", "x", "y", "com.microsoft")]), "operator F of the domain 'com.microsoft'"),
    "an imported domain": (
        changed(good(), lambda m: m.opset_import.add(domain="com.microsoft", version=1)),
        "the domain 'com.microsoft'",
    ),
    "training": (
        changed(good(), lambda m: m.training_info.add()),
        "training information",
    ),
    "a sparse tensor": (changed(good(), lambda m: m.graph.sparse_initializer.add()), "a sparse tensor"),
    "a quantization": (
        changed(good(), lambda m: m.graph.quantization_annotation.add()),
        "a quantization annotation",
    ),
    "an old version": (model(GOOD, constants=LIMIT, opset=12), "version 12 of ONNX"),
    "a version to come": (model(GOOD, constants=LIMIT, opset=99), "version 99 of ONNX"),
    "a negative version": (model(GOOD, constants=LIMIT, opset=-5), "version -5 of ONNX"),
    "trees of the new form": (model(GOOD, constants=LIMIT, ml_opset=5), "version 5 of ai.onnx.ml"),
    "two versions": (
        changed(good(), lambda m: m.opset_import.add(domain="ai.onnx", version=17)),
        "version 17 of ONNX",
    ),
    "randomness": (model([node("RandomNormalLike", "x", "y")]), "operator RandomNormalLike"),
    "dropout": (model([node("Dropout", "x", "y")]), "operator Dropout"),
    "a pattern": (
        model([node("RegexFullMatch", "x", "y", pattern="(a+)+$")], inputs={"x": (S, [None, 1])}, opset=20),
        "operator RegexFullMatch",
    ),
    "a bomb of shape": (
        model([node("ConstantOfShape", "s", "c"), node("Add", "x c", "y")], constants={"s": [2**40]}),
        "operator ConstantOfShape",
    ),
    "a bomb of expansion": (
        model([node("Expand", "x s", "y")], constants={"s": [2**40, 2**40]}),
        "operator Expand",
    ),
    "a bomb of categories": (
        model(
            [
                ml("OneHotEncoder", "x", "a", cats_int64s=list(range(200))),
                ml("OneHotEncoder", "a", "y", cats_int64s=list(range(200))),
            ]
        ),
        "more than 16,384 numbers a row",
    ),
    "a bomb of axes": (
        model([node("Unsqueeze", "x a", "y")], constants={"a": np.arange(2, 60)}),
        "1 to 4 whole numbers",
    ),
    "a bomb of columns": (
        model(
            [
                node("Concat", " ".join(["x"] * 200), "a", axis=1),
                node("Concat", " ".join(["a"] * 200), "y", axis=1),
            ]
        ),
        "more than 16,384 numbers a row",
    ),
    "a list of many axes": (
        model([node("Unsqueeze", "x a", "y")], constants={"a": np.arange(2, 2**18)}),
        "1 to 4 whole numbers",
    ),
    "five axes": (
        model(
            [node("Unsqueeze", "x a", "b"), node("Unsqueeze", "b a", "y")], constants={"a": np.array([1, 2])}
        ),
        "more than 4 axes",
    ),
    "a list of many sizes": (
        model([node("Reshape", "x a", "y")], constants={"a": np.ones(2**18, np.int64)}),
        "1 to 4 whole numbers",
    ),
    "no inputs where three belong": (
        model(
            [helper.make_node("Where", ["", "", ""], ["z"]), node("Neg", "x", "w"), node("Add", "w z", "y")]
        ),
        "operator Where: an input is left out",
    ),
    "an input left out": (model([helper.make_node("Max", ["x", ""], ["y"])]), "an input is left out"),
    "many ways to write a tag": (
        b"".join(bytes([128 | i & 127, 128 | i >> 7 & 127, 128, 0, 1]) for i in range(320, 2**14, 8)),
        "has no output",
    ),
    "too many nodes": (
        model(
            [
                *(node("Neg", f"v{i}" if i else "x", f"v{i + 1}") for i in range(1_001)),
                node("Neg", "v1001", "y"),
            ]
        ),
        "1,002 nodes",
    ),
    "too much work": (
        matrix([node("MatMul", "x w", "y")], 2_000, constants={"w": np.ones((2_000, 600), np.float32)}),
        "too much work",
    ),
    "an input of millions": (matrix([node("Neg", "x", "y")], 20_000), "must have the shape"),
    "whole numbers divided": (
        model([node("Div", "x x", "y")], inputs={"x": (N, [None, 1])}),
        "operator Div: it is not run on INT64",
    ),
    "a negative index": (
        model(
            [
                node("Cast", "x", "i", to=N),
                ml("ArrayFeatureExtractor", "t i", "l"),
                node("Reshape", "l s", "y"),
            ],
            constants={"t": np.ones(4, np.float32), "s": [-1]},
        ),
        "never out of range",
    ),
    "an index past the end": (
        matrix(
            [node("ArgMax", "x", "i", axis=1), node("Gather", "t i", "y")],
            5,
            constants={"t": np.ones(4, np.float32)},
        ),
        "never out of range",
    ),
    "a column past the end": (
        matrix([ml("ArrayFeatureExtractor", "x i", "y")], 2, constants={"i": [2]}),
        "a column that is not there",
    ),
    "a column before the first": (
        matrix([ml("ArrayFeatureExtractor", "x i", "y")], 2, constants={"i": [-1]}),
        "a column that is not there",
    ),
    "a gathered column past the end": (
        matrix([node("Gather", "x i", "y", axis=1)], 2, constants={"i": [2]}),
        "an index is out of range",
    ),
    "a linear model that reads on": (
        matrix([ml("LinearRegressor", "x", "y", coefficients=[1.0] * 3, intercepts=[0.0])], 2),
        "coefficients",
    ),
    "a classifier with too few labels": (
        matrix(
            [
                ml(
                    "LinearClassifier",
                    "x",
                    "y p",
                    coefficients=[1.0] * 6,
                    intercepts=[0.0] * 3,
                    classlabels_ints=[0, 1],
                )
            ],
            2,
        ),
        "intercepts",
    ),
    "a scaler that reads on": (
        matrix([ml("Scaler", "x", "y", offset=[0.0] * 3, scale=[1.0] * 3)], 2),
        "one for each of the 2 columns",
    ),
    "an imputer that reads on": (
        matrix([ml("Imputer", "x", "y", imputed_value_floats=[0.0] * 3)], 2),
        "one for each of the 2 columns",
    ),
    "an encoder with too few values": (
        model(
            [ml("LabelEncoder", "x", "y", keys_strings=["a", "b"], values_int64s=[0])],
            inputs={"x": (S, [None, 1])},
        ),
        "as many values as keys",
    ),
    "support vectors": (model([ml("SVMClassifier", "x", "y p")]), "operator SVMClassifier"),
    "text analysis": (
        model([node("TfIdfVectorizer", "x", "y")], inputs={"x": (N, [None, 1])}),
        "operator TfIdfVectorizer",
    ),
    "an unknown attribute": (model([node("Neg", "x", "y", secret=1)]), "no attribute 'secret'"),
    "an attribute twice": (
        changed(
            model([node("Elu", "x", "y", alpha=1.0)]),
            lambda m: m.graph.node[0].attribute.add(name="alpha", type=1),
        ),
        "an attribute is there twice",
    ),
    "an attribute of no type": (
        changed(model([node("Elu", "x", "y")]), lambda m: m.graph.node[0].attribute.add(name="alpha", f=1.0)),
        "neither a number, a text",
    ),
    "an attribute of another type": (
        model([node("Concat", "x x", "y", axis="1")]),
        "axis must be a whole number",
    ),
    "a reference to a function": (
        changed(
            model([node("Elu", "x", "y")]),
            lambda m: m.graph.node[0].attribute.add(name="alpha", type=1, ref_attr_name="a"),
        ),
        "refers to a function",
    ),
    "a name twice": (model([node("Neg", "x", "y"), node("Abs", "x", "y")]), "two values of one name"),
    "an output named like an input": (model([node("Neg", "x", "x")], output="x"), "two values of one name"),
    "a constant named like an input": (
        model([node("Neg", "x", "y")], constants={"x": np.ones(1, np.float32)}),
        "two values of one name",
    ),
    "a circle": (model([node("Add", "x b", "y"), node("Neg", "y", "b")]), "before it is made"),
    "a value from nowhere": (model([node("Add", "x b", "y")]), "before it is made"),
    "no computation": (model([node("Neg", "x", "y")], output="x"), "computes nothing"),
    "an output that is not made": (model([node("Neg", "x", "y")], output="z"), "computes nothing"),
    "a constant answer": (
        model([node("Constant", "", "y", value_int=5)]),
        "reads no input",
    ),
    "a wide answer": (matrix([node("Neg", "x", "y")], 2), "one answer a row"),
    "two kinds of numbers": (
        model([node("Add", "x c", "y")], constants={"c": np.ones(1)}),
        "different types: DOUBLE, FLOAT",
    ),
    "an unnamed matrix": (
        model(
            [node("MatMul", "x w", "y")],
            inputs={"x": (F, [None, 2])},
            constants={"w": np.ones(2, np.float32)},
        ),
        "name_columns",
    ),
    "a sequence": (
        changed(good(), lambda m: m.graph.input[0].type.sequence_type.elem_type.tensor_type.SetInParent()),
        "a value that is no tensor",
    ),
    "half precision": (model([node("Neg", "x", "y")], inputs={"x": (T.FLOAT16, [None, 1])}), "must be float"),
    "a half-precision constant": (
        model([node("Add", "x c", "y")], constants={"c": np.ones(1, np.float16)}),
        "a tensor of type 10",
    ),
    "a cast to nowhere": (model([node("Cast", "x", "y", to=10)]), "it makes type 10"),
    "an empty tensor": (tensor_of(data_type=1, dims=[0]), "empty"),
    "a negative tensor": (tensor_of(data_type=1, dims=[-1, -1], float_data=[1.0]), "empty"),
    "a tensor of five axes": (tensor_of(data_type=1, dims=[1] * 5, float_data=[1.0]), "axes"),
    "a tensor that is too short": (tensor_of(data_type=1, dims=[4], float_data=[1.0]), "more or fewer"),
    "a huge tensor of few bytes": (
        tensor_of(data_type=1, dims=[2**31, 2**31], raw_data=b""),
        "more or fewer",
    ),
    "a tensor of odd bytes": (tensor_of(data_type=1, dims=[1], raw_data=b"abc"), "bytes do not fit"),
    "a tensor said twice": (
        tensor_of(data_type=1, dims=[1], raw_data=b"abcd", float_data=[1.0]),
        "bytes do not fit",
    ),
    "a tensor of two types": (
        tensor_of(data_type=1, dims=[1], float_data=[1.0], int64_data=[1]),
        "not of its type",
    ),
    "a text of no text": (tensor_of(data_type=8, dims=[1], string_data=[b"\xff"]), "no ONNX model"),
}


@pytest.mark.parametrize(("made", "message"), HOSTILE.values(), ids=HOSTILE.keys())
def test_what_does_more_than_compute_is_refused(made, message):
    """Each way in which a file could read, loop, grow or run past its arrays is refused by name."""
    said = refusal(made)
    assert message in said
    assert said.isprintable()
    assert len(said) < 300


BAD_TREES = {
    "a cycle": tree(
        nodes_modes=["BRANCH_LEQ", "BRANCH_LEQ", "LEAF"],
        nodes_truenodeids=[1, 0, 0],
        nodes_falsenodeids=[2, 2, 0],
    ),
    "a node that is its own child": tree(nodes_truenodeids=[0, 0, 0]),
    "two parents": tree(nodes_truenodeids=[1, 0, 0], nodes_falsenodeids=[1, 0, 0]),
    "a loop apart": tree(
        nodes_treeids=[0] * 5,
        nodes_nodeids=list(range(5)),
        nodes_featureids=[0] * 5,
        nodes_modes=["LEAF", "BRANCH_LEQ", "BRANCH_LEQ", "LEAF", "LEAF"],
        nodes_values=[0.0] * 5,
        nodes_truenodeids=[0, 2, 1, 0, 0],
        nodes_falsenodeids=[0, 3, 4, 0, 0],
        target_nodeids=[3, 4],
    ),
    "two roots": tree(nodes_modes=["LEAF"] * 3),
    "a root that is not first": tree(
        nodes_modes=["LEAF", "BRANCH_LEQ", "LEAF"],
        nodes_truenodeids=[0, 0, 0],
        nodes_falsenodeids=[0, 2, 0],
        target_nodeids=[0, 2],
    ),
    "a tree in two parts": tree(
        nodes_treeids=[0, 1, 0, 0],
        nodes_nodeids=[0, 0, 1, 2],
        nodes_featureids=[0] * 4,
        nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF", "LEAF"],
        nodes_values=[0.0] * 4,
        nodes_truenodeids=[1, 0, 0, 0],
        nodes_falsenodeids=[2, 0, 0, 0],
    ),
    "a child that is not there": tree(nodes_truenodeids=[7, 0, 0]),
    "a child of another tree": tree(nodes_treeids=[0, 1, 1]),
    "a negative child": tree(nodes_truenodeids=[-1, 0, 0]),
    "a huge number": tree(nodes_nodeids=[0, 1, 2**62]),
    "a negative tree": tree(nodes_treeids=[-1, -1, -1]),
    "a node twice": tree(nodes_nodeids=[0, 1, 1]),
    "a feature too far": tree(nodes_featureids=[1, 0, 0]),
    "a negative feature": tree(nodes_featureids=[-1, 0, 0]),
    "a leaf's feature too far": tree(nodes_featureids=[0, 0, 10**9]),
    "too few features": tree(nodes_featureids=[0]),
    "too few values": tree(nodes_values=[5.0]),
    "too many values": tree(nodes_values=[5.0] * 9),
    "too few modes": tree(nodes_modes=["BRANCH_LEQ"]),
    "no modes": {name: value for name, value in tree().items() if name != "nodes_modes"},
    "an unknown test": tree(nodes_modes=["BRANCH_MEMBER", "LEAF", "LEAF"]),
    "a test of equality": tree(nodes_modes=["BRANCH_EQ", "LEAF", "LEAF"]),
    "too few hit rates": tree(nodes_hitrates=[1.0]),
    "too few missing tracks": tree(nodes_missing_value_tracks_true=[1]),
    "a weight of no leaf": tree(target_nodeids=[0, 2]),
    "a weight of no node": tree(target_nodeids=[1, 9]),
    "a weight of no tree": tree(target_treeids=[0, 5]),
    "a weight of no target": tree(target_ids=[0, 1]),
    "a weight of a negative target": tree(target_ids=[0, -1]),
    "too few weights": tree(target_weights=[1.0]),
    "no weights": {name: value for name, value in tree().items() if not name.startswith("target_")},
    "many targets": tree(n_targets=10**9),
    "no targets": tree(n_targets=0),
    "base values": tree(n_targets=5, base_values=[1.0] * 3),
    "an unknown sum": tree(aggregate_function="MEDIAN"),
    "an unknown transform": tree(post_transform="EXP"),
    "values of whole numbers": tree(nodes_values=[5, 0, 0]),
    "features of fractions": tree(nodes_featureids=[0.0, 0.0, 0.0]),
    "modes of numbers": tree(nodes_modes=[1, 2, 3]),
}


@pytest.mark.parametrize("attributes", BAD_TREES.values(), ids=BAD_TREES.keys())
def test_what_is_no_tree_is_refused(attributes):
    """An ensemble with a loop, a second parent, or a node, feature or array that is not there is refused."""
    assert "operator TreeEnsembleRegressor: " in refusal(
        model([ml("TreeEnsembleRegressor", "x", "y", **attributes)])
    )


def chain(depth):
    """Give a tree whose one branch is so deep."""
    count = 2 * depth + 1
    inner = [index % 2 == 0 and index < count - 1 for index in range(count)]
    return tree(
        nodes_treeids=[0] * count,
        nodes_nodeids=list(range(count)),
        nodes_featureids=[0] * count,
        nodes_modes=["BRANCH_LEQ" if is_inner else "LEAF" for is_inner in inner],
        nodes_values=[float(index) for index in range(count)],
        nodes_truenodeids=[index + 1 if is_inner else 0 for index, is_inner in enumerate(inner)],
        nodes_falsenodeids=[index + 2 if is_inner else 0 for index, is_inner in enumerate(inner)],
        target_nodeids=[1, count - 1],
    )


def test_the_depth_of_a_tree_is_bounded():
    """A tree of 128 tests is run and one of 129 refused, without the engine's recursion."""
    good = model([ml("TreeEnsembleRegressor", "x", "y", **chain(128))])
    assert answers(good, x=np.array([[-1.0], [1e9]], np.float32)).tolist() == [0.0, 1.0]
    assert "128 tests deep" in refusal(model([ml("TreeEnsembleRegressor", "x", "y", **chain(129))]))
    assert "128 tests deep" in refusal(model([ml("TreeEnsembleRegressor", "x", "y", **chain(50_000))]))


# --- what is accepted ---

X = np.array([[-2.0], [0.5], [3.0], [NAN]], np.float32)
EXPECTED = {
    "abs": (model([node("Abs", "x", "y")]), np.abs(X)),
    "arithmetic": (
        model(
            [node("Mul", "x c", "a"), node("Sub", "a d", "b"), node("Div", "b c", "y")],
            constants={"c": np.float32(2), "d": np.ones((1, 1), "f4")},
        ),
        (X * 2 - 1) / 2,
    ),
    "sigmoid": (model([node("Sigmoid", "x", "y")]), 1 / (1 + np.exp(-X))),
    "relu": (model([node("Relu", "x", "y")]), np.where(np.isnan(X), X, np.maximum(X, 0))),
    "clip": (
        model([node("Clip", "x a b", "y")], constants={"a": np.float32(0), "b": np.float32(1)}),
        np.clip(X, 0, 1),
    ),
    "where": (
        model([node("IsNaN", "x", "n"), node("Where", "n c x", "y")], constants={"c": np.float32(7)}),
        np.where(np.isnan(X), 7, X),
    ),
    "logic": (
        model(
            [
                node("Less", "x a", "l"),
                node("Greater", "x b", "g"),
                node("Or", "l g", "o"),
                node("Not", "o", "y"),
            ],
            constants={"a": np.float32(0), "b": np.float32(1)},
        ),
        ~((X < 0) | (X > 1)),
    ),
    "concat and sum": (
        model(
            [node("Concat", "x x x", "c", axis=-1), node("ReduceSum", "c a", "y", keepdims=0)],
            constants={"a": [1]},
        ),
        X * 3,
    ),
    "mean before 18": (
        model([node("Concat", "x x", "c", axis=1), node("ReduceMean", "c", "y", axes=[1])], opset=13),
        X,
    ),
    "product": (
        model(
            [node("MatMul", "x w", "a"), node("Gemm", "a v c", "y", transB=1, beta=2.0)],
            constants={
                "w": np.array([[1, 2]], "f4"),
                "v": np.array([[1, 1]], "f4"),
                "c": np.array([1], "f4"),
            },
        ),
        3 * X + 2,
    ),
    "argmax and a table": (
        model(
            [
                node("IsNaN", "x", "n"),
                node("Where", "n z x", "f"),
                node("Mul", "f z", "c"),
                node("Concat", "c f", "b", axis=1),
                node("ArgMax", "b", "i", axis=1),
                ml("ArrayFeatureExtractor", "t i", "l"),
                node("Cast", "l", "m", to=F),
                node("Reshape", "m s", "y"),
            ],
            constants={"z": np.float32(0), "t": np.array([10, 20]), "s": [-1, 1]},
        ),
        np.where(X > 0, 20, 10),
    ),
    "gathered": (
        model(
            [node("Neg", "x", "n"), node("Concat", "x n", "c", axis=1), node("Gather", "c i", "y", axis=1)],
            constants={"i": [-1]},
        ),
        -X,
    ),
    "squeezed and back": (
        model(
            [
                node("Squeeze", "x a", "s"),
                node("Neg", "s", "n"),
                node("Unsqueeze", "n a", "u"),
                node("Flatten", "u", "y"),
            ],
            constants={"a": [1]},
        ),
        -X,
    ),
    "tree": (
        model([ml("TreeEnsembleRegressor", "x", "y", **tree(nodes_values=[0.5, 0.0, 0.0]))]),
        ~(X <= 0.5),
    ),
    "imputer and scaler": (
        model(
            [
                ml("Imputer", "x", "i", imputed_value_floats=[4.0], replaced_value_float=NAN),
                ml("Scaler", "i", "y", offset=[1.0], scale=[2.0]),
            ]
        ),
        (np.where(np.isnan(X), 4, X) - 1) * 2,
    ),
    "constant node": (model([node("Constant", "", "c", value_float=2.0), node("Add", "x c", "y")]), X + 2),
}


@pytest.mark.parametrize(("made", "expected"), EXPECTED.values(), ids=EXPECTED.keys())
def test_what_looks_at_one_row_is_run(made, expected):
    """Models of each family of operators are accepted, and what was checked computes what they say."""
    np.testing.assert_allclose(answers(made, x=X).astype(float), expected.ravel().astype(float), rtol=1e-6)


def test_texts_are_read():
    """A model of texts looks them up, and an unknown text gets the default."""
    made = model(
        [ml("LabelEncoder", "x", "y", keys_strings=["F", "M"], values_int64s=[1, 0], default_int64=-1)],
        inputs={"x": (S, [None, 1])},
        ml_opset=2,
    )
    given = np.array([["M"], ["F"], [""]], dtype=object)
    assert answers(made, x=given).tolist() == [0, 1, -1]


def test_only_what_was_looked_at_is_left():
    """The file to run has no metadata, documentation, unused node, unknown field or name of the original."""
    made = model(
        [node("Less", "x secret", "y"), node("Loop_", "x", "unused")], constants={"secret": np.float32(5)}
    )
    made.doc_string = made.producer_name = made.graph.doc_string = "secret"
    made.graph.node[0].doc_string = made.graph.node[0].name = "secret"
    made.graph.name = "secret"
    helper.set_model_props(made, {"ort_config": '{"session_options": "secret"}'})
    content = made.SerializeToString() + b"\xc2\x3e\x06secret"  # field 1000 is unknown
    checked = check_model(content)
    assert b"secret" not in checked.content
    assert b"unused" not in checked.content
    assert b"ort_config" not in checked.content
    assert checked.sha256 == hashlib.sha256(content).hexdigest()
    onnx.checker.check_model(onnx.load_from_string(checked.content), full_check=True)


def test_checking_is_checked_again():
    """What was written is itself accepted, with the same inputs and the same content."""
    for made, _ in EXPECTED.values():
        checked = check_model(made.SerializeToString())
        again = check_model(checked.content)
        assert (again.output, again.held) == (checked.output, checked.held)
        assert check_model(again.content).content == again.content


def test_unused_inputs_are_left_out():
    """A model asks for the columns only that its first output needs."""
    made = model([node("Neg", "x", "y"), node("Neg", "z", "w")], inputs=TWO)
    assert check_model(made.SerializeToString()).columns == ("x",)


def test_a_second_output_may_be_anything():
    """What a converter adds after the first output (ZipMap) is dropped with its node."""
    zipped = ml("ZipMap", "p", "z", classlabels_int64s=[0, 1])
    linear = ml(
        "LinearClassifier",
        "x",
        "y p",
        coefficients=[1.0, -1.0],
        intercepts=[0.0, 0.0],
        classlabels_ints=[0, 1],
    )
    made = model([linear, zipped])
    made.graph.output.append(
        helper.make_value_info(
            "z",
            helper.make_sequence_type_proto(
                helper.make_map_type_proto(N, helper.make_tensor_type_proto(F, []))
            ),
        )
    )
    checked = check_model(made.SerializeToString())
    assert b"ZipMap" not in checked.content
    assert evaluate_here(checked, {"i0": np.array([[1], [-1]], np.float32)}).tolist() == [0, 1]


@pytest.mark.parametrize(
    "names",
    [["a"], ["a", "a"], ["a", "b", "c"], "ab", {"a": 1, "b": 2}, ["a", 5]],
    ids=str,
)
def test_a_matrix_needs_its_columns_names(names):
    """A matrix is accepted with as many different names as it has columns, and with nothing else."""
    import json

    made = matrix([node("MatMul", "x w", "y")], 2, constants={"w": np.ones(2, np.float32)})
    assert check_model(name_columns(made.SerializeToString(), ["a", "b"])).columns == ("a", "b")
    helper.set_model_props(made, {"columns": json.dumps(names)})
    assert "a JSON list of their names" in refusal(made)


# --- random graphs ---

AXES = st.integers(-4, 3)
CONSTANTS = {
    "s": np.float32(2),
    "v1": np.array([3], np.float32),
    "v2": np.array([1, -1], np.float32),
    "v3": np.array([1, 2, 3], np.float32),
    "m13": np.array([[1, 2, 3]], np.float32),
    "m31": np.array([[1], [2], [3]], np.float32),
    "m22": np.array([[1, 2], [3, 4]], np.float32),
    "m62": np.arange(12, dtype=np.float32).reshape(6, 2),
    "t123": np.arange(6, dtype=np.float32).reshape(1, 2, 3),
    "i0": np.array([0]),
    "i10": np.array([1, 0]),
    "im": np.array([-1]),
    "a1": np.array([1]),
    "a2": np.array([2]),
    "am": np.array([-1]),
    "am2": np.array([-2]),
    "r1": np.array([-1]),
    "r11": np.array([-1, 1]),
    "r12": np.array([-1, 2]),
    "r13": np.array([0, 3]),
    "r21": np.array([2, -1]),
    "r123": np.array([-1, 2, 3]),
}
BINARY = ["Add", "Sub", "Mul", "Max", "Min", "Less", "Equal", "MatMul", "Gemm", "Concat", "Gather", "Reshape"]
UNARY = [
    "Neg",
    "Abs",
    "Sigmoid",
    "Softmax",
    "ArgMax",
    "ArgMin",
    "Flatten",
    "Cast",
    "Identity",
    "IsNaN",
    "Clip",
]
REDUCING = ["ReduceSum", "ReduceMax", "ReduceMean", "Squeeze", "Unsqueeze"]
LEARNT = ["Normalizer", "Scaler", "Binarizer", "ArrayFeatureExtractor", "LinearRegressor", "OneHotEncoder"]


SHAPES = ["r1", "r11", "r12", "r13", "r21", "r123"]


@st.composite
def random_attributes(draw, name):
    """Draw attributes of an operator, right and wrong ones."""
    length = draw(st.integers(1, 3))
    fixed = {
        "Cast": {"to": draw(st.sampled_from([F, N]))},
        "Gemm": {side: draw(st.integers(0, 1)) for side in ("transA", "transB")},
        "Scaler": {"offset": [1.0, 2.0, 3.0][:length], "scale": [2.0] * length},
        "LinearRegressor": {"coefficients": [1.0, -2.0, 3.0][:length]},
        "OneHotEncoder": {"cats_int64s": [0, 1]},
        "Concat": {"axis": draw(AXES)},
    }
    if name in {"ArgMax", "ReduceSum", "ReduceMax", "ReduceMean"}:
        fixed[name] = {"keepdims": draw(st.integers(0, 1))}
    if name in {"Softmax", "ArgMax", "ArgMin", "Flatten", "Gather"} and draw(st.booleans()):
        fixed[name] = fixed.get(name, {}) | {"axis": draw(AXES)}
    return fixed.get(name, {})


@st.composite
def random_nodes(draw, made, output):
    """Draw a node over what there is, in any of the ways in which it could be written."""
    value = st.sampled_from(made)
    anything = value | st.sampled_from(sorted(CONSTANTS))
    name = draw(st.sampled_from(BINARY + UNARY + REDUCING + LEARNT))
    if name == "Reshape":
        inputs = [draw(value), draw(st.sampled_from(SHAPES))]
    elif name in REDUCING:
        inputs = [draw(value), draw(st.sampled_from(["a1", "a2", "am", "am2", "i0"]))]
    else:
        takes_two = name in BINARY or name == "ArrayFeatureExtractor"
        inputs = [draw(anything), draw(anything)] if takes_two else [draw(value)]
    domain = "ai.onnx.ml" if name in LEARNT else ""
    return node(name, " ".join(inputs), output, domain, **draw(random_attributes(name)))


def is_accepted(nodes, output):
    """Whether every node is accepted, and whether the last gives one answer a row."""
    made = matrix(nodes, 3, constants=CONSTANTS, output=output)
    try:
        return made, check_model(made.SerializeToString())
    except ClaimError as error:
        return made, "one answer a row" in str(error)


ENDS = ([], [("ReduceMax", "a1")], [("Flatten", ""), ("ReduceMax", "a1")])


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_is_accepted_looks_at_one_row_only(data):
    """Whatever random graph is accepted, a row's answer is the same alone and among any other rows."""
    nodes, names = [], ["x"]
    for index in range(14):
        wanted = data.draw(random_nodes(names, f"v{index}"))
        if is_accepted([*nodes, wanted], f"v{index}")[1]:
            nodes.append(wanted)
            names.append(f"v{index}")
    for end in ENDS if nodes else ():
        tail, last = [], names[-1]
        for place, (name, constant) in enumerate(end):
            tail.append(node(name, f"{last} {constant}", f"e{place}"))
            last = f"e{place}"
        checked = is_accepted([*nodes, *tail], last)[1]
        if isinstance(checked, CheckedModel):
            break
    else:
        return
    given = np.random.default_rng(0).integers(-2, 3, (7, 3)).astype(np.float32)
    try:
        together = evaluate_here(checked, {"i0": given})
    except ClaimError:
        return  # types that the engine has no code for
    event("run")
    assert together.shape == (7,)
    for row in range(7):
        alone = evaluate_here(checked, {"i0": given[row : row + 1]})
        np.testing.assert_allclose(alone[0], together[row], rtol=1e-5)
    np.testing.assert_allclose(evaluate_here(checked, {"i0": given[::-1]})[::-1], together, rtol=1e-5)


# --- fuzzing ---

SEEDS = [
    content
    for made in (
        *(made for made, _ in EXPECTED.values()),
        *list(ACROSS_ROWS.values())[::4],
        *(made for made, _ in HOSTILE.values() if not isinstance(made, bytes)),
    )
    if len(content := made.SerializeToString()) < 2_000
]


def checked_or_refused(content):
    """Check bytes; whatever is accepted is run, which must not end in anything but ClaimError either."""
    try:
        checked = check_model(content)
        rows = {
            given.name: np.full((3, len(given.columns)), "" if given.element == S else 1).astype(
                {F: "f4", D: "f8", N: "i8", 6: "i4", B: "?", S: "O"}[given.element]
            )
            for given in checked.inputs
        }
        evaluate_here(checked, rows)
    except ClaimError as error:
        said = str(error)
    else:
        said = ""
    assert said.replace("\n", "").isprintable()


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(
        st.tuples(st.integers(0, 2_000), st.integers(0, 4), st.binary(max_size=4)), min_size=1, max_size=4
    ),
)
def test_damaged_files_are_refused_or_run(content, cuts):
    """A file with bytes cut out and put in is refused with ClaimError, or is a model that can be run."""
    for start, length, inserted in cuts:
        place = start % len(content) if content else 0
        content = content[:place] + inserted + content[place + length :]
    checked_or_refused(content)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(SEEDS), st.lists(st.integers(0, 16_000), min_size=1, max_size=3))
def test_flipped_bits_are_refused_or_run(content, bits):
    """A file with flipped bits is refused with ClaimError, or is a model that can be run."""
    octets = bytearray(content)
    for bit in bits:
        octets[bit // 8 % len(octets)] ^= 1 << bit % 8
    checked_or_refused(bytes(octets))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_refused(content):
    """No few bytes make anything but ClaimError escape."""
    checked_or_refused(content)


def test_the_operators_are_those_of_onnx():
    """Every operator that is run exists in ONNX under that name and domain, with those attributes."""
    for domain, operators in (("", OPERATORS), ("ai.onnx.ml", ML_OPERATORS)):
        for name, operator in operators.items():
            known = set()
            for version in range(1, 24):
                if onnx.defs.has(name, version, domain):
                    known |= set(onnx.defs.get_schema(name, version, domain).attributes)
            assert known >= set(operator.attributes), name
