"""Tokens of a predicate -> tree, by recursive descent within hard limits.

```
predicate  = conjunct { "or" conjunct }
conjunct   = negation { "and" negation }
negation   = { "not" } ( "(" predicate ")" | test )
test       = column ( compare literal | ["not"] "in" list | "is" ["not"] "missing" | )
           | literal compare column [ compare literal ]
```
`and` binds tighter than `or`, and `not` tighter than both, as in Python and SQL.
"""

from __future__ import annotations

import re
from typing import cast

from fairkit._predicate_nodes import (
    MIRRORED,
    And,
    Comparison,
    Membership,
    Missing,
    Node,
    Operator,
    Or,
    Value,
    kind_of,
    negate,
)
from fairkit._predicate_tokens import ARITHMETIC, Token, fault, tokens_of
from fairkit.errors import PredicateError

MAX_NODES = 200
MAX_LITERALS = 64
MAX_DEPTH = 32

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_LITERAL_STARTS = (("operator", "-"), ("keyword", "True"), ("keyword", "False"))
_RISING = frozenset({"<", "<="})
_FALLING = frozenset({">", ">="})
_WORDS_FOR_MISSING = frozenset({"none", "null", "nil", "na", "nan", "nat", "missing"})
_BAREWORDS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[ -](?!(?:and|or|not|in|is)\b)[A-Za-z_][A-Za-z0-9_]*)*")
_USE_MISSING = "a missing value equals nothing; write 'column is missing' or 'column is not missing'."


