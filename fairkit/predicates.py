r"""The safe subgroup language: text -> checked tree -> NumPy mask or dataframe expressions.

Groups, decisions, policy rules and bounty claims name rows with a predicate::

    age < 25 and home == 'rent'                     comparisons: == != < <= > >=
    25 <= age < 40                                  ranges
    race in ('Asian', 'Other') or not employed      lists, and a boolean column by its name
    income is not missing                           the only test that a missing value decides
    `score-text` != "Low"                           backticks around a name that is no plain word

Literals are numbers (finite, exact as a 64-bit float), text in quotes (escapes: ``\\ \' \" \n \r \t \xhh
\uhhhh \Uhhhhhhhh``), `True` and `False`. `and` binds tighter than `or`, `not` tighter than both. There is
nothing else: no calls, attributes, arithmetic or comparison of columns. A text has at most 4,096 characters,
64 literals, 200 tests and operators, and 32 levels of parentheses. It may come from an adversary; reading it
runs none of it, takes bounded time, and fails with `PredicateError` only.

**Missing values.** Truth has three values (Kleene's strong logic): a comparison with a missing value (null,
None, NaN) is missing, `not` keeps missing, `and` and `or` are missing where the missing part decides. A
missing row is neither in the group nor outside it; every engine gives the same three sets.

**Numbers** are compared as real numbers, exactly as stored: a single-precision 0.1 is not equal to 0.1.

**One form, one hash.** Equal predicates that differ in order, brackets, orientation, negation, doubled parts,
split ranges or the spelling of a list have one canonical text, and its SHA-256 names them.

References
----------
S. C. Kleene, Introduction to Metamathematics (1952), §64.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from fairkit import _predicate_engine as engine
from fairkit._predicate_canonical import canonical, render
from fairkit._predicate_engine import ColumnKind
from fairkit._predicate_grammar import MAX_DEPTH, MAX_LITERALS, MAX_NODES, tree_of
from fairkit._predicate_mask import column_of, mask_of
from fairkit._predicate_nodes import (
    And,
    Comparison,
    LiteralKind,
    Membership,
    Missing,
    Node,
    Operator,
    Or,
    Value,
    kind_of_leaf,
    leaves,
)
from fairkit._predicate_tokens import MAX_CHARACTERS
from fairkit.errors import PredicateError, unknown_name

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw

__all__ = [
    "MAX_CHARACTERS",
    "MAX_DEPTH",
    "MAX_LITERALS",
    "MAX_NODES",
    "And",
    "ColumnKind",
    "Comparison",
    "Membership",
    "Missing",
    "Node",
    "Operator",
    "Or",
    "Predicate",
    "Value",
    "build",
    "check",
    "kinds",
    "object_kinds",
    "parse",
    "to_expressions",
    "to_mask",
]

_HOLDS = {"bool": "True/False", "number": "numbers", "text": "text"}
_WRITE = {
    "bool": "compare it with True or False",
    "number": "compare it with a number",
    "text": "put the value in quotes",
}


@dataclass(frozen=True, slots=True)
class Predicate:
    """A checked predicate. Two are equal if their canonical forms are.

    Attributes
    ----------
    text : str
        As written.
    canonical : str
        The one form of all predicates equal to it; it reads back as itself.
    hash : str
        SHA-256 of `canonical` in UTF-8, as 64 hexadecimal digits.
    columns : tuple of str
        The columns it reads, sorted.
    node : Comparison, Membership, Missing, And or Or
        The tree of the canonical form.

    Examples
    --------
    >>> predicate = parse("not (age >= 25) and home == 'rent'")
    >>> predicate.canonical, predicate.columns
    ("age < 25 and home == 'rent'", ('age', 'home'))
    """

    text: str = field(compare=False)
    canonical: str
    hash: str
    columns: tuple[str, ...]
    node: Node = field(compare=False, repr=False)

    def __str__(self) -> str:
        return self.canonical


def parse(text: str) -> Predicate:
    """Read a predicate.

    Parameters
    ----------
    text : str
        One line of the language (see the module's documentation); spaces and line ends around it do not
        matter.

    Returns
    -------
    Predicate

    Raises
    ------
    PredicateError
        The text is no predicate; the message shows the place and what to write. Nothing else is ever raised.

    Examples
    --------
    >>> predicate = parse("not (age >= 25 or 18 > age) and home in ('rent', 'rent')")
    >>> print(predicate)
    18 <= age < 25 and home == 'rent'
    >>> predicate.columns, predicate.hash[:8]
    (('age', 'home'), '92ffe1ed')
    >>> parse("race == Black")
    Traceback (most recent call last):
    ...
    fairkit.errors.PredicateError: predicate, character 9: text goes in quotes; did you mean 'Black'? ...
        race == Black
                ^^^^^
    """
    if not isinstance(text, str):
        raise PredicateError(f'a predicate is text such as "age < 25", not {type(text).__name__}.')
    if len(text) > MAX_CHARACTERS:
        raise PredicateError(
            f"the predicate has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read."
        )
    written = text.strip(" \t\r\n")
    if not written:
        raise PredicateError('the predicate is empty; write a test such as "age < 25".')
    try:
        tree = tree_of(written)
        _refuse_mixed_literals(tree)
        node = canonical(tree)
        form = render(node)
        columns = tuple(sorted({leaf.column for leaf in leaves(node)}))
    except RecursionError:
        raise PredicateError(
            "the predicate is nested too deeply for the program around it; simplify."
        ) from None
    if len(form) > MAX_CHARACTERS:
        message = (
            f"written out, the predicate has {len(form):,} characters; at most {MAX_CHARACTERS:,} are kept."
        )
        raise PredicateError(message)
    return Predicate(text, form, hashlib.sha256(form.encode()).hexdigest(), columns, node)


def build(node: Node) -> Predicate:
    """Make a predicate of a tree (`Predicate.node`), such as one that a program has put together.

    Returns
    -------
    Predicate
        As `parse` reads it from the tree's text, within the same limits.

    Raises
    ------
    PredicateError
        The tree is too large for the language.

    Examples
    --------
    >>> print(build(And((Comparison("sex", "==", "F"), Comparison("age", "<", 25)))))
    age < 25 and sex == 'F'
    """
    return parse(render(canonical(node)))


def check(predicate: Predicate, schema: Mapping[str, ColumnKind]) -> None:
    """Make sure that a predicate fits the columns of the data.

    Parameters
    ----------
    predicate : Predicate
    schema : mapping of str to {"bool", "number", "text", "other"}
        What each column holds (see `kinds`). A column of kind "other" (dates, lists, mixed objects) can only
        be tested with `is missing`.

    Raises
    ------
    PredicateError
        Columns that do not exist and tests that do not fit their column, all at once.

    Examples
    --------
    >>> check(parse("age < 25 and sex == 1"), {"age": "number", "sex": "text"})
    Traceback (most recent call last):
    ...
    fairkit.errors.PredicateError: sex == 1: column 'sex' holds text; put the value in quotes.
    """
    problems = [
        unknown_name("column", name, list(schema)) for name in predicate.columns if name not in schema
    ]
    for leaf in leaves(predicate.node):
        if isinstance(leaf, Missing) or leaf.column not in schema:
            continue
        kind = schema[leaf.column]
        if kind == "other":
            problems.append(
                f"{render(leaf)}: column '{leaf.column}' holds neither numbers, text nor True/False only; "
                "convert it first (only 'is missing' works on it)."
            )
        elif kind != kind_of_leaf(leaf):
            problems.append(f"{render(leaf)}: column '{leaf.column}' holds {_HOLDS[kind]}; {_WRITE[kind]}.")
    if problems:
        raise PredicateError(*problems)


def to_mask(predicate: Predicate, columns: Mapping[str, npt.ArrayLike]) -> npt.NDArray[np.int8]:
    """Evaluate a predicate on NumPy columns.

    Parameters
    ----------
    predicate : Predicate
    columns : mapping of str to array of one dimension
        Booleans, integers, floats, text, or objects (None, NaN and pd.NA are missing). Only the columns that
        the predicate reads are looked at.

    Returns
    -------
    array of int8
        1 true, 0 false, -1 missing; one per row.

    Raises
    ------
    PredicateError
        A column does not exist or does not fit; the columns differ in length.

    Notes
    -----
    Integers and booleans are compared in their own type, one pass a test; text as objects costs a Python
    comparison per value, so code repeated labels as small integers where speed counts.

    Examples
    --------
    >>> import numpy as np
    >>> to_mask(parse("age < 25 or home == 'rent'"), {
    ...     "age": np.array([20.0, 40.0, np.nan, np.nan]),
    ...     "home": np.array(["own", "own", "own", "rent"]),
    ... })
    array([ 1,  0, -1,  1], dtype=int8)
    """
    expected = _expected_kinds(predicate.node)
    arrays = {name: np.asarray(columns[name]) for name in predicate.columns if name in columns}
    shapes = {name: array.shape for name, array in arrays.items()}
    if len(set(shapes.values())) > 1 or any(len(shape) != 1 for shape in shapes.values()):
        listed = ", ".join(f"'{name}' {shape}" for name, shape in shapes.items())
        raise PredicateError(
            f"columns must be arrays of one dimension and one length; these have shapes {listed}."
        )
    ready = {name: column_of(array, expected.get(name)) for name, array in arrays.items()}
    check(predicate, {name: ready[name].kind if name in ready else "other" for name in columns})
    return mask_of(predicate.node, ready)


def to_expressions(predicate: Predicate, schema: Mapping[str, Any]) -> tuple[nw.Expr, nw.Expr]:
    """Translate a predicate into two narwhals expressions for any dataframe engine.

    Parameters
    ----------
    predicate : Predicate
    schema : mapping of str to narwhals dtype
        Such as `narwhals.from_native(frame).collect_schema()`.

    Returns
    -------
    is_true, is_false : narwhals.stable.v2.Expr
        Booleans that are never null. A row where neither holds is missing.

    Raises
    ------
    PredicateError
        A column does not exist or does not fit.

    Notes
    -----
    pandas' columns of Python objects do not tell what they hold, so the predicate is believed; `object_kinds`
    finds out. An empty one passes for text, so take the schema of the whole data.

    Examples
    --------
    >>> import narwhals.stable.v2 as nw, pandas as pd
    >>> frame = nw.from_native(pd.DataFrame({"age": [20.0, 40.0, None]}))
    >>> is_true, is_false = to_expressions(parse("age < 25"), frame.collect_schema())
    >>> frame.select(true=is_true, false=is_false).to_native().to_numpy().tolist()
    [[True, False], [False, True], [False, False]]
    """
    check(predicate, engine.implied_kinds(predicate.node, schema))
    is_true, is_false = engine.expressions_of(predicate.node, schema)
    return is_true, is_false


def kinds(schema: Mapping[str, Any]) -> dict[str, ColumnKind]:
    """Say what each column of a narwhals schema holds.

    Parameters
    ----------
    schema : mapping of str to narwhals dtype

    Returns
    -------
    dict of str to {"bool", "number", "text", "other"}
        Categories count as text. Dates, nested columns and pandas' columns of Python objects are "other"
        (see `object_kinds`).

    Examples
    --------
    >>> import narwhals.stable.v2 as nw
    >>> kinds({"age": nw.Int8(), "home": nw.Categorical(), "born": nw.Date()})
    {'age': 'number', 'home': 'text', 'born': 'other'}
    """
    return engine.kinds_of(schema)


def object_kinds(frame: Any) -> dict[str, ColumnKind]:
    """Look into pandas' columns of Python objects to find what they hold.

    Parameters
    ----------
    frame : dataframe
        Of any engine narwhals knows; only eager frames have such columns.

    Returns
    -------
    dict of str to {"bool", "number", "text", "other"}
        One entry per column whose dtype does not tell; use as ``kinds(schema) | object_kinds(frame)``.

    Examples
    --------
    >>> import pandas as pd
    >>> object_kinds(pd.DataFrame({"employed": [True, None, False], "age": [20, 30, 40]}))
    {'employed': 'bool'}
    """
    import narwhals.stable.v2 as nw

    data = nw.from_native(frame)
    if not isinstance(data, nw.DataFrame):
        return {}
    unsure = [name for name, dtype in data.collect_schema().items() if dtype == nw.Object]
    return {name: column_of(np.asarray(data[name].to_numpy(), dtype=object), None).kind for name in unsure}


def _expected_kinds(node: Node) -> dict[str, LiteralKind]:
    return {leaf.column: kind_of_leaf(leaf) for leaf in leaves(node) if not isinstance(leaf, Missing)}


def _refuse_mixed_literals(tree: Node) -> None:
    found: dict[str, set[str]] = {}
    for leaf in leaves(tree):
        if not isinstance(leaf, Missing):
            found.setdefault(leaf.column, set()).add(_HOLDS[kind_of_leaf(leaf)])
    problems = [
        f"column '{column}' is compared with {' and with '.join(sorted(held))}; it can hold one of them only."
        for column, held in sorted(found.items())
        if len(held) > 1
    ]
    if problems:
        raise PredicateError(*problems)
