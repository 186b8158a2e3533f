"""WEAT: a hand-computed example, exact and drawn permutations, ties, intervals, every word that is lost."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairkit.errors import DataError, UsageError
from fairkit.text.intrinsic import WordSets, load_word_sets, shipped_sets, weat
from fairkit.text.intrinsic.chart import chart
from fairkit.text.intrinsic.definitions import DEFINITIONS
from fairkit.text.intrinsic.effect import (
    Sides,
    bootstrap_limits,
    effect_size,
    partition_test,
    similarities,
)
from fairkit.text.intrinsic.sets import word_sets
from fairkit.text.vectors import WordVectors

# Four targets and four attributes in the plane. With a = (1, 0) and b = (0, 1), s(w) is the first coordinate
# of the unit vector less the second: 1, 1/5, -1/5, -1.
ROWS = {
    "x1": [2, 0],
    "x2": [4, 3],
    "y1": [3, 4],
    "y2": [0, 5],
    "a1": [1, 0],
    "a2": [3, 0],
    "b1": [0, 1],
    "b2": [0, 9],
}
SETS = WordSets.of("plane", {"X": ["x1", "x2"], "Y": ["y1", "y2"]}, {"A": ["a1", "a2"], "B": ["b1", "b2"]})


def several(n, seed=0, dimensions=20, pull=0.0):
    """Draw sets of `n` words each, with X pulled to A and Y to B."""
    rng = np.random.default_rng(seed)
    centre = rng.normal(size=(2, dimensions))
    rows, sets = {}, []
    for k, name in enumerate("xyab"):
        words = [f"{name}{i}" for i in range(n)]
        sets.append(words)
        rows |= {word: rng.normal(size=dimensions) + pull * centre[k % 2] for word in words}
    made = WordSets.of("drawn", {"X": sets[0], "Y": sets[1]}, {"A": sets[2], "B": sets[3]})
    return WordVectors.from_mapping(rows), made


def test_the_example_computed_by_hand():
    """S is 1 + 1/5 + 1/5 + 1 = 2.4, d is 1.2 over the root of the mean square, p is one of six partitions."""
    found = weat(ROWS, SETS)
    spread = math.sqrt((1 + 0.04 + 0.04 + 1) / 3)
    assert found.value == pytest.approx(1.2 / spread, rel=1e-12)
    assert found.details["statistic"] == pytest.approx(2.4, rel=1e-12)
    assert found.p == 1 / 6
    assert found.p_method == "one-sided, exact, all 6 partitions"
    assert weat(ROWS, SETS, ddof=0).value == pytest.approx(1.2 / math.sqrt(2.08 / 4), rel=1e-12)


def test_the_published_formula_word_by_word():
    """Similarities, S and d are those of the definition, written as loops over words."""
    vectors, sets = several(6, pull=0.3)
    cosine = lambda v, w: float(np.dot(v, w) / math.sqrt(np.dot(v, v) * np.dot(w, w)))  # noqa: E731
    row = {word: vectors.matrix[i] for i, word in enumerate(vectors.words)}
    x, y, a, b = (one.words for one in sets.sets)
    s = {
        w: sum(cosine(row[w], row[v]) for v in a) / len(a) - sum(cosine(row[w], row[v]) for v in b) / len(b)
        for w in (*x, *y)
    }
    found = weat(vectors, sets)
    mean = lambda words: sum(s[w] for w in words) / len(words)  # noqa: E731
    everything = list(s.values())
    centre = sum(everything) / 12
    spread = math.sqrt(sum((v - centre) ** 2 for v in everything) / 11)
    assert found.value == pytest.approx((mean(x) - mean(y)) / spread, rel=1e-10)
    assert found.details["statistic"] == pytest.approx(sum(s[w] for w in x) - sum(s[w] for w in y), rel=1e-10)
    at_least = [sum(some) >= sum(s[w] for w in x) - 1e-12 for some in combinations(everything, 6)]
    assert found.p == pytest.approx(sum(at_least) / math.comb(12, 6), rel=1e-12)


@given(st.lists(st.integers(-3, 3), min_size=4, max_size=9), st.data())
@settings(max_examples=20)
def test_exact_p_counts_every_partition_with_its_ties(values, data):
    """Whatever the ties, p is the share of partitions at least as extreme, the observed one among them."""
    first = data.draw(st.integers(1, len(values) - 1))
    units = [value / 7 for value in values]
    found = partition_test(units, first, permutations=1, rng=np.random.default_rng(0))
    sums = [sum(some) for some in combinations(values, first)]
    assert found.partitions == len(sums)
    assert found.p == sum(total >= sum(values[:first]) for total in sums) / len(sums)
    assert found.tied == sums.count(sum(values[:first])) - 1


def test_drawn_partitions_are_reproducible_and_p_is_never_zero():
    """Of 24 words partitions are drawn: the same with one seed, and p is at least 1 / (1 + N)."""
    extreme = np.r_[np.ones(12), -np.ones(12)]
    found = partition_test(extreme, 12, permutations=999, rng=np.random.default_rng(1))
    assert (found.p, found.exact, found.partitions) == (1 / 1000, False, 999)
    mild = np.random.default_rng(3).normal(size=24)
    once, again = (
        partition_test(mild, 12, permutations=5000, rng=np.random.default_rng(1)) for _ in range(2)
    )
    assert once == again
    assert 0 < once.p < 1


def test_drawn_partitions_agree_with_all_of_them(monkeypatch):
    """The same nine words, drawn instead of counted, give the exact p within its simulation error."""
    units = np.random.default_rng(5).normal(size=10)
    exact = partition_test(units, 5, permutations=1, rng=np.random.default_rng(0))
    monkeypatch.setattr("fairkit.text.intrinsic.effect.MOST_EXACT", 0)
    drawn = partition_test(units, 5, permutations=20_000, rng=np.random.default_rng(0))
    assert exact.exact
    assert not drawn.exact
    assert drawn.p == pytest.approx(exact.p, abs=4 * math.sqrt(exact.p * (1 - exact.p) / 20_000))


def test_turning_the_test_round_turns_the_sign_and_p():
    """With X and Y exchanged d changes its sign, and with attributes exchanged too it is the same again."""
    vectors, sets = several(7, pull=0.3)
    x, y, a, b = (list(one.words) for one in sets.sets)
    turned = weat(vectors, WordSets.of("t", {"Y": y, "X": x}, {"A": a, "B": b}))
    twice = weat(vectors, WordSets.of("t", {"Y": y, "X": x}, {"B": b, "A": a}))
    found = weat(vectors, sets)
    assert turned.value == pytest.approx(-found.value)
    assert twice.value == pytest.approx(found.value)
    assert found.p + turned.p >= 1  # both count the observed partition


def test_lengths_of_vectors_do_not_matter():
    """Cosines know no length: scaling every word by its own factor changes nothing."""
    vectors, sets = several(6)
    factors = np.random.default_rng(1).uniform(0.1, 9, size=(len(vectors.words), 1))
    scaled = WordVectors(vectors.words, vectors.matrix * factors)
    assert weat(scaled, sets).value == pytest.approx(weat(vectors, sets).value, rel=1e-9)


def test_the_interval_is_reproducible_and_holds_the_value():
    """One seed gives one interval; a planted association lies above 0, none does not."""
    vectors, sets = several(8, pull=0.6)
    found, again = weat(vectors, sets, seed=1), weat(vectors, sets, seed=1)
    assert found == again
    assert 0 < found.low < found.value < found.high <= 2
    assert found.p < 0.01
    none = weat(*several(8, seed=2))
    assert none.low < 0 < none.high


def test_the_interval_covers_what_it_promises():
    """Over 120 draws of eight words a set without association, 95 % intervals hold 0 in 88 to 100 %."""
    held = 0
    for seed in range(120):
        vectors, sets = several(8, seed=seed)
        looked = [vectors.of(one.words).matrix[:, None, :] for one in sets.sets]
        limits = bootstrap_limits(
            Sides(*looked), ddof=1, confidence=0.95, replicates=300, rng=np.random.default_rng(seed)
        )
        held += limits.low <= 0 <= limits.high
    assert held >= 0.88 * 120


def test_attributes_with_the_same_vectors_have_no_effect_size():
    """Rounding is no association: A and B are the same vectors in another order, and d is None."""
    vectors, sets = several(6)
    rows = {word: vectors.matrix[i] for i, word in enumerate(vectors.words)}
    rows |= {f"b{i}": rows[f"a{5 - i}"] for i in range(6)}
    found = weat(rows, sets)
    assert found.value is None
    assert "d has no scale" in found.why


def test_sets_of_different_sizes_may_lie_beyond_two_and_are_drawn():
    """Twelve and three words wholly apart have d = 2.42; the axis of the page reaches there."""
    rows = {f"x{i}": [1, 0] for i in range(12)} | {f"y{i}": [0, 1] for i in range(3)}
    sets = WordSets.of("t", {"X": list(rows)[:12], "Y": list(rows)[12:]}, {"A": ["a"], "B": ["b"]})
    found = weat({**rows, "a": [1, 0], "b": [0, 1]}, sets)
    assert found.value == pytest.approx(2 / math.sqrt(4 * 0.8 * 0.2 * 15 / 14))
    spec = chart(DEFINITIONS[found.metric], [found], models=1)
    assert spec["layer"][0]["encoding"]["x"]["scale"]["domain"][1] > found.value


def test_few_words_have_a_value_and_no_interval():
    """Two words a set have d and p; the interval is None, and the method says why."""
    found = weat(ROWS, SETS)
    assert (found.low, found.high, found.level) == (None, None, None)
    assert found.method == "none: a set has 2 words, and an interval needs 5"


def test_equal_associations_have_no_effect_size():
    """Where all targets are equally near to both attributes, d is None with the reason, not NaN."""
    rows = {
        **{word: [1, 1] for word in ("x1", "x2", "y1", "y2")},
        "a1": [1, 0],
        "a2": [1, 0],
        "b1": [0, 1],
        "b2": [0, 1],
    }
    found = weat(rows, SETS)
    assert found.value is None
    assert found.p is None
    assert "d has no scale" in found.why


def test_lost_words_are_named_and_too_many_give_no_value():
    """One of eight may be lost and is named; two of eight are more than 20 %, and there is no value."""
    vectors, sets = several(8, pull=0.5)
    without = [i for i, word in enumerate(vectors.words) if word != "a3"]
    found = weat(WordVectors([vectors.words[i] for i in without], vectors.matrix[without]), sets)
    assert found.value is not None
    assert [(one.what, one.of, one.reason) for one in found.lost] == [("a3", "A", "not in the vocabulary")]
    without = [i for i in without if vectors.words[i] != "a5"]
    gone = weat(WordVectors([vectors.words[i] for i in without], vectors.matrix[without]), sets)
    assert gone.value is None
    assert gone.why == "of 'A' 2 of 8 words are lost, more than 20 %."
    assert [one.what for one in gone.lost] == ["a3", "a5"]
    more = weat(
        WordVectors([vectors.words[i] for i in without], vectors.matrix[without]), sets, most_lost=0.3
    )
    assert more.value is not None


def test_sets_of_different_sizes_keep_their_sizes_in_every_partition():
    """Seven and eight targets: partitions of 7 and 8, and the p of sums is that of means."""
    vectors, sets = several(8, pull=0.4)
    without = [i for i, word in enumerate(vectors.words) if word != "x0"]
    found = weat(WordVectors([vectors.words[i] for i in without], vectors.matrix[without]), sets)
    assert found.details["partitions"] == math.comb(15, 7)
    assert "7 and 8 target words: partitions keep these sizes." in found.notes
    looked = [vectors.of(one.words).matrix[:, None, :] for one in sets.sets]
    s = similarities(Sides(looked[0][1:], *looked[1:])).ravel()
    gap = s[:7].mean() - s[7:].mean()
    means = [s[list(c)].mean() - np.delete(s, list(c)).mean() for c in combinations(range(15), 7)]
    assert found.p == pytest.approx(np.mean(np.array(means) >= gap - 1e-12), abs=1e-9)


@pytest.mark.parametrize(
    ("targets", "attributes", "said"),
    [
        ({"X": ["a", "b"], "Y": []}, {"A": ["c"], "B": ["d"]}, "'Y' is empty"),
        ({"X": ["a", "a"], "Y": ["b"]}, {"A": ["c"], "B": ["d"]}, "'X' has 'a' more than once"),
        ({"X": ["a"], "Y": ["b"]}, {"A": ["c", "a"], "B": ["d"]}, "'a' is in 'X' and in 'A'"),
        ({"X": ["a"]}, {"A": ["c"], "B": ["d"]}, "targets are two sets"),
        ({"X": ["a"], "Y": "b"}, {"A": ["c"], "B": ["d"]}, "'Y' is no list of words"),
        ({"X": ["a"], "Y": [" "]}, {"A": ["c"], "B": ["d"]}, "'Y' is no list of words"),
    ],
)
def test_sets_that_mean_nothing_are_refused(targets, attributes, said):
    """Empty, overlapping, repeated or misshapen sets are refused with the words that are wrong."""
    with pytest.raises(DataError, match=said):
        WordSets.of("t", targets, attributes)


def test_one_target_word_is_refused():
    """A set of one word has no spread; that is a mistake of the question, named as such."""
    sets = WordSets.of("t", {"X": ["x1"], "Y": ["y1"]}, {"A": ["a1"], "B": ["b1"]})
    with pytest.raises(DataError, match="'X' and 'Y' have fewer than 2 words"):
        weat(ROWS, sets)


def test_numbers_that_mean_nothing_are_refused_together():
    """All wrong numbers are named in one message."""
    with pytest.raises(UsageError) as caught:
        weat(ROWS, SETS, ddof=3, confidence=1.0, permutations=0, replicates=5, most_lost=1.0)
    assert len(caught.value.problems) == 5


def test_shipped_sets_are_sound_and_of_equal_sizes():
    """Every shipped test has targets in pairs, attributes of one size, and says where its words are from."""
    for sets in shipped_sets().values():
        sizes = [len(one.words) for one in sets.sets]
        assert sizes[0] == sizes[1]
        assert sizes[2] == sizes[3]
        assert sizes[2] >= 8
        assert sets.source == "written for fairkit"


def test_sets_are_read_from_toml_in_their_order(tmp_path):
    """The first set written is X, or A, whatever the names."""
    file = tmp_path / "mine.toml"
    file.write_text(
        '[t]\nsource = "mine"\n[t.targets]\nzebra = ["z"]\nape = ["p"]\n'
        '[t.attributes]\nyes = ["y"]\nno = ["n"]\n'
    )
    found = load_word_sets(file)["t"]
    assert [one.name for one in found.sets] == ["zebra", "ape", "yes", "no"]
    assert found.source == "mine"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no test"),
        ("[t\n", "is no TOML"),
        ("[t]\nx = 1\n", "'t' is no test"),
        ("[t]\nsourc = 's'\n[t.targets]\na=['a']\nb=['b']\n[t.attributes]\nc=['c']\nd=['d']\n", "'source'"),
        ("[t]\nsource = 1\n[t.targets]\na=['a']\nb=['b']\n[t.attributes]\nc=['c']\nd=['d']\n", "is no text"),
        ("a = " + "[" * 40 + "]" * 40, "nest"),
    ],
)
def test_files_of_sets_that_are_wrong_are_refused(text, said, tmp_path):
    """What is wrong with a file of sets is said, with what was meant where it is near."""
    file = tmp_path / "wrong.toml"
    file.write_text(text)
    with pytest.raises(DataError, match=said):
        load_word_sets(file)


def test_a_misspelt_set_is_suggested():
    """The nearest shipped set is offered."""
    with pytest.raises(UsageError, match="Did you mean 'gender-career'"):
        word_sets("gender-carreer")


def test_effect_sizes_are_at_most_two():
    """No associations, however extreme, give |d| above 2 with ddof 0."""
    assert effect_size([1.0] * 5, [-1.0] * 5, ddof=0) == pytest.approx(2.0)
    assert effect_size([1.0] * 5, [-1.0] * 5) < 2
