"""What a policy may say: every refusal names its place, its value and what to do, all at once."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import numpy as np
import pytest
from example_policies import GONE, SHA, small

from fairkit.corrections import Correction
from fairkit.errors import FairkitError, PolicyError
from fairkit.policy import policy_of
from fairkit.policy.model import Compare, Direction, Effect, Number, Rule, Severity
from fairkit.policy.places import MOST

CHECK = ("check", 0)
WAIVER = ("waiver", 0)

REFUSED = {
    # the whole
    "no schema": ({("schema",): GONE}, "$.schema is missing: version of this form"),
    "an older schema": ({("schema",): 0}, "$.schema is 0; the least is 1"),
    "a true schema": ({("schema",): True}, "$.schema is true (a truth value) where a whole number belongs"),
    "no name": ({("name",): GONE}, "$.name is missing: its name, in reports"),
    "an empty name": ({("name",): " "}, "$.name is empty; it must say something"),
    "an unknown key": ({("chekc",): []}, "$.chekc is no key of a policy. Did you mean 'check'?"),
    "an unlike key": ({("zzzz",): 1}, "$.zzzz is no key of a policy. It has 'schema', 'name',"),
    "no checks": ({("check",): GONE}, "$.check is missing: limits that a release is held to"),
    "an empty list of checks": ({("check",): []}, "$.check is empty; name at least one"),
    "checks as a table": (
        {("check",): {}},
        "$.check is one table where a list of them belongs; write [[check]]",
    ),
    "a check as a text": ({(*CHECK,): "gap"}, "$.check[0] is 'gap' (a text) where a table belongs"),
    "no groups": ({("groups",): {}}, "$.groups is empty; name at least one"),
    "a wrong effect": (
        {("on_inconclusive",): "fial"},
        "'fial', which is none of 'fail', 'warn', 'pass'. Did you",
    ),
    # evidence
    "confidence as percent": (
        {("evidence", "confidence"): 95},
        "$.evidence.confidence is 95; the most is 0.999999",
    ),
    "confidence too low": (
        {("evidence", "confidence"): 0.5},
        "$.evidence.confidence is 0.5; the least is 0.6",
    ),
    "max-t": ({("evidence", "correction"): "max-t"}, "is 'max-t': a gate's comparisons come from several"),
    "few replicates": ({("evidence", "replicates"): 100}, "$.evidence.replicates is 100; the least is 200"),
    "a negative seed": ({("evidence", "seed"): -1}, "$.evidence.seed is -1; the least is 0"),
    "another method": ({("evidence", "method"): "wald"}, "is 'wald', which is none of 'auto'"),
    # groups
    "an unknown key of a group": (
        {("groups", "sex", "colum"): "sex"},
        "$.groups.sex.colum is no key of a group.",
    ),
    "column and columns": (
        {("groups", "sex", "columns"): ["a"]},
        "$.groups.sex has column and columns; a group",
    ),
    "neither column nor predicate": (
        {("groups", "sex"): {}},
        "$.groups.sex has neither column, columns nor predicate; a group takes one of them",
    ),
    "no columns": ({("groups", "sex_race", "columns"): []}, "$.groups.sex_race.columns is empty"),
    "a column twice": ({("groups", "sex_race", "columns"): ["sex", "sex"]}, ".columns has 'sex' twice"),
    "columns as a text": (
        {("groups", "sex_race", "columns"): "sex,race"},
        "$.groups.sex_race.columns is 'sex,race' (a text) where a list belongs",
    ),
    "a min_n of zero": ({("groups", "sex", "min_n"): 0}, "$.groups.sex.min_n is 0; the least is 1"),
    "a min_n that is true": (
        {("groups", "sex", "min_n"): True},
        "is true (a truth value) where a whole number",
    ),
    "a broken predicate": (
        {("groups", "young", "predicate"): "age <"},
        "$.groups.young.predicate is no predicate: ",
    ),
    "a predicate against the best": (
        {("groups", "young", "reference"): "best"},
        "$.groups.young.reference is 'best', but a predicate gives one group, which only the rest",
    ),
    "levels of a predicate": (
        {("groups", "young", "levels"): ["True"]},
        "$.groups.young.levels belongs to columns",
    ),
    "a predicate with two words": (
        {("groups", "young people"): {"predicate": "age < 25"}},
        "$.groups['young people'] has a predicate, so that its name stands in reports as NAME=True",
    ),
    "a predicate called like a column": (
        {("groups", "race"): {"predicate": "race == 'A'"}},
        "$.groups.race has a predicate and the name of the column 'race' of 'sex_race'",
    ),
    "an undeclared reference": (
        {("groups", "sex", "reference"): "Fe"},
        "$.groups.sex.reference is 'Fe', which is not among the declared levels of sex ('F', 'M'). Did you",
    ),
    "a bare reference of a crossing": (
        {("groups", "sex_race", "reference"): "White"},
        "$.groups.sex_race.reference is 'White': ",
    ),
    "half a reference": (
        {("groups", "sex_race", "reference"): "race=White"},
        "neither 'rest' nor 'best' nor one level of each column: sex=LEVEL & race=LEVEL",
    ),
    "a reference of another column": (
        {("groups", "sex_race", "reference"): "sex=F & rac=White"},
        "reference 'rac' is not grouped by",
    ),
    "one list of levels for two columns": (
        {("groups", "sex_race", "levels"): ["F"]},
        "$.groups.sex_race.levels is one list for several columns; write { sex = [...], race = [...] }",
    ),
    "levels of no column": (
        {("groups", "sex_race", "levels"): {"rase": ["A"]}},
        "$.groups.sex_race.levels.rase is about no column of these groups ('sex', 'race'). Did you mean",
    ),
    "a level twice": ({("groups", "sex", "levels"): ["F", "F"]}, "$.groups.sex.levels has 'F' twice"),
    "a level of nothing": (
        {("groups", "sex", "levels"): ["F", None]},
        "levels[1] is nothing where a text, a number",
    ),
    "a name with a sign": ({("groups", "a=b"): {"column": "a"}}, "$.groups['a=b'] has a name with = or &"),
    "a name that nobody sees": (
        {("groups", "se\u200bx"): {"column": "sex"}},
        "$.groups has the key 'se\\u200bx', which holds U+200B ZERO WIDTH SPACE, which nobody sees",
    ),
    # checks
    "no id": ({(*CHECK, "id"): GONE}, "$.check[0].id is missing: its name"),
    "an id twice": ({("check", 1, "id"): "gap"}, "$.check[1].id is 'gap', which is also the id of check[0]"),
    "an id with a control character": (
        {(*CHECK, "id"): "a\x1bb"},
        "'a\\x1bb', which holds U+001B, which nobody",
    ),
    "a long id": ({(*CHECK, "id"): "i" * 201}, "which has more than 200 characters"),
    "an unknown metric": ({(*CHECK, "metric"): "acuracy"}, "Did you mean 'accuracy'?"),
    "a metric by its short name": ({(*CHECK, "metric"): "tpr"}, "'tpr' is spelled 'true_positive_rate' here"),
    "a function as metric": ({(*CHECK, "metric"): "os:system"}, "there is no metric 'os:system'"),
    "a bracket left open": (
        {(*CHECK, "metric"): "accuracy[cat"},
        "in brackets stands one class, output or model",
    ),
    "an unknown group": (
        {(*CHECK, "groups"): ["sexes"]},
        "$.check[0].groups[0] is 'sexes', which is not in [groups], which has 'sex', 'sex_race', 'young'.",
    ),
    "a group twice": ({(*CHECK, "groups"): ["sex", "sex"]}, "$.check[0].groups has 'sex' twice"),
    "no groups of a check": ({(*CHECK, "groups"): []}, "$.check[0].groups is empty; name at least one"),
    "nothing compared": (
        {(*CHECK, "compare"): GONE},
        "$.check[0].compare is missing: what is held to the limit",
    ),
    "a wrong comparison": (
        {(*CHECK, "compare"): "diff"},
        "$.check[0].compare is 'diff', which is none of 'value'",
    ),
    "no limit": ({(*CHECK, "max"): GONE}, "$.check[0] has no limit; compare = 'difference' takes max"),
    "a limit as text": ({(*CHECK, "max"): "0.1"}, "$.check[0].max is '0.1' (a text) where a number belongs"),
    "a true limit": (
        {(*CHECK, "max"): True},
        "$.check[0].max is true (a truth value) where a number belongs",
    ),
    "a limit without an end": (
        {(*CHECK, "max"): float("inf")},
        "$.check[0].max is inf, which is no finite number",
    ),
    "a limit that is none": (
        {(*CHECK, "max"): float("nan")},
        "$.check[0].max is nan, which is no finite number",
    ),
    "a limit of many digits": (
        {(*CHECK, "max"): 10**400},
        "$.check[0].max is too large a number, which is no",
    ),
    "a difference from below": (
        {(*CHECK, "min"): -0.1},
        "$.check[0].min is no limit of a difference, which is held",
    ),
    "a negative size": (
        {(*CHECK, "max"): -0.1},
        "$.check[0].max is -0.1, but the size of a difference is 0 or more",
    ),
    "a difference in percent": (
        {(*CHECK, "max"): 5},
        "differences of accuracy are at most 1; write 0.05 for 5 per",
    ),
    "a rate in percent": (
        {("check", 1, "min"): 80},
        "$.check[1].min is 80, but selection_rate is a share from 0 to 1; write 0.8 for 80 percent",
    ),
    "a rate below all": ({("check", 1, "min"): -0.1}, "is -0.1, but selection_rate lies from 0 to 1"),
    "a ratio in percent": (
        {("check", 2, "min"): 80},
        "$.check[2].min is 80; ratios are written as 0.80 and 1.25",
    ),
    "a ratio of nothing": ({("check", 2, "min"): 0}, "$.check[2].min is 0, but a ratio is positive"),
    "limits that contradict": ({("check", 2, "min"): 1.5}, "$.check[2].min is 1.5, more than max (1.25)"),
    "two limits of the worst": (
        {("check", 2, "compare"): "worst", ("check", 2, "max"): 0.9},
        "$.check[2] has min and max; compare = 'worst' takes one of them",
    ),
    "a regression without a baseline": (
        {(*CHECK, "max_regression"): 0.1},
        "max_regression needs a baseline, and",
    ),
    "an unknown baseline": (
        {("check", 3, "baseline"): "v14"},
        "$.check[3].baseline is 'v14', which is not in [baselines], which has 'v41'. Did you mean 'v41'?",
    ),
    "no baselines at all": ({("baselines",): GONE}, "which is not in [baselines], which is empty"),
    "a baseline and another comparison": (
        {("check", 3, "compare"): "value"},
        "$.check[3].compare is 'value', but a check with a baseline compares with that",
    ),
    "a comparison with no baseline": (
        {(*CHECK, "compare"): "baseline", (*CHECK, "max"): GONE, (*CHECK, "max_change"): 0.1},
        "$.check[0].baseline is missing: compare = 'baseline' needs one of [baselines]",
    ),
    "two limits since a baseline": (
        {("check", 3, "max_change"): 0.1},
        "$.check[3] has max_regression and max_change; compare = 'baseline' takes one of them",
    ),
    "no limit since a baseline": (
        {("check", 3, "max_regression"): GONE},
        "takes max_regression or max_change",
    ),
    "a value since a baseline": ({("check", 3, "max"): 0.1}, "$.check[3].max is no limit of a change since"),
    "a negative regression": (
        {("check", 3, "max_regression"): -0.1},
        "the size of a difference is 0 or more",
    ),
    "a regression of what is neither": (
        {("check", 3, "metric"): "prevalence"},
        "$.check[3].max_regression asks how much worse prevalence may be, of which neither more",
    ),
    "a direction of a ratio": (
        {("check", 2, "direction"): "above"},
        "$.check[2].direction belongs to compare = 'difference'; compare = 'ratio' has none",
    ),
    "a direction since a baseline": ({("check", 3, "direction"): "worse"}, "max_change say which way counts"),
    "worse where nothing is better": (
        {(*CHECK, "metric"): "prevalence", (*CHECK, "direction"): "worse"},
        "$.check[0].direction is 'worse', but of prevalence neither more nor less is better",
    ),
    "a ratio of what may be negative": (
        {("check", 2, "metric"): "mean_error"},
        "$.check[2].compare is 'ratio', but mean_error may be negative and has no ratio",
    ),
    "a score beyond its range": (
        {("check", 1, "metric"): "roc_auc", ("check", 1, "min"): 80},
        "$.check[1].min is 80, but roc_auc lies from 0 to 1",
    ),
    "an amount below all": (
        {("check", 1, "metric"): "mean_absolute_error", ("check", 1, "min"): -2},
        "$.check[1].min is -2, but mean_absolute_error lies from 0 up",
    ),
    "an unknown rule": ({(*CHECK, "rule"): "prove-harmless"}, "Did you mean 'prove-harm'?"),
    "an unknown severity": ({(*CHECK, "severity"): "eror"}, "Did you mean 'error'?"),
    # data
    "an unknown column role": (
        {("data", "labels"): "y"},
        "$.data.labels is no key of [data]. Did you mean 'label'?",
    ),
    "data that do not fit": (
        {("data",): {"decision": "d", "threshold": 0.5}},
        "$.data does not fit together: a threshold belongs to a score column",
    ),
    "a drop of missing labels": (
        {("data", "missing"): "drop"},
        "$.data.missing is 'drop', which is none of 'report'",
    ),
    "classes as a word": (
        {("data",): {"classes": "some", "label": "y", "decision": "d"}},
        "$.data.classes is 'some', neither a list of classes nor 'all'",
    ),
    "a column as a number": (
        {("data", "label"): 3},
        "$.data.label is 3 (a whole number) where a text belongs",
    ),
    "a decision as a list": (
        {("data", "decision"): ["a"]},
        "$.data.decision is a list where a column or a table",
    ),
    "speech without a hypothesis": (
        {("speech", "reference"): "said"},
        "$.speech.hypothesis is missing: column of",
    ),
    "speech of one column": (
        {("speech",): {"reference": "said", "hypothesis": "said"}},
        "$.speech.hypothesis is the column of the reference too",
    ),
    # baselines
    "no hash": (
        {("baselines", "v41", "sha256"): GONE},
        "$.baselines.v41.sha256 is missing: of the file's bytes",
    ),
    "half a hash": (
        {("baselines", "v41", "sha256"): "ab" * 31},
        "which is not the 64 hexadecimal digits of a SHA-256",
    ),
    "a baseline of nothing": (
        {("baselines", "v41", "report"): GONE},
        "$.baselines.v41 has neither report nor pred",
    ),
    "a baseline of two files": (
        {("baselines", "v41", "predictions"): "p.csv"},
        "has report and predictions; a base",
    ),
    # waivers
    "a waiver of no check": (
        {(*WAIVER, "check"): "gpa"},
        "$.waiver[0].check is 'gpa', which is the id of no check (there are 'gap', 'rate', 'ratio', 'since')",
    ),
    "a wildcard for groups": (
        {(*WAIVER, "group"): "sex=*"},
        "$.waiver[0].group is 'sex=*', which has a wildcard",
    ),
    "a wildcard for checks": ({(*WAIVER, "check"): "?"}, "$.waiver[0].check is '?', which has a wildcard"),
    "a waiver that lasts": (
        {(*WAIVER, "expires"): "2027-03-31"},
        "$.waiver[0].expires is 2027-03-31, 181 days after the waiver was created (2026-10-01); at most",
    ),
    "a waiver that ends before it begins": (
        {(*WAIVER, "expires"): "2026-09-30"},
        "$.waiver[0].expires is 2026-09-30, before the waiver was created (2026-10-01)",
    ),
    "a waiver of no day": (
        {(*WAIVER, "created"): GONE},
        "$.waiver[0].created is missing: the day it was given",
    ),
    "a waiver without an end": ({(*WAIVER, "expires"): GONE}, "$.waiver[0].expires is missing: its last day"),
    "a day in words": (
        {(*WAIVER, "created"): "soon"},
        "is 'soon' (a text) where a date such as 2026-12-31 belongs",
    ),
    "a day that is none": ({(*WAIVER, "created"): "2026-02-30"}, "'2026-02-30', a day that no calendar has"),
    "a moment": (
        {(*WAIVER, "created"): dt.datetime(2026, 10, 1, tzinfo=dt.UTC)},
        "(a date and time) where a date such as",
    ),
    "an empty reason": ({(*WAIVER, "reason"): ""}, "$.waiver[0].reason is empty; it must say something"),
    "an empty owner": ({(*WAIVER, "owner"): "\t"}, "$.waiver[0].owner is empty; it must say something"),
    "a waiver twice": (
        {("waiver", 1): {**small()["waiver"][0], "reason": "again"}},
        "$.waiver[1] is about the same check and group as waiver[0] ('gap', 'sex=F'); renew that one",
    ),
    "one group by two names": (
        {
            (*WAIVER, "check"): "ratio",
            (*WAIVER, "group"): "sex=F & race=A",
            ("waiver", 1): {**small()["waiver"][0], "check": "ratio", "group": "sex_race=F & A"},
        },
        "$.waiver[1] is about the same check and group as waiver[0]",
    ),
}


@pytest.mark.parametrize(("changes", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_means_nothing_is_refused_with_its_place(changes, words):
    """A policy with one mistake is refused with that mistake, its JSON path and what to do."""
    with pytest.raises(PolicyError) as refused:
        policy_of(small(changes))
    problems = refused.value.problems
    assert len(problems) == 1, problems
    assert words in problems[0]
    assert problems[0].startswith("$")
    assert problems[0][-1] in ".?^'"


def test_all_problems_are_named_at_once():
    """Mistakes in every part of a policy come in one error, each once."""
    changes = {
        ("nmae",): "x",
        ("evidence", "confidence"): 2,
        ("groups", "young", "predicate"): "age <",
        (*CHECK, "metric"): "acuracy",
        (*CHECK, "max"): "0.1",
        ("check", 1, "groups"): ["sexes"],
        ("check", 3, "max_regression"): 2,
        ("baselines", "v41", "sha256"): "no",
        (*WAIVER, "expires"): "2027-12-31",
        (*WAIVER, "check"): "gpa",
    }
    with pytest.raises(PolicyError) as refused:
        policy_of(small(changes), path="fairness.toml")
    assert len(refused.value.problems) == len(changes)
    assert all(problem.startswith("fairness.toml: $.") for problem in refused.value.problems)


def test_of_very_many_problems_some_are_shown():
    """A file with thousands of mistakes lists some and says how many more there are."""
    with pytest.raises(PolicyError) as refused:
        policy_of(small({("check",): [{}] * 40}))
    assert len(refused.value.problems) == MOST + 1
    assert refused.value.problems[-1] == "... and 110 more problems."


def test_a_policy_of_a_newer_form_is_told_as_such():
    """A later schema is one problem, whatever else this fairkit does not know of it."""
    with pytest.raises(PolicyError) as refused:
        policy_of({"schema": 2, "hologram": []})
    assert len(refused.value.problems) == 1
    assert "upgrade fairkit to read it (this one reads 1)" in refused.value.problems[0]


@pytest.mark.parametrize("document", [None, [], "text", 3, {}, {1: 2}], ids=repr)
def test_what_is_no_policy_is_refused(document):
    """Other values than a table of a policy end in a policy's error."""
    with pytest.raises(PolicyError):
        policy_of(document)


