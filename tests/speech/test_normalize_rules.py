"""Rules of users: what they do, in which order, and that what cannot work is refused whole, with paths."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairkit.errors import DataError
from fairkit.speech.normalize import load_rules, normalizer, with_rules
from fairkit.speech.normalizers import rewriting
from fairkit.speech.normalizers.rules import TAGS

RULES = {
    "name": "call-centre",
    "version": "3",
    "base": "english",
    "base_without": ["reductions"],
    "rules": [
        {"tags": ["capitals", "square"]},
        {
            "name": "casual",
            "words": {"gonna": "going to", "finna": "going to", "you know": "", "you know what": "so"},
        },
        {"drop": ["er", "erm"]},
        {"pattern": r"(\w+)/(\w+)", "with": r"\2 \1", "when": "before"},
        {"pattern": "cannot", "with": "can not", "when": "after", "ignore_case": True},
    ],
}
TOML = r"""
name = "call-centre"
version = "3"
base = "english"
base_without = ["reductions"]

[[rules]]
tags = ["capitals", "square"]

[[rules]]
name = "casual"
[rules.words]
gonna = "going to"
finna = "going to"
"you know" = ""
"you know what" = "so"

[[rules]]
drop = ["er", "erm"]

[[rules]]
pattern = '(\w+)/(\w+)'
with = '\2 \1'
when = "before"

