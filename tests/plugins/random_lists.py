"""Random rows and pointer decision lists of every form, and a plain evaluator that goes row by row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bounty.claims.claim import Alternative, Constant, Rules
from bounty.decision_list.pointer_list import DecisionList, Pointer, Update
from bounty.rows.amounts import Numbers
from bounty.rows.answers import STEPS, Answers, AnswerSpace, Form, Truth
from bounty.rows.columns import Columns
from bounty.rows.losses import Loss
from bounty.rows.splits import Split
from fairkit.predicates import parse, to_mask

SPACES = {
    Form.DECISION: AnswerSpace(Form.DECISION, ("no", "yes")),
    Form.CLASSES: AnswerSpace(Form.CLASSES, ("low", "middle", 'it\'s "high"')),
    Form.SCORE: AnswerSpace(Form.SCORE, (), -0.7, 1.9),
    Form.COST: AnswerSpace(Form.COST),
}
LOSSES = {
    Form.DECISION: Loss.named("error", Form.DECISION),
    Form.CLASSES: Loss.named("error", Form.CLASSES),
    Form.SCORE: Loss.named("squared", Form.SCORE),
    Form.COST: Loss.named("ratio", Form.COST, largest=50, largest_unit=60),
}
HOMES = ["own", "rent", "it's \\ 'odd'", "\u202ehidden", "Über"]
OTHERS = ("small", "large-v3")


@dataclass(frozen=True)
class Case:
    """A split, the values it was made of, and a list."""

    split: Split
    raw: dict[str, list]
    list: DecisionList

    def predicted(self, version=None):
        """Answer every row with the list, top-down."""
        chosen = self.list if version is None else self.list.version(version)
        return chosen.predict(self.split.columns, self.split.host, alternatives=self.split.alternatives)


def random_values(rng, rows):
    """Draw the values of three columns, a tenth of them missing."""
    columns = {
        "age": rng.integers(0, 40, rows) / 2,
        "the home": rng.choice(HOMES, rows),
        "member": rng.random(rows) < 0.5,
    }
    gone = rng.random((3, rows)) < 0.1
    return {
        name: [None if lost else value for value, lost in zip(values.tolist(), missing, strict=True)]
        for (name, values), missing in zip(columns.items(), gone.tolist(), strict=True)
    }


def random_predicate(rng, depth=2):
    """Draw a predicate."""
    if depth and rng.random() < 0.6:
        joined = str(rng.choice([" and ", " or "])).join(
            f"({random_predicate(rng, depth - 1)})" for _ in range(rng.integers(2, 4))
        )
        return f"not ({joined})" if rng.random() < 0.3 else joined
    low, home = rng.integers(0, 40) / 2, repr(str(rng.choice(HOMES[:3])))
    tests = [
        f"age < {low}",
        f"{low} <= age < {low + 4}",
        f"age != {low}",
        f"age not in ({low}, {low + 1}, {low + 2.5})",
        f"`the home` == {home}",
        f"`the home` != {home}",
        f"`the home` in ({home}, 'Über')",
        f"`the home` not in ({home}, 'own')",
        "member",
        "not member",
        f"{rng.choice(['age', '`the home`', 'member'])} is missing",
        f"{rng.choice(['age', '`the home`', 'member'])} is not missing",
    ]
    return str(rng.choice(tests))


def random_group(rng):
    """Draw a group in canonical form."""
    return parse(random_predicate(rng)).canonical


def random_model(rng, form):
    """Draw what an update proposes."""
    if form is Form.COST or rng.random() < 0.2:
        return Alternative(str(rng.choice(OTHERS)))

    def answer():
        if form is Form.SCORE:
            return str(round(float(rng.uniform(-0.7, 1.9)), 3))
        return str(rng.choice(SPACES[form].classes))

    if rng.random() < 0.4:
        return Constant(answer())
    cases = tuple((random_group(rng), answer()) for _ in range(rng.integers(1, 4)))
    return Rules(cases, answer() if rng.random() < 0.5 else None)


def random_list(rng, form, nodes):
    """Draw a list of which a third of the nodes are pointers."""
    drawn = []
    for index in range(nodes):
        group = random_group(rng)
        if index and rng.random() < 0.35:
            drawn.append(Pointer(group, int(rng.integers(0, index + 1))))
        else:
            drawn.append(Update(group, random_model(rng, form), f"{index:064x}"))
    return DecisionList(SPACES[form], tuple(drawn))


def random_answers(rng, form, rows):
    """Draw what some model answers."""
    most = {Form.SCORE: STEPS, Form.COST: 50}.get(form, len(SPACES[form].classes) - 1)
    return Answers.of(form, rng.integers(0, most + 1, rows))


def random_split(rng, form, raw, part="checker"):
    """Draw truth and answers for rows."""
    rows = len(raw["age"])
    others = {name: random_answers(rng, form, rows) for name in OTHERS}
    truth = (
        Truth(units=Numbers(rng.integers(1, 61, rows)))
        if form is Form.COST
        else Truth(random_answers(rng, form, rows).codes)
    )
    columns = Columns.of(
        raw, levels={"age": list(np.arange(60) / 2), "the home": HOMES, "member": [False, True]}
    )
    return Split(part, columns, truth, random_answers(rng, form, rows), others)


def random_case(seed, form, *, rows=150, nodes=12):
    """Draw rows and a list for them."""
    rng = np.random.default_rng(seed)
    raw = random_values(rng, rows)
    return Case(random_split(rng, form, raw), raw, random_list(rng, form, nodes))


def row_by_row(case, version=None):
    """Answer every row on its own, from the newest node down, on values and not on codes."""
    nodes, space = case.list.nodes, case.list.space
    held = {}

    def holds(text, row):
        if text not in held:
            columns = {name: np.array(values, dtype=object) for name, values in case.raw.items()}
            held[text] = (to_mask(parse(text), columns) == 1).tolist()
        return held[text][row]

    def model(proposed, row):
        match proposed:
            case Constant(answer):
                return space.code(answer)
            case Alternative(name):
                return int(case.split.alternatives[name].codes[row])
            case Rules(cases, otherwise):
                for when, answer in cases:
                    if holds(when, row):
                        return space.code(answer)
                return None if otherwise is None else space.code(otherwise)

    answers, ways = [], []
    for row in range(case.split.rows):
        place, found, hops = len(nodes) if version is None else version, None, []
        while place and found is None:
            place -= 1
            node = nodes[place]
            if not holds(node.group, row):
                continue
            if isinstance(node, Pointer):
                hops.append((place, node.version))
                place = node.version
            else:
                found = model(node.model, row)
        ways.append((None if found is None else place, hops))
        answers.append(int(case.split.host.codes[row]) if found is None else found)
    return answers, ways
