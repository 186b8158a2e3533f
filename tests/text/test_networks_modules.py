"""Plain torch modules as classifiers: what they read, and what they are refused for."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tiny_networks import CLASSES, GROUPS, TEXTS, VOCABULARY, Bag, Fixed, perceptron
from torch import nn

from fairkit.errors import DataError, UsageError
from fairkit.text import FeatureMask, from_module, sensitivities, train_protected_model


def test_words_are_looked_up_as_written_then_in_lower_case():
    """Unknown words are left out, or become the word that stands for them."""
    module = Bag().eval()
    model = from_module(module, labels=CLASSES, vocabulary=VOCABULARY)
    batch = model.embed(["She SINGS loudly", ""])
    assert batch.tokens == (("She", "SINGS"), ())
    assert batch.spans[0] == ((0, 3), (4, 9))
    assert batch.measured.tolist() == [True, False]
    other = from_module(module, labels=CLASSES, vocabulary=VOCABULARY, unknown="day", max_length=2)
    batch = other.embed(["loudly she sings"])
    assert batch.inputs["ids"].tolist() == [[VOCABULARY["day"], VOCABULARY["she"]]]
    assert batch.truncated == (True,)
    with pytest.raises(UsageError, match="word 'dya'"):
        from_module(module, labels=CLASSES, vocabulary=VOCABULARY, unknown="dya")


def test_the_layer_of_the_words_is_found_or_named():
    """One embedding layer is found, of several the right one must be named, and without any there is none."""

    class Two(Bag):
        def __init__(self):
            super().__init__()
            self.kinds = nn.Embedding(2, 5)

    with pytest.raises(UsageError, match="layer= one of 'words', 'kinds'"):
        from_module(Two().eval(), labels=CLASSES, vocabulary=VOCABULARY)
    with pytest.raises(UsageError, match="no embedding layer 'word'"):
        from_module(Two().eval(), labels=CLASSES, vocabulary=VOCABULARY, layer="word")
    assert from_module(Two().eval(), labels=CLASSES, vocabulary=VOCABULARY, layer="words").labels == CLASSES
    with pytest.raises(UsageError, match="no embedding layer"):
        from_module(nn.Linear(2, 3).eval(), labels=CLASSES, vocabulary=VOCABULARY)
    with pytest.raises(UsageError, match="pass one of them"):
        from_module(Bag().eval(), labels=CLASSES, vocabulary=VOCABULARY, embed=torch.tensor)
    for labels in ("yes", ("yes",), ("yes", "yes")):
        with pytest.raises(UsageError, match="all different"):
            from_module(Bag().eval(), labels=labels, vocabulary=VOCABULARY)


@pytest.mark.parametrize("mode", ["mean", "sum"])
def test_bags_equal_the_embeddings_they_are_made_of(mode):
    """An EmbeddingBag is measured like the same embeddings, looked up and averaged or added."""

    class Bagged(nn.Module):
        def __init__(self, like):
            super().__init__()
            self.words = nn.EmbeddingBag.from_pretrained(like.words.weight.data, mode=mode, padding_idx=0)
            self.top = like.top

        def forward(self, ids):
            return self.top(self.words(ids))

    class Added(Bag):
        def forward(self, ids):
            return self.top(self.words(ids).sum(dim=1))

    torch.manual_seed(0)
    plain = (Bag if mode == "mean" else Added)().double().eval()
    one, two = (
        sensitivities(from_module(m, labels=CLASSES, vocabulary=VOCABULARY), TEXTS, protected=Fixed()).values
        for m in (plain, Bagged(plain).eval())
    )
    assert one == pytest.approx(two, rel=1e-9)


def test_a_bag_of_maxima_is_refused():
    """A maximum over positions is no function of one tensor that could be substituted."""

    class Largest(nn.Module):
        def __init__(self):
            super().__init__()
            self.words, self.top = nn.EmbeddingBag(40, 5, mode="max"), nn.Linear(5, 3)

        def forward(self, ids):
            return self.top(self.words(ids))

    model = from_module(Largest().eval(), labels=CLASSES, vocabulary=VOCABULARY)
    with pytest.raises(UsageError, match="sums or averages"):
        sensitivities(model, TEXTS, protected=Fixed())


def test_a_layer_that_is_used_twice_is_refused():
    """The answer would depend on embeddings in two places."""

    class Twice(Bag):
        def forward(self, ids):
            return super().forward(ids) + self.top(self.words(ids)[:, 0])

    model = from_module(Twice().eval(), labels=CLASSES, vocabulary=VOCABULARY)
    with pytest.raises(UsageError, match="2 times in one pass"):
        sensitivities(model, TEXTS, protected=Fixed())


def test_features_are_checked():
    """Texts, ragged rows and missing columns are no features."""
    model = from_module(perceptron().eval(), labels=CLASSES, features=[f"x{i}" for i in range(6)])
    for wrong in (["she sings"], [[1.0, 2.0], [1.0]], [[1.0, 2.0]], [1.0, 2.0]):
        with pytest.raises(DataError, match="features must be"):
            model.embed(wrong)
    assert model.probabilities(np.zeros((3, 6))).sum(axis=1) == pytest.approx(np.ones(3))


def test_protected_features_are_derivatives_by_their_columns():
    """A feature mask gives what a small step of the protected columns gives."""
    torch.manual_seed(0)
    names = [f"x{i}" for i in range(6)]
    model = from_module(perceptron().double().eval(), labels=CLASSES, features=names)
    rows = np.random.default_rng(0).normal(size=(5, 6))
    found = sensitivities(model, rows, protected=FeatureMask(["x1", "x4"]), target="low", tokens=True)
    step = np.zeros(6)
    step[[1, 4]] = 1e-6
    change = (model.probabilities(rows + step) - model.probabilities(rows - step))[:, 0] / 2e-6
    assert found.values == pytest.approx(change, rel=1e-6)
    assert [part.word for part in found.parts(0) if part.value] == ["x1", "x4"]
    with pytest.raises(UsageError, match="Did you mean 'x1'"):
        sensitivities(model, rows, protected=FeatureMask(["xx1"]))
    with pytest.raises(UsageError, match="no protected features"):
        FeatureMask([])


def test_tables_have_protected_models_too():
    """A protected-status model on features finds a proxy column, and its direction points along it."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(200, 6))
    groups = np.where(rows[:, 3] + 0.5 * rng.normal(size=200) > 0, "a", "b")
    torch.manual_seed(0)
    model = from_module(perceptron().double().eval(), labels=CLASSES)
    protected = train_protected_model(model, rows, groups, toward="a")
    v = protected.directions(model, model.embed(rows[:4])).numpy()
    assert protected.accuracy.informative
    assert (np.abs(v).argmax(axis=1) == 3).all()
    found = sensitivities(model, rows, protected=protected)
    assert found.values[:4] == pytest.approx(
        [
            sensitivities(model, [row], protected=protected, target=CLASSES[k]).value(0)
            for row, k in zip(rows[:4], found.targets, strict=False)
        ]
    )


def test_an_encode_function_serves_encoder_heads():
    """A module that says what its encoder makes of a text can have a protected head there."""
    torch.manual_seed(0)
    module = Bag().double().eval()

    def encode(embedded):
        weights = embedded.weights[:, :, None]
        return torch.tanh((embedded.embeddings * weights).sum(dim=1) / weights.sum(dim=1))

    model = from_module(module, labels=CLASSES, vocabulary=VOCABULARY, encode=encode)
    found = sensitivities(
        model, TEXTS, protected=train_protected_model(model, TEXTS, GROUPS, head="encoder", folds=3)
    )
    assert np.abs(found.values).min() > 0
    without = from_module(module, labels=CLASSES, vocabulary=VOCABULARY)
    with pytest.raises(UsageError, match="has no encode"):
        train_protected_model(without, TEXTS, GROUPS, head="encoder")