def test_defaults_hold_where_a_key_is_left_out():
    """What is left out has the default that the description states."""
    policy = policy_of(small())
    gap, rate, ratio, since = policy.checks
    assert (policy.on_inconclusive, policy.data, policy.speech) == (Effect.FAIL, None, None)
    assert policy.evidence.correction is Correction.HOLM
    assert (policy.evidence.confidence, policy.evidence.replicates, policy.evidence.seed) == (0.95, 2000, 0)
    assert (gap.direction, gap.rule, gap.severity) == (Direction.EITHER, Rule.PROVE_HARM, Severity.ERROR)
    assert (gap.on_inconclusive, gap.description, gap.baseline) == (None, None, None)
    assert [check.compare for check in (rate, ratio, since)] == [
        Compare.VALUE,
        Compare.RATIO,
        Compare.BASELINE,
    ]
    sex, crossed, young = policy.groups
    assert (sex.columns, sex.levels, sex.reference, sex.min_n) == (("sex",), {"sex": ("F", "M")}, "rest", 30)
    assert (crossed.columns, crossed.attribute) == (("sex", "race"), "sex & race")
    assert (young.predicate, young.columns, young.attribute) == ("age < 25", (), "young")


def test_every_key_that_is_given_is_kept():
    """Values of all kinds arrive where the model has them."""
    given = {
        ("on_inconclusive",): "warn",
        ("evidence",): {
            "confidence": 0.9,
            "method": "auto",
            "correction": "bh",
            "seed": 7,
            "replicates": 500,
        },
        ("data",): {
            "predictions": "p.csv",
            "label": "y",
            "score": {"old": "s1", "new": "s2"},
            "threshold": 0.5,
            "positive": {"label": "yes", "decision": True},
            "id": "row",
            "missing": "report",
            "missing_values": ["?"],
        },
        ("speech",): {
            "transcripts": "t.csv",
            "reference": "said",
            "hypothesis": "heard",
            "speaker": "who",
            "id": "u",
            "normalizer": "english",
            "unit": "characters",
            "empty_references": "drop",
            "missing_values": ["-"],
        },
        ("groups", "sex_race", "levels"): {"race": ["A", 1, 2.5, True]},
        ("groups", "sex_race", "reference"): "sex=F & race=A",
        ("groups", "sex", "note"): "self-reported",
        ("groups", "sex", "reference"): "M",
        (*CHECK, "direction"): "below",
        (*CHECK, "rule"): "prove-safety",
        (*CHECK, "severity"): "info",
        (*CHECK, "on_inconclusive"): "pass",
        (*CHECK, "description"): "why",
        (*CHECK, "metric"): "true_positive_rate[cat]",
        ("baselines", "v41", "sha256"): SHA.upper(),
        (*WAIVER, "approved_by"): "board",
    }
    policy = policy_of(small(given), path="p/fairness.toml")
    assert policy.source.path == "p/fairness.toml"
    assert policy.on_inconclusive is Effect.WARN
    assert policy.evidence.correction is Correction.BENJAMINI_HOCHBERG
    assert (policy.evidence.confidence, policy.evidence.seed, policy.evidence.replicates) == (0.9, 7, 500)
    assert policy.data.columns == {
        "label": "y",
        "score": {"old": "s1", "new": "s2"},
        "threshold": 0.5,
        "positive": {"label": "yes", "decision": True},
    }
    assert (policy.data.predictions, policy.data.id, policy.data.missing_values) == ("p.csv", "row", ("?",))
    assert (policy.speech.normalizer, policy.speech.unit, policy.speech.empty_references) == (
        "english",
        "characters",
        "drop",
    )
    assert policy.group("sex_race").levels == {"race": ("A", "1", "2.5", "True")}
    assert (policy.group("sex").note, policy.group("sex").reference) == ("self-reported", "M")
    check = policy.checks[0]
    assert (check.direction, check.rule, check.severity) == (
        Direction.BELOW,
        Rule.PROVE_SAFETY,
        Severity.INFO,
    )
    assert (check.on_inconclusive, check.description) == (Effect.PASS, "why")
    assert policy.baselines[0].sha256 == SHA
    (waiver,) = policy.waivers
    assert (waiver.approved_by, waiver.created) == ("board", dt.date(2026, 10, 1))
    assert waiver.expires == dt.date(2026, 12, 31)


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.1, "0.1"), (1, "1"), (np.float64(0.25), "0.25"), (np.int64(1), "1"), (Fraction(1, 8), "0.125")],
    ids=repr,
)
def test_numbers_of_python_have_their_shortest_text(number, text):
    """Limits of any kind of number are kept with the text that Python gives them."""
    assert policy_of(small({(*CHECK, "max"): number})).checks[0].maximum == Number(float(number), text)


