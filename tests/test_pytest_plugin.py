"""The plugin of pytest: a release that breaks its policy fails a test; what cannot be judged is an error."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import subprocess
import sys
from importlib import metadata

import duckdb
import pytest
from releases_to_check import BROKEN, FAILS, OPEN, PASSES, check_of, policy_of_checks, rows_of, toml_of

import fairkit
from fairkit.errors import PolicyError
from fairkit.policy import FairnessWarning, assert_policy

pytest_plugins = ["pytester"]

SUITE = """
from fairkit.policy import assert_policy

def test_the_release_is_fair(fairness_report, fairness_policy):
    assert_policy(fairness_report, fairness_policy)

def test_there_is_one_report(fairness_report):
    assert fairness_report.data.rows > 0
"""
NAMED = {"predictions": "rows.csv", "label": "label", "decision": "hired"}
WAIVER = {
    "check": "fails",
    "group": "sex=X",
    "reason": "known",
    "owner": "ana@example.org",
    "created": dt.date(2026, 1, 1),
    "expires": dt.date(2026, 3, 31),
}


@pytest.fixture(scope="module")
def report():
    """Evaluate the release once."""
    made = fairkit.evaluate(rows_of(), label="label", decision="hired", by="sex")
    # All is loaded before a suite runs in this process: numpy cannot be loaded by each of them anew.
    with pytest.raises(AssertionError):
        assert_policy(made, policy_of_checks(FAILS))
    return made


@pytest.fixture
def suite(pytester, report):
    """Return a function that runs the suite beside the release and a policy of some checks."""
    rows = rows_of()
    with (pytester.path / "rows.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(rows)
        writer.writerows(zip(*rows.values(), strict=True))
    pytester.makepyfile(SUITE)

    def run(*checks, arguments=(), name="fairness.toml", **tables):
        text = toml_of(policy_of_checks(*checks, **{"data": NAMED, **tables}))
        (pytester.path / name).write_text(text, encoding="utf-8")
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments)

    return run


def test_a_policy_that_pairs_rows_is_asserted_by_the_gate(pytester, suite):
    """The fixture of the gate reads the rows, so that they can be compared with those of a baseline."""
    pytester.makepyfile(
        """
        from fairkit.policy import assert_policy

        def test_no_group_lost_ground(fairness_gate):
            assert assert_policy(fairness_gate).results[0].reference == "before"
        """
    )
    rows = {**rows_of(), "id": [str(i) for i in range(len(rows_of()["label"]))]}
    for name, step in (("now.csv", 1), ("before.csv", -1)):
        with (pytester.path / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(rows)
            writer.writerows(list(zip(*rows.values(), strict=True))[::step])
    digest = hashlib.sha256((pytester.path / "before.csv").read_bytes()).hexdigest()
    since = check_of("since", baseline="before", max_change=0.1)
    del since["compare"]
    done = suite(
        since,
        data={**NAMED, "predictions": "now.csv", "id": "id"},
        baselines={"before": {"predictions": "before.csv", "sha256": digest}},
    )
    done.assert_outcomes(passed=1)


def test_pytest_finds_the_plugin():
    """The installed package announces the plugin; if this fails, install the checkout anew."""
    found = metadata.entry_points(group="pytest11", name="fairkit")
    assert {one.value for one in found} == {"fairkit.pytest_plugin"}


def test_the_plugin_loads_nothing():
    """A run of pytest that asks for no fixture pays for neither numpy nor any other part of fairkit."""
    ours = "[m for m in sys.modules if m.startswith(('fairkit', 'numpy'))]"
    code = f"import sys, fairkit.pytest_plugin; print(*sorted({ours}))"
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["fairkit", "fairkit._lazily", "fairkit.pytest_plugin"]


def test_a_release_that_keeps_its_policy_passes(suite):
    """The policy of the root and the data that it names need no option."""
    suite(PASSES).assert_outcomes(passed=2)


def test_a_run_of_its_own_finds_the_fixtures(suite, pytester):
    """Where pytest itself is started, the plugin is there and the release is judged."""
    suite(PASSES, FAILS)
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1, failed=1)


def test_a_release_that_fails_its_policy_fails_the_test(suite):
    """The message of the failed test is what 'fairkit check' prints."""
    result = suite(PASSES, FAILS)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*AssertionError: the release does not keep policy 'hiring'.*", "*sex=X*"])
    result.stdout.no_fnmatch_line("*raise AssertionError*")


def test_data_that_cannot_be_judged_are_an_error(suite):
    """A missing column is an error of the fixture: no release failed, and none passed."""
    result = suite(PASSES, BROKEN)
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*PolicyError: column 'gnder' is not in the data*"])
    for text in ("*raise PolicyError*", "*During handling*"):
        result.stdout.no_fnmatch_line(text)


def test_files_are_named_by_options_and_by_keys(suite, pytester, report):
    """An option goes before the configuration, and a report stands for the data."""
    (pytester.path / "saved.json").write_text(report.to_json(), encoding="utf-8")
    (pytester.path / "strict.toml").write_text(toml_of(policy_of_checks(FAILS)), encoding="utf-8")
    named = {**NAMED, "predictions": "gone.csv"}
    options = ["--fairness-report", "saved.json"]
    suite(PASSES, data=named, arguments=options).assert_outcomes(passed=2)
    suite(PASSES, data=named, arguments=["--fairness-data", "rows.csv"]).assert_outcomes(passed=2)
    pytester.makeini("[pytest]\nfairness_policy = strict.toml\nfairness_report = saved.json\n")
    suite(PASSES, data=named).assert_outcomes(passed=1, failed=1)
    suite(PASSES, arguments=["--fairness-policy", "fairness.toml"]).assert_outcomes(passed=2)


def test_a_table_is_named_relative_to_where_it_was_written(suite, pytester):
    """A table's file lies beside the configuration that names it, wherever pytest is started."""
    with duckdb.connect(pytester.path / "rows.duckdb") as connection:
        connection.read_csv(str(pytester.path / "rows.csv")).to_table("release")
    pytester.makeini("[pytest]\nfairness_data = duckdb://rows.duckdb#release\n")
    inner = pytester.mkdir("inner")
    (inner / "test_inner.py").write_text(SUITE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(inner)
        suite(PASSES, data={**NAMED, "predictions": "gone.csv"}).assert_outcomes(passed=2)


# --- assert_policy itself ---


@pytest.mark.parametrize("check", [FAILS, OPEN], ids=["failed", "open"])
def test_evidence_and_what_counts_as_such_fail_the_assertion(check, report):
    """A failed check, and an open one where the policy says that counts, are failed assertions."""
    with pytest.raises(AssertionError, match="the release does not keep policy 'hiring'"):
        assert_policy(report, policy_of_checks(PASSES, check))


def test_what_could_not_be_judged_is_no_failed_assertion(report):
    """Problems are raised as an error of the policy, all at once, also where a check failed."""
    with pytest.raises(PolicyError) as error:
        assert_policy(report, policy_of_checks(BROKEN, FAILS))
    assert "check 'broken' did not run" in error.value.problems[0]


def test_a_waiver_is_a_warning(report):
    """A release that passes by a waiver says so as a warning, and so does a waiver that does nothing."""
    policy = policy_of_checks(PASSES, FAILS, waiver=[WAIVER])
    with pytest.warns(FairnessWarning, match=r"waived until 2026-03-31 by ana@example\.org \(known\)"):
        gate = assert_policy(report, policy, today=dt.date(2026, 3, 31))
    assert gate.exit_code == 0
    with pytest.warns(FairnessWarning, match="matches no result"):
        assert_policy(report, policy_of_checks(FAILS | {"min": 0.1}, waiver=[WAIVER | {"group": "sex=Q"}]))
    with pytest.raises(AssertionError, match="expired on 2026-03-31"):
        assert_policy(report, policy, today=dt.date(2026, 4, 1))
