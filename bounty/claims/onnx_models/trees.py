"""Tree ensembles: that they are trees, and read the columns that are there.

An engine that follows node numbers and reads features as the file says takes a feature beyond the last
column from the next row, or from memory that belongs to nobody, and never leaves a node that leads back to
its parent. Newer engines look; which one a host has installed should not matter. So before it runs, an
ensemble is proved to be one: whole trees, each node with one parent, of bounded depth, whose leaves give
classes that exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bounty.claims.onnx_models.row_values import Element, Made, RowValue, Step

MOST_DEPTH = 128
"""Tests between a tree's root and its leaf."""

MOST_CLASSES = 1_000
"""Classes or targets that a model may have."""

Integers = npt.NDArray[np.int64]

BRANCHES = ("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT")
"""Tests that a node may make."""

TRANSFORMS = ("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT")
"""What may be done with the sums of the leaves."""

NODES = tuple(
    f"nodes_{name}"
    for name in (
        "falsenodeids",
        "featureids",
        "hitrates",
        "hitrates_as_tensor",
        "missing_value_tracks_true",
        "modes",
        "nodeids",
        "treeids",
        "truenodeids",
        "values",
        "values_as_tensor",
    )
)
BASES = ("base_values", "base_values_as_tensor", "post_transform")
CLASSIFIER = (
    *NODES,
    *BASES,
    *(f"class_{name}" for name in ("ids", "nodeids", "treeids", "weights", "weights_as_tensor")),
    "classlabels_int64s",
    "classlabels_strings",
)
REGRESSOR = (
    *NODES,
    *BASES,
    *(f"target_{name}" for name in ("ids", "nodeids", "treeids", "weights", "weights_as_tensor")),
    "aggregate_function",
    "n_targets",
)

_NODE_BITS = 32


@dataclass(frozen=True, slots=True)
class _Nodes:
    """The nodes of an ensemble, in the order of the file; `keys` are sorted, to look nodes up."""

    trees: Integers
    keys: Integers
    places: Integers
    leaves: npt.NDArray[np.bool_]
    depth: int


def tree_classifier(step: Step) -> Made:
    """Describe what a TreeEnsembleClassifier gives: one label a row, and the classes' scores.

    Raises
    ------
    ClaimError
        It is no ensemble of trees, or reads what is not there.
    """
    nodes = _nodes(step, step.rows(0, rank=2))
    label, classes = labels(step, "classlabels_int64s", "classlabels_strings")
    _check_leaves(step, nodes, "class", classes)
    return Made((RowValue(label, ()), RowValue(Element.FLOAT, (classes,))), nodes.depth + classes)


def tree_regressor(step: Step) -> Made:
    """Describe what a TreeEnsembleRegressor gives: numbers.

    Raises
    ------
    ClaimError
        It is no ensemble of trees, or reads what is not there.
    """
    nodes = _nodes(step, step.rows(0, rank=2))
    targets = step.integer("n_targets", 1)
    if not 1 <= targets <= MOST_CLASSES:
        step.refuse(f"it has {targets} targets; there may be 1 to {MOST_CLASSES:,}.")
    step.word("aggregate_function", ("SUM", "AVERAGE", "MIN", "MAX"))
    _check_leaves(step, nodes, "target", targets)
    return Made((RowValue(Element.FLOAT, (targets,)),), nodes.depth + targets)


def labels(step: Step, integers: str, texts: str) -> tuple[Element, int]:
    """Find the type and the number of a classifier's labels."""
    numbers, words = step.array(integers), step.texts(texts)
    if bool(len(numbers)) == bool(words) or (len(numbers) and numbers.dtype != np.int64):
        step.refuse("it must have class labels, either whole numbers or texts.")
    count = len(numbers) or len(words)
    if not 2 <= count <= MOST_CLASSES:
        step.refuse(f"it has {count} classes; there may be 2 to {MOST_CLASSES:,}.")
    return (Element.STRING if words else Element.INT64), count


def _numbers(step: Step, name: str) -> npt.NDArray[Any]:
    """Give fractions that are an attribute, or since version 3 perhaps a tensor."""
    plain, tensor = step.array(name), step.array(f"{name}_as_tensor")
    if len(plain) and len(tensor):
        step.refuse(f"{name} is given twice.")
    found = plain if len(plain) else tensor
    if len(found) and found.dtype.kind != "f":
        step.refuse(f"{name} must be fractions.")
    return found


def _integers(step: Step, name: str, length: int) -> Integers:
    found = step.array(name)
    if found.dtype != np.int64 or len(found) != length:
        step.refuse(f"{name} must be {length:,} whole numbers, as many as there are nodes or leaves.")
    return found


