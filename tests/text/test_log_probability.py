"""Log-probability bias: ratios as in explicit loops, pairs, lost targets, and an interval over both axes."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from scipy import stats
from tiny_language_models import masked
from tokenizers import Tokenizer

from fairkit.errors import DataError, UsageError
from fairkit.text.intrinsic import WordSets, log_probability_bias, shipped_sets
from fairkit.text.intrinsic.examples import tiny_masked_model
from fairkit.text.intrinsic.language_models import MaskedModel
from fairkit.text.intrinsic.log_probability import TEMPLATES, log_ratios

__all__ = ["masked"]

SETS = shipped_sets()["pronouns-career"]


def slow_ratio(model, template, target, attribute):
    """Mask the target, and then the attribute too, in one text alone; read both distributions."""
    tokenizer = model.loaded.tokenizer
    pieces = len(tokenizer(attribute, add_special_tokens=False)["input_ids"])
    token = tokenizer.convert_tokens_to_ids(target)
    told = []
    for filling in (attribute, " ".join(["[MASK]"] * pieces)):
        text = template.replace("{target}", "[MASK]").replace("{attribute}", filling)
        ids = tokenizer(text, return_tensors="pt")["input_ids"]
        place = int(
            (ids[0] == tokenizer.mask_token_id).nonzero()[0 if template.startswith("{target}") else -1]
        )
        with torch.no_grad():
            logits = model.loaded.model(input_ids=ids).prediction_logits[0, place]
        told.append(float(torch.log_softmax(logits.double(), dim=-1)[token]))
    return told[0] - told[1]


@pytest.mark.parametrize(
    "template", ["{target} likes the {attribute} very much", "the {attribute} was what {target} wanted"]
)
def test_ratios_are_those_of_two_masked_texts(masked, template):
    """Log p(target | attribute) less log p(target) with the attribute masked, wherever the places are."""
    found = log_ratios(masked, ["he", "she"], ["career", "gardens"], [template])
    assert found.values.shape == (2, 1, 2)
    for i, target in enumerate(("he", "she")):
        for j, attribute in enumerate(("career", "gardens")):  # one piece, and two
            assert found.values[i, 0, j] == pytest.approx(
                slow_ratio(masked, template, target, attribute), abs=1e-4
            )


def test_the_bias_is_the_mean_over_pairs_templates_and_attributes(masked):
    """A, B and A minus B are means of differences between the two targets."""
    found = log_probability_bias(masked, SETS)
    words = [*SETS.attributes[0].words, *SETS.attributes[1].words]
    ratios = log_ratios(masked, ["he", "she"], words, TEMPLATES).values
    gaps = (ratios[0] - ratios[1]).mean(axis=0)
    assert [one.part for one in found] == ["career", "home", "career - home"]
    assert found[0].value == pytest.approx(gaps[:8].mean())
    assert found[1].value == pytest.approx(gaps[8:].mean())
    assert found[2].value == pytest.approx(gaps[:8].mean() - gaps[8:].mean())
    assert [one.n for one in found] == [48, 48, 96]
    assert found[2].low < found[2].value < found[2].high
    assert found[2].method.startswith("percentile bootstrap over templates and attributes")


def test_the_planted_association_is_found_and_none_is_not():
    """A model that has read the habit has A minus B above 0; one trained without it has much less."""
    told = log_probability_bias(MaskedModel(tiny_masked_model()), SETS)[2]
    even = log_probability_bias(MaskedModel(tiny_masked_model(40, share=0.5)), SETS)[2]
    assert told.low > 0
    assert abs(even.value) < told.value / 2


def test_targets_of_several_pieces_are_lost_with_their_pair(masked):
    """A target that the tokenizer splits is named with its pieces, and its pair is left out."""
    sets = WordSets.of(
        "t",
        {"m": ["he", "boys", "man"], "f": ["she", "girl", "woman"]},
        {"a": ["career"], "b": ["home"]},
    )
    found = log_probability_bias(masked, sets, most_lost=0.4)
    assert [(one.what, one.reason) for one in found[0].lost] == [
        ("boys", "the tokenizer splits it ('boy ##s'), and a target is one mask")
    ]
    assert found[0].details["pairs"] == 2.0
    refused = log_probability_bias(masked, sets)
    assert [one.value for one in refused] == [None] * 3
    assert "1 of 3 words are lost" in refused[0].why


def test_no_pair_left_is_undefined(masked):
    """Where every pair lost a target nothing is said, with the reason."""
    sets = WordSets.of("t", {"m": ["boys"], "f": ["she"]}, {"a": ["career"], "b": ["home"]})
    found = log_probability_bias(masked, sets)
    assert [(one.value, one.why) for one in found] == [(None, "no pair of targets is left.")] * 3


def test_few_templates_have_no_interval(masked):
    """With three templates the value stands alone, and the method says why."""
    found = log_probability_bias(masked, SETS, templates=TEMPLATES[:3])[0]
    assert found.value is not None
    assert found.low is None
    assert found.method == "none: 3 templates or attributes, and an interval needs 5 of each"


def test_the_interval_grows_where_templates_disagree():
    """Templates are drawn anew too: where they differ the interval is wider than attributes make it."""
    from fairkit.text.intrinsic.log_probability import _limits

    rng = np.random.default_rng(0)
    alike = rng.normal(0, 0.1, size=(1, 8, 10))
    apart = alike + rng.normal(0, 2, size=(1, 8, 1))
    weights = np.full(10, 0.1)
    widths = []
    for gaps in (alike, apart):
        low, high, _ = _limits(gaps, weights, 500, 0.95, np.random.default_rng(1))
        widths.append(high - low)
    assert widths[1] > 5 * widths[0]


@pytest.mark.parametrize("pairs", [1, 3, 8])
def test_the_interval_is_as_wide_as_few_templates_ask(pairs):
    """Six templates that differ, and nothing else: as Student's t on their means; pairs count from five."""
    from fairkit.text.intrinsic.log_probability import _limits

    lines = np.array([-1.3, -0.6, -0.1, 0.2, 0.7, 1.1])[None, :, None]
    apart = np.linspace(-1, 1, pairs)[:, None, None] if pairs > 1 else 0.0
    gaps = lines + apart + np.zeros((pairs, 6, 8))
    low, high, method = _limits(gaps, np.full(8, 1 / 8), 4000, 0.95, np.random.default_rng(0))
    half = stats.t.ppf(0.975, 5) * lines.std(ddof=1) / np.sqrt(6)
    assert method.startswith(f"percentile bootstrap over {'pairs, ' if pairs == 8 else ''}templates")
    if pairs < 5:
        assert (high - low) / 2 == pytest.approx(half, rel=0.12)
    else:
        assert (high - low) / 2 > 1.05 * half


