"""StereoSet: the published definitions by hand, intervals over terms, the gate, and scores of models."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from scipy import stats
from tiny_language_models import (
    causal,
    causal_log_probabilities,
    masked,
    masked_log_probability,
)

from fairkit.errors import DataError, UsageError
from fairkit.samples import load_stereoset
from fairkit.text.intrinsic import StereoSetItem, score_items, stereoset
from fairkit.text.intrinsic.example_texts import tiny_items
from fairkit.text.intrinsic.language_models import NextSentenceModel
from fairkit.text.intrinsic.predictions import read_predictions, scores_from_predictions
from fairkit.text.intrinsic.stereoset_models import filled
from fairkit.text.intrinsic.stereoset_scores import ItemScore, by_term, idealized

__all__ = ["causal", "masked"]

TERMS = ("baker", "clerk", "judge", "nurse", "pilot", "tailor")


def item(name, target, *, task="intrasentence", domain="profession"):
    """Make an item whose sentences are called after it."""
    ids = [f"{name}-{k}" for k in range(3)]
    return StereoSetItem(name, task, domain, target, "The BLANK.", "s", "a", "u", *ids)


def prediction_file(path, scores):
    """Write scores in the published form."""
    listed = {
        task: [
            {"id": f"{name}-{k}", "score": score}
            for name, three in some.items()
            for k, score in enumerate(three)
        ]
        for task, some in scores.items()
    }
    path.write_text(json.dumps(listed))


# Scores of stereotype, anti-stereotype, unrelated. Within baker: of 2 items 1 is stereotyping (50), of 4
# comparisons with the unrelated 3 are won (75). Within clerk: 1 of 1 (100), 1 of 2 (50). So ss = 75, lms is
# 62.5 and icat = 62.5 * 25 / 50 = 31.25. Pooled over items ss would be 2 of 3 and lms 4 of 6: not the same.
WITHIN = {"b1": (0.9, 0.5, 0.1), "b2": (0.2, 0.8, 0.4), "c1": (0.7, 0.1, 0.3)}
AFTER = {"d1": (0.3, 0.6, 0.1), "d2": (0.5, 0.4, 0.45)}


def synthetic(tmp_path):
    """Write the synthetic prediction file, and give its items."""
    prediction_file(tmp_path / "p.json", {"intrasentence": WITHIN, "intersentence": AFTER})
    return [
        item("b1", "baker"),
        item("b2", "baker"),
        item("c1", "clerk"),
        item("d1", "baker", task="intersentence"),
        item("d2", "doctor", task="intersentence", domain="gender"),
    ]


def test_a_synthetic_prediction_file_gives_the_published_definitions(tmp_path):
    """lms, ss and icat averaged within terms and then over terms, by task, domain and overall, on paper."""
    items = synthetic(tmp_path)
    scores, lost = scores_from_predictions(items, read_predictions(tmp_path / "p.json"))
    found = {(one.part, one.metric): one.value for one in stereoset(items, scores, gated=False)}
    assert lost == {}

    def three(part):
        return tuple(
            found[part, f"stereoset_{name}"]
            for name in ("language_model_score", "stereotype_score", "idealized_score")
        )

    assert three("intrasentence") == pytest.approx((62.5, 75.0, 31.25))
    assert three("intrasentence, profession") == pytest.approx((62.5, 75.0, 31.25))
    # d1: anti wins (0), both beat the unrelated (100); d2: stereo wins (100), one of two beats it (50).
    assert three("intersentence, profession") == pytest.approx((100.0, 0.0, 0.0))
    assert three("intersentence, gender") == pytest.approx((50.0, 100.0, 0.0))
    assert three("intersentence") == pytest.approx((75.0, 50.0, 75.0))
    # Overall by term: baker 1 of 3 and 5 of 6; clerk 1 of 1 and 1 of 2; doctor 1 of 1 and 1 of 2.
    lms, ss = (100 * 5 / 6 + 50 + 50) / 3, (100 / 3 + 100 + 100) / 3
    assert three("all") == pytest.approx((lms, ss, lms * (100 - ss) / 50))


def test_the_mixture_of_both_scores():
    """A perfect neutral model has 100, a perfect stereotyping one 0, a random one 50."""
    assert [idealized(*pair) for pair in ((100, 50), (100, 100), (100, 0), (50, 50))] == [100, 0, 0, 50]


def test_ties_are_not_won_and_are_counted():
    """As published a tie is no win; how many there were stands beside."""
    found = by_term([item("b1", "baker")], {"b1": ItemScore(0.5, 0.5, 0.5)})
    assert (found.meaningful.tolist(), found.stereotyping.tolist(), found.ties) == ([0.0], [0.0], 3)


def drawn(rng, terms, each, *, stereo, meaningful):
    """Draw items of many terms, with given chances of either win."""
    items, scores = [], {}
    for t in range(terms):
        for k in range(each):
            name = f"{t}-{k}"
            items.append(item(name, f"term{t}"))
            high, low = (0.9, 0.8) if rng.random() < stereo else (0.8, 0.9)
            scores[name] = ItemScore(high, low, 0.1 if rng.random() < meaningful else 0.95)
    return items, scores


def test_a_random_model_says_nothing_about_stereotypes():
    """The lms of a random model is about 50: ss and icat are None; ungated they look neutral."""
    rng = np.random.default_rng(0)
    items = [item(f"{t}-{k}", f"term{t}") for t in range(30) for k in range(6)]
    scores = {one.identifier: ItemScore(*rng.random(3)) for one in items}
    found = stereoset(items, scores)[:3]
    assert found[0].value == pytest.approx(50, abs=6)
    assert [one.value for one in found[1:]] == [None, None]
    assert "is not surely above 50" in found[1].why
    bare = stereoset(items, scores, gated=False)[:3]
    assert bare[1].value == pytest.approx(50, abs=8)
    assert bare[2].value == pytest.approx(50, abs=9)


def test_intervals_are_over_terms_and_cover():
    """Over 60 draws of 25 terms, 95 % intervals of ss hold the true share in 85 to 100 %."""
    held = 0
    for seed in range(60):
        items, scores = drawn(np.random.default_rng(seed), 25, 4, stereo=0.6, meaningful=0.9)
        found = stereoset(items, scores, replicates=200, seed=seed)[1]
        held += found.low <= 60 <= found.high
        assert (found.n, found.counted) == (25, "target terms")
    assert held >= 51


def test_intervals_of_few_terms_are_as_wide_as_students():
    """Of six terms the interval of ss is about as wide as Student's t; a normal's would be .70 of it."""
    shares = [3, 4, 5, 6, 7, 8]
    items = [item(f"{t}-{k}", f"term{t}") for t in range(6) for k in range(10)]
    scores = {f"{t}-{k}": ItemScore(1.0 + (k < shares[t]), 1.5, 0.0) for t in range(6) for k in range(10)}
    found = stereoset(items, scores)[1]
    half = stats.t.ppf(0.975, 5) * np.std([10.0 * n for n in shares], ddof=1) / np.sqrt(6)
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=0.15)


def test_where_ss_may_be_neutral_icat_may_be_lms():
    """Icat bends at ss = 50: its upper limit is that of lms where the interval of ss holds 50."""
    items, scores = drawn(np.random.default_rng(2), 12, 5, stereo=0.5, meaningful=0.8)
    lms, ss, icat = stereoset(items, scores)[:3]
    assert ss.low < 50 < ss.high
    assert icat.high == lms.high


def test_parts_of_the_same_items_have_the_same_interval():
    """All items are of one task and one domain: three names, one interval."""
    items, scores = drawn(np.random.default_rng(1), 12, 5, stereo=0.6, meaningful=0.9)
    found = [one for one in stereoset(items, scores) if one.metric == "stereoset_stereotype_score"]
    assert len(found) == 3
    assert len({(one.low, one.high) for one in found}) == 1


def test_scores_that_are_no_numbers_are_refused():
    """A comparison with NaN is never won: it would be a silent vote against the stereotype."""
    items, scores = drawn(np.random.default_rng(1), 6, 2, stereo=0.5, meaningful=1.0)
    first = next(iter(scores))
    with pytest.raises(DataError, match=f"1 items have scores that are no numbers .'{first}'."):
        stereoset(items, {**scores, first: ItemScore(float("nan"), 0.5, 0.1)})


def test_few_terms_have_values_without_intervals():
    """With four target terms values stand alone, and the method says how many are needed."""
    items, scores = drawn(np.random.default_rng(1), 4, 5, stereo=0.5, meaningful=1.0)
    found = stereoset(items, scores)
    assert found[1].low is None
    assert found[1].method == "none: 4 target terms, and an interval needs 5"
    assert found[0].value == 100.0


def test_items_without_scores_are_lost_or_refused(tmp_path):
    """An item with a missing prediction is lost by name; without a reason it is refused."""
    items = [*synthetic(tmp_path), item("new", "baker")]
    scores, lost = scores_from_predictions(items, read_predictions(tmp_path / "p.json"))
    assert lost == {"new": "no score for its stereotype and anti-stereotype and unrelated sentence"}
    found = stereoset(items, scores, lost=lost, gated=False)[0]
    assert [(one.what, one.of) for one in found.lost] == [("new", "baker")]
    with pytest.raises(DataError, match="1 items have no scores: 'new'"):
        stereoset(items, scores)
    with pytest.raises(DataError, match="no item"):
        stereoset(items[-1:], {}, lost=lost)
    with pytest.raises(UsageError, match="replicates"):
        stereoset(items, scores, lost=lost, replicates=3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "neither 'intrasentence' nor"),
        ('{"intrasentence": {}}', "is no list"),
        ('{"intrasentence": [{"score": 1}]}', r"intrasentence\[0\] has no 'id'"),
        ('{"intrasentence": [{"id": "a", "score": "1"}]}', "is no number"),
        ('{"intrasentence": [{"id": "a", "score": NaN}]}', "is no number"),
        ('{"intrasentence": [{"id": "a", "score": 1}, {"id": "a", "score": 2}]}', "once more"),
    ],
)
def test_prediction_files_that_are_wrong_are_refused(text, said, tmp_path):
    """What is wrong is said with its place."""
    (tmp_path / "p.json").write_text(text)
    with pytest.raises(DataError, match=said):
        read_predictions(tmp_path / "p.json")


def test_items_without_ids_of_sentences_cannot_be_predicted():
    """The file that is sorted by label has no ids of sentences; the message says which file has."""
    bare = StereoSetItem("1", "intrasentence", "race", "t", "c", "s", "a", "u")
    with pytest.raises(DataError, match=r"dev\.json"):
        scores_from_predictions([bare], {"x": 1.0})


@pytest.mark.parametrize(
    ("context", "sentence", "expected"),
    [
        ("The BLANK cook.", "The very old cook.", "very old"),
        ("He is from Peru and BLANK.", "He is from peru and kind.", "kind"),
        ("BLANK runs", "She runs", "She"),
        ("The BLANK cook.", "A good cook.", None),
        ("The BLANK cook.", "The cook.", None),
        ("No blank", "No blank", None),
    ],
)
def test_the_word_in_the_blank_is_found(context, sentence, expected):
    """What stands in the place of the blank, whatever the case of letters around it; else a reason."""
    found = filled(context, sentence)
    if expected is None:
        assert isinstance(found, str)
    else:
        text, start, end = found
        assert text[start:end] == expected
        assert text == context.replace("BLANK", expected)


def test_masked_models_fill_the_blank_piece_by_piece(masked):
    """Each piece is masked with those before it in place and none after it; probabilities are averaged."""
    one = StereoSetItem(
        "1", "intrasentence", "gender", "she", "she likes the BLANK very much",
        "she likes the kitchen very much", "she likes the gardens very much", "she likes the noon very much",
    )  # fmt: skip
    found = score_items(masked, [one]).scores["1"]
    whole = list(masked.tokens(one.stereotype).ids)
    assert found.stereotype == pytest.approx(np.exp(masked_log_probability(masked, whole, 4)), abs=1e-4)
    split = list(masked.tokens(one.anti_stereotype).ids)  # garden ##s
    first = [*split[:5], *split[6:]]
    slow = [
        np.exp(masked_log_probability(masked, first, 4)),
        np.exp(masked_log_probability(masked, split, 5)),
    ]
    assert found.anti_stereotype == pytest.approx(np.mean(slow), abs=1e-4)


def test_causal_models_score_the_likelihood_of_a_token(causal):
    """Within a sentence it is the mean over the whole of it, after a context that over the sentence alone."""
    tokenizer = causal.loaded.tokenizer
    within, after = tiny_items()[:2]
    found = score_items(causal, [within, after]).scores
    ids = tokenizer(within.stereotype, add_special_tokens=False)["input_ids"]
    slow = causal_log_probabilities(causal, [tokenizer.bos_token_id, *ids])
    assert found[within.identifier].stereotype == pytest.approx(np.mean(slow), abs=1e-4)
    before = tokenizer(after.context, add_special_tokens=False)["input_ids"]
    own = tokenizer(after.unrelated, add_special_tokens=False)["input_ids"]
    slow = causal_log_probabilities(causal, [tokenizer.bos_token_id, *before, *own])[len(before) :]
    assert found[after.identifier].unrelated == pytest.approx(np.mean(slow), abs=1e-4)


def test_following_sentences_are_scored_by_the_next_sentence_head(masked):
    """The head's log-probability that the sentence follows; without a head such items are lost."""
    after = tiny_items()[1]
    model = NextSentenceModel(masked.loaded)
    found = score_items(masked, [after], next_sentence=model).scores[after.identifier]
    batch = masked.loaded.tokenizer(after.context, after.unrelated, return_tensors="pt")
    with torch.no_grad():
        slow = masked.loaded.model(**batch).seq_relationship_logits.double().log_softmax(dim=-1)[0, 0]
    assert found.unrelated == pytest.approx(float(slow), abs=1e-4)
    none = score_items(masked, [after])
    assert none.scores == {}
    assert "next-sentence head" in none.lost[after.identifier]


