"""A reliance on gender that was planted in the labels is found by every measure that is meant to find it.

The classifiers are those of docs/examples/planted_reliance.py, trained on fewer texts.
"""

from __future__ import annotations

import importlib.util
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from fairkit import samples
from fairkit.errors import UsageError

PATH = Path(__file__).parents[2] / "docs" / "examples" / "planted_reliance.py"
HELD_OUT = 700


@pytest.fixture(scope="module")
def example():
    """Load the example as a module."""
    spec = importlib.util.spec_from_file_location("planted_reliance", PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclass looks itself up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture(scope="module")
def texts(example):
    """Draw texts for training and for measuring."""
    frame = samples.biographies(rows=6_500, seed=5, reliance=example.RELIANCES)
    return frame[:-HELD_OUT], frame[-HELD_OUT:]


@pytest.fixture(scope="module")
def classifiers(example, texts):
    """Train a classifier for each labeller."""
    training, _ = texts
    columns = {reliance: f"label_{round(100 * reliance)}" for reliance in example.RELIANCES}
    return {
        reliance: example.trained(list(training["text"]), list(training[column]), seed=1)
        for reliance, column in columns.items()
    }


@pytest.fixture(scope="module")
def rows(example, texts, classifiers):
    """Measure the classifiers; the floor is drawn where nothing was planted, and where most was."""
    _, held_out = texts
    return [
        example.measured(
            classifier, held_out, reliance, permutations=39 if reliance in {0.0, 0.9} else None, seed=1
        )
        for reliance, classifier in classifiers.items()
    ]


def test_classifiers_come_near_the_best_that_is_possible(rows):
    """Accuracy and the gap to the counterfactual are those of the truth, within what 700 texts show."""
    for row in rows:
        assert row.best_accuracy - 0.05 < row.accuracy < row.best_accuracy + 0.03
        assert row.swap_gap == pytest.approx(row.true_gap, abs=0.035)


def test_rewriting_gives_the_gap_of_the_counterfactuals_that_were_written(rows):
    """The gender swap measures what the generator's own pairs do."""
    for row in rows:
        assert row.swap_gap == pytest.approx(row.written_gap, abs=0.002)


def test_sensitivity_rises_strictly_with_the_planted_reliance(rows):
    """Signed sensitivity with v of length 1 rises from labeller to labeller, and tenfold from 0 to .9."""
    sizes = [row.signed_unit for row in rows]
    assert all(less < more for less, more in pairwise(sizes))
    assert sizes[-1] > 4 * sizes[0]
    gaps = [row.swap_gap for row in rows]
    assert all(less < more for less, more in pairwise(gaps))


def test_absolute_sensitivities_hardly_tell_the_labellers_apart(rows):
    """Sums of absolute values have a large part that is there without any reliance."""
    first, last = rows[0], rows[-1]
    assert last.absolute_unit / first.absolute_unit < last.signed_unit / first.signed_unit / 3


def test_all_classes_together_gain_nothing(rows):
    """With w = 1 on probabilities the sensitivity is zero but for rounding, whatever was planted."""
    assert max(row.over_classes for row in rows) < 1e-9


def test_without_reliance_the_sensitivity_is_no_more_than_its_floor(rows):
    """At reliance 0 the mean lies inside the permutation interval, and its size not above the floor's."""
    floor = rows[0].mean_floor
    assert floor.value == pytest.approx(rows[0].mean)
    assert floor.low < floor.value < floor.high
    assert floor.p_value > 0.05
    assert rows[0].size_floor.value <= rows[0].size_floor.high


def test_a_label_that_is_typed_for_a_gender_moves_towards_it_as_planted(rows):
    """The mean of the typed label rises strictly, from within its floor to beyond all of its draws."""
    assert all(less.typed < more.typed for less, more in pairwise(rows))
    assert rows[0].typed_floor.low < rows[0].typed < rows[0].typed_floor.high
    assert rows[-1].typed > rows[-1].typed_floor.draws.max()


def test_planted_reliance_rises_above_the_floor(rows):
    """At reliance .9 the size of the sensitivity is above all that directions without a meaning give."""
    assert rows[-1].size_floor.value > rows[-1].size_floor.draws.max()


def test_sensitivity_ranks_texts_as_the_swap_does(rows):
    """Where there is a reliance, Spearman's correlation with the swap gap is .6 or more, text by text."""
    for row in rows[1:]:
        assert row.agreement.value >= 0.6, row.reliance
        assert row.agreement.low > 0.4


def test_fields_of_more_planted_strength_are_more_sensitive(example, texts, classifiers):
    """The four fields of work come out in the order of their planted strength, swap and gradient alike."""
    _, held_out = texts
    shown = held_out[held_out["gender"].notna()]
    classifier = classifiers[0.9]
    before, after = (classifier.probabilities(list(shown[name])) for name in ("text", "swapped"))
    gap = example.total_variation(before, after)
    true = samples.truth("biographies").at(0.9).fields
    found = {field: gap[(shown["field"] == field).to_numpy()].mean() for field in true}
    assert sorted(found, key=found.get) == sorted(true, key=true.get)
    assert all(abs(found[field] - true[field]) < 0.09 for field in true)


def test_equal_weights_are_refused_with_the_reason(example, texts, classifiers):
    """The question that has only one answer is not answered."""
    _, held_out = texts
    lexicon = example.LexiconMask(["he", "she"])
    with pytest.raises(UsageError, match="weights"):
        example.sensitivities(
            classifiers[0.9], list(held_out["text"][:5]), protected=lexicon, weights=[1.0] * 8
        )


def test_the_example_prints_its_tables(example, rows, monkeypatch, capsys):
    """The command prints three tables with a row for each labeller, and refuses too few rows."""
    monkeypatch.setattr(example, "experiment", lambda **_: rows)
    example.main(["--permutations", "19"])
    printed = capsys.readouterr().out
    lines = [line for line in printed.splitlines() if line.startswith("| 0.9 |")]
    assert len(lines) == 3
    assert f"{rows[-1].signed_unit:.5f}" in lines[1]
    assert "are multiplied by" in printed
    with pytest.raises(SystemExit):
        example.main(["--rows", "100"])
    assert "--rows is 100" in capsys.readouterr().err


def test_training_again_gives_the_same_classifier(example, texts):
    """A seed decides the numbers, to the last bit on one machine."""
    training, held_out = texts
    some = training[:600]
    one, two = (
        example.trained(list(some["text"]), list(some["label_90"]), seed=3, epochs=1) for _ in range(2)
    )
    ten = list(held_out["text"][:10])
    assert np.array_equal(one.probabilities(ten), two.probabilities(ten))


def test_a_transformer_can_be_measured_as_well(example, texts):
    """Two layers of attention give sensitivities and gaps by the same calls."""
    training, held_out = texts
    some = training[:200]
    classifier = example.trained(
        list(some["text"]), list(some["label_90"]), model="transformer", seed=3, epochs=1
    )
    row = example.measured(classifier, held_out[:60], 0.9)
    assert np.isfinite([row.signed, row.signed_unit, row.absolute, row.lexicon, row.swap_gap]).all()
    assert row.over_classes < 1e-9
    assert row.size_floor is None
