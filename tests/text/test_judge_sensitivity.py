"""Judging a classifier of texts: what is measured, what is told beside it, and what users get wrong."""

from __future__ import annotations

import json

import numpy as np
import pytest

import fairkit
from fairkit.errors import DataError, UsageError
from fairkit.text import GenderSwapper, LexiconMask, explain_text, from_module, judge_sensitivity
from fairkit.text import train_protected_model as train
from fairkit.text.judging.floors import MOST_GROUPS

torch = pytest.importorskip("torch")

VERBS = ("sings", "reads", "runs", "cooks", "swims", "paints", "rests", "waits", "hums", "nods")
PLACES = ("at home", "in town", "by the river")
SAID = [f"{who} {verb} {place}." for place in PLACES for verb in VERBS for who in ("She", "He")]
FAST = {"permutations": 0, "replicates": 200, "examples": 0}


@pytest.fixture(scope="module")
def model():
    """Make a tiny classifier that knows these words, 'heroine' in pieces."""
    from fairkit.text.networks.examples import tiny_classifier

    return tiny_classifier(SAID, labels=("harmless", "toxic"))


@pytest.fixture
def rows():
    """Return texts with the group of each, a topic and an author."""
    n = len(SAID)
    return {
        "text": list(SAID),
        "sex": ["F", "M"] * (n // 2),
        "topic": ["art", "sport", "food"] * (n // 3),
        "author": [f"a{i // 4}" for i in range(n)],
        "label": ["harmless", "toxic", "toxic"] * (n // 3),
    }


def judged(rows, model, **asked):
    """Judge texts quickly."""
    return judge_sensitivity(rows, text="text", model=model, **{**FAST, **asked})


def apart(report):
    """Return how many texts stand apart, by reason."""
    return {one.what: one.count for one in report.texts_apart}


def bag(scale=1.0):
    """Make a network that averages word embeddings."""
    vocabulary = {word: i + 1 for i, word in enumerate(sorted({w for t in SAID for w in t.lower().split()}))}

    class Bag(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.words, self.top = torch.nn.Embedding(40, 4, padding_idx=0), torch.nn.Linear(4, 2)
            self.words.weight.data.mul_(scale)

        def forward(self, ids):
            return self.top(self.words(ids).sum(dim=1) / (ids > 0).sum(dim=1, keepdim=True))

    torch.manual_seed(0)
    return from_module(Bag().eval(), labels=("no", "yes"), vocabulary=vocabulary)


def overall(report):
    """Return the means over all texts."""
    return {one.metric: one for one in report.overall}


def test_a_column_of_groups_trains_the_direction(rows, model):
    """Signed sensitivities, counterfactuals beside them, and how well the column is known."""
    report = judged(rows, model, protected="sex", by="topic", permutations=39, cluster="author")
    assert [e.group for e in report.estimates if e.metric == "prediction_sensitivity"] == [
        "topic=art",
        "topic=food",
        "topic=sport",
    ]
    assert set(overall(report)) == {
        *("prediction_sensitivity", "counterfactual_gap", "counterfactual_shift", "flip_rate"),
        "invariance_failure_rate",
    }
    assert {s.metric: s.value for s in report.protected_models}["accuracy"] > 0.9
    assert (report.settings.protected, report.settings.rewriter) == (
        "the column 'sex'",
        "GenderSwapper of gender",
    )
    assert [(f.statistic, f.group) for f in report.sensitivity_floors] == [
        ("mean", "all"),
        ("size", "all"),
        ("mean", "topic=art"),
        ("mean", "topic=food"),
        ("mean", "topic=sport"),
    ]
    assert all(f.permutations == 39 and f.reason is None for f in report.sensitivity_floors)
    (agreement,) = report.sensitivity_agreements
    assert (agreement.texts, agreement.method) == (60, "cluster-fisher-z")


def test_floors_of_groups_are_means_of_their_texts(rows, model):
    """A group's mean beside its floor is that of its estimate, and a floor of all texts that of all."""
    report = judged(rows, model, protected="sex", by=["topic", "sex,topic"], permutations=19)
    means = {e.group: e.value for e in report.estimates if e.metric == "prediction_sensitivity"}
    floors = {f.group: f for f in report.sensitivity_floors if f.statistic == "mean"}
    assert set(floors) == {"all", *means}
    for group, value in means.items():
        assert floors[group].value == pytest.approx(value)
    assert floors["all"].value == pytest.approx(overall(report)["prediction_sensitivity"].value)


def test_without_a_column_words_say_what_is_protected(rows, model):
    """A lexicon gives absolute sensitivities with a floor, the step from rewritten texts signed ones."""
    report = judged(rows, model, permutations=19)
    assert report.settings.by == ("predicted",)
    assert {"prediction_sensitivity", "absolute_prediction_sensitivity"} <= set(overall(report))
    assert report.protected_models == ()
    reasons = {(f.metric, f.group): f.reason for f in report.sensitivity_floors}
    assert "nothing that could be permuted" in reasons["prediction_sensitivity", "all"]
    assert ("absolute_prediction_sensitivity", "all") in reasons
    assert report.settings.protected == "the step from the rewritten text and the words of gender"


def test_signed_sensitivity_is_the_first_order_shift(rows):
    """Along the step from the rewritten text it is what rewriting takes away, if a network is nearly flat."""
    report = judged(rows, bag(scale=0.1), by="sex", metrics="all")
    for group in ("sex=F", "sex=M"):
        signed = report.estimate("prediction_sensitivity", group).value
        assert signed == pytest.approx(-report.estimate("counterfactual_shift", group).value, rel=0.1)
        assert abs(signed) > 1e-4
    assert {e.metric for e in report.estimates} >= {"counterfactual_shift", "invariance_failure_rate"}


def test_words_and_examples_are_shown_only_where_asked(rows, model):
    """Without examples no text is in the report; words of few texts never are."""
    rows["text"][0] = "She sings of Grünwald."
    told = judged(rows, model, examples=2)
    first, second = told.attributions
    assert first.metric == "prediction_sensitivity"
    assert abs(first.value) >= abs(second.value) > abs(overall(told)["prediction_sensitivity"].value)
    for one in told.attributions:
        assert sum(one.contributions) == pytest.approx(one.value)
    silent = judged(rows, model).to_json()
    assert "Grünwald" not in silent
    assert json.loads(silent)["attributions"] == []
    assert {one.word for one in judged(rows, model).word_sensitivities} == {"she", "he"}


def test_the_report_is_saved_and_read_again(rows, model, tmp_path):
    """All that is told survives JSON, and is in every view."""
    report = judged(rows, model, protected="sex", by="sex", permutations=19, examples=1)
    path = tmp_path / "report.json"
    path.write_text(report.to_json(), encoding="utf-8")
    again = fairkit.load_report(path)
    for name in (
        "overall",
        "protected_models",
        "sensitivity_floors",
        "sensitivity_agreements",
        "attributions",
    ):
        assert getattr(again, name) == getattr(report, name)
    assert again.settings == report.settings
    for view in (report.to_text(), report.to_markdown(), report.to_html()):
        for title in ("Sensitivity, and its floor", "Gradients beside rewritten texts", "word by word"):
            assert title in view


# --- texts as they come ---


def test_a_text_without_a_protected_word_is_undefined_not_zero(rows, model):
    """Such texts are counted, and left out of means."""
    rows["text"][:30] = ["It rains."] * 30
    report = judged(rows, model, by="topic")
    assert apart(report) == {"no-protected-word": 30, "no-counterfactual": 30}
    assert {one.texts for one in report.overall} == {30}
    assert report.data.left_out["measure_missing"] == 30


def test_a_counterfactual_of_other_tokens_is_no_text_without_a_word(rows, model):
    """The tokenizer splits the rewritten word: there is a gap, and no step between the texts."""
    rows["text"][0] = "The hero sings."
    report = judged(rows, model, by="topic")
    assert apart(report) == {"unaligned-counterfactual": 1, "split-words": 1}
    assert overall(report)["counterfactual_gap"].texts == len(SAID)
    assert overall(report)["prediction_sensitivity"].texts == len(SAID) - 1


def test_no_protected_word_at_all_is_no_result_of_0(rows, model):
    """With a lexicon nothing can be measured; with a column only counterfactuals are undefined."""
    rows["text"] = [text.replace("She", "It").replace("He", "They") for text in rows["text"]]
    with pytest.raises(
        DataError, match=r"none holds any of the words of gender, and none is changed"
    ) as error:
        judged(rows, model)
    assert "says nothing about the model" in str(error.value)
    report = judged(rows, model, protected="topic", by="topic", folds=2)
    gaps = [e for e in report.estimates if e.metric == "counterfactual_gap"]
    assert {(e.value, str(e.why)) for e in gaps} == {(None, "not-measured")}
    assert any("No text is changed by rewriting" in note for note in report.notes)
    assert overall(report)["flip_rate"].value is None


def test_texts_of_every_kind_are_read(rows, model):
    """Empty, huge, emoji, right-to-left, mixed scripts, capitals and HTML: none breaks the others."""
    odd = [
        *(None, "", "   ", "SHE SINGS AT HOME!!!", "<b>She</b> sings <a href='he.html'>here</a>."),
        *("👩‍🚀 she sings 🎶", "היא שרה. She sings.", "她在唱歌 she", "\u0421he sings", "she " * 250_000),
        *("she\x00sings\u202e", "&lt;she&gt;"),
    ]
    rows["text"][: len(odd)] = odd
    report = judged(rows, model, by="topic", protected="sex", examples=3, folds=2)
    assert (report.data.left_out["text_missing"], report.data.left_out["text_empty"]) == (1, 2)
    assert apart(report)["truncated"] >= 1
    assert any("longer than the model reads" in note for note in report.notes)
    assert overall(report)["prediction_sensitivity"].texts == len(SAID) - 3
    assert "\x00" not in report.to_text()
    assert "\u202e" not in report.to_html()


def test_words_that_the_tokenizer_splits_are_named(rows, model):
    """A lexicon's word in pieces counts with all its pieces, and the reader is told which."""
    rows["text"][0] = "The heroine sings."
    report = judged(rows, model, lexicon=["she", "heroine"], by="topic")
    (split,) = (one for one in report.texts_apart if one.what == "split-words")
    assert (split.count, split.words) == (1, ("heroine (he ##r ##o ##i ##n ##e)",))
    assert any("splits protected words into pieces" in note for note in report.notes)


def test_many_groups_have_a_floor_together(rows, model):
    """Where groups are very many, only all texts together have one."""
    rows = {name: values * 4 for name, values in rows.items()}
    rows["who"] = [f"g{i}" for i in range(len(rows["text"]))]
    report = judged(rows, model, protected="sex", by="who", permutations=19)
    assert len({e.group for e in report.estimates}) > MOST_GROUPS
    assert {f.group for f in report.sensitivity_floors} == {"all"}


def test_a_column_with_one_level_has_nobody_to_compare(rows, model):
    """Its mean is told, and no verdict made up."""
    rows["all"] = ["same"] * len(SAID)
    report = judged(rows, model, by="all")
    assert [(e.group, e.value is None) for e in report.estimates][:1] == [("all=same", False)]
    assert str(report.verdict) == "inconclusive"


def test_groups_too_rare_to_be_told_apart_are_named(rows, model):
    """A rare group takes no part in the protected-status model; one group alone is refused."""
    rows["sex"][0] = "X"
    rows["sex"][1] = None
    report = judged(rows, model, protected="sex", by="topic")
    assert any("Too few texts to be told apart: X (1)" in note for note in report.notes)
    assert any("have no 'sex'" in note for note in report.notes)
    assert report.protected_models[0].levels == ("F", "M")
    rows["sex"] = ["F"] * len(SAID)
    with pytest.raises(DataError, match=r"'sex' must hold two groups or more"):
        judged(rows, model, protected="sex", by="topic")


def test_a_direction_that_means_nothing_is_said_first(rows, model):
    """Where groups cannot be told from the texts, notes and steps say that sensitivities mean nothing."""
    rng = np.random.default_rng(0)
    rows["coin"] = rng.permutation(["heads", "tails"] * (len(SAID) // 2)).tolist()
    report = judged(rows, model, protected="coin", by="topic")
    assert any("does not know the group better than chance" in note for note in report.notes)
    assert "Do not read the sensitivities yet" in report.to_text()
    assert "not shown to be better than chance" in report.to_markdown()


# --- what is asked ---


def test_the_given_class_can_be_asked_about(rows, model):
    """With a label the class of each text is followed; texts without one are not measured."""
    rows["label"][:6] = [None] * 6
    report = judged(rows, model, target="given", label="label", by="topic")
    assert overall(report)["prediction_sensitivity"].texts == len(SAID) - 6
    numbers = [None if one is None else str(model.labels.index(one)) for one in rows["label"]]
    again = judged({**rows, "label": numbers}, model, target="given", label="label", by="topic")
    assert overall(again) == overall(report)
    rows["label"][7] = "toxci"
    with pytest.raises(DataError, match=r"'toxci' \(1 text\).*Did you mean 'toxic'"):
        judged(rows, model, target="given", label="label", by="topic")


def test_scales_logits_and_absolute_values_can_be_asked_for(rows, model):
    """Each changes the numbers as it says."""
    plain = overall(judged(rows, model, protected="sex", by="sex", absolute=True, swap=None))
    assert plain["absolute_prediction_sensitivity"].value >= abs(plain["prediction_sensitivity"].value)
    logit = overall(judged(rows, model, protected="sex", by="sex", logit=True, swap=None))
    unit = overall(judged(rows, model, protected="sex", by="sex", scale="unit", swap=None))
    values = [found["prediction_sensitivity"].value for found in (plain, logit, unit)]
    assert len({round(value, 9) for value in values}) == 3
    assert "counterfactual_gap" not in plain


def test_without_rewriting_there_is_nothing_to_agree_with(rows, model):
    """No rewriter, no counterfactual measures, no agreement."""
    report = judged(rows, model, protected="sex", by="sex", swap="none")
    assert report.sensitivity_agreements == ()
    assert set(overall(report)) == {"prediction_sensitivity"}
    assert report.settings.rewriter is None


def test_directions_made_before_are_taken(rows, model):
    """A mask, or a model trained before, in the place of a column."""
    trained = train(model, SAID, ["F", "M"] * (len(SAID) // 2), toward="F")
    report = judged(rows, model, protected=trained, by="sex", permutations=19)
    assert report.protected_models[0].value > 0.9
    assert report.sensitivity_floors[0].permutations == 19
    masked = judged(rows, model, protected=LexiconMask(["she"]), by="sex", swap=GenderSwapper())
    assert "absolute_prediction_sensitivity" in overall(masked)
    values = {e.group: e.value for e in masked.estimates if e.metric == "absolute_prediction_sensitivity"}
    assert values["sex=F"] > 0
    assert values["sex=M"] is None


def test_other_attributes_have_their_own_tables_and_words(rows, model, tmp_path):
    """A shipped table for lexicon and swap, or a file with a word a line."""
    rows["text"] = [f"{text} It is near the {('church', 'mosque')[i % 2]}." for i, text in enumerate(SAID)]
    report = judged(rows, model, lexicon="religion", swap="religion", by="topic")
    assert report.settings.protected == "the step from the rewritten text and the words of religion"
    words = tmp_path / "words.txt"
    words.write_text("# places\nchurch\n\nmosque\n", encoding="utf-8")
    report = judged(rows, model, lexicon=words, by="topic")
    assert report.settings.protected == "the 2 words of words.txt"
    words.write_text("\n", encoding="utf-8")
    with pytest.raises(DataError, match="holds no word"):
        judged(rows, model, lexicon=words, by="topic")


def test_a_module_of_ones_own_is_judged(rows):
    """Any network that reads word embeddings, and need not know probabilities itself."""
    network = bag()
    report = judged(rows, network, protected="sex", by="sex")
    assert report.settings.classifier == "ModuleClassifier"
    assert overall(report)["prediction_sensitivity"].texts == len(SAID)


def test_progress_counts_all_passes(rows, model):
    """What is told only grows, and ends beyond one pass."""
    told = []
    judged(rows, model, protected="sex", by="sex", permutations=19, progress=told.append)
    assert told == sorted(told)
    assert told[-1] > 3 * len(SAID)


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"target": "toxik"}, r"target 'toxik' is unknown .* Did you mean 'toxic'"),
        ({"target": "given"}, "name it with label"),
        ({"label": "label"}, "it is asked for with target 'given'"),
        ({"scale": "units"}, "Did you mean 'unit'"),
        ({"scale": "relative", "logit": True}, "log-odds may be 0"),
        ({"permutations": 5}, "too few for a floor"),
        ({"examples": -1, "folds": 1, "tolerance": 2}, "3 problems"),
        ({"protected": "sex", "lexicon": "religion"}, "give one of them"),
        ({"protected": 7}, "has directions"),
        ({"toward": "F", "head": "encoder"}, "2 problems"),
        ({"lexicon": "religon"}, "religion"),
        ({"swap": "gendr"}, "gendr"),
        ({"metrics": ["flip_rat"]}, "Did you mean 'flip_rate'"),
        ({"protected": "sex", "toward": "W"}, "'W' is unknown"),
        ({"model": "no/such/folder"}, "there is no model folder"),
        ({"model": object()}, "has no labels"),
        ({"confidence": 2}, "confidence"),
        ({"by": "topc"}, "Did you mean 'topic'"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(rows, model, asked, problem):
    """Settings that are unknown or do not fit together are refused, names with a suggestion."""
    with pytest.raises((UsageError, DataError), match=problem):
        judge_sensitivity(rows, **{"text": "text", "model": model, "by": "topic", **FAST, **asked})


def test_a_model_in_training_mode_is_refused(rows, model):
    """Its answers are random."""
    model.module.train()
    try:
        with pytest.raises(UsageError, match="training mode"):
            judged(rows, model, by="topic")
    finally:
        model.module.eval()


# --- one text ---


def test_one_text_is_explained_word_by_word(rows, model):
    """The words that are protected carry it, and the rewritten text has its own prediction."""
    found = explain_text("She sings at home.", data=None, text="text", model=model)
    carrying = [part.word for part in found.attribution.parts if part.value]
    assert (carrying, found.rewritten, found.along) == (
        ["She"],
        "He sings at home.",
        "the step from the rewritten text",
    )
    assert 0 < found.probability < 1
    json.dumps(found.to_dict(), allow_nan=False)
    by_model = explain_text(
        "She sings at home.", data=rows, text="text", model=model, protected="sex", head="encoder", folds=2
    )
    assert by_model.along == "the column 'sex'"
    assert sum(part.value for part in by_model.attribution.parts) == pytest.approx(by_model.attribution.value)
    nothing = explain_text("It rains.", data=None, text="text", model=model)
    assert (nothing.attribution.value, nothing.rewritten) == (None, None)
    assert "no counterfactual" in nothing.attribution.why
