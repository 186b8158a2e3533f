"""What loosens a gate is said first, and nothing that loosens it goes by another name."""

from __future__ import annotations

import pytest
from example_policies import EXAMPLE, GONE, SHA, changed, small
from hypothesis import given, settings
from hypothesis import strategies as st

from fairkit.policy import load_policy, policy_of
from fairkit.policy.policy_changes import compare_policies

CHECK = ("check", 0)
SAFE = ("check", 4)
LAST = {
    SAFE: {
        "id": "safe",
        "metric": "false_positive_rate",
        "groups": ["sex"],
        "compare": "difference",
        "max": 0.1,
        "rule": "prove-safety",
    },
    ("check", 5): {
        "id": "told",
        "metric": "accuracy",
        "groups": ["sex"],
        "compare": "difference",
        "max": 0.1,
        "direction": "worse",
        "severity": "warning",
    },
    ("data",): {"predictions": "p.csv", "label": "y", "decision": "d", "id": "row", "missing_values": ["?"]},
    ("speech",): {"reference": "said", "hypothesis": "heard"},
    ("groups", "unused"): {"column": "home"},
}


def policy(changes=None):
    """The small policy, with a check that has to prove safety, one that only warns, and data."""
    return policy_of(changed(small(LAST), changes or {}))


def only(changes):
    """Return what changed, of which there must be one thing."""
    (change,) = compare_policies(policy(), policy(changes))
    return change


LOOSENED = {
    "a largest difference": (
        {(*CHECK, "max"): 0.2},
        "$.check.gap.max",
        "allows more: max was 0.1 and is 0.2",
    ),
    "a least value": ({("check", 1, "min"): 0.1}, "$.check.rate.min", "allows more: min was 0.2 and is 0.1"),
    "one limit of two": (
        {("check", 2, "max"): GONE},
        "$.check.ratio.max",
        "has no max any more; it was 1.25",
    ),
    "a regression": ({("check", 3, "max_regression"): 0.05}, "$.check.since.max_regression", "allows more"),
    "a check": ({("check", 5): GONE}, "$.check.told", "check 'told' is gone: nothing holds accuracy"),
    "a group of a check": (
        {("check", 1, "groups"): ["sex"]},
        "$.check.rate.groups",
        "no longer looks at young",
    ),
    "a severity": (
        {(*CHECK, "severity"): "warning"},
        "$.check.gap.severity",
        "no longer decides about a release",
    ),
    "a direction": (
        {(*CHECK, "direction"): "above"},
        "$.check.gap.direction",
        "no longer counts every difference",
    ),
    "what is proven": (
        {(*SAFE, "rule"): "prove-harm"},
        "$.check.safe.rule",
        "harm has to be proven, and an undecided group now means warn, no longer fail",
    ),
    "what undecided groups of a check do": (
        {(*CHECK, "on_inconclusive"): "pass"},
        "$.check.gap.on_inconclusive",
        "an undecided group now means pass, no longer warn",
    ),
    "what undecided groups do": (
        {("on_inconclusive",): "warn"},
        "$.on_inconclusive",
        "now means warn, no longer",
    ),
    "a declared level": (
        {("groups", "sex", "levels"): ["F"]},
        "$.groups.sex.levels.sex",
        "no longer expected: M",
    ),
    "all declared levels": ({("groups", "sex", "levels"): GONE}, "$.groups.sex.levels.sex", "expected: F, M"),
    "more confidence": (
        {("evidence", "confidence"): 0.99},
        "$.evidence.confidence",
        "harm must be clearer to fail 'gap', 'rate', 'ratio', 'since'; safety must be clearer to pass 'safe'",
    ),
    "less confidence": (
        {("evidence", "confidence"): 0.9},
        "$.evidence.confidence",
        "less clear safety passes 'safe'; less clear harm fails 'gap', 'rate', 'ratio', 'since'.",
    ),
    "no correction": (
        {("evidence", "correction"): "none"},
        "$.evidence.correction",
        "less clear safety passes",
    ),
    "a value of missing": (
        {("data", "missing_values"): ["?", "Asian"]},
        "$.data.missing_values",
        "rows with 'Asian' leave their groups, and count as missing",
    ),
    "more rows for a group": (
        {("groups", "young", "min_n"): 500},
        "$.groups.young.min_n",
        "groups.young.min_n was 30 and is 500: small groups can no longer fail 'rate'.",
    ),
    "a waiver": (
        {("waiver", 1): {**small()["waiver"][0], "group": "sex=M"}},
        "$.waiver.gap['sex=M']",
        "ana answers for sex=M in check 'gap' until 2026-12-31: n = 31.",
    ),
    "an extended waiver": (
        {("waiver", 0, "expires"): "2027-01-05"},
        "$.waiver.gap['sex=F']",
        "is extended by 5 days.",
    ),
    "a renewed waiver": (
        {("waiver", 0, "created"): "2026-12-01", ("waiver", 0, "expires"): "2027-05-01"},
        "$.waiver.gap['sex=F']",
        "is renewed: it was given on 2026-10-01 and is now dated 2026-12-01.",
    ),
    "a waiver that is dated anew": (
        {("waiver", 0, "created"): "2026-12-01"},
        "$.waiver.gap['sex=F']",
        "is renewed",
    ),
    "a waiver that begins earlier": (
        {("waiver", 0, "created"): "2026-09-01"},
        "$.waiver.gap['sex=F']",
        "begins",
    ),
}


