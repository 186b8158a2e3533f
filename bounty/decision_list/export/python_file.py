"""A decision list as one Python file that needs nothing but Python.

The file is written to be read: each group is a function of one row, with its predicate as its text, and the
list is a table of groups and what answers there. Names, texts and hashes that hunters chose enter it only as
Python literals, so none of them can become code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bounty.decision_list.export.parsed import ParsedList, ParsedNode
from bounty.decision_list.pointer_list import DecisionList
from bounty.rows.answers import STEPS, AnswerSpace, Form
from fairkit.predicates import And, ColumnKind, Comparison, Membership, Missing, Node, Or


def to_python(decision_list: DecisionList, kinds: Mapping[str, ColumnKind]) -> str:
    """Write a decision list as one Python file without dependencies.

    Parameters
    ----------
    decision_list : DecisionList
    kinds : mapping of str to {"bool", "number", "text"}
        What each column holds (`bounty.rows.columns.Columns.kinds`).

    Returns
    -------
    str
        The file's text, for Python 3.10 or later. Its ``predict(row, host, alternatives)`` takes a mapping of
        column to value (None or NaN is missing), the answer of the host's model, and those of its other
        models by name, where the list uses them; it gives the answer: a class's name, a score on the
        bounty's grid, or a cost. Run as a program it answers one JSON object a line.

    Raises
    ------
    BountyError
        The list uses ONNX models, or does not fit the columns.

    Examples
    --------
    >>> from bounty.claims.claim import Constant
    >>> from bounty.decision_list.pointer_list import Pointer, Update
    >>> space = AnswerSpace(Form.DECISION, ("no", "yes"))
    >>> nodes = (Update("sex == 'F'", Constant("yes"), "00ff"), Pointer("age < 25", 0))
    >>> file = {}
    >>> exec(to_python(DecisionList(space, nodes), {"age": "number", "sex": "text"}), file)
    >>> file["predict"]({"age": None, "sex": "F"}, "no"), file["predict"]({"age": 20, "sex": "F"}, "no")
    ('yes', 'no')
    """
    parsed = ParsedList.of(decision_list, kinds, "a plain Python file")
    functions = [line for index, node in enumerate(parsed.nodes) for line in _functions(index, node)]
    table = [line for index, node in enumerate(parsed.nodes) for line in _entry(index, node)]
    lines = [
        *_HEAD.format(nodes=len(parsed.nodes), versions=len(parsed.nodes) + 1).splitlines(),
        "",
        f"COLUMNS = {dict(parsed.columns)!r}",
        f"ALTERNATIVES = {parsed.alternatives!r}",
        "",
        *_MISSING.splitlines(),
        "",
        "",
        *_answer(parsed.space).splitlines(),
        "",
        "",
        *functions,
        "# Oldest first. A number is a pointer: the row is answered as at that version, 0 being the host's.",
        "NODES = (",
        *table,
        ")",
        "",
        *_PREDICT.splitlines(),
    ]
    return "\n".join(lines) + "\n"


_HEAD = '''"""A repaired model as a pointer decision list: {nodes} nodes on top of the host's model.

predict(row, host) takes a row's values and the answer of the host's model, and gives the repaired answer. The
newest node that holds for the row answers it, or sends it to an earlier version; where none holds, the host's
answer stands. None and NaN are missing values: no test of a missing value holds, but "is missing".

    python FILE < rows.jsonl      each line {{"row": {{...}}, "host": ..., "alternatives": {{...}}}}
"""

from numbers import Integral, Real
'''

_MISSING = '''
class Missing:
    """A missing value: every comparison with it is false, also that for difference."""

    __hash__ = None

    def never(self, other):
        return False

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = never


MISSING = Missing()


def value(name, given):
    """A value of a column, as the tests compare it."""
    kind = COLUMNS[name]
    if given is None or (isinstance(given, Real) and given != given):
        return MISSING
    if kind == "number" and isinstance(given, Real) and not isinstance(given, bool):
        return int(given) if isinstance(given, Integral) else float(given)
    if (kind == "bool" and isinstance(given, bool)) or (kind == "text" and isinstance(given, str)):
        return given
    raise ValueError(f"column {name!r} holds {kind}; {given!r} is something else.")


def values(row):
    """The values of all columns that the list reads."""
    absent = [name for name in COLUMNS if name not in row]
    if absent:
        raise ValueError(f"the row lacks columns {', '.join(map(repr, absent))}; a missing value is None.")
    return {name: value(name, row[name]) for name in COLUMNS}'''

_NAMES = '''
ANSWERS = {classes!r}


def answer(given):
    """An answer of the host's models: the name of a class{also}."""
    name = str(given){booleans}
    if name not in ANSWERS:
        raise ValueError(f"answer {{given!r}} is none of {{', '.join(ANSWERS)}}.")
    return name'''

_BOOLEANS = """
    if name in ("True", "False") and name not in ANSWERS:
        name = ANSWERS[name == "True"]"""

_SCORE = '''
LOW, HIGH = {low!r}, {high!r}


