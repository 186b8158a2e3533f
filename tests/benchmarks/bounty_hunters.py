"""House hunters: how long a whole hunt takes, by rows and by what the host's model answers.

Fourteen columns (text of 2 to 50 levels, numbers of 5 to 1,000) with a planted group; the host has another
model, which is better there. The ratio is to scikit-learn's tree of depth 4 on the same rows, one-hot coded,
which a hunter would run first.

    python tests/benchmarks/bounty_hunters.py [--rows 200000]
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from bounty.hunters import hunt
from bounty.hunters.trees import Encoding
from bounty.rows.amounts import Numbers
from bounty.rows.answers import Answers, AnswerSpace, Form, Truth
from bounty.rows.columns import Column, Columns
from bounty.rows.losses import LOSSES_OF, Loss
from bounty.rows.splits import Split

TEXTS, NUMBERS = (2, 3, 5, 8, 12, 20, 50, 9), (10, 100, 1000, 30, 60, 5)


def drawn(generator: np.random.Generator, rows: int) -> Columns:
    """Draw columns; three in a hundred texts are missing."""
    columns = {}
    for place, size in enumerate(TEXTS):
        codes = generator.choice(size + 1, rows, p=[*[0.97 / size] * size, 0.03]).astype(np.uint8)
        name, levels = f"text{place}", tuple(f"level {level:02}" for level in range(size))
        columns[name] = Column(name, "text", levels, codes)
    for place, size in enumerate(NUMBERS):
        codes = generator.integers(0, size, rows).astype(np.uint16)
        name = f"number{place}"
        columns[name] = Column(name, "number", tuple(range(size)), codes)
    return Columns(columns, rows)


def split_of(form: Form, columns: Columns) -> Split:
    """Draw a model that errs more in one level of a text and a range of a number."""
    generator, rows = np.random.default_rng(2), columns.rows
    inside = (columns.by_name["text2"].codes == 1) & (columns.by_name["number0"].codes < 4)
    wrong, slips = (generator.random(rows) < share for share in (np.where(inside, 0.35, 0.15), 0.15))
    true = generator.random(rows) < 0.4
    if form is Form.COST:
        units = generator.integers(1, 30, rows)
        host, other = (generator.binomial(units, share) for share in (np.where(inside, 0.2, 0.1), 0.1))
        truth = Truth(units=Numbers(units))
    elif form is Form.SCORE:
        truth = Truth(np.where(true, 1000, 0))
        host, other = (np.where(true ^ each, 800, 200) for each in (wrong, slips))
    elif form is Form.CLASSES:
        codes = generator.integers(0, 6, rows)
        truth, host, other = Truth(codes), (codes + wrong) % 6, (codes + slips) % 6
    else:
        truth, host, other = Truth(true.astype(np.uint8)), true ^ wrong, true ^ slips
    return Split("public", columns, truth, Answers.of(form, host), {"other": Answers.of(form, other)})


def main() -> None:
    """Print times, and what was found first."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--rows", type=int, default=200_000)
    rows = asked.parse_args().rows
    columns = drawn(np.random.default_rng(1), rows)
    decided = split_of(Form.DECISION, columns)
    start = time.perf_counter()
    matrix = Encoding.of(columns).matrix(columns)
    DecisionTreeClassifier(max_depth=4).fit(matrix, decided.host.codes != decided.truth.codes)
    tree = time.perf_counter() - start
    print(f"{rows:,} rows, one tree of scikit-learn: {tree:.1f} s")
    spaces = {
        Form.DECISION: AnswerSpace(Form.DECISION, ("no", "yes")),
        Form.CLASSES: AnswerSpace(Form.CLASSES, tuple("abcdef")),
        Form.SCORE: AnswerSpace(Form.SCORE),
        Form.COST: AnswerSpace(Form.COST),
    }
    for form, space in spaces.items():
        losses = [Loss.named(name, form, largest=30, largest_unit=30) for name in LOSSES_OF[form]]
        split = split_of(form, columns)
        start = time.perf_counter()
        finds = hunt(split, space=space, losses=losses, seed=1)
        took = time.perf_counter() - start
        first = finds[0].claim.group if finds else "nothing"
        print(
            f"{form.value:9} {took:6.1f} s  {took / tree:5.1f} trees  {finds.searched:9,} searched  "
            f"{finds.checked:3} checked  {len(finds)} found, first: {first}"
        )


if __name__ == "__main__":
    main()
