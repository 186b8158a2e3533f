"""Monotone repairs: no accepted group ends worse than at its best version, and every question is counted."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_lists import LOSSES, SPACES, random_answers

from bounty.certificates.checker import Checker, Confirmer
from bounty.certificates.terms import Terms
from bounty.decision_list.repairs import StrictImprovement, WatchedGroups, scan
from bounty.decision_list.versions import Versions
from bounty.rows.answers import Answers, Form, Truth
from bounty.rows.bits import RowSet
from bounty.rows.columns import Columns
from bounty.rows.splits import Split

SEEDS = st.integers(0, 2**32 - 1)
FORMS = st.sampled_from(list(Form))
PAIRS = 200


class Empirical:
    """The checker of the paper on the rows at hand: accepts from 3/4 epsilon of mass on, and keeps count."""

    def __init__(self, epsilon):
        self.epsilon = epsilon
        self.asked = self.skipped = 0

    def _least(self, rows, largest):
        return Fraction(3, 4) * self.epsilon * rows * largest

    def repair(self, evidence):
        """Accept what saves enough."""
        self.asked += 1
        return evidence.saved >= self._least(evidence.rows, evidence.largest)

    def skip_repairs(self, count):
        """Count."""
        assert count >= 0
        self.skipped += count

    def repair_floor(self, rows, largest):
        """Give the least whole number that is accepted."""
        return -int(-self._least(rows, largest) // 1)


class Eager(Empirical):
    """The same, with a floor so low that every pair is asked."""

    def repair_floor(self, rows, largest):
        """Let everything through."""
        return -1


class Picky:
    """Confirms every other repair."""

    def __init__(self):
        self.asked = []

    def confirm(self, evidence):
        """Alternate."""
        self.asked.append(evidence)
        return len(self.asked) % 2 == 0


def drawn_split(rng, form, rows, part="checker"):
    """Draw truth and a host's answers; no columns are needed."""
    if form is Form.COST:
        from bounty.rows.amounts import Numbers

        truth = Truth(units=Numbers(rng.integers(1, 61, rows)))
    else:
        truth = Truth(random_answers(rng, form, rows).codes)
    return Split(part, Columns.of({"row": [0] * rows}), truth, random_answers(rng, form, rows))


def watched_groups(rng, form, rows, part="checker"):
    """Draw a split with its versions and no group yet."""
    return WatchedGroups(Versions(drawn_split(rng, form, rows, part), LOSSES[form], SPACES[form]))


def drawn_pair(rng, split, form):
    """Draw a group and a model that is right on some rows of it."""
    group = RowSet.of(rng.random(split.rows) < rng.uniform(0.05, 0.6))
    answers = random_answers(rng, form, split.rows)
    if split.truth.codes is None:
        return group, answers
    right = rng.random(split.rows) < rng.uniform(0, 0.7)
    return group, Answers.of(form, np.where(right, split.truth.codes, answers.codes))


def submit(watched, judge, group, answers):
    """Submit one pair, and scan for repairs if it is accepted."""
    versions = watched.versions
    if not judge.repair(versions.propose(group, answers)):
        return False
    versions.update(group, answers)
    watched.watch(group)
    scan(watched, judge)
    return True


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("seed", range(3))
def test_a_stream_of_pairs_leaves_no_group_worse_than_its_best_version(seed, form):
    """With strict improvement, after each of 200 pairs every accepted group is at its lowest loss so far."""
    rng = np.random.default_rng(seed)
    watched = watched_groups(rng, form, 150)
    lowest = []
    accepted = 0
    for _ in range(PAIRS):
        group, answers = drawn_pair(rng, watched.versions.split, form)
        if submit(watched, StrictImprovement(), group, answers):
            accepted += 1
            lowest.append(watched.versions.lost_totals(group).min())
        now = [int(watched.versions.lost(watched.versions.current).total(group)) for group in watched.rows]
        lowest = [min(before, after) for before, after in zip(lowest, now, strict=True)]
        assert now == lowest
        assert watched.shortfalls().tolist() == [0] * len(watched.rows)
    assert accepted > 5


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("epsilon", [Fraction(1, 25), Fraction(1, 250)])
def test_a_stream_of_pairs_is_monotone_up_to_the_tolerance(epsilon, form):
    """L(f, g) <= min over versions of L(f', g) + eps / mu(g) for all accepted groups (theorem 14).

    The number of updates stays within L(f0) / (3 eps / 4), as each lowers the loss by that much (theorem 10).
    """
    rng = np.random.default_rng(7)
    watched = watched_groups(rng, form, 400)
    versions, judge = watched.versions, Empirical(epsilon)
    most = versions.split.rows * versions.loss.largest
    accepted = 0
    for _ in range(PAIRS):
        accepted += submit(watched, judge, *drawn_pair(rng, versions.split, form))
        for group, short in zip(watched.rows, watched.shortfalls().tolist(), strict=True):
            assert group.size
            assert Fraction(short, group.size * versions.loss.largest) < epsilon * Fraction(
                versions.split.rows, group.size
            )
    start = Fraction(versions.lost(0).total(RowSet.all(versions.split.rows)), most)
    assert 0 < accepted <= versions.count - 1 <= start / (Fraction(3, 4) * epsilon)
    assert epsilon > Fraction(1, 100) or accepted < versions.count - 1  # repairs were needed
    assert judge.skipped > 0


