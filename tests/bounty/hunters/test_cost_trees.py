"""Trees of costs against what brute force finds."""

from itertools import product

import numpy as np
import pytest
from hunted_splits import coded_columns
from hypothesis import given
from hypothesis import strategies as st

from bounty.hunters.cost_trees import grow
from bounty.hunters.reduction import minimise
from bounty.hunters.regions import predicate_of
from bounty.rows.columns import Columns
from bounty.rows.subgroups import Subgroup


def boolean_columns(generator, rows, number):
    """Draw columns of yes and no."""
    return Columns.of({f"c{place}": (generator.random(rows) < 0.5).tolist() for place in range(number)})


def points(columns):
    """Number the point of the domain that each row is at."""
    return sum(column.codes.astype(np.intp) << place for place, column in enumerate(columns.by_name.values()))


@pytest.mark.parametrize("seed", range(40))
def test_a_deep_tree_is_the_cheapest_of_all_maps(seed):
    """With one leaf for every point allowed, the tree costs what the cheapest map of all costs."""
    generator = np.random.default_rng(seed)
    columns = boolean_columns(generator, 200, 3)
    charged = np.column_stack((generator.integers(-1, 2, (200, 2)), np.zeros(200, dtype=np.int64)))
    tree = grow(columns, charged, default=2, depth=3, smallest=1, doubt=0, apart=False)
    cheapest = minimise(charged, points(columns))[points(columns)]
    everyone = np.arange(200)
    assert charged[everyone, tree.actions(columns)].sum() == charged[everyone, cheapest].sum()


def best_of_depth_two(columns, charged):
    """Cost of the best tree of two tests on a way, by trying them all."""

    def leaf(rows):
        return charged[rows].sum(axis=0).min()

    def split(rows):
        sides = [(rows & (codes == 0), rows & (codes == 1)) for codes in coded]
        return min([leaf(rows), *(leaf(left) + leaf(right) for left, right in sides)])

    coded = [column.codes for column in columns.by_name.values()]
    everywhere = np.ones(columns.rows, dtype=bool)
    sides = [(everywhere & (codes == 0), everywhere & (codes == 1)) for codes in coded]
    return min([leaf(everywhere), *(split(left) + split(right) for left, right in sides)])


def test_a_shallow_tree_is_near_the_best_of_its_depth():
    """Over sixty random problems, a tree of depth two saves nine tenths of what the best one saves."""
    found, best = [], []
    for seed in range(60):
        generator = np.random.default_rng(seed)
        columns = boolean_columns(generator, 300, 5)
        effect = generator.normal(0, 0.3, 32)[points(columns)]
        signs = np.where(generator.random(300) < 0.5 + effect, -1, 1)
        charged = np.column_stack((signs, -signs, np.zeros(300, dtype=np.int64)))
        tree = grow(columns, charged, default=2, depth=2, smallest=1, doubt=0, apart=False)
        found.append(-charged[np.arange(300), tree.actions(columns)].sum())
        best.append(-best_of_depth_two(columns, charged))
    assert all(np.array(found) <= np.array(best))
    assert sum(found) > 0.9 * sum(best)


def test_the_best_order_of_levels_is_tried():
    """Levels of text are parted as the cheapest of all partings parts them."""
    generator = np.random.default_rng(5)
    names = list("abcdef")
    values = generator.choice(names, 600)
    chance = {"a": 0.9, "b": 0.1, "c": 0.8, "d": 0.2, "e": 0.7, "f": 0.3}
    signs = np.where(generator.random(600) < [chance[value] for value in values], -1, 1)
    charged = np.column_stack((signs, np.zeros(600, dtype=np.int64)))
    columns = Columns.of({"name": values.tolist()})
    tree = grow(columns, charged, default=1, depth=1, smallest=1, doubt=0, apart=False)
    costs = {name: signs[values == name].sum() for name in names}
    best = min(
        sum(cost for cost, chosen in zip(costs.values(), some, strict=True) if chosen)
        for some in product([False, True], repeat=6)
    )
    assert charged[np.arange(600), tree.actions(columns)].sum() == best


@given(coded_columns(most_rows=60), st.integers(0, 2**32 - 1), st.integers(0, 3))
def test_leaves_do_not_overlap_and_say_what_they_save(columns, seed, depth):
    """No row is in two leaves, and what a leaf is said to save its rows save."""
    charged = np.random.default_rng(seed).integers(-3, 4, (columns.rows, 3))
    charged[:, 2] = 0
    tree = grow(columns, charged, default=2, depth=depth, smallest=1, doubt=0, apart=False)
    inside = [leaf.region.rows(columns).mask for leaf in tree.leaves]
    assert sum(inside).max() <= 1
    assert [-charged[rows, leaf.action].sum() for rows, leaf in zip(inside, tree.leaves, strict=True)] == [
        leaf.saved for leaf in tree.leaves
    ]
    assert all(leaf.saved >= 0 for leaf in tree.leaves)


def test_a_level_that_was_not_seen_is_not_claimed():
    """Neither an unseen level of text nor an unseen missing value is in a leaf that tests the column."""
    seen = Columns.of({"name": ["a", "a", "b", "b"]}, levels={"name": ["a", "b", "c"]})
    tree = grow(
        seen, np.array([[-1, 0], [-1, 0], [1, 0], [1, 0]]), default=1, smallest=1, doubt=0, apart=False
    )
    new = Columns.of({"name": ["a", "c", None]}, levels={"name": ["a", "b", "c"]})
    assert tree.actions(new).tolist() == [0, 1, 1]


def test_numbers_between_those_that_were_seen_belong_to_a_side():
    """A threshold is a level, and levels that no row had fall on the side of their neighbours."""
    levels = {"age": list(range(10))}
    seen = Columns.of({"age": [1, 2, 7, 8]}, levels=levels)
    tree = grow(
        seen, np.array([[-1, 0], [-1, 0], [1, 0], [1, 0]]), default=1, smallest=1, doubt=0, apart=False
    )
    everyone = Columns.of({"age": list(range(10))}, levels=levels)
    assert tree.actions(everyone).tolist() == [0] * 3 + [1] * 7


def test_doubt_keeps_a_leaf_from_acting_on_luck():
    """What saves less than the doubtful standard errors is left as it is."""
    columns = Columns.of({"age": [1] * 9 + [2] * 9})
    charged = np.column_stack(([-1] * 5 + [1] * 4 + [-1] * 6 + [1] * 3, [0] * 18))
    bold, careful = (
        grow(columns, charged, default=1, smallest=1, doubt=doubt, apart=False) for doubt in (0, 2)
    )
    assert bold.actions(columns).tolist() == [0] * 18
    assert careful.actions(columns).tolist() == [1] * 18


def test_text_of_many_levels_is_parted_into_sets_that_can_be_written():
    """The most common levels are told apart, the rarer ones stay together, and each leaf fits a predicate."""
    generator = np.random.default_rng(3)
    ranks = np.minimum(generator.geometric(0.03, 4_000), 300)
    columns = Columns.of({"town": [f"town {rank}" for rank in ranks], "size": (ranks % 7).tolist()})
    charged = np.column_stack(
        (np.where(generator.random(4_000) < ranks % 3 / 3, -1, 1), np.zeros(4_000, int))
    )
    tree = grow(columns, charged, default=1, depth=2, smallest=20)
    acting = [leaf.region for leaf in tree.leaves if leaf.action == 0]
    assert acting
    for region in acting:
        rows = Subgroup.of(predicate_of([region], columns).canonical, columns).rows(columns)
        assert rows == region.rows(columns)
