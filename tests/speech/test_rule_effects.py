"""What a rule does to each group: who gains from it, who does not, and that every number can be recounted."""

from __future__ import annotations

import pytest
from jiwer import process_words
from transcripts import utterances_of

from fairkit.errors import DataError, UsageError
from fairkit.groups import groupings
from fairkit.metrics import Why
from fairkit.speech.normalize import load_rules, normalizer
from fairkit.speech.rule_effects import measured_rules, rule_effects, without_each_rule

# Both groups say the same; the recogniser spells both out; the rule knows one group's word only.
REFERENCES = ["we gonna eat now", "they gonna call me", "we finna eat now", "they finna call me"]
HYPOTHESES = [
    "we going to eat now",
    "they going to call you",
    "we going to eat now",
    "they going to call you",
]
GROUPS = ["North", "North", "South", "South"]
RULES = {
    "name": "casual",
    "version": "1",
    "base": "basic",
    "rules": [{"name": "gonna", "words": {"gonna": "going to"}}, {"name": "silence", "drop": ["er"]}],
}


def of(found, rule):
    """Return what one rule does, by group."""
    return {one.group: one for one in found if one.rule == rule}


def test_a_rule_that_knows_one_dialect_helps_only_its_speakers():
    """Folding gonna, and not finna, lowers the rate of those who say gonna; the others gain nothing."""
    found = of(measured_rules(REFERENCES, HYPOTHESES, GROUPS, normalizer=load_rules(RULES)), "gonna")
    north, south = found["North"], found["South"]
    assert (north.errors_without, north.words_without, north.errors_with, north.words_with) == (5, 8, 1, 10)
    assert (south.errors_without, south.words_without, south.errors_with, south.words_with) == (5, 8, 5, 8)
    assert (north.changed, south.changed) == (2, 0)
    assert north.rate_without == south.rate_without == south.rate_with == 5 / 8
    assert north.rate_with == 1 / 10
    assert north.difference == pytest.approx(1 / 10 - 5 / 8)
    assert south.difference == 0


def test_the_same_is_seen_of_the_english_normaliser():
    """Its reductions know gonna and not finna: the stage lowers the rate of one group alone."""
    found = measured_rules(REFERENCES, HYPOTHESES, GROUPS, normalizer=normalizer("english"))
    reductions = of(found, "english: reductions")
    assert reductions["North"].difference < 0 == reductions["South"].difference
    assert all(one.difference == 0 for one in found if one.rule != "english: reductions")


def test_both_dialects_folded_leave_no_difference():
    """With finna in the rule too, the groups, who said the same, have the same rates."""
    rules = {**RULES, "rules": [{"name": "both", "words": {"gonna": "going to", "finna": "going to"}}]}
    found = of(measured_rules(REFERENCES, HYPOTHESES, GROUPS, normalizer=load_rules(rules)), "both")
    assert found["North"].rate_with == found["South"].rate_with == 1 / 10


@pytest.mark.parametrize("name", ["english", "rules"])
def test_every_number_is_what_jiwer_counts_without_the_rule(name):
    """Errors and words of each group, with and without each rule, are those of both normalisers' texts."""
    rules = {**RULES, "base": "english", "base_without": ["reductions", "titles"]}
    made = normalizer(name) if name == "english" else load_rules(rules)
    references = [
        *REFERENCES,
        "er Dr. Um, it's the 2nd colour",
        "twenty five [x] people's",
        "mister gray isn't",
    ]
    hypotheses = [*HYPOTHESES, "doctor it is second color", "25 x people is", "Mr grey is not"]
    groups = [*GROUPS, "South", "North", "South"]
    found = measured_rules(references, hypotheses, groups, normalizer=made)
    without = dict(without_each_rule(made))
    assert len(found) == 2 * len(without)
    assert sum(bool(one.difference) for one in found) > 4
    for one in found:
        mine = [i for i, group in enumerate(groups) if group == one.group]
        for other, errors, words in (
            (without[one.rule], one.errors_without, one.words_without),
            (made, one.errors_with, one.words_with),
        ):
            counted = process_words(
                [other.text(references[i]).strip() for i in mine],
                [other.text(hypotheses[i]).strip() for i in mine],
            )
            assert errors == counted.substitutions + counted.deletions + counted.insertions
            assert words == counted.hits + counted.substitutions + counted.deletions


def test_missing_texts_are_left_out_or_deleted():
    """An utterance without a reference is not counted; one without a hypothesis is deleted words."""
    found = measured_rules(
        ["gonna go", None, "go"], [None, "gonna", "go"], ["A", "A", "A"], normalizer=load_rules(RULES)
    )
    one = of(found, "gonna")["A"]
    assert (one.utterances, one.changed) == (2, 1)
    assert (one.errors_without, one.words_without, one.errors_with, one.words_with) == (2, 3, 3, 4)


def test_a_rate_without_words_is_undefined_and_says_why():
    """A group of whose references nothing is left, or that has none, has no rate and no difference."""
    found = measured_rules(["er", None], ["", "a"], ["A", "B"], normalizer=load_rules(RULES))
    silence = of(found, "silence")
    assert (silence["A"].rate_without, silence["A"].rate_with, silence["A"].why) == (
        1.0,
        None,
        Why.NO_REFERENCE,
    )
    assert silence["A"].difference is None
    assert (silence["B"].utterances, silence["B"].rate_with, silence["B"].why) == (0, None, Why.NO_ROWS)


def test_a_normaliser_in_one_piece_has_no_rules():
    """`none` and `basic` give no effects; unequal lengths are refused."""
    assert without_each_rule(normalizer("basic")) == []
    assert measured_rules(["a"], ["b"], ["A"], normalizer=normalizer("none")) == ()
    with pytest.raises(DataError, match="differ in length: 1, 2, 1"):
        measured_rules(["a"], ["b", "c"], ["A"], normalizer=normalizer("none"))


def test_scored_utterances_give_what_their_texts_give():
    """The effects in a report are those of the texts, by the groups of a grouping and the chosen system."""
    utterances = utterances_of(REFERENCES, HYPOTHESES, by={"accent": GROUPS}, speakers=["a", "b", "c", "d"])
    found = rule_effects(utterances, groupings("accent")[0], normalizer=load_rules(RULES))
    measured = measured_rules(REFERENCES, HYPOTHESES, GROUPS, normalizer=load_rules(RULES))
    assert [(one.rule, one.group, one.changed, one.difference) for one in found] == [
        (one.rule, f"accent={one.group}", one.changed, one.difference) for one in measured
    ]
    assert {(one.attribute, one.system) for one in found} == {("accent", utterances.systems[0])}
    with pytest.raises(UsageError, match="no system 1"):
        rule_effects(utterances, groupings("accent")[0], normalizer=load_rules(RULES), system=1)
