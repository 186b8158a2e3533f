"""The speech evaluator: from transcripts to a report that hides nothing."""

import json

import numpy as np
import pytest

import fairkit
from fairkit import speech
from fairkit.errors import DataError, UsageError
from fairkit.groups import groupings
from fairkit.report.serialize import from_json
from fairkit.speech.readers import Transcripts
from fairkit.speech.tallies import listed, tallies

WORDS = ("turn", "the", "light", "on", "please", "stop", "it", "now", "and", "go")


def spoken(speakers=24, each=10, seed=0, worse=3.0):
    """Draw utterances of two accents with and without noise; accent B has so many times more errors."""
    rng = np.random.default_rng(seed)
    rows = {name: [] for name in ("said", "heard", "second", "accent", "noise", "sex", "who", "age")}
    for who in range(speakers):
        rate = 0.06 * rng.lognormal(0, 0.3) * (worse if who % 2 else 1.0)
        for utterance in range(each):
            said = rng.choice(WORDS, rng.integers(4, 12)).tolist()
            rows["said"].append(" ".join(said))
            for name, factor in (("heard", 1.0), ("second", 0.5)):
                wrong = rng.random(len(said)) < rate * factor * (1.5 if utterance % 2 else 1.0)
                words = ["uh" if bad else word for bad, word in zip(wrong, said, strict=True)]
                rows[name].append(" ".join(words))
            rows["accent"].append("AB"[who % 2])
            rows["noise"].append(("no", "yes")[utterance % 2])
            rows["sex"].append("FM"[who // 2 % 2])
            rows["who"].append(f"s{who}")
            rows["age"].append(20 + who)
    return rows


ASKED = {"reference": "said", "hypothesis": "heard", "speaker": "who", "by": "accent"}


def test_a_rate_is_a_ratio_of_sums():
    """Errors of all utterances over words of all, never a mean of rates; the means stand beside, named."""
    rows = {"said": ["a b c d e f g h i j", "k"], "heard": ["a b c d e f g h i j", "x"], "accent": ["A", "A"]}
    report = speech.evaluate(rows, reference="said", hypothesis="heard", by="accent", metrics="all")
    assert report.estimate("word_error_rate", "accent=A").value == pytest.approx(1 / 11)
    assert report.estimate("mean_utterance_word_error_rate", "accent=A").value == pytest.approx(1 / 2)
    assert report.speech[0].mean_of_utterances == pytest.approx(1 / 2)


def test_a_clear_difference_is_a_disparity():
    """Three times the errors with twelve speakers on each side are found, and who is worse is told."""
    report = speech.evaluate(spoken(), **ASKED)
    found = {f.group: f for f in report.findings}
    assert (found["accent=B"].verdict, found["accent=B"].value > 0) == ("disparity", True)
    assert report.gap_nulls[0].worst == "accent=B"
    assert report.gap_nulls[0].p_value < 0.01


def test_equal_groups_are_not_called_unfair():
    """Where accents are alike there is no disparity."""
    verdicts = [
        f.verdict
        for seed in range(5)
        for f in speech.evaluate(spoken(seed=seed, worse=1.0), **ASKED).findings
    ]
    assert "disparity" not in verdicts


def test_a_group_of_two_speakers_is_no_group_estimate():
    """The value is shown, without an interval and with the reason; the verdict is inconclusive."""
    report = speech.evaluate(spoken(speakers=4), **ASKED)
    estimate = report.estimate("word_error_rate", "accent=A")
    assert estimate.value is not None
    assert (estimate.low, str(estimate.why)) == (None, "too-few-clusters")
    assert {f.verdict for f in report.findings} == {"inconclusive"}
    assert report.gap_nulls[0].gap is None
    assert report.gap_nulls[0].left_out == ("accent=A", "accent=B")


def test_speakers_widen_the_interval():
    """Utterances that are taken as independent look surer than they are, and the report says so."""
    rows = spoken(speakers=40)
    clustered, alone = (speech.evaluate(rows, **{**ASKED, "speaker": who}) for who in ("who", None))
    one, two = (r.estimate("word_error_rate", "accent=B") for r in (clustered, alone))
    assert one.value == two.value
    assert one.high - one.low > 1.2 * (two.high - two.low)
    assert "no column of speakers is named" in alone.notes[0]


def test_empty_references_are_counted_under_both_policies():
    """What is recognised in silence counts as inserted or not at all; both rates stand in the report."""
    rows = {"said": ["a b", "um!", ""], "heard": ["a b", "x y", "z"], "accent": ["A"] * 3}
    asked = {"reference": "said", "hypothesis": "heard", "by": "accent", "normalizer": "english"}
    kept, dropped = (speech.evaluate(rows, **asked, empty_references=policy) for policy in ("keep", "drop"))
    for report, rate, utterances in ((kept, 1.5, 3), (dropped, 0.0, 1)):
        group = report.speech[0]
        assert (group.error_rate, group.utterances) == (rate, utterances)
        assert (group.with_empty_references, group.without_empty_references) == (1.5, 0.0)
        assert (group.empty_references, group.errors_on_empty) == (2, 3)
        assert report.estimate("word_error_rate", "accent=A").value == rate
    assert dropped.data.left_out["reference_empty"] == 2


def test_runaway_output_is_told_by_group():
    """A system that goes on and on in one group is seen there, and the rate without it beside."""
    rows = {
        "said": ["a b c d"] * 4,
        "heard": ["a b c d", "a b c d", "a b c d " + "thank you " * 9, "a b c x"],
        "accent": ["A", "A", "B", "B"],
    }
    report = speech.evaluate(rows, reference="said", hypothesis="heard", by="accent")
    found = {g.group: g for g in report.speech}
    assert (found["accent=A"].runaways, found["accent=B"].runaways) == (0, 1)
    assert found["accent=B"].errors_of_runaways == 18
    assert found["accent=B"].without_runaways == 0.25
    assert [(one.what, one.ids) for one in report.listed] == [("runaway", ("3",))]


def test_systems_are_compared_on_the_same_utterances():
    """Half the errors are better in every accent, or surely no worse, and gaps narrow."""
    report = speech.evaluate(
        spoken(speakers=40, each=20),
        **{**ASKED, "hypothesis": {"old": "heard", "new": "second"}},
        margin=0.01,
    )
    found = {m.group: m for m in report.models}
    assert {m.model for m in report.models} == {"new"}
    assert found["accent=B"].verdict == found["all"].verdict == "better"
    assert all(m.no_worse for m in report.models)
    assert {g.group for g in report.gap_changes} == {"accent=A", "accent=B"}
    assert report.settings.models == {"old": "heard", "new": "second"}


def test_each_normalizer_has_its_gap():
    """Verdicts are about the first normaliser; how much of the gap another one leaves stands beside."""
    rows = spoken()
    rows["said"] = [
        text.capitalize() + "." if accent == "B" else text
        for text, accent in zip(rows["said"], rows["accent"], strict=True)
    ]
    report = speech.evaluate(rows, **ASKED, normalizer=["basic", "none"])
    gaps = {g.normalizer: g.gap for g in report.gap_nulls}
    assert gaps["none"] > gaps["basic"] + 0.1
    groups = {g.normalizer: g for g in report.speech if g.group == "accent=B"}
    assert report.estimate("word_error_rate", "accent=B").value == groups["basic"].error_rate
    assert [text.split()[0] for text in report.settings.normalizers] == ["basic", "none"]


def test_conditions_are_judged_for_crossed_columns():
    """The first column names the group, the second the condition that may hurt it more than others."""
    report = speech.evaluate(spoken(), **{**ASKED, "by": ["accent", "accent,noise"]})
    assert {(i.group, i.condition, i.base) for i in report.interactions} == {
        ("accent=A", "noise=yes", "noise=no"),
        ("accent=B", "noise=yes", "noise=no"),
    }
    a, b = report.interactions
    assert a.value == pytest.approx(-b.value)
    rates = {g.group: g.error_rate for g in report.speech}
    effect = rates["accent=B & noise=yes"] - rates["accent=B & noise=no"]
    assert b.effect == pytest.approx(effect)


def test_rates_are_adjusted_and_matched():
    """Crude and adjusted ratios, and matched differences, stand in one report."""
    report = speech.evaluate(spoken(), **ASKED, adjust=["noise", "sex", "length"], match=["noise", "sex"])
    (ratio,) = report.rate_ratios
    assert ratio.covariates == ("noise", "sex", "length")
    assert ratio.value == pytest.approx(ratio.crude, rel=0.2)
    (matched,) = report.matches
    assert matched.pairs + matched.unmatched == 120


def test_utterances_that_were_scored_are_judged_again_without_texts():
    """Scoring once and asking twice gives the report of asking at once."""
    rows = spoken()
    scored = speech.score(rows, **ASKED)
    direct, again = speech.evaluate(rows, **ASKED), speech.evaluate(scored, by="accent")
    assert again.estimates == direct.estimates
    assert again.findings == direct.findings
    with pytest.raises(UsageError, match="scored already: leave out 'reference'"):
        speech.evaluate(scored, by="accent", reference="said")
    with pytest.raises(UsageError, match="without 'sex'"):
        speech.evaluate(scored, by="sex")


def test_joined_transcripts_bring_their_columns_and_notes():
    """What did not match is told in the report."""
    said = Transcripts({"id": ["u1", "u2"], "text": ["a b", "c"], "accent": ["A", "B"]}, "table")
    heard = Transcripts({"id": ["u1", "u9"], "text": ["a", "z"]}, "table")
    report = speech.evaluate(speech.join(said, {"base": heard}), by="accent")
    assert {g.group: g.deletions for g in report.speech} == {"accent=A": 1, "accent=B": 1, "all": 2}
    assert sum("base: 1 of 2" in note for note in report.notes) == 2
    with pytest.raises(UsageError, match="leave out 'reference'"):
        speech.evaluate(speech.join(said, {"base": heard}), by="accent", reference="text")


def test_a_report_of_transcripts_can_be_read_back():
    """Its JSON holds everything that was found, without speakers' names."""
    report = speech.evaluate(
        spoken(speakers=12), **ASKED, adjust=["sex"], match=["sex"], confusions=True, rule_effects=True
    )
    text = report.to_json()
    again = from_json(text)
    assert again.speech == report.speech
    assert again.rate_ratios == report.rate_ratios
    assert again.settings == report.settings
    assert "s11" not in json.dumps(json.loads(text)["counts"])


def test_labels_that_overlap_and_speakers_in_two_groups_are_pointed_out():
    """Slips in the labels are told before the numbers."""
    rows = spoken(speakers=8)
    rows["accent"] = [{"A": "zulu", "B": "isizulu"}[accent] for accent in rows["accent"]]
    rows["accent"][0], rows["accent"][1] = "isizulu", None
    notes = " ".join(speech.evaluate(rows, **ASKED).notes)
    assert "'zulu'" in notes
    assert "may hold one group under several labels" in notes
    assert "1 of 8 speakers stand under more than one accent: 's0'" in notes
    assert "'accent' is missing in 1 of 80 utterances" in notes


def test_a_condition_of_every_speaker_is_no_slip():
    """Noise that everybody records in is not called a wrong label."""
    notes = speech.evaluate(spoken(speakers=8), **{**ASKED, "by": "noise"}).notes
    assert not any("more than one" in note for note in notes)


def test_a_function_is_no_metric_of_transcripts():
    """Counts of edits know no rows that a function could read."""
    with pytest.raises(UsageError, match="is no name"):
        speech.evaluate(spoken(speakers=4), **ASKED, metrics=[len])


def test_no_normalizer_is_refused():
    """An empty list is no wish."""
    with pytest.raises(UsageError, match="at least one normalizer"):
        speech.evaluate(spoken(speakers=4), **ASKED, normalizer=[])


def test_columns_must_be_named():
    """Without reference and hypothesis there is nothing to do."""
    with pytest.raises(UsageError, match="name the columns of the reference"):
        speech.evaluate(spoken(speakers=4), by="accent")


def test_rows_without_any_text_are_refused():
    """All references missing is a wrong column."""
    with pytest.raises(DataError, match="no row has a reference"):
        speech.evaluate({"a": [None], "b": ["x"], "g": ["A"]}, reference="a", hypothesis="b", by="g")


def test_counts_of_parts_add_up_to_those_of_the_whole():
    """Machines that hold a part each need only send their counts."""
    rows = spoken(speakers=6)
    half = len(rows["said"]) // 2
    parts = [{name: values[cut] for name, values in rows.items()} for cut in (slice(half), slice(half, None))]
    whole = speech.word_counts(speech.score(rows, **ASKED))
    assert fairkit.merge([speech.word_counts(speech.score(part, **ASKED)) for part in parts]) == whole


def test_tallies_add_up_over_groups():
    """Every count of all utterances is the sum over the groups of a grouping."""
    found = speech.score(spoken(speakers=6), **ASKED)
    *groups, everyone = tallies(found, groupings("accent"), drop_empty=False)
    for name in ("utterances", "said", "hits", "substitutions", "deletions", "insertions", "speakers"):
        assert sum(getattr(g, name) for g in groups) == getattr(everyone, name)


def test_long_lists_show_their_first_members():
    """A thousand missing hypotheses are counted, and twenty named."""
    (one,) = listed(speech.score_texts(["a b"] * 50, [None] * 50))
    assert (one.what, one.count, len(one.ids)) == ("missing-hypothesis", 50, 20)


def test_the_condition_that_is_compared_with_can_be_named():
    """A level that groups are compared with is also what other conditions are compared with."""
    report = speech.evaluate(
        spoken(), **{**ASKED, "by": ["accent,noise"]}, against={"accent": "A", "noise": "yes"}
    )
    assert {(i.condition, i.base) for i in report.interactions} == {("noise=no", "noise=yes")}


def test_counts_of_transcripts_are_judged_as_transcripts_are():
    """Counts that came from many machines give the intervals and verdicts of the utterances."""
    asked = {**ASKED, "hypothesis": {"old": "heard", "new": "second"}, "normalizer": ["basic", "none"]}
    scored = speech.score(spoken(), **asked)
    direct = speech.evaluate(scored, by="accent")
    counted = fairkit.evaluate(speech.word_counts(scored), by="accent")
    assert counted.data.rows == len(scored)
    for system in ("old", "new"):
        for group in ("accent=A", "accent=B"):
            one = direct.estimate(f"word_error_rate[{system}]", group)
            two = counted.estimate(f"word_error_rate[{system}, basic]", group)
            assert (one.value, one.low, one.high, one.method) == (two.value, two.low, two.high, two.method)


def test_texts_are_normalised_again_as_they_were():
    """Confusions of utterances that were scored before use the normaliser that they name."""
    rows = {"said": ["don't go", "er go"] * 9, "heard": ["do not go", "go"] * 9, "accent": ["A", "B"] * 9}
    asked = {"reference": "said", "hypothesis": "heard", "by": "accent", "keep_texts": True}
    english = speech.score(rows, **asked, normalizer=["english", "basic"])
    report = speech.evaluate(english, by="accent", rule_effects=True)
    assert {"english: fillers", "english: contractions"} <= {one.rule for one in report.rule_effects}
    own = speech.load_rules({"name": "ours", "version": "1", "rules": [{"drop": ["er"]}]})
    ruled = speech.score(rows, **asked, normalizer=own)
    with pytest.raises(UsageError, match="scored with the normalizer 'ours' 1"):
        speech.evaluate(ruled, by="accent", rule_effects=True)
    assert speech.evaluate(ruled, by="accent", normalizer=own, rule_effects=True).rule_effects


def test_a_condition_is_judged_once_however_often_it_is_crossed():
    """A crossing of three columns asks nothing anew that the crossing of two has asked."""
    report = speech.evaluate(spoken(), **{**ASKED, "by": ["accent,noise", "accent,noise,sex"]})
    asked = [(i.group, i.condition) for i in report.interactions]
    assert len(asked) == len(set(asked)) == 4