def test_groups_may_share_a_grouping():
    """The same columns may stand twice, with other least numbers of rows."""
    policy = policy_of(small({("groups", "sex again"): {"column": "sex", "min_n": 100}}))
    assert [group.min_n for group in policy.groups if group.columns == ("sex",)] == [30, 100]


def test_a_baseline_that_nothing_names_is_allowed():
    """Baselines may be declared before a check compares with them."""
    policy = policy_of(small({("check", 3): GONE}))
    assert [baseline.name for baseline in policy.baselines] == ["v41"]


@pytest.mark.parametrize("column", ["ѕex", "a=b", "name with spaces", "列", "x" * 500], ids=ascii)  # noqa: RUF001
def test_columns_may_have_any_name(column):
    """What a column is called is the data's business."""
    assert policy_of(small({("groups", "sex", "column"): column})).group("sex").columns == (column,)


def test_the_hash_of_a_mapping_is_that_of_its_content():
    """Order does not change the hash of a policy from Python, a value does."""
    document = small()
    again = dict(reversed(document.items()))
    assert policy_of(document).source.sha256 == policy_of(again).source.sha256
    changed = small({(*CHECK, "max"): 0.2})
    assert policy_of(changed).source.sha256 != policy_of(document).source.sha256
    assert len(policy_of(document).source.sha256) == 64


def test_the_error_is_a_users_error():
    """A policy's error belongs to fairkit's own errors and to those of values."""
    assert issubclass(PolicyError, FairkitError)
    assert issubclass(PolicyError, ValueError)
