"""Questions about transcripts: what can be asked in Python, and what is refused before a text is read."""

from __future__ import annotations

import pytest

from fairkit import speech
from fairkit.errors import DataError, FairkitError, UsageError

ROWS = {
    "said": ["Go on", "stop", "Go on", "stop"],
    "heard": ["go on", "halt", "go", "stop"],
    "accent": ["A", "A", "B", "B"],
}
ASKED = {"reference": "said", "hypothesis": "heard", "by": "accent"}
RULES = {"name": "mine", "version": "1", "base": "basic", "rules": [{"words": {"halt": "stop"}}]}


def test_rules_are_given_as_a_path_or_as_they_are(tmp_path):
    """A file of rules named by a path, the rules themselves and several normalisers all normalise."""
    path = tmp_path / "mine.toml"
    path.write_text(
        'name = "mine"\nversion = "1"\nbase = "basic"\n[[rules]]\nwords = {halt = "stop"}\n', encoding="utf-8"
    )
    stamps = [speech.evaluate(ROWS, normalizer=n, **ASKED).settings.normalizers for n in (path, RULES)]
    assert stamps[0] == stamps[1]
    both = speech.evaluate(ROWS, normalizer=(path, "none"), **ASKED)
    assert {(g.normalizer, g.substitutions) for g in both.speech if g.group == "accent=A"} == {
        ("mine", 0),
        ("none", 2),
    }


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"hypothesis": ["heard", "second"]}, r"as in \{'old': 'heard'\}"),
        ({"normalizer": None}, "not None"),
        ({"normalizer": ["basic", 5]}, "not 5"),
        ({"empty_references": "dorp"}, "Did you mean 'drop'"),
        ({"workers": 0}, "workers must be a whole number from 1 on"),
        ({"workers": None}, "workers must be a whole number from 1 on"),
    ],
)
def test_a_wrong_argument_is_named(wrong, said):
    """What is none of the possible values is refused, never taken for another one."""
    with pytest.raises(UsageError, match=said):
        speech.evaluate(ROWS, **{**ASKED, **wrong})


@pytest.mark.parametrize("nested", [["A", "B"], {"first": "A"}])
def test_nested_values_are_no_group(nested):
    """A column of lists or of structures is refused with a hint, as by every evaluator."""
    with pytest.raises(DataError, match="cannot group by a value of type"):
        speech.evaluate({**ROWS, "accent": [nested] * 4}, **ASKED)


@pytest.mark.parametrize("wanted", ["adjust", "match"])
def test_covariates_that_fit_no_grouping_are_refused(wanted):
    """Neither a crossing alone nor a column by itself can be adjusted for something or matched on it."""
    rows = {**ROWS, "noise": ["yes", "no"] * 2, "age": [20, 30, 40, 50]}
    for by, covariate in (("accent,noise", "age"), ("accent", "accent")):
        with pytest.raises(UsageError, match=f"{wanted} '{covariate}' fits no grouping"):
            speech.evaluate(rows, **{**ASKED, "by": by}, **{wanted: [covariate]})


def test_each_grouping_is_adjusted_for_the_others():
    """A column that is grouped by is no covariate of itself, and a grouping with none left has no model."""
    rows = {**ROWS, "sex": ["F", "M"] * 2}
    found = speech.evaluate(rows, **{**ASKED, "by": ["accent", "sex"]}, adjust=["sex"]).rate_ratios
    assert {(one.attribute, one.covariates) for one in found} == {("accent", ("sex",))}


def test_no_question_is_answered_before_it_makes_sense():
    """A wrong policy is told although the data do not exist."""
    with pytest.raises(FairkitError, match="empty_references"):
        speech.evaluate("none.csv", empty_references="all", **ASKED)


@pytest.mark.parametrize("speaker", [None, "who"])
def test_nothing_to_judge_is_refused(speaker):
    """Where every reference becomes empty and such are left out, the normaliser is named."""
    rows = {**ROWS, "said": ["...", "!", "?", "-"], "who": ["s1", "s2", "s3", "s4"]}
    with pytest.raises(DataError, match="normalising by 'basic' leaves nothing"):
        speech.evaluate(rows, **ASKED, speaker=speaker, empty_references="drop")
    assert speech.evaluate(rows, **ASKED, speaker=speaker).speech[-1].insertions == 5


def test_utterances_know_their_unit():
    """Metrics of characters can be named for utterances that were scored in characters."""
    found = speech.score(ROWS, **ASKED, unit="characters")
    report = speech.evaluate(found, by="accent", metrics="character_error_rate")
    assert {e.metric for e in report.estimates} == {"character_error_rate"}


def test_one_covariate_needs_no_list():
    """A single name is one column, not as many as it has letters."""
    found = speech.score({**ROWS, "age": [20, 30, 40, 50]}, **ASKED, covariates="age")
    assert found.covariates["age"].tolist() == [20.0, 30.0, 40.0, 50.0]
