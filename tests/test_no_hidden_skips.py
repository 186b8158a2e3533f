"""The plugin that turns a skip into a failure where the test must run, on small suites of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

SUITE = """
import pytest

@pytest.mark.realdata
def test_of_real_data():
    pytest.skip("no data here")

@pytest.mark.browser
@pytest.mark.skipif(True, reason="no browser here")
def test_of_a_page():
    pass

@pytest.mark.xfail(reason="known")
def test_that_fails_as_expected():
    assert False

def test_that_runs():
    pass
"""


@pytest.fixture
def run(pytester, monkeypatch):
    """Run a suite in a process of its own under one value of the variable."""
    pytester.makeini("[pytest]\nmarkers =\n    realdata: x\n    browser: x\n    java: x\n")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent / "plugins"))

    def _run(suite: str, *, required: str | None) -> pytest.RunResult:
        pytester.makepyfile(suite)
        monkeypatch.delenv("FAIRKIT_REQUIRE", raising=False)
        if required is not None:
            monkeypatch.setenv("FAIRKIT_REQUIRE", required)
        return pytester.runpytest_subprocess("-p", "no_hidden_skips")

    return _run


def test_skips_are_allowed_where_nothing_is_required(run):
    """Without the variable a skip stays a skip, and the header says so."""
    result = run(SUITE, required=None)
    result.assert_outcomes(passed=1, skipped=2, xfailed=1)
    result.stdout.fnmatch_lines(["skips: allowed (set FAIRKIT_REQUIRE*"])


def test_a_required_test_may_not_be_skipped(run):
    """A skip inside the test is a failure and one before it an error, each with its reason, once required."""
    result = run(SUITE, required="realdata browser")
    result.assert_outcomes(passed=1, failed=1, errors=1, xfailed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.re_match_lines_random(
        [
            ".*must run here, but was skipped.*no data here",
            ".*must run here, but was skipped.*no browser here",
        ]
    )


def test_other_markers_keep_their_excuse(run):
    """Requiring the data does not require the browser."""
    run(SUITE, required="realdata").assert_outcomes(passed=1, failed=1, skipped=1, xfailed=1)


def test_a_skip_without_a_marker_has_no_excuse(run):
    """Once the variable is set, even to nothing, a skip that names no need fails."""
    suite = "import pytest\ndef test_unmarked():\n    pytest.skip('one day')\n"
    run(suite, required="").assert_outcomes(failed=1)


def test_a_module_may_be_skipped_only_for_a_missing_package(run):
    """A whole module may be skipped for a package that is not installed, and for nothing else."""
    missing = "import pytest\npytest.importorskip('no_such_package')\n"
    run(missing, required="").assert_outcomes(skipped=1)
    run("import pytest\npytest.skip('later', allow_module_level=True)\n", required="").assert_outcomes(
        errors=1
    )


def test_a_misspelled_requirement_is_refused(run):
    """A name that is no marker of a need stops the run instead of requiring nothing."""
    result = run(SUITE, required="realdat")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*FAIRKIT_REQUIRE names realdat; it knows realdata, browser, java, speech.*"]
    )
