"""Baselines of a policy: what is wrong with one becomes a problem of every check that needs it."""

from __future__ import annotations

import shutil

import pytest
from releases import released

import fairkit
from fairkit.baselines.of_policy import policy_baselines
from fairkit.baselines.storing import save_baseline, sha256_of
from fairkit.policy.model import BaselineFile, Check, Compare, Number, Policy, PolicyGroup, Source

CELLS = {"F": (30, 10, 5, 55), "M": (50, 12, 8, 30)}


def policy_with(folder, *baselines, named=("v41",)):
    """Make a policy whose checks name baselines."""
    checks = tuple(
        Check(
            id=f"no-worse-{i}",
            metric="accuracy",
            groups=("sex",),
            compare=Compare.BASELINE,
            baseline=name,
            max_regression=Number(0.02, "0.02"),
        )
        for i, name in enumerate(named)
    )
    groups = (PolicyGroup(name="sex", columns=("sex",)),)
    source = Source(path=str(folder / "fairness.toml"))
    return Policy(name="credit", groups=groups, checks=checks, baselines=baselines, source=source)


@pytest.fixture
def saved(tmp_path):
    """A saved release, in a folder beside the policy."""
    return save_baseline(released(CELLS), tmp_path / "baselines")


def test_paths_are_relative_to_the_policy(saved, tmp_path):
    """A baseline is found beside the policy, whatever the current folder is."""
    one = BaselineFile(name="v41", report=f"baselines/{saved.name}", sha256=saved.stem)
    found = policy_baselines(policy_with(tmp_path, one))
    assert not found.problems
    assert found.counts["v41"].total_rows == 200
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(saved.parent, elsewhere / "baselines")
    assert not policy_baselines(policy_with(tmp_path, one), folder=elsewhere).problems


def test_each_check_has_its_problem(saved, tmp_path):
    """A missing file and another hash are told for every check that needs them, each with its kind."""
    gone = BaselineFile(name="gone", report="baselines/gone.json", sha256="0a" * 32)
    other = BaselineFile(name="v41", report=f"baselines/{saved.name}", sha256="0a" * 32)
    found = policy_baselines(policy_with(tmp_path, gone, other, named=("gone", "v41", "v41")))
    assert [(p.kind, p.check) for p in found.problems] == [
        ("baseline", "no-worse-0"),
        ("hash", "no-worse-1"),
        ("hash", "no-worse-2"),
    ]
    assert saved.stem in found.problems[1].message
    assert found.counts == {}


def test_a_baseline_that_no_check_names_is_not_read(tmp_path):
    """What nothing depends on stops nothing."""
    gone = BaselineFile(name="gone", report="gone.json", sha256="0a" * 32)
    assert not policy_baselines(policy_with(tmp_path, gone, named=())).problems


def test_predictions_are_held_to_their_hash(tmp_path):
    """Rows to be paired are given as a path if they are what the policy says, else as a problem."""
    path = tmp_path / "v41.csv"
    path.write_text("id,d\n1,1\n", encoding="utf-8")
    right = BaselineFile(name="v41", predictions="v41.csv", sha256=sha256_of(path.read_bytes()))
    assert policy_baselines(policy_with(tmp_path, right)).predictions == {"v41": path}
    wrong = BaselineFile(name="v41", predictions="v41.csv", sha256="0a" * 32)
    (problem,) = policy_baselines(policy_with(tmp_path, wrong)).problems
    assert (problem.kind, "0a" * 32 in problem.message, right.sha256 in problem.message) == (
        "hash",
        True,
        True,
    )
    gone = BaselineFile(name="v41", predictions="v4.csv", sha256="0a" * 32)
    (problem,) = policy_baselines(policy_with(tmp_path, gone)).problems
    assert problem.kind == "baseline"
    table = BaselineFile(name="v41", predictions="duckdb://a.duckdb#t", sha256="0a" * 32)
    (problem,) = policy_baselines(policy_with(tmp_path, table)).problems
    assert "has no hash" in problem.message


def test_a_baseline_that_means_something_else_cannot_be_compared_with(tmp_path):
    """Another group under the same name is a problem of the check, not a number."""
    rows = {"age": [20, 30] * 50, "d": [1, 0, 1, 1] * 25}
    old, new = (fairkit.evaluate(rows, decision="d", by=f"young: age < {n}") for n in (25, 21))
    path = save_baseline(old, tmp_path)
    one = BaselineFile(name="v41", report=path.name, sha256=path.stem)
    found = policy_baselines(policy_with(tmp_path, one), reports=[new])
    assert (found.counts, [p.kind for p in found.problems]) == ({}, ["baseline"])
    assert "'age < 25' in the baseline's report, 'age < 21' in the release's one" in found.problems[0].message
    assert not policy_baselines(policy_with(tmp_path, one), reports=[old]).problems
