"""Time the judging of claims and the pointer decision list, with ratios measured in one run.

    python tests/benchmarks/bounty_rules.py

One million rows, 50 accepted groups and 50 versions, 0/1 loss: a claim, an update, the scan for repairs, and
answering new rows, against a plain evaluator that goes down the list row by row. All 40,320 orders of 8
claims on 6,000 rows, with repairs. The data are drawn with a fixed seed.
"""

import argparse
import time

import numpy as np

from bounty.claims.claim import Constant
from bounty.decision_list.export import to_python
from bounty.decision_list.orders import OrderedClaim, all_orders
from bounty.decision_list.pointer_list import DecisionList, Pointer, Update
from bounty.decision_list.repairs import StrictImprovement, WatchedGroups, scan
from bounty.decision_list.versions import Versions
from bounty.rows.amounts import Bits
from bounty.rows.answers import Answers, AnswerSpace, Form, Truth
from bounty.rows.bits import RowSet
from bounty.rows.columns import Columns
from bounty.rows.evidence import compare
from bounty.rows.losses import Loss
from bounty.rows.splits import Split
from bounty.rows.subgroups import Subgroup
from fairkit.predicates import parse

SPACE = AnswerSpace(Form.DECISION, ("no", "yes"))
LOSS = Loss.named("error", Form.DECISION)
STATES = [f"S{number:02d}" for number in range(50)]


