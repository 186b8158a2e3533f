"""Evidence is the sums that plain arithmetic finds, and reads back from its numbers."""

from __future__ import annotations

import json

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from bounty.rows.amounts import Bits, Numbers
from bounty.rows.bits import RowSet
from bounty.rows.evidence import DisparityEvidence, RateSums, RepairEvidence, compare, evidence_of, weigh


@st.composite
def rows(draw):
    """Draw two losses, units and two sets of rows, as bits or as numbers."""
    count, largest = draw(st.integers(0, 120)), draw(st.sampled_from([1, 1, 50]))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    one, other, units = (random.integers(0, largest + 1, count) for _ in range(3))
    group, reference = (random.random(count) < draw(st.floats(0, 1)) for _ in range(2))
    as_bits = largest == 1 and draw(st.booleans())
    held = [Bits(RowSet.of(values == 1)) if as_bits else Numbers(values) for values in (one, other, units)]
    return (one, other, units), held, group, reference, largest


def sums(lost, units, mask):
    """Sum by hand."""
    chosen = [(int(a), int(b)) for a, b, inside in zip(lost, units, mask, strict=True) if inside]
    return RateSums(
        len(chosen),
        sum(a for a, _ in chosen),
        sum(b for _, b in chosen),
        sum(a * a for a, _ in chosen),
        sum(a * b for a, b in chosen),
        sum(b * b for _, b in chosen),
    )


@given(rows())
def test_a_comparison_sums_group_reference_and_overlap(drawn):
    """A disparity's evidence is the sums over the group, the reference and the rows in both."""
    (lost, _, units), (held, _, held_units), group, reference, largest = drawn
    found = compare(
        held,
        held_units,
        group=RowSet.of(group),
        reference=RowSet.of(reference),
        largest=largest,
        largest_unit=largest,
    )
    assert found == DisparityEvidence(
        len(lost),
        sums(lost, units, group),
        sums(lost, units, reference),
        sums(lost, units, group & reference),
        largest,
        largest,
    )
    assert evidence_of(json.loads(json.dumps(found.to_dict()))) == found


@given(rows())
def test_a_weighing_sums_what_is_saved(drawn):
    """A repair's evidence is the sums over the group before and after, better and worse."""
    (before, after, _), (held, held_after, _), group, _, largest = drawn
    found = weigh(held, held_after, group=RowSet.of(group), largest=largest)
    saved = [int(change) for change in (before - after)[group]]
    assert found == RepairEvidence(
        len(before),
        int(group.sum()),
        int(before[group].sum()),
        int(after[group].sum()),
        sum(change for change in saved if change > 0),
        -sum(change for change in saved if change < 0),
        sum(change**2 for change in saved),
        largest,
    )
    assert found.saved == found.lost_before - found.lost_after
    assert evidence_of(json.loads(json.dumps(found.to_dict()))) == found


@given(rows())
def test_evidence_is_plain_integers(drawn):
    """Every number of an evidence is a Python integer, so that it is written the same on every machine."""
    _, (held, held_after, units), group, reference, _ = drawn
    repair = weigh(held, held_after, group=RowSet.of(group))
    disparity = compare(held, units, group=RowSet.of(group), reference=RowSet.of(reference))
    for evidence in (repair, disparity):
        flat = json.loads(json.dumps(evidence.to_dict()), parse_float=pytest.fail)
        assert flat.pop("kind") == evidence.kind
    assert all(type(value) is int for key, value in repair.to_dict().items() if key != "kind")
    assert all(type(value) is int for value in disparity.to_dict()["overlap"].values())
