"""The plugin of pytest: fixtures of a release's report and policy, so that fairness is one of its tests.

>>> def test_the_release_is_fair(fairness_report, fairness_policy):
...     assert_policy(fairness_report, fairness_policy)

Every run of pytest loads this module where fairkit is installed, so it imports nothing but pytest; the rest
comes with the first test that asks for a fixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fairkit.policy.gate import Gate
    from fairkit.policy.model import Policy
    from fairkit.report.model import Report

_OPTIONS = {
    "policy": "The policy that releases are held to (default: fairness.toml, or [tool.fairkit] of "
    "pyproject.toml, in the root of the tests).",
    "data": "Predictions of the release, in place of those that the policy names.",
}
_ADDRESS = "duckdb://"
_REPORTS = "Report of the release, or several, in place of rows."


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, each with its key in the configuration file."""
    group = parser.getgroup("fairkit", "fairness of a release (fairkit)")
    group.addoption("--fairness-report", action="append", metavar="FILE", help=_REPORTS)
    parser.addini("fairness_report", _REPORTS, type="args", default=[])
    for name, explained in _OPTIONS.items():
        group.addoption(f"--fairness-{name}", metavar="FILE", help=explained)
        parser.addini(f"fairness_{name}", explained, default="")


@pytest.fixture(scope="session")
def fairness_policy(pytestconfig: pytest.Config) -> Policy:
    """Load the policy that was named, else that of the root of the tests."""
    from fairkit.policy.loading import load_policy

    stated = _stated(pytestconfig, "policy")
    with _in_words():
        return load_policy(stated[0] if stated else None, folder=pytestconfig.rootpath)


@pytest.fixture(scope="session")
def fairness_report(pytestconfig: pytest.Config, fairness_policy: Policy) -> Report | tuple[Report, ...]:
    """Take the reports that are named, else evaluate the data once: what the release is judged by.

    One report, or a tuple where there is one of predictions and one of transcripts. Data that lack something
    which the policy asks for are an error of the fixture, and no failure of the release.
    """
    from fairkit.errors import PolicyError
    from fairkit.policy.checking import evaluated

    data = _stated(pytestconfig, "data")
    with _in_words():
        found = evaluated(fairness_policy, data[0] if data else None, reports=_stated(pytestconfig, "report"))
        if found.problems:
            raise PolicyError(*(problem.message for problem in found.problems))
    return found.reports[0] if len(found.reports) == 1 else found.reports


@pytest.fixture(scope="session")
def fairness_gate(pytestconfig: pytest.Config, fairness_policy: Policy) -> Gate:
    """Judge the release once, its rows paired with those of a baseline where the policy asks for that."""
    from fairkit.policy.checking import check

    data = _stated(pytestconfig, "data")
    with _in_words():
        reports = _stated(pytestconfig, "report")
        return check(fairness_policy, data[0] if data else None, reports=reports).gate


@contextmanager
def _in_words() -> Iterator[None]:
    """End a fixture with what was wrong, as the command line does, and without the code that found it."""
    from fairkit.errors import FairkitError

    try:
        yield
    except FairkitError as error:
        raise pytest.fail.Exception(f"{type(error).__name__}: {error}", pytrace=False) from None


def _stated(config: pytest.Config, name: str) -> list[str]:
    """Return the files of an option, or of its key; each is relative to where it was written."""
    given = config.getoption(f"--fairness-{name}")
    folder = config.invocation_params.dir
    if not given:
        given = config.getini(f"fairness_{name}")
        folder = config.rootpath if config.inipath is None else config.inipath.parent
    listed = [given] if isinstance(given, str) else given or []
    return [_located(text, folder) for text in listed if text]


def _located(text: str, folder: Path) -> str:
    if not text.startswith(_ADDRESS):
        return str(folder / text)
    file, mark, table = text.removeprefix(_ADDRESS).rpartition("#")
    return f"{_ADDRESS}{folder / file}{mark}{table}"
