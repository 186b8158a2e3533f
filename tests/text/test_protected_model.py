"""Protected-status models: what they learn, what they may not see, and when they are worth nothing."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from tiny_networks import CLASSES, GROUPS, TEXTS, VOCABULARY, Bag

from fairkit.errors import DataError, UsageError
from fairkit.inference import wilson
from fairkit.text import from_module, sensitivities, train_protected_model
from fairkit.text.networks import Embedded
from fairkit.text.protection.accuracy import accuracy_of
from fairkit.text.protection.features import features_of, keys_of, pooled
from fairkit.text.protection.folds import clustered
from fairkit.text.protection.heads import fit_head
from fairkit.text.protection.many_heads import fit_many
from fairkit.text.protection.training import permuted, trained_on


@pytest.fixture(scope="module")
def bag():
    """Give a bag of embeddings wide enough to keep its words apart."""
    torch.manual_seed(0)
    return from_module(Bag(width=16).double().eval(), labels=CLASSES, vocabulary=VOCABULARY)


def test_it_recognises_a_group_that_the_words_show(bag):
    """Pronouns give the group away, out of fold, and the model says what it is worth."""
    found = train_protected_model(bag, TEXTS, GROUPS)
    assert found.accuracy.accuracy.value == 1
    assert found.accuracy.balanced_accuracy.value == 1
    assert found.accuracy.accuracy[1:] == pytest.approx([float(limit) for limit in wilson(48, 48)])
    assert (found.accuracy.majority, found.accuracy.chance, found.accuracy.n) == (0.5, 0.5, 48)
    assert found.accuracy.informative
    assert found.notes == ()


def test_a_model_at_chance_says_that_its_direction_means_nothing(bag):
    """Groups by the toss of a coin are not recognised, and every sensitivity along v carries the note."""
    coins = np.random.default_rng(0).permutation(np.repeat(["a", "b"], 24))
    found = train_protected_model(bag, TEXTS, coins)
    low, high = found.accuracy.balanced_accuracy[1:]
    assert low < 0.5 < high
    assert not found.accuracy.informative
    assert "mean nothing" in found.notes[0]
    assert found.notes[0] in sensitivities(bag, TEXTS, protected=found).notes


def test_directions_are_gradients_of_the_groups_probability(bag):
    """V is what small steps of the embeddings do to Pr(group | x), or to its log-odds, for every group."""
    three = [("f", "m", "n")[i % 3] if i % 5 else GROUPS[i] for i in range(len(TEXTS))]
    torch.manual_seed(0)
    for output in ("probability", "logit"):
        for toward in ("f", "m", "n"):
            found = train_protected_model(bag, TEXTS, three, toward=toward, output=output, folds=3)
            batch = bag.embed(TEXTS[:5])
            v = found.directions(bag, batch)
            step = 1e-6 * torch.randn_like(batch.embeddings) * batch.mask[:, :, None]

            def answer(embeddings, found=found, batch=batch, output=output, toward=toward):
                features = pooled(batch.holding(embeddings)).numpy()
                rows = zip(batch.texts, features, strict=True)
                p = np.array([found.heads[found.fold_of[text]].probabilities(x[None])[0] for text, x in rows])
                p = p[:, found.groups.index(toward)]
                return np.log(p / (1 - p)) if output == "logit" else p

            change = answer(batch.embeddings + step) - answer(batch.embeddings - step)
            assert change == pytest.approx(2 * (v * step).flatten(1).sum(dim=1).numpy(), rel=1e-4)


def test_each_text_looks_toward_its_own_group(bag):
    """A given group decides; without one, that of the training text; for others, the most probable one."""
    found = train_protected_model(bag, TEXTS, GROUPS)
    toward_f = train_protected_model(bag, TEXTS, GROUPS, toward="f")
    batch = bag.embed([TEXTS[0], TEXTS[1], "she swims she swims"])
    own, f = found.directions(bag, batch), toward_f.directions(bag, batch)
    assert torch.allclose(own[0], f[0])
    assert torch.allclose(own[1], -f[1])
    assert torch.allclose(own[2], f[2])
    given = found.directions(bag, batch, groups=["m", None, "m"])
    assert torch.allclose(given[[0, 2]], -f[[0, 2]])
    assert torch.allclose(given[1], -f[1])


def test_a_text_is_measured_by_the_head_that_has_not_seen_it(bag):
    """The direction at a training text does not depend on its own group; at others the last head serves."""
    found = train_protected_model(bag, TEXTS, GROUPS, toward="f")
    fold = found.training.fold[0]
    features, _ = features_of(bag, TEXTS, head="embeddings", batch_size=64)
    kept = found.training.fold != fold
    alone = fit_head(features[kept], found.training.code[kept], 2, ridge=1.0)
    assert found.heads[fold].weights == pytest.approx(alone.weights)
    assert found.folds([TEXTS[0], "never seen"]).tolist() == [fold, len(found.heads) - 1]


def test_clusters_and_equal_texts_never_straddle_folds(bag):
    """What belongs together lies in one fold, also through a chain of texts and clusters."""
    clusters = [f"template {i % 12}" for i in range(len(TEXTS))]
    texts = [*TEXTS, TEXTS[0], TEXTS[0]]
    found = train_protected_model(
        bag, texts, [*GROUPS, "f", "f"], clusters=[*clusters, "template 1", "template 2"], folds=3
    )
    fold = {}
    for k, text, cluster in zip(
        found.training.fold, texts, [*clusters, "template 1", "template 2"], strict=True
    ):
        assert fold.setdefault(text, k) == k
        assert fold.setdefault(cluster, k) == k
    assert fold["template 0"] == fold["template 1"] == fold["template 2"]
    assert clustered(["a", "b", "c"], ["x", "y", "x"]).tolist() == [0, 1, 0]


def test_a_model_of_templates_is_not_credited_with_knowing_them(bag):
    """Groups that go with the template alone are recognised without clusters, and not with them."""
    verbs = [text.split()[1] for text in TEXTS]
    order = sorted(set(verbs))
    groups = ["a" if order.index(verb) % 2 else "b" for verb in verbs]
    loose = train_protected_model(bag, TEXTS, groups, folds=3)
    tight = train_protected_model(bag, TEXTS, groups, clusters=verbs, folds=3)
    assert loose.accuracy.balanced_accuracy.value > 0.9
    assert tight.accuracy.balanced_accuracy.value < 0.7
    assert not tight.accuracy.informative


def test_balanced_accuracy_does_not_reward_the_larger_group():
    """With one text in ten of the smaller group, a model that leans its way is better than chance."""
    rng = np.random.default_rng(0)
    code = (np.arange(2000) % 10 == 0).astype(np.int64)
    x = (rng.normal(size=2000) + 1.5 * code)[:, None]
    p = fit_head(x, code, 2, ridge=1.0).probabilities(x)
    found = accuracy_of(p, code, np.arange(2000), ("m", "f"), clustered=False, confidence=0.95)
    assert found.majority == 0.9
    assert found.accuracy.value == pytest.approx(0.9, abs=0.02)
    assert found.balanced_accuracy.low > 0.7


def test_intervals_widen_with_clusters_and_never_close_on_certainty():
    """Twenty copies of each text are no more evidence than one, and no error is no proof."""
    rng = np.random.default_rng(0)
    code = np.repeat(rng.integers(0, 2, 40), 20)
    right = np.repeat(rng.random(40) < 0.8, 20)
    p = np.where((code == 1) == right, 0.9, 0.1)
    p = np.column_stack([1 - p, p])
    cluster = np.repeat(np.arange(40), 20)
    loose = accuracy_of(p, code, cluster, ("a", "b"), clustered=False, confidence=0.95)
    tight = accuracy_of(p, code, cluster, ("a", "b"), clustered=True, confidence=0.95)
    assert loose.accuracy.value == tight.accuracy.value == right.mean()
    width = tight.accuracy.high - tight.accuracy.low
    assert width == pytest.approx(np.sqrt(20) * (loose.accuracy.high - loose.accuracy.low), rel=0.15)
    sure = np.column_stack([1.0 - code, code])
    perfect = accuracy_of(sure, code, cluster, ("a", "b"), clustered=True, confidence=0.95)
    assert perfect.accuracy.low == pytest.approx(float(wilson(40, 40).low))


def test_a_rare_group_does_not_widen_the_interval_of_balanced_accuracy_by_being_rare():
    """What varies is how well clusters are known, not that a row of a rare group weighs more."""
    rng, covered, widths = np.random.default_rng(0), [], []
    for _ in range(60):
        size = rng.integers(1, 10, 60)
        cluster = np.repeat(np.arange(60), size)
        code = (rng.permutation(60) >= 9)[cluster].astype(np.int64)  # whole clusters, 15 % of them of one
        right = rng.random(len(code)) < rng.beta(2.0, 0.5, 60)[cluster]
        sure = np.where(right == (code == 0), 0.99, 0.01)
        p = np.column_stack([sure, 1 - sure]) * np.bincount(code)
        found = accuracy_of(p, code, cluster, ("a", "b"), clustered=True, confidence=0.95).balanced_accuracy
        covered.append(found.low <= 0.8 <= found.high)
        widths.append(found.high - found.low)
    assert np.mean(covered) >= 0.88
    assert np.mean(widths) < 0.28  # 4 standard deviations of the value are .20; .44 if a row's weight counts


def test_heads_are_those_of_scikit_learn():
    """Probabilities equal a logistic regression on standardised features, constants and all."""
    rng = np.random.default_rng(0)
    x = np.column_stack([rng.normal(3, 5, size=(200, 3)), np.full(200, 7.0)])
    for groups in (2, 3):
        code = (x[:, 0] + rng.normal(size=200) * 3 > 3).astype(np.int64) + (groups == 3) * (x[:, 1] > 5)
        z = StandardScaler().fit_transform(x)
        truth = LogisticRegression(C=0.5, tol=1e-9, max_iter=10_000).fit(z, code)
        found = fit_head(x, code, groups, ridge=2.0)
        assert found.probabilities(x) == pytest.approx(truth.predict_proba(z), abs=1e-6)


@pytest.mark.parametrize("groups", [2, 4])
def test_many_heads_at_once_equal_each_alone(groups):
    """Permuted groups, rare groups and groups that can be told apart all get their own best fit."""
    rng = np.random.default_rng(groups)
    x = rng.normal(size=(300, 6)) @ rng.normal(size=(6, 6))
    code = rng.integers(0, groups, 300)
    code[: 300 - 20 * groups] = 0
    codes = np.stack(
        [rng.permutation(code) for _ in range(5)] + [np.argsort(np.argsort(x[:, 0])) * groups // 300]
    )
    weights, bias = fit_many(x, codes, groups, ridge=1.0)
    for k, one in enumerate(codes):
        z = StandardScaler().fit_transform(x)
        truth = LogisticRegression(tol=1e-9, max_iter=10_000).fit(z, one).predict_proba(z)
        scores = x @ weights[k].T + bias[k]
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        assert p / p.sum(axis=1, keepdims=True) == pytest.approx(truth, abs=1e-5)


def test_heads_of_permuted_groups_keep_the_folds(bag):
    """Trained on the true groups again, the heads are the true ones."""
    found = train_protected_model(bag, TEXTS, GROUPS, folds=3)
    weights, bias = trained_on(found.training, found.training.code[None], 2)
    for k, head in enumerate(found.heads):
        again = weights[0, k, 1] - weights[0, k, 0], bias[0, k, 1] - bias[0, k, 0]
        assert again[0] == pytest.approx(head.weights[1] - head.weights[0], rel=1e-4, abs=1e-5)
        assert again[1] == pytest.approx(head.bias[1] - head.bias[0], rel=1e-4, abs=1e-5)


def test_permutations_respect_clusters():
    """Clusters of one group trade groups whole; in mixed clusters rows trade; counts within them stay."""
    rng = np.random.default_rng(0)
    cluster = np.repeat(np.arange(30), 4)
    whole = np.repeat(rng.integers(0, 2, 30), 4)
    other = permuted(whole, cluster, rng)
    assert (other.reshape(30, 4) == other.reshape(30, 4)[:, :1]).all()
    assert (other != whole).any()
    assert other.sum() == whole.sum()
    mixed = np.tile([0, 1, 1, 0], 30)
    other = permuted(mixed, cluster, rng)
    assert (other.reshape(30, 4).sum(axis=1) == 2).all()
    assert (other != mixed).any()


def test_what_cannot_be_trained_on_is_refused(bag):
    """Lengths, missing groups, one group, rare groups, empty texts and unknown settings each say why."""
    for problem, settings in (
        ("groups= has 1", {"groups": ["f"]}),
        ("clusters= has 1", {"clusters": ["x"]}),
        ("Did you mean 'encoder'", {"head": "encode"}),
        ("there are 'own', 'f', 'm'", {"toward": "w"}),
        ("output 'logits' is unknown", {"output": "logits"}),
        ("at least 2", {"folds": 1}),
        ("must be positive", {"ridge": 0.0}),
    ):
        with pytest.raises(UsageError, match=problem):
            train_protected_model(bag, TEXTS, **{"groups": GROUPS} | settings)
    for problem, texts, groups in (
        ("2 rows is missing .* row 3", TEXTS, [*GROUPS[:3], None, float("nan"), *GROUPS[5:]]),
        ("one group only", TEXTS, ["f"] * len(TEXTS)),
        ("'m' has 2", TEXTS[:8], ["f"] * 6 + ["m"] * 2),
        ("hold nothing .* row 1", [TEXTS[0], "!", *TEXTS[2:]], GROUPS),
    ):
        with pytest.raises(DataError, match=problem):
            train_protected_model(bag, texts, groups)


def test_features_that_are_not_finite_are_refused(bag):
    """A damaged embedding names its row."""

    class Damaged:
        labels = bag.labels

        def embed(self, inputs):
            batch = bag.embed(inputs)
            values = batch.embeddings.clone()
            values[[text == TEXTS[3] for text in inputs]] = torch.nan
            return batch.holding(values)

    with pytest.raises(DataError, match="embeddings of row 3 are not finite"):
        train_protected_model(Damaged(), TEXTS, GROUPS)


def test_texts_and_rows_are_told_apart_by_what_they_hold():
    """Equal rows of features have one key, whatever their precision; texts are their own."""
    rows = torch.tensor([[1.0, 2.0], [1.0, 2.0], [1.0, 3.0]])
    one, two, three = keys_of(Embedded(rows))
    assert one == two != three
    assert keys_of(Embedded(rows.double())) == [one, two, three]


def test_what_one_group_gains_in_a_cluster_and_another_loses_is_no_noise():
    """In clusters of both groups a cluster's leaning cancels: balanced limits are as wide as plain ones."""
    rng = np.random.default_rng(0)
    cluster, code = np.repeat(np.arange(20), 20), np.tile([0, 1], 200)
    leaning = np.where(code == 1, 0.4, -0.4) + 1.2 * rng.normal(size=20)[cluster] + rng.normal(size=400)
    second = 1 / (1 + np.exp(-leaning))
    found = accuracy_of(
        np.column_stack([1 - second, second]), code, cluster, ("f", "m"), clustered=True, confidence=0.95
    )
    plain, balanced = found.accuracy, found.balanced_accuracy
    assert balanced.high - balanced.low == pytest.approx(plain.high - plain.low, rel=0.02)
