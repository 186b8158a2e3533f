"""Trees of scikit-learn as claims: the predicate of each leaf, a tree's group, a tree's answers as rules.

For hunters who grow trees of their own. `Encoding` turns coded columns into the matrix that such a tree is
fitted to. Because each feature is a function of one column's code, a path through the tree is a set of codes
for each column, and its predicate holds in exactly the rows that reach the leaf:

- numbers are their rank, so that a threshold lies between two levels and is written as one of them;
- text has one feature a level, so that paths are sets of levels (``in``, ``not in``);
- a missing value has the rank -1, no level, and a feature of its own. Where rows without a value reach a
  leaf, its predicate says ``is missing``; where it does not say so, they do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from bounty.claims.claim import Constant, Rules
from bounty.hunters.cost_trees import Leaf
from bounty.hunters.regions import Region, predicate_of
from bounty.hunters.rules import rules_of
from bounty.rows.answers import AnswerSpace, Form
from bounty.rows.columns import Column, Columns
from fairkit.errors import ClaimError, PredicateError
from fairkit.predicates import Predicate

Matrix: TypeAlias = npt.NDArray[np.float32]

MOST_LEVELS = 30
"""Levels of a text column that get a feature, the most common first."""


@dataclass(frozen=True, slots=True)
class Feature:
    """A number for each code of one column.

    Attributes
    ----------
    column : str
    values : array of float32, shape (levels + 1,)
        The last is that of the missing value.
    name : str
    """

    column: str
    values: Matrix = field(repr=False)
    name: str


@dataclass(frozen=True, slots=True)
class Encoding:
    """Features of coded columns.

    Attributes
    ----------
    features : tuple of Feature

    Examples
    --------
    >>> columns = Columns.of({"age": [20, 30, None], "sex": ["F", "M", "F"]})
    >>> encoding = Encoding.of(columns)
    >>> encoding.names
    ('age', 'age is missing', 'sex is F', 'sex is M')
    >>> encoding.matrix(columns).tolist()
    [[0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 1.0], [-1.0, 1.0, 1.0, 0.0]]
    """

    features: tuple[Feature, ...]

    @classmethod
    def of(cls, columns: Columns, *, most_levels: int = MOST_LEVELS) -> Encoding:
        """Choose features for columns.

        Parameters
        ----------
        columns : Columns
            Levels that no row has get no feature.
        most_levels : int, default 30
            Levels of a text column that get one, the most common first.
        """
        return cls(
            tuple(each for column in columns.by_name.values() for each in _features(column, most_levels))
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features, in the order of the matrix."""
        return tuple(each.name for each in self.features)

    def matrix(self, columns: Columns) -> Matrix:
        """Encode rows.

        Parameters
        ----------
        columns : Columns
            Coded with the same levels as those that the features were chosen for.

        Returns
        -------
        array of float32, shape (rows, features)
        """
        made = np.empty((columns.rows, len(self.features)), dtype=np.float32)
        for place, each in enumerate(self.features):
            made[:, place] = each.values[columns.by_name[each.column].codes]
        return made


def regions(tree: Any, encoding: Encoding) -> dict[int, Region]:
    """Find what rows reach each leaf.

    Parameters
    ----------
    tree : DecisionTreeClassifier or DecisionTreeRegressor
        Fitted to `encoding.matrix`.
    encoding : Encoding

    Returns
    -------
    dict of int to Region
        By the number of the leaf's node, as `tree.apply` gives it.

    Raises
    ------
    ClaimError
        The tree is not fitted, or not to these features.
    """
    nodes = getattr(tree, "tree_", None)
    if nodes is None:
        message = f"{type(tree).__name__} is no fitted decision tree of scikit-learn; call fit first."
        raise ClaimError(message)
    if nodes.n_features != len(encoding.features):
        raise ClaimError(
            f"the tree was fitted to {nodes.n_features} features, not to the {len(encoding.features)} of the "
            "encoding; fit it to encoding.matrix(columns)."
        )
    found: dict[int, Region] = {}
    waiting: list[tuple[int, Region]] = [(0, Region())]
    while waiting:
        node, region = waiting.pop()
        left, right = int(nodes.children_left[node]), int(nodes.children_right[node])
        if left == right:
            found[node] = region
            continue
        feature = encoding.features[int(nodes.feature[node])]
        goes_left = feature.values <= float(nodes.threshold[node])
        waiting += [
            (left, region.narrowed(feature.column, goes_left)),
            (right, region.narrowed(feature.column, ~goes_left)),
        ]
    return dict(sorted(found.items()))


def leaf_predicates(tree: Any, encoding: Encoding, columns: Columns) -> dict[int, Predicate]:
    """Write the predicate of each leaf.

    Parameters
    ----------
    tree : DecisionTreeClassifier or DecisionTreeRegressor
        Fitted to `encoding.matrix`.
    encoding : Encoding
    columns : Columns

    Returns
    -------
    dict of int to Predicate
        By the number of the leaf's node; leaves that no row can reach are left out.

    Raises
    ------
    ClaimError
        A path is too long for the predicate language, or the tree does not fit the encoding.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> columns = Columns.of({"age": [20, 30, 40, None]})
    >>> encoding = Encoding.of(columns)
    >>> tree = DecisionTreeClassifier(max_depth=1, random_state=0).fit(encoding.matrix(columns), [1, 1, 0, 1])
    >>> [predicate.canonical for predicate in leaf_predicates(tree, encoding, columns).values()]
    ['age < 40 or age is missing', 'age == 40']
    """
    return {
        node: _written([region], columns)
        for node, region in regions(tree, encoding).items()
        if not region.empty
    }


