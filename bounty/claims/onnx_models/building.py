"""Models of scikit-learn as ONNX files that a bounty can check and run.

skl2onnx writes the files; this says what it cannot know: one input a column, of the right type, under the
column's name, and which output is the answer. By hand it is::

    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType

    model = to_onnx(pipeline, initial_types=[("age", FloatTensorType([None, 1])),
                                             ("sex", StringTensorType([None, 1]))],
                    options={"zipmap": False}, target_opset={"": 18, "ai.onnx.ml": 3})

A pipeline that reads a DataFrame through a `ColumnTransformer` that names its columns becomes such a file.
One that reads a plain matrix becomes a file with one input; `name_columns` says which columns that has.
"""

from __future__ import annotations

import importlib
import json
import warnings
from collections.abc import Sequence
from typing import Any

from bounty.claims.onnx_models.checking import COLUMNS, check_model
from bounty.rows.columns import Columns
from fairkit.errors import ClaimError, MissingDependencyError

_OPSETS = {"": 18, "ai.onnx.ml": 3}


def model_file(estimator: Any, columns: Columns, reads: Sequence[str], *, scores: bool = False) -> bytes:
    """Write a fitted estimator as an ONNX file.

    Parameters
    ----------
    estimator : scikit-learn estimator or pipeline
        Fitted on a DataFrame whose columns it picks by name.
    columns : Columns
        Of the bounty; only kinds are looked at.
    reads : sequence of str
        The columns that it reads.
    scores : bool
        Answer with the probability of the second class instead of the class.

    Returns
    -------
    bytes
        A file that `check_model` accepts.

    Raises
    ------
    ClaimError
        It cannot be written as a file that a bounty runs.
    MissingDependencyError
        skl2onnx is not installed.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.compose import make_column_transformer
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> rows = pd.DataFrame({"age": [20.0, 30.0, 40.0, 50.0]})
    >>> picked = make_column_transformer(("passthrough", ["age"]))
    >>> tree = make_pipeline(picked, DecisionTreeClassifier(random_state=0)).fit(rows, [1, 1, 0, 0])
    >>> content = model_file(tree, Columns.of({"age": [20, 30, 40, 50]}), ["age"])
    >>> check_model(content).columns
    ('age',)
    """
    try:
        skl2onnx = importlib.import_module("skl2onnx")
        data_types = importlib.import_module("skl2onnx.common.data_types")
    except ImportError:
        raise MissingDependencyError("writing ONNX files needs skl2onnx: pip install skl2onnx.") from None
    kinds = {"text": data_types.StringTensorType, "number": data_types.FloatTensorType}
    kinds["bool"] = data_types.FloatTensorType
    if missing := [name for name in reads if name not in columns.by_name]:
        raise ClaimError(f"there is no column {', '.join(map(repr, missing))} in this bounty.")
    types = [(name, kinds[columns.by_name[name].kind]([None, 1])) for name in reads]
    is_classifier = hasattr(estimator, "classes_")
    options = {"zipmap": False} if is_classifier else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model = skl2onnx.to_onnx(estimator, initial_types=types, options=options, target_opset=_OPSETS)
        except (NotImplementedError, RuntimeError, TypeError, ValueError, KeyError, AttributeError) as error:
            raise ClaimError(f"skl2onnx cannot write {type(estimator).__name__}: {error}") from None
    if scores and is_classifier:
        _answer_with_probability(model)
    content: bytes = model.SerializeToString()
    check_model(content)
    return content


def _answer_with_probability(model: Any) -> None:
    """Put the probability of the second class in place of the label."""
    from onnx import TensorProto, helper

    probabilities = model.graph.output[1].name
    model.graph.initializer.append(helper.make_tensor("second_class", TensorProto.INT64, [1], [1]))
    node = helper.make_node("Gather", [probabilities, "second_class"], ["second_probability"], axis=1)
    model.graph.node.append(node)
    del model.graph.output[:]
    output = helper.make_tensor_value_info("second_probability", TensorProto.FLOAT, [None, 1])
    model.graph.output.append(output)


def name_columns(content: bytes, names: Sequence[str]) -> bytes:
    """Say which columns the one matrix consists of that a model reads.

    Parameters
    ----------
    content : bytes
        An ONNX file with one input.
    names : sequence of str
        The bounty's columns, in the order of the matrix.

    Returns
    -------
    bytes
        The file with the names in its metadata.

    Examples
    --------
    >>> from onnx import TensorProto as T, helper
    >>> matrix = helper.make_tensor_value_info("X", T.FLOAT, [None, 2])
    >>> sum = helper.make_tensor_value_info("sum", T.FLOAT, [None, 1])
    >>> weights = helper.make_tensor("w", T.FLOAT, [2, 1], [1.0, 1.0])
    >>> node = helper.make_node("MatMul", ["X", "w"], ["sum"])
    >>> graph = helper.make_graph([node], "g", [matrix], [sum], [weights])
    >>> made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    >>> check_model(name_columns(made.SerializeToString(), ["age", "income"])).columns
    ('age', 'income')
    """
    import onnx

    model = onnx.ModelProto()
    model.ParseFromString(content)
    others = [entry for entry in model.metadata_props if entry.key != COLUMNS]
    del model.metadata_props[:]
    model.metadata_props.extend(others)
    model.metadata_props.add(key=COLUMNS, value=json.dumps(list(names)))
    named: bytes = model.SerializeToString()
    return named
