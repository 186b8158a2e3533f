"""The gate on GitHub: annotations and the summary of a step."""

from __future__ import annotations

import re

import pytest
from gates import GATES, HOSTILE, gate, long, mixed, result

from fairkit.errors import OutputError
from fairkit.policy.views.github import SUMMARY, annotations, is_github, write_summary

COMMAND = re.compile(r"::(error|warning|notice) ([^\n]*?)::([^\n]*)")


def read(line):
    """Read a workflow command as the runner does."""
    level, properties, message = COMMAND.fullmatch(line).groups()
    pairs = dict(pair.split("=", 1) for pair in properties.split(","))
    undone = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}
    return level, {
        name: re.sub("%(?:0D|0A|3A|2C|25)", lambda found: undone[found[0]], text)
        for name, text in {**pairs, "message": message}.items()
    }


def test_what_matters_most_comes_first():
    """Problems and what stops the release are errors at their check's line, before warnings and notices."""
    read_ = [read(line) for line in annotations(mixed(), most=50)]
    levels = [level for level, _ in read_]
    assert levels == ["error"] * 7 + ["warning", "notice"] + ["warning"] * 3
    assert read_[2][1] == {
        "file": "fairness.toml",
        "line": "12",
        "title": "fail: four-fifths",
        "message": "selection_rate ratio for race=Black is 0.61; limit min 0.80",
    }


@pytest.mark.parametrize("most", [1, 9])
def test_at_most_nine_and_one_that_counts(most):
    """GitHub shows ten of a step: nine, and one that says how many more there are."""
    lines = annotations(long(), most=most)
    assert len(lines) == most + 1
    level, told = read(lines[-1])
    assert level == "notice"
    assert told["message"].startswith(
        f"and {1_429 - most:,} more, in the summary of this step. ◆ fail (exit 1)"
    )
    assert len(annotations(gate([result(f"g={k}") for k in range(most)]))) == most


def test_what_passes_or_has_no_effect_is_not_annotated():
    """Groups that pass, are waived or are open without any effect leave no annotation."""
    titles = [read(line)[1]["title"] for line in annotations(GATES["tolerated"](), most=50)]
    assert titles == ["fail: four-fifths", "fail: four-fifths", "fairkit"]
    assert annotations(GATES["passing"]()) == []


def test_no_name_becomes_a_command():
    """A line is one command with the name as text, whatever the name."""
    lines = annotations(GATES["hostile"](), most=100)
    assert len(lines) > 2 * len(HOSTILE)
    for line in lines:
        _, told = read(line)
        assert set(told) == {"file", "line", "title", "message"}
        assert told["file"] == r"a b/%41 :,\u202efair.toml"
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", line)


def test_a_policy_without_a_file_has_no_place():
    """Annotations of a policy from Python have a title only."""
    made = gate([result()], policy=GATES["hostile"]().policy.__class__("p", None, "00" * 32, 0.95, "none", 1))
    assert set(read(annotations(made)[0])[1]) == {"title", "message"}


def test_summaries_are_appended_and_never_too_large(tmp_path, monkeypatch):
    """A step's summary keeps what was there, and stays below what GitHub takes."""
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    write_summary(mixed())
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("before\n\n## ■ error (exit 2)")
    shown = long()
    write_summary(shown, summary)
    write_summary(shown, summary)
    assert summary.stat().st_size <= SUMMARY
    assert summary.read_text(encoding="utf-8").count("## ◆ fail (exit 1)") == 2
    monkeypatch.delenv("GITHUB_STEP_SUMMARY")
    write_summary(mixed())


def test_a_summary_that_cannot_be_written_is_told(tmp_path):
    """The error names the file."""
    with pytest.raises(OutputError, match="summary of the step cannot be written to"):
        write_summary(mixed(), tmp_path)


def test_github_is_known_by_its_variable(monkeypatch):
    """The variable that GitHub sets decides."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert is_github()
    assert not is_github({"GITHUB_ACTIONS": "false"})