@pytest.mark.parametrize(("changes", "path", "words"), LOOSENED.values(), ids=LOOSENED.keys())
def test_what_loosens_is_told(changes, path, words):
    """Each way to let more releases pass is named, with its path, before and after."""
    change = only(changes)
    assert (change.what, change.path, change.may_loosen) == ("loosened", path, True)
    assert words in change.sentence
    assert change.before != change.after


ONE_WAY = {
    "more confidence",
    "less confidence",
    "no correction",
    "a renewed waiver",
    "a waiver that begins earlier",
}


@pytest.mark.parametrize("name", sorted({*LOOSENED} - ONE_WAY))
def test_what_loosens_does_not_loosen_the_other_way(name):
    """The same change undone tightens, or cannot be told."""
    changes = LOOSENED[name][0]
    back = [each for each in compare_policies(policy(changes), policy()) if each.path != "$.check"]
    (forth,) = compare_policies(policy(), policy(changes))
    assert [(each.before, each.after) for each in back] == [(forth.after, forth.before)]
    assert back[0].what in (
        {"loosened"} if name == "a waiver that is dated anew" else {"tightened", "changed"}
    )


UNTOLD = {
    "a metric": ({(*CHECK, "metric"): "error_rate"}, "$.check.gap.metric"),
    "what is compared": (
        {("check", 1, "compare"): "worst"},
        "$.check.rate.compare",
    ),
    "the other side": ({("check", 5, "direction"): "above"}, "$.check.told.direction"),
    "a column": (
        {("groups", "sex", "column"): "gender", ("groups", "sex", "levels"): GONE},
        "$.groups.sex.columns",
    ),
    "a predicate": ({("groups", "young", "predicate"): "age < 20"}, "$.groups.young.predicate"),
    "a reference": ({("groups", "sex", "reference"): "best"}, "$.groups.sex.reference"),
    "a baseline": ({("baselines", "v41", "sha256"): "cd" * 32}, "$.baselines.v41.sha256"),
    "how a baseline is compared": (
        {("baselines", "v41"): {"predictions": "v41.csv", "sha256": SHA}},
        "$.baselines.v41",
    ),
    "a label": ({("data", "label"): "y2"}, "$.data.label"),
    "a cluster": ({("data", "cluster"): "person"}, "$.data.cluster"),
    "an id": ({("data", "id"): GONE}, "$.data.id"),
    "no data": ({("data",): GONE}, "$.data"),
    "a value that was missing": ({("data", "missing_values"): []}, "$.data.missing_values"),
    "a normalizer": ({("speech", "normalizer"): "english"}, "$.speech.normalizer"),
    "a seed": ({("evidence", "seed"): 7}, "$.evidence.seed"),
    "replicates": ({("evidence", "replicates"): 500}, "$.evidence.replicates"),
}


