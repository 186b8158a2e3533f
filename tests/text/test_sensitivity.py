"""Prediction sensitivity against the Jacobian computed example by example and class by class."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tiny_networks import CLASSES, TEXTS, Fixed, made, slow_jacobian

from fairkit.errors import DataError, UsageError
from fairkit.text import LexiconMask, class_sensitivities, from_module, sensitivities

KINDS = ("bert", "bag", "transformer", "features")


@pytest.fixture(scope="module", params=KINDS)
def case(request):
    """Give one model with its inputs."""
    return made(request.param)


def probability(logits):
    """Softmax."""
    return logits.softmax(dim=0)


def log_odds(logits):
    """The logit of every class, from its probability."""
    p = logits.softmax(dim=0)
    return torch.log(p / (1 - p))


def slow(case, one, *, weights=None, signed=True, output="probability", scale="none", target=None):
    """Compute P as the paper writes it, from the whole Jacobian of one input."""
    jacobian, answers, _ = slow_jacobian(case, one, probability if output == "probability" else log_odds)
    batch = case.model.embed([one])
    v = Fixed().directions(None, batch)[0]
    if scale == "unit":
        v = v / v.norm()
    w = torch.zeros(len(answers)).double()
    if weights is None:
        w[int(answers.argmax()) if target is None else target] = 1
    else:
        w[:] = torch.tensor(weights)
    if not signed:
        jacobian, v, w = jacobian.abs(), v.abs(), w.abs()
    found = torch.einsum("k,k...,...->", w, jacobian, v)
    return float(found / (w @ answers) if scale == "relative" else found)


SETTINGS = {
    "predicted": {},
    "unit": {"scale": "unit"},
    "relative": {"scale": "relative"},
    "logit": {"output": "logit"},
    "absolute": {"signed": False},
    "absolute unit logit": {"signed": False, "scale": "unit", "output": "logit"},
    "absolute relative": {"signed": False, "scale": "relative"},
    "weights": {"weights": [0.5, -1.0, 2.0]},
    "absolute weights": {"weights": [0.5, -1.0, 2.0], "signed": False},
    "ones, absolute": {"weights": [1.0, 1.0, 1.0], "signed": False},
    "relative weights": {"weights": [0.5, 0.0, 2.0], "scale": "relative"},
    "absolute relative weights": {"weights": [0.5, 0.0, 2.0], "scale": "relative", "signed": False},
    "weights of logits": {"weights": [1.0, -1.0, 0.0], "output": "logit"},
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS.keys())
def test_one_backward_pass_equals_the_whole_jacobian(case, settings):
    """Every setting gives, batch by batch, what the Jacobian of each example alone gives."""
    found = sensitivities(case.model, case.inputs, protected=Fixed(), batch_size=7, **settings)
    truth = np.array([slow(case, one, **settings) for one in case.inputs])
    assert np.abs(found.values - truth).max() <= 1e-10 * np.abs(truth).max()
    assert np.abs(truth).min() > 0


@pytest.mark.parametrize("target", ["given", "high"])
def test_the_class_may_be_given_or_named(case, target):
    """A given class of each row, or one class by name, takes the place of the predicted one."""
    given = [CLASSES[i % 3] for i in range(len(case.inputs))] if target == "given" else None
    found = sensitivities(case.model, case.inputs, protected=Fixed(), target=target, given=given)
    wanted = [i % 3 if target == "given" else 2 for i in range(len(case.inputs))]
    truth = [slow(case, one, target=k) for one, k in zip(case.inputs, wanted, strict=True)]
    assert found.values == pytest.approx(truth, rel=1e-9)
    assert found.targets.tolist() == wanted


@pytest.mark.parametrize("output", ["probability", "logit"])
def test_forward_mode_gives_every_class(case, output):
    """Sensitivities of all classes equal those asked one by one, and those of probabilities add up to 0."""
    found = class_sensitivities(case.model, case.inputs, protected=Fixed(), output=output, batch_size=5)
    for k, label in enumerate(CLASSES):
        one = sensitivities(case.model, case.inputs, protected=Fixed(), target=label, output=output)
        assert found.values[:, k] == pytest.approx(one.values, rel=1e-8, abs=1e-12)
        assert found.means[label] == pytest.approx(one.mean, rel=1e-8)
    if output == "probability":
        assert np.abs(found.values.sum(axis=1)).max() < 1e-12
        assert (found.totals >= np.abs(found.values).max(axis=1) - 1e-12).all()
    assert not found.notes


def test_absolute_values_of_every_class_equal_one_by_one(case):
    """One backward pass a class gives the absolute form of every class."""
    found = class_sensitivities(case.model, case.inputs, protected=Fixed(), signed=False, scale="relative")
    one = sensitivities(
        case.model, case.inputs, protected=Fixed(), target="low", signed=False, scale="relative"
    )
    assert found.values[:, 0] == pytest.approx(one.values, rel=1e-9)


def test_batches_order_and_padding_change_nothing():
    """A text has the same sensitivity alone, among longer ones, and in any order."""
    case = made("bert")
    together = sensitivities(case.model, TEXTS, protected=Fixed(), batch_size=len(TEXTS))
    alone = sensitivities(case.model, TEXTS, protected=Fixed(), batch_size=1)
    backwards = sensitivities(case.model, TEXTS[::-1], protected=Fixed(), batch_size=5)
    assert together.values == pytest.approx(alone.values, rel=1e-9)
    assert together.values == pytest.approx(backwards.values[::-1], rel=1e-9)
    assert together.probabilities == pytest.approx(case.model.probabilities(TEXTS), rel=1e-9)


def test_contributions_of_tokens_add_up_to_the_sensitivity(case):
    """Kept contributions are those of the positions that hold text, and sum to P."""
    found = sensitivities(case.model, case.inputs, protected=Fixed(), tokens=True, batch_size=5)
    assert [values.sum() for values in found.tokens] == pytest.approx(found.values.tolist(), rel=1e-12)
    assert [sum(part.value for part in found.parts(i)) for i in range(len(found))] == pytest.approx(
        found.values.tolist(), rel=1e-9
    )
    with pytest.raises(UsageError, match="tokens=True"):
        sensitivities(case.model, case.inputs, protected=Fixed()).parts(0)


@pytest.mark.parametrize("weights", [[1.0, 1.0, 1.0], [0.3, 0.3, 0.3]])
@pytest.mark.parametrize("output", ["probability", "logit"])
def test_equal_weights_are_refused_and_the_reason_is_given(weights, output):
    """What is left of wᵀJ with equal weights is rounding: the refusal says so and what to ask instead."""
    case = made("bag")
    with pytest.raises(UsageError, match=r"add up to 1 .* add up to 0.*target="):
        sensitivities(case.model, case.inputs, protected=Fixed(), weights=weights, output=output)
    jacobian, _, _ = slow_jacobian(case, case.inputs[0], probability)
    assert float(jacobian.sum(dim=0).abs().max()) < 1e-15


def test_classes_that_do_not_exclude_each_other_may_have_equal_weights():
    """Probabilities of sigmoids need not add up to 1, so that equal weights measure something."""
    case = made("features")
    model = from_module(case.model.module, labels=CLASSES, link="sigmoid")
    found = sensitivities(model, case.inputs, protected=Fixed(), weights=[1.0, 1.0, 1.0])
    each = class_sensitivities(model, case.inputs, protected=Fixed())
    assert found.values == pytest.approx(each.values.sum(axis=1), rel=1e-9)
    assert np.abs(found.values).min() > 1e-6


def test_a_lexicon_has_no_sign_and_layer_normalisation_shows_why():
    """Along 1 on every coordinate a BERT's answer does not move at all, so signed lexicons are refused."""
    case = made("bert")

    class Signed(LexiconMask):
        oriented = True

    words = ["she", "he"]
    zero = sensitivities(case.model, TEXTS, protected=Signed(words))
    size = sensitivities(case.model, TEXTS, protected=LexiconMask(words), signed=False)
    assert np.abs(zero.values).max() < 1e-12 * size.values.min()
    with pytest.raises(UsageError, match="layer normalisation takes it out"):
        sensitivities(case.model, TEXTS, protected=LexiconMask(words))
    with pytest.raises(UsageError, match="SwapDirection"):
        class_sensitivities(case.model, TEXTS, protected=LexiconMask(words))