def test_updates_are_at_most_the_first_loss_over_epsilon():
    """Certificates of mu = Delta = 5 % allow for 400 updates, and a stream of small ones needs them all.

    Theorem 10: each update lowers the loss by at least mu Delta = 1/400.
    """
    rows, epsilon = 4_000, Fraction(1, 400)
    split = Split(
        "checker",
        Columns.of({"row": [0] * rows}),
        Truth(np.ones(rows, np.uint8)),
        Answers.constant(Form.DECISION, 0, rows),
    )
    versions = Versions(split, LOSSES[Form.DECISION], SPACES[Form.DECISION])
    order = np.random.default_rng(0).permutation(rows)
    updates, before = 0, rows
    for start in range(0, rows, 10):  # each group is 5 % of the rows, and its model wins 5 % of those
        mask = np.zeros(rows, bool)
        mask[order[np.arange(start, start + 200) % rows]] = True
        right = np.zeros(rows, int)
        right[order[: start + 10]] = 1
        evidence = versions.propose(RowSet.of(mask), Answers.of(Form.DECISION, right))
        if evidence.saved >= epsilon * rows:
            versions.update(RowSet.of(mask), Answers.of(Form.DECISION, right))
            updates += 1
            now = versions.lost(versions.current).total(RowSet.all(rows))
            assert now == before - evidence.saved <= before - 10
            before = now
    start = Fraction(versions.lost(0).total(RowSet.all(rows)), rows)
    assert updates == start // epsilon == 400
    assert before == 0


@settings(max_examples=40)
@given(seed=SEEDS, form=FORMS)
def test_the_floor_changes_no_ruling_and_every_pair_is_counted(seed, form):
    """Pairs below the floor are skipped and counted; the rulings are those of asking every pair."""
    outcomes = []
    for judge in (Empirical(Fraction(1, 100)), Eager(Fraction(1, 100))):
        rng = np.random.default_rng(seed)
        watched = watched_groups(rng, form, 120)
        for _ in range(4):
            group, answers = drawn_pair(rng, watched.versions.split, form)
            watched.versions.update(group, answers)
            watched.watch(group)
        rulings = scan(watched, judge)
        outcomes.append(([(ruling.group, ruling.version) for ruling in rulings], judge.asked + judge.skipped))
        assert all(ruling.confirmed and ruling.confirmation is None for ruling in rulings)
        expected = ruled(watched, rulings)
        assert [ruling.checker.saved for ruling in rulings] == expected
    assert outcomes[0] == outcomes[1]


def ruled(watched, rulings):
    """Replay pointers on fresh versions, and give what each saved."""
    versions, saved = watched.versions, []
    lost = [versions.lost(version).array() for version in range(versions.count)]
    for place, ruling in enumerate(rulings):
        current = versions.count - 1 - len(rulings) + place
        inside = watched.rows[ruling.group].mask
        saved.append(int((lost[current] - lost[ruling.version])[inside].sum()))
        assert (lost[current + 1] == np.where(inside, lost[ruling.version], lost[current])).all()
    return saved


@settings(max_examples=30)
@given(seed=SEEDS, form=FORMS)
def test_a_scan_is_the_plain_algorithm_started_again_after_each_repair(seed, form):
    """Groups in order of acceptance, versions oldest first, first improvement taken, then from the start."""
    rng = np.random.default_rng(seed)
    watched = watched_groups(rng, form, 100)
    for _ in range(5):
        group, answers = drawn_pair(rng, watched.versions.split, form)
        watched.versions.update(group, answers)
        watched.watch(group)
    lost = [watched.versions.lost(version).array() for version in range(6)]
    masks = [group.mask for group in watched.rows]
    plain = []
    while True:
        found = next(
            (
                (group, version)
                for group, mask in enumerate(masks)
                for version in range(len(lost) - 1)
                if lost[version][mask].sum() < lost[-1][mask].sum()
            ),
            None,
        )
        if found is None:
            break
        plain.append(found)
        lost.append(np.where(masks[found[0]], lost[found[1]], lost[-1]))
    rulings = scan(watched, StrictImprovement())
    assert [(ruling.group, ruling.version) for ruling in rulings] == plain


