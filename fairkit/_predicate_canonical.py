"""One form for every predicate: the rules that turn equal trees into one tree, and the tree into one text.

Every rule keeps all three truth values (Kleene's true, false, missing), which bars the rules of two-valued
logic that do not: `a < 5 or a >= 5` is not always true, because it is missing where `a` is. Kept are De
Morgan, associativity, commutativity and idempotence, and, within one `and` or `or` and one column, the
tightest (loosest) bound on each side and the union of (un)equal values. Those merges are themselves
associative, commutative and idempotent, so the result does not depend on how a predicate was bracketed or
ordered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from fairkit._predicate_nodes import And, Comparison, Leaf, Membership, Missing, Node, Or, Value
from fairkit._predicate_tokens import INVISIBLE, RESERVED

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MUST_ESCAPE = re.compile(rf"[\t\\]|{INVISIBLE.pattern}")
_SHORT = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LOWER = frozenset({">", ">="})
_UPPER = frozenset({"<", "<="})


def canonical(node: Node) -> Node:
    """Bring a tree into canonical form; the result has the same truth value on every row."""
    match node:
        case And(children):
            return _combined(And, [canonical(child) for child in children])
        case Or(children):
            return _combined(Or, [canonical(child) for child in children])
        case Comparison(column, "!=", bool(value)):
            return Comparison(column, "==", not value)
        case Membership(column, values, negated):
            return _membership(column, values, negated=negated)
        case _:
            return node


def render(node: Node) -> str:
    """Write a tree as text that reads back as the same tree."""
    match node:
        case And(children):
            return " and ".join(_conjuncts(children))
        case Or(children):
            return " or ".join(render(child) for child in children)
        case Comparison(column, op, value):
            return f"{_name(column)} {op} {_literal(value)}"
        case Membership(column, values, negated):
            listed = ", ".join(_literal(value) for value in values)
            return f"{_name(column)} {'not in' if negated else 'in'} ({listed})"
        case Missing(column, negated):
            return f"{_name(column)} is {'not missing' if negated else 'missing'}"


def _combined(connective: type[And | Or], children: Iterable[Node]) -> Node:
    flat: list[Node] = []
    for child in children:
        flat.extend(child.children if isinstance(child, connective) else (child,))
    # `and` narrows (tightest bounds, forbidden values unite), `or` widens (loosest, allowed values unite).
    narrow = connective is And
    kept: dict[str, Node] = {}
    bounds: dict[tuple[str, bool], Comparison] = {}
    values: dict[str, list[Value]] = {}
    for child in flat:
        if isinstance(child, Comparison) and child.op in _LOWER | _UPPER:
            key = child.column, child.op in _LOWER
            bounds[key] = _better(bounds.get(key, child), child, narrow=narrow)
        elif isinstance(child, Comparison) and child.op == ("!=" if narrow else "=="):
            values.setdefault(child.column, []).append(child.value)
        elif isinstance(child, Membership) and child.negated == narrow:
            values.setdefault(child.column, []).extend(child.values)
        else:
            kept[render(child)] = child
    merged = [*kept.values(), *bounds.values()]
    merged += [_membership(column, listed, negated=narrow) for column, listed in values.items()]
    merged.sort(key=_order)
    return merged[0] if len(merged) == 1 else connective(tuple(merged))


def _better(one: Comparison, other: Comparison, *, narrow: bool) -> Comparison:
    """Return the tighter (narrow) or the looser of two bounds on the same side of one column."""
    if one.value == other.value:
        strict = one if one.op in {"<", ">"} else other
        loose = other if strict is one else one
        return strict if narrow else loose
    smaller, larger = (one, other) if one.value < other.value else (other, one)  # type: ignore[operator]
    return larger if (one.op in _LOWER) == narrow else smaller


def _membership(column: str, values: Iterable[Value], *, negated: bool) -> Leaf:
    unique = tuple(sorted(set(values)))
    if len(unique) > 1:
        return Membership(column, unique, negated)
    value = unique[0]
    if negated and isinstance(value, bool):
        return Comparison(column, "==", not value)
    return Comparison(column, "!=" if negated else "==", value)


def _order(node: Node) -> tuple[bool, str, str]:
    compound = isinstance(node, And | Or)
    return compound, "" if isinstance(node, And | Or) else node.column, render(node)


def _conjuncts(children: tuple[Node, ...]) -> list[str]:
    """Render the parts of an `and`, the two bounds of one column as a range."""
    bounds: dict[str, dict[bool, Comparison]] = {}
    for child in children:
        if isinstance(child, Comparison) and child.op in _LOWER | _UPPER:
            bounds.setdefault(child.column, {})[child.op in _LOWER] = child
    parts: dict[str, None] = {}
    for child in children:
        pair = bounds.get(child.column, {}) if isinstance(child, Comparison) else {}
        if len(pair) == 2 and child in pair.values():
            low, high = pair[True], pair[False]
            start = "<" if low.op == ">" else "<="
            text = f"{_literal(low.value)} {start} {_name(low.column)} {high.op} {_literal(high.value)}"
        else:
            text = f"({render(child)})" if isinstance(child, Or) else render(child)
        parts[text] = None
    return list(parts)


def _name(column: str) -> str:
    if _PLAIN_NAME.fullmatch(column) and column not in RESERVED:
        return column
    return "`" + column.replace("`", "``") + "`"


def _literal(value: Value) -> str:
    if not isinstance(value, str):
        return repr(value)
    text = _MUST_ESCAPE.sub(_escaped, value)
    if "'" not in text:
        return f"'{text}'"
    return f'"{text}"' if '"' not in text else "'" + text.replace("'", "\\'") + "'"


def _escaped(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    wide = f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
    return _SHORT.get(character) or (f"\\x{code:02x}" if code <= 0xFF else wide)