def test_a_target_that_begins_a_sentence_has_a_capital(masked):
    """A tokenizer that knows cases gives the token of "She" at the beginning, and of "she" within."""
    from transformers import PreTrainedTokenizerFast

    cased = json.loads(masked.loaded.tokenizer.backend_tokenizer.to_str())
    cased["normalizer"] = None
    vocabulary = cased["model"]["vocab"]
    vocabulary["He"], vocabulary["She"] = vocabulary.pop("##q"), vocabulary.pop("##z")
    names = {
        name: getattr(masked.loaded.tokenizer, name) for name in ("unk_token", "pad_token", "mask_token")
    }
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer.from_str(json.dumps(cased)), **names)
    model = MaskedModel(masked.loaded._replace(tokenizer=tokenizer))
    asked = []
    model.log_probabilities = lambda queries, **_: asked.extend(queries) or np.zeros(len(queries))
    templates = ["{target} likes the {attribute}", "the career of {target} and the {attribute}"]
    found = log_ratios(model, ["he", "she"], ["career"], templates)
    assert not found.lost
    said = tokenizer.convert_ids_to_tokens([query.token for query in asked[::2]])
    assert said == ["He", "he", "She", "she"]


def test_templates_longer_than_the_model_reads_are_refused(masked):
    """The message says how long they may be; nothing is cut."""
    with pytest.raises(UsageError, match="and the model reads 48"):
        log_probability_bias(masked, SETS, templates=["{target} likes the {attribute}" + " and so on" * 20])


def test_questions_that_mean_nothing_are_refused(masked):
    """Sets of targets of two sizes, templates without a place, numbers out of range."""
    uneven = WordSets.of("t", {"m": ["he", "man"], "f": ["she"]}, {"a": ["career"], "b": ["home"]})
    with pytest.raises(DataError, match="targets are pairs here"):
        log_probability_bias(masked, uneven)
    with pytest.raises(UsageError, match=r"has \{attribute\} 0 times"):
        log_probability_bias(masked, SETS, templates=["{target} sang"])
    with pytest.raises(UsageError, match="replicates"):
        log_probability_bias(masked, SETS, replicates=1)