def best(call, times):
    """Return the least time of some calls, in seconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return min(taken)


def drawn(rows, rng):
    """Draw a split: the host is wrong in three rows of ten, a constant on the old or young in two."""
    age = rng.integers(16, 91, rows)
    state = rng.integers(0, len(STATES), rows)
    sex = rng.integers(0, 2, rows)
    columns = Columns.of(
        {
            "age": age.tolist(),
            "state": [STATES[code] for code in state.tolist()],
            "sex": ["FM"[code] for code in sex.tolist()],
        }
    )
    truth = ((age < 50) ^ (rng.random(rows) < 0.2)).astype(np.uint8)
    host = truth ^ (rng.random(rows) < 0.3)
    return Split("checker", columns, Truth(truth), Answers.of(Form.DECISION, host))


def grown(nodes, rng):
    """Draw a list of which every sixth node is a pointer."""
    grown_list = DecisionList(SPACE)
    for index in range(nodes):
        low = int(rng.integers(16, 80))
        states = sorted({str(state) for state in rng.choice(STATES, 10)})
        group = (
            f"{low} <= age < {low + 12} and state in {tuple(states)!r} and sex == '{rng.choice(['F', 'M'])}'"
        )
        group = parse(group).canonical
        pointed = index % 6 == 5
        node = Pointer(group, int(rng.integers(0, index))) if pointed else None
        grown_list = grown_list.updated(node or Update(group, Constant(str(rng.choice(["no", "yes"]))), "00"))
    return grown_list


def row_by_row(decision_list, split, rows):
    """Answer some rows one at a time with the exported Python file, the plainest evaluator there is."""
    names = {"__name__": "exported"}
    exec(to_python(decision_list, split.columns.kinds), names)  # noqa: S102
    values = {name: column.values()[:rows] for name, column in split.columns.by_name.items()}
    seen = [{name: column[row] for name, column in values.items()} for row in range(rows)]
    host = [SPACE.answer(code) for code in split.host.codes[:rows].tolist()]
    start = time.perf_counter()
    answers = [names["predict"](row, said) for row, said in zip(seen, host, strict=True)]
    return time.perf_counter() - start, [SPACE.code(answer) for answer in answers]


def benchmark_list(rows, nodes, plain_rows, times):
    """Print milliseconds of a claim, an update, a scan and an evaluation."""
    rng = np.random.default_rng(0)
    split, decision_list = drawn(rows, rng), grown(nodes, rng)
    everyone = RowSet.all(rows)
    group = Subgroup.of("age < 40 and state in ('S01', 'S02', 'S03') and sex == 'F'", split.columns)
    lost = split.lost(LOSS)
    print(f"{rows:,} rows, {nodes} groups, {nodes + 1} versions; milliseconds, the least of {times}")

    def line(what, seconds, budget=None):
        print(f"{what:54}{seconds * 1e3:10.2f}" + ("" if budget is None else f"   budget {budget}"))

    line(
        "a disparity claim of 3 clauses",
        best(
            lambda: compare(lost, Bits(everyone), group=group.rows(split.columns), reference=everyone), times
        ),
        5,
    )
    versions = Versions.of_list(split, LOSS, decision_list)
    line(
        "a repair claim of 3 clauses",
        best(
            lambda: versions.propose(group.rows(split.columns), Answers.constant(SPACE.form, 1, rows)),
            times,
        ),
        5,
    )
    groups = [Subgroup.of(node.group, split.columns).rows(split.columns) for node in decision_list.nodes]
    watched = WatchedGroups(versions)
    for accepted in groups:
        watched.watch(accepted)
    line("every saving, anew (after a restart)", best(lambda: cold(versions, groups), times), 50)
    watched.lost()
    some = group.rows(split.columns)
    yes = Answers.constant(SPACE.form, 1, rows)
    line("an update", updated := best(lambda: versions.update(some, yes), times), 10)
    start = time.perf_counter()
    first = scan(watched, StrictImprovement())
    line(f"a scan after 50 claims without one, {len(first)} applied", time.perf_counter() - start)
    taken, pointers = [], 0
    for index in range(times):
        versions.update(groups[index % nodes], Answers.constant(SPACE.form, index % 2, rows))
        start = time.perf_counter()
        pointers += len(scan(watched, StrictImprovement()))
        taken.append(time.perf_counter() - start)
    line(f"a scan for repairs, {pointers / times:.1f} applied on average", np.mean(taken), 50)
    versions.update(some, yes)
    line(
        "a scan of which none is accepted, with the update",
        updated + best(lambda: unrepaired(watched), times),
        50,
    )
    fast = best(lambda: decision_list.predict(split.columns, split.host), times)
    line(f"new rows, top-down, {nodes} nodes", fast)
    seconds, plain = row_by_row(decision_list, split, plain_rows)
    slow = seconds * rows / plain_rows
    line(f"the same row by row (scaled from {plain_rows:,} rows)", slow)
    answered = decision_list.predict(split.columns, split.host).codes
    same = answered[:plain_rows].tolist() == plain
    print(f"{'row by row / top-down':54}{slow / fast:10,.0f} x   (same answers: {same})")
    print(f"{'row by row / update of versions that are kept':54}{slow / updated:10,.0f} x   budget 1,000")


def cold(versions, groups):
    """Count what every version loses on every group, with nothing kept."""
    watched = WatchedGroups(versions)
    for group in groups:
        watched.watch(group)
    return watched.savings()


def unrepaired(watched):
    """Scan for repairs with a judge that accepts none, after a version that is not yet counted."""
    watched._lost = watched._lost[:, :-1]
    return scan(watched, Never())


class Never(StrictImprovement):
    """Rejects everything, after having looked at it."""

    def repair(self, evidence):
        """Reject."""
        return evidence.saved < 0


def benchmark_orders(rows, claims, times):
    """Print the seconds of every order."""
    rng = np.random.default_rng(1)
    lost = rng.random(rows) < 0.25
    submitted = []
    for _ in range(claims):
        group = rng.random(rows) < rng.uniform(0.1, 0.6)
        submitted.append(OrderedClaim(RowSet.of(group), Bits(RowSet.of(rng.random(rows) < 0.22))))
    start = Bits(RowSet.of(lost))
    seconds = best(lambda: all_orders(start, submitted), times)
    found = all_orders(start, submitted)
    print(
        f"all {len(found.lost):,} orders of {claims} claims, {rows:,} rows, with repairs: "
        f"{seconds:.2f} s, budget 10 s; errors {float(found.best_error):.4f} to "
        f"{float(found.worst_error):.4f}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--nodes", type=int, default=50)
    parser.add_argument("--plain-rows", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=5)
    asked = parser.parse_args()
    benchmark_list(asked.rows, asked.nodes, asked.plain_rows, asked.times)
    benchmark_orders(6_000, 8, 1)
