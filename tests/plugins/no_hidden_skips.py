"""A skip that nobody sees is a test that does not exist: where the machine can run a test, skipping it fails.

`FAIRKIT_REQUIRE` names, separated by blanks, the markers whose tests must run here (`.ci/run` sets it). Once
it is set, even to nothing, the only skips accepted are of tests that carry another of the markers below, or
of a module that imports a package which is not installed.
"""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

VARIABLE = "FAIRKIT_REQUIRE"
# Markers that stand for something a machine may lack.
NEEDS = ("realdata", "browser", "java", "speech")
_NOT_INSTALLED = "could not import "


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a requirement that no test could meet: a misspelled one would require nothing."""
    unknown = sorted(set(_required() or ()) - set(NEEDS))
    if unknown:
        raise pytest.UsageError(f"{VARIABLE} names {', '.join(unknown)}; it knows {', '.join(NEEDS)}.")


def pytest_report_header(config: pytest.Config) -> str:
    """Say what may be skipped, before anything is."""
    required = _required()
    if required is None:
        return f"skips: allowed (set {VARIABLE} to forbid them)"
    excused = [need for need in NEEDS if need not in required]
    return (
        f"skips: allowed only for tests that need {' or '.join(excused)}"
        if excused
        else "skips: none allowed"
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a test that must run here into a failure."""
    report = yield
    if _is_skip(report) and not _excused({mark.name for mark in item.iter_markers()}):
        report.outcome = "failed"
        report.longrepr = _refusal(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn the skip of a whole module into an error, unless an optional package is not installed."""
    report = yield
    if _is_skip(report) and _required() is not None and _NOT_INSTALLED not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = _refusal(report)
    return report


def _required() -> list[str] | None:
    text = os.environ.get(VARIABLE)
    return None if text is None else text.split()


def _is_skip(report: pytest.TestReport | pytest.CollectReport) -> bool:
    # An expected failure is reported as skipped too, but it ran.
    return report.skipped and not hasattr(report, "wasxfail")


def _excused(markers: set[str]) -> bool:
    required = _required()
    needs = markers & set(NEEDS)
    return required is None or (bool(needs) and not needs <= set(required))


def _refusal(report: pytest.TestReport | pytest.CollectReport) -> str:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return f"{VARIABLE}={os.environ[VARIABLE]!r}: this must run here, but was skipped. {reason}"
