"""What a bounty publishes of the held-out rows is what their answers say, which are paid for."""

from __future__ import annotations

import random
from collections import defaultdict

import numpy as np

from bounty.certificates.terms import Terms
from bounty.claims.claim import Claim, ClaimKind, Rules
from bounty.game.conditions import Conditions
from bounty.game.referee import Outcome, Referee
from bounty.game.ruling_rows import rows_of
from bounty.rows.answers import Answers, AnswerSpace, Form, Truth
from bounty.rows.columns import Column, Columns
from bounty.rows.losses import Loss
from bounty.rows.splits import Split
from fairkit.errors import BountyError, ClaimError

CELLS = 12
SPACE = AnswerSpace(Form.DECISION, ("no", "yes"))
TERMS = Terms.of(
    epsilon="0.12",
    least="0.01",
    delta="0.9",
    submissions=6,
    acceptances=5,
    repairs=4,
    repair_queries=9,
)
CONDITIONS = Conditions(SPACE, (Loss.named("error", SPACE.form),), TERMS, minimum_rows=5)


def drawn(rng, rows, part):
    """Draw rows on which the host's model errs often."""
    cell = rng.integers(0, CELLS, rows)
    yes = rng.random(rows) < np.where(cell % 3 == 0, 0.9, 0.1)
    wrong = rng.random(rows) < np.where(cell % 2 == 0, 0.7, 0.4)
    columns = Columns({"cell": Column("cell", "number", tuple(range(CELLS)), cell.astype(np.uint8))}, rows)
    return Split(part, columns, Truth(yes.astype(np.uint8)), Answers.of(SPACE.form, yes ^ wrong))


def cells(some):
    """Write a group of cells."""
    return f"cell in ({', '.join(map(str, sorted(some)))})"


def claimed(hunter, bits, groups):
    """Choose a claim by the answers so far: often a repair of all that spoils a cell of a repaired group."""
    choice = random.Random(str((hunter, bits)))  # noqa: S311  a hunter's whim
    group, spoilt = set(choice.sample(range(CELLS), choice.randint(3, 6))), set()
    if groups and choice.random() < 0.7:
        group, spoilt = set(range(CELLS)), {choice.choice(groups[-1])}
    if choice.random() < 0.15:
        return Claim(ClaimKind.DISPARITY, "error", cells(group)), sorted(group)
    yes = {cell for cell in range(CELLS) if (cell % 3 == 0) != (cell in spoilt)}
    model = Rules(((cells(yes), "yes"),), "no")
    return Claim(ClaimKind.REPAIR, "error", cells(group), model=model), sorted(group)


def played(referee, hunter):
    """Play a bounty to its end; give the bits that the held-out parts said, and all that was published."""
    bits, published, groups = [], [], []
    while True:
        claim, group = claimed(hunter, (bits, len(published)), groups)
        try:
            ruling = referee.judge(claim)
        except BountyError as closed:
            return bits, [*published, str(closed)]
        except ClaimError as misfit:
            published.append(str(misfit))
            continue
        published.append([(row.kind.value, dict(row.body)) for row in rows_of(ruling)])
        pointers = tuple((one.group, one.version, one.confirmed) for one in ruling.pointers)
        bits.append((ruling.outcome in {Outcome.CONFIRMED, Outcome.UNCONFIRMED}, ruling.outcome, pointers))
        if ruling.outcome is Outcome.CONFIRMED and claim.kind is ClaimKind.REPAIR:
            groups.append(group)


def test_equal_answers_publish_equal_rows():
    """In many draws of A and B, of two sizes, nothing is published that the answers do not say."""
    rng = np.random.default_rng(4)
    public = drawn(rng, 400, "public")
    found = defaultdict(set)
    pointers = 0
    for number in range(120):
        rows = int(rng.choice([600, 1_200]))
        parts = drawn(rng, rows, "checker"), drawn(rng, rows, "confirmation")
        bits, published = played(Referee(public, *parts, conditions=CONDITIONS), number % 12)
        found[number % 12, str(bits)].add(str(published))
        pointers += sum(len(one[2]) for one in bits)
    assert pointers > 5
    assert 10 < len(found) < 110
    assert all(len(texts) == 1 for texts in found.values())
