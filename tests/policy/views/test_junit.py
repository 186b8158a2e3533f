"""The gate as JUnit's XML."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import junitparser
import pytest
from gates import GATES, HOSTILE, gate, long, mixed
from lxml import etree

from fairkit.policy.views.junit import to_junit

SHOWN = {name: build() for name, build in GATES.items()}
OF_A_SUITE = ["properties", "testcase", "system-out"]
OF_A_CASE = ["skipped", "failure", "error", "system-out"]


def root_of(made):
    """Read a gate's XML with the parser of Python's library."""
    return ET.fromstring(to_junit(made))  # noqa: S314  made by us


def parsed(made):
    """Read a gate's XML with a parser of JUnit."""
    return junitparser.JUnitXml.fromstring(to_junit(made).encode())


def outcome(case):
    """Return what became of a test case, in JUnit's words."""
    assert len(case.result) <= 1
    return type(case.result[0]).__name__ if case.result else "Passed"


@pytest.mark.parametrize("name", SHOWN)
def test_it_is_red_exactly_where_the_exit_code_is_not_0(name):
    """A pipeline that reads only JUnit comes to the same end as one that reads the exit code."""
    suites = parsed(SHOWN[name])
    red = sum(outcome(case) in {"Failure", "Error"} for suite in suites for case in suite)
    assert (red > 0) == (SHOWN[name].exit_code != 0)
    assert red == suites.failures + suites.errors


@pytest.mark.parametrize("name", SHOWN)
def test_counts_are_those_of_the_cases(name):
    """The numbers that the suites state are what they hold, and sum up."""
    suites = parsed(SHOWN[name])
    total = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for suite in suites:
        found = [outcome(case) for case in suite]
        counted = {
            "tests": len(found),
            "failures": found.count("Failure"),
            "errors": found.count("Error"),
            "skipped": found.count("Skipped"),
        }
        assert {key: getattr(suite, key) for key in counted} == counted
        total = {key: total[key] + counted[key] for key in total}
    assert {key: getattr(suites, key) for key in total} == total


def test_what_becomes_of_each_status():
    """Failures and open results that count fail, others that did not pass are skipped with the reason."""
    cases = {
        (case.classname, case.name): (outcome(case), case.result[0].type, case.result[0].message)
        if case.result
        else ("Passed", None, None)
        for suite in parsed(mixed())
        for case in suite
    }
    kinds = {key: kind for key, (kind, _, _) in cases.items()}
    assert kinds["four-fifths", "race=Black"] == "Failure"
    assert cases["tpr-gap", "race=Tiny"][:2] == ("Failure", "inconclusive")
    assert kinds["four-fifths", "race=Hispanic"] == "Passed"
    assert kinds["calibration", "could not be judged: metric"] == "Error"
    assert kinds["(policy)", "could not be judged: hash"] == "Error"
    told = {key: message for key, (kind, _, message) in cases.items() if kind == "Skipped"}
    begins = {key: message.partition(": ")[0] for key, message in told.items()}
    assert begins["four-fifths", "race=nobody"] == "inconclusive, which does not stop the release (no rows)"
    waived = "waived by ana@example.org until 2026-12-31 (40 days left)"
    assert begins["four-fifths", "race=Native American"] == waived
    assert begins["wer-worst", "accent=Scots"] == "fails, but the check is a warning"
    assert begins["error-size", "region=North"] == "fails, but the check is for information"


def test_warnings_are_told():
    """The warnings and the verdict stand in the output of the policy's suite."""
    root = root_of(mixed())
    told = root.find("testsuite[@name='(policy)']/system-out").text
    assert told.startswith("■ error (exit 2): ")
    assert "warning: the waiver of 'tpr-gap' for sex=X" in told


def test_hostile_names_parse():
    """Two parsers of XML read every name back, with what XML cannot hold written as escapes."""
    text = to_junit(SHOWN["hostile"])
    strict = etree.XMLParser(recover=False, resolve_entities=False, huge_tree=False)
    names = [case.get("name") for case in etree.fromstring(text.encode(), strict).iter("testcase")]
    assert names == [case.get("name") for case in root_of(SHOWN["hostile"]).iter("testcase")]
    assert len(names) == len(SHOWN["hostile"].results) + len(SHOWN["hostile"].problems)
    assert f"{HOSTILE[0]} (as {HOSTILE[3]})" in names
    assert r"\x1b[31mred\x1b[0m \x07 \x00 \x0b \ufffe \uffff" in names
    assert r"\ud800 half a character \udfff" in names
    assert r"line one\nline two\r\n| three |\t\x85\u2028" in names
    assert max(map(len, names)) <= 600
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff\ufffe\uffff]", text)


def test_elements_stand_in_the_order_of_the_format():
    """Readers with a strict schema find elements where they expect them."""
    root = root_of(mixed())
    for parent, order in (("testsuite", OF_A_SUITE), ("testcase", OF_A_CASE)):
        for element in root.iter(parent):
            places = [order.index(child.tag) for child in element]
            assert places == sorted(places)


def test_a_check_that_did_not_run_is_not_passed():
    """Without results a check is a skipped case, so that nobody counts it as passed."""
    (case,) = (case for suite in parsed(gate(checks=mixed().checks[-1:])) for case in suite)
    assert outcome(case) == "Skipped"
    assert case.result[0].message == "did not run"


def test_a_case_names_its_check_and_the_policys_file():
    """GitLab groups by class and links the file."""
    cases = list(root_of(long(2, 3)).iter("testcase"))
    assert [case.get("classname") for case in cases] == ["check-0"] * 3 + ["check-1"] * 3
    assert {case.get("file") for case in cases} == {"fairness.toml"}