def answer(given):
    """A score of the host's models, on the bounty's grid of {steps:,} steps."""
    score = float(given)
    if not LOW <= score <= HIGH:
        raise ValueError(f"score {{given!r}} is not between {{LOW:g}} and {{HIGH:g}}.")
    return LOW + (HIGH - LOW) * round((score - LOW) / (HIGH - LOW) * {steps}) / {steps}'''

_COST = '''
def answer(given):
    """A cost of the host's models."""
    return int(given)'''

_PREDICT = '''
def predict(row, host, alternatives={}):
    """Answer one row.

    row: the value of each column by name; host: the answer of the host's model; alternatives: the answers of
    its other models by name, where the list uses them (ALTERNATIVES).
    """
    seen = values(row)
    absent = [name for name in ALTERNATIVES if name not in alternatives]
    if absent:
        raise ValueError(f"the list also needs the answers of {', '.join(map(repr, absent))}.")
    others = {name: answer(alternatives[name]) for name in ALTERNATIVES}
    version = len(NODES)
    while version > 0:
        version -= 1
        group, then = NODES[version]
        if not group(seen):
            continue
        if not callable(then):
            version = then
            continue
        found = then(seen, others)
        if found is not None:
            return found
    return answer(host)


if __name__ == "__main__":
    import json
    import sys

    for line in sys.stdin:
        print(json.dumps(predict(**json.loads(line))))'''


def _answer(space: AnswerSpace) -> str:
    if space.form is Form.COST:
        return _COST.lstrip("\n")
    if space.form is Form.SCORE:
        return _SCORE.lstrip("\n").format(low=float(space.low), high=float(space.high), steps=STEPS)
    decides = space.form is Form.DECISION
    also, booleans = (", or True or False", _BOOLEANS) if decides else ("", "")
    return _NAMES.lstrip("\n").format(classes=space.classes, also=also, booleans=booleans)


def _functions(index: int, node: ParsedNode) -> Iterable[str]:
    yield f"def group_{index}(row):"
    yield f"    {node.group.canonical!r}"
    yield f"    return {_expression(node.group.node)}"
    yield ""
    yield ""
    if node.version is not None:
        return
    yield f"def model_{index}(row, others):"
    yield f"    {f'Of claim {node.claim}'!r}"
    for when, answer in node.cases:
        yield f"    if {_expression(when.node)}:"
        yield f"        return {answer!r}"
    last = repr(node.otherwise) if node.alternative is None else f"others[{node.alternative!r}]"
    yield f"    return {last}" + ("  # as before" if last == "None" else "")
    yield ""
    yield ""


def _entry(index: int, node: ParsedNode) -> Iterable[str]:
    then = f"model_{index}" if node.version is None else str(node.version)
    yield f"    (group_{index}, {then}),"


def _expression(node: Node) -> str:
    """Write a predicate as Python; where a value is missing, every comparison is false already."""
    match node:
        case Comparison(column, op, literal):
            return f"row[{column!r}] {op} {literal!r}"
        case Membership(column, literals, negated):
            if not negated:
                return f"row[{column!r}] in {literals!r}"
            return f"row[{column!r}] is not MISSING and row[{column!r}] not in {literals!r}"
        case Missing(column, negated):
            return f"row[{column!r}] is {'not ' if negated else ''}MISSING"
        case And(children):
            return " and ".join(_bracketed(child) for child in children)
        case Or(children):
            return " or ".join(_expression(child) for child in children)


def _bracketed(node: Node) -> str:
    return f"({_expression(node)})" if isinstance(node, Or) else _expression(node)