@pytest.mark.parametrize(("changes", "path"), UNTOLD.values(), ids=UNTOLD.keys())
def test_what_cannot_be_told_may_loosen(changes, path):
    """A change whose effect depends on the data is named as such, and counts where loosening is forbidden."""
    found = compare_policies(policy(), policy(changes))
    change = next(each for each in found if each.path == path)
    assert (change.what, change.may_loosen) == ("changed", True)
    assert change.sentence.endswith(".")


HARMLESS = {
    "a name": ({("name",): "other"}, "$.name"),
    "a description": ({(*CHECK, "description"): "why"}, "$.check.gap.description"),
    "a note": ({("groups", "sex", "note"): "self-reported"}, "$.groups.sex.note"),
    "the name of a check": ({("check", 1, "id"): "rates"}, "$.check.rate.id"),
    "the file of a baseline": ({("baselines", "v41", "report"): "old/v41.json"}, "$.baselines.v41"),
    "the rows": ({("data", "predictions"): "q.csv"}, "$.data.predictions"),
    "a reason": ({("waiver", 0, "reason"): "n = 32"}, "$.waiver.gap['sex=F']"),
    "groups that nothing names": ({("groups", "unused"): GONE}, "$.groups.unused"),
    "the name of such groups": (
        {("groups", "unused"): GONE, ("groups", "other"): {"column": "home"}},
        "$.groups.unused",
    ),
    "the same differences in other words": ({("check", 5, "direction"): "below"}, "$.check.told.direction"),
    "a message": ({("check", 5, "severity"): "info"}, "$.check.told.severity"),
    "a rule that answers the same": (
        {(*SAFE, "rule"): "prove-harm", (*SAFE, "on_inconclusive"): "fail"},
        "$.check.safe.rule",
    ),
}


@pytest.mark.parametrize(("changes", "path"), HARMLESS.values(), ids=HARMLESS.keys())
def test_what_no_decision_depends_on_is_told_and_forbids_nothing(changes, path):
    """Words, names and places are changes too, but none that loosens."""
    change = only(changes)
    assert (change.what, change.may_loosen, change.path) == ("changed", False, path)


SAME = {
    "nothing": {},
    "the spelling of a number": {(*CHECK, "max"): 0.10},
    "a default that is written out": {(*CHECK, "severity"): "error", (*CHECK, "direction"): "either"},
    "the order of levels": {("groups", "sex", "levels"): ["M", "F"]},
    "the spelling of a predicate": {("groups", "young", "predicate"): "25 > age"},
    "the order of a check's groups": {("check", 1, "groups"): ["young", "sex"]},
    "another name of a waiver's group": {("waiver", 0, "group"): " sex=F"},
    "capitals of a hash": {("baselines", "v41", "sha256"): SHA.upper()},
}


@pytest.mark.parametrize("changes", SAME.values(), ids=SAME.keys())
def test_what_means_the_same_is_no_change(changes):
    """Order, spelling and defaults are no changes."""
    assert compare_policies(policy(), policy(changes)) == ()


def test_comments_and_format_are_no_change(tmp_path):
    """A file that was only put in order means the same."""
    one, other = tmp_path / "one.toml", tmp_path / "other.toml"
    one.write_text(EXAMPLE)
    head, *checks = EXAMPLE.partition("[baselines")[0].split("[[check]]")
    rest = EXAMPLE[EXAMPLE.index("[baselines") :]
    text = f"{head}\n# checks\n" + "".join(f"[[check]]{check}" for check in reversed(checks)) + rest
    other.write_text(text.replace("0.80", "0.8  # four fifths").replace('"sex", "race"]', '"sex",\n"race"]'))
    assert compare_policies(load_policy(one), load_policy(other)) == ()


