"""`fairkit policy`: begin a policy, check it, compare it with another, show all that it says."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import click

from fairkit.cli.commands import Commands

VERBS: Mapping[str, str] = MappingProxyType(
    {
        "init": "Write a first policy, from data or as a template.",
        "validate": "Check a policy, and whether data have its columns.",
        "diff": "Compare two policies: what loosens the gate comes first.",
        "show": "Show every value that holds, and where it comes from.",
        "schema": "Print the JSON Schema of policies, for editors.",
    }
)
"""Every verb and its summary; its module is ``fairkit.cli.policy.<name>``."""


@click.group(
    "policy",
    cls=Commands,
    commands_of="fairkit.cli.policy",
    summaries=VERBS,
    examples=(
        "fairkit policy init loans.csv --label repaid --decision approved --by sex --by race",
        "fairkit policy validate",
        "fairkit policy diff old.toml fairness.toml --forbid-loosening",
    ),
    short_help="Start, check, compare and show release policies.",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 fine; 1 loosened where that is forbidden; 2 no policy, or what it names is not "
    "there; 70 a bug in fairkit.",
)
def command() -> None:
    """Start, check, compare and show release policies.

    A policy says what a release is held to: fairness.toml, or the table [tool.fairkit] of pyproject.toml.
    'fairkit check' judges by it.
    """
