"""The versions of one split: what they lose and answer, and what replacing the current one would change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_lists import LOSSES, SPACES, random_answers, random_case, random_split, random_values

from bounty.decision_list.versions import Versions
from bounty.rows.answers import Form
from bounty.rows.bits import RowSet
from fairkit.errors import UsageError

SEEDS = st.integers(0, 2**32 - 1)
FORMS = st.sampled_from(list(Form))


def drawn(seed, form, rows=200):
    """Draw versions of a random split, and the generator that drew them."""
    rng = np.random.default_rng(seed)
    split = random_split(rng, form, random_values(rng, rows))
    return Versions(split, LOSSES[form], SPACES[form]), rng


def some_rows(rng, rows):
    """Draw a set of rows, now and then none or all."""
    return RowSet.of(rng.random(rows) < rng.choice([0.0, 0.1, 0.5, 1.0]))


@settings(max_examples=60)
@given(seed=SEEDS, form=FORMS)
def test_an_update_lowers_the_loss_by_what_its_evidence_says(seed, form):
    """L(f', g) = L(h, g) and L(f') = L(f) - mu(g) (L(f, g) - L(h, g)), in whole numbers (theorem 9)."""
    versions, rng = drawn(seed, form)
    rows, everywhere = versions.split.rows, RowSet.all(versions.split.rows)
    for _ in range(6):
        group, before = some_rows(rng, rows), versions.lost(versions.current)
        if rng.random() < 0.5:
            answers = random_answers(rng, form, rows)
            evidence = versions.propose(group, answers)
            after = versions.lost(versions.update(group, answers))
            model = LOSSES[form].lost(answers, versions.split.truth)
        else:
            earlier = int(rng.integers(0, versions.count))
            evidence, model = versions.pointer(group, earlier), versions.lost(earlier)
            after = versions.lost(versions.point(group, earlier))
        assert after.total(group) == model.total(group) == evidence.lost_after
        assert after.total(everywhere) == before.total(everywhere) - evidence.saved
        assert (evidence.rows, evidence.group, evidence.largest) == (rows, group.size, LOSSES[form].largest)
        change = (before.array() - model.array())[group.mask]
        assert (evidence.better, evidence.worse) == (change[change > 0].sum(), -change[change < 0].sum())
        assert evidence.squares == (change**2).sum()


@settings(max_examples=40)
@given(seed=SEEDS, form=FORMS)
def test_what_a_version_loses_is_the_loss_of_its_answers(seed, form):
    """Lost amounts kept from version to version are those of the answers kept beside them."""
    versions, rng = drawn(seed, form)
    rows = versions.split.rows
    for _ in range(8):
        if rng.random() < 0.5:
            versions.update(some_rows(rng, rows), random_answers(rng, form, rows))
        else:
            versions.point(some_rows(rng, rows), int(rng.integers(0, versions.count)))
    where = some_rows(rng, rows)
    lost = [LOSSES[form].lost(versions.answers(each), versions.split.truth) for each in range(versions.count)]
    for version, amounts in enumerate(lost):
        assert versions.lost(version).array().tolist() == amounts.array().tolist()
    assert versions.lost_totals(where).tolist() == [amounts.total(where) for amounts in lost]
    assert versions.lost_totals(where, start=3).tolist() == [amounts.total(where) for amounts in lost[3:]]
    assert versions.answers(0).codes.tolist() == versions.split.host.codes.tolist()


@settings(max_examples=20)
@given(seed=SEEDS, form=FORMS)
def test_an_earlier_version_stays_as_it_was(seed, form):
    """Later versions change nothing that an earlier one answers or loses."""
    versions, rng = drawn(seed, form)
    rows = versions.split.rows
    versions.update(some_rows(rng, rows), random_answers(rng, form, rows))
    answers, lost = versions.answers(1).codes.copy(), versions.lost(1).array().copy()
    for _ in range(5):
        versions.update(some_rows(rng, rows), random_answers(rng, form, rows))
        versions.point(some_rows(rng, rows), 0)
    assert versions.answers(1).codes.tolist() == answers.tolist()
    assert versions.lost(1).array().tolist() == lost.tolist()


@pytest.mark.parametrize("form", list(Form))
def test_weighing_a_proposal_changes_nothing(form):
    """Proposals and pointers that are only weighed make no version."""
    versions, rng = drawn(1, form)
    versions.propose(some_rows(rng, 200), random_answers(rng, form, 200))
    versions.pointer(some_rows(rng, 200), 0)
    assert (versions.count, versions.current) == (1, 0)


@settings(max_examples=10)
@given(seed=SEEDS, form=FORMS)
def test_a_list_replayed_in_two_parts_is_the_list_replayed_at_once(seed, form):
    """Versions can be rebuilt from a list and then continued, as after a restart."""
    case = random_case(seed, form)
    whole = Versions.of_list(case.split, LOSSES[form], case.list)
    parts = Versions.of_list(case.split, LOSSES[form], case.list.version(5))
    for node in case.list.nodes[5:]:
        parts.apply(node)
    for version in range(whole.count):
        assert parts.answers(version).codes.tolist() == whole.answers(version).codes.tolist()


@pytest.mark.parametrize("version", [-1, 1])
def test_versions_that_are_not_there_are_refused(version):
    """A version that does not exist is named, never counted from the end."""
    versions, _ = drawn(0, Form.DECISION)
    for ask in (
        versions.answers,
        versions.lost,
        lambda number: versions.pointer(RowSet.all(200), number),
        lambda number: versions.point(RowSet.all(200), number),
    ):
        with pytest.raises(UsageError, match=f"no version {version}; there are versions 0 to 0"):
            ask(version)