def tree_of(text: str) -> Node:
    """Read a predicate of tolerable length into a tree; raise PredicateError at the first fault."""
    return _Parser(text).tree()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens_of(text)
        self.place = 0
        self.nodes = 0
        self.literals = 0
        self.depth = 0

    def tree(self) -> Node:
        node = self.disjunction()
        if self.here[:2] == ("operator", "-"):
            raise self.unexpected(ARITHMETIC)
        if self.here.kind != "end":
            raise self.unexpected("the predicate is complete here; join tests with 'and' or 'or'.")
        return node

    def disjunction(self) -> Node:
        children = [self.conjunction()]
        while self.accept("keyword", "or"):
            self.count_node()
            children.append(self.conjunction())
        return children[0] if len(children) == 1 else Or(tuple(children))

    def conjunction(self) -> Node:
        children = [self.negation()]
        while self.accept("keyword", "and"):
            self.count_node()
            children.append(self.negation())
        return children[0] if len(children) == 1 else And(tuple(children))

    def negation(self) -> Node:
        negated = False
        while self.accept("keyword", "not"):
            self.count_node()
            negated = not negated
        node = self.parenthesis() if self.here[:2] == ("operator", "(") else self.test()
        return negate(node) if negated else node

    def parenthesis(self) -> Node:
        opening = self.take()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.fault_at(opening, f"parentheses are nested more than {MAX_DEPTH} deep; simplify.")
        node = self.disjunction()
        if not self.accept("operator", ")"):
            raise self.unexpected("a closing parenthesis ')' is missing here.")
        self.depth -= 1
        if self.operator_here() is not None:
            raise self.unexpected("compare inside the parentheses: (column == literal).")
        return node

    def test(self) -> Node:
        self.count_node()
        if self.literal_here():
            return self.literal_first()
        column = self.column()
        if self.operator_here() is not None:
            return self.column_first(column)
        if self.here[:2] == ("keyword", "is"):
            return self.missing(column)
        negated = self.accept("keyword", "not") is not None
        if self.accept("keyword", "in"):
            return self.membership(column, negated=negated)
        if negated:
            raise self.unexpected("after a column, 'not' is followed by 'in'.")
        return self.bare(column)

    def bare(self, column: str) -> Node:
        here = self.here
        if here[:2] == ("operator", "-"):
            raise self.unexpected(ARITHMETIC)
        if here.kind == "operator" and here.value in _CLOSING:
            advice = "write 'column is missing'." if column == "missing" else "compare the column itself."
            raise self.unexpected(f"there are no calls and no indexing; {advice}")
        if here.kind in {"name", "column", "literal"}:
            word = str(here.value).casefold()
            advice = "write column == literal."
            if word in {"and", "or", "not", "in", "is"}:
                advice = f"write '{word}'."
            elif word == "between":
                advice = "write 5 <= column <= 10."
            raise self.unexpected(f"an operator is missing before this word: {advice}")
        self.count_literal(self.tokens[self.place - 1])
        return Comparison(column, "==", value=True)

    def column_first(self, column: str) -> Node:
        op, value = self.comparison_literal()
        if self.operator_here() is not None:
            raise self.unexpected("a range has the column in the middle: 25 <= age < 40.")
        return Comparison(column, op, value)

    def literal_first(self) -> Node:
        first = self.here
        value = self.literal()
        if self.here.kind == "keyword" and self.here.value in {"in", "not"}:
            raise self.unexpected("'in' looks a column up in a list: column in ('a', 'b').")
        left = self.operator_here()
        if left is None:
            raise self.fault_at(first, "a literal alone is no test; write column == literal.")
        self.refuse_ordered_booleans(first, left, value)
        self.take()
        if self.literal_here():
            raise self.unexpected("two literals are compared; one side must be a column.")
        column = self.column()
        lower = Comparison(column, MIRRORED[left], value)
        right = self.operator_here()
        if right is None:
            return lower
        if not ({left, right} <= _RISING or {left, right} <= _FALLING):
            raise self.unexpected("both ends of a range point the same way: 25 <= age < 40.")
        self.count_node(2)
        op, value = self.comparison_literal()
        if self.operator_here() is not None:
            raise self.unexpected("a range has two ends; join further tests with 'and'.")
        if kind_of(lower.value) != kind_of(value):
            raise self.fault_at(
                self.tokens[self.place - 1], "the ends of a range are both numbers or both text."
            )
        return And((lower, Comparison(column, op, value)))

    def comparison_literal(self) -> tuple[Operator, Value]:
        operator = self.take()
        first = self.here
        value = self.literal()
        self.refuse_ordered_booleans(first, str(operator.value), value)
        return cast(Operator, operator.value), value

    def missing(self, column: str) -> Missing:
        self.take()
        negated = self.accept("keyword", "not") is not None
        if self.here[:2] == ("keyword", "None"):
            raise self.unexpected(_USE_MISSING)
        if not self.accept("name", "missing"):
            raise self.unexpected(
                "'is' is followed by 'missing' or 'not missing'; values are compared with '=='."
            )
        return Missing(column, negated)

    def membership(self, column: str, *, negated: bool) -> Membership:
        opening = self.here
        if opening.kind != "operator" or opening.value not in _CLOSING:
            raise self.unexpected("'in' is followed by a list of literals: column in ('a', 'b').")
        self.take()
        closing = _CLOSING[str(opening.value)]
        values = [self.literal()]
        while self.accept("operator", ","):
            if self.here[:2] == ("operator", closing):
                break
            place = self.here
            values.append(self.literal())
            if kind_of(values[-1]) != kind_of(values[0]):
                raise self.fault_at(
                    place, "the literals of a list are all numbers, all text or all True/False."
                )
        if not self.accept("operator", closing):
            raise self.unexpected(f"the list goes on with ',' or ends with '{closing}'.")
        return Membership(column, tuple(values), negated)

    def column(self) -> str:
        token = self.take()
        if token.kind not in {"name", "column"}:
            self.place -= 1
            if token[:2] == ("keyword", "None"):
                raise self.unexpected(_USE_MISSING)
            raise self.unexpected("a column's name or a literal is expected here.")
        return str(token.value)

    def literal_here(self) -> bool:
        here = self.here
        return here.kind == "literal" or here[:2] in _LITERAL_STARTS

    def literal(self) -> Value:
        token = self.take()
        self.count_literal(token)
        if token.kind == "literal":
            return token.value
        if token.kind == "keyword" and token.value in {"True", "False"}:
            return token.value == "True"
        if token[:2] == ("operator", "-"):
            number = self.take()
            if number.kind == "literal" and isinstance(number.value, int | float):
                return -number.value
            raise self.fault_at(number, "a minus sign stands before a number only.")
        self.place -= 1
        raise self.no_literal(token)

    def no_literal(self, token: Token) -> PredicateError:
        if token.kind == "column":
            return self.unexpected("two columns cannot be compared; one side must be a literal.")
        word = str(token.value)
        if word.casefold() in _WORDS_FOR_MISSING:
            return self.unexpected(_USE_MISSING)
        if token.kind != "name":
            return self.unexpected("a literal is expected here: a number, 'text', True or False.")
        if word.casefold() in {"true", "false"}:
            return self.unexpected(f"did you mean {word.capitalize()}?")
        match = _BAREWORDS.match(self.text, token.start)
        words = match.group() if match else word
        return self.unexpected(f"text goes in quotes; did you mean '{words}'? (Columns cannot be compared.)")

    def refuse_ordered_booleans(self, token: Token, op: str, value: Value) -> None:
        if isinstance(value, bool) and op not in {"==", "!="}:
            raise self.fault_at(token, "True and False have no order; compare with '==' or '!='.")

    def count_node(self, many: int = 1) -> None:
        self.nodes += many
        if self.nodes > MAX_NODES:
            raise self.unexpected(
                f"the predicate has more than {MAX_NODES} tests and operators; simplify it."
            )

    def count_literal(self, token: Token) -> None:
        self.literals += 1
        if self.literals > MAX_LITERALS:
            raise self.fault_at(token, f"the predicate has more than {MAX_LITERALS} literals; simplify it.")

    @property
    def here(self) -> Token:
        return self.tokens[self.place]

    def operator_here(self) -> Operator | None:
        here = self.here
        return here.value if here.kind == "operator" and here.value in MIRRORED else None

    def take(self) -> Token:
        token = self.tokens[self.place]
        self.place += token.kind != "end"
        return token

    def accept(self, kind: str, value: str) -> Token | None:
        return self.take() if self.here[:2] == (kind, value) else None

    def unexpected(self, message: str) -> PredicateError:
        return self.fault_at(self.here, message)

    def fault_at(self, token: Token, message: str) -> PredicateError:
        return fault(self.text, token.start, token.end, message)
