"""The search for slices against counting all of them, one by one."""

import math
from itertools import combinations

import numpy as np
import pytest

from bounty.hunters.conditions import conditions_of, packed
from bounty.hunters.lattice import Weights, search
from bounty.rows.bits import pack


def drawn(seed, rows=500, owners=(0, 0, 1, 1, 2, 2, 3, 4)):
    """Draw conditions of several columns, and gains with a slice that is worth more."""
    generator = np.random.default_rng(seed)
    masks = generator.random((len(owners), rows)) < generator.uniform(0.2, 0.7, (len(owners), 1))
    gains = np.where(generator.random(rows) < 0.3 + 0.3 * (masks[0] & masks[3]), 1, -1)
    return masks, list(owners), gains


def by_hand(masks, owners, gains, smallest, largest):
    """Count every slice of up to three conditions."""
    spread = math.sqrt((gains.astype(float) ** 2).mean())
    sizes = np.bincount(owners)
    number, scored = 0, {}
    for depth in (1, 2, 3):
        number += sum(math.prod(some) for some in combinations(sizes.tolist(), depth))
        for places in combinations(range(len(masks)), depth):
            if len({owners[place] for place in places}) < depth:
                continue
            rows = np.logical_and.reduce(masks[list(places)])
            count, mass = int(rows.sum()), float(gains[rows].sum())
            if smallest <= count <= largest and mass > 2 * spread * math.sqrt(count):
                scored[places] = mass - math.sqrt(2 * math.log(number)) * spread * math.sqrt(count)
    return scored


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("keep", [300, 3])
def test_the_search_finds_what_counting_everything_finds(seed, keep):
    """The best slices and their scores are those of counting them all, though most are never counted."""
    masks, owners, gains = drawn(seed)
    found = search(
        np.stack([pack(mask) for mask in masks]),
        owners,
        Weights.of(gains),
        smallest=20,
        largest=400,
        keep=keep,
    )
    expected = by_hand(masks, owners, gains, 20, 400)
    assert found.exhaustive
    best = sorted(expected.items(), key=lambda item: (-item[1], item[0]))[:keep]
    assert [each.conditions for each in found.slices] == [places for places, _ in best]
    assert [each.score for each in found.slices] == pytest.approx([score for _, score in best])
    for each in found.slices:
        rows = np.logical_and.reduce(masks[list(each.conditions)])
        assert (each.rows, each.mass) == (rows.sum(), gains[rows].sum())


def test_pruning_spares_most_of_the_counting():
    """Where few slices can be good, fewer are counted than there are."""
    masks, owners, _ = drawn(3, rows=2_000, owners=tuple(range(16)))
    rare = np.where(np.random.default_rng(1).random(2_000) < 0.02, 20.0, -0.4)
    found = search(
        np.stack([pack(mask) for mask in masks]), owners, Weights.of(rare), smallest=400, largest=2_000
    )
    assert found.exhaustive
    assert found.counted < 0.7 * (16 + 120 + 560)


def test_a_search_that_cannot_finish_says_so():
    """With too little effort allowed, the best pairs are followed and the search is not exhaustive."""
    masks, owners, gains = drawn(1)
    words = np.stack([pack(mask) for mask in masks])
    hurried = search(words, owners, Weights.of(gains), smallest=5, largest=400, effort=2_000)
    full = search(words, owners, Weights.of(gains), smallest=5, largest=400)
    assert (hurried.exhaustive, full.exhaustive) == (False, True)
    assert {each.conditions for each in hurried.slices} <= {each.conditions for each in full.slices}


@pytest.mark.parametrize(
    "values",
    [
        np.array([-1, 0, 1, 1]),
        np.array([0.25, -0.75, 0.25, 0.25]),
        np.array([5, 5, 5, 5]),
        np.arange(-10, 20),
        np.zeros(3),
    ],
    ids=["signs", "two values", "one value", "whole numbers", "nothing"],
)
def test_few_values_are_kept_exactly(values):
    """Numbers of two values, and whole numbers of a small range, sum up exactly."""
    weights = Weights.of(values)
    mask = np.arange(len(values)) % 2 == 0
    rows, total = weights.measure(pack(mask)[None, :])
    assert weights.mass(rows, total)[0] == pytest.approx(values[mask].sum())


def test_many_values_are_rounded_within_a_step():
    """Numbers of many values sum up to within half a step a row."""
    values = np.random.default_rng(0).normal(size=5_000)
    weights = Weights.of(values)
    rows, total = weights.measure(pack(np.arange(5_000) < 700)[None, :])
    assert abs(weights.mass(rows, total)[0] - values[:700].sum()) < 700 * weights.step / 2


def test_the_optimum_bounds_every_part():
    """No part of a slice, of at least the smallest size, has more mass than the bound on the slice."""
    generator = np.random.default_rng(2)
    for values in (
        generator.choice([-0.2, 0.8], 60),
        generator.integers(-9, 9, 60),
        generator.normal(size=60),
    ):
        weights = Weights.of(values)
        rows, total = weights.measure(pack(np.ones(60, dtype=bool))[None, :])
        bound = weights.optimum(rows, total, 10)[0]
        best = max(np.sort(values)[::-1].cumsum()[9:])
        assert bound >= best - 60 * weights.step / 2


def test_conditions_are_levels_ranges_and_missing_values():
    """Conditions hold in exactly the rows of their level, of all but it, of their range, of no value."""
    from bounty.rows.columns import Columns

    names = ["a"] * 40 + ["b"] * 40 + ["c"] * 40
    numbers = [*range(115), *[None] * 5]
    columns = Columns.of({"name": names, "number": numbers})
    found = conditions_of(columns, smallest=5, bins=3)
    words = packed(found, columns)
    assert len(words) == len(found) == 6 + 6 + 1
    for each, word in zip(found, words, strict=True):
        column = columns.by_name[each.column]
        rows = each.holds[column.codes]
        assert np.array_equal(pack(rows), word)
        assert 5 <= rows.sum() < 120
        held = np.flatnonzero(each.holds[:-1])
        if each.column == "number" and len(held):
            assert np.array_equal(held, np.arange(held[0], held[-1] + 1))
            assert not each.holds[-1]
    assert sum(each.holds[-1] for each in found) == 1
