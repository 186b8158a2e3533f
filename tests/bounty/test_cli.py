"""The `bounty` program, run as a user runs it."""

from __future__ import annotations

import subprocess
import sys

import pytest

import fairkit


def bounty(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program's entry point in a process of its own."""
    code = "from bounty.cli import main; main(prog_name='bounty')"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def test_help_says_that_no_command_is_released():
    """The help promises nothing that is not there."""
    result = bounty("--help")
    assert result.returncode == 0
    assert "No command is released yet." in result.stdout


def test_version_is_that_of_the_package():
    """Both programs are released together, under one version."""
    assert bounty("--version").stdout == f"bounty, version {fairkit.__version__}\n"


@pytest.mark.parametrize("arguments", [("submit",), ("--no-such-option",)])
def test_an_unknown_command_or_option_is_a_usage_error(arguments):
    """What the program does not know ends with exit code 2 and the word on stderr, nothing on stdout."""
    result = bounty(*arguments)
    assert result.returncode == 2
    assert arguments[0] in result.stderr
    assert result.stdout == ""