def test_a_lexicon_counts_its_words_and_nothing_else():
    """Absolute sensitivity of a lexicon is that of its tokens' coordinates."""
    case = made("bert")
    found = sensitivities(case.model, TEXTS, protected=LexiconMask(["she"]), signed=False, tokens=True)
    for text, tokens, reason in zip(TEXTS, found.tokens, found.why, strict=True):
        assert reason == (None if text.startswith("she") else "no word of the lexicon")
        if reason is None:
            assert np.flatnonzero(tokens).tolist() == [1]  # after [CLS]
    jacobian, answers, _ = slow_jacobian(case, TEXTS[0], probability)
    assert found.value(0) == pytest.approx(float(jacobian[int(answers.argmax()), 1].abs().sum()), rel=1e-9)


def test_the_unit_scale_forgets_the_length_of_v_and_the_relative_one_that_of_p():
    """A protected direction ten times as long changes nothing on the unit scale."""
    case = made("transformer")

    class Longer(Fixed):
        def directions(self, model, embedded, groups=None):
            return 10 * super().directions(model, embedded)

    for scale, times in (("unit", 1), ("none", 10), ("relative", 10)):
        one, ten = (
            sensitivities(case.model, case.inputs, protected=v, scale=scale).values
            for v in (Fixed(), Longer())
        )
        assert ten == pytest.approx(times * one, rel=1e-9)