def _nodes(step: Step, rows: RowValue) -> _Nodes:
    if not rows.element.is_number:
        step.refuse("it is run on numbers only.")
    modes = np.array(step.texts("nodes_modes"), dtype=object)
    length = len(modes)
    if not length:
        step.refuse("it has no nodes.")
    if unknown := sorted(set(modes) - {*BRANCHES, "LEAF"}):
        step.refuse(f"it makes tests other than {', '.join(BRANCHES)} ({unknown[0][:40]!r}).")
    trees, ids, features = (
        _integers(step, f"nodes_{name}", length) for name in ("treeids", "nodeids", "featureids")
    )
    if len(_numbers(step, "nodes_values")) != length:
        step.refuse("nodes_values must have one number a node.")
    if len(_numbers(step, "nodes_hitrates")) not in {0, length}:
        step.refuse("nodes_hitrates must have one number a node.")
    if len(step.array("nodes_missing_value_tracks_true")) not in {0, length}:
        step.refuse("nodes_missing_value_tracks_true must have one number a node.")
    if ((features < 0) | (features >= rows.width)).any():
        step.refuse(f"it reads a feature that is not there; there are {rows.width}.")
    keys = _keys(step, trees, ids)
    order = np.argsort(keys, kind="stable")
    if (np.diff(keys[order]) == 0).any():
        step.refuse("a node is there twice.")
    leaves = modes == "LEAF"
    nodes = _Nodes(trees, keys[order], order, leaves, 0)
    children = [
        _find(step, nodes, trees[~leaves], _integers(step, f"nodes_{side}nodeids", length)[~leaves])
        for side in ("true", "false")
    ]
    depth = _depth(step, nodes, *children)
    return _Nodes(trees, nodes.keys, order, leaves, depth)


def _keys(step: Step, trees: Integers, ids: Integers) -> Integers:
    if ((trees < 0) | (trees >= 2**30) | (ids < 0) | (ids >= 2**_NODE_BITS)).any():
        step.refuse("a tree or a node has a number that is negative or too large.")
    return (trees << _NODE_BITS) | ids


def _find(step: Step, nodes: _Nodes, trees: Integers, ids: Integers) -> Integers:
    """Find the places of nodes, given by the numbers of tree and node."""
    keys = _keys(step, trees, ids)
    found = np.minimum(np.searchsorted(nodes.keys, keys), len(nodes.keys) - 1)
    if (nodes.keys[found] != keys).any():
        step.refuse("it names a node that is not there.")
    return nodes.places[found]


def _depth(step: Step, nodes: _Nodes, true: Integers, false: Integers) -> int:
    """Prove that the nodes are trees, and sum their depths."""
    starts = np.flatnonzero(np.concatenate(([True], np.diff(nodes.trees) != 0)))
    parents = np.bincount(np.concatenate((true, false)), minlength=len(nodes.trees))
    roots = np.flatnonzero(parents == 0)
    if len(np.unique(nodes.trees)) != len(starts) or (parents > 1).any() or not np.array_equal(roots, starts):
        step.refuse(
            "its nodes are no trees: each tree begins with its root, and every other node has one parent."
        )
    children = np.full((2, len(nodes.trees)), -1)
    children[:, ~nodes.leaves] = true, false
    reached, work, level = 0, 0, roots
    for _ in range(MOST_DEPTH + 1):
        reached += len(level)
        work += len(np.unique(nodes.trees[level]))
        inner = level[~nodes.leaves[level]]
        level = children[:, inner].ravel()
        if not len(level):
            break
    else:
        step.refuse(f"a tree is more than {MOST_DEPTH} tests deep.")
    if reached < len(nodes.trees):
        step.refuse("its nodes are no trees: some lead back to themselves.")
    return work


def _check_leaves(step: Step, nodes: _Nodes, kind: str, most: int) -> None:
    """Make sure that weights belong to leaves and to classes or targets that exist."""
    weights = _numbers(step, f"{kind}_weights")
    ids, trees, leaves = (
        _integers(step, f"{kind}_{name}", len(weights)) for name in ("ids", "treeids", "nodeids")
    )
    if not len(weights) or ((ids < 0) | (ids >= most)).any():
        step.refuse("its leaves have no weights, or weigh a class that is not there.")
    if not nodes.leaves[_find(step, nodes, trees, leaves)].all():
        step.refuse("a weight belongs to a node that is no leaf.")
    if len(_numbers(step, "base_values")) not in {0, 1, most}:
        step.refuse("base_values must have one number a class or target.")
    step.word("post_transform", TRANSFORMS)