[[rules]]
pattern = "cannot"
with = "can not"
when = "after"
ignore_case = true
"""


def rules(*given, **top):
    """Make a rule set of some rules on `basic`."""
    return {"name": "mine", "version": "1", "base": "basic", "rules": list(given), **top}


def problems(given):
    """Return what a rule set is refused for."""
    with pytest.raises(DataError) as refused:
        load_rules(given)
    return list(refused.value.problems)


def test_rules_are_applied_around_their_base():
    """Patterns before, then the base, then words and patterns after it, in order."""
    made = load_rules(RULES)
    assert (
        made.text("Erm, I'm<NOISE>finna/GONNA cannot [cough] twenty-one")
        == "i am going to going to can not 21"
    )
    assert made.text("you know what you know gonna") == "so going to"
    assert made.texts([None, "ER"]) == [None, ""]


@pytest.mark.parametrize("name", ["rules.toml", "rules.json"])
def test_a_file_is_the_same_as_a_mapping(tmp_path, name):
    """TOML, JSON and a mapping give the same stamp and output; a file may be named by its path as text."""
    path = tmp_path / name
    path.write_text(TOML if name.endswith("toml") else json.dumps(RULES), encoding="utf-8")
    for source in (path, str(path)):
        made = normalizer(source)
        assert made.stamp == load_rules(RULES).stamp
        assert made.text("finna go") == "going to go"


def test_rules_can_be_sent_to_other_processes():
    """A pickled rule set has the same stamp and output."""
    made = load_rules(RULES)
    sent = pickle.loads(pickle.dumps(made))  # noqa: S301
    assert (sent.stamp, sent.text("finna <X_Y> a/b")) == (made.stamp, "going to b a")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), "4"),
        (("base",), "basic"),
        (("base_without",), ["reductions", "titles"]),
        (("rules", 0, "tags"), ["square", "capitals"]),
        (("rules", 0, "with"), "x"),
        (("rules", 1, "words"), {"gonna": "going to"}),
        (("rules", 2, "drop"), ["er"]),
        (("rules", 3, "pattern"), "(a)/(b)"),
        (("rules", 3, "with"), "x"),
        (("rules", 3, "when"), "after"),
        (("rules", 4, "ignore_case"), False),
    ],
)
def test_whatever_changes_a_rule_changes_the_stamp(path, value):
    """Version, base, and every part of every rule decide the stamp."""
    changed = copy.deepcopy(RULES)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    if path == ("base",):
        del changed["base_without"]
    assert load_rules(changed).stamp != load_rules(RULES).stamp
    assert load_rules(changed).stamp[1:] != load_rules(RULES).stamp[1:]


def test_names_of_rules_and_the_order_of_words_decide_nothing():
    """Two sets that write the same have the same hash."""
    other = copy.deepcopy(RULES)
    other["rules"][1]["name"] = "renamed"
    other["rules"][1]["words"] = dict(reversed(RULES["rules"][1]["words"].items()))
    assert load_rules(other).stamp == load_rules(RULES).stamp
    reordered = {**RULES, "rules": RULES["rules"][::-1]}
    assert load_rules(reordered).stamp.sha256 != load_rules(RULES).stamp.sha256


def test_standards_of_tags_are_told_apart():
    """Each standard takes its own annotations and leaves the others."""
    text = "a<unk>b<LAUGH>c[loud noise]d(cough)e{breath}f < g"
    left = {
        "capitals": "a<unk>b c[loud noise]d(cough)e{breath}f < g",
        "angle": "a b c[loud noise]d(cough)e{breath}f < g",
        "square": "a<unk>b<LAUGH>c d(cough)e{breath}f < g",
        "round": "a<unk>b<LAUGH>c[loud noise]d e{breath}f < g",
        "curly": "a<unk>b<LAUGH>c[loud noise]d(cough)e f < g",
    }
    assert list(left) == list(TAGS)
    for standard, expected in left.items():
        assert load_rules(rules({"tags": [standard]}, base="none")).text(text) == expected
    kept = load_rules(rules({"tags": ["angle"], "with": r" unknown\1 "}, base="none"))
    assert kept.text("a<unk>b") == r"a unknown\1 b"


@given(
    st.dictionaries(
        st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(" ".join),
        st.lists(st.sampled_from("xyz"), max_size=2).map(" ".join),
        min_size=1,
        max_size=6,
    ),
    st.lists(st.sampled_from("abcd"), max_size=12),
)
def test_the_longest_words_that_fit_are_written(words, given_words):
    """From left to right, the longest run that a rule names is replaced, once."""
    expected, i = [], 0
    while i < len(given_words):
        runs = [
            n for n in (3, 2, 1) if " ".join(given_words[i : i + n]) in words and i + n <= len(given_words)
        ]
        length = runs[0] if runs else 1
        run = " ".join(given_words[i : i + length])
        expected += words.get(run, run).split()
        i += length
    made = load_rules(rules({"words": words}, base="none"))
    assert made.text(" ".join(given_words)) == " ".join(expected)


def test_all_problems_are_told_at_once_with_their_paths():
    """Unknown keys get a suggestion, wrong values their path, and nothing is left out."""
    found = problems(
        {
            "nam": "x",
            "version": 3,
            "base": "englisch",
            "rules": [
                {"drop": []},
                {"patern": "a", "with": "b"},
                {"pattern": "(a", "with": "b", "when": "before"},
                {"pattern": "a", "with": r"\2", "when": "during", "ignore_case": 1},
                {"words": {"a": 5}, "drop": ["b"]},
                {"tags": ["angel"]},
                "gonna",
                {"pattern": "a*", "with": "", "when": "after"},
            ],
        }
    )
    for start in (
        "$.nam: is not known (there are name, version, base, base_without, rules). Did you mean 'name'?",
        "$.name: is a text and needed",
        "$.version: is a text, not 3",
        "$.base: is one of 'none', 'basic', 'english', not 'englisch'. Did you mean 'english'?",
        "$.rules[0].drop: is a list of different texts, not []",
        "$.rules[1].patern: is not known (there are name, words, drop, tags, with, pattern, when,",
        "$.rules[1]: needs exactly one of 'words', 'drop', 'tags', 'pattern'; it has none",
        "$.rules[2].pattern: '(a' is no regular expression",
        "$.rules[3].when: is 'before' or 'after'",
        "$.rules[3].ignore_case: is true or false, not 1",
        "$.rules[3].with: '\\\\2' does not fit the pattern",
        "$.rules[4]: needs exactly one of 'words', 'drop', 'tags', 'pattern'; it has 'words', 'drop'",
        "$.rules[5].tags: 'angel' is no standard",
        "$.rules[6]: is an object, not 'gonna'",
        "$.rules[7].pattern: 'a*' matches the empty text",
    ):
        assert [one for one in found if one.startswith(start)], (start, found)
    assert len(found) == 15


@pytest.mark.parametrize(
    ("rule", "base", "problem"),
    [
        ({"words": {"Gonna": "going to"}}, "basic", "$.rules[0].words.Gonna: 'Gonna' is never met: the base"),
        ({"words": {"gonna": "going to"}}, "english", "leaves 'going to' of it"),
        ({"words": {"finna": "twenty"}}, "english", "$.rules[0].words.finna: 'twenty' is never met"),
        (
            {"drop": ["um"]},
            "english",
            "$.rules[0].drop[0]: 'um' is never met: the base normaliser leaves nothing",
        ),
        ({"drop": ["  "]}, "none", "$.rules[0].drop[0]: is empty"),
        ({"words": {}}, "none", "$.rules[0].words: maps words"),
    ],
)
def test_words_that_could_never_be_met_are_refused(rule, base, problem):
    """A word that the base normaliser would have changed is refused, and what it leaves is told."""
    assert [one for one in problems(rules(rule, base=base)) if problem in one]


@pytest.mark.parametrize("pattern", [r"(a+)+b", r"(a|aa)+b", r"(\w+\s*)+:", r"(.*)*x"])
def test_a_pattern_that_backtracks_without_end_is_refused(pattern):
    """A catastrophic pattern is refused when it is read, not when it meets its text."""
    (found,) = problems(rules({"pattern": pattern, "with": "x", "when": "after"}))
    assert found.startswith("$.rules[0].pattern: ")


def test_a_pattern_too_slow_for_a_text_is_an_error_that_names_its_rule(monkeypatch):
    """What is harmless on short texts and endless on a long one ends with an error that tells the rule."""
    made = load_rules(
        rules({"name": "slow", "pattern": r"x[^y]*y", "with": "x", "when": "before"}, base="none")
    )
    assert made.text("axby") == "ax"
    monkeypatch.setattr(rewriting, "_SECONDS", 0.05)
    monkeypatch.setattr(rewriting, "_SECONDS_A_CHARACTER", 0.0)
    with pytest.raises(DataError, match=r"rule 'slow'.*takes more than"):
        made.text("x" * 60_000)


def test_sizes_are_bounded():
    """A pattern of more than 500 characters and more than 1,000 rules are refused."""
    assert "at most 500" in problems(rules({"pattern": "a" * 501, "with": "", "when": "after"}))[0]
    assert "at most 1,000" in problems(rules(*({"drop": [f"w{i}"]} for i in range(1001))))[0]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.toml", "name = ", "is no TOML"),
        ("a.json", "{", "is no JSON"),
        ("a.json", '{"name": "a", "name": "b"}', "'name' is given twice"),
        ("a.json", "[]", "rules are an object"),
        ("a.json", "[" * 100_000, "is no JSON"),
        ("a.toml", None, "cannot be read"),
    ],
)
def test_a_file_that_holds_no_rules_is_refused(tmp_path, name, text, problem):
    """A missing file, a syntax error and a key given twice are told with the file's path."""
    path = tmp_path / name
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=problem) as refused:
        load_rules(path)
    assert str(path) in str(refused.value)


def test_names_are_their_own():
    """No rule set is called as a built-in one, no two rules are called alike, and `basic` lacks no stages."""
    assert "built in" in problems(rules(name="english"))[0]
    assert (
        "two rules are called 'a'"
        in problems(rules({"name": "a", "drop": ["x"]}, {"name": "a", "drop": ["y"]}))[0]
    )
    assert "only the base 'english'" in problems(rules(base_without=["numbers"]))[0]
    assert "no stage" in problems(rules(base="english", base_without=["number"]))[0]


def test_a_rule_can_be_taken_away():
    """A rule set without one rule is another normaliser, with the rest of the rules."""
    made = load_rules(RULES)
    assert made.rules is not None
    less = with_rules(made.rules.without(1))
    assert less.stamp.sha256 != made.stamp.sha256
    assert less.text("er finna cannot") == "finna can not"