def test_a_model_that_is_sure_keeps_its_slope_and_is_noted():
    """Where single precision rounds p to 1, the slope is not 0, and the note asks for logits."""
    line = torch.nn.Linear(1, 2, bias=False)
    line.weight.data = torch.tensor([[0.0], [20.0]])
    model = from_module(line.eval(), labels=("no", "yes"))
    found = sensitivities(model, [[1.0], [0.9]], protected=Fixed())
    assert np.float32(found.probabilities[0, 1]) == 1
    v = np.sin(3.0) + 0.1
    assert found.value(0) == pytest.approx(20 * v / (2 + 2 * np.cosh(20.0)), rel=1e-6)
    assert any("output='logit'" in note for note in found.notes)
    sure = sensitivities(model, [[1.0]], protected=Fixed(), output="logit")
    assert sure.value(0) == pytest.approx(20 * v, rel=1e-6)
    assert not sure.notes


def test_the_model_is_left_as_it_was():
    """Frozen parameters, no_grad and inference_mode are no obstacle, and no gradient is left behind."""
    case = made("bag")
    free = sensitivities(case.model, case.inputs, protected=Fixed()).values
    for parameter in case.model.module.parameters():
        assert parameter.grad is None
        parameter.requires_grad_(requires_grad=False)
    with torch.no_grad():
        assert sensitivities(case.model, case.inputs, protected=Fixed()).values == pytest.approx(free)
    with torch.inference_mode():
        assert sensitivities(case.model, case.inputs, protected=Fixed()).values == pytest.approx(free)


def test_questions_are_checked_all_at_once():
    """Misspelt settings are refused together, with what was probably meant."""
    case = made("bag")
    with pytest.raises(UsageError) as caught:
        sensitivities(
            case.model, case.inputs, protected=Fixed(), target="predicte", output="logits", scale="units"
        )
    assert len(caught.value.problems) == 3
    assert "Did you mean 'predicted'?" in str(caught.value)
    for wrong in (
        {"target": "given"},
        {"target": "given", "given": ["low"]},
        {"weights": [1.0]},
        {"weights": [0.0, 0.0, 0.0]},
        {"weights": [1.0, 0.0, 0.0], "target": "low"},
        {"scale": "relative", "output": "logit"},
        {"scale": "relative", "weights": [1.0, -1.0, 0.0]},
        {"weights": "low"},
        {"weights": [1.0, 0.0, np.nan]},
        {"protected": "gender"},
        {"groups": ["f"]},
        {"batch_size": 0},
    ):
        with pytest.raises(UsageError):
            sensitivities(case.model, case.inputs, **{"protected": Fixed(), **wrong})
    with pytest.raises(DataError, match="none of the model's"):
        sensitivities(
            case.model, case.inputs, protected=Fixed(), target="given", given=["hihg", *["low"] * 9]
        )


def test_progress_is_told_every_row():
    """The steps told add up to the rows."""
    case, steps = made("bag"), []
    sensitivities(case.model, case.inputs, protected=Fixed(), batch_size=4, progress=steps.append)
    assert steps == [4, 4, 2]
