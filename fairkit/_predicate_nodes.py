"""The checked tree of a predicate: five small frozen kinds of node, and what negation does to each.

There is no node for `not`: under Kleene's three-valued logic the negation of every leaf is a leaf (a missing
value stays missing either way) and De Morgan's laws hold, so negation is pushed in once and evaluation never
meets it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Operator = Literal["==", "!=", "<", "<=", ">", ">="]
LiteralKind = Literal["bool", "number", "text"]
Value: TypeAlias = bool | int | float | str

COMPARE: dict[Operator, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
INVERSE: dict[Operator, Operator] = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
MIRRORED: dict[Operator, Operator] = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A column compared with one literal; missing where the column is missing.

    Examples
    --------
    >>> from fairkit.predicates import parse
    >>> parse("25 > age").node
    Comparison(column='age', op='<', value=25)
    """

    column: str
    op: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class Membership:
    """A column looked up in two or more literals of one kind, sorted; missing where the column is missing.

    Examples
    --------
    >>> from fairkit.predicates import parse
    >>> parse("race in ('B', 'A')").node
    Membership(column='race', values=('A', 'B'), negated=False)
    """

    column: str
    values: tuple[Value, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """Whether a column has no value; the only test that is never missing itself.

    Examples
    --------
    >>> from fairkit.predicates import parse
    >>> parse("race is missing").node
    Missing(column='race', negated=False)
    """

    column: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class And:
    """True where all children are, false where one is, else missing.

    Examples
    --------
    >>> from fairkit.predicates import parse
    >>> len(parse("age < 25 and sex == 'F'").node.children)
    2
    """

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True where one child is, false where all are, else missing.

    Examples
    --------
    >>> from fairkit.predicates import parse
    >>> len(parse("age < 25 or age > 60").node.children)
    2
    """

    children: tuple[Node, ...]


Leaf: TypeAlias = Comparison | Membership | Missing
Node: TypeAlias = Leaf | And | Or


def leaves(node: Node) -> Iterator[Leaf]:
    """Walk the tests of a tree from left to right."""
    if isinstance(node, And | Or):
        for child in node.children:
            yield from leaves(child)
    else:
        yield node


def kind_of(value: Value) -> LiteralKind:
    """Kind of column that a literal can be compared with."""
    if isinstance(value, bool):
        return "bool"
    return "text" if isinstance(value, str) else "number"


def kind_of_leaf(leaf: Comparison | Membership) -> LiteralKind:
    """Kind of column that a test can be made on."""
    return kind_of(leaf.value if isinstance(leaf, Comparison) else leaf.values[0])


def negate(node: Node) -> Node:
    """Turn a tree into its negation, true and false swapped and missing kept."""
    match node:
        case Comparison(column, op, value):
            return Comparison(column, INVERSE[op], value)
        case Membership(column, values, negated):
            return Membership(column, values, not negated)
        case Missing(column, negated):
            return Missing(column, not negated)
        case And(children):
            return Or(tuple(negate(child) for child in children))
        case Or(children):
            return And(tuple(negate(child) for child in children))