@settings(max_examples=30)
@given(seed=SEEDS, form=FORMS)
def test_what_is_not_confirmed_is_neither_applied_nor_asked_again(seed, form):
    """Only confirmed pointers reach the lists, and a pair that failed once stays out of later scans."""
    rng = np.random.default_rng(seed)
    parts = [
        watched_groups(rng, form, rows, part)
        for rows, part in ((120, "checker"), (60, "confirmation"), (90, "public"))
    ]
    unconfirmed, confirmer, rulings = set(), Picky(), []
    for _ in range(5):
        for part in parts:
            group, answers = drawn_pair(rng, part.versions.split, form)
            part.versions.update(group, answers)
            part.watch(group)
        rulings += scan(
            parts[0],
            StrictImprovement(),
            confirmation=parts[1],
            confirmer=confirmer,
            others=[parts[2]],
            unconfirmed=unconfirmed,
        )
    failed = [(ruling.group, ruling.version) for ruling in rulings if not ruling.confirmed]
    assert len(failed) == len(set(failed))
    assert unconfirmed == set(failed)
    assert [ruling.confirmation for ruling in rulings] == confirmer.asked
    assert all(evidence.rows == 60 for evidence in confirmer.asked)
    assert {part.versions.count for part in parts} == {6 + len(rulings) - len(failed)}
    for group, saved in enumerate(parts[0].savings()):
        for version in np.flatnonzero(saved > 0).tolist():
            assert (group, version) in unconfirmed


def test_without_a_confirmer_the_confirmation_rows_follow():
    """Rows of the confirmation part keep up with pointers even where nothing confirms."""
    rng = np.random.default_rng(3)
    parts = [watched_groups(rng, Form.DECISION, 100, part) for part in ("checker", "confirmation")]
    for _ in range(4):
        for part in parts:
            group, answers = drawn_pair(rng, part.versions.split, Form.DECISION)
            part.versions.update(group, answers)
            part.watch(group)
    rulings = scan(parts[0], StrictImprovement(), confirmation=parts[1])
    assert rulings
    assert parts[0].versions.count == parts[1].versions.count == 5 + len(rulings)


@settings(max_examples=30)
@given(seed=SEEDS, form=FORMS)
def test_the_table_of_losses_is_kept_up_to_date(seed, form):
    """However versions and groups are added, the table has what each version loses on each group."""
    rng = np.random.default_rng(seed)
    watched = watched_groups(rng, form, 80)
    versions = watched.versions
    assert watched.savings().shape == (0, 0)
    for _ in range(12):
        group, answers = drawn_pair(rng, versions.split, form)
        if rng.random() < 0.5:
            watched.watch(group)
        else:
            versions.update(group, answers)
        if rng.random() < 0.6:
            expected = [[versions.lost(v).total(g) for v in range(versions.count)] for g in watched.rows]
            assert watched.lost().tolist() == expected
            assert watched.savings().shape == (len(watched.rows), versions.count - 1)


def test_a_checker_and_a_confirmer_repair_what_an_update_broke():
    """With the real checker a group broken by a later update goes back, and the queries are counted."""
    rng = np.random.default_rng(5)
    rows = 40_000
    terms = Terms.of(epsilon="0.1", submissions=100, acceptances=5)
    group = rng.random(rows) < 0.5
    right, wrong = Answers.constant(Form.DECISION, 1, rows), Answers.constant(Form.DECISION, 0, rows)
    parts = []
    for part in ("checker", "confirmation"):
        columns = Columns.of({"row": [0] * rows})
        split = Split(part, columns, Truth(np.ones(rows, np.uint8)), wrong)
        parts.append(WatchedGroups(Versions(split, LOSSES[Form.DECISION], SPACES[Form.DECISION])))
        parts[-1].versions.update(RowSet.of(group), right)
        parts[-1].watch(RowSet.of(group))
        parts[-1].versions.update(RowSet.of(group), wrong)
    checker, confirmer = Checker(terms), Confirmer(terms)
    rulings = scan(parts[0], checker, confirmation=parts[1], confirmer=confirmer)
    assert [(each.group, each.version, each.confirmed) for each in rulings] == [(0, 1, True)]
    assert checker.spent.repairs == 1
    assert checker.spent.repair_queries == 2 + 3  # of two versions before the repair, of three after it
    assert confirmer.spent == 1
    totals = [part.lost()[0].tolist() for part in parts]
    assert totals == [[group.sum(), 0, group.sum(), 0]] * 2