def test_items_that_cannot_be_scored_are_lost(masked, causal):
    """A sentence that is not its context, and one that is too long, say so."""
    long = " ".join(["the dog sat"] * 30)
    wrong = StereoSetItem("w", "intrasentence", "g", "t", "she likes the BLANK", "he is odd", "a", "u")
    far = StereoSetItem(
        "l", "intrasentence", "g", "t", f"{long} BLANK", f"{long} he", f"{long} she", f"{long} noon"
    )
    assert score_items(masked, [wrong, far]).lost == {
        "w": "the sentence is not its context with the blank filled",
        "l": "longer than the 48 tokens that the model reads",
    }
    assert score_items(causal, [far]).lost == {"l": "longer than the 48 tokens that the model reads"}


def test_the_planted_stereotypes_are_found(masked):
    """The tiny model tells meaningful from unrelated words and prefers what it has read: ss above 50."""
    within = [one for one in tiny_items() if one.task == "intrasentence"]
    found = stereoset(within, score_items(masked, within).scores)
    assert found[0].value == 100.0
    assert found[1].value > 50


@pytest.mark.realdata
def test_published_scores_are_those_of_the_definitions(real_data):
    """Icat is remade from lms and ss, and each task's overall from its domains weighed by their terms.

    Predictions of single sentences are not at hand, so lms and ss themselves cannot be remade; that they
    average over terms can: 121 icat and 44 overall scores agree to 1e-9.
    """
    published = json.loads((real_data / "stereoset" / "published_scores.json").read_text(encoding="utf-8"))
    rows = load_stereoset(real_data / "stereoset").itertuples(index=False, name=None)
    items = [StereoSetItem(*row) for row in rows]
    remade = averaged = 0
    for scores in published.values():
        for task in ("intrasentence", "intersentence"):
            own = [one for one in items if one.task == task]
            terms = {
                d: len({one.target for one in own if one.bias_type == d})
                for d in {one.bias_type for one in own}
            }
            for name in ("LM Score", "SS Score"):
                overall = sum(n * scores[task][d][name] for d, n in terms.items()) / sum(terms.values())
                assert overall == pytest.approx(scores[task]["overall"][name], abs=1e-9)
                averaged += 1
            for one in scores[task].values():
                assert idealized(one["LM Score"], one["SS Score"]) == pytest.approx(
                    one["ICAT Score"], abs=1e-9
                )
                remade += 1
        one = scores["overall"]
        assert idealized(one["LM Score"], one["SS Score"]) == pytest.approx(one["ICAT Score"], abs=1e-9)
        remade += 1
    assert (remade, averaged) == (121, 44)


@pytest.mark.realdata
def test_blanks_of_the_published_items_are_found(real_data):
    """In 98 % and more of the intrasentence items each sentence is its context with a word in the blank."""
    rows = load_stereoset(real_data / "stereoset").itertuples(index=False, name=None)
    within = [one for one in (StereoSetItem(*row) for row in rows) if one.task == "intrasentence"]
    fit = [all(not isinstance(filled(one.context, text), str) for text in one.sentences) for one in within]
    assert len(within) == 2106
    assert np.mean(fit) >= 0.98