def group_of(tree: Any, encoding: Encoding, columns: Columns) -> str:
    """Write the group in which a classifier of 0 and 1 answers 1.

    Returns
    -------
    str
        A predicate in canonical form, for a claim.

    Raises
    ------
    ClaimError
        It is too long for the predicate language, or the tree answers 1 nowhere.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> columns = Columns.of({"age": [20, 30, 40, 50], "sex": ["F", "M", "F", "M"]})
    >>> encoding = Encoding.of(columns)
    >>> tree = DecisionTreeClassifier(random_state=0).fit(encoding.matrix(columns), [0, 0, 1, 0])
    >>> group_of(tree, encoding, columns)
    "age >= 40 and sex == 'F'"
    """
    answers = _answers(tree)
    inside = [region for node, region in regions(tree, encoding).items() if answers[node] == 1]
    if all(region.empty for region in inside):
        raise ClaimError("the tree answers 1 in no leaf, so its group is empty.")
    return _written(inside, columns).canonical


def model_of(tree: Any, encoding: Encoding, columns: Columns, space: AnswerSpace) -> Constant | Rules:
    """Write what a tree answers as the model of a repair claim.

    Parameters
    ----------
    tree : DecisionTreeClassifier or DecisionTreeRegressor
        A classifier of the codes of answers (0 and 1, or places in `space.classes`), or a regressor of
        scores from `space.low` to `space.high`.
    encoding : Encoding
    columns : Columns
    space : AnswerSpace

    Returns
    -------
    Constant or Rules

    Raises
    ------
    ClaimError
        The rules are too long for the predicate language, or an answer is not in the space.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> columns = Columns.of({"age": [20, 30, 40, 50], "sex": ["F", "M", "F", "M"]})
    >>> encoding = Encoding.of(columns)
    >>> tree = DecisionTreeClassifier(random_state=0).fit(encoding.matrix(columns), [0, 0, 1, 1])
    >>> model_of(tree, encoding, columns, AnswerSpace(Form.DECISION, ("no", "yes")))
    Rules(cases=(('age >= 40', 'yes'),), otherwise='no')
    """
    answers = _answers(tree)
    found = {n: r for n, r in regions(tree, encoding).items() if not r.empty}
    texts = {node: _answer(answers[node], space) for node in found}
    named = sorted(set(texts.values()))
    for text in named:
        space.code(text)
    leaves = [Leaf(region, named.index(texts[node]), 1) for node, region in found.items()]
    model = rules_of(leaves, [Constant(text) for text in named], columns)
    if not isinstance(model, Constant | Rules):
        raise ClaimError(_TOO_LONG)
    return model


_TOO_LONG = "the tree's rules are too long for the predicate language; grow it with a smaller max_depth."


def _features(column: Column, most_levels: int) -> list[Feature]:
    rows = np.bincount(column.codes, minlength=len(column.levels) + 1)
    codes = np.arange(len(rows), dtype=np.float32)
    made = []
    if column.kind == "text":
        present = np.flatnonzero(rows[:-1])
        common = present[np.argsort(-rows[present], kind="stable")][:most_levels]
        made = [
            Feature(
                column.name, (codes == code).astype(np.float32), f"{column.name} is {column.levels[code]}"
            )
            for code in np.sort(common).tolist()
        ]
    elif np.count_nonzero(rows[:-1]):
        ranks = np.where(codes == column.missing, np.float32(-1), codes)
        made = [Feature(column.name, ranks, column.name)]
    if rows[-1]:
        missing = (codes == column.missing).astype(np.float32)
        made.append(Feature(column.name, missing, f"{column.name} is missing"))
    return made


def _answers(tree: Any) -> Sequence[float]:
    """Give what each node answers: the likeliest class, or the mean."""
    nodes = getattr(tree, "tree_", None)
    if nodes is None:
        message = f"{type(tree).__name__} is no fitted decision tree of scikit-learn; call fit first."
        raise ClaimError(message)
    if nodes.n_outputs != 1:
        raise ClaimError(f"the tree predicts {nodes.n_outputs} outputs; a claim needs one.")
    values = nodes.value[:, 0, :]
    classes = getattr(tree, "classes_", None)
    answers = values[:, 0] if classes is None else np.asarray(classes)[np.argmax(values, axis=1)]
    listed: list[float] = answers.tolist()
    return listed


def _answer(answer: float, space: AnswerSpace) -> str:
    if space.form is Form.SCORE:
        return f"{answer:.10g}"
    if not 0 <= answer < len(space.classes) or answer != int(answer):
        message = f"the tree answers {answer}, which is no code of the answers {', '.join(space.classes)}."
        raise ClaimError(message)
    return space.classes[int(answer)]


def _written(inside: Sequence[Region], columns: Columns) -> Predicate:
    try:
        return predicate_of(inside, columns)
    except PredicateError:
        raise ClaimError(_TOO_LONG) from None
