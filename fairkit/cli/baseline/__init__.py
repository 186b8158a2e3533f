"""`fairkit baseline`: the counts of releases, kept to compare later ones with."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import click

from fairkit.cli.commands import Commands

VERBS: Mapping[str, str] = MappingProxyType(
    {
        "save": "Save the counts of a report under their hash.",
        "list": "List the baselines of a folder.",
        "verify": "Compute the hashes of baselines anew.",
    }
)
"""Every verb and its summary; its module is ``fairkit.cli.baseline.<name>``."""


@click.group(
    "baseline",
    cls=Commands,
    commands_of="fairkit.cli.baseline",
    summaries=VERBS,
    examples=(
        "fairkit baseline save report.json --name v41",
        "fairkit baseline list",
        "fairkit baseline verify --policy fairness.toml",
    ),
    short_help="Save, list and verify the counts of a release.",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 fine; 2 a baseline is missing, damaged or not what was saved; 70 a bug in fairkit.",
)
def command() -> None:
    """Save, list and verify the counts of a release.

    A baseline holds counts by group, and what they mean: no rows, and nobody's identifier. Its file is named
    after the hash of its content, so that a policy can say exactly which release it compares with.
    """