def test_a_waiver_is_known_by_both_names_of_its_group():
    """A waiver that names its group otherwise is the same waiver, so that a renewal is seen."""
    crossed = {("waiver", 0, "check"): "ratio", ("waiver", 0, "group"): "sex=F & race=A"}
    other = {**crossed, ("waiver", 0, "group"): "sex_race=F & A", ("waiver", 0, "created"): "2026-11-01"}
    (change,) = compare_policies(policy(crossed), policy(other))
    assert "is renewed" in change.sentence


def test_groups_with_another_name_are_the_same_groups():
    """Renaming groups that checks name is told once, and takes nothing from a check."""
    changes = {("groups", "sex"): GONE, ("groups", "gender"): small()["groups"]["sex"]}
    changes |= {("check", i, "groups"): ["gender"] for i in (0, 3, 4, 5)}
    changes |= {("check", 1, "groups"): ["gender", "young"]}
    change = only(changes)
    assert (change.what, change.sentence) == ("changed", "groups 'sex' are now called 'gender'.")


def test_new_checks_tighten_and_share_the_evidence():
    """A check more is stricter, and the others need clearer evidence then: both are said."""
    more = {("check", 6): {**small()["check"][0], "id": "more", "metric": "false_positive_rate"}}
    shared, tighter = compare_policies(policy(), policy(more))
    assert (shared.what, shared.before, shared.after) == (
        "changed",
        "6 checks of groups",
        "7 checks of groups",
    )
    assert "clearer evidence" in shared.sentence
    assert (tighter.what, tighter.path) == ("tightened", "$.check.more")


def test_a_replaced_check_is_gone_and_new():
    """A check under another id with another limit is no renaming."""
    found = compare_policies(policy(), policy({("check", 1, "id"): "rates", ("check", 1, "min"): 0.1}))
    assert [(change.what, change.path) for change in found] == [
        ("loosened", "$.check.rate"),
        ("tightened", "$.check.rates"),
    ]


def test_what_loosens_comes_first():
    """Of many changes those that loosen stand first, then those that may, then the rest."""
    changes = {
        ("name",): "other",
        (*CHECK, "max"): 0.05,
        ("check", 1, "min"): 0.1,
        ("groups", "young", "predicate"): "age < 20",
    }
    found = compare_policies(policy(), policy(changes))
    assert [(change.what, change.may_loosen) for change in found] == [
        ("loosened", True),
        ("changed", True),
        ("changed", False),
        ("tightened", False),
    ]


@pytest.mark.parametrize("effect", ["warn", "fail"])
def test_confidence_loosens_only_what_it_can(effect):
    """Where all checks are stopped by doubt, more confidence is stricter; where by proof alone, less is."""
    rules = {("check", i, "on_inconclusive"): effect for i in range(6)}
    high = rules | {("evidence", "confidence"): 0.99}
    (change,) = compare_policies(policy(rules), policy(high))
    assert change.what == ("tightened" if effect == "fail" else "loosened")
    (back,) = compare_policies(policy(high), policy(rules))
    assert back.what == ("loosened" if effect == "fail" else "tightened")


@settings(max_examples=40)
@given(st.sets(st.sampled_from(sorted([*LOOSENED, *UNTOLD])), min_size=1, max_size=4))
def test_loosening_is_seen_among_other_changes(names):
    """However changes are mixed, a policy with one that may loosen has one that is told."""
    changes = {}
    for name in names:
        changes |= LOOSENED[name][0] if name in LOOSENED else UNTOLD[name][0]
    try:
        new = policy(changes)
    except (KeyError, IndexError, ValueError):  # changes of one place that exclude each other
        return
    assert any(change.may_loosen for change in compare_policies(policy(), new))
