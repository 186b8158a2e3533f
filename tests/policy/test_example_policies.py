"""The example policies run as their page says: what they find, and the exit code of every command."""

from __future__ import annotations

import datetime as dt
import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

import fairkit
from fairkit.baselines.storing import load_baseline
from fairkit.cli import program
from fairkit.cli.contract import run
from fairkit.policy import check, load_policy
from fairkit.samples import lending

ROOT = Path(__file__).parents[2]
POLICIES = ROOT / "docs/examples/policies"
PAGE = (POLICIES / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\| `fairkit (.+?)` \| (\d+) \|", PAGE, re.MULTILINE)
DAY = dt.date(2026, 11, 21)


@pytest.fixture(scope="module")
def gate():
    """Judge the shipped lending set by the policy that has every part, with fewer draws of the bootstrap."""
    policy = load_policy(POLICIES / "lending.toml")
    quick = replace(policy, evidence=replace(policy.evidence, replicates=400))
    return check(quick, today=DAY).gate


def of_check(gate, name):
    """Return the status of every group of a check, by name."""
    return {result.group: str(result.status) for result in gate.results if result.check == name}


@pytest.mark.parametrize(("arguments", "code"), COMMANDS)
def test_a_command_of_the_page_ends_with_its_code(arguments, code, monkeypatch, capsys):
    """Each of the five exit codes is shown by a command that gives it."""
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    assert run(program, shlex.split(arguments), name="fairkit") == int(code)


def test_the_page_shows_all_five_codes():
    """The page has a command for every code, in their order."""
    assert [int(code) for _, code in COMMANDS] == [0, 1, 2, 3, 70]


def test_the_lending_policy_finds_what_was_planted(gate):
    """Sex and race are even each alone and far apart together, and nothing else stops the release."""
    assert (gate.exit_code, gate.problems, gate.warnings) == (1, (), ())
    together = of_check(gate, "tpr-gap")
    assert together["sex=Female & race=Black"] == "fail"
    assert {together[group] for group in ("sex=Female", "sex=Male", "race=Black", "race=Hispanic")} == {
        "pass"
    }
    assert "fail" not in of_check(gate, "selection-four-fifths").values()
    assert {result.check for result in gate.results if result.blocks} == {"tpr-gap"}


def test_the_lending_policy_has_every_part(gate):
    """A predicate, clusters, speech that only warns, an earlier release and a waiver all take part."""
    assert of_check(gate, "selection-four-fifths")["low_income=True"] == "pass"
    assert any(result.clusters_needed for result in gate.results)
    (worst,) = (result for result in gate.results if result.check == "wer-worst-accent")
    assert (worst.group, str(worst.status), worst.blocks) == ("accent=West Midlands", "fail", None)
    since = of_check(gate, "no-worse-than-last-release")
    assert len(since) == 8
    assert set(since.values()) <= {"pass", "inconclusive"}
    (waived,) = (result for result in gate.results if str(result.status) == "waived")
    assert (waived.group, waived.waiver.days_left) == ("sex=Female & race=Native American", 40)


def test_the_earlier_release_is_made_as_the_page_says():
    """The shipped counts are those of the draw that the page names, and the policy names their hash."""
    (stated,) = load_policy(POLICIES / "lending.toml").baselines
    shipped = load_baseline(POLICIES / stated.report, sha256=stated.sha256)
    rows = lending(seed=20240401).drop_duplicates("applicant")
    assert fairkit.count(rows, label="repaid", decision="approved", positive="yes", by=["sex", "race"]) == (
        shipped.counts
    )


def test_a_baseline_that_was_just_saved_is_compared_with(tmp_path, monkeypatch, capsys):
    """The lines that 'fairkit baseline save' prints make a policy compare with that release."""
    monkeypatch.chdir(tmp_path)
    data = ROOT / "datasets/hiring.csv"
    asked = ["--label", "qualified", "--decision", "hired", "--by", "site"]
    assert run(program, ["eval", str(data), *asked, "-o", "r.json"], name="fairkit") == 0
    capsys.readouterr()
    assert run(program, ["baseline", "save", "r.json", "--name", "v1"], name="fairkit") == 0
    lines = capsys.readouterr().out
    text = (POLICIES / "sites.toml").read_text(encoding="utf-8")
    text = text.replace("../../../datasets/hiring.csv", data.as_posix())
    text += '[[check]]\nid = "since"\nmetric = "accuracy"\ngroups = ["site"]\nbaseline = "v1"\n'
    (tmp_path / "fairness.toml").write_text(f"{text}max_regression = 0.1\n\n{lines}", encoding="utf-8")
    found = check("fairness.toml").gate
    assert (found.exit_code, set(of_check(found, "since").values())) == (0, {"pass"})


@pytest.mark.realdata
def test_the_compas_policy_finds_what_propublica_found(real_data, tmp_path):
    """Black defendants are rated more often, and wrongly so; rows are paired with the earlier release."""
    (tmp_path / "compas-scores-two-years.csv").symlink_to(real_data / "compas/compas-scores-two-years.csv")
    policy = tmp_path / "compas.toml"
    policy.write_text((POLICIES / "compas.toml").read_text(encoding="utf-8"), encoding="utf-8")
    gate = check(policy, speech=ROOT / "datasets/speech.csv", today=DAY).gate
    assert (gate.exit_code, gate.problems) == (1, ())
    assert "has the same bytes as the release" in gate.warnings[0]
    assert of_check(gate, "rated-four-fifths")["race=African-American"] == "fail"
    (found,) = (
        result
        for result in gate.results
        if (result.check, result.group) == ("false-alarms", "race=African-American")
    )
    # ProPublica's table: 44.85 % against 23.45 %.
    assert (str(found.status), round(found.value, 3)) == ("fail", 0.214)
    paired = {r.group: r.value for r in gate.results if r.check == "no-worse-than-last-release"}
    assert set(paired.values()) == {0.0}
    assert of_check(gate, "no-worse-than-last-release")["sex=Male"] == "pass"
